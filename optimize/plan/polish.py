"""A plan's people made cheaper move by move, as long as the simulation says that every promise still holds.

The learned law of service is smooth and a plan is made of whole people; what the law asks for may be one hire too many,
or a month too early. Each move takes one person less, or decides one a month later or in another team, or cuts one post
more. Moves that save what matters are tried in the order of what they save by the model, and one is made when the
simulated plan holds and is worth more. Small scenarios, which simulate quickly, get more tries.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

import numpy as np

from optimize.plan.evaluate import evaluate
from optimize.plan.goals import reached
from optimize.plan.holding import Candidate, Holding
from optimize.plan.problem import Kind, PlanProblem, PlanSolution
from optimize.plan.promise import Channel, may_hold
from optimize.plan.value import values
from sim.feedback import closed_loops

Key = tuple[Kind, int, int]
People = Mapping[Key, float]
CONTACTS = 40e6
"""Contacts that may be simulated for all tries of all plans together."""
MOST = 30
"""Tries of one plan at most."""
MANY, PER_PLAN = 15, 12
"""Plans that a small scenario tries at most, and the tries that there have to be for each."""
STEP = 2
"""Replications after which a try is looked at."""
_SLACK = 1e-6


def tries_of(holding: Holding, plans: int) -> int:
    """How many tries each of so many plans gets: by the size of the scenario, so that every run does the same."""
    contacts = float(holding.learned.today.handled.sum()) * holding.wish.replications
    return max(1, min(MOST, int(CONTACTS / max(contacts, 1.0) / plans)))


def more_of(holding: Holding, plans: int) -> int:
    """How many plans to try where so many are asked for: more where the scenario is small, unless it is one."""
    return plans if plans == 1 else max(plans, min(MANY, tries_of(holding, PER_PLAN)))


def polished(holding: Holding, plan: Candidate, tries: int, least: float) -> Candidate:
    """The plan, or a cheaper one with the same investments that keeps every promise on the tapes of the choice.

    Moves that save less than ``least`` by the model are left alone.
    """
    if not _holds(holding, plan):
        return plan
    refuted: set[str] = set()
    worth = _worth(holding, plan)
    while tries > 0:
        better = None
        for solution in _moves(holding.learned.problem, plan.solution, least):
            if tries <= 0:
                break
            made = holding.candidate(plan.name, solution)
            if made.resolved.digest in refuted:
                continue
            refuted.add(made.resolved.digest)
            tries -= 1
            if _holds(holding, made) and (now := _worth(holding, made)) > worth:
                better, worth = made, now
                break
        if better is None:
            return plan
        holding.tell(f"{plan.name}: {_said(plan.solution.people, better.solution.people)} holds as well")
        plan = better
    return plan


def _moves(problem: PlanProblem, solution: PlanSolution, least: float) -> Iterator[PlanSolution]:
    """Plans one move away that the model says are worth more, the most first; promises are left to the simulation."""
    found = []
    for people in _neighbours(problem, solution.people):
        moved = _as_solved(evaluate(problem, solution.mix, people, solution.grades), solution)
        if moved.objective > solution.objective + least and allowed(problem, moved):
            found.append(moved)
    yield from sorted(found, key=lambda each: -each.objective)


def _as_solved(moved: PlanSolution, solution: PlanSolution) -> PlanSolution:
    """A move of a solution, with what the solver said of that: how far from the best it may be by the law of service,
    which a move leaves behind."""
    bound = None if solution.bound is None else max(solution.bound, moved.objective)
    return replace(
        moved,
        bound=bound,
        gap=solution.gap,
        proven=solution.proven,
        seconds=solution.seconds,
        rounds=solution.rounds,
        solver=solution.solver,
        rounding=solution.rounding,
    )


def _neighbours(problem: PlanProblem, people: People) -> Iterator[dict[Key, float]]:
    upper = {person.key: person.upper for person in problem.people}
    for key in [person.key for person in problem.people if person.whole]:
        kind, team, month = key
        units = people.get(key, 0.0)
        if kind == "cut":
            if units + 1 <= upper[key] + _SLACK:
                yield _with(people, {key: 1.0})
            continue
        if units < 1 - _SLACK:
            continue
        yield _with(people, {key: -1.0})
        later = next((k for k in _later(problem, key) if people.get(k, 0.0) + 1 <= upper[k] + _SLACK), None)
        if kind == "hire" and later is not None:
            yield _with(people, {key: -1.0, later: 1.0})
        others = [k for k in upper if k[0] == kind and k[2] == month and k[1] != team]
        for other in others:
            if people.get(other, 0.0) + 1 <= upper[other] + _SLACK:
                yield _with(people, {key: -1.0, other: 1.0})


def _later(problem: PlanProblem, key: Key) -> list[Key]:
    kind, team, month = key
    months = sorted(
        person.month for person in problem.people if person.key[:2] == (kind, team) and person.month > month
    )
    return [(kind, team, later) for later in months]


def _with(people: People, change: Mapping[Key, float]) -> dict[Key, float]:
    found = dict(people)
    for key, units in change.items():
        found[key] = found.get(key, 0.0) + units
    return {key: units for key, units in found.items() if abs(units) > _SLACK}


def allowed(problem: PlanProblem, plan: PlanSolution) -> bool:
    """Whether every row but the learned promises holds: budgets, goals, limits, and work that must not pile up.

    ``plan`` comes from `evaluate`, whose rows include those that fail.
    """
    plan = evaluate(problem, plan.mix, plan.people, plan.grades)
    learned = {f"pool_{pool.name}" for pool in problem.pools if not pool.analytic}
    scale = max((abs(budget.limit) for budget in problem.budgets), default=1.0)
    return all(
        row.slack >= -_SLACK * (scale if row.name.startswith("budget_") else 1.0)
        for row in plan.binding
        if row.name not in learned
    )


def _holds(holding: Holding, plan: Candidate) -> bool:
    """Whether each single promise and goal holds; given up as soon as no replication to come could save it."""
    count = holding.wish.replications
    for first in () if closed_loops(plan.resolved) else range(STEP, count, STEP):
        some = holding.simulate([plan.resolved], 0, first)[0]
        if not all(may_hold(one, count) for one in _single(holding.kept(plan, some))):
            return False
    _, run = holding.runs(plan)
    each = all(promise.holds for channel in holding.kept(plan, run) for promise in channel.promises)
    return each and all(goal.holds for goal in reached(holding.learned.ask, run))


def _single(channels: Iterable[Channel]) -> Iterator[Channel]:
    """Each promise as a channel's only one."""
    for channel in channels:
        yield from (replace(channel, promises=(promise,)) for promise in channel.promises)


def _worth(holding: Holding, plan: Candidate) -> float:
    base, run = holding.runs(plan)
    return float(np.mean(values(holding.learned.problem, base, run)))


def _said(before: People, after: People) -> str:
    """How many people fewer, or which month later."""
    fewer = sum(before.values()) - sum(after.values())
    return f"{fewer:g} fewer" if abs(fewer) > _SLACK else "a later month"
