"""KPIs and amounts of them as planners write them: `time_to_first_response(email)`, `<= 24 h`, `4 h to 6 h`."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from sim.scenario.kpi_names import KPI_NAMES, UNIT_COSTS, UNIT_OF_KPI, VALUES
from sim.scenario.units import (
    MS_PER_HOUR,
    MS_PER_SECOND,
    QuantityError,
    parse_duration,
    parse_money,
    parse_share,
    split_quantity,
)

ALIASES = {
    "first_response_time": "time_to_first_response",
    "resolution_time": "time_to_resolution",
    "average_handle_time": "handle_time",
    "aht": "handle_time",
    "asa": "average_speed_of_answer",
    "first_contact_resolution": "fcr",
}
"""Other names by which the field knows a KPI."""
_NAMED = re.compile(r"^\s*(\w+)\s*(?:\(([^()]*)\))?\s*$")
_TARGET = re.compile(r"^\s*(<=|>=)\s*(.+?)\s*$")
_SPAN = re.compile(r"\s+to\s+")


class Named(NamedTuple):
    """A KPI and the names in its parentheses."""

    kpi: str
    parts: tuple[str, ...]

    @property
    def text(self) -> str:
        """As written in one way: ``service_level(phone)``."""
        return f"{self.kpi}({', '.join(self.parts)})" if self.parts else self.kpi


class Target(NamedTuple):
    """What is aimed at, in the KPI's unit."""

    sign: Literal["<=", ">="]
    amount: float

    def met(self, value: float | None) -> bool | None:
        """Whether a value meets it; None for no data."""
        if value is None or value != value:
            return None
        return value <= self.amount if self.sign == "<=" else value >= self.amount


def named(text: str) -> Named:
    """The KPI that a text names, other names of the field put right; whether it exists is not looked at.

    >>> named("first_response_time( email )").text
    'time_to_first_response(email)'
    """
    match = _NAMED.match(text)
    if match is None:
        return Named(text.strip(), ())
    parts = tuple(filter(None, (piece.strip() for piece in (match[2] or "").split(","))))
    return Named(ALIASES.get(match[1], match[1]), parts)


def known(name: str) -> bool:
    """Whether there is a KPI or a unit cost or a sum of money of this name."""
    return name in KPI_NAMES or name in UNIT_COSTS or name in VALUES


def unit_of(kpi: str) -> str:
    """``share``, ``s``, ``h``, ``points``, ``money``, or ``number`` for all that is counted."""
    return "money" if kpi in UNIT_COSTS or kpi in VALUES else UNIT_OF_KPI.get(kpi, "number")


EXAMPLE = {"share": "80 %", "s": "20 s", "h": "24 h", "points": "30", "money": "4.50 EUR", "number": "12"}


def amount(kpi: str, text: str) -> float:
    """``'24 h'`` -> 24.0 for a KPI in hours, 86400.0 for one in seconds. Raises QuantityError with what is needed."""
    unit = unit_of(kpi)
    try:
        if unit == "share":
            return parse_share(text)
        if unit in ("s", "h"):
            return parse_duration(text) / (MS_PER_SECOND if unit == "s" else MS_PER_HOUR)
        if unit == "money":
            return parse_money(text)
        value, mark, per = split_quantity(text)
    except QuantityError as problem:
        raise QuantityError(f"{str(problem).split(' (units')[0]}: {kpi} is written as '{EXAMPLE[unit]}'") from None
    if mark not in (None, "points", "contacts", "tickets", "customers", "agents") or per is not None:
        raise QuantityError(f"{kpi} is a plain number, such as '{EXAMPLE[unit]}'")
    return value


def target(kpi: str, text: str) -> Target:
    """``'<= 24 h'`` -> Target('<=', 24.0). Raises QuantityError."""
    match = _TARGET.match(text)
    if match is None:
        raise QuantityError(f"say which side is good, and how much: '<= {EXAMPLE[unit_of(kpi)]}' or '>= ...'")
    sign: Literal["<=", ">="] = "<=" if match[1] == "<=" else ">="
    return Target(sign, amount(kpi, match[2]))


def span(kpi: str, text: str) -> tuple[float, float]:
    """``'4 h to 6 h'`` -> (4.0, 6.0); one figure is both ends. Raises QuantityError."""
    ends = [amount(kpi, part) for part in _SPAN.split(text.strip())]
    if len(ends) > 2 or ends[0] > ends[-1]:
        raise QuantityError("a range is written 'low to high'")
    return ends[0], ends[-1]
