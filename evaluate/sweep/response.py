"""How figures respond to inputs: values by point, the mean effect of each input, and how much of it each explains."""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from evaluate.intervals import Figure
from evaluate.sweep.design import Design, Point
from evaluate.sweep.run import Told
from evaluate.sweep.table import Wanted
from evaluate.sweep.values import Values

BINS = 5
"""Parts of equal size into which the values of a sampled input are cut, at most."""
LEAST_IN_BIN = 4
"""Points that a part has at least, about."""


@dataclass
class Responses:
    """The value of every figure at every case that was told, eight bytes each; NaN is "no data"."""

    wanted: Sequence[Wanted]
    names: list[str] = field(default_factory=list)
    """Scenario of each case."""
    points: list[Point] = field(default_factory=list)
    numbers: array[int] = field(default_factory=lambda: array("q"))
    """Number of the point of each case."""
    replications: array[int] = field(default_factory=lambda: array("q"))
    values: dict[Wanted, array[float]] = field(default_factory=dict)
    lows: dict[Wanted, array[float]] = field(default_factory=dict)
    highs: dict[Wanted, array[float]] = field(default_factory=dict)
    units: dict[Wanted, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for each in self.wanted:
            for kept in (self.values, self.lows, self.highs):
                kept[each] = array("d")

    def add(self, told: Told) -> None:
        """One more case."""
        self.names.append(told.name)
        self.points.append(told.case.point)
        self.numbers.append(told.case.number)
        self.replications.append(told.replications)
        found = {row.wanted: row for row in told.rows}
        for each in self.wanted:
            row = found.get(each)
            figure = Figure(None) if row is None else row.figure
            ends = (self.values, figure.value), (self.lows, figure.low), (self.highs, figure.high)
            for kept, value in ends:
                kept[each].append(math.nan if value is None else value)
            if row is not None:
                self.units[each] = row.unit

    def __len__(self) -> int:
        return len(self.names)

    @property
    def scenarios(self) -> list[str]:
        """Names, each once, in order."""
        return list(dict.fromkeys(self.names))

    @property
    def known(self) -> list[Wanted]:
        """Figures of which any case has data."""
        return [each for each in self.wanted if any(value == value for value in self.values[each])]

    def of(self, scenario: str) -> np.ndarray:
        """Places of the cases of one scenario, int64."""
        return np.array([place for place, name in enumerate(self.names) if name == scenario], dtype=np.int64)

    def column(self, wanted: Wanted) -> np.ndarray:
        """float64 (cases,)"""
        return np.array(self.values[wanted], dtype=np.float64)


@dataclass(frozen=True)
class Effect:
    """One input's effect on one figure of a scenario: its mean at each level, the other inputs as they happen to be."""

    path: str
    levels: tuple[str, ...]
    numbers: tuple[float, ...]
    """Of the levels, where they are such."""
    means: tuple[float, ...]
    counts: tuple[int, ...]
    """Points with data at each level."""
    explains: float
    """Share of the variance over the points that lies between the levels; NaN where none varies, or too few points.

    On a grid the correlation ratio. In a sample the other inputs differ from level to level by chance, and so it is
    taken without what chance alone gives (epsilon squared, Kelley 1935), and not below 0.
    """

    @property
    def span(self) -> float:
        """Largest less smallest mean."""
        return max(self.means) - min(self.means) if self.means else math.nan


def effects(design: Design, found: Responses, scenario: str, wanted: Wanted) -> list[Effect]:
    """The effect of each input, in their order."""
    places = found.of(scenario)
    values = found.column(wanted)[places]
    there = ~np.isnan(values)
    points = [found.points[place] for place, ok in zip(places, there, strict=True) if ok]
    return [_effect(design, number, points, values[there]) for number in range(len(design.factors))]


def _effect(design: Design, number: int, points: Sequence[Point], values: np.ndarray) -> Effect:
    factor = design.factors[number]
    numbers = [point.numbers[number] for point in points]
    if factor.values.bounds is not None and points:
        labels, level_numbers, level = _binned(factor.values, np.array(numbers, dtype=np.float64))
    else:
        known = {point.texts[number]: point.numbers[number] for point in points}
        labels = [label for label in dict.fromkeys((*factor.values.texts, *known)) if label in known]
        places = {label: place for place, label in enumerate(labels)}
        level = np.array([places[point.texts[number]] for point in points], dtype=np.int64)
        level_numbers = [known[label] for label in labels]  # type: ignore[misc]
    counts = np.bincount(level, minlength=len(labels)) if len(values) else np.zeros(0, dtype=np.int64)
    means = np.bincount(level, weights=values, minlength=len(labels)) / counts if len(values) else np.zeros(0)
    total = float(((values - values.mean()) ** 2).sum()) if len(values) else 0.0
    between = float((counts * (means - values.mean()) ** 2).sum()) if len(values) else 0.0
    plain = tuple(float(each) for each in level_numbers) if None not in level_numbers else ()
    explains = between / total if total > 0 else math.nan
    if factor.values.bounds is not None and total > 0:
        free = len(values) - len(labels)
        explains = max(0.0, 1.0 - (1.0 - explains) * (len(values) - 1) / free) if free > 0 else math.nan
    return Effect(factor.path, tuple(labels), plain, tuple(map(float, means)), tuple(map(int, counts)), explains)


def _binned(values: Values, numbers: np.ndarray) -> tuple[list[str], list[float], np.ndarray]:
    """Labels, middles and, for each number, which part it is in; every part has numbers in it. Few values that stand
    often, such as whole numbers, are parts by themselves."""
    distinct = np.unique(numbers)
    if len(distinct) <= BINS and len(distinct) < len(numbers):
        shown = [values.text(float(f"{each:.12g}")) for each in distinct]
        return shown, distinct.tolist(), np.searchsorted(distinct, numbers)
    parts = min(BINS, max(2, len(numbers) // LEAST_IN_BIN))
    edges = np.quantile(numbers, np.linspace(0, 1, parts + 1))
    level = np.clip(np.searchsorted(edges, numbers, side="right") - 1, 0, parts - 1)
    inside, level = np.unique(level, return_inverse=True)
    groups = [numbers[level == k] for k in range(len(inside))]
    labels = [_span(values, float(each.min()), float(each.max())) for each in groups]
    return labels, [float(each.mean()) for each in groups], level


def _span(values: Values, low: float, high: float) -> str:
    """The values of a part, from its lowest to its highest."""
    ends = [values.text(float(f"{end:.4g}")) for end in (low, high)]
    return ends[0] if ends[0] == ends[1] else f"{ends[0]} to {ends[1]}"
