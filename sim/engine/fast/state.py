"""The state of one replication as flat tables: what `reference.desk` is to the SimPy model."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.demand.tape import Tape
from sim.engine.fast import layout
from sim.engine.plan import FAR, PPM, Plan
from sim.engine.roster import Roster

# Kinds of events: at one tick they happen in this order, then by id (contact's row, or place in the roster's list)
ENDS, STAFF, ARRIVES, CHASE, OVERFLOW, PATIENCE = (kind << 48 for kind in range(6))
ID_MASK = (1 << 48) - 1

# Phases of a contact
PENDING, BOT, QUEUED, TALK, WRAP, OVER = range(6)

# Marks of unusual contacts, one bit each
GONE = 1  # left silently
CALLED = 2  # to be called back
PUT_ASIDE = 4
TRANSFERRED = 8


class State(NamedTuple):
    """Tables and columns of figures, see `layout`; `one` holds single figures.

    Columns of contacts and tickets have the names that they have at the SimPy model's desk. What customers would do is
    read from the tape where it lies.
    """

    one: np.ndarray
    # contacts, by row
    channel: np.ndarray
    queue: np.ndarray
    kind: np.ndarray
    attempt: np.ndarray
    phase: np.ndarray
    mark: np.ndarray
    result: np.ndarray
    agent: np.ndarray
    bot_at: np.ndarray
    queued: np.ndarray
    started: np.ndarray
    answered: np.ndarray
    leave: np.ndarray
    done: np.ndarray
    aside_ms: np.ndarray
    left: np.ndarray
    before: np.ndarray
    behind: np.ndarray
    # tickets
    world: np.ndarray
    last_row: np.ndarray
    live: np.ndarray
    state: np.ndarray
    ended: np.ndarray
    # the tape
    ticket: np.ndarray
    next_row: np.ndarray
    reason: np.ndarray
    regime: np.ndarray
    first_channel: np.ndarray
    resolve_u: np.ndarray
    transfer_u: np.ndarray
    reopen_ms: np.ndarray
    work_ms: np.ndarray
    wrap_ms: np.ndarray
    patience_ms: np.ndarray
    retry_ms: np.ndarray
    retry_channel: np.ndarray
    return_ms: np.ndarray
    return_channel: np.ndarray
    bot: np.ndarray
    bot_ms: np.ndarray
    flags: np.ndarray
    # everything else
    channels: np.ndarray
    speeds: np.ndarray  # (C, P + 1)
    queues: np.ndarray
    queue_of: np.ndarray  # (C, R)
    transfer_queue: np.ndarray  # (C, T)
    tries: np.ndarray  # (Q, X, 2) team and the wait before it may, in the order tried; -1 none
    teams: np.ndarray
    views: np.ndarray  # (T, Y, 3) rank, overflow wait and queue, by rank; -1 none
    resolve: np.ndarray  # (T, G x R x 2) threshold of Tape.resolve_u, at the ticket's `world`
    transfer: np.ndarray  # (G, R, T)
    transfer_to: np.ndarray  # (R,)
    transfer_adds: np.ndarray  # (G, R)
    team_ppm: np.ndarray  # (G, T, C, R)
    bot_always_open: np.ndarray
    agents: np.ndarray
    hand: np.ndarray  # (A, P) rows in hand, in the order taken
    absent: np.ndarray  # stacks of agents off duty, by team
    tenure: np.ndarray  # (A, D)
    quality: np.ndarray  # (A, D)
    day_edges: np.ndarray
    pools: np.ndarray
    ends: np.ndarray  # (2 x places,) tournament of the agents' next ends, see `clock`
    events: np.ndarray  # binary heap of all other events
    busy: np.ndarray  # agent, channel, from, until
    duty: np.ndarray  # agent, 0, from, until


def make_state(plan: Plan, tape: Tape, roster: Roster, room: int) -> State:
    """The state before anything has happened; `room` scales the space for events and stretches."""
    routing, agents = plan.routing, len(roster.agent_team)
    size = room * (tape.rows + agents + 1024)
    columns = {name: _column(tape.rows, *of) for name, of in layout.CONTACT.items()}
    columns |= {name: _column(tape.tickets, *of) for name, of in layout.TICKET.items()}
    columns["world"][:] = 2 * (tape.regime * plan.reasons + tape.reason)
    columns["last_row"][:] = np.arange(tape.tickets)
    return State(
        one=_single(plan, tape, roster),
        **columns,
        **{name: getattr(tape, name).ravel() for name in layout.TAPE},
        first_channel=tape.channel,
        channels=_channels(plan, tape),
        speeds=plan.chat_ppm,
        queues=_queues(plan),
        queue_of=routing.queue_of,
        transfer_queue=routing.transfer_queue,
        tries=np.ascontiguousarray(np.stack([routing.queue_teams, routing.queue_after], axis=2)),
        teams=_teams(plan, roster),
        views=np.ascontiguousarray(np.stack([routing.team_ranks, routing.team_after, routing.team_queues], axis=2)),
        resolve=np.ascontiguousarray(plan.resolve.transpose(2, 0, 1, 3)).reshape(plan.teams, -1),
        transfer=plan.transfer,
        transfer_to=plan.transfer_to,
        transfer_adds=plan.transfer_adds_ms,
        team_ppm=plan.speed_ppm,
        bot_always_open=plan.bot_always_open,
        agents=_agents(roster),
        hand=np.full((agents, max(1, int(plan.parallel.max(initial=1)))), -1, dtype=np.int64),
        absent=_absent(plan, roster),
        tenure=roster.speed_ppm,
        quality=roster.quality_ppm,
        day_edges=roster.day_edges_ms,
        pools=np.full((_pools(plan), layout.POOL_COLUMNS), -1, dtype=np.int64),
        ends=_ends(agents),
        events=np.empty((size, 2), dtype=np.int64),
        busy=np.empty((size, 4), dtype=np.int64),
        duty=np.empty((size + len(roster.event_ms), 4), dtype=np.int64),
    )


def _column(length: int, dtype: type, blank: int | None) -> np.ndarray:
    """A column that is blank, or holds anything where its blanks are not read."""
    if blank == 0:
        return np.zeros(length, dtype)
    column: np.ndarray = np.empty(length, dtype)
    if blank == -1:
        column.view(np.int8).fill(-1)  # bytes are filled much faster
    elif blank is not None:
        column.fill(blank)
    return column


def _single(plan: Plan, tape: Tape, roster: Roster) -> np.ndarray:
    one = np.zeros(layout.ONE_COLUMNS, dtype=np.int64)
    one[layout.O_HAS_BOTS] = tape.bot.max(initial=-1) >= 0
    one[layout.O_HAS_DEFERRABLE] = plan.interruptible.any()
    one[layout.O_ONE_SPEED] = roster.speed_ppm.shape[1] == 1 and bool((plan.speed_ppm == PPM).all())
    return one


def _channels(plan: Plan, tape: Tape) -> np.ndarray:
    offset = np.arange(plan.channels) * (tape.rows if tape.wide else 0)
    ones, zeros = np.ones(plan.channels, dtype=np.int64), np.zeros(plan.channels, dtype=np.int64)
    columns = (
        offset,
        ones,  # open until the roster says otherwise
        -ones,
        -ones,
        zeros,
        plan.parallel,
        plan.interruptible,
        plan.clears,
        plan.places,
        plan.when_closed,
        plan.balk_over_ms,
        plan.callback_over_ms,
        plan.callback_try_ms,
        plan.notice_ms,
        plan.chase_ms,
        plan.chase_channel,
        plan.target_ms,
    )
    return np.ascontiguousarray(np.stack(columns, axis=1))


def _queues(plan: Plan) -> np.ndarray:
    queue = np.zeros((len(plan.routing.queue_channel), layout.QUEUE_COLUMNS), dtype=np.int64)
    queue[:, layout.Q_CHANNEL], queue[:, layout.Q_MEAN_HANDLE] = plan.routing.queue_channel, plan.mean_handle_ms
    queue[:, layout.Q_FIRST] = queue[:, layout.Q_LAST] = -1
    queue[:, layout.Q_OVERFLOWS] = (plan.routing.queue_after > 0).any(axis=1)
    return queue


def _pools(plan: Plan) -> int:
    """Pools: idle and deferrable of each team, then one by team, channel and number in hand."""
    return int(plan.teams * (2 + plan.channels * plan.chat_ppm.shape[1]))


def _teams(plan: Plan, roster: Roster) -> np.ndarray:
    team = np.zeros((plan.teams, layout.TEAM_COLUMNS), dtype=np.int64)
    numbers = np.arange(plan.teams)
    counts = np.bincount(roster.agent_team, minlength=plan.teams)[: plan.teams]
    team[:, layout.M_POLICY], team[:, layout.M_WANTED] = plan.policy, FAR
    team[:, layout.M_IDLE], team[:, layout.M_DEFERRABLE] = 2 * numbers, 2 * numbers + 1
    team[:, layout.M_PART] = 2 * plan.teams + numbers * plan.channels * plan.chat_ppm.shape[1]
    team[:, layout.M_ABSENT_COUNT] = counts
    team[:, layout.M_ABSENT] = np.cumsum(counts) - counts
    return team


def _agents(roster: Roster) -> np.ndarray:
    agent = np.zeros((len(roster.agent_team), layout.AGENT_COLUMNS), dtype=np.int64)
    agent[:, layout.A_TEAM] = roster.agent_team
    for column in (layout.A_POOL, layout.A_BEFORE, layout.A_BEHIND):
        agent[:, column] = -1
    agent[:, layout.A_END_AT], agent[:, layout.A_END_ROW] = layout.NO_END_AT, layout.NO_END_ROW
    return agent


def _absent(plan: Plan, roster: Roster) -> np.ndarray:
    """Agents off duty by team, the lowest id on top."""
    stacks = [np.flatnonzero(roster.agent_team == t)[::-1] for t in range(plan.teams)]
    return np.concatenate([*stacks, np.zeros(0, dtype=np.int64)]).astype(np.int64)


def _ends(agents: int) -> np.ndarray:
    """A tournament with a place for each agent, none of them with anything in hand: the first of each two goes on."""
    places = 1 << max(1, (agents - 1).bit_length())
    number = np.arange(places)
    rounds = [layout.NO_END + (number << layout.AGENT_BITS) + number]
    while len(rounds[-1]) > 1:
        rounds.append(rounds[-1][::2])
    return np.concatenate([rounds[-1], *rounds[::-1]])  # place 0 is not used
