"""Texts of an export -> seconds and numbers. What cannot be read is marked, never guessed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from sim.calibrate.vendors.mapping import SECONDS, Column

_OFFSET = re.compile(r"(?:[Zz]|[+-]\d\d:?\d\d)$")
_ISO = re.compile(r"^\d{4}-\d\d-\d\d(?:[Tt ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?)? ?(?:[Zz]|[+-]\d\d:?\d\d)?$")
_CLOCK = re.compile(r"^(-?)(\d+):([0-5]?\d):([0-5]?\d(?:\.\d+)?)$")
_TWO = re.compile(r"^(-?)(\d+):([0-5]?\d)$")
_NUMBER = re.compile(r"^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$")
_COMMA = re.compile(r"^[+-]?\d+,(?:\d{1,2}|\d{4,})$")  # with three digits it may mean thousands
EPOCH = {"unix_s": (1.0, 1e8, 1e10), "unix_ms": (0.001, 1e11, 1e13)}


@dataclass(frozen=True)
class Parsed:
    """Float seconds or numbers (NaN where missing), which rows could not be read, and what was decided on the way."""

    values: pd.Series
    bad: pd.Series
    notes: tuple[str, ...] = ()


class AmbiguousFormat(ValueError):
    """Two formats read the whole column, and differ."""


def times(text: pd.Series, column: Column, zone: ZoneInfo | None) -> Parsed:
    """UTC seconds. Times without an offset are of ``zone``; without one they are left as not readable.

    Of several formats the one that reads most is taken; raises AmbiguousFormat where two read it equally well and
    disagree (day and month).
    """
    filled = text.notna()
    tries = [(name, _as_time(text, name, zone)) for name in column.format]
    read = [int(values.notna().sum()) for _, values in tries]
    best = int(np.argmax(read))
    for other in range(len(tries)):
        both = tries[best][1].notna() & tries[other][1].notna()
        differ = (tries[best][1] - tries[other][1])[both].abs() > 1
        if other != best and read[other] == read[best] and differ.any():
            raise AmbiguousFormat(f"{tries[best][0]!r} and {tries[other][0]!r} both read every value")
    values = tries[best][1]
    return Parsed(values, filled & values.isna())


def _as_time(text: pd.Series, name: str, zone: ZoneInfo | None) -> pd.Series:
    if name in EPOCH:
        factor, low, high = EPOCH[name]
        number = pd.to_numeric(text, errors="coerce").astype(float)
        return (number * factor).where((number > low) & (number < high))
    if name == "iso":
        shaped = text.where(text.str.match(_ISO).fillna(False).astype(bool))
        offset = shaped.str.contains(_OFFSET).fillna(False).astype(bool)
        aware = pd.to_datetime(shaped.where(offset), format="ISO8601", utc=True, errors="coerce")
        wall = pd.to_datetime(shaped.where(~offset), format="ISO8601", errors="coerce")
        return _epoch(aware).fillna(_localised(wall, zone))
    if "%z" in name:
        return _epoch(pd.to_datetime(text, format=name, utc=True, errors="coerce"))
    return _localised(pd.to_datetime(text, format=name, errors="coerce"), zone)


def _localised(wall: pd.Series, zone: ZoneInfo | None) -> pd.Series:
    """Wall time -> UTC seconds; of the hour that comes twice the first is taken, one that never was moves ahead."""
    if zone is None or wall.isna().all():
        return pd.Series(np.nan, index=wall.index)
    first = np.ones(len(wall), dtype=bool)
    return _epoch(wall.dt.tz_localize(zone, ambiguous=first, nonexistent="shift_forward").dt.tz_convert("UTC"))


def _epoch(moments: pd.Series) -> pd.Series:
    return (moments - pd.Timestamp(0, tz="UTC")).dt.total_seconds().astype(float)


def clock_seconds(text: str, column: Column) -> float:
    """Seconds of a duration: H:MM:SS (hours may exceed 24), two figures as the column says, or a plain number.

    NaN where it cannot be told.
    """
    match = _CLOCK.match(text)
    if match:
        sign, hours, minutes, seconds = match.groups()
        total = int(hours) * 3600 + int(minutes) * 60 + float(seconds)
        return -total if sign else total
    match = _TWO.match(text)
    if match:
        if column.clock is None:
            return np.nan
        sign, one, two = match.groups()
        total = int(one) * 3600 + int(two) * 60 if column.clock == "h:mm" else int(one) * 60 + int(two)
        return -float(total) if sign else float(total)
    return number(text) * SECONDS[column.unit]


def number(text: str) -> float:
    """A plain number, with a decimal comma where that is certain; NaN otherwise."""
    if _NUMBER.match(text):
        return float(text)
    return float(text.replace(",", ".")) if _COMMA.match(text) else np.nan


def durations(text: pd.Series, column: Column) -> Parsed:
    """Seconds."""
    known = {t: clock_seconds(t, column) for t in text.dropna().unique()}
    return _looked_up(text, known)


def numbers(text: pd.Series) -> Parsed:
    """Plain numbers."""
    return _looked_up(text, {t: number(t) for t in text.dropna().unique()})


def _looked_up(text: pd.Series, known: dict[str, float]) -> Parsed:
    values = text.map(known).astype(float)
    values = values.where(np.isfinite(values))
    return Parsed(values, text.notna() & values.isna())
