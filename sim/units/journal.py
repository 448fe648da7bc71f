"""Whole replications of a run, each kept as soon as it is finished, so that a stopped run begins where it was."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress

from sim.replicate import Pair
from sim.scenario.resolved import Resolved
from sim.units.pack import Damaged, unpack_whole
from sim.units.store import Store, StoreFull, StoreRefused, Tell
from sim.units.unit import Unit, compute, whole
from sim.workers import Crew, Parcel


class Finished:
    """What is finished of a run, kept in a store. Without a store, or once it fails, nothing is kept."""

    def __init__(self, store: Store | None, tell: Tell) -> None:
        self.store = store
        self.computed = self.stored = 0
        """Replications that were computed now, and those that were there."""
        self._tell = tell
        self._mine: set[str] = set()

    def of(self, units: Sequence[Unit]) -> dict[Unit, Pair]:
        """Those of the units that are kept."""
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

    def keep(self, unit: Unit, packed: bytes) -> Pair:
        """Keeps one that was computed now. A run goes on where nothing can be kept, and says so once."""
        self.computed += 1
        self._mine.add(unit.key)
        if self.store is not None:
            try:
                self.store.put([(unit, packed)])
            except (StoreFull, StoreRefused) as problem:
                self._give_up(problem)
        return unpack_whole(packed)

    def _give_up(self, problem: Exception) -> None:
        self._tell(f"Finished work cannot be kept ({problem}); going on without.")
        self.store = None


class Journal:
    """Runs replications through a crew and keeps each when it is finished; a `Runner` (see `sim.replicate`)."""

    def __init__(self, crew: Crew, finished: Finished) -> None:
        self.crew, self.finished = crew, finished

    def __call__(self, resolved: Resolved, seed: int, numbers: range, engine: str, alone: bool) -> Iterator[Pair]:
        """The replications in order, as each is there. Raises what the work raises, and WorkerProblem."""
        units = [whole(resolved, seed, number, engine, alone) for number in numbers]
        found = self.finished.of(units)
        missing = [unit for unit in units if unit not in found]
        if len(missing) == 1 and self.crew.here:  # not worth starting a process
            found[missing[0]] = self.finished.keep(missing[0], compute(resolved, missing)[0])
        elif missing:
            parcel = Parcel.of(resolved)
            for unit in missing:
                self.crew.submit(unit, compute, parcel, (unit,), shared=True)
        for unit in units:
            while unit not in found:
                came = self.crew.take()
                assert came is not None  # it was submitted
                tag, (packed,) = came
                assert isinstance(tag, Unit)
                found[tag] = self.finished.keep(tag, packed)
            yield found.pop(unit)
