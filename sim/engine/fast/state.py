"""The state of one replication as flat tables: what `reference.desk` is to the SimPy model."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.demand.tape import Tape
from sim.engine import outcomes as out
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


# Columns of the tape that the kernel reads under the same name
DRAWS = (
    *("next_row", "resolve_u", "transfer_u", "reopen_ms", "work_ms", "wrap_ms", "patience_ms"),
    *("retry_ms", "retry_channel", "return_ms", "return_channel", "bot", "bot_ms", "flags"),
)


class State(NamedTuple):
    """Tables of int64 figures, see `layout` for their columns; `one` holds single figures.

    What customers would do is read from the tape where it lies: to copy it took longer than to run the kernel.
    """

    one: np.ndarray
    contact: np.ndarray
    ticket_of: np.ndarray  # columns of the tape as they are, by row
    next_row: np.ndarray
    resolve_u: np.ndarray
    transfer_u: np.ndarray
    reopen_ms: np.ndarray
    work_ms: np.ndarray  # those by channel and row, flat: at K_OFFSET of the channel + row
    wrap_ms: np.ndarray
    patience_ms: np.ndarray
    retry_ms: np.ndarray
    retry_channel: np.ndarray  # int8, as `return_channel` and `bot`
    return_ms: np.ndarray
    return_channel: np.ndarray
    bot: np.ndarray
    bot_ms: np.ndarray
    flags: np.ndarray  # int32
    ticket: np.ndarray
    channel: np.ndarray
    speeds: np.ndarray  # (C, P + 1)
    queue: np.ndarray
    queue_of: np.ndarray  # (C, R)
    transfer_queue: np.ndarray  # (C, T)
    tries: np.ndarray  # (Q, X, 2) team and the wait before it may, in the order tried; -1 none
    team: np.ndarray
    views: np.ndarray  # (T, Y, 3) rank, overflow wait and queue, by rank; -1 none
    resolve: np.ndarray  # flat, see Ticket.resolve_at
    transfer: np.ndarray  # (G, R, T)
    transfer_to: np.ndarray  # (R,)
    transfer_adds: np.ndarray  # (G, R)
    team_ppm: np.ndarray  # (G, T, C, R)
    bot_always_open: np.ndarray
    agent: np.ndarray
    hand: np.ndarray  # (A, P) rows in hand, in the order taken
    absent: np.ndarray  # stacks of agents off duty, by team
    tenure: np.ndarray  # (A, D)
    quality: np.ndarray  # (A, D)
    day_edges: np.ndarray
    pool: np.ndarray
    event: np.ndarray  # binary heap
    busy: np.ndarray
    duty: np.ndarray


def make_state(plan: Plan, tape: Tape, roster: Roster, room: int) -> State:
    """The state before anything has happened; `room` scales the space for events and stretches."""
    routing, agents = plan.routing, len(roster.agent_team)
    size = room * (tape.rows + agents + 1024)
    return State(
        one=_single(plan, tape, roster),
        contact=_contacts(plan, tape),
        ticket_of=tape.ticket,
        **{name: getattr(tape, name).ravel() for name in DRAWS},
        ticket=_tickets(plan, tape),
        channel=_channels(plan, tape),
        speeds=plan.chat_ppm,
        queue=_queues(plan),
        queue_of=routing.queue_of,
        transfer_queue=routing.transfer_queue,
        tries=np.ascontiguousarray(np.stack([routing.queue_teams, routing.queue_after], axis=2)),
        team=_teams(plan, roster),
        views=np.ascontiguousarray(np.stack([routing.team_ranks, routing.team_after, routing.team_queues], axis=2)),
        resolve=plan.resolve.ravel(),
        transfer=plan.transfer,
        transfer_to=plan.transfer_to,
        transfer_adds=plan.transfer_adds_ms,
        team_ppm=plan.speed_ppm,
        bot_always_open=plan.bot_always_open,
        agent=_agents(roster),
        hand=np.full((agents, max(1, int(plan.parallel.max(initial=1)))), -1, dtype=np.int64),
        absent=_absent(plan, roster),
        tenure=roster.speed_ppm,
        quality=roster.quality_ppm,
        day_edges=roster.day_edges_ms,
        pool=np.full((_pools(plan), layout.POOL_COLUMNS), -1, dtype=np.int64),
        event=np.empty((size, 2), dtype=np.int64),
        busy=np.empty((size, 4), dtype=np.int64),
        duty=np.empty((size + len(roster.event_ms), 4), dtype=np.int64),
    )


def _single(plan: Plan, tape: Tape, roster: Roster) -> np.ndarray:
    one = np.zeros(layout.ONE_COLUMNS, dtype=np.int64)
    one[layout.O_HAS_BOTS] = (tape.bot >= 0).any()
    one[layout.O_HAS_DEFERRABLE] = plan.interruptible.any()
    one[layout.O_ONE_SPEED] = roster.speed_ppm.shape[1] == 1 and bool((plan.speed_ppm == PPM).all())
    return one


def _contacts(plan: Plan, tape: Tape) -> np.ndarray:
    blank = np.full(layout.CONTACT_COLUMNS, -1, dtype=np.int64)
    zeros = (layout.C_KIND, layout.C_ATTEMPT, layout.C_PHASE, layout.C_MARK, layout.C_RESULT, layout.C_ASIDE_MS)
    blank[list(zeros)] = 0
    contact = np.empty((tape.rows, layout.CONTACT_COLUMNS), dtype=np.int64)
    contact[:] = blank
    contact[: tape.tickets, layout.C_CHANNEL] = tape.channel
    contact[: tape.tickets, layout.C_QUEUE] = plan.routing.queue_of[tape.channel, tape.reason]
    return contact


def _tickets(plan: Plan, tape: Tape) -> np.ndarray:
    ticket = np.zeros((tape.tickets, layout.TICKET_COLUMNS), dtype=np.int64)
    ticket[:, layout.T_REASON], ticket[:, layout.T_REGIME] = tape.reason, tape.regime
    at = (tape.regime.astype(np.int64) * plan.reasons + tape.reason) * (2 * plan.teams)
    ticket[:, layout.T_RESOLVE_AT] = at
    ticket[:, layout.T_LAST_ROW], ticket[:, layout.T_LIVE] = np.arange(tape.tickets), 1
    ticket[:, layout.T_STATE], ticket[:, layout.T_END] = out.OPEN, -1
    return ticket


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
    for column in (layout.A_ENDING, layout.A_POOL, layout.A_BEFORE, layout.A_BEHIND):
        agent[:, column] = -1
    return agent


def _absent(plan: Plan, roster: Roster) -> np.ndarray:
    """Agents off duty by team, the lowest id on top."""
    stacks = [np.flatnonzero(roster.agent_team == t)[::-1] for t in range(plan.teams)]
    return np.concatenate([*stacks, np.zeros(0, dtype=np.int64)]).astype(np.int64)
