"""How service answers to staffing, learned from simulated months.

For a channel c with a target, the share answered in time in a month is fitted as

    logit(share) = a + b (capacity - linear x work) / sqrt(work)

over all simulated months and versions, where capacity is that of the teams that serve c at once and work is that of the
channels that compete with c for them. Solved for the capacity at which the target holds, this is the square-root law of
staffing (Halfin and Whitt 1981) with learned coefficients: linear x work + root x sqrt(work).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, ndtri

from optimize.plan.ask import Ask
from sim.scenario.schema import Scenario
from sim.scenario.schema.people import Serve

SLOPE, SLOPE_SURE = 3.5, 0.35
"""What is expected of b before anything is simulated (offices of 5 to 50 heads), and how sure that is, of its log."""
LINEAR_SURE = 0.15
"""How sure it is that a head of work takes a head of capacity (of the competing channels' share)."""
STABLE = 0.985
"""Occupancy above which work that waits for ever piles up: no finite simulation may say otherwise."""
_LAW_ERROR = 0.3  # of the law itself, in logits: more contacts in a month do not make it truer
_NEAR, _FAR = 1.2, 0.02  # logits around the target within which months tell most, and the weight of the others
_RANGE = 0.8, 1.2  # of the linear part around what is expected
_LEAST, _MOST = 0.02, 0.995  # shares beyond which a month says little of the slope


@dataclass(frozen=True)
class Point:
    """One channel in one month of one version: mean over its replications."""

    month: int
    capacity: float
    work: float
    top: np.ndarray  # float64 (replications,) answered in time
    bottom: np.ndarray  # float64 (replications,)


@dataclass(frozen=True)
class Response:
    """The fitted law of one channel."""

    channel: int
    channels: tuple[int, ...]
    """That compete with it, itself included."""
    teams: tuple[int, ...]
    """That serve it at once."""
    level: float
    """a: the logit where capacity is just linear x work."""
    slope: float
    """b: logits for each head over the square root of the work."""
    linear: float
    offset: np.ndarray
    """float64 (M,): what months differ by, in logits."""
    spread: float
    """Standard deviation of a month's logit from replication to replication."""
    error: float
    """Standard deviation of what the law leaves unexplained between months and versions, in logits."""

    def share(self, capacity: np.ndarray, work: np.ndarray) -> np.ndarray:
        """float64 (M,): the mean share answered in time that the law expects."""
        root = np.sqrt(np.maximum(work, 1e-9))
        return np.asarray(expit(self.level + self.offset + self.slope * (capacity - self.linear * work) / root))

    def root(self, share: float, chance: float | None) -> np.ndarray:
        """float64 (M,): heads for each square root of work at which ``share`` is met, with a chance if given."""
        return (logit(share) + safety(chance) * self.spread - self.level - self.offset) / self.slope


def logit(share: float) -> float:
    """The log odds of a share."""
    return math.log(share / (1.0 - share))


def safety(chance: float | None) -> float:
    """Standard deviations above the mean that a chance asks for; 0 for the mean itself."""
    return 0.0 if chance is None else float(ndtri(chance))


def competing(scenario: Scenario, channel: str) -> tuple[list[str], list[str]]:
    """Teams that serve a channel at once, and the channels whose work keeps them from it, itself first.

    Work that is put aside when something comes in, and ranks below the channel in every shared team, does not compete.
    """
    target = scenario.channels[channel].target
    within = target.within if target is not None else 0
    teams = [name for name, team in scenario.teams.items() if any(_at_once(s, channel, within) for s in team.serves)]
    if not teams:
        teams = [name for name, team in scenario.teams.items() if any(s.channel == channel for s in team.serves)]
    rivals = [channel]
    for other in scenario.channels:
        shared = [name for name in teams if any(_at_once(s, other, within) for s in scenario.teams[name].serves)]
        if other != channel and shared and not _yields(scenario, shared, channel, other):
            rivals.append(other)
    return teams, rivals


def _at_once(serve: Serve, channel: str, within: int) -> bool:
    return serve.channel == channel and serve.after <= within


def _yields(scenario: Scenario, teams: Sequence[str], channel: str, other: str) -> bool:
    """Whether ``other`` never holds ``channel`` up: put aside at once, and of lower rank wherever both are served."""
    if not scenario.channels[other].interruptible:
        return False
    for name in teams:
        ranks = [serve.channel for serve in scenario.teams[name].serves]
        if scenario.teams[name].policy != "priority" or ranks.index(other) < ranks.index(channel):
            return False
    return True


def fit(
    channel: int,
    channels: tuple[int, ...],
    teams: tuple[int, ...],
    points: Sequence[Point],
    months: int,
    share_wanted: float,
    expected_linear: float = 1.0,
) -> Response:
    """The law that fits the points best near the share that is wanted, drawn to what is expected where they say little.

    Least squares in logits, weighted by how much a month's contacts tell and by how near to the target they are;
    ``expected_linear`` is the share of the competing work that these teams do.
    """
    use = [p for p in points if p.bottom.sum() > 0 and p.work > 1e-6 and p.capacity > 0]
    if not use:
        return Response(channel, channels, teams, 0.0, SLOPE, expected_linear, np.zeros(months), 0.5, 1.0)
    share = np.array([np.clip(p.top.sum() / p.bottom.sum(), _LEAST, _MOST) for p in use])
    root = np.sqrt([p.work for p in use])
    capacity, work = np.array([p.capacity for p in use]), np.array([p.work for p in use])
    found = np.log(share / (1 - share))
    # what a logit is known to: binomial noise of the contacts, and the law's own error of about 0.3
    count = np.array([p.bottom.sum() for p in use])
    weight = 1.0 / (1.0 / (count * share * (1 - share)) + _LAW_ERROR**2)
    weight *= np.exp(-0.5 * ((found - logit(share_wanted)) / _NEAR) ** 2) + _FAR
    slope, linear, level = SLOPE, expected_linear, 0.0
    for _ in range(20):  # alternating: each step is a weighted mean or a ridge regression of one coefficient
        x = (capacity - linear * work) / root
        level = float(np.average(found - slope * x, weights=weight))
        prior = 1.0 / (SLOPE * SLOPE_SURE) ** 2
        slope = float((np.sum(weight * x * (found - level)) + prior * SLOPE) / (np.sum(weight * x * x) + prior))
        slope = max(0.2, slope)
        sure = 1.0 / (LINEAR_SURE * expected_linear) ** 2
        left = found - level - slope * capacity / root
        linear = float(
            (np.sum(weight * -slope * root * left) + sure * expected_linear)
            / (np.sum(weight * (slope * root) ** 2) + sure)
        )
        linear = float(np.clip(linear, _RANGE[0] * expected_linear, _RANGE[1] * expected_linear))
    x = (capacity - linear * work) / root
    left = found - level - slope * x
    error = float(np.sqrt(np.average(left**2, weights=weight)))
    offset = _offsets(np.array([p.month for p in use]), left, weight, months, error)
    return Response(channel, channels, teams, level, slope, linear, offset, _spread(use), error)


def _offsets(month: np.ndarray, left: np.ndarray, weight: np.ndarray, months: int, error: float) -> np.ndarray:
    """float64 (M,): mean of what is left by month, shrunk by how few points say so."""
    total = np.bincount(month, weights=weight, minlength=months)
    mean = np.bincount(month, weights=weight * left, minlength=months) / np.maximum(total, 1e-12)
    count = np.bincount(month, minlength=months)
    between = max(0.0, float(np.var(mean[count > 0])) - error**2 / max(1.0, float(np.mean(count[count > 0]))))
    within = max(error**2, 1e-9)
    return np.asarray(mean * (between * count / (between * count + within)))


def _spread(points: Sequence[Point]) -> float:
    """Standard deviation of a month's logit over replications, near the levels at which targets stand."""
    found = []
    for point in points:
        there = point.bottom > 0
        if np.count_nonzero(there) < 2:
            continue
        share = np.clip(point.top[there] / point.bottom[there], _LEAST, _MOST)
        if 0.5 <= share.mean() <= 0.97:
            found.append(np.var(np.log(share / (1 - share)), ddof=1))
    return float(np.sqrt(np.mean(found))) if found else 0.5


def stability(scenario: Scenario, teams: Sequence[str], channels: Sequence[str]) -> list[tuple[list[str], list[str]]]:
    """Sets of teams with the channels that nobody else serves: their work must fit into them (Hall's condition)."""
    served = {
        channel: frozenset(name for name in teams if any(s.channel == channel for s in scenario.teams[name].serves))
        for channel in channels
    }
    unions: set[frozenset[str]] = set()
    for group in {group for group in served.values() if group}:
        unions |= {group, *(group | other for other in unions)}
    found = []
    for union in sorted(unions, key=lambda one: (len(one), sorted(one))):
        inside = [channel for channel in channels if served[channel] and served[channel] <= union]
        found.append(([name for name in teams if name in union], inside))
    return found


def most_occupied(ask: Ask) -> float:
    """Occupancy that a month may have at most."""
    return STABLE if ask.occupancy is None else min(STABLE, ask.occupancy)
