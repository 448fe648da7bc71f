"""The tables of a state by address: compiled functions pass one pointer and read a table where it lies.

Numba's own arrays are handed on by value, count references, and ask of every index whether it is negative; in this
kernel that took more time than the rules. A `Table` does none of it: the caller holds the state as long as compiled
code runs on it, and rows are numbers that the kernel itself has written.
"""

from __future__ import annotations

import operator
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.core.typing.templates import AbstractTemplate, AttributeTemplate, infer_global, signature
from numba.extending import infer_getattr, intrinsic, lower_builtin, lower_getattr_generic, models, register_model
from numba.np.numpy_support import from_dtype

from sim.engine.fast.layout import AXES, DTYPES
from sim.engine.fast.state import State

# mypy: disable-error-code="no-untyped-def,misc,no-untyped-call,import-untyped,override"

SLOTS = 5  # of a table among the addresses: where it is, and the lengths of up to four axes
WORD = ir.IntType(64)


class Table(types.Type):
    """Figures of one type; `width` is the length of the last axis where it is known when compiling, else 0."""

    def __init__(self, dtype: types.Type, axes: int, width: int) -> None:
        self.dtype, self.axes, self.width = dtype, axes, width
        super().__init__(f"Table({dtype}, {axes}, {width})")


class DeskType(types.Type):
    """All tables of a state."""

    def __init__(self) -> None:
        super().__init__("Desk")


@register_model(Table)
@register_model(DeskType)
class _Pointer(models.PrimitiveModel):
    """Into the addresses: to a table's own, or to the first."""

    def __init__(self, dmm, fe_type) -> None:
        super().__init__(dmm, fe_type, WORD.as_pointer())


KINDS = {name: (np.dtype(DTYPES.get(name, np.int64)), *AXES.get(name, (1, 0))) for name in State._fields}
TABLES = {name: Table(from_dtype(dtype), axes, width) for name, (dtype, axes, width) in KINDS.items()}


def addresses(state: State) -> np.ndarray:
    """int64 (tables x SLOTS,): where the tables of a state are, for as long as the caller holds it.

    Raises TypeError for a table that compiled code would misread.
    """
    slots: list[int] = []
    for table, (name, (dtype, axes, width)) in zip(state, KINDS.items(), strict=True):
        shape = table.shape
        if table.dtype != dtype or len(shape) != axes or width not in (0, shape[-1]) or not table.flags.c_contiguous:
            raise TypeError(f"table {name!r} is {table.dtype} {shape}, and not a {TABLES[name]}")
        slots += (table.ctypes.data, *shape, *(0,) * (SLOTS - 1 - axes))
    return np.array(slots)


@intrinsic
def _desk_at(typingctx, addresses):
    """The desk whose tables are at these addresses."""
    del typingctx

    def codegen(context, builder, sig, args):
        return context.make_array(sig.args[0])(context, builder, args[0]).data

    return DeskType()(addresses), codegen


desk_at: Any = _desk_at


def _slot(builder, table, number):
    """What stands in a slot of a table's addresses: never written while compiled code runs, so read once at most."""
    found = builder.load(builder.gep(table, [WORD(number)]))
    found.set_metadata("invariant.load", builder.module.add_metadata([]))
    return found


def _element(context, builder, sig, table, index):
    """Pointer to one figure: rows are not negative, and nothing is checked."""
    kind, index_type = sig.args[0], sig.args[1]
    if kind.axes == 1:
        parts, kinds = [index], [index_type]
    else:
        parts, kinds = [builder.extract_value(index, i) for i in range(kind.axes)], list(index_type)
    at = WORD(0)
    for axis, (part, its_type) in enumerate(zip(parts, kinds, strict=True)):
        length = WORD(kind.width) if kind.width and axis == kind.axes - 1 else _slot(builder, table, 1 + axis)
        at = builder.add(builder.mul(at, length, flags=["nsw"]), context.cast(builder, part, its_type, types.int64))
    first = builder.inttoptr(_slot(builder, table, 0), context.get_value_type(kind.dtype).as_pointer())
    return builder.gep(first, [at], inbounds=True)


@infer_getattr
class _DeskTables(AttributeTemplate):
    key = DeskType

    def generic_resolve(self, _, attr):
        return TABLES.get(attr)


@lower_getattr_generic(DeskType)
def _table(_context, builder, _kind, desk, attr):
    return builder.gep(desk, [WORD(SLOTS * list(TABLES).index(attr))], inbounds=True)


@infer_getattr
class _TableShape(AttributeTemplate):
    key = Table

    def resolve_shape(self, table):
        return types.UniTuple(types.int64, table.axes)


@lower_getattr_generic(Table)
def _shape(context, builder, kind, table, _attr):
    lengths = [_slot(builder, table, 1 + axis) for axis in range(kind.axes)]
    return context.make_tuple(builder, types.UniTuple(types.int64, kind.axes), lengths)


@infer_global(operator.getitem)
class _Get(AbstractTemplate):
    def generic(self, args, _kws):
        return signature(args[0].dtype, *args) if isinstance(args[0], Table) else None


@lower_builtin(operator.getitem, Table, types.Any)
def _get(context, builder, sig, args):
    return builder.load(_element(context, builder, sig, *args))


@infer_global(operator.setitem)
class _Set(AbstractTemplate):
    def generic(self, args, _kws):
        return signature(types.none, *args[:2], args[0].dtype) if isinstance(args[0], Table) else None


@lower_builtin(operator.setitem, Table, types.Any, types.Any)
def _set(context, builder, sig, args):
    builder.store(args[2], _element(context, builder, sig, *args[:2]))
    return context.get_dummy_value()


@infer_global(len)
class _Len(AbstractTemplate):
    def generic(self, args, _kws):
        return signature(types.intp, *args) if isinstance(args[0], Table) else None


@lower_builtin(len, Table)
def _len(_context, builder, _sig, args):
    return _slot(builder, args[0], 1)
