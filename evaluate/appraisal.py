"""Appraisal of money over time: present value, payback, rates of return. Pure functions on flows.

A flow is an amount (money out negative) and a time in *periods* from the decision, 0 being today. Rates are per
period. deskplan's period is the month, and its monthly rate is ``(1 + r) ** (1 / 12) - 1``, never ``r / 12``. The same
functions serve yearly tables when the period is a year, and dated flows when times are fractions of a year.

Conventions, stated once: a month's flows count at its start, middle or end as the scenario's ``economics.timing`` says;
what is paid upfront counts at its own month's start.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evaluate.rates import internal_rate, sign_changes, why_no_rate

TIMING = {"start": 0.0, "mid": 0.5, "end": 1.0}


def period_times(periods: int, timing: str) -> np.ndarray:
    """Times (in periods) at which the flows of periods 0 .. periods - 1 count: ``end`` puts the first at 1."""
    return np.arange(periods, dtype=np.float64) + TIMING[timing]


def present_value(amounts: Sequence[float] | np.ndarray, times: Sequence[float] | np.ndarray, rate: float) -> float:
    """Sum of ``amount / (1 + rate) ** time``.

    A spreadsheet's ``NPV(rate, ...)`` has times 1, 2, ...: its first value is discounted by one period.

    >>> round(present_value([-10000, 3000, 4200, 6800], [1, 2, 3, 4], 0.10), 2)
    1188.44
    >>> round(present_value([-10000, 3000, 4200, 6800], [0, 1, 2, 3], 0.10), 2)
    1307.29
    """
    if rate <= -1:
        raise ValueError("a rate of -100 % or less has no present value")
    return math.fsum(np.asarray(amounts, dtype=np.float64) * (1.0 + rate) ** -np.asarray(times, dtype=np.float64))


def equivalent_amount(value: float, times: Sequence[float] | np.ndarray, rate: float, last: float = 1.0) -> float:
    """The equal amount at each of ``times`` that is worth ``value`` today (an annuity; at rate 0 simply the mean).

    ``last`` is the share of the last period that is covered: it bears only that share of the amount.

    >>> round(equivalent_amount(-100, range(1, 31), 0.0), 4)
    -3.3333
    >>> equivalent_amount(-300, range(1, 3), 0.0, last=0.5)
    -200.0
    """
    shares = np.ones(len(times))
    shares[-1] = last
    return value / present_value(shares, times, rate)


def modified_internal_rate(
    amounts: Sequence[float] | np.ndarray, times: Sequence[float] | np.ndarray, finance: float, reinvest: float
) -> float | None:
    """Modified internal rate of return per period: outflows financed, inflows reinvested to the last time.

    None without both an outflow and an inflow, or where all flows fall on one date.

    >>> flows = [-120000, 39000, 30000, 21000, 37000, 46000]
    >>> round(modified_internal_rate(flows, range(6), 0.10, 0.12), 6)
    0.126094
    """
    when, money = np.asarray(times, dtype=np.float64), np.asarray(amounts, dtype=np.float64)
    span = float(when.max() - when.min()) if len(when) else 0.0
    paid = -present_value(np.minimum(money, 0.0), when - when.min(), finance) if span else 0.0
    earned = present_value(np.maximum(money, 0.0), when - when.max(), reinvest) if span else 0.0
    return float((earned / paid) ** (1.0 / span) - 1.0) if paid > 0 and earned > 0 else None


def payback(upfront: Sequence[float] | np.ndarray, flows: Sequence[float] | np.ndarray) -> float | None:
    """Periods until the cumulative net flow reaches zero *and stays there*; None is "never within the horizon".

    ``upfront[k]`` is paid at the start of period k, ``flows[k]`` arrives evenly over period k. Nothing is extrapolated
    past the last period. Discounted payback is the same with discounted amounts. 0.0: never out of pocket.

    >>> payback([-1000, 0, 0], [400, 400, 400]), payback([-500, 0], [100, 100])
    (2.5, None)
    """
    total, reached = 0.0, 0.0
    for period, (paid, flow) in enumerate(zip(upfront, flows, strict=True)):
        before = total + paid
        total = before + flow
        if total < 0:
            reached = math.inf
        elif before < 0:
            reached = period + -before / flow
    return reached if math.isfinite(reached) else None


def peak_funding(upfront: Sequence[float] | np.ndarray, flows: Sequence[float] | np.ndarray) -> float:
    """Most money that is ever out of pocket: the deepest point of the cumulative net flow, as a positive amount.

    >>> peak_funding([-100, -50, 0], [20, 20, 200])
    130.0
    """
    total = lowest = 0.0
    for paid, flow in zip(upfront, flows, strict=True):
        lowest = min(lowest, total + paid)
        total += paid + flow
        lowest = min(lowest, total)
    return -lowest


@dataclass(frozen=True)
class Appraised:
    """Measures of one stream of monthly flows. None: there is no such figure (`why_no_rate` says why)."""

    npv: float
    total: float
    payback_months: float | None
    discounted_payback_months: float | None
    rate_per_year: float | None
    modified_rate_per_year: float | None
    equivalent_monthly: float
    peak_funding: float
    why_no_rate: str = ""
    """Where there is no one internal rate: why, and all the rates that there are."""


def _per_year(per_month: float | None) -> float | None:
    return None if per_month is None else (1.0 + per_month) ** 12 - 1.0


def appraise(upfront: np.ndarray, flows: np.ndarray, rate_per_month: float, timing: str) -> Appraised:
    """Appraise ``upfront`` (at the start of the month) and other ``flows`` (by ``timing``), shape (months,) each."""
    months = len(flows)
    when_upfront, when_flows = np.arange(months, dtype=np.float64), period_times(months, timing)
    amounts, times = np.concatenate([upfront, flows]), np.concatenate([when_upfront, when_flows])
    npv = present_value(amounts, times, rate_per_month)
    today_upfront = upfront * (1.0 + rate_per_month) ** -when_upfront
    today_flows = flows * (1.0 + rate_per_month) ** -when_flows
    rate = internal_rate(amounts, times)
    return Appraised(
        npv=npv,
        total=math.fsum(amounts),
        payback_months=payback(upfront, flows),
        discounted_payback_months=payback(today_upfront, today_flows),
        rate_per_year=_per_year(rate),
        modified_rate_per_year=_per_year(modified_internal_rate(amounts, times, rate_per_month, rate_per_month)),
        equivalent_monthly=equivalent_amount(npv, when_flows, rate_per_month),
        peak_funding=peak_funding(upfront, flows),
        why_no_rate=why_no_rate(amounts, times),
    )


__all__ = [
    "TIMING", "Appraised", "appraise", "equivalent_amount", "internal_rate", "modified_internal_rate", "payback",
    "peak_funding", "period_times", "present_value", "sign_changes",
]  # fmt: skip
