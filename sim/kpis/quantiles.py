"""Quantiles that add up over replications: counts on a fixed fine logarithmic grid.

A figure of 0 ms has a bin of its own; from 128 ms on every doubling has 16 bins, so that a bin is 4.4 % wide. Inside
a bin a quantile is interpolated (in the logarithm), so it is off by a few percent at worst and mostly by far less.
"""

from __future__ import annotations

import numpy as np

PER_DOUBLING = 16
SMALLEST_MS = 128
DOUBLINGS = 26  # up to 128 ms x 2**26 = 99 days
BINS = 2 + PER_DOUBLING * DOUBLINGS + 1  # zero; (0, 128 ms); the grid; beyond
EDGES_MS = np.concatenate(
    [[0.0, 0.0], SMALLEST_MS * 2.0 ** (np.arange(PER_DOUBLING * DOUBLINGS + 1) / PER_DOUBLING), [np.inf]]
)
"""float64 (BINS + 1,): bin b holds EDGES_MS[b] <= figure < EDGES_MS[b + 1], bin 0 the zeros."""


_GRID_MS = EDGES_MS[2:]
# Each doubling is parted into sixteen even steps: a float's exponent and the first four bits of its fraction count them
_FRACTION_BITS, _STEP_BITS, _BIAS = 52, 4, 1023
_STEPS = np.ldexp(1.0 + np.arange(16) / 16.0, np.arange(1024)[:, None]).ravel()  # from 1 ms on
_GUIDE = np.searchsorted(_GRID_MS, _STEPS, side="right")


def bin_of(figure_ms: np.ndarray) -> np.ndarray:
    """int64 (n,): the bin of each figure; none may be negative."""
    from sim.kpis import compiled

    figure = np.ascontiguousarray(figure_ms, dtype=np.float64).ravel()
    step = (figure.view(np.int64) >> (_FRACTION_BITS - _STEP_BITS)) - (_BIAS << _STEP_BITS)
    bins = compiled.in_bins(figure, step, _GRID_MS, _GUIDE).reshape(np.shape(figure_ms)) + 1
    return np.asarray(np.where(figure_ms == 0, 0, np.minimum(bins, BINS - 1)))


def histogram(
    case: np.ndarray,
    where: np.ndarray,
    piece: np.ndarray,
    of_piece: np.ndarray,
    channel: np.ndarray,
    lasted: np.ndarray,
    shape: tuple[int, int, int],
) -> np.ndarray:
    """int32 of ``shape`` (periods, channels, BINS): how often lengths of time (int64 ms, below 0 counts as 0) lie in
    each bin, of the things whose case is among those of ``where``."""
    from sim.kpis import compiled

    return np.asarray(compiled.histogram(case, where, piece, of_piece, channel, lasted, _GRID_MS, _GUIDE, shape))


def cumulative(happened: np.ndarray, censored: np.ndarray | None = None) -> np.ndarray:
    """float64 (..., BINS): share that has happened by the upper edge of each bin, NaN where there is nothing.

    ``happened`` and ``censored`` are counts (..., BINS); those censored are known only to have lasted into their bin,
    and leave the risk set at its end (Kaplan and Meier 1958).
    """
    gone = happened if censored is None else happened + censored
    at_risk = gone[..., ::-1].cumsum(axis=-1)[..., ::-1].astype(np.float64)
    hazard = np.divide(happened, at_risk, out=np.zeros(at_risk.shape), where=at_risk > 0)
    share = 1.0 - np.cumprod(1.0 - hazard, axis=-1)
    return np.asarray(np.where(at_risk[..., :1] > 0, share, np.nan))


def quantile(share: np.ndarray, q: np.ndarray | float) -> np.ndarray:
    """float64 (...,): figure in ms below which a share q lies, from `cumulative`; NaN where it is not reached."""
    q = np.broadcast_to(np.asarray(q, dtype=np.float64), share.shape[:-1])
    reached = share >= q[..., None]
    index = np.argmax(reached, axis=-1)
    high = np.take_along_axis(share, index[..., None], axis=-1)[..., 0]
    low = np.where(index > 0, np.take_along_axis(share, np.maximum(index - 1, 0)[..., None], axis=-1)[..., 0], 0.0)
    part = np.divide(q - low, high - low, out=np.ones(q.shape), where=high > low)
    left, right = EDGES_MS[index], EDGES_MS[index + 1]
    with np.errstate(invalid="ignore", divide="ignore"):
        inside = np.where(left > 0, left * (right / np.where(left > 0, left, 1.0)) ** part, right * part)
    figure = np.where(index == 0, 0.0, inside)
    good = reached.any(axis=-1) & (index < BINS - 1) & (q >= 0) & (q <= 1)
    return np.asarray(np.where(good, figure, np.nan))
