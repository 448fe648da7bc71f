"""A value with its interval, and the means and ratios over replications that give one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.kpis.interval import ratio


@dataclass(frozen=True)
class Figure:
    """A value with its interval; None where there is none (no data, or one replication only)."""

    value: float | None
    low: float | None = None
    high: float | None = None

    @property
    def certain_sign(self) -> bool:
        """Whether the whole interval lies on one side of zero."""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)


def figure(value: float, half_width: float) -> Figure:
    """A figure from a value and the half-width of its interval; NaN is "none"."""
    if not math.isfinite(value):
        return Figure(None)
    if not math.isfinite(half_width):
        return Figure(value)
    return Figure(value, value - half_width, value + half_width)


def mean_figure(values: Sequence[float] | np.ndarray, confidence: float) -> Figure:
    """Mean over replications with its t interval; no interval from a single replication.

    >>> found = mean_figure([1.0, 2.0, 3.0], 0.95)
    >>> found.value, round(found.high, 4)  # 2 + 4.3027 x 1 / sqrt(3)
    (2.0, 4.4841)
    """
    sample = np.asarray(values, dtype=np.float64)
    return ratio_figure(sample, np.ones_like(sample), confidence)


def ratio_figure(tops: np.ndarray, bottoms: np.ndarray, confidence: float) -> Figure:
    """Ratio of sums over replications, its interval by linearisation; 0/0 is no data."""
    if len(tops) == 0:
        return Figure(None)
    value, half, _ = ratio(np.asarray(tops, dtype=np.float64), np.asarray(bottoms, dtype=np.float64), confidence)
    return figure(float(value), float(half))


def paired_difference(
    tops: np.ndarray, bottoms: np.ndarray, base_tops: np.ndarray, base_bottoms: np.ndarray, confidence: float
) -> Figure:
    """Difference of two ratios of sums over the *same* replications (common random numbers).

    Linearised: each replication's residual of the option less that of the base, so that what both share cancels.
    """
    if tops.sum() == 0 and bottoms.sum() == 0:
        return Figure(None)
    sides = []
    for top, bottom in ((tops, bottoms), (base_tops, base_bottoms)):
        mean_bottom = float(np.mean(bottom))
        if mean_bottom == 0:
            return Figure(None)
        value = float(np.sum(top)) / float(np.sum(bottom))
        sides.append((value, (np.asarray(top, dtype=np.float64) - value * bottom) / mean_bottom))
    (value, residual), (base_value, base_residual) = sides
    spread = mean_figure(residual - base_residual, confidence)
    half = math.nan if spread.high is None or spread.value is None else spread.high - spread.value
    return figure(value - base_value, half)
