"""A unit of work: a block of replications of one world, and what it comes to.

An open scenario's replications are independent, so each is a unit by itself and serves whoever asks for more or fewer
of them. Where the scenario closes a loop over the months (see `feedback`), what happens in one replication depends on
all of them, and the unit is the whole block from the first.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace

from sim.code_version import code_version
from sim.feedback import closed_loops, replicate_closed
from sim.kpis.totals import totals
from sim.replicate import Replications, one
from sim.scenario.resolved import Resolved
from sim.units.pack import Result, pack, pack_feedback, pack_whole


@dataclass(frozen=True)
class Unit:
    """What a result depends on, and nothing else."""

    digest: str
    """Of the world."""
    seed: int
    engine: str
    antithetic: bool
    first: int
    """Number of its first replication."""
    count: int
    closed: bool = False
    """Whether a loop over the months is closed over the block."""
    whole: bool = False
    """Whether months, half-hours and days are kept too."""
    alone: bool = False
    """Whether the intervals of the only replication come from its batches."""
    feedback: str = ""
    """Names what earlier months do to later ones, in a pass of a loop that is being closed."""

    @property
    def key(self) -> str:
        """Names the unit in the store, together with the version of the code: 32 hexadecimal digits."""
        return hashlib.blake2b(repr((astuple(self), code_version())).encode(), digest_size=16).hexdigest()


def units_of(resolved: Resolved, seed: int, engine: str, replications: int) -> list[Unit]:
    """The units that make up so many replications, in order."""
    antithetic = resolved.scenario.experiment.antithetic
    if closed_loops(resolved):
        return [Unit(resolved.digest, seed, engine, antithetic, 0, replications, closed=True)]
    return [Unit(resolved.digest, seed, engine, antithetic, number, 1) for number in range(replications)]


def whole(resolved: Resolved, seed: int, number: int, engine: str, alone: bool) -> Unit:
    """One replication of a world as it is, with everything that a report shows."""
    antithetic, told = resolved.scenario.experiment.antithetic, resolved.feedback
    feedback = "" if told is None else hashlib.blake2b(pack_feedback(told), digest_size=16).hexdigest()
    return Unit(
        resolved.digest, seed, engine, antithetic, number, 1, whole=True, alone=alone, feedback=feedback
    )  # fmt: skip


def compute(resolved: Resolved, units: Sequence[Unit]) -> list[bytes]:
    """What units of one scenario come to, packed; runs in a worker. Raises Unbounded, ConservationError."""
    return [_computed(resolved, unit) for unit in units]


def _computed(resolved: Resolved, unit: Unit) -> bytes:
    if unit.whole:
        return pack_whole(one(resolved, unit.seed, unit.first, unit.engine, unit.alone))
    if unit.closed:
        found = replicate_closed(resolved, unit.seed, unit.count, 1, unit.engine)
        tallies, usages = found.tallies, found.usage
        return pack(Result([totals(t) for t in tallies], usages, found.resolved.feedback, found.loop))
    numbers = range(unit.first, unit.first + unit.count)
    done = [one(resolved, unit.seed, number, unit.engine) for number in numbers]
    return pack(Result([totals(t) for t, _ in done], [u for _, u in done]))


def replications_of(resolved: Resolved, seed: int, engine: str, results: Sequence[Result]) -> Replications:
    """Units put together again, in their order; figures by month, half-hour and day are gone."""
    closed = next((result for result in results if result.loop is not None), None)
    if closed is not None:
        resolved = replace(resolved, feedback=closed.feedback)
    return Replications(
        resolved,
        [tally for result in results for tally in result.tallies],
        [usage for result in results for usage in result.usage],
        seed,
        engine,
        loop=None if closed is None else closed.loop,
    )
