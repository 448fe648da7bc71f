"""What a pool needs, as a convex function of log work and service grades, and tangent planes below it.

need(v, y) = linear W + root exp(u) sqrt(W), with W = untouched + sum work exp(v) and u = sum log_root y. Sums of
exponentials of linear functions are convex, and so is exp(u) sqrt(W) = exp(u + log-sum-exp / 2). So every tangent plane
lies below the function everywhere: a plan that is feasible is never cut off (outer approximation, Duran and Grossmann
1986; Westerlund and Pettersson 1995).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from optimize.plan.cells import Cells
from optimize.plan.problem import PlanProblem


@dataclass(frozen=True)
class Need:
    """A pool in a month."""

    pool: int
    month: int
    cells: np.ndarray
    """int (n,): its cells."""
    work: np.ndarray
    """float64 (n,)"""
    untouched: float
    linear: float
    root: float
    grades: np.ndarray
    """int (g,): indices of the grades that raise it."""
    log_root: np.ndarray
    """float64 (g,)"""

    @property
    def key(self) -> tuple[int, int]:
        """Pool and month."""
        return self.pool, self.month

    def heads(self, v: np.ndarray, y: np.ndarray) -> float:
        """Heads needed at log changes of all cells `v` (N,) and grades `y` (G,)."""
        return self._parts(v, y)[0]

    def _parts(self, v: np.ndarray, y: np.ndarray) -> tuple[float, np.ndarray, np.ndarray]:
        each = self.work * np.exp(v[self.cells])
        total = self.untouched + float(each.sum())
        if total <= 0:
            return 0.0, np.zeros(len(each)), np.zeros(len(self.grades))
        raised = self.root * float(np.exp(self.log_root @ y[self.grades]))
        slope = self.linear + 0.5 * raised / np.sqrt(total)
        safety = raised * np.sqrt(total)
        return float(self.linear * total + safety), slope * each, safety * self.log_root

    def tangent(self, v: np.ndarray, y: np.ndarray) -> Tangent:
        """The plane that touches at `v`, `y`."""
        at, by_cell, by_grade = self._parts(v, y)
        constant = at - float(by_cell @ v[self.cells]) - float(by_grade @ y[self.grades])
        return Tangent(
            self.key,
            {int(k): float(s) for k, s in zip(self.cells, by_cell, strict=True) if s},
            {int(g): float(s) for g, s in zip(self.grades, by_grade, strict=True) if s},
            constant,
        )


@dataclass(frozen=True)
class Tangent:
    """need >= constant + sum by_cell v + sum by_grade y, for one pool in one month."""

    key: tuple[int, int]
    by_cell: Mapping[int, float]
    by_grade: Mapping[int, float]
    constant: float

    def at(self, v: np.ndarray, y: np.ndarray) -> float:
        """Its height."""
        cells = sum(slope * v[k] for k, slope in self.by_cell.items())
        return float(self.constant + cells + sum(slope * y[g] for g, slope in self.by_grade.items()))


def needs(problem: PlanProblem, merged: Cells) -> list[Need]:
    """All pools in the months in which they hold."""
    found = []
    for p, pool in enumerate(problem.pools):
        grades = np.array([g for g, grade in enumerate(problem.grades) if grade.log_root[p]], dtype=int)
        log_root = np.array([problem.grades[g].log_root[p] for g in grades])
        for m in np.flatnonzero(pool.held):
            inside = merged.of(pool.channels, int(m))
            found.append(
                Need(
                    p,
                    int(m),
                    inside,
                    merged.work[inside],
                    float(merged.untouched[list(pool.channels), m].sum()),
                    float(pool.linear[m]),
                    float(pool.root[m]),
                    grades,
                    log_root,
                )
            )
    return found
