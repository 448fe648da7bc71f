"""Dated changes: the scenario as it is on each day.

A regime is a stretch of days with changes, whatever it came from: a step of an investment's ramp, the training before
it, or an event. Regimes that overlap compose in the order given. Only values may change, never what is laid out once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np

from sim.scenario.calendar import Calendar
from sim.scenario.changes import Override, apply_changes
from sim.scenario.checks import check
from sim.scenario.effects import with_effects
from sim.scenario.nodes import Node, read_path, show_path
from sim.scenario.options import Decided, Option, away_share, decided, teams_of
from sim.scenario.problems import Origin, Problem
from sim.scenario.profiles import read_profiles
from sim.scenario.scaling import FULL
from sim.scenario.schema import Scenario
from sim.scenario.validate import validate

SPARE_DAYS = 15
"""Days past the end for which a regime is known."""
_WHOLE = ("schema_", "currency", "horizon", "experiment", "kpis", "economics", "investments", "decisions", "feedback")
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
    option: Option | None = None
    """The investment whose effect this is, where it is one."""
    fraction: Decimal = FULL
    """Part of the full effect."""

    def apply(self, document: Node, problems: list[Problem], log: list[Override] | None = None) -> Node:
        """The document under these changes."""
        if self.option is not None:
            return with_effects(document, self.option, problems, log, self.fraction)
        return apply_changes(document, self.changes, self.name, problems, log, at=self.at)


def event_regimes(scenario: Scenario, document: Node, calendar: Calendar | None) -> list[Regime]:
    """A regime for each of the scenario's events; without a calendar the days are 0."""
    made = []
    for name, event in scenario.demand.events.items():
        node = document.get(("demand", "events", name))
        changes = node.children.get("changes") if node else None
        if node is None or changes is None or not changes.is_map:
            continue
        first, last = (calendar.day_of_date(day) if calendar else 0 for day in (event.from_, event.until))
        at = show_path(("demand", "events", name, "changes"))
        made.append(Regime(f"event {name}", first, last, changes, at, node.at))
    return made


def investment_regimes(scenario: Scenario, document: Node, calendar: Calendar) -> list[Regime]:
    """A regime for each step of the effect of what is decided, and for the training before it."""
    made = []
    for each in decided(scenario, document):
        path = show_path((*each.option.path, "changes"))
        at = document.nearest(each.option.path)[1].at
        name = f"investment {each.option.label}"
        made += _away(scenario, each, calendar, at)
        for first, last, part in each.steps() if not each.settled else ():
            low = calendar.day_of_date(first)
            high = calendar.days + SPARE_DAYS - 1 if last is None else calendar.day_of_date(last)
            if high >= 0 and low < calendar.days + SPARE_DAYS:
                made.append(Regime(name, low, high, Node({}), path, at, each.option, part))
    return made


def _away(scenario: Scenario, each: Decided, calendar: Calendar, at: Origin) -> list[Regime]:
    """Agents away for the investment before it is live: a larger planned block in every shift of those days.

    Only for teams with shifts; where the agents present are given directly, the hours are paid on top (see cash flows).
    """
    hours, days = each.option.cost.agent_hours, each.option.hours_over_days
    first = calendar.day_of_date(each.hours_from)
    if not hours or days <= 0 or first + days <= 0:
        return []
    changes = {}
    for name in teams_of(each.option.cost, scenario):
        if scenario.teams[name].shifts:
            share = away_share(scenario.teams[name], hours, each.hours_from, days)
            path = show_path(("teams", name, "shrinkage", "planned"))
            changes[path] = Node(f"+ {100 * share:.9f} points", at)
    where = show_path((*each.option.path, "cost", "agent_hours"))
    return [Regime(f"investment {each.option.label}", first, first + days - 1, Node(dict(changes)), where, at)]


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
    found: list[Problem] = []
    for active in list(index)[1:]:
        made = make_variant(scenario, document, [regimes[k] for k in active], folders, found, profiles)
        variants.append(made or scenario)
    told: dict[tuple[Origin, str], Problem] = {}
    for problem in found:  # steps of one ramp say the same of other figures
        told.setdefault((problem.origin, problem.path), problem)
    problems += told.values()
    return tuple(variants), regime_of_day


def make_variant(
    scenario: Scenario,
    document: Node,
    regimes: Sequence[Regime],
    folders: Mapping[str, Path],
    problems: list[Problem],
    profiles: dict[str, tuple[float, ...]],
) -> Scenario | None:
    """The scenario under some regimes, or None where that cannot be read; adds what is wrong with it."""
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
        found += [_laid_out(path, any(regime.option is not None for regime in regimes)) for path in fixed]
        found += [] if fixed else check(finding.scenario, document, finding, dated=True)
    profiles.update(read_profiles(document, folders, found, profiles))
    problems += [_pointed(problem, regimes, log) for problem in found]
    return finding.scenario


def _laid_out(path: str, invested: bool) -> Problem:
    """A value that holds for the whole horizon and would change; for an investment, with what to do instead."""
    if not invested:
        return Problem(path, "this cannot change for a while", _NOT_DATED)
    return Problem(path, "this is laid out once for the whole horizon, so that an investment cannot change it",
                   instead_of_changing(path))  # fmt: skip


def instead_of_changing(path: str) -> str:
    """What a planner can do who wants an investment to change what is laid out once."""
    parts = read_path(path)
    if len(parts) == 1 and parts[0] in ("bots", "self_service", "channels", "teams"):
        return "`adds`, which holds new ones until the investment is live"
    if parts[-1] == "serves":
        return "`adds: {teams: {" + str(parts[1]) + ": {serves: [...]}}}`, which holds from the first day"
    if parts[-1] in ("upfront", "starts"):
        return "the investment's own `cost`"
    return _INSTEAD.get(path, "a scenario of its own that extends this one and holds it from the first day")


_INSTEAD = {
    "customers.active": "`customers.new` or `customers.churn`, which move the number of customers",
    "economics": "`adds: {economics: {tools: ...}}` or the investment's own `cost`",
    "decisions": "`requires` and `decisions.investments`; hires are decided beside it",
    "investments": "`levels`, or another investment with `requires`",
}


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
    fixed["segments"] = {name: (kind.share, kind.of_new, kind.priority) for name, kind in scenario.segments.items()}
    fixed["returns.methods"] = list(scenario.returns.methods)
    fixed["returns.lag"] = scenario.returns.lag
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
        for block in ("staffing", "overtime", "outsourced"):
            fixed[show_path(("teams", name, block))] = getattr(team, block) is None
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
    "teams": (
        *("serves", "policy", "attrition.replace", "attrition.notice", "dismissal.notice"),
        *(f"hire.{key}" for key in ("lead", "training", "ramp", "start_speed", "start_quality")),
        *(f"outsourced.{key}" for key in ("starts", "ends", "notice")),
    ),
    "self_service": _COST,
    "bots": ("channels", "always_open", *_COST),
}
"""Laid out, or paid, once for the whole horizon."""
