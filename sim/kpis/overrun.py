"""Time on duty beyond the shift: what agents of teams that pay for it stay on to finish (semantics 6.1, 6.3)."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from sim.engine.outcomes import Outcomes
from sim.engine.roster import Roster

_AGENT = 1 << 44  # more than any clock: agent and moment in one key


def overrun_ms(roster: Roster, outcomes: Outcomes, edges_ms: np.ndarray, teams: int) -> np.ndarray:
    """float64 (teams, edges - 1): time on duty outside every shift, between neighbouring edges.

    Counts teams whose shifts the roster lists. Breaks and planned time lie inside the shift, so that who is late for
    them adds nothing.
    """
    over = np.zeros((teams, len(edges_ms) - 1))
    listed = np.isin(outcomes.duty_agent, roster.shift_agent)
    if not listed.any():
        return over
    agent = outcomes.duty_agent[listed].astype(np.int64)
    begin, end = outcomes.duty_from_ms[listed], outcomes.duty_until_ms[listed]
    team = roster.agent_team[agent]
    for piece, (low, high) in enumerate(pairwise(edges_ms.tolist())):
        since, until = np.clip(begin, low, high), np.clip(end, low, high)
        beyond = (until - since) - (_in_shifts(roster, agent, until) - _in_shifts(roster, agent, since))
        over[:, piece] = np.bincount(team, weights=beyond, minlength=teams)
    return over


def _in_shifts(roster: Roster, agent: np.ndarray, moment: np.ndarray) -> np.ndarray:
    """int64 (n,): time of all shifts listed before ``moment`` of ``agent``, up to a constant of the agent."""
    whose, begin = roster.shift_agent, roster.shift_from_ms
    end = roster.shift_until_ms.copy()
    same = whose[1:] == whose[:-1]
    end[:-1][same] = np.minimum(end[:-1][same], begin[1:][same])  # where one reaches into the next, it counts once
    passed = np.concatenate([[0], np.cumsum(end - begin)])
    place = np.searchsorted(whose * _AGENT + begin, agent * _AGENT + moment, side="right") - 1
    here = (place >= 0) & (whose[place] == agent)  # else none of the agent's has begun: those of others are whole
    length = np.where(here, np.clip(moment - begin[place], 0, (end - begin)[place]), (end - begin)[place])
    return np.where(place >= 0, passed[place] + length, 0)
