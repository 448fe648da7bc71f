"""One scenario under many `--set`s: the files are read and merged once, each point is checked like any scenario.

A point is what `--set PATH=CHANGE ...` makes of the scenario: the same world with the same digest.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sim.scenario.changes import NoMatch, Target, find
from sim.scenario.evidence import collect
from sim.scenario.layers import Layers
from sim.scenario.load import finish, load
from sim.scenario.nodes import Node, read_path
from sim.scenario.problems import Origin, Problem, ScenarioProblems
from sim.scenario.resolved import Resolved


@dataclass(frozen=True)
class Setting:
    """One change of a point, and where a person wrote it."""

    path: str
    change: str
    where: Origin

    @property
    def text(self) -> str:
        """As `--set` takes it."""
        return f"{self.path}={self.change}"


@dataclass(frozen=True)
class Variable:
    """A scenario that points are made of."""

    declared: Resolved
    """As it is written."""
    document: Node
    folders: dict[str, Path]
    about_defaults: dict[str, Node]
    names: tuple[str, ...]

    @staticmethod
    def read(file: str, overlays: Sequence[str] = (), sets: Sequence[str] = ()) -> Variable:
        """A file (or a bundled name) with overlays and `--set`s. Raises ScenarioProblems."""
        declared = load(file, overlays, sets)
        layers = Layers()
        document = layers.merged(file, overlays, sets)
        return Variable(declared, document, layers.folders, layers.about_defaults, tuple(layers.names))

    @property
    def base(self) -> Resolved:
        """The scenario without any change."""
        return self.at(())

    def at(self, settings: Iterable[Setting]) -> Resolved:
        """The scenario at a point, without its `uncertain:`. Raises ScenarioProblems, each where it was written."""
        layers = Layers(names=list(self.names), folders=dict(self.folders), about_defaults=dict(self.about_defaults))
        document, written = self.document, {}
        for setting in settings:
            if self.places(setting.path):
                document = layers.set(document, setting.text)
                written[setting.text] = setting
        document = collect(document, layers.about_defaults)
        try:
            return finish(document.put(("uncertain",), None), layers)
        except ScenarioProblems as found:
            raise ScenarioProblems(_placed(problem, written) for problem in found.problems) from None

    def nowhere(self, setting: Setting) -> list[Problem]:
        """What is wrong with a path that matches nothing."""
        layers = Layers()
        layers.set(self.document, setting.text)
        return [replace(each, origin=setting.where, path=setting.path) for each in layers.problems]

    def places(self, path: str) -> list[Target]:
        """Every place that a path matches, none where it matches nothing."""
        try:
            return find(self.document, read_path(path))
        except (NoMatch, ValueError):
            return []


def _placed(problem: Problem, written: dict[str, Setting]) -> Problem:
    """The problem at the place where its change was written."""
    setting = written.get(problem.origin.via) if problem.origin.source == "--set" else None
    if setting is None:
        return problem
    path = problem.path or setting.text
    return replace(problem, origin=setting.where, path=path if setting.path in path else f"{setting.text}: {path}")
