"""The input ledger: what a scenario assumes, and where each assumption comes from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sim.scenario.resolved import Resolved

LEVELS = ("measured", "benchmark", "assumed")


@dataclass(frozen=True)
class Entry:
    """One assumption with its evidence."""

    path: str
    value: str
    level: str
    source: str
    date: str
    note: str
    scenarios: tuple[str, ...]
    """Scenarios in which it holds with this value."""


def entries(resolveds: Sequence[Resolved]) -> list[Entry]:
    """Every assumption that names its evidence, best known first, each once for all scenarios that share it."""
    found: dict[tuple[str, str, str, str, str, str], list[str]] = {}
    for resolved in resolveds:
        for path, evidence in resolved.scenario.evidence.items():
            if not _counts(resolved, path):
                continue
            value = _value(resolved.document, path)
            key = (path, value, evidence.level, evidence.source, evidence.date, evidence.note)
            found.setdefault(key, []).append(resolved.scenario.name)
    rows = [Entry(*key, scenarios=tuple(names)) for key, names in found.items()]
    return sorted(rows, key=lambda row: (LEVELS.index(row.level), row.path))


def _counts(resolved: Resolved, path: str) -> bool:
    """Whether the assumption is about this world: not about an investment that is not decided."""
    parts = path.split(".", 2)
    return parts[0] != "investments" or parts[1] in resolved.scenario.decisions.investments


def _value(document: Mapping[str, Any], path: str) -> str:
    """The value as the planner wrote it; a path with `*` lists what it matches."""
    return ", ".join(dict.fromkeys(_written(value) for value in _at(document, path.split("."))))


def _at(node: Any, path: Sequence[str]) -> Iterator[Any]:
    if not path:
        yield node
    elif isinstance(node, Mapping):
        for key in [*node] if path[0] == "*" else [path[0]]:
            if key in node:
                yield from _at(node[key], path[1:])


def _written(value: Any) -> str:
    if isinstance(value, Mapping):
        if set(value) == {"value", "evidence"}:
            return _written(value["value"])
        return ", ".join(f"{key} {_written(inner)}" for key, inner in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(_written(inner) for inner in value)
    return str(value)
