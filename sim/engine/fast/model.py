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
from sim.engine.fast.desk import borrow
from sim.engine.fast.layout import (
    A_BUSY_SINCE,
    A_IN_HAND,
    A_ON,
    C_AGENT,
    C_ANSWERED,
    C_ASIDE_MS,
    C_ATTEMPT,
    C_BOT_AT,
    C_CHANNEL,
    C_DONE,
    C_KIND,
    C_LEAVE,
    C_MARK,
    C_PHASE,
    C_QUEUED,
    C_RESULT,
    C_STARTED,
    K_PARALLEL,
    O_EVENTS,
    O_FULL,
)
from sim.engine.fast.staff import on_staff
from sim.engine.fast.state import ARRIVES, BOT, CHASE, ENDS, ID_MASK, OVER, OVERFLOW, PATIENCE, STAFF, State, make_state
from sim.engine.plan import FAR, Plan
from sim.engine.roster import Roster

# mypy: disable-error-code="no-untyped-def"


@njit(cache=FOLDER is not None)
def drive(state, first_ms, first_row, staff_ms, staff_what, staff_who, staff_value, staff_until, until):
    """Runs every event before `until`: the heap's, merged with first contacts and staff, which come in order."""
    s = borrow(state)
    first, staff = 0, 0
    while not s.one[O_FULL]:
        when, order, source = until, -1, 0
        if s.one[O_EVENTS] > 0 and s.event[0, 0] < until:
            when, order, source = s.event[0, 0], s.event[0, 1], 1
        if first < len(first_ms):
            at, key = first_ms[first], ARRIVES + first_row[first]
            if at < when or (at == when and key < order):
                when, order, source = at, key, 2
        if staff < len(staff_ms):
            at, key = staff_ms[staff], STAFF + staff
            if at < when or (at == when and key < order):
                when, order, source = at, key, 3
        if source == 0:
            return
        if source == 3:
            on_staff(s, when, staff_what[staff], staff_who[staff], staff_value[staff], staff_until[staff])
            staff += 1
            continue
        if source == 2:
            on_first_arrival(s, when, first_row[first])
            first += 1
            continue
        drop_first(s)
        kind, row = order - (order & ID_MASK), order & ID_MASK
        if kind == ENDS:
            on_end(s, when, row)
        elif kind == ARRIVES:
            on_arrival(s, when, row)
        elif kind == PATIENCE:
            on_patience(s, when, row)
        elif kind == OVERFLOW:
            on_overflow(s, when, row)
        elif kind == CHASE:
            on_chase(s, when, row)


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
        state = advance(plan, tape, roster, low, (FAR if plan.drain else plan.end_ms) if last else high, paused)
        if last:
            end = _end(plan, state)
            close_the_books(state, end)
            yield tape, outcomes(plan, tape, roster, state, end)
        else:
            still = going_on(state, tape)
            yield _finished(plan, tape, roster, state, high, np.flatnonzero(~still))
            paused = Paused(state, tape, np.flatnonzero(still))


def advance(plan: Plan, tape: Tape, roster: Roster, low: int, until: int, paused: Paused | None) -> State:
    """The state after every event from ``low`` to before ``until``, going on from a block's end or from the start."""
    coming = tape.first_order[tape.first_ms[tape.first_order] >= low] if paused else tape.first_order
    todo = slice(*np.searchsorted(roster.event_ms, [low, until])) if paused else slice(None)
    staff = [getattr(roster, f"event_{name}")[todo] for name in ("ms", "what", "who", "value", "until")]
    room = 2
    while True:
        state = make_state(plan, tape, roster, room)
        if paused:
            carry(paused, state, tape)
        drive(state, tape.first_ms[coming], coming, *staff, until)  # type: ignore[call-arg]
        if not state.one[O_FULL]:
            return state
        room *= 4  # a block that needed more room for events starts again with it


def _end(plan: Plan, state: State) -> int:
    """When the run stopped: the horizon's end, or later where it was drained."""
    if not plan.drain:
        return plan.end_ms
    moments = (layout.C_QUEUED, layout.C_BOT_AT, layout.C_LEAVE, layout.C_DONE)
    return max(plan.end_ms, *(int(state.contact[:, column].max(initial=0)) for column in moments))


def _finished(
    plan: Plan, tape: Tape, roster: Roster, state: State, end: int, tickets: np.ndarray
) -> tuple[Tape, out.Outcomes]:
    """Tape and outcomes of the tickets that came to their end, and of the agents' time in the block."""
    part, rows = tape.of(tickets)
    mine = state._replace(contact=state.contact[rows], ticket=state.ticket[tickets])
    return part, outcomes(plan, part, roster, mine, end)


@njit(cache=FOLDER is not None)
def close_the_books(state, end):
    """Cuts what is open at the end: agents at work are done then, as far as the columns of stretches go."""
    s = borrow(state)
    for agent in range(len(s.agent)):
        count = s.agent[agent, A_IN_HAND]
        for i in range(count):
            row = s.hand[agent, i]
            s.contact[row, C_ASIDE_MS] += end - s.contact[row, C_STARTED]
            if s.contact[row, C_LEAVE] < 0:
                s.contact[row, C_RESULT] = out.IN_SERVICE
        if count > 0:
            row = s.hand[agent, 0]
            channel = s.contact[row, C_CHANNEL]
            parallel = s.channel[channel, K_PARALLEL] > 1
            log_busy(s, agent, channel, s.agent[agent, A_BUSY_SINCE] if parallel else s.contact[row, C_STARTED], end)
        if s.agent[agent, A_ON]:
            log_duty(s, agent, end)


