"""Which points a sweep has: every combination of the values, or a sample of them that fills the space evenly.

Samples are Latin hypercubes (McKay, Beckman and Conover 1979) and scrambled Sobol' points (Owen 1998), drawn by a
generator named by the seed: the same seed gives the same points.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Literal

import numpy as np

from evaluate.sweep.values import ALLOWED, Values, ValuesError, read_values
from sim.scenario.points import Setting, Variable
from sim.scenario.problems import Origin, Problem, ScenarioProblems

MOST_POINTS = 1_000_000
_SAMPLE = re.compile(r"^\s*(lhs|sobol)\s*:\s*(\d+)\s*$")
_SHOWN = 20


@dataclass(frozen=True)
class Factor:
    """One input that is varied."""

    path: str
    values: Values
    where: str
    """Who varies it: ``--vary 2``, or a design file."""
    line: int = 0
    column: int = 1
    """Where the text of its values begins."""

    def at(self, place: int = 0) -> Origin:
        """Where a character of its values is written."""
        if self.line:
            return Origin(self.where, self.line, self.column)
        return Origin(f"{self.where}, column {self.column + place}")

    def setting(self, text: str, place: int = 0) -> Setting:
        """One value as a change of a scenario."""
        return Setting(self.path, text, self.at(place))


@dataclass(frozen=True)
class Sample:
    """How points are chosen."""

    kind: Literal["grid", "lhs", "sobol"] = "grid"
    size: int = 0

    def __str__(self) -> str:
        return self.kind if self.kind == "grid" else f"{self.kind}:{self.size}"


@dataclass(frozen=True)
class Point:
    """The value of each factor, in their order."""

    texts: tuple[str, ...]
    numbers: tuple[float | None, ...]


@dataclass(frozen=True)
class Design:
    """All points; made one by one, since there may be many."""

    factors: tuple[Factor, ...]
    sample: Sample = Sample()
    seed: int = 0
    whole: tuple[bool, ...] = field(default=())
    """By factor: whether whole numbers stand there."""

    @property
    def size(self) -> int:
        """Number of points."""
        if self.sample.kind != "grid":
            return self.sample.size
        return math.prod(len(factor.values.texts) for factor in self.factors)

    def points(self) -> Iterator[Point]:
        """Every point: of a grid, the last factor goes fastest."""
        if self.sample.kind == "grid":
            for chosen in product(*(range(len(factor.values.texts)) for factor in self.factors)):
                pairs = [_level(factor.values, k) for factor, k in zip(self.factors, chosen, strict=True)]
                yield Point(tuple(text for text, _ in pairs), tuple(number for _, number in pairs))
            return
        for row in self._shares():
            drawn = [
                factor.values.draw(float(share), whole)
                for factor, share, whole in zip(self.factors, row, self.whole, strict=True)
            ]
            yield Point(tuple(text for text, _ in drawn), tuple(number for _, number in drawn))

    def _shares(self) -> np.ndarray:
        """float64 (points, factors) in [0, 1)"""
        from scipy.stats import qmc

        generator, dimensions = np.random.default_rng([self.seed, len(self.factors)]), len(self.factors)
        if self.sample.kind == "lhs":
            return np.asarray(qmc.LatinHypercube(dimensions, rng=generator).random(self.sample.size))
        power = math.ceil(math.log2(self.sample.size))
        return np.asarray(qmc.Sobol(dimensions, rng=generator).random_base2(power)[: self.sample.size])

    def settings(self, point: Point) -> tuple[Setting, ...]:
        """The changes of a point."""
        return tuple(factor.setting(text) for factor, text in zip(self.factors, point.texts, strict=True))


def _level(values: Values, place: int) -> tuple[str, float | None]:
    return values.texts[place], values.numbers[place] if values.numbers else None


def read_vary(texts: Sequence[str], problems: list[Problem]) -> list[Factor]:
    """Factors as the command line gives them, `PATH=VALUES`; what cannot be read is added to the problems."""
    found = []
    for number, text in enumerate(texts, start=1):
        where = f"--vary {number}"
        path, sign, values = text.partition("=")
        if not sign or not path.strip():
            wrong = "there is no '='" if not sign else "there is no path before '='"
            allowed = "PATH=VALUES, such as teams.frontline.agents=18:30:2"
            problems.append(Problem(text, wrong, allowed, origin=Origin(f"{where}, column 1")))
            continue
        factor = factor_of(path.strip(), values, where, problems, column=len(path) + 2)
        found += [] if factor is None else [factor]
    return found


def factor_of(
    path: str, text: str, where: str, problems: list[Problem], line: int = 0, column: int = 1
) -> Factor | None:
    """A factor from the text of its values; None where they cannot be read, which is added to the problems."""
    try:
        return Factor(path, read_values(text), where, line, column)
    except ValuesError as error:
        origin = Origin(where, line, column) if line else Origin(f"{where}, column {column + error.at}")
        problems.append(Problem(path, error.wrong, error.allowed, origin=origin))
        return None


def read_sample(text: str) -> Sample:
    """``grid``, ``lhs:64`` or ``sobol:128``. Raises ValueError with what is allowed."""
    if text.strip() == "grid":
        return Sample()
    match = _SAMPLE.match(text)
    if match is None or not 1 <= int(match[2]) <= MOST_POINTS:
        raise ValueError(
            f"'{text}' is no way to choose points: write grid, lhs:64 or sobol:128 (up to {MOST_POINTS:,})"
        )
    return Sample("lhs" if match[1] == "lhs" else "sobol", int(match[2]))


def design_of(
    factors: Sequence[Factor], sample: Sample, seed: int, variables: Sequence[Variable], problems: list[Problem]
) -> Design:
    """The design of factors that are in at least one of the scenarios. Raises ScenarioProblems with all that is wrong:
    what has been found before, paths that match nothing, values that no scenario may hold, each where it is written."""
    seen: dict[str, Factor] = {}
    for factor in factors:
        if factor.path in seen:
            wrong = f"{factor.path} is varied twice (see {seen[factor.path].where})"
            problems.append(Problem(factor.path, wrong, "each path once", origin=factor.at()))
        seen.setdefault(factor.path, factor)
        if sample.kind == "grid" and factor.values.bounds is not None:
            wrong = "a grid needs a step, and this range has none"
            allowed = f"{ALLOWED}; or --sample lhs:64"
            problems.append(Problem(factor.path, wrong, allowed, origin=factor.at()))
    if not factors and not problems:
        wrong = "nothing is varied"
        problems.append(Problem("", wrong, "--vary PATH=VALUES, or --design FILE", origin=Origin("sweep")))
    whole = tuple(any(_is_whole(variable, factor.path) for variable in variables) for factor in factors)
    design = Design(tuple(factors), sample, seed, whole)
    for factor, is_whole in zip(factors, whole, strict=True):
        problems += alone_problems(factor, is_whole, variables)
    if not problems and design.size > MOST_POINTS:
        wrong = f"this grid has {design.size:,} points"
        problems.append(
            Problem("", wrong, f"up to {MOST_POINTS:,}; --sample lhs:1000 takes a sample", origin=Origin("sweep"))
        )
    if problems:
        raise ScenarioProblems(problems)
    return design


def _is_whole(variable: Variable, path: str) -> bool:
    shapes = [(target.shape.main or target.shape) for target in variable.places(path)]
    return bool(shapes) and all(shape.unit == "whole number" for shape in shapes)


def alone_problems(factor: Factor, whole: bool, variables: Sequence[Variable]) -> list[Problem]:
    """What is wrong with each value of a factor by itself, the others as they are written."""
    having = [variable for variable in variables if variable.places(factor.path)]
    if not having:
        return variables[0].nowhere(replace(factor, column=1).setting("0"))
    if factor.values.bounds is not None:
        tried = [
            (factor.values.text(end, whole), place)
            for end, place in zip(factor.values.bounds, factor.values.at, strict=True)
        ]
    else:
        tried = list(zip(factor.values.texts, factor.values.at, strict=True))
    found_: list[Problem] = []
    for text, place in tried:
        for variable in having:
            try:
                variable.at((factor.setting(text, place),))
            except ScenarioProblems as found:
                found_ += found.problems
        if len(found_) > _SHOWN:
            break
    return found_


def check_points(design: Design, variables: Sequence[Variable], tell: Callable[[int], None] | None = None) -> None:
    """Makes every point once. Raises ScenarioProblems with what the first bad ones are told."""
    problems: list[Problem] = []
    bad = 0
    for number, point in enumerate(design.points(), start=1):
        for variable in variables:
            try:
                variable.at(design.settings(point))
            except ScenarioProblems as found:
                bad += 1
                if bad <= _SHOWN:
                    shown = ", ".join(f"{f.path}={text}" for f, text in zip(design.factors, point.texts, strict=True))
                    problems += [_of_point(problem, number, shown) for problem in found.problems]
        if tell is not None:
            tell(number)
    if bad > _SHOWN:
        problems.append(Problem("", f"... and {bad - _SHOWN} more points", origin=Origin("sweep")))
    if problems:
        raise ScenarioProblems(problems)


def _of_point(problem: Problem, number: int, shown: str) -> Problem:
    return replace(problem, origin=Origin(f"point {number} ({shown})"))
