"""From counts to people: who works which days, from when to when, with breaks at which times."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optimize.schedule.breaks import KindDay, taken_places
from optimize.schedule.weekly import Weekly, weeks_worked
from optimize.schedule.weeks import SLOTS_PER_DAY, Kind, Week


@dataclass(frozen=True)
class Person:
    """One person's week."""

    number: int
    """From 1, in the order of start, length and days."""
    week: Week
    breaks: tuple[tuple[int, ...], ...]
    """For each day worked: place of each break, half-hours after the start of the shift."""

    @property
    def pattern(self) -> tuple[str, Kind, tuple[int, ...], tuple[tuple[int, ...], ...]]:
        """What people share who work alike."""
        return self.week.contract, self.week.kind, self.week.days, self.breaks


def people_of(weekly: Weekly, counts: np.ndarray) -> list[Person]:
    """Everybody, numbered; ``counts`` float64 (columns,) of a solution.

    Of those who work one kind of shift on a day, whoever comes first in the list takes the earliest break, so that a
    person's breaks differ as little from day to day as the counts allow.
    """
    whole = np.rint(counts).astype(np.int64).tolist()
    weeks = sorted(weeks_worked(weekly, whole), key=_order)
    on_duty: Counter[KindDay] = Counter((week.kind, day) for week in weeks for day in week.days)
    taken = taken_places(weekly.breaks, whole[weekly.first_break :], on_duty)
    turn: dict[KindDay, int] = defaultdict(int)
    for places in taken.values():
        for each in places:
            each.sort()
    people = []
    for number, week in enumerate(weeks, start=1):
        breaks = []
        for day in week.days:
            mine = turn[week.kind, day]
            breaks.append(tuple(places[mine] for places in taken[week.kind, day]))
            turn[week.kind, day] += 1
        people.append(Person(number, week, tuple(breaks)))
    return people


def _order(week: Week) -> tuple[int, int, tuple[int, ...], str]:
    return week.kind.start, -week.kind.length, week.days, week.contract


def duty_of(people: Sequence[Person], slots: int) -> np.ndarray:
    """float64 (slots,): people on duty, breaks taken out, in each half-hour of the week."""
    duty = np.zeros(slots)
    for person in people:
        kind = person.week.kind
        for day, places in zip(person.week.days, person.breaks, strict=True):
            begin = day * SLOTS_PER_DAY + kind.start
            np.add.at(duty, (begin + np.arange(kind.length)) % slots, 1.0)
            for pause, place in zip(kind.pauses, places, strict=True):
                at = (begin + place + np.arange(len(pause.taken))) % slots
                np.subtract.at(duty, at, pause.taken)
    return duty
