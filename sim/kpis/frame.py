"""How moments map to months, half-hours of the week and days.

The counted time, from the end of the warm-up to the end of the horizon, is cut into *pieces* at every half-hour, local
midnight, month's edge and edge of a batch. Sums are taken by piece once and gathered into periods.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.kpis.batches import batch_edges_ms
from sim.kpis.spans import Cuts
from sim.scenario.remember import remembered
from sim.scenario.resolved import Resolved
from sim.scenario.units import HALF_HOUR_MS

WEEK_SLOTS = 7 * 48
OPENING_SLOTS = 8 * WEEK_SLOTS
"""Half-hours after the warm-up that are kept one by one, to see whether it was long enough."""


@dataclass(frozen=True)
class Periods:
    """Which period each piece belongs to."""

    count: int
    of_piece: np.ndarray  # int64 (pieces,)

    def gather(self, figures: np.ndarray) -> np.ndarray:
        """float64 (periods, lines): sums of figures by piece, (pieces, lines)."""
        from sim.kpis import compiled

        return np.asarray(compiled.gather(self.of_piece, figures, self.count))


@dataclass(frozen=True)
class Frame:
    """The pieces of counted time and the periods that they make up."""

    cuts: Cuts
    months: Periods
    week: Periods  # half-hours of the local week from Monday 00:00
    days: Periods  # local days of the horizon
    opening: Periods  # the first half-hours after the warm-up, and as the last period what follows
    batches: Periods  # equal parts for batch means; none where the load does not repeat

    @property
    def edges(self) -> np.ndarray:
        """int64 (pieces + 1,)"""
        return self.cuts.edges

    @property
    def pieces(self) -> int:
        """Number of pieces."""
        return len(self.edges) - 1

    @staticmethod
    @remembered
    def of(resolved: Resolved) -> Frame:
        """The frame of a scenario; the same in every replication."""
        calendar = resolved.calendar
        end = calendar.end_ms
        warm_up = min(resolved.scenario.horizon.warm_up, end)
        months = np.array(calendar.month_edges_ms, dtype=np.int64)
        days = calendar.day_edges_ms[: calendar.days + 1]
        slots = np.arange(calendar.slots + 1, dtype=np.int64) * HALF_HOUR_MS
        parts = batch_edges_ms(resolved)
        edges = np.unique(np.clip(np.concatenate([slots, days, months, parts]), warm_up, end))
        since = edges[:-1]
        first = opening_start_ms(resolved) // HALF_HOUR_MS
        opening = max(0, min(OPENING_SLOTS, end // HALF_HOUR_MS - first))
        after = since // HALF_HOUR_MS - first
        return Frame(
            Cuts.of(edges),
            Periods(len(months) - 1, np.searchsorted(months, since, side="right") - 1),
            Periods(WEEK_SLOTS, calendar.slot_local[1][since // HALF_HOUR_MS].astype(np.int64)),
            Periods(calendar.days, np.searchsorted(days, since, side="right") - 1),
            Periods(opening + 1, np.where((after >= 0) & (after < opening), after, opening)),
            Periods(max(0, len(parts) - 1), np.searchsorted(parts, since, side="right") - 1),
        )

    def piece(self, moment: np.ndarray) -> np.ndarray:
        """int64 (n,): piece of each moment; what lies past the end (drained) counts in the last one."""
        return self.cuts.period(moment)


def opening_start_ms(resolved: Resolved) -> int:
    """Clock of the first whole half-hour after the warm-up."""
    return -(-resolved.scenario.horizon.warm_up // HALF_HOUR_MS) * HALF_HOUR_MS
