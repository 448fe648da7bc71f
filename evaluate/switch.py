"""Switching values (design 8.4): the value of an input at which the NPV is zero, found by simulating again and again.

The input takes each value in every scenario that has it, on the same tapes throughout, so that the worth changes with
the input alone. The search looks from the present value outwards for a change of sign and closes in on it by false
position (Illinois), which never leaves the bracket.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from evaluate.compare import Comparison, compare
from evaluate.intervals import Figure
from evaluate.simulate import simulate_all
from sim.scenario.changes import NoMatch, find
from sim.scenario.load import load
from sim.scenario.nodes import Node, from_python, read_path, show_path
from sim.scenario.problems import ScenarioProblems
from sim.scenario.resolved import Resolved
from sim.scenario.units import QuantityError, split_quantity

MEASURES = ("npv", "npv_tangible")
REACH = 4.0
"""Without other bounds the search goes from nothing to this many times the present value."""
_PROBES = 4
"""Values tried between the present one and each bound, nearest first: what is not monotone may switch in between."""
_ROUNDS = 12
_CLOSE = 1e-3
"""The bracket ends up this narrow, as a share of the value's size (or of the range)."""
_PULLS = 8


class NoSwitch(ValueError):
    """A question that has no answer; the message says why, in the planner's words."""


@dataclass(frozen=True)
class Input:
    """A value in the scenarios, as a number in its own unit."""

    path: str
    number: float
    unit: str
    """As written after the number: ``EUR/h``, ``%``, or nothing."""
    places: tuple[str, ...]

    def text(self, number: float) -> str:
        """The value as one writes it."""
        return f"{number:.6g} {self.unit}".strip()

    def change(self, number: float) -> str:
        """The value as `--set` takes it."""
        return f"{self.path}={number:.12g} {self.unit}".strip()


@dataclass(frozen=True)
class Switch:
    """Where the worth of the option changes its sign, or that it does not."""

    of: Input
    measure: str
    base: str
    option: str
    now: Figure
    """The measure at the present value."""
    value: float | None
    """The switching value, in the input's unit; None: there is none between the bounds."""
    low: float | None
    high: float | None
    """Between which values the replications' noise leaves the sign open; None where that is not known."""
    bounds: tuple[float, float]
    """Between which values it was looked for."""
    tried: tuple[tuple[float, float], ...]
    """(value, measure) of every simulation, in order of the value."""
    replications: int

    @property
    def change(self) -> float | None:
        """By which share of the present value it would have to move."""
        return None if self.value is None or self.of.number == 0 else self.value / self.of.number - 1.0


def switching_value(
    files: Sequence[str],
    path: str,
    measure: str = "npv",
    bounds: tuple[str | None, str | None] = (None, None),
    overlays: Sequence[str] = (),
    sets: Sequence[str] = (),
    seed: int | None = None,
    replications: int = 4,
    jobs: int = 1,
    engine: str | None = None,
    progress: Callable[[str], None] | None = None,
) -> Switch:
    """The switching value of the input at ``path`` for the NPV of the second file against the first.

    One file alone is set against itself with nothing of `decisions.investments`. ``bounds`` are values as written.
    Raises ScenarioProblems, NotComparable and NoSwitch.
    """
    pair = _pair(files, overlays, sets)
    given = _input(pair, path)
    search = _Search(pair, given, measure, seed, replications, jobs, engine, progress)
    low, high = _bounds(given, bounds)
    now = search.figure(given.number)
    if now.value == 0:
        raise NoSwitch(f"the {measure} is exactly zero now: is {path} an input of what differs between the scenarios?")
    low, high = (search.allowed(given.number, end) for end in (low, high))
    bracket = search.bracket(given.number, low, high)
    found = None if bracket is None else search.root(*bracket)
    noise = (None, None) if found is None else search.noise(found)
    return Switch(
        given,
        measure,
        pair[0].name,
        pair[1].name,
        now,
        found,
        *noise,
        (low, high),
        tuple(sorted((number, each.value or 0.0) for number, each in search.known.items())),
        replications,
    )


