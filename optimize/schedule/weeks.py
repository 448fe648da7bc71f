"""Weeks that one person may work: a start, a length and days, the same each week."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

from optimize.schedule.terms import Terms
from sim.scenario.calendar import parse_days, parse_starts
from sim.scenario.schema.base import Texts
from sim.scenario.schema.people import Team
from sim.scenario.schema.scheduling import Contract, Preference
from sim.scenario.units import HALF_HOUR_MS, MS_PER_HOUR

SLOTS_PER_DAY = 48
HOURS_PER_WEEK = 168.0


@dataclass(frozen=True)
class Pause:
    """A break: how long, and the half-hours of the shift at which it may begin."""

    length_ms: int
    places: tuple[int, ...]

    @property
    def taken(self) -> tuple[float, ...]:
        """Share of each half-hour from its begin on that it takes: 45 min takes one and a half."""
        whole, rest = divmod(self.length_ms, HALF_HOUR_MS)
        return (1.0,) * whole + ((rest / HALF_HOUR_MS,) if rest else ())


@dataclass(frozen=True, order=True)
class Kind:
    """A shift of one day: start and length in half-hours, and its breaks."""

    start: int
    length: int
    pauses: tuple[Pause, ...] = ()
    paid_breaks: bool = False

    @property
    def paid_h(self) -> float:
        """Paid hours."""
        unpaid = 0 if self.paid_breaks else sum(pause.length_ms for pause in self.pauses)
        return self.length / 2 - unpaid / MS_PER_HOUR

    @property
    def duty_h(self) -> float:
        """Hours without breaks."""
        return self.length / 2 - sum(pause.length_ms for pause in self.pauses) / MS_PER_HOUR


@dataclass(frozen=True)
class Week:
    """What one person works each week."""

    contract: str
    kind: Kind
    days: tuple[int, ...]
    cost: float
    """Of a week, preferences included."""
    wishes: float
    """The part of it that is preferences."""

    @property
    def paid_h(self) -> float:
        """Paid hours a week."""
        return self.kind.paid_h * len(self.days)


@dataclass(frozen=True)
class Offer:
    """Weeks that differ in their days only: ``number`` days of those named."""

    contract: str
    kind: Kind
    days: tuple[int, ...]
    number: int
    together: bool
    """Whether the days worked follow each other."""
    pay: float
    """Money for a week without preferences."""
    wishes: tuple[float, ...]
    """Of each named day that is worked."""

    @property
    def sets(self) -> list[tuple[int, ...]]:
        """Every set of days that may be worked."""
        chosen = combinations(self.days, self.number)
        return [each for each in chosen if not self.together or _together(each)]

    def wished(self, days: tuple[int, ...]) -> float:
        """What preferences add for a set of days."""
        return sum(self.wishes[self.days.index(day)] for day in days)

    def week(self, days: tuple[int, ...]) -> Week:
        """One of the weeks."""
        wishes = self.wished(days)
        return Week(self.contract, self.kind, days, self.pay + wishes, wishes)


def offers_of(terms: Terms, team: Team) -> list[Offer]:
    """All weeks that the terms allow, in a fixed order. Raises ValueError for wishes about contracts that are not."""
    block = terms.block
    for name, wish in block.prefer.items():
        unknown = [each for each in wish.contracts if each not in block.contracts]
        if unknown:
            there = ", ".join(block.contracts)
            raise ValueError(
                f"scheduling.{terms.team}.prefer.{name}: there is no contract '{unknown[0]}'; there are: {there}"
            )
    wishes = [(wish, _starts(wish.starts), set(parse_days(wish.days))) for wish in block.prefer.values()]
    made = []
    for name, contract in block.contracts.items():
        days = parse_days(contract.days)
        numbers = contract.days_per_week if isinstance(contract.days_per_week, list) else [contract.days_per_week]
        for kind in _kinds(contract, block.starts):
            liked = tuple(sum(_wished(wish, at, on, name, kind, day) for wish, at, on in wishes) for day in days)
            for number in sorted(set(numbers)):
                paid_ms = kind.paid_h * number * MS_PER_HOUR
                if contract.least_hours - 0.5 <= paid_ms <= contract.most_hours + 0.5:
                    pay = _pay(team, contract, kind, number)
                    made.append(Offer(name, kind, days, number, contract.together, pay, liked))
    return [offer for offer in made if offer.sets]


def _kinds(contract: Contract, starts: Texts) -> list[Kind]:
    pauses = tuple(
        Pause(one.length, tuple(range(one.earliest // HALF_HOUR_MS, one.latest // HALF_HOUR_MS + 1,
                                      one.every // HALF_HOUR_MS)))
        for one in contract.breaks
    )  # fmt: skip
    begins = _starts(contract.starts if contract.starts is not None else starts)
    lengths = sorted({length // HALF_HOUR_MS for length in contract.lengths})
    return [Kind(begin, length, pauses, contract.paid_breaks) for begin in begins for length in lengths]


def _starts(given: Texts | None) -> list[int]:
    """Half-hours of the day, in order; every one where nothing is given."""
    if given is None:
        return list(range(SLOTS_PER_DAY))
    texts = [given] if isinstance(given, str) else given
    return sorted({ms // HALF_HOUR_MS for text in texts for ms in parse_starts(text)})


def _together(days: tuple[int, ...]) -> bool:
    """Whether the days follow each other round the week: at most one of them has a day off before it."""
    return sum((day - 1) % 7 not in days for day in days) <= 1


def _pay(team: Team, contract: Contract, kind: Kind, days: int) -> float:
    """Money for a week: what changes with one person more."""
    if team.outsourced is not None:
        return team.outsourced.per_hour * kind.duty_h * days
    wage = team.wage if contract.wage is None else contract.wage
    return wage * (1 + team.on_cost) * (1 + team.overhead) * kind.paid_h * days + team.per_agent * HOURS_PER_WEEK


def _wished(wish: Preference, starts: list[int], on: set[int], contract: str, kind: Kind, day: int) -> float:
    if (wish.contracts and contract not in wish.contracts) or kind.start not in starts or day not in on:
        return 0.0
    return wish.cost
