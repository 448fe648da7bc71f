"""Why one value cannot be read, in the planner's words. What can be read is decided by `units` alone."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from sim.scenario.nodes import Node
from sim.scenario.problems import listed, nearest
from sim.scenario.shapes import UNIT_OF, Shape
from sim.scenario.units import DURATION_UNITS, QuantityError, period_ms, split_quantity

PARSERS = {unit: parse for parse, unit in UNIT_OF.items()}
_PERIODS = ("min", "h", "day", "week", "month", "year")
_TIME_WORDS = (
    "ms",
    "s",
    "sec",
    "seconds",
    "min",
    "minutes",
    "h",
    "hours",
    "day",
    "days",
    "week",
    "weeks",
    "month",
    "months",
    "year",
)
_CURRENCY_SIGNS = {"€": "EUR", "$": "USD", "£": "GBP"}
_YES_NO = {"yes": "true", "on": "true", "y": "true", "1": "true", "no": "false", "off": "false", "n": "false",
           "0": "false"}  # fmt: skip

NOUN = {
    "duration": "a duration",
    "share": "a share",
    "factor": "a factor",
    "points": "a number of percentage points",
    "rate": "a rate",
    "growth": "a growth rate",
    "decay": "a rate of loss",
    "money": "an amount of money",
    "money rate": "an amount per period",
    "date": "a date",
    "start": "a month or a date",
    "whole number": "a whole number",
    "number": "a number",
    "true or false": "true or false",
    "text": "a text",
    "choice": "one of these words",
}
EXAMPLE = {
    "duration": "4 min",
    "share": "35 %",
    "factor": "120 %",
    "points": "0.6 points",
    "rate": "2500 /month",
    "growth": "8 %/year",
    "decay": "2 %/month",
    "money": "62 EUR",
    "money rate": "24.50 EUR/h",
    "date": "2027-01-04",
    "start": "2027-03",
    "whole number": "26",
    "number": "0.13",
    "true or false": "true",
    "text": "phone",
}
ALLOWED = {
    "duration": f"a duration with its unit, such as '4 min' ({', '.join(DURATION_UNITS)})",
    "share": "a share between 0 % and 100 %, such as '35 %' or 0.35",
    "factor": "a factor of 0 or more, such as '120 %' or 1.2",
    "points": "percentage points, such as '0.6 points' or '-0.1 points'",
    "rate": f"a number with its period, such as '2500 /month' (/{', /'.join(_PERIODS)})",
    "growth": "a percentage with its period, such as '8 %/year' or '-1 %/month'",
    "decay": "a percentage with its period, such as '2 %/month'",
    "money": "an amount with its currency, such as '62 EUR'",
    "money rate": "an amount with its currency and period, such as '24.50 EUR/h' or '900 EUR/month'",
    "date": "a date written year-month-day, such as 2027-01-04",
    "start": "a month or a date from 1970 to 2199, such as 2027-03 or 2027-03-15",
    "whole number": "a whole number, such as 26",
    "number": "a number, such as 0.13",
    "true or false": "true or false",
    "text": "a text",
}


class Fault(NamedTuple):
    """Why a value cannot stand: what is wrong, what is allowed, what was probably meant."""

    wrong: str
    allowed: str
    meant: str = ""


def fault(shape: Shape, node: Node, currency: str | None) -> Fault | None:
    """What is wrong with one value at a place of this shape, or None."""
    value, unit = node.value, shape.unit
    shown = quoted(node)
    if unit == "choice":
        if not isinstance(value, bool) and str(value) in shape.choices:
            return None
        return Fault(f"{shown} is not allowed here", listed(shape.choices), nearest(str(value), shape.choices))
    if isinstance(value, float) and not math.isfinite(value):
        return Fault(f"{shown} is not a finite number", ALLOWED[unit])
    if unit == "true or false":
        if isinstance(value, bool):
            return None
        return Fault(f"{shown} is neither true nor false", ALLOWED[unit], _YES_NO.get(str(value).lower(), ""))
    if isinstance(value, bool):
        return Fault(f"{shown} is not {NOUN[unit]}", ALLOWED[unit])
    if unit == "text":
        return None if str(value).strip() or value == "" else Fault("this text is blank", ALLOWED[unit])
    if unit in ("whole number", "number"):
        return _number_fault(unit, node)
    return _quantity_fault(unit, node, currency)


def quoted(node: Node) -> str:
    """A value as it stands in a message: texts in quotes, cut to a readable length."""
    text = node.written()
    text = text if len(text) <= 60 else text[:57] + "..."
    return f"'{text}'" if isinstance(node.value, str) else text


def as_number(value: Any) -> float | int | None:
    """A number, or a text that is one (as ``--set`` gives), else None."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return value
    try:
        number, unit, per = split_quantity(value)
    except QuantityError:
        return None
    if unit is not None or per is not None:
        return None
    return int(number) if number.is_integer() and abs(number) < 2**53 else number


