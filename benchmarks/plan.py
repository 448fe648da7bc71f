"""How the time of the planning model grows with months, investments and teams, by HiGHS and by CBC.

Generated problems (`plan_problems`): three channels, five reasons, seven pools, quarterly starts, one investment in
three with two levels, two service grades. One dimension moves at a time, away from 24 months, 10 investments, 3 teams.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass

from benchmarks.goals import Goal
from benchmarks.plan_problems import generated
from optimize.plan.model import solve_plan
from optimize.plan.outcome import NothingFound
from optimize.plan.problem import PlanSolution
from optimize.solver import SOLVERS, SolverName, available

USUAL = {"months": 24, "investments": 10, "teams": 3}
MOVED = {"months": (12, 24, 36), "investments": (5, 10, 15), "teams": (1, 3, 5)}
SEED = 1
SECONDS = 40.0
"""At most, for a problem."""
GAP_AT_MOST = 0.005


@dataclass(frozen=True)
class Row:
    """One problem by one solver."""

    seconds: float
    cpu: float
    """With the solver's own process."""
    plan: PlanSolution | None


def measured(solver: SolverName, **size: int) -> Row:
    """Solve one problem."""
    problem = generated(SEED, grades=True, **size)  # type: ignore[arg-type]
    before, began = os.times(), time.perf_counter()
    try:
        plan: PlanSolution | None = solve_plan(problem, solver=solver, time_limit=SECONDS)
    except NothingFound:
        plan = None
    took, after = time.perf_counter() - began, os.times()
    return Row(took, sum(after[:4]) - sum(before[:4]), plan)


def sizes() -> list[dict[str, int]]:
    """The usual size, then one dimension at a time."""
    found = [dict(USUAL)]
    for name, values in MOVED.items():
        found += [{**USUAL, name: value} for value in values if value != USUAL[name]]
    return found


def main() -> list[Goal]:
    """Print one line a size and solver."""
    solvers = [solver for solver in SOLVERS if available(solver)]
    print(f"The planning model to a gap of 0.1 %, {SECONDS:.0f} s at most: seconds (CPU seconds), gap reached, rounds")
    head = "".join(f"{solver:>32s}" for solver in solvers)
    print(f"    months investments teams  starts{head}")
    usual: dict[SolverName, Row] = {}
    for size in sizes():
        rows = {solver: measured(solver, **size) for solver in solvers}
        usual = usual or rows
        starts = len(generated(SEED, **size).starts)  # type: ignore[arg-type]
        cells = "".join(f"{_cell(row):>32s}" for row in rows.values())
        print(f"    {size['months']:6d} {size['investments']:11d} {size['teams']:5d} {starts:7d}{cells}", flush=True)
    print()
    return [_goal(solver, row) for solver, row in usual.items()]


def _cell(row: Row) -> str:
    times = f"{row.seconds:.1f} s ({row.cpu:.1f})"
    if row.plan is None or row.plan.gap is None:
        return f"{times} no plan"
    return f"{times} {100 * row.plan.gap:.2f} % {row.plan.rounds:3d}"


def _goal(solver: SolverName, row: Row) -> Goal:
    wanted = (
        f"24 months, 10 investments, 3 teams by {solver}: gap of {100 * GAP_AT_MOST:g} % or less in {SECONDS:.0f} s"
    )
    gap = None if row.plan is None else row.plan.gap
    said = "no plan" if gap is None else f"{100 * gap:.2f} % after {row.seconds:.1f} s"
    return Goal(wanted, said, gap is not None and gap <= GAP_AT_MOST)
