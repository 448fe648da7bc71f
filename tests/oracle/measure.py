"""What an outside observer reads off the outcomes of one run, batch by batch.

Every measure is a pair (numerator, denominator) with one figure a window of time. Contacts count in the window in which
they reach the queue; time integrals (queue length, busy agents) are cut at the windows' edges. So Little's law is not
used: mean waits and queue lengths are measured apart, and both are compared with theory.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sim.engine import Run
from sim.engine import outcomes as o
from tests.oracle.compare import Ratio


@dataclass(frozen=True)
class Windows:
    """Disjoint stretches of time [start, end) in ms, in order."""

    start: np.ndarray
    end: np.ndarray

    @property
    def length(self) -> np.ndarray:
        """Milliseconds of each window."""
        return (self.end - self.start).astype(float)

    def total(self, at: np.ndarray, weight: np.ndarray | None = None) -> np.ndarray:
        """Number (or summed weight) of the instants ``at`` that fall in each window."""
        index = np.searchsorted(self.start, at, side="right") - 1
        inside = (index >= 0) & (at < self.end[np.maximum(index, 0)])
        return np.bincount(
            index[inside], weights=None if weight is None else weight[inside], minlength=len(self.start)
        ).astype(float)

    def integral(self, since: np.ndarray, until: np.ndarray) -> np.ndarray:
        """Integral over each window of the number of stretches [since, until) under way."""

        def before(edge: np.ndarray) -> np.ndarray:
            return _passed(np.sort(since), edge) - _passed(np.sort(until), edge)

        return before(self.end) - before(self.start)

    def level_at_end(self, since: np.ndarray, until: np.ndarray) -> np.ndarray:
        """Number of stretches under way as each window ends."""
        return (
            np.searchsorted(np.sort(since), self.end, side="left")
            - np.searchsorted(np.sort(until), self.end, side="left")
        ).astype(float)

    def excess(self, since: np.ndarray, until: np.ndarray, limit: int) -> np.ndarray:
        """Integral over each window of how far the number under way exceeds ``limit``."""
        at = np.concatenate([since, until, self.start, self.end])
        step = np.concatenate([np.ones(len(since)), -np.ones(len(until)), np.zeros(2 * len(self.start))])
        order = np.argsort(at, kind="stable")
        at, level = at[order], np.cumsum(step[order])
        area = np.concatenate([[0.0], np.cumsum(np.maximum(level[:-1] - limit, 0) * np.diff(at))])
        return np.asarray(
            area[np.searchsorted(at, self.end, side="left")] - area[np.searchsorted(at, self.start, side="left")]
        )


def _passed(sorted_at: np.ndarray, edge: np.ndarray) -> np.ndarray:
    """Sum over all instants before each edge of the time from the instant to the edge."""
    count = np.searchsorted(sorted_at, edge, side="left")
    sums = np.concatenate([[0.0], np.cumsum(sorted_at, dtype=float)])
    return count * edge.astype(float) - sums[count]


@dataclass(frozen=True)
class Observed:
    """One finished run seen through windows; ``unit_ms`` is the oracle's unit of time."""

    run: Run
    windows: Windows
    unit_ms: float

    def __post_init__(self) -> None:
        unfinished = np.isin(self.result, (o.WAITING, o.IN_SERVICE))
        assert not unfinished.any(), "the horizon must drain, or waits at its end are unknown"

    @cached_property
    def used(self) -> np.ndarray:
        """Rows of the contacts that happened."""
        return np.flatnonzero(self.run.outcomes.kind >= 0)

    @cached_property
    def result(self) -> np.ndarray:
        """How each contact ended."""
        return self.run.outcomes.result[self.used]

    @cached_property
    def kind(self) -> np.ndarray:
        """How each contact came about."""
        return self.run.outcomes.kind[self.used]

    @cached_property
    def channel(self) -> np.ndarray:
        """Channel of each contact."""
        return self.run.outcomes.channel[self.used]

    @cached_property
    def team(self) -> np.ndarray:
        """Team that served each contact, -1 none."""
        return self.run.outcomes.team[self.used]

    @cached_property
    def arrive(self) -> np.ndarray:
        """When each contact reaches the queue (or is turned away)."""
        return self.run.outcomes.queue_ms[self.used]

    @cached_property
    def served(self) -> np.ndarray:
        """Whether an agent answered."""
        return self.run.outcomes.answer_ms[self.used] >= 0

    @cached_property
    def wait_end(self) -> np.ndarray:
        """When waiting ended: answered, or left."""
        return np.where(self.served, self.run.outcomes.answer_ms[self.used], self.run.outcomes.leave_ms[self.used])

    @cached_property
    def wait(self) -> np.ndarray:
        """Wait in the oracle's unit."""
        return (self.wait_end - self.arrive) / self.unit_ms

    @cached_property
    def left(self) -> np.ndarray:
        """Whether the customer left unserved of their own accord, at once (balked) or later."""
        return np.isin(self.result, (o.ABANDONED, o.BALKED))

    @cached_property
    def blocked(self) -> np.ndarray:
        """Whether there was no waiting place."""
        return self.result == o.BLOCKED

    @property
    def time(self) -> np.ndarray:
        """Length of each window in the oracle's unit."""
        return self.windows.length / self.unit_ms

    def count(self, of: np.ndarray) -> np.ndarray:
        """Contacts ``of`` (a mask) by window of arrival."""
        return self.windows.total(self.arrive[of])

    def summed(self, value: np.ndarray, of: np.ndarray) -> np.ndarray:
        """Sum of ``value`` over the contacts ``of`` by window of arrival."""
        return self.windows.total(self.arrive[of], value[of])

    def during(self, since: np.ndarray, until: np.ndarray) -> np.ndarray:
        """Integral over each window, in the oracle's unit, of the number under way."""
        return self.windows.integral(since, until) / self.unit_ms

    def waiting(self, of: np.ndarray) -> np.ndarray:
        """Integral of the queue length."""
        return self.during(self.arrive[of], self.wait_end[of])

    def busy(self, team: int | None = None) -> np.ndarray:
        """Integral of the number of busy agents (those with at least one contact in hand)."""
        out, roster = self.run.outcomes, self.run.roster
        mine = slice(None) if team is None else roster.agent_team[out.busy_agent] == team
        return self.during(out.busy_from_ms[mine], out.busy_until_ms[mine])

    def on_duty(self) -> np.ndarray:
        """Integral of the number of agents on duty, overrun included."""
        out = self.run.outcomes
        return self.during(out.duty_from_ms, out.duty_until_ms)


