"""The few loops over contacts that NumPy has no single pass for; compiled once and kept like the fast engine.

Sums are taken in the order of the rows, as `numpy.bincount` does, so that they are the same to the last bit.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from sim.engine import outcomes as out
from sim.machine_code import CACHE

# mypy: disable-error-code="no-untyped-def"


@njit(cache=CACHE)
def add_up(index, figures, size):
    """float64 (size,): sums (counts of a bool column) of figures by index; an index past the end is dropped."""
    total = np.zeros(size + 1)
    for i in range(len(index)):
        total[min(index[i], size)] += figures[i]
    return total[:size]


@njit(cache=CACHE)
def gather(period, figures, count):
    """float64 (count, k): sums of figures (n, k) by period."""
    total = np.zeros((count, figures.shape[1]))
    for i in range(len(period)):
        for k in range(figures.shape[1]):
            total[period[i], k] += figures[i, k]
    return total


@njit(cache=CACHE)
def place(moment, edges, guide, shift):
    """int64 (n,): number of edges at or before each moment, less one; -1 before the first.

    ``guide[k]`` is that of the moment edges[0] + (k << shift): from there on it is a few edges at most. All in one
    function, since handing arrays to another one for each moment would take most of the time.
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
            while edges[k + 1] <= at:
                k += 1
        found[i] = k
    return found


@njit(cache=CACHE)
def covered(group, groups, begin, end, first, last, edges):
    """int64 (periods, groups): summed length of the stretches [begin, end) inside each period, by group.

    ``first`` and ``last`` are the places of ``begin`` and ``end`` among the edges. The length up to t is sum of
    (t - begin) over those begun less sum of (t - end) over those ended; a moment adds the rest of its own period and
    the whole of each later one.
    """
    periods = len(edges) - 1
    total = np.zeros((periods, groups), dtype=np.int64)
    whole = np.zeros((periods + 2, groups), dtype=np.int64)  # stretches under way from a period on
    for i in range(len(begin)):
        g, p, q = group[i], first[i], last[i]
        if g < 0 or g >= groups:
            continue
        if 0 <= p < periods:
            total[p, g] += edges[p + 1] - begin[i]
        if 0 <= q < periods:
            total[q, g] -= edges[q + 1] - end[i]
        whole[p + 1, g] += 1
        whole[q + 1, g] -= 1
    for g in range(groups):
        under_way = 0
        for p in range(periods):
            under_way += whole[p, g]
            total[p, g] += under_way * (edges[p + 1] - edges[p])
    return total


@njit(cache=CACHE)
def first_two(n, ticket, arrive, leg):
    """Arrival of the first and of the second contact (legs left out) of each of n tickets, -1 none."""
    first, second = np.full(n, -1, dtype=np.int64), np.full(n, -1, dtype=np.int64)
    for i in range(len(ticket)):
        if leg[i]:
            continue
        t, at = ticket[i], arrive[i]
        if first[t] < 0:
            first[t] = at
        elif at < first[t]:
            first[t], second[t] = at, first[t]
        elif second[t] < 0 or at < second[t]:
            second[t] = at
    return first, second


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
def contacts_hold(ticket_of, first_ms, state, kind, result, arrive, queue, answer, leave, done, end):
    """Whether all that `checks` says of contacts, their times and the ends of tickets holds, in one pass."""
    tickets, legs, passed_on = len(state), 0, 0
    seen = np.zeros(tickets, dtype=np.uint8)  # bits: an agent met the need, a bot did, a contact waits on
    for i in range(len(kind)):
        if kind[i] < 0:
            continue
        code, ticket, so_far = result[i], ticket_of[i], arrive[i]
        stays = code == out.WAITING or code == out.IN_SERVICE
        if code < 0 or code > out.SUPERSEDED or stays == (leave[i] >= 0) or arrive[i] < 0 or arrive[i] > end:
            return False
        if i < tickets:
            if first_ms[i] < 0:
                return False
        elif kind[i] == out.FIRST or kind[ticket] < 0:
            return False
        for later in (queue[i], answer[i], leave[i], done[i]):
            if 0 <= later < so_far:
                return False
            so_far = max(so_far, later)
        if code == out.RESOLVED:
            seen[ticket] |= 1
        elif code == out.BOT_RESOLVED:
            seen[ticket] |= 2
        elif code == out.WAITING and answer[i] < 0:
            seen[ticket] |= 4
        passed_on += code == out.TRANSFERRED
        legs += kind[i] == out.TRANSFER
    for i in range(tickets):
        if (state[i] == out.BY_AGENT and not seen[i] & 1) or (state[i] == out.BY_BOT and not seen[i] & 2):
            return False
        if state[i] != out.OPEN and seen[i] & 4:
            return False
    return legs <= passed_on
