"""Tornado: each input at its 10th and 90th percentile, all others at their medians, on the same tapes.

Inputs that nobody declared uncertain, but on which most answers hang, are moved by 10 % either way. The elasticity is
the arc elasticity about the middle: per cent of NPV for one per cent of the input.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evaluate.intervals import Figure, mean_figure
from evaluate.uncertain import NOBODY, Case, Input, Tell, inputs_of, run_cases, worlds_of
from sim.scenario.arithmetic import ChangeError, quantity_of
from sim.scenario.problems import ScenarioProblems
from sim.scenario.resolved import Resolved
from sim.scenario.uncertain import Law, change_node
from sim.scenario.vary import Sources, evidence_of, written_at
from sim.units.desk import Desk

LOW, HIGH = 0.1, 0.9
STEP = 0.1
MAIN_INPUTS = (
    "teams.*.wage",
    "reasons.*.handle.mean",
    "reasons.*.per_order",
    "reasons.*.per_customer",
    "reasons.*.rate",
    "customers.active",
    "customers.orders",
    "reasons.*.resolved_first",
    "economics.discount_rate",
)
"""Moved by 10 % where nobody says how uncertain they are: price of work, work, volumes, resolution, price of time."""


@dataclass(frozen=True)
class Bar:
    """One input of the tornado."""

    path: str
    declared: bool
    """Whether its law is declared; otherwise it is moved by 10 % either way."""
    low_change: str
    high_change: str
    low: Figure
    """NPV with the input at its low end; no value where no scenario can have it there."""
    high: Figure
    swing: Figure
    """NPV at the high end less that at the low end, paired."""
    elasticity: float | None
    """Per cent of NPV for one per cent of the input; None where the NPV may be zero or the input has no percentage."""
    level: str
    source: str
    impossible: str = ""
    """Why an end cannot be, where it cannot."""

    @property
    def size(self) -> float:
        """How far the NPV moves, for the order of the bars."""
        return abs(self.swing.value or 0.0)


@dataclass(frozen=True)
class Tornado:
    """One option against the base."""

    resolveds: tuple[Resolved, Resolved]
    middle: Figure
    """NPV with every input at its median."""
    bars: tuple[Bar, ...]
    """The longest first."""
    seed: int
    replications: int


@dataclass(frozen=True)
class _Planned:
    path: str
    declared: bool
    low: str
    high: str
    numbers: tuple[float, float, float] | None
    """Low, middle and high of the input, where per cent of it make sense."""
    level: str
    source: str


def planned(resolveds: Sequence[Resolved]) -> list[_Planned]:
    """Declared inputs, then the main ones of which nobody says how uncertain they are."""
    inputs = inputs_of(resolveds)
    found = [_declared(each) for each in inputs]
    taken = {place for resolved in resolveds for each in inputs for place in written_at(resolved, each.path)}
    for path in MAIN_INPUTS:
        places = {place for resolved in resolveds for place in written_at(resolved, path)}
        if places and not places & taken:
            evidence = next(filter(None, (evidence_of(resolved, path) for resolved in resolveds)), None)
            rounded = " rounded" if path == "customers.active" else ""
            low, high = (f"x {1 + side * STEP:g}{rounded}" for side in (-1, 1))
            level, source = (evidence.level, evidence.source) if evidence else (NOBODY, "")
            found.append(_Planned(path, False, low, high, (1 - STEP, 1.0, 1 + STEP), level, source))
    return found


def _declared(one: Input) -> _Planned:
    law = one.law
    numbers = tuple(law.quantile(share) for share in (LOW, 0.5, HIGH))
    in_percent = _relative(law, one.now, (numbers[0], numbers[1], numbers[2]))
    return _Planned(one.path, True, law.at(LOW), law.at(HIGH), in_percent, one.level, one.source)


def _relative(law: Law, now: str, numbers: tuple[float, float, float]) -> tuple[float, float, float] | None:
    """Numbers of which per cent make sense: values, factors, or what is added to the one present value."""
    if law.words or law.kind in ("move", "points"):
        return None
    if law.kind == "plus":
        try:
            present, unit = quantity_of(change_node(now))
        except ChangeError:
            return None
        if unit.replace(" ", "") != law.unit.replace(" ", ""):
            return None
        low, middle, high = (float(present) + number for number in numbers)
        return low, middle, high
    return numbers if numbers[1] > 0 else None


def tornado(
    sources: Sequence[Sources],
    resolveds: Sequence[Resolved],
    replications: int,
    engine: str,
    desk: Desk,
    seed: int | None = None,
    tell: Tell | None = None,
) -> Tornado:
    """The tornado of the second scenario against the first. Raises as `draw_all`, but needs nothing declared."""
    base, option = resolveds
    seed = base.scenario.experiment.seed if seed is None else seed
    confidence, name = base.scenario.experiment.confidence, option.scenario.name
    plan = planned(resolveds)
    medians = {each.path: each.law.at(0.5) for each in inputs_of(resolveds)}
    cases, ends = [Case(medians, seed)], {}
    impossible: dict[tuple[str, str], str] = {}
    for each in plan:
        for side, change in (("low", each.low), ("high", each.high)):
            case = Case({**medians, each.path: change}, seed)
            why = "" if each.declared else _why_not(sources, case)
            if why:
                impossible[each.path, side] = why
            else:
                ends[each.path, side] = len(cases)
                cases.append(case)
    outcomes = run_cases(sources, cases, replications, engine, desk, tell)
    values = [outcome.money[name, "npv"] for outcome in outcomes]
    middle = mean_figure(values[0], confidence)
    bars = []
    for each in plan:
        low, high = (values[ends[each.path, s]] if (each.path, s) in ends else None for s in ("low", "high"))
        why = impossible.get((each.path, "low")) or impossible.get((each.path, "high")) or ""
        bars.append(_bar(each, low, high, values[0], middle, confidence, why))
    bars.sort(key=lambda bar: -bar.size)
    return Tornado((base, option), middle, tuple(bars), seed, replications)


def _why_not(sources: Sequence[Sources], case: Case) -> str:
    """Why a scenario cannot be under these changes; empty where all can."""
    try:
        worlds_of(sources, case)
    except ScenarioProblems as found:
        return found.problems[0].wrong
    return ""


def _bar(
    each: _Planned, low: np.ndarray | None, high: np.ndarray | None, middle: np.ndarray, at_middle: Figure,
    confidence: float, why: str,
) -> Bar:  # fmt: skip
    ends = [mean_figure(values, confidence) if values is not None else Figure(None) for values in (low, high)]
    numbers = each.numbers
    if numbers is not None:  # where one end cannot be: from the other one to the middle
        first, centre, last = numbers
        numbers = (first if low is not None else centre, centre, last if high is not None else centre)
    swing = (high if high is not None else middle) - (low if low is not None else middle)
    return Bar(
        each.path, each.declared, each.low, each.high, ends[0], ends[1], mean_figure(swing, confidence),
        _elasticity(float(swing.mean()), numbers, at_middle), each.level, each.source, why,
    )  # fmt: skip


def _elasticity(swing: float, numbers: tuple[float, float, float] | None, middle: Figure) -> float | None:
    """Arc elasticity; none where the NPV's interval includes zero: a percentage of it would say nothing."""
    if numbers is None or not middle.value or numbers[2] == numbers[0]:
        return None
    if middle.low is not None and not middle.certain_sign:
        return None
    return (swing / abs(middle.value)) / ((numbers[2] - numbers[0]) / numbers[1])


def rests_on(found: Tornado) -> list[Bar]:
    """The bars that turn the sign of the NPV at either end."""
    return [bar for bar in found.bars if _turns(bar, found.middle)]


def _turns(bar: Bar, middle: Figure) -> bool:
    at = middle.value or 0.0
    return any(end.value is not None and end.value * at < 0 for end in (bar.low, bar.high))


__all__ = ["MAIN_INPUTS", "Bar", "Tornado", "planned", "rests_on", "tornado"]
