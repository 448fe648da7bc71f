"""MSER: how much of the start of a series to delete, so that the mean of the rest is known best.

The marginal standard error rule: delete the first d values for which (sum of squares of the rest about its mean) /
(number left)^2 is least. A start from empty adds bias and with it squares; deleting too much leaves too few values.
MSER-5 works on means of five values. Sources: K. P. White, An effective truncation heuristic for bias reduction in
simulation output, Simulation 69 (1997) 323-334; K. P. White, M. J. Cobb, S. C. Spratt, A comparison of five
steady-state truncation heuristics for simulation, Winter Simulation Conference 2000, 755-760.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

BATCH = 5
LEFT = 5
"""Batches that are never deleted: a few values can be alike by chance."""


@dataclass(frozen=True)
class Truncation:
    """What MSER says of a series."""

    deleted: int
    """Values to delete at the start, a multiple of the batch."""
    settled: bool
    """False where the rule would delete more than half: then the series is too short to say."""


def mser(series: np.ndarray, batch: int = BATCH, phases: int = 1) -> Truncation:
    """Truncation of a series (n,) by MSER-``batch``.

    Where the values have a rhythm, ``phases`` is its length in batches: what is left then varies about a mean for each
    phase rather than one for all, which takes a degree of freedom each. Values past the last whole batch are left out.
    Raises ValueError for fewer than 2 (phases + 1) batches.

    >>> mser(np.array([0.0, 0, 0, 0, 0] + [4.0, 6, 5, 4, 6] * 5)).deleted
    5
    >>> mser(np.full(50, 3.0)).deleted
    0
    """
    count = len(series) // batch
    if count < 2 * (phases + 1):
        raise ValueError(f"{count} batches are too few: at least {2 * (phases + 1)} are needed")
    means = np.asarray(series, dtype=np.float64)[: count * batch].reshape(count, batch).mean(axis=1)
    scale = float(np.abs(means).max())
    most = count - max(min(LEFT, count // 2), 2 * phases)
    error = np.array([_error(means[d:], phases, scale) for d in range(most + 1)])
    best = int(np.argmin(error))
    if best > count // 2:
        return Truncation(int(np.argmin(error[: count // 2 + 1])) * batch, False)
    return Truncation(best * batch, True)


def _error(rest: np.ndarray, phases: int, scale: float) -> float:
    """Squared marginal standard error of what is left; what is rounding counts as 0."""
    n = len(rest)
    squares = sum(float(np.square(part - part.mean()).sum()) for part in (rest[p::phases] for p in range(phases)))
    squares = squares if squares > n * (1e-12 * scale) ** 2 else 0.0
    return squares / (n * (n - phases + 1))
