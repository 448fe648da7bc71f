"""Versions of one written scenario: the same files, read once, with values laid in, and checked like any scenario."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sim.scenario.load import finish
from sim.scenario.nodes import Node, Path, from_python
from sim.scenario.resolved import Resolved
from sim.scenario.vary import Sources

Values = Mapping[Path, Any]
"""Place in the document -> what stands there instead, as in YAML; None removes it."""


class Versions:
    """A scenario's document, under a draw of what is uncertain if one is given, and under other values."""

    def __init__(self, sources: Sources, changes: Mapping[str, str] | None = None) -> None:
        self.sources = sources
        self._document, self._layers = sources.document(changes)
        self.base = self.resolved({})
        """The scenario as it is written, without its `uncertain:`."""

    def resolved(self, values: Values) -> Resolved:
        """The scenario with other values. Raises ScenarioProblems."""
        return self._finished(self._document, values)

    def simulated(self, values: Values) -> Resolved:
        """The same without what changes no simulation: investments that are not decided, and what is chosen under.

        Their effects need not be tried once more for each version. Raises ScenarioProblems.
        """
        taken = set(self.base.scenario.decisions.investments)
        taken |= {str(path[2]) for path in values if path[:2] == ("decisions", "investments")}
        document = self._document.put(("choose",), None)
        for name, node in (document.get(("investments",)) or Node({})).children.items():
            if name not in taken:
                document = document.put(("investments", name), None)
            elif node.get(("excludes",)) is not None:
                document = document.put(("investments", name, "excludes"), None)
        return self._finished(document, values)

    def _finished(self, document: Node, values: Values) -> Resolved:
        for path, value in values.items():
            present = document.get(path)
            if value is not None:
                document = document.put(path, from_python(value))
            elif present is not None:
                document = document.put(path, None)
        return finish(document, replace(self._layers, problems=[]))
