"""What the searches of a problem share: its merged cells and planes, and what they may spend, bend and must avoid."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace

import numpy as np

from optimize.plan.cells import Cells, Worth, cells, worth
from optimize.plan.choices import Decided
from optimize.plan.problem import PlanProblem
from optimize.plan.rows import Rows
from optimize.plan.tangents import Need, Tangent, needs
from optimize.solver import SolverName


@dataclass
class Bench:
    """A problem with its merged cells and all planes found so far; problems that differ in limits share the planes."""

    problem: PlanProblem
    merged: Cells
    worth: Worth
    needs: list[Need]
    planes: list[Tangent] = field(default_factory=list)
    least_score: float | None = None
    """A score that a plan must have."""

    @classmethod
    def of(cls, problem: PlanProblem) -> Bench:
        """A new one, with a plane at today's work for each need."""
        merged = cells(problem)
        found = needs(problem, merged)
        v, y = np.zeros(len(merged.work)), np.zeros(len(problem.grades))
        return cls(problem, merged, worth(problem), found, [n.tangent(v, y) for n in found])

    def cheapest(self, score: float) -> Bench:
        """The same problem for the best money among plans with a score."""
        money = replace(self.problem, objective="npv")
        least = score - 1e-9 * max(1.0, abs(score))
        return Bench(money, self.merged, worth(money), self.needs, self.planes, least)

    @property
    def slight(self) -> float:
        """Units of the objective that are none: a millionth of the money that the centre turns over."""
        if self.problem.objective == "score":
            return 1e-9
        return 1e-9 + 1e-6 * float(np.abs(self.problem.discount * self.problem.base_money).sum()) / self.worth.unit

    def with_limits(self, problem: PlanProblem) -> Bench:
        """The same for a problem with other budgets, goals or requirements, sharing the planes."""
        return Bench(problem, self.merged, self.worth, self.needs, self.planes)


@dataclass(frozen=True)
class Clock:
    """What a search may spend."""

    solver: SolverName
    until: float | None
    gap: float

    @property
    def left(self) -> float | None:
        """Seconds; None: any number."""
        return None if self.until is None else max(0.0, self.until - time.monotonic())

    @property
    def over(self) -> bool:
        """Whether the time is up."""
        return self.until is not None and time.monotonic() >= self.until


@dataclass(frozen=True)
class Bend:
    """Which requirements may give way."""

    elastic: bool = False
    """Priced slack in all of them; the objective is their price."""
    rigid: frozenset[str] = frozenset()
    """Of an elastic problem: those that may not."""
    leave_out: frozenset[str] = frozenset()


STIFF = Bend()


@dataclass(frozen=True)
class Forbidden:
    """A choice of starts that must not be made (of grades too, where given), or not with other months either."""

    x: np.ndarray
    y: np.ndarray | None = None
    any_month: bool = False

    def hits(self, problem: PlanProblem, decided: Decided) -> bool:
        """Whether a decision is what is forbidden."""
        if self.any_month:
            made = [{problem.starts[j].key[:2] for j in np.flatnonzero(choice > 0.5)} for choice in (self.x, decided.x)]
            return made[0] == made[1]
        return np.array_equal(self.x, decided.x) and (self.y is None or np.array_equal(self.y, decided.y))


def rows_of(bench: Bench, bend: Bend = STIFF, decided: Decided | None = None, whole: bool = False) -> Rows:
    """The rows of a bench's problem."""
    return Rows(
        bench.problem,
        bench.merged,
        bench.worth,
        bench.needs,
        decided=decided,
        whole=whole,
        elastic=bend.elastic,
        rigid=bend.rigid,
        leave_out=bend.leave_out,
        least_score=bench.least_score,
    )
