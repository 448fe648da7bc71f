"""Frozen dataclasses of arrays as named columns, and back: what is kept on disk of tallies and usage."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

import numpy as np

FLOAT = "#float"
"""Behind a column's name: an empty column that says that the whole numbers of the other are floats."""
Kept = TypeVar("Kept")


def columns_of(value: Any, name: str) -> Iterator[tuple[str, np.ndarray]]:
    """Every array of a dataclass, by its path."""
    if isinstance(value, np.ndarray):
        yield name, value
    elif is_dataclass(value):
        for field in fields(value):
            yield from columns_of(getattr(value, field.name), f"{name}/{field.name}")
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from columns_of(inner, f"{name}/{key}")
    elif value is not None:
        raise TypeError(f"{name} is no array: {type(value).__name__}")


def made(kind: type[Kept], name: str, columns: Mapping[str, np.ndarray], number: int) -> Kept:
    """A dataclass from its arrays, which stand at ``number`` in the first dimension of the columns.

    An optional part of which there are none is None; an array that is missing is empty.
    """
    hints = get_type_hints(kind)
    names = [field.name for field in fields(kind)]  # type: ignore[arg-type]
    return kind(**{each: _part(hints[each], f"{name}/{each}", columns, number) for each in names})


def _part(hint: Any, name: str, columns: Mapping[str, np.ndarray], number: int) -> Any:
    if get_origin(hint) in (Union, UnionType):
        if not any(column.startswith(f"{name}/") for column in columns):
            return None
        hint = next(inner for inner in get_args(hint) if inner is not type(None))
    if is_dataclass(hint):
        return made(hint, name, columns, number)  # type: ignore[arg-type]
    if hint is np.ndarray:
        column = columns[name][number] if name in columns else np.zeros(0)
        return column.astype(np.float64) if name in columns and f"{name}{FLOAT}" in columns else column
    inside = [column for column in columns if column.startswith(f"{name}/") and not column.endswith(FLOAT)]
    return {column.removeprefix(f"{name}/"): _part(np.ndarray, column, columns, number) for column in inside}
