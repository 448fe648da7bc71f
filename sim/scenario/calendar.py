"""The clock: int64 milliseconds since the horizon's first local midnight, and local wall time from it.

A horizon starts at 00:00 local time of its first day. Days follow the local calendar, so a day on which the clocks
change has 23 or 25 hours; half-hour slots are counted in elapsed time and know their local half-hour of the week.
"""

from __future__ import annotations

import datetime as dt
import re
from calendar import monthrange
from dataclasses import dataclass
from functools import cached_property, lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np

from sim.scenario.schema.demand import Horizon
from sim.scenario.units import HALF_HOUR_MS, MS_PER_DAY, MS_PER_HOUR, MS_PER_MINUTE, QuantityError, parse_duration

DAY_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
SLOTS_PER_WEEK = 7 * 48
_CLOCK = re.compile(r"^(\d{1,2}):(\d{2})$")


class HoursError(ValueError):
    """Opening hours or days that cannot be read; the message says what is allowed."""


def parse_days(text: str) -> tuple[int, ...]:
    """``'mon-fri'`` or ``'mon,wed,sat'`` -> weekday numbers, Monday 0, in calendar order."""
    days: set[int] = set()
    for part in text.lower().split(","):
        first, dash, last = (piece.strip() for piece in part.partition("-"))
        if first not in DAY_NAMES or (dash and last not in DAY_NAMES):
            raise HoursError(f"days are such as 'mon-fri' or 'mon,wed,sat' (from {', '.join(DAY_NAMES)})")
        low = DAY_NAMES.index(first)
        high = DAY_NAMES.index(last) if dash else low
        days.update(range(low, high + 1) if low <= high else [*range(low, 7), *range(high + 1)])
    return tuple(sorted(days))


def parse_hours(text: str) -> tuple[int, int]:
    """``'08:00-16:30'`` -> milliseconds after midnight; an end at or before the start is on the next day."""
    pieces = [_CLOCK.match(piece.strip()) for piece in text.split("-")]
    if len(pieces) != 2 or not all(pieces):
        raise HoursError("hours are such as '08:00-16:30'")
    start, end = (int(m[1]) * MS_PER_HOUR + int(m[2]) * MS_PER_MINUTE for m in pieces if m)
    if start >= MS_PER_DAY or end > MS_PER_DAY or any(int(m[2]) > 59 for m in pieces if m):
        raise HoursError("hours lie between 00:00 and 24:00")
    return start, end if end > start else end + MS_PER_DAY


def parse_clock(text: str) -> int:
    """``'12:30'`` -> milliseconds after midnight."""
    match = _CLOCK.match(text.strip())
    if match is None or int(match[1]) > 23 or int(match[2]) > 59:
        raise HoursError("a time is such as '12:30', from 00:00 to 23:59")
    return int(match[1]) * MS_PER_HOUR + int(match[2]) * MS_PER_MINUTE


def parse_starts(text: str) -> tuple[int, ...]:
    """``'08:00'``, ``'08:00-12:00'`` (every 30 min), ``'08:00-12:00 every 1 h'`` -> ms after midnight, with ends."""
    times, _, step_text = (part.strip() for part in text.partition("every"))
    first, dash, last = (part.strip() for part in times.partition("-"))
    low = parse_clock(first)
    high = parse_clock(last) if dash else low
    try:
        step = parse_duration(step_text) if step_text else HALF_HOUR_MS
    except QuantityError:
        step = 0
    if high < low or step <= 0 or step % HALF_HOUR_MS or low % HALF_HOUR_MS or (step_text and not dash):
        raise HoursError("starts are such as '08:00' or '08:00-12:00 every 30 min', on half-hours")
    return tuple(range(low, high + 1, step))


def parse_opening(text: str) -> list[tuple[tuple[int, ...], int, int]]:
    """``'mon-sat 08:00-20:00'`` -> [(weekdays, start, end)]; ``'always'`` -> every day, 00:00-24:00."""
    if text.strip().lower() == "always":
        return [(tuple(range(7)), 0, MS_PER_DAY)]
    days, _, hours = text.strip().partition(" ")
    if not hours:
        raise HoursError("hours are 'always' or such as 'mon-sat 08:00-20:00'")
    return [(parse_days(days), *parse_hours(hours))]


