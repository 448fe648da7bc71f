"""The conventions of money over time, in one place: when a flow counts, in which prices, at which rate.

A month's flow counts at the start, middle or end of its month (`economics.timing`), an upfront cost at its own month's
start. Amounts in a scenario are in prices of the horizon's start. With `prices: nominal` they grow with `inflation` to
the moment at which they count and are discounted at a nominal rate; with `prices: real` they stay and are discounted
at a real rate. Both give the same NPV where 1 + nominal = (1 + real) x (1 + inflation).
"""

from __future__ import annotations

import numpy as np

from evaluate.appraisal import period_times
from sim.scenario.schema.money import Economics
from sim.scenario.units import monthly


def times(months: int, economics: Economics, upfront: bool = False) -> np.ndarray:
    """Moments (in months from the start) at which the flows of the months count, float64 (months,)."""
    return period_times(months, "start" if upfront else economics.timing)


def discount_factors(months: int, economics: Economics, upfront: bool = False) -> np.ndarray:
    """Worth today of one unit of money of each month, float64 (months,)."""
    return np.asarray((1.0 + monthly(economics.discount_rate)) ** -times(months, economics, upfront))


def price_factors(months: int, economics: Economics, upfront: bool = False) -> np.ndarray:
    """Growth of prices from the horizon's start to the moment at which each month counts; 1 where prices are real."""
    if economics.prices == "real":
        return np.ones(months)
    return np.asarray((1.0 + monthly(economics.inflation)) ** times(months, economics, upfront))


def nominal_rate(economics: Economics) -> float:
    """The yearly nominal rate that the scenario's rate is, or stands for.

    >>> round(nominal_rate(Economics(discount_rate="3.5 %/year", inflation="2 %/year", prices="real")), 6)
    0.0557
    """
    rate = economics.discount_rate
    return (1.0 + rate) * (1.0 + economics.inflation) - 1.0 if economics.prices == "real" else rate


def stated(economics: Economics) -> str:
    """The conventions in a sentence, for the page and the workbook."""

    def percent(rate: float) -> str:
        return f"{rate * 100:.4g}\u202f%"

    said = f"Discounted at {percent(economics.discount_rate)} a year, (1 + r)^(1/12) \u2212 1 a month; flows count at "
    said += f"the {economics.timing} of their month, upfront cost at the start of its own. "
    if economics.prices == "real":
        said += "Real: prices of the horizon's start, real rate"
        if economics.inflation:
            said += f" (nominal {percent(nominal_rate(economics))} at {percent(economics.inflation)} inflation)"
        return f"{said}."
    grown = f"every price grows by {percent(economics.inflation)} a year" if economics.inflation else "no inflation"
    return f"{said}Nominal amounts and rate; {grown}."
