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


RUNS = 64


@njit(cache=CACHE)
def one_at_a_time(agent, begin, end):
    """Whether every stretch has a length and no two of an agent overlap, as far as a merge can tell.

    An agent's stretches stand together, in a few runs that are in order of time (one for each channel). True is sure;
    False may also say that they stand in another order.
    """
    heads, stops = np.empty(RUNS, dtype=np.int64), np.empty(RUNS, dtype=np.int64)
    i, n = 0, len(agent)
    while i < n:
        if i > 0 and agent[i] <= agent[i - 1]:
            return False
        runs, first = 1, i
        heads[0] = i
        i += 1
        while i < n and agent[i] == agent[first]:
            if begin[i] < begin[i - 1]:
                if runs == RUNS:
                    return False
                stops[runs - 1], heads[runs] = i, i
                runs += 1
            i += 1
        stops[runs - 1] = i
        over = np.iinfo(np.int64).min
        while runs > 0:
            k = 0
            for run in range(1, runs):
                if begin[heads[run]] < begin[heads[k]]:
                    k = run
            j = heads[k]
            if begin[j] < over or end[j] <= begin[j]:
                return False
            over = end[j]
            heads[k] += 1
            if heads[k] == stops[k]:
                runs -= 1
                heads[k], stops[k] = heads[runs], stops[runs]
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
