"""The measures of an appraisal, registered once, and their table: one scenario alone, or an option against the base."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from evaluate.appraisal import Appraised, appraise, equivalent_amount, period_times
from evaluate.categories import CATEGORIES, NOT_SUPPORT
from evaluate.intervals import Figure, mean_figure, ratio_figure
from sim.scenario.calendar import add_months
from sim.scenario.resolved import Resolved
from sim.scenario.units import MS_PER_DAY, monthly

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Measure:
    """One line of the appraisal."""

    key: str
    title: str
    unit: str
    """``money`` stands for the scenario's currency."""
    against_base: bool
    definition: str


_REGISTERED = (
    Measure(
        "present_value",
        "Present value",
        "money",
        False,
        "sum of the discounted cash flows of the scenario alone; money out is negative",
    ),
    Measure("total", "Total, undiscounted", "money", False, "sum of the cash flows of the scenario alone"),
    Measure(
        "equivalent_monthly",
        "Monthly equivalent of all flows",
        "money/month",
        False,
        "the equal monthly amount with the same present value; money out is negative",
    ),
    Measure(
        "total_support",
        "of which support, undiscounted",
        "money",
        False,
        "the total without what service does to sales (margin lost and won) and goods that come back",
    ),
    Measure(
        "equivalent_monthly_support",
        "of which support",
        "money/month",
        False,
        "the monthly equivalent without what service does to sales (margin lost and won) and goods that come back",
    ),
    Measure(
        "cost_per_contact",
        "Cost per contact",
        "money",
        False,
        "all cost / contacts that an agent finished or a bot contained",
    ),
    Measure(
        "cost_per_resolution",
        "Cost per resolution",
        "money",
        False,
        "all cost / tickets resolved by self-service, bot or agent",
    ),
    Measure(
        "cost_per_order",
        "Cost per order",
        "money",
        False,
        "all cost / expected orders",
    ),
    Measure(
        "npv",
        "NPV against the base",
        "money",
        True,
        "present value of the differences of monthly flows, option less base; savings are positive",
    ),
    Measure(
        "npv_tangible",
        "NPV, tangible only",
        "money",
        True,
        "the same without categories that do not move through the accounts",
    ),
    Measure("net_total", "Net total, undiscounted", "money", True, "sum of the differences of flows"),
    Measure(
        "benefits",
        "Benefits (present value)",
        "money",
        True,
        "categories that improve on the base over the horizon, discounted",
    ),
    Measure(
        "costs",
        "Costs (present value)",
        "money",
        True,
        "categories that cost more than in the base over the horizon, discounted, as a positive amount",
    ),
    Measure(
        "roi",
        "Return on investment",
        "share",
        True,
        "(benefits - costs) / costs, both discounted; read it beside the NPV",
    ),
    Measure("benefit_cost_ratio", "Benefit-cost ratio", "ratio", True, "benefits / costs, both discounted"),
    Measure(
        "payback",
        "Payback",
        "months",
        True,
        "when the cumulative mean net flow reaches zero and stays there; empty is never within the horizon",
    ),
    Measure("discounted_payback", "Discounted payback", "months", True, "the same with discounted flows"),
    Measure(
        "irr",
        "Internal rate of return",
        "share/year",
        True,
        "the yearly rate at which the NPV is zero; only where the flows change sign exactly once",
    ),
    Measure(
        "mirr",
        "Modified internal rate",
        "share/year",
        True,
        "outflows financed and inflows reinvested at the discount rate",
    ),
    Measure(
        "equivalent_monthly_saving",
        "Equivalent monthly saving",
        "money/month",
        True,
        "the equal monthly amount with the same NPV",
    ),
    Measure(
        "peak_funding",
        "Peak funding",
        "money",
        True,
        "most money out of pocket at any time, from the cumulative mean net flow",
    ),
)

MEASURES: Mapping[str, Measure] = {measure.key: measure for measure in _REGISTERED}
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


def categories_of(*tables: pd.DataFrame) -> Keys:
    """(category, tangible) in registered order, over all tables."""
    seen = {key for table in tables for key in zip(table["category"], table["tangible"].astype(bool), strict=True)}
    return tuple(sorted(seen, key=lambda key: (list(CATEGORIES).index(key[0]), not key[1])))


def present_values(flows: FlowArrays, resolved: Resolved) -> np.ndarray:
    """Present value by category and replication, float64 (categories, replications)."""
    economics = resolved.scenario.economics
    rate, months = monthly(economics.discount_rate), flows.amounts.shape[2]
    later = (1.0 + rate) ** -period_times(months, economics.timing)
    start = (1.0 + rate) ** -period_times(months, "start")
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


def against(option: FlowArrays, base: FlowArrays, resolved: Resolved) -> tuple[Table, Appraised]:
    """Measures of an option against the base, replication by replication (the same tapes)."""
    confidence = resolved.scenario.experiment.confidence
    difference = FlowArrays(option.categories, option.amounts - base.amounts)
    by_category = present_values(difference, resolved)
    tangible = np.array([tangible for _, tangible in difference.categories], dtype=bool)
    gains = by_category.mean(axis=1) > 0
    benefits, costs = by_category[gains].sum(axis=0), -by_category[~gains].sum(axis=0)
    mean = _appraised(difference.amounts.mean(axis=1), difference.upfront, resolved)
    values = by_category.sum(axis=0)
    return {
        "npv": mean_figure(values, confidence),
        "npv_tangible": mean_figure(by_category[tangible].sum(axis=0), confidence),
        "net_total": mean_figure(difference.amounts.sum(axis=(0, 2)), confidence),
        "benefits": mean_figure(benefits, confidence),
        "costs": mean_figure(costs, confidence),
        "roi": ratio_figure(benefits - costs, costs, confidence),
        "benefit_cost_ratio": ratio_figure(benefits, costs, confidence),
        "payback": Figure(mean.payback_months),
        "discounted_payback": Figure(mean.discounted_payback_months),
        "irr": Figure(mean.rate_per_year),
        "mirr": Figure(mean.modified_rate_per_year),
        "equivalent_monthly_saving": mean_figure(_equivalent(values, difference, resolved), confidence),
        "peak_funding": Figure(mean.peak_funding),
    }, mean


def _equivalent(values: np.ndarray, flows: FlowArrays, resolved: Resolved) -> np.ndarray:
    """Of whole months; one that the horizon cuts short weighs by its share, or five days would cost a month's money."""
    economics = resolved.scenario.economics
    times, rate = period_times(flows.amounts.shape[2], economics.timing), monthly(economics.discount_rate)
    return np.asarray(values * equivalent_amount(1.0, times, rate, _last_month(resolved)))


def _last_month(resolved: Resolved) -> float:
    """Share of the last month that the horizon covers."""
    calendar = resolved.calendar
    first, edges = calendar.start, calendar.month_edges_ms
    count = len(edges) - 1
    days = (add_months(first, count) - add_months(first, count - 1)).days
    return min(1.0, (edges[-1] - edges[-2]) / (days * MS_PER_DAY)) if resolved.scenario.horizon.months is None else 1.0
