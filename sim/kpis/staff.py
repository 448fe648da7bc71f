"""Time of teams and channels: on duty, busy, paid, waiting and in progress, by piece of time."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sim.engine.outcomes import Outcomes
from sim.engine.roster import Roster
from sim.kpis.columns import Contacts
from sim.kpis.spans import Cuts
from sim.scenario.resolved import Resolved
from sim.scenario.units import HALF_HOUR_MS


def team_pieces(resolved: Resolved, roster: Roster, outcomes: Outcomes, cuts: Cuts) -> Iterator[tuple[str, np.ndarray]]:
    """(measure, (pieces, T) ms) of each team between neighbouring edges."""
    teams = len(resolved.scenario.teams)
    team = roster.agent_team
    yield (
        "busy_ms",
        cuts.covered(team[outcomes.busy_agent], teams, outcomes.busy_from_ms, outcomes.busy_until_ms),
    )
    yield (
        "duty_ms",
        cuts.covered(team[outcomes.duty_agent], teams, outcomes.duty_from_ms, outcomes.duty_until_ms),
    )
    yield "paid_ms", _of_slots(roster.paid_ms, cuts.edges)
    yield "scheduled_ms", _of_slots(roster.scheduled_ms, cuts.edges)


def _of_slots(by_slot: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """float64 (pieces, T): half-hourly sums between other edges, spread evenly inside a half-hour."""
    sums = np.concatenate([np.zeros((len(by_slot), 1)), np.cumsum(by_slot, axis=1)], axis=1)
    at = np.arange(sums.shape[1]) * float(HALF_HOUR_MS)
    so_far = [np.interp(edges, at, line) for line in sums]
    return np.diff(np.array(so_far).reshape(len(by_slot), len(edges)), axis=1).T


def lane_pieces(
    resolved: Resolved, outcomes: Outcomes, contacts: Contacts, cuts: Cuts, end_ms: int
) -> Iterator[tuple[str, np.ndarray]]:
    """(measure, (pieces, C) ms) of each channel: contacts waiting, contacts in progress, agents busy with it.

    In progress is an agent's time with a contact. Interrupted work is put aside and not in progress; an agent who does
    such work has one contact in hand, so that contacts in progress and busy agents are the same there.
    """
    channels, is_ = list(resolved.scenario.channels.values()), contacts.cases
    where = np.where(is_.joined[contacts.case], contacts.channel, -1)
    yield "queue_ms", cuts.covered(where, len(channels), contacts.queue_ms, contacts.queue_ms + contacts.wait_ms)
    busy = cuts.covered(outcomes.busy_channel, len(channels), outcomes.busy_from_ms, outcomes.busy_until_ms)
    yield "channel_busy_ms", busy
    one_in_hand = np.array([channel.interruptible or channel.parallel == 1 for channel in channels])
    progress = busy
    if not one_in_hand.all():
        held = np.flatnonzero((contacts.handle_ms > 0) & ~one_in_hand[contacts.channel])
        finish = np.where(contacts.done_ms[held] >= 0, contacts.done_ms[held], end_ms)
        begin = finish - contacts.handle_ms[held]
        progress = np.where(one_in_hand, busy, cuts.covered(contacts.channel[held], len(channels), begin, finish))
    yield "progress_ms", progress
