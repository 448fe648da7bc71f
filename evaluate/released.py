"""Released time: hours that an option frees and that are still paid. Time and not cash, until posts go.

Of each team, hours busy in the base less hours busy in the option, less the hours that are no longer paid (those are in
the wages already). A team that is not freed at all over the horizon has none; more paid hours take nothing away from
it, since they are in the wages too. Priced at the team's wage x (1 + on-cost), in the scenario's prices.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from evaluate import prices
from evaluate.conventions import price_factors
from sim.scenario.resolved import Resolved
from sim.scenario.units import MS_PER_HOUR

if TYPE_CHECKING:
    from sim.kpis import Usage


@dataclass(frozen=True)
class Released:
    """Hours, and what they are worth; float64 (replications, months) each, zeros where nothing is released."""

    hours: np.ndarray
    worth: np.ndarray


def released(option: Resolved, used: Sequence[Usage], base: Resolved, base_used: Sequence[Usage]) -> Released:
    """What the option frees against the base, over all teams that both have; somebody else's teams have no hours."""
    months = len(base.calendar.month_labels)
    hours = np.zeros((len(used), months))
    worth = np.zeros_like(hours)
    for name, here, there in _shared(option, base):
        busy, paid = (
            prices.stack(base_used, column, there) - prices.stack(used, column, here)
            for column in ("busy_ms", "paid_ms")
        )
        net = busy - paid if paid.mean(axis=0).sum() > 0 else busy
        if net.mean(axis=0).sum() <= 0:
            continue
        hours += net / MS_PER_HOUR
        worth += net / MS_PER_HOUR * _hourly(base, name)
    return Released(hours, worth * price_factors(months, base.scenario.economics))


def _shared(option: Resolved, base: Resolved) -> Iterator[tuple[str, int, int]]:
    """Teams of the base's own that the option has: name, place in the option, place in the base."""
    places = {name: place for place, name in enumerate(option.scenario.teams)}
    for there, (name, team) in enumerate(base.scenario.teams.items()):
        if team.outsourced is None and name in places:
            yield name, places[name], there


def _hourly(resolved: Resolved, name: str) -> np.ndarray:
    return prices.by_month(resolved, lambda world: world.teams[name].wage * (1.0 + world.teams[name].on_cost))
