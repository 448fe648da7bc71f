"""CSV exports: separator and heading found, wanted columns read, everything else dropped at once.

Only columns that a mapping names are kept while reading: names, addresses and texts of the others never get into memory
beyond the line that holds them.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sim.calibrate.extract import CalibrationError
from sim.calibrate.vendors.text import line_of, read_text, refuse
from sim.scenario.problems import Origin, Problem, nearest

SEPARATORS = (",", ";", "\t", "|")
SHOWN = 20  # broken rows that are quoted; the rest is counted


def folded(heading: str) -> str:
    """Headings are compared without regard to case and spaces."""
    return " ".join(heading.replace("\ufeff", "").split()).casefold()


@dataclass(frozen=True)
class Raw:
    """Wanted columns as text (None where empty), and where each row stands in the file."""

    source: str
    columns: dict[str, list[str | None]]
    lines: np.ndarray
    """int64 (rows,): line on which each row starts."""
    notes: tuple[str, ...]
    unread: int
    """Columns that were not read."""
    table: Table | None = None

    def at(self, row: int, path: str) -> Origin:
        """Position of a value: of its row's line, as far as it can be told."""
        line = int(self.lines[row])
        return Origin(self.source, line, self.table.column(line, path) if self.table else 1)


@dataclass(frozen=True)
class Table:
    """A CSV text whose heading has been read."""

    source: str
    text: str
    separator: str
    headings: tuple[str, ...]
    heading_line: int
    notes: tuple[str, ...]

    @property
    def names(self) -> frozenset[str]:
        """Headings, folded."""
        return frozenset(map(folded, self.headings))

    def column(self, line: int, path: str) -> int:
        """Character (from 1) at which the column of this heading starts in a line; 1 where it is not known."""
        keys = [folded(h) for h in self.headings]
        return (
            _starts(line_of(self.text, line), self.separator, keys.index(folded(path))) if folded(path) in keys else 1
        )

    def read(self, wanted: Sequence[str]) -> Raw:
        """The wanted headings' columns (those that the file has). Raises CalibrationError with every broken row."""
        keys = [folded(h) for h in self.headings]
        mine = {path: keys.index(folded(path)) for path in wanted if folded(path) in keys}
        self._check_twice(mine)
        index, width = list(mine.values()), len(keys)
        kept: list[tuple[str | None, ...]] = []
        lines: list[int] = []
        broken: list[Problem] = []
        count = 0
        for line, row in self._rows(broken):
            if not any(row):
                continue
            if len(row) < width or any(row[width:]):
                count += 1
                if len(broken) < SHOWN:
                    column = _starts(line_of(self.text, line), self.separator, min(len(row), width))
                    wrong = f"the row has {len(row)} fields, the heading {width}"
                    broken.append(Problem("", wrong, origin=Origin(self.source, line, column)))
                continue
            kept.append(tuple(row[k].strip() or None for k in index))
            lines.append(line)
        if count > SHOWN:
            broken.append(Problem("", f"{count - SHOWN} more rows are broken", origin=Origin(self.source)))
        if broken:
            raise CalibrationError(broken)
        columns = dict(zip(mine, map(list, zip(*kept, strict=True)), strict=True)) if kept else {p: [] for p in mine}
        unread = len(keys) - len(set(index))
        return Raw(self.source, columns, np.array(lines, dtype=np.int64), self.notes, unread, self)

    def _check_twice(self, mine: dict[str, int]) -> None:
        times = Counter(map(folded, self.headings))
        twice = []
        for path in mine:
            if times[folded(path)] > 1:
                second = [k for k, h in enumerate(self.headings) if folded(h) == folded(path)][1]
                at = _starts(line_of(self.text, self.heading_line), self.separator, second)
                where = Origin(self.source, self.heading_line, at)
                twice.append(Problem("", f"the heading {path!r} stands twice", "each heading that is read once",
                                     origin=where))  # fmt: skip
        if twice:
            raise CalibrationError(twice)

    def _rows(self, broken: list[Problem]) -> Iterator[tuple[int, list[str]]]:
        reader = csv.reader(io.StringIO(self.text, newline=""), delimiter=self.separator, strict=True)
        start = 1
        while True:
            start = reader.line_num + 1
            try:
                row = next(reader)
            except StopIteration:
                return
            except csv.Error:
                wrong = "a quote that opens in this row does not close as it should"
                broken.append(Problem("", wrong, 'quotes inside a quoted text doubled: ""', origin=Origin(
                    self.source, start, max(line_of(self.text, start).find('"') + 1, 1))))  # fmt: skip
                return
            if start > self.heading_line:
                yield start, row


def _starts(line: str, separator: str, index: int) -> int:
    """Character (from 1) at which field ``index`` of a line starts."""
    quoted, seen = False, 0
    if index == 0:
        return 1
    for k, char in enumerate(line):
        if char == '"':
            quoted = not quoted
        elif char == separator and not quoted:
            seen += 1
            if seen == index:
                return k + 2
    return len(line.rstrip("\r\n")) + 1


def open_table(path: Path, text: str | None = None, notes: tuple[str, ...] = ()) -> Table:
    """Find separator and heading. Raises CalibrationError where there is no heading."""
    if text is None:
        text, notes = read_text(path)
    lines = io.StringIO(text, newline="")
    first, number = "", 0
    said = ""
    for line in lines:
        number += 1
        if line.lower().startswith("sep=") and len(line.strip()) <= 5:
            said = line.strip("\r\n")[4:]
            continue
        if line.strip():
            first = line
            break
    separator = said or max(SEPARATORS, key=lambda s: len(_fields(first, s)))
    headings = tuple(h.strip() for h in _fields(first, separator))
    if not any(headings):
        raise refuse(str(path), "there is no heading", "the names of the columns in the first line", number)
    if separator != ",":
        notes = (*notes, f"separator {'tab' if separator == chr(9) else separator!r}")
    return Table(str(path), text, separator, headings, number, notes)


def _fields(line: str, separator: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=separator), [])
    except csv.Error:
        return []


def missing_heading(table: Table, name: str, also: Sequence[str] = ()) -> Problem:
    """A heading that is not there, with the one that it may be."""
    meant = nearest(name, table.headings)
    wrong = f"column {name!r} is missing" + (f" (nor {', '.join(map(repr, also))})" if also else "")
    return Problem("", wrong, meant=meant, origin=Origin(table.source, table.heading_line, 1))
