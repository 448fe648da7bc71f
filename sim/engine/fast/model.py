"""What happens, compiled: the rules of `reference`, function by function, over flat records.

`tickets`, `agents`, `arrivals` and `staff` hold the same functions under the same names in the same order as the SimPy
model; `docs/engines.md` says how to change a rule in both. Nothing is drawn here either.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

import numpy as np
from numba import njit

from sim.demand.tape import SELF_FALSE_GONE, SELF_RESOLVED, Tape
from sim.engine import outcomes as out
from sim.engine.fast import FOLDER, layout
from sim.engine.fast.agents import log_busy, log_duty, on_end
from sim.engine.fast.arrivals import on_arrival, on_chase, on_first_arrival, on_overflow, on_patience
from sim.engine.fast.carry import Paused, carry, going_on
from sim.engine.fast.clock import drop_first
from sim.engine.fast.desk import addresses, desk_at
from sim.engine.fast.layout import (
    A_BUSY_SINCE,
    A_END_AT,
    A_END_ROW,
    A_IN_HAND,
    A_ON,
    A_TEAM,
    AGENT_MASK,
    K_PARALLEL,
    NO_END,
    O_EVENTS,
    O_FULL,
)
from sim.engine.fast.staff import on_staff
from sim.engine.fast.state import ARRIVES, BOT, CHASE, ID_MASK, OVER, OVERFLOW, PATIENCE, STAFF, State, make_state
from sim.engine.plan import FAR, Plan
from sim.engine.roster import Roster

# mypy: disable-error-code="no-untyped-def"

NOTHING, AN_END, A_FIRST, THE_HEAP, THE_ROSTER = range(5)  # where the next event comes from


@njit(cache=FOLDER is not None)
def drive(tables, first_ms, first_row, staff_ms, staff_what, staff_who, staff_value, staff_until, until):
    """Runs every event before `until`: ends of work and the heap's, merged with what comes in order.

    In order come first contacts, at the times `first_ms` of their rows, and staff.
    """
    s = desk_at(tables)
    first, staff = 0, 0
    while not s.one[O_FULL]:
        when, order, source = until, -1, NOTHING
        if s.ends[1] < NO_END:
            agent = s.ends[1] & AGENT_MASK
            if s.agents[agent, A_END_AT] < until:
                when, order, source = s.agents[agent, A_END_AT], s.agents[agent, A_END_ROW], AN_END
        if first < len(first_row):
            row = first_row[first]
            at, key = first_ms[row], ARRIVES + row
            if at < when or (at == when and key < order):
                when, order, source = at, key, A_FIRST
        if s.one[O_EVENTS] > 0:
            at, key = s.events[0, 0], s.events[0, 1]
            if at < when or (at == when and key < order):
                when, order, source = at, key, THE_HEAP
        if staff < len(staff_ms):
            at, key = staff_ms[staff], STAFF + staff
            if at < when or (at == when and key < order):
                when, order, source = at, key, THE_ROSTER
        if source == AN_END:
            on_end(s, when, order)
        elif source == A_FIRST:
            first += 1
            on_first_arrival(s, when, order - ARRIVES)
        elif source == THE_HEAP:
            drop_first(s)
            happen(s, when, order - (order & ID_MASK), order & ID_MASK)
        elif source == THE_ROSTER:
            on_staff(s, when, staff_what[staff], staff_who[staff], staff_value[staff], staff_until[staff])
            staff += 1
        else:
            return


@njit
def happen(s, now, kind, row):
    """An event of the heap happens."""
    if kind == ARRIVES:
        on_arrival(s, now, row)
    elif kind == PATIENCE:
        on_patience(s, now, row)
    elif kind == OVERFLOW:
        on_overflow(s, now, row)
    elif kind == CHASE:
        on_chase(s, now, row)


def run(plan: Plan, tape: Tape, roster: Roster) -> out.Outcomes:
    """Outcomes of one replication under the compiled engine; the same bytes as `reference.run`."""
    [(_, whole)] = run_in_blocks(plan, roster, [0, plan.end_ms], lambda *_: tape)
    return whole


def run_in_blocks(
    plan: Plan, roster: Roster, edges_ms: Sequence[int], tape_of: Callable[[int, np.ndarray], Tape]
) -> Iterator[tuple[Tape, out.Outcomes]]:
    """Tape and outcomes of the tickets that come to their end in each block, the rest in the last one.

    Block k lasts from ``edges_ms[k]`` to before ``edges_ms[k + 1]``. ``tape_of(k, going_on)`` gives its tape: tickets
    of the block before that go on (their numbers there), then those whose need arises in it.
    """
    paused: Paused | None = None
    for number, (low, high) in enumerate(pairwise(edges_ms)):
        last = number == len(edges_ms) - 2
        tape = tape_of(number, paused.tickets if paused else np.zeros(0, dtype=np.int64))
        until = (FAR if plan.drain else plan.end_ms) if last else high
        state, tables = advance(plan, tape, roster, low, until, paused)
        if last:
            end = _end(plan, state)
            close_the_books(tables, end)
            yield tape, outcomes(plan, tape, roster, state, tables, end)
        else:
            still = going_on(state, tape)
            yield _finished(plan, tape, roster, state, high, np.flatnonzero(~still))
            paused = Paused(state, tape, np.flatnonzero(still))


def advance(
    plan: Plan, tape: Tape, roster: Roster, low: int, until: int, paused: Paused | None
) -> tuple[State, np.ndarray]:
    """The state after every event from ``low`` to before ``until``, and the addresses of its tables.

    It goes on from a block's end or from the start.
    """
    coming = tape.first_order[tape.first_ms[tape.first_order] >= low] if paused else tape.first_order
    todo = slice(*np.searchsorted(roster.event_ms, [low, until])) if paused else slice(None)
    staff = [getattr(roster, f"event_{name}")[todo] for name in ("ms", "what", "who", "value", "until")]
    room = 2
    while True:
        state = make_state(plan, tape, roster, room)
        if paused:
            carry(paused, state, tape)
        tables = addresses(state)
        drive(tables, tape.first_ms, coming, *staff, until)  # type: ignore[call-arg]
        if not state.one[O_FULL]:
            return state, tables
        room *= 4  # a block that needed more room for events starts again with it


def _end(plan: Plan, state: State) -> int:
    """When the run stopped: the horizon's end, or later where it was drained."""
    if not plan.drain:
        return plan.end_ms
    return max(plan.end_ms, *(int(c.max(initial=0)) for c in (state.queued, state.bot_at, state.leave, state.done)))


