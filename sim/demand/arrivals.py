"""When needs arise: keyed Poisson counts in each half-hour, nested in the demand, and the tickets that follow.

A half-hour's mean is cut into chunks of at most 64. Each chunk's count is the Poisson quantile of one keyed uniform at
the chunk's mean, and ticket j of a chunk is named by its place alone. The quantile rises with the mean, so less demand
keeps the first tickets of every chunk and more demand adds behind them. Nothing else about a ticket changes.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

from sim.demand.keys import name_key
from sim.scenario.units import HALF_HOUR_MS

# mypy: disable-error-code="call-arg"

CHUNK = 64.0  # largest mean that is inverted at once
_COUNT, _WHEN, _GROUP, _MEMBER = (np.uint64(name_key(name)) for name in ("count", "when", "group", "member"))
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
    from sim.demand import compiled

    mean = np.asarray(mean, dtype=float)
    most = mean.max(initial=0.0)
    limit = int(most + 12 * np.sqrt(most) + 40)  # beyond the quantile of the largest uniform
    return np.asarray(compiled.poisson_counts(u, mean, np.exp(-mean), limit))


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
    from sim.demand import compiled

    words = np.array(key, dtype=np.uint64)
    stream_keys = np.array([name_key("stream", stream) for stream in streams], dtype=np.uint64)
    *cells, mean, u = compiled.cells(
        np.ascontiguousarray(mass), stream_keys, first_slot, CHUNK, _CHUNK_STEP, _COUNT, words
    )
    cells.append(poisson_quantile(u, mean))
    size = np.empty(0, dtype=np.int64)
    if any(len(sizes) for regime in batches for sizes, _ in regime):
        size = compiled.group_sizes(*cells, regime_of_slot, len(batches[0]), *_sizes(batches), _GROUP, words)
    total = int((size if len(size) else cells[-1]).sum())
    return Arrivals(*compiled.needs(*cells, size, total, HALF_HOUR_MS, end_ms, _WHEN, _MEMBER, words))


def _sizes(batches: list[list[tuple[np.ndarray, np.ndarray]]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """First place of each (regime, stream), and behind each other the sizes of groups and their thresholds."""
    every = [options for regime in batches for options in regime]
    first = np.cumsum([0, *(len(sizes) for sizes, _ in every)], dtype=np.int64)
    return first, np.concatenate([sizes for sizes, _ in every]), np.concatenate([until for _, until in every])


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
