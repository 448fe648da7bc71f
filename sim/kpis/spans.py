"""Time covered by stretches, cut into periods; integer arithmetic, one pass over the stretches."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.scenario.units import HALF_HOUR_MS, MS_PER_DAY


@dataclass(frozen=True)
class Cuts:
    """Sorted edges, with a guide that finds the edge before a moment in a step or two."""

    edges: np.ndarray  # int64 (periods + 1,)
    guide: np.ndarray  # int32: place of edges[0] + (k << shift)
    shift: int  # a division would take most of the time

    @staticmethod
    def of(edges: np.ndarray, step: int = HALF_HOUR_MS) -> Cuts:
        """``step`` is about the distance of neighbouring edges; any other is right too, but slower."""
        edges = np.ascontiguousarray(edges, dtype=np.int64)
        shift = step.bit_length() - 1
        marks = np.arange(edges[0], edges[-1] + 1, 1 << shift, dtype=np.int64)
        return Cuts(edges, (np.searchsorted(edges, marks, side="right") - 1).astype(np.int32), shift)

    def place(self, moment: np.ndarray) -> np.ndarray:
        """int64 (n,): the period in which each moment lies; -1 before the first, the number of periods after the last.

        The same as ``searchsorted(edges, moment, side="right") - 1``.
        """
        return self._place(moment, -1, len(self.edges) - 1)

    def period(self, moment: np.ndarray) -> np.ndarray:
        """int64 (n,): the same, but the first period for what lies before it, and the last for what lies after it."""
        return self._place(moment, 0, len(self.edges) - 2)

    def _place(self, moment: np.ndarray, lowest: int, highest: int) -> np.ndarray:
        from sim.kpis import compiled

        return np.asarray(compiled.place(moment, self.edges, self.guide, self.shift, lowest, highest))

    def covered(self, group: np.ndarray, groups: int, begin: np.ndarray, end: np.ndarray) -> np.ndarray:
        """int64 (periods, groups): see `covered_ms`, for each group of stretches; other groups are left out."""
        from sim.kpis import compiled

        group = group.astype(np.int64, copy=False)
        return np.asarray(compiled.covered(group, groups, begin, end, self.edges, self.guide, self.shift))


def covered_ms(begin: np.ndarray, end: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """int64 (len(edges) - 1,): summed length of the stretches [begin, end) inside each period; overlaps count twice."""
    return Cuts.of(edges).covered(np.zeros(len(begin), dtype=np.int64), 1, begin, end)[:, 0]


@dataclass(frozen=True)
class Openings:
    """Sorted, disjoint stretches of time."""

    cuts: Cuts  # their begins
    closes: np.ndarray  # int64 (k,) their ends
    before: np.ndarray  # int64 (k + 1,) length of all stretches before each one

    @staticmethod
    def of(stretches: np.ndarray) -> Openings:
        """Of stretches (k, 2); none are one without length."""
        opens, closes = (stretches if len(stretches) else np.zeros((1, 2), dtype=np.int64)).T
        before = np.concatenate([[0], np.cumsum(closes - opens)])
        return Openings(Cuts.of(opens, MS_PER_DAY), np.ascontiguousarray(closes), before)

    def between(self, begin: np.ndarray, end: np.ndarray, chosen: np.ndarray, found: np.ndarray) -> None:
        """Writes to ``found`` (n,) the time inside the stretches between two moments (n,) of the chosen things."""
        from sim.kpis import compiled

        cuts = self.cuts
        compiled.open_between(chosen, begin, end, cuts.edges, self.closes, self.before, cuts.guide, cuts.shift, found)


def open_time_ms(stretches: np.ndarray, begin: np.ndarray, end: np.ndarray) -> np.ndarray:
    """int64 (n,): time between ``begin`` and ``end`` inside the sorted, disjoint ``stretches`` (k, 2)."""
    found = np.zeros(len(begin), dtype=np.int64)
    Openings.of(stretches).between(begin, end, np.arange(len(begin)), found)
    return found
