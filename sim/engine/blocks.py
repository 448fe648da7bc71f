"""A replication in blocks of days, so that its memory does not grow with the horizon."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sim.demand.arrivals import Arrivals
from sim.demand.draw import NeedStream, needs_by_slot
from sim.demand.tape import Tape
from sim.engine import DEFAULT_ENGINE, Run, check_engine, play
from sim.engine.plan import make_plan
from sim.engine.roster import draw_roster
from sim.scenario.remember import remembered
from sim.scenario.resolved import Resolved
from sim.scenario.units import HALF_HOUR_MS

NEEDS_PER_BLOCK = 100_000
"""Expected needs of a block."""
_SLOTS_PER_DAY = 48


@remembered
def block_edges(resolved: Resolved) -> list[int]:
    """Half-hours at which blocks begin, and the number of half-hours; the same in every replication.

    A block is a number of whole days and expects about NEEDS_PER_BLOCK needs, or is one day.
    """
    return edges_of(needs_by_slot(resolved), NEEDS_PER_BLOCK)


def edges_of(by_slot: np.ndarray, size: float) -> list[int]:
    """Block edges for the needs expected in each half-hour, float64 (slots,)."""
    whole = float(by_slot.sum())
    blocks = max(1, round(whole / size))
    if blocks == 1:
        return [0, len(by_slot)]
    so_far = np.concatenate([[0.0], np.cumsum(by_slot)])[::_SLOTS_PER_DAY]  # at the begin of each day
    inner = np.searchsorted(so_far, whole * np.arange(1, blocks) / blocks) * _SLOTS_PER_DAY
    return sorted({0, *(int(slot) for slot in inner if 0 < slot < len(by_slot)), len(by_slot)})


def simulate_blocks(
    resolved: Resolved, seed: int, replication: int, engine: str = DEFAULT_ENGINE, edges: list[int] | None = None
) -> Iterator[Run]:
    """One replication, block by block: each `Run` holds the tickets that come to their end in it.

    Together the blocks are what `simulate` gives. The SimPy model runs in one piece. Raises ValueError for an engine
    that does not exist.
    """
    check_engine(engine)
    plan, roster = make_plan(resolved), draw_roster(resolved, seed, replication)
    stream = NeedStream.of(resolved, seed, replication)
    edges = block_edges(resolved) if edges is None else edges
    if engine != "fast" or len(edges) == 2:
        tape = stream.tape(stream.needs(0, edges[-1]))
        yield Run(plan, tape, roster, play(plan, tape, roster, engine))
        return
    from sim.engine.fast.model import run_in_blocks

    here: list[Arrivals] = []  # the needs of the present block

    def tape_of(number: int, going_on: np.ndarray) -> Tape:
        new = stream.needs(edges[number], edges[number + 1])
        here[:] = [here[0].of(going_on).then(new) if here else new]
        return stream.tape(here[0])

    for tape, outcomes in run_in_blocks(plan, roster, [slot * HALF_HOUR_MS for slot in edges], tape_of):
        yield Run(plan, tape, roster, outcomes)
