"""From what was used to what it cost: monthly cash flows by category, one replication at a time.

The table is long: scenario, rep, month (label), category, item, tangible, amount; money out is negative. Every other
figure about money in deskplan is a sum over this table, so that there is one definition of cost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from evaluate import prices
from evaluate.categories import CATEGORIES
from evaluate.conventions import price_factors
from evaluate.investments import investment_lines
from evaluate.people import people_lines
from evaluate.retention import margin_lines
from evaluate.returns import concession_lines, return_lines
from sim.scenario.resolved import Resolved
from sim.scenario.schema import Scenario
from sim.scenario.schema.money import Cost
from sim.scenario.units import MS_PER_MINUTE

if TYPE_CHECKING:
    import pandas as pd

    from sim.kpis import Usage

COLUMNS = ("scenario", "rep", "month", "category", "item", "tangible", "amount")
Line = tuple[str, str, bool, np.ndarray]
"""Category, item (its path in the scenario), tangible, positive amounts (replications, months)."""


def cash_flows(resolved: Resolved, usages: Sequence[Usage]) -> pd.DataFrame:
    """The long table of all replications, in the order of replication, category, item, month."""
    import pandas as pd

    if not usages:
        raise ValueError("cash flows need at least one replication")
    labels = np.array(resolved.calendar.month_labels)
    order = {key: place for place, key in enumerate(CATEGORIES)}
    frames = []
    for category, item, tangible, amounts in sorted(
        lines(resolved, usages), key=lambda line: (order[line[0]], line[1])
    ):
        reps, months = amounts.shape
        frames.append(
            pd.DataFrame(
                {
                    "scenario": resolved.scenario.name,
                    "rep": np.repeat(np.arange(reps), months),
                    "month": np.tile(labels, reps),
                    "category": category,
                    "item": item,
                    "tangible": tangible,
                    "amount": CATEGORIES[category].sign * amounts.ravel() + 0.0,  # + 0.0: no minus zero in a table
                }
            )
        )
    if not frames:
        return pd.DataFrame({name: [] for name in COLUMNS})
    return pd.concat(frames, ignore_index=True).sort_values("rep", kind="stable", ignore_index=True)


def lines(resolved: Resolved, usages: Sequence[Usage]) -> Iterator[Line]:
    """Every line that the scenario prices, in the scenario's prices, lines without a price left out; uplifts last."""
    economics, months = resolved.scenario.economics, len(resolved.calendar.month_labels)
    uplifts: dict[tuple[str, str, bool], np.ndarray] = {}
    for category, item, tangible, amounts in _priced(resolved, usages):
        if amounts.shape != (len(usages), months):
            raise ValueError(f"{resolved.scenario.name}: {item} has usage of shape {amounts.shape}")
        if not amounts.any():
            continue
        amounts = amounts * price_factors(months, economics, CATEGORIES[category].upfront)
        yield category, item, tangible, amounts
        share = economics.uplift.get(category)  # type: ignore[call-overload]
        if share:
            kind = "uplift_upfront" if CATEGORIES[category].upfront else "uplift"
            line = (kind, f"economics.uplift.{category}", tangible)
            uplifts[line] = uplifts.get(line, 0.0) + share * amounts
    for (category, item, tangible), amounts in uplifts.items():
        yield category, item, tangible, amounts


def _priced(resolved: Resolved, usages: Sequence[Usage]) -> Iterator[Line]:
    """Every line in prices of the horizon's start."""
    yield from people_lines(resolved, usages)
    yield from _use(resolved, usages)
    yield from _fixed(resolved, len(usages))
    yield from investment_lines(resolved, usages)
    yield from return_lines(resolved, len(usages))
    yield from concession_lines(resolved, usages)
    yield from margin_lines(resolved, usages)


def _use(resolved: Resolved, usages: Sequence[Usage]) -> Iterator[Line]:
    """Charges by use: contacts, minutes, sessions, tries, contained sessions."""
    for group, minutes, uses in (
        ("channels", "channel_ms", "contacts"),
        ("bots", "bot_ms", "bot_sessions"),
        ("self_service", "self_ms", "self_tries"),
    ):
        for index, name in enumerate(getattr(resolved.scenario, group)):

            def price(read: Callable[[Any], float], group: str = group, name: str = name) -> np.ndarray:
                return prices.by_month(resolved, lambda scenario: read(getattr(scenario, group)[name]))

            item = f"{group}.{name}"
            used, spent = prices.stack(usages, uses, index), prices.stack(usages, minutes, index) / MS_PER_MINUTE
            yield "per_use", item, True, used * price(lambda block: block.cost.per_use)
            yield "telephony", item, True, spent * price(lambda block: block.cost.per_minute)
            if group == "bots":
                contained = prices.stack(usages, "bot_contained", index)
                yield "bot_price", item, True, contained * price(lambda block: block.price)


def costs_of(scenario: Scenario) -> Mapping[str, tuple[Cost, bool]]:
    """Everything with an upfront or a running cost: path -> cost, tangible."""
    blocks: dict[str, tuple[Cost, bool]] = {}
    for name, tool in scenario.economics.tools.items():
        blocks[f"economics.tools.{name}"] = tool.cost, tool.tangible
    for group in ("channels", "bots", "self_service"):
        for name, block in getattr(scenario, group).items():
            blocks[f"{group}.{name}"] = block.cost, True
    return blocks


def _fixed(resolved: Resolved, replications: int) -> Iterator[Line]:
    """Upfront and running costs, the same in every replication."""
    for item, (_, tangible) in costs_of(resolved.scenario).items():

        def cost(scenario: Scenario, item: str = item) -> Cost:
            return costs_of(scenario)[item][0]

        for category, monthly_amount in (
            ("upfront", prices.upfront(resolved, cost)),
            ("running", prices.running(resolved, cost)),
        ):
            yield category, item, tangible, np.tile(monthly_amount, (replications, 1))
