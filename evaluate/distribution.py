"""What came of all draws as a distribution: mean, spread, quantiles and chances, each with its own interval.

One outcome is one draw of the inputs on one tape: a future that could happen. Intervals of the mean and of the
standard deviation come from the independent cubes (t over their means; delete-one-cube jackknife on the logarithm).
Those of chances are Wilson's (1927) for as many independent draws as there are draws, and quantiles take theirs from
the interval of their own probability (Woodruff 1952); both are on the safe side, since the strata of a cube lower the
variance.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from evaluate.intervals import Figure, mean_figure
from evaluate.variance import Split, split

QUANTILES = (0.01, 0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95, 0.99)


@dataclass(frozen=True)
class Distribution:
    """How one figure spreads."""

    mean: Figure
    sd: Figure
    quantiles: dict[float, Figure]
    split: Split
    outcomes: int


def distribution(values: np.ndarray, confidence: float) -> Distribution:
    """Of outcomes (cubes, draws, tapes), all finite."""
    count = values.shape[0] * values.shape[1]
    return Distribution(
        mean_figure(values.mean(axis=(1, 2)), confidence),
        _sd(values, confidence),
        quantiles(values, count, confidence),
        split(values),
        values.size,
    )


def quantiles(values: np.ndarray, count: int, confidence: float) -> dict[float, Figure]:
    """Quantiles of outcomes; ``inf`` is allowed and means never (None). ``count``: independent draws."""
    ordered = np.sort(values, axis=None)
    found = {}
    for share in QUANTILES:
        around = chance(share, count, confidence)
        assert around.low is not None
        assert around.high is not None
        found[share] = Figure(*(_at(ordered, p) for p in (share, around.low, around.high)))
    return found


def _at(ordered: np.ndarray, share: float) -> float | None:
    """The lowest outcome that at least this share of them does not exceed."""
    value = float(ordered[min(len(ordered) - 1, max(0, math.ceil(share * len(ordered) - 1e-9) - 1))])
    return value if math.isfinite(value) else None


def chance(share: float, count: int, confidence: float) -> Figure:
    """A share of ``count`` independent draws with Wilson's interval.

    >>> found = chance(0.0, 64, 0.95)
    >>> found.value, round(found.high, 4)
    (0.0, 0.0566)
    """
    z2 = NormalDist().inv_cdf((1 + confidence) / 2) ** 2
    middle = (share + z2 / (2 * count)) / (1 + z2 / count)
    half = math.sqrt(z2 * (share * (1 - share) / count + z2 / (4 * count**2))) / (1 + z2 / count)
    return Figure(share, max(0.0, middle - half) if share > 0 else 0.0, min(1.0, middle + half) if share < 1 else 1.0)


def _sd(values: np.ndarray, confidence: float) -> Figure:
    """Root of the total variance; its interval by leaving out one cube at a time."""
    from scipy.special import stdtrit

    whole, cubes = split(values).total, len(values)
    if whole <= 0 or cubes < 3:
        return Figure(math.sqrt(max(0.0, whole)))
    left = [split(np.delete(values, cube, axis=0)).total for cube in range(cubes)]
    if min(left) <= 0:
        return Figure(math.sqrt(whole))
    logs = 0.5 * np.log(left)
    error = math.sqrt((cubes - 1) / cubes * float(((logs - logs.mean()) ** 2).sum()))
    half = float(stdtrit(cubes - 1, (1 + confidence) / 2)) * error
    sd = math.sqrt(whole)
    return Figure(sd, sd * math.exp(-half), sd * math.exp(half))
