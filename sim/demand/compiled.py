"""Keyed draws in compiled loops: the same bits as `keys`, one pass where NumPy needs a dozen.

Only integers, sums and products are worked out here. Logarithms, powers and normal scores stay with NumPy and SciPy,
whose figures a compiler's library need not reproduce to the last bit.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from sim.demand.keys import ATTEMPT, GOLDEN
from sim.machine_code import CACHE

# mypy: disable-error-code="no-untyped-def,operator,call-overload,arg-type"

_GOLDEN = np.uint64(GOLDEN)
_ATTEMPT = np.uint64(ATTEMPT)
_MIX_1, _MIX_2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_S30, _S27, _S31, _S32, _S11 = (np.uint64(s) for s in (30, 27, 31, 32, 11))
_LOW_32 = np.uint64(2**32 - 1)
_ONE = np.uint64(1)


@njit(forceinline=True)
def mix(x):
    """`keys.mixed` of one uint64."""
    x = (x ^ (x >> _S30)) * _MIX_1
    x = (x ^ (x >> _S27)) * _MIX_2
    return x ^ (x >> _S31)


@njit(forceinline=True)
def high(x):
    """The upper half of a hash, int64 in [0, 2**32)."""
    return np.int64(x >> _S32)


@njit(forceinline=True)
def low(x):
    """The lower half, likewise."""
    return np.int64(x & _LOW_32)


@njit(forceinline=True)
def uniform(x):
    """float64 in (0, 1), see `keys.to_uniform`."""
    return np.float64(np.int64((x >> _S11) | _ONE)) * 2.0**-53


@njit(forceinline=True)
def salted(state, attempt):
    """What the name of a purpose is added to, to be mixed."""
    return state + np.uint64(attempt) * _ATTEMPT


@njit(cache=CACHE)
def of_kind(kind, wanted, group, u):
    """Places of the draws whose group's law is of a kind, their groups, and their uniforms where there are any."""
    here, groups, found, count = np.empty(len(group), dtype=np.int64), np.empty_like(group), np.empty(len(u)), 0
    for i in range(len(group)):
        if kind[group[i]] == wanted:
            here[count], groups[count] = i, group[i]
            if len(u):
                found[count] = u[i]
            count += 1
    return here[:count], groups[:count], found[:count]


@njit(cache=CACHE)
def put(column, here, figures):
    """column[here] = figures"""
    for i in range(len(here)):
        column[here[i]] = figures[i]


@njit(cache=CACHE)
def poisson_counts(u, mean, term, limit):
    """int64 (n,): smallest k <= ``limit`` with P(Poisson(mean) <= k) >= u; ``term`` is P(0)."""
    counts = np.empty(len(u), dtype=np.int64)
    for i in range(len(u)):
        total, chance, k = term[i], term[i], 0
        while u[i] > total and k < limit:
            k += 1
            chance *= mean[i]
            chance /= k
            total += chance
        counts[i] = k
    return counts


@njit(cache=CACHE)
def cells(mass, streams, first_slot, chunk, step, purpose, key):
    """Chunks of at most ``chunk`` of every (reason, slot) with needs, slots first.

    Name, reason, slot and mean of each, and the uniform of its count.
    """
    size = 0
    for slot in range(mass.shape[1]):
        for reason in range(mass.shape[0]):
            if mass[reason, slot] != 0:
                size += max(np.int64(np.ceil(mass[reason, slot] / chunk)), 1)
    name, u, mean = np.empty(size, dtype=np.uint64), np.empty(size), np.empty(size)
    reasons, slots = np.empty(size, dtype=np.int64), np.empty(size, dtype=np.int64)
    i = 0
    for slot in range(mass.shape[1]):
        for reason in range(mass.shape[0]):
            whole = mass[reason, slot]
            if whole == 0:
                continue
            for k in range(max(np.int64(np.ceil(whole / chunk)), 1)):
                place = np.uint64(k * step + slot + first_slot)
                name[i] = mix(mix(place) ^ streams[reason])
                u[i] = uniform(mix(mix(mix(name[i] + key[0]) ^ key[1]) + purpose))
                reasons[i], slots[i], mean[i] = reason, slot + first_slot, min(chunk, whole - chunk * k)
                i += 1
    return name, reasons, slots, mean, u


