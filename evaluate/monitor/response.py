"""What a candidate's change does to the figures, learnt from a few simulated sizes, and the size that fits best.

Between sizes that were simulated (on the same tapes as the plan) the response is interpolated: a parabola through the
three nearest, the plan itself being the size 0. The fit is weighted least squares in units of each figure's own spread,
on a scale on which that spread is much the same for good months and bad ones: logarithms of amounts and times, log odds
of shares. A wait of ten times the plan is then a lot, but does not outweigh everything else.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from evaluate.monitor.candidates import Candidate

KNOWN_TO = 0.01
"""No figure is taken to be known better than to this share of itself (of shares: as log odds)."""
REACH = 2.0
"""So many steps beyond the sizes simulated a response is trusted for the next try, or as far again as they reach."""
SHRINK = 0.2
"""Correlations are drawn so much towards none: they rest on few replications."""
_GRID = 401


@dataclass(frozen=True)
class Scale:
    """The scale of one figure."""

    unit: str
    offset: float
    """Added before the logarithm, so that nothing at all is a number too."""

    @classmethod
    def of(cls, unit: str, plan: float) -> Scale:
        """Shares: half a point either way; amounts and times: a twentieth of the plan; points as they are."""
        return cls(unit, 0.005 if unit == "share" else max(0.05 * abs(plan), 1e-9))

    def to(self, value: np.ndarray | float) -> np.ndarray:
        """From the figure."""
        x = np.asarray(value, dtype=float)
        if self.unit == "share":
            return np.asarray(np.log((x + self.offset) / (1 - x + self.offset)))
        return x if self.unit == "points" else np.asarray(np.log(np.maximum(x, 0.0) + self.offset))

    def back(self, scaled: float) -> float:
        """To the figure."""
        if self.unit == "share":
            odds = math.exp(scaled)
            return (odds * (1 + self.offset) - self.offset) / (1 + odds)
        return scaled if self.unit == "points" else math.exp(scaled) - self.offset


@dataclass(frozen=True)
class Gap:
    """What is to be explained: actual less plan, on the figures' scales, (figures,) each; and what chance does to them.

    Figures of a month go together: with more contacts than usual waits are longer. What chance moves in one direction
    counts less in that direction, so distances are Mahalanobis's (1936).
    """

    actual: np.ndarray
    plan: np.ndarray
    departures: np.ndarray  # float64 (replications, figures)
    root: np.ndarray  # float64 (figures, figures): root.T @ root is the inverse of the covariance
    keys: tuple[tuple[str, int], ...] = ()
    """(KPI, month) of the figures."""

    @classmethod
    def of(cls, actual: np.ndarray, plan: np.ndarray, departures: np.ndarray, keys: Sequence[tuple[str, int]]) -> Gap:
        """The covariance from replications: of each figure its own variance, of two figures of one month the
        correlation of their KPIs over all months, drawn towards none by `SHRINK`; months are taken to be independent.

        ``keys`` are (KPI, month) of the figures.
        """
        names = list(dict.fromkeys(kpi for kpi, _ in keys))
        kpis, months = np.array([names.index(kpi) for kpi, _ in keys]), np.array([month for _, month in keys])
        count = len(departures)
        spread = departures.std(axis=0, ddof=1)
        about = departures - departures.mean(axis=0)
        standard = np.divide(about, spread, out=np.zeros_like(about), where=spread > 0)
        sums, pairs = np.zeros((2, kpis.max() + 1, kpis.max() + 1))
        for month in np.unique(months):
            mine = np.flatnonzero(months == month)
            at = np.ix_(kpis[mine], kpis[mine])
            sums[at] += standard[:, mine].T @ standard[:, mine] / (count - 1)
            pairs[at] += 1
        correlation = (1 - SHRINK) * np.divide(sums, pairs, out=np.zeros_like(sums), where=pairs > 0)
        np.fill_diagonal(correlation, 1.0)
        together = correlation[np.ix_(kpis, kpis)] * (months[:, None] == months[None, :])
        covariance = together * np.outer(spread, spread) * (1 + 1 / count) + KNOWN_TO**2 * np.eye(len(spread))
        return cls(actual, plan, departures, np.linalg.inv(np.linalg.cholesky(covariance)), tuple(keys))

    def with_chance(self, departures: np.ndarray) -> Gap:
        """The same gap with what chance does elsewhere: a busy centre's waits vary more than an idle one's."""
        return Gap.of(self.actual, self.plan, departures, self.keys)

    def without(self, place: int) -> Gap:
        """The same with the covariance of all replications but one."""
        return self._without[place]

    @cached_property
    def _without(self) -> list[Gap]:
        every = range(len(self.departures))
        return [self.with_chance(np.delete(self.departures, place, axis=0)) for place in every]

    def seen(self, difference: np.ndarray) -> np.ndarray:
        """A difference in units of chance, its directions made independent; a figure without data moves by nothing."""
        return np.asarray(self.root @ np.where(np.isfinite(difference), difference, 0.0))

    def misfit(self, difference: np.ndarray) -> float:
        """Squared distance that is left when the plan moves by this much."""
        return float((self.seen(self.actual - self.plan - np.nan_to_num(difference)) ** 2).sum())

    @property
    def whole(self) -> float:
        """The misfit of the plan itself."""
        return self.misfit(np.zeros(len(self.plan)))


@dataclass
class Response:
    """Differences from the plan by size of the change."""

    candidate: Candidate
    sizes: dict[float, np.ndarray] = field(default_factory=dict)

    def difference(self, size: float) -> np.ndarray:
        """Interpolated at a size."""
        known = sorted(self.sizes, key=lambda other: (abs(other - size), other))[:3]
        total = np.zeros_like(next(iter(self.sizes.values())))
        for one in known:
            weight = math.prod((size - other) / (one - other) for other in known if other != one)
            total = total + weight * self.sizes[one]
        return np.asarray(total)

    def slope(self, size: float) -> np.ndarray:
        """Change of the figures by one unit of the size."""
        tiny = 0.05 * self.candidate.step
        return np.asarray((self.difference(size + tiny) - self.difference(size - tiny)) / (2 * tiny))

    def within(self) -> tuple[float, float]:
        """Sizes for which the response is known well enough to be tried."""
        beyond = max(REACH * self.candidate.step, *map(abs, self.sizes))  # what is far off is found by doubling
        low, high = min(self.sizes) - beyond, max(self.sizes) + beyond
        return max(low, self.candidate.low), min(high, self.candidate.high)

    @property
    def at_its_edge(self) -> bool:
        """Whether the farthest size simulated lies beyond the ones it was learnt from, short of the bounds."""
        low, high = min(self.sizes), max(self.sizes)
        first = 1.5 * self.candidate.step
        return (low < -first and low > self.candidate.low) or (high > first and high < self.candidate.high)

    def best(self, gap: Gap) -> float:
        """The size that leaves the least misfit."""
        low, high = self.within()
        if self.candidate.kind == "heads":
            tries = np.arange(math.ceil(low), math.floor(high) + 1, dtype=float)
        else:
            tries = np.linspace(low, high, _GRID)
        misfits = [gap.misfit(self.difference(float(size))) for size in tries]
        at = int(np.argmin(misfits))
        if self.candidate.kind == "heads":
            return float(tries[at])
        from scipy.optimize import minimize_scalar

        ends = float(tries[max(at - 1, 0)]), float(tries[min(at + 1, len(tries) - 1)])
        found = minimize_scalar(lambda size: gap.misfit(self.difference(float(size))), bounds=ends, method="bounded")
        return float(found.x) if found.fun < misfits[at] else float(tries[at])

    def simulated_best(self, gap: Gap) -> tuple[float, float]:
        """Of the sizes that were simulated the one that leaves the least misfit, and that misfit."""
        left = {size: gap.misfit(found) for size, found in self.sizes.items() if size}
        size = min(left, key=lambda one: left[one])
        return size, left[size]
