"""Moves of a plan's people: a hire that goes, comes later or changes team, a post that is cut."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.plan_problems import generated
from optimize.plan.evaluate import evaluate
from optimize.plan.model import solve_plan
from optimize.plan.polish import _moves, _neighbours, allowed
from optimize.plan.problem import PlanProblem, PlanSolution


@pytest.fixture(scope="module")
def problem() -> PlanProblem:
    return generated(3, months=12, investments=3, teams=2)


@pytest.fixture(scope="module")
def plan(problem: PlanProblem) -> PlanSolution:
    return solve_plan(problem)


def test_neighbours_change_one_person(problem: PlanProblem, plan: PlanSolution) -> None:
    before = dict(plan.people)
    upper = {person.key: person.upper for person in problem.people}
    found = list(_neighbours(problem, before))
    assert found
    for people in found:
        changed = {k: people.get(k, 0.0) - before.get(k, 0.0) for k in {*people, *before}}
        moved = {k: change for k, change in changed.items() if abs(change) > 1e-9}
        assert all(abs(change) == pytest.approx(1.0) for change in moved.values())
        assert len(moved) <= 2
        assert all(units <= upper[key] + 1e-6 for key, units in people.items())


def test_moves_are_worth_more_by_the_model_and_break_no_budget(problem: PlanProblem, plan: PlanSolution) -> None:
    hire = next(person.key for person in problem.people if person.kind == "hire")
    more = {**plan.people, hire: plan.people.get(hire, 0.0) + 1.0}
    rich = evaluate(problem, plan.mix, more, plan.grades)
    found = list(_moves(problem, rich, least=1.0))
    assert found
    values = [each.objective for each in found]
    assert values == sorted(values, reverse=True)
    assert all(allowed(problem, each) for each in found)
    assert all(each.mix == plan.mix for each in found)


def test_savings_that_do_not_matter_are_left_alone(problem: PlanProblem, plan: PlanSolution) -> None:
    assert list(_moves(problem, plan, least=float(np.abs(problem.base_money).sum()))) == []