def queue_measures(
    seen: Observed, agents: int, within: float | None = None, of: np.ndarray | None = None
) -> dict[str, Ratio]:
    """The measures of a single queue by the oracle's names; ``of`` restricts to some contacts (a class)."""
    mine = np.ones(len(seen.used), dtype=bool) if of is None else of
    offered = seen.count(mine)
    accepted = offered - seen.count(mine & seen.blocked)
    served = seen.count(mine & seen.served)
    found: dict[str, Ratio] = {
        "P_wait": (seen.count(mine & (seen.wait > 0) | mine & (seen.result == o.BALKED)), accepted),
        "P_block": (seen.count(mine & seen.blocked), offered),
        "P_abandon": (seen.count(mine & seen.left), offered),
        "P_served": (served, offered),
        "EW_all": (seen.summed(seen.wait, mine), accepted),
        "ASA_served": (seen.summed(seen.wait, mine & seen.served), served),
        "Lq": (seen.waiting(mine), seen.time),
        "occupancy": (seen.busy(), agents * seen.time),
    }
    if within is not None:
        # The clock counts whole milliseconds, so a target between two of them is met by the lower one.
        early = mine & (seen.wait_end - seen.arrive <= within * seen.unit_ms)
        good, lost_early = seen.count(early & seen.served), seen.count(early & seen.left)
        found |= {
            "SL_served_within_T_of_offered": (good, offered),
            "SL_served_within_T_given_served": (good, served),
            "SL_excluding_abandon_within_T": (good, offered - lost_early),
            "P_abandon_within_T": (lost_early, offered),
        }
    return found
