"""Rules of staff and of opening hours: who comes and goes, and what a closing channel does (semantics 5.3, 6.1)."""

from __future__ import annotations

from sim.engine import outcomes as out
from sim.engine.reference.agents import fill, go_off, place, refill
from sim.engine.reference.desk import STAFF, Desk
from sim.engine.reference.entities import OVER, QUEUED, Agent, Channel, Team
from sim.engine.reference.tickets import close, come_back, turn_away
from sim.engine.roster import AGENT_OFF, AGENT_ON, CHANNEL_CLOSES, CHANNEL_OPENS, SET_PRESENT


def next_staff_event(desk: Desk, index: int) -> None:
    """Puts one of the roster's events on the clock."""
    if index < len(desk.staff):
        desk.clock.at(desk.staff[index][0], STAFF + index, on_staff, index)


def on_staff(desk: Desk, now: int, index: int) -> None:
    """The roster's next event happens."""
    _, what, who, value, until = desk.staff[index]
    next_staff_event(desk, index + 1)
    if what == AGENT_ON:
        come_on(desk, now, desk.agents[who])
    elif what == AGENT_OFF:
        end_duty(desk, now, desk.agents[who])
    elif what == SET_PRESENT:
        set_present(desk, now, desk.teams[who], value)
    elif what == CHANNEL_OPENS:
        desk.channels[who].is_open = True
    elif what == CHANNEL_CLOSES:
        desk.channels[who].is_open = False
        desk.channels[who].opens_at, desk.channels[who].open_until = value, until
        if desk.channels[who].clears:
            clear(desk, now, desk.channels[who])


def come_on(desk: Desk, now: int, agent: Agent) -> None:
    """An agent comes on duty, or goes on where they were about to leave."""
    if not agent.on:
        agent.on, agent.on_since = True, now
        agent.team.headcount(+1)
    agent.leaving = False
    channel = desk.queue[agent.hand[0]].channel if agent.hand else None
    if channel is not None and len(agent.hand) >= channel.parallel:
        place(desk, agent, channel)
    else:
        fill(desk, now, agent, channel)


def end_duty(desk: Desk, now: int, agent: Agent) -> None:
    """A stretch of duty ends: at once, or when what is in hand is finished."""
    if agent.hand:
        agent.leaving = True
        place(desk, agent, desk.queue[agent.hand[0]].channel)
    elif agent.on:
        go_off(desk, now, agent)


def set_present(desk: Desk, now: int, team: Team, wanted: int) -> None:
    """Staff given directly: idle agents leave at once, others as they finish; new ones come on."""
    team.wanted = wanted
    team.headcount(0)
    while team.present > wanted and team.idle:
        go_off(desk, now, next(iter(team.idle)))
    while team.present < wanted and team.absent:
        come_on(desk, now, team.absent.pop())
    if not team.in_excess:
        refill(desk, now, team)


def clear(desk: Desk, now: int, channel: Channel) -> None:
    """Disconnects whoever waits on a channel at closing time."""
    for queue in channel.queues:
        waiting = [row for row in queue.line if desk.phase[row] == QUEUED]
        queue.line.clear()
        queue.left = 0
        for row in waiting:
            desk.phase[row] = OVER
            if row in desk.gone:
                continue
            if desk.started[row] >= 0:  # put aside: it ends there, unresolved, and was worked on before only
                desk.started[row] = desk.done[row] = now
                close(desk, now, row, out.UNRESOLVED)
                come_back(desk, now, row)
            else:
                turn_away(desk, now, row, out.DISCONNECTED)
