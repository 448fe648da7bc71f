"""The workforce pipeline: who joins, serves and leaves, person by person and by month (semantics 6.3).

A pure function of the scenario: nobody here depends on a seed, so that a planner can follow every person by hand and
costs reconcile with heads. `roster` turns it into staff events, `headcount` into a table.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from sim.demand.keys import mixed, name_key, to_uniform
from sim.engine.given import days_of, mean_by_month, posts_by_day, staffing_steps
from sim.scenario.calendar import Calendar, add_months
from sim.scenario.remember import remembered
from sim.scenario.resolved import Resolved
from sim.scenario.schema.people import Team
from sim.scenario.units import DAYS_PER_MONTH, MS_PER_DAY, monthly

PPM = 1_000_000
EVE = -1  # the day before the first: who is there then is there at the start
STAYS = 2**31  # a leaving day that never comes
START, HIRED, SUCCESSOR = range(3)  # how a person came
REMAINS, RESIGNED, DISMISSED = range(3)  # how a person went
COMFORTABLE = 0.85  # occupancy above which agents leave for it
_ALMOST = 1e-9  # sums of twelfths that miss a whole number by rounding


@dataclass(frozen=True)
class Crew:
    """People of one team, P of them: those at the start, then decided hires by month, then successors.

    Days are local day numbers; each person holds one post, and a successor takes over that of the leaver. D days.
    """

    posts: int  # of the start; the days on which each is filled are in `given`
    given: np.ndarray  # int64 (D,) posts of the start that there are on each day
    post: np.ndarray  # int64 (P,)
    joins: np.ndarray  # int64 (P,) first day on the payroll; EVE for those at the start
    serves: np.ndarray  # int64 (P,) first day with customers
    leaves: np.ndarray  # int64 (P,) first day on which they are gone, or STAYS
    came: np.ndarray  # int64 (P,) START, HIRED or SUCCESSOR
    went: np.ndarray  # int64 (P,) REMAINS, RESIGNED or DISMISSED
    ramp_days: float
    start_speed: float
    start_quality: float
    by_interval: bool  # the number present is given by interval: it says nothing of who they are
    turnover: np.ndarray  # int64 (months,) then: leavers, each replaced at once

    def there(self, first: int, last: int) -> np.ndarray:
        """bool (P, last - first): on the payroll on each day."""
        day = np.arange(first, last)
        return np.asarray((self.joins[:, None] <= day) & (day < self.leaves[:, None]) & self._filled(day))

    def serving(self, first: int, last: int) -> np.ndarray:
        """bool (P, last - first): with customers on each day, as far as shifts and absence let them."""
        day = np.arange(first, last)
        return np.asarray((self.serves[:, None] <= day) & (day < self.leaves[:, None]) & self._filled(day))

    def _filled(self, day: np.ndarray) -> np.ndarray:
        return np.asarray((self.post[:, None] >= self.posts) | (self.post[:, None] < self.given[np.maximum(day, 0)]))

    def moves(self, first_day: np.ndarray, days: int) -> np.ndarray:
        """int64 (3, months): who joins, who resigns and who is dismissed; ``days`` are those of the horizon.

        Who joins counts in the month of the first day, who leaves in that of the last.
        """
        joins = self.joins[(self.joins >= 0) & (self.joins < days)]
        last_days = [self.leaves[self.went == how] - 1 for how in (RESIGNED, DISMISSED)]
        joined, resigned, dismissed = (
            np.bincount(np.searchsorted(first_day, day, side="right") - 1, minlength=len(first_day) - 1)
            for day in (joins, *last_days)
        )
        return np.stack([joined + self.turnover, resigned + self.turnover, dismissed])

    def mean_heads(self, calendar: Calendar) -> np.ndarray:
        """float64 (months,): mean heads on the payroll."""
        edges = calendar.day_edges_ms[: len(self.given) + 1]
        count = self.there(0, len(self.given)).sum(axis=0)
        lived = [np.diff(np.clip(edges, low, high)) for low, high in pairwise(calendar.month_edges_ms)]
        return np.array([int(count @ ms) / int(ms.sum()) for ms in lived], dtype=np.float64)

    @property
    def ramps(self) -> np.ndarray:
        """bool (P,): those who begin slower or worse than they end."""
        grows = self.ramp_days > 0 and (self.start_speed != 1.0 or self.start_quality != 1.0)
        return np.asarray((self.came != START) & grows)

    def speed_ppm(self, person: int) -> np.ndarray:
        """int64 (D,): linear from the start speed to full speed over the ramp."""
        return np.asarray(np.maximum(1, self._rising(person, self.start_speed)))

    def quality_ppm(self, person: int) -> np.ndarray:
        """int64 (D,): factor on the share resolved, likewise."""
        return self._rising(person, self.start_quality)

    def _rising(self, person: int, start: float) -> np.ndarray:
        days = len(self.given)
        if not self.ramps[person]:
            return np.full(days, PPM, dtype=np.int64)
        done = np.clip((np.arange(days) - self.serves[person]) / self.ramp_days, 0.0, 1.0)
        return np.asarray(np.rint((start + (1.0 - start) * done) * PPM).astype(np.int64))


@dataclass(frozen=True)
class Pipeline:
    """Everybody, by team in the scenario's order."""

    crews: tuple[Crew, ...]
    first_day: np.ndarray  # int64 (months + 1,) first local day of each month, and of the one after


