"""A part of a change: what an investment does while its effect still grows.

At the fraction f of the full effect a relative change of s acts as the factor 1 + f s, an added amount as f times the
amount, a value that replaces another as old + f (new - old). Shares that add up to 100 % at full effect therefore do so
at every fraction. What cannot be scaled (texts, true or false, lists) stays as it was until the effect is full.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal, localcontext

from sim.scenario.arithmetic import Change, ChangeError, plain_decimal, quantity_of
from sim.scenario.nodes import Node
from sim.scenario.quantities import PARSERS
from sim.scenario.shapes import Shape
from sim.scenario.units import QuantityError

FULL = Decimal(1)
_CANONICAL = {"duration": " ms", "rate": " /day", "growth": " %/year", "decay": " %/year"}
_NEUTRAL: dict[str, str | int] = {"share": "0 %", "factor": "100 %", "whole number": 0}
"""What it means that an entry of a map of such values is absent."""


def scaled(change: Change, fraction: Decimal, shape: Shape) -> Change:
    """A relative change at a fraction of its effect; whole numbers are rounded on the way."""
    whole = (shape.main or shape).unit == "whole number"
    return replace(
        change,
        text=f"{change.text} (at {plain_decimal(100 * fraction)} %)",
        factor=1 + fraction * (change.factor - 1),
        amount=fraction * change.amount,
        share=fraction * change.share,
        rounding=change.rounding or ("rounded" if whole else ""),
    )


def part_way(old: Node | None, new: Node | None, shape: Shape, fraction: Decimal, entry: bool = False) -> Node | None:
    """The value at a fraction of the way from old to new, or None where there is nothing between them.

    ``entry``: an entry of a map of shares, factors or numbers, where absent means a share of 0 or a factor of 1.
    """
    old, new = _in_full(old, shape), _in_full(new, shape)
    if old is not None and new is not None and old.is_map and new.is_map:
        return _maps(old, new, shape.pick(new), fraction)
    unit = (shape.main or shape).unit
    if entry and unit in _NEUTRAL:
        neutral = Node(_NEUTRAL[unit])
        old, new = old or neutral, new or neutral
    if old is None or new is None or not (old.is_scalar and new.is_scalar):
        return None
    return _between(old, new, unit, fraction)


def _in_full(node: Node | None, shape: Shape) -> Node | None:
    """A short form as the block that it stands for."""
    shape = shape.pick(node)
    if node is None or not node.is_scalar or not shape.short or shape.short == "channel" or node.value == "never":
        return node
    return Node({shape.short: node}, node.origin)


def _maps(old: Node, new: Node, shape: Shape, fraction: Decimal) -> Node | None:
    entries = dict(old.children)
    moved = False
    for key in dict.fromkeys((*old.children, *new.children)):
        inner = shape.step(key)
        if inner is None:
            continue
        before, after = old.children.get(key), new.children.get(key)
        if shape.kind == "block":
            default = shape.fields[key].default_node()
            before, after = before or default, after or default
        made = part_way(before, after, inner, fraction, entry=shape.kind == "map" and not shape.declares)
        if made is not None:
            entries[key], moved = made, True
    return replace(old, value=entries, origin=new.origin) if moved else None


def _between(old: Node, new: Node, unit: str, fraction: Decimal) -> Node | None:
    if unit in ("text", "choice", "date", "start", "true or false", ""):
        return None
    try:
        (first, tail_of_first), (second, tail) = quantity_of(old), quantity_of(new)
    except ChangeError:
        return None
    if unit in ("share", "factor"):
        first, second = _percent(first, tail_of_first), _percent(second, tail)
        tail_of_first = tail = " %"
    tail_of_first, tail = tail_of_first or tail if not first else tail_of_first, tail or tail_of_first
    if tail_of_first.replace(" ", "") != tail.replace(" ", ""):
        try:
            first, second, tail = _canonical(old, new, unit, tail)
        except QuantityError:
            return None
    with localcontext() as context:
        context.prec = 60
        result = first + fraction * (second - first)
        if unit == "whole number":
            result = result.quantize(Decimal(1), rounding=ROUND_HALF_UP)
        elif tail == " ms":
            result = result.quantize(Decimal(1))
    text = plain_decimal(result)
    how = f"{plain_decimal(100 * fraction)} % of the way from {old.written()} to {new.written()}"
    if tail.strip():
        return Node(f"{text}{tail.rstrip()}", new.origin, how=how)
    value: int | float = int(result) if result == result.to_integral_value() else float(result)
    return Node(value, new.origin, text=text, how=how)


def _percent(number: Decimal, tail: str) -> Decimal:
    return number if "%" in tail else number * 100


def _canonical(old: Node, new: Node, unit: str, tail: str) -> tuple[Decimal, Decimal, str]:
    """Both in the unit in which the program counts; 17 digits say a binary fraction exactly enough."""
    if unit != "money rate" and unit not in _CANONICAL:
        raise QuantityError("these are of different kinds")
    first, second = (Decimal(repr(PARSERS[unit](node.text or node.value))) for node in (old, new))
    if unit in ("growth", "decay"):
        return 100 * first, 100 * second, _CANONICAL[unit]
    if unit == "money rate":
        return first, second, f" {tail.strip().partition('/')[0].strip()}/h"
    return first, second, _CANONICAL[unit]
