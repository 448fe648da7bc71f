"""Outer approximation: solve with tangent planes, add planes where the answer lies below the truth, and again.

First in rounds of the linear relaxation, which is cheap and places most planes; then after each integer solution. The
integer problem bounds what any plan can reach, for its planes lie below every need; the people of its investments,
decided again under the exact needs, are a plan that holds. When the two meet within the gap, the plan is proven.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from optimize.plan.bench import STIFF, Bench, Bend, Clock, Forbidden, rows_of
from optimize.plan.choices import Decided, grade_choices
from optimize.plan.guess import neighbours, rounded_guesses
from optimize.plan.outcome import Unbounded
from optimize.plan.problem import PlanProblem
from optimize.plan.rows import Rows
from optimize.plan.staffing import Staffed, given_values, runaway, staff
from optimize.solver import Solved, relaxed, solve

# A plane may lie below the truth by this share of the need before another is added.
RELATIVE = 1e-5
# The same where nothing else is left to add and the gap is still open.
EXACT = 1e-9
LINEAR_ROUNDS = 10
# The linear rounds end when another changes the objective by less than this share.
SETTLED = 1e-5
# Linear rounds without touching after which a plane is dropped.
IDLE = 3
WHOLE_ROUNDS = 40
# With the mix given: so many choices of grades are gone through one by one.
GRADES_AT_MOST = 32
# Rounds of changing one investment at a time before the first integer problem.
IMPROVED_AT_MOST = 2
# Integer problems with whole people, which take long to prove and little to be better than rounding.
TOGETHER_ROUNDS = 3
# Gap of the first integer problems, and how much smaller it gets than the distance that is left.
LOOSE = 0.05
TIGHTER = 0.3


@dataclass(frozen=True)
class Searched:
    """How a search ended: `best` with people in fractions, or None; `bound` in units of the objective."""

    best: Staffed | None
    bound: float | None
    infeasible: bool
    """Proven that there is none."""
    rounds: int
    visited: Sequence[Staffed] = ()
    """All plans that were staffed on the way."""


def search(
    bench: Bench,
    clock: Clock,
    *,
    forbid: Sequence[Forbidden] = (),
    fixed: np.ndarray | None = None,
    start: Decided | None = None,
    bend: Bend = STIFF,
) -> Searched:
    """The best plan with people in fractions. Raises Unbounded."""
    if fixed is not None and bend is STIFF:
        by_grade = grade_choices(bench.problem)
        if len(by_grade) <= GRADES_AT_MOST:
            return _each(bench, clock, [Decided(fixed, y) for y in by_grade], forbid)
    model = _Model(bench, bend, forbid, fixed)
    if model.rows.impossible:
        return Searched(None, None, True, 0)
    linear = _linear_rounds(model, clock)
    bound, rounds = linear.bound, linear.rounds
    if linear.impossible:
        return Searched(None, None, True, rounds)
    model.freshen()
    best: Staffed | None = None
    for guess in _first_guesses(bench, start, fixed, forbid, bend):
        best = _better(best, staff(bench, guess, clock, bend=bend))
    if fixed is None and bend is STIFF and linear.x is not None and linear.y is not None:
        best = _improved(model, clock, best, linear.x, linear.y)
    visited: list[Staffed] = [] if best is None else [best]
    settled = False
    for _ in range(WHOLE_ROUNDS):
        if clock.over or _close(best, bound, clock.gap, bench.slight):
            break
        rounds += 1
        given = None if best is None else given_values(model.rows, best.decided, best.people)
        aim = clock.gap / 2 if settled else _gap_now(best, bound, clock.gap)
        solved = solve(model.rows.lp, clock.solver, clock.left, aim, given, plain=True)
        if solved.status in ("infeasible", "infeasible_or_unbounded"):
            return Searched(best, bound, best is None, rounds, visited)
        if solved.bound is not None:
            bound = solved.bound if bound is None else min(bound, solved.bound)
        if not solved.found:
            break
        decided = read(model.rows, solved)
        found = staff(bench, decided, clock, bend=bend)
        best = _better(best, found)
        visited += [] if found is None else [found]
        where = model.broken(decided.x, decided.y, solved.values) | (found.tight if found else set())
        if not model.touch(decided.x, decided.y, where) and not model.touch(decided.x, decided.y, least=EXACT):
            if aim <= clock.gap / 2:
                if found is not None:
                    break
                # Within the tolerance of the planes, and yet not to be staffed.
                model.avoid(Forbidden(decided.x, decided.y))
            settled = True
    return Searched(best, bound, False, rounds, visited)


def _each(bench: Bench, clock: Clock, decisions: Sequence[Decided], forbid: Sequence[Forbidden]) -> Searched:
    """The best of a few decisions, each with its best people: no planes are needed where nothing else is open."""
    visited: list[Staffed] = []
    for decided in decisions:
        if keeps_rules(bench.problem, decided) and not any(f.hits(bench.problem, decided) for f in forbid):
            found = staff(bench, decided, clock)
            visited += [] if found is None else [found]
    best = max(visited, key=lambda plan: plan.value, default=None)
    if best is None:
        return Searched(None, None, True, 1)
    # The prices of budgets are read off the planes.
    v = best.decided.x @ bench.merged.effect
    bench.planes.extend(need.tangent(v, best.decided.y) for need in bench.needs)
    return Searched(best, best.value, False, 1, visited)


def _gap_now(best: Staffed | None, bound: float | None, gap: float) -> float:
    """To what gap the next integer problem is worth solving: far from the end, any good integer point places planes."""
    if best is None or bound is None:
        return max(gap / 2, LOOSE)
    return max(gap / 2, min(LOOSE, TIGHTER * _distance(best.value, bound)))


def _better(one: Staffed | None, other: Staffed | None) -> Staffed | None:
    return other if one is None or (other is not None and other.value > one.value) else one


def together(bench: Bench, clock: Clock, best: Staffed, forbid: Sequence[Forbidden] = ()) -> list[Decided]:
    """Investments and grades that are good with whole people, from one integer problem in which people are whole.

    It starts from ``best``, whose people are whole, and from the planes that are there; it is not run to its end. Empty
    where it finds nothing better. Its planes may lie below the truth: what it proposes has to be staffed.
    """
    if not any(person.whole for person in bench.problem.people):
        return []
    model = _Model(bench, STIFF, forbid, None, whole=True)
    found: list[Decided] = []
    for _ in range(TOGETHER_ROUNDS):
        if clock.over:
            break
        given = given_values(model.rows, best.decided, best.people)
        # not plain: the solver's own heuristics are what is wanted
        solved = solve(model.rows.lp, clock.solver, clock.left, clock.gap, given, plain=False)
        if not solved.found or solved.objective is None or solved.objective <= best.value + bench.slight:
            break
        decided = read(model.rows, solved)
        found.append(decided)
        if not model.touch(decided.x, decided.y, model.broken(decided.x, decided.y, solved.values)):
            break
    return found


@dataclass(frozen=True)
class _Linear:
    """How the linear rounds ended, with the last solution of the relaxation."""

    bound: float | None
    rounds: int
    impossible: bool = False
    """The relaxation is infeasible, and so is the problem."""
    x: np.ndarray | None = None
    y: np.ndarray | None = None


def _linear_rounds(model: _Model, clock: Clock) -> _Linear:
    now = _Linear(None, 0)
    for count in range(1, LINEAR_ROUNDS + 1):
        solved = relaxed(model.rows.lp, clock.solver, clock.left)
        if solved.status == "unbounded":
            raise Unbounded(runaway(model.bench, clock))
        if solved.status in ("infeasible", "infeasible_or_unbounded"):
            return _Linear(None, count, True)
        if solved.status != "optimal" or solved.objective is None:
            return now
        x = np.array([solved.values[c.name] for c in model.rows.x])
        y = np.array([solved.values[c.name] for c in model.rows.y])
        model.rest(x, y)
        added = model.touch(x, y, model.broken(x, y, solved.values))
        before, now = now.bound, _Linear(solved.objective, count, False, x, y)
        if not added or clock.over:
            break
        if before is not None and abs(before - solved.objective) <= SETTLED * max(abs(solved.objective), 1.0):
            break
    return now


def _improved(model: _Model, clock: Clock, best: Staffed | None, x: np.ndarray, y: np.ndarray) -> Staffed | None:
    """The best of what the relaxation rounds to, and of the changes of one investment that make it better."""
    bench = model.bench
    tried: set[tuple[bytes, bytes]] = set()

    def attempt(guess: Decided) -> Staffed | None:
        if guess.key() in tried or clock.over or any(f.hits(bench.problem, guess) for f in model.forbidden):
            return None
        tried.add(guess.key())
        if not keeps_rules(bench.problem, guess):
            return None
        found = staff(bench, guess, clock)
        if found is not None:
            model.touch(guess.x, guess.y, found.tight)
        return found

    for guess in rounded_guesses(bench, x, y):
        best = _better(best, attempt(guess))
    for _ in range(IMPROVED_AT_MOST):
        before = best
        if before is None:
            break
        for guess in neighbours(bench, before.decided, x):
            best = _better(best, attempt(guess))
        if best is before:
            break
    return best


class _Model:
    """The open rows of a bench with its planes."""

    def __init__(
        self, bench: Bench, bend: Bend, forbid: Sequence[Forbidden], fixed: np.ndarray | None, whole: bool = False
    ) -> None:
        self.bench, self.bend, self.fixed, self.whole = bench, bend, fixed, whole
        self.forbidden = list(forbid)
        self.idle = [0] * len(bench.planes)
        self.rows = self._built()

    def _built(self) -> Rows:
        rows = rows_of(self.bench, self.bend, whole=self.whole)
        for cut in self.forbidden:
            rows.forbid(cut.x, cut.y, cut.any_month)
        if self.fixed is not None:
            for value, column in zip(self.fixed, rows.x, strict=True):
                column.lowBound = column.upBound = float(value)
        for plane in self.bench.planes:
            rows.cut(plane)
        return rows

    def avoid(self, cut: Forbidden) -> None:
        """Forbid one more."""
        self.forbidden.append(cut)
        self.rows.forbid(cut.x, cut.y, cut.any_month)

    def touch(
        self,
        x: np.ndarray,
        y: np.ndarray,
        where: Collection[tuple[int, int]] | None = None,
        least: float = RELATIVE,
    ) -> int:
        """Add a plane at the decision for each need (all, or some), if the highest lies below the truth; how many."""
        v = x @ self.bench.merged.effect
        highest = self._highest([plane.at(v, y) for plane in self.bench.planes])
        added = 0
        for need in self.bench.needs:
            if where is not None and need.key not in where:
                continue
            truth = need.heads(v, y)
            if truth - highest.get(need.key, 0.0) > least * max(truth, 1.0):
                plane = need.tangent(v, y)
                self.rows.cut(plane)
                self.bench.planes.append(plane)
                self.idle.append(0)
                added += 1
        return added

    def broken(self, x: np.ndarray, y: np.ndarray, values: Mapping[str, float]) -> set[tuple[int, int]]:
        """Needs that a solution does not meet in truth."""
        v = x @ self.bench.merged.effect
        available = self.rows.available(values)
        truths = [(need.key, need.heads(v, y)) for need in self.bench.needs]
        return {key for key, truth in truths if truth - available[key] > RELATIVE * max(truth, 1.0)}

    def rest(self, x: np.ndarray, y: np.ndarray) -> None:
        """Count the rounds in which a plane has not touched."""
        v = x @ self.bench.merged.effect
        heights = [plane.at(v, y) for plane in self.bench.planes]
        highest = self._highest(heights)
        for n, (plane, height) in enumerate(zip(self.bench.planes, heights, strict=True)):
            touches = highest[plane.key] - height <= RELATIVE * max(1.0, highest[plane.key])
            self.idle[n] = 0 if touches else self.idle[n] + 1

    def freshen(self) -> None:
        """Drop the planes that have not touched for several rounds (PuLP takes no row out again)."""
        kept = [plane for plane, idle in zip(self.bench.planes, self.idle, strict=True) if idle < IDLE]
        if len(kept) < len(self.bench.planes):
            self.bench.planes[:] = kept
            self.idle = [0] * len(kept)
            self.rows = self._built()

    def _highest(self, heights: Sequence[float]) -> dict[tuple[int, int], float]:
        highest: dict[tuple[int, int], float] = {}
        for plane, height in zip(self.bench.planes, heights, strict=True):
            highest[plane.key] = max(highest.get(plane.key, 0.0), height)
        return highest


def _first_guesses(
    bench: Bench,
    start: Decided | None,
    fixed: np.ndarray | None,
    forbid: Sequence[Forbidden],
    bend: Bend,
) -> list[Decided]:
    """Decisions to begin from: what is given, else nothing at all, so that a plan is there early."""
    none = np.zeros(len(bench.problem.grades))
    guesses = [] if start is None else [start]
    if fixed is not None:
        guesses = [g for g in guesses if np.array_equal(g.x, fixed)] or [Decided(fixed, none)]
    else:
        guesses.append(Decided(np.zeros(len(bench.problem.starts)), none))

    problem = bench.problem
    if bend.elastic or bend.leave_out:
        problem = replace(problem, must=frozenset())
    return [g for g in guesses if keeps_rules(problem, g) and not any(f.hits(problem, g) for f in forbid)]


def keeps_rules(problem: PlanProblem, decided: Decided) -> bool:
    """Whether a decision keeps the rules among investments (not: budgets, goals, needs)."""
    month = {s.investment: s.month for j, s in enumerate(problem.starts) if decided.x[j] > 0.5}
    if len(month) < int(np.sum(decided.x > 0.5)) or any(name not in month for name in problem.must):
        return False
    if any(one in month and other in month for one, other in problem.excludes):
        return False
    return all(
        before in month and month[before] + lag <= month[name]
        for name, needed in problem.requires.items()
        if name in month
        for before, lag in needed.items()
    )


def read(rows: Rows, solved: Solved) -> Decided:
    """The investments and grades of a solution."""
    x = np.array([round(solved.values[c.name]) for c in rows.x], dtype=float)
    y = np.array([round(solved.values[c.name]) for c in rows.y], dtype=float)
    return Decided(x, y)


def _close(best: Staffed | None, bound: float | None, gap: float, slight: float) -> bool:
    if best is None or bound is None:
        return False
    return bound - best.value <= slight or _distance(best.value, bound) <= gap


def _distance(value: float, bound: float) -> float:
    scale = max(abs(value), abs(bound))
    return max(0.0, bound - value) / scale if scale else 0.0
