"""Rules of arrivals and of waiting: bots, opening hours, queues, patience (semantics 5.2 to 5.4)."""

from __future__ import annotations

from numba import njit

from sim.demand.tape import BALKS, BOT_ANY, BOT_FAILS, BOT_RESOLVES, CALLBACK, CHASES, NEVER, SILENT
from sim.engine import outcomes as out
from sim.engine.fast.agents import fill, interrupt, start, take_agent
from sim.engine.fast.clock import at
from sim.engine.fast.layout import (
    A_IN_HAND,
    K_BALK_OVER,
    K_CALLBACK_OVER,
    K_CHASE_AFTER,
    K_CHASE_CHANNEL,
    K_INTERRUPTIBLE,
    K_IS_OPEN,
    K_OFFSET,
    K_OPEN_UNTIL,
    K_OPENS_AT,
    K_PLACES,
    K_WAITING,
    K_WHEN_CLOSED,
    M_PRESENT,
    O_HAS_BOTS,
    O_HAS_DEFERRABLE,
    Q_CHANNEL,
    Q_MEAN_HANDLE,
    Q_OVERFLOWS,
    Q_WAITING,
)
from sim.engine.fast.state import ARRIVES, BOT, CALLED, CHASE, GONE, OVERFLOW, PATIENCE, QUEUED
from sim.engine.fast.tickets import (
    close,
    come_back,
    into_line,
    is_met,
    join,
    meet,
    set_mark,
    spawn,
    still_waits,
    try_again,
    turn_away,
    unqueue,
)
from sim.engine.plan import CLOSED_REOPENS, CLOSED_WAITS, FAR

# mypy: disable-error-code="no-untyped-def"


@njit(forceinline=True)
def on_first_arrival(s, now, row):
    """A ticket's first contact arrives at its channel; a bot may take it first."""
    join(s, row, s.first_channel[row])
    if s.one[O_HAS_BOTS] and meets_bot(s, now, row):
        return
    offer(s, now, row)


@njit
def on_arrival(s, now, row):
    """A further contact arrives, if the need has not been met meanwhile; transfers do not meet the bot.

    So does one that comes out of a bot's session, or that comes again when its channel opens.
    """
    if s.phase[row] == BOT:
        on_bot_end(s, now, row)
        return
    if is_met(s, s.ticket[row]):
        return
    if s.one[O_HAS_BOTS] and s.kind[row] != out.TRANSFER and meets_bot(s, now, row):
        return
    offer(s, now, row)


@njit
def meets_bot(s, now, row):
    """Whether a bot takes the contact; its session then begins."""
    channel = s.channel[row]
    draw = row + s.channels[channel, K_OFFSET]
    bot = s.bot[draw]
    if bot < 0 or not s.flags[draw] & BOT_ANY or not (s.channels[channel, K_IS_OPEN] or s.bot_always_open[bot]):
        return False
    s.bot_at[row] = now
    s.phase[row] = BOT
    at(s, now + s.bot_ms[draw], ARRIVES + row)
    return True


@njit
def on_bot_end(s, now, row):
    """The bot has met the need, has ended without meeting it, or hands the customer over."""
    flags = s.flags[row + s.channels[s.channel[row], K_OFFSET]]
    ticket = s.ticket[row]
    if is_met(s, ticket):
        close(s, now, row, out.SUPERSEDED)
    elif flags & BOT_RESOLVES:
        close(s, now, row, out.BOT_RESOLVED)
        meet(s, now, ticket, out.BY_BOT)
    elif flags & BOT_FAILS:
        close(s, now, row, out.BOT_UNRESOLVED)
        come_back(s, now, row)
    else:
        offer(s, now, row)


@njit
def offer(s, now, row):
    """A contact asks for an agent: served at once, queued, or turned away."""
    queue, channel = s.queue[row], s.channel[row]
    if (
        not s.channels[channel, K_IS_OPEN]
        and s.channels[channel, K_WHEN_CLOSED] != CLOSED_WAITS
        and s.kind[row] != out.TRANSFER
    ):
        meet_closed(s, now, row, channel)
        return
    s.queued[row] = now
    interrupts = s.one[O_HAS_DEFERRABLE] and not s.channels[channel, K_INTERRUPTIBLE]
    while True:
        # where others wait, nobody is free: an agent with room would have taken the first of them
        agent = take_agent(s, queue, channel, 0, 0) if s.queues[queue, Q_WAITING] == 0 else -1
        if agent >= 0:
            start(s, now, agent, row, channel)
            return
        served = interrupt(s, now, row, queue) if interrupts else -1
        if served < 0:
            wait(s, now, row, queue, channel)
        if served in (row, -1):
            return


