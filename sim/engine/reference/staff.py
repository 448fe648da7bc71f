"""Rules of staff and of opening hours: who comes and goes, and what a closing channel does (semantics 5.3, 6.1)."""

from __future__ import annotations

from sim.engine import outcomes as out
from sim.engine.plan import FAR
from sim.engine.reference.agents import fill, go_off, place, refill
from sim.engine.reference.state import QUEUED, STAFF, State
from sim.engine.reference.tickets import close, come_back, turn_away, unqueue
from sim.engine.roster import AGENT_OFF, AGENT_ON, CHANNEL_CLOSES, CHANNEL_OPENS, SET_PRESENT


def next_staff_event(s: State) -> None:
    """Puts the roster's next event on the clock."""
    if s.next_staff < len(s.staff):
        s.clock.at(s.staff[s.next_staff][0], STAFF, s.next_staff)
        s.next_staff += 1


def come_on(s: State, now: int, agent: int) -> None:
    """An agent comes on duty, or goes on where they were about to leave."""
    if not s.on[agent]:
        s.on[agent], s.on_since[agent] = True, now
        s.present[s.agent_team[agent]] += 1
    s.leaving[agent] = False
    fill(s, now, agent)


def end_duty(s: State, now: int, agent: int) -> None:
    """A shift or a stretch of it ends: at once, or when the contacts in hand are finished."""
    if not s.on[agent]:
        return
    if s.hand[agent]:
        s.leaving[agent] = True
        place(s, agent, s.channel[s.hand[agent][0]])
    else:
        go_off(s, now, agent)


def set_present(s: State, now: int, team: int, wanted: int) -> None:
    """Staff given directly: idle agents leave at once, others as they finish; new ones come on."""
    if s.wanted[team] == FAR:
        s.absent[team].sort(reverse=True)
    s.wanted[team] = wanted
    while s.present[team] > wanted and s.idle[team]:
        go_off(s, now, next(iter(s.idle[team])))
    while s.present[team] < wanted and s.absent[team]:
        come_on(s, now, s.absent[team].pop())
    if s.present[team] <= wanted:
        refill(s, now, team)


def clear(s: State, now: int, c: int) -> None:
    """Disconnects whoever waits on a channel at closing time."""
    for q, channel in enumerate(s.queue_channel):
        if channel == c:
            for row in [r for r in s.line[q] if s.phase[r] == QUEUED]:
                unqueue(s, row)
                if s.gone[row]:
                    continue
                if s.answer[row] >= 0:  # interrupted: the contact ends unresolved
                    s.done[row] = now
                    close(s, now, row, out.UNRESOLVED)
                    come_back(s, now, row, c if s.wide else 0)
                else:
                    turn_away(s, now, row, c if s.wide else 0, out.DISCONNECTED)
            s.line[q].clear()


def on_staff(s: State, now: int, index: int) -> None:
    """The roster's next event."""
    _, what, who, value = s.staff[index]
    next_staff_event(s)
    if what == AGENT_ON:
        come_on(s, now, who)
    elif what == AGENT_OFF:
        end_duty(s, now, who)
    elif what == SET_PRESENT:
        set_present(s, now, who, value)
    elif what == CHANNEL_OPENS:
        s.is_open[who] = True
    elif what == CHANNEL_CLOSES:
        s.is_open[who], s.opens_at[who] = False, value
        if s.clears[who]:
            clear(s, now, who)
