"""The weekly model: how many people work which week, with which breaks, at least cost.

Days are stated by whichever takes fewer columns: a column for each set of days, or one for the people and one for each
day. The latter is exact where any days may be chosen: a table of people and days with given sums exists if no day has
more people than there are (Gale and Ryser).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from optimize.schedule.breaks import BreakPart, KindDay, Style, break_part, duty, sizes, smaller
from optimize.schedule.cover import Column, Cover, Row
from optimize.schedule.terms import Terms
from optimize.schedule.weeks import Kind, Offer, Week

HOURS_PER_SLOT = 0.5


@dataclass(frozen=True)
class OfferPart:
    """Columns of one offer: numbers of those that count people, and of those that count people by day (or none)."""

    offer: Offer
    people: tuple[int, ...]
    """A column for each set of days, or a single one."""
    by_day: tuple[int, ...] = ()
    """A column for each named day; empty where every set has a column."""


@dataclass(frozen=True)
class Weekly:
    """A cover model and what its columns stand for."""

    cover: Cover
    parts: tuple[OfferPart, ...]
    attendance: Mapping[KindDay, int]
    """Number of the column that counts who works a kind of shift on a day."""
    breaks: BreakPart
    first_break: int
    """Number of the first column of breaks."""
    sizes: dict[Style, int]
    """Columns for breaks under each style that would do."""
    weeks: int
    """Different weeks that one person may have."""

    @property
    def people(self) -> list[int]:
        """Numbers of the columns that count people."""
        return [number for part in self.parts for number in part.people]


def weekly_model(terms: Terms, offers: Sequence[Offer], need: np.ndarray, style: Style | None = None) -> Weekly:
    """The model of weeks that cover ``need`` (float64, half-hours of a week), heads on duty.

    ``style`` asks for one way to state breaks; None takes the one with fewer columns.
    """
    block = terms.block
    kinds = sorted({offer.kind for offer in offers})
    days: dict[Kind, list[int]] = {
        kind: sorted({day for offer in offers if offer.kind == kind for day in offer.days}) for kind in kinds
    }
    columns: list[Column] = []
    rows: list[Row] = []
    working: dict[KindDay, dict[int, float]] = defaultdict(dict)
    numbers = {name: number for number, name in enumerate(block.contracts)}
    parts = [_offered(offer, numbers[offer.contract], columns, rows, working) for offer in offers]
    attendance: dict[KindDay, int] = {}
    for place, kind in enumerate(kinds):
        for day in days[kind]:
            attendance[kind, day] = number = len(columns)
            name = f"a{place}_d{day}"
            columns.append(Column(name, 0.0, *duty(kind, day, len(need)), integer=False))
            rows.append(Row(f"{name}_is", {**working[kind, day], number: -1.0}, 0.0, 0.0))
    found = sizes(kinds, days)
    breaks = break_part(style or smaller(found), kinds, days, attendance, len(columns), len(need))
    rows += [*breaks.rows, *_people(terms, parts)]
    cover = Cover(
        need,
        [*columns, *breaks.columns],
        rows,
        None if block.under is None else block.under * HOURS_PER_SLOT,
        block.over * HOURS_PER_SLOT,
        block.most_over,
    )
    return Weekly(
        cover, tuple(parts), attendance, breaks, len(columns), found, sum(len(offer.sets) for offer in offers)
    )


_NOWHERE = np.zeros(0, dtype=np.int64)
_NOTHING = np.zeros(0)


def _offered(
    offer: Offer,
    contract: int,
    columns: list[Column],
    rows: list[Row],
    working: dict[KindDay, dict[int, float]],
) -> OfferPart:
    """Adds an offer's columns and rows, and to ``working`` who is there on which day."""
    name = f"c{contract}_s{offer.kind.start}_l{offer.kind.length}_n{offer.number}"
    sets = offer.sets
    first = len(columns)
    if offer.together or len(sets) <= 1 + len(offer.days):
        for place, chosen in enumerate(sets):
            days = sum(1 << day for day in chosen)
            columns.append(Column(f"{name}_d{days}", offer.pay + offer.wished(chosen), _NOWHERE, _NOTHING))
            for day in chosen:
                working[offer.kind, day][first + place] = 1.0
        return OfferPart(offer, tuple(range(first, len(columns))))
    columns.append(Column(name, offer.pay, _NOWHERE, _NOTHING))
    for day, wish in zip(offer.days, offer.wishes, strict=True):
        working[offer.kind, day][len(columns)] = 1.0
        rows.append(Row(f"{name}_on{day}", {len(columns): 1.0, first: -1.0}, None, 0.0))
        columns.append(Column(f"{name}_on{day}", wish, _NOWHERE, _NOTHING))
    by_day = tuple(range(first + 1, len(columns)))
    rows.append(Row(f"{name}_days", {**dict.fromkeys(by_day, 1.0), first: -float(offer.number)}, 0.0, 0.0))
    return OfferPart(offer, (first,), by_day)


def _people(terms: Terms, parts: Sequence[OfferPart]) -> list[Row]:
    """How many people each contract, and the team, has."""
    rows = []
    everyone = [number for part in parts for number in part.people]
    for place, (name, contract) in enumerate(terms.block.contracts.items()):
        mine = {number for part in parts if part.offer.contract == name for number in part.people}
        if contract.least_people or contract.most_people is not None:
            inside = dict.fromkeys(sorted(mine), 1.0)
            rows.append(Row(f"people_{place}", inside, contract.least_people, contract.most_people))
        if contract.most_share < 1:
            shares = {number: float(number in mine) - contract.most_share for number in everyone}
            rows.append(Row(f"share_{place}", shares, None, 0.0))
    if terms.block.most_people is not None:
        rows.append(Row("people", dict.fromkeys(everyone, 1.0), None, terms.block.most_people))
    return rows


def weeks_worked(weekly: Weekly, counts: Sequence[int]) -> list[Week]:
    """A week for each person counted; ``counts`` of all columns."""
    weeks: list[Week] = []
    for part in weekly.parts:
        if not part.by_day:
            for number, chosen in zip(part.people, part.offer.sets, strict=True):
                weeks += [part.offer.week(chosen)] * counts[number]
            continue
        by_day = [counts[number] for number in part.by_day]
        weeks += [part.offer.week(days) for days in _shared_out(counts[part.people[0]], by_day, part.offer)]
    return weeks


def _shared_out(people: int, by_day: Sequence[int], offer: Offer) -> list[tuple[int, ...]]:
    """Days for each of ``people``, so that each has as many as the offer says and each day as many people as counted.

    Each day goes to those with most days still to come (that this never fails is the proof of Gale and Ryser); among
    them to those who worked the day before, so that days off lie together where they can.
    """
    days: list[list[int]] = [[] for _ in range(people)]
    for day, count in zip(offer.days, by_day, strict=True):
        order = sorted(range(people), key=lambda p: (len(days[p]), not (days[p] and days[p][-1] == day - 1), p))
        for person in order[:count]:
            days[person].append(day)
    return [tuple(each) for each in days]
