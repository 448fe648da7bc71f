"""What one contact, one resolution and one order cost: the one table of cash flows over stated denominators."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from evaluate.categories import CATEGORIES, NOT_SUPPORT
from evaluate.intervals import Figure, ratio_figure
from sim.demand.rates import orders_by_day
from sim.scenario.resolved import Resolved

if TYPE_CHECKING:
    import pandas as pd

    from sim.kpis import Usage


def unit_costs(resolved: Resolved, flows: pd.DataFrame, usages: Sequence[Usage]) -> dict[str, Figure]:
    """Fully loaded cost of support over the horizon (all flows but money in, what service does to sales, and the goods
    that come back), the warm-up included in both parts.

    ``cost_per_contact``: by contacts that an agent finished or a bot contained. ``cost_per_resolution``: by tickets
    that self-service, a bot or an agent resolved. ``cost_per_order``: by expected orders; no data where there are none.
    """
    count = len(usages)
    left_out = [key for key, entry in CATEGORIES.items() if entry.group in NOT_SUPPORT]
    support = flows[~flows["category"].isin(left_out)]
    spent = -support[support["amount"] < 0].groupby("rep")["amount"].sum()
    cost = spent.reindex(range(count), fill_value=0.0).to_numpy(dtype=np.float64)
    confidence = resolved.scenario.experiment.confidence
    orders = float(orders_by_day(resolved, 0).sum())
    denominators = {
        "cost_per_contact": [_contacts(usage) for usage in usages],
        "cost_per_resolution": [float(usage.tickets_resolved.sum()) for usage in usages],
        "cost_per_order": [orders] * count,
    }
    return {key: ratio_figure(cost, np.array(bottom), confidence) for key, bottom in denominators.items()}


def _contacts(usage: Usage) -> float:
    return float(usage.handled.sum() + usage.bot_contained.sum())
