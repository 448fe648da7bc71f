"""Whole replications of a run, each kept as soon as it is finished, so that a stopped run begins where it was."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from sim.replicate import Pair
from sim.scenario.resolved import Resolved
from sim.units.pack import Damaged, unpack_whole
from sim.units.store import Store, StoreFull, StoreRefused, Tell
from sim.units.unit import Unit, compute, whole
from sim.workers import Crew, Parcel


class Journal:
    """Runs replications through a crew; a `Runner` (see `sim.replicate`). Without a store nothing is kept."""

    def __init__(self, crew: Crew, store: Store | None, tell: Tell) -> None:
        self.crew, self.store = crew, store
        self.computed = self.stored = 0
        """Replications that were computed now, and those that were there."""
        self._tell = tell
        self._mine: set[str] = set()

    def __call__(self, resolved: Resolved, seed: int, numbers: range, engine: str, alone: bool) -> Iterator[Pair]:
        """The replications in order, as each is there. Raises what the work raises, and WorkerProblem."""
        units = [whole(resolved, seed, number, engine, alone) for number in numbers]
        found = self._finished(units)
        missing = [unit for unit in units if unit not in found]
        if missing:
            parcel = Parcel.of(resolved)
            for unit in missing:
                self.crew.submit(unit, compute, parcel, (unit,), shared=len(missing) > 1)
        for unit in units:
            while unit not in found:
                came = self.crew.take()
                assert came is not None  # it was submitted
                tag, (packed,) = came
                assert isinstance(tag, Unit)
                self._keep(tag, packed)
                found[tag] = unpack_whole(packed)
            yield found.pop(unit)

    def _finished(self, units: list[Unit]) -> dict[Unit, Pair]:
        """Those that are kept."""
        found: dict[Unit, Pair] = {}
        kept: dict[str, bytes] = {}
        try:
            kept = {} if self.store is None else self.store.get([unit.key for unit in units])
        except (StoreFull, StoreRefused) as problem:
            self._give_up(problem)
        for unit in units:
            with suppress(Damaged):
                if unit.key in kept:
                    found[unit] = unpack_whole(kept[unit.key])
                    self.stored += unit.key not in self._mine
        return found

    def _keep(self, unit: Unit, packed: bytes) -> None:
        """Keeps a finished one; a run goes on where nothing can be kept, and says so once."""
        self.computed += 1
        self._mine.add(unit.key)
        if self.store is None:
            return
        try:
            self.store.put([(unit, packed)])
        except (StoreFull, StoreRefused) as problem:
            self._give_up(problem)

    def _give_up(self, problem: Exception) -> None:
        self._tell(f"Finished work cannot be kept ({problem}); going on without.")
        self.store = None
