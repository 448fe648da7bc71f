"""How large a scenario is, before anything is drawn: refused in words rather than by running out of memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from sim.scenario.checking import Context
from sim.scenario.checks_time import last_day
from sim.scenario.problems import Problem
from sim.scenario.schema import Scenario
from sim.scenario.schema.demand import MONTHS
from sim.scenario.schema.people import Staffing
from sim.scenario.units import DAYS_PER_YEAR, MS_PER_DAY

MAX_TICKETS = 50_000_000
SECONDS_PER_MILLION = 2.3
"""Of one core for a million tickets, demand and KPIs included (docs/benchmarks.md); only to say what a wish costs."""
MAX_STAFF_EVENTS = 20_000_000
MAX_AGENTS = 1_000_000
MAX_ATTEMPTS = 1_000
"""Room is laid out for each of them."""


def estimate_tickets(variants: Sequence[Scenario], regime_of_day: np.ndarray | None = None) -> float:
    """Expected number of needs in one replication, to within a few percent.

    ``variants[0]`` gives customers and horizon; day d lives in ``variants[regime_of_day[d]]`` (left out: the first).
    """
    base = variants[0]
    days = (last_day(base) - base.horizon.start).days + 1
    day = np.arange(days)
    regime = np.zeros(days, dtype=np.int32) if regime_of_day is None else regime_of_day[:days]
    leaving = base.customers.churn
    keep = np.maximum(1 - leaving, 1e-12) ** (day / DAYS_PER_YEAR)
    lost_per_day = -np.log(max(1 - leaving, 1e-12)) / DAYS_PER_YEAR
    joined = base.customers.new * (day if lost_per_day == 0 else (1 - keep) / lost_per_day)
    active = base.customers.active * keep + joined
    month = _month_of_day(base, days)
    total = 0.0
    for index, world in enumerate(variants):
        here = regime == index
        if here.any():
            total += float(_needs_by_day(world, active, day, month)[here].sum())
    return total


def _month_of_day(base: Scenario, days: int) -> np.ndarray:
    dates = np.datetime64(base.horizon.start) + np.arange(days)
    return dates.astype("datetime64[M]").astype(int) % 12


def _needs_by_day(world: Scenario, active: np.ndarray, day: np.ndarray, month: np.ndarray) -> np.ndarray:
    """Expected needs on each day under one world: float64 (days,)."""
    season = np.array([world.demand.season.get(name, 1.0) for name in MONTHS])[month]  # type: ignore[call-overload]
    grown = max(1 + world.demand.growth, 0.0) ** (day / DAYS_PER_YEAR)
    orders = active * world.customers.orders * season * grown
    needs = np.zeros(len(day))
    for reason in world.reasons.values():
        size = sum(count * share for count, share in reason.batch.items()) if reason.batch else 1.0
        if reason.per_order is not None:
            needs += size * reason.per_order * orders
        elif reason.per_customer is not None:
            needs += size * reason.per_customer * active
        elif reason.rate is not None:
            needs += size * reason.rate * (season if reason.seasonal else 1.0) * grown
    return needs


def estimate_staff_events(scenario: Scenario) -> float:
    """Upper estimate of staff events in one replication: comings, goings, breaks, changes of staffing, openings."""
    days = (last_day(scenario) - scenario.horizon.start).days + 1
    total = 0.0
    for name, team in scenario.teams.items():
        bought = max(scenario.decisions.outsource.get(name, {}).values(), default=0)
        heads = max(team.agents, bought) + sum(scenario.decisions.hires.get(name, {}).values())
        if team.staffing is not None:
            total += _given_events(team.staffing, days * MS_PER_DAY)
        elif team.shifts:
            most = max(len(shift.breaks) for shift in team.shifts.values())
            total += heads * days * 2 * (1 + most + (team.shrinkage.planned > 0))
        else:
            total += heads
    for channel in scenario.channels.values():
        total += 2 * days * (1 if isinstance(channel.hours, str) else len(channel.hours))
    return total


def _given_events(staffing: Staffing, horizon_ms: float) -> float:
    """Comings and goings of agents who are given by interval: one of each agent at each change."""
    present = np.array(staffing.agents, dtype=np.float64)
    intervals = horizon_ms / max(staffing.every, 1)
    if staffing.repeat:
        return float(np.abs(present - np.roll(present, 1)).sum() * intervals / len(present) + intervals)
    return float(np.abs(np.diff(present, prepend=0.0)).sum() + intervals)


def check_tickets(variants: Sequence[Scenario], regime_of_day: np.ndarray) -> Iterator[Problem]:
    """The needs of all regimes together fit into memory and time."""
    tickets = estimate_tickets(variants, regime_of_day)
    if not tickets <= MAX_TICKETS:
        count, hours = variants[0].experiment.replications, tickets / 1e6 * SECONDS_PER_MILLION / 3600
        wrong = f"about {tickets:,.0f} tickets are expected in one replication"
        wrong += f": some {hours:,.1f} h of computing each, {count * hours:,.0f} h for {count} of them"
        yield Problem("", wrong, f"up to {MAX_TICKETS:,}: a shorter horizon, or a part of the customers")


def check_size(context: Context) -> Iterator[Problem]:
    """The roster and the attempts of customers fit into memory and time."""
    scenario = context.scenario
    for name, reason in scenario.reasons.items():
        if reason.attempts > MAX_ATTEMPTS:
            wrong = f"{reason.attempts:,} attempts of one customer are too many"
            yield context.problem(("reasons", name, "attempts"), wrong, f"up to {MAX_ATTEMPTS:,}")
    for name, team in scenario.teams.items():
        given = max(team.staffing.agents) if team.staffing is not None else 0
        for path, agents in ((("agents",), team.agents), (("staffing", "agents"), given)):
            if agents > MAX_AGENTS:
                wrong = f"{agents:,} agents are too many"
                yield context.problem(("teams", name, *path), wrong, f"up to {MAX_AGENTS:,}")
    events = estimate_staff_events(scenario)
    if not events <= MAX_STAFF_EVENTS:
        wrong = f"about {events:,.0f} staff events (comings, goings, breaks) are expected in one replication"
        allowed = f"up to {MAX_STAFF_EVENTS:,}: a shorter horizon, or fewer agents"
        yield context.problem(("horizon",), wrong, allowed, about=(("horizon",), ("teams",)), key=True)
