"""The tally of one replication: additive numerators and denominators by period, channel, reason and team.

Nothing here is a ratio: tallies of replications (and of months, channels, reasons) add up, and a KPI is a ratio of
sums. Contacts count in the period in which they arrived, tickets in that in which the need arose, time where it was
spent, handle time where `kpis.handle_booked` says. What arrives in the warm-up is left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from sim.demand.tape import Tape
from sim.engine.outcomes import Outcomes
from sim.engine.roster import Roster
from sim.kpis import measures, quantiles, staff
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
    """By measure: int32 (months, C, BINS), see `quantiles`."""


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
        """float64 (lines, periods): sums of figures by piece, (lines, pieces)."""
        lines = [np.bincount(self.period_of_piece, weights=line, minlength=self.count) for line in pieces]
        return np.array(lines, dtype=np.float64).reshape(-1, self.count)


def tally(resolved: Resolved, tape: Tape, roster: Roster, outcomes: Outcomes) -> Tally:
    """Every measure of one replication."""
    contacts = contact_columns(resolved, tape, outcomes)
    tickets = ticket_columns(resolved, tape, contacts)
    counted = measures.groups(resolved, tape, outcomes, contacts, tickets)
    months, week, days = month_periods(resolved), week_periods(resolved), day_periods(resolved)

    def grid(periods: Periods, basic: bool) -> Grid:
        return _grid(resolved, roster, outcomes, contacts, counted, periods, basic)

    instants, oldest = measures.at_instants(resolved, tape, outcomes, contacts)
    return Tally(
        months=grid(months, basic=False),
        week=grid(week, basic=True),
        days=grid(days, basic=True),
        instants=instants,
        oldest=oldest,
        histograms={
            name: _histogram(resolved, group, months)
            for name, group in measures.histogram_groups(resolved, tape, outcomes, contacts)
        },
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
    counted: Sequence[measures.Group],
    periods: Periods,
    basic: bool,
) -> Grid:
    channels, teams = len(resolved.scenario.channels), len(resolved.scenario.teams)
    reasons = 1 if basic else len(resolved.scenario.reasons)
    shape = (periods.count, channels, reasons)
    cells: dict[str, np.ndarray] = {}
    for group in counted:
        index = periods.of(group.moment) * channels + group.channel
        index = index if basic else index * reasons + group.reason
        for name, figures in group.measures.items():
            if not basic or name in measures.BASIC:
                cells[name] = measures.total(index, figures, periods.count * channels * reasons).reshape(shape)
    by_team = {
        name: periods.gather(pieces).T for name, pieces in staff.team_pieces(resolved, roster, outcomes, periods.edges)
    }
    by_team |= _team_sums(counted, periods, teams)
    end = end_of_run(resolved, outcomes)
    lanes = {
        name: periods.gather(pieces).T
        for name, pieces in staff.lane_pieces(resolved, outcomes, contacts, periods.edges, end)
    }
    return Grid(periods.gather(np.diff(periods.edges)[None, :])[0], cells, lanes, by_team)


def _team_sums(counted: Sequence[measures.Group], periods: Periods, teams: int) -> dict[str, np.ndarray]:
    """What is known by team: contacts handled, handle time, transfers."""
    sums: dict[str, np.ndarray] = {}
    for group in counted:
        for name in ("handled", "handle_ms", "transferred", "ended", "agent_ms", "wasted_ms"):
            if group.team is not None and name in group.measures:
                mine = group.team >= 0
                index = periods.of(group.moment[mine]) * teams + group.team[mine]
                sums[name] = measures.total(index, group.measures[name][mine], periods.count * teams)
    return {name: figures.reshape(periods.count, teams) for name, figures in sums.items()}


def _histogram(resolved: Resolved, group: measures.Group, periods: Periods) -> np.ndarray:
    shape = (periods.count, len(resolved.scenario.channels), quantiles.BINS)
    cell = (periods.of(group.moment) * shape[1] + group.channel) * shape[2]
    counts = np.bincount(cell + quantiles.bin_of(group.measures["figure"]), minlength=int(np.prod(shape)))
    return counts.reshape(shape).astype(np.int32)
