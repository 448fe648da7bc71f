"""Conservation in one pass over the contacts and one over the agents' stretches; `checks` words what may be wrong."""

from __future__ import annotations

import numpy as np
from numba import njit

from sim.engine import outcomes as out
from sim.machine_code import CACHE

# mypy: disable-error-code="no-untyped-def"


@njit(cache=CACHE)
def contacts_hold(
    ticket_of, first_ms, state, kind, channel, team, result, arrive, queue, answer, leave, done, end, channels, teams
):
    """Whether all that `checks` says of contacts, their times and the ends of tickets holds, in one pass."""
    tickets, legs, passed_on = len(state), 0, 0
    seen = np.zeros(tickets, dtype=np.uint8)  # bits: an agent met the need, a bot did, a contact waits on
    for i in range(len(kind)):
        if kind[i] < 0:
            continue
        code, ticket, so_far = result[i], ticket_of[i], arrive[i]
        stays = code == out.WAITING or code == out.IN_SERVICE
        if code < 0 or code > out.SUPERSEDED or stays == (leave[i] >= 0) or arrive[i] < 0 or arrive[i] > end:
            return False
        if channel[i] < 0 or channel[i] >= channels or team[i] >= teams:
            return False
        if i < tickets:
            if first_ms[i] < 0:
                return False
        elif kind[i] == out.FIRST or kind[ticket] < 0:
            return False
        for later in (queue[i], answer[i], leave[i], done[i]):
            if 0 <= later < so_far:
                return False
            so_far = max(so_far, later)
        if code == out.RESOLVED:
            seen[ticket] |= 1
        elif code == out.BOT_RESOLVED:
            seen[ticket] |= 2
        elif code == out.WAITING and answer[i] < 0:
            seen[ticket] |= 4
        passed_on += code == out.TRANSFERRED
        legs += kind[i] == out.TRANSFER
    for i in range(tickets):
        if (state[i] == out.BY_AGENT and not seen[i] & 1) or (state[i] == out.BY_BOT and not seen[i] & 2):
            return False
        if state[i] != out.OPEN and seen[i] & 4:
            return False
    return legs <= passed_on


@njit(cache=CACHE)
def one_at_a_time(agent, begin, end, agents):
    """Whether every agent's stretches have a length, come in order and do not overlap."""
    over = np.full(agents, np.iinfo(np.int64).min, dtype=np.int64)
    for i in range(len(agent)):
        if begin[i] < over[agent[i]] or end[i] <= begin[i]:
            return False
        over[agent[i]] = end[i]
    return True


@njit(cache=CACHE)
def add_time(agent, channel, used, figure, total):
    """Adds figures to ``total`` (agents, channels) where ``used`` is not below 0 and there is an agent; False where an
    agent or a channel does not exist."""
    agents, channels = total.shape
    for i in range(len(agent)):
        if used[i] < 0 or agent[i] < 0:
            continue
        if agent[i] >= agents or channel[i] < 0 or channel[i] >= channels:
            return False
        total[agent[i], channel[i]] += figure[i]
    return True
