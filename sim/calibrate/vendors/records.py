"""JSON exports: one document, a list, or one record after the other (lines or not), each with its place in the file."""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections import ChainMap
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np

from sim.calibrate.extract import CalibrationError
from sim.calibrate.vendors.mapping import Column
from sim.calibrate.vendors.mapping import Mapping as VendorMapping
from sim.calibrate.vendors.paths import Path, parse_path, taken
from sim.calibrate.vendors.table import Raw
from sim.scenario.problems import Origin, Problem

_SPACE = re.compile(r"[\s,]*")
_BLANK = re.compile(r"\s*")
Found = tuple[int, Any, str]
LOOKED_AT = 50  # records that are looked at to tell a vendor


class _NotJson(ValueError):
    def __init__(self, said: str, at: int) -> None:
        super().__init__(said)
        self.at = at


_DECODER = json.JSONDecoder(parse_constant=lambda _: None)  # NaN and Infinity are no figures


@dataclass(frozen=True)
class JsonText:
    """A JSON text; records are decoded one at a time."""

    source: str
    text: str
    notes: tuple[str, ...] = ()

    def where(self, at: int) -> Origin:
        """Line and column of a character."""
        line = self.text.count("\n", 0, at) + 1
        return Origin(self.source, line, at - (self.text.rfind("\n", 0, at) + 1) + 1)

    def records(self, keys: Sequence[str]) -> Iterator[Found]:
        """(offset, record, key that led to it or '') of each. ``keys`` are dotted keys that may lead to their list.

        Raises CalibrationError where the text is not JSON.
        """
        try:
            at = 0
            while (at := _match_end(_SPACE, self.text, at)) < len(self.text):
                at = yield from _inside(self.text, at, [(key, key.split(".")) for key in keys if key], "")
        except _NotJson as error:
            wrong = f"not JSON: {error}"
            raise CalibrationError([Problem("", wrong, origin=self.where(min(error.at, len(self.text) - 1)))]) from None

    def sample(self, keys: Sequence[str]) -> list[tuple[str, Mapping[str, Any]]]:
        """(key, record) of the first records, for recognition."""
        try:
            return [(key, r) for _, r, key in islice(self.records(keys), LOOKED_AT) if isinstance(r, Mapping)]
        except CalibrationError:
            return []

    def read(self, mapping: VendorMapping) -> Raw:
        """What the mapping's columns lead to, as text. Raises CalibrationError with what is no record."""
        wanted = _wanted(mapping)
        out: dict[str, list[str | None]] = {key: [] for key in wanted}
        offsets: list[int] = []
        broken: list[Problem] = []
        for at, record, _ in self.records(mapping.records):
            if not isinstance(record, Mapping):
                if len(broken) < 20:
                    broken.append(Problem("", "this is no record", "{...}", origin=self.where(at)))
                continue
            for row in each_row(record, mapping.each):
                offsets.append(at)
                for key, (path, column) in wanted.items():
                    out[key].append(taken(path.found(row), column.take))
        if broken:
            raise CalibrationError(broken)
        newlines = [m.start() for m in re.finditer("\n", self.text)]
        lines = np.array([bisect_right(newlines, at) + 1 for at in offsets], dtype=np.int64)
        return JsonRaw(self.source, out, lines, self.notes, 0, None, self, tuple(offsets))


@dataclass(frozen=True)
class JsonRaw(Raw):
    """Columns of a JSON export; a value's place is where its key stands in its record."""

    json: JsonText | None = None
    offsets: tuple[int, ...] = ()

    def at(self, row: int, path: str) -> Origin:
        """Position of the path's last key in the record, else of the record."""
        assert self.json is not None
        start = self.offsets[row]
        end = next((o for o in self.offsets[row + 1 : row + 2]), len(self.json.text))
        last = re.split(r"[.\[]", parse_path(path.partition("@")[0]).steps[-1][0])[0]
        found = self.json.text.find(f'"{last}"', start, max(end, start + 1))
        return self.json.where(found if found >= 0 else start)


