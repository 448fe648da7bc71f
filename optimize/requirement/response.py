"""Fewest agents of one queue for its limits, and the number whose cost is least: Erlang C and A."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from optimize.requirement.limits import Limit
from sim.analytic import Queue
from sim.analytic import queue as erlang

Respond = Callable[[int], Queue | None]
"""Steady state with so many agents; None where the queue grows without end."""


@dataclass(frozen=True)
class Offered:
    """What one pool is asked to do; times in seconds."""

    rate: float
    """Contacts a second."""
    handle: float
    """Mean time that one contact takes of an agent, wrap-up included."""
    patience_rate: float = 0.0
    """Of one who waits; 0: nobody leaves."""

    @property
    def load(self) -> float:
        """Erlangs."""
        return self.rate * self.handle


def steady(offered: Offered, agents: int, within: float = 0.0) -> Queue | None:
    """Erlang A, or C where nobody leaves; None where the queue grows without end."""
    if agents < 1 or (offered.patience_rate == 0 and offered.load >= agents):
        return None
    return erlang(offered.rate, 1.0 / offered.handle, agents, within, offered.patience_rate)


def fewest(offered: Offered, limits: Sequence[Limit]) -> int:
    """Fewest agents with which every limit holds; 0 where nobody asks for anything.

    Every limit is monotone in the number of agents. Without limits: the load is carried (Erlang C), or one agent.

    >>> from sim.scenario.kpi_text import Named, Target
    >>> aim = Limit(Named("service_level", ()), Target(">=", 0.8), None, within_s=20.0)
    >>> fewest(Offered(rate=100 / 1800, handle=180.0), [aim])
    14
    """
    if offered.rate <= 0:
        return 0

    def meets(agents: int) -> bool:
        if not limits:
            return steady(offered, agents) is not None
        found = [(limit, steady(offered, agents, limit.within_s)) for limit in limits]
        return all(queue is not None and limit.met(queue) for limit, queue in found)

    low, high = 0, max(1, math.ceil(offered.load))
    while not meets(high):
        low, high = high, high + max(1, high // 4)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if meets(middle) else (middle, high)
    return high


@dataclass(frozen=True)
class Prices:
    """What staffing costs, in money and seconds."""

    agent: float | None = None
    """One agent on duty for a second; None: what the scenario's teams cost."""
    abandoned: float = 0.0
    """One contact that leaves the queue."""
    waiting: float = 0.0
    """One customer who waits for a second."""

    def cost(self, offered: Offered, agents: int) -> float:
        """Expected cost of a second; infinite where the queue grows without end."""
        assert self.agent is not None
        found = steady(offered, agents)
        if found is None:
            return math.inf
        lost = offered.rate * found.p_abandon
        return self.agent * agents + self.abandoned * lost + self.waiting * found.queue_length


def cheapest(offered: Offered, prices: Prices) -> int:
    """The number of agents, at least one, with the least expected cost; the smaller of two that cost the same.

    Goes on until agents alone cost more than the best so far, so it needs no convexity.
    """
    if offered.rate <= 0:
        return 0
    if prices.agent is None or prices.agent <= 0:
        raise ValueError("an agent who costs nothing is never one too many: give a price")
    best, least, agents = 0, math.inf, 1
    while not best or prices.agent * agents < least:
        cost = prices.cost(offered, agents)
        if cost < least:
            best, least = agents, cost
        agents += 1
    return best