def _finished(
    plan: Plan, tape: Tape, roster: Roster, state: State, end: int, tickets: np.ndarray
) -> tuple[Tape, out.Outcomes]:
    """Tape and outcomes of the tickets that came to their end, and of the agents' time in the block."""
    part, rows = tape.of(tickets)
    mine = state._replace(
        ticket=part.ticket,
        **{name: getattr(state, name).take(rows) for name in layout.CONTACT},
        **{name: getattr(state, name).take(tickets) for name in layout.TICKET},
    )
    return part, outcomes(plan, part, roster, mine, addresses(mine), end)


@njit(cache=FOLDER is not None)
def close_the_books(tables, end):
    """Cuts what is open at the end: agents at work are done then, as far as the columns of stretches go."""
    s = desk_at(tables)
    for agent in range(len(s.agents)):
        count = s.agents[agent, A_IN_HAND]
        for i in range(count):
            row = s.hand[agent, i]
            s.aside_ms[row] += end - s.started[row]
            if s.leave[row] < 0:
                s.result[row] = out.IN_SERVICE
        if count > 0:
            row = s.hand[agent, 0]
            channel = s.channel[row]
            parallel = s.channels[channel, K_PARALLEL] > 1
            log_busy(s, agent, channel, s.agents[agent, A_BUSY_SINCE] if parallel else s.started[row], end)
        if s.agents[agent, A_ON]:
            log_duty(s, agent, end)


