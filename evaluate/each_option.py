"""Every undecided investment alone, from the first month: what each of them would do by itself."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sim.scenario.load import load
from sim.scenario.options import prerequisites
from sim.scenario.resolved import Resolved


@dataclass(frozen=True)
class EachAlone:
    """Scenarios with one more investment each, and those that cannot be had alone, in words."""

    scenarios: tuple[Resolved, ...]
    left_out: tuple[str, ...]


def each_alone(file: Path | str, overlays: Sequence[Path | str], sets: Sequence[str], base: Resolved) -> EachAlone:
    """The base with each undecided investment, in each of its levels, started in the horizon's first month.

    One that requires another which is not decided either cannot be had alone and is left out; so is one that something
    decided excludes. Raises ScenarioProblems where the scenario with it is not good.
    """
    scenario = base.scenario
    decided = scenario.decisions.investments
    start = base.calendar.month_labels[0]
    found, left_out = [], []
    for name, investment in scenario.investments.items():
        if name in decided:
            continue
        lacking = [other for other in prerequisites(scenario, name) if other not in decided]
        against = [other for other in decided if other in investment.excludes
                   or name in scenario.investments[other].excludes]  # fmt: skip
        if lacking or against:
            why = f"it requires {' and '.join(lacking)}" if lacking else f"{' and '.join(against)} excludes it"
            left_out.append(f"{name} is not run alone: {why}.")
            continue
        levels: list[str | None] = [*investment.levels] or [None]
        for level in levels:
            decision = f"{{start: {start}}}" if level is None else f"{{start: {start}, level: {level}}}"
            label = _name(f"only_{name}" if level is None else f"only_{name}_{level}")
            more = (f"name={label}", f"decisions.investments.{name}={decision}")
            found.append(load(file, overlays, (*sets, *more)))
    return EachAlone(tuple(found), tuple(left_out))


def _name(text: str) -> str:
    return re.sub(r"[^a-z0-9_]", "_", text.lower())
