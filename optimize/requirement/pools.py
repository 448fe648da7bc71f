"""Which teams can share which work, and what each pool of them is asked to do in each half-hour.

Overlapping skills: a set of teams U must be able to carry everything that nobody outside U may serve. For every such
set the capacity of U has to reach the need of that work, so no agent is counted fully for two queues (semantics 9.4).
That is the same as "for every set of channels, all teams that serve any of them", with the sets that can never bind
left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from optimize.requirement.flows import Flow
from optimize.requirement.limits import Limit
from optimize.requirement.response import Offered
from sim.engine.routing import Routing, make_routing
from sim.scenario.schema import Scenario
from sim.scenario.schema.service import Channel
from sim.scenario.units import HALF_HOUR_MS, MS_PER_HOUR, MS_PER_SECOND

LONGEST_WAIT_MS = MS_PER_HOUR
MOST_POOLS = 4096
SLOT_S = HALF_HOUR_MS / MS_PER_SECOND


@dataclass(frozen=True)
class Work:
    """Contacts that the same teams may serve on one channel."""

    channel: str
    teams: frozenset[int]
    contacts: np.ndarray  # float64 (336,)
    work: np.ndarray  # float64 (336,) seconds at full speed, one contact at a time
    deferrable: bool


@dataclass(frozen=True)
class Pool:
    """A set of teams and all the work that nobody else may serve."""

    teams: tuple[int, ...]
    at_once: tuple[Work, ...]
    """Work for which customers wait in line."""
    deferred: tuple[Work, ...]
    """Work with a window of hours."""
    speed: np.ndarray  # float64 (T,) of each team in this work, relative to `reference`; 0 for others
    reference: float
    """Mean speed of the teams in this work."""

    def offered(self, slot: int, patience: dict[str, float]) -> Offered:
        """What the pool is asked to do at once in a half-hour; ``patience`` rate a second by channel."""
        contacts = np.array([work.contacts[slot] for work in self.at_once])
        total = contacts.sum()
        if total <= 0:
            return Offered(0.0, 1.0)
        seconds = sum(work.work[slot] for work in self.at_once) / self.reference
        rates = np.array([patience[work.channel] for work in self.at_once])
        return Offered(total / SLOT_S, seconds / total, float(contacts @ rates) / total)


def is_deferrable(channel: Channel) -> bool:
    """Whether a channel's work is spread over a window rather than done as it comes: nobody hangs up, and the target
    is an hour or longer, or there is none and the channel never turns anybody away."""
    if channel.patience.distribution != "never":
        return False
    if channel.target is None:
        return channel.interruptible or channel.chase is not None
    return channel.target.within >= LONGEST_WAIT_MS


def most_at_once(channel: Channel) -> float:
    """Work that an agent gets through with the best number in hand, relative to one at a time: max of j x speed(j).

    Three in parallel at speeds 1, 0.8 and 0.66 are 1.98 times one, not 3 times.
    """
    speeds = [channel.speed[min(j, len(channel.speed)) - 1] for j in range(1, channel.parallel + 1)]
    return max(j * speed for j, speed in enumerate(speeds, start=1))


def works_of(flow: Flow) -> list[Work]:
    """All contacts of a week by channel and by the teams that may serve them; without a team: left out."""
    scenario, routing = flow.world, make_routing(flow.world)
    channels, teams = list(scenario.channels), list(scenario.teams)
    found: dict[tuple[int, frozenset[int]], list[np.ndarray]] = {}

    def add(c: int, who: frozenset[int], contacts: np.ndarray, work: np.ndarray) -> None:
        sums = found.setdefault((c, who), [np.zeros(336), np.zeros(336)])
        sums[0] += contacts
        sums[1] += work / MS_PER_SECOND

    for c, name in enumerate(channels):
        gain = most_at_once(scenario.channels[name])
        for r, reason in enumerate(scenario.reasons.values()):
            queue = int(routing.queue_of[c, r])
            if queue >= 0:
                who = _in_time(routing, queue, scenario.channels[name])
                add(c, who, flow.contacts[c, r], flow.work[c, r] / gain)
            if reason.transfer is not None:
                taker = frozenset([teams.index(reason.transfer.to)])
                add(c, taker, flow.transferred[c, r], flow.transferred_work[c, r] / gain)
    return [
        Work(channels[c], who, contacts, work, is_deferrable(scenario.channels[channels[c]]))
        for (c, who), (contacts, work) in found.items()
        if contacts.any()
    ]


def _in_time(routing: Routing, queue: int, channel: Channel) -> frozenset[int]:
    """Teams that may take a contact of a queue within its target time; where there are none, those that may at all.
    Who helps only after an overflow wait beyond the target does not help the target."""
    who, after = routing.queue_teams[queue], routing.queue_after[queue]
    within = channel.target.within if channel.target else 0
    soon = frozenset(who[(who >= 0) & (after <= within)].tolist())
    return soon or frozenset(who[who >= 0].tolist())


def pools_of(scenario: Scenario, works: Sequence[Work], tenure: np.ndarray) -> list[Pool]:
    """One pool for each union of the sets of teams that some work may go to; ``tenure`` (T,) mean speed of the people.

    Raises ValueError where skills overlap in more than 4,096 ways.
    """
    pools = []
    for union in _unions(work.teams for work in works):
        inside = [work for work in works if work.teams <= union]
        speeds = _speeds(scenario, inside, tenure)
        reference = float(np.mean([speeds[t] for t in union])) or 1.0
        pools.append(
            Pool(
                teams=tuple(sorted(union)),
                at_once=tuple(work for work in inside if not work.deferrable),
                deferred=tuple(work for work in inside if work.deferrable),
                speed=np.where([t in union for t in range(len(speeds))], speeds / reference, 0.0),
                reference=reference,
            )
        )
    return pools


def _unions(sets: Iterable[frozenset[int]]) -> list[frozenset[int]]:
    """All unions of some of the sets, smaller ones first."""
    found: set[frozenset[int]] = set()
    for each in set(sets):
        found |= {each} | {each | other for other in found}
        if len(found) > MOST_POOLS:
            raise ValueError(f"the teams' skills overlap in more than {MOST_POOLS} ways")
    return sorted(found, key=lambda union: (len(union), sorted(union)))


def _speeds(scenario: Scenario, works: Sequence[Work], tenure: np.ndarray) -> np.ndarray:
    """float64 (T,): speed of each team in what it may serve of the work, weighted by work; by reason unweighted."""
    speeds = np.ones(len(scenario.teams))
    for t, team in enumerate(scenario.teams.values()):
        mine = [(work.work.sum(), work.channel) for work in works if t in work.teams and work.work.any()]
        if isinstance(team.speed, dict):
            by_reason = np.mean([team.speed.get(name, 1.0) for name in scenario.reasons])
            total = sum(weight for weight, _ in mine)
            by_channel = sum(weight * team.speed.get(name, 1.0) for weight, name in mine) / total if total else 1.0
            speeds[t] = by_reason * by_channel
        else:
            speeds[t] = float(team.speed)
        speeds[t] *= tenure[t]
    return speeds


def limits_for(pool: Pool, limits: Sequence[Limit], teams: Sequence[str], slot: int) -> list[Limit]:
    """Limits on the queue of a pool in a half-hour: of its channels that have contacts then, and of its teams."""
    asking = {work.channel for work in pool.at_once if work.contacts[slot] > 0}
    return [
        limit
        for limit in limits
        if (limit.channel in asking if limit.team is None else teams.index(limit.team) in pool.teams)
    ]
