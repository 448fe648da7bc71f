"""The answer in figures: decisions with dates and money, predicted beside simulated, and the check sum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, logit

from evaluate.bridge import present_worth
from evaluate.categories import CATEGORIES
from evaluate.released import released
from optimize.plan.choose import Choice
from optimize.plan.holding import Candidate
from optimize.plan.learn import Learned
from optimize.plan.measured import measured
from optimize.plan.people import KEYS, money_by_replication
from optimize.plan.problem import PlanProblem, PlanSolution
from optimize.plan.promise import promises
from sim.replicate import Replications
from sim.scenario.nodes import Node
from sim.scenario.options import decided

KIND_WORDS = {"hire": "hire", "cut": "cut posts", "outsource": "outsource", "overtime": "overtime"}


@dataclass(frozen=True)
class Decision:
    """One line of the plan."""

    kind: str
    """investment, hire, cut, outsource, overtime or grade."""
    what: str
    """Investment, team or channel."""
    detail: str
    """Level, or the promise that is chosen."""
    month: str
    units: float
    """People, or the share of overtime; 1 of an investment."""
    live: str
    """When it first takes effect, and when in full."""
    full: str
    counted: float
    """What counts towards budgets, undiscounted."""
    present: float
    """Present value of its own money, people's pay included, savings of work elsewhere left out."""


@dataclass(frozen=True)
class Service:
    """Predicted beside simulated: one channel in one month."""

    channel: str
    month: str
    held: bool
    """Whether the promise has to hold in that month."""
    target: float | None
    predicted: float | None
    """Share answered in time by the law that was learned, with the margins that simulation added."""
    simulated: float | None
    met: float | None
    """Share of replications in which the month meets the target."""
    predicted_hours: float
    """Agents' hours with contacts of the channel."""
    simulated_hours: float


@dataclass(frozen=True)
class Money:
    """One category of the check sum, present values over the horizon against today."""

    category: str
    title: str
    predicted: float
    simulated: float

    @property
    def difference(self) -> float:
        """What the model did not foresee: simulated less predicted."""
        return self.simulated - self.predicted


@dataclass(frozen=True)
class CheckSum:
    """From the model's objective to the simulated NPV, line by line."""

    rows: tuple[Money, ...]
    objective: float
    """As the model reports it."""
    from_categories: float
    """The same, added up from the predicted money of all categories (of a score: what the model says)."""
    simulated: float
    """NPV of the simulated cash-flow tables, mean of the replications."""

    @property
    def predicted(self) -> float:
        """NPV that the model predicts: the sum of its lines."""
        return float(np.sum([row.predicted for row in self.rows]))

    @property
    def adds_up(self) -> bool:
        """Whether the lines lead from the objective to the simulated NPV, to the cent."""
        total = self.predicted + float(np.sum([row.difference for row in self.rows]))
        return abs(total - self.simulated) < 0.005 and abs(self.objective - self.from_categories) < 0.005


@dataclass(frozen=True)
class Staffing:
    """Heads that some teams have for the work that needs them, by month; capacity in heads at full speed."""

    teams: tuple[str, ...]
    words: str
    heads: np.ndarray  # float64 (teams, M), with the plan
    today: np.ndarray  # float64 (M,), all of them together
    need: np.ndarray  # float64 (M,), NaN where nothing is asked


def decisions(choice: Choice) -> list[Decision]:
    """Every decision of the plan, investments first, in the order of their months."""
    problem, solution = choice.learned.problem, choice.solution
    found = _investments(problem, choice.plan)
    columns = {person.key: person for person in problem.people}
    for key, units in sorted(solution.people.items(), key=lambda item: (item[0][2], item[0])):
        kind, team, month = key
        column = columns[key]
        there = np.flatnonzero(np.abs(column.capacity) > 1e-9)
        full = np.flatnonzero(np.abs(column.capacity) >= 0.95 * np.abs(column.capacity).max(initial=0.0))
        found.append(
            Decision(
                kind,
                problem.teams[team],
                "",
                problem.months[month],
                units,
                problem.months[there[0]] if len(there) else "",
                problem.months[full[0]] if len(there) else "",
                float(units * column.spend.sum()),
                float(units * (problem.discount * column.money).sum()),
            )
        )
    for channel, count in sorted(solution.grades.items()):
        if count:
            label = [grade.label for grade in problem.grades if grade.channel == channel][count - 1]
            found.append(Decision("grade", problem.channels[channel], label, "", 1.0, "", "", 0.0, 0.0))
    return found


def _investments(problem: PlanProblem, plan: Candidate) -> list[Decision]:
    starts = {start.key: start for start in problem.starts}
    dated = {each.name: each for each in decided(plan.resolved.scenario, Node({}))}
    found = []
    for name, level, month in sorted(plan.mix, key=lambda key: (key[2], key[0])):
        start, when = starts[name, level, month], dated[name]
        found.append(
            Decision(
                "investment", name, level or "", problem.months[month], 1.0, when.live.isoformat(),
                when.full.isoformat(), float(start.spend.sum()), float((problem.discount * start.money).sum()),
            )
        )  # fmt: skip
    return found