@dataclass
class _Draft:
    """A crew while its months are gone through; one list a column, one entry a person."""

    name: str
    team: Team
    first_day: np.ndarray
    given: np.ndarray
    post: list[int] = field(default_factory=list)
    joins: list[int] = field(default_factory=list)
    serves: list[int] = field(default_factory=list)
    leaves: list[int] = field(default_factory=list)
    came: list[int] = field(default_factory=list)
    went: list[int] = field(default_factory=list)
    due: float = 0.0  # leavers expected so far
    resigned: int = 0  # and those who did

    @property
    def posts(self) -> int:
        """Posts of the start."""
        return int(self.given.max())

    def _filled(self, day: int) -> np.ndarray:
        """bool (P,): whose post there is on a day."""
        post = np.array(self.post, dtype=np.int64)
        return np.asarray((post >= self.posts) | (post < self.given[min(day, len(self.given) - 1)]))

    def add(self, post: int, joins: int, serves: int, came: int) -> None:
        """One more person, who stays for now; who would join after the end is left out."""
        if joins >= len(self.given):
            return
        columns = (self.post, self.joins, self.serves, self.leaves, self.came, self.went)
        for column, value in zip(columns, (post, joins, serves, STAYS, came, REMAINS), strict=True):
            column.append(value)

    def hire(self, month: int, count: int) -> None:
        """Hires decided on the first day of a month, each on a new post."""
        joins = int(self.first_day[month]) + whole_days(self.team.hire.lead)
        for _ in range(count):
            self.add(len(self.post), joins, joins + whole_days(self.team.hire.training), HIRED)

    def dismiss(self, month: int, count: int) -> None:
        """Posts that are cut: whoever joined last leaves at the end of the month in which the notice is over."""
        notice = self.team.dismissal.notice / MS_PER_DAY / DAYS_PER_MONTH
        last = month + max(1, math.ceil(notice - _ALMOST))
        if last >= len(self.first_day):
            return
        today = int(self.first_day[month])
        filled = self._filled(today)
        here = [p for p, joins in enumerate(self.joins) if joins <= today and self.leaves[p] == STAYS and filled[p]]
        for person in sorted(here, key=lambda p: (self.joins[p], p), reverse=True)[:count]:
            self.leaves[person], self.went[person] = int(self.first_day[last]), DISMISSED

    def resign(self, month: int, share: float) -> None:
        """Leavers of a month: whole people, a share of those who serve on its first day, gone when it is over."""
        today, gone = int(self.first_day[month]), int(self.first_day[month + 1])
        people = np.arange(len(self.post))
        serves, leaves = (np.array(column, dtype=np.int64) for column in (self.serves, self.leaves))
        serving = self._filled(today) & (serves <= today) & (today < leaves)
        self.due += int(serving.sum()) * share
        candidates = people[serving & (leaves == STAYS)].tolist()
        while candidates and self.due - self.resigned >= 1.0 - _ALMOST:
            person = candidates.pop(int(_uniform(self.name, self.resigned) * len(candidates)))
            self.resigned += 1
            self.leaves[person], self.went[person] = gone, RESIGNED
            self.succeed(person, gone)

    def succeed(self, person: int, gone: int) -> None:
        """The successor of a leaver, as the team's policy says."""
        hire, attrition = self.team.hire, self.team.attrition
        training = whole_days(hire.training)
        if attrition.replace == "ahead":
            self.add(self.post[person], max(0, gone - training), gone, SUCCESSOR)
        elif attrition.replace == "after_leaving":
            joins = gone + max(0, whole_days(hire.lead) - whole_days(attrition.notice))
            self.add(self.post[person], joins, joins + training, SUCCESSOR)


def whole_days(duration_ms: int) -> int:
    """A duration in days of the pipeline."""
    return round(duration_ms / MS_PER_DAY)


def _uniform(team: str, leaver: int) -> float:
    """In (0, 1), by team and number of the leaver: who leaves is the same in every replication."""
    return float(to_uniform(mixed(np.array([leaver], dtype=np.uint64), add=name_key("leaver", team)))[0])


