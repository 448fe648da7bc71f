"""Short runs of the levers at full effect: decided long before the first day, on the base's own tapes."""

from __future__ import annotations

from functools import cache
from math import sqrt

import numpy as np

from sim.demand.draw import draw_tape
from sim.demand.tape import Tape
from sim.kpis import kpi_table
from sim.replicate import Replications, replicate
from sim.scenario.load import load
from sim.scenario.resolved import Resolved
from tests.levers.library import BY_NAME

SEED = 11
CALM = ("demand.events=null", "feedback.customers=false", "feedback.workforce=false")
TWO_MONTHS = ("horizon.months=2", *CALM)
LONG_AGO = "2024-01-01"


@cache
def base_of(name: str, sets: tuple[str, ...] = TWO_MONTHS) -> Resolved:
    """What the lever is laid on; changes of its decisions are left out."""
    return load(BY_NAME[name].base, [], [each for each in sets if not each.startswith("decisions.")])


@cache
def full(name: str, sets: tuple[str, ...] = TWO_MONTHS) -> Resolved:
    """The lever in full effect from the first day, its upfront cost sunk."""
    decided = BY_NAME[name].document.get(("decisions", "investments"))
    starts = [f"decisions.investments.{each}.start={LONG_AGO}" for each in (decided.children if decided else ())]
    return load(BY_NAME[name].bundled, [], (*starts, *sets))


@cache
def run(name: str, with_lever: bool = True, sets: tuple[str, ...] = TWO_MONTHS) -> Replications:
    """One replication; runs are shared by the tests of a process."""
    resolved = full(name, sets) if with_lever else base_of(name, sets)
    return replicate(resolved, SEED, 1, 1, "fast")


@cache
def tape(name: str, with_lever: bool = True) -> Tape:
    """What customers need and would do."""
    return draw_tape(full(name) if with_lever else base_of(name), SEED, 0)


def kpi(
    name: str,
    kpi: str,
    channel: str = "all",
    reason: str = "all",
    month: str = "all",
    sets: tuple[str, ...] = TWO_MONTHS,
) -> tuple[float, float]:
    """A KPI without and with the lever."""
    found = []
    for with_lever in (False, True):
        done = run(name, with_lever, sets)
        table = kpi_table(done.resolved, done.tallies)
        rows = table[
            (table["kpi"] == kpi) & (table["channel"] == channel) & (table["reason"] == reason)
            & (table["month"] == month) & (table["team"] == "all")
        ]  # fmt: skip
        found.append(float(rows["value"].iloc[0]) if len(rows) else 0.0)
    return found[0], found[1]


def of_reason(resolved: Resolved, tape: Tape, reason: str) -> np.ndarray:
    """Which tickets have a reason."""
    return np.asarray(tape.reason == list(resolved.scenario.reasons).index(reason))


def z_of_share(share: float, hits: int, tries: int) -> float:
    """How many standard errors a count of independent draws lies from its expectation."""
    return (hits - tries * share) / sqrt(tries * share * (1 - share))


def shares(resolved: Resolved, reason: str) -> dict[str, float]:
    """Preferred channels of a reason."""
    return dict(resolved.scenario.reasons[reason].channels)
