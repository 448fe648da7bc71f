"""A unit's result as bytes and back: arrays by name, deflated. Nothing in it can run; equal results are equal bytes.

The text before the arrays (JSON) says their names, types and shapes. Maps of arrays of one shape are stacked.
"""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from sim.kpis import Tally, Usage
from sim.kpis.tally import Grid
from sim.kpis.totals import EMPTY
from sim.replicate import Convergence, Pair
from sim.scenario.resolved import Feedback
from sim.units.columns import columns_of, made

_LEVEL = 1  # ten times as fast as 6, and a tenth larger
_GRID = ("cells", "lanes", "teams")
_MAPS = ("instants", "oldest", "histograms")
_USAGE = tuple(field.name for field in fields(Usage))
_NAMES = ("tally", "usage")
_WRONG = (zlib.error, struct.error, ValueError, KeyError, TypeError, StopIteration, RuntimeError)
_FEEDBACK = tuple(field.name for field in fields(Feedback))


@dataclass(frozen=True)
class Result:
    """What a block of replications came to: totals over the horizon, usage by month."""

    tallies: list[Tally]
    usage: list[Usage]
    feedback: Feedback | None = None
    loop: Convergence | None = None


class Damaged(ValueError):
    """Bytes that are no result."""


def pack(result: Result) -> bytes:
    """The result as bytes."""
    arrays: list[np.ndarray] = []
    said: list[Any] = []
    for tally, usage in zip(result.tallies, result.usage, strict=True):
        grid = tally.months
        maps = [getattr(grid, name) for name in _GRID] + [getattr(tally, name) for name in _MAPS]
        said.append([list(each) for each in maps])
        arrays += [grid.period_ms, *map(_stacked, maps), *(getattr(usage, name) for name in _USAGE)]
    if result.feedback is not None:
        arrays += [getattr(result.feedback, name) for name in _FEEDBACK]
    loop = result.loop
    head = {
        "names": said,
        "feedback": result.feedback is not None,
        "loop": None if loop is None else [list(loop.loops), loop.passes, loop.residual, loop.tolerance],
    }
    return _framed(head, arrays)


def unpack(packed: bytes) -> Result:
    """The result again. Raises Damaged."""
    try:
        head, arrays = _opened(packed)
        each = [_replication(names, arrays) for names in head["names"]]
        feedback = Feedback(*(next(arrays) for _ in _FEEDBACK)) if head["feedback"] else None
        loop = head["loop"]
        found = None if loop is None else Convergence(tuple(loop[0]), *loop[1:])
    except _WRONG as wrong:
        raise Damaged(str(wrong)) from None
    return Result([tally for tally, _ in each], [usage for _, usage in each], feedback, found)


def pack_whole(pair: Pair) -> bytes:
    """One replication with all its months, half-hours and days."""
    columns = dict(column for value, name in zip(pair, _NAMES, strict=True) for column in columns_of(value, name))
    return _framed({"names": list(columns)}, list(columns.values()))


def unpack_whole(packed: bytes) -> Pair:
    """The replication again. Raises Damaged."""
    try:
        head, arrays = _opened(packed)
        columns = {name: next(arrays)[np.newaxis] for name in head["names"]}
        return made(Tally, _NAMES[0], columns, 0), made(Usage, _NAMES[1], columns, 0)
    except _WRONG as wrong:
        raise Damaged(str(wrong)) from None


def pack_feedback(feedback: Feedback) -> bytes:
    """What earlier months do to later ones, as bytes."""
    arrays = [getattr(feedback, name) for name in _FEEDBACK]
    return _framed({}, arrays)


def _framed(head: dict[str, Any], arrays: Sequence[np.ndarray]) -> bytes:
    head = {**head, "arrays": [[each.dtype.str, list(each.shape)] for each in arrays]}
    text = json.dumps(head, separators=(",", ":")).encode()
    body = b"".join(np.ascontiguousarray(each).tobytes() for each in arrays)
    return zlib.compress(struct.pack("<I", len(text)) + text + body, _LEVEL)


def _opened(packed: bytes) -> tuple[dict[str, Any], Iterator[np.ndarray]]:
    data = bytearray(zlib.decompress(packed))  # arrays made of it can be written, as those of a replication can
    (length,) = struct.unpack_from("<I", data)
    head = json.loads(data[4 : 4 + length])
    return head, _arrays(head["arrays"], data, 4 + length)


def _stacked(figures: Mapping[str, np.ndarray]) -> np.ndarray:
    return np.stack(list(figures.values())) if figures else np.zeros(0)


def _arrays(said: list[Any], data: bytearray, start: int) -> Iterator[np.ndarray]:
    for kind, shape in said:
        dtype = np.dtype(kind)
        count = int(np.prod(shape, dtype=np.int64))
        yield np.frombuffer(data, dtype, count, start).reshape(shape)
        start += count * dtype.itemsize


def _replication(names: list[list[str]], arrays: Any) -> tuple[Tally, Usage]:
    period_ms = next(arrays)
    maps = [dict(zip(keys, next(arrays), strict=True)) for keys in names]
    grid = Grid(period_ms, *maps[: len(_GRID)])
    usage = Usage(**{name: next(arrays) for name in _USAGE})
    instants, oldest, histograms = maps[len(_GRID) :]
    return Tally(grid, EMPTY, EMPTY, instants, oldest, histograms), usage
