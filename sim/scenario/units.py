"""Quantities as a planner writes them, and the one place where units are converted.

Every quantity carries its unit: ``4 min``, ``35 %``, ``62 EUR``, ``2500 /month``, ``8 %/year``, ``24.50 EUR/h``.
Canonical values inside the program:

=============  =========================================  ==================
type           canonical value                            written as
=============  =========================================  ==================
``Duration``   ``int`` milliseconds                       ``90 s``, ``4 min``
``Share``      ``float`` in [0, 1]                        ``35 %``, ``0.35``
``Factor``     ``float`` >= 0, 1.0 means unchanged        ``120 %``, ``1.2``
``Points``     ``float`` share, may be below 0            ``0.6 points``
``Frequency``  ``float`` events per day                   ``0.5 /month``
``Growth``     ``float`` share per year, compounding      ``8 %/year``
``Decay``      ``float`` share per year, compounding      ``2 %/month``
``Money``      ``float`` in the scenario's currency       ``62 EUR``
``MoneyRate``  ``float`` currency per hour                ``24.50 EUR/h``
=============  =========================================  ==================
"""

from __future__ import annotations

import datetime as dt
import math
import re
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

MS_PER_SECOND = 1_000
MS_PER_MINUTE = 60_000
MS_PER_HOUR = 3_600_000
MS_PER_DAY = 86_400_000
HALF_HOUR_MS = 30 * MS_PER_MINUTE
DAYS_PER_YEAR = 365.25
MONTHS_PER_YEAR = 12
DAYS_PER_MONTH = DAYS_PER_YEAR / MONTHS_PER_YEAR  # a mean month, 30.4375 days
HOURS_PER_DAY = 24.0

_DURATION_MS = {
    "ms": 1,
    "s": MS_PER_SECOND,
    "sec": MS_PER_SECOND,
    "second": MS_PER_SECOND,
    "min": MS_PER_MINUTE,
    "minute": MS_PER_MINUTE,
    "h": MS_PER_HOUR,
    "hour": MS_PER_HOUR,
    "day": MS_PER_DAY,
    "d": MS_PER_DAY,
    "week": 7 * MS_PER_DAY,
    "month": round(DAYS_PER_MONTH * MS_PER_DAY),
    "year": round(DAYS_PER_YEAR * MS_PER_DAY),
}
DURATION_UNITS = ("ms", "s", "min", "h", "day", "week", "month", "year")

_NUMBER = r"[+-]?(?:\d[\d_]*(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?"
_QUANTITY = re.compile(rf"^\s*({_NUMBER})\s*(%|[A-Za-z]+)?\s*(?:/\s*([A-Za-z]+))?\s*$")


class QuantityError(ValueError):
    """A quantity that cannot be read; the message says what is allowed."""


def period_ms(name: str) -> int | None:
    """Milliseconds of one ``name`` (``min``, ``hours`` ...), or None where there is no such unit."""
    key = name.lower()
    return _DURATION_MS.get(key) or _DURATION_MS.get(key.removesuffix("s"))


def split_quantity(text: Any) -> tuple[float, str | None, str | None]:
    """Split ``'24.50 EUR/h'`` into ``(24.5, 'EUR', 'h')``; either unit may be None.

    Raises QuantityError for anything that is not a number with optional units.
    """
    if isinstance(text, bool):
        raise QuantityError("a number with its unit is needed, not yes/no")
    if isinstance(text, int | float):
        if not math.isfinite(text):
            raise QuantityError("a finite number is needed")
        return float(text), None, None
    if not isinstance(text, str):
        raise QuantityError(f"a number with its unit is needed, not a {type(text).__name__}")
    match = _QUANTITY.match(text)
    if match is None:
        raise QuantityError(f"cannot read {text!r} as a quantity")
    value = float(match[1].replace("_", ""))
    if not math.isfinite(value):
        raise QuantityError("a finite number is needed")
    return value, match[2], match[3]


