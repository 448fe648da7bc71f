"""What each lever does to the shop that it is laid on, over the whole horizon: the numbers in docs/levers.md.

``python -m tests.levers.measured levers.json --reps 3`` simulates them all, some minutes; the figures are those of
``deskplan compare BASE levers/NAME --reps 3``. ``python -m tests.levers.page levers.json`` then writes the page.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from evaluate.compare import compare
from evaluate.simulate import simulate_all
from sim.scenario.load import load
from tests.levers.library import LEVERS, Lever

KPIS = (
    ("needs", "all", "all"),
    ("contacts", "all", "all"),
    ("handled", "all", "all"),
    ("agents_busy", "all", "all"),
    ("occupancy", "all", "all"),
    ("handle_time", "all", "all"),
    ("service_level", "phone", "all"),
    ("service_level", "chat", "all"),
    ("service_level", "email", "all"),
    ("abandonment_rate", "phone", "all"),
    ("fcr", "all", "all"),
    ("share_lost", "all", "all"),
    ("csat", "all", "all"),
    ("deflection", "all", "all"),
    ("containment", "all", "all"),
    ("customers_lost", "all", "all"),
    ("service_level", "messaging", "all"),
    ("service_level", "social", "all"),
    ("service_level", "in_store", "all"),
    ("abandonment_rate", "all", "@high_value"),
    ("abandonment_rate", "all", "@occasional"),
)


def measure(levers: Sequence[Lever], replications: int) -> dict[str, Any]:
    """KPIs of every lever and base, and money of every lever against its base."""
    found: dict[str, Any] = {"replications": replications, "kpis": {}, "money": {}}
    for base in dict.fromkeys(lever.base for lever in levers):
        mine = [lever for lever in levers if lever.base == base]
        resolveds = [load(base), *(load(lever.bundled) for lever in mine)]
        found["seed"] = resolveds[0].scenario.experiment.seed
        runs = simulate_all(resolveds, None, replications, progress=_tell)
        comparison = compare(runs)
        for priced in comparison.scenarios:
            table = priced.kpis
            table = table[(table["month"] == "all") & (table["team"] == "all")]
            values = table.set_index(["kpi", "channel", "reason"])["value"].to_dict()
            found["kpis"][priced.name] = {" ".join(key): values[key] for key in KPIS if key in values}
        months = len(comparison.months)
        for option in comparison.options:
            row = comparison.against[option.name]["npv"]
            after, before = (comparison.alone[each.name]["total"].value or 0.0 for each in (option, comparison.base))
            found["money"][option.name] = {
                "npv": row.value, "low": row.low, "high": row.high,
                "monthly": (after - before) / months,
            }  # fmt: skip
    return found


def _tell(name: str, done: int, total: int) -> None:
    sys.stderr.write(f"{name}: {done} of {total}\n")


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--reps", type=int, default=3)
    given = parser.parse_args(arguments)
    given.file.write_text(json.dumps(measure(LEVERS, given.reps), indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
