"""Each way a solve can end is told apart, by both solvers, and no solver's wrong word comes through."""

from __future__ import annotations

import random
from collections.abc import Callable

import pulp
import pytest

from optimize import solver as solvers
from optimize.solver import SOLVERS, SolverMissing, SolverName, available, check_names, relaxed, solve

both = pytest.mark.parametrize("name", SOLVERS)


def knapsack(sense: int = pulp.LpMaximize, items: int = 100, rows: int = 20, constant: float = 7.0) -> pulp.LpProblem:
    """A correlated multi-dimensional knapsack: a solution at once, a proof not within many minutes."""
    dice = random.Random(1)
    sign = 1 if sense == pulp.LpMaximize else -1
    problem = pulp.LpProblem("knapsack", sense)
    taken = [problem.add_variable(f"x_{i}", 0, 1, cat=pulp.LpInteger) for i in range(items)]
    weights = [[dice.randint(10, 100) for _ in taken] for _ in range(rows)]
    worth = [sum(row[i] for row in weights) / rows + dice.randint(0, 20) for i in range(items)]
    problem += sign * pulp.lpDot(worth, taken) + constant
    for number, row in enumerate(weights):
        problem += pulp.lpDot(row, taken) <= sum(row) // 2, f"capacity_{number}"
    return problem


def market_split() -> pulp.LpProblem:
    """Cornuejols and Dawande's market split: the relaxation is easy, a solution is not found in seconds."""
    dice = random.Random(3)
    problem = pulp.LpProblem("market", pulp.LpMinimize)
    taken = [problem.add_variable(f"x_{i}", 0, 1, cat=pulp.LpInteger) for i in range(40)]
    problem += pulp.lpSum(taken)
    for number in range(5):
        weights = [dice.randint(0, 99) for _ in taken]
        problem += pulp.lpDot(weights, taken) == sum(weights) // 2, f"split_{number}"
    return problem


def small(sense: int, rows: Callable[..., list[object]]) -> pulp.LpProblem:
    """3 x + 2 y + 10 over x integer, y real, both from 0."""
    problem = pulp.LpProblem("small", sense)
    x, y = problem.add_variable("x", 0, cat=pulp.LpInteger), problem.add_variable("y", 0)
    problem += 3 * x + 2 * y + 10
    for number, row in enumerate(rows(x, y)):
        problem += row, f"row_{number}"
    return problem


@both
def test_a_proven_optimum_has_its_bound_with_the_constant(name: SolverName) -> None:
    most = solve(small(pulp.LpMaximize, lambda x, y: [x + y <= 3.5]), name)
    assert (most.status, most.objective, most.bound, most.gap) == ("optimal", 20.0, 20.0, 0.0)
    assert most.values == {"x": 3.0, "y": 0.5}
    least = solve(small(pulp.LpMinimize, lambda x, y: [x + y >= 3.5, y <= x + 1]), name)
    assert least.status == "optimal"
    assert least.objective == pytest.approx(19.0)  # x = 2, y = 1.5: the relaxation's x = 1.25, y = 2.25 is not whole
    assert least.found


@both
def test_duals_say_what_one_unit_more_is_worth_in_the_problems_own_sense(name: SolverName) -> None:
    most = relaxed(small(pulp.LpMaximize, lambda x, y: [x + y <= 3.5, x >= 1]), name)
    assert (most.objective, dict(most.duals)) == (20.5, {"row_0": 3.0, "row_1": 0.0})
    least = relaxed(small(pulp.LpMinimize, lambda x, y: [x + y >= 3.5, x <= 9, y - x == 1]), name)
    assert least.objective == pytest.approx(18.25)
    assert dict(least.duals) == pytest.approx({"row_0": 2.5, "row_1": 0.0, "row_2": -0.5})
    assert least.values["x"] == pytest.approx(1.25)  # relaxed: not rounded


@both
def test_infeasible_also_where_only_the_integers_do_not_fit(name: SolverName) -> None:
    apart = small(pulp.LpMinimize, lambda x, y: [x + y <= 1, x + y >= 2])
    assert solve(apart, name).status == "infeasible"
    assert relaxed(apart, name).status == "infeasible"
    half = small(pulp.LpMinimize, lambda x, y: [2 * x + 0 * y == 1])
    assert solve(half, name).status == "infeasible"
    assert relaxed(half, name).status == "optimal"
    assert solve(small(pulp.LpMinimize, lambda *_: [pulp.lpSum([]) >= 1]), name).status == "infeasible"


@both
def test_unbounded_is_told_from_infeasible_with_an_unbounded_relaxation(name: SolverName) -> None:
    free = small(pulp.LpMaximize, lambda x, y: [x - y <= 3])
    assert solve(free, name).status == "unbounded"
    assert relaxed(free, name).status == "unbounded"
    neither = small(pulp.LpMaximize, lambda x, y: [2 * x == 1, y >= 1])
    assert relaxed(neither, name).status == "unbounded"
    ended = solve(neither, name)
    assert (ended.status, ended.objective, dict(ended.values)) == ("infeasible", None, {})


