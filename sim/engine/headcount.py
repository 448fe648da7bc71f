"""The workforce by team and month: heads, who came and went, who is learning, and how fast those are who serve.

The same in every replication; costs by head (hiring, leaving, workplaces, training) rest on these figures.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from sim.engine.given import mean_by_month, staffing_steps
from sim.engine.workforce import HIRED, PPM, Crew, pipeline
from sim.scenario.resolved import Resolved


@dataclass(frozen=True)
class TeamMonth:
    """One team in one month. Whole heads, but for means over the month's days; NaN where nothing is known."""

    team: str
    month: str
    heads_start: float
    """On the payroll before the month's first morning. NaN where the number present is given by interval."""
    hired: int
    """Decided hires who join."""
    successors: int
    """Who join in place of a leaver."""
    resigned: int
    """Who leave of their own accord, at the month's end."""
    dismissed: int
    """Whose posts are cut, at the month's end."""
    changed: int
    """Heads that dated changes, or what is outsourced by month, bring or take."""
    heads_end: float
    """On the payroll after the month's last evening: start + hired + successors - resigned - dismissed + changed."""
    in_training: float
    """Mean heads who do not serve customers yet."""
    on_ramp: float
    """Mean heads who serve below full speed or quality."""
    serving: float
    """Mean heads who serve customers, as far as shifts, shrinkage and absence let them."""
    speed: float
    """Their mean speed by tenure; NaN where nobody serves."""
    quality: float
    """Their mean factor on the share resolved; NaN where nobody serves."""
    full_speed_heads: float
    """Serving heads x mean speed."""


COLUMNS = tuple(TeamMonth.__dataclass_fields__)


@dataclass(frozen=True)
class Person:
    """One of a team's people; days are dates, empty where there is none within the horizon."""

    team: str
    person: int
    """Number in the team: those at the start, then decided hires, then successors. An agent's number in the engines."""
    post: int
    """A successor takes over the leaver's."""
    came: str
    """`start`, `hired` or `successor`."""
    joins: str
    """First day on the payroll."""
    serves: str
    """First day with customers."""
    ramped: str
    """First day at full speed and quality."""
    last_day: str
    went: str
    """`resigned`, `dismissed`, or empty."""


PERSON_COLUMNS = tuple(Person.__dataclass_fields__)


def headcount(resolved: Resolved) -> list[TeamMonth]:
    """A row for each team and month, teams in the scenario's order."""
    rows = []
    for t, name in enumerate(resolved.scenario.teams):
        crew = pipeline(resolved).crews[t]
        figures = _levels(resolved, name, crew) | _stocks(resolved, crew)
        for m, month in enumerate(resolved.calendar.month_labels):
            rows.append(TeamMonth(name, month, **{key: values[m].item() for key, values in figures.items()}))
    return rows


def people(resolved: Resolved) -> list[Person]:
    """Everybody, teams in the scenario's order; nobody of a team whose number present is given by interval."""
    rows = []
    for name, crew in zip(resolved.scenario.teams, pipeline(resolved).crews, strict=True):

        def date(day: float) -> str:
            return resolved.calendar.date_of_day(int(day)).isoformat() if 0 <= day < resolved.calendar.days else ""

        for p in range(len(crew.post)):
            ramped = crew.serves[p] + (math.ceil(crew.ramp_days) if crew.ramps[p] else 0)
            rows.append(
                Person(
                    team=name,
                    person=p,
                    post=int(crew.post[p]),
                    came=("start", "hired", "successor")[crew.came[p]],
                    joins=date(crew.joins[p]),
                    serves=date(crew.serves[p]),
                    ramped=date(ramped) if ramped < crew.leaves[p] else "",
                    last_day=date(crew.leaves[p] - 1),
                    went=("", "resigned", "dismissed")[crew.went[p]],
                )
            )
    return rows


def _stocks(resolved: Resolved, crew: Crew) -> dict[str, np.ndarray]:
    """Heads at the edges of months and moves between them."""
    days, first = resolved.calendar.days, pipeline(resolved).first_day
    mornings = np.minimum(first, days)
    # on the payroll before each morning, whoever left the evening before left out; and of them those whose post is on
    people = (crew.joins[:, None] < mornings) & (crew.leaves[:, None] > first)
    held = (crew.post[:, None] >= crew.posts) | (crew.post[:, None] < crew.given[np.maximum(mornings - 1, 0)])
    off = (people & ~held).sum(axis=0)
    heads = people.sum(axis=0) - off
    joined, resigned, dismissed = crew.moves(first, days)
    hired = np.array(
        [
            np.count_nonzero((crew.came == HIRED) & (low <= crew.joins) & (crew.joins < high))
            for low, high in pairwise(mornings)
        ]
    )
    start, end = (heads[:-1], heads[1:]) if not crew.by_interval else [np.full(len(first) - 1, math.nan)] * 2
    return {
        "heads_start": start,
        "hired": hired,
        "successors": joined - hired,
        "resigned": resigned,
        "dismissed": dismissed,
        "changed": off[:-1] - off[1:],
        "heads_end": end,
    }


def _levels(resolved: Resolved, name: str, crew: Crew) -> dict[str, np.ndarray]:
    """Means over each month: in training, on the ramp, serving, and how fast and good those are."""
    calendar = resolved.calendar
    edges, days = calendar.day_edges_ms[: calendar.days + 1], calendar.days
    weight = np.array([np.diff(np.clip(edges, low, high)) for low, high in pairwise(calendar.month_edges_ms)])
    weight = weight / weight.sum(axis=1, keepdims=True)
    there, serves = crew.there(0, days), crew.serving(0, days)
    ramp = np.flatnonzero(crew.ramps)
    speed, quality = (
        np.array([read(person)[:days] for person in ramp.tolist()], dtype=np.int64).reshape(len(ramp), days)
        for read in (crew.speed_ppm, crew.quality_ppm)
    )
    slow = serves[ramp] & ((speed < PPM) | (quality < PPM))
    present = serves.sum(axis=0).astype(np.float64) @ weight.T
    if crew.by_interval:
        present += mean_by_month(staffing_steps(resolved, name, days), calendar)
    lost_speed, lost_quality = (
        (serves[ramp] * (1.0 - figure / PPM)).sum(axis=0) @ weight.T * (not crew.by_interval)
        for figure in (speed, quality)
    )
    there_mean = np.full(len(present), math.nan)
    with_anybody = present > 0
    return {
        "in_training": (there.sum(axis=0) - serves.sum(axis=0)) @ weight.T,
        "on_ramp": slow.sum(axis=0) @ weight.T * (not crew.by_interval),
        "serving": present,
        "speed": np.divide(present - lost_speed, present, out=there_mean.copy(), where=with_anybody),
        "quality": np.divide(present - lost_quality, present, out=there_mean.copy(), where=with_anybody),
        "full_speed_heads": present - lost_speed,
    }
