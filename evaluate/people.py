"""What a team's people cost by month: wages, overtime, hiring, training, leaving, overhead and workplaces."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from evaluate import prices
from evaluate.investments import hours_in_shifts
from evaluate.outsourcing import outsourcing
from sim.scenario.resolved import Resolved
from sim.scenario.schema.money import Cost
from sim.scenario.schema.people import Team
from sim.scenario.units import MS_PER_HOUR, per_month

if TYPE_CHECKING:
    from sim.kpis import Usage

Line = tuple[str, str, bool, np.ndarray]
"""Category, item, tangible, positive amounts (replications, months)."""


def people_lines(resolved: Resolved, usages: Sequence[Usage]) -> Iterator[Line]:
    """Cost of each team by category; a team of somebody else's has its own price and nothing else."""
    for t, (name, team) in enumerate(resolved.scenario.teams.items()):
        item = f"teams.{name}"
        if team.outsourced is not None:
            yield "outsourcing", item, True, outsourcing(resolved, name, usages)
        else:
            for category, amounts in _own(resolved, t, name, usages):
                yield category, item, True, amounts


def _own(resolved: Resolved, t: int, name: str, usages: Sequence[Usage]) -> Iterator[tuple[str, np.ndarray]]:
    def price(read: Callable[[Team], float]) -> np.ndarray:
        return prices.by_month(resolved, lambda scenario: read(scenario.teams[name]))

    def used(column: str) -> np.ndarray:
        return prices.stack(usages, column, t)

    paid_h, training_h = used("paid_ms") / MS_PER_HOUR, used("training_ms") / MS_PER_HOUR
    overtime_h, overrun_h = used("overtime_ms") / MS_PER_HOUR, used("overrun_ms") / MS_PER_HOUR
    heads = used("heads")
    hourly = price(lambda team: team.wage * (1.0 + team.on_cost))
    wages, training = (paid_h - training_h - overtime_h) * hourly, training_h * hourly
    premium = price(lambda team: team.overtime.premium if team.overtime else 0.0)
    yield "wages", wages - hours_in_shifts(resolved, name, heads) * hourly
    yield "overtime", (overtime_h + overrun_h) * hourly * (1.0 + premium)
    yield "training", training
    yield "overhead", (wages + training) * price(lambda team: team.overhead)
    yield (
        "workplaces",
        heads * price(lambda team: per_month(team.per_agent)) * prices.live_share(Cost(), resolved.calendar),
    )
    yield "hiring", used("joiners") * price(lambda team: team.hire.cost)
    resigned = used("resigned") * price(lambda team: team.attrition.cost)
    yield "leaving", resigned + used("dismissed") * price(lambda team: team.dismissal.cost)
