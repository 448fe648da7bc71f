"""The true answer: the smallest staffing that simulation finds enough, with the confidence asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from optimize.plan.simulating import Simulator
from optimize.requirement.decide import Decision, Judge
from optimize.requirement.flows import busiest_month
from optimize.requirement.levers import Levers, half_hours, levers_of
from optimize.requirement.limits import BadTarget, Limit, limits_of
from optimize.requirement.measured import Aim, Period
from optimize.requirement.search import NotEnough, Numbers, cheapest, smallest
from sim.scenario.resolved import Resolved
from sim.units.journal import Finished

if TYPE_CHECKING:
    from collections.abc import Callable

    from optimize.requirement.result import Requirement

REPLICATIONS = 64
_MOST = 20  # times the Erlang answer, beyond which more agents are not tried


@dataclass(frozen=True)
class Simulated:
    """The smallest staffing that is enough, and what was tried on the way to it."""

    quick: Requirement
    """The Erlang answer from which the search started."""
    levers: Levers
    aim: Aim
    best: Decision
    fewer: tuple[Decision, ...]
    """For each team one fewer: why it is not less. None for a team of which there is nobody."""
    tried: tuple[Decision, ...]
    """Everything that was simulated, in order."""
    confidence: float
    replications: int
    """At most, for each staffing."""
    seed: int
    proven: bool
    """Whether every cheaper staffing was refuted, or none is below (one team); else only the small moves were."""

    @property
    def cost(self) -> float:
        """Of a week."""
        return self.levers.cost(self.best.numbers)


def simulated(
    resolved: Resolved,
    quick: Requirement,
    costs: np.ndarray,
    month: str | None = None,
    targets: Sequence[str] = (),
    each: Period | None = None,
    chance: float = 0.9,
    confidence: float = 0.95,
    replications: int = REPLICATIONS,
    seed: int | None = None,
    jobs: int = 1,
    engine: str | None = None,
    by_half_hour: bool = False,
    tell: Callable[[str], None] | None = None,
    finished: Finished | None = None,
) -> Simulated:
    """The smallest staffing that meets the limits, at least cost where there are several teams.

    ``quick`` is the Erlang answer for the same period, ``costs`` (T,) of an hour on duty. ``each`` and ``chance``: a
    share of the periods must meet all limits, not the whole. ``by_half_hour``: agents by half-hour in proportion to the
    Erlang need rather than heads with their shifts. ``finished`` keeps what is simulated. Raises BadTarget without any
    limit, and NotEnough.
    """
    label = busiest_month(resolved) if month == "busiest" else month
    world = until_month(resolved, label)
    limits = served(resolved, limits_of(resolved.scenario, targets))
    if not limits:
        raise BadTarget("there is nothing to meet: no channel declares a `target`, and no --target is given")
    aim = Aim(tuple(limits), label, each, chance)
    levers = levers_of(world, quick, costs, by_half_hour)
    seed = resolved.scenario.experiment.seed if seed is None else seed
    judge = Judge(levers, aim, Simulator(seed, engine, jobs, tell, finished), confidence, replications)
    best, proven = _found(judge, levers)
    fewer = tuple(judge(one) for one in _one_fewer(best) if any(one))
    return Simulated(
        quick, levers, aim, judge(best), fewer, tuple(judge.known.values()), confidence, replications, seed, proven
    )


def _found(judge: Judge, levers: Levers) -> tuple[Numbers, bool]:
    limit = max(10, _MOST * max(levers.start))
    costs = [max(lever.cost, 1e-9) for lever in levers.levers]
    if len(levers.levers) == 1:
        return (smallest(lambda n: judge((n,)), levers.start[0], limit),), True
    return cheapest(judge, levers.start, costs, limit, levers.floors)


def _one_fewer(numbers: Numbers) -> list[Numbers]:
    return [(*numbers[:t], n - 1, *numbers[t + 1 :]) for t, n in enumerate(numbers) if n > 0]


def served(resolved: Resolved, limits: Sequence[Limit]) -> list[Limit]:
    """Limits of channels that some team serves, and of teams."""
    channels = {line.channel for team in resolved.scenario.teams.values() for line in team.serves}
    return [limit for limit in limits if limit.team is not None or limit.channel in channels]


def until_month(resolved: Resolved, label: str | None) -> Resolved:
    """The scenario up to the end of a month: what comes later cannot change it. The same tapes."""
    months = resolved.scenario.horizon.months
    if label is None or months is None or label == resolved.calendar.month_labels[-1]:
        return resolved
    horizon = resolved.scenario.horizon.model_copy(update={"months": resolved.calendar.month_labels.index(label) + 1})
    variants = tuple(variant.model_copy(update={"horizon": horizon}) for variant in resolved.variants)
    return replace(resolved, scenario=resolved.scenario.model_copy(update={"horizon": horizon}), variants=variants)


def with_numbers(found: Simulated) -> Requirement:
    """The need by half-hour that the simulated numbers stand for: where they are by half-hour."""
    quick = found.quick
    agents = quick.agents.copy()
    for t, (lever, n) in enumerate(zip(found.levers.levers, found.best.numbers, strict=True)):
        if lever.kind == "half_hours":
            agents[t] = half_hours(lever.shape, n)
    return replace(quick, method="simulation", agents=agents)


__all__ = ["REPLICATIONS", "NotEnough", "Simulated", "simulated", "until_month", "with_numbers"]
