"""The chosen plan on seeds that no choice has seen: do its promises hold there, and was its value luck?

A plan that was picked because it looked best on some tapes looks better there than it is (the optimiser's curse, Smith
and Winkler 2006). What it is worth on other tapes is free of that; the difference is its optimism.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from evaluate.intervals import Figure, figure, mean_figure
from evaluate.latin import key
from optimize.plan.goals import Reached, reached
from optimize.plan.holding import Candidate, Holding
from optimize.plan.promise import Channel
from optimize.plan.simulating import Simulator
from optimize.plan.value import values
from sim.replicate import Replications

ROUNDS = 2
"""Times that the margin is raised at most; each has fresh seeds of its own."""
WORTH = 10
"""Fresh replications in which the plan is set beside today; money varies less between them than service."""


@dataclass(frozen=True)
class Fresh:
    """What came of the fresh seeds."""

    seed: int
    count: int
    kept: Sequence[Channel]
    """The chosen plan's promises."""
    values: Mapping[str, np.ndarray]
    """By plan: the objective in each fresh replication."""
    chosen_on: np.ndarray
    """The chosen plan's objective in the replications on which it was chosen."""
    confidence: float
    raised: int
    """Times that the margin was raised because a promise failed on earlier fresh seeds."""
    goals: tuple[Reached, ...] = ()
    """The goals that the plan was chosen for."""

    @property
    def holds(self) -> bool:
        """Whether every promise holds, and every goal is reached."""
        return all(channel.holds for channel in self.kept) and all(goal.holds for goal in self.goals)

    def mean(self, name: str) -> Figure:
        """A plan's objective on the fresh seeds."""
        return mean_figure(self.values[name], self.confidence)

    def optimism(self, name: str) -> Figure:
        """Value on the choosing seeds less that on the fresh ones, two independent samples."""
        return less(mean_figure(self.chosen_on, self.confidence), self.mean(name))


def less(one: Figure, other: Figure) -> Figure:
    """The difference of two independent figures; half-widths add in squares."""
    if one.value is None or other.value is None:
        return Figure(None)
    if one.high is None or other.high is None:
        return Figure(one.value - other.value)
    return figure(one.value - other.value, math.hypot(one.high - one.value, other.high - other.value))


def fresh_seed(seed: int, number: int) -> int:
    """A seed of its own for each check."""
    return key(f"{seed} fresh {number}") >> 1


def check(holding: Holding, plan: Candidate, seed: int) -> tuple[Candidate, Fresh]:
    """The plan, with a higher margin where it needs one, and how it does on seeds that it has never seen.

    A promise that fails there raises the margin, and the new plan meets other seeds again.
    """
    wish, number = holding.wish, 0
    tried = _tried(holding, plan, fresh_seed(seed, number))
    while number < ROUNDS and tried.failed:
        holding.tell(f"{', '.join(tried.failed)} fails on fresh seeds: more margin")
        again = holding.raised(plan, tried.run)
        if again is None:
            break
        plan, number = again, number + 1
        tried = _tried(holding, plan, fresh_seed(seed, number))
    problem = holding.learned.problem
    then = holding.simulate([holding.base, plan.resolved], 0, wish.replications)
    count = min(WORTH, wish.fresh)
    base, run = tried.simulate([holding.base, plan.resolved], 0, count)
    confidence = holding.base.scenario.experiment.confidence
    return plan, Fresh(
        seed=tried.simulate.seed,
        count=wish.fresh,
        kept=tried.kept,
        values={plan.name: values(problem, base, run)},
        chosen_on=values(problem, then[0], then[1]),
        confidence=confidence,
        raised=number,
        goals=reached(holding.learned.ask, tried.run),
    )


@dataclass(frozen=True)
class _Tried:
    """A plan on seeds of their own."""

    simulate: Simulator
    run: Replications
    kept: Sequence[Channel]

    @property
    def failed(self) -> list[str]:
        """Channels whose promise does not hold."""
        return [channel.name for channel in self.kept if not channel.holds]


def _tried(holding: Holding, plan: Candidate, seed: int) -> _Tried:
    wish = holding.wish
    simulate = Simulator(seed, wish.engine, wish.jobs, holding.tell, holding.finished)
    run = simulate([plan.resolved], 0, wish.fresh)[0]
    return _Tried(simulate, run, holding.kept(plan, run))
