"""Whether a simulated plan reaches the goals that it was chosen for, and what the model learns where it does not.

The model has a goal's KPI as a sum of what the investments change one at a time; the simulation says what they change
together, with the plan's own people.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from evaluate.compare import Priced
from evaluate.intervals import Figure
from evaluate.yardstick import series, yardstick
from optimize.plan.ask import Ask
from optimize.plan.outcome import Unmeasured
from optimize.plan.problem import PlanProblem
from sim.replicate import Replications
from sim.scenario.checks_judgement import month_of
from sim.scenario.kpi_text import target


@dataclass(frozen=True)
class Reached:
    """One goal in a simulated plan."""

    name: str
    words: str
    month: str
    at_least: bool
    bound: float
    unit: str
    value: Figure
    """The KPI in the goal's month."""

    @property
    def short(self) -> float:
        """By how much the KPI misses the bound; 0 or below: not at all."""
        assert self.value.value is not None
        return (self.bound - self.value.value) * (1.0 if self.at_least else -1.0)

    @property
    def holds(self) -> bool:
        """Whether the KPI's mean reaches the bound."""
        return self.short <= 1e-9 * max(1.0, abs(self.bound))


def reached(ask: Ask, run: Replications) -> tuple[Reached, ...]:
    """Every goal that the choice must reach. Raises Unmeasured for a KPI of which the run has nothing in that month."""
    base, found = run.resolved, []
    for name in ask.goals:
        goal = base.scenario.goals[name]
        what = yardstick(goal.kpi)
        aim, month, one = target(what.kpi, goal.target), month_of(base.calendar, goal.by), series(Priced(run), what)
        value = None if one is None or month is None else one.by_month[month]
        if value is None or value.value is None:
            raise Unmeasured(
                f"goal {name}: {what.text} cannot be measured in {goal.by}, so that no plan can be held to it; "
                "leave it out, or declare what it needs (docs/definitions.md)"
            )
        words = f"{what.text} {goal.target} by {goal.by}"
        found.append(Reached(name, words, goal.by, aim.sign == ">=", aim.amount, what.unit, value))
    return tuple(found)


def put_right(problem: PlanProblem, found: tuple[Reached, ...], predicted: dict[str, float]) -> PlanProblem:
    """The problem with the goals that a simulated plan missed measured from what the simulation said of it.

    ``predicted``: the KPI that the model had for that plan, by goal.
    """
    missed = {each.name: each for each in found if not each.holds}
    goals = []
    for goal in problem.goals:
        each = missed.get(goal.name)
        error = 0.0 if each is None or each.value.value is None else each.value.value - predicted[goal.name]
        goals.append(replace(goal, base=goal.base + error))
    return replace(problem, goals=tuple(goals))