@remembered
def pipeline(resolved: Resolved) -> Pipeline:
    """Who joins, serves and leaves over the horizon; the same in every replication."""
    first_day = first_days(resolved)
    return Pipeline(tuple(_crew(resolved, t, first_day) for t in range(len(resolved.scenario.teams))), first_day)


def first_days(resolved: Resolved) -> np.ndarray:
    """int64 (months + 1,): first local day of each month of the horizon, and of the one after."""
    calendar = resolved.calendar
    months = range(len(calendar.month_labels) + 1)
    return np.array([calendar.day_of_date(add_months(calendar.start, m)) for m in months], dtype=np.int64)


def _crew(resolved: Resolved, t: int, first_day: np.ndarray) -> Crew:
    name = list(resolved.scenario.teams)[t]
    team, labels = resolved.scenario.teams[name], resolved.calendar.month_labels
    days, decisions = days_of(resolved), resolved.scenario.decisions
    draft = _Draft(name, team, first_day, posts_by_day(resolved, name, days))
    for post in range(draft.posts):
        draft.add(post, EVE, EVE, START)
    for label, count in sorted(decisions.hires.get(name, {}).items()):
        draft.hire(labels.index(label), count)
    share = leaving_share(resolved, t)
    turnover = np.zeros(len(labels), dtype=np.int64)
    if team.staffing is not None:
        present = mean_by_month(staffing_steps(resolved, name, days), resolved.calendar)
        turnover = _whole(present * share)
    else:
        for month, label in enumerate(labels):
            draft.dismiss(month, decisions.leaves.get(name, {}).get(label, 0))
            draft.resign(month, share[month])
    columns = ("post", "joins", "serves", "leaves", "came", "went")
    return Crew(
        posts=draft.posts,
        given=draft.given,
        **{column: np.array(getattr(draft, column), dtype=np.int64) for column in columns},
        ramp_days=team.hire.ramp / MS_PER_DAY,
        start_speed=team.hire.start_speed,
        start_quality=team.hire.start_quality,
        by_interval=team.staffing is not None,
        turnover=turnover,
    )


def _whole(expected: Sequence[float] | np.ndarray) -> np.ndarray:
    """int64: whole numbers whose running sum is that of the expected ones, rounded down."""
    return np.diff(np.floor(np.cumsum(expected) + _ALMOST), prepend=0.0).astype(np.int64)


def leaving_share(resolved: Resolved, t: int) -> np.ndarray:
    """float64 (months,): share of a team who leave of their own accord in each month of the horizon.

    The monthly rate that compounds to the declared one, and what the closed loop adds; less for a month that is cut.
    Zero for a team of somebody else's.
    """
    name, calendar = list(resolved.scenario.teams)[t], resolved.calendar
    months = len(calendar.month_labels)
    if resolved.scenario.teams[name].outsourced is not None:
        return np.zeros(months)
    share = _monthly_share(resolved, name, np.zeros(months))
    if resolved.feedback is not None:
        share = share + resolved.feedback.attrition[t]
    whole = np.diff([calendar.clock_ms(int(day), 0) for day in first_days(resolved)])
    return np.asarray(np.clip(share, 0.0, 1.0) * np.diff(calendar.month_edges_ms) / whole)


def _monthly_share(resolved: Resolved, name: str, points: np.ndarray) -> np.ndarray:
    """float64 (months,): mean over each month's days of the share that leaves in a month, for points above 85 %."""
    share = np.zeros_like(points)
    first = np.minimum(first_days(resolved), resolved.calendar.days)
    for index, variant in enumerate(resolved.variants):
        attrition = variant.teams[name].attrition
        here = np.concatenate([[0], np.cumsum(resolved.regime_of_day[: resolved.calendar.days] == index)])
        yearly = np.minimum(1.0, attrition.base + attrition.per_occupancy_point_over_85 * points)
        leaves = np.array([-monthly(-each) for each in yearly.tolist()])
        share += leaves * (np.diff(here[first]) / np.diff(first))
    return share


def extra_attrition(resolved: Resolved, occupancy: np.ndarray) -> np.ndarray:
    """float64 (T, months): share of heads who leave in each month beyond the base, for a team's monthly occupancy.

    Each point above 85 % adds `per_occupancy_point_over_85` to the yearly share; a yearly share is made monthly as
    1 - (1 - yearly) ** (1/12). ``occupancy`` is float64 (T, months), a share; NaN where there is no data adds nothing.
    """
    points = 100.0 * np.clip(np.nan_to_num(np.asarray(occupancy, dtype=np.float64)) - COMFORTABLE, 0.0, None)
    extra = np.zeros_like(points)
    for t, (name, team) in enumerate(resolved.scenario.teams.items()):
        if team.outsourced is None:
            none = np.zeros(points.shape[1])
            extra[t] = _monthly_share(resolved, name, points[t]) - _monthly_share(resolved, name, none)
    return extra
