"""A small world whose schedules can be checked by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sim.scenario.load import resolve
from sim.scenario.resolved import Resolved

WORLD: dict[str, Any] = {
    "schema": 1,
    "name": "small",
    "horizon": {"start": "2027-01-04", "length": "14 days", "timezone": "Europe/Berlin"},
    "experiment": {"seed": 7, "replications": 2},
    "customers": {"active": 3000, "orders": "0.5 /month", "order_value": "60 EUR", "margin": "40 %"},
    "reasons": {"order": {"per_order": 0.3, "lag": "1 day", "channels": {"phone": "100 %"},
                          "handle": {"mean": "5 min"}}},
    "channels": {"phone": {"hours": "mon-sat 08:00-20:00", "patience": {"mean": "4 min"},
                           "target": {"share": "80 %", "within": "20 s"}}},
    "teams": {"desk": {"agents": 4, "serves": ["phone"], "wage": "20 EUR/h",
                       "shifts": {"day": {"hours": "08:00-16:30", "share": "50 %", "breaks": ["30 min"]},
                                  "late": {"days": "mon-sat", "days_per_week": 5, "hours": "11:30-20:00",
                                           "share": "50 %", "breaks": ["30 min"]}}}},
}  # fmt: skip


@pytest.fixture
def world() -> Callable[..., Resolved]:
    """Makes the small world with changes at dotted paths."""

    def make(**changes: Any) -> Resolved:
        import copy

        document = copy.deepcopy(WORLD)
        for path, value in changes.items():
            *inside, last = path.split("__")
            place = document
            for part in inside:
                place = place.setdefault(part, {})
            place[last] = value
        return resolve(document)

    return make
