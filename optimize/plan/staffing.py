"""The best people for investments and grades that are given, under the exact needs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from optimize.plan.bench import STIFF, Bench, Bend, Clock, rows_of
from optimize.plan.choices import Decided, describe_people
from optimize.plan.outcome import Unbounded
from optimize.plan.rows import Rows
from optimize.solver import Solved, relaxed, solve

# People: what runs away reaches a wall as far as this.
FAR = 1e6


@dataclass(frozen=True)
class Staffed:
    """Investments and grades that are given, with their best people; value in units of the objective."""

    decided: Decided
    people: np.ndarray
    value: float
    solved: Solved
    rows: Rows

    @property
    def tight(self) -> frozenset[tuple[int, int]]:
        """Needs (pool, month) that cost something: the others can be forgotten without a better plan."""
        priced = [name.split("_") for name, dual in self.solved.duals.items() if abs(dual) > 1e-9]
        return frozenset((int(name[1]), int(name[2])) for name in priced if name[0] == "pool")


def staff(
    bench: Bench,
    decided: Decided,
    clock: Clock,
    *,
    whole: bool = False,
    bend: Bend = STIFF,
    gap: float = 0.0,
    start: Staffed | None = None,
) -> Staffed | None:
    """The best people for given investments and grades under the exact needs; None: no people suffice (in time)."""
    rows = rows_of(bench, bend, decided, whole)
    if rows.impossible:
        return None
    if whole and any(p.whole for p in bench.problem.people):
        given = None if start is None else given_values(rows, decided, start.people)
        solved = solve(rows.lp, clock.solver, clock.left, gap, given)
    else:
        # Small, and worth nothing where it is stopped half-way.
        solved = relaxed(rows.lp, clock.solver)
    if solved.status == "unbounded":
        raise Unbounded(runaway(bench, clock))
    if not solved.found or solved.objective is None:
        return None
    people = np.array([solved.values.get(column.name, 0.0) for column in rows.people])
    return Staffed(decided, people, solved.objective, solved, rows)


def given_values(rows: Rows, decided: Decided, people: np.ndarray) -> dict[str, float]:
    """A warm start: every column's value at a decision."""
    problem = rows.problem
    values = {column.name: float(value) for column, value in zip(rows.people, people, strict=True)}
    v = decided.x @ rows.merged.effect
    if rows.decided is None:
        values |= {f"start_{j}": float(value) for j, value in enumerate(decided.x)}
        values |= {f"grade_{g}": float(value) for g, value in enumerate(decided.y)}
        values |= {f"log_{k}": float(value) for k, value in enumerate(v)}
        values |= {f"need_{n.pool}_{n.month}": n.heads(v, decided.y) for n in rows.needs}
    heads = problem.capacity.copy()
    for j in np.flatnonzero(decided.x > 0.5):
        heads = heads + problem.starts[j].capacity
    for q, amount in enumerate(people):
        heads[problem.people[q].team] += amount * problem.people[q].capacity
    values |= {f"heads_{t}_{m}": max(0.0, float(heads[t, m])) for t, m in rows.heads}
    return values


def runaway(bench: Bench, clock: Clock) -> str:
    """What grows without end, in words: what stands at a wall far away that is put up for the purpose."""
    problem = bench.problem
    rows = Rows(problem, bench.merged, bench.worth, bench.needs)
    for column in rows.people:
        if column.upBound is None:
            column.upBound = FAR
    solved = relaxed(rows.lp, clock.solver, clock.left)
    if not solved.found:
        return "the objective grows without end"
    gone = [q for q, column in enumerate(rows.people) if solved.values.get(column.name, 0.0) >= FAR / 2]
    if not gone:
        return "the objective grows without end"
    each = [
        f"{describe_people(problem, q)} (each adds {bench.worth.people[q] * bench.worth.unit:,.0f} "
        f"{'points' if problem.objective == 'score' else problem.currency})"
        for q in gone[:3]
    ]
    more = f" and {len(gone) - 3} more" if len(gone) > 3 else ""
    return f"nothing limits {', '.join(each)}{more}: set an upper limit or a budget"
