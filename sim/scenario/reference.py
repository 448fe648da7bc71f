"""The schema for people (a Markdown page) and for editors (JSON Schema), both read off the types."""

from __future__ import annotations

import copy
import inspect
import re
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from sim.scenario.emit import flow
from sim.scenario.quantities import ALLOWED
from sim.scenario.schema import Scenario
from sim.scenario.schema.base import Block
from sim.scenario.shapes import Field, Shape, models

_INTRO = """\
# Scenario reference

Every key that a scenario file may hold. This page is generated (`deskplan schema --format markdown`) from the types
in `sim/scenario/schema/`. How files build on each other, changes and evidence: [scenarios.md](scenarios.md).

A quantity carries its unit:

| kind | written as |
|---|---|
"""
_WRAPPER = "ValueWithEvidence"
_CHANGE = {"description": "a change: a value, 'x 1.2', '-35 %', '+ 2 min', '+ 5 points', or null to remove"}
_NUMBER = r"[+-]?(\d[\d_]*(\.\d*)?|\.\d+)([eE][+-]?\d+)?"
_TIME = r"(ms|s|secs?|seconds?|mins?|minutes?|h|hours?|d|days?|weeks?|months?|years?)"
_QUANTITIES = {  # by the example that the type gives
    "4 min": ("duration", rf"^\s*({_NUMBER}\s*{_TIME}|0)\s*$"),
    "35 %": ("share", rf"^\s*{_NUMBER}\s*%?\s*$"),
    "120 %": ("factor", rf"^\s*{_NUMBER}\s*%?\s*$"),
    "0.6 points": ("points", rf"^\s*({_NUMBER}\s*points?|0)\s*$"),
    "2500 /month": ("rate", rf"^\s*{_NUMBER}\s*/\s*{_TIME}\s*$"),
    "8 %/year": ("growth", rf"^\s*({_NUMBER}\s*%\s*/\s*{_TIME}|0)\s*$"),
    "2 %/month": ("decay", rf"^\s*({_NUMBER}\s*%\s*/\s*{_TIME}|0)\s*$"),
    "62 EUR": ("money", rf"^\s*({_NUMBER}\s*[A-Z]{{3}}|0)\s*$"),
    "2027-03": ("start", r"^\d{4}-\d{2}(-\d{2})?$"),
    "24.50 EUR/h": ("money_rate", rf"^\s*({_NUMBER}\s*[A-Z]{{3}}\s*/\s*{_TIME}|0)\s*$"),
}
_SHORT_FORMS: dict[str, list[dict[str, Any]]] = {
    "Spread": [{"$ref": "#/$defs/duration"}],
    "Handle": [{"$ref": "#/$defs/duration"}],
    "Patience": [{"const": "never"}, {"$ref": "#/$defs/duration"}],
    "Serve": [{"type": "string"}],
    "Ramp": [{"$ref": "#/$defs/duration"}],
    "Decision": [{"$ref": "#/$defs/start"}],
    "Evidence": [{"enum": ["measured", "benchmark", "assumed"]}],
}
"""Blocks that a bare value may stand for."""


def markdown() -> str:
    """The reference page: a section for each block, a row for each key."""
    kinds = [(kind, text) for kind, text in ALLOWED.items() if kind not in ("text", "true or false")]
    lines = [_INTRO + "\n".join(f"| {kind} | {text} |" for kind, text in kinds), ""]
    for model in models():
        lines += _section(model)
    return "\n".join(lines)


def _section(model: type[Block]) -> list[str]:
    shape = Shape("block", model=model)
    doc = " ".join((inspect.getdoc(model) or "").split())
    lines = [f"## {model.__name__}", "", doc, "", "| key | kind | default | meaning |", "|---|---|---|---|"]
    lines += [f"| `{name}` | {_kind(field.shape)} | {_default(field)} | {_cell(field.doc)} |"
              for name, field in shape.fields.items()]  # fmt: skip
    return [*lines, ""]


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _kind(shape: Shape) -> str:
    if shape.kind == "forms":
        return " or ".join(dict.fromkeys(_kind(form) for form in shape.forms))
    if shape.kind == "block" and shape.model is not None:
        link = f"[{shape.model.__name__}](#{shape.model.__name__.lower()})"
        return f"{shape.main.unit} or {link}" if shape.main is not None and shape.short != "channel" else link
    if shape.kind == "map" and shape.item is not None and shape.key is not None:
        key = " \\| ".join(shape.key.choices) if shape.key.choices and len(shape.key.choices) < 5 else "name"
        key = "month" if len(shape.key.choices) == 12 else "size" if shape.key.unit == "whole number" else key
        return f"map {key}: {_kind(shape.item)}"
    if shape.kind == "list" and shape.item is not None:
        return f"list of {_kind(shape.item)}"
    if shape.choices:
        return " \\| ".join(f"`{choice}`" for choice in shape.choices)
    return shape.unit or "change"


def _default(field: Field) -> str:
    if field.required:
        return "required"
    if field.default is None:
        return "none"
    if isinstance(field.default, BaseModel):
        return "see there"
    return f"`{flow(field.default)}`" if field.default != "" else "empty"


