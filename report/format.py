"""Numbers as people read them: thousands apart, a true minus, few digits, a dash where there is no data."""

from __future__ import annotations

import math

MINUS, THIN, DASH, FIRM = "\u2212", "\u202f", "\u2013", "\u00a0"
NO_DATA = "no data"


def plain(text: str) -> str:
    """The same text in ASCII, for output that is no terminal."""
    return text.replace(MINUS, "-").replace(THIN, ",").replace(DASH, "-").replace(FIRM, " ")


def number(value: float | None, digits: int = 0, signed: bool = False) -> str:
    """``-1234567.8`` -> ``\u22121 234 568`` (with thin spaces); None and NaN are "no data"."""
    if value is None or not math.isfinite(value):
        return NO_DATA
    text = f"{abs(value):,.{digits}f}".replace(",", THIN)
    nothing = float(f"{abs(value):.{digits}f}") == 0
    sign = "" if nothing else MINUS if value < 0 else "+" if signed else ""
    return sign + text


def percent(share: float | None, digits: int = 1, signed: bool = False) -> str:
    """A share in [0, 1] as ``82.4 %`` (the space does not break)."""
    return NO_DATA if share is None or not math.isfinite(share) else f"{number(share * 100, digits, signed)}{FIRM}%"


def points(share: float | None, digits: int = 1) -> str:
    """A difference of two shares in percentage points: ``+2.4 pts``."""
    return NO_DATA if share is None or not math.isfinite(share) else f"{number(share * 100, digits, True)}{FIRM}pts"


def money(value: float | None, currency: str, digits: int = 0, signed: bool = False) -> str:
    """An amount with its currency."""
    text = number(value, digits, signed)
    return text if text == NO_DATA else f"{text}{FIRM}{currency}"


def duration(seconds: float | None) -> str:
    """Seconds as people say them: ``42 s``, ``6.3 min``, ``4.2 h``, ``2.1 d``."""
    if seconds is None or not math.isfinite(seconds):
        return NO_DATA
    for limit, size, unit, digits in ((99.5, 1, "s", 0), (60 * 60, 60, "min", 1), (48 * 3600, 3600, "h", 1)):
        if abs(seconds) < limit:
            return f"{_trimmed(seconds / size, digits)}{FIRM}{unit}"
    return f"{_trimmed(seconds / 86400, 1)}{FIRM}d"


def _trimmed(value: float, digits: int) -> str:
    """The number without decimals where they are all zero."""
    return number(value, 0 if digits and round(value, digits) == round(value) else digits)


def months(value: float | None) -> str:
    """Months to payback; None is "never"."""
    return "never" if value is None else "at once" if value == 0 else f"{number(value, 1)}{FIRM}months"


def span(low: str, high: str) -> str:
    """Two ends of an interval."""
    return f"{low} to {high}"
