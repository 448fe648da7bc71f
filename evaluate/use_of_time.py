"""What teams use, as drivers with their prices: hours, heads, joiners and leavers, contacts of outsourced teams."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from evaluate import prices
from evaluate.factors import Price, Product, cases
from evaluate.investments import hours_in_shifts
from evaluate.outsourcing import bound_share
from sim.scenario.resolved import Resolved
from sim.scenario.schema.money import Cost
from sim.scenario.schema.people import Outsourced, Team
from sim.scenario.units import DAYS_PER_MONTH, MS_PER_HOUR, per_month

if TYPE_CHECKING:
    from sim.kpis import Usage


def people_products(resolved: Resolved, usages: Sequence[Usage]) -> Iterator[Product]:
    """Products of every team, as `people.people_lines` prices them."""
    for t, (name, team) in enumerate(resolved.scenario.teams.items()):
        item = f"teams.{name}"
        priced = _own(resolved, t, name, usages) if team.outsourced is None else _theirs(resolved, t, name, usages)
        for category, what, unit, driver, read in priced:
            for share, factors in cases(resolved, read):
                yield category, item, True, what, unit, driver * share, factors


_Priced = tuple[str, str, str, np.ndarray, list[Price]]


def pay(name: str, currency: str) -> list[Price]:
    """Price of an hour: wage x (1 + on-cost)."""
    return [
        Price(f"teams.{name}.wage", f"{currency}/h", lambda world: world.teams[name].wage),
        Price(f"teams.{name}.on_cost", "share", lambda world: world.teams[name].on_cost, "one_plus"),
    ]


def _own(resolved: Resolved, t: int, name: str, usages: Sequence[Usage]) -> Iterator[_Priced]:
    currency = resolved.scenario.currency

    def price(path: str, unit: str, read: Callable[[Team], float]) -> Price:
        return Price(f"teams.{name}.{path}", unit, lambda world: read(world.teams[name]))

    def used(column: str) -> np.ndarray:
        return prices.stack(usages, column, t)

    heads, hourly = used("heads"), pay(name, currency)
    training = used("training_ms") / MS_PER_HOUR
    over = used("overtime_ms") / MS_PER_HOUR
    shifts = used("paid_ms") / MS_PER_HOUR - training - over
    yield "wages", "paid hours", "h", shifts - hours_in_shifts(resolved, name, heads), hourly
    premium = Price(f"teams.{name}.overtime.premium", "share", lambda world: _premium(world.teams[name]), "one_plus")
    beyond = over + used("overrun_ms") / MS_PER_HOUR
    yield "overtime", "hours beyond the shift", "h", beyond, [*hourly, premium]
    yield "training", "hours of training", "h", training, hourly
    overhead = price("overhead", "share", lambda team: team.overhead)
    yield "overhead", "hours paid and trained", "h", shifts + training, [*hourly, overhead]
    per_agent = price("per_agent", f"{currency}/month", lambda team: per_month(team.per_agent))
    lived = prices.live_share(Cost(), resolved.calendar)
    yield "workplaces", "heads x share of the month", "agent-months", heads * lived, [per_agent]
    for category, what, column, path, read in (
        ("hiring", "agents who join", "joiners", "hire.cost", lambda team: team.hire.cost),
        ("leaving", "agents who resign", "resigned", "attrition.cost", lambda team: team.attrition.cost),
        ("leaving", "agents dismissed", "dismissed", "dismissal.cost", lambda team: team.dismissal.cost),
    ):
        yield category, what, "agents", used(column), [price(path, currency, read)]


def _premium(team: Team) -> float:
    return team.overtime.premium if team.overtime else 0.0


def _theirs(resolved: Resolved, t: int, name: str, usages: Sequence[Usage]) -> Iterator[_Priced]:
    """Contacts and hours billed; what the least amount adds is not a product."""
    currency = resolved.scenario.currency

    def contract(team: Team) -> Outsourced:
        assert team.outsourced is not None
        return team.outsourced

    def price(path: str, unit: str, read: Callable[[Outsourced], float]) -> list[Price]:
        return [Price(f"teams.{name}.outsourced.{path}", unit, lambda world: read(contract(world.teams[name])))]

    bound = bound_share(contract(resolved.scenario.teams[name]), resolved.calendar)
    least = prices.by_month(
        resolved, lambda world: contract(world.teams[name]).minimum.contacts * DAYS_PER_MONTH
    )  # contacts a month
    contacts = np.maximum(prices.stack(usages, "team_handled", t), least * bound)
    hours = prices.stack(usages, "scheduled_ms", t) / MS_PER_HOUR
    each = price("per_contact", currency, lambda agreed: agreed.per_contact)
    yield "outsourcing", "contacts billed, at least the minimum", "contacts", contacts, each
    hourly = price("per_hour", f"{currency}/h", lambda agreed: agreed.per_hour)
    yield "outsourcing", "hours on duty", "h", hours, hourly
