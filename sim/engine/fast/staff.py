"""Rules of staff and of opening hours: who comes and goes, and what a closing channel does (semantics 5.3, 6.1)."""

from __future__ import annotations

from numba import njit

from sim.engine import outcomes as out
from sim.engine.fast.agents import fill, go_off, in_excess, place, refill
from sim.engine.fast.layout import (
    A_IN_HAND,
    A_LEAVING,
    A_ON,
    A_ON_SINCE,
    A_TEAM,
    K_CLEARS,
    K_IS_OPEN,
    K_OPEN_UNTIL,
    K_OPENS_AT,
    K_PARALLEL,
    M_ABSENT,
    M_ABSENT_COUNT,
    M_IDLE,
    M_PRESENT,
    M_WANTED,
    P_FIRST,
    Q_CHANNEL,
    Q_FIRST,
)
from sim.engine.fast.state import GONE
from sim.engine.fast.tickets import close, come_back, turn_away, unqueue
from sim.engine.roster import AGENT_OFF, AGENT_ON, CHANNEL_CLOSES, CHANNEL_OPENS, SET_PRESENT

# mypy: disable-error-code="no-untyped-def"


@njit
def on_staff(s, now, what, who, value, until):
    """The roster's next event happens."""
    if what == AGENT_ON:
        come_on(s, now, who)
    elif what == AGENT_OFF:
        end_duty(s, now, who)
    elif what == SET_PRESENT:
        set_present(s, now, who, value)
    elif what == CHANNEL_OPENS:
        s.channels[who, K_IS_OPEN] = 1
    elif what == CHANNEL_CLOSES:
        s.channels[who, K_IS_OPEN] = 0
        s.channels[who, K_OPENS_AT] = value
        s.channels[who, K_OPEN_UNTIL] = until
        if s.channels[who, K_CLEARS]:
            clear(s, now, who)


@njit
def come_on(s, now, agent):
    """An agent comes on duty, or goes on where they were about to leave."""
    if not s.agents[agent, A_ON]:
        s.agents[agent, A_ON] = 1
        s.agents[agent, A_ON_SINCE] = now
        s.teams[s.agents[agent, A_TEAM], M_PRESENT] += 1
    s.agents[agent, A_LEAVING] = 0
    channel = s.channel[s.hand[agent, 0]] if s.agents[agent, A_IN_HAND] else -1
    if channel >= 0 and s.agents[agent, A_IN_HAND] >= s.channels[channel, K_PARALLEL]:
        place(s, agent, channel)
    else:
        fill(s, now, agent, channel)


@njit
def end_duty(s, now, agent):
    """A stretch of duty ends: at once, or when what is in hand is finished."""
    if s.agents[agent, A_IN_HAND] > 0:
        s.agents[agent, A_LEAVING] = 1
        place(s, agent, s.channel[s.hand[agent, 0]])
    elif s.agents[agent, A_ON]:
        go_off(s, now, agent)


@njit
def set_present(s, now, team, wanted):
    """Staff given directly: idle agents leave at once, others as they finish; new ones come on."""
    s.teams[team, M_WANTED] = wanted
    while s.teams[team, M_PRESENT] > wanted and s.pools[s.teams[team, M_IDLE], P_FIRST] >= 0:
        go_off(s, now, s.pools[s.teams[team, M_IDLE], P_FIRST])
    while s.teams[team, M_PRESENT] < wanted and s.teams[team, M_ABSENT_COUNT] > 0:
        s.teams[team, M_ABSENT_COUNT] -= 1
        come_on(s, now, s.absent[s.teams[team, M_ABSENT] + s.teams[team, M_ABSENT_COUNT]])
    if not in_excess(s, team):
        refill(s, now, team)


@njit
def clear(s, now, channel):
    """Disconnects whoever waits on a channel at closing time."""
    for queue in range(len(s.queues)):
        if s.queues[queue, Q_CHANNEL] != channel:
            continue
        row = s.queues[queue, Q_FIRST]
        while row >= 0:
            behind = s.behind[row]
            unqueue(s, row)
            if s.mark[row] & GONE:
                pass
            elif s.started[row] >= 0:  # put aside: it ends there, unresolved, and was worked on before only
                s.started[row] = now
                s.done[row] = now
                close(s, now, row, out.UNRESOLVED)
                come_back(s, now, row)
            else:
                turn_away(s, now, row, out.DISCONNECTED)
            row = behind
