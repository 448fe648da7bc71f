"""The best few plans that differ in their investments, for the simulator to choose among."""

from __future__ import annotations

import time
from typing import Literal

from optimize.plan.bench import Bench, Clock
from optimize.plan.model import GAP, best_plan
from optimize.plan.outcome import Infeasible, NothingFound
from optimize.plan.problem import Mix, PlanProblem, PlanSolution
from optimize.solver import SolverName

Differ = Literal["start", "investment"]


def proposals(
    problem: PlanProblem,
    k: int,
    *,
    differ: Differ = "start",
    solver: SolverName = "highs",
    time_limit: float | None = None,
    gap: float = GAP,
    start: PlanSolution | None = None,
) -> list[PlanSolution]:
    """The `k` best plans, best first, no two with the same mix; fewer where there are no more (or no more in time).

    Each is the best that the ones before it leave (a no-good cut for each, Balas and Jeroslow 1972). `differ`: whether
    another start month makes another mix, or only another investment or level does. `time_limit` is for all together;
    an equal share of what is left goes to each. Raises as `solve_plan` does where there is not one.
    """
    bench = Bench.of(problem)
    until = None if time_limit is None else time.monotonic() + time_limit
    found: list[PlanSolution] = []
    seen: list[Mix] = []
    while len(found) < k:
        now = time.monotonic()
        share = None if until is None else now + max(0.0, until - now) / (k - len(found))
        clock = Clock(solver, share, gap)
        try:
            plan = best_plan(
                bench,
                clock,
                forbid=seen,
                any_month=differ == "investment",
                start=start,
                explain=not found,
            )
        except NothingFound:
            if not found:
                raise
            break
        if plan is None:
            break
        found.append(plan)
        seen.append(plan.mix)
    if not found:
        from optimize.plan.relax import relaxation

        raise Infeasible(relaxation(problem, solver=solver))
    return sorted(found, key=lambda plan: -plan.objective)
