"""Every investment is tried at full effect, decided or not: a broken option is found today, not when it is chosen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from sim.scenario.effects import with_added, with_effects
from sim.scenario.nodes import Node, show_path
from sim.scenario.options import Option, in_every_level, option, prerequisites
from sim.scenario.problems import Problem
from sim.scenario.regimes import Regime, make_variant
from sim.scenario.schema import Scenario
from sim.scenario.validate import validate


def effect_problems(
    scenario: Scenario, document: Node, folders: Mapping[str, Path], profiles: dict[str, tuple[float, ...]]
) -> list[Problem]:
    """What is wrong with the effects of each investment in each level, on top of what it requires."""
    problems: list[Problem] = []
    for name in scenario.investments:
        for each in in_every_level(scenario, document, name):
            found: list[Problem] = []
            _try(scenario, document, each, folders, found, profiles)
            problems += found
    return list({(problem.origin, problem.path, problem.wrong): problem for problem in problems}.values())


def _try(
    scenario: Scenario,
    document: Node,
    each: Option,
    folders: Mapping[str, Path],
    problems: list[Problem],
    profiles: dict[str, tuple[float, ...]],
) -> None:
    world = document
    others: list[Problem] = []  # told where they are tried themselves
    for name in prerequisites(scenario, each.name):
        needed = option(scenario, document, name, _level(scenario, name))
        world = with_added(world, needed, None, shut=False, problems=others)
        world = with_effects(world, needed, others, gates=False)
    if others:
        return
    world = with_added(world, each, None, shut=True, problems=problems)
    if problems:
        return
    finding = validate(world)
    problems += [_at_addition(problem, each) for problem in finding.problems]
    if finding.scenario is None or problems:
        return
    path = show_path((*each.path, "changes"))
    regime = Regime(f"investment {each.label}", 0, 0, Node({}), path, document.nearest(each.path)[1].at, each)
    make_variant(finding.scenario, world, [regime], folders, problems, profiles)
    problems[:] = [_at_addition(problem, each) for problem in problems]


def _level(scenario: Scenario, name: str) -> str | None:
    """The level that is decided, else the first."""
    decision = scenario.decisions.investments.get(name)
    levels = list(scenario.investments[name].levels)
    return decision.level if decision is not None and decision.level in levels else next(iter(levels), None)


def _at_addition(problem: Problem, each: Option) -> Problem:
    """A problem inside something added is told where that is written."""
    prefix = show_path((*each.path, "changes")) + ": "
    inner = problem.path.removeprefix(prefix)
    for path, at, node in each.added():
        text = show_path(path)
        if inner == text or inner.startswith((f"{text}.", f"{text}[")):
            here = problem.origin if problem.path == inner else node.at
            return replace(problem, path=show_path(at) + inner[len(text) :], origin=here)
    return problem
