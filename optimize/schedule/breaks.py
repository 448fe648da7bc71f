"""Breaks as counts of their own, so that no column is needed for every combination of shift and break.

Two ways of the same model: Aykin (1996) counts breaks by kind of shift, day and place; Bechtold and Jacobs (1990)
count them by day and half-hour for all shifts at once and ask, before each latest and after each earliest place, for as
many as must have been taken. The latter is exact where no window lies strictly inside another, so kinds are put into
groups in which none does.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from optimize.schedule.cover import Column, Row
from optimize.schedule.weeks import SLOTS_PER_DAY, Kind

Style = Literal["none", "fixed", "aykin", "bechtold_jacobs"]
KindDay = tuple[Kind, int]
Taken = dict[KindDay, list[list[int]]]
"""For a kind and day: for each of its breaks, the places (half-hours after the start) of those on duty, sorted."""

IN_WORDS: Mapping[Style, str] = {
    "none": "no breaks",
    "fixed": "breaks at fixed times",
    "aykin": "implicit breaks by kind of shift (Aykin)",
    "bechtold_jacobs": "implicit breaks pooled over shifts (Bechtold-Jacobs)",
}


@dataclass(frozen=True)
class Member:
    """One break of one kind of shift, its window in half-hours of the day (past 48: the next one)."""

    kind: Kind
    pause: int

    @property
    def window(self) -> tuple[int, ...]:
        """Half-hours at which it may begin."""
        return tuple(self.kind.start + place for place in self.kind.pauses[self.pause].places)


@dataclass(frozen=True)
class BreakPart:
    """Columns and rows that breaks add to the cover model, and what each column stands for."""

    style: Style
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    meaning: tuple[tuple[int, int, int], ...]
    """Of each column: number of its group, day, half-hour of the day."""
    groups: tuple[tuple[Member, ...], ...]


def duty(kind: Kind, day: int, slots: int) -> tuple[np.ndarray, np.ndarray]:
    """Half-hours of the week and how much of each a shift serves; breaks that have one place only are taken out."""
    amount = np.ones(kind.length)
    for pause in kind.pauses:
        if len(pause.places) == 1:
            for step, share in enumerate(pause.taken):
                amount[pause.places[0] + step] -= share
    at = (day * SLOTS_PER_DAY + kind.start + np.arange(kind.length)) % slots
    return at, amount


def sizes(kinds: Sequence[Kind], days: Mapping[Kind, Sequence[int]]) -> dict[Style, int]:
    """Columns for breaks under each style."""
    members = _members(kinds)
    if not members:
        return {"fixed" if any(kind.pauses for kind in kinds) else "none": 0}
    by_kind = sum(len(member.window) * len(days[member.kind]) for member in members)
    pooled = sum(len(_slots(group)) * len(_days(group, days)) for group in _groups(members))
    return {"aykin": by_kind, "bechtold_jacobs": pooled}


def smaller(found: Mapping[Style, int]) -> Style:
    """The style with fewer columns; Aykin's equations where they are equal."""
    return min(found, key=lambda style: found[style])


def break_part(
    style: Style,
    kinds: Sequence[Kind],
    days: Mapping[Kind, Sequence[int]],
    attendance: Mapping[KindDay, int],
    first: int,
    slots: int,
) -> BreakPart:
    """What a style adds. ``attendance``: number of the column that counts who works a kind on a day; ``first``: number
    that the first column added gets."""
    members = _members(kinds)
    groups = [[member] for member in members] if style == "aykin" else _groups(members)
    columns: list[Column] = []
    rows: list[Row] = []
    meaning: list[tuple[int, int, int]] = []
    for number, group in enumerate(groups):
        taken = group[0].kind.pauses[group[0].pause].taken
        for day in _days(group, days):
            here = {}
            for slot in _slots(group):
                at = (day * SLOTS_PER_DAY + slot + np.arange(len(taken))) % slots
                here[slot] = first + len(columns)
                columns.append(Column(f"b{number}_d{day}_s{slot}", 0.0, at, -np.array(taken)))
                meaning.append((number, day, slot))
            on_duty = {member: attendance[member.kind, day] for member in group if (member.kind, day) in attendance}
            rows += _tied(f"breaks_{number}_d{day}", on_duty, here)
    return BreakPart(style, tuple(columns), tuple(rows), tuple(meaning), tuple(tuple(group) for group in groups))


