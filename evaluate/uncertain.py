"""Draws of what is not known, run through the whole chain: the same values and the same tapes for every scenario."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from evaluate.appraisal import payback, peak_funding
from evaluate.compare import Comparison, NotComparable, compare
from evaluate.headline import Line
from evaluate.latin import Design, cube_seed, design, latin
from evaluate.measures import present_values
from sim.engine import prepare
from sim.replicate import Replications
from sim.scenario.resolved import Resolved
from sim.scenario.uncertain import Law, laws_of
from sim.scenario.vary import Sources, evidence_of, written_at
from sim.units.desk import Desk
from sim.units.in_turn import Wanted, in_turn

MEASURES = ("npv", "net_total", "payback", "peak_funding", "present_value")
"""Money by scenario: against the base, and (`present_value`) by itself."""
NOBODY = "none given"
Tell = Callable[[int, int], None]
"""Called with how many of how many cases are done."""


@dataclass(frozen=True)
class Input:
    """One uncertain input of a comparison."""

    law: Law
    scenarios: tuple[str, ...]
    """Where its path leads to something."""
    level: str
    """Of its evidence: measured, benchmark, assumed, or `none given`."""
    source: str
    now: str
    """Its value in the first scenario that has it."""
    overwrites: bool = False
    """Whether a draw takes the place of values in which the scenarios differ."""

    @property
    def path(self) -> str:
        """Which input."""
        return self.law.path

    @property
    def measured(self) -> bool:
        """Whether anybody measured it."""
        return self.level == "measured"


@dataclass(frozen=True)
class Case:
    """One world to be run: changes, and the seed of its tapes."""

    changes: Mapping[str, str]
    seed: int


@dataclass(frozen=True)
class Outcome:
    """What came of one case: money by replication, numerators and denominators of the headline KPIs."""

    money: Mapping[tuple[str, str], np.ndarray]
    """(scenario, measure) -> float64 (replications,); a payback that never comes is infinite."""
    kpis: Mapping[tuple[str, Line], tuple[np.ndarray, np.ndarray]]


@dataclass(frozen=True)
class Drawn:
    """All draws and what came of them."""

    resolveds: tuple[Resolved, ...]
    """The scenarios as declared, the base first."""
    inputs: tuple[Input, ...]
    design: Design
    probabilities: np.ndarray  # float64 (cubes, size, inputs)
    cases: tuple[Case, ...]
    """In the order of cubes and draws."""
    outcomes: tuple[Outcome, ...]
    seed: int
    replications: int

    @property
    def names(self) -> tuple[str, ...]:
        """Of the scenarios."""
        return tuple(resolved.scenario.name for resolved in self.resolveds)

    @property
    def options(self) -> tuple[str, ...]:
        """All but the base."""
        return self.names[1:]

    @property
    def confidence(self) -> float:
        """Of every interval: the base's."""
        return self.resolveds[0].scenario.experiment.confidence

    def values(self, scenario: str, measure: str) -> np.ndarray:
        """Money by outcome, float64 (cubes, draws, tapes)."""
        flat = np.array([outcome.money[scenario, measure] for outcome in self.outcomes])
        return flat.reshape(self.design.cubes, self.design.size, -1)

    def kpi(self, scenario: str, line: Line) -> np.ndarray | None:
        """A KPI by draw over all its tapes, (cubes, draws, 1); None where some draw has no data."""
        parts = [outcome.kpis.get((scenario, line)) for outcome in self.outcomes]
        if any(part is None or part[1].sum() == 0 for part in parts):
            return None
        flat = np.array([part[0].sum() / part[1].sum() for part in parts if part is not None])
        return flat.reshape(self.design.cubes, self.design.size, 1)

    @property
    def lines(self) -> tuple[Line, ...]:
        """Headline KPIs that any scenario has."""
        return tuple(dict.fromkeys(line for outcome in self.outcomes for _, line in outcome.kpis))


class NothingUncertain(ValueError):
    """No scenario declares anything uncertain."""


def inputs_of(resolveds: Sequence[Resolved]) -> tuple[Input, ...]:
    """Every declared input of the scenarios, each once. Raises NotComparable where two scenarios differ in a law."""
    laws: dict[str, tuple[Law, Resolved]] = {}
    for resolved in resolveds:
        for law in laws_of(resolved):
            other, where = laws.setdefault(law.path, (law, resolved))
            if other != law:
                names = f"{where.scenario.name} and {resolved.scenario.name}"
                raise NotComparable(f"{names} declare {law.path} uncertain in different ways; they must share it")
    return tuple(_input(law, owner, resolveds) for law, owner in laws.values())


