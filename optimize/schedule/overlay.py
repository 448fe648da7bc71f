"""A schedule as an overlay: `agents` and `shifts` of its teams, so that it simulates like any other scenario."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from optimize.schedule.roster import Person
from optimize.schedule.search import Schedule
from optimize.schedule.weeks import SLOTS_PER_DAY, Kind
from sim.scenario.calendar import DAY_NAMES
from sim.scenario.schema.people import Team
from sim.scenario.units import MS_PER_MINUTE


def overlay_of(schedules: Sequence[Schedule], teams: Mapping[str, Team]) -> dict[str, Any]:
    """The overlay; shifts that the teams have now are removed."""
    return {"teams": {one.team: _team(one, teams[one.team]) for one in schedules}}


def _team(one: Schedule, now: Team) -> dict[str, Any]:
    alike: dict[Any, list[Person]] = {}
    for person in one.people:
        alike.setdefault(person.pattern, []).append(person)
    shifts: dict[str, Any] = dict.fromkeys(now.shifts)
    for people in alike.values():
        shifts[_name(people[0], shifts)] = _shift(people[0], len(people) / len(one.people))
    present = {"staffing": None} if now.staffing is not None else {}
    return {**present, "agents": len(one.people), "shifts": shifts}


def _name(person: Person, taken: Mapping[str, Any]) -> str:
    """Such as `full_0830_3`: contract, start, and a number where there are several."""
    stem = f"{person.week.contract}_{clock(person.week.kind.start).replace(':', '')}"
    number = next(n for n in range(1, len(taken) + 2) if f"{stem}_{n}" not in taken)
    return f"{stem}_{number}"


def _shift(person: Person, share: float) -> dict[str, Any]:
    kind = person.week.kind
    shift: dict[str, Any] = {"days": days_in_words(person.week.days), "hours": hours_in_words(kind), "share": share}
    if kind.pauses:
        shift["breaks"] = [f"{pause.length_ms / MS_PER_MINUTE:g} min" for pause in kind.pauses]
        shift["breaks_at"] = {
            days_in_words(days): [clock(kind.start + place) for place in places]
            for places, days in _alike(person).items()
        }
        if kind.paid_breaks:
            shift["paid_breaks"] = True
    return shift


def _alike(person: Person) -> dict[tuple[int, ...], tuple[int, ...]]:
    """Places of the breaks -> days on which they are there."""
    found: dict[tuple[int, ...], tuple[int, ...]] = {}
    for day, places in zip(person.week.days, person.breaks, strict=True):
        found[places] = (*found.get(places, ()), day)
    return found


def days_in_words(days: Sequence[int]) -> str:
    """``(0, 1, 2, 4)`` -> ``'mon-wed,fri'``."""
    stretches: list[list[int]] = []
    for day in days:
        if stretches and stretches[-1][-1] == day - 1:
            stretches[-1].append(day)
        else:
            stretches.append([day])
    return ",".join(
        "-".join(DAY_NAMES[day] for day in dict.fromkeys((stretch[0], stretch[-1]))) for stretch in stretches
    )  # fmt: skip


def hours_in_words(kind: Kind) -> str:
    """``'08:00-16:30'``; past midnight as ``'22:00-06:00'``."""
    end = kind.start + kind.length
    return f"{clock(kind.start)}-{'24:00' if end == SLOTS_PER_DAY else clock(end)}"


def clock(slot: int) -> str:
    """Time of day of a half-hour; those past midnight are on the next day."""
    slot %= SLOTS_PER_DAY
    return f"{slot // 2:02d}:{slot % 2 * 30:02d}"
