"""Times of one workload, models in turn: a slow spell of the machine then meets them all."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median
from types import ModuleType
from typing import TypeVar

from sim.demand.draw import draw_tape
from sim.engine import ENGINES, play
from sim.engine.plan import make_plan
from sim.engine.roster import draw_roster
from sim.kpis import tally
from sim.scenario.load import resolve

Result = TypeVar("Result")

PEER = "SimPy, a process a ticket"
SEED = 1


@dataclass
class Times:
    """CPU microseconds a contact of one model, one value a run; a peer has no parts."""

    total: list[float] = field(default_factory=list)  # draws included, KPIs not
    tape: list[float] = field(default_factory=list)  # tape and roster
    kpis: list[float] = field(default_factory=list)

    @property
    def contacts_per_s(self) -> tuple[float, float, float]:
        """Median, least and most."""
        return 1e6 / median(self.total), 1e6 / max(self.total), 1e6 / min(self.total)

    def share(self, part: list[float]) -> float:
        """Median share of a part in the time from the draws to the KPIs."""
        return median(p / (t + k) for p, t, k in zip(part, self.total, self.kpis, strict=True))

    def times_as_fast_as(self, other: Times) -> float:
        """Median over the runs of how many times as many contacts a CPU second."""
        return median(theirs / ours for theirs, ours in zip(other.total, self.total, strict=True))


def measure(workload: ModuleType, runs: int) -> dict[str, Times]:
    """Times by model: the peer, then deskplan with each of its engines, everything once before it counts."""
    resolved = resolve(workload.scenario())
    plan = make_plan(resolved)
    models = {PEER: Times(), **{f"deskplan, engine {engine}": Times() for engine in ENGINES}}
    for run in range(-1, runs):
        took, (contacts, _) = cpu_us(lambda run=run: workload.peer(run + 1))  # type: ignore[misc]
        if run >= 0:
            models[PEER].total.append(took / contacts)
        for engine in ENGINES:
            draw, (tape, roster) = cpu_us(
                lambda run=run: (draw_tape(resolved, SEED, run + 1), draw_roster(resolved, SEED, run + 1))  # type: ignore[misc]
            )
            engaged, happened = cpu_us(lambda t=tape, r=roster, e=engine: play(plan, t, r, e))  # type: ignore[misc]
            counted, _ = cpu_us(lambda t=tape, r=roster, o=happened: tally(resolved, t, r, o))  # type: ignore[misc]
            contacts = int((happened.kind >= 0).sum())
            if run >= 0:
                times = models[f"deskplan, engine {engine}"]
                times.total.append((draw + engaged) / contacts)
                times.tape.append(draw / contacts)
                times.kpis.append(counted / contacts)
    return models


def cpu_us(work: Callable[[], Result]) -> tuple[float, Result]:
    """CPU time of this process, whatever else the machine does, and what came of it."""
    gc.collect()
    began = time.process_time()
    result = work()
    return (time.process_time() - began) * 1e6, result