def drawn_inputs(resolveds: Sequence[Resolved]) -> tuple[Input, ...]:
    """The same, of which there must be some. Raises NothingUncertain too."""
    inputs = inputs_of(resolveds)
    if not inputs:
        raise NothingUncertain("nothing is declared uncertain: name paths and how they may turn out under `uncertain:`")
    return inputs


def _input(law: Law, owner: Resolved, resolveds: Sequence[Resolved]) -> Input:
    there = {resolved.scenario.name: written_at(resolved, law.path) for resolved in resolveds}
    have = [name for name, found in there.items() if found]
    evidence = evidence_of(owner, law.path)
    now = ", ".join(dict.fromkeys(there[owner.scenario.name].values()))
    sets = law.kind == "set" and len({tuple(there[name].items()) for name in have}) > 1
    last = sets and any(law.path not in resolved.scenario.uncertain for resolved in resolveds)
    return Input(
        law, tuple(have), evidence.level if evidence else NOBODY, evidence.source if evidence else "", now, last
    )


def worlds_of(sources: Sequence[Sources], case: Case) -> list[Resolved]:
    """The scenarios in the world of a case. Raises ScenarioProblems where its values make no scenario."""
    return [each.resolved(case.changes) for each in sources]


def outcome_of(runs: Sequence[Replications]) -> Outcome:
    """What the scenarios came to in one world, the base first."""
    comparison = compare(runs)
    money: dict[tuple[str, str], np.ndarray] = {}
    for one in comparison.scenarios:
        money[one.name, "present_value"] = present_values(comparison.flows[one.name], one.resolved).sum(axis=0)
    for one in comparison.options:
        money.update(_against(comparison, one.name))
    kpis = {
        (one.name, line): (found.tops, found.bottoms)
        for one in comparison.scenarios
        for line, found in comparison.sums[one.name].items()
        if found is not None
    }
    return Outcome(money, kpis)


def _against(comparison: Comparison, name: str) -> dict[tuple[str, str], np.ndarray]:
    """An option's money against the base, tape by tape."""
    option, base = comparison.flows[name], comparison.flows[comparison.base.name]
    value = present_values(option, comparison.base.resolved) - present_values(base, comparison.base.resolved)
    difference = option.amounts - base.amounts
    upfront, flows = (difference[rows].sum(axis=0) for rows in (option.upfront, ~option.upfront))
    back = [payback(paid, flow) for paid, flow in zip(upfront, flows, strict=True)]
    return {
        (name, "npv"): value.sum(axis=0),
        (name, "net_total"): difference.sum(axis=(0, 2)),
        (name, "payback"): np.array([math.inf if months is None else months for months in back]),
        (name, "peak_funding"): np.array([peak_funding(p, f) for p, f in zip(upfront, flows, strict=True)]),
    }


def run_cases(
    sources: Sequence[Sources], cases: Sequence[Case], replications: int, engine: str, desk: Desk, tell: Tell | None
) -> list[Outcome]:
    """Every case, in their order, as many at once as the desk has workers for. Raises what they raise."""
    prepare(engine)
    worlds = ([Wanted(each, case.seed, engine, replications) for each in worlds_of(sources, case)] for case in cases)
    found: list[Outcome] = []
    for runs in in_turn(desk, worlds):
        found.append(outcome_of(runs))
        if tell is not None:
            tell(len(found), len(cases))
    return found


def draw_all(
    sources: Sequence[Sources],
    resolveds: Sequence[Resolved],
    wanted: int,
    replications: int,
    engine: str,
    desk: Desk,
    seed: int | None = None,
    tell: Tell | None = None,
) -> Drawn:
    """Draws every declared input and runs all scenarios under each draw.

    Raises NothingUncertain, NotComparable, Unbounded, and ScenarioProblems for a draw that makes no scenario.
    """
    inputs = drawn_inputs(resolveds)
    seed = resolveds[0].scenario.experiment.seed if seed is None else seed
    plan = design(wanted)
    shares = latin([each.path for each in inputs], plan, seed)
    cases = tuple(
        Case({each.path: each.law.at(float(p)) for each, p in zip(inputs, row, strict=True)}, cube_seed(seed, cube))
        for cube, rows in enumerate(shares)
        for row in rows
    )
    outcomes = run_cases(sources, cases, replications, engine, desk, tell)
    return Drawn(tuple(resolveds), inputs, plan, shares, cases, tuple(outcomes), seed, replications)
