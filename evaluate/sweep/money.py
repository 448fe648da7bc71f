"""Money of a point: what support costs a year, and what the point is worth against the scenario as it is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from evaluate.cashflow import lines
from evaluate.categories import CATEGORIES, NOT_SUPPORT
from evaluate.compare import NotComparable, check_comparable
from evaluate.intervals import Figure, mean_figure, ratio_figure
from evaluate.measures import FlowArrays, alone, present_values
from evaluate.unit_costs import units_by_month
from sim.kpis import Usage
from sim.replicate import Replications
from sim.scenario.resolved import Resolved
from sim.scenario.units import MONTHS_PER_YEAR

MEASURES = {
    "annual_cost": "Annual cost of support",
    "npv": "NPV against the unswept scenario",
    "total": "Net total over the horizon",
    "cost_per_contact": "Cost per contact",
    "cost_per_resolution": "Cost per resolution",
}
"""Money that a sweep tells, with titles. `annual_cost` is positive, in `total` money out is negative."""


def flows_of(resolved: Resolved, usages: Sequence[Usage]) -> FlowArrays:
    """Cash flows as arrays, categories in registered order."""
    found: dict[tuple[str, bool], np.ndarray] = {}
    for category, _, tangible, amounts in lines(resolved, usages):
        key = (category, tangible)
        found[key] = found.get(key, 0.0) + CATEGORIES[category].sign * amounts
    order = list(CATEGORIES)
    keys = tuple(sorted(found, key=lambda key: (order.index(key[0]), not key[1])))
    shape = (len(usages), len(resolved.calendar.month_labels))
    return FlowArrays(keys, np.stack([found[key] for key in keys]) if keys else np.zeros((0, *shape)))


def money_of(run: Replications, base: Replications | None) -> dict[str, Figure]:
    """Figures of money by measure; empty where nothing has a price. ``base`` is the unswept scenario on the same tapes.

    Without a base, or where the point has another horizon, currency or discount rate, the NPV is "no data".
    """
    resolved, confidence = run.resolved, run.resolved.scenario.experiment.confidence
    flows = flows_of(resolved, run.usage)
    before = None if base is None else flows_of(base.resolved, base.usage)
    if not flows.categories and (before is None or not before.categories):
        return {}
    by_itself = alone(flows, resolved)
    monthly = by_itself.get("equivalent_monthly_support", by_itself["equivalent_monthly"])
    return {
        "annual_cost": _times(monthly, -MONTHS_PER_YEAR),
        "npv": Figure(None) if base is None or before is None else _npv(run, flows, base, before),
        "total": by_itself["total"],
        **{
            key: ratio_figure(_spent(flows), units_by_month(resolved, run.usage, key).sum(axis=1), confidence)
            for key in ("cost_per_contact", "cost_per_resolution")
        },
    }


def _spent(flows: FlowArrays) -> np.ndarray:
    """Money out for support by replication, positive."""
    support = np.array([CATEGORIES[key].group not in NOT_SUPPORT for key, _ in flows.categories], dtype=bool)
    spent: np.ndarray = -np.minimum(flows.amounts[support], 0.0).sum(axis=(0, 2))
    return spent


def _times(figure: Figure, factor: float) -> Figure:
    if figure.value is None:
        return figure
    ends = [None if end is None else end * factor + 0.0 for end in (figure.low, figure.high)]
    low, high = reversed(ends) if factor < 0 else ends
    return Figure(figure.value * factor + 0.0, low, high)


def _npv(run: Replications, flows: FlowArrays, base: Replications, before: FlowArrays) -> Figure:
    """Present value less that of the base, tape by tape, as far as both have the tape."""
    other = run.resolved.scenario.model_copy(update={"name": f"{base.resolved.scenario.name} at a point"})
    try:
        check_comparable([base.resolved, replace(run.resolved, scenario=other)], [0, 0])
    except NotComparable:
        return Figure(None)
    now, then = (present_values(each, base.resolved).sum(axis=0) for each in (flows, before))
    count = min(len(now), len(then))
    return mean_figure(now[:count] - then[:count], run.resolved.scenario.experiment.confidence)
