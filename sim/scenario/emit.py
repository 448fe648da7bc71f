"""A document as YAML that reads back to the same document: blocks outside, `{a: 1, b: 2}` where it fits a line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sim.scenario.yaml_text import plain_scalar

WIDTH = 110
_SAFE = re.compile(r"^[A-Za-z0-9_./(%$€£+-][A-Za-z0-9_./()%$€£+\-@ ]*$")


def to_yaml(document: Mapping[str, Any]) -> str:
    """YAML 1.2 of dicts, lists, texts, numbers, booleans and null.

    >>> print(to_yaml({"hours": "17:30", "agents": 26, "mix": {"phone": "35 %", "chat": "65 %"}}), end="")
    hours: "17:30"
    agents: 26
    mix: {phone: 35 %, chat: 65 %}
    """
    return "".join(f"{line}\n" for line in _block(document, 0)) if document else "{}\n"


def _block(document: Mapping[str, Any], depth: int) -> list[str]:
    lines: list[str] = []
    pad = "  " * depth
    for key, value in document.items():
        name = scalar(str(key))
        short = f"{pad}{name}: {flow(value)}"
        nested = isinstance(value, Mapping) and value and any(isinstance(v, Mapping) and v for v in value.values())
        if isinstance(value, Mapping) and value and ((nested and depth < 2) or len(short) > WIDTH):
            lines += [f"{pad}{name}:", *_block(value, depth + 1)]
        elif isinstance(value, list) and len(short) > WIDTH:
            lines += [f"{pad}{name}:", *(f"{pad}  - {flow(item)}" for item in value)]
        else:
            lines.append(short)
    return lines


def flow(value: Any) -> str:
    """A value on one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{scalar(str(key))}: {flow(entry)}" for key, entry in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(flow(entry) for entry in value) + "]"
    return scalar(value)


def scalar(value: Any) -> str:
    """A value without parts; a text in quotes where it would read as something else without."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        text = repr(value)
        return {"inf": ".inf", "-inf": "-.inf", "nan": ".nan"}.get(text, text)
    if not isinstance(value, str):
        return str(value)
    plain = _SAFE.fullmatch(value) and not value.endswith(" ") and not value.startswith(("- ", "%", "@"))
    if plain and value not in ("-", "---", "...") and isinstance(plain_scalar(value), str):
        return value
    return _quoted(value)


_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def _quoted(text: str) -> str:
    escaped = "".join(
        _ESCAPES.get(char, char) if char.isprintable() or char in _ESCAPES else _code(ord(char)) for char in text
    )
    return f'"{escaped}"'


def _code(number: int) -> str:
    return f"\\u{number:04x}" if number <= 0xFFFF else f"\\U{number:08x}"
