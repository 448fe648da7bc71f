"""The model against every mix of generated problems, and its second opinion."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.plan_problems import generated
from optimize.plan.evaluate import failures, present_value
from optimize.plan.model import solve_plan
from optimize.plan.problem import PlanProblem
from tests.optimize.plan.enumerated import enumerate_all

# Seed -> what makes the instance another one.
INSTANCES: dict[int, dict[str, float | bool]] = {
    n: {"grades": n % 2 == 0, "goal": n % 3 == 0, "levels": n % 4 != 1, "budget": 0.45 + 0.05 * n} for n in range(12)
}


def instance(seed: int) -> PlanProblem:
    """A problem small enough to enumerate."""
    return generated(seed, investments=5, starts=2, every=6, teams=1 + 2 * (seed % 2), **INSTANCES[seed])  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", [pytest.param(n, marks=[pytest.mark.slow] if n > 3 else []) for n in INSTANCES])
def test_the_model_finds_the_best_of_all_mixes(seed):
    problem = instance(seed)
    best = enumerate_all(problem)[0]
    plan = solve_plan(problem, gap=1e-6)
    assert plan.proven
    assert plan.objective + plan.rounding == pytest.approx(best.objective, rel=1e-6)
    assert plan.bound == pytest.approx(best.objective, rel=1e-5)
    # Whole people may make another mix the best, never a worse one.
    assert plan.objective >= solve_plan(problem, fixed=best.mix).objective - 1e-6 * abs(best.objective)


@pytest.mark.parametrize("seed", [0, 1])
def test_the_objective_is_the_cash_flow_to_the_cent(seed):
    problem = instance(seed)
    plan = solve_plan(problem)
    money = problem.held_money.copy()
    for start in problem.starts:
        money += start.money * (start.key in plan.mix)
    for person in problem.people:
        money += person.money * plan.people.get(person.key, 0.0)
    for channel, count in plan.grades.items():
        money += sum(g.money for g in [g for g in problem.grades if g.channel == channel][:count])
    np.testing.assert_allclose(plan.money, money, atol=0.005)
    assert plan.objective == pytest.approx(float(np.sum(problem.discount * money)), abs=0.005)
    assert plan.objective == pytest.approx(present_value(problem, plan.money), abs=0.005)
    assert failures(problem, plan) == []
