"""A sweep's design from a YAML file: `vary`, `sample`, `replications`, `precision`, `until`, `kpis`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evaluate.sweep.design import Factor, factor_of
from evaluate.sweep.values import ALLOWED, Values
from sim.scenario.nodes import Node
from sim.scenario.problems import Origin, Problem, ScenarioProblems, listed, nearest
from sim.scenario.yaml_text import MAX_BYTES, read_yaml

KEYS = ("vary", "sample", "replications", "precision", "until", "kpis")
_RANGE = ("from", "to", "step", "scale")


@dataclass(frozen=True)
class DesignFile:
    """What a file says; the command line has the last word."""

    factors: tuple[Factor, ...]
    said: Mapping[str, Any]
    """The other keys, as written; `kpis` is a list."""


def read_design(path: str, problems: list[Problem]) -> DesignFile:
    """Reads a design; what is wrong with it is added to the problems. Raises ScenarioProblems where it is no YAML."""
    try:
        data = Path(path).read_bytes()[: MAX_BYTES + 1]
    except OSError as error:
        raise ScenarioProblems([Problem("", f"cannot be read: {error.strerror}", origin=Origin(path))]) from None
    root = read_yaml(data, path, problems)
    if not root.is_map:
        raise ScenarioProblems([Problem("", "a design is a map", "vary: {PATH: VALUES}", origin=root.origin)])
    for key, node in root.children.items():
        if key not in KEYS:
            problems.append(
                Problem(key, f"there is no key '{key}' in a design", listed(KEYS), nearest(key, KEYS), node.at)
            )
    factors: list[Factor] = []
    vary = root.children.get("vary")
    if vary is None or not vary.is_map or not vary.children:
        origin = root.origin if vary is None else vary.at
        problems.append(Problem("vary", "a design says what is varied", "vary: {PATH: VALUES}", origin=origin))
    else:
        for name, node in vary.children.items():
            factor = _factor(name, node, path, problems)
            factors += [] if factor is None else [factor]
    said = {key: _said(key, root.children[key], problems) for key in KEYS[1:] if key in root.children}
    return DesignFile(tuple(factors), said)


def _factor(name: str, node: Node, source: str, problems: list[Problem]) -> Factor | None:
    if node.is_list:
        texts = tuple(each.written() for _, each in node.items())
        if not texts or len(set(texts)) < len(texts):
            wrong = "a value is given twice" if texts else "there are no values"
            problems.append(Problem(name, wrong, "a list of values, each once", origin=node.origin))
            return None
        read = factor_of(name, ",".join(texts), source, [], node.origin.line, node.origin.column)
        numbers = read.values.numbers if read is not None and len(read.values.texts) == len(texts) else ()
        values = Values("words", texts, numbers, (0,) * len(texts))
        return Factor(name, values, source, node.origin.line, node.origin.column)
    if node.is_map:
        text = _range(name, node, problems)
        return None if text is None else factor_of(name, text, source, problems, node.origin.line, node.origin.column)
    return factor_of(name, node.written(), source, problems, node.origin.line, node.origin.column)


def _range(name: str, node: Node, problems: list[Problem]) -> str | None:
    """`{from: 2 min, to: 6 min, step: 1 min}` as text."""
    wrong = [key for key in node.children if key not in _RANGE]
    for key in wrong:
        origin = node.children[key].at
        problems.append(
            Problem(f"{name}.{key}", f"there is no key '{key}' here", listed(_RANGE), nearest(key, _RANGE), origin)
        )
    if "from" not in node.children or "to" not in node.children:
        problems.append(Problem(name, "a range needs both ends", "{from: ..., to: ..., step: ...}", origin=node.origin))
        return None
    if wrong:
        return None
    parts = [node.children[key].written() for key in ("from", "to", "step") if key in node.children]
    scale = node.children.get("scale")
    if scale is not None and scale.value not in ("log", "linear"):
        problems.append(
            Problem(f"{name}.scale", f"'{scale.written()}' is no scale", "log, linear", origin=scale.origin)
        )
    return ":".join(parts) + (" log" if scale is not None and scale.value == "log" else "")


def _said(key: str, node: Node, problems: list[Problem]) -> Any:
    if key == "kpis":
        if node.is_list:
            return [each.written() for _, each in node.items()]
        problems.append(Problem(key, "a list of KPIs is needed", "[service_level(phone), ...]", origin=node.origin))
        return []
    if not node.is_scalar:
        problems.append(Problem(key, "a value is needed here", ALLOWED if key == "vary" else "", origin=node.origin))
        return None
    return node.written()
