"""From a resolved scenario, a seed and a replication to the tape."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.demand.arrivals import Arrivals, draw_arrivals, time_order
from sim.demand.busyness import factors_of
from sim.demand.contacts import draw_rows
from sim.demand.keys import Draws, replication_key
from sim.demand.rates import expected_groups, expected_needs
from sim.demand.self_service import SelfHelp, try_self_service
from sim.demand.tables import Tables, make_tables
from sim.demand.tape import Tape
from sim.scenario.remember import remembered
from sim.scenario.resolved import Resolved

__all__ = ["draw_tape", "expected_needs"]


@dataclass(frozen=True)
class World:
    """What all replications of a scenario share."""

    mass: np.ndarray  # float64 (reasons, slots): mean groups of needs
    day: np.ndarray  # int32 (slots,)
    regime: np.ndarray  # int64 (slots,)
    tables: Tables


@remembered
def prepare(resolved: Resolved) -> World:
    """The shared part."""
    day, _ = resolved.calendar.slot_local
    regime = resolved.regime_of_day[day].astype(np.int64)
    return World(expected_groups(resolved), day, regime, make_tables(resolved))


@dataclass(frozen=True)
class NeedStream:
    """The needs of one replication, stretch by stretch: what a stretch holds does not depend on how it is cut."""

    resolved: Resolved
    world: World
    key: tuple[int, int]
    mass: np.ndarray  # float64 (reasons, slots): mean groups of needs, the replication's busyness included

    @staticmethod
    def of(resolved: Resolved, seed: int, replication: int) -> NeedStream:
        """The stream of a scenario's replication."""
        world, key = prepare(resolved), replication_key(seed, replication)
        return NeedStream(resolved, world, key, world.mass * factors_of(resolved, seed, replication)[world.day])

    def needs(self, first_slot: int, until_slot: int) -> Arrivals:
        """Needs that arise in the half-hours from ``first_slot`` to before ``until_slot``."""
        tables = self.world.tables
        return draw_arrivals(
            self.mass[:, first_slot:until_slot],
            list(tables.index.reasons),
            tables.batches,
            self.world.regime,
            self.key,
            self.resolved.calendar.end_ms,
            first_slot,
        )

    def tape(self, needs: Arrivals) -> Tape:
        """All that the customers behind these needs (in their order) would do."""
        tables = self.world.tables
        regime = self.world.regime[needs.slot]
        in_world = regime * len(tables.index.reasons) + needs.reason
        preferred = _preferred(tables, needs, in_world)
        help_ = try_self_service(tables, Draws(needs.state), needs.need_ms, in_world, preferred)
        rows = draw_rows(tables, needs.state, in_world, help_.channel, help_.patience_left)
        return Tape(
            identity=needs.identity,
            need_ms=needs.need_ms,
            reason=needs.reason.astype(np.int32),
            channel=help_.channel.astype(np.int32),
            regime=regime.astype(np.int32),
            self_service=help_.tried,
            self_fate=help_.fate,
            self_end_ms=help_.end_ms,
            first_ms=help_.first_ms,
            first_order=_first_order(help_),
            **rows,
        )


def draw_tape(resolved: Resolved, seed: int, replication: int) -> Tape:
    """Every random draw of customers in one replication. Staffing has no part in it."""
    stream = NeedStream.of(resolved, seed, replication)
    return stream.tape(stream.needs(0, resolved.calendar.slots))


def needs_by_slot(resolved: Resolved) -> np.ndarray:
    """float64 (slots,): mean number of groups of needs in each half-hour, all reasons together."""
    return np.asarray(prepare(resolved).mass.sum(axis=0))


def _preferred(tables: Tables, arrivals: Arrivals, in_world: np.ndarray) -> np.ndarray:
    """int64 (n,): the channel that each ticket prefers."""
    declared = [options for regime in tables.preferred for options in regime]
    width = max(len(numbers) for numbers, _ in declared)
    target = np.array([[numbers[min(k, len(numbers) - 1)] for numbers, _ in declared] for k in range(width)])
    until = np.array(
        [[cumulative[k] if k < len(numbers) - 1 else 2**33 for numbers, cumulative in declared] for k in range(width)]
    )
    channel: np.ndarray = target[0][in_world]
    for k in range(1, width):
        channel = np.where(arrivals.channel_u >= until[k - 1][in_world], target[k][in_world], channel)
    return channel


def _first_order(help_: SelfHelp) -> np.ndarray:
    """Tickets with a first contact, by (first_ms, row)."""
    if help_.patience_left is None:
        return np.arange(len(help_.first_ms), dtype=np.int64)  # needs are in order, and contacts follow at once
    with_contact = np.flatnonzero(help_.first_ms >= 0)
    order: np.ndarray = with_contact[time_order(help_.first_ms[with_contact])]
    return order
