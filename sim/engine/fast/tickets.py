"""Rules of tickets: how contacts follow from one another, and how a ticket ends (semantics 5.4, 5.6, 5.7)."""

from __future__ import annotations

from numba import njit

from sim.demand.tape import NO_CHANNEL, SAME_CHANNEL
from sim.engine import outcomes as out
from sim.engine.fast.clock import at
from sim.engine.fast.layout import (
    C_ATTEMPT,
    C_BEFORE,
    C_BEHIND,
    C_CHANNEL,
    C_KIND,
    C_LEAVE,
    C_MARK,
    C_PHASE,
    C_QUEUE,
    C_RESULT,
    C_STARTED,
    K_OFFSET,
    K_WAITING,
    Q_CHANNEL,
    Q_FIRST,
    Q_LAST,
    Q_WAITING,
    T_END,
    T_LAST_ROW,
    T_LIVE,
    T_REASON,
    T_STATE,
)
from sim.engine.fast.state import ARRIVES, GONE, OVER, QUEUED

# mypy: disable-error-code="no-untyped-def"


@njit
def spawn(s, when, ticket, channel, kind):
    """A further contact of a ticket, with the ticket's next row of draws; -1 where it has no more attempts."""
    last = s.ticket[ticket, T_LAST_ROW]
    row = s.next_row[last]
    if row >= 0:
        s.ticket[ticket, T_LAST_ROW] = row
        s.ticket[ticket, T_LIVE] += 1
        s.contact[row, C_KIND] = kind
        s.contact[row, C_CHANNEL] = channel
        s.contact[row, C_ATTEMPT] = s.contact[last, C_ATTEMPT] + 1
        s.contact[row, C_QUEUE] = s.queue_of[channel, s.ticket[ticket, T_REASON]]
        at(s, when, ARRIVES + row)
    return row


@njit(forceinline=True)
def close(s, now, row, result):
    """The customer's part of a contact is over."""
    s.contact[row, C_PHASE] = OVER
    s.contact[row, C_RESULT] = result
    s.contact[row, C_LEAVE] = now
    s.ticket[s.ticket_of[row], T_LIVE] -= 1


@njit(forceinline=True)
def is_met(s, ticket):
    """Whether the need is met (a lost ticket has no contact that could ask)."""
    return s.ticket[ticket, T_STATE] != out.OPEN


@njit(forceinline=True)
def meet(s, now, ticket, by):
    """The need is met: the ticket ends, and contacts of it that wait leave the queue; those to come do not happen."""
    if is_met(s, ticket):
        return
    s.ticket[ticket, T_STATE] = by
    s.ticket[ticket, T_END] = now
    if s.ticket[ticket, T_LIVE] > 0:
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
    return s.contact[row, C_PHASE] == QUEUED and s.contact[row, C_STARTED] < 0 and not s.contact[row, C_MARK] & GONE


@njit(forceinline=True)
def lose_if_last(s, now, ticket):
    """A ticket without any contact at work or to come, and not met, is lost."""
    if s.ticket[ticket, T_LIVE] == 0 and not is_met(s, ticket):
        s.ticket[ticket, T_STATE] = out.LOST
        s.ticket[ticket, T_END] = now


@njit
def try_again(s, now, row):
    """Who left unserved tries again after a delay, or is lost."""
    ticket, channel = s.ticket_of[row], s.contact[row, C_CHANNEL]
    draw = row + s.channel[channel, K_OFFSET]
    again = s.retry_channel[draw]
    if again != NO_CHANNEL and not is_met(s, ticket):
        spawn(s, now + s.retry_ms[draw], ticket, channel if again == SAME_CHANNEL else again, out.RETRY)
    lose_if_last(s, now, ticket)


@njit
def come_back(s, now, row):
    """The need was not met: the customer comes back later, or is lost."""
    ticket, channel = s.ticket_of[row], s.contact[row, C_CHANNEL]
    draw = row + s.channel[channel, K_OFFSET]
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
    s.contact[row, C_PHASE] = OVER
    out_of_line(s, row)


@njit(forceinline=True)
def out_of_line(s, row):
    """Takes a contact's place out of the line."""
    queue = s.contact[row, C_QUEUE]
    before, behind = s.contact[row, C_BEFORE], s.contact[row, C_BEHIND]
    if before < 0:
        s.queue[queue, Q_FIRST] = behind
    else:
        s.contact[before, C_BEHIND] = behind
    if behind < 0:
        s.queue[queue, Q_LAST] = before
    else:
        s.contact[behind, C_BEFORE] = before
    s.queue[queue, Q_WAITING] -= 1
    s.channel[s.queue[queue, Q_CHANNEL], K_WAITING] -= 1


@njit(forceinline=True)
def into_line(s, row, at_head):
    """Puts a contact at the end of its queue's line, or at its head."""
    queue = s.contact[row, C_QUEUE]
    first, last = s.queue[queue, Q_FIRST], s.queue[queue, Q_LAST]
    s.contact[row, C_PHASE] = QUEUED
    s.contact[row, C_BEFORE] = -1 if at_head else last
    s.contact[row, C_BEHIND] = first if at_head else -1
    if first < 0:
        s.queue[queue, Q_FIRST] = row
        s.queue[queue, Q_LAST] = row
    elif at_head:
        s.contact[first, C_BEFORE] = row
        s.queue[queue, Q_FIRST] = row
    else:
        s.contact[last, C_BEHIND] = row
        s.queue[queue, Q_LAST] = row
    s.queue[queue, Q_WAITING] += 1
    s.channel[s.queue[queue, Q_CHANNEL], K_WAITING] += 1


@njit(forceinline=True)
def next_in_line(s, queue):
    """Takes the first contact out of a queue in which somebody waits."""
    row = s.queue[queue, Q_FIRST]
    out_of_line(s, row)
    return row
