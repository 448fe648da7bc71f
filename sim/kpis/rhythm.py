"""How the load repeats: flat, day by day or week by week, and until when. Steady states exist only where it does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from sim.demand.rates import expected_groups
from sim.scenario.remember import remembered
from sim.scenario.resolved import Resolved
from sim.scenario.units import HALF_HOUR_MS, MS_PER_DAY

Cycle = Literal["flat", "day", "week"]
CYCLES_MS: dict[Cycle, int] = {"flat": 1, "day": MS_PER_DAY, "week": 7 * MS_PER_DAY}
SLOTS: dict[Cycle, int] = {"flat": 1, "day": 48, "week": 7 * 48}
SAME = 1e-9
"""Share by which two half-hours may differ and still be the same."""
NEAR = 0.01
"""The same where growth of a few percent a year is to be overlooked."""


@dataclass(frozen=True)
class Rhythm:
    """The load repeats from the start of the horizon until ``until_ms``."""

    cycle: Cycle
    until_ms: int

    @property
    def cycle_ms(self) -> int:
        """Length of a cycle; 1 where every moment is like any other."""
        return CYCLES_MS[self.cycle]


@remembered
def exact_rhythm(resolved: Resolved) -> Rhythm:
    """The shortest cycle that explains the load for longest.

    The load is the expected work of all reasons, the agents of each team's `staffing` and the opening of each channel,
    by half-hour. The rhythm ends with the first half-hour that is unlike that of the first cycle, the first dated
    change or the month of the first hires. Agents on `shifts` follow the week.
    """
    months = [month for hires in resolved.scenario.decisions.hires.values() for month in hires]
    calendar = resolved.calendar
    hired = [
        edge for label, edge in zip(calendar.month_labels, calendar.month_edges_ms[:-1], strict=True) if label in months
    ]
    rhythm = _longest(resolved, SAME)
    return Rhythm(rhythm.cycle, min(rhythm.until_ms, *hired, _first_change_ms(resolved)))


@remembered
def no_more_work(resolved: Resolved) -> Rhythm:
    """The rhythm, and until when there is no more work, and are no fewer agents, than in its first cycle.

    Until then queues have no reason to be longer than at the start, but that they fill.
    """
    rhythm = _longest(resolved, NEAR)
    load, slots = _load(resolved), SLOTS[rhythm.cycle]
    first = load[:, _first_of_its_name(resolved, slots)]
    heavier = load[:1] > (1.0 + NEAR) * first[:1] + 1e-12 * load[0].max()
    staffing = slice(1, len(load) - len(resolved.scenario.channels))
    fewer = load[staffing] < first[staffing]
    other = load[staffing.stop :] != first[staffing.stop :]
    until = _first_slot_ms(np.asarray(np.concatenate([heavier, fewer, other]).any(axis=0)))
    return Rhythm(rhythm.cycle, min(until, resolved.calendar.end_ms, _first_change_ms(resolved)))


def _longest(resolved: Resolved, tolerance: float) -> Rhythm:
    """The shortest of the cycles that explain the load, to a share of ``tolerance``, for longest."""
    load = _load(resolved)
    some = load.max(axis=1, keepdims=True, initial=0.0)
    shifts = any(team.shifts for team in resolved.scenario.teams.values())
    found = []
    for cycle, slots in SLOTS.items():
        if shifts and cycle != "week":
            continue
        expected = load[:, _first_of_its_name(resolved, slots)]
        unlike = np.abs(load - expected) > tolerance * expected + 1e-12 * some
        found.append(Rhythm(cycle, min(_first_slot_ms(np.asarray(unlike.any(axis=0))), resolved.calendar.end_ms)))
    return max(found, key=lambda rhythm: rhythm.until_ms)  # the first of equals is the shortest cycle


def _load(resolved: Resolved) -> np.ndarray:
    """float64 (lines, slots): expected work, staffing of each team that has one, opening of each channel."""
    calendar, scenario = resolved.calendar, resolved.scenario
    handle = np.array([reason.handle.mean for reason in scenario.reasons.values()], dtype=np.float64)
    start = np.arange(calendar.slots, dtype=np.int64) * HALF_HOUR_MS
    lines = [handle @ expected_groups(resolved)]
    for team in scenario.teams.values():
        if team.staffing is not None:
            agents = np.array(team.staffing.agents, dtype=np.float64)
            place = start // team.staffing.every
            lines.append(agents[place % len(agents) if team.staffing.repeat else np.minimum(place, len(agents) - 1)])
    for channel in scenario.channels.values():
        edges = calendar.opening(channel.hours if isinstance(channel.hours, str) else list(channel.hours)).ravel()
        lines.append((np.searchsorted(edges, start, side="right") % 2).astype(np.float64))
    return np.stack(lines)


def _first_of_its_name(resolved: Resolved, slots: int) -> np.ndarray:
    """int64 (slots,): for each half-hour the first one of the same place in a cycle of so many local half-hours."""
    place = resolved.calendar.slot_local[1].astype(np.int64) % slots
    seen, where = np.unique(place, return_index=True)
    first = np.zeros(slots, dtype=np.int64)
    first[seen] = where
    return first[place]


def _first_slot_ms(which: np.ndarray) -> int:
    """Clock of the first half-hour of which it is true, or of the end."""
    return (int(np.argmax(which)) if which.any() else len(which)) * HALF_HOUR_MS


def _first_change_ms(resolved: Resolved) -> int:
    """Clock of the first dated change, or the end."""
    calendar = resolved.calendar
    others = np.flatnonzero(resolved.regime_of_day[: calendar.days] != resolved.regime_of_day[0])
    return int(calendar.day_edges_ms[others[0]]) if len(others) else calendar.end_ms
