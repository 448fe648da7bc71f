"""Rules of tickets: how contacts follow from one another, and how a ticket ends (semantics 5.4, 5.6, 5.7)."""

from __future__ import annotations

from numba import njit

from sim.demand.tape import NO_CHANNEL, SAME_CHANNEL
from sim.engine import outcomes as out
from sim.engine.fast.clock import at
from sim.engine.fast.layout import (
    K_OFFSET,
    K_WAITING,
    Q_CHANNEL,
    Q_FIRST,
    Q_LAST,
    Q_WAITING,
)
from sim.engine.fast.state import ARRIVES, GONE, OVER, QUEUED

# mypy: disable-error-code="no-untyped-def"


@njit
def spawn(s, when, ticket, channel, kind):
    """A further contact of a ticket, with the ticket's next row of draws; -1 where it has no more attempts."""
    last = s.last_row[ticket]
    row = s.next_row[last]
    if row >= 0:
        s.last_row[ticket] = row
        s.live[ticket] += 1
        s.kind[row] = kind
        s.attempt[row] = s.attempt[last] + 1
        join(s, row, channel)
        at(s, when, ARRIVES + row)
    return row


@njit(forceinline=True)
def join(s, row, channel):
    """A contact is to come by a channel, and so to the queue of its reason there."""
    s.channel[row] = channel
    s.queue[row] = s.queue_of[channel, s.reason[s.ticket[row]]]


@njit(forceinline=True)
def set_mark(s, row, mark):
    """A contact that has not been answered becomes an unusual one."""
    if s.mark[row] == 0:
        s.answered[row] = -1
    s.mark[row] |= mark


@njit(forceinline=True)
def close(s, now, row, result):
    """The customer's part of a contact is over."""
    s.phase[row] = OVER
    s.result[row] = result
    s.leave[row] = now
    s.live[s.ticket[row]] -= 1


@njit(forceinline=True)
def is_met(s, ticket):
    """Whether the need is met (a lost ticket has no contact that could ask)."""
    return s.state[ticket] != out.OPEN


@njit(forceinline=True)
def meet(s, now, ticket, by):
    """The need is met: the ticket ends, and contacts of it that wait leave the queue; those to come do not happen."""
    if is_met(s, ticket):
        return
    s.state[ticket] = by
    s.ended[ticket] = now
    if s.live[ticket] > 0:
        supersede(s, now, ticket)


@njit
def supersede(s, now, ticket):
    """The contacts of a ticket that wait leave the queue."""
    row = ticket
    while row >= 0:
        if still_waits(s, row):
            unqueue(s, row)
            close(s, now, row, out.SUPERSEDED)
        row = s.next_row[row]


@njit(forceinline=True)
def still_waits(s, row):
    """Whether the customer waits for a first answer."""
    return s.phase[row] == QUEUED and s.started[row] < 0 and not s.mark[row] & GONE


@njit(forceinline=True)
def lose_if_last(s, now, ticket):
    """A ticket without any contact at work or to come, and not met, is lost."""
    if s.live[ticket] == 0 and not is_met(s, ticket):
        s.state[ticket] = out.LOST
        s.ended[ticket] = now


@njit
def try_again(s, now, row):
    """Who left unserved tries again after a delay, or is lost."""
    ticket, channel = s.ticket[row], s.channel[row]
    draw = row + s.channels[channel, K_OFFSET]
    again = s.retry_channel[draw]
    if again != NO_CHANNEL and not is_met(s, ticket):
        spawn(s, now + s.retry_ms[draw], ticket, channel if again == SAME_CHANNEL else again, out.RETRY)
    lose_if_last(s, now, ticket)


@njit
def come_back(s, now, row):
    """The need was not met: the customer comes back later, or is lost."""
    ticket, channel = s.ticket[row], s.channel[row]
    draw = row + s.channels[channel, K_OFFSET]
    again = s.return_channel[draw]
    if again != NO_CHANNEL and not is_met(s, ticket):
        spawn(s, now + s.return_ms[draw], ticket, channel if again == SAME_CHANNEL else again, out.RETURN)
    lose_if_last(s, now, ticket)


@njit
def turn_away(s, now, row, result):
    """A contact ends unserved; the customer tries again or is lost."""
    close(s, now, row, result)
    try_again(s, now, row)


@njit(forceinline=True)
def unqueue(s, row):
    """Takes a waiting contact out of its queue."""
    s.phase[row] = OVER
    out_of_line(s, row)


@njit(forceinline=True)
def out_of_line(s, row):
    """Takes a contact's place out of the line."""
    queue = s.queue[row]
    before, behind = s.before[row], s.behind[row]
    if before < 0:
        s.queues[queue, Q_FIRST] = behind
    else:
        s.behind[before] = behind
    if behind < 0:
        s.queues[queue, Q_LAST] = before
    else:
        s.before[behind] = before
    s.queues[queue, Q_WAITING] -= 1
    s.channels[s.queues[queue, Q_CHANNEL], K_WAITING] -= 1


@njit(forceinline=True)
def into_line(s, row, at_head):
    """Puts a contact at the end of its queue's line, or at its head."""
    queue = s.queue[row]
    first, last = s.queues[queue, Q_FIRST], s.queues[queue, Q_LAST]
    s.phase[row] = QUEUED
    s.before[row] = -1 if at_head else last
    s.behind[row] = first if at_head else -1
    if first < 0:
        s.queues[queue, Q_FIRST] = row
        s.queues[queue, Q_LAST] = row
    elif at_head:
        s.before[first] = row
        s.queues[queue, Q_FIRST] = row
    else:
        s.behind[last] = row
        s.queues[queue, Q_LAST] = row
    s.queues[queue, Q_WAITING] += 1
    s.channels[s.queues[queue, Q_CHANNEL], K_WAITING] += 1


@njit(forceinline=True)
def next_in_line(s, queue):
    """Takes the first contact out of a queue in which somebody waits."""
    row = s.queues[queue, Q_FIRST]
    out_of_line(s, row)
    return row
