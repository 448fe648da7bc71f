"""The quick answer: Erlang C and A by half-hour, skills pooled, deferrable work within its window, rounded once."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal

import numpy as np
from scipy.special import ndtri

from optimize.requirement.cover import FULL, Need, Window, cover
from optimize.requirement.flows import Flow, busiest_month, expected_week, period_slots
from optimize.requirement.limits import Limit, limits_of
from optimize.requirement.pools import SLOT_S, Pool, Work, is_deferrable, limits_for, pools_of, works_of
from optimize.requirement.response import Prices, cheapest, fewest, steady
from optimize.requirement.result import PoolNeed, Requirement
from optimize.requirement.week import SLOTS, share_open
from optimize.solver import SolverName
from sim.engine.headcount import headcount
from sim.engine.roster import draw_roster
from sim.scenario.calendar import parse_days, parse_hours
from sim.scenario.resolved import Resolved
from sim.scenario.schema import Scenario
from sim.scenario.schema.people import Team
from sim.scenario.units import HALF_HOUR_MS, MS_PER_DAY, MS_PER_HOUR, MS_PER_SECOND

FULL_TIME_H = 40.0
_PASSES = 3
_SETTLED = 1e-3  # change of a share lost that changes nobody's number
_DIGITS = 6  # needs of rates that agree to this many digits are worked out once


def requirement(
    resolved: Resolved,
    method: Literal["erlang", "simulation"] = "erlang",
    month: str | None = None,
    targets: Sequence[str] = (),
    prices: Prices | None = None,
    full_time: float = FULL_TIME_H,
    solver: SolverName = "highs",
) -> Requirement:
    """Agents needed by team and half-hour of the week, at least cost.

    ``month``: a month of the horizon (`2027-11`), `busiest`, or None for the mean week of the whole horizon.
    ``targets``: such as ``service_level(phone)>=85 %``, in place of what the scenario declares of the same. ``prices``:
    the number whose cost is least in place of targets. Raises KeyError for a month that is not there, BadTarget, and
    NotCoverable where no number of agents is enough.
    """
    if method == "simulation":
        from optimize.requirement.decided import simulated, with_numbers

        quick = requirement(resolved, "erlang", month, targets, prices, full_time, solver)
        costs = agent_costs(resolved.scenario)
        return with_numbers(simulated(resolved, quick, costs, month, targets, by_half_hour=True))
    label = busiest_month(resolved) if month == "busiest" else month
    limits = limits_of(resolved.scenario, targets)
    speed, quality = tenure(resolved, label)
    lost = np.zeros((len(resolved.scenario.channels), SLOTS))
    passes = 0
    while True:  # need -> who leaves the queue -> who tries again -> need
        flow = expected_week(resolved, label, lost, quality)
        patience, works = patience_rates(flow.world), works_of(flow)
        needs = _needs(flow.world, works, speed, patience, limits, prices)
        _, leaving = _predicted(flow.world, [(need.pool, need.agents) for need in needs], patience, limits)
        passes += 1
        if passes == _PASSES or np.abs(leaving - lost).max(initial=0.0) < _SETTLED:
            return _rounded(resolved, flow, works, needs, label, limits, prices, full_time, solver)
        lost = leaving


def _needs(
    scenario: Scenario,
    works: Sequence[Work],
    speed: np.ndarray,
    patience: Mapping[str, float],
    limits: Sequence[Limit],
    prices: Prices | None,
) -> list[Need]:
    costs, teams = agent_costs(scenario), tuple(scenario.teams)
    return [
        _need(pool, patience, limits, teams, _priced(prices, costs[list(pool.teams)]))
        for pool in pools_of(scenario, works, speed)
    ]


def _rounded(
    resolved: Resolved,
    flow: Flow,
    works: Sequence[Work],
    needs: Sequence[Need],
    label: str | None,
    limits: Sequence[Limit],
    prices: Prices | None,
    full_time: float,
    solver: SolverName,
) -> Requirement:
    """Whole agents for the needs of all pools at once, and what is predicted of them."""
    scenario = flow.world
    here = period_slots(resolved, label)
    teams, channels = tuple(scenario.teams), tuple(scenario.channels)
    windows = [_window(scenario, work, limits) for work in works if work.deferrable]
    present = present_agents(resolved, here)
    at_work = when_at_work(scenario, flow)
    allowed, full = may_work(scenario, needs, at_work), fill_to(scenario, windows)
    agents = cover(needs, windows, at_work, allowed, agent_costs(scenario), solver, full)
    there = [(need.pool, np.floor(need.pool.speed @ agents + 1e-9)) for need in needs]
    service, lost = _predicted(scenario, there, patience_rates(scenario), limits)
    load = np.zeros((len(channels), SLOTS))
    contacts = np.zeros_like(load)
    for work in works:
        load[channels.index(work.channel)] += work.work / SLOT_S
        contacts[channels.index(work.channel)] += work.contacts
    deferrable = sorted({channels.index(work.channel) for work in works if work.deferrable})
    return Requirement(
        scenario=resolved.scenario.name,
        teams=teams,
        channels=channels,
        period=label or "mean week",
        method="erlang",
        agents=agents,
        load=load,
        contacts=contacts,
        service_level=service,
        occupancy=_occupancy([need.pool for need in needs], load * (1.0 - lost), agents, deferrable),
        shrinkage=tuple(shrinkage(team) for team in scenario.teams.values()),
        full_time=full_time,
        present=present,
        pools=tuple(PoolNeed(need.pool.teams, need.agents) for need in needs),
        notes=tuple(_notes(scenario, flow, works, limits, prices)),
    )


def _need(
    pool: Pool, patience: Mapping[str, float], limits: Sequence[Limit], teams: Sequence[str], prices: Prices | None
) -> Need:
    """Agents at the pool's reference speed in every half-hour, for what is served at once."""
    agents, busy = np.zeros(SLOTS), np.zeros(SLOTS)
    known: dict[tuple[object, ...], int] = {}
    for slot in range(SLOTS):
        offered = pool.offered(slot, dict(patience))
        if offered.rate <= 0:
            continue
        mine = limits_for(pool, limits, teams, slot)
        key = (*(f"{x:.{_DIGITS}g}" for x in (offered.rate, offered.handle, offered.patience_rate)), *map(id, mine))
        if key not in known:
            known[key] = cheapest(offered, prices) if prices else fewest(offered, mine)
        agents[slot], busy[slot] = known[key], offered.load
    return Need(pool, agents, busy)