def _number_fault(unit: str, node: Node) -> Fault | None:
    number = as_number(node.value)
    if number is not None and (unit == "number" or float(number).is_integer()):
        return None
    meant = ""
    if isinstance(node.value, str):
        tries = [node.value.replace(",", "."), re.sub(r"\s*[A-Za-z%].*$", "", node.value).replace(",", "")]
        fits = (as_number(t) for t in tries)
        meant = next((f"{n}" for n in fits if n is not None and (unit == "number" or float(n).is_integer())), "")
    return Fault(f"{quoted(node)} is not {NOUN[unit]}", ALLOWED[unit], meant)


def _quantity_fault(unit: str, node: Node, known_currency: str | None) -> Fault | None:
    text = node.text or node.value
    currency = known_currency or "EUR"
    try:
        PARSERS[unit](text)
    except QuantityError as error:
        meant = next((t for t in _tries(str(text), unit, currency) if _reads(t, unit)), "")
        wrong = _why(unit, node, str(error))
        return Fault(wrong, _allowed(unit, currency), f"'{meant}'" if meant else "")
    if unit in ("money", "money rate") and known_currency:
        found = split_quantity(text)[1]
        if found is not None and found != currency:
            return Fault(f"{quoted(node)} is not in {currency}", f"the scenario's currency, {currency}, throughout")
    return None


def _allowed(unit: str, currency: str) -> str:
    return ALLOWED[unit].replace("EUR", currency)


def _reads(text: str, unit: str) -> bool:
    try:
        PARSERS[unit](text)
    except QuantityError:
        return False
    return True


_LACKS = {"rate": "period", "money": "currency", "money rate": "currency and period"}


def _why(unit: str, node: Node, said: str) -> str:
    shown = quoted(node)
    if unit in ("date", "start"):
        return f"{shown} is not {NOUN[unit]}" if "needed" in said else f"{shown}: {said}"
    try:
        value, mark, per = split_quantity(node.text or node.value)
    except QuantityError:
        return f"{shown} is not {NOUN[unit]}"
    if mark is None and per is None and unit not in ("share", "factor"):
        return f"{shown} has no {_LACKS.get(unit, 'unit')}"
    if "negative" in said or "lies between" in said or "too long" in said or "shrink" in said:
        reason = said.split(" (")[0]
        return f"{shown}: {reason}"
    if unit in ("rate", "growth", "decay", "money rate") and per is None and value is not None:
        return f"{shown} has no period" if period_ms(mark or "") is None else f"{shown} is not {NOUN[unit]}"
    return f"{shown} is not {NOUN[unit]}"


def _tries(text: str, unit: str, currency: str) -> Iterator[str]:
    """What might have been meant, most likely first; only what reads as ``unit`` is suggested."""
    text = text.strip()
    if unit in ("date", "start"):
        yield from _dates(text)
        yield from _months(text) if unit == "start" else ()
        return
    yield re.sub(r"(\d),(\d{1,2})(?!\d)", r"\1.\2", text)
    for sign, code in _CURRENCY_SIGNS.items():
        if sign in text:
            number, slash, per = text.replace(sign, "").strip().partition("/")
            yield f"{number.strip()} {code}" + (f"/{per.strip()}" if slash else "")
    yield re.sub(r"\b([a-z]{3})\b(?=\s*(/|$))", lambda m: m[1].upper(), text)
    yield re.sub(r"\s+per\s+|\s+a\s+|\s*/\s*", "/" if unit != "rate" else " /", text)
    match = re.match(r"^([-+]?[\d._]+)\s*([^\d/\s]*)\s*(?:/\s*(\S+))?$", text)
    if match is None:
        return
    number, mark, per = match[1], match[2], match[3]
    if unit == "duration":
        yield f"{number} {_nearest_unit(mark, _TIME_WORDS)}"
    elif unit == "rate":
        yield f"{number} /{_nearest_unit(per or mark, _PERIODS)}"
    elif unit in ("share", "factor"):
        yield f"{number} %"
    elif unit == "points":
        yield f"{number} points"
    elif unit in ("growth", "decay"):
        yield f"{number} %/{_nearest_unit(per or mark, _PERIODS) or 'year'}" if mark or per else ""
    elif unit == "money":
        yield f"{number} {currency}" if not mark or per else ""
    elif unit == "money rate":
        code = mark.upper() if re.fullmatch("[A-Za-z]{3}", mark) else currency
        money = mark.isalpha() and period_ms(mark) is None
        yield f"{number} {code}/{_nearest_unit(per or '', _PERIODS) or 'h'}" if money else ""


def _dates(text: str) -> Iterator[str]:
    if match := re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", text):
        yield f"{match[3]}-{int(match[2]):02d}-{int(match[1]):02d}"
    if match := re.fullmatch(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})", text):
        yield f"{match[1]}-{int(match[2]):02d}-{int(match[3]):02d}"


def _months(text: str) -> Iterator[str]:
    if match := re.fullmatch(r"(\d{4})[-/.](\d{1,2})", text):
        yield f"{match[1]}-{int(match[2]):02d}"
    if match := re.fullmatch(r"(\d{1,2})[-/.](\d{4})", text):
        yield f"{match[2]}-{int(match[1]):02d}"


def _nearest_unit(word: str, options: tuple[str, ...]) -> str:
    return nearest(word, options, quote="")
