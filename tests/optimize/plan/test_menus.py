"""Budget menus whose optimum is known by exhaustive search, as planning problems.

`budget_menus.json`: cost and benefit of items, one of each exclusive group at most, some items need another, a budget;
`optimum` and `optimal_sets` by exhaustive search.
"""

from __future__ import annotations

import json
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from optimize.plan.evaluate import evaluate, failures
from optimize.plan.frontier import frontier
from optimize.plan.model import solve_plan
from optimize.plan.problem import Budget, PlanProblem, PlanSolution, Start
from optimize.plan.proposals import proposals
from optimize.solver import SOLVERS

MENUS = json.loads(Path(__file__).with_name("budget_menus.json").read_text(encoding="utf-8"))


def as_problem(menu: dict[str, Any]) -> PlanProblem:
    """Each item an investment of month 0 whose money is its benefit and whose spending is its cost."""
    items = range(len(menu["cost"]))
    none = np.zeros((1, 1))
    groups = menu["exclusive_group"]
    return PlanProblem(
        currency="EUR",
        months=("2027-01",),
        channels=("phone",),
        reasons=("any",),
        teams=("team",),
        categories=("benefit",),
        discount=np.ones((1, 1)),
        work=np.zeros((1, 1, 1)),
        capacity=none,
        base_money=none,
        held_money=none,
        starts=tuple(
            Start(
                f"item_{i}",
                None,
                0,
                np.zeros((1, 1, 1)),
                none,
                np.array([[menu["benefit"][i]]]),
                np.array([float(menu["cost"][i])]),
            )
            for i in items
        ),
        people=(),
        pools=(),
        requires={f"item_{i}": {f"item_{menu['requires'][i]}": 0} for i in items if menu["requires"][i] is not None},
        excludes=tuple((f"item_{i}", f"item_{j}") for i, j in combinations(items, 2) if groups[i] == groups[j]),
        budgets=(Budget("total", "budget in total", float(menu["budget"]), np.ones(1, dtype=bool)),),
    )


def items_of(plan: PlanSolution) -> list[int]:
    """Numbers of the items chosen."""
    return sorted(int(name.removeprefix("item_")) for name, _, _ in plan.mix)


@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("menu", MENUS, ids=[menu["id"] for menu in MENUS])
def test_a_menu_ends_at_its_proven_optimum(menu, solver):
    plan = solve_plan(as_problem(menu), gap=0.0, solver=solver)
    assert plan.proven
    assert plan.objective == pytest.approx(menu["optimum"], abs=1e-9)
    assert plan.bound == pytest.approx(menu["optimum"], abs=1e-6)
    assert items_of(plan) in menu["optimal_sets"]


@pytest.mark.parametrize("menu", MENUS[:2], ids=[menu["id"] for menu in MENUS[:2]])
def test_proposals_are_the_best_of_all_choices(menu):
    problem = as_problem(menu)
    values = []
    for size in range(len(menu["cost"]) + 1):
        for items in combinations(range(len(menu["cost"])), size):
            plan = evaluate(problem, frozenset((f"item_{i}", None, 0) for i in items), {}, {})
            if not failures(problem, plan):
                values.append(plan.objective)
    best = sorted(values, reverse=True)[:6]
    found = proposals(problem, 6, gap=0.0)
    assert [plan.objective for plan in found] == pytest.approx(best, abs=1e-9)
    assert len({plan.mix for plan in found}) == 6


def test_a_frontier_of_a_menu_never_falls():
    menu = MENUS[0]
    limits = [0.0, 7.0, 30.0, 60.0, 101.0, 400.0]
    plans = frontier(as_problem(menu), limits, gap=0.0)
    values = [plan.objective for plan in plans if isinstance(plan, PlanSolution)]
    assert len(values) == len(limits)
    assert values == sorted(values)
    assert values[0] == 0.0
    assert values[1] == pytest.approx(15.0)  # the one item that 7 buys
    assert values[4] == pytest.approx(menu["optimum"])
