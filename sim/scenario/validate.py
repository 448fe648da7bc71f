"""A tree -> a typed scenario, or every problem in it.

One walk along the schema finds what has the wrong form (unknown keys, units, numbers, words); pydantic then finds what
is missing or out of range. A broken value is replaced by a harmless one, so that the rest is still checked; findings
that rest on a broken value are left out.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from sim.scenario.nodes import Node, Path, show_path
from sim.scenario.problems import Problem, listed, nearest
from sim.scenario.quantities import ALLOWED, EXAMPLE, as_number, fault, quoted
from sim.scenario.schema import Scenario
from sim.scenario.shapes import Shape, is_tag, root

NAME = re.compile(r"^\w[\w.-]*$")
_HARMLESS = {"duration": "1 s", "share": "0 %", "factor": "100 %", "rate": "0 /day", "growth": "0 %/year",
             "decay": "0 %/year", "money": "0", "money rate": "0", "date": "2000-01-01", "start": "2000-01",
             "whole number": 1, "number": 0, "true or false": False, "text": "?"}  # fmt: skip
_MISSING = object()
_GOOD: dict[tuple[int, int, str | None, bool], tuple[Node, Shape, Any]] = {}
"""Maps and lists without a problem, by object: trees share what a change leaves, and a scenario is checked in dozens of
variants. Held by reference, so that no other object can come to have the number; what is kept must not be changed."""
_MOST_GOOD = 5_000
_NULL = "null (or nothing) is given; null removes what an earlier layer gave, and there is nothing to remove"


@dataclass
class Finding:
    """What one validation found: problems, the places that are broken, and the scenario as far as it could be read."""

    problems: list[Problem] = field(default_factory=list)
    broken: list[Path] = field(default_factory=list)
    scenario: Scenario | None = None

    def add(self, node: Node, path: Path, wrong: str, allowed: str = "", meant: str = "", key: bool = False) -> None:
        """Note a problem of the value (or of the key) at ``path``."""
        if node.how:
            wrong += f" (from {node.how})"
        origin = node.at if key else node.origin
        self.problems.append(Problem(show_path(path), wrong, allowed, meant, origin))
        self.broken.append(path)

    def touches(self, path: Path) -> bool:
        """Whether the value at ``path``, or one inside it or around it, is broken."""
        return any(path[: len(bad)] == bad or bad[: len(path)] == path for bad in self.broken)


def validate(document: Node) -> Finding:
    """Check forms, units, ranges and what is missing; cross-checks are `checks`' work."""
    finding = Finding()
    currency = document.children.get("currency")
    code: str | None = "EUR"
    if currency is not None:
        code = currency.value if isinstance(currency.value, str) and re.match(r"^[A-Z]{3}$", currency.value) else None
    plain = _Walk(finding, code).block(document, root(), ())
    try:
        finding.scenario = Scenario.model_validate(plain)
    except ValidationError as error:
        plain = copy.deepcopy(plain)  # mended below, and parts of it are kept
        _translate(error, document, plain, finding)
        if not any(path == () for path in finding.broken):
            _try_repaired(plain, finding)
    return finding


def _try_repaired(plain: Any, finding: Finding) -> None:
    try:
        finding.scenario = Scenario.model_validate(plain)
    except ValidationError:
        finding.scenario = None


