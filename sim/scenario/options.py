"""Investments: what an option is in one of its levels, and when a decided one is built, live and at full effect."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from itertools import pairwise

from sim.scenario.calendar import add_months, parse_days, parse_hours
from sim.scenario.nodes import Node, Path
from sim.scenario.schema import Scenario
from sim.scenario.schema.demand import Horizon
from sim.scenario.schema.options import Deflected, Expense, Investment, Level, Ramp
from sim.scenario.schema.people import Team
from sim.scenario.units import MS_PER_DAY

MIN_STEPS, MAX_STEPS = 4, 8
"""A ramp is cut into a step a week, within these bounds."""
HOURS_OVER_DAYS = 28
MAX_DAYS = 20 * 366
"""No investment takes longer to be live, nor from then to its full effect."""
GATES = {"bots": "takes", "self_service": "reach", "teams": "agents"}
"""What lets customers into a structure that an investment adds (a channel has none: nobody is sent there)."""
ADDED: tuple[Path, ...] = (("bots",), ("self_service",), ("channels",), ("teams",), ("economics", "tools"))
"""Maps that an investment can add to."""


@dataclass(frozen=True)
class Option:
    """An investment in one of its levels, or without any."""

    name: str
    level: str | None
    investment: Investment
    document: Node
    """The scenario's document."""

    @property
    def path(self) -> Path:
        """Where the investment stands."""
        return ("investments", self.name)

    @property
    def label(self) -> str:
        """``crm``, or ``crm (pro)``."""
        return self.name if self.level is None else f"{self.name} ({self.level})"

    @property
    def chosen(self) -> Level | None:
        """The level, where it exists."""
        return self.investment.levels.get(self.level) if self.level is not None else None

    @cached_property
    def cost(self) -> Expense:
        """The investment's cost under the level's."""
        if self.chosen is None:
            return self.investment.cost
        own = self.chosen.cost
        return self.investment.cost.model_copy(update={key: getattr(own, key) for key in own.model_fields_set})

    @property
    def live_after_days(self) -> int:
        """From the decision's start to the first day with an effect."""
        own = self.chosen.live_after if self.chosen is not None else None
        return min(round((self.investment.live_after if own is None else own) / MS_PER_DAY), MAX_DAYS)

    @property
    def ramp(self) -> Ramp:
        """From the first effect to the full one."""
        own = self.chosen.ramp if self.chosen is not None else None
        return self.investment.ramp if own is None else own

    @property
    def ramp_days(self) -> int:
        """Length of the ramp."""
        return min(round(self.ramp.over / MS_PER_DAY), MAX_DAYS)

    @property
    def hours_over_days(self) -> int:
        """Length of the stretch before going live in which agents are away for it."""
        if self.cost.hours_over is not None:
            return min(round(self.cost.hours_over / MS_PER_DAY), MAX_DAYS)
        return min(HOURS_OVER_DAYS, self.live_after_days)

    @cached_property
    def changes(self) -> list[tuple[Path, Node]]:
        """Maps of `path: change`, each with the path at which it stands; a level's path replaces the investment's."""
        shared, own = (self._node((*where, "changes")) for where in self._places())
        kept = {key: node for key, node in shared.children.items() if key not in own.children}
        first = ((*self.path, "changes"), replace(shared, value=kept))
        return [first, ((*self._places()[1], "changes"), own)] if self.chosen is not None else [first]

    @cached_property
    def deflects(self) -> dict[str, tuple[Path, Deflected]]:
        """By reason: where it stands, and what it says."""
        found: dict[str, tuple[Path, Deflected]] = {}
        for place, block in zip(self._places(), (self.investment, self.chosen), strict=True):
            for reason, deflected in block.deflects.items() if block is not None else ():
                found[reason] = ((*place, "deflects", reason), deflected)
        return found

    def added(self) -> Iterator[tuple[Path, Path, Node]]:
        """Structures that come with it: place in the scenario, where it is written, what is written there."""
        found: dict[Path, tuple[Path, Node]] = {}
        for place in self._places()[: 2 if self.chosen is not None else 1]:
            for group in ADDED:
                for name, node in self._node((*place, "adds", *group)).children.items():
                    found[(*group, name)] = ((*place, "adds", *group, name), node)
        for path, (place, node) in found.items():
            yield path, place, node

    def _places(self) -> tuple[Path, Path]:
        return self.path, (*self.path, "levels", self.level or "")

    def _node(self, path: Path) -> Node:
        found = self.document.get(path)
        return found if found is not None and found.is_map else Node({}, self.document.nearest(path)[1].at)


def option(scenario: Scenario, document: Node, name: str, level: str | None) -> Option:
    """An investment in a level, which may not exist."""
    return Option(name, level, scenario.investments[name], document)


