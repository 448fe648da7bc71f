"""Runs a document for as long as a comparison needs and gives its measures as batches.

Steady state: every replication starts empty, runs through a warm-up of 10 relaxation times (e**-10 of the start is
left, for one relaxation time of the first batch), and is then cut into batches. A batch lasts at least 20 relaxation
times, so that neighbours are all but independent (their correlation is about 1/40, which makes intervals 2.5 % too
short), and there are never fewer than 30 of them, so that a t interval holds once it is corrected for skewness.
Days: each day is one batch.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sim.engine import simulate
from sim.scenario.load import resolve
from sim.scenario.units import MS_PER_DAY, period_ms
from tests.oracle.build import Document, with_horizon
from tests.oracle.compare import Ratio, pool, seed_of
from tests.oracle.measure import Observed, Windows

LENGTH = float(os.environ.get("DESKPLAN_ORACLE_LENGTH", "1"))
"""Multiplies the length of every run: 4 halves every interval."""

WARM_UP, BATCH, BATCHES = 10, 20, 30
CONTACTS_AT_ONCE = 200_000
"""Contacts of one replication, so that memory stays small."""

Measure = Callable[[Observed], dict[str, Ratio]]


@dataclass(frozen=True)
class Steady:
    """How long to watch a stationary system. Times are in the oracle's unit."""

    arrivals: float
    """Contacts per unit of time."""
    relaxation: float
    """Time constant with which the system forgets its state."""
    contacts: int = 300_000
    """Contacts to observe, unless the batches need more."""
    rows: float = 1.0
    """Rows of draws a contact needs (retrials), which shortens a replication."""

    @property
    def batch(self) -> float:
        """Length of one batch."""
        return max(BATCH * self.relaxation, self.contacts * LENGTH / self.arrivals / (2 * BATCHES))

    @property
    def shape(self) -> tuple[int, int]:
        """Replications, and batches in each."""
        wanted = max(BATCHES, math.ceil(self.contacts * LENGTH / self.arrivals / self.batch))
        each = max(1, int(CONTACTS_AT_ONCE / self.rows / (self.arrivals * self.batch)))
        return math.ceil(wanted / each), each


def relaxation(arrivals: float, service_rate: float, agents: int, leaving_rate: float = 0.0, scv: float = 1.0) -> float:
    """Time constant of an M/G/n(+M) queue, never too short.

    1/(sqrt(n mu) - sqrt(lambda))**2 for M/M/n (its spectral gap in heavy traffic), times (1 + scv)/2; at least a
    service. Where customers leave, a queue is forgotten no slower than they do: max(1/mu, 1/theta).
    """
    service = 1 / service_rate
    patient = 1 / leaving_rate if leaving_rate else math.inf
    gap = math.sqrt(agents * service_rate) - math.sqrt(arrivals)
    queue = (1 + scv) / 2 / gap**2 if gap > 0 else math.inf
    return max(service, min(patient, queue))


def watch_steady(
    name: str, made: Document, plan: Steady, measure: Measure, engine: str, unit: str = "min"
) -> dict[str, Ratio]:
    """Simulate a stationary document and measure it batch by batch."""
    replications, each = plan.shape
    unit_ms = period_ms(unit)
    assert unit_ms is not None
    warm_up = WARM_UP * plan.relaxation
    resolved = resolve(with_horizon(made, warm_up + each * plan.batch, warm_up, unit))
    edges = np.round((warm_up + np.arange(each + 1) * plan.batch) * unit_ms).astype(np.int64)
    windows = Windows(edges[:-1], edges[1:])
    seed = seed_of(name)
    return pool(
        measure(Observed(simulate(resolved, seed, replication, engine=engine), windows, unit_ms))
        for replication in range(replications)
    )


def day_windows(days: int, since_min: float = 0.0, until_min: float = 24 * 60) -> Windows:
    """The same stretch of every day."""
    midnight = np.arange(days, dtype=np.int64) * MS_PER_DAY
    return Windows(midnight + round(since_min * 60_000), midnight + round(until_min * 60_000))


def watch_days(
    name: str, made: Document, days: int, measure: Measure, engine: str, unit: str = "min"
) -> dict[str, Ratio]:
    """Simulate independent days and measure each: ``measure`` sees windows of whole days and may cut them finer."""
    block = 100
    unit_ms = period_ms(unit)
    assert unit_ms is not None
    resolved = resolve(with_horizon(made, block * 24 * 60))
    replications = max(1, math.ceil(days * LENGTH / block))
    seed = seed_of(name)
    return pool(
        measure(Observed(simulate(resolved, seed, replication, engine=engine), day_windows(block), unit_ms))
        for replication in range(replications)
    )
