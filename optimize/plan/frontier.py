"""What budgets of different size buy, in one sweep."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from optimize.plan.bench import Bench, Clock
from optimize.plan.evaluate import evaluate
from optimize.plan.model import GAP, best_plan
from optimize.plan.outcome import Infeasible, NothingFound
from optimize.plan.problem import Budget, PlanProblem, PlanSolution
from optimize.solver import SolverName

TOTAL = "total"


def frontier(
    problem: PlanProblem,
    budgets: Sequence[float],
    *,
    name: str = TOTAL,
    solver: SolverName = "highs",
    time_limit: float | None = None,
    gap: float = GAP,
) -> list[PlanSolution | Infeasible]:
    """The best plan for each limit of the budget `name` (of all months, where the problem has none), in their order.

    Limits are solved from the smallest up, each beginning from the plan before it, which fits it too; a plan that comes
    out worse than the one before (within the gap, or by rounding) is replaced by it, so more never buys less. Binding
    constraints are left out. `time_limit` is for all together. Raises Unbounded, and NothingFound where the first plan
    does not come in time.
    """
    bench = Bench.of(problem)
    until = None if time_limit is None else time.monotonic() + time_limit
    found: dict[float, PlanSolution | Infeasible] = {}
    before: PlanSolution | None = None
    limits = sorted(set(budgets))
    for n, limit in enumerate(limits):
        now = time.monotonic()
        share = None if until is None else now + max(0.0, until - now) / (len(limits) - n)
        sized = with_budget(problem, name, limit)
        try:
            plan = best_plan(bench.with_limits(sized), Clock(solver, share, gap), start=before, explain=False)
        except NothingFound:
            if before is None:
                raise
            plan = before
        if plan is None:
            found[limit] = Infeasible(words=f"no plan with a budget of {limit:,.0f} {problem.currency}")
            continue
        before = found[limit] = _not_worse(sized, plan, before)
    return [found[limit] for limit in budgets]


def with_budget(problem: PlanProblem, name: str, limit: float) -> PlanProblem:
    """The problem with another limit of a budget; a budget that it does not have is over all months."""
    if any(b.name == name for b in problem.budgets):
        budgets = tuple(replace(b, limit=limit) if b.name == name else b for b in problem.budgets)
    else:
        everything = np.ones(len(problem.months), dtype=bool)
        budgets = (*problem.budgets, Budget(name, "budget in total", limit, everything))
    return replace(problem, budgets=budgets)


def budget_price(
    problem: PlanProblem,
    plan: PlanSolution,
    step: float,
    *,
    name: str = TOTAL,
    solver: SolverName = "highs",
    time_limit: float | None = None,
    gap: float = GAP,
) -> float | None:
    """What `step` more of a budget adds to the objective, a unit: solved again, not a derivative, for investments are
    bought whole. None: no plan in time."""
    limit = next(b.limit for b in problem.budgets if b.name == name)
    until = None if time_limit is None else time.monotonic() + time_limit
    more = with_budget(problem, name, limit + step)
    try:
        richer = best_plan(Bench.of(more), Clock(solver, until, gap), start=plan, explain=False)
    except NothingFound:
        return None
    return None if richer is None else (_not_worse(more, richer, plan).objective - plan.objective) / step


def _not_worse(problem: PlanProblem, plan: PlanSolution, before: PlanSolution | None) -> PlanSolution:
    """The plan before, where the new one is worse."""
    if before is None or plan.objective >= before.objective:
        return plan
    again = evaluate(problem, before.mix, before.people, before.grades)
    return replace(
        again,
        bound=plan.bound,
        gap=plan.gap,
        proven=plan.proven,
        seconds=plan.seconds,
        rounds=plan.rounds,
        solver=plan.solver,
        rounding=before.rounding,
    )
