"""Interval reports: sums by half-hour, queue and channel, for centres whose system exports no single contacts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from sim.calibrate.contacts import CHANNELS, Problem
from sim.calibrate.extract import CalibrationError, Extract
from sim.calibrate.interval_columns import SUMS
from sim.scenario.problems import Problem as Located

if TYPE_CHECKING:
    from sim.calibrate.vendors.convert import Columns

SLOT_S = 1800.0
LENGTHS = (60, 300, 600, 900, 1800, 3600)


@dataclass(frozen=True)
class IntervalLog:
    """Half-hourly sums. `cells`: one row a local day, half-hour, channel and queue.

    Columns of `cells`: ``day`` (0 is `first_day`), ``slot``, ``weekday``, ``channel``, ``queue``, and the sums of
    `interval_columns` (NaN where the report has none).
    """

    cells: pd.DataFrame
    first_day: dt.date
    days: int
    timezone: str
    extract: Extract
    problems: tuple[Problem, ...]
    vendor: str
    read: int
    """Rows of the report."""
    left_out: Mapping[str, int] = field(default_factory=dict)
    negative: int = 0
    ignored_columns: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def contacts(self) -> int:
        """Contacts offered in all."""
        return round(float(self.cells["offered"].sum()))

    def date(self, day: int) -> dt.date:
        """Date of a local day number."""
        return self.first_day + dt.timedelta(days=int(day))

    def known(self, name: str) -> bool:
        """Whether the report has this sum at all."""
        return bool(self.cells[name].notna().any())

    def table(self, name: str, picks: pd.Series | None = None) -> np.ndarray:
        """float64 (days, 48) of one sum, of all cells or of those picked; missing counts as 0."""
        cells = self.cells if picks is None else self.cells[picks]
        index = (cells["day"] * 48 + cells["slot"]).to_numpy()
        inside = (index >= 0) & (index < self.days * 48)
        values = cells[name].fillna(0.0).to_numpy(dtype=float)
        return np.bincount(index[inside], values[inside], self.days * 48).reshape(self.days, 48)


def interval_log(
    vendor: str, columns: Columns, extract: Extract, zone: ZoneInfo, now: dt.datetime | None = None
) -> IntervalLog:
    """The report's rows put on local half-hours. Raises CalibrationError with every length that does not fit."""
    frame = _frame(columns)
    problems = list(columns.problems)
    lines = columns.raw.lines
    channel = frame["channel"].str.lower()
    unknown = channel.notna() & ~channel.isin(CHANNELS)
    if unknown.any():
        where = tuple(int(x) for x in lines[unknown.to_numpy()][:5])
        problems.append(Problem(f"channel is none of {', '.join(CHANNELS)}", int(unknown.sum()), where))
    frame["channel"] = channel.where(~unknown)
    _check_lengths(frame, columns)
    negative = (frame[list(SUMS)] < 0).any(axis=1)
    for name in SUMS:
        frame[name] = frame[name].where(~(frame[name] < 0))
    left_out: dict[str, int] = {}
    key = ["interval_start", "channel", "queue"]
    usable = frame["interval_start"].notna() & frame["channel"].notna() & frame["offered"].notna()
    left_out["no usable time, channel or number offered"] = int((~usable).sum())
    frame = frame[usable]
    again = frame.duplicated(key, keep="last")
    left_out["repeated interval"] = int(again.sum())
    frame = frame[~again]
    outside = _outside(frame["interval_start"], extract, now or dt.datetime.now(dt.UTC))
    left_out["outside the window or in the future"] = int(outside.sum())
    frame = frame[~outside]
    if frame.empty or not frame["offered"].sum():
        left = "; ".join(f"{n:,} {why}" for why, n in left_out.items() if n)
        raise CalibrationError([f"no contact is left in {len(lines):,} intervals ({left})", *map(str, problems)])
    cells, first, days = _half_hours(frame, extract, zone)
    table = columns.raw.table
    return IntervalLog(
        cells, first, days, zone.key, extract, tuple(problems), vendor, len(lines), left_out, int(negative.sum()),
        tuple(table.headings[: columns.raw.unread]) if table and columns.raw.unread else (), columns.raw.notes,
    )  # fmt: skip


def _frame(columns: Columns) -> pd.DataFrame:
    mapping = columns.mapping
    frame = pd.DataFrame(index=range(columns.rows))
    for name in ("channel", "queue"):
        frame[name] = columns.get(name) if name in mapping.columns else columns.missing("text")
    for name in ("interval_start", "interval_s", *SUMS):
        frame[name] = columns.get(name).astype(float) if name in mapping.columns else np.nan
    frame["interval_s"] = frame["interval_s"].fillna(SLOT_S)
    frame["queue"] = frame["queue"].fillna("contact")
    return frame


def _check_lengths(frame: pd.DataFrame, columns: Columns) -> None:
    bad = np.flatnonzero(~frame["interval_s"].round().isin(LENGTHS).to_numpy())
    if not len(bad):
        return
    path = (columns.mapping.columns["interval_s"].paths() if "interval_s" in columns.mapping.columns else []) or [""]
    allowed = "1, 5, 10, 15, 30 or 60 minutes; longer ones say nothing of the half-hours"
    raise CalibrationError(
        [Located("", f"an interval of {frame['interval_s'].iloc[k]:g} s", allowed,
                 origin=columns.raw.at(int(k), path[0])) for k in bad[:20]]
    )  # fmt: skip


def _outside(start: pd.Series, extract: Extract, now: dt.datetime) -> pd.Series:
    end = min(x.timestamp() for x in (extract.window_end, extract.exported_at, now) if x is not None)
    begin = extract.window_start.timestamp() if extract.window_start else -np.inf
    return (start < begin) | (start > end)


def _half_hours(frame: pd.DataFrame, extract: Extract, zone: ZoneInfo) -> tuple[pd.DataFrame, dt.date, int]:
    """Rows on local half-hours: shorter ones added up, an hour halved."""
    hours = frame["interval_s"] >= 3600
    half = frame[hours].copy()
    half[list(SUMS)] /= 2
    late = half.assign(interval_start=half["interval_start"] + SLOT_S)
    frame = pd.concat([frame[~hours], half, late], ignore_index=True)
    wall = pd.to_datetime(frame["interval_start"], unit="s", utc=True).dt.tz_convert(zone).dt.tz_localize(None)
    first = extract.first_day(zone) or wall.min().date()
    frame["day"] = (wall.dt.normalize() - pd.Timestamp(first)).dt.days.astype(int)
    frame["slot"] = ((wall - wall.dt.normalize()).dt.total_seconds() // SLOT_S).astype(int)
    cells = frame.groupby(["day", "slot", "channel", "queue"], as_index=False)[list(SUMS)].sum(min_count=1)
    cells["weekday"] = (first.weekday() + cells["day"]) % 7
    last = extract.last_day(zone)
    days = (last - first).days + 1 if last else int(cells["day"].max()) + 1
    return cells, first, days
