"""Workload W2: M/M/42 + M, the same arrivals and services with a mean patience of 3 minutes."""

from __future__ import annotations

from typing import Any

from benchmarks import w1
from benchmarks.peers import simpy_queues as numbers
from benchmarks.peers.summary import Summary

TITLE = "W2 M/M/42+M"


def scenario() -> dict[str, Any]:
    """The workload as a planner's document."""
    patience = {"mean": f"{numbers.W2_PATIENCE_MEAN_MIN} min", "distribution": "exponential"}
    return {
        **w1.scenario(),
        "name": "w2",
        "channels": {"phone": {"patience": patience}},
        "teams": {"agents": {"agents": numbers.W2_SERVERS, "serves": ["phone"]}},
    }


def peer(seed: int) -> tuple[int, Summary]:
    """The same in SimPy, a process a customer."""
    return numbers.w2(w1.CUSTOMERS, seed)
