"""The cover model: how many of each column, at least cost, so that every slot has what it needs.

A column may be a pattern of work, a break (which takes away from the cover), or any other count; rows beside the need
tie columns together (breaks to shifts, people to contracts). Short and above the need are priced or forbidden.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pulp
from scipy import sparse

from optimize.solver import Solved, SolverName, relaxed, solve

CLOSE = 1e-6
_LARGE_COST = 1000.0


@dataclass(frozen=True)
class Column:
    """One count to decide."""

    name: str
    """Letters, digits, underscore."""
    cost: float
    slots: np.ndarray  # int64 (k,) slots in which it counts
    amount: np.ndarray  # float64 (k,) what one of it adds to the cover there; below 0: takes away
    integer: bool = True
    most: int | None = None


@dataclass(frozen=True)
class Row:
    """``low`` <= sum of parts x columns <= ``high``; None is no limit. The name stands in messages."""

    name: str
    parts: Mapping[int, float]
    """Column number -> factor."""
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Cover:
    """What to solve."""

    need: np.ndarray  # float64 (slots,) may be fractional: the cover, in whole people, is rounded once by the model
    columns: Sequence[Column]
    rows: Sequence[Row] = ()
    under: float | None = None
    """Price of one short in one slot; None: forbidden."""
    over: float = 0.0
    """Price of one above the need in one slot."""
    most_over: int | None = None
    """Above the need, rounded up, in one slot at most; None: any number."""

    @property
    def matrix(self) -> sparse.csr_matrix:
        """float64 (slots, columns): what one of each column adds."""
        rows = np.concatenate([column.slots for column in self.columns] or [np.zeros(0, dtype=np.int64)])
        places = np.repeat(np.arange(len(self.columns)), [len(column.slots) for column in self.columns])
        values = np.concatenate([column.amount for column in self.columns] or [np.zeros(0)])
        return sparse.csr_matrix((values, (rows, places)), shape=(len(self.need), len(self.columns)))

    @property
    def scale(self) -> float:
        """What the objective is divided by: HiGHS is slow on raw currency."""
        largest = max((abs(column.cost) for column in self.columns), default=0.0)
        return largest if largest > _LARGE_COST else 1.0


@dataclass(frozen=True)
class Covered:
    """How a cover model ended; money in the unit of the costs, None without a solution."""

    solved: Solved
    counts: np.ndarray  # float64 (columns,)
    cover: np.ndarray  # float64 (slots,)
    short: np.ndarray  # float64 (slots,) of the need
    above: np.ndarray  # float64 (slots,) of the need
    cost: float | None
    bound: float | None
    relaxation: float | None = None
    """Least cost if people could be split."""
    shortages: Mapping[int, float] = field(default_factory=dict)
    """Infeasible: slot -> how much stays uncovered where as little as possible does."""


def solve_cover(
    cover: Cover,
    solver: SolverName = "highs",
    time_limit: float | None = None,
    gap: float = 0.0,
    start: Mapping[str, float] | None = None,
) -> Covered:
    """The least cost, proven within ``gap`` or as good as the time limit allows."""
    return as_covered(cover, solve(problem_of(cover), solver, time_limit, gap, start))


def relax_cover(cover: Cover, solver: SolverName = "highs", time_limit: float | None = None) -> Covered:
    """The linear relaxation."""
    return as_covered(cover, relaxed(problem_of(cover), solver, time_limit))


def problem_of(cover: Cover) -> pulp.LpProblem:
    """The model as PuLP states it; the objective is divided by `cover.scale`."""
    problem = pulp.LpProblem("cover", pulp.LpMinimize)
    scale = cover.scale
    counts = [
        problem.add_variable(column.name, 0, column.most, pulp.LpInteger if column.integer else pulp.LpContinuous)
        for column in cover.columns
    ]
    costs = {count: column.cost / scale for count, column in zip(counts, cover.columns, strict=True) if column.cost}
    matrix = cover.matrix
    needed = np.ceil(cover.need - CLOSE)
    for slot, need in enumerate(cover.need.tolist()):
        low, high = matrix.indptr[slot], matrix.indptr[slot + 1]
        inside = {
            counts[place]: float(amount)
            for place, amount in zip(matrix.indices[low:high], matrix.data[low:high], strict=True)
        }
        if cover.most_over is not None and inside:
            most = needed[slot] + cover.most_over
            problem += pulp.LpAffineExpression(dict(inside)) <= float(most), f"most_{slot}"
        if cover.over and inside:
            above = problem.add_variable(f"above_{slot}", 0)
            costs[above] = cover.over / scale
            problem += pulp.LpAffineExpression({**inside, above: -1.0}) <= need, f"above_{slot}_is"
        if need <= 0:
            continue
        if cover.under is not None:
            short = problem.add_variable(f"short_{slot}", 0, need)
            costs[short] = cover.under / scale
            inside[short] = 1.0
        problem += pulp.LpAffineExpression(inside) >= need, f"need_{slot}"
    problem += pulp.LpAffineExpression(costs)
    for row in cover.rows:
        inside = {counts[place]: float(factor) for place, factor in row.parts.items()}
        if row.low is not None and row.low == row.high:
            problem += pulp.LpAffineExpression(inside) == row.low, row.name
            continue
        if row.low is not None:
            problem += pulp.LpAffineExpression(inside) >= row.low, f"{row.name}_least"
        if row.high is not None:
            problem += pulp.LpAffineExpression(inside) <= row.high, f"{row.name}_most"
    return problem


def as_covered(cover: Cover, solved: Solved) -> Covered:
    """The solution in slots and money."""
    counts = np.array([solved.values.get(column.name, 0.0) for column in cover.columns])
    covered = np.asarray(cover.matrix @ counts) if solved.found else np.zeros(len(cover.need))
    scale = cover.scale
    return Covered(
        solved,
        counts,
        covered,
        np.maximum(cover.need - covered, 0.0),
        np.maximum(covered - cover.need, 0.0),
        None if solved.objective is None else solved.objective * scale,
        None if solved.bound is None else solved.bound * scale,
    )


def never_covered(cover: Cover) -> np.ndarray:
    """int64: slots with a need in which no column adds anything."""
    reached = np.zeros(len(cover.need), dtype=bool)
    for column in cover.columns:
        reached[column.slots[column.amount > 0]] = True
    return np.flatnonzero((cover.need > 0) & ~reached)


def least_shortage(cover: Cover, solver: SolverName = "highs", time_limit: float | None = None) -> Covered:
    """The cover that leaves as little of the need uncovered as can be, whatever it costs."""
    free = [replace(column, cost=0.0) for column in cover.columns]
    return solve_cover(replace(cover, columns=free, under=1.0, over=0.0), solver, time_limit, gap=0.01)
