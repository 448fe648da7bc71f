"""What the answer is set beside: the plans one would think of without an optimiser, and those of other budgets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from evaluate.intervals import Figure, mean_figure
from optimize.plan.frontier import frontier
from optimize.plan.holding import Candidate, Holding
from optimize.plan.naive import TEAM, restricted
from optimize.plan.problem import PlanSolution
from optimize.plan.promise import Channel
from optimize.plan.several import several
from optimize.plan.value import values

KINDS = ("self_service", "bot")
FEW = 3
"""Replications of a point of the frontier."""
PUT_RIGHT = 1
"""Rounds in which a plan to compare with is put right."""
WHOLE_SECONDS = 1.0
"""For a better mix with whole people, of which there are few."""


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
    kinds, wish = holding.learned.kinds, holding.wish
    there = {kinds.get(start.investment) for start in holding.learned.problem.starts}
    names = [TEAM, *(kind for kind in KINDS if kind in there)]
    problems = [restricted(holding.learned.problem, what, kinds) for what in names]
    solved = several([partial(wish.solved, problem, whole_seconds=WHOLE_SECONDS) for problem in problems], wish.jobs)
    why_not = {what: each for what, each in zip(names, solved, strict=True) if isinstance(each, str)}
    plans = {
        what: holding.candidate(f"{what}_only", each)
        for what, each in zip(names, solved, strict=True)
        if not isinstance(each, str)
    }
    if plans:
        holding.tell(f"setting {' and '.join(plan.name for plan in plans.values())} beside it")
    held = dict(zip(plans, holding.all_held(list(plans.values()), PUT_RIGHT), strict=True))
    return [Naive(f"{what}_only", held.get(what), why_not.get(what, "")) for what in names]


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
