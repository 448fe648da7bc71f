"""Rules of arrivals and of waiting: bots, opening hours, queues, patience (semantics 5.2 to 5.4)."""

from __future__ import annotations

from sim.demand.tape import BALKS, BOT_ANY, BOT_FAILS, BOT_RESOLVES, CALLBACK, CHASES, NEVER, SILENT
from sim.engine import outcomes as out
from sim.engine.plan import CLOSED_REOPENS, CLOSED_WAITS, FAR
from sim.engine.reference.agents import fill, find_agent, interrupt, start
from sim.engine.reference.state import ARRIVES, BOT, CHASE, OVERFLOW, PATIENCE, PENDING, QUEUED, State
from sim.engine.reference.tickets import close, come_back, lose_if_last, meet, spawn, try_again, turn_away, unqueue


def next_first_contact(s: State) -> None:
    """Puts the next ticket's first contact on the clock: one at a time, since they are in order."""
    if s.next_first < len(s.first_order):
        row = s.first_order[s.next_first]
        s.next_first += 1
        s.phase[row], s.kind[row] = PENDING, out.FIRST
        s.channel[row], s.live[row] = s.first_channel[row], 1
        s.clock.at(s.first_ms[row], ARRIVES, row)


def announced_wait(s: State, q: int) -> int:
    """(waiting + 1) x mean handle time / agents on duty who serve the queue; without agents, for ever."""
    agents = 0
    for team, _ in s.queue_teams[q]:
        agents += s.present[team]
    return (s.waiting[q] + 1) * s.mean_handle[q] // agents if agents else FAR


def wait(s: State, now: int, row: int, q: int, c: int, w: int) -> None:
    """Nobody is free: blocked, balks, takes a call back, or waits."""
    flags = s.flags[w][row]
    if s.kind[row] == out.TRANSFER:  # keeps the line it has
        flags &= ~(BALKS | CALLBACK | CHASES)
    elif s.waiting_on[c] >= s.places[c]:
        turn_away(s, now, row, w, out.BLOCKED)
        return
    if flags & (BALKS | CALLBACK):
        announced = announced_wait(s, q)
        if flags & BALKS and announced > s.balk_over[c]:
            turn_away(s, now, row, w, out.BALKED)
            return
        s.called[row] = flags & CALLBACK != 0 and announced > s.callback_over[c]
    s.phase[row] = QUEUED
    s.line[q].append(row)
    s.waiting[q] += 1
    s.waiting_on[c] += 1
    patience = s.patience_ms[w][row]
    if patience < NEVER and not s.called[row]:
        s.clock.at(now + patience, PATIENCE, row)
    if flags & CHASES:
        s.clock.at(now + s.chase_after[c], CHASE, row)
    for _, after in s.queue_teams[q]:
        if after > 0:
            s.clock.at(now + after, OVERFLOW, row)


def offer(s: State, now: int, row: int, c: int, w: int) -> None:
    """A contact asks for an agent: served at once, queued, or turned away."""
    s.queued[row] = now
    if not s.is_open[c] and s.when_closed[c] != CLOSED_WAITS and s.kind[row] != out.TRANSFER:
        if s.when_closed[c] == CLOSED_REOPENS and s.opens_at[c] >= 0:
            s.clock.at(s.opens_at[c] + s.reopen_ms[row], ARRIVES, row)  # comes when it opens
            return
        s.arrive[row] = now if s.arrive[row] < 0 else s.arrive[row]
        turn_away(s, now, row, w, out.CLOSED)
        return
    s.arrive[row] = now if s.arrive[row] < 0 else s.arrive[row]
    if s.queue[row] < 0:
        s.queue[row] = s.queue_of[c][s.reason[s.ticket[row]]]
    q = s.queue[row]
    for team, after in s.queue_teams[q]:
        if after == 0 and s.present[team] <= s.wanted[team]:
            agent = find_agent(s, team, c)
            if agent >= 0:
                start(s, now, agent, row)
                return
    if not s.interruptible[c] and interrupt(s, now, row, q):
        return
    wait(s, now, row, q, c, w)


def after_bot(s: State, now: int, row: int) -> None:
    """The bot has met the need, has ended without meeting it, or hands the customer over."""
    c = s.channel[row]
    w = c if s.wide else 0
    flags, ticket = s.flags[w][row], s.ticket[row]
    if s.met[ticket]:
        close(s, now, row, out.SUPERSEDED)
        lose_if_last(s, now, ticket)
    elif flags & BOT_RESOLVES:
        close(s, now, row, out.BOT_RESOLVED)
        meet(s, now, ticket, out.BY_BOT)
    elif flags & BOT_FAILS:
        close(s, now, row, out.BOT_UNRESOLVED)
        come_back(s, now, row, w)
    else:
        offer(s, now, row, c, w)


def on_arrival(s: State, now: int, row: int) -> None:
    """A contact arrives at its channel, or comes out of the bot's session."""
    phase = s.phase[row]
    if phase == BOT:
        after_bot(s, now, row)
        return
    if s.kind[row] == out.FIRST and s.queued[row] < 0:
        next_first_contact(s)
    if s.met[s.ticket[row]]:  # superseded before it arrived
        return
    c = s.channel[row]
    w = c if s.wide else 0
    if s.kind[row] == out.TRANSFER:
        s.arrive[row] = now
        offer(s, now, row, c, w)
        return
    bot = s.bot[w][row]
    if bot >= 0 and s.flags[w][row] & BOT_ANY and (s.is_open[c] or s.bot_always_open[bot]):
        s.arrive[row], s.phase[row] = now, BOT
        ticket = s.ticket[row]
        if s.response[ticket] < 0:
            s.response[ticket] = now
        s.clock.at(now + s.bot_ms[w][row], ARRIVES, row)
    else:
        offer(s, now, row, c, w)


def on_patience(s: State, now: int, row: int) -> None:
    """Patience runs out: the customer leaves, some without a sign."""
    if s.phase[row] != QUEUED or s.gone[row] or s.answer[row] >= 0:
        return
    w = s.channel[row] if s.wide else 0
    if s.flags[w][row] & SILENT:
        s.gone[row], s.leave[row], s.result[row] = True, now, out.ABANDONED
        s.live[s.ticket[row]] -= 1
        try_again(s, now, row, w)
        return
    unqueue(s, row)
    turn_away(s, now, row, w, out.ABANDONED)


def on_chase(s: State, now: int, row: int) -> None:
    """A message that still waits brings a second contact on another channel."""
    if s.phase[row] == QUEUED and s.answer[row] < 0 and not s.met[s.ticket[row]]:
        spawn(s, now, s.ticket[row], s.chase_channel[s.channel[row]], out.CHASER)


def on_overflow(s: State, now: int, row: int) -> None:
    """A contact has waited long enough for a further team."""
    if s.phase[row] != QUEUED or s.gone[row] or s.answer[row] >= 0:
        return
    q, c = s.queue[row], s.channel[row]
    for team, after in s.queue_teams[q]:
        if 0 < after <= now - s.queued[row] and s.present[team] <= s.wanted[team]:
            agent = find_agent(s, team, c)
            if agent >= 0:
                fill(s, now, agent)
                return
