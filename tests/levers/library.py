"""The files in scenarios/levers/ as written: what each sets, and which evidence stands for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path

from sim.scenario.nodes import Node, read_path
from sim.scenario.yaml_text import read_yaml

FOLDER = Path(__file__).parents[2] / "scenarios" / "levers"
WORDS = ("title", "because")
OWN = ("extends", "name", *WORDS, "evidence")
LISTS = ("hours", "serves", "speed", "channels", "teams", "breaks")
"""Keys whose lists are one value."""


@dataclass(frozen=True)
class Entry:
    """One line of `evidence:` and the figures that it is about, as `rest of the path: value`."""

    path: str
    level: str
    source: str
    date: str
    note: str
    figures: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Lever:
    """One file."""

    path: Path

    @property
    def name(self) -> str:
        return self.path.stem

    @property
    def bundled(self) -> str:
        """How a planner names it."""
        return self.path.relative_to(FOLDER.parent).with_suffix("").as_posix()

    @cached_property
    def document(self) -> Node:
        return read_yaml(self.path.read_bytes(), self.path.name)

    def text(self, key: str) -> str:
        node = self.document.children.get(key)
        return "" if node is None else str(node.value)

    @property
    def base(self) -> str:
        """The bundled scenario that it is laid on."""
        target = (self.path.parent / self.text("extends")).resolve()
        return target.relative_to(FOLDER.parent.resolve()).with_suffix("").as_posix()

    def figures(self) -> Iterator[tuple[str, str]]:
        """(dotted path, value as written) of everything that the file sets, but words and starts of decisions."""
        for path, node in _values(self.document, ()):
            if path[0] not in OWN and path[-1] not in WORDS and path[:2] != ("decisions", "investments"):
                yield ".".join(path), node.written()

    @cached_property
    def evidence(self) -> tuple[Entry, ...]:
        """Every line of evidence; a figure belongs to the line that names it most closely."""
        nodes = self.document.children["evidence"].children
        about: dict[str, list[tuple[str, str]]] = {text: [] for text in nodes}
        for path, value in self.figures():
            text = closest(path, list(nodes))
            if text is not None:
                about[text].append((path, value))
        found = []
        for text, node in nodes.items():
            words = {key: str(child.value) for key, child in node.children.items()}
            level, source, date, note = (words.get(key, "") for key in ("level", "source", "date", "note"))
            found.append(Entry(text, level, source, date, note, tuple(about[text])))
        return tuple(found)

    def without_evidence(self) -> list[str]:
        """Paths that the file sets and no evidence covers."""
        entries = [entry.path for entry in self.evidence]
        return [path for path, _ in self.figures() if closest(path, entries) is None]


def _values(node: Node, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Node]]:
    if node.is_map and node.children:
        for key, child in node.children.items():
            yield from _values(child, (*path, key))
    else:
        yield path, node


def closest(path: str, entries: list[str]) -> str | None:
    """The longest of the entries that cover a path: itself or a block around it, wildcards allowed.

    >>> closest("investments.a.cost.upfront", ["investments.*.cost", "investments.a.changes"])
    'investments.*.cost'
    """
    covering = [text for text in entries if covers(text, path)]
    return max(covering, key=len, default=None)


def covers(entry: str, path: str) -> bool:
    """Whether an entry of `evidence:` is about a path."""
    pattern = ".".join(str(part) for part in read_path(entry))
    return fnmatchcase(path, pattern) or fnmatchcase(path, f"{pattern}.*")


LEVERS = tuple(Lever(path) for path in sorted(FOLDER.glob("*.yaml")))
WORLDS = tuple(Lever(path) for path in sorted((FOLDER / "worlds").glob("*.yaml")))
BY_NAME = {lever.name: lever for lever in LEVERS}
