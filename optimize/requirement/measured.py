"""What simulation says of the limits: figures of a period over replications, or the share of periods that meet them."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import betaincinv, stdtrit

from optimize.requirement.limits import Limit
from sim.kpis import KPIS, Tally
from sim.scenario.kpi_text import Target
from sim.scenario.resolved import Resolved

Period = Literal["day", "week", "month"]


@dataclass(frozen=True)
class Aim:
    """When staffing is enough."""

    limits: tuple[Limit, ...]
    month: str | None = None
    """A month of the horizon; None: all of it."""
    each: Period | None = None
    """None: the figures of the whole period meet the limits. Otherwise each such period meets them or does not."""
    chance: float = 0.9
    """Share of the periods `each` that must meet all limits."""


@dataclass(frozen=True)
class Found:
    """One figure over replications with its one-sided bounds."""

    what: str
    target: Target
    value: float
    error: float
    """Standard error; NaN where it is not known."""
    low: float
    high: float
    """Each is passed with the chance that was asked for."""
    periods: int = 0
    """Of a chance: periods that have data; 0 for other figures."""

    @property
    def holds(self) -> bool:
        """Whether it surely meets its target."""
        return (self.low if self.target.sign == ">=" else -self.high) >= (1 if self.target.sign == ">=" else -1) * (
            self.target.amount
        )

    @property
    def short(self) -> bool:
        """Whether it surely misses its target."""
        return self.high < self.target.amount if self.target.sign == ">=" else self.low > self.target.amount

    @property
    def gap(self) -> float:
        """How far the figure is on the bad side, 0 where it is not."""
        if math.isnan(self.value):
            return 0.0
        sign = 1.0 if self.target.sign == ">=" else -1.0
        return max(0.0, sign * (self.target.amount - self.value))


def figures(resolved: Resolved, tallies: Sequence[Tally], aim: Aim, risk: float) -> list[Found]:
    """Every figure that must meet something; a bound is on the wrong side with a chance of ``risk``."""
    if aim.each is not None:
        return [_chance(resolved, tallies, aim, risk)]
    return [_ratio(resolved, tallies, limit, aim, risk) for limit in aim.limits]


def _ratio(resolved: Resolved, tallies: Sequence[Tally], limit: Limit, aim: Aim, risk: float) -> Found:
    """A ratio of sums over replications with the linearised error of its residuals (as `sim.kpis.interval`)."""
    parts = [_sums(resolved, tally, limit, "month") for tally in tallies]
    which = slice(None) if aim.month is None else [resolved.calendar.month_labels.index(aim.month)]
    top, bottom = (np.array([part[side][which].sum() for part in parts]) for side in (0, 1))
    n, total = len(tallies), bottom.sum()
    if not total > 0:
        return Found(limit.what.text, limit.target, math.nan, math.nan, math.nan, math.nan)
    value = float(top.sum() / total)
    error = math.nan
    if n > 1:
        error = float(np.sqrt(((top - value * bottom) ** 2).sum() * n / (n - 1)) / total)
    wide = float(stdtrit(n - 1, 1.0 - risk)) * error if n > 1 else math.inf
    return Found(limit.what.text, limit.target, value, error, value - wide, value + wide)


def _chance(resolved: Resolved, tallies: Sequence[Tally], aim: Aim, risk: float) -> Found:
    """Share of the periods, over all replications, in which all limits are met that have data then.

    Periods of one replication go together (busy days cluster), so they count for fewer: see `_worth`. The bounds are
    the exact binomial ones of that many (Clopper and Pearson 1934).
    """
    assert aim.each is not None
    values = np.array([[_values(resolved, tally, limit, aim) for limit in aim.limits] for tally in tallies])
    missed = np.zeros(values.shape, dtype=bool)  # (replications, limits, periods)
    for k, limit in enumerate(aim.limits):
        below = values[:, k] < limit.target.amount
        missed[:, k] = (below if limit.target.sign == ">=" else ~below & (values[:, k] != limit.target.amount)) & (
            ~np.isnan(values[:, k])
        )
    known = (~np.isnan(values)).any(axis=1)
    met = known & ~missed.any(axis=1)
    count = int(known.sum())
    aimed = Target(">=", aim.chance)
    what = f"chance that a {aim.each} meets {' and '.join(limit.text for limit in aim.limits)}"
    if not count:
        return Found(what, aimed, math.nan, math.nan, math.nan, math.nan)
    share = float(met.sum() / count)
    worth = _worth(met.astype(float), known, values)
    hits = share * worth
    low = float(betaincinv(hits, worth - hits + 1.0, risk)) if hits > 0 else 0.0
    high = float(betaincinv(hits + 1.0, worth - hits, 1.0 - risk)) if hits < worth else 1.0
    return Found(what, aimed, share, math.sqrt(share * (1.0 - share) / worth), low, high, count)


def _worth(met: np.ndarray, known: np.ndarray, values: np.ndarray) -> float:
    """How many independent periods the periods (replications, periods) are worth, at least one a replication.

    Kish's design effect: the variance of a replication's mean over what it would be without clustering, of whether a
    period is met, or, where all or none are and that says nothing, of the limits' own figures.
    """
    n, count = len(met), float(known.sum())
    if n < 2:
        return 1.0
    figures_ = [met] if 0.0 < met.sum() < count else [values[:, k] for k in range(values.shape[1])]
    effect = max((_design_effect(figure, known & ~np.isnan(figure)) for figure in figures_), default=1.0)
    return max(float(n), count / effect)


def _design_effect(figure: np.ndarray, known: np.ndarray) -> float:
    """At least 1; 1 where the figure never changes."""
    count = float(known.sum())
    if count < 2:
        return 1.0
    centred = np.where(known, figure - np.nansum(np.where(known, figure, 0.0)) / count, 0.0)
    single = (centred**2).sum() / (count - 1)
    clustered = (centred.sum(axis=1) ** 2).sum() * len(figure) / (len(figure) - 1) / count
    return max(1.0, float(clustered / single)) if single > 0 else 1.0


def _values(resolved: Resolved, tally: Tally, limit: Limit, aim: Aim) -> np.ndarray:
    """float64 (periods,): the limit's figure in each period inside the month (or horizon) looked at; NaN no data."""
    top, bottom = _sums(resolved, tally, limit, "month" if aim.each == "month" else "day")
    calendar = resolved.calendar
    if aim.each == "month":
        inside = np.array([aim.month in (None, label) for label in calendar.month_labels])
        top, bottom = top[inside], bottom[inside]
    else:
        dates = [calendar.date_of_day(day) for day in range(len(top))]
        edges = np.array(calendar.month_edges_ms)
        month = np.searchsorted(edges, calendar.day_edges_ms[: len(top)], side="right") - 1
        inside = np.array([aim.month is None or calendar.month_labels[m] == aim.month for m in month])
        if aim.each == "week":
            top, bottom = _whole_weeks(top, inside, dates), _whole_weeks(bottom, inside, dates)
        else:
            top, bottom = top[inside], bottom[inside]
    return np.asarray(np.divide(top, bottom, out=np.full(len(top), math.nan), where=bottom > 0))


