"""Agents by team and half-hour at least cost: every pool gets its need, deferrable work is done within its window.

Whole numbers of agents are decided here and nowhere else, once for all pools together. Without deferrable work the
half-hours are independent, and equal ones are solved once; with it, one programme holds the week together: what waits
goes round the week (what comes on Sunday may be done on Monday).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pulp

from optimize.requirement.pools import SLOT_S, Pool, Work
from optimize.solver import SolverName, relaxed, solve

FULL = 0.985
"""Deferrable work fills agents up to this share of their time, so that it stays stable."""
TIME_LIMIT_S = 30.0
GAP = 0.005
_PEAK = 1.5  # times the least peak is the most of one kind of work at a time: it costs the same at any moment
_LATE = 1e3  # price of work done neither in its window nor within the share that may be late


class NotCoverable(ValueError):
    """No number of agents carries the work."""


@dataclass(frozen=True)
class Need:
    """What one pool needs in every half-hour."""

    pool: Pool
    agents: np.ndarray  # float64 (336,) at the pool's reference speed, for what is served at once
    busy: np.ndarray  # float64 (336,) erlangs of that work


@dataclass(frozen=True)
class Window:
    """When deferrable work of one kind may be done."""

    work: Work
    slots: int
    """Length of the window in half-hours."""
    share: float
    """Share that must be done within it."""
    interruptible: bool
    """Done in what is left of the time of agents who wait for other work."""


def cover(
    needs: Sequence[Need],
    windows: Sequence[Window],
    at_work: np.ndarray,
    allowed: np.ndarray,
    costs: np.ndarray,
    solver: SolverName = "highs",
    full: float = FULL,
) -> np.ndarray:
    """int64 (T, 336) agents at least cost. ``at_work`` bool (336,): half-hours in which deferrable work may be done;
    ``allowed`` bool (T, 336) half-hours in which each team may be there; ``costs`` (T,) of an agent-hour;
    ``full`` the share of their time to which deferrable work fills agents. Raises NotCoverable."""
    if not windows:
        return _each_half_hour(needs, allowed, costs, solver)
    return _whole_week(needs, windows, at_work, allowed, costs, solver, full)


def _each_half_hour(needs: Sequence[Need], allowed: np.ndarray, costs: np.ndarray, solver: SolverName) -> np.ndarray:
    agents = np.zeros((len(costs), 336), dtype=np.int64)
    table = np.array([need.agents for need in needs]).reshape(len(needs), 336)
    solved: dict[tuple[tuple[float, ...], tuple[bool, ...]], np.ndarray] = {}
    for slot in range(336):
        key = (tuple(table[:, slot].tolist()), tuple(allowed[:, slot].tolist()))
        if key not in solved:
            solved[key] = _one_half_hour(needs, *key, costs, solver)
        agents[:, slot] = solved[key]
    return agents


def _one_half_hour(
    needs: Sequence[Need], wanted: tuple[float, ...], allowed: tuple[bool, ...], costs: np.ndarray, solver: SolverName
) -> np.ndarray:
    """int64 (T,)"""
    if not any(wanted):
        return np.zeros(len(costs), dtype=np.int64)
    if len(costs) == 1:
        return np.array([np.ceil(max(wanted) - 1e-9)], dtype=np.int64)
    problem = pulp.LpProblem("half_hour", pulp.LpMinimize)
    team = [problem.add_variable(f"n_{t}", 0, None if allowed[t] else 0, cat="Integer") for t in range(len(costs))]
    problem += pulp.lpSum(float(cost) * n for cost, n in zip(costs, team, strict=True))
    for p, (need, amount) in enumerate(zip(needs, wanted, strict=True)):
        if amount > 0:
            capacity = pulp.lpSum(float(need.pool.speed[t]) * team[t] for t in need.pool.teams)
            problem += capacity >= amount, f"pool_{p}"
    solved = solve(problem, solver, TIME_LIMIT_S)
    if not solved.found:
        raise NotCoverable(f"no staffing carries the work of a half-hour: {solved.status}")
    return np.array([round(solved.values.get(n.name, 0.0)) for n in team], dtype=np.int64)


def _whole_week(
    needs: Sequence[Need],
    windows: Sequence[Window],
    at_work: np.ndarray,
    allowed: np.ndarray,
    costs: np.ndarray,
    solver: SolverName,
    full: float,
) -> np.ndarray:
    problem = pulp.LpProblem("week", pulp.LpMinimize)
    scale = max(float(costs.max()), 1e-9)
    slots = [t for t in range(336) if at_work[t] or any(need.agents[t] > 0 for need in needs)]
    agents = {
        (team, t): problem.add_variable(f"n_{team}_{t}", 0, None if allowed[team, t] else 0, cat="Integer")
        for team in range(len(costs))
        for t in slots
    }
    price = [pulp.lpSum(float(costs[team]) / scale * n for (team, _), n in agents.items())]
    done = [_window(problem, e, window, at_work, price) for e, window in enumerate(windows)]
    problem += pulp.lpSum(price)
    for e, window in enumerate(windows):
        least = _least_peak(window, at_work, solver)
        most = max(_PEAK * least, least + 1.0)  # room for a whole agent more
        for t, work in done[e].items():
            problem += work <= most, f"peak_{e}_{t}"
    for p, need in enumerate(needs):
        mine = [e for e, window in enumerate(windows) if window.work in need.pool.deferred]
        for t in slots:
            capacity = pulp.lpSum(float(need.pool.speed[team]) * agents[team, t] for team in need.pool.teams)
            if need.agents[t] > 0:
                problem += capacity >= float(need.agents[t]), f"pool_{p}_{t}"
            beside = [e for e in mine if not windows[e].interruptible]
            share = 1.0 / (full * need.pool.reference)
            if mine:  # all of it fits into the time of the agents
                work = pulp.lpSum(share * done[e][t] for e in mine if t in done[e])
                problem += capacity >= work + float(need.busy[t]) / full, f"full_{p}_{t}"
            if beside:  # what cannot be put aside needs agents of its own
                work = pulp.lpSum(share * done[e][t] for e in beside if t in done[e])
                problem += capacity >= work + float(need.agents[t]), f"beside_{p}_{t}"
    about = np.max([need.agents for need in needs], axis=0).sum() + sum(w.work.work.sum() / SLOT_S for w in windows)
    solved = solve(problem, solver, TIME_LIMIT_S, max(GAP, 1.0 / max(about, 1.0)))  # or one agent for one half-hour
    if not solved.found:
        raise NotCoverable(f"no staffing does the deferrable work within the week: {solved.status}")
    found = np.zeros((len(costs), 336), dtype=np.int64)
    for (team, t), n in agents.items():
        found[team, t] = round(solved.values.get(n.name, 0.0))
    return found


def _window(
    problem: pulp.LpProblem, e: int, window: Window, at_work: np.ndarray, price: list[pulp.LpAffineExpression]
) -> dict[int, pulp.LpAffineExpression]:
    """Erlangs of deferrable work done in each half-hour at work, with what waits going round the week.

    A share of the work may be late; it is done within the week all the same. What has to be in time and waits at the
    end of a half-hour came within the window.
    """
    came = window.work.work / SLOT_S  # erlangs if done as it comes
    total = float(came.sum())
    slots = [t for t in range(336) if at_work[t]]
    if total > 0 and not slots:
        raise NotCoverable(f"nobody is at work when {window.work.channel} could be answered")
    in_time = {t: problem.add_variable(f"d_{e}_{t}", 0) for t in slots}
    late = {t: problem.add_variable(f"l_{e}_{t}", 0) for t in slots}
    put_off = [problem.add_variable(f"p_{e}_{t}", 0, float(came[t])) for t in range(336)]
    waits = [problem.add_variable(f"b_{e}_{t}", 0) for t in range(336)]
    later = [problem.add_variable(f"c_{e}_{t}", 0) for t in range(336)]
    excess = problem.add_variable(f"x_{e}", 0)
    price.append(_LATE * excess)
    problem += pulp.lpSum(put_off) <= (1.0 - window.share) * total + excess, f"late_{e}"
    for t in range(336):
        before = (t - 1) % 336
        problem += waits[t] == waits[before] + float(came[t]) - put_off[t] - in_time.get(t, 0), f"wait_{e}_{t}"
        problem += later[t] == later[before] + put_off[t] - late.get(t, 0), f"later_{e}_{t}"
        if window.slots < 336:
            recent = [(t - k) % 336 for k in range(window.slots)]
            room = float(sum(came[k] for k in recent))
            problem += waits[t] <= room - pulp.lpSum(put_off[k] for k in recent), f"window_{e}_{t}"
    return {t: in_time[t] + late[t] for t in slots}


def _least_peak(window: Window, at_work: np.ndarray, solver: SolverName) -> float:
    """Erlangs of the work at its peak, if it is spread over its window as evenly as can be."""
    problem = pulp.LpProblem("peak", pulp.LpMinimize)
    price: list[pulp.LpAffineExpression] = []
    done = _window(problem, 0, window, at_work, price)
    most = problem.add_variable("most", 0)
    problem += pulp.lpSum([most, *price])
    for t, work in done.items():
        problem += work <= most, f"peak_{t}"
    return relaxed(problem, solver).values.get("most", 0.0)