@njit(cache=CACHE)
def group_sizes(name, reasons, slots, counts, regime_of_slot, streams, first_size, sizes, until, purpose, key):
    """int64 (groups,): members of each group; the sizes of (regime, reason) start at ``first_size`` of both together.

    ``streams`` are the reasons of a regime; there may be regimes that hold in no slot.
    ``until`` are the cumulative thresholds; the last size takes what is left.
    """
    size = np.ones(counts.sum(), dtype=np.int64)
    i = 0
    for c in range(len(name)):
        at = regime_of_slot[slots[c]] * streams + reasons[c]
        begin, end = first_size[at], first_size[at + 1]
        for j in range(counts[c]):
            if begin < end:
                state = mix(mix(mix(name[c] + np.uint64(j) * _GOLDEN) + key[0]) ^ key[1])
                u, k = high(mix(state + purpose)), begin
                while k < end - 1 and u >= until[k]:
                    k += 1
                size[i] = sizes[k]
            i += 1
    return size


@njit(cache=CACHE)
def needs(name, reasons, slots, counts, size, total, slot_ms, end_ms, when, member_key, key):
    """Needs before ``end_ms`` in order of (time, identity): identity, state, time, reason, slot, channel's uniform.

    ``size`` are the members of each group, empty where every group is a single need; ``total`` is how many there are.
    The groups of a half-hour come together. They are dealt by time into as many bins as there are needs, and what is
    then out of order is a place or two away.
    """
    identity, state = np.empty(total, dtype=np.uint64), np.empty(total, dtype=np.uint64)
    need_ms, reason = np.empty(total, dtype=np.int64), np.empty(total, dtype=np.int64)
    slot_of, channel_u = np.empty(total, dtype=np.int64), np.empty(total, dtype=np.int64)
    found, c, group = 0, 0, 0
    new_id, new_state = np.empty(64, dtype=np.uint64), np.empty(64, dtype=np.uint64)
    new_at, new_reason, new_u = np.empty(64, dtype=np.int64), np.empty(64, dtype=np.int64), np.empty(64, dtype=np.int64)
    while c < len(name):
        slot, n, most = slots[c], 0, 0
        last, groups = c, group
        while last < len(name) and slots[last] == slot:
            most += counts[last]
            if len(size):
                for g in range(groups, groups + counts[last]):
                    most += size[g] - 1
            groups += counts[last]
            last += 1
        if most > len(new_id):
            new_id, new_state = np.empty(2 * most, dtype=np.uint64), np.empty(2 * most, dtype=np.uint64)
            new_at, new_reason = np.empty(2 * most, dtype=np.int64), np.empty(2 * most, dtype=np.int64)
            new_u = np.empty(2 * most, dtype=np.int64)
        for cell in range(c, last):
            for j in range(counts[cell]):
                who = mix(name[cell] + np.uint64(j) * _GOLDEN)
                drawn = mix(mix(who + key[0]) ^ key[1])
                bits = mix(drawn + when)
                at = high(bits) * slot_ms >> 32
                new_id[n], new_state[n], new_at[n] = who, drawn, at
                new_reason[n], new_u[n] = reasons[cell], low(bits)
                n += 1
                if len(size):
                    for k in range(1, size[group]):
                        other = mix(who + np.uint64(k) * _GOLDEN + member_key)
                        drawn = mix(mix(other + key[0]) ^ key[1])
                        new_id[n], new_state[n], new_at[n] = other, drawn, at
                        new_reason[n], new_u[n] = reasons[cell], low(mix(drawn + when))
                        n += 1
                group += 1
        c = last
        order = in_bins_by_time(new_at, new_id, n, slot_ms)
        for i in order:
            at = slot * slot_ms + new_at[i]
            if at < end_ms:
                identity[found], state[found], need_ms[found] = new_id[i], new_state[i], at
                reason[found], slot_of[found], channel_u[found] = new_reason[i], slot, new_u[i]
                found += 1
    return identity[:found], state[:found], need_ms[:found], reason[:found], slot_of[:found], channel_u[:found]


@njit
def in_bins_by_time(at, identity, n, slot_ms):
    """Order of (time, identity) of the first n needs; times are in [0, slot_ms), and evenly spread."""
    start = np.zeros(n + 1, dtype=np.int64)
    order = np.empty(n, dtype=np.int64)
    for i in range(n):
        start[at[i] * n // slot_ms + 1] += 1
    for b in range(n):
        start[b + 1] += start[b]
    for i in range(n):
        b = at[i] * n // slot_ms
        order[start[b]] = i
        start[b] += 1
    for i in range(1, n):
        it, j = order[i], i - 1
        while j >= 0:
            other = order[j]
            if at[other] < at[it] or (at[other] == at[it] and identity[other] <= identity[it]):
                break
            order[j + 1] = other
            j -= 1
        order[j + 1] = it
    return order
