"""Exact queueing formulas: Erlang B, C and A, M/M/n+G, priorities and Pollaczek-Khinchine.

They check the engines and give first guesses to the optimiser. Rates and times are in one unit of time throughout,
whichever the caller chooses (rates per minute and times in minutes, say). Nothing here is simulated.

Sources: Erlang (1917); Palm (1957); Cobham (1954); Baccelli and Hebuterne (1981); Zeltyn and Mandelbaum (2005).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import betainc, digamma, gammainc

Curve = Callable[[np.ndarray], np.ndarray]
_NEGLIGIBLE = -46.0  # log of 1e-20: what is rarer than this, relative to the likeliest, is left out


@dataclass(frozen=True)
class Queue:
    """Steady state of one queue. Shares are of all offered contacts unless the text says otherwise."""

    p_wait: float
    """Share of accepted contacts (not blocked) that find every agent busy and wait."""
    p_block: float
    """Blocked / offered."""
    p_abandon: float
    """Abandoned / offered."""
    p_served: float
    """Served / offered."""
    mean_wait: float
    """Mean wait of accepted contacts, served and abandoned."""
    mean_wait_served: float
    """Mean wait of served contacts (average speed of answer)."""
    served_in_time: float
    """Served within the target / offered."""
    abandoned_in_time: float
    """Abandoned within the target / offered."""
    queue_length: float
    """Mean number waiting."""
    occupancy: float
    """Mean share of agents who are busy."""

    def service_level(self, contract: str = "a") -> float:
        """Service level in one of the four variants of `Target.contract`; 0/0 is NaN."""
        top, bottom = {
            "a": (self.served_in_time, 1.0 - self.abandoned_in_time),
            "b": (self.served_in_time + self.abandoned_in_time, 1.0),
            "c": (self.served_in_time, 1.0),
            "d": (self.served_in_time, self.p_served),
        }[contract]
        return top / bottom if bottom > 0 else math.nan


def erlang_b(load: float, servers: int) -> float:
    """Share blocked in M/M/n/n (M/G/n/n as well) at an offered ``load`` in erlangs.

    Recursion 1/B(n) = 1 + n/a 1/B(n-1), B(0) = 1 (Erlang 1917): no factorial, no overflow.

    >>> erlang_b(1.0, 2)
    0.2
    """
    _need(load >= 0 and servers >= 0, "the load and the number of servers cannot be negative")
    if load == 0:
        return 1.0 if servers == 0 else 0.0
    inverse = 1.0
    for n in range(1, servers + 1):
        inverse = 1.0 + n / load * inverse
        if math.isinf(inverse):
            return 0.0
    return 1.0 / inverse


def erlang_c(load: float, servers: int) -> float:
    """Share that waits in M/M/n: C = B / (1 - rho (1 - B)); 1 where the load reaches the servers.

    >>> round(erlang_c(1.5, 2), 12)
    0.642857142857
    """
    if load >= servers:
        return 1.0
    blocked = erlang_b(load, servers)
    return blocked / (1.0 - load / servers * (1.0 - blocked))


def queue(
    rate: float,
    service_rate: float,
    agents: int,
    within: float = 0.0,
    patience_rate: float = 0.0,
    places: int | None = None,
) -> Queue:
    """M/M/n+M with ``places`` waiting places: Erlang A; C where nobody leaves; B where there is no place.

    Arrivals, services by one agent and abandonments by one waiting customer are per unit of time; ``within`` is the
    target wait; ``places`` None is no limit. Raises ValueError where the queue would grow without end.

    The number in the system is a birth and death process. Who arrives with j waiting ahead is offered the wait
    V_j = -ln(U)/theta with U ~ Beta(n mu/theta, j + 1), since departures ahead come at rates n mu + i theta, i = j..0;
    so every service level is an incomplete beta function (incomplete gamma without abandonment).
    """
    _need(rate > 0 and service_rate > 0 and agents >= 1, "rates must be positive and there must be an agent")
    _need(patience_rate >= 0 and within >= 0, "the patience rate and the target cannot be negative")
    if patience_rate == 0 and places is None:
        _need(rate < agents * service_rate, "without abandonment the load must be below the number of agents")
        return _endless(rate, service_rate, agents, within)
    p = _number_in_system(rate, service_rate, agents, patience_rate, places)
    blocked = float(p[-1]) if places is not None else 0.0
    waits = p[agents:] if places is None else p[agents:-1]  # accepted with j waiting ahead, j = 0, 1, ...
    served, in_time, left, wait_served = _offered_wait(len(waits), agents * service_rate, patience_rate, within)
    at_once = float(p[:agents].sum())
    length = float(p[agents:] @ np.arange(len(p) - agents))
    p_served = at_once + float(waits @ served)
    return Queue(
        p_wait=float(waits.sum()) / (1.0 - blocked),
        p_block=blocked,
        p_abandon=patience_rate * length / rate,
        p_served=p_served,
        mean_wait=length / (rate * (1.0 - blocked)),
        mean_wait_served=float(waits @ wait_served) / p_served,
        served_in_time=at_once + float(waits @ in_time),
        abandoned_in_time=float(waits @ left),
        queue_length=length,
        occupancy=float(p @ np.minimum(np.arange(len(p)), agents)) / agents,
    )


def _endless(rate: float, service_rate: float, agents: int, within: float) -> Queue:
    """M/M/n in closed form: for those who wait, the wait is exponential with rate n mu - lambda."""
    waits = erlang_c(rate / service_rate, agents)
    spare = agents * service_rate - rate
    in_time = 1.0 - waits * math.exp(-spare * within)
    mean = waits / spare
    return Queue(waits, 0.0, 0.0, 1.0, mean, mean, in_time, 0.0, rate * mean, rate / (agents * service_rate))


def _number_in_system(
    rate: float, service_rate: float, agents: int, patience_rate: float, places: int | None
) -> np.ndarray:
    """Probabilities of 0, 1, ... in the system, by the product form in the log domain."""
    if places is not None:
        size = agents + places
    else:  # the terms fall for good once departures exceed arrivals; go on until they are negligible
        size = agents + math.ceil(max(0.0, rate - agents * service_rate) / patience_rate)
        drop = 0.0
        while drop > _NEGLIGIBLE:
            size += 1
            drop += math.log(rate / (agents * service_rate + (size - agents) * patience_rate))
    states = np.arange(1, size + 1)
    leaving = np.minimum(states, agents) * service_rate + np.maximum(states - agents, 0) * patience_rate
    logs = np.concatenate([[0.0], np.cumsum(math.log(rate) - np.log(leaving))])
    p = np.exp(logs - logs.max())
    return np.asarray(p / p.sum())


def _offered_wait(
    count: int, capacity: float, patience_rate: float, within: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """For 0, 1, ... count - 1 waiting ahead: P(served), P(served in time), P(left in time), E[wait; served]."""
    ahead = np.arange(count, dtype=float)
    if patience_rate == 0:
        in_time = gammainc(ahead + 1.0, capacity * within)
        return np.ones(count), in_time, np.zeros(count), (ahead + 1.0) / capacity
    c = capacity / patience_rate
    impatient = -math.expm1(-patience_rate * within)  # out of patience within T: 1 - exp(-theta T)
    served = c / (c + ahead + 1.0)
    in_time = served * betainc(ahead + 1.0, c + 1.0, impatient)
    offered_in_time = betainc(ahead + 1.0, c, impatient)
    left = impatient + (1.0 - impatient) * offered_in_time - in_time
    wait_served = served * (digamma(c + ahead + 2.0) - digamma(c + 1.0)) / patience_rate
    return served, in_time, left, wait_served


def general_patience(
    rate: float,
    service_rate: float,
    agents: int,
    survival: Curve,
    limited_mean: Curve,
    within: float = 0.0,
    kinks: Sequence[float] = (),
) -> Queue:
    """M/M/n+G: patience of any distribution (Baccelli and Hebuterne; blocks of Zeltyn and Mandelbaum 2005).

    ``survival(t)`` is the share that would wait longer than t, ``limited_mean(t)`` = E[min(patience, t)] its integral
    from 0; both take arrays. ``kinks`` are times at which they are not smooth (a constant patience, say). The offered
    wait has the density lambda exp(lambda limited_mean(x) - n mu x) / (E + lambda J), E = 1 / B(n - 1).
    """
    _need(rate > 0 and service_rate > 0 and agents >= 1, "rates must be positive and there must be an agent")
    capacity = agents * service_rate

    def exponent(x: np.ndarray) -> np.ndarray:
        return np.asarray(rate * limited_mean(x) - capacity * x)

    far = 1.0 / capacity
    while float(exponent(np.array([far]))[0]) > _NEGLIGIBLE:
        far *= 1.25
        _need(far < 1e9 / capacity, "so few leave that the queue would grow without end")
    x, dx = _panels(sorted({0.0, *(t for t in (within, *kinks) if 0 < t < far), far}))
    logs = exponent(x)
    top = max(0.0, float(logs.max()))
    weight = rate * np.exp(logs - top) * dx
    none_waits = math.exp(-top) / erlang_b(rate / service_rate, agents - 1)
    offered = weight / (none_waits + weight.sum())  # P(offered wait in dx)
    alive = survival(x)
    p_wait = float(offered.sum())
    p_served = 1.0 - p_wait + float(offered @ alive)
    mean = float(offered @ limited_mean(x))
    return Queue(
        p_wait=p_wait,
        p_block=0.0,
        p_abandon=1.0 - p_served,
        p_served=p_served,
        mean_wait=mean,
        mean_wait_served=float(offered @ (alive * x)) / p_served,
        served_in_time=1.0 - p_wait + float(offered @ (alive * (x <= within))),
        abandoned_in_time=float(offered @ (1.0 - survival(np.minimum(x, within)))),
        queue_length=rate * mean,
        occupancy=rate * p_served / capacity,
    )


def _panels(edges: Sequence[float], parts: int = 200, order: int = 16) -> tuple[np.ndarray, np.ndarray]:
    """Nodes and weights of Gauss-Legendre quadrature on ``parts`` panels between neighbouring edges."""
    node, weight = np.polynomial.legendre.leggauss(order)
    cuts = np.unique(np.concatenate([np.linspace(a, b, parts + 1) for a, b in itertools.pairwise(edges)]))
    half = np.diff(cuts)[:, None] / 2
    middle = cuts[:-1, None] + half
    return (middle + half * node).ravel(), (half * weight).ravel()


def mg1_wait(rate: float, mean_service: float, scv: float = 1.0) -> float:
    """Mean wait in M/G/1 (Pollaczek-Khinchine): rho / (1 - rho) (1 + scv) / 2 x mean service; scv = variance / mean^2.

    >>> mg1_wait(0.5, 1.0, scv=1.0)
    1.0
    """
    _need(rate >= 0 and mean_service > 0 and scv >= 0, "the rate and the variance cannot be negative")
    rho = rate * mean_service
    _need(rho < 1, "the load must be below 1")
    return rho / (1.0 - rho) * (1.0 + scv) / 2.0 * mean_service


def priority_waits(rates: Sequence[float], service_rate: float, agents: int) -> list[float]:
    """Mean waits by class, first is served first, non-preemptive, M/M/n with one service rate (Cobham 1954).

    W_k = C / (n mu) / ((1 - s_{k-1}) (1 - s_k)), s_k the load of classes 1..k as a share of the agents.
    """
    capacity = agents * service_rate
    return _cobham(rates, [1.0 / capacity] * len(rates), erlang_c(sum(rates) / service_rate, agents) / capacity)


def priority_waits_mg1(rates: Sequence[float], mean_services: Sequence[float], scvs: Sequence[float]) -> list[float]:
    """Mean waits by class, non-preemptive, M/G/1 with service times by class (Cobham 1954).

    The residual work found is W_0 = sum of rate x E[service^2] / 2.
    """
    residual = sum(r * m * m * (1.0 + v) / 2.0 for r, m, v in zip(rates, mean_services, scvs, strict=True))
    return _cobham(rates, mean_services, residual)


def _cobham(rates: Sequence[float], work: Sequence[float], residual: float) -> list[float]:
    loads = np.concatenate([[0.0], np.cumsum([r * w for r, w in zip(rates, work, strict=True)])])
    _need(float(loads[-1]) < 1, "the load must be below the number of agents")
    return [float(residual / ((1.0 - a) * (1.0 - b))) for a, b in itertools.pairwise(loads)]


def agents_needed(
    rate: float,
    mean_handle: float,
    share: float,
    within: float,
    patience_rate: float = 0.0,
    contract: str = "a",
    max_occupancy: float = 1.0,
    max_abandon: float = 1.0,
) -> int:
    """Fewest agents on duty with which M/M/n(+M) answers ``share`` within ``within``; 0 where nobody calls.

    The variant is the scenario's ``contract``; limits on occupancy and abandonment hold as well. Add shrinkage
    afterwards: scheduled = needed / (1 - s).

    >>> agents_needed(rate=100 / 30, mean_handle=3, share=0.80, within=20 / 60)
    14
    """
    _need(rate >= 0 and mean_handle > 0, "the rate cannot be negative and the handle time must be positive")
    _need(0 <= share < 1 and max_occupancy > 0 and max_abandon > 0, "a share below 1 and positive limits are needed")
    if rate == 0:
        return 0

    def meets(agents: int) -> bool:
        if patience_rate == 0 and rate * mean_handle >= agents:
            return False
        found = queue(rate, 1.0 / mean_handle, agents, within, patience_rate)
        good = found.service_level(contract) >= share
        return good and found.occupancy <= max_occupancy and found.p_abandon <= max_abandon

    low, high = 0, max(1, math.ceil(rate * mean_handle))
    while not meets(high):
        low, high = high, high + max(1, high // 4)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if meets(middle) else (middle, high)
    return high


def _need(condition: bool, message: str) -> None:
    if not condition:
        raise ValueError(message)
