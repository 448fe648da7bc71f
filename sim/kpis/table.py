"""KPIs of a scenario from the tallies of its replications: a long table with confidence intervals."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from sim.kpis import batches, interval, quantiles
from sim.kpis.measures import BASIC, PIECEWISE
from sim.kpis.registry import KPIS, PERIOD, REPLICATIONS, Kpi, Scope
from sim.kpis.tally import Grid, Tally
from sim.scenario.calendar import DAY_NAMES
from sim.scenario.resolved import Resolved
from sim.scenario.schema import Scenario
from sim.scenario.segments import groups_of
from sim.scenario.units import HALF_HOUR_MS, MS_PER_HOUR

if TYPE_CHECKING:
    import pandas as pd

By = Literal["month", "half_hour", "day"]
Grain = Literal["month", "half_hour", "day", "batch"]
ALL = "all"
COLUMNS = ("channel", "reason", "team", "kpi", "value", "low", "high", "unit", "n")
_GRIDS = {"month": "months", "half_hour": "week", "day": "days", "batch": "batches"}


Groups = tuple[tuple[int, ...], ...]
"""Numbers of reasons that have a row together."""


@dataclass(frozen=True)
class Estimate:
    """One KPI over replications; (low, high) is NaN where there is no interval, and all where there is no data."""

    value: float
    low: float
    high: float
    unit: str
    n: float
    """Denominator, summed over replications."""

    @property
    def half_width(self) -> float:
        """Half the width of the interval."""
        return (self.high - self.low) / 2.0


@dataclass(frozen=True)
class _Figures:
    """A KPI in every cell: (periods + total, channels + all, reasons + all), or (..., teams + all)."""

    value: np.ndarray
    low: np.ndarray
    high: np.ndarray
    n: np.ndarray


def kpi_table(resolved: Resolved, tallies: Sequence[Tally], by: By = "month") -> pd.DataFrame:
    """Long table: scenario, month (or half_hour, day), channel, reason, team, kpi, value, low, high, unit, n.

    `all` stands for a sum. Months are YYYY-MM and `all`; half-hours `mon 08:00` (all weeks together, counts are means
    of one half-hour of that name); days YYYY-MM-DD. Months are crossed with channels and with reasons, the total with
    both at once.
    NaN is "no data" (n = 0), never 0 or 1. Values are in ``unit``: shares are fractions of 1.
    ``n`` is the denominator over all replications, in hours where it is a time.
    """
    import pandas as pd

    blocks = [
        block
        for kpi in KPIS.values()
        if kpi.applies(resolved.scenario)
        for scope in kpi.scopes
        if _kept(kpi, scope, by)
        for block in [_block(resolved, tallies, kpi, scope, by)]
    ]
    columns = ["scenario", by, *COLUMNS]
    if not blocks:
        return pd.DataFrame(columns=columns)
    table = pd.concat([pd.DataFrame(block) for block in blocks], ignore_index=True)
    table.insert(0, "scenario", resolved.scenario.name)
    return table[columns]


def estimate(
    resolved: Resolved,
    tallies: Sequence[Tally],
    kpi: str,
    channel: str = ALL,
    reason: str = ALL,
    team: str = ALL,
    month: str = ALL,
) -> Estimate:
    """One figure of the monthly table; that of all months from `totals` too.

    Raises KeyError for a name that does not exist or does not apply.
    """
    found = along_months(resolved, tallies, kpi, channel, reason, team)
    at = -1 if month == ALL else _index(list(resolved.calendar.month_labels), month)
    value, low, high, n = (float(a[at]) for a in found)
    return Estimate(value, low, high, KPIS[kpi].unit, n)


def along_months(
    resolved: Resolved,
    tallies: Sequence[Tally],
    kpi: str,
    channel: str = ALL,
    reason: str = ALL,
    team: str = ALL,
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Value, low, high and denominator of one figure by month and, last, in total, float64 (months + 1,) each.

    Raises KeyError for a name that does not exist or does not apply.
    """
    entry, scenario = KPIS[kpi], resolved.scenario
    if reason_rows(scenario) == [reason]:  # the only one is everything: tables have one row for both
        reason = ALL
    scope: Scope = "team" if team != ALL or entry.scopes == ("team",) else entry.scopes[0]
    if scope not in entry.scopes:
        raise KeyError(f"{kpi} is not known by team")
    figures = _figures(resolved, tallies, entry, scope, "month")
    if scope == "team":
        axes = {"team": list(scenario.teams)}
    else:
        axes = {"channel": list(scenario.channels), "reason": reason_rows(scenario)}
        if figures.value.shape[2] == 1:
            axes["reason"] = []
    asked = {"channel": channel, "reason": reason, "team": team}
    for axis, name in asked.items():
        if name != ALL and not axes.get(axis):
            raise KeyError(f"{kpi} is not known by {axis}")
    place: tuple[Any, ...] = (slice(None), *(_index(axes[axis], asked[axis]) for axis in axes))
    value, low, high, n = (a[place] for a in (figures.value, figures.low, figures.high, figures.n))
    return value, low, high, n