def source_key(path: str, column: Column) -> str:
    """Name of a read column: one path may be reduced in two ways."""
    return path if column.take == "first" else f"{path}@{column.take}"


def _wanted(mapping: VendorMapping) -> dict[str, tuple[Path, Column]]:
    return {source_key(p, c): (parse_path(p), c) for c in mapping.columns.values() for p in c.paths()}


def each_row(record: Mapping[str, Any], inner: str | None) -> Iterator[Mapping[str, Any]]:
    """The record, or the elements of a list inside it, with the record's own fields in reach."""
    if inner is None:
        yield record
        return
    for element in parse_path(inner + "[]").found(record):
        if isinstance(element, dict):
            yield ChainMap(element, dict(record))


def _match_end(pattern: re.Pattern[str], text: str, at: int) -> int:
    match = pattern.match(text, at)
    return match.end() if match else at


def _decode(text: str, at: int) -> tuple[Any, int]:
    try:
        return _DECODER.raw_decode(text, at)
    except json.JSONDecodeError as error:
        raise _NotJson(error.msg, error.pos) from None
    except RecursionError:
        raise _NotJson("nested too deeply", at) from None
    except ValueError as error:  # a number with thousands of digits
        raise _NotJson(str(error).partition(":")[0], at) from None


def _inside(text: str, at: int, keys: Sequence[tuple[str, list[str]]], led: str) -> Generator[Found, None, int]:
    """Records of the value that starts here; returns the offset behind it."""
    if text[at] == "[":
        return (yield from _elements(text, at, led))
    if text[at] != "{" or not keys:
        value, end = _decode(text, at)
        yield at, value, led
        return end
    start, found = at, False
    members: dict[str, Any] = {}
    at = _match_end(_BLANK, text, at + 1)
    while at < len(text) and text[at] != "}":
        name, at = _decode(text, at)
        at = _match_end(_BLANK, text, at)
        if not isinstance(name, str) or text[at : at + 1] != ":":
            raise _NotJson("a key and its ':' are expected", at)
        at = _match_end(_BLANK, text, at + 1)
        rest = [(key, parts[1:]) for key, parts in keys if parts[0] == name and _leads(text, at, parts[1:])]
        if rest:
            found = True
            deeper = [(key, parts) for key, parts in rest if parts]
            at = yield from _inside(text, at, deeper, "" if deeper else rest[0][0])
        else:
            members[name], at = _decode(text, at)
        at = _match_end(_BLANK, text, at)
        if text[at : at + 1] == ",":
            at = _match_end(_BLANK, text, at + 1)
        elif text[at : at + 1] != "}":
            raise _NotJson("',' or '}' is expected", at)
    if at >= len(text):
        raise _NotJson("the file ends inside a record: was the download cut off?", len(text) - 1)
    if not found:
        yield start, members, led
    return at + 1


def _leads(text: str, at: int, parts: Sequence[str]) -> bool:
    """Whether a list or record follows; where more keys are to come, the first of them as its first key."""
    if not parts:
        return text[at : at + 1] in ("[", "{")
    return re.compile(r"\{\s*" + re.escape(json.dumps(parts[0])) + r"\s*:").match(text, at) is not None


def _elements(text: str, at: int, led: str) -> Generator[Found, None, int]:
    at = _match_end(_BLANK, text, at + 1)
    while at < len(text) and text[at] != "]":
        value, end = _decode(text, at)
        yield at, value, led
        at = _match_end(_BLANK, text, end)
        if text[at : at + 1] == ",":
            at = _match_end(_BLANK, text, at + 1)
        elif text[at : at + 1] != "]":
            raise _NotJson("',' or ']' is expected", at)
    if at >= len(text):
        raise _NotJson("the file ends inside a list: was the download cut off?", len(text) - 1)
    return at + 1
