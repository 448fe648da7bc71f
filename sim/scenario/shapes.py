"""The schema as a planner sees it: what may stand at a path, in which forms, with which unit and default.

Read off the pydantic types once. Validation, changes, `show`, the reference page and the editors' schema all ask here,
so that none of them knows a field by name.
"""

from __future__ import annotations

import datetime as dt
import types
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import annotated_types
from pydantic import BeforeValidator
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from sim.scenario import units
from sim.scenario.nodes import Node, Path, from_python
from sim.scenario.problems import DEFAULT
from sim.scenario.schema import Scenario
from sim.scenario.schema.base import Block
from sim.scenario.schema.decision import bare_start
from sim.scenario.schema.demand import bare_mean
from sim.scenario.schema.options import bare_ramp
from sim.scenario.schema.people import bare_serve
from sim.scenario.schema.service import bare_patience

UNIT_OF: dict[Callable[..., Any], str] = {
    units.parse_duration: "duration",
    units.parse_share: "share",
    units.parse_factor: "factor",
    units.parse_points: "points",
    units.parse_frequency: "rate",
    units.parse_growth: "growth",
    units.parse_decay: "decay",
    units.parse_money: "money",
    units.parse_money_rate: "money rate",
    units.parse_day: "date",
    units.parse_start: "start",
}
SHORT_FOR: dict[Callable[..., Any], str] = {
    bare_mean: "mean",
    bare_patience: "mean",
    bare_serve: "channel",
    bare_ramp: "over",
    bare_start: "start",
}
"""Blocks that a bare value may stand for, and the field that it gives."""
_BASE_UNIT: dict[type, str] = {
    int: "whole number",
    float: "number",
    bool: "true or false",
    str: "text",
    dt.date: "date",
}


@dataclass(frozen=True)
class Shape:
    """What may stand at one place."""

    kind: Literal["block", "map", "list", "one", "forms", "any"]
    unit: str = ""
    """Of one value: duration, share ... whole number, text, choice."""
    choices: tuple[str, ...] = ()
    model: type[Block] | None = None
    item: Shape | None = None
    key: Shape | None = None
    short: str = ""
    """Field of the block that a bare value stands for."""
    forms: tuple[Shape, ...] = ()

    @cached_property
    def fields(self) -> dict[str, Field]:
        """Fields of a block by the key that a planner writes."""
        return _fields(self.model) if self.model else {}

    @property
    def main(self) -> Shape | None:
        """Shape of the bare value of a block that has a short form."""
        return self.fields[self.short].shape if self.short else None

    @property
    def declares(self) -> bool:
        """Whether a map's keys make new things (reasons, teams ...) rather than refer to some."""
        if self.kind != "map" or self.item is None or self.item.kind != "block":
            return False
        return self.item.model is None or not self.item.model.by_reference

    def pick(self, node: Node | None) -> Shape:
        """The form that fits a value, where there are several; the first where none fits."""
        if self.kind != "forms":
            return self
        if node is not None:
            for shape in self.forms:
                if shape.fits(node):
                    return shape
        return self.forms[0]

    def fits(self, node: Node) -> bool:
        """Whether a value has this form at all (a map where a map is needed ...)."""
        if self.kind == "any":
            return True
        if self.kind == "forms":
            return any(shape.fits(node) for shape in self.forms)
        if node.is_map:
            return self.kind in ("block", "map")
        if node.is_list:
            return self.kind == "list"
        return self.kind == "one" or bool(self.short)

    def step(self, part: str | int, node: Node | None = None) -> Shape | None:
        """The shape one level down, or None where nothing may stand there."""
        shapes = self.forms if self.kind == "forms" else (self,)
        if node is not None and self.kind == "forms" and self.pick(node).fits(node):
            shapes = (self.pick(node),)
        for shape in shapes:
            if shape.kind == "block" and part in shape.fields:
                return shape.fields[str(part)].shape
            if shape.kind == "map":
                return shape.item
            if shape.kind == "list" and isinstance(part, int):
                return shape.item
        return None


@dataclass(frozen=True)
class Field:
    """One key of a block."""

    name: str
    shape: Shape
    required: bool
    default: Any
    """As a planner would write it; None where there is none; a Block where its own defaults hold."""
    doc: str
    limits: tuple[Any, ...] = ()

    def default_node(self) -> Node | None:
        """The default as a node, or None where leaving the key out means that there is none."""
        if self.required or self.default is None:
            return None
        if isinstance(self.default, Block):
            return Node({}, DEFAULT)
        return from_python(self.default, DEFAULT)


@cache
def _fields(model: type[Block]) -> dict[str, Field]:
    return {info.alias or name: _field(info.alias or name, info) for name, info in model.model_fields.items()}


def _field(name: str, info: FieldInfo) -> Field:
    default = info.default
    if info.default_factory is not None:
        default = info.default_factory()  # type: ignore[call-arg]
    if default is PydanticUndefined:
        default = None
    shape = shape_of(info.annotation, tuple(info.metadata))
    limits = tuple(m for m in info.metadata if isinstance(m, annotated_types.BaseMetadata))
    return Field(name, shape, info.is_required(), default, " ".join((info.description or "").split()), limits)


def shape_of(annotation: Any, metadata: tuple[Any, ...] = ()) -> Shape:
    """The shape of a type with its Annotated marks."""
    for mark in metadata:
        if isinstance(mark, BeforeValidator):
            if mark.func in UNIT_OF:
                return Shape("one", unit=UNIT_OF[mark.func])
            if mark.func in SHORT_FOR:
                return Shape("block", model=annotation, short=SHORT_FOR[mark.func])
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return shape_of(args[0], tuple(args[1:]))
    if origin in (Union, types.UnionType):
        return _union([arg for arg in args if arg is not type(None)])
    if origin is Literal:
        return Shape("one", unit="choice", choices=tuple(str(arg) for arg in args))
    if origin is dict:
        return Shape("map", key=shape_of(args[0]), item=shape_of(args[1]))
    if origin is list:
        return Shape("list", item=shape_of(args[0]))
    if annotation is Any:
        return Shape("any")
    if isinstance(annotation, type) and issubclass(annotation, Block):
        return Shape("block", model=annotation)
    return Shape("one", unit=_BASE_UNIT[annotation])


def _union(args: list[Any]) -> Shape:
    return shape_of(args[0]) if len(args) == 1 else Shape("forms", forms=tuple(shape_of(arg) for arg in args))


def is_tag(part: str | int, shape: Shape) -> bool:
    """Whether a part of a pydantic location names one of several forms rather than a key."""
    return shape.kind == "forms" and part in ("one", "list", "map")


@cache
def root() -> Shape:
    """The shape of a whole scenario."""
    return Shape("block", model=Scenario)


def shape_at(path: Path, document: Node | None = None) -> Shape | None:
    """What may stand at ``path`` (of ``document``, where forms differ), or None where nothing may."""
    shape: Shape | None = root()
    node = document
    for part in path:
        if shape is None:
            return None
        shape = shape.step(part, node)
        node = node.get((part,)) if node is not None else None
    return shape.pick(node) if shape is not None and node is not None else shape


def models() -> Iterable[type[Block]]:
    """Every block of the schema, outermost first, each once."""
    seen: dict[type[Block], None] = {}

    def visit(shape: Shape | None) -> None:
        if shape is None:
            return
        if shape.model is not None and shape.model not in seen:
            seen[shape.model] = None
            for entry in shape.fields.values():
                visit(entry.shape)
        for inner in (*shape.forms, shape.item):
            visit(inner)

    visit(root())
    return seen
