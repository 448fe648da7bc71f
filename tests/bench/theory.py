"""What theory says of W1 and W2, and how a peer model is held against it: by its own standard error over runs."""

from collections.abc import Callable, Sequence
from math import sqrt
from statistics import mean, stdev

from benchmarks.peers import simpy_queues as queues
from benchmarks.peers.summary import Summary

Measure = Callable[[int, Summary], float]
MOST = 3.5  # standard errors


def assert_agrees(runs: Sequence[tuple[int, Summary]], measure: Measure, theory: float, noise: float = 0.04) -> None:
    """Independent runs against theory; `noise`: the most that the error may be of it."""
    values = [measure(contacts, summary) for contacts, summary in runs]
    error = stdev(values) / sqrt(len(values))
    assert abs(mean(values) - theory) < MOST * error, f"{mean(values)} +- {error}, theory {theory}"
    assert error < noise * theory, "too noisy to say anything"


def chances(arrivals: float, service: float, servers: int, leaving: float, most: int = 2000) -> list[float]:
    """Long-run chance of n customers in a queue with exponential times, from its birth and death rates."""
    weights = [1.0]
    for n in range(1, most):
        weights.append(weights[-1] * arrivals / (service * min(n, servers) + leaving * max(n - servers, 0)))
    total = sum(weights)
    return [weight / total for weight in weights]


def mean_queue(probabilities: Sequence[float], servers: int) -> float:
    """Mean number waiting."""
    return sum(max(n - servers, 0) * p for n, p in enumerate(probabilities))


def erlang_c() -> float:
    """Mean wait of W1, minutes."""
    chance = chances(queues.ARRIVALS_PER_MIN, 1 / queues.SERVICE_MEAN_MIN, queues.W1_SERVERS, 0.0)
    return mean_queue(chance, queues.W1_SERVERS) / queues.ARRIVALS_PER_MIN


def erlang_a() -> tuple[float, float]:
    """Mean wait of W2, minutes, and the share who give up."""
    leaving = 1 / queues.W2_PATIENCE_MEAN_MIN
    chance = chances(queues.ARRIVALS_PER_MIN, 1 / queues.SERVICE_MEAN_MIN, queues.W2_SERVERS, leaving)
    waiting = mean_queue(chance, queues.W2_SERVERS)
    return waiting / queues.ARRIVALS_PER_MIN, waiting * leaving / queues.ARRIVALS_PER_MIN