def in_every_level(scenario: Scenario, document: Node, name: str) -> list[Option]:
    """An investment in each of its levels; itself where it has none."""
    levels: list[str | None] = list(scenario.investments[name].levels)
    return [option(scenario, document, name, level) for level in levels or [None]]


@dataclass(frozen=True)
class Decided:
    """An option that is taken."""

    option: Option
    start: dt.date
    horizon: Horizon

    @property
    def name(self) -> str:
        """The investment's name."""
        return self.option.name

    @property
    def live(self) -> dt.date:
        """First day with an effect."""
        return self.start + dt.timedelta(days=self.option.live_after_days)

    @property
    def full(self) -> dt.date:
        """First day with full effect."""
        return self.live + dt.timedelta(days=self.option.ramp_days)

    @property
    def settled(self) -> bool:
        """Whether the effect is full from the first day of the horizon: then it is a part of today's world."""
        return self.full <= self.horizon.start

    def steps(self) -> Iterator[tuple[dt.date, dt.date | None, Decimal]]:
        """Stretches of the effect: first day, last day (None: to the end), part of the full effect."""
        for first, last, part in ramp_steps(self.option.ramp_days, self.option.ramp.shape):
            yield self.live + dt.timedelta(days=first), self.live + dt.timedelta(days=last - 1), part
        yield self.full, None, Decimal(1)

    @property
    def hours_from(self) -> dt.date:
        """First day on which agents are away for it; the last one is the day before it is live."""
        return self.live - dt.timedelta(days=self.option.hours_over_days)


def decided(scenario: Scenario, document: Node) -> list[Decided]:
    """The options that are taken in the order in which they go live, ties as declared."""
    found = []
    for name in scenario.investments:
        decision = scenario.decisions.investments.get(name)
        if decision is not None:
            taken = option(scenario, document, name, decision.level)
            found.append(Decided(taken, start_date(decision.start, scenario.horizon), scenario.horizon))
    return sorted(found, key=lambda each: each.live)


def start_date(text: str, horizon: Horizon) -> dt.date:
    """The day that a start means: itself, or the first day of the horizon's month of that name.

    >>> start_date("2027-03", Horizon(start="2027-01-04", months=12))
    datetime.date(2027, 3, 4)
    """
    if not re.fullmatch(r"\d{4}-\d{2}", text):
        return dt.date.fromisoformat(text)
    year, month = map(int, text.split("-"))
    return add_months(horizon.start, 12 * (year - horizon.start.year) + month - horizon.start.month)


def ramp_steps(days: int, shape: str) -> list[tuple[int, int, Decimal]]:
    """A ramp as steps: first day, day after the last, and the mean of the ramp over the step (six digits).

    >>> [(first, last, str(part)) for first, last, part in ramp_steps(28, "linear")]
    [(0, 7, '0.125'), (7, 14, '0.375'), (14, 21, '0.625'), (21, 28, '0.875')]
    """
    count = min(days, max(MIN_STEPS, min(MAX_STEPS, round(days / 7))))
    edges = [i * days // count for i in range(count + 1)] if count else []
    steps = []
    for first, last in pairwise(edges):
        mean = (_area(last / days, shape) - _area(first / days, shape)) / ((last - first) / days)
        steps.append((first, last, Decimal(f"{mean:.6f}").normalize()))
    return steps


def _area(x: float, shape: str) -> float:
    """Integral of the ramp from 0 to x: of x, or of 3 x^2 - 2 x^3."""
    return x**3 - x**4 / 2 if shape == "s_curve" else x * x / 2


def prerequisites(scenario: Scenario, name: str) -> list[str]:
    """What an investment requires, directly or through others, those that are required first; without itself."""
    found: dict[str, None] = {}

    def visit(at: str, above: tuple[str, ...]) -> None:
        for needed in scenario.investments[at].requires:
            if needed in scenario.investments and needed not in (*above, at):
                visit(needed, (*above, at))
                found[needed] = None

    visit(name, ())
    return [each for each in found if each != name]


def away_share(team: Team, hours_ms: float, first: dt.date, days: int) -> float:
    """Share of the shifts in a stretch that agents are away for an investment; inf where there is no working time.

    The hours are those of who is there: absence takes its share of the days first. Days off that rotate count with
    their mean.
    """
    work = 0.0
    for shift in team.shifts.values():
        named = parse_days(shift.days)
        begin, end = parse_hours(shift.hours)
        dates = sum((first.weekday() + day) % 7 in named for day in range(days))
        part = min(1.0, (shift.days_per_week or len(named)) / len(named))
        work += shift.share * part * dates * (end - begin - sum(shift.breaks))
    there = work * (1.0 - team.shrinkage.absence)
    return hours_ms / there if there > 0 else float("inf")


def teams_of(cost: Expense, scenario: Scenario) -> list[str]:
    """Teams that a cost is about."""
    return [name for name in scenario.teams if cost.teams is None or name in cost.teams]
