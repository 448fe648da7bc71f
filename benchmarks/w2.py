"""Workload W2: M/M/42 + M, the same arrivals and services with a mean patience of 3 minutes."""

from __future__ import annotations

from typing import Any

from benchmarks import w1
from benchmarks.peers import ciw_centre, cpp_centre
from benchmarks.peers import simpy_queues as numbers
from benchmarks.peers.summary import Summary

TITLE = "W2 M/M/42+M"
CIW_NOTE = ""


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


def ciw(seed: int) -> tuple[int, Summary]:
    """The same in Ciw."""
    return ciw_centre.w2(w1.CUSTOMERS // 4, seed)


def cpp(seed: int) -> cpp_centre.Played:
    """The same in C++, three weeks."""
    return cpp_centre.w2(3, seed)
