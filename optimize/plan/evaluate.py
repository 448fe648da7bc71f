"""What a plan's decisions come to, computed without a solver and without tangent planes: the model's second opinion.

Written from the definitions of `problem` alone, so that an error in the rows shows as a difference.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from optimize.plan.problem import Binding, Kind, Mix, PlanProblem, PlanSolution, Start

# Solvers' tolerance: a slack of this many heads, or of this share of a limit in money, is none.
TOLERANCE = 1e-6


def evaluate(
    problem: PlanProblem, mix: Mix, people: Mapping[tuple[Kind, int, int], float], grades: Mapping[int, int]
) -> PlanSolution:
    """Predict a decision. `binding` has the rows without slack; a negative slack says that the row fails.

    Raises KeyError for starts and people that the problem does not have.
    """
    by_key = {s.key: s for s in problem.starts}
    starts = [by_key[key] for key in sorted(mix, key=lambda k: (k[0], k[1] or "", k[2]))]
    hired = {p.key: p for p in problem.people}
    money = problem.held_money.copy()
    capacity = problem.capacity.copy()
    logs = np.zeros_like(problem.work)
    spend = np.zeros(len(problem.months))
    score = 0.0
    for start in starts:
        money, capacity, logs = money + start.money, capacity + start.capacity, logs + start.log_work
        spend, score = spend + start.spend, score + start.score
    for key, amount in people.items():
        person = hired[key]
        money = money + amount * person.money
        capacity[person.team] += amount * person.capacity
        spend, score = spend + amount * person.spend, score + amount * person.score
    for channel, count in grades.items():
        for grade in [g for g in problem.grades if g.channel == channel][:count]:
            money, score = money + grade.money, score + grade.score
    work = problem.work * np.exp(logs)
    need = _need(problem, work, grades)
    slacks = requirements(problem, starts, people, capacity, spend, need)
    return PlanSolution(
        mix=frozenset(mix),
        people={key: amount for key, amount in people.items() if amount},
        grades={channel: count for channel, count in grades.items() if count},
        objective=score if problem.objective == "score" else present_value(problem, money),
        bound=None,
        gap=None,
        proven=False,
        money=money,
        capacity=capacity,
        work=work,
        need=need,
        binding=tuple(row for row, scale in slacks if row.slack <= TOLERANCE * scale),
    )


def present_value(problem: PlanProblem, money: np.ndarray) -> float:
    """The objective (npv or cost) of a cash flow against today (K, M)."""
    total = money + problem.base_money if problem.objective == "cost" else money
    factor = problem.discount if problem.counted is None else problem.discount * problem.counted[:, None]
    return float(np.sum(factor * total))


def failures(problem: PlanProblem, solution: PlanSolution, tolerance: float = TOLERANCE) -> list[Binding]:
    """The rows that a plan breaks, by more than `tolerance` (heads, or shares of a budget)."""
    again = evaluate(problem, solution.mix, solution.people, solution.grades)
    limits = {f"budget_{b.name}": max(abs(b.limit), 1.0) for b in problem.budgets}
    return [row for row in again.binding if row.slack < -tolerance * limits.get(row.name, 1.0)]


def _need(problem: PlanProblem, work: np.ndarray, grades: Mapping[int, int]) -> np.ndarray:
    need = np.zeros((len(problem.pools), len(problem.months)))
    for p, pool in enumerate(problem.pools):
        total = work[list(pool.channels)].sum(axis=(0, 1))
        raised = 0.0
        for channel, count in grades.items():
            for grade in [g for g in problem.grades if g.channel == channel][:count]:
                raised += float(grade.log_root[p])
        need[p] = pool.linear * total + pool.root * np.exp(raised) * np.sqrt(total)
    return need


def requirements(
    problem: PlanProblem,
    starts: list[Start],
    people: Mapping[tuple[Kind, int, int], float],
    capacity: np.ndarray,
    spend: np.ndarray,
    need: np.ndarray,
) -> list[tuple[Binding, float]]:
    """Every row with its slack, and the scale of its tolerance."""
    found = _rules(problem, starts)
    money: list[tuple[Binding, float]] = []
    for p, pool in enumerate(problem.pools):
        heads = capacity[list(pool.teams)].sum(axis=0)
        for m in np.flatnonzero(pool.held).tolist():
            slack = float(heads[m] - need[p, m])
            found.append(Binding(f"pool_{pool.name}", f"{pool.words} in {problem.months[m]}", slack, None))
    for t, team in enumerate(problem.teams):
        for m, month in enumerate(problem.months):
            if capacity[t, m] < -TOLERANCE:
                found.append(
                    Binding(f"heads_{t}", f"{team} in {month} has fewer than none", float(capacity[t, m]), None)
                )
            if problem.most_heads is not None and np.isfinite(problem.most_heads[t]):
                left = float(problem.most_heads[t] - capacity[t, m])
                words = f"{team} has {problem.most_heads[t]:g} heads at most in {month}"
                found.append(Binding(f"most_{t}", words, left, None))
    for budget in problem.budgets:
        left = budget.limit - float(spend[budget.months].sum())
        money.append((Binding(f"budget_{budget.name}", budget.words, left, None), max(abs(budget.limit), 1.0)))
    for n, goal in enumerate(problem.goals):
        value = goal.base + sum(float(s.kpis[goal.name][goal.month]) for s in starts if goal.name in s.kpis)
        left = value - goal.bound if goal.at_least else goal.bound - value
        found.append(Binding(f"goal_{n}", goal.words, left, None))
    limits = {p.key: p.upper for p in problem.people}
    for key, amount in people.items():
        if np.isfinite(limits[key]):
            words = f"{key[0]} of {problem.teams[key[1]]} in {problem.months[key[2]]}: {limits[key]:g} at most"
            found.append(Binding(f"limit_{key[0]}_{key[1]}_{key[2]}", words, limits[key] - amount, None))
    return [(row, 1.0) for row in found] + money


def _rules(problem: PlanProblem, starts: list[Start]) -> list[Binding]:
    """Rules among investments that are broken, each with a slack of -1."""
    month = {s.investment: s.month for s in starts}
    broken = []
    if len(month) < len(starts):
        broken.append(("once", "an investment starts twice"))
    broken += [(f"must_{name}", f"{name} has to be made") for name in sorted(problem.must) if name not in month]
    broken += [("exclude", f"{a} and {b} exclude each other") for a, b in problem.excludes if a in month and b in month]
    for name, needed in problem.requires.items():
        for before, lag in needed.items():
            if name in month and (before not in month or month[before] + lag > month[name]):
                broken.append(("first", f"{name} needs {before} started {lag} months before"))
    return [Binding(name, words, -1.0, None) for name, words in broken]
