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
from sim.kpis.sums import Measures, sums
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
    arrived, handled, needs = measures.groups(resolved, tape, outcomes, contacts, tickets)
    counted = [(group, frame.piece(group.moment)) for group in (arrived, handled, needs)]
    end = end_of_run(resolved, outcomes)
    lanes = dict(staff.lane_pieces(resolved, outcomes, contacts, frame.cuts, end))
    teams = dict(staff.team_pieces(resolved, roster, outcomes, frame.cuts))
    teams |= _by_team(counted, frame.pieces, len(resolved.scenario.teams))
    channels = len(resolved.scenario.channels)

    def grid(periods: Periods, every: bool = False) -> Grid:
        """``every``: all measures, by reason; else the basic ones."""
        return Grid(
            period_ms=periods.gather(np.diff(frame.edges)[:, None])[:, 0],
            cells=_by_reason(resolved, counted, periods) if every else _basic(counted, periods, channels),
            lanes=_gathered(periods, lanes),
            teams=_gathered(periods, teams),
        )

    instants, oldest = measures.at_instants(resolved, outcomes, contacts, needs)
    batches = batches and frame.batches.count > 0
    lasted = dict(measures.lengths(resolved, outcomes, contacts, arrived, needs))
    pieces = {id(group): piece for group, piece in counted}

    def histograms(periods: Periods) -> dict[str, np.ndarray]:
        """int32 (periods, C, BINS) by name"""
        shape = (periods.count, channels, quantiles.BINS)
        return {
            name: quantiles.histogram(
                of.group.things.case,
                of.where,
                pieces[id(of.group)],
                periods.of_piece,
                of.group.channel,
                of.lasted,
                shape,
            )
            for name, of in lasted.items()
        }

    return with_daily_levels(
        resolved,
        Tally(
            months=grid(frame.months, every=True),
            week=grid(frame.week),
            days=grid(frame.days),
            instants=instants,
            oldest=oldest,
            histograms=histograms(frame.months),
            opening_ms=frame.opening.gather(lanes["queue_ms"])[:-1],
            batches=grid(frame.batches, every=True) if batches else None,
            batch_histograms=histograms(frame.batches) if batches else {},
        ),
    )


def _by_reason(resolved: Resolved, counted: Counted, periods: Periods) -> dict[str, np.ndarray]:
    """All measures of contacts and tickets by month (or batch), channel and reason."""
    shape = (periods.count, len(resolved.scenario.channels), len(resolved.scenario.reasons))
    return {
        name: figures.reshape(shape)
        for group, piece in counted
        for name, figures in sums(
            group.things, piece, periods, group.reason_place, shape[1] * shape[2], group.measures
        ).items()
    }


def _basic(counted: Counted, periods: Periods, channels: int) -> dict[str, np.ndarray]:
    """The basic measures by period and channel."""
    return {
        name: figures[:, :, None]
        for group, piece in counted
        for name, figures in sums(
            group.things, piece, periods, group.channel, channels, _named(group, measures.BASIC)
        ).items()
    }


def _by_team(counted: Counted, pieces: int, teams: int) -> dict[str, np.ndarray]:
    """What is known by team, by piece: contacts handled, handle time, transfers."""
    each = Periods(pieces, np.arange(pieces))
    return {
        name: figures
        for group, piece in counted
        if group.team is not None
        for name, figures in sums(group.things, piece, each, group.team, teams, _named(group, measures.BY_TEAM)).items()
    }


def _named(group: measures.Group, names: frozenset[str]) -> Measures:
    return {name: measure for name, measure in group.measures.items() if name in names}


def _gathered(periods: Periods, pieces: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Times by period, from those by piece."""
    return {name: periods.gather(figures) for name, figures in pieces.items()}


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
