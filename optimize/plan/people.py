"""What people bring and cost, exactly and without any simulation: capacity and money from the true pipeline.

Whatever the scenario says of leads, training, ramps, attrition and successors, notice and severance, wages by paid
hours and prices by month is worked out by the same code that prices a simulated run; only what contacts do is zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from evaluate import cashflow, prices
from evaluate.categories import CATEGORIES
from evaluate.conventions import discount_factors
from evaluate.investments import taken, uses_of
from sim.engine.headcount import headcount
from sim.engine.roster import Roster, draw_roster
from sim.kpis.frame import Periods
from sim.kpis.spans import Cuts
from sim.kpis.usage import Usage
from sim.scenario.resolved import Resolved
from sim.scenario.schema import Scenario
from sim.scenario.schema.people import Decisions
from sim.scenario.units import HALF_HOUR_MS, MS_PER_DAY, MS_PER_HOUR

KEYS = tuple(key for key, category in CATEGORIES.items() if category.cashable)
"""Categories of the plan's money, K of them: all of the cash-flow table but released time, which is no cash."""
PEOPLE = ("wages", "overtime", "overhead", "workplaces", "hiring", "leaving", "training")
"""Categories that the pipeline fixes to the cent, overtime by its expectation."""


@dataclass(frozen=True)
class Staff:
    """One scenario's people: T teams, M months."""

    hours: np.ndarray
    """float64 (T, M): expected hours for customers at full speed: on duty, less absence, times speed by tenure."""
    heads: np.ndarray
    """float64 (T, M): mean heads on the payroll."""
    money: np.ndarray
    """float64 (K, M): cash flow of all that no contact moves, price growth and uplift included."""


def with_decisions(resolved: Resolved, **changed: Mapping[str, object]) -> Resolved:
    """The same world under other decisions about people, unchecked; prices and pipeline read nothing else of them."""
    decisions: Decisions = resolved.scenario.decisions.model_copy(update=changed)
    return replace(resolved, scenario=resolved.scenario.model_copy(update={"decisions": decisions}))


def staff(resolved: Resolved) -> Staff:
    """Capacity and money of a scenario's people and of all that it pays whatever happens."""
    roster, absence = _all_present(resolved)
    used = _usage(resolved, roster, absence)
    speed = np.array([row.speed for row in headcount(resolved)]).reshape(used.heads.shape)
    hours = used.scheduled_ms / MS_PER_HOUR * np.nan_to_num(speed, nan=1.0)
    return Staff(hours, used.heads, money_of(resolved, [used]))


def money_of(resolved: Resolved, usages: list[Usage]) -> np.ndarray:
    """float64 (K, M): mean cash flow by category and month, as in the cash-flow table."""
    return np.asarray(money_by_replication(resolved, usages).mean(axis=0))


def money_by_replication(resolved: Resolved, usages: list[Usage]) -> np.ndarray:
    """float64 (replications, K, M): cash flow by category and month, out negative."""
    found = np.zeros((len(usages), len(KEYS), len(resolved.calendar.month_labels)))
    for category, _, _, amounts in cashflow.lines(resolved, usages):
        found[:, KEYS.index(category)] += CATEGORIES[category].sign * amounts
    return found


def staff_usage(resolved: Resolved) -> Usage:
    """What a scenario uses before anybody gets in touch: paid time, heads and moves; zeros for all that contacts do."""
    return _usage(resolved, *_all_present(resolved))


def discount(resolved: Resolved) -> np.ndarray:
    """float64 (K, M): worth today of one unit of each category's money in each month."""
    economics, months = resolved.scenario.economics, len(resolved.calendar.month_labels)
    return np.stack([discount_factors(months, economics, CATEGORIES[key].upfront) for key in KEYS])


def away_hours(resolved: Resolved, usage: Usage) -> np.ndarray:
    """float64 (T, M): hours for customers that decided investments take by training, of the heads of a usage."""
    names, away = list(resolved.scenario.teams), np.zeros_like(usage.heads)
    for each in taken(resolved):
        for name, hours in uses_of(resolved, each, [usage]).hours.items():
            if resolved.scenario.teams[name].shifts:
                away[names.index(name)] += hours[0]
    return away


def _all_present(resolved: Resolved) -> tuple[Roster, np.ndarray]:
    """The roster with nobody absent, and the share that is absent by team and month (T, M): no draw is left."""
    share = np.stack(
        [
            prices.by_month(resolved, lambda world, name=name: world.teams[name].shrinkage.absence)  # type: ignore[misc]
            if team.shifts
            else np.zeros(len(resolved.calendar.month_labels))
            for name, team in resolved.scenario.teams.items()
        ]
    )
    scenario, variants = _present(resolved.scenario), tuple(_present(variant) for variant in resolved.variants)
    return draw_roster(replace(resolved, scenario=scenario, variants=variants), 0, 0, events=False), share


def _present(scenario: Scenario) -> Scenario:
    """Nobody absent; and no channels, whose hours move no pay and take time to lay out."""
    teams = {
        name: team.model_copy(update={"shrinkage": team.shrinkage.model_copy(update={"absence": 0.0})})
        if team.shifts
        else team
        for name, team in scenario.teams.items()
    }
    return scenario.model_copy(update={"teams": teams, "channels": {}})


def _usage(resolved: Resolved, roster: Roster, absence: np.ndarray) -> Usage:
    scenario = resolved.scenario
    cuts = Cuts.of(np.array(resolved.calendar.month_edges_ms, dtype=np.int64), MS_PER_DAY)
    months = Periods(len(cuts.edges) - 1, np.arange(len(cuts.edges) - 1))
    slots = cuts.period(np.arange(roster.paid_ms.shape[1], dtype=np.int64) * HALF_HOUR_MS)

    def by_month(of: np.ndarray) -> np.ndarray:
        lines = [np.bincount(slots, weights=line, minlength=months.count) for line in of]
        return np.array(lines, dtype=np.float64).reshape(-1, months.count)

    def none(things: int) -> np.ndarray:
        return np.zeros((things, months.count))

    teams, channels, reasons = len(scenario.teams), len(scenario.channels), len(scenario.reasons)
    overtime = roster.overtime_ms.astype(np.float64)
    return Usage(
        paid_ms=by_month(roster.paid_ms) - overtime * absence,  # who is absent works no overtime
        training_ms=roster.training_ms.astype(np.float64),
        heads=roster.heads.astype(np.float64),
        joiners=roster.joiners.astype(np.float64),
        resigned=roster.resigned.astype(np.float64),
        dismissed=roster.dismissed.astype(np.float64),
        scheduled_ms=by_month(roster.scheduled_ms) * (1.0 - absence),
        overtime_ms=overtime * (1.0 - absence),
        overrun_ms=none(teams),
        busy_ms=none(teams),
        contacts=none(channels),
        channel_ms=none(channels),
        handled=none(channels),
        team_handled=none(teams),
        bot_sessions=none(len(scenario.bots)),
        bot_contained=none(len(scenario.bots)),
        bot_ms=none(len(scenario.bots)),
        self_tries=none(len(scenario.self_service)),
        self_ms=none(len(scenario.self_service)),
        needs=np.zeros(months.count),
        tickets_resolved=np.zeros(months.count),
        agent_resolved=none(reasons),
        customers_lost=none(reasons),
        customers_won=none(reasons),
    )
