"""Comparisons whose figures are given by hand, month by month and replication by replication; nothing is simulated."""

from typing import Any

import numpy as np

from evaluate.compare import Comparison, Priced
from evaluate.intervals import ratio_figure
from evaluate.yardstick import Series, yardstick
from sim.replicate import Replications
from sim.scenario.load import resolve

Values = dict[str, Any]
"""KPI -> values by replication and month (a number: every replication and month)."""


def world(name: str = "today", months: int = 3, **more: Any) -> dict[str, Any]:
    """A desk with a telephone and a mailbox, from January 2027."""
    return {
        "schema": 1,
        "name": name,
        "horizon": {"start": "2027-01-01", "months": months},
        "reasons": {"help": {"rate": "9 /day", "channels": {"phone": "50 %", "email": "50 %"}, "handle": "6 min"}},
        "channels": {"phone": {}, "email": {"patience": "never"}},
        "teams": {"desk": {"agents": 1, "serves": ["phone", "email"]}},
        **more,
    }


def series(values: Any, replications: int, months: int) -> Series:
    """Equal denominators, so that totals are means; NaN is no data."""
    table = np.broadcast_to(np.asarray(values, dtype=np.float64), (replications, months))
    there = np.isfinite(table).astype(np.float64)
    table = np.nan_to_num(table)
    tops, bottoms = (np.concatenate([a, a.sum(axis=1, keepdims=True)], axis=1) for a in (table, there))
    return Series(tops, bottoms, tuple(ratio_figure(t, b, 0.95) for t, b in zip(tops.T, bottoms.T, strict=True)))


def comparison(base: Values, *options: Values, replications: int = 4, months: int = 3, **more: Any) -> Comparison:
    """`today` and `option_1`, `option_2` ...; ``more`` are keys of every scenario."""
    scenarios = []
    for place, values in enumerate((base, *options)):
        name = f"option_{place}" if place else "today"
        blank: Any = [None] * replications
        one = Priced(Replications(resolve(world(name, months, **more)), blank, blank))
        one.__dict__["_series"] = {yardstick(k): series(v, replications, months) for k, v in values.items()}
        scenarios.append(one)
    return Comparison(scenarios[0], tuple(scenarios[1:]), (), {})
