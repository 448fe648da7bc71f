"""A document as a tree of values that know where they were written.

Trees are never changed in place: merging and changing build new nodes and share what stays.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sim.scenario.problems import NOWHERE, Origin, Problem, ScenarioProblems

Path = tuple[str | int, ...]
Scalar = str | int | float | bool | None

MAX_DEPTH = 40
MAX_NODES = 400_000
_PLAIN_KEY = re.compile(r"^[^\s.\"'\[\]*=]+$")
_SEGMENT = re.compile(r"\"([^\"]*)\"|'([^']*)'|([^.\"'\[\]]+)|\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class Node:
    """A value and where it was written."""

    value: Scalar | dict[str, Node] | list[Node]
    origin: Origin = NOWHERE
    key_origin: Origin | None = None
    """Where the key stands that leads here."""
    text: str = ""
    """A number exactly as written (or computed), before it became a binary fraction."""
    how: str = ""
    """How a change made the value, such as ``26 x 1.1``."""
    evidence: Node | None = None

    @property
    def children(self) -> dict[str, Node]:
        """Entries of a map; empty for anything else."""
        return self.value if isinstance(self.value, dict) else {}

    @property
    def is_map(self) -> bool:
        return isinstance(self.value, dict)

    @property
    def is_list(self) -> bool:
        return isinstance(self.value, list)

    @property
    def is_scalar(self) -> bool:
        return not isinstance(self.value, dict | list)

    @property
    def at(self) -> Origin:
        """Where to point: the key where there is one, else the value."""
        return self.key_origin or self.origin

    def items(self) -> Iterator[tuple[str | int, Node]]:
        """Keys (or indices) and nodes one level down."""
        if isinstance(self.value, dict):
            yield from self.value.items()
        elif isinstance(self.value, list):
            yield from enumerate(self.value)

    def get(self, path: Path) -> Node | None:
        """The node at ``path``, or None."""
        node: Node | None = self
        for part in path:
            if node is None:
                return None
            if isinstance(node.value, dict):
                node = node.value.get(str(part))
            elif isinstance(node.value, list) and isinstance(part, int) and part < len(node.value):
                node = node.value[part]
            else:
                return None
        return node

    def nearest(self, path: Path) -> tuple[Path, Node]:
        """The longest beginning of ``path`` that exists, and its node."""
        for length in range(len(path), 0, -1):
            node = self.get(path[:length])
            if node is not None:
                return path[:length], node
        return (), self

    def put(self, path: Path, new: Node | None) -> Node:
        """The tree with ``new`` at ``path`` (None removes it); missing maps on the way are made."""
        if not path:
            assert new is not None
            return new
        head, rest = path[0], path[1:]
        if isinstance(self.value, list) and isinstance(head, int):
            items = list(self.value)
            items[head : head + 1] = [] if new is None and not rest else [items[head].put(rest, new)]
            return replace(self, value=items)
        entries = dict(self.children)
        key = str(head)
        if new is None and not rest:
            entries.pop(key, None)
        else:
            old = entries.get(key) or Node({}, new.origin if new else NOWHERE)
            entries[key] = old.put(rest, new) if rest else replace(new or old, key_origin=old.key_origin)
        return replace(self, value=entries, how="", text="")

    def plain(self) -> Any:
        """Dicts, lists and scalars without positions."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value

    def leaves(self, path: Path = ()) -> Iterator[tuple[Path, Node]]:
        """Every scalar and every empty map or list, with its path."""
        empty = True
        for key, node in self.items():
            empty = False
            yield from node.leaves((*path, key))
        if empty:
            yield path, self

    def written(self) -> str:
        """The value as a planner would write it."""
        return self.text or write(self.plain())


def write(value: Any) -> str:
    """A value on one line of YAML."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {write(entry)}" for key, entry in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(write(entry) for entry in value) + "]"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def show_path(path: Path) -> str:
    """``('reasons', 'order.status', 0)`` -> ``'reasons."order.status"[0]'``."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            word = part if _PLAIN_KEY.fullmatch(part) else f'"{part}"'
            text += f".{word}" if text else word
    return text


def read_path(text: str) -> Path:
    """``'reasons.*.per_order'`` -> its parts; quotes keep dots in a name; ``[0]`` (or ``.0``) picks from a list.

    Raises ValueError where the text is no path.

    >>> read_path('reasons."order.status".handle.mean')
    ('reasons', 'order.status', 'handle', 'mean')
    """
    parts: list[str | int] = []
    position = 0
    text = text.strip()
    while position < len(text):
        if parts and text[position] != "[":
            if text[position] != ".":
                raise ValueError(f"'{text}' is not a path")
            position += 1
        match = _SEGMENT.match(text, position)
        if match is None:
            raise ValueError(f"'{text}' is not a path")
        parts.append(int(match[4]) if match[4] else (match[1] or match[2] or match[3] or "").strip())
        position = match.end()
    if not parts or "" in parts:
        raise ValueError(f"'{text}' is not a path")
    return tuple(parts)


def from_python(value: Any, origin: Origin = NOWHERE) -> Node:
    """A document in memory as a tree. Raises ScenarioProblems for what no file could hold."""
    return _from_python(value, (), origin, [0])


def _from_python(value: Any, path: Path, origin: Origin, count: list[int]) -> Node:
    count[0] += 1
    if len(path) > MAX_DEPTH or count[0] > MAX_NODES:
        too = "nested too deeply" if len(path) > MAX_DEPTH else f"larger than {MAX_NODES:,} values"
        raise ScenarioProblems([Problem(show_path(path[:6]), f"the document is {too}", origin=origin)])
    if isinstance(value, Mapping):
        keys: dict[str, Node] = {}
        for key, entry in value.items():
            name = key.isoformat() if isinstance(key, dt.date) else str(key)
            if name in keys:
                raise ScenarioProblems([Problem(show_path((*path, name)), f"'{name}' is given twice", origin=origin)])
            keys[name] = _from_python(entry, (*path, name), origin, count)
        return Node(keys, origin)
    if isinstance(value, list | tuple):
        return Node([_from_python(v, (*path, i), origin, count) for i, v in enumerate(value)], origin)
    if value is None or isinstance(value, str | bool | int | float):
        return Node(value, origin, text=repr(value) if type(value) in (int, float) else "")
    if isinstance(value, dt.date):
        return Node(value.isoformat(), origin)
    if hasattr(value, "item") and getattr(value, "ndim", None) == 0:  # a numpy scalar
        return _from_python(value.item(), path, origin, count)
    if hasattr(value, "tolist"):  # a numpy array
        return _from_python(value.tolist(), path, origin, count)
    kind = type(value).__name__
    raise ScenarioProblems([Problem(show_path(path), f"a {kind} cannot stand in a scenario", origin=origin)])
