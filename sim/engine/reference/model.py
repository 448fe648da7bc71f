"""What happens, as a SimPy model: the definition of the rules, ticket by ticket.

One dispatcher on a SimPy environment; no process per ticket, and no random draw: the plan says what is allowed and
staffed, the tape what customers would do, the roster who is there. Events run in the total order (time, kind, id), see
docs/semantics.md 4.2. The rules are in `tickets`, `agents`, `arrivals` and `staff`, each resting on those before it.
"""

from __future__ import annotations

import gc
from itertools import repeat

import numpy as np

from sim.demand.tape import SELF_FALSE_GONE, SELF_RESOLVED, Tape
from sim.engine import outcomes as out
from sim.engine.plan import FAR, Plan
from sim.engine.reference.agents import log_busy
from sim.engine.reference.arrivals import on_arrival, on_first_arrival, on_overflow
from sim.engine.reference.desk import ARRIVES, Desk
from sim.engine.reference.entities import BOT, OVER
from sim.engine.reference.staff import next_staff_event
from sim.engine.roster import Roster


def run(plan: Plan, tape: Tape, roster: Roster) -> out.Outcomes:
    """Outcomes of one replication under the SimPy model."""
    desk = Desk(plan, tape, roster, on_arrival, on_overflow)
    next_staff_event(desk, 0)
    rows = tape.first_order.tolist()
    orders = (tape.first_order + ARRIVES).tolist()
    firsts = zip(tape.first_ms[tape.first_order].tolist(), orders, repeat(on_first_arrival), rows, strict=False)
    collecting = gc.isenabled()
    gc.disable()  # nothing made on the way is cyclic, and the collector would walk the lists again and again
    try:
        desk.clock.drive(desk, firsts, FAR if plan.drain else plan.end_ms)
    finally:
        if collecting:
            gc.enable()
    end = plan.end_ms
    if plan.drain:
        end = max(end, max(desk.leave, default=0), max(desk.done, default=0))
    close_the_books(desk, end)
    return outcomes(desk, end)


def close_the_books(desk: Desk, end: int) -> None:
    """Cuts what is open at the end: agents at work are done then, as far as the columns of stretches go."""
    for agent in desk.agents:
        for row in agent.hand:
            desk.aside_ms[row] += end - desk.started[row]
            if desk.leave[row] < 0:
                desk.result[row] = out.IN_SERVICE
        if agent.hand:
            channel = desk.queue[agent.hand[0]].channel
            begin = agent.busy_since if channel.parallel > 1 else desk.started[agent.hand[0]]
            log_busy(desk, agent, channel, begin, end)
        if agent.on:
            desk.duty.append((agent.id, agent.on_since, end))


def outcomes(desk: Desk, end: int) -> out.Outcomes:
    """The columns of what happened; what can be told from others is told here rather than on the way."""
    queued, started, done = column(desk.queued), column(desk.started), column(desk.done)
    kind, channel, phase, parallel = column(desk.kind), column(desk.channel), column(desk.phase), desk.plan.parallel
    arrive = fill_in(queued.copy(), desk.bot_at)
    arrived = arrive >= 0
    answer = started.copy()
    answer[list(desk.unusual)] = -1
    answer = fill_in(answer, desk.answered)
    agent = column([agent.id if begin >= 0 else -1 for agent, begin in zip(desk.agent, desk.started, strict=True)])
    alone = (done >= 0) & (phase == OVER) & (started >= 0)
    stretches = [column(desk.busy).reshape(-1, 4)]
    stretches.append(np.stack([agent, channel, started, done], axis=1)[alone & (done > started) & (parallel[channel] == 1)])
    busy = in_order(np.concatenate(stretches))
    duty = column(desk.duty).reshape(-1, 3)
    duty = in_order(np.minimum(duty[duty[:, 1] < end], [FAR, FAR, end]))
    state, ended, response = ticket_columns(desk, fill_in(answer.copy(), desk.bot_at))
    return out.Outcomes(
        kind=np.where(arrived, kind, -1).astype(np.int8),
        channel=np.where(arrived, channel, -1).astype(np.int8),
        attempt=np.where(arrived, desk.attempt, 0).astype(np.int16),
        arrive_ms=arrive,
        queue_ms=queued,
        answer_ms=answer,
        leave_ms=column(desk.leave),
        done_ms=done,
        handle_ms=np.where(alone, done - started, 0) + column(desk.aside_ms),
        agent=agent.astype(np.int32),
        team=np.append(desk.roster.agent_team, -1)[agent].astype(np.int8),
        result=np.where(phase == BOT, out.IN_SERVICE, desk.result).astype(np.int8),
        state=state.astype(np.int8),
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


def fill_in(values: np.ndarray, known: dict[int, int]) -> np.ndarray:
    """Writes what is known of single rows into a column."""
    values[list(known)] = list(known.values())
    return values


def in_order(table: np.ndarray) -> np.ndarray:
    """Rows sorted by their columns from the first on."""
    return table[np.lexsort(table.T[::-1])]


def ticket_columns(desk: Desk, answered: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """State, end and first response of every ticket; those that end in self-service never come to the desk."""
    tape, until = desk.tape, FAR if desk.plan.drain else desk.plan.end_ms
    state, end = np.array(desk.state, dtype=np.int64), np.array(desk.end, dtype=np.int64)
    for fate, ends_as in ((SELF_RESOLVED, out.BY_SELF_SERVICE), (SELF_FALSE_GONE, out.LOST)):
        there = (tape.self_fate == fate) & (tape.self_end_ms < until)
        state[there], end[there] = ends_as, tape.self_end_ms[there]
    response = np.full(tape.tickets, FAR, dtype=np.int64)
    some = answered >= 0
    np.minimum.at(response, tape.ticket[some], answered[some])
    return state, end, np.where(response < FAR, response, -1)
