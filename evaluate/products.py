"""Every line of the cash-flow table as a driver times prices, for those who want to change a price without simulating.

`priced_lines` says of each line what was used (by replication and month) and which inputs of the scenario price it.
`cashflow.lines` stays the one definition of cost: what the products do not reproduce is given as an amount.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from evaluate.cashflow import lines
from evaluate.categories import CATEGORIES
from evaluate.conventions import price_factors
from evaluate.factors import Factor
from evaluate.use_of_things import thing_products
from evaluate.use_of_time import people_products
from sim.scenario.resolved import Resolved

if TYPE_CHECKING:
    from sim.kpis import Usage

WORKED_OUT_OUTSIDE = "amount, worked out outside the sheet"
_EXACT = 1e-9
"""Of the line's largest amount: what rounding leaves between a product and the line."""


@dataclass(frozen=True)
class PricedLine:
    """One line: amounts = driver x all factors x growth of prices; positive, the category says the sign."""

    category: str
    item: str
    tangible: bool
    what: str
    """What the driver counts."""
    unit: str
    """Of the driver; empty: the driver is an amount of money."""
    driver: np.ndarray
    """float64 (replications, months)."""
    factors: tuple[Factor, ...]

    @property
    def is_amount(self) -> bool:
        """Whether the driver is money, worked out elsewhere."""
        return not self.unit

    def amounts(self, discount_rate: float) -> np.ndarray:
        """In prices of the horizon's start, float64 (replications, months)."""
        price = float(np.prod([factor.multiplier(discount_rate) for factor in self.factors]))
        return np.asarray(self.driver * price)


def priced_lines(resolved: Resolved, usages: Sequence[Usage]) -> list[PricedLine]:
    """Every line that the scenario prices, uplifts last; amounts add up to `cashflow.lines` exactly."""
    economics, months = resolved.scenario.economics, len(resolved.calendar.month_labels)
    rate = economics.discount_rate
    known: dict[tuple[str, str, bool], list[PricedLine]] = {}
    for product in _products(resolved, usages):
        if product.amounts(rate).any():
            known.setdefault((product.category, product.item, product.tangible), []).append(product)
    found: list[PricedLine] = []
    for category, item, tangible, amounts in lines(resolved, usages):
        if CATEGORIES[category].group == "Optimism uplift":
            continue  # from the lines themselves, below
        growth = price_factors(months, economics, CATEGORIES[category].upfront)
        line = category, item, tangible
        found += _reproduced(known.pop(line, []), line, amounts / growth, rate)
    return [*found, *_uplifts(found, resolved)]


def _products(resolved: Resolved, usages: Sequence[Usage]) -> Iterator[PricedLine]:
    for category, item, tangible, what, unit, driver, factors in (
        *people_products(resolved, usages),
        *thing_products(resolved, usages),
    ):
        yield PricedLine(category, item, tangible, what, unit, driver, factors)


def _reproduced(
    products: Sequence[PricedLine], line: tuple[str, str, bool], amounts: np.ndarray, rate: float
) -> Iterator[PricedLine]:
    """The products, and what they leave of the line as an amount."""
    rest = amounts - sum((product.amounts(rate) for product in products), np.zeros_like(amounts))
    yield from products
    if np.abs(rest).max() > _EXACT * np.abs(amounts).max():
        yield PricedLine(*line, WORKED_OUT_OUTSIDE, "", rest, ())


def _uplifts(found: Iterable[PricedLine], resolved: Resolved) -> Iterator[PricedLine]:
    shares = resolved.scenario.economics.uplift
    for line in found:
        share = shares.get(line.category)  # type: ignore[call-overload]
        if share:
            kind = "uplift_upfront" if CATEGORIES[line.category].upfront else "uplift"
            path = f"economics.uplift.{line.category}"
            factor = Factor(path, share, "share")
            what = f"{line.item}: {line.what}"
            yield replace(line, category=kind, item=path, what=what, factors=(*line.factors, factor))
