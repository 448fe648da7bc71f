"""Where a condition begins to hold: both ends, then halves, each value simulated on the same tapes until it is sure.

Replications of a value grow (doubling) until the interval lies on one side of the amount, or the most are done. Looking
several times makes false certainty likelier, so each of the L looks is taken at 1 - (1 - confidence) / L (Bonferroni).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from evaluate.find.condition import Condition
from evaluate.find.steps import Steps
from evaluate.intervals import Figure
from sim.replicate import Replications
from sim.scenario.points import Setting, Variable
from sim.scenario.problems import Origin
from sim.units.desk import Desk

FEWEST = 4
_PROBES = (0.5, 0.25, 0.75)
Verdict = Literal["found", "at the first", "never", "inside only"]
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Tried:
    """One value."""

    place: int
    """Which step, from 0."""
    text: str
    figure: Figure
    """Two-sided interval of the confidence of one look."""
    replications: int
    holds: bool | None
    """None: not sure either way, with the most replications."""


@dataclass(frozen=True)
class Found:
    """What a search came to."""

    condition: Condition
    path: str
    largest: bool
    confidence: float
    verdict: Verdict
    at: Tried | None
    """The value asked for; None where the condition never holds for sure."""
    before: Tried | None
    """One step on the other side of it, where there is one."""
    tried: tuple[Tried, ...]
    """Every value that was simulated, in the order of the values."""
    unit: str
    """Of the figure."""
    bounds: tuple[str, str]
    step: str

    @property
    def not_monotone(self) -> tuple[Tried, Tried] | None:
        """Two values that contradict a condition that begins to hold once: it holds for sure at the first of them (seen
        from where it should not hold), and fails for sure at the second."""
        ordered = self.tried[::-1] if self.largest else self.tried
        for place, one in enumerate(ordered):
            if one.holds:
                later = next((other for other in ordered[place + 1 :] if other.holds is False), None)
                return None if later is None else (one, later)
        return None


@dataclass
class Search:
    """The condition as a function of the value; every value is simulated once."""

    variable: Variable
    steps: Steps
    condition: Condition
    desk: Desk
    seed: int
    engine: str
    confidence: float
    most: int
    first: int = FEWEST
    largest: bool = False
    tell: Tell | None = None
    known: dict[int, Tried] = field(default_factory=dict)
    unit: str = ""
    _base: Replications | None = None

    @property
    def looks(self) -> int:
        """How often a value may be looked at."""
        return 1 + max(0, math.ceil(math.log2(max(1.0, self.most / self.first))))

    @property
    def look_confidence(self) -> float:
        """Of the two-sided interval of one look: its one side is as sure as one of so many looks must be."""
        return 1.0 - 2.0 * (1.0 - self.confidence) / self.looks

    def at(self, place: int) -> Tried:
        """What is known of the value at a step."""
        if place not in self.known:
            tried = self._tried(place)
            self.known[place] = tried
            if self.tell is not None:
                verdict = {True: "holds", False: "fails", None: "not sure"}[tried.holds]
                self.tell(f"{self.steps.path} = {tried.text}: {verdict} after {tried.replications} replications")
        return self.known[place]

    def _tried(self, place: int) -> Tried:
        text = self.steps.text(place)
        resolved = self.variable.at((Setting(self.steps.path, text, Origin("find")),))
        count = self.first
        while True:
            run = self.desk.wait_for(("value", place, count), resolved, self.seed, self.engine, count)
            base = self._unchanged(count) if self.condition.wanted.kpi == "npv" else None
            figure, self.unit = self.condition.figure(run, base, self.look_confidence)
            holds = self.condition.holds(figure)
            if holds is not None or count >= self.most:
                return Tried(place, text, figure, count, holds)
            count = min(self.most, 2 * count)

    def _unchanged(self, count: int) -> Replications:
        if self._base is None or self._base.count < count:
            self._base = self.desk.wait_for(("base", count), self.variable.base, self.seed, self.engine, count)
        return self._base

    def run(self) -> Found:
        """Finds it. Raises ScenarioProblems for a value that no scenario may hold."""
        ends = (self.steps.last, 0) if self.largest else (0, self.steps.last)
        if self.at(ends[0]).holds:
            return self._found("at the first", ends[0])
        if self.at(ends[1]).holds:
            return self._found("found", self._halved(ends[0], ends[1]))
        for share in _PROBES:  # neither end: maybe it holds in between
            inside = round(ends[0] + share * (ends[1] - ends[0]))
            if inside not in ends and self.at(inside).holds:
                return self._found("inside only", self._halved(ends[0], inside))
        return self._found("never", None)

    def _halved(self, fails: int, holds: int) -> int:
        while abs(holds - fails) > 1:
            middle = (holds + fails) // 2
            fails, holds = (fails, middle) if self.at(middle).holds else (middle, holds)
        return holds

    def _found(self, verdict: Verdict, place: int | None) -> Found:
        step = 1 if self.largest else -1
        before = None if place is None or not 0 <= place + step <= self.steps.last else place + step
        return Found(
            self.condition,
            self.steps.path,
            self.largest,
            self.confidence,
            verdict,
            None if place is None else self.at(place),
            None if before is None else self.at(before),
            tuple(self.known[each] for each in sorted(self.known)),
            self.unit,
            (self.steps.text(0), self.steps.text(self.steps.last)),
            self.steps.step_text,
        )