def _whole_weeks(by_day: np.ndarray, inside: np.ndarray, dates: Sequence[dt.date]) -> np.ndarray:
    """Sums of the weeks from Monday to Sunday that lie inside entirely."""
    weeks = []
    for day, date in enumerate(dates):
        if date.weekday() == 0 and day + 7 <= len(by_day) and inside[day : day + 7].all():
            weeks.append(by_day[day : day + 7].sum())
    return np.array(weeks)


def _sums(
    resolved: Resolved, tally: Tally, limit: Limit, grain: Literal["month", "day"]
) -> tuple[np.ndarray, np.ndarray]:
    """Numerator and denominator of a limit's KPI by period, float64 (periods,) each, in the KPI's unit."""
    kpi = KPIS[limit.what.kpi]
    grid = tally.months if grain == "month" else tally.days
    teams = list(resolved.scenario.teams)
    if limit.team is not None:
        table, place = grid.teams, teams.index(limit.team)
    else:
        assert limit.channel is not None
        table, place = grid.cells, list(resolved.scenario.channels).index(limit.channel)

    def total(names: tuple[str, ...]) -> np.ndarray:
        found = np.zeros(len(grid.period_ms))
        for name in names:
            sign, name = (-1.0, name[1:]) if name.startswith("-") else (1.0, name)
            values = np.asarray(table[name])[:, place]
            found += sign * (values.sum(axis=-1) if values.ndim > 1 else values)
        return found

    return total(kpi.top) * kpi.factor, total(kpi.bottom)
