"""What more money brings: both budgets solved with the same effort, and no better luck of the solver in it."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from benchmarks.plan_problems import generated
from optimize.plan import richer
from optimize.plan.binding import with_slack
from optimize.plan.evaluate import evaluate
from optimize.plan.frontier import with_budget
from optimize.plan.holding import Wish
from optimize.plan.model import solve_plan
from optimize.plan.problem import PlanProblem, PlanSolution


@pytest.fixture(scope="module")
def problem() -> PlanProblem:
    return generated(4, months=12, investments=4)


@pytest.fixture(scope="module")
def plan(problem: PlanProblem) -> PlanSolution:
    return solve_plan(problem)


def held(problem: PlanProblem) -> Any:
    return SimpleNamespace(learned=SimpleNamespace(problem=problem), wish=Wish())


def test_a_worse_plan_found_before_gives_money_no_worth(problem: PlanProblem, plan: PlanSolution) -> None:
    """With the budget far away, a step of it is worth nothing, though the plan at hand is much worse than the best."""
    ample = with_budget(problem, "total", 1e7)
    people = solve_plan(ample, fixed=frozenset())
    again = richer.looked_again(held(ample), people)
    assert again.step is not None
    assert again.step.gain == 0.0
    assert again.step.each == 0.0
    # What was found could have been paid before: it is handed back to be simulated.
    assert again.here is not None
    assert again.here.objective > people.objective
    assert again.here.mix != people.mix


def test_the_search_begins_with_the_plan_at_hand_and_knows_its_bound(problem: PlanProblem, plan: PlanSolution) -> None:
    here = richer.looked_again(held(problem), plan).here
    assert here is not None
    assert here.objective >= plan.objective - 1e-6 * abs(plan.objective)
    assert here.bound is not None
    assert here.gap is not None
    assert here.bound >= here.objective
    parts = here.objective + here.rounding  # with people in fractions, which the gap is about
    assert here.gap == pytest.approx((here.bound - parts) / max(abs(here.bound), abs(parts)), abs=1e-6)


def test_what_a_larger_budget_finds_and_the_smaller_pays_is_its_own(problem: PlanProblem, plan: PlanSolution) -> None:
    """The bound stays that of the smaller budget, and the gap is the distance to it."""
    worse = replace(plan, objective=plan.objective - 1000.0, bound=plan.objective + 5000.0, gap=0.1, proven=False)
    found = richer._within(worse, replace(plan, rounding=0.0))
    assert found.objective == plan.objective
    assert found.bound == plan.objective + 5000.0
    assert found.gap == pytest.approx(5000.0 / max(abs(plan.objective), abs(plan.objective + 5000.0)))
    assert richer._within(replace(worse, bound=None), plan).gap is None


def test_what_a_step_brings_is_the_difference_of_two_solves(problem: PlanProblem, monkeypatch) -> None:
    monkeypatch.setattr(richer, "STEP", 1.0)
    limit = 30e3
    tight = with_budget(problem, "total", limit)
    here, there = solve_plan(tight), solve_plan(with_budget(problem, "total", 2 * limit))
    step = richer.looked_again(held(tight), here).step
    assert step is not None
    assert step.more == limit
    assert step.gain == pytest.approx(there.objective - here.objective, abs=2e-3 * abs(there.objective))
    assert step.gain > 0
    assert step.leeway is not None
    assert step.sure == (step.gain > step.leeway)


def test_no_budget_in_total_has_no_worth(problem: PlanProblem, plan: PlanSolution) -> None:
    again = richer.looked_again(held(replace(problem, budgets=())), plan)
    assert again.step is None
    assert again.here is not None


def test_slack_is_that_of_whole_people(problem: PlanProblem, plan: PlanSolution) -> None:
    """Every row's slack is computed again from its definition; a row binds where there is none."""
    assert plan.binding
    for row in plan.binding:
        assert row.binds == (row.slack <= 1e-6 * max(1.0, problem.budgets[0].limit if "budget" in row.name else 1.0))
        if row.name.startswith("pool_"):
            place = next(p for p, pool in enumerate(problem.pools) if f"pool_{pool.name}" == row.name)
            heads = plan.capacity[list(problem.pools[place].teams)].sum(axis=0) - plan.need[place]
            assert row.slack == pytest.approx(min(heads[m] for m in row.months))
    # With a hire more, all months of the pools that she serves have more to spare.
    hire = next(p for p in problem.people if p.kind == "hire" and p.month == 0)
    more = {**plan.people, hire.key: plan.people.get(hire.key, 0.0) + 1.0}
    rich = evaluate(problem, plan.mix, more, plan.grades)
    before = {(row.name, row.months): row.slack for row in plan.binding}
    for row in with_slack(problem, plan.binding, rich):
        if row.name.startswith("pool_"):
            pool = next(pool for pool in problem.pools if f"pool_{pool.name}" == row.name)
            if hire.team in pool.teams and min(hire.capacity[list(row.months)]) > 0:
                assert row.slack > before[row.name, row.months]
