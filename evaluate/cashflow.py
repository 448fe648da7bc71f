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
from evaluate.investments import hours_in_shifts, investment_lines
from evaluate.retention import margin_lines
from sim.scenario.resolved import Resolved
from sim.scenario.schema import Scenario
from sim.scenario.schema.money import Cost
from sim.scenario.schema.people import Team
from sim.scenario.units import MS_PER_HOUR, MS_PER_MINUTE, monthly, per_month

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
    """Every line of cost that the scenario prices, lines without a price left out."""
    scenario = resolved.scenario
    for category, item, tangible, amounts in (
        *_people(resolved, usages),
        *_use(resolved, usages),
        *_fixed(resolved, len(usages)),
        *investment_lines(resolved, usages),
        *margin_lines(resolved, usages),
    ):
        if amounts.shape != (len(usages), len(resolved.calendar.month_labels)):
            raise ValueError(f"{scenario.name}: {item} has usage of shape {amounts.shape}")
        if amounts.any():
            yield category, item, tangible, amounts


def _stack(usages: Sequence[Usage], column: str, index: int) -> np.ndarray:
    """One line of a column of every replication's usage, float64 (replications, months)."""
    return np.stack([np.asarray(getattr(usage, column)[index], dtype=np.float64) for usage in usages])


def leavers(team: Team, heads: np.ndarray) -> np.ndarray:
    """Agents who leave each month: mean heads x the monthly share that compounds to the declared attrition."""
    return heads * -monthly(-team.attrition.base)


def _people(resolved: Resolved, usages: Sequence[Usage]) -> Iterator[Line]:
    """Wages, overhead, workplaces, hiring, replacing leavers and training of each team."""
    for t, (name, team) in enumerate(resolved.scenario.teams.items()):
        item = f"teams.{name}"

        def price(read: Callable[[Team], float], name: str = name) -> np.ndarray:
            return prices.by_month(resolved, lambda scenario: read(scenario.teams[name]))

        paid_h = _stack(usages, "paid_ms", t) / MS_PER_HOUR
        joiners_h = _stack(usages, "training_ms", t) / MS_PER_HOUR
        heads, joiners = _stack(usages, "heads", t), _stack(usages, "joiners", t)
        left = leavers(team, heads)
        replaced_h = left * _training_hours(resolved, team, paid_h, heads)
        hourly = price(lambda team: team.wage * (1.0 + team.on_cost))
        wages, training = (paid_h - joiners_h) * hourly, (joiners_h + replaced_h) * hourly
        yield "wages", item, True, wages - hours_in_shifts(resolved, name, heads) * hourly
        yield "training", item, True, training
        yield "overhead", item, True, (wages + training) * price(lambda team: team.overhead)
        yield "workplaces", item, True, heads * price(lambda team: per_month(team.per_agent)) * _month_share(resolved)
        yield "hiring", item, True, joiners * price(lambda team: team.hire.cost)
        yield "leaving", item, True, left * price(lambda team: team.hire.cost)


def _month_share(resolved: Resolved) -> np.ndarray:
    """1.0 but for a last month that the horizon cuts."""
    return prices.live_share(Cost(), resolved.calendar)


def _training_hours(resolved: Resolved, team: Team, paid_h: np.ndarray, heads: np.ndarray) -> np.ndarray:
    """Paid hours of one replacement's training: its length x the team's paid hours per head and elapsed hour."""
    elapsed_h = np.diff(resolved.calendar.month_edges_ms) / MS_PER_HOUR
    per_head = np.divide(paid_h, heads, out=np.zeros_like(paid_h), where=heads > 0)
    return np.asarray(per_head / elapsed_h * (team.hire.training / MS_PER_HOUR))


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
            used, spent = _stack(usages, uses, index), _stack(usages, minutes, index) / MS_PER_MINUTE
            yield "per_use", item, True, used * price(lambda block: block.cost.per_use)
            yield "telephony", item, True, spent * price(lambda block: block.cost.per_minute)
            if group == "bots":
                contained = _stack(usages, "bot_contained", index)
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
