"""Scenario documents from the parameters of textbook models: what a planner would write, made by a function.

Rates and times are in the oracle's unit (``min`` or ``s``). One channel is one class of customers, one team one group
of servers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

Document = dict[str, Any]


def duration(value: float, unit: str = "min") -> str:
    """``3.5 min`` with every digit that matters."""
    return f"{value!r} {unit}"


def per(rate: float, unit: str = "min") -> str:
    """``4.2 /min``."""
    return f"{rate!r} /{unit}"


def exponential(rate: float, unit: str = "min") -> dict[str, Any]:
    """An exponential time of this rate."""
    return {"mean": duration(1 / rate, unit), "distribution": "exponential"}


def patience(theta: float, unit: str = "min") -> Any:
    """Exponential patience of this rate; 0 waits for ever."""
    return exponential(theta, unit) if theta else "never"


def document(
    name: str,
    classes: Mapping[str, tuple[Document, Document]],
    teams: Mapping[str, Document],
    unit: str = "min",
    **more: Any,
) -> Document:
    """A scenario whose horizon is set later by the harness. ``classes``: name -> (reason, channel) blocks."""
    return {
        "schema": 1,
        "name": name,
        "reasons": {key: {"channels": {key: "100 %"}, **reason} for key, (reason, _) in classes.items()},
        "channels": {key: channel for key, (_, channel) in classes.items()},
        "teams": dict(teams),
        **more,
    }


def single_queue(
    rate: float,
    handle: Document,
    agents: int,
    patience: Any = "never",
    places: int | None = None,
    unit: str = "min",
    **channel: Any,
) -> Document:
    """One class, one team of ``agents``, Poisson arrivals of ``rate``."""
    block: Document = {"patience": patience, **channel}
    if places is not None:
        block["places"] = places
    reason = {"rate": per(rate, unit), "handle": handle}
    return document("single_queue", {"calls": (reason, block)}, {"agents": {"agents": agents, "serves": ["calls"]}})


def with_horizon(
    made: Document, length: float, warm_up: float = 0.0, unit: str = "min", start: str = "2027-01-04"
) -> Document:
    """The document with its horizon; what is in the system at the end is finished, so that every wait is known."""
    horizon = {"start": start, "length": duration(length, unit), "warm_up": duration(warm_up, unit), "at_end": "drain"}
    return {**made, "horizon": horizon}


def daily(
    rates: Sequence[float],
    staff: Sequence[int],
    period_min: float,
    handle: Document,
    unit: str = "min",
    reason: Document | None = None,
    **channel: Any,
) -> Document:
    """A day of periods with their own arrival rates (per ``unit``) and staff; then quiet, with the last staffing.

    Every day of the horizon is the same, so that each is an independent copy of the oracle's single day: the rest of
    the day is long enough for the queue to empty.
    """
    day_min = 24 * 60
    quiet = round(day_min / period_min) - len(rates)
    assert quiet > 0, "the day must leave room for its queue to empty"
    weights = [*rates, *[0.0] * quiet]
    block = {
        "rate": per(sum(rates) / len(weights), unit),
        "profile": {"every": duration(period_min), "weights": weights},
        "handle": handle,
        **(reason or {}),
    }
    team = {
        "staffing": {"every": duration(period_min), "agents": [*staff, *[staff[-1]] * quiet]},
        "serves": ["calls"],
    }
    return document("daily", {"calls": (block, dict(channel))}, {"agents": team})
