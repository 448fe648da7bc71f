"""The tally of one replication: additive numerators and denominators by period, channel, reason and team.

Nothing here is a ratio: tallies of replications (and of months, channels, reasons) add up, and a KPI is a ratio of
sums. Contacts count in the period in which they arrived, tickets in that in which the need arose, time where it was
spent, handle time where `kpis.handle_booked` says. What arrives in the warm-up is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from sim.demand.tape import Tape
from sim.engine.outcomes import Outcomes
from sim.engine.roster import Roster
from sim.kpis import measures, quantiles, spans, staff
from sim.kpis.columns import Contacts, contact_columns, end_of_run, ticket_columns
from sim.scenario.resolved import Resolved
from sim.scenario.units import HALF_HOUR_MS


@dataclass(frozen=True)
class Grid:
    """Sums by period. P periods, C channels, R reasons, T teams; all float64."""

    period_ms: np.ndarray
    """(P,) simulated time of each period, warm-up left out."""
    cells: Mapping[str, np.ndarray]
    """By measure: (P, C, R); R is 1 where reasons are not told apart."""
    lanes: Mapping[str, np.ndarray]
    """By measure: (P, C), what has no reason."""
    teams: Mapping[str, np.ndarray]
    """By measure: (P, T)."""


@dataclass(frozen=True)
class Tally:
    """One replication, small enough to keep: a month has all measures, the week's half-hours and the days the basic."""

    months: Grid
    week: Grid
    """336 half-hours of the local week from Monday 00:00; all weeks together."""
    days: Grid
    """Local days of the horizon."""
    instants: Mapping[str, np.ndarray] = field(default_factory=dict)
    """By measure: (months, C, R) at the end of the month; counts and sums of ages."""
    oldest: Mapping[str, np.ndarray] = field(default_factory=dict)
    """By measure: (months, C, R) at the end of the month; the greatest, 0 where there is nothing."""
    histograms: Mapping[str, np.ndarray] = field(default_factory=dict)
    """By measure: int64 (months, C, BINS), see `quantiles`."""


@dataclass(frozen=True)
class Periods:
    """How moments map to periods, and the edges between which time is measured."""

    count: int
    edges: np.ndarray  # int64 ms, ascending, from the warm-up's end to the horizon's
    period_of_piece: np.ndarray  # int64: the period of each piece between two edges

    def of(self, moment: np.ndarray) -> np.ndarray:
        """int64: period of each moment; what lies past the end (drained) counts in the last one."""
        piece = np.searchsorted(self.edges, moment, side="right") - 1
        return np.asarray(self.period_of_piece[np.clip(piece, 0, len(self.period_of_piece) - 1)])

    def gather(self, pieces: np.ndarray) -> np.ndarray:
        """float64 (..., periods): sums of figures by piece, (..., pieces)."""
        total = np.zeros((*pieces.shape[:-1], self.count))
        np.add.at(total, (..., self.period_of_piece), pieces)
        return total


def tally(resolved: Resolved, tape: Tape, roster: Roster, outcomes: Outcomes) -> Tally:
    """Every measure of one replication."""
    contacts = contact_columns(resolved, tape, outcomes)
    tickets = ticket_columns(resolved, tape, outcomes, contacts)
    counted = measures.Counted.of(resolved, tape, outcomes, contacts, tickets)
    months, week, days = month_periods(resolved), week_periods(resolved), day_periods(resolved)
    return Tally(
        months=_grid(resolved, roster, outcomes, contacts, counted, months, basic=False),
        week=_grid(resolved, roster, outcomes, contacts, counted, week, basic=True),
        days=_grid(resolved, roster, outcomes, contacts, counted, days, basic=True),
        instants=measures.instants(resolved, tape, outcomes, contacts),
        oldest=measures.oldest(resolved, tape, outcomes, contacts),
        histograms=_histograms(resolved, counted, months),
    )


def _warm(resolved: Resolved) -> tuple[int, int]:
    end = resolved.calendar.end_ms
    return min(resolved.scenario.horizon.warm_up, end), end


def _cut(edges: np.ndarray, low: int, high: int) -> tuple[np.ndarray, np.ndarray]:
    """Edges inside [low, high] and the index of the period of each piece between them."""
    inside = np.unique(np.clip(edges, low, high))
    return inside, np.searchsorted(edges, inside[:-1], side="right") - 1


def month_periods(resolved: Resolved) -> Periods:
    """Months of the horizon."""
    edges, piece = _cut(np.array(resolved.calendar.month_edges_ms, dtype=np.int64), *_warm(resolved))
    return Periods(len(resolved.calendar.month_labels), edges, piece)


def week_periods(resolved: Resolved) -> Periods:
    """Half-hours of the local week."""
    edges = np.arange(resolved.calendar.slots + 1, dtype=np.int64) * HALF_HOUR_MS
    edges, piece = _cut(edges, *_warm(resolved))
    return Periods(7 * 48, edges, resolved.calendar.slot_local[1][piece].astype(np.int64))


def day_periods(resolved: Resolved) -> Periods:
    """Local days."""
    days = resolved.calendar.days
    edges, piece = _cut(resolved.calendar.day_edges_ms[: days + 1], *_warm(resolved))
    return Periods(days, edges, piece)


def _grid(
    resolved: Resolved,
    roster: Roster,
    outcomes: Outcomes,
    contacts: Contacts,
    counted: measures.Counted,
    periods: Periods,
    basic: bool,
) -> Grid:
    channels, reasons = len(resolved.scenario.channels), len(resolved.scenario.reasons)
    kept = 1 if basic else reasons
    shape = (periods.count, channels, kept)
    cells: dict[str, np.ndarray] = {}
    for name, book in counted.books(basic):
        place = periods.of(book.moment) * channels + book.channel
        index = place if basic else place * reasons + book.reason
        cells[name] = book.sum(index, shape)
    teams = {
        name: periods.gather(figures).T for name, figures in staff.team_pieces(resolved, roster, outcomes, periods.edges)
    }
    for name, book in counted.team_books():
        teams[name] = book.sum_teams(periods.of(book.moment), periods.count, len(resolved.scenario.teams))
    end = end_of_run(resolved, outcomes)
    return Grid(
        period_ms=periods.gather(np.diff(periods.edges)[None, :])[0],
        cells=cells,
        lanes={
            name: periods.gather(figures).T
            for name, figures in staff.lane_pieces(resolved, outcomes, contacts, periods.edges, end)
        },
        teams=teams,
    )


def _histograms(resolved: Resolved, counted: measures.Counted, periods: Periods) -> dict[str, np.ndarray]:
    channels = len(resolved.scenario.channels)
    shape = (periods.count, channels, quantiles.BINS)
    found = {}
    for name, book in counted.histogram_books():
        cell = (periods.of(book.moment) * channels + book.channel) * quantiles.BINS
        found[name] = np.bincount(cell + quantiles.bin_of(book.weight), minlength=int(np.prod(shape))).reshape(shape)
    return found


__all__ = ["Grid", "Periods", "Tally", "day_periods", "month_periods", "spans", "tally", "week_periods"]
