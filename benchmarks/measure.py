"""Times of one workload, models in turn: a slow spell of the machine then meets them all."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median
from types import ModuleType
from typing import TypeVar

from benchmarks.peers import ciw_centre, cpp_centre
from benchmarks.peers.summary import Summary
from sim.demand.draw import draw_tape
from sim.engine import ENGINES, play
from sim.engine.plan import Plan, make_plan
from sim.engine.roster import draw_roster
from sim.kpis import check_conservation, contact_columns, tally, usage
from sim.replicate import one
from sim.scenario.load import resolve
from sim.scenario.resolved import Resolved

Result = TypeVar("Result")

PEER = "SimPy, a process a ticket"
CIW = "Ciw"
CPP = "C++, one binary heap"
OURS = {engine: f"deskplan, engine {engine}" for engine in ENGINES}
SEED = 1


@dataclass
class Times:
    """CPU microseconds a contact of one model, one value a run."""

    events: list[float] = field(default_factory=list)
    """The simulation alone; where a model draws as it goes, with its draws."""
    draws: list[float] = field(default_factory=list)
    """Of deskplan: tape and roster. Zero where a model draws as it goes."""
    kpis: list[float] = field(default_factory=list)
    """Of deskplan: conservation, tally and usage. Zero for peers."""

    @property
    def total(self) -> list[float]:
        """Draws and events."""
        return [e + d for e, d in zip(self.events, self.draws, strict=True)]

    def add(self, contacts: int, events_us: float, draws_us: float = 0.0, kpis_us: float = 0.0) -> None:
        """One more run."""
        self.events.append(events_us / contacts)
        self.draws.append(draws_us / contacts)
        self.kpis.append(kpis_us / contacts)


@dataclass(frozen=True)
class Ratio:
    """Median over the runs, with the least and the most."""

    middle: float
    least: float
    most: float

    def __str__(self) -> str:
        return f"{self.middle:.2f} ({self.least:.2f}-{self.most:.2f})"


def ratio(above: Sequence[float], below: Sequence[float]) -> Ratio:
    """Of two models' times, run by run."""
    ratios = [a / b for a, b in zip(above, below, strict=True)]
    return Ratio(median(ratios), min(ratios), max(ratios))


def measure(workload: ModuleType, runs: int) -> dict[str, Times]:
    """Times by model; everything once before it counts."""
    resolved = resolve(workload.scenario())
    plan = make_plan(resolved)
    one(resolved, SEED, 0)  # sets up this process as a replication does
    models: dict[str, Times] = {PEER: Times()}
    if ciw_centre.available():
        models[CIW] = Times()
    if cpp_centre.compiler():
        models[CPP] = Times()
    models.update({name: Times() for name in OURS.values()})
    for run in range(-1, runs):
        for name, times in models.items():
            contacts, *spent = _once(name, workload, resolved, plan, run + 1)
            if run >= 0:
                times.add(contacts, *spent)
    return models


def measure_ours(resolved: Resolved, runs: int) -> Times:
    """Times of the compiled engine on a scenario for which there is no other model."""
    plan = make_plan(resolved)
    one(resolved, SEED, 0)
    times = Times()
    for run in range(runs):
        times.add(*_deskplan(resolved, plan, "fast", run + 1))
    return times


def _once(name: str, workload: ModuleType, resolved: Resolved, plan: Plan, run: int) -> tuple[int, float, float, float]:
    """Contacts and CPU microseconds of events, draws and KPIs."""
    if name == CPP:
        played = workload.cpp(run)
        return played.contacts, 1e6 * played.events_s, 1e6 * played.draw_s, 0.0
    if name in (PEER, CIW):
        peer: Callable[[int], tuple[int, Summary]] = workload.peer if name == PEER else workload.ciw
        took, (contacts, _) = cpu_us(lambda: peer(run))
        return contacts, took, 0.0, 0.0
    return _deskplan(resolved, plan, next(engine for engine in ENGINES if OURS[engine] == name), run)


def _deskplan(resolved: Resolved, plan: Plan, engine: str, run: int) -> tuple[int, float, float, float]:
    drawn, (tape, roster) = cpu_us(lambda: (draw_tape(resolved, SEED, run), draw_roster(resolved, SEED, run)))
    engaged, happened = cpu_us(lambda: play(plan, tape, roster, engine))

    def count() -> None:
        check_conservation(resolved, tape, happened)
        parts = (resolved, tape, roster, happened, contact_columns(resolved, tape, happened))
        tally(*parts)
        usage(*parts)

    counted, _ = cpu_us(count)
    return int((happened.kind >= 0).sum()), engaged, drawn, counted


def cpu_us(work: Callable[[], Result]) -> tuple[float, Result]:
    """CPU time of this process, whatever else the machine does, and what came of it."""
    gc.collect()
    began = time.process_time()
    result = work()
    return (time.process_time() - began) * 1e6, result
