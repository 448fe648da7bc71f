"""What happens, as a SimPy model: the definition of the rules, ticket by ticket.

One dispatcher on a SimPy environment; no process per ticket, and no random draw: the plan says what is allowed and
staffed, the tape what customers would do, the roster who is there. Events run in the total order (time, kind, id), see
docs/semantics.md 4.2. The rules are in `tickets`, `agents`, `arrivals` and `staff`, each resting on those before it.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from itertools import repeat
from operator import attrgetter

import numpy as np

from sim.demand.tape import SELF_FALSE_GONE, SELF_RESOLVED, Tape
from sim.engine import outcomes as out
from sim.engine.plan import FAR, Plan
from sim.engine.reference.agents import log_busy
from sim.engine.reference.arrivals import offer, on_arrival, on_first_arrival, on_overflow
from sim.engine.reference.desk import ARRIVES, Desk, Event
from sim.engine.reference.entities import BOT
from sim.engine.reference.staff import next_staff_event
from sim.engine.roster import Roster

SERVED = (out.RESOLVED, out.UNRESOLVED, out.TRANSFERRED)


def run(plan: Plan, tape: Tape, roster: Roster) -> out.Outcomes:
    """Outcomes of one replication under the SimPy model."""
    collecting = gc.isenabled()
    gc.disable()  # nothing made on the way is cyclic, and the collector would walk the lists again and again
    try:
        desk = Desk(plan, tape, roster, on_arrival, on_overflow)
        next_staff_event(desk, 0)
        desk.clock.drive(desk, first_contacts(desk, tape), desk.until)
        end = plan.end_ms
        if plan.drain:
            moments = (desk.queued, desk.bot_at.values(), desk.leave, desk.done.values())
            end = max(end, *(max(column, default=0) for column in moments))
        close_the_books(desk, end)
        return outcomes(desk, end)
    finally:
        if collecting:
            gc.enable()


def first_contacts(desk: Desk, tape: Tape) -> Iterator[Event]:
    """The arrivals of first contacts, in order."""
    rows = tape.first_order[tape.first_ms[tape.first_order] < desk.until]  # self-service can end after the run does
    handler = on_first_arrival if desk.has_bots else offer
    return zip(tape.first_ms[rows].tolist(), (rows + ARRIVES).tolist(), repeat(handler), rows.tolist(), strict=False)


def close_the_books(desk: Desk, end: int) -> None:
    """Cuts what is open at the end: agents at work are done then, as far as the columns of stretches go."""
    for agent in desk.agents:
        for row in agent.hand:
            desk.aside_ms[row] = desk.aside_ms.get(row, 0) + end - desk.started[row]
            if desk.leave[row] < 0:
                desk.result[row] = out.IN_SERVICE
            else:
                desk.done[row] = -1
        if agent.hand:
            channel = desk.queue[agent.hand[0]].channel
            begin = agent.busy_since if channel.parallel > 1 else desk.started[agent.hand[0]]
            log_busy(desk, agent, channel, begin, end)
        if agent.on:
            desk.duty.append((agent.id, agent.on_since, end))
    for row in desk.bot_at:
        if desk.phase[row] == BOT:
            desk.result[row] = out.IN_SERVICE


def outcomes(desk: Desk, end: int) -> out.Outcomes:
    """The columns of what happened; what can be told from others is told here rather than on the way."""
    queued, started, leave = column(desk.queued), column(desk.started), column(desk.leave)
    kind, result, channel = small(desk.kind), small(desk.result), small(desk.channel)
    done = fill_in(np.where(np.isin(result, SERVED), leave, -1), desk.done)
    arrive = fill_in(queued.copy(), desk.bot_at)
    arrived = arrive >= 0
    answer = started.copy()
    answer[list(desk.unusual)] = -1
    answer = fill_in(answer, desk.answered)
    agent = column(list(map(attrgetter("id"), desk.agent)))
    handle = np.where(done >= 0, done - started, 0)
    aside = fill_in(np.zeros_like(handle), desk.aside_ms)
    alone = (handle > 0) & (desk.plan.parallel[channel] == 1)
    stretches = [column(desk.busy).reshape(-1, 4), np.stack([agent, channel, started, done], axis=1)[alone]]
    busy = in_order(np.concatenate(stretches))
    duty = column(desk.duty).reshape(-1, 3)
    duty = in_order(np.minimum(duty[duty[:, 1] < end], [FAR, FAR, end]))
    met_ms = np.where((result == out.RESOLVED) | (result == out.BOT_RESOLVED), leave, FAR)
    state, ended, response = ticket_columns(desk, fill_in(answer.copy(), desk.bot_at), met_ms)
    return out.Outcomes(
        kind=np.where(arrived, kind, -1).astype(np.int8),
        channel=np.where(arrived, channel, -1).astype(np.int8),
        attempt=np.where(arrived, attempts(desk.tape), 0).astype(np.int16),
        arrive_ms=arrive,
        queue_ms=queued,
        answer_ms=answer,
        leave_ms=leave,
        done_ms=done,
        handle_ms=handle + aside,
        agent=agent.astype(np.int32),
        team=np.append(desk.roster.agent_team, -1)[agent].astype(np.int8),
        result=result,
        state=state,
        end_ms=ended,
        response_ms=response,
        busy_agent=busy[:, 0].astype(np.int32),
        busy_channel=busy[:, 1].astype(np.int8),
        busy_from_ms=busy[:, 2].copy(),
        busy_until_ms=busy[:, 3].copy(),
        duty_agent=duty[:, 0].astype(np.int32),
        duty_from_ms=duty[:, 1].copy(),
        duty_until_ms=duty[:, 2].copy(),
    )


def column(values: list) -> np.ndarray:  # type: ignore[type-arg]
    """A list of integers (or of tuples of them) as int64."""
    return np.array(values, dtype=np.int64)


def small(values: list[int]) -> np.ndarray:
    """A list of integers from 0 to 127 as int8."""
    return np.frombuffer(bytes(values), dtype=np.int8)


def attempts(tape: Tape) -> np.ndarray:
    """int64 (M,): the place of each row among those of its ticket."""
    place = np.zeros(tape.rows, dtype=np.int64)
    row, number = tape.next_row[: tape.tickets], 0
    while len(row):
        number += 1
        row = row[row >= 0]
        place[row] = number
        row = tape.next_row[row]
    return place


def fill_in(values: np.ndarray, known: dict[int, int]) -> np.ndarray:
    """Writes what is known of single rows into a column."""
    values[list(known)] = list(known.values())
    return values


def in_order(table: np.ndarray) -> np.ndarray:
    """Rows sorted by their columns from the first on."""
    return table[np.lexsort(table.T[::-1])]


def ticket_columns(desk: Desk, answered: np.ndarray, met_ms: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """State, end and first response of every ticket; those that end in self-service never come to the desk."""
    tape, until = desk.tape, FAR if desk.plan.drain else desk.plan.end_ms
    state, end = small(desk.state).copy(), np.full(tape.tickets, FAR, dtype=np.int64)
    np.minimum.at(end, tape.ticket, met_ms)  # a need is met by the first contact that resolves it
    end = fill_in(np.where(end < FAR, end, -1), desk.lost_at)
    for fate, ends_as in ((SELF_RESOLVED, out.BY_SELF_SERVICE), (SELF_FALSE_GONE, out.LOST)):
        there = (tape.self_fate == fate) & (tape.self_end_ms < until)
        state[there], end[there] = ends_as, tape.self_end_ms[there]
    response = np.full(tape.tickets, FAR, dtype=np.int64)
    some = answered >= 0
    np.minimum.at(response, tape.ticket[some], answered[some])
    return state, end, np.where(response < FAR, response, -1)
