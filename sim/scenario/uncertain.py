"""How a value may turn out: the law that `uncertain:` declares for a path, its quantiles, and a draw as a change.

A draw is written as a `change` and takes the way of every other change, so that units, wildcards and checks are those
of `changes:`. Normal and lognormal laws are cut at their 0.1st and 99.9th percentiles: what is drawn beyond takes the
value there, so that a law has two ends that can be checked.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate
from statistics import NormalDist
from typing import Literal

from sim.scenario.arithmetic import ALLOWED, Change, ChangeError, plain_decimal, quantity_of, read_change
from sim.scenario.changes import apply_change, find
from sim.scenario.nodes import Node, from_python, read_path
from sim.scenario.problems import NOWHERE, Origin, Problem
from sim.scenario.quantities import PARSERS
from sim.scenario.resolved import Resolved
from sim.scenario.schema.uncertain import Uncertain
from sim.scenario.shapes import Shape
from sim.scenario.yaml_text import plain_scalar

LAWS = ("triangular", "normal", "lognormal", "uniform", "discrete")
TAIL = 0.001
"""Share of a normal or lognormal law that is cut on either side."""
_LINEAR = ("duration", "share", "factor", "rate", "money", "money rate")
"""Units in which twice the number is twice the value, whatever period or currency it is written in."""


@dataclass(frozen=True)
class Law:
    """How a path may turn out, as numbers in one unit."""

    path: str
    name: Literal["triangular", "normal", "lognormal", "uniform", "discrete"]
    kind: Literal["set", "times", "plus", "points", "move"]
    numbers: tuple[float, ...]
    """triangular: low, mode, high; normal: mean, sd; lognormal: median, sigma; uniform: low, high; discrete: values."""
    unit: str = ""
    """Behind a number, such as ` EUR/h`."""
    to: str = ""
    """Where a moved share goes."""
    weights: tuple[float, ...] = ()
    words: tuple[str, ...] = ()
    """Values of a discrete law that are no numbers; `numbers` are then their places."""
    whole: bool = False
    """Whether whole numbers stand there: draws are rounded."""
    text: str = ""
    """As declared."""

    def quantile(self, share: float) -> float:
        """The number that is not exceeded with this probability.

        >>> Law("a", "triangular", "times", (0.0, 1.0, 2.0)).quantile(0.5)
        1.0
        """
        if self.name == "uniform":
            low, high = self.numbers
            return low + share * (high - low)
        if self.name == "triangular":
            return _triangular(share, *self.numbers)
        if self.name == "discrete":
            total = sum(self.weights)
            reached = accumulate(weight / total for weight in self.weights)
            return next((x for x, sum_ in zip(self.numbers, reached, strict=True) if share < sum_), self.numbers[-1])
        z = NormalDist().inv_cdf(min(max(share, TAIL), 1 - TAIL))
        middle, spread = self.numbers
        return middle + spread * z if self.name == "normal" else middle * math.exp(spread * z)

    @property
    def ends(self) -> tuple[float, float, float]:
        """Lowest, middle and highest number that can be drawn."""
        return self.quantile(0.0), self.quantile(0.5), self.quantile(1.0)

    def change(self, number: float) -> str:
        """A number as the change that it makes."""
        if self.words:
            return self.words[round(number)]
        if self.kind == "set" and self.whole:
            return str(round(number))
        shown = plain_decimal(Decimal(f"{abs(number):.12g}"))
        sign = "-" if number < 0 and float(shown) else ""
        if self.kind == "times":
            return f"x {sign}{shown}" + (" rounded" if self.whole else "")
        if self.kind == "plus":
            return f"{sign or '+'} {shown}{self.unit}" + (" rounded" if self.whole else "")
        if self.kind == "points":
            return f"{sign or '+'} {shown} points"
        if self.kind == "move":
            return f"move {sign}{shown} % to {self.to}"
        return f"{sign}{shown}{self.unit}"

    def at(self, share: float) -> str:
        """The change at a quantile."""
        return self.change(self.quantile(share))


def _triangular(share: float, low: float, mode: float, high: float) -> float:
    """Inverse of the triangular distribution function (Johnson, Kotz and Balakrishnan 1995, ch. 26.9)."""
    turn = (mode - low) / (high - low)
    if share < turn:
        return low + math.sqrt(share * (high - low) * (mode - low))
    return high - math.sqrt((1 - share) * (high - low) * (high - mode))


class LawError(ValueError):
    """A law that cannot be read: what is wrong, what is allowed, what was probably meant, and where in the entry."""

    def __init__(self, wrong: str, allowed: str = "", meant: str = "", inside: tuple[str | int, ...] = ()) -> None:
        super().__init__(wrong)
        self.wrong, self.allowed, self.meant, self.inside = wrong, allowed, meant, inside


def change_node(text: str, origin: Origin = NOWHERE) -> Node:
    """The text of a change as the node that a file would hold."""
    value = plain_scalar(text)
    numeric = isinstance(value, int | float) and not isinstance(value, bool)
    return Node(value, origin, text=text if numeric else "")


def lay(document: Node, path: str, change: str, origin: Origin, problems: list[Problem]) -> Node:
    """The document under one draw. What an investment or an event changes is itself a change: it is replaced."""
    targets = find(document, read_path(path))
    if not all(target.shape.kind == "any" for target in targets):
        return apply_change(document, path, change_node(change, origin), problems, at="uncertain")
    for target in targets:
        document = document.put(target.path, change_node(change, origin))
    return document


def read_law(path: str, declared: Uncertain, shape: Shape) -> Law:
    """The law of one entry, where values of this shape stand. Raises LawError."""
    given = [name for name in LAWS if getattr(declared, name) is not None]
    if len(given) != 1:
        wrong = f"{' and '.join(given)} are given" if given else "no law is given"
        raise LawError(wrong, f"exactly one of {', '.join(LAWS)}")
    shape = shape.main or shape
    whole = shape.unit == "whole number"
    if declared.triangular is not None:
        kind, unit, to, numbers = _figures(declared.triangular, shape, "triangular")
        if not (numbers[0] <= numbers[1] <= numbers[2] and numbers[0] < numbers[2]):
            raise LawError("low, mode and high are not in this order", "[low, mode, high]", inside=("triangular",))
        return Law(path, "triangular", kind, numbers, unit, to, whole=whole, text=_shown(declared.triangular))
    if declared.uniform is not None:
        kind, unit, to, numbers = _figures(declared.uniform, shape, "uniform")
        if numbers[0] >= numbers[1]:
            raise LawError("the low end is not below the high one", "[low, high]", inside=("uniform",))
        return Law(path, "uniform", kind, numbers, unit, to, whole=whole, text=_shown(declared.uniform))
    if declared.normal is not None:
        return _normal(path, declared.normal.mean, declared.normal.sd, shape, whole)
    if declared.lognormal is not None:
        return _lognormal(path, declared, shape, whole)
    return _discrete(path, declared.discrete or {}, shape, whole)


def _shown(figures: Sequence[str]) -> str:
    return " | ".join(figures)


Figures = tuple[Literal["set", "times", "plus", "points", "move"], str, str, tuple[float, ...]]


def _figures(texts: Sequence[str], shape: Shape, key: str) -> Figures:
    """What kind of change all figures are, their unit, where they move to, and their numbers."""
    read = [_read(text, (key, place)) for place, text in enumerate(texts)]
    kinds = list(dict.fromkeys(change.kind for change in read))
    if "remove" in kinds:
        raise LawError("null is no quantity", ALLOWED, inside=(key,))
    if len(kinds) > 1:
        other = next(place for place, change in enumerate(read) if change.kind != read[0].kind)
        raise LawError(f"'{texts[other]}' is not written in the way of '{texts[0]}'",
                       "values throughout, or changes of one kind throughout", inside=(key, other))  # fmt: skip
    first = read[0]
    if first.kind == "times":
        return "times", "", "", tuple(float(change.factor) for change in read)
    if first.kind == "points":
        return "points", "", "", tuple(float(change.amount) for change in read)
    if first.kind == "move":
        if len({change.to for change in read}) > 1:
            raise LawError("shares move to different places", "one place throughout", inside=(key,))
        return "move", "", first.to, tuple(100 * float(change.share) for change in read)
    if first.kind == "plus":
        units = [f" {c.unit}" * bool(c.unit) + f"/{c.per}" * bool(c.per) for c in read]
        if len(set(units)) > 1:
            raise LawError("the figures are in different units", "one unit throughout", inside=(key,))
        return "plus", units[0], "", tuple(float(change.amount) for change in read)
    return ("set", *_values(texts, shape, key))


def _read(text: str, inside: tuple[str | int, ...]) -> Change:
    try:
        return read_change(change_node(text))
    except ChangeError as error:
        raise LawError(error.wrong, error.allowed, error.meant, inside) from None


def _values(texts: Sequence[str], shape: Shape, key: str) -> tuple[str, str, tuple[float, ...]]:
    """Values in the unit of the first."""
    parts = []
    for place, text in enumerate(texts):
        try:
            parts.append(quantity_of(change_node(text)))
        except ChangeError:
            raise LawError(f"'{text}' is not a quantity", ALLOWED, inside=(key, place)) from None
    numbers = tuple(float(number) for number, _ in parts)
    unit = parts[0][1].rstrip()
    if len({tail.replace(" ", "") for _, tail in parts}) == 1:
        return unit, "", numbers
    if shape.unit not in _LINEAR:
        raise LawError("the figures are in different units", "one unit throughout", inside=(key,))
    try:
        read = [float(PARSERS[shape.unit](text)) for text in texts]
        scale = float(PARSERS[shape.unit](f"1{unit}"))
    except ValueError as error:
        raise LawError(str(error), ALLOWED, inside=(key,)) from None
    return unit, "", tuple(value / scale for value in read)


def _normal(path: str, mean: str, sd: str, shape: Shape, whole: bool) -> Law:
    kind, unit, to, (middle,) = _figures([mean], shape, "normal")
    try:
        number, tail = quantity_of(change_node(sd))
    except ChangeError:
        raise LawError(f"'{sd}' is not a quantity", "such as '10 %'", inside=("normal", "sd")) from None
    spread, tail = float(number), tail.replace(" ", "")
    if kind == "times":
        if tail not in ("", "%"):
            wrong = f"'{sd}' is not a share, and the mean is a factor"
            raise LawError(wrong, "such as '10 %'", inside=("normal", "sd"))
        spread /= 100 if tail == "%" else 1
    elif tail != ("points" if kind == "points" else "%" if kind == "move" else unit.replace(" ", "")):
        raise LawError(f"'{sd}' is not in the unit of the mean, '{mean}'", "one unit for both", inside=("normal", "sd"))
    if spread <= 0:
        raise LawError("the standard deviation is not above 0", inside=("normal", "sd"))
    return Law(path, "normal", kind, (middle, spread), unit, to, whole=whole, text=f"mean {mean}, sd {sd}")


def _lognormal(path: str, declared: Uncertain, shape: Shape, whole: bool) -> Law:
    law = declared.lognormal
    assert law is not None
    if (law.sigma is None) == (law.cv is None):
        raise LawError("the spread is given " + ("twice" if law.sigma else "nowhere"), "sigma, or cv",
                       inside=("lognormal",))  # fmt: skip
    kind, unit, to, (median,) = _figures([law.median], shape, "lognormal")
    if median <= 0:
        raise LawError("the median is not above 0", inside=("lognormal", "median"))
    sigma = law.sigma if law.sigma is not None else math.sqrt(math.log1p((law.cv or 0.0) ** 2))
    spread = f"sigma {law.sigma:g}" if law.sigma is not None else f"cv {law.cv:g}"
    text = f"median {law.median}, {spread}"
    return Law(path, "lognormal", kind, (median, sigma), unit, to, whole=whole, text=text)


def _discrete(path: str, weights: dict[str, float], shape: Shape, whole: bool) -> Law:
    texts = list(weights)
    shown = ", ".join(f"{text}: {weight:g}" for text, weight in weights.items())
    try:
        kind, unit, to, numbers = _figures(texts, shape, "discrete")
    except LawError:  # words, or a mixture of changes: in their declared order
        words, places = tuple(texts), tuple(float(place) for place in range(len(texts)))
        return Law(path, "discrete", "set", places, weights=tuple(weights.values()), words=words, text=shown)
    order = sorted(range(len(texts)), key=lambda place: numbers[place])
    return Law(path, "discrete", kind, tuple(numbers[k] for k in order), unit, to,
               weights=tuple(weights[texts[k]] for k in order), whole=whole, text=shown)  # fmt: skip


def laws_of(resolved: Resolved) -> list[Law]:
    """The laws that a checked scenario declares, in their order."""
    document = from_python(dict(resolved.document))
    return [
        read_law(path, declared, find(document, read_path(path))[0].shape)
        for path, declared in resolved.scenario.uncertain.items()
    ]
