"""What a little more of the budget would bring: the plan chosen again, with as much effort, at both budgets.

Setting a plan that was found earlier beside one that is solved now would call better luck of the solver a worth of
money. A plan that the larger budget finds and the smaller one could have paid as well is a plan of the smaller one: it
is handed back, so that it can be simulated beside the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from optimize.plan.evaluate import evaluate
from optimize.plan.frontier import TOTAL, with_budget
from optimize.plan.holding import Holding
from optimize.plan.model import solve_plan
from optimize.plan.outcome import Infeasible, NothingFound
from optimize.plan.problem import PlanProblem, PlanSolution

STEP = 0.05
"""How much more of a budget is asked about, as a share of it."""
SECONDS = 10.0
"""For each of the two solves, at most."""
_CENT = 0.005


@dataclass(frozen=True)
class Step:
    """So much more of the total budget."""

    more: float
    """In currency."""
    gain: float
    """What it would bring in the objective; 0: the best plan that was found with it does not need it."""
    leeway: float | None
    """How much better a plan of the budget as it is may be than the one that was found; None: not known."""

    @property
    def each(self) -> float:
        """For each unit of currency."""
        return self.gain / self.more

    @property
    def sure(self) -> bool:
        """Whether it is more than what the solver leaves open."""
        return self.leeway is not None and self.gain > self.leeway


def looked_again(holding: Holding, plans: Sequence[PlanSolution]) -> tuple[Step | None, PlanSolution | None]:
    """What a step of the total budget brings, and a plan within the budget that is better than all of these by the
    model, with other investments; None where there is no budget in total, no time, or no such plan."""
    problem = holding.learned.problem
    total = next((budget for budget in problem.budgets if budget.name == TOTAL), None)
    if total is None or total.limit <= 0:
        return None, None
    known = {plan.mix: evaluate(problem, plan.mix, plan.people, plan.grades).objective for plan in plans}
    more = STEP * total.limit
    try:
        here = _solved(holding, problem, max(plans, key=lambda plan: known[plan.mix]))
        there = _solved(holding, with_budget(problem, TOTAL, total.limit + more), here)
    except (Infeasible, NothingFound):
        return None, None
    if _spent(problem, there) <= total.limit + _CENT:
        here = there if there.objective > here.objective else here
        there = here
    gain = max(0.0, there.objective - here.objective)
    step = Step(more, gain, None if here.bound is None else max(0.0, here.bound - here.objective - here.rounding))
    better = here.mix not in known and here.objective > max(known.values())
    return step, here if better else None


def _solved(holding: Holding, problem: PlanProblem, start: PlanSolution) -> PlanSolution:
    wish = holding.wish
    seconds = SECONDS if wish.time_limit is None else min(SECONDS, wish.time_limit)
    return solve_plan(problem, solver=wish.solver, time_limit=seconds, gap=wish.gap, start=start)


def _spent(problem: PlanProblem, plan: PlanSolution) -> float:
    """Of the total budget."""
    months = next(budget.months for budget in problem.budgets if budget.name == TOTAL)
    parts = [start.spend for start in problem.starts if start.key in plan.mix]
    parts += [units * person.spend for person in problem.people if (units := plan.people.get(person.key, 0.0))]
    return float(sum(part[months].sum() for part in parts))
