"""What `uncertain:` declares must be able to happen: every path matches, and both ends and the middle are legal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from sim.scenario.changes import NoMatch, apply_change, find
from sim.scenario.checks import check
from sim.scenario.checks_effects import effect_problems
from sim.scenario.nodes import Node, read_path
from sim.scenario.nodes import Path as Place
from sim.scenario.problems import NOWHERE, Problem, listed
from sim.scenario.schema import Scenario
from sim.scenario.uncertain import Law, LawError, lay, read_law
from sim.scenario.validate import validate

FIXED = ("schema", "name", "title", "because", "currency", "horizon", "experiment", "evidence", "uncertain", "goals",
         "scheduling", "benchmarks", "stakeholders", "choose")  # fmt: skip
"""What a draw may not touch: it says what is simulated and how it is judged, and is the same for all draws."""
ENDS = ("low end", "middle", "high end")


Files = tuple[Mapping[str, Path], dict[str, tuple[float, ...]]]
"""Folders by layer, and profiles that were read."""


def uncertain_problems(scenario: Scenario, document: Node, files: Files) -> list[Problem]:
    """Everything that is wrong with the declared laws."""
    if not scenario.uncertain:
        return []
    problems: list[Problem] = []
    world = document.put(("uncertain",), None)
    laws: dict[str, Law] = {}
    for path in scenario.uncertain:
        found = _law(scenario, document, world, path, problems)
        if found is not None:
            laws[path] = found
    if not _together(world, laws, files):  # one at a time only to tell which
        for path, law in laws.items():
            problems += _at_ends(document, world, path, law, files)
    return problems


def _at(document: Node, path: str, inside: Place = ()) -> Node:
    return document.nearest(("uncertain", path, *inside))[1]


def _law(scenario: Scenario, document: Node, world: Node, path: str, problems: list[Problem]) -> Law | None:
    """The law of a path; None where it cannot be read."""
    name, entry = f"uncertain: {path}", _at(document, path)
    before = len(problems)
    try:
        parts = read_path(path)
        if parts[0] in FIXED:
            wrong = f"'{parts[0]}' is the same in every draw"
            problems.append(Problem(name, wrong, "a path into the world, such as teams.*.wage", origin=entry.at))
            return None
        shape = find(world, parts)[0].shape
    except (ValueError, NoMatch):
        apply_change(world, path, Node("x 1", entry.at), problems, at="uncertain")  # says what could stand there
        problems[before:] = [Problem(p.path, p.wrong, p.allowed, p.meant, entry.at) for p in problems[before:]]
        return None
    try:
        return read_law(path, scenario.uncertain[path], shape)
    except LawError as error:
        where = _at(document, path, error.inside).origin
        problems.append(Problem(name, error.wrong, error.allowed, error.meant, where))
        return None


def _together(world: Node, laws: dict[str, Law], files: Files) -> bool:
    """Whether all paths at their low ends, their middles and their high ends are three good scenarios."""
    for place in range(3):
        problems: list[Problem] = []
        drawn = world
        for path, law in laws.items():
            drawn = lay(drawn, path, law.change(law.ends[place]), NOWHERE, problems)
        if problems or _amiss(drawn, _options(laws), files):
            return False
    return True


def _options(paths: Iterable[str]) -> bool:
    """Whether a path leads into an investment, whose effects are then tried too."""
    return any(read_path(path)[0] == "investments" for path in paths)


def _amiss(world: Node, options: bool, files: Files) -> list[Problem]:
    finding = validate(world)
    if finding.scenario is None or finding.problems:
        return finding.problems
    found = check(finding.scenario, world, finding)
    if found or not options:
        return found
    return effect_problems(finding.scenario, world, *files)


def _at_ends(document: Node, world: Node, path: str, law: Law, files: Files) -> Iterator[Problem]:
    """What is wrong at each end, told where the law is written."""
    entry = _at(document, path, (law.name,))
    seen: set[str] = set()
    for end, number in zip(ENDS, law.ends, strict=True):
        found: list[Problem] = []
        text = law.change(number)
        drawn = lay(world, path, text, entry.origin, found)
        found = found or _amiss(drawn, _options([path]), files)
        for problem in found:
            if problem.wrong in seen:
                continue
            seen.add(problem.wrong)
            cut = f" (the {'0.1st' if end == ENDS[0] else '99.9th'} percentile)" if (
                law.name in ("normal", "lognormal") and end != ENDS[1]) else ""  # fmt: skip
            wrong = f"at its {end}, '{text}'{cut}, {problem.path or 'the scenario'}: {problem.wrong}"
            yield Problem(f"uncertain: {path}", wrong, problem.allowed or listed(()), origin=entry.origin)