def add_months(day: dt.date, months: int) -> dt.date:
    """The same day of the month ``months`` later (the month's last day where it is shorter)."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return dt.date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


@lru_cache(maxsize=32)
def _midnights(start: dt.date, timezone: str, count: int) -> np.ndarray:
    """int64 (count,): clock at each local midnight, read-only; the many versions of a scenario share it."""
    zone = ZoneInfo(timezone)
    moments = [dt.datetime.combine(start + dt.timedelta(days=day), dt.time(), zone).timestamp() for day in range(count)]
    found = np.array([round((moment - moments[0]) * 1000) for moment in moments], dtype=np.int64)
    found.flags.writeable = False
    return found


@dataclass(frozen=True)
class Calendar:
    """Maps between local dates and the simulation clock."""

    start: dt.date
    timezone: str
    end_ms: int
    month_edges_ms: tuple[int, ...]
    """Start of every month and the end of the last: months + 1 figures."""
    month_labels: tuple[str, ...]
    """``YYYY-MM`` of each month's first day."""

    @staticmethod
    def of(horizon: Horizon) -> Calendar:
        """The calendar of a horizon; a horizon given as `length` is cut into months likewise."""
        zone = ZoneInfo(horizon.timezone)
        origin = dt.datetime.combine(horizon.start, dt.time(), zone).timestamp()

        def at(day: dt.date) -> int:
            return round((dt.datetime.combine(day, dt.time(), zone).timestamp() - origin) * 1000)

        if horizon.months is not None:
            dates = [add_months(horizon.start, k) for k in range(horizon.months + 1)]
            edges = [at(day) for day in dates]
        else:
            assert horizon.length is not None
            dates, edges = [horizon.start], [0]
            while edges[-1] < horizon.length:
                dates.append(add_months(horizon.start, len(dates)))
                edges.append(min(at(dates[-1]), horizon.length))
        labels = tuple(f"{day:%Y-%m}" for day in dates[:-1])
        return Calendar(horizon.start, horizon.timezone, edges[-1], tuple(edges), labels)

    @staticmethod
    def if_laid_out(horizon: Horizon) -> Calendar | None:
        """The calendar of a horizon that nobody has checked yet; None where something is wrong with it."""
        if (horizon.months is None) == (horizon.length is None):
            return None
        try:
            return Calendar.of(horizon)
        except (ValueError, OverflowError, OSError, ZoneInfoNotFoundError):
            return None

    @cached_property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @cached_property
    def _origin(self) -> float:
        return dt.datetime.combine(self.start, dt.time(), self._zone).timestamp()

    @cached_property
    def days(self) -> int:
        """Number of local days that the horizon touches."""
        return int(np.searchsorted(self.day_edges_ms, self.end_ms, side="left"))

    @cached_property
    def day_edges_ms(self) -> np.ndarray:
        """int64 (at least days + 15,): clock at each local midnight, from the first day to two weeks past the end."""
        count = self.end_ms // MS_PER_DAY + 18  # days of 23 hours make two more than one would think
        return _midnights(self.start, self.timezone, count)

    def date_of_day(self, day: int) -> dt.date:
        """Date of local day ``day`` (0 is the first)."""
        return self.start + dt.timedelta(days=day)

    def clock_ms(self, day: int, local_ms: int) -> int:
        """Clock at wall time ``local_ms`` after midnight of local day ``day`` (may pass midnight)."""
        extra, local_ms = divmod(local_ms, MS_PER_DAY)
        midnight = dt.datetime.combine(self.date_of_day(day + extra), dt.time())
        wall = (midnight + dt.timedelta(milliseconds=local_ms)).replace(tzinfo=self._zone)
        return round((wall.timestamp() - self._origin) * 1000)

    def day_of_date(self, date: dt.date) -> int:
        """Local day number of a date; negative before the horizon."""
        return (date - self.start).days

    @cached_property
    def slots(self) -> int:
        """Number of half-hour slots, the last one possibly cut by the end."""
        return -(-self.end_ms // HALF_HOUR_MS)

    @cached_property
    def slot_local(self) -> tuple[np.ndarray, np.ndarray]:
        """For every slot: local day number and local half-hour of the week (Monday 00:00 is 0); int32 (slots,)."""
        starts = np.arange(self.slots, dtype=np.int64) * HALF_HOUR_MS
        day = np.searchsorted(self.day_edges_ms, starts, side="right") - 1
        offset = np.zeros(self.slots, dtype=np.int64)
        for d in np.unique(day):
            # A day without a clock change maps directly; on the two others ask the time zone.
            inside = day == d
            since = starts[inside] - self.day_edges_ms[d]
            if self.day_edges_ms[d + 1] - self.day_edges_ms[d] != MS_PER_DAY:
                since = np.array([self._wall_ms(int(t)) for t in starts[inside]])
            offset[inside] = since
        weekday = (self.start.weekday() + day) % 7
        return day.astype(np.int32), (weekday * 48 + offset // HALF_HOUR_MS).astype(np.int32)

    def _wall_ms(self, clock_ms: int) -> int:
        wall = dt.datetime.fromtimestamp(self._origin + clock_ms / 1000, self._zone)
        return (wall.hour * 60 + wall.minute) * MS_PER_MINUTE + wall.second * 1000

    def opening(self, hours: str | list[str]) -> np.ndarray:
        """int64 (n, 2): merged stretches [open, close), from a day before the start to a week past the end."""
        stretches: list[tuple[int, int]] = []
        for text in [hours] if isinstance(hours, str) else hours:
            for weekdays, start, end in parse_opening(text):
                for day in range(-1, self.days + 8):
                    if (self.start.weekday() + day) % 7 in weekdays:
                        stretches.append((self.clock_ms(day, start), self.clock_ms(day, end)))
        merged: list[list[int]] = []
        for begin, finish in sorted(stretches):
            if merged and begin <= merged[-1][1]:
                merged[-1][1] = max(merged[-1][1], finish)
            else:
                merged.append([begin, finish])
        return np.array(merged, dtype=np.int64).reshape(-1, 2)
