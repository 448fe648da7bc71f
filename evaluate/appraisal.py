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
from itertools import pairwise

import numpy as np

TIMING = {"start": 0.0, "mid": 0.5, "end": 1.0}
_BRACKET = 1e-12, 1e12  # of x = 1 / (1 + rate): rates from nearly -100 % to as good as infinite
_STEPS = 400  # halvings of the bracket; float precision is reached long before


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


def sign_changes(amounts: Sequence[float] | np.ndarray) -> int:
    """How often the flows change sign, zeros passed over.

    >>> sign_changes([-100, 0, 60, 60]), sign_changes([-1000, 2500, -1540]), sign_changes([100, 200])
    (1, 2, 0)
    """
    signs = [amount > 0 for amount in amounts if amount != 0]
    return sum(a != b for a, b in pairwise(signs))


def internal_rate(amounts: Sequence[float] | np.ndarray, times: Sequence[float] | np.ndarray) -> float | None:
    """The rate per period at which the present value is zero; None unless the flows change sign exactly once.

    With one change of sign there is exactly one such rate above -100 % (Descartes); with more there may be several or
    none, and programs disagree on which to print. Amounts are taken in the order of their times.

    >>> internal_rate([-1000, 2500, -1540], [0, 1, 2]) is None
    True
    >>> round(internal_rate([-100, 39, 59, 55, 20], range(5)), 5)
    0.28095
    """
    order = np.argsort(times, kind="stable")
    when, money = np.asarray(times, dtype=np.float64)[order], np.asarray(amounts, dtype=np.float64)[order]
    distinct = np.unique(when)
    net = np.array([money[when == t].sum() for t in distinct])
    if sign_changes(net) != 1:
        return None
    when = distinct - distinct[0]  # a common shift in time moves no root

    def positive(log_x: float) -> bool:
        """Whether the flows are worth more than nothing at x; the largest term is 1, so nothing overflows."""
        powers = when * log_x
        return bool(np.sum(net * np.exp(powers - powers.max())) > 0)

    low, high = (math.log(bound) for bound in _BRACKET)
    start = positive(low)
    if start == positive(high):
        return None
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if positive(middle) == start else (low, middle)
    return math.expm1(-(low + high) / 2)


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
        why_no_rate="" if rate is not None else _why_no_rate(amounts, times),
    )


def _why_no_rate(amounts: np.ndarray, times: np.ndarray) -> str:
    distinct = np.unique(times)
    changes = sign_changes([amounts[times == t].sum() for t in distinct])
    if changes == 0:
        return "the flows never change sign"
    return f"the flows change sign {changes} times" if changes > 1 else "no rate makes the flows worth nothing"
