"""The tally of one replication: additive numerators and denominators by period, channel, reason and team.

Nothing here is a ratio: tallies of replications (and of months, channels, reasons) add up, and a KPI is a ratio of
sums. Contacts count in the period in which they arrived, tickets in that in which the need arose, time where it was
spent, handle time where `kpis.handle_booked` says. What arrives in the warm-up is left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from sim.demand.tape import Tape
from sim.engine.outcomes import Outcomes
from sim.engine.roster import Roster
from sim.kpis import measures, quantiles, staff
from sim.kpis.columns import Contacts, contact_columns, end_of_run, ticket_columns
from sim.kpis.frame import Frame, Periods
from sim.scenario.resolved import Resolved

Counted = Sequence[tuple[measures.Group, np.ndarray]]  # groups, and the piece in which each thing counts


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
    opening_ms: np.ndarray = field(default_factory=lambda: np.zeros((0, 0)))
    """(half-hours, C) time waited in each of the first half-hours after the warm-up, see `frame.OPENING_SLOTS`."""
    batches: Grid | None = None
    """All measures by batch, where they were asked for and the load repeats; see `batches`."""
    batch_histograms: Mapping[str, np.ndarray] = field(default_factory=dict)
    """int32 (batches, C, BINS)"""


def tally(
    resolved: Resolved,
    tape: Tape,
    roster: Roster,
    outcomes: Outcomes,
    contacts: Contacts | None = None,
    batches: bool = False,
) -> Tally:
    """Every measure of one replication; ``contacts`` are its contact_columns(), where they are at hand.

    ``batches``: also by batch, for the intervals of a single long run.
    """
    contacts = contacts or contact_columns(resolved, tape, outcomes)
    tickets = ticket_columns(resolved, tape, contacts)
    frame = Frame.of(resolved)
    piece_of = _Pieces(frame)
    counted = [
        (group, np.where(group.keep, piece_of(group.moment), frame.pieces))  # past the last piece: dropped
        for group in measures.groups(resolved, tape, outcomes, contacts, tickets)
    ]
    basic = _by_piece(counted, frame.pieces, len(resolved.scenario.channels))
    end = end_of_run(resolved, outcomes)
    lanes = dict(staff.lane_pieces(resolved, outcomes, contacts, frame.cuts, end))
    teams = dict(staff.team_pieces(resolved, roster, outcomes, frame.cuts))
    teams |= _team_sums(counted, frame.pieces, len(resolved.scenario.teams))

    def grid(periods: Periods, cells: dict[str, np.ndarray] | None = None) -> Grid:
        if cells is None:
            cells = {name: periods.gather(figures)[:, :, None] for name, figures in basic.items()}
        return Grid(
            period_ms=periods.gather(np.diff(frame.edges)[:, None])[:, 0],
            cells=cells,
            lanes={name: periods.gather(figures) for name, figures in lanes.items()},
            teams={name: periods.gather(figures) for name, figures in teams.items()},
        )

    instants, oldest = measures.at_instants(resolved, tape, outcomes, contacts)
    days = grid(frame.days)
    months = grid(frame.months, _monthly(resolved, counted, frame.months))
    batches = batches and frame.batches.count > 0
    histogram_groups = list(measures.histogram_groups(resolved, tape, outcomes, contacts))
    return with_daily_levels(
        resolved,
        Tally(
            months=months,
            week=grid(frame.week),
            days=days,
            instants=instants,
            oldest=oldest,
            histograms={name: _histogram(resolved, group, frame.months, piece_of) for name, group in histogram_groups},
            opening_ms=frame.opening.gather(lanes["queue_ms"])[:-1],
            batches=grid(frame.batches, _monthly(resolved, counted, frame.batches)) if batches else None,
            batch_histograms={
                name: _histogram(resolved, group, frame.batches, piece_of)
                for name, group in histogram_groups
                if batches
            },
        ),
    )


class _Pieces:
    """The pieces of columns of moments, each column looked up once."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._known: dict[int, tuple[np.ndarray, np.ndarray]] = {}  # with the column, so that its id stays its own

    def __call__(self, moment: np.ndarray) -> np.ndarray:
        """int64 (n,)"""
        if id(moment) not in self._known:
            self._known[id(moment)] = (moment, self._frame.piece(moment))
        return self._known[id(moment)][1]


def _monthly(resolved: Resolved, counted: Counted, months: Periods) -> dict[str, np.ndarray]:
    """All measures of contacts and tickets by month (or batch), channel and reason."""
    shape = (months.count, len(resolved.scenario.channels), len(resolved.scenario.reasons))
    month_of = np.append(months.of_piece, months.count)
    cells: dict[str, np.ndarray] = {}
    for group, piece in counted:
        index = (month_of[piece] * shape[1] + group.channel) * shape[2] + group.reason
        for name, figures in group.measures.items():
            cells[name] = measures.total(index, figures, shape)
    return cells


def with_daily_levels(resolved: Resolved, tally: Tally) -> Tally:
    """The tally with the sum of the days' service levels, and the number of days that have one, by month and channel.

    A ratio by day: to be told once all of a day's contacts are counted.
    """
    days = tally.days
    top, bottom = days.cells["contract_top"][:, :, 0], days.cells["contract_bottom"][:, :, 0]
    level = np.divide(top, bottom, out=np.zeros_like(top), where=bottom > 0)
    starts = np.maximum(resolved.calendar.day_edges_ms[: len(level)], 0)
    month = np.searchsorted(resolved.calendar.month_edges_ms, starts, side="right") - 1
    of = Periods(len(resolved.calendar.month_labels), month)
    levels = {"daily_level": of.gather(level), "daily_level_days": of.gather((bottom > 0).astype(np.float64))}
    return replace(tally, months=replace(tally.months, lanes={**tally.months.lanes, **levels}))


def _by_piece(counted: Counted, pieces: int, channels: int) -> dict[str, np.ndarray]:
    """The basic measures by piece and channel."""
    cells: dict[str, np.ndarray] = {}
    for group, piece in counted:
        index = piece * channels + group.channel
        for name in [name for name in group.measures if name in measures.BASIC]:
            cells[name] = measures.total(index, group.measures[name], (pieces, channels))
    return cells


def _team_sums(counted: Counted, pieces: int, teams: int) -> dict[str, np.ndarray]:
    """What is known by team, by piece: contacts handled, handle time, transfers."""
    sums: dict[str, np.ndarray] = {}
    for group, piece in counted:
        if group.team is None:
            continue
        index = np.where(group.team >= 0, piece * teams + group.team, pieces * teams)
        for name in ("handled", "handle_ms", "transferred", "ended", "agent_ms", "wasted_ms"):
            if name in group.measures:
                sums[name] = measures.total(index, group.measures[name], (pieces, teams))
    return sums


def _histogram(resolved: Resolved, group: measures.Group, months: Periods, piece_of: _Pieces) -> np.ndarray:
    shape = (months.count, len(resolved.scenario.channels), quantiles.BINS)
    kept = np.flatnonzero(group.keep)
    month = months.of_piece[piece_of(group.moment)[kept]]
    index = (month * shape[1] + group.channel[kept]) * shape[2] + quantiles.bin_of(group.measures["figure"][kept])
    return np.bincount(index, minlength=int(np.prod(shape))).reshape(shape).astype(np.int32)