def _priced(prices: Prices | None, costs: np.ndarray) -> Prices | None:
    """The prices, an agent's as the mean of the pool's teams where none is given."""
    if prices is None or prices.agent is not None:
        return prices
    return replace(prices, agent=float(costs.mean()) * MS_PER_SECOND / MS_PER_HOUR)


def _window(scenario: Scenario, work: Work, limits: Sequence[Limit]) -> Window:
    """The channel's target time, and the share that is asked for."""
    channel = scenario.channels[work.channel]
    shares = [
        limit.target.amount
        for limit in limits
        if limit.channel == work.channel and limit.what.kpi.startswith("service_level")
    ]
    if channel.target is None or not shares:
        return Window(work, SLOTS, 1.0, channel.interruptible)
    slots = min(SLOTS, max(1, channel.target.within // HALF_HOUR_MS))
    return Window(work, int(slots), max(shares), channel.interruptible)


def _predicted(
    scenario: Scenario,
    there: Sequence[tuple[Pool, np.ndarray]],
    patience: Mapping[str, float],
    limits: Sequence[Limit],
) -> tuple[np.ndarray, np.ndarray]:
    """Service level and share lost by channel (C, 336): the worst over the pools that hold the channel's work.

    ``there``: each pool with its agents (336,) at the pool's reference speed.
    """
    names = list(scenario.channels)
    service, lost = np.full((len(names), SLOTS), math.nan), np.zeros((len(names), SLOTS))
    aims = {limit.channel: limit for limit in limits if limit.what.kpi.startswith("service_level")}
    for pool, agents in there:
        for slot in range(SLOTS):
            offered = pool.offered(slot, dict(patience))
            if offered.rate <= 0:
                continue
            for c in {names.index(work.channel) for work in pool.at_once if work.contacts[slot] > 0}:
                aim = aims.get(names[c])
                found = steady(offered, int(agents[slot]), aim.within_s if aim else 0.0)
                lost[c, slot] = max(lost[c, slot], found.p_abandon if found else float(patience[names[c]] > 0))
                if aim is not None:
                    level = found.service_level(aim.contract) if found else 0.0
                    service[c, slot] = np.fmin(service[c, slot], level)
    return service, lost


def _occupancy(pools: Sequence[Pool], load: np.ndarray, agents: np.ndarray, deferrable: Sequence[int]) -> np.ndarray:
    """float64 (336,): work of contacts served at once / agents, all teams together; deferrable work over its week.

    ``load`` (C, 336) is that of contacts who do not leave.
    """
    everybody = pools[-1] if pools else None
    reference = everybody.reference if everybody is not None else 1.0
    there = agents.sum(axis=0).astype(float)
    at_once = np.delete(load, sorted(set(deferrable)), axis=0).sum(axis=0) / reference
    rest = np.maximum(there - at_once, 0.0)
    put_off = load[sorted(set(deferrable))].sum() / reference
    filled = at_once + (rest * min(1.0, put_off / rest.sum()) if rest.sum() > 0 else 0.0)
    return np.asarray(np.divide(np.minimum(filled, there), there, out=np.full(SLOTS, math.nan), where=there > 0))


def patience_rates(scenario: Scenario) -> dict[str, float]:
    """Rate a second at which those who wait leave, by channel: 1 / mean patience; 0 where nobody does."""
    rates = {}
    for name, channel in scenario.channels.items():
        mean = channel.patience.mean
        leaves = channel.patience.distribution != "never" and mean is not None
        rates[name] = MS_PER_SECOND / max(mean, 1) if leaves and mean is not None else 0.0
    return rates


def tenure(resolved: Resolved, label: str | None) -> tuple[np.ndarray, np.ndarray]:
    """Mean speed and share-resolved factor (T,) of each team's people by tenure over the period; 1 where nobody is."""
    speed, quality = np.ones(len(resolved.scenario.teams)), np.ones(len(resolved.scenario.teams))
    rows = [row for row in headcount(resolved) if label is None or row.month == label]
    for t, name in enumerate(resolved.scenario.teams):
        mine = [row for row in rows if row.team == name and row.serving > 0]
        if mine:
            heads = sum(row.serving for row in mine)
            speed[t] = sum(row.full_speed_heads for row in mine) / heads
            quality[t] = sum(row.quality * row.serving for row in mine) / heads
    return speed, quality


def when_at_work(scenario: Scenario, flow: Flow) -> np.ndarray:
    """bool (336,): when deferrable work may be done: while a channel whose customers wait in line is open, else in the
    teams' shifts, else at any time."""
    open_ = np.zeros(SLOTS, dtype=bool)
    for channel in scenario.channels.values():
        if not is_deferrable(channel):
            open_ |= share_open(channel.hours) >= 1.0
    if not open_.any():
        for team in scenario.teams.values():
            open_ |= in_shifts(team)
    return np.asarray((open_ if open_.any() else np.ones(SLOTS, dtype=bool)) & flow.occurs)


def fill_to(scenario: Scenario, windows: Sequence[Window]) -> float:
    """Share of agents' time to which work with a window may fill them: 98.5 %, or less where some days are busier.

    What a busy stretch leaves undone waits, so there must be room for a week as busy as is passed only with a chance of
    1 - the share that must be in time: 1 / (1 + z sd), sd that of the mean of seven days' busyness (AR(1)).
    """
    busyness, days = scenario.demand.busyness, np.arange(1, 7)
    together = 7 + 2 * float(((7 - days) * busyness.correlation**days).sum())
    spread = busyness.cv * math.sqrt(max(together, 0.0)) / 7
    strictest = max((window.share for window in windows if window.slots < SLOTS), default=0.5)
    return min(FULL, 1.0 / (1.0 + max(0.0, float(ndtri(strictest))) * spread))


def in_shifts(team: Team) -> np.ndarray:
    """bool (336,): half-hours that lie in one of a team's shifts entirely."""
    found = np.zeros(SLOTS, dtype=bool)
    for shift in team.shifts.values():
        begin, end = parse_hours(shift.hours)
        for day in parse_days(shift.days):
            low, high = (day * MS_PER_DAY + ms for ms in (begin, end))
            found[[slot % SLOTS for slot in range(-(-low // HALF_HOUR_MS), high // HALF_HOUR_MS)]] = True
    return found


def may_work(scenario: Scenario, needs: Sequence[Need], at_work: np.ndarray) -> np.ndarray:
    """bool (T, 336): when each team may be asked: in its shifts, where it has any. Where no team of a pool that is
    needed has a shift, all of its teams may: somebody has to be there, and the shifts are what is to be changed."""
    allowed = np.array([in_shifts(team) | (not team.shifts) for team in scenario.teams.values()])
    for need in needs:
        teams = list(need.pool.teams)
        nobody = (need.agents > 0) & ~allowed[teams].any(axis=0)
        if need.pool.deferred and not (at_work & allowed[teams].any(axis=0)).any():
            nobody |= at_work
        allowed[teams] |= nobody
    return allowed


def shrinkage(team: Team) -> float:
    """Share of scheduled time that is not with customers; parts compound."""
    return 1.0 - (1.0 - team.shrinkage.planned) * (1.0 - team.shrinkage.absence)


def agent_costs(scenario: Scenario) -> np.ndarray:
    """float64 (T,): money of one hour on duty; 1 for every team where none has a price."""
    costs = []
    for team in scenario.teams.values():
        if team.outsourced is not None:
            costs.append(float(team.outsourced.per_hour))
        else:
            costs.append(team.wage * (1 + team.on_cost) * (1 + team.overhead) / max(1e-9, 1.0 - shrinkage(team)))
    found = np.array(costs, dtype=float)
    known = found[found > 0]
    return np.asarray(np.where(found > 0, found, known.mean() if len(known) else 1.0))


def present_agents(resolved: Resolved, here: np.ndarray) -> np.ndarray:
    """float64 (T, 336): mean agents on duty as planned today, days of absence as one replication draws them."""
    _, week_slot = resolved.calendar.slot_local
    scheduled = draw_roster(resolved, resolved.scenario.experiment.seed, 0).scheduled_ms[:, here] / HALF_HOUR_MS
    times = np.maximum(np.bincount(week_slot[here], minlength=SLOTS), 1)
    return np.array([np.bincount(week_slot[here], row, SLOTS) for row in scheduled]) / times


def _notes(
    scenario: Scenario, flow: Flow, works: Sequence[Work], limits: Sequence[Limit], prices: Prices | None
) -> list[str]:
    """What the reader should know about the figures."""
    aimed = {limit.channel for limit in limits}
    told = []
    bare = [name for name in scenario.channels if name not in aimed and flow.contacts.any()]
    if bare and prices is None and not any(limit.team for limit in limits):
        told.append(f"{', '.join(bare)}: no target, so the work alone is staffed")
    curved = [
        name
        for name, channel in scenario.channels.items()
        if channel.patience.distribution not in (None, "never", "exponential") or channel.patience.shape is not None
    ]
    does = {
        name: frozenset(k for k, work in enumerate(works) if t in work.teams) for t, name in enumerate(scenario.teams)
    }
    for mine in sorted(set(does.values()), key=sorted):
        alike = [name for name, work in does.items() if work == mine and work]
        if len(alike) > 1:
            told.append(f"{', '.join(alike)} may do the same work: whoever costs least is asked first, in their shifts")
    if curved:
        told.append(f"{', '.join(curved)}: patience taken as exponential with the same mean (Erlang A)")
    return told