def outcomes(plan: Plan, tape: Tape, roster: Roster, s: State, end: int) -> out.Outcomes:
    """The columns of what happened; what can be told from others is told here rather than on the way."""
    figures, codes, told, responded = read_contacts(
        s.contact, tape.ticket, tape.tickets, plan.parallel, np.append(roster.agent_team, -1)
    )
    busy = in_order(np.concatenate([s.busy[: s.one[layout.O_BUSY]], told]))
    duty = s.duty[: s.one[layout.O_DUTY]]
    duty = in_order(np.minimum(duty[duty[:, 2] < end], [FAR, FAR, FAR, end]))
    state, ended = ticket_columns(plan, tape, s)
    arrive, queued, answer, leave, done, handle = figures
    kind, channel, attempt, agent, team, result = codes
    return out.Outcomes(
        kind=kind.astype(np.int8),
        channel=channel.astype(np.int8),
        attempt=attempt.astype(np.int16),
        arrive_ms=arrive,
        queue_ms=queued,
        answer_ms=answer,
        leave_ms=leave,
        done_ms=done,
        handle_ms=handle,
        agent=agent,
        team=team.astype(np.int8),
        result=result.astype(np.int8),
        state=state.astype(np.int8),
        end_ms=ended,
        response_ms=responded,
        busy_agent=busy[:, 0].astype(np.int32),
        busy_channel=busy[:, 1].astype(np.int8),
        busy_from_ms=busy[:, 2].copy(),
        busy_until_ms=busy[:, 3].copy(),
        duty_agent=duty[:, 0].astype(np.int32),
        duty_from_ms=duty[:, 2].copy(),
        duty_until_ms=duty[:, 3].copy(),
    )


@njit(cache=FOLDER is not None)
def read_contacts(contact, ticket_of, tickets, parallel, team_of):
    """(times, codes, busy stretches that the contacts tell, first response by ticket), in one pass over the contacts.

    Times are arrive, queue, answer, leave, done and handle; codes kind, channel, attempt, agent, team and result.
    """
    n = len(contact)
    times, codes = np.empty((6, n), dtype=np.int64), np.empty((6, n), dtype=np.int32)
    told, count = np.empty((n, 4), dtype=np.int64), 0
    responded = np.full(tickets, -1, dtype=np.int64)
    for i in range(n):
        bot_at, queued, started, done = (
            contact[i, C_BOT_AT],
            contact[i, C_QUEUED],
            contact[i, C_STARTED],
            contact[i, C_DONE],
        )
        channel, agent, phase = contact[i, C_CHANNEL], contact[i, C_AGENT], contact[i, C_PHASE]
        arrive = bot_at if bot_at >= 0 else queued
        answer = started if contact[i, C_MARK] == 0 else contact[i, C_ANSWERED]
        alone = done >= 0 and phase == OVER and started >= 0
        if alone and done > started and parallel[channel] == 1:
            told[count, 0], told[count, 1], told[count, 2], told[count, 3] = agent, channel, started, done
            count += 1
        response = bot_at if bot_at >= 0 else answer
        ticket = ticket_of[i]
        if response >= 0 and (responded[ticket] < 0 or response < responded[ticket]):
            responded[ticket] = response
        times[0, i], times[1, i], times[2, i] = arrive, queued, answer
        times[3, i], times[4, i] = contact[i, C_LEAVE], done
        times[5, i] = (done - started if alone else 0) + contact[i, C_ASIDE_MS]
        codes[0, i] = contact[i, C_KIND] if arrive >= 0 else -1
        codes[1, i] = channel if arrive >= 0 else -1
        codes[2, i] = contact[i, C_ATTEMPT] if arrive >= 0 else 0
        codes[3, i], codes[4, i] = agent, team_of[agent]
        codes[5, i] = out.IN_SERVICE if phase == BOT else contact[i, C_RESULT]
    return times, codes, told[:count], responded


def in_order(table: np.ndarray) -> np.ndarray:
    """Stretches (agent, channel, from, until) sorted by these; an agent's stretches of one channel begin at once never,
    so that two columns of small figures and the begin make one key where they fit into it."""
    agent, channel, begin = table[:, 0], table[:, 1], table[:, 2]
    channels, span = int(channel.max(initial=0)) + 1, int(begin.max(initial=0)) + 1
    if (int(agent.max(initial=0)) + 1) * channels * span < FAR:
        key = (agent * channels + channel) * span + begin
        order = np.argsort(key)
        key = key[order]
        if (key[1:] > key[:-1]).all():
            return table[order]
    return table[np.lexsort(table.T[::-1])]


def ticket_columns(plan: Plan, tape: Tape, s: State) -> tuple[np.ndarray, np.ndarray]:
    """State and end of every ticket; those that end in self-service never come to the desk."""
    until = FAR if plan.drain else plan.end_ms
    state, end = s.ticket[:, layout.T_STATE].copy(), s.ticket[:, layout.T_END].copy()
    for fate, ends_as in ((SELF_RESOLVED, out.BY_SELF_SERVICE), (SELF_FALSE_GONE, out.LOST)):
        there = (tape.self_fate == fate) & (tape.self_end_ms < until)
        state[there], end[there] = ends_as, tape.self_end_ms[there]
    return state, end
