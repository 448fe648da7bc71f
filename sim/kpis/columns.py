"""Columns that every KPI starts from: what each contact and each ticket of one replication amounts to.

A *contact* is a customer's arrival at a channel. A *leg* is what follows a transfer to another team: it has a row of
its own, and it is work and a wait, but not a further contact. See docs/definitions.md for the words.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.demand.tape import (
    BOT_ANY,
    COLD,
    SELF_FAILED,
    SELF_FALSE_BACK,
    SELF_FALSE_GONE,
    Tape,
)
from sim.engine import outcomes as out
from sim.engine.outcomes import Outcomes
from sim.scenario.resolved import Resolved

LEFT = (out.ABANDONED, out.UNREACHED)
TALKED = (out.RESOLVED, out.UNRESOLVED, out.TRANSFERRED)


@dataclass(frozen=True)
class Contacts:
    """Columns of the n rows that arrived, in row order; flags are bool (n,), times int64 ms (n,)."""

    row: np.ndarray  # int64 tape's row
    ticket: np.ndarray  # int64
    channel: np.ndarray  # int64
    reason: np.ndarray  # int64
    team: np.ndarray  # int64, -1 none
    kind: np.ndarray
    result: np.ndarray
    leg: np.ndarray  # follows a transfer
    session: np.ndarray  # a bot took it
    contained: np.ndarray  # ... and ended it
    offered: np.ndarray  # reached the agents' queue while the channel took contacts
    joined: np.ndarray  # answered at once or waited: offered, not blocked, did not balk
    answered: np.ndarray  # an agent started
    left: np.ndarray  # abandoned, or accepted a call back and did not pick up
    waiting: np.ndarray  # still waiting for an agent at the end
    handled: np.ndarray  # an agent has finished it, wrap-up included
    arrive_ms: np.ndarray
    queue_ms: np.ndarray
    answer_ms: np.ndarray
    leave_ms: np.ndarray
    done_ms: np.ndarray
    handle_ms: np.ndarray
    wait_ms: np.ndarray  # from the queue to the answer, to leaving, or (still waiting) to the end; 0 where not offered
    draw: np.ndarray  # int64 place of the contact's draws in a flattened (W, M) column of the tape

    def drawn(self, column: np.ndarray) -> np.ndarray:
        """(n,): figures of a (W, M) column of the tape for the contacts on their channels."""
        return np.asarray(column.reshape(-1)[self.draw])


@dataclass(frozen=True)
class Tickets:
    """Columns of the N tickets; counts are int64 (N,)."""

    contacts: np.ndarray  # contacts that arrived, legs left out
    legs: np.ndarray
    answered: np.ndarray  # contacts that an agent or a bot answered
    first_ms: np.ndarray  # arrival of the first contact, -1 none
    second_ms: np.ndarray  # arrival of the second contact, -1 none
    resolved_at_first: np.ndarray  # bool: the first contact (legs included) met the need
    cold: np.ndarray  # times that the customer had to repeat the story
    helpless: np.ndarray  # bool: self-service or a bot was tried and did not help
    lateness: np.ndarray  # float64 doublings of the longest wait beyond its channel's target, 0 in time


def end_of_run(resolved: Resolved, outcomes: Outcomes) -> int:
    """The clock when the run stopped: the horizon's end, or later where it was drained."""
    last = resolved.calendar.end_ms
    if resolved.scenario.horizon.at_end == "drain":
        arrivals = (outcomes.arrive_ms, outcomes.queue_ms)
        for column in (*arrivals, outcomes.done_ms, outcomes.leave_ms, outcomes.busy_until_ms):
            last = max(last, int(column.max(initial=0)))
    return last


def by_regime(resolved: Resolved, read: list[list[float]]) -> np.ndarray:
    """A (regimes, things) table as an array, with one line even where there are no things."""
    return np.array(read, dtype=np.float64).reshape(len(resolved.variants), -1)


def targets_ms(resolved: Resolved) -> np.ndarray:
    """float64 (regimes, channels): target wait, NaN where a channel has none."""
    return by_regime(
        resolved,
        [[c.target.within if c.target else np.nan for c in v.channels.values()] for v in resolved.variants],
    )