def _tied(name: str, on_duty: Mapping[Member, int], here: Mapping[int, int]) -> list[Row]:
    """As many breaks as people on duty, each within its window."""

    def row(which: str, slots: Sequence[int], members: Sequence[Member], equal: bool = False) -> Row:
        parts: dict[int, float] = defaultdict(float)
        for slot in slots:
            parts[here[slot]] += 1.0
        for member in members:
            parts[on_duty[member]] -= 1.0
        return Row(f"{name}_{which}", dict(parts), 0.0, 0.0 if equal else None)

    slots, members = sorted(here), list(on_duty)
    rows = [row("all", slots, members, equal=True)]
    for latest in sorted({member.window[-1] for member in members})[:-1]:
        due = [member for member in members if member.window[-1] <= latest]
        rows.append(row(f"by_{latest}", [slot for slot in slots if slot <= latest], due))
    for earliest in sorted({member.window[0] for member in members})[1:]:
        late = [member for member in members if member.window[0] >= earliest]
        rows.append(row(f"from_{earliest}", [slot for slot in slots if slot >= earliest], late))
    return rows


def _members(kinds: Sequence[Kind]) -> list[Member]:
    """Breaks whose place is to be chosen."""
    return [
        Member(kind, number)
        for kind in kinds
        for number, pause in enumerate(kind.pauses)
        if len(pause.places) > 1
    ]  # fmt: skip


def _groups(members: Sequence[Member]) -> list[list[Member]]:
    """Breaks of one length whose windows can be told apart by their ends alone."""
    groups: list[list[Member]] = []
    for member in members:
        group = next((group for group in groups if _fits(member, group)), None)
        if group is None:
            groups.append([member])
        else:
            group.append(member)
    return groups


def _fits(member: Member, group: Sequence[Member]) -> bool:
    """Same length, no window strictly inside another, and each may use every place of the group within its window."""
    length = member.kind.pauses[member.pause].length_ms
    everyone = [*group, member]
    slots = _slots(everyone)
    for other in group:
        (low, *_, high), (first, *_, last) = member.window, other.window
        if other.kind.pauses[other.pause].length_ms != length:
            return False
        if (low < first and last < high) or (first < low and high < last):
            return False
    return all(each.window == tuple(s for s in slots if each.window[0] <= s <= each.window[-1]) for each in everyone)


def _slots(group: Sequence[Member]) -> list[int]:
    return sorted({slot for member in group for slot in member.window})


def _days(group: Sequence[Member], days: Mapping[Kind, Sequence[int]]) -> list[int]:
    return sorted({day for member in group for day in days[member.kind]})


def taken_places(part: BreakPart, counts: Sequence[int], on_duty: Mapping[KindDay, int]) -> Taken:
    """Which kind takes which of the counted breaks: each in turn to whoever must take one soonest."""
    supply: dict[tuple[int, int], list[int]] = defaultdict(list)
    for (group, day, slot), count in zip(part.meaning, counts, strict=True):
        supply[group, day] += [slot] * count
    taken: Taken = {
        (kind, day): [
            [pause.places[0]] * number if len(pause.places) == 1 else [] for pause in kind.pauses
        ]
        for (kind, day), number in on_duty.items()
    }  # fmt: skip
    for (group, day), slots in supply.items():
        waiting = {
            member: on_duty.get((member.kind, day), 0) for member in part.groups[group]
        }  # fmt: skip
        for slot in sorted(slots):
            able = [member for member, left in waiting.items() if left and slot in member.window]
            if not able:
                raise ValueError(f"a break at half-hour {slot} of day {day} that nobody takes")
            soonest = min(able, key=lambda member: (member.window[-1], member.window[0]))
            waiting[soonest] -= 1
            taken[soonest.kind, day][soonest.pause].append(slot - soonest.kind.start)
    return taken
