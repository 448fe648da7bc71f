"""Which requirements hold a plan back, and what one more unit of each would be worth.

Prices are duals of two linear programmes. People's (needs, hiring limits, largest teams) come from the plan with its
investments and grades fixed. Budgets and goals hardly have a price there, for what is left of a budget buys no fraction
of an investment; theirs come from the relaxation in which it would: the rate at which budgets of about this size pay.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from optimize.plan.bench import Bench
from optimize.plan.cells import THOUSAND
from optimize.plan.choices import acts
from optimize.plan.outcome import spans
from optimize.plan.problem import Binding, PlanProblem, PlanSolution
from optimize.plan.rows import Rows
from optimize.plan.staffing import Staffed
from optimize.solver import SolverName, relaxed

# Objective's units per unit of a limit: below it a price is rounding.
WORTHLESS = 1e-7
# Heads, units of a goal's KPI, and shares of a budget that are nothing.
NOTHING = 1e-6


def binding(bench: Bench, solver: SolverName, plan: Staffed, exact: PlanSolution) -> tuple[Binding, ...]:
    """Requirements that cost something or have no slack, one entry for all months of a pool or a team.

    A price is in currency (points) for one unit more in every month named: a head, a hire, a unit of a goal's KPI, of a
    budget one unit of currency. What binds the plan as it is comes first, dearest first; then what would bind it if
    people and investments came in fractions.
    """
    rows = [*_of_people(bench, solver, plan), *_of_limits(bench, solver, exact)]
    return with_slack(bench.problem, rows, exact)


def with_slack(problem: PlanProblem, rows: Sequence[Binding], plan: PlanSolution) -> tuple[Binding, ...]:
    """The same rows with what a plan of whole people leaves of them, in order."""
    limits = slack_of_limits(problem, plan)
    found = []
    for row in rows:
        left = limits.get(row.name, row.slack) if not row.months else _slack_of_months(problem, plan, row)
        scale = max(1.0, _size(problem, row.name)) if row.name.startswith("budget_") else 1.0
        found.append(replace(row, slack=left, binds=left <= NOTHING * scale))
    return tuple(sorted(found, key=lambda row: (not row.binds, -(row.price or 0.0))))


def _slack_of_months(problem: PlanProblem, plan: PlanSolution, row: Binding) -> float:
    """The least that a plan leaves of a requirement in its months."""
    kind, _, rest = row.name.partition("_")
    months = list(row.months)
    if kind == "pool":
        place = next(p for p, pool in enumerate(problem.pools) if pool.name == rest)
        heads = plan.capacity[list(problem.pools[place].teams)].sum(axis=0)
        return float((heads - plan.need[place])[months].min())
    if kind == "most":
        assert problem.most_heads is not None
        return float((problem.most_heads[int(rest)] - plan.capacity[int(rest)])[months].min())
    what, team = rest.rsplit("_", 1)
    here = [p for p in problem.people if (p.kind, p.team) == (what, int(team)) and p.month in row.months]
    return min(person.upper - plan.people.get(person.key, 0.0) for person in here)


def _of_people(bench: Bench, solver: SolverName, plan: Staffed) -> list[Binding]:
    rows = Rows(bench.problem, bench.merged, bench.worth, bench.needs, decided=plan.decided, people_limits=True)
    solved = relaxed(rows.lp, solver)
    groups: dict[tuple[str, int], dict[int, float]] = {}
    for name, dual in solved.duals.items():
        price = abs(dual)
        kind, _, rest = name.partition("_")
        if price <= WORTHLESS or kind not in ("pool", "most", "limit"):
            continue
        if kind == "limit":
            person = bench.problem.people[int(rest)]
            key, month = (str(person.kind), person.team), person.month
        else:
            index, _, at = rest.partition("_")
            key, month = (kind, int(index)), int(at)
        groups.setdefault(key, {})[month] = price
    return [
        _of_months(bench.problem, kind, index, months, bench.worth.unit) for (kind, index), months in groups.items()
    ]


def _of_months(problem: PlanProblem, kind: str, index: int, months: dict[int, float], unit: float) -> Binding:
    when = spans(problem.months, sorted(months))
    if kind == "pool":
        name, words = f"pool_{problem.pools[index].name}", problem.pools[index].words
    elif kind == "most":
        most = 0.0 if problem.most_heads is None else float(problem.most_heads[index])
        name, words = f"most_{index}", f"{problem.teams[index]} has {most:g} heads at most"
    else:
        name, words = f"limit_{kind}_{index}", f"no more {acts(kind, problem.teams[index])} than allowed"
    return Binding(name, f"{words} in {when}", 0.0, sum(months.values()) * unit, tuple(sorted(months)))


def _of_limits(bench: Bench, solver: SolverName, exact: PlanSolution) -> list[Binding]:
    """Budgets, goals and investments that have to be made."""
    problem, unit = bench.problem, bench.worth.unit
    rows = Rows(problem, bench.merged, bench.worth, bench.needs)
    for plane in bench.planes:
        rows.cut(plane)
    duals = relaxed(rows.lp, solver).duals
    left = slack_of_limits(problem, exact)
    found = []
    for name, group in rows.group_of.items():
        if group not in left:
            continue
        price = abs(duals.get(name, 0.0)) * unit / (THOUSAND if group.startswith("budget_") else 1.0)
        none_left = left[group] <= NOTHING * max(1.0, _size(problem, group))
        if price > WORTHLESS or none_left:
            found.append(Binding(group, rows.words[name], left[group], price))
    return found


def slack_of_limits(problem: PlanProblem, plan: PlanSolution) -> dict[str, float]:
    """What a plan leaves of each budget (currency) and goal (unit of its KPI); of must-haves nothing, ever."""
    spend = spend_of(problem, plan)
    starts = [s for s in problem.starts if s.key in plan.mix]
    left = {f"budget_{b.name}": b.limit - float(spend[b.months].sum()) for b in problem.budgets}
    for n, goal in enumerate(problem.goals):
        value = goal.base + sum(float(s.kpis[goal.name][goal.month]) for s in starts if goal.name in s.kpis)
        left[f"goal_{n}"] = value - goal.bound if goal.at_least else goal.bound - value
    left |= {f"must_{name}": 0.0 for name in problem.must}
    return left


def spend_of(problem: PlanProblem, plan: PlanSolution) -> np.ndarray:
    """float64 (M,): what a plan spends of the budgets."""
    spent: Sequence[np.ndarray] = [
        *(s.spend for s in problem.starts if s.key in plan.mix),
        *(plan.people.get(p.key, 0.0) * p.spend for p in problem.people),
    ]
    return np.sum(spent, axis=0) if spent else np.zeros(len(problem.months))


def _size(problem: PlanProblem, group: str) -> float:
    return max((abs(b.limit) for b in problem.budgets if f"budget_{b.name}" == group), default=1.0)
