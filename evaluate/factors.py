"""Prices as inputs: which values of the scenario price a line, and on which share of each month each of them holds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from evaluate import prices
from sim.scenario.resolved import Resolved
from sim.scenario.schema import Scenario
from sim.scenario.units import growth_factor

Enters = Literal["times", "one_plus", "interest"]
MOST_CASES = 12
"""A price that takes more values than this over the horizon is not given as inputs."""


@dataclass(frozen=True)
class Factor:
    """One value of the scenario that a line is multiplied with."""

    path: str
    value: float
    unit: str
    enters: Enters = "times"
    """``times``: as it is; ``one_plus``: 1 + value; ``interest``: of value days at the discount rate."""
    since: str = ""
    """The first day on which a dated change gives it this value; empty: the value that is declared."""

    def multiplier(self, discount_rate: float) -> float:
        """What the line is multiplied with."""
        if self.enters == "one_plus":
            return 1.0 + self.value
        return growth_factor(discount_rate, self.value) - 1.0 if self.enters == "interest" else self.value


@dataclass(frozen=True)
class Price:
    """Where a factor is read in a scenario."""

    path: str
    unit: str
    read: Callable[[Scenario], float]
    enters: Enters = "times"


Product = tuple[str, str, bool, str, str, np.ndarray, tuple[Factor, ...]]
"""Category, item, tangible, what the driver counts, its unit, driver (replications, months), factors."""


def cases(resolved: Resolved, read: Sequence[Price]) -> Iterator[tuple[np.ndarray, tuple[Factor, ...]]]:
    """Each set of values that holds at some time: its share of each month float64 (months,), and the factors.

    One where no dated change touches the prices; none where they take too many values.
    """
    place = {id(world): k for k, world in enumerate(resolved.variants)}
    for holds, factors in worlds_of(resolved, read):
        share = prices.by_month(resolved, lambda world, holds=holds: float(holds[place[id(world)]]))  # type: ignore[misc]
        if share.any():
            yield share, factors


def worlds_of(resolved: Resolved, read: Sequence[Price]) -> Iterator[tuple[np.ndarray, tuple[Factor, ...]]]:
    """Each set of values: in which variants it holds, bool (variants,), and the factors; none where there are many."""
    by_variant = [tuple(price.read(world) for price in read) for world in resolved.variants]
    distinct = list(dict.fromkeys(by_variant))
    if len(distinct) > MOST_CASES:
        return
    for held in distinct:
        holds = np.array([values == held for values in by_variant])
        yield holds, tuple(_factor(resolved, price, k, held[k], by_variant) for k, price in enumerate(read))


def _factor(resolved: Resolved, price: Price, k: int, value: float, by_variant: list[tuple[float, ...]]) -> Factor:
    since = ""
    if value != by_variant[0][k]:
        holds = np.array([values[k] == value for values in by_variant])[resolved.regime_of_day]
        since = (resolved.calendar.start + dt.timedelta(days=int(np.argmax(holds)))).isoformat()
    return Factor(price.path, value, price.unit, price.enters, since)