@both
@pytest.mark.parametrize("sense", [pulp.LpMaximize, pulp.LpMinimize])
def test_a_time_limit_with_a_solution_is_not_called_optimal(name: SolverName, sense: int) -> None:
    problem = knapsack(sense)
    ended = solve(problem, name, time_limit=1.0)
    assert ended.status == "time_limit"
    assert ended.objective is not None
    assert ended.bound is not None
    assert ended.gap is not None
    # The bound stands on the far side, and the objective is that of the values.
    away = ended.bound - ended.objective if sense == pulp.LpMaximize else ended.objective - ended.bound
    assert away > 0
    assert ended.gap == pytest.approx(away / max(abs(ended.objective), abs(ended.bound)), rel=0.01)
    for variable in problem.variables():
        variable.varValue = ended.values[variable.name]
    assert pulp.value(problem.objective) == pytest.approx(ended.objective)


@both
def test_a_time_limit_without_a_solution_has_no_values(name: SolverName) -> None:
    ended = solve(market_split(), name, time_limit=1.0)
    assert (ended.status, ended.objective, ended.gap, dict(ended.values)) == ("no_incumbent", None, None, {})
    assert not ended.found
    assert ended.bound is not None
    assert ended.bound <= 40


@both
def test_a_gap_asked_for_is_proven_and_told(name: SolverName) -> None:
    ended = solve(knapsack(), name, time_limit=60.0, gap=0.03)
    assert ended.status == "optimal"
    assert ended.gap is not None
    assert 0 < ended.gap <= 0.03
    assert ended.bound is not None
    assert ended.objective is not None
    assert ended.bound > ended.objective


@both
def test_the_gap_counts_the_constant(name: SolverName) -> None:
    """Beside a constant of a million, the knapsack's gap is nothing: proven at once."""
    ended = solve(knapsack(constant=1e6), name, time_limit=60.0, gap=1e-4)
    assert ended.status == "optimal"
    assert ended.objective is not None
    assert ended.objective > 1e6


@both
@pytest.mark.parametrize("sense", [pulp.LpMaximize, pulp.LpMinimize])
def test_a_start_is_taken(name: SolverName, sense: int) -> None:
    """What two seconds found is there after a tenth of a second, when it was handed over."""
    problem = knapsack(sense)
    first = solve(problem, name, time_limit=2.0)
    again = solve(problem, name, time_limit=0.2, start=first.values)
    assert first.objective is not None
    assert again.objective is not None
    assert (again.objective >= first.objective) if sense == pulp.LpMaximize else (again.objective <= first.objective)


@both
def test_a_start_that_breaks_a_row_is_left_aside(name: SolverName) -> None:
    problem = small(pulp.LpMaximize, lambda x, y: [x + y <= 3.5])
    assert solve(problem, name, start={"x": 9.0, "y": 9.0}).objective == 20.0


@both
def test_the_same_problem_gives_the_same_answer(name: SolverName) -> None:
    first, second = (solve(knapsack(items=40, rows=5), name, gap=0.01) for _ in range(2))
    assert first.values == second.values


@both
def test_solving_leaves_the_problem_as_it_was(name: SolverName) -> None:
    problem = small(pulp.LpMaximize, lambda x, y: [x + y <= 3.5])
    before = problem.toDict()
    solve(problem, name)
    relaxed(problem, name)
    after = problem.toDict()
    for told in (before, after):
        for variable in told["variables"]:
            variable["varValue"] = variable["dj"] = None
        for row in told["constraints"]:
            row["pi"] = None
        told["parameters"]["status"] = told["parameters"]["sol_status"] = None
    assert after == before


@both
def test_a_problem_without_an_objective_is_a_question_of_feasibility(name: SolverName) -> None:
    problem = pulp.LpProblem("any", pulp.LpMinimize)
    problem += problem.add_variable("x", 0, 9, cat=pulp.LpInteger) >= 2.5, "least"
    ended = solve(problem, name)
    assert (ended.status, ended.objective) == ("optimal", 0.0)
    assert ended.values["x"] >= 3.0
    assert set(ended.values) == {"x"}


@both
def test_a_missing_solver_says_how_to_get_it(name: SolverName, monkeypatch: pytest.MonkeyPatch) -> None:
    assert available(name)
    engine = solvers._Highs if name == "highs" else solvers._Cbc
    monkeypatch.setattr(engine, "available", lambda _: False)
    assert not available(name)
    other = "cbc" if name == "highs" else "highs"
    with pytest.raises(SolverMissing, match=rf"{name} is not installed.*pip install.*--solver {other}"):
        solve(small(pulp.LpMaximize, lambda x, y: [x + y <= 3.5]), name)


def test_names_are_of_letters_digits_and_underscores() -> None:
    problem = pulp.LpProblem("names", pulp.LpMinimize)
    x = problem.add_variable("x", 0)
    problem += x
    problem += x >= 1, "need_9_00"
    check_names(problem)
    problem.addConstraint(x >= 2, "need 9:00")
    with pytest.raises(ValueError, match="not 'need_9:00'"):
        solve(problem)


def test_a_row_without_a_name_is_refused() -> None:
    problem = pulp.LpProblem("names", pulp.LpMinimize)
    problem += problem.add_variable("x", 0) >= 1
    with pytest.raises(ValueError, match="has no name"):
        solve(problem)


def test_two_variables_of_one_name_are_refused() -> None:
    problem = pulp.LpProblem("twice", pulp.LpMinimize)
    problem += problem.add_variable("x", 0) + problem.add_variable("x", 1)
    with pytest.raises(ValueError, match="two variables are called 'x'"):
        solve(problem)
