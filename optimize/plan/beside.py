"""What the answer is set beside: the plans one would think of without an optimiser, and those of other budgets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evaluate.intervals import Figure, mean_figure
from optimize.plan.frontier import frontier
from optimize.plan.holding import Candidate, Holding
from optimize.plan.model import solve_plan
from optimize.plan.naive import TEAM, restricted
from optimize.plan.outcome import Infeasible, NothingFound
from optimize.plan.problem import PlanSolution
from optimize.plan.promise import Channel
from optimize.plan.value import values

KINDS = ("self_service", "bot")
FEW = 3
"""Replications of a point of the frontier."""
PUT_RIGHT = 2
"""Rounds in which a plan to compare with is put right."""


@dataclass(frozen=True)
class Naive:
    """An answer without an optimiser: a plan, or why there is none."""

    name: str
    plan: Candidate | None
    why_not: str = ""


@dataclass(frozen=True)
class Point:
    """One budget of the frontier."""

    budget: float
    plan: PlanSolution | None
    """None: no plan within it."""
    simulated: Figure | None = None
    """The objective; None where it was predicted only."""
    kept: Sequence[Channel] = ()
    replications: int = 0


def naive_answers(holding: Holding) -> list[Naive]:
    """The best plan with people only, and with people and investments of one kind, each put right by simulation."""
    kinds = holding.learned.kinds
    there = {kinds.get(start.investment) for start in holding.learned.problem.starts}
    found = []
    for what in (TEAM, *(kind for kind in KINDS if kind in there)):
        name = f"{what}_only"
        wish = holding.wish
        try:
            problem = restricted(holding.learned.problem, what, kinds)
            solution = solve_plan(problem, solver=wish.solver, time_limit=wish.time_limit, gap=wish.gap)
        except (Infeasible, NothingFound) as problem_with_it:
            found.append(Naive(name, None, str(problem_with_it)))
            continue
        holding.tell(f"setting {name} beside it")
        found.append(Naive(name, holding.held(holding.candidate(name, solution), PUT_RIGHT)))
    return found


def frontier_points(holding: Holding) -> list[Point]:
    """What each budget buys, predicted for all and simulated with few replications."""
    wish = holding.wish
    if not wish.frontier:
        return []
    holding.tell(f"{len(wish.frontier)} budgets of the frontier")
    plans = frontier(
        holding.learned.problem, wish.frontier, solver=wish.solver, time_limit=wish.time_limit, gap=wish.gap
    )
    found = []
    count = min(FEW, wish.replications)
    for budget, plan in zip(wish.frontier, plans, strict=True):
        if not isinstance(plan, PlanSolution):
            found.append(Point(budget, None))
            continue
        made = holding.candidate("frontier", plan)
        base, run = holding.runs(made, count)
        worth = values(holding.learned.problem, base, run)
        confidence = holding.base.scenario.experiment.confidence
        found.append(Point(budget, plan, mean_figure(worth, confidence), tuple(holding.kept(made, run)), count))
    return found
