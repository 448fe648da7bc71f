"""What a change says (`x 1.2`, `-35 %`, `+ 2 min`, a value) and its exact decimal arithmetic on a written quantity.

A sign that touches a number belongs to the number. So ``-2 %/year`` is a value; only a bare percentage, ``-35 %`` or
``+10 %``, is relative to the present value. A sign with a space after it adds or takes away: ``+ 2 min``, ``- 1 EUR``,
``+ 6``; percentage points are ``+ 5 points``. ``move 40 % to chat`` takes a part of a share of a mix and gives it to
another, so that the mix still adds up. Results keep the unit of the present value and every digit.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Context, Decimal, localcontext
from fractions import Fraction
from typing import Literal

from sim.scenario.nodes import Node
from sim.scenario.quantities import NOUN, quoted
from sim.scenario.shapes import Shape
from sim.scenario.units import period_ms

ALLOWED = "a value, 'x 1.2', '-35 %' or '+10 %' (of the present value), '+ 2 min' or '- 1 EUR', '+ 5 points', null"
_NUM = r"(?:\d[\d_]*(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?"
_ROUND = r"(?:\s+(rounded(?: up| down)?))?"
_TIMES = re.compile(rf"^[x\u00d7*]\s*({_NUM})\s*(%)?{_ROUND}$")
_PERCENT = re.compile(rf"^([+-]{_NUM})\s*%{_ROUND}$")
_SPACED_PERCENT = re.compile(rf"^([+-])\s+({_NUM})\s*%{_ROUND}$")
_POINTS = re.compile(rf"^([+-])\s*({_NUM})\s*(?:points?|pp)$")
_PLUS = re.compile(rf"^([+-])\s+({_NUM})\s*([A-Za-z%]*)\s*(?:/\s*([A-Za-z]+))?{_ROUND}$")
_JOINED_PLUS = re.compile(rf"^\+({_NUM}.*)$")
_MOVE = re.compile(rf"^move\s+({_NUM})\s*%\s+to\s+(\w[\w.-]*)$")
_QUANTITY = re.compile(rf"^\s*([+-]?{_NUM})(\s*([A-Za-z%]*)\s*(?:/\s*([A-Za-z]+))?)\s*$")
_ROUNDING = {"rounded": ROUND_HALF_UP, "rounded up": ROUND_CEILING, "rounded down": ROUND_FLOOR}
_MAX_EXPONENT = 30
_RATES = Context(prec=17)  # rates of different periods: as exact as a binary fraction can hold


class ChangeError(ValueError):
    """A change that cannot be read or applied: what is wrong, what is allowed, what was probably meant."""

    def __init__(self, wrong: str, allowed: str = "", meant: str = "") -> None:
        super().__init__(wrong)
        self.wrong, self.allowed, self.meant = wrong, allowed, meant


@dataclass(frozen=True)
class Change:
    """A change, read."""

    kind: Literal["set", "remove", "times", "plus", "points", "move"]
    text: str
    """As written."""
    node: Node
    factor: Decimal = Decimal(1)
    amount: Decimal = Decimal(0)
    unit: str = ""
    per: str = ""
    rounding: str = ""
    share: Decimal = Decimal(0)
    """Part of the present value that moves to the entry ``to``."""
    to: str = ""

    @property
    def relative(self) -> bool:
        """Whether it needs a present value."""
        return self.kind in ("times", "plus", "points", "move")


def read_change(node: Node) -> Change:
    """What a change says. Raises ChangeError where it could mean two things.

    >>> read_change(Node("-35 %")).factor, read_change(Node("+ 2 min")).amount, read_change(Node("x 1.2")).kind
    (Decimal('0.65'), Decimal('2'), 'times')
    """
    if node.value is None:
        return Change("remove", "null", node)
    text = node.text if isinstance(node.value, int | float) else node.value if isinstance(node.value, str) else ""
    text = text.strip()
    if text in ("null", "~"):
        return Change("remove", "null", node)
    if match := _TIMES.match(text):
        factor = _decimal(match[1]) / (100 if match[2] else 1)
        return Change("times", text, node, factor=factor, rounding=match[3] or "")
    if match := _PERCENT.match(text):
        return Change("times", text, node, factor=1 + _decimal(match[1]) / 100, rounding=match[2] or "")
    if match := _MOVE.match(text):
        share = _decimal(match[1]) / 100
        if share > 1:
            raise ChangeError(f"'{text}' moves more than there is", "up to 100 % of the present value")
        return Change("move", text, node, share=share, to=match[2])
    if match := _SPACED_PERCENT.match(text):
        sign, number = match[1], match[2]
        raise ChangeError(f"'{text}' could mean two things",
                          f"'{sign}{number} %' (relative to the present value) or '{sign} {number} points' "
                          "(percentage points)")  # fmt: skip
    if match := _POINTS.match(text):
        return Change("points", text, node, amount=_decimal(match[1] + match[2]))
    if match := _PLUS.match(text):
        amount = _decimal(match[1] + match[2])
        return Change("plus", text, node, amount=amount, unit=match[3], per=match[4] or "", rounding=match[5] or "")
    if match := _JOINED_PLUS.match(text):
        raise ChangeError(f"'{text}' could mean two things", f"'+ {match[1]}' (adds it) or '{match[1]}' (sets it)")
    return Change("set", text or node.written(), node)


def _decimal(text: str) -> Decimal:
    number = Decimal(text.replace("_", "").strip())
    if number and abs(number.adjusted()) > _MAX_EXPONENT:
        raise ChangeError(f"{text} is too large or too small a number to compute with")
    return number


def changed(change: Change, present: Node, shape: Shape) -> Node:
    """The present value after a relative change: same unit, every digit, and where it came from in `how`."""
    if isinstance(present.value, list) and shape.item is not None:
        return replace(present, value=[changed(change, item, shape.item) for item in present.value], how="")
    match = _QUANTITY.match(present.text or str(present.value))
    if match is None or isinstance(present.value, bool) or shape.unit in ("text", "choice", "date", "start"):
        raise ChangeError(f"{quoted(present)} is not a quantity that '{change.text}' could change", "a new value")
    number, tail = _decimal(match[1]), match[2]
    with localcontext() as context:
        context.prec = 60
        if change.kind == "times":
            result = number * change.factor
        elif change.kind == "points":
            result = number + _points(change, shape, match[3])
        else:
            added, tail = _added(change, shape, number, match)
            result = number + added
        if change.rounding:
            result = result.quantize(Decimal(1), rounding=_ROUNDING[change.rounding])
    text = plain_decimal(result)
    how = f"{present.how or present.written()} {change.text}"
    if shape.unit == "whole number" and result != result.to_integral_value():
        raise ChangeError(f"{how} = {text}, and a whole number is needed here",
                          f"'{change.text} rounded' (or 'rounded up', 'rounded down')")  # fmt: skip
    made = text + tail.rstrip()
    if isinstance(present.value, str) or tail.strip():
        return Node(made, change.node.origin, how=how)
    value: int | float = int(result) if result == result.to_integral_value() else float(result)
    return Node(value, change.node.origin, text=text, how=how)


def quantity_of(node: Node) -> tuple[Decimal, str]:
    """Number and unit as written: ``'24.50 EUR/h'`` -> ``(Decimal('24.50'), ' EUR/h')``. Raises ChangeError."""
    match = _QUANTITY.match(node.text or str(node.value))
    if match is None or isinstance(node.value, bool):
        raise ChangeError(f"{quoted(node)} is not a quantity")
    return _decimal(match[1]), match[2]


def moved(change: Change, present: Node, other: Node) -> tuple[Node, Node]:
    """What is left of a share, and the share that takes the rest. Both in percent."""
    here, there = (
        number if "%" in tail else 100 * number for number, tail in (quantity_of(present), quantity_of(other))
    )
    part = here * change.share
    return (
        Node(f"{plain_decimal(here - part)} %", change.node.origin, how=f"{present.written()} {change.text}"),
        Node(
            f"{plain_decimal(there + part)} %", change.node.origin, how=f"{other.written()} + {plain_decimal(part)} %"
        ),
    )


def plain_decimal(number: Decimal) -> str:
    """Digits without an exponent and without idle zeros.

    >>> plain_decimal(Decimal("24.50") * Decimal("1.10")), plain_decimal(Decimal("1E+3"))
    ('26.95', '1000')
    """
    text = format(number, "f")
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


def _points(change: Change, shape: Shape, present_unit: str) -> Decimal:
    if shape.unit == "points":
        return change.amount
    if shape.unit not in ("share", "factor"):
        noun = NOUN.get(shape.unit, "this")
        raise ChangeError(f"'{change.text}' adds percentage points, and {noun} is no percentage",
                          "a quantity of the same kind, such as '+ 1 %/year' for a growth rate")  # fmt: skip
    return change.amount if present_unit == "%" else change.amount / 100


def _added(change: Change, shape: Shape, number: Decimal, match: re.Match[str]) -> tuple[Decimal, str]:
    """What is added, in the unit of the present value, and the unit that the result is written with."""
    tail, unit, per = match[2], match[3], match[4] or ""
    if not unit and not per and number == 0 and (change.unit or change.per):  # a bare 0 has no unit of its own
        return change.amount, f" {change.unit}" + (f"/{change.per}" if change.per else "")
    if shape.unit in ("share", "factor") and not change.unit and not change.per:
        return change.amount * (100 if unit == "%" else 1), tail
    if shape.unit == "duration":
        return _added_duration(change, number, unit, tail)
    if change.unit != unit or bool(change.per) != bool(per):
        raise ChangeError(f"'{change.text}' cannot be added to '{match[0].strip()}'",
                          f"a quantity of the same kind, such as '+ 1{tail}'")  # fmt: skip
    if per and change.per.lower().rstrip("s") != per.lower().rstrip("s"):
        if shape.unit in ("growth", "decay"):
            raise ChangeError(f"'{change.text}' cannot be added to '{match[0].strip()}': rates of different periods "
                              "compound, they do not add", f"the same period, such as '+ 1{tail}'")  # fmt: skip
        return change.amount * _as_decimal(_ratio(change, per, change.per)).normalize(_RATES), tail
    return change.amount, tail


def _added_duration(change: Change, number: Decimal, unit: str, tail: str) -> tuple[Decimal, str]:
    """In the present unit where a decimal can say it (`4 min + 30 s`), else in the unit added (`24 h + 7 s`)."""
    ratio = _ratio(change, change.unit, unit)
    added = Fraction(change.amount) * ratio
    if _terminates(added):
        return _as_decimal(added), tail
    present = number * _as_decimal(1 / ratio)
    return present + change.amount - number, f" {change.unit}"


def _terminates(ratio: Fraction) -> bool:
    rest = ratio.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    return rest == 1


def _as_decimal(ratio: Fraction) -> Decimal:
    return Decimal(ratio.numerator) / Decimal(ratio.denominator)


def _ratio(change: Change, one: str, other: str) -> Fraction:
    """Length of period ``one`` in units of ``other``."""
    first, second = period_ms(one) if one else None, period_ms(other) if other else None
    if first is None or second is None:
        what = f"'{one}' is no unit of time" if one else "it has no unit"
        raise ChangeError(f"'{change.text}' cannot be added to a duration: {what}", "such as '+ 2 min'")
    return Fraction(first, second)
