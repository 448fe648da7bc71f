"""Workload W1: M/M/50, 10 arrivals a minute, 4.5 minutes each, for a week; everyone waits until served."""

from __future__ import annotations

from typing import Any

from benchmarks.peers import ciw_centre, cpp_centre
from benchmarks.peers import simpy_queues as numbers
from benchmarks.peers.summary import Summary

TITLE = "W1 M/M/50"
CIW_NOTE = ""
CUSTOMERS = 100_800


def scenario() -> dict[str, Any]:
    """The workload as a planner's document."""
    return {
        "schema": 1,
        "name": "w1",
        "horizon": {"start": "2027-01-04", "length": "7 days", "at_end": "drain"},
        "reasons": {
            "call": {
                "rate": f"{numbers.ARRIVALS_PER_MIN} /min",
                "channels": {"phone": "100 %"},
                "handle": {"mean": f"{numbers.SERVICE_MEAN_MIN} min", "distribution": "exponential"},
            }
        },
        "channels": {"phone": {"patience": "never"}},
        "teams": {"agents": {"agents": numbers.W1_SERVERS, "serves": ["phone"]}},
    }


def peer(seed: int) -> tuple[int, Summary]:
    """The same in SimPy, a process a customer."""
    return numbers.w1(CUSTOMERS, seed)


def ciw(seed: int) -> tuple[int, Summary]:
    """The same in Ciw."""
    return ciw_centre.w1(CUSTOMERS // 4, seed)


def cpp(seed: int) -> cpp_centre.Played:
    """The same in C++, three weeks."""
    return cpp_centre.w1(3, seed)
