"""What is needed: agents on duty by team and half-hour of the week, and what they are worth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

SLOTS_PER_WEEK = 336
HOURS_PER_SLOT = 0.5


@dataclass(frozen=True)
class PoolNeed:
    """What some teams need together, for the work that nobody else may serve."""

    teams: tuple[int, ...]
    agents: np.ndarray  # float64 (336,) at the teams' mean speed, for what is served at once


@dataclass(frozen=True)
class Requirement:
    """Need of T teams and C channels in 336 half-hours of the local week from Monday 00:00.

    Half-hours in which nobody is needed, and those that the horizon does not have, are 0.
    """

    scenario: str
    teams: tuple[str, ...]
    channels: tuple[str, ...]
    period: str
    """`mean week` of the horizon, or a month such as `2027-11`: its mean week."""
    method: str
    """`erlang` or `simulation`."""
    agents: np.ndarray  # int64 (T, 336) on duty, in contact with customers or ready for it
    load: np.ndarray  # float64 (C, 336) erlangs: agents busy if all contacts were served by one at full speed
    contacts: np.ndarray  # float64 (C, 336) offered to agents in a half-hour
    service_level: np.ndarray  # float64 (C, 336) predicted, in the channel's contract; NaN without target or contacts
    occupancy: np.ndarray  # float64 (336,) predicted, of all teams together; NaN where nobody is there
    shrinkage: tuple[float, ...]
    """Of each team, parts compounded."""
    full_time: float
    """Paid hours a week of one full-time equivalent."""
    present: np.ndarray  # float64 (T, 336) agents on duty today, as planned
    pools: tuple[PoolNeed, ...] = ()
    """Every set of teams that some work is left to, and its need before rounding; overlapping skills share agents."""
    notes: tuple[str, ...] = ()
    """What the method leaves out or had to assume, in words."""

    @property
    def scheduled(self) -> np.ndarray:
        """float64 (T, 336): heads to schedule so that the agents are there, shrinkage added once: n / (1 - s)."""
        kept = np.maximum(1.0 - np.array(self.shrinkage), 1e-9)
        return np.asarray(self.agents / kept[:, None])

    @property
    def agent_hours(self) -> np.ndarray:
        """float64 (T,): hours on duty in a week."""
        return np.asarray(self.agents.sum(axis=1) * HOURS_PER_SLOT)

    @property
    def fte(self) -> np.ndarray:
        """float64 (T,): full-time equivalents, paid hours of a week / those of one full-time agent."""
        return np.asarray(self.scheduled.sum(axis=1) * HOURS_PER_SLOT / self.full_time)

    def service(self, channel: str) -> float:
        """Predicted service level of a channel over the week, weighted by contacts; NaN where there is none."""
        c = self.channels.index(channel)
        known = np.isfinite(self.service_level[c]) & (self.contacts[c] > 0)
        if not known.any():
            return float("nan")
        return float(np.average(self.service_level[c][known], weights=self.contacts[c][known]))
