"""Goals in a simulated plan: what is missed is measured from the simulation, and then counts for the next choice."""

from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks.plan_problems import generated
from evaluate.intervals import Figure
from optimize.plan.goals import Reached, put_right
from optimize.plan.model import solve_plan


def seen(name: str, bound: float, value: float, at_least: bool = True) -> Reached:
    return Reached(name, f"{name} >= {bound}", "2027-06", at_least, bound, "share", Figure(value))


@pytest.mark.parametrize(
    ("at_least", "value", "holds"), [(True, 0.81, True), (True, 0.79, False), (False, 0.79, True), (False, 0.81, False)]
)
def test_a_goal_is_reached_on_its_own_side(at_least: bool, value: float, holds: bool) -> None:
    one = seen("kind", 0.8, value, at_least)
    assert one.holds == holds
    assert (one.short > 0) == (not holds)


def test_a_missed_goal_excludes_the_plan_that_missed_it() -> None:
    problem = generated(6, investments=5, goal=True, budget=9.0)
    goal = problem.goals[0]
    plan = solve_plan(problem)
    reached = goal.base + sum(float(s.kpis[goal.name][goal.month]) for s in problem.starts if s.key in plan.mix)
    assert reached >= goal.bound - 1e-6
    simulated = goal.bound - 0.5 * (reached - goal.base)  # the investments do half as much together
    learned = put_right(problem, (seen(goal.name, goal.bound, simulated),), {goal.name: reached})
    again = replace(learned.goals[0], base=goal.base)
    assert again == goal  # nothing else has changed
    assert learned.goals[0].base - goal.base == pytest.approx(simulated - reached)
    # The same plan now misses by what the simulation missed; a goal that is reached stays as it was learned.
    now = learned.goals[0].base + reached - goal.base
    assert now - goal.bound == pytest.approx(simulated - goal.bound)
    kept = put_right(problem, (seen(goal.name, goal.bound, goal.bound + 1.0),), {goal.name: reached})
    assert kept.goals == problem.goals
