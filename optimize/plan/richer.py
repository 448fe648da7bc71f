"""The plan chosen again after the first has been put right, at the budget as it is and at a little more.

Rounds of simulation have changed what the model knows, and another plan may be the best by now. Setting a plan that was
found earlier beside one that is solved with a larger budget would call better luck of the solver a worth of money: both
budgets are solved anew. A plan that the larger budget finds and the smaller could have paid is a plan of the smaller.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

from optimize.plan.frontier import TOTAL, with_budget
from optimize.plan.holding import Holding
from optimize.plan.problem import PlanProblem, PlanSolution
from optimize.plan.several import several

STEP = 0.05
"""How much more of a budget is asked about, as a share of it."""
SECONDS = 7.0
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


@dataclass(frozen=True)
class Again:
    """What came of choosing once more, by a model that has learned from simulated plans."""

    here: PlanSolution | None = None
    """The best plan within the budget as it is; None: not in time."""
    step: Step | None = None
    """None: there is no budget in total, or it is not known."""


def looked_again(holding: Holding, plan: PlanSolution) -> Again:
    """The best plan by what is known now, beginning from one that was found, and what more of the total budget brings.

    Both budgets are solved side by side with the same effort.
    """
    problem = holding.learned.problem
    total = next((budget for budget in problem.budgets if budget.name == TOTAL), None)
    more = 0.0 if total is None else STEP * total.limit
    problems = [problem, *([with_budget(problem, TOTAL, total.limit + more)] if total is not None and more > 0 else [])]
    solve = partial(holding.wish.solved, start=plan, seconds=SECONDS, whole_seconds=SECONDS)
    here, *others = several([partial(solve, each) for each in problems], holding.wish.jobs)
    if isinstance(here, str):
        return Again()
    if total is None or not others or isinstance(others[0], str):
        return Again(here)
    there = others[0]
    if _spent(problem, there) <= total.limit + _CENT and there.objective > here.objective:
        here = _within(here, there)
    gain = max(0.0, there.objective - here.objective)
    leeway = None if here.bound is None else max(0.0, here.bound - here.objective - here.rounding)
    return Again(here, Step(more, gain, leeway))


def _within(here: PlanSolution, there: PlanSolution) -> PlanSolution:
    """A plan that a larger budget found and the smaller one pays, with what is known of the smaller one's bound."""
    best = there.objective + there.rounding
    if here.bound is None:
        return replace(there, bound=None, gap=None, proven=False)
    distance = max(0.0, here.bound - best)
    gap = distance / max(abs(here.bound), abs(best), 1e-12)
    return replace(there, bound=max(here.bound, best), gap=gap, proven=here.proven and gap <= (here.gap or 0.0))


def _spent(problem: PlanProblem, plan: PlanSolution) -> float:
    """Of the total budget."""
    months = next(budget.months for budget in problem.budgets if budget.name == TOTAL)
    parts = [start.spend for start in problem.starts if start.key in plan.mix]
    parts += [units * person.spend for person in problem.people if (units := plan.people.get(person.key, 0.0))]
    return float(sum(part[months].sum() for part in parts))
