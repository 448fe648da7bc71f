"""The measures of an appraisal, registered once: what each is called, its unit and what it means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


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
    Measure(
        "npv_with_released_time",
        "NPV with released time",
        "money",
        True,
        "the NPV and, at their pay, the hours that are freed and still paid: what it would be worth if posts went",
    ),
    Measure(
        "released_time",
        "Released time (present value)",
        "money",
        True,
        "hours busy less than in the base that did not become fewer paid hours x wage x (1 + on-cost), discounted; "
        "time and not cash, and in the NPV only where the scenario says count_released_time",
    ),
    Measure("released_hours", "Released time", "h", True, "those hours, over the horizon"),
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
    Measure(
        "npv_benefits_20_lower",
        "NPV if benefits are 20 % lower",
        "money",
        True,
        "NPV - 20 % x benefits",
    ),
    Measure("npv_costs_20_higher", "NPV if costs are 20 % higher", "money", True, "NPV - 20 % x costs"),
    Measure(
        "benefits_can_fall",
        "Benefits can fall by",
        "share",
        True,
        "NPV / benefits: the fall of all benefits at which the NPV is zero; below 0, what they would have to rise by",
    ),
    Measure(
        "costs_can_rise",
        "Costs can rise by",
        "share",
        True,
        "NPV / costs: the rise of all costs at which the NPV is zero; below 0, what they would have to fall by",
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

SPREAD = ("payback", "discounted_payback", "irr", "mirr", "peak_funding")
"""Measures that are told of the mean flows, and of every replication's own beside."""
MAY_NOT_EXIST = ("payback", "discounted_payback", "irr")


def _spread_of(key: str) -> tuple[Measure, ...]:
    """How a measure spreads over replications."""
    of = next(measure for measure in _REGISTERED if measure.key == key)
    never = ", one that never pays back counting as later than all" if "payback" in key else ""
    none = ", of those that have one" if key == "irr" else never
    tenths = tuple(
        Measure(
            f"{key}_p{tenth}",
            f"{of.title}, P{tenth}",
            of.unit,
            True,
            f"{tenth} % of the replications are below, each appraised by itself{none}",
        )
        for tenth in (10, 90)
    )
    if key not in MAY_NOT_EXIST:
        return tenths
    what = "pay back within the horizon" if "payback" in key else "have exactly one internal rate of return"
    return (*tenths, Measure(f"{key}_share", f"{of.title}: how often", "share", True, f"replications that {what}"))


MEASURES: Mapping[str, Measure] = {
    measure.key: measure
    for registered in _REGISTERED
    for measure in (registered, *(_spread_of(registered.key) if registered.key in SPREAD else ()))
}


def is_spread(key: str) -> bool:
    """Whether the measure says how another one spreads over the replications."""
    return any(key in (f"{of}_p10", f"{of}_p90", f"{of}_share") for of in SPREAD)
