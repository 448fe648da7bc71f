"""The plan with the best objective: investments, service grades and people, by mixed-integer linear programming.

Investments and grades are exact. People are decided in fractions beside them, then rounded once: with investments and
grades fixed, a second, small integer problem finds the best whole people under the exact needs. Where teams are small,
whole people can turn the order of mixes: a last integer problem, with people whole from the start, looks for a mix that
is better with them, for some seconds.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from optimize.plan.bench import Bench, Clock, Forbidden
from optimize.plan.binding import binding
from optimize.plan.choices import Decided, chosen, taken
from optimize.plan.evaluate import evaluate, failures
from optimize.plan.outcome import Infeasible, NothingFound
from optimize.plan.problem import Kind, Mix, PlanProblem, PlanSolution
from optimize.plan.search import Searched, search, together
from optimize.plan.staffing import Staffed, staff
from optimize.solver import SolverName

GAP = 1e-3
# The rounding of people may miss this share of the objective, or this many millionths of the money turned over, and
# take these seconds; so many plans are rounded.
ROUNDING_GAP = 1e-4
ROUNDING_SLIGHT = 50
ROUNDING_SECONDS = 5.0
ROUNDED_AT_MOST = 3
# Seconds for all decisions together with whole people.
TOGETHER_SECONDS = 12.0
# Heads, and shares of a limit, by which a solver's plan may fail.
LENIENT = 1e-4
# Choices of investments that fractions of people can serve and whole people cannot, tried one after the other.
REFUTED_AT_MOST = 20


def solve_plan(
    problem: PlanProblem,
    *,
    forbid: Sequence[Mix] = (),
    fixed: Mix | None = None,
    solver: SolverName = "highs",
    time_limit: float | None = None,
    gap: float = GAP,
    start: PlanSolution | None = None,
    whole_seconds: float = TOGETHER_SECONDS,
) -> PlanSolution:
    """The best plan. `forbid`: mixes that it must not have; `fixed`: the mix that it must have; `start`: a plan to
    begin from, which is ignored where it does not fit. `time_limit` in seconds; `gap` as a share of the objective;
    `whole_seconds`: how long to look for a better mix with whole people at the end, where the mix is open.

    `PlanSolution.bound` holds for all plans, also those with fractions of people; `gap` is the distance to it before
    people were rounded, `rounding` is what that cost; `proven` says that the gap is within the one asked for.
    Raises Infeasible, Unbounded, NothingFound (no plan in time) and SolverMissing.
    """
    clock = Clock(solver, None if time_limit is None else time.monotonic() + time_limit, gap)
    found = best_plan(Bench.of(problem), clock, forbid=forbid, fixed=fixed, start=start,
                      whole_seconds=0.0 if fixed is not None else whole_seconds)  # fmt: skip
    if found is None:
        from optimize.plan.relax import relaxation

        raise Infeasible(relaxation(problem, solver=solver, forbid=forbid, fixed=fixed))
    return found


def best_plan(
    bench: Bench,
    clock: Clock,
    *,
    forbid: Sequence[Mix] = (),
    fixed: Mix | None = None,
    any_month: bool = False,
    start: PlanSolution | None = None,
    explain: bool = True,
    whole_seconds: float = 0.0,
) -> PlanSolution | None:
    """As `solve_plan`, on a bench that keeps its planes; None: infeasible. `explain`: with the binding constraints."""
    began = time.monotonic()
    problem = bench.problem
    cut = [Forbidden(chosen(problem, mix), any_month=any_month) for mix in forbid]
    given = None if fixed is None else chosen(problem, fixed)
    rounds = 0
    for _ in range(REFUTED_AT_MOST):
        searched = search(bench, clock, forbid=cut, fixed=given, start=_decided(problem, start))
        rounds += searched.rounds
        if searched.best is None:
            if searched.infeasible:
                return None
            bound = None if searched.bound is None else searched.bound * bench.worth.unit
            raise NothingFound(time.monotonic() - began, bound)
        best = _best_rounded(bench, searched, clock)
        if best is not None:
            if whole_seconds > 0:
                best = _better_together(bench, best, clock, cut, whole_seconds)
            if problem.objective == "score":
                best = _cheapest(bench, best, clock, cut, given)
            done = _Done(searched, best, rounds, time.monotonic() - began)
            return _solution(bench, clock, done, explain)
        cut.append(Forbidden(searched.best.decided.x, searched.best.decided.y))
    raise NothingFound(time.monotonic() - began, None)


def _cheapest(bench: Bench, plan: Staffed, clock: Clock, cut: Sequence[Forbidden], given: np.ndarray | None) -> Staffed:
    """Among plans with the same score, the one that costs least: a score leaves people and much else open."""
    money = bench.cheapest(plan.value)
    searched = search(money, clock, forbid=cut, fixed=given, start=plan.decided)
    found = _best_rounded(money, searched, clock) or staff(money, plan.decided, clock, whole=True)
    return plan if found is None else replace(found, value=plan.value)


def _best_rounded(bench: Bench, searched: Searched, clock: Clock) -> Staffed | None:
    """The best plan with whole people among those that the search met: the best in fractions need not stay the best."""
    best: Staffed | None = None
    tried: set[tuple[bytes, bytes]] = set()
    for plan in sorted(searched.visited, key=lambda plan: -plan.value):
        if len(tried) == ROUNDED_AT_MOST or (best is not None and plan.value <= best.value):
            break
        if plan.decided.key() not in tried:
            tried.add(plan.decided.key())
            whole = rounded(bench, plan, clock)
            if whole is not None and (best is None or whole.value > best.value):
                best = whole
    return best


def _better_together(bench: Bench, best: Staffed, clock: Clock, cut: Sequence[Forbidden], seconds: float) -> Staffed:
    """The plan, or one with other investments that is better with whole people."""
    seconds = seconds if clock.left is None else min(seconds, clock.left)
    own = Clock(clock.solver, time.monotonic() + seconds, clock.gap)
    for decided in together(bench, own, best, cut):
        loose = staff(bench, decided, clock)
        found = None if loose is None else rounded(bench, loose, clock)
        if found is not None and found.value > best.value:
            best = found
    return best


def rounded(bench: Bench, best: Staffed, clock: Clock) -> Staffed | None:
    """Whole people for given investments and grades; None: there are none (or none in time)."""
    seconds = ROUNDING_SECONDS if clock.left is None else min(ROUNDING_SECONDS, max(clock.left, 2.0))
    own = Clock(clock.solver, time.monotonic() + seconds, clock.gap)
    up = np.array(
        [
            min(np.ceil(amount - 1e-6), p.upper) if p.whole else amount
            for amount, p in zip(best.people, bench.problem.people, strict=True)
        ]
    )
    gap = max(ROUNDING_GAP, ROUNDING_SLIGHT * bench.slight / max(abs(best.value), bench.slight))
    whole = staff(bench, best.decided, own, whole=True, gap=min(gap, 0.5), start=replace(best, people=up))
    return whole if whole is not None and _holds(bench, whole) else None


def _holds(bench: Bench, plan: Staffed) -> bool:
    """Whether a plan holds by the second opinion too: a solver that is stopped may hand over what is not feasible."""
    mix, people, grades = as_decisions(bench.problem, plan)
    return not failures(bench.problem, evaluate(bench.problem, mix, people, grades), LENIENT)


@dataclass(frozen=True)
class _Done:
    searched: Searched
    whole: Staffed
    rounds: int
    seconds: float


def _solution(bench: Bench, clock: Clock, done: _Done, explain: bool) -> PlanSolution:
    problem, unit, best = bench.problem, bench.worth.unit, done.searched.best
    assert best is not None
    mix, people, grades = as_decisions(problem, done.whole)
    exact = evaluate(problem, mix, people, grades)
    bound = best.value if done.searched.bound is None else max(done.searched.bound, best.value)
    distance = bound - best.value
    gap = 0.0 if distance <= 1e-9 else distance / max(abs(bound), abs(best.value))
    known = done.searched.bound is not None
    return replace(
        exact,
        bound=bound * unit if known else None,
        gap=gap if known else None,
        proven=known and (gap <= clock.gap or distance <= bench.slight),
        binding=binding(bench, clock.solver, done.whole, exact) if explain else exact.binding,
        seconds=done.seconds,
        rounds=done.rounds,
        solver=clock.solver,
        rounding=max(0.0, best.value - done.whole.value) * unit,
    )


def as_decisions(
    problem: PlanProblem, staffed: Staffed
) -> tuple[Mix, dict[tuple[Kind, int, int], float], dict[int, int]]:
    """Mix, people and grades of a decision."""
    mix = frozenset(s.key for j, s in enumerate(problem.starts) if staffed.decided.x[j] > 0.5)
    people: dict[tuple[Kind, int, int], float] = {}
    for person, amount in zip(problem.people, staffed.people, strict=True):
        value = float(round(amount)) if person.whole else float(amount)
        if value > 1e-9:
            people[person.key] = people.get(person.key, 0.0) + value
    grades: dict[int, int] = {}
    for g, grade in enumerate(problem.grades):
        if staffed.decided.y[g] > 0.5:
            grades[grade.channel] = grades.get(grade.channel, 0) + 1
    return mix, people, grades


def _decided(problem: PlanProblem, start: PlanSolution | None) -> Decided | None:
    if start is None or not {s.key for s in problem.starts} >= start.mix:
        return None
    return Decided(chosen(problem, start.mix), taken(problem, start.grades))
