"""Prices by month: a declared price under every dated change to it, and how much of each month a cost is live."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from sim.scenario.calendar import Calendar, add_months
from sim.scenario.resolved import Resolved
from sim.scenario.schema import Scenario
from sim.scenario.schema.money import Cost
from sim.scenario.units import per_month

if TYPE_CHECKING:
    from sim.kpis import Usage


def by_month(resolved: Resolved, price: Callable[[Scenario], float]) -> np.ndarray:
    """Mean of ``price`` over the days of each month, float64 (months,): a dated change counts for its days."""
    variants = np.array([price(variant) for variant in resolved.variants], dtype=np.float64)
    daily = variants[resolved.regime_of_day]
    calendar = resolved.calendar
    first = np.searchsorted(calendar.day_edges_ms, calendar.month_edges_ms[:-1], side="right") - 1
    until = np.searchsorted(calendar.day_edges_ms, calendar.month_edges_ms[1:], side="left")
    return np.array([daily[a:b].mean() for a, b in zip(first, until, strict=True)])


def stack(usages: Sequence[Usage], column: str, index: int) -> np.ndarray:
    """One line of a column of every replication's usage, float64 (replications, months)."""
    return np.stack([np.asarray(getattr(usage, column)[index], dtype=np.float64) for usage in usages])


def _start_ms(cost: Cost, calendar: Calendar) -> int:
    return 0 if cost.starts is None else calendar.clock_ms(calendar.day_of_date(cost.starts), 0)


def full_month_ms(calendar: Calendar) -> np.ndarray:
    """Length of every month had the horizon not cut it, float64 (months,)."""
    days = [calendar.day_of_date(add_months(calendar.start, k)) for k in range(len(calendar.month_labels) + 1)]
    return np.diff([calendar.clock_ms(day, 0) for day in days]).astype(np.float64)


def live_share(cost: Cost, calendar: Calendar) -> np.ndarray:
    """Share of each calendar month in which the cost runs, float64 (months,): 1.0 for a whole month of any length."""
    edges = np.array(calendar.month_edges_ms, dtype=np.float64)
    lived = np.clip(edges[1:] - np.maximum(edges[:-1], _start_ms(cost, calendar)), 0.0, None)
    return np.asarray(lived / full_month_ms(calendar))


def running(resolved: Resolved, cost: Callable[[Scenario], Cost]) -> np.ndarray:
    """Running cost by month, float64 (months,), positive: 900 EUR/month is 900 in a short month too."""
    price = by_month(resolved, lambda scenario: per_month(cost(scenario).running))
    return np.asarray(price * live_share(cost(resolved.scenario), resolved.calendar))


def upfront(resolved: Resolved, cost: Callable[[Scenario], Cost]) -> np.ndarray:
    """Upfront cost in the month in which it starts, float64 (months,), positive.

    What started before the horizon is sunk and left out; what starts after it is not there yet.
    """
    declared = cost(resolved.scenario)
    edges = np.array(resolved.calendar.month_edges_ms)
    paid = np.zeros(len(edges) - 1)
    month = int(np.searchsorted(edges, _start_ms(declared, resolved.calendar), side="right")) - 1
    if 0 <= month < len(paid):
        paid[month] = declared.upfront
    return paid
