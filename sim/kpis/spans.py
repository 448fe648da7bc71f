"""Time covered by stretches, cut into periods; integer arithmetic, no loop over stretches."""

from __future__ import annotations

import numpy as np


def covered_ms(begin: np.ndarray, end: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """int64 (len(edges) - 1,): summed length of the stretches [begin, end) inside each period; overlaps count twice.

    The total length up to t is sum of (t - begin) over those begun less sum of (t - end) over those ended.
    """
    return np.asarray(np.diff(_so_far(np.sort(begin), edges) - _so_far(np.sort(end), edges)))


def _so_far(moments: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Sum of (edge - moment) over the moments before each edge; ``moments`` sorted."""
    sums = np.concatenate([[0], np.cumsum(moments, dtype=np.int64)])
    count = np.searchsorted(moments, edges, side="right")
    return np.asarray(count * edges - sums[count])


def covered_by_group(
    group: np.ndarray, groups: int, begin: np.ndarray, end: np.ndarray, edges: np.ndarray
) -> np.ndarray:
    """int64 (periods, groups): the same for each group of stretches."""
    total = np.zeros((len(edges) - 1, groups), dtype=np.int64)
    for g in range(groups):
        mine = group == g
        total[:, g] = covered_ms(begin[mine], end[mine], edges)
    return total


def open_time_ms(stretches: np.ndarray, begin: np.ndarray, end: np.ndarray) -> np.ndarray:
    """int64 (n,): time between ``begin`` and ``end`` inside the sorted, disjoint ``stretches`` (k, 2)."""
    if len(stretches) == 0:
        return np.zeros(len(begin), dtype=np.int64)
    before = np.concatenate([[0], np.cumsum(stretches[:, 1] - stretches[:, 0])])

    def open_until(t: np.ndarray) -> np.ndarray:
        index = np.searchsorted(stretches[:, 0], t, side="right") - 1
        inside = np.minimum(t, stretches[index, 1]) - stretches[index, 0]
        return np.where(index < 0, 0, before[index] + inside)

    return np.asarray(open_until(end) - open_until(begin))
