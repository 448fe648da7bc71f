"""Checks of time: horizon, events, opening hours, shifts, staffing."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from sim.scenario.calendar import HoursError, add_months, parse_clock, parse_days, parse_hours, parse_opening
from sim.scenario.checking import Context
from sim.scenario.checks_values import half_hours
from sim.scenario.nodes import Path
from sim.scenario.problems import Problem, nearest
from sim.scenario.schema import Scenario
from sim.scenario.schema.people import Shift, Team
from sim.scenario.units import MS_PER_DAY

MAX_MONTHS = 240
MAX_LENGTH_MS = 20 * 366 * MS_PER_DAY
_FIRST, _LAST = dt.date(1970, 1, 1), dt.date(2199, 12, 31)


def check_horizon(context: Context) -> Iterator[Problem]:
    """One length, a known time zone, and a warm-up that ends before the end."""
    horizon = context.scenario.horizon
    at: Path = ("horizon",)
    about = (("horizon", "months"), ("horizon", "length"))
    if not in_calendar(context.scenario):
        yield context.problem((*at, "start"), f"{horizon.start} is out of range", f"{_FIRST} to {_LAST}")
    if not _zone_exists(horizon.timezone):
        meant = nearest(horizon.timezone, available_timezones())
        wrong = f"there is no time zone '{horizon.timezone}'"
        yield context.problem((*at, "timezone"), wrong, "a name such as Europe/Berlin or UTC", meant)
    if (horizon.months is None) == (horizon.length is None):
        wrong = "months and length are given" if horizon.months else "neither months nor length is given"
        allowed = f"exactly one of months, length{'; null removes one' if horizon.months else ''}"
        yield context.problem(at, wrong, allowed, about=about, key=True)
        return
    if horizon.months is not None and horizon.months > MAX_MONTHS:
        yield context.problem((*at, "months"), f"{horizon.months} months are too many", f"up to {MAX_MONTHS} months")
        return
    if horizon.length is not None and not 0 < horizon.length <= MAX_LENGTH_MS:
        wrong = f"'{context.written((*at, 'length'))}' is out of range"
        yield context.problem((*at, "length"), wrong, "a length above 0, up to 20 years")
        return
    if horizon.warm_up >= _length_ms(context.scenario):
        wrong = f"the warm-up of {context.written((*at, 'warm_up'))} takes the whole horizon"
        yield context.problem((*at, "warm_up"), wrong, "a warm-up shorter than the horizon", about=about)


def _zone_exists(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def in_calendar(scenario: Scenario) -> bool:
    """Whether the horizon starts where one may start; what is told of its months means something only then."""
    return _FIRST <= scenario.horizon.start <= _LAST


def last_day(scenario: Scenario) -> dt.date:
    """Last day that the horizon touches; of one that starts too late, as if it started on the last day allowed."""
    horizon = scenario.horizon
    start = min(horizon.start, _LAST)
    if horizon.months is not None:
        return add_months(start, min(horizon.months, MAX_MONTHS)) - dt.timedelta(days=1)
    length = min(max(horizon.length or 1, 1), MAX_LENGTH_MS)
    return start + dt.timedelta(days=(length - 1) // MS_PER_DAY)


def _length_ms(scenario: Scenario) -> int:
    if scenario.horizon.length is not None:
        return scenario.horizon.length
    return ((last_day(scenario) - min(scenario.horizon.start, _LAST)).days + 1) * MS_PER_DAY


def check_events(context: Context) -> Iterator[Problem]:
    """Events touch the horizon and end after they start."""
    if context.dated:
        return
    horizon = context.scenario.horizon
    if not _FIRST <= horizon.start <= _LAST:
        return
    last = last_day(context.scenario)
    about = (("horizon",),)
    for name, event in context.scenario.demand.events.items():
        at: Path = ("demand", "events", name)
        if event.until < event.from_:
            wrong = f"the event ends on {event.until}, before it starts on {event.from_}"
            yield context.problem((*at, "until"), wrong, "until on or after from", about=((*at, "from"),))
        elif event.until < horizon.start or event.from_ > last:
            wrong = f"the event lies outside the horizon, {horizon.start} to {last}"
            yield context.problem((*at, "from"), wrong, "an event that touches it; null removes one", about=about)


def check_hours(context: Context) -> Iterator[Problem]:
    """Opening hours can be read."""
    for name, channel in context.scenario.channels.items():
        path: Path = ("channels", name, "hours")
        texts = [channel.hours] if isinstance(channel.hours, str) else channel.hours
        if not texts:
            yield context.problem(path, "the list is empty", "always, or such as 'mon-sat 08:00-20:00'")
        for index, text in enumerate(texts):
            try:
                parse_opening(text)
            except HoursError:
                place: Path = path if isinstance(channel.hours, str) else (*path, index)
                meant = readable(text, parse_opening)
                yield context.problem(
                    place, f"'{text}' is not opening hours", "always, or 'mon-sat 08:00-20:00'", meant
                )


def readable(text: str, parse: Callable[[str], object]) -> str:
    """Days by their first three letters and hours with minutes, where that is all that is amiss."""
    mended = re.sub(r"\b(mon|tue|wed|thu|fri|sat|sun)[a-z]+", r"\1", text.lower())
    mended = re.sub(
        r"(?<![\d:.])(\d{1,2})(?:[.h](\d\d))?(?![\d:.])", lambda m: f"{int(m[1]):02d}:{m[2] or '00'}", mended
    )
    mended = re.sub(r"\s*(-|,|\bto\b)\s*", lambda m: "-" if m[1] == "to" else m[1], mended)
    try:
        parse(mended)
    except HoursError:
        return ""
    return f"'{mended}'"


def check_staffing(context: Context) -> Iterator[Problem]:
    """A team has shifts, or staffing by interval, or a constant number of agents."""
    for name, team in context.scenario.teams.items():
        at: Path = ("teams", name)
        about: tuple[Path, ...] = ((*at, "shifts"), (*at, "staffing"), (*at, "agents"))
        if team.staffing is not None:
            clash = [key for key in ("shifts", "agents") if getattr(team, key)]
            for key in clash:
                wrong = f"{key} and staffing are given"
                yield context.problem((*at, key), wrong, "one way to staff a team", about=about, key=True)
            yield from half_hours(context, (*at, "staffing", "every"), team.staffing.every)
        elif not team.shifts and context.document.get((*at, "agents")) is None:
            wrong = "how many agents there are is not given"
            yield context.problem(at, wrong, "agents, agents with shifts, or staffing", about=about, key=True)
        yield from _shifts(context, at, team)


def _shifts(context: Context, at: Path, team: Team) -> Iterator[Problem]:
    for name, shift in team.shifts.items():
        yield from _shift(context, (*at, "shifts", name), shift)
    if team.shifts:
        path: Path = (*at, "shifts")
        shares = {name: shift.share for name, shift in team.shifts.items()}
        about = tuple((*path, name, "share") for name in team.shifts)
        for problem in context.sums_to_one(path, shares, "shares of the shifts"):
            yield Problem(problem.path, problem.wrong, problem.allowed, "", problem.origin, about)


def _shift(context: Context, at: Path, shift: Shift) -> Iterator[Problem]:
    try:
        days = len(parse_days(shift.days))
        if shift.days_per_week is not None and shift.days_per_week > days:
            wrong = f"{shift.days_per_week} days a week, and the shift names {days}"
            yield context.problem((*at, "days_per_week"), wrong, f"up to {days}", about=((*at, "days"),))
    except HoursError:
        meant = readable(shift.days, parse_days)
        yield context.problem((*at, "days"), f"'{shift.days}' is not days", "such as mon-fri or mon,wed,sat", meant)
    try:
        start, end = parse_hours(shift.hours)
    except HoursError:
        wrong, meant = f"'{shift.hours}' is not hours", readable(shift.hours, parse_hours)
        yield context.problem((*at, "hours"), wrong, "such as '08:00-16:30', or '22:00-06:00' past midnight", meant)
        return
    yield from _breaks_at(context, at, shift, start, end)
    if sum(shift.breaks) >= end - start:
        yield context.problem((*at, "breaks"), "the breaks take the whole shift", "breaks shorter than the shift",
                              about=((*at, "hours"),))  # fmt: skip


def _breaks_at(context: Context, at: Path, shift: Shift, start: int, end: int) -> Iterator[Problem]:
    """Breaks that are given a time lie in the shift, in order, one time for each."""
    named: set[int] = set()
    about: tuple[Path, ...] = ((*at, "hours"), (*at, "breaks"))
    for days, times in shift.breaks_at.items():
        path: Path = (*at, "breaks_at", days)
        try:
            again = named & set(parse_days(days))
            named |= set(parse_days(days))
        except HoursError:
            meant = readable(days, parse_days)
            yield context.problem(path, f"'{days}' is not days", "such as mon-fri or mon,wed,sat", meant, key=True)
            continue
        if again:
            yield context.problem(path, f"'{days}' names a day a second time", "each day once", key=True)
        if len(times) != len(shift.breaks):
            wrong = f"times: {len(times)}, breaks: {len(shift.breaks)}"
            yield context.problem(path, wrong, "a time for each of `breaks`", about=about)
            continue
        free = start
        for index, (text, length) in enumerate(zip(times, shift.breaks, strict=True)):
            try:
                begin = parse_clock(text)
            except HoursError:
                meant = readable(text, parse_clock)
                yield context.problem((*path, index), f"'{text}' is not a time", "such as '12:30'", meant)
                break
            begin += MS_PER_DAY if begin < start else 0
            if begin < free or begin + length > end:
                where = "outside the shift" if not start <= begin <= end - length else "before the last one is over"
                wrong = f"the break at {text} lies {where}"
                yield context.problem((*path, index), wrong, f"breaks in their order within {shift.hours}", about=about)
            free = begin + length
