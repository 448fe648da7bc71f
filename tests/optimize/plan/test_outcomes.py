"""Each way to end without a plan has words of its own; more of anything never buys less."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.plan_problems import generated
from optimize import solver as solver_module
from optimize.plan.evaluate import evaluate, failures
from optimize.plan.frontier import budget_price, frontier, with_budget
from optimize.plan.model import solve_plan
from optimize.plan.naive import restricted
from optimize.plan.outcome import Infeasible, NothingFound, Unbounded, spans
from optimize.plan.problem import PlanProblem, PlanSolution
from optimize.plan.proposals import proposals
from optimize.plan.relax import relaxation
from optimize.solver import SOLVERS, SolverMissing


def only(problem: PlanProblem, kind: str, upper: float) -> PlanProblem:
    """With one way to get people."""
    return replace(problem, people=tuple(replace(p, upper=upper) for p in problem.people if p.kind == kind))


@pytest.mark.parametrize("solver", SOLVERS)
def test_too_few_heads_are_said_by_pool_and_month(solver):
    problem = replace(only(generated(4, investments=3), "hire", 0.0), starts=(), budgets=(), requires={})
    short = np.array([evaluate(problem, frozenset(), {}, {}).need[p] - _heads(problem, p) for p in range(7)])
    with pytest.raises(Infeasible) as caught:
        solve_plan(problem, solver=solver)
    reasons = caught.value.reasons
    assert reasons is not None
    assert reasons.proven
    by_name = {s.name: s for s in reasons.shortfalls}
    pool = problem.pools[6]
    # With no decision left, what is missing is need less capacity, in the months where it is missing.
    assert by_name[f"pool_{pool.name}"].amount == pytest.approx(short[6].max(), rel=1e-6)
    assert by_name[f"pool_{pool.name}"].months == tuple(
        month for month, gap in zip(problem.months, short[6], strict=True) if gap > 1e-4
    )
    words = by_name[f"pool_{pool.name}"].words
    assert words.startswith(pool.words)
    assert f"{short[6].max():.1f} more heads" in words
    assert len(reasons.conflict) == 1
    assert "cannot hold" in str(caught.value)


def _heads(problem: PlanProblem, pool: int) -> np.ndarray:
    heads: np.ndarray = problem.capacity[list(problem.pools[pool].teams)].sum(axis=0)
    return heads


def test_a_budget_is_short_by_what_the_missing_start_costs():
    problem = generated(4, investments=6)
    needed = {"investment_2", "investment_5"}
    cheapest = sum(min(s.spend.sum() for s in problem.starts if s.investment == name) for name in needed)
    tight = replace(with_budget(problem, "total", cheapest - 1234.0), must=frozenset(needed))
    with pytest.raises(Infeasible) as caught:
        solve_plan(tight)
    reasons = caught.value.reasons
    assert reasons is not None
    assert [s.name for s in reasons.shortfalls] == ["budget_total"]
    assert reasons.shortfalls[0].amount == pytest.approx(1234.0, rel=0.02)
    assert "budget in total is 1,234 EUR short" in str(caught.value)
    assert set(reasons.conflict) == {"budget_total", "must_investment_2", "must_investment_5"}
    # What is said to be enough is enough, and less is not.
    assert solve_plan(with_budget(tight, "total", cheapest + 1.0)).mix
    with pytest.raises(Infeasible):
        solve_plan(with_budget(tight, "total", cheapest - 20.0))


def test_two_that_exclude_each_other_cannot_both_be_made():
    problem = replace(generated(4, investments=6), must=frozenset({"investment_1", "investment_4"}))
    found = relaxation(problem)
    assert set(found.conflict) == {"must_investment_1", "must_investment_4"}
    assert len(found.shortfalls) == 1
    assert {s.name for s in found.alternatives} == {"must_investment_1", "must_investment_4"}


def test_a_goal_out_of_reach_is_missed_by_what_is_missing():
    problem = generated(6, investments=5, goal=True, budget=9.0)
    goal = problem.goals[0]
    names = {s.investment for s in problem.starts}
    most = sum(max(s.kpis["self_service"][goal.month] for s in problem.starts if s.investment == n) for n in names)
    far = replace(problem, goals=(replace(goal, bound=goal.base + most + 3.0),), excludes=(), requires={})
    with pytest.raises(Infeasible) as caught:
        solve_plan(far)
    reasons = caught.value.reasons
    assert reasons is not None
    assert reasons.conflict == ("goal_0",)
    assert reasons.shortfalls[0].amount == pytest.approx(3.0, rel=0.02)


def test_a_problem_with_a_plan_has_nothing_to_relax():
    found = relaxation(generated(4, investments=3))
    assert found.shortfalls == ()
    assert found.conflict == ()


def test_what_runs_away_is_named():
    problem = generated(4, investments=3)
    people = tuple(
        replace(p, money=np.abs(p.money), upper=np.inf) if (p.kind, p.team, p.month) == ("outsource", 1, 2) else p
        for p in problem.people
    )
    with pytest.raises(Unbounded, match=r"outsourced heads for team_1 in 2027-03 \(each adds 5,371 EUR\)"):
        solve_plan(replace(problem, people=people))


def test_no_time_finds_nothing_and_says_so():
    problem = generated(4, months=24, investments=10)
    with pytest.raises(NothingFound, match="no plan found in"):
        solve_plan(replace(problem, must=frozenset({"investment_1"})), time_limit=0.0)
    # Where nothing has to be made, doing nothing with the best people is there at once.
    plan = solve_plan(problem, time_limit=0.0)
    assert plan.mix == frozenset()
    assert not plan.proven
    assert plan.bound is None
    assert plan.gap is None


def test_too_little_time_leaves_a_plan_that_is_not_proven(monkeypatch):
    """The linear rounds and the first guess have time; the integer problem stops at once."""
    from optimize.plan import search

    def hurried(problem, solver, time_limit, gap, start, plain):
        return solver_module.solve(problem, solver, 0.01, gap, None, plain)

    monkeypatch.setattr(search, "solve", hurried)
    problem = generated(4, months=24, investments=10)
    plan = solve_plan(problem, time_limit=60.0)
    assert not plan.proven
    assert plan.bound is not None
    assert plan.gap is not None
    assert plan.gap > 1e-3
    assert plan.bound > plan.objective
    assert failures(problem, plan) == []


def test_a_solver_that_is_not_there_is_named(monkeypatch):
    monkeypatch.setattr(solver_module._Cbc, "available", lambda _: False)
    with pytest.raises(SolverMissing, match="cbc"):
        solve_plan(generated(4, investments=3), solver="cbc")


def test_more_budget_is_never_worse():
    problem = generated(8, investments=6, grades=True)
    limits = [90e3, 0.0, 20e3, 45e3, 70e3, 130e3]
    plans = frontier(problem, limits)
    by_limit = {limit: plan for limit, plan in zip(limits, plans, strict=True) if isinstance(plan, PlanSolution)}
    values = [by_limit[limit].objective for limit in sorted(limits)]
    assert values == sorted(values)
    assert values[-1] > values[0]
    assert by_limit[0.0].mix == frozenset()
    for limit, plan in by_limit.items():
        assert failures(with_budget(problem, "total", limit), plan) == []
        # As good as a solve of its own.
        alone = solve_plan(with_budget(problem, "total", limit))
        assert plan.bound is not None
        assert plan.objective + plan.rounding >= alone.objective - 1e-3 * abs(alone.objective)


def test_a_frontier_says_where_no_plan_is_left():
    problem = replace(generated(4, investments=6), must=frozenset({"investment_2"}))
    none, some = frontier(problem, [0.0, 90e3])
    assert isinstance(none, Infeasible)
    assert "no plan with a budget of 0 EUR" in str(none)
    assert isinstance(some, PlanSolution)


def test_what_binds_is_named_and_priced():
    problem = generated(4, investments=6, grades=True)
    plan = solve_plan(problem)
    binding = {row.name: row for row in plan.binding}
    everyone = binding["pool_phone_chat_email"]
    assert everyone.words.startswith("phone and chat and email answered in time in 2027-")
    # A head more in each of these months saves what it would cost: between a hire's wage and an outsourced head.
    assert everyone.price is not None
    assert 3200.0 < everyone.price < 12 * 1.7 * 3200.0
    assert "budget_total" in binding
    step = 60e3
    richer = solve_plan(with_budget(problem, "total", problem.budgets[0].limit + step))
    price = budget_price(problem, plan, step)
    assert price == pytest.approx(max(0.0, richer.objective - plan.objective) / step, abs=0.02)
    assert price is not None
    assert price > 0


def test_a_head_more_is_worth_its_price():
    """The price of a pool against the difference that a head more makes, the same mix."""
    problem = generated(4, investments=4)
    plan = solve_plan(problem)
    row = next(row for row in plan.binding if row.name == "pool_phone_chat_email")
    months = [m for m, name in enumerate(problem.months) if m >= problem.months.index(row.words.split(" in ")[-1][:7])]
    step = 0.01
    eased = problem.capacity.copy()
    eased[0, months] += step
    more = solve_plan(replace(problem, capacity=eased), fixed=plan.mix)
    gained = (more.objective + more.rounding) - (plan.objective + plan.rounding)
    assert row.price == pytest.approx(gained / step, rel=0.05)


def test_choosing_beats_the_naive_answers():
    problem = generated(4, investments=6, grades=True)
    kinds = {"investment_0": "bot", "investment_3": "bot", "investment_5": "self_service"}
    best = solve_plan(problem)
    naive = {what: solve_plan(restricted(problem, what, kinds)) for what in ("today", "team", "bot", "self_service")}
    assert all(best.objective >= plan.objective for what, plan in naive.items() if what != "today")
    assert naive["today"].objective == 0.0
    assert naive["team"].mix == frozenset()
    assert {name for name, _, _ in naive["bot"].mix} <= {"investment_0", "investment_3"}
    assert naive["bot"].objective > naive["team"].objective
    with pytest.raises(KeyError):
        restricted(problem, "oracle", kinds)


def test_proposals_differ_and_descend():
    problem = generated(4, investments=6, grades=True)
    found = proposals(problem, 4)
    assert len({plan.mix for plan in found}) == 4
    assert [plan.objective for plan in found] == sorted((plan.objective for plan in found), reverse=True)
    what = [frozenset(key[:2] for key in plan.mix) for plan in proposals(problem, 4, differ="investment")]
    assert len(set(what)) == 4


def test_a_start_that_does_not_fit_is_ignored():
    problem = generated(4, investments=4)
    plan = solve_plan(problem)
    stranger = replace(plan, mix=frozenset({("somebody else's", None, 0)}))
    assert solve_plan(problem, start=stranger).objective == pytest.approx(plan.objective, rel=1e-3)
    assert solve_plan(problem, start=plan).objective == pytest.approx(plan.objective, rel=1e-3)


def test_months_are_named_in_runs():
    assert spans(("a", "b", "c", "d", "e"), [0, 1, 2, 4]) == "a to c, e"
