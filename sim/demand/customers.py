"""How many customers there are on each day: those who join and leave anyway, and those whom service loses and wins.

Conservation, day by day: customers + new + won - lost - churn = customers of the next day (semantics 8.2).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.scenario.calendar import Calendar, add_months
from sim.scenario.resolved import Resolved
from sim.scenario.segments import customers_of
from sim.scenario.units import growth_factor


@dataclass(frozen=True)
class CustomerPath:
    """Customers at the start of each day, float64 (days,): active = those of the open loop - missing + gained."""

    active: np.ndarray
    missing: np.ndarray
    """Whom service has lost and who would still be there; below 0 whom it has kept."""
    gained: np.ndarray
    """Who came by recommendation and is still there; below 0 who was deterred."""
    leaving: np.ndarray
    """Who leaves on the day for what happened to them, beyond `customers.churn`."""
    coming: np.ndarray
    """Who comes on the day by recommendation, beyond `customers.new`."""


def customer_path(
    resolved: Resolved, churned: np.ndarray, referred: np.ndarray, segment: str | None = None
) -> CustomerPath:
    """The customers of each day, when ``churned`` leave and ``referred`` come in each month, (months,) each.

    ``segment``: of that segment only (None: where there are no segments).

    Both are spread evenly over the days of their month (of the whole month, where the horizon cuts it). Nobody leaves
    who is not there, nobody is kept who would not have left, and nobody is deterred who would not have come.
    """
    calendar = resolved.calendar
    month = month_of_day(calendar)
    lost_by_day, won_by_day = (
        np.asarray(by_month)[month] / _days_of(calendar)[month] for by_month in (churned, referred)
    )
    worlds = [customers_of(variant, segment or "") for variant in resolved.variants]
    active, missing, gained = worlds[0].active, 0.0, 0.0
    rows = []
    for day in range(calendar.days):
        customers = worlds[resolved.regime_of_day[day]]
        stays = growth_factor(-customers.churn, 1.0)
        coming = max(won_by_day[day], -customers.new)
        most = active * stays + customers.new + coming
        leaving = min(max(lost_by_day[day], active * stays - active), most)
        rows.append((active, missing, gained, leaving, coming))
        active = active * stays + customers.new + (coming - leaving)
        missing = missing * stays + leaving
        gained = gained * stays + coming
    return CustomerPath(*np.array(rows, dtype=np.float64).reshape(-1, 5).T)


def following(by_month: np.ndarray) -> np.ndarray:
    """What tickets of each month come to in the month after: (..., months) moved by one, nothing in the first."""
    later = np.zeros_like(by_month, dtype=np.float64)
    later[..., 1:] = by_month[..., :-1]
    return later


def month_of_day(calendar: Calendar) -> np.ndarray:
    """int64 (days,): the month in which each local day begins."""
    starts = calendar.day_edges_ms[: calendar.days]
    return np.asarray(np.searchsorted(calendar.month_edges_ms, starts, side="right") - 1)


def _days_of(calendar: Calendar) -> np.ndarray:
    """int64 (months,): days of each month had the horizon not cut it."""
    firsts = [calendar.day_of_date(add_months(calendar.start, k)) for k in range(len(calendar.month_labels) + 1)]
    return np.diff(firsts)
