"""The repeating local week in 336 half-hours: opening hours, delays around it, and what waits for an opening."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from sim.demand.distributions import Law, quantiles
from sim.scenario.calendar import parse_opening
from sim.scenario.units import HALF_HOUR_MS, MS_PER_DAY

SLOTS = 336
WEEK_MS = SLOTS * HALF_HOUR_MS
Moves = np.ndarray  # float64 (336, 336): share of a half-hour's contacts that goes to each other one
_POINTS = 4096


def stretches(hours: str | list[str]) -> list[tuple[int, int]]:
    """Merged opening stretches [open, close) in ms of the week; one over the week's end is cut in two."""
    pieces = []
    for text in [hours] if isinstance(hours, str) else hours:
        for days, start, end in parse_opening(text):
            for day in days:
                low, high = day * MS_PER_DAY + start, day * MS_PER_DAY + end
                pieces.append((low, min(high, WEEK_MS)))
                if high > WEEK_MS:
                    pieces.append((0, high - WEEK_MS))
    merged: list[tuple[int, int]] = []
    for low, high in sorted(pieces):
        if merged and low <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], high))
        else:
            merged.append((low, high))
    return merged


def share_open(hours: str | list[str]) -> np.ndarray:
    """float64 (336,): share of each half-hour in which the channel is open."""
    edges = np.arange(SLOTS) * HALF_HOUR_MS
    covered = np.zeros(SLOTS)
    for low, high in stretches(hours):
        covered += np.clip(np.minimum(edges + HALF_HOUR_MS, high) - np.maximum(edges, low), 0, None)
    return np.asarray(covered / HALF_HOUR_MS)


def shifted(flow: np.ndarray, law: Law) -> np.ndarray:
    """A flow (336,) delayed by a random time, around the week."""
    return np.asarray(np.maximum(np.fft.irfft(np.fft.rfft(flow) * _kernel(law), SLOTS), 0.0))


@lru_cache(maxsize=256)
def _kernel(law: Law) -> np.ndarray:
    """Transform of the shares that land 0, 1, 2 ... half-hours later, from moments spread evenly over a half-hour."""
    points = (np.arange(_POINTS) + 0.5) / _POINTS
    later, inside = np.divmod(quantiles(law, points), HALF_HOUR_MS)
    over = inside / HALF_HOUR_MS
    slot = later.astype(np.int64) % SLOTS
    shares = np.bincount(slot, 1.0 - over, SLOTS) + np.bincount((slot + 1) % SLOTS, over, SLOTS)
    return np.asarray(np.fft.rfft(shares / _POINTS))


def opening_moves(hours: str | list[str], spread_ms: float) -> Moves:
    """Where those go who come in the closed part of each half-hour: to the next opening, after an exponential time of
    the given mean folded into that opening (semantics 5.3); with a mean of 0 to its first moment."""
    moves = np.zeros((SLOTS, SLOTS))
    opened = _joined_over_the_end(stretches(hours))
    for slot in range(SLOTS):
        if not opened:
            break
        now = slot * HALF_HOUR_MS
        begin, end = min(
            ((b + (WEEK_MS if b < now else 0), e + (WEEK_MS if b < now else 0)) for b, e in opened), default=(0, 0)
        )
        moves[slot] = _landing(begin, end, spread_ms)
    return moves


def _joined_over_the_end(pieces: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """An opening that runs over the week's end as one."""
    if len(pieces) > 1 and pieces[0][0] == 0 and pieces[-1][1] == WEEK_MS:
        return [*pieces[1:-1], (pieces[-1][0], WEEK_MS + pieces[0][1])]
    return pieces


def _landing(begin: int, end: int, mean: float) -> np.ndarray:
    """float64 (336,): shares by half-hour of an exponential time after ``begin``, modulo the length to ``end``."""
    shares = np.zeros(SLOTS)
    if mean <= 0:
        shares[begin // HALF_HOUR_MS % SLOTS] = 1.0
        return shares
    edges = np.arange(begin // HALF_HOUR_MS, -(-end // HALF_HOUR_MS) + 1) * HALF_HOUR_MS
    reached = -np.expm1(-(np.clip(edges, begin, end) - begin) / mean) / -np.expm1(-(end - begin) / mean)
    np.add.at(shares, (edges[:-1] // HALF_HOUR_MS) % SLOTS, np.diff(reached))
    return shares
