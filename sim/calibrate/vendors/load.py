"""Mapping files: those that ship with deskplan, and a planner's own, checked with file, line and column."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping as MappingLike
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from pydantic import ValidationError

from sim.calibrate.contacts import CATEGORIES, CHANNELS, COUNTS, DIRECTIONS, DURATIONS, KEYS, OUTCOMES, TIMES
from sim.calibrate.extract import CalibrationError
from sim.calibrate.interval_columns import SUMS
from sim.calibrate.vendors.mapping import Column, Mapping, Strict, Test, When
from sim.calibrate.vendors.paths import PathError, parse_path
from sim.scenario.nodes import Node
from sim.scenario.problems import NOWHERE, Origin, Problem, ScenarioProblems, listed, nearest
from sim.scenario.yaml_text import read_yaml

FOLDER = "sim.calibrate.vendors"
CONTACT_COLUMNS = (*KEYS, *TIMES, "channel", *DURATIONS, *COUNTS, *CATEGORIES, "queue")
INTERVAL_COLUMNS = ("interval_start", "interval_s", "queue", "channel", *SUMS)
NEEDED = {"contacts": ("contact_id", "arrived_at", "channel"), "intervals": ("interval_start", "channel", "offered")}
_HELPER = re.compile(r"^_[a-z][a-z0-9_]*$")
_FIELDS: dict[str, type[Strict]] = {"": Mapping, "columns": Column, "when": Test, "null_when": Test}


@dataclass(frozen=True)
class Named:
    """A mapping and its name (the file's, without its ending)."""

    name: str
    mapping: Mapping
    headed: frozenset[str] = frozenset()


@cache
def vendors() -> MappingLike[str, Named]:
    """Mappings that ship with deskplan, by name."""
    files = sorted(f.name for f in resources.files(FOLDER).iterdir() if f.name.endswith(".yaml"))
    return {name.removesuffix(".yaml"): _load_packaged(name.removesuffix(".yaml")) for name in files}


def _load_packaged(name: str) -> Named:
    tree = _packaged_tree(name)
    return Named(name, _checked(_over_base(tree, [])))


def _packaged_tree(name: str) -> Node:
    return read_yaml((resources.files(FOLDER) / f"{name}.yaml").read_bytes(), f"{name}.yaml")


def by_name(name: str) -> Named:
    """A vendor that ships with deskplan; raises CalibrationError with the nearest name."""
    found = vendors().get(name.lower().replace("-", "_").replace(" ", "_"))
    if found is None:
        names = sorted(vendors())
        raise CalibrationError([Problem("--vendor", f"{name!r} is not known", listed(names, 20), nearest(name, names))])
    return found


def own_mapping(path: Path) -> Named:
    """A planner's mapping file. Raises CalibrationError with everything that is wrong in it."""
    try:
        data = path.read_bytes()
    except OSError as error:
        problem = Problem("", f"cannot be read: {error.strerror}", origin=Origin(str(path)))
        raise CalibrationError([problem]) from error
    try:
        tree = read_yaml(data, str(path))
    except ScenarioProblems as error:
        raise CalibrationError(error.problems) from None
    problems: list[Problem] = []
    whole = _over_base(tree, problems)
    if problems:
        raise CalibrationError(problems)
    return Named(path.stem, _checked(whole))


def _over_base(tree: Node, problems: list[Problem]) -> Node:
    """The document laid over the one that it extends: columns one by one, everything else as a whole."""
    extends = tree.children.get("extends")
    if extends is None:
        return tree
    names = sorted(f.name.removesuffix(".yaml") for f in resources.files(FOLDER).iterdir() if f.name.endswith(".yaml"))
    if extends.value not in names:
        wrong = f"there is no mapping {extends.value!r}"
        meant = nearest(str(extends.value), names)
        problems.append(Problem("extends", wrong, listed(names, 20), meant, extends.origin))
        return tree
    base = _over_base(_packaged_tree(str(extends.value)), problems)
    merged = base.children | {k: v for k, v in tree.children.items() if k != "columns"}
    own, theirs = tree.children.get("columns"), base.children.get("columns")
    if own is not None and theirs is not None and own.is_map:
        laid = theirs.children | own.children
        merged["columns"] = Node({k: v for k, v in laid.items() if v.value is not None}, own.origin, own.key_origin)
    merged.pop("extends", None)
    return Node(merged, tree.origin)


def _plain(node: Node) -> Any:
    if isinstance(node.value, dict):
        return {k: _plain(v) for k, v in node.value.items()}
    if isinstance(node.value, list):
        return [_plain(v) for v in node.value]
    return node.value


def _checked(tree: Node) -> Mapping:
    """A valid mapping; raises CalibrationError with position, what is allowed and what was probably meant."""
    try:
        mapping = Mapping.model_validate(_plain(tree))
    except ValidationError as error:
        raise CalibrationError([_translated(e, tree) for e in error.errors()]) from None
    problems = _cross_checks(mapping, tree)
    if problems:
        raise CalibrationError(problems)
    return mapping


_INTERNAL = re.compile(r"^(function-.*|Column|Test|from_)$")


def _place(tree: Node, loc: tuple[Any, ...]) -> Node:
    node = tree
    for part in loc:
        child = node.get((part,)) if not isinstance(part, str) or not _INTERNAL.match(part) else None
        node = child or node
    return node


def _translated(error: Any, tree: Node) -> Problem:
    loc = tuple(p for p in error["loc"] if not (isinstance(p, str) and _INTERNAL.match(p)))
    node = _place(tree, loc)
    text = ".".join(map(str, loc))
    if error["type"] == "extra_forbidden":
        kinds = [_FIELDS[p] for p in loc[:-1] if isinstance(p, str) and p in _FIELDS]
        model: type[Strict] = kinds[-1] if kinds else Mapping
        names = [str(f.serialization_alias or n) for n, f in model.model_fields.items()]
        if len(loc) > 1 and loc[0] in ("outcome", "direction"):
            names = ["is", "when"]
        return Problem(text, "this key is not known", listed(names, 20), nearest(str(loc[-1]), names), node.at)
    if error["type"] == "literal_error":
        said = str(error["ctx"]["expected"])
        options = re.findall(r"'([^']*)'", said)
        return Problem(text, f"{node.value!r} is not known", said, nearest(str(node.value), options), node.origin)
    return Problem(text, error["msg"].removeprefix("Value error, "), origin=node.origin)


def _cross_checks(mapping: Mapping, tree: Node) -> list[Problem]:
    problems: list[Problem] = []
    canonical = CONTACT_COLUMNS if mapping.kind == "contacts" else INTERVAL_COLUMNS
    columns = tree.children.get("columns", tree)
    for name, column in mapping.columns.items():
        node = columns.children.get(name, columns)
        if name not in canonical and not _HELPER.match(name):
            problems.append(Problem(f"columns.{name}", "this column is not of the log", "a helper starts with _; " +
                                    listed(canonical, 40), nearest(name, canonical), node.at))  # fmt: skip
        problems += _column_problems(name, column, mapping, node)
    for name in NEEDED[mapping.kind]:
        if name not in mapping.columns:
            problems.append(Problem(f"columns.{name}", "this column is needed", origin=columns.at))
    for key, allowed in (("outcome", OUTCOMES), ("direction", DIRECTIONS)):
        for k, rule in enumerate(getattr(mapping, key)):
            node = _place(tree, (key, k, "is"))
            if rule.is_ not in allowed:
                problems.append(Problem(f"{key}.{k}.is", f"{rule.is_!r} is not known", listed(allowed),
                                        nearest(rule.is_, allowed), node.origin))  # fmt: skip
            problems += _when_problems(rule.when, mapping, _place(tree, (key, k, "when")), f"{key}.{k}.when")
    for k, aside in enumerate(mapping.set_aside):
        problems += _when_problems(aside.when, mapping, _place(tree, ("set_aside", k, "when")), f"set_aside.{k}.when")
    if mapping.version is not None and mapping.version not in mapping.columns:
        problems.append(_unknown_column("version", mapping.version, mapping, _place(tree, ("version",))))
    if mapping.time_zone not in ("utc", "local") and mapping.time_zone not in available_timezones():
        near = nearest(mapping.time_zone, ["utc", "local", *available_timezones()])
        problems.append(Problem("time_zone", f"{mapping.time_zone!r} is not known", "utc, local or an IANA name", near,
                                _place(tree, ("time_zone",)).origin))  # fmt: skip
    return problems


def _column_problems(name: str, column: Column, mapping: Mapping, node: Node) -> list[Problem]:
    problems = []
    if mapping.layout != "csv":
        for path in column.paths():
            try:
                parse_path(path)
            except PathError as error:
                problems.append(Problem(f"columns.{name}", str(error), origin=node.origin))
    for other in (*(column.between or ()), *(column.plus or ())):
        if other not in mapping.columns:
            problems.append(_unknown_column(f"columns.{name}", other, mapping, node))
    if name == "channel":
        for value in (*column.values.values(), *filter(None, (column.otherwise, column.const))):
            if value not in CHANNELS:
                problems.append(Problem("columns.channel", f"{value!r} is no channel", listed(CHANNELS),
                                        nearest(value, CHANNELS), _found(node, value)))  # fmt: skip
    for form in column.format:
        if form not in ("iso", "unix_s", "unix_ms") and not _is_pattern(form):
            allowed = "iso, unix_s, unix_ms or a pattern such as %d/%m/%Y %H:%M"
            problems.append(Problem(f"columns.{name}.format", f"{form!r} is no format of times", allowed,
                                    origin=node.origin))  # fmt: skip
    return problems + _when_problems(column.null_when, mapping, node, f"columns.{name}.null_when")


def _is_pattern(form: str) -> bool:
    moment = dt.datetime(2026, 3, 2, 9, 30, tzinfo=dt.UTC)
    try:
        dt.datetime.strptime(moment.strftime(form), form)
    except ValueError:
        return False
    return "%" in form


def _found(node: Node, value: str) -> Origin:
    for _, child in node.items():
        if child.value == value:
            return child.origin
        inner = _found(child, value)
        if inner is not NOWHERE:
            return inner
    return NOWHERE if node.is_scalar else next((c.origin for _, c in node.items() if c.value == value), NOWHERE)


def _when_problems(when: When, mapping: Mapping, node: Node, path: str) -> list[Problem]:
    return [_unknown_column(path, name, mapping, node.children.get(name, node)) for name in when
            if name not in mapping.columns]  # fmt: skip


def _unknown_column(path: str, name: str, mapping: Mapping, node: Node) -> Problem:
    known = list(mapping.columns)
    return Problem(path, f"there is no column {name!r} in this mapping", listed(known, 40), nearest(name, known),
                   node.at)  # fmt: skip


def zone_of(mapping: Mapping, local: ZoneInfo | None) -> ZoneInfo | None:
    """The zone of times without an offset."""
    if mapping.time_zone == "local":
        return local
    return ZoneInfo("UTC") if mapping.time_zone == "utc" else ZoneInfo(mapping.time_zone)
