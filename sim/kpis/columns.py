"""Columns that every KPI starts from: what each contact and each ticket of one replication amounts to.

A *contact* is a customer's arrival at a channel. A *leg* is what follows a transfer to another team: it has a row of
its own, and it is work and a wait, but not a further contact. See docs/definitions.md for the words.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.demand.tape import SELF_FAILED, SELF_FALSE_BACK, SELF_FALSE_GONE, Tape
from sim.engine import outcomes as out
from sim.engine.outcomes import Outcomes
from sim.kpis.cases import ContactCases
from sim.scenario.resolved import Resolved

CONTRACTS = "abcd"
FIGURES = ("wait_ms", "handle_ms", "work_ms", "patience_ms", "channel_ms")


@dataclass(frozen=True)
class Contacts:
    """The n rows that arrived, in row order; times are int64 ms."""

    row: np.ndarray  # int64 (n,) tape's row
    ticket: np.ndarray  # int64 (n,)
    channel: np.ndarray  # int8 (n,)
    reason_place: np.ndarray  # int32 (n,) channel x reasons + reason
    team: np.ndarray  # int8 (n,) -1 none
    case: np.ndarray  # int16 (n,) place in `cases`
    cases: ContactCases
    figures: np.ndarray
    """(5, n): wait (from the queue to the answer, to leaving, or, still waiting, to the end; 0 where not offered),
    handle time, work drawn, patience (0 without end), the customer's time on the channel with people."""
    arrive_ms: np.ndarray
    queue_ms: np.ndarray
    answer_ms: np.ndarray
    done_ms: np.ndarray
    draw: np.ndarray | None  # int64 (n,) place of the contact's draws in a flattened (W, M) column; None: the row

    @property
    def wait_ms(self) -> np.ndarray:
        """(n,)"""
        return np.asarray(self.figures[0])

    @property
    def handle_ms(self) -> np.ndarray:
        """(n,)"""
        return np.asarray(self.figures[1])

    def drawn(self, column: np.ndarray) -> np.ndarray:
        """(n,): figures of a (W, M) column of the tape for the contacts on their channels."""
        return np.asarray(column.reshape(-1)[self.row if self.draw is None else self.draw])


@dataclass(frozen=True)
class Tickets:
    """Columns of the N tickets; counts are int32 (N,)."""

    counts: np.ndarray
    """(N, 4): contacts that arrived, legs left out; legs; contacts that an agent or a bot answered; times that the
    customer had to repeat the story."""
    moments: np.ndarray  # int64 (N, 2) ms: arrival of the first and of the second contact, -1 none
    resolved_at_first: np.ndarray  # bool: the first contact (legs included) met the need
    helpless: np.ndarray  # bool: self-service or a bot was tried and did not help
    lateness: np.ndarray  # float64 doublings of the longest wait beyond its channel's target, 0 in time

    @property
    def contacts(self) -> np.ndarray:
        """(N,)"""
        return np.asarray(self.counts[:, 0])

    @property
    def legs(self) -> np.ndarray:
        """(N,)"""
        return np.asarray(self.counts[:, 1])

    @property
    def cold(self) -> np.ndarray:
        """(N,): times that the customer had to repeat the story."""
        return np.asarray(self.counts[:, 3])


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


def _contracts(resolved: Resolved) -> np.ndarray:
    """int64 (regimes, channels): which of the four service levels is agreed, 0 where a channel has no target."""
    read = [
        [float(CONTRACTS.index(c.target.contract)) if c.target else 0.0 for c in v.channels.values()]
        for v in resolved.variants
    ]
    return by_regime(resolved, read).astype(np.int64)


def contact_columns(resolved: Resolved, tape: Tape, outcomes: Outcomes) -> Contacts:
    """Columns of every row that arrived.

    Who was offered too late to be judged (less than the target before a horizon that is cut) is left out of the
    service level, answered or not: to keep the answered ones alone would flatter, and to count the others as missed
    would wrong it.
    """
    from sim.kpis import compiled_cases

    o, reasons = outcomes, len(resolved.scenario.reasons)
    row = np.flatnonzero(o.kind >= 0)
    case, codes, ticket, place, figures = compiled_cases.contact_cases(
        row,
        tape.rows if tape.wide else 0,
        tape.ticket,
        tape.regime,
        tape.reason,
        reasons,
        (o.kind, o.channel, o.result, o.arrive_ms, o.queue_ms, o.answer_ms, o.leave_ms, o.done_ms, o.handle_ms),
        _flat(tape.work_ms, tape.wrap_ms, tape.patience_ms, tape.bot, tape.bot_ms, tape.flags),
        targets_ms(resolved),
        _contracts(resolved),
        end_of_run(resolved, outcomes),
        resolved.scenario.horizon.at_end == "cut",
        resolved.scenario.horizon.warm_up,
    )
    channel = o.channel[row]
    return Contacts(
        row=row,
        ticket=ticket,
        channel=channel,
        reason_place=place,
        team=o.team[row],
        case=case,
        cases=ContactCases.of(codes),
        figures=figures,
        arrive_ms=o.arrive_ms[row],
        queue_ms=o.queue_ms[row],
        answer_ms=o.answer_ms[row],
        done_ms=o.done_ms[row],
        draw=channel.astype(np.int64) * tape.rows + row if tape.wide else None,
    )


def _flat(*columns: np.ndarray) -> tuple[np.ndarray, ...]:
    """Columns of the tape (W, M), one line after the other."""
    return tuple(np.ascontiguousarray(column).reshape(-1) for column in columns)


def ticket_columns(resolved: Resolved, tape: Tape, contacts: Contacts) -> Tickets:
    """Columns of every ticket."""
    from sim.kpis import compiled_cases

    is_ = contacts.cases
    met = (is_.result == out.RESOLVED) | (is_.result == out.BOT_RESOLVED)
    helped = is_.answered | is_.contained
    counts, moments, flags, worst = compiled_cases.ticket_counts(
        tape.tickets,
        contacts.row,
        tape.rows if tape.wide else 0,
        contacts.ticket,
        contacts.case,
        contacts.reason_place,
        (is_.leg, helped, met, is_.answered, is_.session, is_.contained, is_.result == out.BOT_UNRESOLVED),
        contacts.wait_ms,
        contacts.arrive_ms,
        contacts.queue_ms,
        _flat(tape.bot_ms, tape.flags),
        tape.regime,
        (_cold_transfers(resolved), targets_ms(resolved)),
    )
    late = np.flatnonzero(worst)
    lateness = np.zeros(tape.tickets)
    lateness[late] = np.log2(worst[late])
    fate = tape.self_fate
    self_failed = (fate == SELF_FAILED) | (fate == SELF_FALSE_BACK) | (fate == SELF_FALSE_GONE)
    return Tickets(counts, moments, flags[:, 0], self_failed | flags[:, 1], lateness)


def _cold_transfers(resolved: Resolved) -> np.ndarray:
    """bool (regimes, reasons): a transfer makes the customer repeat the story."""
    return np.array(
        [
            [r.transfer is not None and r.transfer.context == "cold" for r in v.reasons.values()]
            for v in resolved.variants
        ],
        dtype=bool,
    ).reshape(len(resolved.variants), -1)
