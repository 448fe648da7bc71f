"""Whether a staffing is enough, with the confidence asked: replications are added until it is sure, or there are no
more.

Sequential and on common random numbers: replication r of every staffing has the same tape. A staffing is looked at
after 4, 8, 16 ... replications, at most `replications` of them. At each of the L looks it counts as enough where every
figure passes a one-sided bound of risk (1 - confidence) / L, and as too little where one of the F figures fails one of
risk (1 - confidence) / (L F): so the chance of a wrong word on a staffing is at most 1 - confidence (Bonferroni),
however often it is looked at. What is not sure after the last look counts as too little, and is told.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from optimize.requirement.levers import Levers
from optimize.requirement.measured import Aim, Found, figures
from optimize.requirement.search import Numbers
from sim.kpis import Tally
from sim.replicate import Replications
from sim.scenario.resolved import Resolved

FIRST = 4
Verdict = Literal["enough", "too little", "not sure"]
Simulate = Callable[[Sequence[Resolved], int, int], list[Replications]]


@dataclass(frozen=True)
class Decision:
    """One staffing and what simulation says of it."""

    numbers: Numbers
    verdict: Verdict
    figures: tuple[Found, ...]
    """Their bounds are those of the last look."""
    replications: int

    @property
    def enough(self) -> bool:
        """Whether it surely meets everything."""
        return self.verdict == "enough"

    @property
    def gap(self) -> float:
        """How far the figures are on the bad side, as a share of their targets, added up."""
        return sum(found.gap / max(abs(found.target.amount), 1e-9) for found in self.figures)


@dataclass
class Judge:
    """Says of staffings whether they are enough, and remembers."""

    levers: Levers
    aim: Aim
    simulate: Simulate
    confidence: float = 0.95
    replications: int = 64

    def __post_init__(self) -> None:
        """Starts with nothing known."""
        self.known: dict[Numbers, Decision] = {}

    @property
    def looks(self) -> list[int]:
        """Replications after which it is looked, the most last."""
        most = max(2, self.replications)
        doubled = [FIRST * 2**k for k in range(max(1, math.ceil(math.log2(most / FIRST)))) if FIRST * 2**k < most]
        return [*doubled, most]

    def __call__(self, numbers: Numbers) -> Decision:
        """The verdict on a staffing."""
        if numbers not in self.known:
            self.known[numbers] = self._decided(numbers)
        return self.known[numbers]

    def _decided(self, numbers: Numbers) -> Decision:
        world, looks = self.levers.world(numbers), self.looks
        risk = (1.0 - self.confidence) / len(looks)
        tallies: list[Tally] = []
        found: list[Found] = []
        for most in looks:
            tallies += self.simulate([world], len(tallies), most - len(tallies))[0].tallies
            found = [each for each in figures(world, tallies, self.aim, risk) if not math.isnan(each.value)]
            stricter = figures(world, tallies, self.aim, risk / max(1, len(found)))
            if found and all(each.holds for each in found):
                return Decision(numbers, "enough", tuple(found), len(tallies))
            if not found or any(each.short for each in stricter):
                return Decision(numbers, "too little", tuple(found), len(tallies))
        return Decision(numbers, "not sure", tuple(found), len(tallies))
