"""A condition on one figure, such as `service_level(phone) >= 80 %`, and how sure a run is about it."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

from evaluate.intervals import Figure
from evaluate.sweep.money import MEASURES, money_of
from evaluate.sweep.table import Wanted, figure_of, wanted_of
from sim.replicate import Replications
from sim.scenario.kpi_text import amount, named
from sim.scenario.resolved import Resolved
from sim.scenario.units import QuantityError, parse_money

_CONDITION = re.compile(r"^\s*(.+?)\s*(<=|>=|[<>]=?|==?)\s*(.+?)\s*$")


class NoCondition(ValueError):
    """A text that is no condition; the message says what is allowed."""


@dataclass(frozen=True)
class Condition:
    """A figure on the right side of an amount."""

    wanted: Wanted
    sign: Literal["<=", ">="]
    amount: float
    """In the figure's unit."""
    text: str
    """As written."""

    def holds(self, figure: Figure) -> bool | None:
        """Whether it holds for sure (True), fails for sure (False), or the interval leaves it open (None).

        Without an interval nothing is sure; a figure without data holds no condition.
        """
        if figure.value is None:
            return False
        if figure.low is None or figure.high is None:
            return None
        if self.sign == ">=":
            return True if figure.low >= self.amount else False if figure.high < self.amount else None
        return True if figure.high <= self.amount else False if figure.low > self.amount else None

    def figure(self, run: Replications, base: Replications | None, confidence: float) -> tuple[Figure, str]:
        """The figure with a two-sided interval of this confidence, and its unit."""
        run = with_confidence(run, confidence)
        if self.wanted.is_money:
            return money_of(run, base).get(self.wanted.kpi, Figure(None)), run.resolved.scenario.currency
        row = figure_of(run, self.wanted)
        return row.figure, row.unit


def read_condition(resolved: Resolved, text: str) -> Condition:
    """A condition on a figure of a scenario. Raises NoCondition."""
    match = _CONDITION.match(text)
    if match is None or match[2] not in ("<=", ">="):
        raise NoCondition(f"'{text}' is no condition: write '>=' or '<=', such as 'service_level(phone) >= 80 %'")
    name, sign, value = match[1], match[2], match[3]
    try:
        wanted = wanted_of(resolved, name.strip() if name.strip() in MEASURES else named(name).text)
        number = parse_money(value) if wanted.is_money else amount(wanted.kpi, value)
    except (ValueError, QuantityError) as wrong:
        raise NoCondition(f"'{text}': {wrong}") from None
    return Condition(wanted, ">=" if sign == ">=" else "<=", number, f"{wanted.name} {sign} {value}")


def with_confidence(run: Replications, confidence: float) -> Replications:
    """The same run with intervals of another confidence."""
    scenario = run.resolved.scenario
    experiment = scenario.experiment.model_copy(update={"confidence": confidence})
    scenario = scenario.model_copy(update={"experiment": experiment})
    return replace(run, resolved=replace(run.resolved, scenario=scenario))