@njit
def meet_closed(s, now, row, channel):
    """The channel is closed: the contact comes when it opens, or is turned away."""
    if s.channels[channel, K_WHEN_CLOSED] == CLOSED_REOPENS and s.channels[channel, K_OPENS_AT] >= 0:
        opens_at = s.channels[channel, K_OPENS_AT]
        delay = s.reopen_ms[row] % (s.channels[channel, K_OPEN_UNTIL] - opens_at)  # within that opening
        at(s, opens_at + delay, ARRIVES + row)
        return
    s.queued[row] = now
    turn_away(s, now, row, out.CLOSED)


@njit
def wait(s, now, row, queue, channel):
    """Nobody is free: blocked, balks, takes a call back, or waits."""
    draw = row + s.channels[channel, K_OFFSET]
    flags = s.flags[draw]
    if s.kind[row] == out.TRANSFER:  # keeps the line it has
        flags &= SILENT
    elif s.channels[channel, K_WAITING] >= s.channels[channel, K_PLACES]:
        turn_away(s, now, row, out.BLOCKED)
        return
    if flags & (BALKS | CALLBACK):
        announced = announced_wait(s, queue)
        if flags & BALKS and announced > s.channels[channel, K_BALK_OVER]:
            turn_away(s, now, row, out.BALKED)
            return
        if flags & CALLBACK and announced > s.channels[channel, K_CALLBACK_OVER]:
            set_mark(s, row, CALLED)
    into_line(s, row, False)
    patience = s.patience_ms[draw]
    if patience < NEVER and not s.mark[row] & CALLED:
        at(s, now + patience, PATIENCE + row)
    if flags & CHASES:
        at(s, now + s.channels[channel, K_CHASE_AFTER], CHASE + row)
    if s.queues[queue, Q_OVERFLOWS]:
        for i in range(s.tries.shape[1]):
            if s.tries[queue, i, 0] >= 0 and s.tries[queue, i, 1] > 0:
                at(s, now + s.tries[queue, i, 1], OVERFLOW + row)


@njit
def announced_wait(s, queue):
    """(waiting + 1) x mean handle time / agents on duty who serve the queue; without agents, for ever."""
    agents = 0
    for i in range(s.tries.shape[1]):
        if s.tries[queue, i, 0] >= 0:
            agents += s.teams[s.tries[queue, i, 0], M_PRESENT]
    return (s.queues[queue, Q_WAITING] + 1) * s.queues[queue, Q_MEAN_HANDLE] // agents if agents else FAR


@njit
def on_patience(s, now, row):
    """Patience runs out: the customer leaves, some without a sign."""
    if not still_waits(s, row):
        return
    if s.flags[row + s.channels[s.channel[row], K_OFFSET]] & SILENT:
        close(s, now, row, out.ABANDONED)
        s.phase[row] = QUEUED  # for all that the agents know
        set_mark(s, row, GONE)
        try_again(s, now, row)
        return
    unqueue(s, row)
    turn_away(s, now, row, out.ABANDONED)


@njit
def on_chase(s, now, row):
    """A message that still waits brings a second contact on another channel."""
    if still_waits(s, row) and not is_met(s, s.ticket[row]):
        spawn(s, now, s.ticket[row], s.channels[s.channel[row], K_CHASE_CHANNEL], out.CHASER)


@njit
def on_overflow(s, now, row):
    """A contact has waited long enough for a further team; an agent may take another first, then the next is asked."""
    queue = s.queue[row]
    channel = s.queues[queue, Q_CHANNEL]
    while s.phase[row] == QUEUED:
        agent = take_agent(s, queue, channel, 1, now - s.queued[row])
        if agent >= 0:
            had = s.agents[agent, A_IN_HAND]
            fill(s, now, agent, channel if had else -1)
            if s.agents[agent, A_IN_HAND] == had:  # work put aside stands in front, and its own time has not come
                return
        elif not s.one[O_HAS_DEFERRABLE] or s.channels[channel, K_INTERRUPTIBLE] or interrupt(s, now, row, queue) < 0:
            return
