"""Worlds in groups, each group told when all of it is there, in the order in which the groups are asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from sim.replicate import Replications
from sim.scenario.resolved import Resolved
from sim.units.desk import Desk

AHEAD = 64
"""Groups that may be at work or waiting for an earlier one."""


class Wanted(NamedTuple):
    """Replications 0 to n - 1 of one world."""

    resolved: Resolved
    seed: int
    engine: str
    replications: int


def in_turn(desk: Desk, groups: Iterable[Sequence[Wanted]]) -> Iterator[list[Replications]]:
    """The replications of every group. Raises what the work and `Desk.take` raise."""
    asked = enumerate(groups)
    found: dict[int, list[Replications | None]] = {}
    told, more = 0, True
    while more or found:
        while more and desk.hungry and len(found) < AHEAD:
            number, group = next(asked, (-1, ()))
            more = number >= 0
            if more:
                found[number] = [_begun(desk, (number, place), each) for place, each in enumerate(group)]
        while told in found and len(ready := [run for run in found[told] if run is not None]) == len(found[told]):
            del found[told]
            told += 1
            yield ready
        for name, order in desk.take() if desk.open else ():
            assert isinstance(name, tuple)
            found[name[0]][name[1]] = order.replications()


def _begun(desk: Desk, name: tuple[int, int], each: Wanted) -> Replications | None:
    """What is finished already; None where it is at work now."""
    order = desk.order(name, *each)
    return None if order is None else order.replications()
