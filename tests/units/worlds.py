"""Small worlds for tests of units, sweeps and searches."""

from typing import Any

OPEN: dict[str, Any] = {
    "schema": 1,
    "name": "open",
    "currency": "EUR",
    "horizon": {"start": "2027-01-04", "months": 2, "warm_up": "1 day"},
    "experiment": {"seed": 7, "replications": 2, "max_replications": 8},
    "reasons": {
        "help": {
            "rate": "6 /h",
            "channels": {"phone": "70 %", "email": "30 %"},
            "handle": {"mean": "4 min", "cv": 0.8},
            "resolved_first": "80 %",
        },
        "return": {"rate": "3 /h", "channels": {"phone": "100 %"}, "handle": {"mean": "6 min"}},
    },
    "channels": {
        "phone": {
            "hours": "mon-fri 09:00-17:00",
            "patience": {"mean": "3 min"},
            "target": {"share": "80 %", "within": "20 s"},
        },
        "email": {"patience": "never"},
    },
    "teams": {
        "desk": {
            "agents": 3,
            "serves": ["phone", "email"],
            "shifts": {"day": {"days": "mon-fri", "hours": "09:00-17:00"}},
            "wage": "20 EUR/h",
        },
    },
}
CLOSED: dict[str, Any] = {
    **OPEN,
    "name": "closed",
    "customers": {"active": 4000, "orders": "0.5 /month", "order_value": "60 EUR", "margin": "40 %"},
    "reasons": {
        "help": {
            "per_order": 0.3,
            "channels": {"phone": "100 %"},
            "handle": {"mean": "4 min", "cv": 0.8},
            "resolved_first": "80 %",
        }
    },
    "channels": {"phone": OPEN["channels"]["phone"]},
    "teams": {"desk": {**OPEN["teams"]["desk"], "serves": ["phone"]}},
    "retention": {"churn": {"unresolved": "5 points", "extra_contact": "2 points"}},
}
TINY: dict[str, Any] = {
    **OPEN,
    "name": "tiny",
    "horizon": {"start": "2027-01-04", "length": "8 h"},
    "reasons": {
        "help": {
            "rate": "1 /min",
            "channels": {"phone": "100 %"},
            "handle": {"mean": "4 min", "distribution": "exponential"},
        }
    },
    "channels": {"phone": {"patience": {"mean": "3 min"}, "target": {"share": "80 %", "within": "20 s"}}},
    "teams": {"desk": {"agents": 5, "serves": ["phone"], "wage": "20 EUR/h"}},
}
"""A queue of some hours: a replication takes milliseconds."""
