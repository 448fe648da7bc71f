"""One simulator for a whole search: every world met once on every tape, whoever asks.

A world is known by its digest, so that two plans that come to the same decisions are one. All worlds see the same tapes
(replication r of the seed), several worlds and replications run at once, and further replications are added to those
that are there. Where a scenario closes a loop over the months, the loop is closed on the first replications that are
asked for, and those added later run at the same fixed point: the feedback is part of the world from then on.
"""

from __future__ import annotations

import pickle
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from joblib import Parallel, delayed

from sim.engine import DEFAULT_ENGINE, prepare
from sim.feedback import closed_loops, replicate_closed
from sim.replicate import Convergence, Pair, Replications, one
from sim.scenario.remember import REMEMBERED
from sim.scenario.resolved import Feedback, Resolved
from sim.units.journal import Finished
from sim.units.unit import Unit, compute, whole

Simulate = Callable[[Sequence[Resolved], int, int], list[Replications]]
"""Worlds, first replication, how many: their replications, on the same tapes."""
Tell = Callable[[str], None]
"""Called with a line about how far the work is."""
_EVERY_S = 10.0


@dataclass
class _World:
    """What is known of one world."""

    done: dict[int, Pair] = field(default_factory=dict)
    feedback: Feedback | None = None
    loop: Convergence | None = None


class Simulator:
    """Simulates worlds on the tapes of one seed and keeps what came of it; a `Simulate`."""

    def __init__(
        self,
        seed: int,
        engine: str | None = None,
        jobs: int = 1,
        tell: Tell | None = None,
        finished: Finished | None = None,
    ) -> None:
        """``finished`` keeps replications for the next run of the same search, but for those that close a loop."""
        self.finished = finished
        self.seed, self.engine, self.jobs = seed, engine or DEFAULT_ENGINE, jobs
        self.replications = 0
        """Simulated so far; passes of a closed loop are not counted apart."""
        self._worlds: dict[str, _World] = {}
        self._tell = tell
        self._told = time.monotonic()

    def __call__(self, resolveds: Sequence[Resolved], first: int, count: int) -> list[Replications]:
        """Replications ``first`` to ``first + count`` of each world; what is known already is not run again.

        Raises ValueError for no replications, and Unbounded where a loop feeds itself.
        """
        if first < 0 or count < 1:
            raise ValueError("at least one replication is needed, from 0 on")
        numbers = range(first, first + count)
        each = {resolved.digest: resolved for resolved in resolveds}
        for resolved in each.values():
            self._worlds.setdefault(resolved.digest, _World())
        prepare(self.engine)
        self._close([r for r in each.values() if closed_loops(r)], first, count)
        self._run([(r, n) for r in each.values() for n in numbers if n not in self._worlds[r.digest].done])
        return [self._gathered(resolved, numbers) for resolved in resolveds]

    def whole(self, resolved: Resolved, count: int) -> Replications:
        """Replications 0 to ``count`` exactly as `deskplan run` has them: a loop is closed on all of them."""
        if closed_loops(resolved):
            self.replications += count
            return replicate_closed(resolved, self.seed, count, self.jobs, self.engine)
        return self([resolved], 0, count)[0]

    def _close(self, resolveds: Sequence[Resolved], first: int, count: int) -> None:
        """Closes the loops of worlds that are met for the first time, several at once."""
        new = [resolved for resolved in resolveds if self._worlds[resolved.digest].loop is None]
        if not new:
            return
        if first:
            raise ValueError("the loop over the months is closed on the first replications: ask for them first")
        tasks = (delayed(_closed_elsewhere)(pickle.dumps(r), self.seed, count, self.engine) for r in new)
        for resolved, found in zip(new, self._parallel(tasks, len(new)), strict=True):
            world = self._worlds[resolved.digest]
            world.feedback, world.loop = found.resolved.feedback, found.loop
            world.done.update(enumerate(zip(found.tallies, found.usage, strict=True)))
            self._count(found.count)

    def _run(self, missing: Sequence[tuple[Resolved, int]]) -> None:
        if not missing:
            return
        ready = {resolved.digest: self._ready(resolved) for resolved, _ in missing}
        units = [
            whole(ready[resolved.digest], self.seed, number, self.engine, alone=False) for resolved, number in missing
        ]
        kept = {} if self.finished is None else self.finished.of(units)
        packed = {unit.digest: pickle.dumps(ready[unit.digest]) for unit in units if unit not in kept}
        left = [unit for unit in units if unit not in kept]
        tasks = (delayed(_one_elsewhere)(packed[unit.digest], unit, self.finished is not None) for unit in left)
        for unit, pair in kept.items():
            self._worlds[unit.digest].done[unit.first] = pair
        for unit, found in zip(left, self._parallel(tasks, len(left)), strict=True):
            pair = found if self.finished is None else self.finished.keep(unit, found)
            self._worlds[unit.digest].done[unit.first] = pair
            self._count(1)

    def _parallel(self, tasks: Iterator[Any], count: int) -> Iterator[Any]:
        jobs = 1 if count == 1 else self.jobs
        with Parallel(n_jobs=jobs, return_as="generator") as pool:
            yield from pool(tasks)

    def _ready(self, resolved: Resolved) -> Resolved:
        feedback = self._worlds[resolved.digest].feedback
        return resolved if feedback is None else replace(resolved, feedback=feedback)

    def _gathered(self, resolved: Resolved, numbers: range) -> Replications:
        world = self._worlds[resolved.digest]
        pairs = [world.done[number] for number in numbers]
        return Replications(
            self._ready(resolved), [t for t, _ in pairs], [u for _, u in pairs], self.seed, self.engine, (), world.loop
        )

    def _count(self, more: int) -> None:
        self.replications += more
        now = time.monotonic()
        if self._tell is not None and now - self._told >= _EVERY_S:
            self._told = now
            self._tell(f"{self.replications} replications simulated")


@lru_cache(maxsize=REMEMBERED)
def _unpacked(packed: bytes) -> Resolved:
    """The same object for the same world, so that what a worker has worked out of it serves its next replication."""
    resolved: Resolved = pickle.loads(packed)
    return resolved


def _one_elsewhere(packed: bytes, unit: Unit, pack: bool) -> Pair | bytes:
    if pack:
        return compute(_unpacked(packed), [unit])[0]
    return one(_unpacked(packed), unit.seed, unit.first, unit.engine)


def _closed_elsewhere(packed: bytes, seed: int, count: int, engine: str) -> Replications:
    return replicate_closed(_unpacked(packed), seed, count, 1, engine)
