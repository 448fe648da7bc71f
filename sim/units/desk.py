"""Where units are asked for: finished ones come from the store, the others go to the crew, and are stored at once.

Two processes that ask for the same units share them: each says what it is at work on, takes what the other has
finished, and waits for what the other is at.
"""

from __future__ import annotations

import time
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sim.replicate import Replications
from sim.scenario.resolved import Resolved
from sim.units.pack import Damaged, Result, unpack
from sim.units.store import Store
from sim.units.unit import Unit, compute, replications_of, units_of
from sim.workers import Crew, Parcel

PIECE_S = 0.25
"""Units of one scenario are given out together up to about this long; a finished unit is not kept waiting for long."""
_POLL_S = 0.2


@dataclass
class Order:
    """Replications of one scenario that somebody waits for."""

    resolved: Resolved
    seed: int
    engine: str
    units: list[Unit] = field(default_factory=list)
    found: dict[Unit, Result] = field(default_factory=dict)

    @property
    def ready(self) -> bool:
        """Whether all of it is there."""
        return len(self.found) == len(self.units)

    def replications(self) -> Replications:
        """What they came to."""
        return replications_of(self.resolved, self.seed, self.engine, [self.found[unit] for unit in self.units])


class Given(NamedTuple):
    """A piece of work at the crew."""

    name: Hashable
    number: int
    units: tuple[Unit, ...]


class Desk:
    """Takes orders under a name, and tells which are ready. Results do not depend on who works, nor in which order."""

    def __init__(self, crew: Crew, store: Store | None) -> None:
        self.crew, self.store = crew, store
        self.computed = self.stored = 0
        """Units that were computed here, and those that were there."""
        self._orders: dict[Hashable, Order] = {}
        self._elsewhere: dict[Hashable, list[Unit]] = {}
        self._unit_s = PIECE_S
        self._began: dict[Hashable, float] = {}
        self._looked = 0.0
        self._pieces = 0

    @property
    def open(self) -> int:
        """Orders that are not ready."""
        return len(self._orders)

    @property
    def hungry(self) -> bool:
        """Whether the crew has less to do than it could."""
        return self.crew.in_flight <= 2 * self.crew.count

    def order(self, name: Hashable, resolved: Resolved, seed: int, engine: str, replications: int) -> Order | None:
        """Asks for replications 0 to n - 1, after fewer of them too; returns them where all are finished already."""
        old = self._orders.pop(name, None)
        order = Order(resolved, seed, engine, units_of(resolved, seed, engine, replications))
        order.found = {} if old is None else {u: r for u, r in old.found.items() if u in set(order.units)}
        return self._fill(name, order)

    def more(self, name: Hashable, order: Order, replications: int) -> Order | None:
        """Asks for more replications of a finished order."""
        units = units_of(order.resolved, order.seed, order.engine, replications)
        known = {unit: order.found[unit] for unit in units if unit in order.found}
        return self._fill(name, Order(order.resolved, order.seed, order.engine, units, known))

    def _fill(self, name: Hashable, order: Order) -> Order | None:
        missing = self._from_store(order, [unit for unit in order.units if unit not in order.found])
        if not missing:
            return order
        self._orders[name] = order
        mine = set(missing)
        if self.store is not None:
            keys = self.store.claim([unit.key for unit in missing])
            mine = {unit for unit in missing if unit.key in keys}
            others = [unit for unit in missing if unit not in mine]
            if others:
                self._elsewhere[name] = others
        self._give_out(name, order, [unit for unit in missing if unit in mine])
        return None

    def _from_store(self, order: Order, units: Sequence[Unit]) -> list[Unit]:
        """Takes what is finished into the order; what is not."""
        if self.store is None or not units:
            return list(units)
        found = self.store.get([unit.key for unit in units])
        missing = []
        for unit in units:
            packed = found.get(unit.key)
            try:
                if packed is not None:
                    order.found[unit] = unpack(packed)
                    self.stored += 1
                    continue
            except Damaged:
                self.store.drop(unit.key)
            missing.append(unit)
        return missing

    def _give_out(self, name: Hashable, order: Order, units: Sequence[Unit]) -> None:
        if not units:
            return
        parcel = Parcel.of(order.resolved)
        size = max(1, int(PIECE_S / max(self._unit_s, 1e-6)))
        for start in range(0, len(units), size):
            some = tuple(units[start : start + size])
            self._pieces += 1
            tag = Given(name, self._pieces, some)
            self._began[tag] = time.monotonic()
            self.crew.submit(tag, compute, parcel, some, shared=len(units) > size)

    def take(self, wait: bool = True) -> list[tuple[Hashable, Order]]:
        """Waits for a piece of work and stores it; the orders that are ready now. Empty where there is more to wait
        for; without ``wait`` only what has come already. Raises what the work raised, StoreFull, and WorkerProblem."""
        ready: list[tuple[Hashable, Order]] = []
        if self.store is not None:
            self.store.renew()
            if self._elsewhere and time.monotonic() - self._looked > _POLL_S:
                ready += self._look()
        if not self.crew.in_flight:
            if self._elsewhere and not ready and wait:
                time.sleep(_POLL_S)
            return ready
        came = self.crew.take(timeout=_POLL_S if wait else 0.0)
        if came is not None:
            ready += self._came(*came)
        return ready

    def _came(self, tag: Hashable, packed: Sequence[bytes]) -> list[tuple[Hashable, Order]]:
        assert isinstance(tag, Given)
        name, units = tag.name, tag.units
        self.computed += len(units)
        took = (time.monotonic() - self._began.pop(tag)) / len(units) / max(1, self.crew.in_flight / self.crew.count)
        self._unit_s += (took - self._unit_s) / 8
        if self.store is not None:
            self.store.put(zip(units, packed, strict=True))
        order = self._orders.get(name)
        if order is None:
            return []
        order.found.update((unit, unpack(each)) for unit, each in zip(units, packed, strict=True))
        return [(name, self._orders.pop(name))] if order.ready else []

    def _look(self) -> list[tuple[Hashable, Order]]:
        """What other processes have finished meanwhile; what they have left is taken over."""
        assert self.store is not None
        self._looked = time.monotonic()
        ready = []
        for name, units in list(self._elsewhere.items()):
            order = self._orders[name]
            missing = self._from_store(order, units)
            keys = self.store.claim([unit.key for unit in missing])
            self._give_out(name, order, [unit for unit in missing if unit.key in keys])
            left = [unit for unit in missing if unit.key not in keys]
            if left:
                self._elsewhere[name] = left
            else:
                del self._elsewhere[name]
            if order.ready:
                ready.append((name, self._orders.pop(name)))
        return ready

    def wait_for(self, name: Hashable, resolved: Resolved, seed: int, engine: str, replications: int) -> Replications:
        """Replications of one scenario, when they are there."""
        order = self.order(name, resolved, seed, engine, replications)
        while order is None:
            order = next((done for which, done in self.take() if which == name), None)
        return order.replications()