def json_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of a scenario file.

    A file with `schema` and without `extends` is checked as a whole; any other (one that extends, an overlay) as a
    part, where nothing is required.
    """
    whole = Scenario.model_json_schema(by_alias=True)
    definitions: dict[str, Any] = whole.pop("$defs")
    definitions["Scenario"] = {key: value for key, value in whole.items() if key != "$defs"}
    for name, definition in definitions.items():
        _dress(definition, outer=name == "Scenario", evidence=name != "Evidence")
    parts = {f"{name}Part": _part(definition, definitions) for name, definition in definitions.items()}
    definitions |= parts
    definitions[_WRAPPER] = {
        "type": "object",
        "description": "a value with its evidence beside it",
        "properties": {"value": {"type": ["string", "number", "boolean"]}, "evidence": _with_short("Evidence")},
        "required": ["value", "evidence"],
        "additionalProperties": False,
    }
    for example, (name, pattern) in _QUANTITIES.items():
        bare = {"type": ["string", "number"], "pattern": pattern, "examples": [example]}
        definitions[name] = {"anyOf": [bare, {"$ref": f"#/$defs/{_WRAPPER}"}]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "deskplan scenario",
        "description": (Scenario.__doc__ or "").strip(),
        "type": "object",
        "if": {"required": ["schema"], "not": {"required": ["extends"]}},
        "then": {"$ref": "#/$defs/Scenario"},
        "else": {"$ref": "#/$defs/ScenarioPart"},
        "$defs": definitions,
    }


def _dress(definition: dict[str, Any], outer: bool, evidence: bool) -> None:
    """Add to a block what every file may hold: evidence beside values and in blocks, `extends` and `changes`."""
    properties = definition.get("properties", {})
    definition.pop("title", None)
    for name, entry in properties.items():
        properties[name] = _value(entry) if evidence else {k: v for k, v in entry.items() if k != "title"}
    if outer:
        properties["extends"] = {"type": "string", "description": "a file beside this one, or a bundled scenario"}
        properties["changes"] = {"type": "object", "additionalProperties": _CHANGE,
                                 "description": "`path: change`, applied after this file is merged"}  # fmt: skip
    elif evidence and properties:
        words = "where the figures of this block come from"
        properties["evidence"] = {"description": words, **_with_short("Evidence")}
    definition["additionalProperties"] = False


def _value(entry: Any) -> Any:
    """A property's schema, where each single value may carry evidence and null removes."""
    entry = copy.deepcopy(entry)
    entry.pop("title", None)
    entry.pop("default", None)
    if "oneOf" in entry or "anyOf" in entry:
        forms = [_value(form) for form in entry.pop("oneOf", entry.pop("anyOf", [])) if form != {"type": "null"}]
        entry.pop("discriminator", None)
        return {**entry, **forms[0]} if len(forms) == 1 else {**entry, "anyOf": forms}
    if "$ref" in entry:
        name = entry["$ref"].rsplit("/", 1)[-1]
        return {**entry, **_with_short(name)} if name not in _SHORT_FORMS else {
            **{key: value for key, value in entry.items() if key != "$ref"}, **_with_short(name)}  # fmt: skip
    if entry.get("type") == "array" and "items" in entry:
        return {**entry, "items": _value(entry["items"])}
    if entry.get("type") == "object" and "additionalProperties" in entry:
        inner = entry["additionalProperties"]
        about = {"properties": {"evidence": _with_short("Evidence")}}
        return {**entry, **about, "additionalProperties": _value(inner) if isinstance(inner, dict) else inner}
    if entry.get("type") == "null" or not entry:
        return entry
    words = {"description": entry.pop("description")} if "description" in entry else {}
    quantity = _QUANTITIES.get(str((entry.get("examples") or [""])[0]))
    if quantity is not None:
        return {**words, "$ref": f"#/$defs/{quantity[0]}"}
    return {**words, "anyOf": [entry, {"$ref": f"#/$defs/{_WRAPPER}"}]}


def _with_short(name: str) -> dict[str, Any]:
    """A reference to a block, or to the bare value that may stand for it."""
    reference = {"$ref": f"#/$defs/{name}"}
    short: list[Any] = copy.deepcopy(_SHORT_FORMS.get(name, []))
    return {"anyOf": [*short, reference]} if short else reference


def _part(definition: Mapping[str, Any], definitions: Mapping[str, Any]) -> dict[str, Any]:
    """The same block where nothing is required and null removes."""
    part: dict[str, Any] = _repoint(copy.deepcopy(dict(definition)), set(definitions))
    part.pop("required", None)
    for name, entry in part.get("properties", {}).items():
        words = entry.get("description") if isinstance(entry, dict) else None
        part["properties"][name] = ({"description": words} if words else {}) | {"anyOf": [entry, {"type": "null"}]}
    return part


def _repoint(value: Any, names: set[str]) -> Any:
    if isinstance(value, dict):
        return {key: _repoint_ref(entry, names) if key == "$ref" else _repoint(entry, names)
                for key, entry in value.items() if key != "minItems" and key != "minProperties"}  # fmt: skip
    if isinstance(value, list):
        return [_repoint(entry, names) for entry in value]
    return value


def _repoint_ref(reference: str, names: set[str]) -> str:
    name = reference.rsplit("/", 1)[-1]
    whole = name == "Evidence" or name not in names  # quantities and evidence are never partial
    return reference if whole else re.sub(r"[^/]+$", f"{name}Part", reference)
