"""Returns of goods and goodwill as figures of their own: how many, what they cost, and their carbon (semantics 8.3).

Returns follow from the expected orders, so they are the same in every replication; contacts about them are tickets
like any other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from evaluate import prices
from sim.demand.customers import month_of_day
from sim.demand.distributions import spread_law
from sim.demand.rates import lag_weights, orders_by_day
from sim.scenario.resolved import Resolved
from sim.scenario.schema import Scenario
from sim.scenario.units import MS_PER_DAY, growth_factor

if TYPE_CHECKING:
    import pandas as pd

    from sim.kpis import Usage

COLUMNS = ("scenario", "month", "method", "returns", "handling_cost", "value_lost", "carbon_kg")
ANY_WAY = "any"


@dataclass(frozen=True)
class ReturnsByMonth:
    """What came back by one method, float64 (months,) each."""

    method: str
    returns: np.ndarray
    handling_cost: np.ndarray
    value_lost: np.ndarray
    carbon_kg: np.ndarray
    refund_float: np.ndarray
    """Worth of having the refunds' money until they are paid."""


def returns_by_month(resolved: Resolved) -> list[ReturnsByMonth]:
    """Each method's returns by month, in declared order; empty where nothing comes back."""
    scenario, calendar = resolved.scenario, resolved.calendar
    if not any(world.returns.share + world.returns.abuse > 0 for world in resolved.variants):
        return []
    regime = resolved.regime_of_day[: calendar.days]
    month = month_of_day(calendar)
    back = _returns_by_day(resolved)

    def monthly_sum(read: list[float]) -> np.ndarray:
        weights = back * np.array(read, dtype=np.float64)[regime]
        return np.bincount(month, weights=weights, minlength=len(calendar.month_labels))

    found = []
    for name in list(scenario.returns.methods) or [ANY_WAY]:
        shares, costs, carbon = np.array([_method(world, name) for world in resolved.variants]).T
        values = np.array([world.customers.order_value for world in resolved.variants])
        losses = np.array([world.returns.loss for world in resolved.variants])
        held = np.array([_worth_of_delay(world) for world in resolved.variants])
        found.append(
            ReturnsByMonth(
                name,
                monthly_sum(shares.tolist()),
                monthly_sum((shares * costs).tolist()),
                monthly_sum((shares * values * losses).tolist()),
                monthly_sum((shares * carbon).tolist()),
                monthly_sum((shares * values * held).tolist()),
            )
        )
    return found


def returned(resolved: Resolved, method: str, holds: np.ndarray) -> np.ndarray:
    """Orders that come back by a method on days of the variants that ``holds`` (bool) names, float64 (months,)."""
    calendar = resolved.calendar
    share = np.array([_method(world, method)[0] for world in resolved.variants]) * holds
    back = _returns_by_day(resolved) * share[resolved.regime_of_day[: calendar.days]]
    return np.bincount(month_of_day(calendar), weights=back, minlength=len(calendar.month_labels))


def _method(world: Scenario, name: str) -> tuple[float, float, float]:
    """(share, cost, carbon) of a method in a world."""
    if not world.returns.methods:
        return 1.0, 0.0, 0.0
    method = world.returns.methods[name]
    return method.share, method.cost, method.carbon_kg


def _worth_of_delay(world: Scenario) -> float:
    """Interest on one unit of money from the return to the refund, at the discount rate."""
    return growth_factor(world.economics.discount_rate, world.returns.refund_after / MS_PER_DAY) - 1.0


def _returns_by_day(resolved: Resolved) -> np.ndarray:
    """float64 (days,): orders that come back on each day; a day's shares are its world's."""
    weights = lag_weights(spread_law(resolved.scenario.returns.lag))
    orders = orders_by_day(resolved, len(weights) - 1)
    worlds = np.array([world.returns.share + world.returns.abuse for world in resolved.variants])
    came = np.convolve(orders, weights, mode="valid")
    return np.asarray(came * worlds[resolved.regime_of_day[: resolved.calendar.days]])


def returns_table(resolved: Resolved) -> pd.DataFrame:
    """One row a month and method; nothing where nothing comes back."""
    import pandas as pd

    rows = [
        (resolved.scenario.name, label, one.method, *(float(getattr(one, name)[m]) for name in COLUMNS[3:]))
        for one in returns_by_month(resolved)
        for m, label in enumerate(resolved.calendar.month_labels)
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def return_lines(resolved: Resolved, replications: int) -> Iterator[tuple[str, str, bool, np.ndarray]]:
    """Lines of the cash-flow table."""
    for one in returns_by_month(resolved):
        item = "returns" if one.method == ANY_WAY else f"returns.methods.{one.method}"
        for category, amounts in (
            ("returns", one.handling_cost),
            ("returns_loss", one.value_lost),
            ("refund_float", one.refund_float),
        ):
            yield category, item, True, np.tile(amounts, (replications, 1))


def concession_lines(resolved: Resolved, usages: Sequence[Usage]) -> Iterator[tuple[str, str, bool, np.ndarray]]:
    """Goodwill by reason: tickets that an agent resolved x share x amount, by month of the resolution."""
    for index, name in enumerate(resolved.scenario.reasons):

        def mean(world: Scenario, name: str = name) -> float:
            granted = world.reasons[name].concession
            return granted.share * granted.amount

        yield (
            "concessions",
            f"reasons.{name}",
            True,
            prices.stack(usages, "agent_resolved", index) * prices.by_month(resolved, mean),
        )
