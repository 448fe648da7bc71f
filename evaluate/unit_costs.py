"""What one contact, one resolution and one order cost: the one table of cash flows over stated denominators."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from evaluate.categories import CATEGORIES, NOT_SUPPORT
from evaluate.intervals import Figure, ratio_figure
from sim.demand.rates import orders_by_day
from sim.scenario.resolved import Resolved

KEYS = ("cost_per_contact", "cost_per_resolution", "cost_per_order")

if TYPE_CHECKING:
    import pandas as pd

    from sim.kpis import Usage


def unit_costs(resolved: Resolved, flows: pd.DataFrame, usages: Sequence[Usage]) -> dict[str, Figure]:
    """Fully loaded cost of support over the horizon (all flows but money in, what service does to sales, and the goods
    that come back), the warm-up included in both parts.

    ``cost_per_contact``: by contacts that an agent finished or a bot contained. ``cost_per_resolution``: by tickets
    that self-service, a bot or an agent resolved. ``cost_per_order``: by expected orders; no data where there are none.
    """
    spent = _support_out(flows).groupby("rep")["amount"].sum()
    cost = -spent.reindex(range(len(usages)), fill_value=0.0).to_numpy(dtype=np.float64)
    confidence = resolved.scenario.experiment.confidence
    return {key: ratio_figure(cost, units_by_month(resolved, usages, key).sum(axis=1), confidence) for key in KEYS}


def spent_by_month(resolved: Resolved, flows: pd.DataFrame, count: int) -> np.ndarray:
    """Money out for support, positive, float64 (replications, months)."""
    months = list(resolved.calendar.month_labels)
    found = np.zeros((count, len(months)))
    out = _support_out(flows)
    where = (out["rep"].to_numpy(dtype=np.int64), out["month"].map(months.index).to_numpy(dtype=np.int64))
    np.add.at(found, where, -out["amount"].to_numpy(dtype=np.float64))
    return found


def _support_out(flows: pd.DataFrame) -> pd.DataFrame:
    """Rows of money out for support."""
    left_out = [key for key, entry in CATEGORIES.items() if entry.group in NOT_SUPPORT]
    return flows[~flows["category"].isin(left_out) & (flows["amount"] < 0)]


def units_by_month(resolved: Resolved, usages: Sequence[Usage], key: str) -> np.ndarray:
    """What a unit cost divides by, float64 (replications, months): contacts, tickets resolved, expected orders."""
    if key == "cost_per_contact":
        return np.stack([usage.handled.sum(axis=0) + usage.bot_contained.sum(axis=0) for usage in usages])
    if key == "cost_per_resolution":
        return np.stack([np.asarray(usage.tickets_resolved, dtype=np.float64) for usage in usages])
    calendar = resolved.calendar
    first = np.searchsorted(calendar.day_edges_ms, calendar.month_edges_ms[:-1], side="left")
    orders = np.add.reduceat(orders_by_day(resolved, 0)[: calendar.days], first)
    return np.tile(orders, (len(usages), 1))
