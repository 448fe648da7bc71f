"""Carried figures and small documents for the tests of the requirement."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from optimize.requirement.limits import Limit
from sim.scenario.kpi_text import Named, Target
from tests.oracle.chain import Design, SteadyState, solve

EXPECTED = json.loads((Path(__file__).parent / "expected.json").read_text(encoding="utf-8"))
ROWS = EXPECTED["minimum_staffing"]
SKILLS = EXPECTED["two_skill_staffing"]
KPI_OF = {"sl": "service_level_c", "occ": "occupancy", "pw": "waited_share", "ab": "abandonment_rate"}


def limits(row: dict[str, Any]) -> list[Limit]:
    """The targets of a carried row; its service level is answered in time / offered."""
    return [
        Limit(
            Named(KPI_OF[name], ("phone",)),
            Target(">=" if name == "sl" else "<=", amount),
            "phone",
            within_s=row["T_s"],
            contract="c",
        )
        for name, amount in row["targets"].items()
    ]


def one_queue(row: dict[str, Any]) -> dict[str, Any]:
    """A carried row as a planner would write it."""
    target = {"share": "80 %", "within": f"{row['T_s']} s", "contract": "c"}
    patience = "never" if row["patience_mean_s"] is None else f"{row['patience_mean_s']} s"
    return {
        "schema": 1,
        "name": "one_queue",
        "horizon": {"start": "2027-01-04", "length": "7 days"},
        "reasons": {
            "call": {
                "rate": f"{2 * row['calls_per_30min']} /h",
                "channels": {"phone": "100 %"},
                "handle": {"mean": f"{row['aht_s']} s", "distribution": "exponential"},
            }
        },
        "channels": {"phone": {"patience": patience, "target": target}},
        "teams": {"agents": {"agents": 1, "serves": ["phone"]}},
    }


def targets(row: dict[str, Any]) -> list[str]:
    """The row's targets as options; a service level only declared would stay where it is not asked for."""
    signs = {"sl": ">=", "occ": "<=", "pw": "<=", "ab": "<="}
    about = {"sl": "phone", "occ": "agents", "pw": "phone", "ab": "phone"}
    return [f"{KPI_OF[name]}({about[name]}){signs[name]}{amount * 100:g} %" for name, amount in row["targets"].items()]


def two_skills(case: dict[str, Any], days: int = 28) -> dict[str, Any]:
    """Specialists of each side, and flexible agents who take the left first, as the carried case has it."""
    patience = {"patience": f"{1 / case['theta']} min"}
    sides = ("left", "right")
    wages = {"one": case["cost_specialist"], "two": case["cost_specialist"], "both": case["cost_flexible"]}
    serves = {"one": ["left"], "two": ["right"], "both": ["left", "right"]}
    handle = {"mean": f"{1 / case['mu']} min", "distribution": "exponential"}
    return {
        "schema": 1,
        "name": "two_skills",
        "currency": "EUR",
        "horizon": {"start": "2027-01-04", "length": f"{days} days", "warm_up": "2 h", "at_end": "drain"},
        "reasons": {
            side: {"rate": f"{rate} /min", "channels": {side: "100 %"}, "handle": handle}
            for side, rate in zip(sides, case["lam"], strict=True)
        },
        "channels": {"left": {**patience, "teams": ["one", "both"]}, "right": {**patience, "teams": ["two", "both"]}},
        "teams": {name: {"agents": 1, "serves": serves[name], "wage": f"{wage} EUR/h"} for name, wage in wages.items()},
    }


@dataclass(frozen=True)
class Exact:
    """A judge that knows: abandonment of each side by a Markov chain."""

    case_number: int

    def __call__(self, numbers: tuple[int, ...]) -> ExactAnswer:
        """Whether both sides hold the limit."""
        case = SKILLS[self.case_number]
        left = exact(self.case_number, tuple(int(n) for n in numbers)).p_abandon
        return ExactAnswer(max(left) <= case["max_abandon_each_class"], sum(left))


@dataclass(frozen=True)
class ExactAnswer:
    """What it says."""

    enough: bool
    gap: float


@cache
def exact(case_number: int, numbers: tuple[int, ...]) -> SteadyState:
    """The chain of a staffing; teams of nobody are left out, since occupancy divides by their size."""
    case = SKILLS[case_number]
    there = [team for team in range(3) if numbers[team]]
    arrivals = [[there.index(team) for team in order if team in there] for order in ([0, 2], [1, 2])]
    serves = [([0], [1], [0, 1])[team] for team in there]
    servers = [numbers[team] for team in there]
    return solve(Design(case["lam"], case["mu"], [case["theta"]] * 2, servers, arrivals, serves, [16, 16]))
