"""Why there is no plan: the smallest relaxation that makes one possible, and the requirements that conflict.

An elastic problem (Chinneck 2008, chapter 6) prices a slack in every requirement: giving up a whole requirement (all of
a pool's need in every month, a budget's limit again, a goal's distance from today) costs the same for each. The rules
among investments never give way. A conflict is found by deletion: a requirement without which there is still no plan
is no part of it; what is left cannot hold together, and any one of it can be blamed.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from optimize.plan.bench import Bench, Bend, Clock, Forbidden
from optimize.plan.cells import THOUSAND, Worth
from optimize.plan.choices import chosen
from optimize.plan.outcome import Relaxation, Shortfall, spans
from optimize.plan.problem import Mix, PlanProblem
from optimize.plan.rows import Rows
from optimize.plan.search import search
from optimize.plan.staffing import Staffed, staff
from optimize.solver import SolverName

GAP = 0.01
SECONDS = 30.0
# Heads, thousands of currency, units of a goal: a smaller slack is the solver's rounding.
SLIGHT = 1e-4


def relaxation(
    problem: PlanProblem,
    *,
    solver: SolverName = "highs",
    time_limit: float | None = SECONDS,
    forbid: Sequence[Mix] = (),
    fixed: Mix | None = None,
) -> Relaxation:
    """The smallest relaxation of an infeasible problem, and which requirements conflict; empty if there is a plan."""
    bench = Bench.of(problem)
    until = None if time_limit is None else time.monotonic() + time_limit
    clock = Clock(solver, until, GAP)
    cut = [Forbidden(chosen(problem, mix)) for mix in forbid]
    given = None if fixed is None else chosen(problem, fixed)
    least, proven = _least(bench, clock, Bend(elastic=True), cut, given)
    shortfalls = _shortfalls(problem, least) if least is not None else ()
    mix = _mix(problem, least)
    conflict, certain = _conflict(bench, clock, cut, given)
    alternatives: list[Shortfall] = []
    groups = _groups(bench)
    if len(conflict) > 1:
        for name in conflict:
            alone = Bend(elastic=True, rigid=frozenset(groups) - {name})
            found, _ = _least(bench, clock, alone, cut, given)
            if found is not None:
                alternatives += _shortfalls(problem, found)
    return Relaxation(
        tuple(shortfalls),
        tuple(conflict),
        tuple(groups[name] for name in conflict),
        tuple(alternatives),
        mix,
        proven and certain,
    )


def _least(
    bench: Bench, clock: Clock, bend: Bend, cut: Sequence[Forbidden], given: np.ndarray | None
) -> tuple[Staffed | None, bool]:
    """The plan with the smallest relaxation, with whole people; whether it is proven."""
    searched = search(bench, clock, forbid=cut, fixed=given, bend=bend)
    if searched.best is None:
        return None, searched.infeasible
    whole = staff(bench, searched.best.decided, clock, whole=True, bend=bend, gap=GAP) or searched.best
    proven = (
        searched.bound is not None and searched.bound - searched.best.value <= GAP * abs(searched.best.value) + 1e-3
    )
    return whole, proven


def _conflict(bench: Bench, clock: Clock, cut: Sequence[Forbidden], given: np.ndarray | None) -> tuple[list[str], bool]:
    """Requirements that cannot hold together, and whether none of them can be left out."""
    nothing = Worth(
        np.zeros_like(bench.worth.starts),
        np.zeros_like(bench.worth.people),
        np.zeros_like(bench.worth.grades),
        0.0,
        1.0,
    )
    idle = replace(bench, worth=nothing)

    def possible(leave_out: frozenset[str]) -> bool | None:
        searched = search(idle, clock, forbid=cut, fixed=given, bend=Bend(leave_out=leave_out))
        return True if searched.best is not None else False if searched.infeasible else None

    names = list(_groups(bench))
    if possible(frozenset()) is not False:
        return [], True
    out: frozenset[str] = frozenset()
    certain = True
    for name in names:
        if clock.over:
            certain = False
            break
        without = possible(out | {name})
        if without is False:
            out |= {name}
        elif without is None:
            certain = False
    return [name for name in names if name not in out], certain


def _groups(bench: Bench) -> dict[str, str]:
    """Requirement -> words."""
    rows = Rows(bench.problem, bench.merged, bench.worth, bench.needs)
    return {name: group.words for name, group in rows.groups.items()}


def _mix(problem: PlanProblem, plan: Staffed | None) -> Mix:
    if plan is None:
        return frozenset()
    return frozenset(s.key for j, s in enumerate(problem.starts) if plan.decided.x[j] > 0.5)


def _shortfalls(problem: PlanProblem, plan: Staffed) -> list[Shortfall]:
    """Each requirement that gives way in an elastic plan, in words."""
    found = []
    for name, slacks in plan.rows.slacks.items():
        group = plan.rows.groups[name]
        amounts = {month: plan.solved.values.get(slack.name, 0.0) for _, month, slack, _ in slacks}
        short = {month: amount for month, amount in amounts.items() if amount > SLIGHT}
        if short:
            found.append(_in_words(problem, group.name, group.kind, group.words, short))
    return found


def _in_words(problem: PlanProblem, name: str, kind: str, words: str, short: dict[int | None, float]) -> Shortfall:
    most = max(short.values())
    indices = sorted(m for m in short if m is not None)
    months = tuple(problem.months[m] for m in indices)
    when = spans(problem.months, indices)
    if kind == "pool":
        said = f"{words} in {when} needs {_heads(most)} than can be there by then"
        return Shortfall(name, said, most, "heads", months)
    if kind == "most":
        return Shortfall(name, f"{words}, and {_heads(most)} would be needed in {when}", most, "heads", months)
    if kind == "budget":
        amount = most * THOUSAND
        said = f"{words} is {amount:,.0f} {problem.currency} short"
        return Shortfall(name, said, amount, problem.currency)
    if kind == "must":
        return Shortfall(name, f"{words}, and cannot be", most, "investments")
    return Shortfall(name, f"{words} is missed by {most:.3g}", most, "of the goal")


def _heads(amount: float) -> str:
    return f"{amount:.1f} more heads" if amount >= 0.05 else f"{amount:.2g} of a head more"
