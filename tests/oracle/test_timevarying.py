"""Days whose arrivals and staff change by the hour, against exact transient solutions: totals and every period."""

from typing import Any

import numpy as np
import pytest

from sim.engine import outcomes as o
from sim.scenario.units import period_ms
from tests.oracle.build import Document, daily, exponential, patience
from tests.oracle.compare import Expected, Ratio
from tests.oracle.expected import read
from tests.oracle.harness import day_windows, watch_days
from tests.oracle.measure import Observed

pytestmark = pytest.mark.slow

TABLES = read("timevarying_exact")
CONTACTS = 600_000
PER_PERIOD = {
    "arrivals",
    "wait_positive_arrivals",
    "balked",
    "blocked",
    "queue_integral",
    "abandoned_from_queue",
    "busy_integral",
    "ghost_integral",
    "staff_integral",
    "service_completions",
    "q_end",
    "b_end",
}


def short(case: dict[str, Any]) -> str:
    """The first word or two of a case's name."""
    return str(case["name"]).split(" (")[0].split(" four")[0].split(" no ")[0].split(",")[0]


def period_minutes(case: dict[str, Any]) -> float:
    """Length of a period in minutes."""
    unit = period_ms(case["unit"])
    assert unit is not None
    return float(case["period_length"] * unit / 60_000)


def day_document(case: dict[str, Any]) -> Document:
    """The oracle's day, every day."""
    unit = case["unit"]
    channel: Document = {"patience": patience(case["theta"], unit)}
    if case["balk_if_all_busy"]:
        channel["balking"] = {"share": case["balk_if_all_busy"], "when_wait_over": "0 s"}
    if case["waiting_room"] is not None:
        channel["places"] = case["waiting_room"]
    return daily(case["lam"], case["n"], period_minutes(case), exponential(case["mu"], unit), unit, **channel)


def total_measures(seen: Observed, staffed: Observed) -> dict[str, Ratio]:
    """Of a day: contacts by arrival; time integrals over the staffed periods only."""
    days = np.ones(len(seen.time))
    everyone = np.ones(len(seen.used), dtype=bool)
    offered = seen.count(everyone)
    told_to_wait = ((seen.wait > 0) | (seen.result == o.BALKED)) & ~seen.blocked
    total_wait = seen.summed(seen.wait, everyone)
    in_time = seen.served & (seen.wait_end - seen.arrive <= 20_000)
    return {
        "arrivals": (offered, days),
        "abandoned": (seen.count(seen.left), days),
        "abandon_fraction": (seen.count(seen.left), offered),
        "total_wait": (total_wait, days),
        "mean_wait_all": (total_wait, offered),
        "P_wait_positive": (seen.count(told_to_wait), offered),
        "occupancy": (staffed.busy(), staffed.on_duty()),
        "completions": (seen.count(seen.served), days),
        "blocked": (seen.count(seen.blocked), days),
        "SL 20 s": (seen.count(in_time), offered),
    }


def period_measures(seen: Observed, agents: int) -> dict[str, Ratio]:
    """Of one period of each day, by the oracle's names."""
    days = np.ones(len(seen.time))
    out = seen.run.outcomes
    everyone = np.ones(len(seen.used), dtype=bool)
    waits = (seen.wait > 0) | (seen.result == o.BALKED) | seen.blocked
    gave_up = seen.result == o.ABANDONED
    start, done = seen.wait_end[seen.served], out.done_ms[seen.used][seen.served]
    stays = ~seen.served & ~gave_up  # balked and blocked: never in the queue
    in_time = seen.served & (seen.wait_end - seen.arrive <= 20_000)
    integrals = {
        "queue_integral": seen.waiting(everyone),
        "busy_integral": seen.busy(),
        "ghost_integral": seen.windows.excess(start, done, agents) / seen.unit_ms,
        "staff_integral": seen.on_duty() - seen.windows.excess(start, done, agents) / seen.unit_ms,
    }
    return {
        "arrivals": (seen.count(everyone), days),
        "wait_positive_arrivals": (seen.count(waits), days),
        "balked": (seen.count(seen.result == o.BALKED), days),
        "blocked": (seen.count(seen.blocked), days),
        "abandoned_from_queue": (seen.windows.total(seen.wait_end[gave_up]), days),
        "service_completions": (seen.windows.total(done), days),
        "q_end": (seen.windows.level_at_end(seen.arrive[~stays], seen.wait_end[~stays]), days),
        "b_end": (seen.windows.level_at_end(start, done), days),
        "SL 20 s": (seen.count(in_time), seen.count(everyone)),
        **{name: (value, days) for name, value in integrals.items()},
    }


@pytest.mark.parametrize("case", TABLES, ids=short)
def test_days_that_change_by_the_hour(case: dict[str, Any], engine, verify):
    """Staffing drops included: a busy agent finishes the call in hand; after closing the last staffing stays on."""
    length, unit = period_minutes(case), case["unit"]
    expected: dict[str, Expected | float] = dict(case["exact_total"])
    expected["SL 20 s"] = Expected.noisy(*case["sim_service_level_20s_of_offered"])
    for k, exact in enumerate(case["exact_per_period"]):
        assert set(exact) == PER_PERIOD
        expected |= {f"{name}[{k}]": value for name, value in exact.items()}
        expected[f"SL 20 s[{k}]"] = Expected.noisy(*case["sim_service_level_20s_by_arrival_period"][k])

    def measure(seen: Observed) -> dict[str, Ratio]:
        days = len(seen.time)
        periods = len(case["n"])
        staffed = Observed(seen.run, day_windows(days, 0, periods * length), seen.unit_ms)
        found = total_measures(seen, staffed)
        for k, agents in enumerate(case["n"]):
            part = Observed(seen.run, day_windows(days, k * length, (k + 1) * length), seen.unit_ms)
            found |= {f"{name}[{k}]": value for name, value in period_measures(part, agents).items()}
        return found

    days = round(CONTACTS / case["exact_total"]["arrivals"])
    simulated = watch_days(case["name"], day_document(case), days, measure, engine, unit)
    verify(short(case), expected, simulated)
