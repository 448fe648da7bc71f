"""The measures of an appraisal as a table of figures: one scenario alone, or an option against the base."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from evaluate.appraisal import Appraised, appraise, equivalent_amount
from evaluate.categories import CATEGORIES, NOT_SUPPORT
from evaluate.conventions import discount_factors, times
from evaluate.intervals import Figure, mean_figure, ratio_figure
from evaluate.measure_list import MEASURES, Measure
from evaluate.released import Released
from evaluate.spread import spread
from sim.scenario.calendar import add_months
from sim.scenario.resolved import Resolved
from sim.scenario.units import MS_PER_DAY, monthly

if TYPE_CHECKING:
    import pandas as pd


STRESS = 0.2
"""By how much the figures that ask "what if" lower benefits and raise costs."""
Table = dict[str, Figure]
Keys = tuple[tuple[str, bool], ...]
"""(category, tangible), in registered order."""


@dataclass(frozen=True)
class FlowArrays:
    """Cash flows of one scenario as arrays: categories x replications x months, and which of them are tangible."""

    categories: Keys
    amounts: np.ndarray  # float64 (categories, replications, months)

    @property
    def upfront(self) -> np.ndarray:
        """bool (categories,): counted at the start of their month."""
        return np.array([CATEGORIES[key].upfront for key, _ in self.categories], dtype=bool)


def flow_arrays(
    flows: pd.DataFrame, keys: tuple[tuple[str, bool], ...], reps: int, months: tuple[str, ...]
) -> FlowArrays:
    """The table of `cash_flows` as arrays; a category that the scenario does not have is zero."""
    amounts = np.zeros((len(keys), reps, len(months)))
    if len(flows):
        line = {key: place for place, key in enumerate(keys)}
        place = [line[key] for key in zip(flows["category"], flows["tangible"].astype(bool), strict=True)]
        column = {label: place for place, label in enumerate(months)}
        where = (
            np.array(place),
            flows["rep"].to_numpy(dtype=np.int64),
            flows["month"].map(column).to_numpy(dtype=np.int64),
        )
        np.add.at(amounts, where, flows["amount"].to_numpy(dtype=np.float64))
    return FlowArrays(keys, amounts)


def with_line(flows: FlowArrays, category: str, time: Released | None) -> FlowArrays:
    """The flows with one category more, of zeros where there is nothing."""
    line = np.zeros((1, *flows.amounts.shape[1:])) if time is None else time.worth[None]
    key = (category, CATEGORIES[category].tangible)
    return FlowArrays((*flows.categories, key), np.concatenate([flows.amounts, line]))


def categories_of(*tables: pd.DataFrame) -> Keys:
    """(category, tangible) in registered order, over all tables."""
    seen = {key for table in tables for key in zip(table["category"], table["tangible"].astype(bool), strict=True)}
    return tuple(sorted(seen, key=lambda key: (list(CATEGORIES).index(key[0]), not key[1])))


def present_values(flows: FlowArrays, resolved: Resolved) -> np.ndarray:
    """Present value by category and replication, float64 (categories, replications)."""
    economics, months = resolved.scenario.economics, flows.amounts.shape[2]
    later, start = (discount_factors(months, economics, upfront) for upfront in (False, True))
    factor = np.where(flows.upfront[:, None], start[None, :], later[None, :])
    return np.asarray(np.einsum("crm,cm->cr", flows.amounts, factor))


def _appraised(amounts: np.ndarray, upfront: np.ndarray, resolved: Resolved) -> Appraised:
    """Appraisal of mean flows (categories, months)."""
    economics = resolved.scenario.economics
    rate = monthly(economics.discount_rate)
    return appraise(amounts[upfront].sum(axis=0), amounts[~upfront].sum(axis=0), rate, economics.timing)


def alone(flows: FlowArrays, resolved: Resolved) -> Table:
    """Measures of one scenario by itself."""
    confidence = resolved.scenario.experiment.confidence
    values = present_values(flows, resolved).sum(axis=0)
    found = {
        "present_value": mean_figure(values, confidence),
        "total": mean_figure(flows.amounts.sum(axis=(0, 2)), confidence),
        "equivalent_monthly": mean_figure(_equivalent(values, flows, resolved), confidence),
    }
    support = np.array([CATEGORIES[key].group not in NOT_SUPPORT for key, _ in flows.categories], dtype=bool)
    if not support.all():
        only = present_values(flows, resolved)[support].sum(axis=0)
        found["total_support"] = mean_figure(flows.amounts[support].sum(axis=(0, 2)), confidence)
        found["equivalent_monthly_support"] = mean_figure(_equivalent(only, flows, resolved), confidence)
    return found


def against(
    option: FlowArrays, base: FlowArrays, resolved: Resolved, time: Released | None = None
) -> tuple[Table, Appraised]:
    """Measures of an option against the base, replication by replication (the same tapes).

    ``time`` is what the option releases; where the scenario counts it, it is among the flows already.
    """
    confidence = resolved.scenario.experiment.confidence
    difference = FlowArrays(option.categories, option.amounts - base.amounts)
    by_category = present_values(difference, resolved)
    tangible = np.array([tangible for _, tangible in difference.categories], dtype=bool)
    gains = by_category.mean(axis=1) > 0
    benefits, costs = by_category[gains].sum(axis=0), -by_category[~gains].sum(axis=0)
    mean = _appraised(difference.amounts.mean(axis=1), difference.upfront, resolved)
    values = by_category.sum(axis=0)
    found = {
        "npv": mean_figure(values, confidence),
        "npv_tangible": mean_figure(by_category[tangible].sum(axis=0), confidence),
        **_of_time(values, time, resolved),
        "net_total": mean_figure(difference.amounts.sum(axis=(0, 2)), confidence),
        "benefits": mean_figure(benefits, confidence),
        "costs": mean_figure(costs, confidence),
        "roi": ratio_figure(benefits - costs, costs, confidence),
        "npv_benefits_20_lower": mean_figure(values - STRESS * benefits, confidence),
        "npv_costs_20_higher": mean_figure(values - STRESS * costs, confidence),
        "benefits_can_fall": ratio_figure(values, benefits, confidence),
        "costs_can_rise": ratio_figure(values, costs, confidence),
        "benefit_cost_ratio": ratio_figure(benefits, costs, confidence),
        "payback": Figure(mean.payback_months),
        "discounted_payback": Figure(mean.discounted_payback_months),
        "irr": Figure(mean.rate_per_year),
        "mirr": Figure(mean.modified_rate_per_year),
        "equivalent_monthly_saving": mean_figure(_equivalent(values, difference, resolved), confidence),
        "peak_funding": Figure(mean.peak_funding),
    }
    each = [_appraised(difference.amounts[:, rep], difference.upfront, resolved) for rep in range(len(values))]
    return found | spread(each), mean


def _of_time(values: np.ndarray, time: Released | None, resolved: Resolved) -> Table:
    """Released time beside the NPV, which holds it only where it is declared to count."""
    if time is None or not time.hours.any():
        return {}
    economics, confidence = resolved.scenario.economics, resolved.scenario.experiment.confidence
    worth = time.worth @ discount_factors(time.worth.shape[1], economics)
    return {
        "npv_with_released_time": mean_figure(values + (0 if economics.count_released_time else worth), confidence),
        "released_time": mean_figure(worth, confidence),
        "released_hours": mean_figure(time.hours.sum(axis=1), confidence),
    }


def _equivalent(values: np.ndarray, flows: FlowArrays, resolved: Resolved) -> np.ndarray:
    """Of whole months; one that the horizon cuts short weighs by its share, or five days would cost a month's money."""
    economics = resolved.scenario.economics
    when, rate = times(flows.amounts.shape[2], economics), monthly(economics.discount_rate)
    return np.asarray(values * equivalent_amount(1.0, when, rate, _last_month(resolved)))


def _last_month(resolved: Resolved) -> float:
    """Share of the last month that the horizon covers."""
    calendar = resolved.calendar
    first, edges = calendar.start, calendar.month_edges_ms
    count = len(edges) - 1
    days = (add_months(first, count) - add_months(first, count - 1)).days
    return min(1.0, (edges[-1] - edges[-2]) / (days * MS_PER_DAY)) if resolved.scenario.horizon.months is None else 1.0


__all__ = [
    "MEASURES", "FlowArrays", "Measure", "Table", "against", "alone", "categories_of", "flow_arrays", "present_values",
    "with_line",
]  # fmt: skip