def services(choice: Choice) -> list[Service]:
    """Predicted beside simulated for every channel and month."""
    learned, plan = choice.learned, choice.plan
    seen = measured(choice.runs[1], learned.names)
    level, hours = seen.level, seen.mean_work.sum(axis=1)
    predicted_hours = plan.solution.work.sum(axis=1) * learned.reference
    law = predicted_levels(learned, plan.solution)
    met = np.divide(seen.top, seen.bottom, out=np.full_like(seen.top, np.nan), where=seen.bottom > 0)
    found = []
    for place, channel in enumerate(learned.names.channels):
        target = plan.targets.get(channel)
        expected = law.get(place)
        for month, label in enumerate(learned.names.months):
            value = float(level[place, month])
            each = met[:, place, month]
            share = None if target is None or np.isnan(each).all() else float(np.mean(each >= target - 1e-12))
            found.append(
                Service(
                    channel, label, bool(learned.ask.held[month]) and target is not None, target,
                    None if expected is None else float(expected[month]), None if np.isnan(value) else value, share,
                    float(predicted_hours[place, month]), float(hours[place, month]),
                )
            )  # fmt: skip
    return found


def predicted_levels(learned: Learned, solution: PlanSolution) -> dict[int, np.ndarray]:
    """By channel with a law: share answered in time in each month, float64 (M,); margins count against it."""
    found = {}
    for place, (pool, law) in enumerate(zip(learned.problem.pools, learned.responses, strict=True)):
        if law is None:
            continue
        capacity = solution.capacity[list(pool.teams)].sum(axis=0)
        share = law.share(capacity, solution.work[list(pool.channels)].sum(axis=(0, 1)))
        found[law.channel] = np.asarray(expit(logit(share) - law.slope * learned.margins[place]))
    return found


def check_sum(choice: Choice) -> CheckSum:
    """From the model's objective to the simulated NPV by category."""
    problem, solution = choice.learned.problem, choice.solution
    base, run = choice.runs[0], choice.runs[1]
    predicted = (problem.discount * solution.money).sum(axis=1)
    money = [money_by_replication(one.resolved, one.usage).mean(axis=0) for one in (run, base)]
    simulated = (problem.discount * (money[0] - money[1])).sum(axis=1)
    rows = [
        Money(key, CATEGORIES[key].title, float(one), float(other))
        for key, one, other in zip(KEYS, predicted, simulated, strict=True)
        if abs(one) > 1e-9 or abs(other) > 1e-9
    ]
    rows += _released(run, base)
    total = float(np.mean(present_worth(run, base) - present_worth(base, base)))
    return CheckSum(tuple(rows), solution.objective, _objective(problem, solution), total)


def _released(run: Replications, base: Replications) -> list[Money]:
    """Released time where the scenario counts it: no cash, and no part of the model."""
    if not base.resolved.scenario.economics.count_released_time:
        return []
    hours = released(run.resolved, run.usage, base.resolved, base.usage)
    from evaluate.conventions import discount_factors

    factor = discount_factors(hours.worth.shape[1], base.resolved.scenario.economics)
    return [Money("released_time", CATEGORIES["released_time"].title, 0.0, float(hours.worth.mean(axis=0) @ factor))]


def _objective(problem: PlanProblem, solution: PlanSolution) -> float:
    """The model's objective again, from its predicted money."""
    if problem.objective == "score":
        return solution.objective
    total = solution.money + (problem.base_money if problem.objective == "cost" else 0.0)
    factor = problem.discount if problem.counted is None else problem.discount * problem.counted[:, None]
    return float((factor * total).sum())


def staffings(choice: Choice) -> list[Staffing]:
    """Heads against need for every set of teams of which something is asked together, largest sets last."""
    problem, solution = choice.learned.problem, choice.solution
    sets: dict[tuple[int, ...], list[int]] = {}
    for place, pool in enumerate(problem.pools):
        sets.setdefault(tuple(sorted(pool.teams)), []).append(place)
    found = []
    for teams, places in sorted(sets.items(), key=lambda item: (len(item[0]), item[0])):
        held = np.array([problem.pools[place].held for place in places])
        need = np.where(held, solution.need[places], -np.inf).max(axis=0)
        found.append(
            Staffing(
                tuple(problem.teams[team] for team in teams),
                "; ".join(dict.fromkeys(problem.pools[place].words for place in places)),
                solution.capacity[list(teams)],
                problem.capacity[list(teams)].sum(axis=0),
                np.where(np.isfinite(need), need, np.nan),
            )
        )
    return found


def spent(choice: Choice, solution: PlanSolution) -> np.ndarray:
    """float64 (M,): what a plan spends of the budgets."""
    problem = choice.learned.problem
    parts: Sequence[np.ndarray] = [
        *(start.spend for start in problem.starts if start.key in solution.mix),
        *(solution.people.get(person.key, 0.0) * person.spend for person in problem.people),
    ]
    return np.sum(parts, axis=0) if parts else np.zeros(len(problem.months))


def kept_by(choice: Choice, run: Replications, targets: dict[str, float]) -> tuple[int, int]:
    """Promises (channel and month) that hold in a simulated plan, and of how many."""
    each = [p for channel in promises(choice.learned.ask, targets, run) for p in channel.promises]
    return sum(promise.holds for promise in each), len(each)
