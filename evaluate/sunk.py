"""What has been spent already: declared, or upfront cost from before the horizon. In no flow, and shown apart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from evaluate.cashflow import costs_of
from evaluate.investments import taken
from sim.scenario.resolved import Resolved

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("scenario", "item", "amount", "because")


@dataclass(frozen=True)
class SunkCost:
    """One amount that no decision brings back, positive."""

    item: str
    """Its path in the scenario."""
    amount: float
    because: str


def sunk_costs(resolved: Resolved) -> list[SunkCost]:
    """Declared ones first, then what starts before the horizon."""
    return list(_found(resolved))


def _found(resolved: Resolved) -> Iterator[SunkCost]:
    scenario, start = resolved.scenario, resolved.calendar.start
    for name, sunk in scenario.economics.sunk.items():
        yield SunkCost(f"economics.sunk.{name}", sunk.amount, sunk.because)
    for each in taken(resolved):
        if each.option.cost.upfront and each.start < start:
            yield SunkCost(f"investments.{each.name}", each.option.cost.upfront, f"decided on {each.start}")
    for item, (cost, _) in costs_of(scenario).items():
        if cost.upfront and cost.starts is not None and cost.starts < start:
            yield SunkCost(item, cost.upfront, f"paid on {cost.starts}, before the horizon")


def sunk_table(resolved: Resolved) -> pd.DataFrame:
    """The same as a table."""
    import pandas as pd

    name = resolved.scenario.name
    return pd.DataFrame(
        [(name, one.item, one.amount, one.because) for one in sunk_costs(resolved)], columns=list(COLUMNS)
    )
