"""What was predicted beside what was simulated: service by channel and month, money by category, and why they differ.

Money that no contact moves (pay, hiring, training, leaving, workplaces, fixed costs) is worked out once more for the
decided people as whole people, by the pipeline and the prices of the simulation: what is left between that and the
simulation is zero to the cent, and what lies between that and the model is what whole people cost against its linear
columns. Money that contacts move was learned, and carries an error.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from optimize.plan.correct import grade_roots
from optimize.plan.learn import Learned
from optimize.plan.measured import Measured, measured
from optimize.plan.people import KEYS
from optimize.plan.problem import PlanSolution
from optimize.plan.promise import promised
from optimize.plan.response import logit, safety
from sim.replicate import Replications

EXACT = ("wages", "overhead", "workplaces", "hiring", "leaving", "training", "upfront", "running", "uplift_upfront")
"""Categories that no contact moves."""


@dataclass(frozen=True)
class Service:
    """One channel in one month; work, need and capacity in heads."""

    channel: str
    month: str
    held: bool
    target: float | None
    predicted_work: float
    simulated_work: float
    need: float | None
    """Of the pool that holds the channel; None without a target."""
    capacity: float | None
    """Of its teams, as the model has it."""
    real_capacity: float | None
    """The same from the pipeline of the decided people."""
    predicted: float | None
    """Mean share answered in time."""
    simulated: float | None

    @property
    def error(self) -> float | None:
        """Simulated less predicted."""
        return None if self.predicted is None or self.simulated is None else self.simulated - self.predicted


@dataclass(frozen=True)
class Money:
    """One category over the horizon against today, not discounted; money out is negative."""

    category: str
    model: float
    """What the model's columns add up to."""
    exact: float | None
    """What the decided people and starts come to, to the cent; None where contacts move the category."""
    simulated: float
    simulated_error: float
    """Standard error of the simulated mean."""

    @property
    def whole_people(self) -> float:
        """What whole people, and licences of those hired, change against the model's columns."""
        return 0.0 if self.exact is None else self.exact - self.model

    @property
    def error(self) -> float:
        """What is left unexplained: of exact categories nothing, of the others the error of what was learned."""
        return self.simulated - (self.model if self.exact is None else self.exact)


@dataclass(frozen=True)
class Predicted:
    """Everything side by side."""

    service: tuple[Service, ...]
    money: tuple[Money, ...]

    @property
    def worst(self) -> float:
        """Greatest error of a held channel and month, in share; 0 where nothing is held."""
        return max((abs(row.error) for row in self.service if row.held and row.error is not None), default=0.0)


def predicted(learned: Learned, solution: PlanSolution, runs: Replications, today: Replications) -> Predicted:
    """A simulated plan beside its prediction; ``today`` is the scenario as it stands on the same tapes.

    Raises ValueError where the two have different numbers of replications.
    """
    if runs.count != today.count:
        raise ValueError(f"{runs.count} replications of the plan and {today.count} of today are no pairs")
    plan, base = measured(runs, learned.names), measured(today, learned.names)
    return Predicted(tuple(_service(learned, solution, plan)), tuple(_money(solution, plan, base)))


def level_of(learned: Learned, solution: PlanSolution, place: int, share: float) -> np.ndarray:
    """float64 (M,): mean share answered in time that the law, as corrected, expects of a pool's capacity."""
    pool, response = learned.problem.pools[place], learned.responses[place]
    assert response is not None
    work = np.maximum(solution.work[list(pool.channels)].sum(axis=(0, 1)), 1e-9)
    capacity = solution.capacity[list(pool.teams)].sum(axis=0)
    root = pool.root * np.exp(grade_roots(learned, solution.grades)[place])
    wanted = logit(share) + safety(learned.ask.chance) * response.spread
    return np.asarray(expit(wanted + response.slope * ((capacity - pool.linear * work) / np.sqrt(work) - root)))


def _service(learned: Learned, solution: PlanSolution, plan: Measured) -> list[Service]:
    names, problem = learned.names, learned.problem
    targets = promised(learned.ask, names.channels, solution.grades)
    work, level = plan.mean_work.sum(axis=1) / learned.reference, plan.level
    real = plan.hours / learned.reference
    places = {one.channel: p for p, one in enumerate(learned.responses) if one is not None}
    found = []
    for c, channel in enumerate(names.channels):
        place = places.get(c)
        expected = None if place is None else level_of(learned, solution, place, targets[channel])
        teams = [] if place is None else list(problem.pools[place].teams)
        for m, month in enumerate(names.months):
            simulated = float(level[c, m])
            known = place is not None and expected is not None
            found.append(
                Service(
                    channel=channel,
                    month=month,
                    held=known and bool(learned.ask.held[m]),
                    target=targets.get(channel),
                    predicted_work=float(solution.work[c, :, m].sum()),
                    simulated_work=float(work[c, m]),
                    need=float(solution.need[place, m]) if place is not None else None,
                    capacity=float(solution.capacity[teams, m].sum()) if known else None,
                    real_capacity=float(real[teams, m].sum()) if known else None,
                    predicted=float(expected[m]) if expected is not None else None,
                    simulated=None if np.isnan(simulated) else simulated,
                )
            )
    return found


def _money(solution: PlanSolution, plan: Measured, base: Measured) -> Sequence[Money]:
    found = []
    paired = (plan.moved + plan.fixed).sum(axis=2) - (base.moved + base.fixed).sum(axis=2)  # (n, K)
    error = paired.std(axis=0, ddof=1) / np.sqrt(len(paired)) if len(paired) > 1 else np.full(len(KEYS), np.nan)
    for k, key in enumerate(KEYS):
        model, exact = float(solution.money[k].sum()), float((plan.fixed[k] - base.fixed[k]).sum())
        simulated = float(paired[:, k].mean())
        if abs(model) < 5e-3 and abs(exact) < 5e-3 and abs(simulated) < 5e-3:
            continue
        found.append(Money(key, model, exact if key in EXACT else None, simulated, float(error[k])))
    return found