def _index(names: list[str], name: str) -> int:
    if name == ALL:
        return len(names)
    if name not in names:
        raise KeyError(f"no {name!r}; there are: {', '.join(names)}")
    return names.index(name)


def _kept(kpi: Kpi, scope: Scope, by: By) -> bool:
    """Whether the measures of a KPI are kept at this grain."""
    if by == "month":
        return True
    used = {name.lstrip("-") for name in (*kpi.top, *kpi.bottom)} - {PERIOD, REPLICATIONS}
    return kpi.kind == "sum" and (scope == "team" or used <= (BASIC if scope == "cell" else PIECEWISE))


def _figures(resolved: Resolved, tallies: Sequence[Tally], kpi: Kpi, scope: Scope, by: By) -> _Figures:
    confidence = resolved.scenario.experiment.confidence
    if kpi.kind == "quantile":
        return _quantiles(tallies, kpi, confidence)
    groups = _groups(resolved.scenario)
    top = _stack(tallies, kpi.top, kpi, scope, by, groups)
    bottom = _stack(tallies, kpi.bottom, kpi, scope, by, groups, like=top)
    value, half, total = interval.ratio(top, bottom, confidence)
    if by == "month" and in_batches(tallies, kpi, scope):
        half[-1] = batches.half_width(*_by_batch(tallies[0], kpi, scope, groups), confidence)
    value, half = value * kpi.factor, half * abs(kpi.factor)
    n = total / MS_PER_HOUR if kpi.bottom[0].endswith("_ms") else total
    found = (value, value - half, value + half, n)
    value, low, high, n = (a[..., None] for a in found) if scope == "lane" else found
    return _Figures(value, low, high, n)


def in_batches(tallies: Sequence[Tally], kpi: Kpi, scope: Scope) -> bool:
    """Whether the interval of a KPI's total comes from the batches of a single run."""
    grid = tallies[0].batches if len(tallies) == 1 else None
    if grid is None or kpi.kind not in ("sum", "quantile"):
        return False
    table = {"cell": grid.cells, "lane": grid.lanes, "team": grid.teams}[scope]
    used = {name.lstrip("-") for name in (*kpi.top, *kpi.bottom)} - {PERIOD, REPLICATIONS}
    return kpi.kind == "quantile" or used <= set(table)


def by_batch(
    resolved: Resolved, tallies: Sequence[Tally], kpi: str, channel: str = ALL
) -> tuple[np.ndarray, np.ndarray] | None:
    """Numerator and denominator of a KPI's total by batch of a single run, float64 (batches,), in the KPI's unit.

    None where its interval does not come from batches.
    """
    entry = KPIS[kpi]
    scope = entry.scopes[0]
    if entry.kind != "sum" or not in_batches(tallies, entry, scope):
        return None
    top, bottom = _by_batch(tallies[0], entry, scope, _groups(resolved.scenario))
    column = -1 if scope == "team" else _index(list(resolved.scenario.channels), channel)
    place = (slice(None), column, -1) if scope == "cell" else (slice(None), column)
    return top[place] * entry.factor, bottom[place]


def _by_batch(tally: Tally, kpi: Kpi, scope: Scope, groups: Groups) -> tuple[np.ndarray, np.ndarray]:
    """(batches, ...) numerators and denominators, with totals along every other axis."""
    top = _stack([tally], kpi.top, kpi, scope, "batch", groups)
    bottom = _stack([tally], kpi.bottom, kpi, scope, "batch", groups, like=top)
    return top[0, :-1], bottom[0, :-1]


