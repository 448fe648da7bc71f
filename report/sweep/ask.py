"""What a sweep is asked: from the command line and from a design file, all that is wrong with it told at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from evaluate.sweep.design import Design, check_points, design_of, read_sample, read_vary
from evaluate.sweep.design_file import DesignFile, read_design
from evaluate.sweep.run import Budget, Wish, wish_of
from evaluate.sweep.table import Wanted, wanted_by_default, wanted_of
from report.given import Refused
from sim.scenario.points import Variable
from sim.scenario.problems import Problem, ScenarioProblems
from sim.scenario.units import MS_PER_SECOND, QuantityError, parse_duration, parse_share

_POINTS = re.compile(r"^\s*(\d+)\s*points?\s*$")


@dataclass(frozen=True)
class Asked:
    """A sweep, checked."""

    variables: tuple[Variable, ...]
    design: Design
    wish: Wish
    budget: Budget
    seed: int
    wanted: tuple[Wanted, ...]
    extra: tuple[Wanted, ...]
    """Of them, those that were named."""
    said: dict[str, Any]
    """As it was asked, for the manifest."""


def asked(
    files: Sequence[str],
    overlays: Sequence[str],
    sets: Sequence[str],
    vary: Sequence[str],
    design_file: str | None,
    sample: str | None,
    reps: int | None,
    precision: str | None,
    until: str | None,
    kpis: Sequence[str],
    seed: int | None,
    tell: Callable[[str], None] | None = None,
) -> Asked:
    """Reads scenarios and design, makes every point once. Raises ScenarioProblems and Refused."""
    problems: list[Problem] = []
    variables = _variables(files, overlays, sets, problems)
    file = DesignFile((), {}) if design_file is None else read_design(design_file, problems)
    factors = [*file.factors, *read_vary(vary, problems)]
    if not variables:
        raise ScenarioProblems(problems)
    names = [variable.declared.scenario.name for variable in variables]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise Refused(f"two scenarios are called {', '.join(twice)}: give each file its own `name`")
    base = variables[0].declared
    seed = base.scenario.experiment.seed if seed is None else seed
    chosen = _checked(read_sample, sample or file.said.get("sample") or "grid", "--sample")
    design = design_of(factors, chosen, seed, variables, problems)
    reps = reps or _checked(_count, file.said.get("replications"), "replications")
    wish = _checked(
        lambda text: wish_of(base, reps, _checked(_share, text, "--precision") if text else None),
        precision or file.said.get("precision") or "", "--precision",
    )  # fmt: skip
    budget = _checked(read_until, until or file.said.get("until"), "--until") or Budget()
    named = (*file.said.get("kpis", ()), *kpis)
    wanted = _checked(lambda texts: wanted_by_default([v.declared for v in variables], texts), named, "--kpi")
    extra = tuple(wanted_of(base, text) for text in named)
    if tell is not None and design.size > _MANY:
        tell(f"Checking {design.size:,} points ...")
    check_points(design, variables)
    said = {
        "vary": {factor.path: [*factor.values.texts, *(factor.values.bounds or ())] for factor in factors},
        "sample": str(chosen),
        "precision": wish.precision,
        "until": until or file.said.get("until"),
        "points": design.size,
    }
    return Asked(tuple(variables), design, wish, budget, seed, tuple(wanted), extra, said)


_MANY = 1000


def _variables(
    files: Sequence[str], overlays: Sequence[str], sets: Sequence[str], problems: list[Problem]
) -> list[Variable]:
    found = []
    for file in files:
        try:
            found.append(Variable.read(file, overlays, sets))
        except ScenarioProblems as wrong:
            problems += wrong.problems
    return found if len(found) == len(files) else []


def read_until(text: Any) -> Budget | None:
    """``500 points``, ``20 min``. Raises ValueError with what is allowed."""
    if text is None:
        return None
    match = _POINTS.match(str(text))
    if match is not None and int(match[1]) > 0:
        return Budget(points=int(match[1]))
    try:
        length = parse_duration(text)
    except QuantityError:
        length = 0
    if length <= 0:
        raise ValueError(f"'{text}' is no budget: write '500 points' or '20 min'")
    return Budget(seconds=length / MS_PER_SECOND)


def _count(text: Any) -> int | None:
    if text is None:
        return None
    if not str(text).isdigit() or int(text) < 1:
        raise ValueError(f"'{text}' is no number of replications: a whole number above 0")
    return int(text)


def _share(text: Any) -> float:
    share = parse_share(text)
    if share <= 0:
        raise ValueError("a precision is above 0, such as '2 %' of the value")
    return share


def _checked(read: Callable[[Any], Any], value: Any, name: str) -> Any:
    try:
        return read(value)
    except ValueError as wrong:
        text = str(wrong)
        raise Refused(text if text.startswith(name) else f"{name}: {text}") from None
