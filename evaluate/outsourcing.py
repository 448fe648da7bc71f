"""What an outsourced team bills by month: its contacts or hours, at least the minimum, and the minimum after notice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from evaluate import prices
from sim.scenario.calendar import Calendar
from sim.scenario.resolved import Resolved
from sim.scenario.schema.people import Outsourced
from sim.scenario.units import DAYS_PER_MONTH, MS_PER_HOUR, per_month

if TYPE_CHECKING:
    from sim.kpis import Usage


def outsourcing(resolved: Resolved, name: str, usages: Sequence[Usage]) -> np.ndarray:
    """Bill of a team, float64 (replications, months), positive.

    Contacts that the team finished (or the least that are billed) at their price and scheduled hours at theirs, but at
    least the least amount. Both minima run from the first day to the last and through the notice, by the share of each
    month.
    """
    t = list(resolved.scenario.teams).index(name)
    bound = bound_share(_contract(resolved.scenario.teams[name].outsourced), resolved.calendar)

    def price(read: Callable[[Outsourced], float]) -> np.ndarray:
        return prices.by_month(resolved, lambda scenario: read(_contract(scenario.teams[name].outsourced)))

    contacts = prices.stack(usages, "team_handled", t)
    hours = prices.stack(usages, "scheduled_ms", t) / MS_PER_HOUR
    least = price(lambda contract: contract.minimum.contacts * DAYS_PER_MONTH) * bound
    billed = np.maximum(contacts, least) * price(lambda contract: contract.per_contact)
    billed = billed + hours * price(lambda contract: contract.per_hour)
    return np.asarray(np.maximum(billed, price(lambda contract: per_month(contract.minimum.amount)) * bound))


def _contract(outsourced: Outsourced | None) -> Outsourced:
    assert outsourced is not None
    return outsourced


def bound_share(contract: Outsourced, calendar: Calendar) -> np.ndarray:
    """float64 (months,): share of each calendar month from the first day to the last and through the notice."""
    edges = np.array(calendar.month_edges_ms, dtype=np.float64)
    since = 0 if contract.starts is None else calendar.clock_ms(calendar.day_of_date(contract.starts), 0)
    until = edges[-1]
    if contract.ends is not None:
        until = calendar.clock_ms(calendar.day_of_date(contract.ends) + 1, 0) + contract.notice
    lived = np.clip(np.minimum(edges[1:], until) - np.maximum(edges[:-1], since), 0.0, None)
    return np.asarray(lived / prices.full_month_ms(calendar))
