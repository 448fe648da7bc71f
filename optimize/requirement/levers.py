"""The numbers that simulation may turn: heads of a team with its shifts, agents who are there at all times, or the size
of a team's need by half-hour. Each vector of numbers is a world of its own, known by its digest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from optimize.requirement.result import Requirement
from optimize.requirement.search import Floor, Numbers
from sim.scenario.calendar import parse_days
from sim.scenario.digest import digest_of
from sim.scenario.resolved import Resolved
from sim.scenario.schema import Scenario
from sim.scenario.schema.people import Staffing, Team
from sim.scenario.units import HALF_HOUR_MS, MS_PER_HOUR

Kind = Literal["heads", "agents", "half_hours"]
HOURS_PER_WEEK = 168.0
_FLOOR = 0.85  # of the hours that Erlang asks for a pool; with less, a search at least cost need not try


@dataclass(frozen=True)
class Lever:
    """One team's number."""

    team: str
    kind: Kind
    """`heads` on the roster with their shifts, `agents` who are there at all times, or `half_hours`: agents on duty in
    the half-hour in which the most are needed, all others in proportion, rounded up."""
    cost: float
    """Of one more, a week."""
    hours: float
    """On duty in a week, of one more."""
    shape: np.ndarray  # float64 (336,) agents as a share of the largest half-hour; empty for other kinds


@dataclass(frozen=True)
class Levers:
    """All teams' numbers and the worlds that they make."""

    resolved: Resolved
    levers: tuple[Lever, ...]
    start: Numbers
    """What the Erlang answer comes to in these numbers."""
    today: tuple[int | None, ...]
    """What the scenario has; None where it is not one number."""
    floors: tuple[Floor, ...] = ()
    """Hours on duty that the teams of each pool give together, at least; less is not tried."""

    def cost(self, numbers: Numbers) -> float:
        """Of a week."""
        return float(sum(lever.cost * n for lever, n in zip(self.levers, numbers, strict=True)))

    def world(self, numbers: Numbers) -> Resolved:
        """The scenario with these numbers; dated changes of a team's agents keep their difference."""
        variants = tuple(self._staffed(variant, numbers) for variant in self.resolved.variants)
        return replace(
            self.resolved,
            scenario=self._staffed(self.resolved.scenario, numbers),
            variants=variants,
            digest=digest_of(variants, self.resolved.regime_of_day, self.resolved.profiles),
        )

    def _staffed(self, world: Scenario, numbers: Numbers) -> Scenario:
        teams = dict(world.teams)
        for lever, n in zip(self.levers, numbers, strict=True):
            team = teams[lever.team]
            if lever.kind == "half_hours":
                teams[lever.team] = team.model_copy(
                    update={"agents": 0, "shifts": {}, "staffing": _staffing(self.resolved, half_hours(lever.shape, n))}
                )
            else:
                dated = team.agents - self.resolved.scenario.teams[lever.team].agents
                teams[lever.team] = team.model_copy(update={"agents": max(0, n + dated)})
        return world.model_copy(update={"teams": teams})

    def overlay(self, numbers: Numbers) -> dict[str, Any]:
        """The numbers as a partial scenario file."""
        teams: dict[str, Any] = {}
        for lever, n in zip(self.levers, numbers, strict=True):
            if lever.kind == "half_hours":
                week = half_hours(lever.shape, n)
                first = 48 * self.resolved.calendar.start.weekday()
                agents = np.roll(week, -first).tolist()
                teams[lever.team] = {"agents": 0, "shifts": None, "staffing": {"every": "30 min", "agents": agents}}
            else:
                teams[lever.team] = {"agents": n}
        return {"teams": teams}


def half_hours(shape: np.ndarray, most: int) -> np.ndarray:
    """int64 (336,): agents by half-hour where the largest needs ``most``; rises with it in every half-hour."""
    return np.asarray(np.ceil(shape * most - 1e-9).astype(np.int64))


def _staffing(resolved: Resolved, week: np.ndarray) -> Staffing:
    """Agents by half-hour of the local week over the whole horizon; the last figure stays after it."""
    _, week_slot = resolved.calendar.slot_local
    return Staffing.model_construct(every=HALF_HOUR_MS, agents=week[week_slot].tolist(), repeat=False)


def levers_of(resolved: Resolved, quick: Requirement, costs: np.ndarray, by_half_hour: bool = False) -> Levers:
    """A lever for each team. ``costs`` (T,) of an hour on duty; ``by_half_hour``: of every team the need by half-hour,
    otherwise only of those whose staffing is given by interval."""
    levers: list[Lever] = []
    start: list[int] = []
    today: list[int | None] = []
    for t, (name, team) in enumerate(resolved.scenario.teams.items()):
        need = quick.agents[t].astype(float)
        if by_half_hour or team.staffing is not None:
            most = need.max(initial=0.0)
            shape = need / most if most > 0 else np.zeros_like(need)
            levers.append(Lever(name, "half_hours", float(costs[t] * shape.sum() / 2), float(shape.sum() / 2), shape))
            start.append(int(most))
            today.append(None)
        elif team.shifts:
            net = 1.0 - quick.shrinkage[t]
            hours = _hours_on_duty(team, quick.present[t], net)
            levers.append(Lever(name, "heads", float(costs[t] * net * weekly_hours(team)), hours, np.empty(0)))
            start.append(round(float(need.sum() / 2 / hours)) if hours > 0 else 0)
            today.append(team.agents)
        else:
            levers.append(Lever(name, "agents", float(costs[t] * HOURS_PER_WEEK), HOURS_PER_WEEK, np.empty(0)))
            weights = quick.load.sum(axis=0)
            start.append(int(np.ceil(np.average(need, weights=weights) - 1e-9)) if weights.any() else 0)
            today.append(team.agents)
    floors = tuple(
        (
            tuple(lever.hours * (t in pool.teams) for t, lever in enumerate(levers)),
            _FLOOR * float(pool.agents.sum()) / 2,
        )
        for pool in quick.pools
    )
    return Levers(resolved, tuple(levers), tuple(start), tuple(today), floors)


def _hours_on_duty(team: Team, present: np.ndarray, net: float) -> float:
    """Of one head in a week: as the roster has them, or as the shifts say where there is no head yet."""
    return float(present.sum() / 2 / team.agents) if team.agents and present.any() else net * weekly_hours(team)


def weekly_hours(team: Team) -> float:
    """Paid hours a week of one head, shifts weighted by their shares."""
    from sim.engine.shifts import PaidTime

    total = sum(shift.share for shift in team.shifts.values())
    hours = 0.0
    for shift in team.shifts.values():
        days = len(parse_days(shift.days))
        hours += shift.share * min(days, shift.days_per_week or days) * PaidTime.contract_ms(shift) / MS_PER_HOUR
    return hours / total if total else 0.0


def named(levers: Sequence[Lever], numbers: Numbers) -> Mapping[str, int]:
    """Numbers by team."""
    return {lever.team: n for lever, n in zip(levers, numbers, strict=True)}
