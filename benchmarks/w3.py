"""Workload W3: one day of a support centre, three channels, three teams; `peers.w3_numbers` explains it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from benchmarks.peers import ciw_centre, cpp_centre, simpy_centre
from benchmarks.peers import w3_numbers as numbers
from benchmarks.peers.summary import Summary

TITLE = "W3 centre"
CIW_NOTE = "its own centre: no shared skills, no parallel chats"
HALF_HOURS = 48
OPENS_AT = 2 * int(numbers.OPENS[:2])  # half-hours after midnight
LENGTH = "20 h"  # from midnight until the centre closes


def over_the_day(values: Sequence[int]) -> list[int]:
    """The half-hours of the opening in those of a whole day."""
    return [0] * OPENS_AT + list(values) + [0] * (HALF_HOURS - OPENS_AT - len(values))


def scenario() -> dict[str, Any]:
    """The workload as a planner's document; every rule that it does not name is off."""
    back = {"mean": f"{numbers.COMES_BACK_AFTER_MEAN_MIN} min", "distribution": "exponential"}
    reasons: dict[str, Any] = {}
    channels: dict[str, Any] = {}
    for name, arrivals in numbers.ARRIVALS_PER_INTERVAL.items():
        mean, cv = numbers.HANDLE_MEAN_MIN_AND_CV[name]
        reasons[name] = {
            "rate": f"{sum(arrivals)} /day",
            "profile": {"every": "30 min", "weights": over_the_day(arrivals)},
            "channels": {name: "100 %"},
            "handle": {"mean": f"{mean} min", "cv": cv},
            "resolved_first": f"{100 * (1 - numbers.COMES_BACK_SHARE):g} %",
            "unresolved": {"after": back},
            "attempts": 20,
        }
        channels[name] = {"teams": list(numbers.ROUTES[name])}
        if name in numbers.PATIENCE_MEAN_MIN:
            patience = f"{numbers.PATIENCE_MEAN_MIN[name]} min"
            channels[name]["patience"] = {"mean": patience, "distribution": "exponential"}
        if len(numbers.SPEEDS[name]) > 1:
            channels[name]["parallel"] = len(numbers.SPEEDS[name])
            channels[name]["speed"] = list(numbers.SPEEDS[name])
    teams = {
        name: {
            "serves": list(serves),
            "staffing": {"every": "30 min", "agents": over_the_day(numbers.AGENTS_PER_INTERVAL[name])},
        }
        for name, serves in numbers.SERVES.items()
    }
    horizon = {"start": "2027-01-04", "length": LENGTH}
    return {"schema": 1, "name": "w3", "horizon": horizon, "reasons": reasons, "channels": channels, "teams": teams}


def peer(seed: int) -> tuple[int, Summary]:
    """The same in SimPy, a process a ticket."""
    return simpy_centre.w3(1, seed)


def ciw(seed: int) -> tuple[int, Summary]:
    """The same in Ciw, as far as it goes: see `ciw_centre`."""
    return ciw_centre.w3(1, seed)


def cpp(seed: int) -> cpp_centre.Played:
    """The same in C++, ten days."""
    return cpp_centre.w3(10, seed)
