"""What a simulated plan is worth, replication by replication, in the objective that is asked for."""

from __future__ import annotations

import math

import numpy as np

from evaluate.bridge import present_worth
from evaluate.compare import compare
from evaluate.stakeholders import judge, weight_of
from evaluate.yardstick import residuals, series, yardstick
from optimize.plan.people import money_by_replication
from optimize.plan.problem import PlanProblem
from sim.replicate import Replications


def values(problem: PlanProblem, base: Replications, run: Replications) -> np.ndarray:
    """float64 (n,): the objective in each replication; ``base`` is today on the same tapes.

    npv: present value against today, released time where the scenario counts it; cost: present value of what counts as
    cost, money out negative; score: of all stakeholders, linearised around its mean.
    """
    if problem.objective == "score":
        return _scores(base, run)
    if problem.objective == "cost":
        factor = problem.discount if problem.counted is None else problem.discount * problem.counted[:, None]
        return np.asarray((money_by_replication(run.resolved, run.usage) * factor).sum(axis=(1, 2)))
    return np.asarray(present_worth(run, base) - present_worth(base, base))


def _scores(base: Replications, run: Replications) -> np.ndarray:
    """The weighted score of all stakeholders, and around it each replication's own part."""
    if run.resolved.digest == base.resolved.digest:
        return np.zeros(base.count)
    comparison = compare([base, run])
    judged = judge(comparison)
    if judged is None:
        raise ValueError("a score needs `stakeholders`")
    people = comparison.base.resolved.scenario.stakeholders
    total = sum(judged.weights.values())
    found = np.zeros(base.count)
    for person in people.values():
        cared = sum(abs(weight) for weight in person.cares.values())
        for text, weight in person.cares.items():
            what = yardstick(text)
            here, there = series(comparison.options[0], what), series(comparison.base, what)
            spread = None if here is None or there is None else residuals(here, there)
            if spread is None or there is None or not there.total.value or not total or not cared:
                continue
            wanted = (-1.0 if what.good == "lower" else 1.0) * math.copysign(1.0, weight)
            scale = wanted / abs(there.total.value)
            found += weight_of(person) / total * abs(weight) / cared * scale * spread
    standing = next(one for one in judged.ranking if one.option == run.resolved.scenario.name)
    return found + (standing.score.value or 0.0)
