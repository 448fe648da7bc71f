"""When needs arise: keyed Poisson counts in each half-hour, nested in the demand, and the tickets that follow.

A half-hour's mean is cut into chunks of at most 64. Each chunk's count is the Poisson quantile of one keyed uniform at
the chunk's mean, and ticket j of a chunk is named by its place alone. The quantile rises with the mean, so less demand
keeps the first tickets of every chunk and more demand adds behind them. Nothing else about a ticket changes.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from sim.demand.keys import GOLDEN, hashed, keyed_state, mixed, name_key, to_halves, to_uniform
from sim.scenario.units import HALF_HOUR_MS

CHUNK = 64.0  # largest mean that is inverted at once
_COUNT = name_key("count")
_WHEN = name_key("when")
_GROUP = name_key("group")
_MEMBER = name_key("member")
_CHUNK_STEP = 2**32  # a chunk's place in the name of its cell: half-hours stay below this


@dataclass(frozen=True)
class Arrivals:
    """Needs in order of (time, identity); n long."""

    identity: np.ndarray  # uint64
    state: np.ndarray  # uint64 identity under the replication's key
    need_ms: np.ndarray  # int64
    reason: np.ndarray  # int64
    slot: np.ndarray  # int64 half-hour of the need
    channel_u: np.ndarray  # int64 in [0, 2**32)

    def of(self, tickets: np.ndarray) -> Arrivals:
        """Some of the needs, by number."""
        return Arrivals(*(getattr(self, f.name)[tickets] for f in fields(self)))

    def then(self, later: Arrivals) -> Arrivals:
        """These needs and later ones."""
        return Arrivals(*(np.concatenate([getattr(self, f.name), getattr(later, f.name)]) for f in fields(self)))


def poisson_quantile(u: np.ndarray, mean: np.ndarray) -> np.ndarray:
    """int64: smallest k with P(Poisson(mean) <= k) >= u, for means up to about 700; rises with u and with the mean."""
    mean = np.asarray(mean, dtype=float)
    count = np.zeros(len(mean), dtype=np.int64)
    index = np.arange(len(mean))
    term = np.exp(-mean)
    total = term.copy()
    limit = mean.max(initial=0.0)
    last = int(limit + 12 * np.sqrt(limit) + 40)  # beyond the quantile of the largest uniform
    for k in range(1, last + 1):
        above = u > total
        if np.count_nonzero(above) < 0.7 * len(above):  # drop the cells that are done
            index, u, mean, term, total = (values[above] for values in (index, u, mean, term, total))
            above = np.ones(len(index), dtype=bool)
        if not len(index):
            break
        count[index] += above
        term *= mean
        term /= k
        total += term
    return count


def _cells(mass: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Chunks of every (slot, reason) with needs, slots first: reason, slot, chunk, mean."""
    slots_first = np.ascontiguousarray(mass.T)
    slot, reason = np.nonzero(slots_first)
    whole = slots_first[slot, reason]
    chunks = np.maximum(np.ceil(whole / CHUNK).astype(np.int64), 1)
    cell = np.repeat(np.arange(len(whole)), chunks)
    chunk = np.arange(len(cell)) - np.repeat(np.cumsum(chunks) - chunks, chunks)
    return reason[cell], slot[cell], chunk, np.minimum(CHUNK, whole[cell] - CHUNK * chunk)


