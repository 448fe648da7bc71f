"""Who is there when: shifts, breaks, shrinkage, absence and hires as a list of staff events."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

# Roster.event_what
SET_PRESENT, AGENT_ON, AGENT_OFF, CHANNEL_OPENS, CHANNEL_CLOSES = range(5)


@dataclass(frozen=True)
class Roster:
    """Staff of one replication: A agents of T teams over D days; E events in the order in which they happen."""

    agent_team: np.ndarray  # int32 (A,)
    speed_ppm: np.ndarray  # int64 (A, D) speed by tenure, millionths; (A, 1) where it never changes
    event_ms: np.ndarray  # int64 (E,) sorted; at one tick in the order given
    event_what: np.ndarray  # int8 (E,)
    event_who: np.ndarray  # int32 (E,) team (SET_PRESENT), agent, or channel
    event_value: np.ndarray  # int64 (E,) agents present (SET_PRESENT), else 0
    paid_ms: np.ndarray  # int64 (T, slots) paid time by half-hour: breaks that are paid, shrinkage and absence included
    scheduled_ms: np.ndarray  # int64 (T, slots) time for customers as scheduled, before overrun
    heads: np.ndarray  # float64 (T, months) mean heads on the payroll
    joiners: np.ndarray  # float64 (T, months) agents who join the payroll