@dataclass(frozen=True)
class _Scenario:
    """A file with what is laid on it, and what it changes beside."""

    file: str
    overlays: tuple[str, ...]
    sets: tuple[str, ...]
    name: str
    document: Node

    def with_set(self, *changes: str) -> Resolved:
        found = load(self.file, self.overlays, (*self.sets, *changes))
        return replace(found, scenario=found.scenario.model_copy(update={"name": self.name}))


def _pair(files: Sequence[str], overlays: Sequence[str], sets: Sequence[str]) -> list[_Scenario]:
    if len(files) > 2:
        raise NoSwitch("give the base and one option, or one file that decides on investments")
    loaded = [load(file, overlays, sets) for file in files]
    pair = [
        _Scenario(file, tuple(overlays), tuple(sets), one.scenario.name, from_python(dict(one.document)))
        for file, one in zip(files, loaded, strict=True)
    ]
    if len(pair) == 2:
        return pair
    decided = loaded[0].scenario.decisions.investments
    if not decided:
        raise NoSwitch(f"{files[0]} decides on no investment: give a second file to set it against")
    without = tuple(f"decisions.investments.{name}=null" for name in decided)
    bare = load(files[0], overlays, (*sets, *without))
    base = replace(pair[0], sets=(*pair[0].sets, *without), name="nothing_decided")
    return [replace(base, document=from_python(dict(bare.document))), pair[0]]


def _input(pair: Sequence[_Scenario], path: str) -> Input:
    """The input's present value: the option's, or the base's where only that has it."""
    problem: NoMatch | None = None
    for one in reversed(pair):
        try:
            targets = [target for target in find(one.document, read_path(path)) if target.node is not None]
        except NoMatch as missed:
            problem = missed
            continue
        if not targets:
            raise NoSwitch(f"{path} has no value now, and so no unit: write its present value into the scenario first")
        texts = list(dict.fromkeys(target.node.written() for target in targets if target.node is not None))
        if len(texts) > 1:
            raise NoSwitch(f"{path} stands for different values ({', '.join(texts)}): name one of them")
        try:
            number, unit, per = split_quantity(texts[0])
        except QuantityError:
            raise NoSwitch(f"{path} is {texts[0]!r}, which is no amount that could be raised or lowered") from None
        written = f"{unit or ''}{f'/{per}' if per else ''}" if unit or not per else f"/{per}"
        return Input(path, number, written, tuple(show_path(target.path) for target in targets))
    assert problem is not None
    options = ", ".join(problem.options[:12])
    raise NoSwitch(f"no scenario has {path}: nothing matches '{problem.part}'; there are: {options}")


def _bounds(given: Input, bounds: tuple[str | None, str | None]) -> tuple[float, float]:
    """As given, or from nothing to several times the present value; of shares up to all."""

    def read(text: str) -> float:
        try:
            number, unit, per = split_quantity(text)
        except QuantityError as wrong:
            raise NoSwitch(f"{text!r}: {wrong}") from None
        written = f"{unit or ''}{f'/{per}' if per else ''}"
        if written not in ("", given.unit):
            raise NoSwitch(f"{text!r} is not in the unit of {given.path}, which is {given.unit or 'a plain number'}")
        return number

    ends = sorted((0.0, REACH * given.number))
    low = ends[0] if bounds[0] is None else read(bounds[0])
    high = ends[1] if bounds[1] is None else read(bounds[1])
    if not low <= given.number <= high or low == high:
        raise NoSwitch(
            f"the present value, {given.text(given.number)}, must lie between the bounds, {given.text(low)} and "
            f"{given.text(high)}, and they must differ: give --low and --high"
        )
    return low, high