@dataclass
class _Walk:
    """Walks document and schema side by side; returns plain values that pydantic can read."""

    finding: Finding
    currency: str | None
    """None where it cannot be read itself: then amounts are not held against it."""

    def value(self, node: Node, shape: Shape, path: Path) -> Any:
        """The plain value of a node; of one that has been found good before, what was found then."""
        if node.is_scalar:
            return self.walked(node, shape, path)
        key = (id(node), id(shape), self.currency, path in _FREE_KEYS)
        known = _GOOD.get(key)
        if known is not None and known[0] is node and known[1] is shape:
            return known[2]
        before = len(self.finding.problems)
        plain = self.walked(node, shape, path)
        if len(self.finding.problems) == before:
            if len(_GOOD) >= _MOST_GOOD:
                _GOOD.clear()
            _GOOD[key] = (node, shape, plain)
        return plain

    def walked(self, node: Node, shape: Shape, path: Path) -> Any:
        if node.value is None and shape.kind != "any":
            self.finding.add(node, path, _NULL, meant_for(shape), key=True)
            return harmless(shape)
        shape = shape.pick(node)
        if not shape.fits(node):
            meant = f"[{node.written()}]" if shape.kind == "list" and node.is_scalar else ""
            wrong = f"{_form(node)} stands where {wanted(shape)} is needed"
            self.finding.add(node, path, wrong, meant_for(shape), meant)
            return harmless(shape)
        if shape.kind == "any":
            return node.plain()
        if shape.kind == "list":
            assert shape.item is not None
            items = node.value if isinstance(node.value, list) else []
            return [self.value(item, shape.item, (*path, i)) for i, item in enumerate(items)]
        if shape.kind == "map":
            return self.map(node, shape, path)
        if shape.kind == "block":
            return self.block(node, shape, path) if node.is_map else self.short(node, shape, path)
        return self.one(node, shape, path)

    def one(self, node: Node, shape: Shape, path: Path) -> Any:
        found = fault(shape, node, self.currency)
        if found is not None:
            self.finding.add(node, path, *found)
            return harmless(shape)
        if shape.unit == "text":
            return node.written()
        if shape.unit in ("whole number", "number"):
            return as_number(node.value)
        return node.text or node.value if shape.unit not in ("choice", "true or false") else node.value

    def short(self, node: Node, shape: Shape, path: Path) -> Any:
        """A bare value that stands for a block."""
        if shape.short == "channel" or (shape.model is not None and node.value == "never" and _knows_never(shape)):
            return node.value
        assert shape.main is not None
        found = fault(shape.main, node, self.currency)
        if found is not None:
            allowed = found.allowed + (", or never" if _knows_never(shape) else "")
            meant = found.meant or (nearest(str(node.value), ["never"]) if _knows_never(shape) else "")
            self.finding.add(node, path, found.wrong, allowed, meant)
            return {shape.short: harmless(shape.main)}
        return {shape.short: node.text or node.value}

    def block(self, node: Node, shape: Shape, path: Path) -> dict[str, Any]:
        made = {}
        for key, child in node.children.items():
            entry = shape.fields.get(key)
            inner = (*path, key)
            if entry is not None:
                made[key] = self.value(child, entry.shape, inner)
                continue
            free = [name for name in shape.fields if name not in node.children]
            self.finding.add(child, inner, f"there is no '{key}' here", listed(shape.fields, 30), nearest(key, free) or
                             nearest(key, shape.fields), key=True)  # fmt: skip
        return made

    def map(self, node: Node, shape: Shape, path: Path) -> dict[str, Any]:
        assert shape.item is not None
        assert shape.key is not None
        made = {}
        for key, child in node.children.items():
            inner = (*path, key)
            if (
                shape.key.unit == "text"
                and path not in _FREE_KEYS
                and path[-1:] not in _KEYED_BY_TEXT
                and not NAME.fullmatch(key)
            ):
                self.finding.add(child, inner, f"'{key}' is not a name", "letters, digits, '_', '-' and '.'", key=True)
                continue
            if shape.key.unit != "text" and (bad := fault(shape.key, Node(key), self.currency)):
                self.finding.add(child, inner, *bad, key=True)
                continue
            made[key] = self.value(child, shape.item, inner)
        return made


_FREE_KEYS = {("evidence",), ("uncertain",), ("experiment", "precision"), ("choose", "targets")}
"""Keyed by paths and by KPIs, not by names."""
_KEYED_BY_TEXT = {("breaks_at",), ("changes",), ("figures",), ("cares",), ("discrete",)}


def _knows_never(shape: Shape) -> bool:
    distribution = shape.fields.get("distribution")
    return distribution is not None and "never" in distribution.shape.choices


def _form(node: Node) -> str:
    if node.is_map:
        return "a map"
    return "a list" if node.is_list else quoted(node)


def wanted(shape: Shape) -> str:
    """What form a place wants, as in '... is needed'."""
    if shape.kind == "forms":
        return " or ".join(dict.fromkeys(wanted(form) for form in shape.forms))
    if shape.kind in ("map", "block"):
        return "a map"
    return "a list" if shape.kind == "list" else "one value"


def meant_for(shape: Shape) -> str:
    """What may stand at a place, with an example."""
    if shape.kind == "forms":
        return ", or ".join(dict.fromkeys(meant_for(form) for form in shape.forms))
    if shape.kind == "block":
        start = f"{meant_for(shape.main)}, or " if shape.main else ""
        return f"{start}a map with {listed(shape.fields, 30)}"
    if shape.kind == "map" and shape.item is not None:
        example = EXAMPLE.get(shape.item.unit)
        return f"a map of names, such as {{name: {example}}}" if example else "a map with a name for each entry"
    if shape.kind == "list" and shape.item is not None:
        example = EXAMPLE.get(shape.item.unit, "phone")
        return f"a list, such as [{example}, {'chat' if example == 'phone' else example}]"
    return listed(shape.choices) if shape.unit == "choice" else ALLOWED.get(shape.unit, "")


def harmless(shape: Shape) -> Any:
    """A value that can stand at a place of this shape, so that checking goes on."""
    shape = shape.pick(None)
    if shape.kind == "map":
        return {}
    if shape.kind == "list":
        return []
    if shape.kind == "block":
        if shape.main is not None:
            return harmless(shape.main)
        return {name: harmless(entry.shape) for name, entry in shape.fields.items() if entry.required}
    if shape.unit == "choice":
        return int(shape.choices[0]) if shape.choices[0].isdigit() else shape.choices[0]
    return _HARMLESS.get(shape.unit)