def draw_arrivals(
    mass: np.ndarray,
    streams: list[str],
    batches: list[list[tuple[np.ndarray, np.ndarray]]],
    regime_of_slot: np.ndarray,
    key: tuple[int, int],
    end_ms: int,
    first_slot: int = 0,
) -> Arrivals:
    """All needs that arise before ``end_ms``.

    ``mass`` (streams, slots) is the mean number of groups by half-hour from ``first_slot`` on, busyness included;
    ``batches[regime][stream]`` is (sizes, cumulative thresholds), empty where every group is a single need.
    """
    reason, slot, chunk, mean = _cells(mass)
    slot = slot + first_slot
    stream_keys = np.array([name_key("stream", stream) for stream in streams], dtype=np.uint64)
    place = (chunk * _CHUNK_STEP + slot).astype(np.uint64)
    cell = mixed(mixed(place) ^ stream_keys[reason])
    count = poisson_quantile(to_uniform(hashed(keyed_state(cell, key), _COUNT)), mean)

    which = np.repeat(np.arange(len(count)), count)
    j = np.arange(len(which), dtype=np.uint64) - np.repeat((np.cumsum(count) - count).astype(np.uint64), count)
    identity = mixed(cell[which] + j * np.uint64(GOLDEN))
    state = keyed_state(identity, key)
    when, channel_u = to_halves(hashed(state, _WHEN))
    slot_of = slot[which]
    need_ms = slot_of * HALF_HOUR_MS + (when * HALF_HOUR_MS >> 32)
    columns = [identity, state, need_ms, reason[which], slot_of, channel_u]
    if any(len(sizes) for regime in batches for sizes, _ in regime):
        columns = _with_members(columns, batches, regime_of_slot, key)
    return Arrivals(*_in_order(columns, end_ms))


def _with_members(
    columns: list[np.ndarray],
    batches: list[list[tuple[np.ndarray, np.ndarray]]],
    regime_of_slot: np.ndarray,
    key: tuple[int, int],
) -> list[np.ndarray]:
    """Groups turned into their members: the same time, names of their own (the first keeps the group's)."""
    identity, state, _, reason, slot, _ = columns
    u, _ = to_halves(hashed(state, _GROUP))
    regime = regime_of_slot[slot]
    size = np.ones(len(identity), dtype=np.int64)
    for v, by_reason in enumerate(batches):
        for r, (sizes, cumulative) in enumerate(by_reason):
            if len(sizes):
                here = np.flatnonzero((reason == r) & (regime == v))
                size[here] = sizes[np.searchsorted(cumulative[:-1], u[here], side="right")]
    of = np.repeat(np.arange(len(size)), size)
    member = np.arange(len(of)) - np.repeat(np.cumsum(size) - size, size)
    identity, state, need_ms, reason, slot, channel_u = (column[of] for column in columns)
    later = np.flatnonzero(member > 0)
    identity[later] = mixed(identity[later] + member[later].astype(np.uint64) * np.uint64(GOLDEN), add=_MEMBER)
    state[later] = keyed_state(identity[later], key)
    channel_u[later] = to_halves(hashed(state[later], _WHEN))[1]
    return [identity, state, need_ms, reason, slot, channel_u]


def _in_order(columns: list[np.ndarray], end_ms: int) -> list[np.ndarray]:
    """The columns before ``end_ms`` in order of (time, identity)."""
    identity, need_ms = columns[0], columns[2]
    order = time_order(need_ms)
    ordered = need_ms[order]
    keep = int(np.searchsorted(ordered, end_ms, side="left"))
    order, ordered = order[:keep], ordered[:keep]
    equal = ordered[1:] == ordered[:-1]
    if equal.any():
        tied = np.zeros(keep, dtype=bool)
        tied[1:] |= equal
        tied[:-1] |= equal
        where = np.flatnonzero(tied)
        among = order[where]
        order[where] = among[np.lexsort((identity[among], need_ms[among]))]
    return [column[order] for column in columns]


def time_order(times_ms: np.ndarray) -> np.ndarray:
    """Order of (time, index): one sort of both packed into one integer, several times faster than an argsort."""
    bits = max(len(times_ms) - 1, 1).bit_length()
    if not len(times_ms) or int(times_ms.max()).bit_length() + bits > 63:
        return np.argsort(times_ms, kind="stable")
    packed = times_ms << bits
    packed |= np.arange(len(times_ms), dtype=np.int64)
    packed.sort()
    packed &= (1 << bits) - 1
    return packed