def reason_rows(scenario: Scenario) -> list[str]:
    """Reasons, then those over all segments and the segments over all reasons (where there are segments)."""
    return [*scenario.reasons, *groups_of(scenario.reasons)]


def _groups(scenario: Scenario) -> Groups:
    numbers = {reason: number for number, reason in enumerate(scenario.reasons)}
    return tuple(tuple(numbers[reason] for reason in group) for group in groups_of(scenario.reasons).values())


def _stack(
    tallies: Sequence[Tally],
    names: tuple[str, ...],
    kpi: Kpi,
    scope: Scope,
    by: Grain,
    groups: Groups,
    like: np.ndarray | None = None,
) -> np.ndarray:
    """float64 (replications, periods + 1, ...): sum of measures with their totals along every axis."""
    grids = [getattr(tally, _GRIDS[by]) for tally in tallies]
    if names in ((PERIOD,), (REPLICATIONS,)):
        assert like is not None
        periods = np.stack([_per_period(grid, names[0], by) for grid in grids])
        return np.broadcast_to(periods.reshape(*periods.shape, *(1,) * (like.ndim - 2)), like.shape)
    parts = []
    for name in names:
        sign, name = (-1.0, name[1:]) if name.startswith("-") else (1.0, name)
        parts.append(
            sign
            * np.stack([_source(tally, grid, name, kpi, scope) for tally, grid in zip(tallies, grids, strict=True)])
        )
    return _with_totals(sum(parts[1:], start=parts[0]), kpi, range(1, parts[0].ndim), groups)


def _per_period(grid: Grid, name: str, by: Grain) -> np.ndarray:
    """(periods + 1,): simulated time; or 1 per replication, half-hours of the name in the half-hour table."""
    if name == PERIOD:
        return np.append(grid.period_ms, grid.period_ms.sum())
    if by == "half_hour":
        return np.append(grid.period_ms / HALF_HOUR_MS, 1.0)
    if by == "batch":  # its share of the replication
        return np.append(grid.period_ms / grid.period_ms.sum(), 1.0)
    return np.ones(len(grid.period_ms) + 1)


def _source(tally: Tally, grid: Grid, name: str, kpi: Kpi, scope: Scope) -> np.ndarray:
    if kpi.kind == "instant":
        return np.asarray(tally.instants[name])
    if kpi.kind == "oldest":
        return np.asarray(tally.oldest[name])
    table = {"cell": grid.cells, "lane": grid.lanes, "team": grid.teams}[scope]
    return np.asarray(table[name])


def _with_totals(figures: np.ndarray, kpi: Kpi, axes: Iterable[int], groups: Groups = ()) -> np.ndarray:
    """Appends totals along axes: 1 periods, 2 channels or teams, 3 reasons (where they are told apart).

    Before the total of the reasons come those of ``groups`` of them.
    """
    for axis in axes:
        if axis == 3 and figures.shape[3] == 1:
            continue  # the one line is the total
        if axis == 1 and kpi.kind in ("instant", "oldest"):  # the last month's end is the total's
            more = figures[:, -1:]
        else:
            add = np.max if kpi.kind == "oldest" else np.sum
            parts = [figures.take(group, axis=axis) for group in (groups if axis == 3 else ())]
            more = np.concatenate(
                [add(part, axis=axis, keepdims=True, initial=0.0) for part in [*parts, figures]], axis
            )
        figures = np.concatenate([figures, more], axis=axis)
    return figures


def _quantiles(tallies: Sequence[Tally], kpi: Kpi, confidence: float) -> _Figures:
    """Pooled quantiles; the interval inverts the share's own interval at the quantile (Woodruff 1952)."""
    counts = [
        _with_totals(np.stack([tally.histograms[name] for tally in tallies]).astype(np.float64), kpi, (1, 2))
        for name in kpi.top
    ]
    pooled = quantiles.cumulative(*(c.sum(axis=0) for c in counts))
    value = quantiles.quantile(pooled, kpi.share)
    low, high = np.full_like(value, np.nan), np.full_like(value, np.nan)
    half = None
    if len(tallies) > 1:
        half = _share_half_width(counts, value, confidence)
    elif in_batches(tallies, kpi, "cell"):
        half = np.full_like(value, np.nan)
        half[-1] = _batched_share_half_width(tallies[0], kpi, value[-1], confidence)
    if half is not None:
        low = quantiles.quantile(pooled, np.clip(kpi.share - half, 0.0, 1.0))
        high = quantiles.quantile(pooled, np.clip(kpi.share + half, 0.0, 1.0))
    n = sum(c.sum(axis=(0, -1)) for c in counts)
    value, low, high = (a[..., None] * kpi.factor for a in (value, low, high))
    return _Figures(value, low, high, np.asarray(n)[..., None])


