"""SMART goals: whether each is reached, in which month, and with what probability."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import ndtri

from evaluate.compare import Comparison, Priced
from evaluate.intervals import Figure
from evaluate.verdict import verdict
from evaluate.yardstick import Series, Yardstick, series, yardstick
from sim.scenario.checks_judgement import month_of
from sim.scenario.kpi_text import Target, target
from sim.scenario.schema.judgement import Goal

Status = Literal["reached", "missed", "no data", "not measurable"]


@dataclass(frozen=True)
class Chance:
    """A share of replications with its interval (Wilson 1927), which holds for few replications and at 0 and 1 too."""

    met: int
    of: int
    low: float
    high: float

    @property
    def share(self) -> float:
        """Met of all."""
        return self.met / self.of


@dataclass(frozen=True)
class GoalResult:
    """One goal under one scenario."""

    scenario: str
    name: str
    goal: Goal
    what: Yardstick
    target: Target
    by: str
    """Label of the month in which it is to be met."""
    status: Status
    value: Figure
    """The KPI in that month."""
    chance: Chance | None
    """Replications in which the month's value meets the target, of those that have one."""
    since: str | None
    """First month from which the target is met in every month that has data; None: not at the end of the horizon."""
    late: int
    """Months from `by` to `since`; negative where it is earlier."""

    @property
    def reached(self) -> bool:
        """Whether the KPI over all replications meets the target in the month."""
        return self.status == "reached"


def wilson(met: int, of: int, confidence: float) -> Chance:
    """Interval of a share of ``of`` independent trials (Wilson 1927; Agresti and Coull 1998).

    >>> found = wilson(18, 20, 0.95)
    >>> round(found.low, 4), round(found.high, 4)
    (0.699, 0.9721)
    """
    z = float(ndtri((1.0 + confidence) / 2.0))
    share = met / of
    centre = (share + z * z / (2 * of)) / (1 + z * z / of)
    half = z / (1 + z * z / of) * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    # at the ends the formula gives exactly 0 and 1; rounding does not
    return Chance(met, of, max(0.0, centre - half) if met else 0.0, min(1.0, centre + half) if met < of else 1.0)


def crossing(values: Sequence[float | None], aim: Target) -> int | None:
    """Number of the first month from which every month with data meets the target; None where the last one does not."""
    since = None
    for month, value in enumerate(values):
        met = aim.met(value)
        if met is None:
            continue
        since = (month if since is None else since) if met else None
    return since


def goal_results(comparison: Comparison) -> list[GoalResult]:
    """The base's goals under every scenario, goal by goal, the base first."""
    goals = comparison.base.resolved.scenario.goals
    return [_result(one, name, goal) for name, goal in goals.items() for one in comparison.scenarios]


def _result(one: Priced, name: str, goal: Goal) -> GoalResult:
    calendar, what = one.resolved.calendar, yardstick(goal.kpi)
    aim, month = target(what.kpi, goal.target), month_of(calendar, goal.by)
    assert month is not None  # checked when the scenario was read
    labels, found = calendar.month_labels, series(one, what)
    if found is None:
        shared = (one.name, name, goal, what, aim, labels[month])
        return GoalResult(*shared, "not measurable", Figure(None), None, None, 0)
    value = found.by_month[month]
    met = aim.met(value.value)
    status: Status = "no data" if met is None else "reached" if met else "missed"
    since = crossing([figure.value for figure in found.by_month], aim)
    chance = _chance(found, month, aim, one.resolved.scenario.experiment.confidence)
    late = 0 if since is None else since - month
    since_label = None if since is None else labels[since]
    return GoalResult(one.name, name, goal, what, aim, labels[month], status, value, chance, since_label, late)


def _chance(found: Series, month: int, aim: Target, confidence: float) -> Chance | None:
    each = found.each(month)
    if not len(each):
        return None
    met = each <= aim.amount if aim.sign == "<=" else each >= aim.amount
    return wilson(int(np.count_nonzero(met)), len(each), confidence)


def reached_by_none(results: Sequence[GoalResult]) -> list[str]:
    """Goals that no scenario reaches."""
    names = dict.fromkeys(result.name for result in results)
    return [name for name in names if not any(result.reached for result in results if result.name == name)]


def missed(comparison: Comparison, results: Sequence[GoalResult]) -> list[str]:
    """Goals that the scenario which the answer recommends does not reach (of a single run: the scenario itself)."""
    best = verdict(comparison).best.name if comparison.options else comparison.base.name
    return [result.name for result in results if result.scenario == best and not result.reached]
