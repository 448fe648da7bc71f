"""Batch means: intervals from one long run of a load that repeats.

The counted time is cut into equal batches of whole cycles of the load, and the batches take the place of replications.
That holds where neighbouring batches are all but independent, which is tested: an interval of k batches is given where
4 k batches, four times shorter, show no correlation from one to the next (von Neumann's ratio, one-sided at 5 %).
Where they do, half as many batches are tried, down to eight; where these fail as well, the interval is too narrow and
is said to be. Sources: A. M. Law, Simulation Modeling and Analysis, ch. 9 (batch means); G. S. Fishman, Grouping
observations in digital simulation, Management Science 24 (1978) 510-521 (the test and the grouping).
"""

from __future__ import annotations

import numpy as np

from sim.demand.draw import needs_by_slot
from sim.kpis import interval
from sim.kpis.rhythm import exact_rhythm
from sim.scenario.resolved import Resolved
from sim.scenario.units import HALF_HOUR_MS

FINEST = 128
"""Batches that are kept; a quarter of them give an interval."""
FINER = 4
FEWEST = 8
"""Batches of an interval."""
NEEDS = 20
"""Fewest needs that the smallest batch expects."""
CRITICAL = 1.6449  # one-sided 5 % of the normal


def batch_edges_ms(resolved: Resolved) -> np.ndarray:
    """int64 (batches + 1,): the counted time in equal batches of whole cycles; what is left over lengthens the last.

    Empty where the load does not repeat until the end, or too few of its cycles or too few needs fit.
    """
    start, end = resolved.scenario.horizon.warm_up, resolved.calendar.end_ms
    rhythm = exact_rhythm(resolved)
    cycles = (end - start) // rhythm.cycle_ms
    most = min(FINEST, cycles, int(needs_by_slot(resolved)[start // HALF_HOUR_MS :].sum()) // NEEDS)
    if rhythm.until_ms < end or most < FINER * FEWEST:
        return np.empty(0, dtype=np.int64)
    each = cycles // most if rhythm.cycle == "flat" else -(-cycles // most)
    batches = min(most, cycles // each) // FINER * FINER
    edges: np.ndarray = start + np.arange(batches + 1, dtype=np.int64) * each * rhythm.cycle_ms
    edges[-1] = end
    return edges


def counts(batches: int) -> list[int]:
    """Numbers of batches that an interval may have, most first, from the finest that are kept.

    >>> counts(128), counts(104), counts(32)
    ([32, 16, 8], [26, 13], [8])
    """
    found = [batches // FINER]
    while found[-1] % 2 == 0 and found[-1] // 2 >= FEWEST:
        found.append(found[-1] // 2)
    return found


def merged(figures: np.ndarray, count: int) -> np.ndarray:
    """(count, ...): sums of neighbouring batches; ``figures`` (batches, ...) is a multiple of ``count`` long."""
    return np.asarray(figures.reshape(count, -1, *figures.shape[1:]).sum(axis=1))


def correlation_score(residual: np.ndarray) -> np.ndarray:
    """(...): normal score of the lag-1 correlation of batches (k, ...) by von Neumann's ratio; 0 where nothing varies.

    1 - (sum of squared steps) / (2 sum of squares) has mean 0 and variance (k - 2) / (k^2 - 1) under independence.

    >>> round(float(correlation_score(np.arange(8.0))), 2)  # a trend: 1 - 7 / 84
    2.97
    """
    k = len(residual)
    centred = residual - residual.mean(axis=0)
    squares, steps = (centred**2).sum(axis=0), (np.diff(centred, axis=0) ** 2).sum(axis=0)
    lag_1 = np.where(squares > 0, 1.0 - steps / np.where(squares > 0, 2.0 * squares, 1.0), 0.0)
    return np.asarray(lag_1 * np.sqrt((k * k - 1.0) / (k - 2.0)))


def choose(top: np.ndarray, bottom: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For each ratio of sums over batches (k, ...): how many give its interval, and whether these pass the test.

    int64 (...) and bool (...).
    """
    total = bottom.sum(axis=0)
    ratio = np.divide(top.sum(axis=0), total, out=np.zeros(total.shape), where=total > 0)
    residual = top - ratio * bottom
    allowed = counts(len(top))
    chosen = np.full(total.shape, allowed[-1], dtype=np.int64)
    passed = np.zeros(total.shape, dtype=bool)
    for count in allowed:
        good = ~passed & (correlation_score(merged(residual, FINER * count)) < CRITICAL)
        chosen, passed = np.where(good, count, chosen), passed | good
    return chosen, passed


def half_width(top: np.ndarray, bottom: np.ndarray, confidence: float) -> np.ndarray:
    """(...): half-width of sum(top) / sum(bottom) over batches (k, ...), each with the number of batches it allows."""
    chosen, _ = choose(top, bottom)
    half = np.full(chosen.shape, np.nan)
    for count in np.unique(chosen):
        every = interval.ratio(merged(top, count), merged(bottom, count), confidence)[1]
        half = np.where(chosen == count, every, half)
    return half
