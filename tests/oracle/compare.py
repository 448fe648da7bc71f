"""Simulated against expected: ratio estimators over independent batches, and the table that shows them."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

Z_LIMIT = 3.5
"""No comparison may lie further out than this; a correct simulator does so once in 2,149 comparisons."""

Ratio = tuple[np.ndarray, np.ndarray]
"""Numerator and denominator of one measure, one figure a batch."""


@dataclass(frozen=True)
class Expected:
    """What theory or a publication says, with the standard error of the figure itself (0 where it is exact)."""

    value: float
    error: float = 0.0

    @staticmethod
    def noisy(value: float, half_width: float) -> Expected:
        """A simulated or published figure with the half-width of its 95 % interval."""
        return Expected(value, half_width / stats.norm.ppf(0.975))


@dataclass(frozen=True)
class Comparison:
    """One line of the table."""

    case: str
    measure: str
    expected: float
    simulated: float
    half_width: float
    z: float

    @property
    def within(self) -> bool:
        """Whether the two agree."""
        return abs(self.z) < Z_LIMIT


def seed_of(name: str) -> int:
    """The seed of a case: a hash of its name, so that nobody can choose it by its result."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big") >> 1


@dataclass(frozen=True)
class Estimate:
    """A ratio of sums over batches."""

    value: float
    error: float
    """Standard error."""
    batches: int
    skewness: float
    """Of the batches' residuals: mean waits of batches are skewed to the right at heavy load."""


def estimate(ratio: Ratio) -> Estimate:
    """Ratio of sums over batches with its standard error by linearisation.

    With batches (x_i, y_i) and R = sum x / sum y, the error is that of the mean of (x_i - R y_i) / mean(y).
    """
    numerator, denominator = (np.asarray(part, dtype=float) for part in ratio)
    batches = len(numerator)
    value = float(numerator.sum() / denominator.sum())
    residual = (numerator - value * denominator) / denominator.mean()
    spread = float(residual.std(ddof=1))
    if spread < 1e-12 * abs(value):  # the rounding of a share that never varied, such as agents who are always busy
        spread = 0.0
    skewness = float(np.mean(residual**3)) / spread**3 if spread > 0 else 0.0
    return Estimate(value, spread / math.sqrt(batches), batches, skewness)


def unskewed(t: float, skewness: float, batches: int) -> float:
    """Hall's transformation of a t statistic, which takes the skewness of what was averaged out of it.

    t + a t^2 / 3 + a^2 t^3 / 27 + a / 6 with a = skewness / sqrt(batches); it rises with t (P. Hall, On the removal of
    skewness by transformation, J. R. Statist. Soc. B 54, 1992). Without it a mean that happens to be low comes with too
    small an error: at n = 30 and skewness 1.4 (C12), t < -3 is six times as likely as it should be.
    """
    a = skewness / math.sqrt(batches)
    return t + a * t**2 / 3 + a**2 * t**3 / 27 + a / 6


def z_score(difference: float, error: float, batches: int, skewness: float = 0.0) -> float:
    """Student's t as the normal score of equal probability, so that one limit suits any number of batches."""
    t = unskewed(difference / error, skewness, batches)
    tail = stats.t.logsf(abs(t), batches - 1)
    # Far out the tail underflows; what matters there is only that it is far out.
    score = float(stats.norm.isf(math.exp(tail))) if tail > -700 else abs(t)
    return math.copysign(score, t)


def compare(case: str, measure: str, expected: Expected | float, ratio: Ratio) -> Comparison:
    """Put a simulated ratio beside its expectation.

    A share that never varied (no call of 100,000 blocked, where 1e-12 is expected) has no interval: it agrees where
    less than one event was due in the whole run (for an integral: where the two differ by less than 1e-9).
    """
    expected = expected if isinstance(expected, Expected) else Expected(expected)
    found = estimate(ratio)
    difference = found.value - expected.value
    combined = math.hypot(found.error, expected.error)
    if combined == 0:
        due = abs(difference) * float(np.sum(ratio[1]))
        z = 0.0 if due < 1 or abs(difference) < 1e-9 else math.inf
    else:
        # The noise of a published figure is symmetric; only the simulation's part of the whole is skewed.
        z = z_score(difference, combined, found.batches, found.skewness * (found.error / combined) ** 3)
    half_width = float(stats.t.ppf(0.975, found.batches - 1)) * found.error
    return Comparison(case, measure, expected.value, found.value, half_width, z)


def compare_all(
    case: str, expected: Mapping[str, Expected | float], simulated: Mapping[str, Ratio]
) -> list[Comparison]:
    """Every expected measure against the simulated one of the same name; a measure without a partner is an error."""
    missing = set(expected) - set(simulated)
    if missing:
        raise KeyError(f"{case}: expected but not simulated: {', '.join(sorted(missing))}")
    return [compare(case, name, value, simulated[name]) for name, value in expected.items()]


def pool(parts: Iterable[Mapping[str, Ratio]]) -> dict[str, Ratio]:
    """Batches of several replications as one sample."""
    listed = list(parts)
    return {
        name: (np.concatenate([p[name][0] for p in listed]), np.concatenate([p[name][1] for p in listed]))
        for name in listed[0]
    }


def table(rows: Sequence[Comparison]) -> list[str]:
    """The comparisons as aligned lines, with a mark where the two disagree."""
    case_width = max([len(row.case) for row in rows] + [4])
    name_width = max([len(row.measure) for row in rows] + [7])
    head = f"{'case':{case_width}}  {'measure':{name_width}}"
    lines = [f"{head}  {'expected':>12}  {'simulated':>12}  {'+-95 %':>10}  {'z':>6}"]
    for row in rows:
        lines.append(
            f"{row.case:{case_width}}  {row.measure:{name_width}}  {row.expected:12.6g}  {row.simulated:12.6g}  "
            f"{row.half_width:10.2g}  {row.z:6.2f}{'' if row.within else '  <<<'}"
        )
    return lines