class _Search:
    """The measure as a function of the input; every value is simulated once."""

    def __init__(
        self,
        pair: Sequence[_Scenario],
        given: Input,
        measure: str,
        seed: int | None,
        replications: int,
        jobs: int,
        engine: str | None,
        progress: Callable[[str], None] | None,
    ) -> None:
        self._pair, self._given, self._measure, self._progress = pair, given, measure, progress
        self._how = (seed, replications, jobs, engine)
        self.known: dict[float, Figure] = {}
        self.whole = given.number == round(given.number) and not given.unit and not self._can_be(given.number + 0.5)

    def figure(self, number: float) -> Figure:
        """The measure with the input at a value, or at the whole number beside it where it can be no other."""
        number = float(round(number)) if self.whole else number
        if number not in self.known:
            found = self._compared(number)
            figure = found.against[found.options[0].name][self._measure]
            self.known[number] = figure
            if self._progress is not None:
                self._progress(f"{self._given.text(number)}: {figure.value:,.0f} {found.currency}")
        return self.known[number]

    def worth(self, number: float) -> float:
        """Its mean."""
        return self.figure(number).value or 0.0

    def _compared(self, number: float) -> Comparison:
        return compare(simulate_all(self._worlds(number), *self._how))

    def _worlds(self, number: float) -> list[Resolved]:
        """Both scenarios with the value; one that does not have the input stays as it is."""
        return [
            one.with_set(*([self._given.change(number)] if _has(one, self._given.path) else [])) for one in self._pair
        ]

    def allowed(self, now: float, end: float) -> float:
        """The bound, or the farthest value towards it that a scenario may have."""
        for _ in range(_PULLS):
            end = float(round(end)) if self.whole else end
            if self._can_be(end):
                return end
            end = now + (end - now) / 2
        return now

    def _can_be(self, number: float) -> bool:
        try:
            self._worlds(number)
        except ScenarioProblems:
            return False
        return True

    def bracket(self, now: float, low: float, high: float) -> tuple[float, float] | None:
        """Two neighbouring values of different sign, the nearest to the present one first."""
        sign, inside = np.sign(self.worth(now)), {low: now, high: now}
        for step in range(1, _PROBES + 1):
            for end in (low, high):
                if end == now:
                    continue
                at = now + (end - now) * step / _PROBES
                if np.sign(self.worth(at)) != sign:
                    return inside[end], at
                inside[end] = at
        return None

    def root(self, one: float, other: float) -> float:
        """False position with the end that stays halved (Illinois); by halves where it gets stuck on a step."""
        if self.whole:
            return self._whole_root(float(round(one)), float(round(other)))
        a, b, at_a, at_b = one, other, self.worth(one), self.worth(other)
        wide = _CLOSE * max(abs(a), abs(b))
        for turn in range(_ROUNDS):
            if at_b == 0 or abs(b - a) <= wide:
                break
            middle = (a + b) / 2 if turn % 3 == 2 else b - at_b * (b - a) / (at_b - at_a)
            at_middle = self.worth(middle)
            if at_middle == 0:
                return middle
            if np.sign(at_middle) == np.sign(at_b):
                b, at_b, at_a = middle, at_middle, at_a / 2
            else:
                a, at_a, b, at_b = b, at_b, middle, at_middle
        ends = self.worth(a), self.worth(b)
        return b if at_b == 0 or ends[0] == ends[1] else b - ends[1] * (b - a) / (ends[1] - ends[0])

    def _whole_root(self, one: float, other: float) -> float:
        """The first whole number beyond the change of sign, by halves."""
        sign = np.sign(self.worth(one))
        while abs(other - one) > 1:
            middle = float(round((one + other) / 2))
            one, other = (middle, other) if np.sign(self.worth(middle)) == sign else (one, middle)
        return other

    def noise(self, root: float) -> tuple[float | None, float | None]:
        """Half-width of the measure's interval nearest to the root over its slope there."""
        if self.whole:
            return None, None
        near = sorted(self.known, key=lambda number: abs(number - root))[:2]
        figure = self.figure(near[0])
        slope = (self.worth(near[0]) - self.worth(near[1])) / (near[0] - near[1])
        if figure.high is None or figure.value is None or slope == 0:
            return None, None
        half = abs((figure.high - figure.value) / slope)
        return root - half, root + half


def _has(one: _Scenario, path: str) -> bool:
    try:
        return any(target.node is not None for target in find(one.document, read_path(path)))
    except NoMatch:
        return False
