"""Cells of work that the starts change, as few as possible, and what each pool and the objective make of them.

Reasons of one channel whose work every start changes alike, in one month, are one cell to the model: their work adds.
Cells that no start touches are constants.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimize.plan.problem import PlanProblem

THOUSAND = 1000.0


@dataclass(frozen=True)
class Cells:
    """N merged cells of J starts."""

    month: np.ndarray
    """int (N,)"""
    channel: np.ndarray
    """int (N,)"""
    work: np.ndarray
    """float64 (N,): heads with no decision taken."""
    effect: np.ndarray
    """float64 (J, N): change of the log of a cell's work by each start."""
    untouched: np.ndarray
    """float64 (C, M): heads of work that no start changes."""

    def of(self, channels: tuple[int, ...], month: int) -> np.ndarray:
        """int: the cells of some channels in a month."""
        return np.flatnonzero((self.month == month) & np.isin(self.channel, channels))


def cells(problem: PlanProblem) -> Cells:
    """Merge the cells of a problem."""
    channels, _, months = problem.work.shape
    starts = len(problem.starts)
    effects = np.stack([s.log_work for s in problem.starts]) if starts else np.zeros((0, *problem.work.shape))
    where: list[tuple[int, int, float]] = []
    columns: list[np.ndarray] = []
    untouched = np.zeros((channels, months))
    for c in range(channels):
        for m in range(months):
            merged: dict[bytes, float] = {}
            for work, effect in zip(problem.work[c, :, m], effects[:, c, :, m].T, strict=True):
                if work > 0:
                    key = (effect + 0.0).tobytes()  # + 0.0: minus zero is zero
                    merged[key] = merged.get(key, 0.0) + float(work)
            for key, work in merged.items():
                effect = np.frombuffer(key)
                if effect.any():
                    where.append((m, c, work))
                    columns.append(effect)
                else:
                    untouched[c, m] += work
    return Cells(
        np.array([m for m, _, _ in where], dtype=int),
        np.array([c for _, c, _ in where], dtype=int),
        np.array([w for _, _, w in where], dtype=float),
        np.stack(columns, axis=1) if columns else np.zeros((starts, 0)),
        untouched,
    )


@dataclass(frozen=True)
class Worth:
    """The objective as a linear function of the decisions, in thousands of currency (points of a score)."""

    starts: np.ndarray
    people: np.ndarray
    grades: np.ndarray
    constant: float
    unit: float
    """Currency (or points) in one of the objective's units."""


def worth(problem: PlanProblem) -> Worth:
    """What each decision adds to the objective."""
    if problem.objective == "score":
        return Worth(
            np.array([s.score for s in problem.starts]),
            np.array([p.score for p in problem.people]),
            np.array([g.score for g in problem.grades]),
            0.0,
            1.0,
        )
    factor = problem.discount / THOUSAND
    if problem.counted is not None:
        factor = factor * problem.counted[:, None]
    given = problem.held_money + (problem.base_money if problem.objective == "cost" else 0.0)
    return Worth(
        np.array([float(np.sum(factor * s.money)) for s in problem.starts]),
        np.array([float(np.sum(factor * p.money)) for p in problem.people]),
        np.array([float(np.sum(factor * g.money)) for g in problem.grades]),
        float(np.sum(factor * given)),
        THOUSAND,
    )
