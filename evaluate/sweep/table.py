"""What a sweep tells of each point: rows of KPIs with their intervals, and of money."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from evaluate.headline import ALL, Line, applies, headline
from evaluate.intervals import Figure
from evaluate.sweep.money import MEASURES, money_of
from sim.kpis import estimate
from sim.kpis.registry import KPIS
from sim.replicate import Replications, named_kpi
from sim.scenario.resolved import Resolved

MONEY_UNIT = "currency"


@dataclass(frozen=True)
class Wanted:
    """A figure of the whole horizon: a KPI of a channel, a reason or a team, or of everything; or money."""

    kpi: str
    channel: str = ALL
    reason: str = ALL
    team: str = ALL

    @property
    def is_money(self) -> bool:
        """Whether it is money."""
        return self.kpi in MEASURES

    @property
    def name(self) -> str:
        """``service_level(phone)``."""
        parts = [part for part in (self.channel, self.reason, self.team) if part != ALL]
        return f"{self.kpi}({', '.join(parts)})" if parts else self.kpi


@dataclass(frozen=True)
class Row:
    """One figure of one point."""

    wanted: Wanted
    figure: Figure
    unit: str
    n: float | None
    """Denominator over all replications; None for money."""


def wanted_by_default(resolveds: Sequence[Resolved], named: Sequence[str]) -> list[Wanted]:
    """The headline KPIs of scenarios, occupancy by team where there are several, what is named, and money.

    Raises ValueError for a name that is no KPI of the first scenario.
    """
    scenarios = [resolved.scenario for resolved in resolveds]
    found = [Wanted(line.kpi, line.channel) for line in headline(scenarios)]
    teams = list(dict.fromkeys(team for scenario in scenarios for team in scenario.teams))
    if len(teams) > 1:
        found += [Wanted("occupancy", team=team) for team in teams]
    for text in named:
        if text not in MEASURES:
            found.append(wanted_of(resolveds[0], text))
    found += [Wanted(measure) for measure in MEASURES]
    return list(dict.fromkeys(found))


def wanted_of(resolved: Resolved, text: str) -> Wanted:
    """``service_level(phone)`` -> what it names. Raises ValueError with what is allowed."""
    if text.strip() in MEASURES:
        return Wanted(text.strip())
    kpi, where = named_kpi(resolved, text)
    if not KPIS[kpi].applies(resolved.scenario):
        raise ValueError(f"{text}: {resolved.scenario.name} has no {kpi}")
    return Wanted(kpi, **where)


def figure_of(run: Replications, wanted: Wanted) -> Row:
    """A KPI of a run (money: see `money_of`)."""
    entry = KPIS[wanted.kpi]
    nothing = Row(wanted, Figure(None), entry.unit, 0.0)
    scenario = run.resolved.scenario
    plain = wanted.reason == ALL and wanted.team == ALL
    if not entry.applies(scenario) or (plain and not applies(Line(wanted.kpi, wanted.channel), scenario)):
        return nothing
    try:
        found = estimate(run.resolved, run.tallies, wanted.kpi, wanted.channel, wanted.reason, wanted.team)
    except KeyError:  # this scenario does not have the channel, reason or team
        return nothing
    if math.isnan(found.value):
        return nothing
    sure = not (math.isnan(found.low) or math.isnan(found.high))
    figure = Figure(found.value, found.low, found.high) if sure else Figure(found.value)
    return Row(wanted, figure, found.unit, found.n)


def rows_of(run: Replications, base: Replications | None, wanted: Sequence[Wanted]) -> list[Row]:
    """Every figure of a point, in order; money only where anything has a price."""
    money = money_of(run, base) if any(each.is_money for each in wanted) else {}
    currency = run.resolved.scenario.currency
    rows = []
    for each in wanted:
        if not each.is_money:
            rows.append(figure_of(run, each))
        elif each.kpi in money:
            rows.append(Row(each, money[each.kpi], currency, None))
    return rows
