"""Logs whose truth is known: made by the engine from a scenario, or drawn directly."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np

from sim.engine import simulate
from sim.engine.outcomes import ABANDONED, CLOSED, RESOLVED, UNRESOLVED
from sim.scenario.load import resolve

UTC = dt.UTC


def centre(**changes: Any) -> dict[str, Any]:
    """A small phone centre, four weeks from a Monday, open 08:00 to 18:00 on weekdays, with known parameters."""
    weights = [0.0] * 16 + [1.0] * 20 + [0.0] * 12
    agents = [0] * 16 + [7, 8, 9, 10, 10, 9, 9, 8, 8, 8, 9, 10, 10, 10, 9, 9, 8, 8, 7, 7] + [0] * 12
    document: dict[str, Any] = {
        "schema": 1,
        "name": "truth",
        "horizon": {"start": "2026-03-02", "length": "28 days", "timezone": "UTC"},
        "demand": {"week_profile": {"every": "30 min", "weights": weights * 5 + [0.0] * 96}},
        "reasons": {
            "delivery": {
                "rate": "500 /day",
                "channels": {"phone": "100 %"},
                "handle": {"mean": "240 s", "cv": 0.9},
            }
        },
        "channels": {
            "phone": {
                "hours": "mon-fri 08:00-18:00",
                "patience": {"mean": "180 s"},
                "wrap_up": {"mean": "30 s", "cv": 0.5},
            }
        },
        "teams": {
            "agents": {
                "serves": ["phone"],
                "staffing": {"every": "30 min", "agents": agents * 5 + [0] * 96, "repeat": True},
            }
        },
    }
    return document | changes


def log_rows(document: dict[str, Any], seed: int = 1) -> list[dict[str, Any]]:
    """Canonical rows of one replication of a scenario that has one reason for each channel."""
    resolved = resolve(document)
    run = simulate(resolved, seed, 0)
    o, tape = run.outcomes, run.tape
    start = dt.datetime.combine(resolved.scenario.horizon.start, dt.time(), UTC)
    channels, reasons = list(resolved.scenario.channels), list(resolved.scenario.reasons)
    rows = []
    for i in np.flatnonzero((o.kind >= 0) & (o.result != CLOSED)):
        served, left = o.result[i] in (RESOLVED, UNRESOLVED), o.result[i] == ABANDONED
        end = o.answer_ms[i] if served else o.leave_ms[i]
        ticket = tape.ticket[i]
        rows.append(
            {
                "contact_id": int(i),
                "arrived_at": stamp(start + dt.timedelta(milliseconds=int(o.arrive_ms[i]))),
                "channel": channels[o.channel[i]],
                "outcome": "handled" if served else "abandoned" if left else "open",
                "reason": reasons[tape.reason[ticket]],
                "wait_s": (end - o.queue_ms[i]) / 1000 if served or left else "",
                "wait_basis": "calendar",
                "handle_s": o.handle_ms[i] / 1000 if served else "",
                "wrap_s": (o.done_ms[i] - o.leave_ms[i]) / 1000 if served else "",
                "handle_basis": "measured",
                "customer_key": f"customer {ticket}",
                "agent_key": f"agent {o.agent[i]}" if served else "",
            }
        )
    return rows


def stamp(moment: dt.datetime) -> str:
    """RFC 3339 with milliseconds."""
    return moment.isoformat(timespec="milliseconds")


def write(folder: Path, rows: list[dict[str, Any]], name: str = "contacts.csv") -> Path:
    """Write rows as CSV; the columns are those of all rows together."""
    path = folder / name
    columns = list(dict.fromkeys(column for row in rows for column in row))
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)
    return path