def parse_duration(text: Any) -> int:
    """``'4 min'`` -> 240000 (ms). Durations are whole milliseconds and never negative."""
    value, unit, per = split_quantity(text)
    if unit is None and per is None and value == 0:
        return 0
    size = period_ms(unit) if unit else None
    if size is None or per is not None:
        raise QuantityError(f"a duration is needed, such as '4 min' (units: {', '.join(DURATION_UNITS)})")
    if value < 0:
        raise QuantityError("a duration cannot be negative")
    if value * size > 2**53:
        raise QuantityError("this duration is too long to count in milliseconds")
    return round(value * size)


def parse_factor(text: Any) -> float:
    """``'120 %'`` or ``1.2`` -> 1.2; never negative."""
    value, unit, per = split_quantity(text)
    if per is not None or unit not in (None, "%"):
        raise QuantityError("a percentage or a plain number is needed, such as '120 %' or 1.2")
    value = value / 100.0 if unit == "%" else value
    if value < 0:
        raise QuantityError("a factor cannot be negative")
    return value


def parse_share(text: Any) -> float:
    """``'35 %'`` or ``0.35`` -> 0.35; between 0 and 1."""
    value, unit, per = split_quantity(text)
    if per is not None or unit not in (None, "%"):
        raise QuantityError("a share is needed, such as '35 %' or 0.35")
    share = value / 100.0 if unit == "%" else value
    if not 0 <= share <= 1:
        hint = f" (did you mean '{value:g} %'?)" if unit is None and 1 < value <= 100 else ""
        raise QuantityError(f"a share lies between 0 % and 100 %{hint}")
    return share


def parse_points(text: Any) -> float:
    """``'0.6 points'`` -> 0.006: percentage points, which may be below 0; between -100 and 100."""
    value, unit, per = split_quantity(text)
    if unit is None and per is None and value == 0:
        return 0.0
    if per is not None or unit not in ("points", "point"):
        raise QuantityError("percentage points are needed, such as '0.6 points'")
    if abs(value) > 100:
        raise QuantityError("a number of percentage points lies between -100 and 100")
    return value / 100.0


def parse_frequency(text: Any) -> float:
    """``'0.5 /month'`` -> events per day. Needs its period."""
    value, unit, per = split_quantity(text)
    size = period_ms(per) if per else None
    if unit is not None or size is None:
        raise QuantityError("a rate with its period is needed, such as '2500 /month' or '4.2 /min'")
    if value < 0:
        raise QuantityError("a rate cannot be negative")
    return value * (MS_PER_DAY / size)


def _compound(text: Any) -> float:
    value, unit, per = split_quantity(text)
    if unit is None and per is None and value == 0:
        return 0.0
    size = period_ms(per) if per else None
    if unit != "%" or size is None:
        raise QuantityError("a percentage with its period is needed, such as '8 %/year' or '2.0 %/month'")
    if value < -100:
        raise QuantityError("nothing can shrink by more than 100 %")
    periods = {"month": 12.0}.get(per.lower().removesuffix("s"), _DURATION_MS["year"] / size) if per else 1.0
    rate = value / 100.0
    return rate if periods == 1.0 else float((1.0 + rate) ** periods) - 1.0


def parse_growth(text: Any) -> float:
    """``'8 %/year'`` -> 0.08, ``'1 %/month'`` -> 1.01**12 - 1: compounding share per year, may be negative."""
    return _compound(text)


def parse_decay(text: Any) -> float:
    """``'2 %/month'`` -> 1 - 0.98**12: the share that is gone after a year, each period taking its share."""
    value, unit, per = split_quantity(text)
    if value < 0:
        raise QuantityError("a churn or attrition rate cannot be negative")
    if unit is None and per is None:
        return 0.0 if value == 0 else _compound(text)
    return abs(_compound(f"{-value} {unit or ''}/{per or ''}"))


def growth_factor(per_year: float, days: float) -> float:
    """Growth over ``days`` of a compounding yearly share: (1 + r) ** (days / 365.25)."""
    return float((1.0 + per_year) ** (days / DAYS_PER_YEAR))


