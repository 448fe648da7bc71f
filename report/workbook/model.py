"""What the workbook holds, before any cell: inputs, lines with their drivers, and the figures that cells will show."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from evaluate.categories import CATEGORIES
from evaluate.compare import Comparison, Priced
from evaluate.conventions import discount_factors, price_factors
from evaluate.factors import Factor
from evaluate.products import WORKED_OUT_OUTSIDE, PricedLine, priced_lines
from evaluate.verdict import verdict
from sim.scenario.schema.base import Evidence

NOTHING = "nothing"
"""What a scenario is compared with to see it alone."""


@dataclass(frozen=True)
class Input:
    """One value of the scenarios that a line is multiplied with; None where a scenario does not have it."""

    key: str
    factor: Factor
    values: tuple[float | None, ...]
    """By scenario, the base first."""
    evidence: Evidence | None

    @property
    def name(self) -> str:
        """Its defined name in the workbook: ``wage_frontline`` for ``teams.frontline.wage``."""
        parts = re.sub(r"[^A-Za-z0-9_.]", "_", self.key).split(".")
        if parts[0] == "teams" and len(parts) == 3:
            return f"{parts[2]}_{parts[1]}"
        return "_".join(part for part in parts if part not in ("economics", "cost"))


@dataclass(frozen=True)
class SheetLine:
    """One line of one scenario, in the mean of the replications."""

    scenario: str
    place: int
    """Of the scenario, the base being 0."""
    line: PricedLine
    driver: np.ndarray  # float64 (months,)

    @property
    def sign(self) -> int:
        """-1: money out."""
        return CATEGORIES[self.line.category].sign

    @property
    def upfront(self) -> bool:
        """Counts at the start of its month."""
        return CATEGORIES[self.line.category].upfront

    @property
    def key(self) -> str:
        """Under which the cash-flow sheets gather it."""
        return line_key(self.scenario, self.line.category, self.line.tangible)


def line_key(scenario: str, category: str, tangible: bool) -> str:
    """``baseline|wages|cash``: scenario, category and whether it moves through the accounts."""
    return f"{scenario}{category_key(category, tangible)}"


def category_key(category: str, tangible: bool) -> str:
    """What follows the scenario in a line's key."""
    return f"|{category}|{'cash' if tangible else 'worth'}"


def input_key(factor: Factor) -> str:
    """The path, and from when where a dated change gives the value."""
    return f"{factor.path} from {factor.since}" if factor.since else factor.path


class Model:
    """The figures of a comparison, as the sheets need them."""

    def __init__(self, comparison: Comparison) -> None:
        self.comparison = comparison
        self.names = [one.name for one in comparison.scenarios]
        self.months = comparison.months
        self.economics = comparison.base.resolved.scenario.economics
        self.rate = self.economics.discount_rate
        self.lines = [line for place, one in enumerate(comparison.scenarios) for line in self._lines(place, one)]
        self.costs = [line for line in self.lines if line.sign < 0]
        self.gains = [line for line in self.lines if line.sign > 0]
        self.categories: list[tuple[str, bool]] = list(comparison.flows[self.names[0]].categories)

    def _lines(self, place: int, one: Priced) -> Iterator[SheetLine]:
        for line in priced_lines(one.resolved, one.replications.usage):
            yield SheetLine(one.name, place, line, line.driver.mean(axis=0))
        flows = self.comparison.flows[one.name]
        for (category, tangible), amounts in zip(flows.categories, flows.amounts, strict=True):
            if category == "released_time" and amounts.any():  # against the base, so in no scenario's own flows
                real = amounts / price_factors(len(self.months), self.economics)
                line = PricedLine(category, "economics.count_released_time", tangible, WORKED_OUT_OUTSIDE, "", real, ())
                yield SheetLine(one.name, place, line, real.mean(axis=0))

    @cached_property
    def inputs(self) -> list[Input]:
        """Every input that prices a line, in the order of the lines."""
        factors: dict[str, Factor] = {}
        values: dict[str, dict[int, float]] = {}
        for line in self.lines:
            for factor in line.line.factors:
                key = input_key(factor)
                factors.setdefault(key, factor)
                values.setdefault(key, {})[line.place] = factor.value
        count = range(len(self.names))
        return [
            Input(key, factor, tuple(values[key].get(place) for place in count), self.evidence(factor.path))
            for key, factor in factors.items()
        ]

    def evidence(self, path: str) -> Evidence | None:
        """About the value, or the closest block around it, in the first scenario that says so."""
        parts = path.split(".")
        for length in range(len(parts), 0, -1):
            for one in self.comparison.scenarios:
                for about, evidence in one.resolved.scenario.evidence.items():
                    if _matches(about.split("."), parts[:length]):
                        return evidence
        return None

    def growth(self, upfront: bool) -> np.ndarray:
        """Growth of prices by month."""
        return price_factors(len(self.months), self.economics, upfront)

    def discount(self, upfront: bool) -> np.ndarray:
        """Worth today of one unit of each month."""
        return discount_factors(len(self.months), self.economics, upfront)

    def price(self, line: SheetLine) -> float:
        """All factors of a line together."""
        return float(np.prod([factor.multiplier(self.rate) for factor in line.line.factors]))

    def amounts(self, line: SheetLine) -> np.ndarray:
        """The line's flows, float64 (months,)."""
        return np.asarray(line.sign * line.driver * self.price(line) * self.growth(line.upfront))

    def flows(self, scenario: str, category: str, tangible: bool) -> np.ndarray:
        """A category's flows in a scenario, float64 (months,); zeros for `NOTHING`."""
        found = [self.amounts(line) for line in self.lines if line.key == line_key(scenario, category, tangible)]
        return np.sum(found, axis=0) if found else np.zeros(len(self.months))

    @cached_property
    def chosen(self) -> str:
        """What the sheets show first: the best option, or the only scenario."""
        if not self.comparison.options:
            return self.names[0]
        best = verdict(self.comparison).best.name
        return best if best != self.names[0] else self.names[1]

    @property
    def compared_with(self) -> str:
        """What it is set against."""
        return self.names[0] if self.comparison.options else NOTHING

    @cached_property
    def by_category(self) -> Mapping[tuple[str, bool], np.ndarray]:
        """Chosen less compared with, float64 (months,)."""
        return {key: self.flows(self.chosen, *key) - self.flows(self.compared_with, *key) for key in self.categories}

    def net(self, upfront: bool) -> np.ndarray:
        """Chosen less compared with: upfront, or all other flows; float64 (months,)."""
        rows = [flows for (category, _), flows in self.by_category.items() if CATEGORIES[category].upfront == upfront]
        return np.sum(rows, axis=0) if rows else np.zeros(len(self.months))

    def worth(self, scenario: str) -> float:
        """Present value of a scenario alone; 0 for `NOTHING`."""
        return sum(
            float(self.amounts(one) @ self.discount(one.upfront)) for one in self.lines if one.scenario == scenario
        )

    def total(self, scenario: str) -> float:
        """Undiscounted; 0 for `NOTHING`."""
        return sum(float(self.amounts(one).sum()) for one in self.lines if one.scenario == scenario)

    @property
    def npv(self) -> float:
        """Of the chosen against what it is compared with."""
        return self.worth(self.chosen) - self.worth(self.compared_with)


def _matches(pattern: Sequence[str], parts: Sequence[str]) -> bool:
    return len(pattern) == len(parts) and all(a in ("*", b) for a, b in zip(pattern, parts, strict=True))
