"""Every mix of investments and grades of a small planning problem, each with its best people by scipy's `linprog`.

Written from the definitions in `optimize.plan.problem` alone; shares no code with the model.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np
from scipy.optimize import linprog

from optimize.plan.problem import Mix, PlanProblem, Start


@dataclass(frozen=True)
class Enumerated:
    """One feasible decision and its best objective with people in fractions (currency)."""

    mix: Mix
    grades: tuple[int, ...]
    objective: float


def mixes(problem: PlanProblem) -> Iterator[tuple[Start, ...]]:
    """All mixes that keep the rules among investments, budgets and goals (people are free of budgets here)."""
    names = list(dict.fromkeys(s.investment for s in problem.starts))
    choices = [[None, *(s for s in problem.starts if s.investment == name)] for name in names]
    for picked in product(*choices):
        mix = tuple(s for s in picked if s is not None)
        at = {s.investment: s.month for s in mix}
        if not problem.must <= at.keys() or any(a in at and b in at for a, b in problem.excludes):
            continue
        if any(
            name in at and (before not in at or at[before] + lag > at[name])
            for name, needed in problem.requires.items()
            for before, lag in needed.items()
        ):
            continue
        if any(sum(s.spend[b.months].sum() for s in mix) > b.limit + 1e-6 for b in problem.budgets):
            continue
        if all(_reached(problem, goal, mix) for goal in problem.goals):
            yield mix


def _reached(problem, goal, mix) -> bool:
    value = goal.base + sum(s.kpis[goal.name][goal.month] for s in mix)
    return bool(value >= goal.bound - 1e-9) if goal.at_least else bool(value <= goal.bound + 1e-9)


def enumerate_all(problem: PlanProblem, adding: bool = False) -> list[Enumerated]:
    """All feasible decisions, best first. `adding`: savings are added instead of multiplied, which is wrong."""
    channels = sorted({g.channel for g in problem.grades})
    counts = [range(1 + sum(g.channel == c for g in problem.grades)) for c in channels]
    best_people = _People(problem)
    found = []
    for mix in mixes(problem):
        for grades in product(*counts):
            value = best_people(mix, dict(zip(channels, grades, strict=True)), adding)
            if value is not None:
                found.append(Enumerated(frozenset(s.key for s in mix), grades, value))
    return sorted(found, key=lambda e: -e.objective)


class _People:
    """The linear programme of one decision; its matrix is the same for all."""

    def __init__(self, problem: PlanProblem) -> None:
        self.problem = problem
        months = len(problem.months)
        rows = []
        for pool in problem.pools:
            for m in range(months):
                if pool.held[m]:
                    rows.append([-p.capacity[m] * (p.team in pool.teams) for p in problem.people])
        for t in range(len(problem.teams)):
            for m in range(months):
                rows.append([-p.capacity[m] * (p.team == t) for p in problem.people])
        self.matrix = np.array(rows)
        self.cost = np.array([-np.sum(problem.discount * p.money) for p in problem.people])
        self.bounds = [(0, p.upper) for p in problem.people]

    def __call__(self, mix, grades, adding: bool) -> float | None:
        problem = self.problem
        capacity = problem.capacity + sum((s.capacity for s in mix), np.zeros_like(problem.capacity))
        if adding:
            saved = sum((1 - np.exp(s.log_work) for s in mix), np.zeros_like(problem.work))
            work = problem.work * np.maximum(1 - saved, 0)
        else:
            work = problem.work * np.prod([np.exp(s.log_work) for s in mix], axis=0)
        money = problem.held_money + sum((s.money for s in mix), np.zeros_like(problem.held_money))
        factor = np.ones(len(problem.pools))
        for channel, count in grades.items():
            for grade in [g for g in problem.grades if g.channel == channel][:count]:
                money = money + grade.money
                factor = factor * np.exp(grade.log_root)
        right = []
        for p, pool in enumerate(problem.pools):
            total = work[list(pool.channels)].sum(axis=(0, 1))
            need = pool.linear * total + pool.root * factor[p] * np.sqrt(total)
            right += list((capacity[list(pool.teams)].sum(axis=0) - need)[pool.held])
        right += list(capacity.ravel())
        done = linprog(self.cost, A_ub=self.matrix, b_ub=np.array(right), bounds=self.bounds, method="highs")
        return None if done.status != 0 else float(np.sum(problem.discount * money) - done.fun)
