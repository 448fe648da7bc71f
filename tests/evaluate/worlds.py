"""Small hand-made worlds with round figures, and usage made by hand."""

from types import SimpleNamespace
from typing import Any

import numpy as np

from sim.scenario.load import resolve


def document(**changes: Any) -> dict[str, Any]:
    """Two months, one team, two channels; everything that has a price has a round one."""
    world: dict[str, Any] = {
        "schema": 1,
        "name": "by_hand",
        "horizon": {"start": "2027-01-01", "months": 2, "timezone": "Europe/Berlin"},
        "reasons": {"help": {"rate": "100 /day", "channels": {"phone": "60 %", "chat": "40 %"}, "handle": "5 min"}},
        "channels": {
            "phone": {
                "patience": "2 min",
                "cost": {"per_use": "0.10 EUR", "per_minute": "0.02 EUR"},
                "target": {"share": "80 %", "within": "20 s"},
            },
            "chat": {"cost": {"running": "310 EUR/month"}},
        },
        "teams": {
            "desk": {
                "agents": 6,
                "serves": ["phone", "chat"],
                "wage": "20 EUR/h",
                "on_cost": "25 %",
                "overhead": "10 %",
                "per_agent": "300 EUR/month",
                "attrition": {"base": "24 %/year", "cost": "500 EUR"},
                "dismissal": {"cost": "3000 EUR"},
                "overtime": {"premium": "50 %"},
                "shifts": {"day": {"days": "mon-sun", "hours": "08:00-16:00"}},
                "hire": {"cost": "2800 EUR", "training": "3 weeks"},
            }
        },
        "economics": {
            "discount_rate": "8 %/year",
            "timing": "end",
            "tools": {"crm": {"cost": {"upfront": "5000 EUR", "running": "900 EUR/month", "starts": "2027-02-15"}}},
        },
    }
    world.update(changes)
    return world


def by_hand(**changes: Any) -> Any:
    """The world above, resolved."""
    return resolve(document(**changes))


def usage(**changes: Any) -> Any:
    """Usage of two months: 1,000 and 900 paid hours of six heads, 3,000 and 2,800 calls.

    In February one leaves, one is dismissed, one joins and is trained for 40 of the hours; 20 hours are overtime that
    was decided, and in January agents stay on for 2 hours.
    """
    hour = 3_600_000
    columns: dict[str, Any] = {
        "paid_ms": np.array([[1000 * hour, 900 * hour]]),
        "training_ms": np.array([[0, 40 * hour]]),
        "heads": np.array([[6.0, 6.5]]),
        "joiners": np.array([[0.0, 1.0]]),
        "resigned": np.array([[0.0, 1.0]]),
        "dismissed": np.array([[0.0, 1.0]]),
        "scheduled_ms": np.array([[800 * hour, 700 * hour]]),
        "overtime_ms": np.array([[0, 20 * hour]]),
        "overrun_ms": np.array([[2 * hour, 0]]),
        "team_handled": np.array([[4900, 4600]]),
        "contacts": np.array([[3000, 2800], [2000, 1900]]),
        "channel_ms": np.array([[15000 * 60_000, 14000 * 60_000], [0, 0]]),
        "bot_sessions": np.zeros((0, 2)),
        "bot_contained": np.zeros((0, 2)),
        "bot_ms": np.zeros((0, 2)),
        "self_tries": np.zeros((0, 2)),
        "self_ms": np.zeros((0, 2)),
        "agent_resolved": np.array([[4500, 4200]]),
    }
    return SimpleNamespace(**{**columns, **changes})
