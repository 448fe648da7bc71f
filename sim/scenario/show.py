"""What `show` and `diff` print: every value with its origin, defaults included; and what differs between scenarios."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sim.scenario.calibrated import in_words
from sim.scenario.emit import to_yaml
from sim.scenario.load import load
from sim.scenario.nodes import Node, Path, from_python, read_path, show_path
from sim.scenario.problems import DEFAULT, Origin, Problem, ScenarioProblems
from sim.scenario.quantities import NOUN, PARSERS
from sim.scenario.resolved import Resolved
from sim.scenario.schema.base import Evidence
from sim.scenario.shapes import Shape, root, shape_at
from sim.scenario.units import QuantityError

NOTHING = "(none)"


@dataclass(frozen=True)
class Row:
    """One value."""

    path: str
    value: str
    """As written, on one line of YAML; `(none)` where leaving the key out means that there is none."""
    origin: Origin
    unit: str
    """What kind of value stands here, in words."""
    doc: str
    evidence: Evidence | None = None

    @property
    def is_default(self) -> bool:
        """Whether nobody wrote it."""
        return self.origin == DEFAULT


def rows(resolved: Resolved) -> list[Row]:
    """Every value of a scenario in the order of its file, each block's defaults after what is written."""
    document = from_python(dict(resolved.document))
    evidence = resolved.scenario.evidence
    found = []
    for path, value, shape, doc, default in _values(document, root(), ()):
        text = show_path(path)
        origin = DEFAULT if default else resolved.origin.get(text, Origin())
        found.append(Row(text, value, origin, _unit(shape), doc, nearest_evidence(path, evidence)))
    return found


def nearest_evidence(path: Path, evidence: Mapping[str, Evidence]) -> Evidence | None:
    """Evidence of a value, or of the innermost block around it that has some."""
    for length in range(len(path), 0, -1):
        found = evidence.get(show_path(path[:length]))
        if found is not None:
            return found
    return None


def _values(
    node: Node, shape: Shape | None, path: Path, doc: str = ""
) -> Iterator[tuple[Path, str, Shape | None, str, bool]]:
    if path[:1] == ("evidence",):
        return
    shape = shape.pick(node) if shape is not None else None
    simple = node.is_list and not any(child.is_map for _, child in node.items())
    if node.is_scalar or simple or not any(True for _ in node.items()):
        if shape is None or shape.kind != "block" or shape.short or node.children:
            yield path, node.written(), shape, doc, False
    else:
        for key, child in node.items():
            entry = shape.fields.get(str(key)) if shape is not None and shape.kind == "block" else None
            inner = entry.shape if entry else shape.step(key) if shape is not None else None
            yield from _values(child, inner, (*path, key), entry.doc if entry else doc)
    if node.is_map and shape is not None and shape.kind == "block":
        for name, entry in shape.fields.items():
            if name not in node.children and (*path, name) != ("evidence",):
                yield from _defaults(entry.default_node(), entry.shape, (*path, name), entry.doc)


def _defaults(
    node: Node | None, shape: Shape, path: Path, doc: str
) -> Iterator[tuple[Path, str, Shape | None, str, bool]]:
    shape = shape.pick(node)
    if node is not None and node.is_map and shape.kind == "block":
        for name, entry in shape.fields.items():
            yield from _defaults(entry.default_node(), entry.shape, (*path, name), entry.doc)
    else:
        yield path, node.written() if node is not None else NOTHING, shape, doc, True


def _unit(shape: Shape | None) -> str:
    if shape is None:
        return ""
    if shape.main is not None:
        return NOUN.get(shape.main.unit, "")
    if shape.unit == "choice":
        return " | ".join(shape.choices)
    return NOUN.get(shape.unit, {"list": "a list", "map": "a map"}.get(shape.kind, ""))


@dataclass(frozen=True)
class Difference:
    """A value that two scenarios do not share."""

    path: str
    old: str
    new: str
    origin: Origin
    """Where the new value was written; where it was removed, where the old one was."""
    kind: str
    """`changed`, `added` or `removed`."""


