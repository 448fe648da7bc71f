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
        for column in (outcomes.done_ms, outcomes.leave_ms, outcomes.busy_until_ms):
            last = max(last, int(column.max(initial=0)))
    return last


def take(table: np.ndarray, channel: np.ndarray, row: np.ndarray) -> np.ndarray:
    """Figures of a (W, M) column of the tape for contacts on their channels."""
    return np.asarray(table[channel if table.shape[0] > 1 else 0, row])


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
    left = np.isin(result, LEFT)
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
        session=bot_sessions(tape, row, channel, arrive, queue, result),
        contained=contained,
        offered=offered,
        joined=offered & (result != out.BALKED) & (result != out.BLOCKED),
        answered=answered,
        left=left,
        waiting=offered & (result == out.WAITING) & (answer < 0),
        handled=answered & (done >= 0) & np.isin(result, TALKED),
        arrive_ms=arrive,
        queue_ms=queue,
        answer_ms=answer,
        leave_ms=leave,
        done_ms=done,
        handle_ms=handle,
        wait_ms=np.where(offered, np.maximum(wait, 0), 0),
    )


def bot_sessions(
    tape: Tape, row: np.ndarray, channel: np.ndarray, arrive: np.ndarray, queue: np.ndarray, result: np.ndarray
) -> np.ndarray:
    """bool (n,): a bot took the contact. It does not where it is closed with its channel: the contact is then offered
    on arrival, before a session could have ended."""
    meant = (take(tape.bot, channel, row) >= 0) & (take(tape.flags, channel, row) & BOT_ANY != 0)
    length = take(tape.bot_ms, channel, row)
    at_once = (queue >= 0) & (queue - arrive < length)
    return np.asarray(meant & ~at_once & ((length > 0) | (result != out.CLOSED)))


def ticket_columns(resolved: Resolved, tape: Tape, contacts: Contacts) -> Tickets:
    """Columns of every ticket."""
    n = tape.tickets
    own = ~contacts.leg
    ticket = contacts.ticket
    first, second = _first_two(n, ticket[own], contacts.arrive_ms[own])
    met = (contacts.result == out.RESOLVED) | (contacts.result == out.BOT_RESOLVED)
    # legs of the first contact come before the second contact arrives
    early = (second[ticket] < 0) | (contacts.arrive_ms < second[ticket]) | (contacts.row < n)
    helped = contacts.answered | contacts.contained
    flags = take(tape.flags, contacts.channel, contacts.row)
    timed_out = contacts.session & ~contacts.contained & (take(tape.bot_ms, contacts.channel, contacts.row) > 0)
    bot_failed = timed_out & (contacts.queue_ms >= 0) | (contacts.result == out.BOT_UNRESOLVED)
    cold_leg = _cold_transfers(resolved)[tape.regime[ticket], contacts.reason] & contacts.leg & contacts.answered
    cold_bot = (flags & COLD != 0) & contacts.session & contacts.answered
    self_failed = np.isin(tape.self_fate, (SELF_FAILED, SELF_FALSE_BACK, SELF_FALSE_GONE))
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


def _first_two(n: int, ticket: np.ndarray, arrive: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Arrival of the first and of the second contact of each ticket, -1 none."""
    order = np.lexsort((arrive, ticket))
    ticket, arrive = ticket[order], arrive[order]
    start = np.flatnonzero(np.r_[True, ticket[1:] != ticket[:-1]]) if len(ticket) else np.zeros(0, dtype=np.int64)
    first, second = np.full(n, -1, dtype=np.int64), np.full(n, -1, dtype=np.int64)
    first[ticket[start]] = arrive[start]
    follows = start + 1
    follows = follows[follows < len(ticket)]
    follows = follows[ticket[follows] == ticket[follows - 1]]
    second[ticket[follows]] = arrive[follows]
    return first, second


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
