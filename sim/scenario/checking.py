"""What every check works with: the scenario, the document behind it, and a way to point at a place in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sim.scenario.nodes import Node, Path, show_path
from sim.scenario.problems import Problem, listed, nearest
from sim.scenario.schema import Scenario

TOLERANCE = 1e-9
ITSELF = ""
"""As the last part of a path in `about`: the map itself, whatever is broken inside its entries."""


@dataclass(frozen=True)
class Context:
    """A scenario that has the right types, and where its values were written."""

    scenario: Scenario
    document: Node
    dated: bool = False
    """Whether this is a variant under dated changes, whose events have been checked already."""

    def problem(
        self, path: Path, wrong: str, allowed: str = "", meant: str = "", about: Iterable[Path] = (), key: bool = False
    ) -> Problem:
        """A problem at ``path``, or at the nearest place around it that is written."""
        existing, node = self.document.nearest(path)
        here = key or (existing != path) or node.is_map
        if existing != path and node.is_scalar:  # inside a short form, such as a line of `serves`
            path, here = existing, False
        return Problem(show_path(path), wrong, allowed, meant, node.at if here else node.origin, (path, *about))

    def written(self, path: Path) -> str:
        """The value at ``path`` as the planner wrote it."""
        node = self.document.get(path)
        return node.written() if node is not None else ""

    def unknown(self, path: Path, name: str, kind: str, known: Iterable[str], key: bool = False) -> Problem:
        """A name that refers to nothing."""
        options = list(known)
        wrong = f"there is no {kind} '{name}'"
        allowed = listed(options, 20) if options else f"a {kind} that the scenario declares"
        about = [(f"{each}s", name) for each in kind.split(" or ")]
        return self.problem(path, wrong, allowed, nearest(name, options), about, key)

    def names(self, path: Path, given: Iterable[str] | None, kind: str, known: Iterable[str]) -> Iterator[Problem]:
        """A problem for each name of a list that refers to nothing, and for each that is given twice."""
        options = list(known)
        seen: set[str] = set()
        for index, name in enumerate(given or ()):
            if name not in options:
                yield self.unknown((*path, index), name, kind, options)
            elif name in seen:
                yield self.problem((*path, index), f"'{name}' is given twice", f"each {kind} once")
            seen.add(name)

    def keys(
        self, path: Path, given: Mapping[str, object] | None, kind: str, known: Iterable[str]
    ) -> Iterator[Problem]:
        """A problem for each key of a map that refers to nothing."""
        options = list(known)
        for name in given or ():
            if name not in options:
                yield self.unknown((*path, name), name, kind, options, key=True)

    def sums_to_one(self, path: Path, shares: Mapping[Any, float], what: str) -> Iterator[Problem]:
        """A problem where shares do not add up to 100 %."""
        total = sum(shares.values())
        if abs(total - 1) > TOLERANCE:
            yield self.problem(path, f"the {what} add up to {percent(total)}", "shares that add up to 100 %")


Check = Callable[[Context], Iterator[Problem]]


def percent(share: float) -> str:
    """``0.95`` -> ``'95 %'``."""
    return f"{share * 100:.6g} %"
