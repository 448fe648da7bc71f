"""Rules of arrivals and of waiting: bots, opening hours, queues, patience (semantics 5.2 to 5.4)."""

from __future__ import annotations

from heapq import heappush

from sim.demand.tape import BALKS, BOT_ANY, BOT_FAILS, BOT_RESOLVES, CALLBACK, CHASES, SILENT
from sim.engine import outcomes as out
from sim.engine.plan import CLOSED_REOPENS, CLOSED_WAITS, FAR
from sim.engine.reference.agents import fill, interrupt, start, take_agent
from sim.engine.reference.desk import ARRIVES, CHASE, OVERFLOW, PATIENCE, Desk
from sim.engine.reference.entities import BOT, QUEUED, Channel, Queue
from sim.engine.reference.tickets import (
    close,
    come_back,
    meet,
    spawn,
    still_waits,
    try_again,
    turn_away,
    unqueue,
)

WHEN_TOLD = BALKS | CALLBACK  # what depends on the announced wait


def on_first_arrival(desk: Desk, now: int, row: int) -> None:
    """A ticket's first contact arrives at its channel; a bot may take it first."""
    if desk.has_bots and meets_bot(desk, now, row):
        return
    offer(desk, now, row)


def on_arrival(desk: Desk, now: int, row: int) -> None:
    """A further contact arrives, if the need has not been met meanwhile; transfers do not meet the bot."""
    if desk.state[desk.ticket[row]]:
        return
    if desk.has_bots and desk.kind[row] != out.TRANSFER and meets_bot(desk, now, row):
        return
    offer(desk, now, row)


def meets_bot(desk: Desk, now: int, row: int) -> bool:
    """Whether a bot takes the contact; its session then begins."""
    channel = desk.channels[desk.channel[row]]
    bot = channel.bot[row]
    if bot < 0 or not channel.flags[row] & BOT_ANY or not (channel.is_open or desk.bot_always_open[bot]):
        return False
    desk.bot_at[row], desk.phase[row] = now, BOT
    desk.clock.at(now + channel.bot_ms[row], ARRIVES + row, on_bot_end, row)
    return True


def on_bot_end(desk: Desk, now: int, row: int) -> None:
    """The bot has met the need, has ended without meeting it, or hands the customer over."""
    flags, ticket = desk.queue[row].channel.flags[row], desk.ticket[row]
    if desk.state[ticket]:
        close(desk, now, row, out.SUPERSEDED)
    elif flags & BOT_RESOLVES:
        close(desk, now, row, out.BOT_RESOLVED)
        meet(desk, now, ticket, out.BY_BOT)
    elif flags & BOT_FAILS:
        close(desk, now, row, out.BOT_UNRESOLVED)
        come_back(desk, now, row)
    else:
        offer(desk, now, row)


def offer(desk: Desk, now: int, row: int) -> None:
    """A contact asks for an agent: served at once, queued, or turned away."""
    queue = desk.queue[row]
    channel = queue.channel
    if not channel.is_open and channel.when_closed != CLOSED_WAITS and not queue.transfers:
        meet_closed(desk, now, row, channel)
        return
    desk.queued[row] = now
    while True:
        # where others wait, nobody is free: an agent with room would have taken the first of them
        agent = None if queue.line else take_agent(queue.teams, channel)
        if agent is not None:
            start(desk, now, agent, row, channel)
            return
        served = interrupt(desk, now, row, queue) if channel.interrupts else -1
        if served < 0:
            wait(desk, now, row, queue, channel)
            return
        if served == row:
            return


def meet_closed(desk: Desk, now: int, row: int, channel: Channel) -> None:
    """The channel is closed: the contact comes when it opens, or is turned away."""
    if channel.when_closed == CLOSED_REOPENS and channel.opens_at >= 0:
        handler = on_bot_end if desk.phase[row] == BOT else on_arrival
        delay = desk.reopen_ms[row] % (channel.open_until - channel.opens_at)  # within that opening
        desk.clock.at(channel.opens_at + delay, ARRIVES + row, handler, row)
        return
    desk.queued[row] = now
    turn_away(desk, now, row, out.CLOSED)


def wait(desk: Desk, now: int, row: int, queue: Queue, channel: Channel) -> None:
    """Nobody is free: blocked, balks, takes a call back, or waits."""
    flags, patience = channel.flags[row], channel.patience_ms[row]
    if queue.transfers:  # keeps the line it has
        flags &= SILENT
    elif channel.places < FAR and sum(line.waiting for line in channel.queues) >= channel.places:
        turn_away(desk, now, row, out.BLOCKED)
        return
    if flags & WHEN_TOLD:
        announced = announced_wait(queue)
        if flags & BALKS and announced > channel.balk_over:
            turn_away(desk, now, row, out.BALKED)
            return
        if flags & CALLBACK and announced > channel.callback_over:
            desk.called.add(row)
            desk.unusual.add(row)
            patience = FAR
    desk.phase[row] = QUEUED
    queue.line.append(row)
    if patience < FAR:
        heappush(desk.events, (now + patience, PATIENCE + row, on_patience, row))
    if flags & CHASES:
        desk.clock.at(now + channel.chase_after, CHASE + row, on_chase, row)
    for after in queue.afters:
        desk.clock.at(now + after, OVERFLOW + row, on_overflow, row)


def announced_wait(queue: Queue) -> int:
    """(waiting + 1) x mean handle time / agents on duty who serve the queue; without agents, for ever."""
    agents = sum(team.present for _, team in queue.tries)
    return (queue.waiting + 1) * queue.mean_handle // agents if agents else FAR


def on_patience(desk: Desk, now: int, row: int) -> None:
    """Patience runs out: the customer leaves, some without a sign."""
    if not still_waits(desk, row):
        return
    if desk.queue[row].channel.flags[row] & SILENT:
        close(desk, now, row, out.ABANDONED)
        desk.phase[row] = QUEUED  # for all that the agents know
        desk.gone.add(row)
        desk.unusual.add(row)
        try_again(desk, now, row)
        return
    unqueue(desk, row)
    turn_away(desk, now, row, out.ABANDONED)


def on_chase(desk: Desk, now: int, row: int) -> None:
    """A message that still waits brings a second contact on another channel."""
    ticket = desk.ticket[row]
    if still_waits(desk, row) and not desk.state[ticket]:
        to = desk.channels[desk.channel[row]].chase_channel
        if spawn(desk, now, ticket, to, out.CHASER) >= 0:
            desk.besides[ticket] = desk.besides.get(ticket, 0) + 1


def on_overflow(desk: Desk, now: int, row: int) -> None:
    """A contact has waited long enough for a further team; an agent may take another first, then the next is asked."""
    queue = desk.queue[row]
    while desk.phase[row] == QUEUED:
        waited = now - desk.queued[row]
        agent = take_agent([team for after, team in queue.tries if 0 < after <= waited], queue.channel)
        if agent is not None:
            had = len(agent.hand)
            fill(desk, now, agent, queue.channel if agent.hand else None)
            if len(agent.hand) == had:  # work put aside stands in front, and its own time has not come
                return
        elif not queue.channel.interrupts or interrupt(desk, now, row, queue) < 0:
            return