_LIMIT_WORDS = {"gt": "above", "ge": "of at least", "lt": "below", "le": "of at most"}


def _range(details: dict[str, Any]) -> tuple[str, str]:
    sign = next(key for key in _LIMIT_WORDS if key in details)
    limit = f"{_LIMIT_WORDS[sign]} {details[sign]:g}" if isinstance(details[sign], float) else (
        f"{_LIMIT_WORDS[sign]} {details[sign]}")  # fmt: skip
    return "is out of range", f"a number {limit}"


def _short(details: dict[str, Any]) -> tuple[str, str]:
    return "is empty", f"at least {details.get('min_length', 1)} entry"


_PATTERNS = {
    r"^[a-z0-9][a-z0-9_]*$": "small letters, digits and '_', starting with a letter or digit, such as 'baseline'",
    r"^[A-Z]{3}$": "a currency's three capital letters, such as EUR",
}


def _pattern(details: dict[str, Any]) -> tuple[str, str]:
    return "cannot stand here", _PATTERNS.get(details.get("pattern", ""), "another text")


def _plain_words(_details: dict[str, Any]) -> tuple[str, str]:
    return "cannot stand here", ""


_WORDS: dict[str, Callable[[dict[str, Any]], tuple[str, str]]] = {
    "greater_than": _range,
    "greater_than_equal": _range,
    "less_than": _range,
    "less_than_equal": _range,
    "too_short": _short,
    "string_pattern_mismatch": _pattern,
}


def _translate(error: ValidationError, document: Node, plain: Any, finding: Finding) -> None:
    """Pydantic's findings in our words, at the planner's paths; mends ``plain`` where it can."""
    for found in error.errors(include_url=False):
        path, shape = _planner_path(found["loc"])
        if finding.touches(path) and found["type"] != "missing":
            continue
        if any(path[: len(bad)] == bad for bad in finding.broken):
            continue
        existing, node = document.nearest(path)
        if found["type"] == "missing":
            key = str(path[-1])
            have = document.get(path[:-1])
            similar = nearest(key, [k for k in have.children if _unknown(k, path)]) if have else ""
            meant = f"'{key}' where {similar} is written" if similar else ""
            place = f"'{key}' is missing" + ("" if len(path) > 1 else " from the scenario")
            origin = node.at
            finding.problems.append(Problem(show_path(path), place, _explain(shape), meant, origin))
            finding.broken.append(path)
        else:
            words, allowed = _WORDS.get(found["type"], _plain_words)(found.get("ctx") or {})
            meant = _repaired(node.value, found.get("ctx") or {})
            allowed = allowed or _explain(shape)
            finding.add(node, existing, f"{_form(node)} {words}", allowed, meant)
        _mend(plain, path, shape)


def _repaired(value: Any, details: dict[str, Any]) -> str:
    """A text made to fit its pattern, where that is plain to see."""
    pattern = details.get("pattern")
    if not isinstance(value, str) or pattern is None:
        return ""
    tries = (value.upper(), re.sub(r"[^a-z0-9]+", "_", value.lower()).strip("_"))
    return next((f"'{text}'" for text in tries if re.match(pattern, text)), "")


def _unknown(key: str, path: Path) -> bool:
    shape = root()
    for part in path[:-1]:
        inner = shape.step(part)
        if inner is None:
            return False
        shape = inner
    return key not in shape.fields


def _explain(shape: Shape | None) -> str:
    return meant_for(shape) if shape is not None else ""


def _planner_path(loc: Iterable[int | str]) -> tuple[Path, Shape | None]:
    """A pydantic location without its marks for forms and keys."""
    path: list[str | int] = []
    shape: Shape | None = root()
    for part in loc:
        if part == "[key]":
            continue
        if shape is not None and shape.kind == "forms" and is_tag(part, shape):
            form = {"one": "one", "list": "list", "map": "map"}[str(part)]
            shape = next((s for s in shape.forms if s.kind == form or (form == "map" and s.kind == "block")), shape)
            continue
        path.append(part)
        shape = shape.step(part) if shape is not None else None
    return tuple(path), shape


def _mend(plain: Any, path: Path, shape: Shape | None) -> None:
    """Put a harmless value where one is missing or out of range."""
    target = plain
    for part in path[:-1]:
        try:
            target = target[part]
        except (KeyError, IndexError, TypeError):
            return
    if shape is None or not path:
        return
    value = harmless(shape)
    if isinstance(target, dict):
        if value is None:
            target.pop(path[-1], None)
        else:
            target[path[-1]] = value
    elif isinstance(target, list) and isinstance(path[-1], int) and path[-1] < len(target):
        target[path[-1]] = value
