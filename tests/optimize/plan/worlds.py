"""Small scenarios with a `choose:` block: a few hundred contacts a week, six months, one or two teams.

Small enough to try every mix in every start month with every staffing, and to simulate what each of them does.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from sim.scenario.vary import Sources

Document = dict[str, Any]
DAY = {"days": "mon-fri", "hours": "08:00-16:30", "breaks": ["30 min"]}
LATE = {"days": "mon-fri", "hours": "11:30-20:00", "breaks": ["30 min"]}


def world(**changed: Any) -> Document:
    """One team on phone and mail, two reasons, no investments; blocks given replace the ones here."""
    document: Document = {
        "schema": 1,
        "name": "small_world",
        "horizon": {"start": "2027-01-04", "months": 6},
        "experiment": {"seed": 7, "replications": 4},
        "demand": {"week_profile": {"every": "4 h", "weights": [0, 0, 1, 1, 1, 0] * 5 + [0] * 12}},
        "reasons": {
            "status": {
                "rate": "400 /week",
                "channels": {"phone": "60 %", "email": "40 %"},
                "handle": {"mean": "6 min", "cv": 0.8},
            },
            "return": {
                "rate": "240 /week",
                "channels": {"phone": "50 %", "email": "50 %"},
                "handle": {"mean": "9 min", "cv": 0.8},
            },
        },
        "channels": {
            "phone": {
                "hours": "mon-fri 08:00-20:00",
                "when_closed": "lost",
                "patience": {"mean": "4 min"},
                "target": {"share": "80 %", "within": "60 s"},
                "cost": {"per_minute": "0.02 EUR"},
            },
            "email": {"patience": "never", "interruptible": True, "target": {"share": "90 %", "within": "72 h"}},
        },
        "teams": {
            "desk": {
                "agents": 3,
                "serves": ["phone", "email"],
                "shifts": {"early": {**DAY, "share": "60 %"}, "late": {**LATE, "share": "40 %"}},
                "shrinkage": {"planned": "10 %", "absence": "6 %"},
                "wage": "22 EUR/h",
                "on_cost": "22 %",
                "overhead": "10 %",
                "per_agent": "250 EUR/month",
                "hire": {"cost": "2000 EUR", "lead": "2 weeks", "training": "1 week", "ramp": "3 weeks",
                         "start_speed": "60 %"},
                "dismissal": {"cost": "3000 EUR"},
            }
        },
        "economics": {"discount_rate": "8 %/year"},
        "investments": {},
        "choose": {
            "teams": {"desk": {"hires": 3, "cuts": 1}},
            "starts": {"every": "2 months"},
            "hold": {"measured": "mean", "from": "2027-03"},
        },
    }  # fmt: skip
    return {**document, **changed}


HELP_PAGES: Document = {
    "live_after": "2 weeks",
    "cost": {"upfront": "4000 EUR", "running": "150 EUR/month"},
    "adds": {
        "self_service": {
            "pages": {
                "reach": "50 %",
                "resolves": {"status": "70 %"},
                "takes": {"mean": "2 min"},
                "cost": {"running": "60 EUR/month"},
            }
        }
    },
}
NOTICES: Document = {
    "live_after": "1 month",
    "ramp": "1 month",
    "cost": {"upfront": "3000 EUR", "running": "100 EUR/month"},
    "changes": {"reasons.status.rate": "-30 %"},
}
TRAINING: Document = {
    "live_after": "1 month",
    "cost": {"upfront": "1500 EUR", "agent_hours": "8 h"},
    "changes": {"reasons.*.handle.mean": "-8 %"},
}


def worlds(count: int, seed: int = 1) -> list[Document]:
    """Different small worlds: sizes, prices, effects, one team or two, a budget that binds in some of them."""
    return [_drawn(np.random.default_rng([seed, number]), number) for number in range(count)]


def _drawn(rng: np.random.Generator, number: int) -> Document:
    document = world()
    document["name"] = f"small_world_{number}"
    scale = rng.uniform(0.7, 1.2)
    for name, reason in document["reasons"].items():
        rate = {"status": 400, "return": 240}[name] * scale
        document["reasons"][name] = {**reason, "rate": f"{rate:.0f} /week"}
    document["teams"]["desk"] = {**document["teams"]["desk"], "agents": int(rng.integers(2, 4))}
    if number % 2:
        back = {**document["teams"]["desk"], "agents": 1, "serves": ["email"], "wage": "19 EUR/h",
                "shifts": {"day": DAY}}  # fmt: skip
        document["teams"]["back_office"] = back
        document["choose"]["teams"]["back_office"] = {"hires": 1, "cuts": 1}
    cost = rng.uniform(0.4, 2.5, size=3)
    notices = {**NOTICES, "cost": {"upfront": f"{3000 * cost[0]:.0f} EUR", "running": "100 EUR/month"}}
    notices["changes"] = {"reasons.status.rate": f"-{rng.integers(15, 45)} %"}
    pages = {**HELP_PAGES, "cost": {"upfront": f"{4000 * cost[1]:.0f} EUR", "running": "150 EUR/month"}}
    training = {**TRAINING, "cost": {"upfront": f"{1500 * cost[2]:.0f} EUR", "agent_hours": "8 h"}}
    document["investments"] = {"notices": notices, "pages": pages}
    if number % 3 != 2:
        document["investments"]["training"] = training
    if number % 4 == 1:
        document["choose"]["budget"] = {"total": f"{rng.integers(6, 16) * 1000} EUR"}
    if number % 4 == 3:
        document["investments"]["notices"]["excludes"] = ["pages"]
    return document


def written(document: Document, folder: Path) -> Sources:
    """The same as a file (JSON is YAML), to be read like any scenario."""
    file = folder / f"{document['name']}.yaml"
    file.write_text(json.dumps(document), encoding="utf-8")
    return Sources(str(file))