def monthly(per_year: float) -> float:
    """The monthly rate that compounds to ``per_year``: (1 + r) ** (1/12) - 1, never r / 12."""
    return float((1.0 + per_year) ** (1.0 / MONTHS_PER_YEAR)) - 1.0


def parse_money(text: Any) -> float:
    """``'62 EUR'`` -> 62.0. The currency must be the scenario's: checked where that is known."""
    value, unit, per = split_quantity(text)
    if unit is None and per is None and value == 0:
        return 0.0
    if unit is None or per is not None or not re.fullmatch(r"[A-Z]{3}", unit):
        raise QuantityError("an amount with its currency is needed, such as '62 EUR'")
    return value


def parse_money_rate(text: Any) -> float:
    """``'24.50 EUR/h'`` -> currency per hour; ``'900 EUR/month'`` likewise (a mean month)."""
    value, unit, per = split_quantity(text)
    if unit is None and per is None and value == 0:
        return 0.0
    size = period_ms(per) if per else None
    if unit is None or size is None or not re.fullmatch(r"[A-Z]{3}", unit):
        raise QuantityError("an amount per period is needed, such as '24.50 EUR/h' or '900 EUR/month'")
    return value * MS_PER_HOUR / size


def parse_day(text: Any) -> dt.date:
    """``'2027-01-04'`` -> that date; nothing else is a date, neither a number nor a time."""
    if isinstance(text, dt.date) and not isinstance(text, dt.datetime):
        return text
    if isinstance(text, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", text.strip()):
        try:
            return dt.date.fromisoformat(text.strip())
        except ValueError:
            raise QuantityError("there is no such day in the calendar") from None
    raise QuantityError("a date is needed, such as 2027-01-04")


def parse_start(text: Any) -> str:
    """``'2027-03-15'`` or ``'2027-03'`` -> the same text: a day, or a month of the horizon."""
    written = text.isoformat() if isinstance(text, dt.date) else text.strip() if isinstance(text, str) else ""
    if re.fullmatch(r"(19[789]|2[01]\d)\d-\d{2}-\d{2}", written):
        return parse_day(written).isoformat()
    if re.fullmatch(r"(19[789]|2[01]\d)\d-(0[1-9]|1[0-2])", written):
        return written
    raise QuantityError("a month or a date from 1970 to 2199 is needed, such as 2027-03 or 2027-03-15")


def per_month(per_hour: float) -> float:
    """Currency (or events) per hour -> per mean month."""
    return per_hour * HOURS_PER_DAY * DAYS_PER_MONTH


def _json(description: str, example: str) -> WithJsonSchema:
    return WithJsonSchema({"type": ["string", "number"], "description": description, "examples": [example]})


Day = Annotated[
    dt.date,
    BeforeValidator(parse_day),
    WithJsonSchema({"type": "string", "format": "date", "description": "a date", "examples": ["2027-01-04"]}),
]
Start = Annotated[str, BeforeValidator(parse_start), _json("a month or a date", "2027-03")]
Duration = Annotated[int, BeforeValidator(parse_duration), _json("a duration with its unit", "4 min")]
Share = Annotated[float, BeforeValidator(parse_share), _json("a share between 0 % and 100 %", "35 %")]
Factor = Annotated[float, BeforeValidator(parse_factor), _json("a factor; 100 % leaves unchanged", "120 %")]
Points = Annotated[float, BeforeValidator(parse_points), _json("percentage points", "0.6 points")]
Frequency = Annotated[float, BeforeValidator(parse_frequency), _json("a rate with its period", "2500 /month")]
Growth = Annotated[float, BeforeValidator(parse_growth), _json("a compounding rate with its period", "8 %/year")]
Decay = Annotated[float, BeforeValidator(parse_decay), _json("a share that leaves per period", "2 %/month")]
Money = Annotated[float, BeforeValidator(parse_money), _json("an amount with its currency", "62 EUR")]
MoneyRate = Annotated[float, BeforeValidator(parse_money_rate), _json("an amount per period", "24.50 EUR/h")]
