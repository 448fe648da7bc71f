"""What is asked for: the scenario's `choose:` block and the command line, as numbers by month, team and channel."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from optimize.plan.problem import Objective
from sim.scenario.checks_choose import held_channels, months_between
from sim.scenario.checks_judgement import month_of
from sim.scenario.kpi_text import named, target
from sim.scenario.options import Option
from sim.scenario.resolved import Resolved
from sim.scenario.schema import Scenario
from sim.scenario.schema.choose import PlanTeam
from sim.scenario.schema.options import Investment, Level
from sim.scenario.units import DAYS_PER_MONTH, MS_PER_DAY

_SMALLEST_WAVE = 2
_PART_OF_TEAM = 4  # hires of a month are at most a quarter of the team, where nothing is said


@dataclass(frozen=True)
class TeamAsk:
    """What may be decided about one team of our own."""

    hires: int
    cuts: int
    most_heads: float
    """Infinite where there is no limit."""
    overtime: float
    months: tuple[int, ...]
    """In which something may be decided."""


@dataclass(frozen=True)
class OutsourcedAsk:
    """What may be bought of one outsourced team."""

    most: int
    months: tuple[int, ...]


@dataclass(frozen=True)
class BudgetAsk:
    """One limit of spending."""

    name: str
    words: str
    limit: float
    months: np.ndarray  # bool (M,)


@dataclass(frozen=True)
class Ask:
    """Everything that is asked for. M months."""

    objective: Objective
    budgets: tuple[BudgetAsk, ...]
    counts: frozenset[str]
    """Categories that count towards budgets."""
    starts: tuple[int, ...]
    """Months in which an investment may start."""
    starts_given: bool
    """Whether the last start was named; otherwise a month of full effect has to be left."""
    teams: Mapping[str, TeamAsk]
    outsourced: Mapping[str, OutsourcedAsk]
    targets: Mapping[str, float]
    """By channel: the share that must be answered in time (its first grade, where it has grades)."""
    grades: Mapping[str, tuple[float, ...]]
    """By channel: all its grades, the first one included."""
    held: np.ndarray
    """bool (M,): months in which targets must hold."""
    chance: float | None
    """Share of replications in which a target must be met; None: their mean must meet it."""
    together: bool
    """Whether the held months count as one."""
    goals: tuple[str, ...]
    must: frozenset[str]
    never: frozenset[str]
    kinds: Mapping[str, str]
    occupancy: float | None

    @staticmethod
    def of(resolved: Resolved) -> Ask:
        """What the scenario itself asks for."""
        scenario, block = resolved.scenario, resolved.scenario.choose
        months = len(resolved.calendar.month_labels)
        teams = _teams(resolved)
        targets = {name: _share(scenario, name) for name in held_channels(scenario)}
        targets |= {name: shares[0] for name, shares in block.grades.items()}
        first = _month(resolved, block.hold.from_, _first_help(scenario, teams, months))
        last = _month(resolved, block.hold.until, months - 1)
        begin, end = _month(resolved, block.starts.from_, 0), _month(resolved, block.starts.until, months - 1)
        return Ask(
            objective=block.objective,
            budgets=_budgets(resolved),
            counts=frozenset(block.budget.counts),
            starts=tuple(range(begin, end + 1, months_between(block.starts.every))),
            starts_given=block.starts.until is not None,
            teams=teams,
            outsourced=_outsourced(resolved),
            targets=targets,
            grades={name: tuple(shares) for name, shares in block.grades.items()},
            held=(np.arange(months) >= first) & (np.arange(months) <= last),
            chance=block.hold.chance if block.hold.measured == "chance" else None,
            together=block.hold.in_ == "horizon",
            goals=tuple(block.goals),
            must=frozenset(block.must) - frozenset(scenario.decisions.investments),
            never=frozenset(block.never),
            kinds={name: kind_of(scenario, name) for name in scenario.investments},
            occupancy=block.occupancy,
        )

    def with_budget(self, limit: float | None, currency: str) -> Ask:
        """The same under another total budget; None: under none."""
        others = tuple(budget for budget in self.budgets if budget.name != "total")
        total = () if limit is None else (_total(limit, currency, len(self.held)),)
        return replace(self, budgets=(*total, *others))

    def with_targets(self, targets: Mapping[str, float]) -> Ask:
        """The same with other or further service levels by channel; grades of these channels are dropped."""
        grades = {name: shares for name, shares in self.grades.items() if name not in targets}
        return replace(self, targets={**self.targets, **targets}, grades=grades)


def kind_of(scenario: Scenario, name: str) -> str:
    """``self_service``, ``bot``, ``team``, ``tool`` or ``process``: as declared, else by what the investment adds."""
    declared = scenario.choose.kinds.get(name)
    if declared is not None:
        return declared
    investment = scenario.investments[name]
    blocks: list[Investment | Level] = [investment, *investment.levels.values()]
    for kind, there in (
        ("bot", any(block.adds.bots for block in blocks)),
        ("self_service", any(block.adds.self_service or block.deflects for block in blocks)),
        ("team", any(block.adds.teams for block in blocks)),
        ("tool", any(block.cost.running or block.cost.per_agent or block.adds.economics.tools for block in blocks)),
    ):
        if there:
            return kind
    return "process"


def latest_start(ask: Ask, option: Option, months: int) -> int:
    """Last month in which an option may start: with a month of full effect left, where no last start is named."""
    if ask.starts_given:
        return months - 1
    return months - 1 - math.ceil((option.live_after_days + option.ramp_days) / DAYS_PER_MONTH)


def _share(scenario: Scenario, channel: str) -> float:
    for text, wanted in (scenario.choose.targets or {}).items():
        if named(text).parts == (channel,):
            return target("service_level", wanted).amount
    declared = scenario.channels[channel].target
    assert declared is not None  # checked when the scenario was read
    return declared.share


def _month(resolved: Resolved, text: str | None, otherwise: int) -> int:
    found = None if text is None else month_of(resolved.calendar, text)
    return otherwise if found is None else found


def _every(resolved: Resolved, may: PlanTeam) -> tuple[int, ...]:
    return tuple(range(0, len(resolved.calendar.month_labels), months_between(may.every)))


def _teams(resolved: Resolved) -> dict[str, TeamAsk]:
    found, block = {}, resolved.scenario.choose
    for name, team in resolved.scenario.teams.items():
        may = block.teams.get(name)
        if team.outsourced is not None or (may is None and team.staffing is not None):
            continue
        may = PlanTeam() if may is None else may
        wave = max(_SMALLEST_WAVE, math.ceil(team.agents / _PART_OF_TEAM)) if may.hires is None else may.hires
        most = math.inf if may.most_heads is None else float(may.most_heads)
        found[name] = TeamAsk(wave, may.cuts, most, may.overtime, _every(resolved, may))
    return found


def _outsourced(resolved: Resolved) -> dict[str, OutsourcedAsk]:
    found = {}
    for name, may in resolved.scenario.choose.outsourced.items():
        contract = resolved.scenario.teams[name].outsourced
        assert contract is not None
        calendar = resolved.calendar
        ends = [None if day is None else calendar.day_of_date(day) for day in (contract.starts, contract.ends)]
        edges = np.searchsorted(calendar.month_edges_ms, calendar.day_edges_ms[: calendar.days], side="right") - 1
        first = 0 if ends[0] is None else int(edges[min(max(0, ends[0]), calendar.days - 1)])
        last = (
            len(calendar.month_labels) - 1 if ends[1] is None else int(edges[min(max(0, ends[1]), calendar.days - 1)])
        )
        begin, end = _month(resolved, may.from_, first), _month(resolved, may.until, last)
        found[name] = OutsourcedAsk(may.most, tuple(range(max(begin, first), min(end, last) + 1)))
    return found


def _total(limit: float, currency: str, months: int) -> BudgetAsk:
    return BudgetAsk("total", f"at most {limit:,.0f} {currency} in all", limit, np.ones(months, dtype=bool))


def _budgets(resolved: Resolved) -> tuple[BudgetAsk, ...]:
    budget, currency = resolved.scenario.choose.budget, resolved.scenario.currency
    labels = resolved.calendar.month_labels
    found = [] if budget.total is None else [_total(budget.total, currency, len(labels))]
    for year, limit in budget.by_year.items():
        here = np.array([label.startswith(year) for label in labels])
        found.append(BudgetAsk(f"year_{year}", f"at most {limit:,.0f} {currency} in {year}", limit, here))
    return tuple(found)


def _first_help(scenario: Scenario, teams: Mapping[str, TeamAsk], months: int) -> int:
    """The first month that somebody hired in the first one can help in at full speed; 0 where nobody can be hired."""
    waits = [
        (hire.lead + hire.training + hire.ramp) / (MS_PER_DAY * DAYS_PER_MONTH)
        for name, hire in ((name, scenario.teams[name].hire) for name, may in teams.items() if may.hires)
    ]
    return min(months - 1, math.ceil(max(waits, default=0.0) - 1e-9))