def difference(old: Resolved, new: Resolved) -> list[Difference]:
    """Every path whose value differs, `4 min` and `240 s` being the same, in the order of the second scenario."""
    before = {row.path: row for row in rows(old)}
    after = {row.path: row for row in rows(new)}
    found = []
    for path, row in after.items():
        was = before.get(path)
        if was is None:
            if row.value != NOTHING and not row.is_default:
                found.append(Difference(path, NOTHING, row.value, row.origin, "added"))
        elif not _same(path, was.value, row.value):
            found.append(Difference(path, was.value, row.value, row.origin, "changed"))
    for path, row in before.items():
        if path not in after and row.value != NOTHING and not row.is_default:
            found.append(Difference(path, row.value, NOTHING, row.origin, "removed"))
    return found


def difference_text(found: Sequence[Difference]) -> str:
    """What `diff` prints."""
    if not found:
        return "no difference"
    width = max(len(each.path) for each in found)
    return "\n".join(f"{each.path:<{width}}  {each.old} -> {each.new}  ({each.origin})" for each in found)


def difference_json(found: Sequence[Difference]) -> list[dict[str, str]]:
    """What `diff --format json` prints."""
    return [{"path": d.path, "old": d.old, "new": d.new, "kind": d.kind, "origin": str(d.origin)} for d in found]


def verdicts(files: Sequence[str], overlays: Sequence[str], sets: Sequence[str]) -> tuple[list[str], list[Problem]]:
    """What `validate` says: a line for each good file, and the problems of all the others."""
    lines: list[str] = []
    problems: list[Problem] = []
    for file in files:
        try:
            resolved = load(file, overlays, sets)
        except ScenarioProblems as found:
            problems += found.problems
        else:
            scenario = resolved.scenario
            counts = {"reason": len(scenario.reasons), "channel": len(scenario.channels), "team": len(scenario.teams)}
            sizes = ", ".join(f"{count} {kind}{'s' * (count != 1)}" for kind, count in counts.items())
            mark = in_words(resolved)
            lines.append(f"ok  {file}  ({scenario.name}: {sizes}{'; ' if mark else ''}{mark})")
    return lines, problems


def _same(path: str, one: str, other: str) -> bool:
    if one == other:
        return True
    shape = shape_at(read_path(path))
    shape = shape.main or shape if shape is not None else None
    if shape is None or shape.unit not in PARSERS:
        return _number(one) is not None and _number(one) == _number(other)
    try:
        return bool(PARSERS[shape.unit](one) == PARSERS[shape.unit](other))
    except QuantityError:
        return False


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def as_json(resolved: Resolved, origins: bool) -> dict[str, Any]:
    """What `show --format json` prints."""
    made: dict[str, Any] = {"document": dict(resolved.document), "digest": resolved.digest}
    if origins:
        made["layers"] = list(resolved.layers)
        made["values"] = [
            {
                "path": row.path,
                "value": row.value,
                "origin": str(row.origin),
                "via": row.origin.via,
                "default": row.is_default,
                "unit": row.unit,
                "evidence": row.evidence.level if row.evidence else None,
                "source": row.evidence.source if row.evidence else None,
            }
            for row in rows(resolved)
        ]
        made["overrides"] = [
            {"path": o.path, "old": o.old, "new": o.new, "origin": str(o.origin), "via": o.origin.via}
            for o in resolved.overrides
        ]
    return made


def as_text(resolved: Resolved, origins: bool) -> str:
    """What `show` prints: the merged document as YAML, or every value with its origin."""
    return "\n".join(origin_lines(resolved)) if origins else to_yaml(resolved.document).rstrip("\n")


def origin_lines(resolved: Resolved) -> list[str]:
    """What `show --origin` prints: path, value and where it was written, in columns."""
    cells = []
    for row in rows(resolved):
        where = str(row.origin) + (f" ({row.origin.via})" if row.origin.via and row.origin.source != "--set" else "")
        if row.is_default:
            where = f"default, {row.unit}" if row.unit else "default"
        elif row.evidence is not None:
            where += f"  [{row.evidence.level}{': ' + row.evidence.source if row.evidence.source else ''}]"
        cells.append((row.path, row.value if len(row.value) <= 60 else row.value[:57] + "...", where))
    first = max(len(path) for path, _, _ in cells)
    second = min(60, max(len(value) for _, value, _ in cells))
    return [f"{path:<{first}}  {value:<{second}}  {where}" for path, value, where in cells]
