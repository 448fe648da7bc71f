"""The plan by month as single outcomes, and what was measured set beside it.

A month that comes is one outcome, not a mean of many: its interval is that of one more outcome (Student's t prediction
interval, Hahn and Meeker 1991), and does not shrink with the number of replications.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from evaluate.compare import Priced
from evaluate.monitor.response import Scale
from evaluate.yardstick import Series, Yardstick, series, yardstick
from sim.engine import DEFAULT_ENGINE
from sim.feedback import replicate_closed
from sim.scenario.resolved import Resolved

Key = tuple[str, int]
"""A KPI as written, and the number of its month."""
State = Literal["left", "back", "inside"]


@dataclass(frozen=True)
class Measured:
    """One figure as it came."""

    kpi: str
    month: int
    value: float


@dataclass(frozen=True)
class Outcomes:
    """Figures of simulated months: sums by replication, so that a ratio over replications is a ratio of sums."""

    tops: Mapping[Key, np.ndarray]  # float64 (replications,)
    bottoms: Mapping[Key, np.ndarray]  # float64 (replications,), 0 is no data

    def value(self, key: Key, first: int | None = None) -> float:
        """Over all replications, or the first so many; NaN is no data."""
        top, bottom = self.tops[key][:first].sum(), self.bottoms[key][:first].sum()
        return float(top / bottom) if bottom else math.nan

    def each(self, key: Key) -> np.ndarray:
        """Of every replication that has one, float64 (n,)."""
        there = self.bottoms[key] > 0
        return np.asarray(self.tops[key][there] / self.bottoms[key][there])

    def departures(self, scales: Mapping[Key, Scale]) -> np.ndarray:
        """What each replication departs by from the mean, on the figures' scales, float64 (replications, figures).

        0 where a replication has no data.
        """
        found = []
        for key, scale in scales.items():
            each = self._scaled(key, scale)
            there = np.isfinite(each)
            found.append(np.where(there, each - each[there].mean() if there.any() else 0.0, 0.0))
        return np.array(found).T

    def differences(self, plan: Outcomes, scales: Mapping[Key, Scale]) -> np.ndarray:
        """From the plan on the same tapes, replication by replication, float64 (replications, figures).

        0 where either has no data.
        """
        count = len(next(iter(self.tops.values())))
        found = [self._scaled(key, scale) - plan._scaled(key, scale)[:count] for key, scale in scales.items()]
        return np.asarray(np.nan_to_num(np.array(found).T))

    def _scaled(self, key: Key, scale: Scale) -> np.ndarray:
        """Of every replication on the figure's scale; NaN where one has no data."""
        there = self.bottoms[key] > 0
        value = np.divide(self.tops[key], self.bottoms[key], out=np.zeros(len(there)), where=there)
        return np.where(there, scale.to(value), np.nan)


@dataclass(frozen=True)
class Month:
    """One KPI in one month, planned and actual."""

    measured: Measured
    plan: float
    low: float
    high: float
    spread: float
    """Standard deviation of a single outcome."""

    @property
    def side(self) -> int:
        """1 above the interval, -1 below it, 0 inside."""
        return int(self.measured.value > self.high) - int(self.measured.value < self.low)


@dataclass(frozen=True)
class Track:
    """One KPI over its months."""

    what: Yardstick
    months: tuple[Month, ...]

    @property
    def state(self) -> State:
        """Whether it is outside now, was, or never."""
        if self.months[-1].side:
            return "left"
        return "back" if any(month.side for month in self.months) else "inside"

    @property
    def since(self) -> int | None:
        """First month of the last unbroken stretch outside, on one side; None where it is not outside now."""
        side, found = self.months[-1].side, None
        for month in reversed(self.months):
            if not side or month.side != side:
                break
            found = month.measured.month
        return found


def simulated(
    resolved: Resolved, kpis: Sequence[str], months: Sequence[int], seed: int, replications: int, engine: str | None
) -> Outcomes:
    """Every KPI in every month, replicated. A KPI that the scenario cannot have is left out."""
    one = Priced(replicate_closed(resolved, seed, replications, 1, engine or DEFAULT_ENGINE))
    return outcomes_of(one, kpis, months)


def outcomes_of(one: Priced, kpis: Sequence[str], months: Sequence[int]) -> Outcomes:
    """The same of what was simulated before."""
    tops: dict[Key, np.ndarray] = {}
    bottoms: dict[Key, np.ndarray] = {}
    for kpi in kpis:
        found: Series | None = series(one, yardstick(kpi))
        for month in months if found is not None else ():
            assert found is not None
            tops[kpi, month], bottoms[kpi, month] = found.tops[:, month], found.bottoms[:, month]
    return Outcomes(tops, bottoms)


def tracks(plan: Outcomes, measured: Sequence[Measured], confidence: float) -> list[Track]:
    """Every KPI with its months in order. A month in which the plan has no data is left out."""
    found: dict[str, list[Month]] = {}
    for one in sorted(measured, key=lambda m: m.month):
        each = plan.each((one.kpi, one.month))
        if len(each) < 2:
            continue
        found.setdefault(one.kpi, []).append(_month(one, each, plan.value((one.kpi, one.month)), confidence))
    order = dict.fromkeys(one.kpi for one in measured)
    return [Track(yardstick(kpi), tuple(found[kpi])) for kpi in order if kpi in found]


def _month(one: Measured, each: np.ndarray, plan: float, confidence: float) -> Month:
    from scipy.stats import t

    spread = float(each.std(ddof=1))
    half = float(t.ppf((1 + confidence) / 2, len(each) - 1)) * spread * math.sqrt(1 + 1 / len(each))
    unit = yardstick(one.kpi).unit
    low = max(plan - half, 0.0) if unit not in ("money", "points") else plan - half
    high = min(plan + half, 1.0) if unit == "share" else plan + half
    return Month(one, plan, low, high, spread)
