"""Dated changes: the scenario as it is on each day.

General on purpose: a regime is a stretch of days with changes, whatever it came from (an event, later an investment's
ramp). Regimes that overlap compose in the order given. Only values may change, never what the engines lay out once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from sim.scenario.calendar import Calendar
from sim.scenario.changes import Override, apply_changes
from sim.scenario.checks import check
from sim.scenario.nodes import Node, read_path, show_path
from sim.scenario.problems import Origin, Problem
from sim.scenario.profiles import read_profiles
from sim.scenario.schema import Scenario
from sim.scenario.validate import validate

SPARE_DAYS = 15
"""Days past the end for which a regime is known."""
_WHOLE = ("schema_", "currency", "horizon", "experiment", "kpis", "economics", "decisions", "feedback")
_NOT_DATED = "only values of the world may change for a while, such as rates, shares, handle times"


@dataclass(frozen=True)
class Regime:
    """Changes that hold from one local day to another, both included."""

    name: str
    from_day: int
    until_day: int
    changes: Node
    at: str
    """Path of the changes in the scenario, for messages."""
    origin: Origin

    def apply(self, document: Node, problems: list[Problem], log: list[Override] | None = None) -> Node:
        """The document under these changes."""
        return apply_changes(document, self.changes, f"event {self.name}", problems, log, at=self.at)


def event_regimes(scenario: Scenario, document: Node, calendar: Calendar | None) -> list[Regime]:
    """A regime for each of the scenario's events; without a calendar the days are 0."""
    made = []
    for name, event in scenario.demand.events.items():
        node = document.get(("demand", "events", name))
        changes = node.children.get("changes") if node else None
        if node is None or changes is None or not changes.is_map:
            continue
        first, last = (calendar.day_of_date(day) if calendar else 0 for day in (event.from_, event.until))
        made.append(Regime(name, first, last, changes, show_path(("demand", "events", name, "changes")), node.at))
    return made


def make_variants(
    scenario: Scenario,
    document: Node,
    regimes: Sequence[Regime],
    calendar: Calendar,
    folders: Mapping[str, Path],
    problems: list[Problem],
    profiles: dict[str, tuple[float, ...]],
) -> tuple[tuple[Scenario, ...], np.ndarray]:
    """Every variant that holds on some day, and which one holds on each: int32 (days + 15,).

    Adds what is wrong in a variant to ``problems`` and what it reads to ``profiles``.
    """
    days = calendar.days + SPARE_DAYS
    index: dict[tuple[int, ...], int] = {(): 0}
    regime_of_day = np.zeros(days, dtype=np.int32)
    for day in range(days):
        active = tuple(k for k, r in enumerate(regimes) if r.from_day <= day <= r.until_day)
        regime_of_day[day] = index.setdefault(active, len(index))
    variants = [scenario]
    for active in list(index)[1:]:
        made = _variant(scenario, document, [regimes[k] for k in active], folders, problems, profiles)
        variants.append(made or scenario)
    return tuple(variants), regime_of_day


def _variant(
    scenario: Scenario,
    document: Node,
    regimes: Sequence[Regime],
    folders: Mapping[str, Path],
    problems: list[Problem],
    profiles: dict[str, tuple[float, ...]],
) -> Scenario | None:
    log: list[tuple[Regime, Override]] = []
    for regime in regimes:
        done: list[Override] = []
        before = len(problems)
        document = regime.apply(document, problems, done)
        if len(problems) > before:
            return None
        log += [(regime, override) for override in done]
    finding = validate(document)
    found = list(finding.problems)
    if finding.scenario is not None:
        fixed = _fixed(scenario, finding.scenario)
        found += [Problem(path, "this cannot change for a while", _NOT_DATED) for path in fixed]
        found += [] if fixed else check(finding.scenario, document, finding, dated=True)
    profiles.update(read_profiles(document, folders, found, profiles))
    problems += [_pointed(problem, regimes, log) for problem in found]
    return finding.scenario


def _pointed(problem: Problem, regimes: Sequence[Regime], log: Sequence[tuple[Regime, Override]]) -> Problem:
    """The problem at the line of the event that caused it."""
    try:
        path = read_path(problem.path)
    except ValueError:
        path = ()
    for regime, override in reversed(log):
        changed = read_path(override.path)
        if changed[: len(path)] == path or path[: len(changed)] == changed:
            return replace(problem, path=f"{regime.at}: {problem.path}", origin=override.origin)
    last = regimes[-1]
    return replace(problem, path=f"{last.at}: {problem.path}", origin=last.origin)


def _fixed(base: Scenario, variant: Scenario) -> list[str]:
    """Paths whose values differ and may not."""
    ours, theirs = layout(base), layout(variant)
    paths = [path for path, value in ours.items() if path not in theirs or theirs[path] != value]
    return [path for path in paths if not any(path != other and path.startswith(f"{other}.") for other in paths)]


def layout(scenario: Scenario) -> dict[str, Any]:
    """What stays the same over the whole horizon, by path: what there is, and who serves what in which order."""
    fixed: dict[str, Any] = {name.rstrip("_"): getattr(scenario, name) for name in _WHOLE}
    fixed["demand.events"] = scenario.demand.events
    fixed["customers.active"] = scenario.customers.active  # a stock: `new` and `churn` move it
    fixed["retention.mode"] = scenario.retention.mode
    fixed["retention.tangible"] = scenario.retention.tangible
    for kind in ("reasons", "channels", "teams", "self_service", "bots"):
        things = getattr(scenario, kind)
        fixed[kind] = list(things)
        for name, thing in things.items():
            for keys in _KEPT[kind]:
                value: Any = thing
                for key in keys.split("."):
                    value = getattr(value, key) if value is not None else None
                fixed[show_path((kind, name, *keys.split(".")))] = value
    for name, team in scenario.teams.items():
        fixed[show_path(("teams", name, "shifts"))] = list(team.shifts)
        fixed[show_path(("teams", name, "staffing"))] = team.staffing is None
        if not team.shifts:
            fixed[show_path(("teams", name, "shrinkage"))] = team.shrinkage
    return fixed


_COST = ("cost.upfront", "cost.starts")
_KEPT = {
    "reasons": ("teams", "transfer.to"),
    "channels": (
        *("parallel", "speed", "interruptible", "teams", "places", "when_closed", "at_close", "notice", "target"),
        *("balking.when_wait_over", "callback.when_wait_over", "callback.attempt", "chase.after", "chase.channel"),
        *_COST,
    ),
    "teams": ("serves", "policy", "hire.lead", "hire.training", "hire.ramp", "hire.start_speed", "attrition"),
    "self_service": _COST,
    "bots": ("channels", "always_open", *_COST),
}
"""Laid out, or paid, once for the whole horizon."""
