"""What else is used, as drivers with their prices: channels, bots, tools, investments, returns, goodwill."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from evaluate import prices
from evaluate.cashflow import costs_of
from evaluate.factors import Price, Product, cases, worlds_of
from evaluate.investments import taken, uses_of
from evaluate.returns import ANY_WAY, returned, returns_by_month
from evaluate.use_of_time import pay
from sim.scenario.options import Option
from sim.scenario.resolved import Resolved
from sim.scenario.schema import Scenario
from sim.scenario.units import MS_PER_DAY, MS_PER_MINUTE, per_month

if TYPE_CHECKING:
    from sim.kpis import Usage

_Priced = tuple[str, str, bool, str, str, np.ndarray, list[Price]]


def thing_products(resolved: Resolved, usages: Sequence[Usage]) -> Iterator[Product]:
    """Products of all that is not a team, as the modules named in `cashflow` price it."""
    count = len(usages)
    for category, item, tangible, what, unit, driver, read in (
        *_use(resolved, usages),
        *_fixed(resolved),
        *_investments(resolved, usages),
        *_concessions(resolved, usages),
    ):
        by_rep = np.tile(driver, (count, 1)) if driver.ndim == 1 else driver
        for share, factors in cases(resolved, read):
            yield category, item, tangible, what, unit, by_rep * share, factors
    for *line, back, factors in _returns(resolved):
        yield (*line, np.tile(back, (count, 1)), factors)  # type: ignore[misc]


def _use(resolved: Resolved, usages: Sequence[Usage]) -> Iterator[_Priced]:
    currency = resolved.scenario.currency
    for group, minutes, uses, what in (
        ("channels", "channel_ms", "contacts", "contacts"),
        ("bots", "bot_ms", "bot_sessions", "bot sessions"),
        ("self_service", "self_ms", "self_tries", "tries"),
    ):
        for index, name in enumerate(getattr(resolved.scenario, group)):
            item = f"{group}.{name}"

            def price(
                path: str, unit: str, read: Callable[[Any], float], group: str = group, name: str = name
            ) -> list[Price]:
                return [Price(f"{group}.{name}.{path}", unit, lambda world: read(getattr(world, group)[name]))]

            each = price("cost.per_use", currency, lambda block: block.cost.per_use)
            yield "per_use", item, True, what, what, prices.stack(usages, uses, index), each
            spent = prices.stack(usages, minutes, index) / MS_PER_MINUTE
            minute = price("cost.per_minute", f"{currency}/min", lambda block: block.cost.per_minute)
            yield "telephony", item, True, "customers' minutes", "min", spent, minute
            if group == "bots":
                contained = prices.stack(usages, "bot_contained", index)
                vendor = price("price", currency, lambda block: block.price)
                yield "bot_price", item, True, "contained bot sessions", "sessions", contained, vendor


def _fixed(resolved: Resolved) -> Iterator[_Priced]:
    currency = resolved.scenario.currency
    for item, (cost, tangible) in costs_of(resolved.scenario).items():
        once = prices.upfront(resolved, lambda _, cost=cost: cost)  # type: ignore[misc]

        def running(world: Scenario, item: str = item) -> float:
            return per_month(costs_of(world)[item][0].running)

        lived = prices.live_share(cost, resolved.calendar)
        monthly = [Price(f"{item}.cost.running", f"{currency}/month", running)]
        yield "running", item, tangible, "months in use", "months", lived, monthly
        yield _once(item, tangible, once, cost.upfront, f"{item}.cost.upfront", currency)


def _once(item: str, tangible: bool, paid: np.ndarray, amount: float, path: str, currency: str) -> _Priced:
    """Paid once: a 1 in the month in which it is paid."""
    return "upfront", item, tangible, "paid once", "times", (paid != 0) * 1.0, [Price(path, currency, lambda _: amount)]


def _investments(resolved: Resolved, usages: Sequence[Usage]) -> Iterator[_Priced]:
    currency = resolved.scenario.currency
    for each in taken(resolved):
        item, cost, tangible = f"investments.{each.name}", each.option.cost, each.option.investment.tangible
        used = uses_of(resolved, each, usages)

        def price(key: str, unit: str, value: float, option: Option = each.option) -> list[Price]:
            return [Price(f"{_written(option, key)}.cost.{key}", unit, lambda _: value)]

        upfront = price("upfront", currency, cost.upfront)
        yield _once(item, tangible, used.upfront, cost.upfront, upfront[0].path, currency)
        running = price("running", f"{currency}/month", per_month(cost.running))
        yield "running", item, tangible, "months in use", "months", used.live_months, running
        yield (
            "per_use",
            item,
            tangible,
            f"uses ({cost.use})",
            "uses",
            used.uses,
            price("per_use", currency, cost.per_use),
        )
        minute = price("per_minute", f"{currency}/min", cost.per_minute)
        yield "per_use", item, tangible, "agents' minutes", "min", used.minutes, minute
        agent = price("per_agent", f"{currency}/month", per_month(cost.per_agent))
        yield "workplaces", item, tangible, "heads x months in use", "agent-months", used.agent_months, agent
        for team, hours in used.hours.items():
            yield "training", item, tangible, f"hours away, {team}", "h", hours, pay(team, currency)


def _written(option: Option, key: str) -> str:
    """Where a cost is written: at the level that is chosen, or at the investment."""
    own = option.chosen is not None and key in option.chosen.cost.model_fields_set
    return f"investments.{option.name}.levels.{option.level}" if own else f"investments.{option.name}"


def _returns(resolved: Resolved) -> Iterator[Product]:
    """Each set of prices with the orders that come back on its days."""
    currency = resolved.scenario.currency
    value = Price("customers.order_value", currency, lambda world: world.customers.order_value)
    loss = Price("returns.loss", "share", lambda world: world.returns.loss)
    after = Price("returns.refund_after", "days", lambda world: world.returns.refund_after / MS_PER_DAY, "interest")
    for one in returns_by_month(resolved):
        item, lines = "returns", [("returns_loss", [value, loss]), ("refund_float", [value, after])]
        if one.method != ANY_WAY:
            item = f"returns.methods.{one.method}"

            def cost(world: Scenario, method: str = one.method) -> float:
                return world.returns.methods[method].cost

            lines.append(("returns", [Price(f"{item}.cost", currency, cost)]))
        for category, read in lines:
            for holds, factors in worlds_of(resolved, read):
                back = returned(resolved, one.method, holds)
                yield category, item, True, "orders that come back", "orders", back, factors


def _concessions(resolved: Resolved, usages: Sequence[Usage]) -> Iterator[_Priced]:
    currency = resolved.scenario.currency
    for index, name in enumerate(resolved.scenario.reasons):

        def granted(key: str, unit: str, name: str = name) -> Price:
            path = f"reasons.{name}.concession.{key}"
            return Price(path, unit, lambda world: float(getattr(world.reasons[name].concession, key)))

        read = [granted("share", "share"), granted("amount", currency)]
        resolved_by = prices.stack(usages, "agent_resolved", index)
        yield "concessions", f"reasons.{name}", True, "tickets that an agent resolved", "tickets", resolved_by, read
