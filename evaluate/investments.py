"""What decided investments cost by month, beside what the structures that they add cost themselves.

Upfront in the month in which the decision starts (before the horizon: sunk, and left out). Everything else from the day
it is live, in full, whatever the ramp; in the month in which it goes live by the share of the month that is left.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from evaluate import prices
from sim.demand.rates import orders_by_day
from sim.scenario.nodes import Node
from sim.scenario.options import Decided, decided, teams_of
from sim.scenario.resolved import Resolved
from sim.scenario.schema.money import Cost
from sim.scenario.units import MS_PER_HOUR, MS_PER_MINUTE

if TYPE_CHECKING:
    from sim.kpis import Usage

Line = tuple[str, str, bool, np.ndarray]
"""Category, item, tangible, positive amounts (replications, months)."""


def taken(resolved: Resolved) -> list[Decided]:
    """The investments that are decided."""
    return decided(resolved.scenario, Node({}))


def investment_lines(resolved: Resolved, usages: Sequence[Usage]) -> Iterator[Line]:
    """Cost of each decided investment by category."""
    for each in taken(resolved):
        item, tangible = f"investments.{each.name}", each.option.investment.tangible
        upfront, running = _fixed(resolved, each)
        yield "upfront", item, tangible, np.tile(upfront, (len(usages), 1))
        yield "running", item, tangible, np.tile(running, (len(usages), 1))
        yield "per_use", item, tangible, _by_use(resolved, each, usages)
        yield "workplaces", item, tangible, _by_agent(resolved, each, usages)
        yield "training", item, tangible, _training(resolved, each, usages)


def _from_day(day: dt.date, upfront: float = 0.0, running: float = 0.0) -> Cost:
    return Cost.model_construct(upfront=upfront, running=running, per_use=0.0, per_minute=0.0, starts=day)


def _fixed(resolved: Resolved, each: Decided) -> tuple[np.ndarray, np.ndarray]:
    cost = each.option.cost
    return (
        prices.upfront(resolved, lambda _: _from_day(each.start, upfront=cost.upfront)),
        prices.running(resolved, lambda _: _from_day(each.live, running=cost.running)),
    )


def _live(resolved: Resolved, each: Decided) -> np.ndarray:
    """Share of what a month holds that falls on days on which the investment is live, float64 (months,)."""
    edges = np.array(resolved.calendar.month_edges_ms, dtype=np.float64)
    since = resolved.calendar.clock_ms(resolved.calendar.day_of_date(each.live), 0)
    lived = np.clip(edges[1:] - np.maximum(edges[:-1], since), 0.0, None)
    return np.asarray(lived / np.diff(edges))


@dataclass(frozen=True)
class Uses:
    """What an investment is used for, before any price; float64 (months,) or (replications, months)."""

    upfront: np.ndarray
    """Paid in each month."""
    live_months: np.ndarray
    uses: np.ndarray
    minutes: np.ndarray
    """Of agents, once live."""
    agent_months: np.ndarray
    hours: Mapping[str, np.ndarray]
    """By team: hours of agents away for it."""


def uses_of(resolved: Resolved, each: Decided, usages: Sequence[Usage]) -> Uses:
    """The drivers of `investment_lines`."""
    names, rows = list(resolved.scenario.teams), _team_rows(resolved, each)
    uses, minutes = _used(resolved, each, usages)
    heads = np.stack([usage.heads[rows].sum(axis=0) for usage in usages])
    live_months = prices.live_share(_from_day(each.live), resolved.calendar)
    return Uses(
        upfront=_fixed(resolved, each)[0],
        live_months=live_months,
        uses=uses,
        minutes=minutes,
        agent_months=heads * live_months,
        hours={names[row]: _hours(resolved, each, np.stack([usage.heads[row] for usage in usages])) for row in rows},
    )


def _by_use(resolved: Resolved, each: Decided, usages: Sequence[Usage]) -> np.ndarray:
    """Uses and agents' minutes at their prices."""
    cost = each.option.cost
    uses, minutes = _used(resolved, each, usages)
    return np.asarray(uses * cost.per_use + minutes * cost.per_minute)


