"""Adding up by period, place and case, and other loops that NumPy has no single pass for; kept like the fast engine.

Figures are whole milliseconds (or counts), so that sums are exact in any order; where they are not, they are taken in
the order of the rows.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from sim.machine_code import CACHE

# mypy: disable-error-code="no-untyped-def, assignment, index, arg-type"


@njit(cache=CACHE)
def tabulate(piece, of_piece, place, width, case, group_of, groups, figures, chosen, periods):
    """float64 (periods, width, groups, 1 + chosen): how many things, and the sums of the chosen figures.

    Thing i counts in the period of its piece, at its place (below 0: nowhere) and in the group of its case (likewise).
    """
    total = np.zeros((periods, width, groups + 1, 1 + len(chosen)))
    for i in range(len(case)):
        # what does not count goes to a group that is dropped: a branch could not be foreseen
        group, k, p = np.int64(group_of[case[i]]), max(np.int64(place[i]), 0), of_piece[piece[i]]
        group = groups if group < 0 or place[i] < 0 else group
        total[p, k, group, 0] += 1
        for f in range(len(chosen)):
            total[p, k, group, 1 + f] += figures[chosen[f], i]
    return total[:, :, :groups]


@njit(cache=CACHE)
def add_up(piece, of_piece, place, width, case, counts, figure, periods):
    """float64 (periods, width): sums of a figure in the order of the rows, of things whose case counts."""
    total = np.zeros((periods, width))
    for i in range(len(case)):
        if counts[case[i]] and place[i] >= 0:
            total[of_piece[piece[i]], place[i]] += figure[i]
    return total


@njit(cache=CACHE)
def gather(period, figures, count):
    """float64 (count, k): sums of figures (n, k) by period."""
    total = np.zeros((count, figures.shape[1]))
    for i in range(len(period)):
        for k in range(figures.shape[1]):
            total[period[i], k] += figures[i, k]
    return total


@njit(cache=CACHE)
def place(moment, edges, guide, shift, lowest, highest):
    """int64 (n,): number of edges at or before each moment, less one; at least ``lowest`` and at most ``highest``.

    ``guide[k]`` is that of the moment edges[0] + (k << shift): from there on it is an edge at most, or seldom a few.
    """
    found = np.empty(len(moment), dtype=np.int64)
    first, last, count = edges[0], edges[-1], len(edges)
    for i in range(len(moment)):
        at = moment[i]
        if at < first:
            k = np.int64(-1)
        elif at >= last:
            k = np.int64(count - 1)
        else:
            k = np.int64(guide[(at - first) >> shift])
            k += edges[k + 1] <= at  # without a branch, since it cannot be foreseen
            while edges[k + 1] <= at:
                k += 1
        found[i] = min(max(k, lowest), highest)
    return found


@njit(cache=CACHE)
def covered(group, groups, begin, end, edges, guide, shift):
    """int64 (periods, groups): summed length of the stretches [begin, end) inside each period, by group.

    The length up to t is the sum of (t - begin) over those begun less that of (t - end) over those ended; a moment
    adds the rest of its own period and the whole of each later one. Most stretches lie inside one period.
    """
    periods, begun, over = len(edges) - 1, edges[0], edges[-1]
    total = np.zeros((periods, groups), dtype=np.int64)
    whole = np.zeros((periods + 1, groups), dtype=np.int64)  # stretches under way from a period on
    for i in range(len(begin)):
        g, since, until = np.int64(group[i]), max(begin[i], begun), min(end[i], over)
        if g >= groups or since >= over:
            continue
        until = since if g < 0 else max(since, until)  # adds nothing; cheaper than a branch that cannot be foreseen
        g = max(g, 0)
        p = np.int64(guide[(since - begun) >> shift])
        p += edges[p + 1] <= since
        while edges[p + 1] <= since:
            p += 1
        if until <= edges[p + 1]:
            total[p, g] += until - since
            continue
        q = np.int64(guide[(until - 1 - begun) >> shift])
        q += edges[q + 1] < until
        while edges[q + 1] < until:
            q += 1
        total[p, g] += edges[p + 1] - since
        total[q, g] -= edges[q + 1] - until
        whole[p + 1, g] += 1
        whole[q + 1, g] -= 1
    for g in range(groups):
        under_way = 0
        for p in range(periods):
            under_way += whole[p, g]
            total[p, g] += under_way * (edges[p + 1] - edges[p])
    return total


@njit(cache=CACHE)
def open_between(chosen, begin, end, opens, closes, before, guide, shift, found):
    """Writes to ``found`` the time inside sorted, disjoint stretches between two moments, of the chosen things.

    ``before`` (k + 1,) is the length of all stretches before each one; ``guide`` see `place`.
    """
    first, last, count = opens[0], opens[-1], len(opens)
    for i in range(len(chosen)):
        row, so_far = chosen[i], np.int64(0)
        for side in range(2):
            at = end[row] if side == 0 else begin[row]
            if at < first:
                until = np.int64(0)
            else:
                k = np.int64(count - 1)
                if at < last:
                    k = np.int64(guide[(at - first) >> shift])
                    while opens[k + 1] <= at:
                        k += 1
                until = before[k] + min(at, closes[k]) - opens[k]
            so_far += until if side == 0 else -until
        found[row] = so_far


@njit(cache=CACHE)
def histogram(case, counts, piece, of_piece, channel, lasted, edges, guide, shape):
    """int32 of ``shape`` (periods, channels, bins): how often a length of time (0 where below) lies in each bin.

    The bits of a positive figure count the sixteenths of doublings; ``guide`` is the bin in which each one begins.
    """
    total = np.zeros(shape, dtype=np.int32)
    for i in range(len(case)):
        if not counts[case[i]]:
            continue
        figure = max(lasted[i], 1)
        k = np.int64(guide[(np.float64(figure).view(np.int64) >> 48) - (1023 << 4)])
        k += edges[k] <= figure  # without a branch, as above
        while edges[k] <= figure:
            k += 1
        k = min(k + 1, shape[2] - 1) if lasted[i] > 0 else 0
        total[of_piece[piece[i]], channel[i], k] += 1
    return total


@njit(cache=CACHE)
def in_bins(figure, sixteenth, edges, guide):
    """int64 (n,): number of edges at or below each figure; ``guide`` is that of the start of its `sixteenth`."""
    found = np.empty(len(figure), dtype=np.int64)
    for i in range(len(figure)):
        k = guide[max(sixteenth[i], 0)]
        while edges[k] <= figure[i]:
            k += 1
        found[i] = k
    return found


@njit(cache=CACHE)
def present_at(edges, case, counts, begin, end, place, size):
    """float64 (edges, size) three times: count, sum of ages and greatest age of [begin, end) under way at each edge."""
    count = np.zeros((len(edges), size))
    age, oldest = np.zeros((len(edges), size)), np.zeros((len(edges), size))
    k = 0
    for i in range(len(begin)):
        if not counts[case[i]]:
            continue
        while k > 0 and edges[k - 1] >= begin[i]:  # the first edge at or after the begin; begins are almost in order
            k -= 1
        while k < len(edges) and edges[k] < begin[i]:
            k += 1
        j = k
        while j < len(edges) and edges[j] < end[i]:
            lasted = edges[j] - begin[i]
            count[j, place[i]] += 1
            age[j, place[i]] += lasted
            oldest[j, place[i]] = max(oldest[j, place[i]], lasted)
            j += 1
    return count, age, oldest
