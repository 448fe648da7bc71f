"""What happens, as a SimPy model: the definition of the rules, ticket by ticket.

One dispatcher on a SimPy environment; no process per ticket, and no random draw: the plan says what is allowed and
staffed, the tape what customers would do, the roster who is there. Events run in the total order (time, kind, id), see
docs/semantics.md 4.2. The rules are in `tickets`, `agents`, `arrivals` and `staff`, each resting on those before it.
"""

from __future__ import annotations

import numpy as np

from sim.demand.tape import SELF_FALSE_GONE, SELF_RESOLVED, Tape
from sim.engine import outcomes as out
from sim.engine.plan import FAR, Plan
from sim.engine.reference.agents import on_end
from sim.engine.reference.arrivals import next_first_contact, on_arrival, on_chase, on_overflow, on_patience
from sim.engine.reference.staff import next_staff_event, on_staff
from sim.engine.reference.state import BOT, PENDING, TALK, UNUSED, WRAP, State
from sim.engine.roster import Roster

HANDLERS = [on_end, on_staff, on_arrival, on_chase, on_overflow, on_patience]  # by kind of event


def outcomes(s: State, end: int) -> out.Outcomes:
    """Closes what is open at the end and returns the columns."""
    for agent, hand in enumerate(s.hand):
        if hand and end > s.busy_since[agent]:
            s.busy.append((agent, s.channel[hand[0]], s.busy_since[agent], end))
        if s.on[agent] and end > s.on_since[agent]:
            s.duty.append((agent, s.on_since[agent], end))
    for row, phase in enumerate(s.phase):
        if phase in (PENDING, UNUSED):
            s.kind[row] = s.queued[row] = -1
            s.attempt[row] = 0
        elif phase in (BOT, TALK, WRAP):
            if s.leave[row] < 0:
                s.result[row] = out.IN_SERVICE
            if phase != BOT:
                s.handle[row] += end - s.started[row]
    agent_team = np.append(s.roster.agent_team, -1)
    agents = np.array(s.agent, dtype=np.int32)
    busy = np.array(sorted(s.busy), dtype=np.int64).reshape(-1, 4)
    duty = np.array(sorted(s.duty), dtype=np.int64).reshape(-1, 3)
    return out.Outcomes(
        kind=np.array(s.kind, dtype=np.int8),
        channel=np.where(np.array(s.kind) < 0, -1, s.channel).astype(np.int8),
        attempt=np.array(s.attempt, dtype=np.int16),
        arrive_ms=np.array(s.arrive, dtype=np.int64),
        queue_ms=np.array(s.queued, dtype=np.int64),
        answer_ms=np.array(s.answer, dtype=np.int64),
        leave_ms=np.array(s.leave, dtype=np.int64),
        done_ms=np.array(s.done, dtype=np.int64),
        handle_ms=np.array(s.handle, dtype=np.int64),
        agent=agents,
        team=agent_team[agents].astype(np.int8),
        result=np.array(s.result, dtype=np.int8),
        state=np.array(s.state, dtype=np.int8),
        end_ms=np.array(s.end, dtype=np.int64),
        response_ms=np.array(s.response, dtype=np.int64),
        busy_agent=busy[:, 0].astype(np.int32),
        busy_channel=busy[:, 1].astype(np.int8),
        busy_from_ms=busy[:, 2],
        busy_until_ms=busy[:, 3],
        duty_agent=duty[:, 0].astype(np.int32),
        duty_from_ms=duty[:, 1],
        duty_until_ms=duty[:, 2],
    )


def settle_self_service(s: State) -> None:
    """Tickets that end before any contact: resolved by self-service, or gone after a false resolution."""
    end = FAR if s.plan.drain else s.plan.end_ms
    for i, fate in enumerate(s.tape.self_fate.tolist()):
        if fate in (SELF_RESOLVED, SELF_FALSE_GONE):
            when = int(s.tape.self_end_ms[i])
            if when < end:
                s.state[i] = out.BY_SELF_SERVICE if fate == SELF_RESOLVED else out.LOST
                s.end[i] = when


def run(plan: Plan, tape: Tape, roster: Roster) -> out.Outcomes:
    """Outcomes of one replication under the SimPy model."""
    s = State(plan, tape, roster)
    settle_self_service(s)
    next_staff_event(s)
    next_first_contact(s)
    s.clock.drive(HANDLERS, s, FAR if s.plan.drain else s.plan.end_ms)
    return outcomes(s, max(s.plan.end_ms, max(s.leave), max(s.done)) if s.plan.drain else s.plan.end_ms)
