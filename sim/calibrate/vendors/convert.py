"""A mapping applied: columns of an export -> columns of the canonical log. Nothing that it does not name is read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from sim.calibrate.contacts import (
    CATEGORIES,
    COUNTS,
    DURATIONS,
    FEW,
    FEW_SHARE,
    KEYS,
    SHOWN_LINES,
    TIMES,
    Problem,
    Reading,
    throughout,
)
from sim.calibrate.extract import CalibrationError
from sim.calibrate.vendors.legs import joined
from sim.calibrate.vendors.load import Named, zone_of
from sim.calibrate.vendors.mapping import Column, Mapping, Rule, Test, When
from sim.calibrate.vendors.records import source_key
from sim.calibrate.vendors.table import Raw, folded
from sim.calibrate.vendors.values import AmbiguousFormat, Parsed, durations, numbers, times
from sim.scenario.problems import Origin
from sim.scenario.problems import Problem as Located

SHOWN_VALUES = 12  # values that no rule knows are named where they are few and frequent: words, not names
FREQUENT = 20


def kind_of(name: str, column: Column) -> str:
    """What a column holds."""
    if name in TIMES or name == "interval_start":
        return "time"
    if name in DURATIONS or name.endswith("_s_sum") or name in ("staffed_s", "interval_s"):
        return "duration"
    if name in COUNTS or name in ("offered", "answered", "abandoned", "short_abandoned", "flow_out",
                                  "answered_in_threshold"):  # fmt: skip
        return "number"
    return column.is_


@dataclass
class Columns:
    """Columns as they are made, in the order in which they depend on each other."""

    raw: Raw
    mapping: Mapping
    zone: ZoneInfo | None
    done: dict[str, pd.Series] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    located: list[Located] = field(default_factory=list)
    no_reply: pd.Series | None = None

    @property
    def rows(self) -> int:
        return len(self.raw.lines)

    def get(self, name: str) -> pd.Series:
        """The finished column of this name."""
        if name not in self.done:
            self.done[name] = pd.Series(np.nan, index=range(self.rows))  # against circles: it sees itself as missing
            column = self.mapping.columns[name]
            values = self.made(name, column)
            self.done[name] = self.nulled(name, column, values)
        return self.done[name]

    def made(self, name: str, column: Column) -> pd.Series:
        if column.const is not None:
            return pd.Series([column.const] * self.rows, dtype="str")
        if column.between is not None:
            start, end = (self.get(n).astype(float) for n in column.between)
            return end - start
        if column.plus is not None:
            start, length = (self.get(n).astype(float) for n in column.plus)
            return start + length
        if column.sum is not None:
            parts = [self.parsed(column, path, kind_of(name, column)) for path in column.sum]
            return pd.DataFrame(dict(enumerate(parts))).sum(axis=1, min_count=1)
        kind = kind_of(name, column)
        values: pd.Series | None = None
        for path in column.from_ or []:
            if self.raw.table is not None and path not in self.raw.columns:
                continue
            found = self.parsed(column, path, kind)
            values = found if values is None else values.where(values.notna(), found)
            if self.raw.table is not None:
                break  # of several headings the first that is there
        if values is None:
            values = self.missing(kind)
        return self.translated(name, column, values) if kind == "text" else values

    def missing(self, kind: str) -> pd.Series:
        if kind == "text":
            return pd.Series(pd.NA, index=range(self.rows), dtype="str")
        return pd.Series(np.nan, index=range(self.rows))

    def text(self, column: Column, path: str) -> pd.Series:
        found = self.raw.columns.get(source_key(path, column), self.raw.columns.get(path))
        if found is None:
            return self.missing("text")
        text = pd.Series(found, dtype="str")
        if self.mapping.empty:
            nothing = {e.casefold() for e in self.mapping.empty}
            text = text.where(~text.str.casefold().isin(nothing))
        if column.split is not None:
            mark, part = column.split
            text = _texts([_part(t, mark, part) for t in text])
        return text

    def parsed(self, column: Column, path: str, kind: str) -> pd.Series:
        text = self.text(column, path)
        if kind == "text":
            return text
        try:
            found = self.read(text, column, kind)
        except AmbiguousFormat as error:
            wrong = f"{path!r}: which is the day and which the month? {error}"
            where = self.raw.at(0, path) if self.rows else Origin(self.raw.source)
            self.located.append(Located("", wrong, "one `format` in a mapping file (--mapping)", origin=where))
            return self.missing(kind)
        self.note(path, kind, found.bad, column, text)
        return found.values

    def read(self, text: pd.Series, column: Column, kind: str) -> Parsed:
        if kind == "time":
            return times(text, column, self.zone)
        return durations(text, column) if kind == "duration" else numbers(text)

    def note(self, path: str, kind: str, bad: pd.Series, column: Column, text: pd.Series) -> None:
        if not bad.any():
            return
        what = f"{path!r} cannot be read as a {kind}"
        if kind == "time":
            what += f" ({', '.join(column.format)})"
            if self.zone is None and text[bad].str.match(r"^\d{4}-\d\d").any():
                what = f"{path!r} has times without an offset: say their zone with --timezone"
        rows = np.flatnonzero(bad.to_numpy())
        if len(rows) > max(FEW, FEW_SHARE * self.rows):
            self.located += [p for p in throughout(self.raw, path, what, rows).problems if isinstance(p, Located)]
            return
        lines = tuple(int(x) for x in self.raw.lines[rows[:SHOWN_LINES]])
        self.problems.append(Problem(what, len(rows), lines))

    def translated(self, name: str, column: Column, text: pd.Series) -> pd.Series:
        """Values of the export as values of the log."""
        if not column.values:
            return text if column.otherwise is None else text.fillna(column.otherwise)
        known = {k.casefold(): v for k, v in column.values.items()}
        folded_text = text.str.casefold().str.strip()
        out = _texts(folded_text.map(known))
        strange = folded_text.notna() & out.isna()
        if strange.any():
            often = folded_text[strange].value_counts()
            words = [str(w) for w in often.index[:SHOWN_VALUES] if often[w] >= FREQUENT and len(str(w)) <= 30]
            said = f" ({', '.join(words)})" if words and len(often) <= SHOWN_VALUES else ""
            became = f"taken as {column.otherwise!r}" if column.otherwise else "taken as missing"
            what = f"{name}: values that the mapping does not know{said}, {became}"
            lines = tuple(int(x) for x in self.raw.lines[np.flatnonzero(strange.to_numpy())[:SHOWN_LINES]])
            self.problems.append(Problem(what, int(strange.sum()), lines))
        out = out.where(out != "")
        return out.fillna(column.otherwise) if column.otherwise is not None else out

    def nulled(self, name: str, column: Column, values: pd.Series) -> pd.Series:
        if not column.null_when:
            return values
        self.done[name] = values  # a column may be tested for its own value
        hit = self.holds(column.null_when)
        if name == "wait_s":
            self.no_reply = hit & (values == 0)
        return values.where(~hit)

    def holds(self, when: When) -> pd.Series:
        """Rows in which every condition holds."""
        out = pd.Series(True, index=range(self.rows))
        for name, test in when.items():
            out &= _test(self.get(name), test)
        return out

    def ruled(self, rules: list[Rule]) -> pd.Series:
        """The value of the first rule that holds."""
        out = pd.Series(pd.NA, index=range(self.rows), dtype="str")
        for rule in rules:
            out = out.where(out.notna() | ~self.holds(rule.when), rule.is_)
        return out


def _texts(values: Iterable[object]) -> pd.Series:
    """A column of texts, also where all of it is missing."""
    return pd.Series([v if isinstance(v, str) else None for v in values], dtype="str")


def _part(text: object, mark: str, part: int) -> str | None:
    parts = text.split(mark) if isinstance(text, str) else []
    return parts[part].strip() if part < len(parts) else None


def _test(values: pd.Series, test: Test) -> pd.Series:
    out = pd.Series(True, index=values.index)
    number = pd.api.types.is_numeric_dtype(values)
    if test.any_of is not None:
        if number:
            out &= values.isin([float(v) for v in test.any_of])
        else:
            out &= values.str.casefold().str.strip().isin([v.casefold() for v in test.any_of]).fillna(False)
    if test.has is not None:
        wanted = {v.casefold() for v in test.has}
        words = values.str.casefold().str.split(r"[\s,;|]+", regex=True)
        out &= words.map(lambda w: isinstance(w, list) and not wanted.isdisjoint(w)).astype(bool)
    if test.filled is not None:
        out &= values.notna() == test.filled
    if test.above is not None:
        out &= values.astype(float) > test.above
    if test.at_most is not None:
        out &= values.astype(float) <= test.at_most
    return out.astype(bool)


def missing_columns(named: Named, raw: Raw) -> list[Located]:
    """Headings that are needed and not there."""
    found = []
    table = raw.table
    if table is None:
        return []
    from sim.calibrate.vendors.load import NEEDED
    from sim.calibrate.vendors.table import missing_heading

    for name in NEEDED[named.mapping.kind]:
        paths = named.mapping.columns[name].paths()
        if paths and not any(folded(p) in table.names for p in paths):
            found.append(missing_heading(table, paths[0], paths[1:]))
    return found


def convert(named: Named, raw: Raw, local: ZoneInfo | None, export_zone: ZoneInfo | None = None) -> Columns:
    """Every column of the mapping, made. Raises CalibrationError with all columns that cannot be read."""
    problems = missing_columns(named, raw)
    columns = Columns(raw, named.mapping, export_zone or zone_of(named.mapping, local))
    if not problems:
        for name in named.mapping.columns:
            columns.get(name)
        problems = columns.located
    if problems:
        raise CalibrationError(problems)
    return columns


def reading(named: Named, raw: Raw, local: ZoneInfo | None, export_zone: ZoneInfo | None = None) -> Reading:
    """A contact export in the columns of the canonical log; helper columns are dropped."""
    mapping = named.mapping
    columns = convert(named, raw, local, export_zone)
    frame = pd.DataFrame({"line": raw.lines})
    for name in (*KEYS, "channel", *CATEGORIES):
        frame[name] = columns.get(name) if name in mapping.columns else columns.missing("text")
    for name in (*TIMES, *DURATIONS, *COUNTS):
        frame[name] = columns.get(name).astype(float) if name in mapping.columns else np.nan
    for name, rules in (("outcome", mapping.outcome), ("direction", mapping.direction)):
        if rules:
            frame[name] = columns.ruled(rules)
    csat = mapping.columns.get("csat_raw")
    if csat is not None and csat.scale is not None:
        frame["csat_scale"] = pd.Series(csat.scale, index=frame.index, dtype="str").where(frame["csat_raw"].notna())
    frame["set_aside"] = pd.Series(pd.NA, index=frame.index, dtype="str")
    for aside in mapping.set_aside:
        hit = columns.holds(aside.when) & frame["set_aside"].isna()
        frame["set_aside"] = frame["set_aside"].where(~hit, aside.why)
    frame["no_reply"] = False if columns.no_reply is None else columns.no_reply
    frame["again"] = _older(frame, columns, mapping)
    if mapping.join_legs:
        frame = joined(frame)
    ignored = (
        tuple(h for h in raw.table.headings if folded(h) not in {folded(p) for p in raw.columns}) if raw.table else ()
    )
    return Reading(raw.source, frame, tuple(columns.problems), ignored, raw.notes, named.name, mapping.abandons)


def _older(frame: pd.DataFrame, columns: Columns, mapping: Mapping) -> pd.Series:
    """Rows whose id comes again in a newer version (or later in the file)."""
    version = columns.get(mapping.version) if mapping.version else pd.Series(np.nan, index=frame.index)
    order = pd.DataFrame({"id": frame["contact_id"], "version": version})
    order = order.sort_values("version", kind="stable", na_position="first")
    return (order.duplicated("id", keep="last") & order["id"].notna()).reindex(frame.index)
