"""The model against every mix of generated problems, and its second opinion."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.plan_problems import generated
from optimize.plan.evaluate import evaluate, failures, present_value
from optimize.plan.model import solve_plan
from optimize.plan.problem import PlanProblem
from optimize.solver import SOLVERS
from tests.optimize.plan.enumerated import enumerate_all

SEEDS = range(12)
# The rest takes a few seconds each.
EACH = [pytest.param(n, marks=[pytest.mark.slow] if n > 3 else []) for n in SEEDS]


def instance(seed: int, months: int = 12) -> PlanProblem:
    """A problem of some hundred mixes: with and without grades, goals and levels, with one team and three."""
    return generated(
        seed,
        months=months,
        investments=5,
        starts=3 if seed > 3 else 2,
        teams=1 + 2 * (seed % 2),
        grades=seed % 2 == 0,
        goal=seed % 3 == 0,
        levels=seed % 4 != 1,
        budget=0.5 + 0.05 * seed,
    )


@pytest.mark.parametrize("seed", EACH)
def test_the_model_finds_the_best_of_all_mixes(seed):
    problem = instance(seed)
    best = enumerate_all(problem)[0]
    plan = solve_plan(problem, gap=1e-6)
    assert plan.proven
    assert plan.objective + plan.rounding == pytest.approx(best.objective, rel=1e-6)
    assert plan.bound == pytest.approx(best.objective, rel=1e-4)
    # Whole people may make another mix the best, never a worse one.
    assert plan.objective >= solve_plan(problem, fixed=best.mix).objective - 1e-4 * abs(best.objective)


@pytest.mark.parametrize("solver", SOLVERS)
def test_every_mix_is_worth_what_enumeration_says(solver):
    problem = instance(2)
    every = enumerate_all(problem)
    best = {found.mix: found.objective for found in reversed(every)}
    for mix in sorted(best, key=str)[:: max(1, len(best) // 6)]:
        plan = solve_plan(problem, fixed=mix, gap=1e-6, solver=solver)
        assert plan.mix == mix
        assert plan.objective + plan.rounding == pytest.approx(best[mix], rel=1e-6, abs=0.01)


def test_adding_savings_is_wrong():
    """Savings multiply: whoever adds them promises a quarter too much here, and chooses the fourth-best plan."""
    problem = generated(4, investments=5, starts=2, teams=1, grades=True, budget=0.7)
    added = enumerate_all(problem, adding=True)[0]
    truth = {(e.mix, e.grades): e.objective for e in enumerate_all(problem)}
    best = max(truth.values())
    worth = truth[added.mix, added.grades]
    assert added.objective / best - 1 == pytest.approx(0.27, abs=0.01)
    assert sum(value > worth for value in truth.values()) == 3
    assert 1 - worth / best == pytest.approx(0.17, abs=0.01)
    assert solve_plan(problem).mix != added.mix


@pytest.mark.parametrize("objective", ["npv", "cost"])
@pytest.mark.parametrize("seed", [0, 1])
def test_the_objective_is_the_cash_flow_to_the_cent(seed, objective):
    counted = np.array([True, True, True, True, True, objective == "npv"])
    problem = replace(instance(seed), objective=objective, counted=counted)
    plan = solve_plan(problem)
    money = problem.held_money + (problem.base_money if objective == "cost" else 0.0)
    for start in problem.starts:
        money = money + start.money * (start.key in plan.mix)
    for person in problem.people:
        money = money + person.money * plan.people.get(person.key, 0.0)
    for channel, count in plan.grades.items():
        money = money + sum(g.money for g in [g for g in problem.grades if g.channel == channel][:count])
    shown = plan.money + (problem.base_money if objective == "cost" else 0.0)
    np.testing.assert_allclose(shown, money, atol=0.005)
    assert plan.objective == pytest.approx(float(np.sum((problem.discount * money)[counted])), abs=0.005)
    assert plan.objective == pytest.approx(present_value(problem, plan.money), abs=0.005)
    assert failures(problem, plan) == []


def test_the_solvers_value_is_the_evaluators_to_the_cent():
    """What HiGHS adds up from its columns, and what NumPy adds up from the decisions."""
    from optimize.plan.bench import Bench, Clock
    from optimize.plan.model import as_decisions
    from optimize.plan.search import search
    from optimize.plan.staffing import staff

    bench = Bench.of(instance(2))
    clock = Clock("highs", None, 1e-3)
    best = search(bench, clock).best
    assert best is not None
    whole = staff(bench, best.decided, clock, whole=True)
    assert whole is not None
    mix, people, grades = as_decisions(bench.problem, whole)
    assert whole.value * bench.worth.unit == pytest.approx(
        evaluate(bench.problem, mix, people, grades).objective, abs=0.005
    )


def test_a_score_is_reached_at_the_least_cost():
    problem = replace(instance(0), objective="score")
    plan = solve_plan(problem)
    worth = {
        mix: sum(s.score for s in problem.starts if s.key in mix) for mix in {e.mix for e in enumerate_all(problem)}
    }
    assert plan.objective == pytest.approx(max(worth.values()))
    assert failures(problem, plan) == []
    in_money = replace(problem, objective="npv")
    cheapest = max(e.objective for e in enumerate_all(problem) if worth[e.mix] == pytest.approx(max(worth.values())))
    assert present_value(in_money, plan.money) == pytest.approx(cheapest, abs=0.01 * np.abs(problem.base_money).sum())
    assert present_value(in_money, plan.money) <= cheapest + 1.0


def test_people_are_whole_and_rounding_costs_something_and_little():
    problem = instance(8)
    plan = solve_plan(problem)
    whole = {p.key for p in problem.people if p.whole}
    assert all(amount == round(amount) for key, amount in plan.people.items() if key in whole)
    turnover = float(np.abs(problem.discount * problem.base_money).sum())
    assert 0 < plan.rounding < 0.01 * turnover
    assert plan.bound is not None
    assert plan.bound >= plan.objective + plan.rounding - 0.01


def test_rules_among_investments_hold():
    problem = instance(10)
    free = solve_plan(problem)
    chosen = {name: month for name, _, month in free.mix}
    other = next(name for name in {s.investment for s in problem.starts} if name not in chosen)
    forced = solve_plan(replace(problem, must=frozenset({other}), goals=()))
    assert other in {name for name, _, _ in forced.mix}
    assert forced.objective <= free.objective + 1e-3 * abs(free.objective) + forced.rounding
    one, two = sorted(chosen)[:2]
    apart = solve_plan(replace(problem, excludes=(*problem.excludes, (one, two)), goals=()))
    assert not {one, two} <= {name for name, _, _ in apart.mix}
    late = replace(problem, requires={one: {two: 3}}, must=frozenset({one}), goals=())
    months = {name: month for name, _, month in solve_plan(late).mix}
    assert months[two] + 3 <= months[one]


def test_a_team_grows_no_larger_than_it_may():
    problem = replace(instance(3), goals=())
    problem = replace(problem, capacity=0.85 * problem.capacity)
    free = solve_plan(problem)
    largest = free.capacity.max(axis=1)
    team = int(np.argmax(largest - problem.capacity.max(axis=1)))
    most = np.full(len(problem.teams), np.inf)
    most[team] = (problem.capacity[team].max() + largest[team]) / 2
    assert largest[team] > most[team]
    bounded = solve_plan(replace(problem, most_heads=most))
    assert bounded.capacity[team].max() <= most[team] + 1e-6
    assert bounded.objective <= free.objective + 1.0
    assert bounded.capacity.min() >= -1e-9