def outcomes(plan: Plan, tape: Tape, roster: Roster, s: State, tables: np.ndarray, end: int) -> out.Outcomes:
    """The columns of what happened; what can be told from others is told here rather than on the way."""
    read_contacts(tables)
    busy = by_agent(s.busy[: s.one[layout.O_BUSY]], len(roster.agent_team), plan.channels, end)
    duty = by_agent(s.duty[: s.one[layout.O_DUTY]], len(roster.agent_team), 1, end)
    state, ended = ticket_columns(plan, tape, s)
    return out.Outcomes(
        kind=s.kind,
        channel=s.channel,
        attempt=s.attempt,
        arrive_ms=s.bot_at,
        queue_ms=s.queued,
        answer_ms=s.started,
        leave_ms=s.leave,
        done_ms=s.done,
        handle_ms=s.aside_ms,
        agent=s.agent,
        team=s.mark,
        result=s.result,
        state=state,
        end_ms=ended,
        response_ms=s.last_row,
        busy_agent=busy[0],
        busy_channel=busy[1],
        busy_from_ms=busy[2],
        busy_until_ms=busy[3],
        duty_agent=duty[0],
        duty_from_ms=duty[2],
        duty_until_ms=duty[3],
    )


@njit(cache=FOLDER is not None)
def read_contacts(tables):
    """Writes what is told into columns that are done with, and blanks the codes of contacts that never came.

    Arrival is left in `bot_at`, first answer in `started`, work in `aside_ms`, team in `mark`, and the first response
    to each ticket in `last_row`.
    """
    s = desk_at(tables)
    for row in range(len(s.kind)):
        by_bot, started, ticket = s.bot_at[row], s.started[row], s.ticket[row]
        answered = started if s.mark[row] == 0 else s.answered[row]
        response = by_bot if by_bot >= 0 else answered
        if row == ticket or (response >= 0 and (s.last_row[ticket] < 0 or response < s.last_row[ticket])):
            s.last_row[ticket] = response
        if s.done[row] >= 0 and s.phase[row] == OVER and started >= 0:
            s.aside_ms[row] += s.done[row] - started
        if s.phase[row] == BOT:
            s.result[row] = out.IN_SERVICE
        if by_bot < 0:
            s.bot_at[row] = s.queued[row]
            if s.queued[row] < 0:
                s.kind[row], s.channel[row], s.attempt[row] = -1, -1, 0
        s.started[row] = answered
        s.mark[row] = s.agents[s.agent[row], A_TEAM] if s.agent[row] >= 0 else -1


@njit(cache=FOLDER is not None)
def by_agent(stretches, agents, channels, end):
    """(agent, channel, from, until) of the stretches (agent, channel, from, until) that begin before `end`, cut there.

    They come in the order of time for each agent and channel, and leave sorted by those two.
    """
    begins = np.zeros(agents * channels + 1, np.int64)
    for i in range(len(stretches)):
        if stretches[i, 2] < end:
            begins[stretches[i, 0] * channels + stretches[i, 1] + 1] += 1
    begins = np.cumsum(begins)
    agent, channel = np.empty(begins[-1], np.int32), np.empty(begins[-1], np.int8)
    since, until = np.empty(begins[-1], np.int64), np.empty(begins[-1], np.int64)
    for i in range(len(stretches)):
        if stretches[i, 2] < end:
            group = stretches[i, 0] * channels + stretches[i, 1]
            place = begins[group]
            begins[group] = place + 1
            agent[place], channel[place] = stretches[i, 0], stretches[i, 1]
            since[place], until[place] = stretches[i, 2], min(stretches[i, 3], end)
    return agent, channel, since, until


def ticket_columns(plan: Plan, tape: Tape, s: State) -> tuple[np.ndarray, np.ndarray]:
    """State and end of every ticket; those that end in self-service never come to the desk."""
    until = FAR if plan.drain else plan.end_ms
    state, end = s.state, s.ended
    if not tape.self_fate.any():
        return state, end
    for fate, ends_as in ((SELF_RESOLVED, out.BY_SELF_SERVICE), (SELF_FALSE_GONE, out.LOST)):
        there = (tape.self_fate == fate) & (tape.self_end_ms < until)
        state[there], end[there] = ends_as, tape.self_end_ms[there]
    return state, end
