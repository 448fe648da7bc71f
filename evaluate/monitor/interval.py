"""How far chance alone moves the size that fits best: the interval that is printed beside it."""

from __future__ import annotations

import math

import numpy as np

from evaluate.monitor.response import KNOWN_TO, Gap


def half_width(
    gap: Gap,
    slope: np.ndarray,
    left: float,
    confidence: float,
    learnt: np.ndarray | None = None,
    rival: np.ndarray | None = None,
) -> float:
    """Half-width of the interval of a fitted size; infinite where the figures say nothing about it.

    ``slope``: change of the figures, float64 (figures,), by one unit of the size; ``rival``: the same of an input that
    is fitted along with it. Three sources, squares added:

    - The months that came are one outcome, and the plan a mean of few. Every replication is taken for months that came:
      its estimate departs from 0 by chance only. Figures are weighted by a covariance that comes from the same
      replications, so each one is judged by the covariance of the others; else the weights fit the very noise that they
      are held against, and the interval comes out a fifth too narrow.
    - The response was learnt on few replications: ``learnt``, float64 (replications, figures), are their differences
      between the changed world and the plan.
    - No figure is known better than to `KNOWN_TO`.

    Where the fit leaves more than chance does (``left``), the interval widens by as much.
    """
    from scipy.stats import t

    weights, count = _weights(gap.root, slope, rival), len(gap.departures)
    if weights is None or count < 3:
        return math.inf
    level = (1 + confidence) / 2
    single = float(t.ppf(level, count - 1)) * _spread(gap, slope, rival) * math.sqrt(1 + 1 / count)
    floor = float(t.ppf(level, count - 1)) * KNOWN_TO * float(np.linalg.norm(weights))
    response = 0.0
    if learnt is not None and len(learnt) > 1:
        error = float(np.std(learnt @ weights, ddof=1)) / math.sqrt(len(learnt))
        response = float(t.ppf(level, len(learnt) - 1)) * error
    worse = max(1.0, math.sqrt(left / max(len(gap.plan) - 1, 1)))
    return math.hypot(single, floor, response) * worse


def _weights(root: np.ndarray, slope: np.ndarray, rival: np.ndarray | None) -> np.ndarray | None:
    """By which the figures' gaps are summed to the size: weighted least squares, None where nothing moves."""
    own = root @ _known(slope)
    if rival is not None:
        own = _apart(own, root @ _known(rival))
    strength = float(own @ own)
    return root.T @ own / strength if strength else None


def _known(slope: np.ndarray) -> np.ndarray:
    """A figure without data moves by nothing."""
    return np.where(np.isfinite(slope), slope, 0.0)


def _apart(own: np.ndarray, rival: np.ndarray) -> np.ndarray:
    """The part of a response that the other one of the pair cannot imitate (Frisch and Waugh 1933)."""
    both = float((rival**2).sum())
    return np.asarray(own - rival * float(own @ rival) / both) if both else own


def _spread(gap: Gap, slope: np.ndarray, rival: np.ndarray | None) -> float:
    """Standard deviation of the estimate from one outcome, each weighted by the covariance of the others."""
    count = len(gap.departures)
    squares = []
    for place in range(count):
        weights = _weights(gap.without(place).root, slope, rival)
        if weights is not None:  # a departure from the mean of the others is larger than from the mean of all
            squares.append(float(gap.departures[place] @ weights * count / (count - 1)) ** 2)
    return math.sqrt(np.mean(squares) * (count - 1) / count) if squares else math.inf
