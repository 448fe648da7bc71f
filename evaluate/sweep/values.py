"""The values of one input in a sweep, as written: `18:30:2`, `2 min:6 min:1 min`, `x 0.8:1.2:0.1`, `1:64:*2`, `a,b,c`.

A range is low:high:step, both ends among its values where the step meets them; `*2` as the step multiplies. Ends are
written like any change: a value with its unit, `x 0.8`, `-20 %`, `+ 2 min`; the unit may stand at one of them alone.
low:high without a step is for samples (`lhs:64`, `sobol:128`), and ` log` behind it spreads them evenly in logarithms.
Anything else is a list, parted by commas.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from sim.scenario.arithmetic import plain_decimal
from sim.scenario.units import period_ms

MOST = 100_000
"""Values of one input."""
ALLOWED = "low:high:step such as 18:30:2 or '2 min:6 min:1 min', 'x 0.8:1.2:0.1', '1:64:*2', or a list a,b,c"
_NUM = r"(?:\d[\d_]*(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?"
_END = re.compile(rf"^\s*(x\s*|[+-]\s*)?({_NUM})(\s*[A-Za-z%]*\s*(?:/\s*[A-Za-z]+)?)\s*$")
_TAIL = re.compile(r"(\s+rounded(?: up| down)?)?(\s+log)?\s*$")
_TIMES_STEP = re.compile(rf"^\s*[*]\s*({_NUM})\s*$")

Kind = Literal["set", "times", "plus", "percent", "words"]


class ValuesError(ValueError):
    """Values that cannot be read: what is wrong, and at which character of the text (from 0)."""

    def __init__(self, wrong: str, at: int = 0, allowed: str = ALLOWED) -> None:
        super().__init__(wrong)
        self.wrong, self.at, self.allowed = wrong, at, allowed


@dataclass(frozen=True)
class Values:
    """What one input is to be."""

    kind: Kind
    texts: tuple[str, ...]
    """Each value as a change; empty where only bounds are given."""
    numbers: tuple[float, ...] = ()
    """The values as numbers in one unit, where they are such."""
    at: tuple[int, ...] = ()
    """Where each is written: characters from the start of the text."""
    unit: str = ""
    bounds: tuple[float, float] | None = None
    """Lowest and highest, where there is no step."""
    log: bool = False
    suffix: str = ""
    """`` rounded`` and its like."""

    def text(self, number: float, whole: bool = False) -> str:
        """A number as a change; ``whole`` where whole numbers stand there."""
        if whole and self.kind == "set":
            return f"{round(number)}{self.unit}"
        suffix = self.suffix or (" rounded" if whole else "")
        return _written(self.kind, Decimal(f"{number:.6g}"), self.unit, suffix)

    def draw(self, share: float, whole: bool = False) -> tuple[str, float | None]:
        """The value at a share in [0, 1) of the range (or of the list), and its number."""
        if self.bounds is None:
            place = min(int(share * len(self.texts)), len(self.texts) - 1)
            return self.texts[place], self.numbers[place] if self.numbers else None
        low, high = self.bounds
        number = low * (high / low) ** share if self.log else low + share * (high - low)
        number = float(f"{number:.6g}")
        return self.text(number, whole), float(round(number)) if whole and self.kind == "set" else number


@dataclass(frozen=True)
class _End:
    kind: Kind
    number: Decimal
    unit: str


def read_values(text: str) -> Values:
    """The values that a text stands for. Raises ValuesError.

    >>> read_values("18:24:2").texts, read_values("30 s:2 min:30 s").texts
    (('18', '20', '22', '24'), ('30 s', '60 s', '90 s', '120 s'))
    >>> read_values("x 0.8:1.2:0.2").texts, read_values("-10 %:+10 %:10 %").texts, read_values("1:8:*2").texts
    (('x 0.8', 'x 1', 'x 1.2'), ('-10 %', '+0 %', '+10 %'), ('1', '2', '4', '8'))
    """
    if not text.strip():
        raise ValuesError("there are no values")
    tail = _TAIL.search(text)
    assert tail is not None  # it matches nothing at least
    parts = text[: tail.start()].split(":")
    if 2 <= len(parts) <= 3 and all(_END.match(part) for part in parts[:2]):
        if len(parts) == 2 or _END.match(parts[2]) or _TIMES_STEP.match(parts[2]):
            return _range(parts, tail[1] or "", bool(tail[2]))
        at = len(parts[0]) + len(parts[1]) + 2
        raise ValuesError(f"'{parts[2].strip()}' is no step", at)
    return _list(text)


def _list(text: str) -> Values:
    """Parted by commas outside of brackets and quotes."""
    texts, places, depth, quote, start = [], [], 0, "", 0
    for place, sign in enumerate(f"{text},"):
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "\"'":
            quote = sign
        elif sign in "[{":
            depth += 1
        elif sign in "]}":
            depth -= 1
        elif sign == "," and depth <= 0:
            word = text[start:place]
            if not word.strip():
                raise ValuesError("a value is missing between commas", start)
            texts.append(word.strip())
            places.append(start + len(word) - len(word.lstrip()))
            start = place + 1
    if quote or depth > 0:
        raise ValuesError("a bracket or a quote is opened and never closed", start)
    for place, word in enumerate(texts):
        if word in texts[:place]:
            raise ValuesError(f"'{word}' is given twice", places[place], "each value once")
    ends = [_END.match(word) for word in texts]
    numbers: tuple[float, ...] = ()
    if all(ends):
        read = [_end(word) for word in texts]
        if len({(each.kind, each.unit.replace(" ", "")) for each in read}) == 1:
            numbers = tuple(float(each.number) for each in read)
    return Values("words", tuple(texts), numbers, tuple(places))


def _end(text: str) -> _End:
    match = _END.match(text)
    assert match is not None
    sign, number, unit = (match[1] or ""), Decimal(match[2].replace("_", "")), match[3].rstrip()
    if sign.strip() == "x":
        return _End("times", number, unit)
    number = -number if sign.strip() == "-" else number
    if sign and sign != sign.strip():
        return _End("plus", number, unit)
    bare_percent = unit.replace(" ", "") == "%"
    return _End("percent" if sign and bare_percent else "set", number, unit)


def _range(parts: list[str], suffix: str, log: bool) -> Values:
    low, high = _end(parts[0]), _end(parts[1])
    kind, middle = low.kind, len(parts[0]) + 1
    if high.kind != kind and not (high.kind == "set" or (kind == "set" and high.kind == "percent")):
        raise ValuesError(f"'{parts[1].strip()}' is not written in the way of '{parts[0].strip()}'", middle)
    kind = "percent" if "percent" in (low.kind, high.kind) else kind
    times = _TIMES_STEP.match(parts[2]) if len(parts) == 3 else None
    step = _end(parts[2]) if len(parts) == 3 and times is None else None
    ends = [low, high] if step is None else [low, high, step]
    unit = next((each.unit for each in ends if each.unit), "")
    offsets = [0, middle, middle + len(parts[1]) + 1]
    first, last, *by = [_in_unit(each, unit, offsets[k]) for k, each in enumerate(ends)]
    if last <= first:
        raise ValuesError("the second value of a range is not above the first", middle)
    if log and first <= 0:
        raise ValuesError("a logarithmic range starts above 0", 0)
    if len(parts) == 2:
        ends_ = (float(first), float(last))
        return Values(kind, (), bounds=ends_, unit=unit, log=log, suffix=suffix, at=(0, middle))
    numbers = (
        _geometric(first, last, Decimal(times[1]), offsets[2]) if times else _linear(first, last, by[0], offsets[2])
    )
    texts = tuple(_written(kind, number, unit, suffix) for number in numbers)
    return Values(kind, texts, tuple(map(float, numbers)), (0,) * len(texts), unit, suffix=suffix)


def _linear(first: Decimal, last: Decimal, step: Decimal, at: int) -> list[Decimal]:
    if step <= 0:
        raise ValuesError("a step is above 0", at)
    count = int((last - first) / step) + 1
    if count > MOST:
        raise ValuesError(f"these are {count:,} values", at, f"up to {MOST:,}")
    return [first + k * step for k in range(count)]


def _geometric(first: Decimal, last: Decimal, factor: Decimal, at: int) -> list[Decimal]:
    if factor <= 1 or first <= 0:
        raise ValuesError("a range that multiplies starts above 0, and its factor is above 1", at)
    count = int(math.log(last / first) / math.log(factor) + 1e-9) + 1
    if count > MOST:
        raise ValuesError(f"these are {count:,} values", at, f"up to {MOST:,}")
    return [first * factor**k for k in range(count)]


def _in_unit(end: _End, unit: str, at: int) -> Decimal:
    """A number in the unit of the range; lengths of time can be in another one."""
    mine, wanted = end.unit.replace(" ", ""), unit.replace(" ", "")
    if mine in ("", wanted):
        return end.number
    sizes = period_ms(mine), period_ms(wanted)
    if None in sizes:
        raise ValuesError(f"'{mine}' and '{wanted}' are different units", at, "one unit throughout")
    return end.number * sizes[0] / sizes[1]  # type: ignore[operator]


def _written(kind: Kind, number: Decimal, unit: str, suffix: str) -> str:
    shown, sign = plain_decimal(abs(number)), "-" if number < 0 else "+"
    if kind == "times":
        return f"x {shown}{unit}{suffix}"
    if kind == "plus":
        return f"{sign} {shown}{unit}{suffix}"
    if kind == "percent":
        return f"{sign}{shown}{unit}{suffix}"
    return f"{'-' if number < 0 else ''}{shown}{unit}"