def _share_half_width(counts: Sequence[np.ndarray], value: np.ndarray, confidence: float) -> np.ndarray:
    """(...): half-width of the share below ``value`` (...); ``counts`` are (replications, ..., BINS)."""
    at = quantiles.bin_of(np.nan_to_num(value))
    without = [
        np.take_along_axis(quantiles.cumulative(*(c.sum(axis=0) - c[r] for c in counts)), at[..., None], axis=-1)[
            ..., 0
        ]
        for r in range(len(counts[0]))
    ]
    return interval.share_half_width(np.stack(without), confidence)


def _batched_share_half_width(tally: Tally, kpi: Kpi, value: np.ndarray, confidence: float) -> np.ndarray:
    """The same over the batches of one run, as many as the counts below ``value`` (C + 1,) allow."""
    counts = [
        _with_totals(tally.batch_histograms[name].astype(np.float64)[:, None], kpi, (2,))[:, 0] for name in kpi.top
    ]
    below = np.arange(quantiles.BINS) <= quantiles.bin_of(np.nan_to_num(value))[:, None]
    chosen, _ = batches.choose((counts[0] * below).sum(axis=-1), counts[0].sum(axis=-1))
    half = np.full(value.shape, np.nan)
    for count in np.unique(chosen):
        every = _share_half_width([batches.merged(c, count) for c in counts], value, confidence)
        half = np.where(chosen == count, every, half)
    return half


def _block(resolved: Resolved, tallies: Sequence[Tally], kpi: Kpi, scope: Scope, by: By) -> dict[str, object]:
    """The rows of one KPI as columns."""
    figures = _figures(resolved, tallies, kpi, scope, by)
    labels = period_labels(resolved, by)
    scenario = resolved.scenario
    value = figures.value
    keep = np.ones(value.shape, dtype=bool)
    if by == "half_hour":
        keep[-1] = False
        keep[:-1][np.asarray(tallies[0].week.period_ms) == 0] = False
    if scope == "team":
        names: list[list[str]] = [[*scenario.teams, ALL]]
        keep[:, -1] &= len(kpi.scopes) == 1  # else the total is there by channel and reason already
    else:
        names = [[*scenario.channels, ALL], [*reason_rows(scenario), ALL] if value.shape[2] > 1 else [ALL]]
        for c, channel in enumerate(scenario.channels):
            keep[:, c] &= kpi.channels(scenario, channel)
        if value.shape[2] > 1:
            keep[:-1, :-1, :-1] = False  # months: by channel, and by reason; both at once in total only
    axes = [np.array([*labels, ALL], dtype=object), *(np.array(line, dtype=object) for line in names)]
    found = np.nonzero(keep)
    picked = [axis[index] for axis, index in zip(axes, found, strict=True)]
    everything = np.full(len(found[0]), ALL, dtype=object)
    return {
        by: picked[0],
        "channel": everything if scope == "team" else picked[1],
        "reason": everything if scope == "team" else picked[2],
        "team": picked[1] if scope == "team" else everything,
        "kpi": kpi.name,
        "value": value[found],
        "low": figures.low[found],
        "high": figures.high[found],
        "unit": kpi.unit,
        "n": figures.n[found],
    }


def period_labels(resolved: Resolved, by: By) -> list[str]:
    """Names of the periods of a table."""
    calendar = resolved.calendar
    if by == "month":
        return list(calendar.month_labels)
    if by == "day":
        return [calendar.date_of_day(day).isoformat() for day in range(calendar.days)]
    return [f"{DAY_NAMES[slot // 48]} {slot % 48 // 2:02d}:{slot % 2 * 30:02d}" for slot in range(7 * 48)]
