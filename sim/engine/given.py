"""How many agents the scenario gives a team directly: posts by day, or a number present by interval."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise

import numpy as np

from sim.scenario.calendar import Calendar
from sim.scenario.resolved import Resolved
from sim.scenario.schema import Scenario
from sim.scenario.schema.people import Outsourced, Team

Steps = list[tuple[int, int]]
"""(ms, agents from then on), sorted."""


def days_of(resolved: Resolved) -> int:
    """Local days for which there is a roster: those of the horizon, and some more to finish in."""
    return resolved.calendar.days + (14 if resolved.scenario.horizon.at_end == "drain" else 1)


def spans(resolved: Resolved, days: int, part: Callable[[Scenario], object]) -> Iterator[tuple[Scenario, int, int]]:
    """Stretches of days over which a part of the scenario is the same: (variant, first day, day after the last)."""
    parts: list[object] = []
    same = np.zeros(len(resolved.variants), dtype=np.int64)  # a number for each different part
    for v, variant in enumerate(resolved.variants):
        mine = part(variant)
        if mine not in parts:
            parts.append(mine)
        same[v] = parts.index(mine)
    regimes = resolved.regime_of_day[np.minimum(np.arange(days), len(resolved.regime_of_day) - 1)]
    edges = [0, *(np.flatnonzero(np.diff(same[regimes])) + 1).tolist(), days]
    for first, last in pairwise(edges):
        yield resolved.variants[regimes[first]], first, last


def month_of_day(calendar: Calendar, days: int) -> np.ndarray:
    """int64 (days,): month of each local day; days after the end are in the last."""
    edges = np.array(calendar.month_edges_ms)
    month = np.searchsorted(edges, calendar.day_edges_ms[:days], side="right") - 1
    return np.asarray(np.clip(month, 0, len(edges) - 2))


def serves_on(outsourced: Outsourced | None, calendar: Calendar, days: int) -> np.ndarray:
    """bool (days,): the days between the first and the last on which an outsourced team serves; all for others."""
    day = np.arange(days)
    first = -1 if outsourced is None or outsourced.starts is None else calendar.day_of_date(outsourced.starts)
    last = days if outsourced is None or outsourced.ends is None else calendar.day_of_date(outsourced.ends)
    return (first <= day) & (day <= last)


def posts_by_day(resolved: Resolved, name: str, days: int) -> np.ndarray:
    """int64 (days,): posts of a team as the scenario gives them: `agents` of each day's regime, or what is outsourced.

    Hires, leavers and dismissals come on top (`workforce`). Zero for a team whose staffing is given by interval.
    """
    posts = np.zeros(days, dtype=np.int64)
    for variant, first, last in spans(resolved, days, lambda world: world.teams[name].agents):
        posts[first:last] = variant.teams[name].agents
    team = resolved.scenario.teams[name]
    if team.outsourced is None:
        return posts
    bought = resolved.scenario.decisions.outsource.get(name, {})
    by_month = [bought.get(label, -1) for label in resolved.calendar.month_labels]
    chosen = np.array(by_month, dtype=np.int64)[month_of_day(resolved.calendar, days)]
    posts = np.where(chosen >= 0, chosen, posts)
    return np.where(serves_on(team.outsourced, resolved.calendar, days), posts, 0)


def staffing_steps(resolved: Resolved, name: str, days: int) -> Steps:
    """Agents present of a team whose staffing is given by interval, hires left out."""
    edges = resolved.calendar.day_edges_ms
    there = serves_on(resolved.scenario.teams[name].outsourced, resolved.calendar, days)
    steps: Steps = []
    for variant, first, last in spans(resolved, days, lambda world: world.teams[name].staffing):
        cuts = [first, *(np.flatnonzero(np.diff(there[first:last])) + 1 + first).tolist(), last]
        for begin, end in pairwise(cuts):
            low, high = int(edges[begin]), int(edges[end])
            steps += _intervals(variant.teams[name], low, high) if there[begin] else [(low, 0)]
    return steps


def _intervals(team: Team, low: int, high: int) -> Steps:
    """The intervals that begin in [low, high), the one that holds at `low` first."""
    assert team.staffing is not None
    every, agents = team.staffing.every, team.staffing.agents
    steps = []
    for k in range(low // every, -(-high // every)):
        index = k % len(agents) if team.staffing.repeat else min(k, len(agents) - 1)
        steps.append((max(low, k * every), agents[index]))
    return steps


def mean_by_month(steps: Steps, calendar: Calendar) -> np.ndarray:
    """float64 (months,): mean of a number that is known from the start on."""
    edges = np.array(calendar.month_edges_ms, dtype=np.int64)
    at, count = np.array(steps, dtype=np.int64).T
    so_far = np.concatenate([[0], np.cumsum(count[:-1] * np.diff(at))])
    place = np.searchsorted(at, edges, side="right") - 1
    until = so_far[place] + count[place] * (edges - at[place])
    return np.asarray(np.diff(until) / np.diff(edges))
