"""From a solution back to a scenario's decisions: an overlay that loads, runs and prices like any other."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from optimize.plan.learn import Learned
from optimize.plan.problem import Kind, Mix, PlanSolution
from optimize.plan.versions import Values
from sim.scenario.resolved import Resolved
from sim.scenario.schema.decision import Decision

_BLOCK: dict[Kind, str] = {"hire": "hires", "cut": "leaves", "outsource": "outsource", "overtime": "overtime"}
_SMALLEST = 1e-6
_DIGITS = 4  # of a share of overtime


def decode(learned: Learned, solution: PlanSolution) -> dict[str, Any]:
    """The solution as an overlay, merged with what the file has decided already.

    ``{decisions: {investments, hires, leaves, outsource, overtime}}``, and ``channels`` where grades are chosen: the
    promise that goes with each. Whole decisions have to be whole numbers by then; raises ValueError where one is not.
    """
    return overlay(learned, solution.mix, solution.people, solution.grades)


def overlay(
    learned: Learned, mix: Mix, people: Mapping[tuple[Kind, int, int], float], grades: Mapping[int, int]
) -> dict[str, Any]:
    """As `decode`, from the parts of a solution."""
    base, problem = learned.base, learned.problem
    whole = {column.key: column.whole for column in problem.people}
    decisions = _decided(base)
    for investment, level, month in sorted(mix, key=lambda key: (key[2], key[0])):
        start = problem.months[month]
        decisions.setdefault("investments", {})[investment] = (
            start if level is None else {"start": start, "level": level}
        )
    for (kind, team, month), units in sorted(people.items(), key=lambda item: item[0]):
        if abs(units) <= _SMALLEST:
            continue
        name, label = problem.teams[team], problem.months[month]
        if whole.get((kind, team, month), True):
            if abs(units - round(units)) > _SMALLEST:
                raise ValueError(f"{units:g} is no whole number of people: {kind} in {name}, {label}")
            units = round(units)
        by_month = decisions.setdefault(_BLOCK[kind], {}).setdefault(name, {})
        if kind == "overtime":
            by_month[label] = f"{round(100 * max(units, _share(by_month.get(label, 0.0))), _DIGITS):g} %"
        else:
            start_with = base.scenario.teams[name].agents if kind == "outsource" else 0
            by_month[label] = int(by_month.get(label, start_with)) + units
    found: dict[str, Any] = {"decisions": _in_order(decisions)}
    for channel, taken in sorted(grades.items()):
        name = problem.channels[channel]
        if taken and name in learned.ask.grades:
            share = learned.ask.grades[name][taken]
            found.setdefault("channels", {})[name] = {"target": {"share": f"{100 * share:g} %"}}
    return found


def as_values(found: Mapping[str, Any]) -> Values:
    """The same as places and values, to be laid into a scenario's document."""
    values: dict[tuple[str | int, ...], Any] = {("decisions", key): value for key, value in found["decisions"].items()}
    for name, block in found.get("channels", {}).items():
        values[("channels", name, "target", "share")] = block["target"]["share"]
    return values


def planned(learned: Learned, solution: PlanSolution) -> Resolved:
    """The scenario under the solution, checked. Raises ScenarioProblems."""
    return learned.versions.resolved(as_values(decode(learned, solution)))


def _decided(base: Resolved) -> dict[str, Any]:
    """What the file has decided, as it would be written."""
    decisions = base.scenario.decisions
    found: dict[str, Any] = {}
    for key in ("hires", "leaves", "outsource"):
        if getattr(decisions, key):
            found[key] = copy.deepcopy(dict(getattr(decisions, key)))
    if decisions.overtime:
        found["overtime"] = {
            name: {month: f"{round(100 * share, _DIGITS):g} %" for month, share in by_month.items()}
            for name, by_month in decisions.overtime.items()
        }
    if decisions.investments:
        found["investments"] = {name: _written(decision) for name, decision in decisions.investments.items()}
    return found


def _written(decision: Decision) -> object:
    return decision.start if decision.level is None else {"start": decision.start, "level": decision.level}


def _share(text: float | str) -> float:
    return float(text.removesuffix("%")) / 100 if isinstance(text, str) else text


def _in_order(decisions: Mapping[str, Any]) -> dict[str, Any]:
    """Kinds of decision as the reference lists them, months in their order."""
    found: dict[str, Any] = {}
    for key in ("investments", "hires", "leaves", "outsource", "overtime"):
        if not decisions.get(key):
            continue
        if key == "investments":
            found[key] = dict(decisions[key])
        else:
            found[key] = {name: dict(sorted(by_month.items())) for name, by_month in sorted(decisions[key].items())}
    return found