def _used(resolved: Resolved, each: Decided, usages: Sequence[Usage]) -> tuple[np.ndarray, np.ndarray]:
    """Uses, and minutes of agents, once live; float64 (replications, months) each."""
    cost, live = each.option.cost, _live(resolved, each)
    rows = _team_rows(resolved, each)
    spent = np.stack([usage.busy_ms[rows].sum(axis=0) for usage in usages]) / MS_PER_MINUTE
    if cost.use == "order":
        uses = np.tile(_orders(resolved, each), (len(usages), 1))
    elif cost.use == "need":
        uses = np.stack([usage.needs for usage in usages]) * live
    else:
        uses = np.stack([usage.team_handled[rows].sum(axis=0) for usage in usages]) * live
    return np.asarray(uses), np.asarray(spent * live)


def _orders(resolved: Resolved, each: Decided) -> np.ndarray:
    """Expected orders of each month from the day on which the investment is live, float64 (months,)."""
    calendar = resolved.calendar
    daily = orders_by_day(resolved, 0).copy()
    daily[: max(0, calendar.day_of_date(each.live))] = 0.0
    month = np.searchsorted(calendar.month_edges_ms, calendar.day_edges_ms[: len(daily)], side="right") - 1
    return np.asarray(np.bincount(month, weights=daily, minlength=len(calendar.month_labels)))


def _team_rows(resolved: Resolved, each: Decided) -> list[int]:
    names = list(resolved.scenario.teams)
    return [names.index(name) for name in teams_of(each.option.cost, resolved.scenario)]


def _by_agent(resolved: Resolved, each: Decided, usages: Sequence[Usage]) -> np.ndarray:
    """Heads on the payroll x price per agent and month: 35 EUR/month is 35 in a short month too."""
    price = prices.running(resolved, lambda _: _from_day(each.live, running=each.option.cost.per_agent))
    rows = _team_rows(resolved, each)
    return np.asarray(np.stack([usage.heads[rows].sum(axis=0) for usage in usages]) * price)


def _training(resolved: Resolved, each: Decided, usages: Sequence[Usage]) -> np.ndarray:
    """Hours of agents away for the investment, at their pay."""
    total = np.zeros((len(usages), len(resolved.calendar.month_labels)))
    names = list(resolved.scenario.teams)
    for row in _team_rows(resolved, each):
        heads = np.stack([usage.heads[row] for usage in usages])
        total += _hours(resolved, each, heads) * _hourly(resolved, names[row])
    return total


def _hourly(resolved: Resolved, name: str) -> np.ndarray:
    return prices.by_month(resolved, lambda scenario: scenario.teams[name].wage * (1.0 + scenario.teams[name].on_cost))


def _hours(resolved: Resolved, each: Decided, heads: np.ndarray) -> np.ndarray:
    """Paid hours of a team's agents away for the investment: heads x hours x share of the stretch in the month."""
    calendar, days = resolved.calendar, each.option.hours_over_days
    if days <= 0:
        return np.zeros_like(heads)
    first = calendar.day_of_date(each.hours_from)
    inside = np.arange(max(first, 0), min(first + days, calendar.days))
    month = np.searchsorted(calendar.month_edges_ms, calendar.day_edges_ms[inside], side="right") - 1
    part = np.bincount(month, minlength=heads.shape[1]) / days
    return np.asarray(heads * part * (each.option.cost.agent_hours / MS_PER_HOUR))


def hours_in_shifts(resolved: Resolved, name: str, heads: np.ndarray) -> np.ndarray:
    """Hours of a team away for investments that its shifts pay already, float64 (replications, months).

    They count as training and not as wages. Where the agents present are given directly there are no such hours: what
    they spend away from customers is paid on top.
    """
    hours = np.zeros_like(heads)
    if resolved.scenario.teams[name].shifts:
        for each in taken(resolved):
            if name in teams_of(each.option.cost, resolved.scenario):
                hours += _hours(resolved, each, heads)
    return hours
