"""From files to a checked scenario: read, merge, check, and only then hand out."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from sim.scenario.calendar import Calendar
from sim.scenario.checks import check
from sim.scenario.checks_effects import effect_problems
from sim.scenario.checks_time import in_calendar
from sim.scenario.checks_uncertain import uncertain_problems
from sim.scenario.digest import digest_of
from sim.scenario.effects import opened, with_added, with_effects
from sim.scenario.layers import Layers
from sim.scenario.limits import check_tickets
from sim.scenario.nodes import Node, from_python, show_path
from sim.scenario.options import decided, in_every_level
from sim.scenario.problems import Origin, Problem, ScenarioProblems
from sim.scenario.profiles import read_profiles
from sim.scenario.regimes import event_regimes, investment_regimes, make_variants
from sim.scenario.resolved import Resolved
from sim.scenario.schema import Scenario
from sim.scenario.segments import laid_out
from sim.scenario.validate import Finding, validate

log = logging.getLogger(__name__)


def resolve(document: Mapping[str, Any], folder: Path | None = None) -> Resolved:
    """A checked scenario from a document in memory (tests, generated scenarios).

    Paths of profiles and of `extends` are relative to ``folder``. Raises ScenarioProblems.
    """
    layers = Layers()
    return finish(layers.memory(from_python(document), folder), layers)


def load(path: Path | str, overlays: Sequence[Path | str] = (), sets: Sequence[str] = ()) -> Resolved:
    """Read, merge and check a scenario file, or one that ships with deskplan, by its name.

    ``overlays`` are partial files laid on it in order, ``sets`` are texts ``PATH=CHANGE``. Raises ScenarioProblems
    with everything that is wrong.
    """
    layers = Layers()
    return finish(layers.document(path, overlays, sets), layers)


def finish(document: Node, layers: Layers) -> Resolved:
    """A merged document, checked; raises ScenarioProblems with everything that is wrong."""
    problems = layers.problems
    finding = validate(document)
    problems += finding.problems
    if finding.scenario is not None:
        problems += check(finding.scenario, document, finding)
    profiles = read_profiles(document, layers.folders, problems)
    if finding.scenario is None or problems:
        raise ScenarioProblems([*problems, *_paths_amiss(document, finding)])
    calendar = Calendar.of(finding.scenario.horizon)
    problems += effect_problems(finding.scenario, document, layers.folders, profiles)
    problems += uncertain_problems(finding.scenario, document, (layers.folders, profiles))
    scenario, world = finding.scenario, document
    regimes = event_regimes(scenario, document, calendar)
    if not problems:
        scenario, world = _decided_world(scenario, document, problems)
        regimes = [*investment_regimes(scenario, document, calendar), *regimes]
    variants, regime_of_day = make_variants(scenario, world, regimes, calendar, layers.folders, problems, profiles)
    if not problems:
        where = document.nearest(("horizon",))[1].at
        problems += [replace(found, path="horizon", origin=where) for found in check_tickets(variants, regime_of_day)]
    if problems:
        raise ScenarioProblems(problems)
    for override in layers.log:
        log.info("%s", override)
    variants = tuple(laid_out(variant) for variant in variants)
    return Resolved(
        scenario=laid_out(scenario),
        variants=variants,
        regime_of_day=regime_of_day,
        profiles=profiles,
        document=document.plain(),
        origin=origins(document),
        layers=tuple(layers.names),
        overrides=tuple(layers.log),
        digest=digest_of(variants, regime_of_day, profiles),
    )


def _paths_amiss(document: Node, finding: Finding) -> list[Problem]:
    """What events and investments change amiss, where the scenario itself is not good enough to try more."""
    if finding.scenario is None or not in_calendar(finding.scenario):
        return []
    found: list[Problem] = []
    for regime in event_regimes(finding.scenario, document, None):
        regime.apply(document, found)
    for name in finding.scenario.investments:
        for each in in_every_level(finding.scenario, document, name):
            if not each.investment.requires:  # what it requires may bring what it changes
                with_effects(with_added(document, each, None, shut=True, problems=found), each, found)
    return [problem for problem in found if not any(finding.touches(path) for path in problem.about)]


def _decided_world(scenario: Scenario, document: Node, problems: list[Problem]) -> tuple[Scenario, Node]:
    """The scenario with what is decided laid out in it: shut until it is live, or there from the first day."""
    taken = decided(scenario, document)
    world = document
    for each in taken:
        world = opened(world, each, problems)
    if world is document or problems:
        return scenario, document
    finding = validate(world)
    problems += finding.problems
    if finding.scenario is None:
        return scenario, document
    problems += check(finding.scenario, world, finding, dated=True)
    return finding.scenario, world


def origins(document: Node) -> dict[str, Origin]:
    """Dotted path of every value that is written (lists too) -> where."""
    found: dict[str, Origin] = {}

    def visit(node: Node, path: tuple[str | int, ...]) -> None:
        if not node.is_map or not node.children:
            found[show_path(path)] = node.origin
        for key, child in node.items():
            if (*path, key) != ("evidence",):
                visit(child, (*path, key))

    visit(document, ())
    return found