def contact_columns(resolved: Resolved, tape: Tape, outcomes: Outcomes) -> Contacts:
    """Columns of every row that arrived."""
    row = np.flatnonzero(outcomes.kind >= 0)
    ticket = tape.ticket[row]
    channel = outcomes.channel[row].astype(np.int64)
    kind, result = outcomes.kind[row], outcomes.result[row]
    arrive, queue, answer = outcomes.arrive_ms[row], outcomes.queue_ms[row], outcomes.answer_ms[row]
    leave, done, handle = outcomes.leave_ms[row], outcomes.done_ms[row], outcomes.handle_ms[row]
    contained = (result == out.BOT_RESOLVED) | (result == out.BOT_UNRESOLVED)
    offered = (queue >= 0) & ~contained & (result != out.CLOSED)
    answered = offered & (answer >= 0)
    left = among(result, LEFT)
    draw = channel * tape.rows + row if tape.wide else row
    wait = np.where(answered, answer, np.where(leave >= 0, leave, end_of_run(resolved, outcomes))) - queue
    wait -= np.where(result == out.UNREACHED, handle, 0)  # the attempt to call back is not the customer's wait
    return Contacts(
        row=row,
        ticket=ticket,
        channel=channel,
        reason=tape.reason[ticket].astype(np.int64),
        team=outcomes.team[row].astype(np.int64),
        kind=kind,
        result=result,
        leg=kind == out.TRANSFER,
        session=bot_sessions(tape, draw, arrive, queue, result),
        contained=contained,
        offered=offered,
        joined=offered & (result != out.BALKED) & (result != out.BLOCKED),
        answered=answered,
        left=left,
        waiting=offered & (result == out.WAITING) & (answer < 0),
        handled=answered & (done >= 0) & among(result, TALKED),
        arrive_ms=arrive,
        queue_ms=queue,
        answer_ms=answer,
        leave_ms=leave,
        done_ms=done,
        handle_ms=handle,
        wait_ms=np.where(offered, np.maximum(wait, 0), 0),
        draw=draw,
    )


def among(codes: np.ndarray, wanted: tuple[int, ...]) -> np.ndarray:
    """bool (n,): whether each code is one of a few."""
    found = np.zeros(len(codes), dtype=bool)
    for code in wanted:
        found |= codes == code
    return found


def bot_sessions(tape: Tape, draw: np.ndarray, arrive: np.ndarray, queue: np.ndarray, result: np.ndarray) -> np.ndarray:
    """bool (n,): a bot took the contact. It does not where it is closed with its channel: the contact is then offered
    on arrival, before a session could have ended."""
    if not (tape.bot >= 0).any():
        return np.zeros(len(draw), dtype=bool)
    meant = (tape.bot.reshape(-1)[draw] >= 0) & (tape.flags.reshape(-1)[draw] & BOT_ANY != 0)
    length = tape.bot_ms.reshape(-1)[draw]
    at_once = (queue >= 0) & (queue - arrive < length)
    return np.asarray(meant & ~at_once & ((length > 0) | (result != out.CLOSED)))


def ticket_columns(resolved: Resolved, tape: Tape, contacts: Contacts) -> Tickets:
    """Columns of every ticket."""
    from sim.kpis import compiled

    n = tape.tickets
    own = ~contacts.leg
    ticket = contacts.ticket
    first, second = compiled.first_two(n, ticket, contacts.arrive_ms, contacts.leg)
    met = (contacts.result == out.RESOLVED) | (contacts.result == out.BOT_RESOLVED)
    # legs of the first contact come before the second contact arrives
    again = second[ticket]
    early = (again < 0) | (contacts.arrive_ms < again) | (contacts.row < n)
    helped = contacts.answered | contacts.contained
    timed_out = contacts.session & ~contacts.contained & (contacts.drawn(tape.bot_ms) > 0)
    bot_failed = timed_out & (contacts.queue_ms >= 0) | (contacts.result == out.BOT_UNRESOLVED)
    cold_leg = _cold_transfers(resolved)[tape.regime[ticket], contacts.reason] & contacts.leg & contacts.answered
    cold_bot = (contacts.drawn(tape.flags) & COLD != 0) & contacts.session & contacts.answered
    self_failed = among(tape.self_fate, (SELF_FAILED, SELF_FALSE_BACK, SELF_FALSE_GONE))
    return Tickets(
        contacts=np.bincount(ticket[own], minlength=n),
        legs=np.bincount(ticket[contacts.leg], minlength=n),
        answered=np.bincount(ticket[helped & own], minlength=n),
        first_ms=first,
        second_ms=second,
        resolved_at_first=np.bincount(ticket[met & early], minlength=n) > 0,
        cold=np.bincount(ticket[cold_leg | cold_bot], minlength=n),
        helpless=self_failed | (np.bincount(ticket[bot_failed], minlength=n) > 0),
        lateness=_lateness(resolved, tape, contacts),
    )


def _cold_transfers(resolved: Resolved) -> np.ndarray:
    """bool (regimes, reasons): a transfer makes the customer repeat the story."""
    return np.array(
        [
            [r.transfer is not None and r.transfer.context == "cold" for r in v.reasons.values()]
            for v in resolved.variants
        ]
    )


def _lateness(resolved: Resolved, tape: Tape, contacts: Contacts) -> np.ndarray:
    """float64 (N,): log2(wait / target) of the contact that waited longest against its target, 0 in time.

    Legs wait like contacts. Channels without a target have no lateness.
    """
    target = targets_ms(resolved)[tape.regime[contacts.ticket], contacts.channel]
    late = np.flatnonzero(contacts.wait_ms > np.where(np.isnan(target), np.inf, target))
    worst = np.zeros(tape.tickets)
    with np.errstate(divide="ignore"):
        doublings = np.log2(contacts.wait_ms[late] / np.maximum(target[late], 1.0))
    np.maximum.at(worst, contacts.ticket[late], doublings)
    return worst
