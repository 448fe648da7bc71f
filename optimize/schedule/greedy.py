"""A schedule at once: person by person, the week that serves most of the unmet need for its money.

It gives the solver a solution to begin from, which on a large model it may not find for minutes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optimize.schedule.breaks import duty
from optimize.schedule.cover import CLOSE
from optimize.schedule.roster import Person
from optimize.schedule.terms import Terms
from optimize.schedule.weekly import Weekly
from optimize.schedule.weeks import SLOTS_PER_DAY, Kind, Offer

DAYS = 7
TRIALS = 60
"""Attempts to replace two people by fewer or cheaper ones."""
FACTORS, PHASES = (0.8, 0.9, 0.95, 1.0), (0.2, 0.5, 0.8)
"""Shares of the relaxation that are rounded to whole people before the rest is added step by step, and the fraction at
which a person is rounded up: every pair is tried."""


@dataclass(frozen=True)
class _One:
    """One person and what they add to the cover."""

    offer: int
    person: Person
    adds: np.ndarray  # float64 (slots,)


class _Desk:
    """Arrays of what each kind of shift serves, by kind and day."""

    def __init__(self, terms: Terms, offers: Sequence[Offer], need: np.ndarray) -> None:
        self.offers, self.need, self.block = offers, need, terms.block
        self.kinds = sorted({offer.kind for offer in offers})
        self.kind_of = np.array([self.kinds.index(offer.kind) for offer in offers])
        self.table = np.zeros((len(self.kinds), DAYS, len(need)))
        for k, kind in enumerate(self.kinds):
            for day in range(DAYS):
                at, amount = duty(kind, day, len(need))
                np.add.at(self.table[k, day], at, amount)
        self.flat = self.table.reshape(-1, len(need))
        self.cost = np.array([offer.pay for offer in offers])

    def gains(self, unmet: np.ndarray) -> np.ndarray:
        """float64 (kinds, 7): unmet need that one person on a kind of shift meets on a day, the best breaks taken."""
        wanted = np.clip(unmet, 0.0, 1.0)
        gain = (self.flat @ wanted).reshape(len(self.kinds), DAYS)
        for k, kind in enumerate(self.kinds):
            for at, taken in _windows(kind, len(unmet)):
                gain[k] -= (wanted[at] * taken).sum(axis=-1).min(axis=-1)
        return np.asarray(gain)

    def best(self, unmet: np.ndarray, allowed: np.ndarray) -> _One | None:
        """The allowed week that meets most for its money; None where none meets anything."""
        gains = self.gains(unmet)
        chosen: int | None = None
        best: tuple[int, ...] = ()
        score = 0.0
        order: dict[tuple[int, ...], np.ndarray] = {}
        for number, offer in enumerate(self.offers):
            if not allowed[number]:
                continue
            gain = gains[self.kind_of[number]]
            if offer.together or any(offer.wishes):
                days = max(offer.sets, key=lambda days: gain[list(days)].sum() / _money(offer.pay + offer.wished(days)))
            else:
                if offer.days not in order:
                    order[offer.days] = np.array(offer.days)
                named = order[offer.days]
                top = np.argsort(-gain[named], kind="stable")[: offer.number]
                days = tuple(sorted(named[top].tolist()))
            value = float(gain[list(days)].sum()) / _money(offer.pay + offer.wished(days))
            if value > score + 1e-12:
                chosen, best, score = number, days, value
        return None if chosen is None else self.made(chosen, best, unmet)

    def made(self, number: int, days: tuple[int, ...], unmet: np.ndarray) -> _One:
        """A person on an offer, with breaks where they are missed least."""
        offer = self.offers[number]
        kind = offer.kind
        adds = self.table[self.kind_of[number], list(days)].sum(axis=0)
        pressing = np.clip(unmet, 0.0, 1.0) * 1e3 + unmet
        breaks = []
        for day in days:
            mine = []
            for pause in kind.pauses:
                if len(pause.places) == 1:
                    mine.append(pause.places[0])
                    continue
                at, taken = _places(kind.start, pause.places, pause.taken, day, len(unmet))
                place = int(np.argmin((pressing[at] * taken).sum(axis=-1)))
                np.subtract.at(adds, at[place], taken)
                mine.append(pause.places[place])
            breaks.append(tuple(mine))
        return _One(number, Person(0, offer.week(days), tuple(breaks)), adds)

    def allowed(self, team: Sequence[_One]) -> np.ndarray:
        """bool (offers,): weeks that one more person may have under the limits on people."""
        used = Counter(self.offers[one.offer].contract for one in team)
        block, more = self.block, len(team) + 1
        free = block.most_people is None or more <= block.most_people
        open_ = {
            name: free
            and (contract.most_people is None or used[name] < contract.most_people)
            and used[name] + 1 <= contract.most_share * more + 1e-9
            for name, contract in block.contracts.items()
        }
        return np.array([open_[offer.contract] for offer in self.offers])


def greedy(
    terms: Terms, weekly: Weekly, relaxation: np.ndarray | None = None, trials: int = TRIALS
) -> list[Person] | None:
    """A schedule that covers the need within the limits, or None where going step by step does not find one.

    ``relaxation`` float64 (columns,): counts of the linear relaxation, from which whole people are taken to begin with.
    """
    desk = _Desk(terms, [part.offer for part in weekly.parts], weekly.cover.need)
    begun = [_obliged(desk)]
    if relaxation is not None:
        begun += [_rounded(desk, weekly, relaxation * factor, phase) for factor in FACTORS for phase in PHASES]
    found = [_without_idle(desk, team) for team in (_filled(desk, each) for each in begun) if team is not None]
    if not found:
        return None
    team = min(found, key=_cost)
    if weekly.cover.under is None:
        team = _exchanged(desk, team, trials)
    return [one.person for one in team]


def _rounded(desk: _Desk, weekly: Weekly, counts: np.ndarray, phase: float) -> list[_One]:
    """Whole people in place of fractions: going through a contract's shifts by their start, fractions of people and of
    their days add up; whenever they pass another whole one and ``phase``, there is one more, on the days most due."""
    team: list[_One] = _obliged(desk)
    owed = dict.fromkeys(desk.block.contracts, 0.0)
    for one in team:
        owed[desk.offers[one.offer].contract] -= 1.0
    days = {name: np.zeros(DAYS) for name in desk.block.contracts}
    unmet = _unmet(desk, team)
    order = sorted(range(len(desk.offers)), key=lambda number: desk.kinds[desk.kind_of[number]])
    for number in order:
        part, offer = weekly.parts[number], desk.offers[number]
        people = counts[list(part.people)]
        owed[offer.contract] += float(people.sum())
        if part.by_day:
            days[offer.contract][list(offer.days)] += counts[list(part.by_day)]
        else:
            for chosen, count in zip(offer.sets, people.tolist(), strict=True):
                days[offer.contract][list(chosen)] += count
        while owed[offer.contract] >= phase:
            owed[offer.contract] -= 1.0
            if not desk.allowed(team)[number]:
                continue
            due = days[offer.contract]
            chosen = max(offer.sets, key=lambda each, due=due: due[list(each)].sum())  # type: ignore[misc]
            due[list(chosen)] -= 1.0
            one = desk.made(number, chosen, unmet)
            team.append(one)
            unmet = unmet - one.adds
    return team


def _obliged(desk: _Desk) -> list[_One]:
    """People whom contracts ask for in any case."""
    team: list[_One] = []
    for name, contract in desk.block.contracts.items():
        mine = np.array([offer.contract == name for offer in desk.offers])
        for _ in range(contract.least_people):
            unmet = _unmet(desk, team)
            one = desk.best(unmet, mine) or desk.best(np.ones_like(unmet), mine)
            if one is None:
                return team
            team.append(one)
    return team


def _filled(desk: _Desk, team: list[_One]) -> list[_One] | None:
    """The team with people added until nothing is short."""
    team = list(team)
    unmet = _unmet(desk, team)
    while unmet.max(initial=0.0) > CLOSE:
        one = desk.best(unmet, desk.allowed(team))
        if one is None:
            return None
        team.append(one)
        unmet = unmet - one.adds
    return team


def _without_idle(desk: _Desk, team: list[_One]) -> list[_One]:
    """The team without those whom nobody misses, the dearest first."""
    least = {name: contract.least_people for name, contract in desk.block.contracts.items()}
    for one in sorted(team, key=lambda one: -one.person.week.cost):
        rest = [other for other in team if other is not one]
        used = Counter(desk.offers[other.offer].contract for other in rest)
        kept = all(used[name] >= number for name, number in least.items()) and _shares(desk, rest)
        if kept and _unmet(desk, rest).max(initial=0.0) <= CLOSE:
            team = rest
    return team


def _shares(desk: _Desk, team: Sequence[_One]) -> bool:
    used = Counter(desk.offers[one.offer].contract for one in team)
    limits = desk.block.contracts.items()
    return all(used[name] <= contract.most_share * len(team) + 1e-9 for name, contract in limits)


def _exchanged(desk: _Desk, team: list[_One], trials: int) -> list[_One]:
    """Two people at a time leave, and whoever serves best comes instead, as long as that saves money."""
    turn = 0
    while turn < trials and len(team) > 2:
        size = len(team)
        first, second = turn % size, (turn * 7 + 1 + turn // size) % size
        turn += 1
        if first == second:
            continue
        rest = [one for place, one in enumerate(team) if place not in (first, second)]
        if not _shares(desk, rest):
            continue
        other = _filled(desk, rest)
        if other is None:
            continue
        other = _without_idle(desk, other) if len(other) >= size else other
        if _cost(other) < _cost(team) - CLOSE and all(
            sum(desk.offers[one.offer].contract == name for one in other) >= contract.least_people
            for name, contract in desk.block.contracts.items()
        ):
            team = other
    return team


def _cost(team: Sequence[_One]) -> float:
    return sum(one.person.week.cost for one in team)


def _unmet(desk: _Desk, team: Sequence[_One]) -> np.ndarray:
    there: np.ndarray = sum((one.adds for one in team), start=np.zeros_like(desk.need))
    return np.asarray(desk.need - there)


def _money(cost: float) -> float:
    return max(cost, 1e-3)


def _windows(kind: Kind, slots: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """For each break with a choice: half-hours (7, places, steps) it takes, and how much of each (steps,)."""
    return [
        (
            np.stack([_places(kind.start, pause.places, pause.taken, day, slots)[0] for day in range(DAYS)]),
            np.array(pause.taken),
        )
        for pause in kind.pauses
        if len(pause.places) > 1
    ]


def _places(
    start: int, places: tuple[int, ...], taken: tuple[float, ...], day: int, slots: int
) -> tuple[np.ndarray, np.ndarray]:
    at = day * SLOTS_PER_DAY + start + np.array(places)[:, None] + np.arange(len(taken))
    return at % slots, np.array(taken)


def as_start(weekly: Weekly, people: Sequence[Person]) -> dict[str, float]:
    """The people as counts of the model's columns."""
    counts: Counter[int] = Counter()
    parts = {(p.offer.contract, p.offer.kind, p.offer.number): p for p in weekly.parts}
    attended: Counter[tuple[Kind, int]] = Counter()
    begun: Counter[tuple[int, int, int]] = Counter()
    group_of = {
        (member.kind, member.pause): number
        for number, group in enumerate(weekly.breaks.groups)
        for member in group
    }  # fmt: skip
    for person in people:
        week = person.week
        part = parts[week.contract, week.kind, len(week.days)]
        if part.by_day:
            counts[part.people[0]] += 1
            counts.update(part.by_day[part.offer.days.index(day)] for day in week.days)
        else:
            counts[part.people[part.offer.sets.index(week.days)]] += 1
        for day, places in zip(week.days, person.breaks, strict=True):
            attended[week.kind, day] += 1
            for number, place in enumerate(places):
                if (week.kind, number) in group_of:
                    begun[group_of[week.kind, number], day, week.kind.start + place] += 1
    for kind_day, number in weekly.attendance.items():
        counts[number] = attended[kind_day]
    for number, meaning in enumerate(weekly.breaks.meaning, start=weekly.first_break):
        counts[number] = begun[meaning]
    return {column.name: float(counts[number]) for number, column in enumerate(weekly.cover.columns)}
