"""Rules of tickets: how contacts follow from one another, and how a ticket ends (semantics 5.4, 5.6, 5.7)."""

from __future__ import annotations

from sim.demand.tape import NO_CHANNEL, SAME_CHANNEL
from sim.engine import outcomes as out
from sim.engine.reference.state import ARRIVES, OVER, PENDING, QUEUED, State


def spawn(s: State, when: int, ticket: int, channel: int, kind: int) -> int:
    """A further contact of a ticket, with the ticket's next row; -1 where the ticket has no more attempts."""
    last = s.last_row[ticket]
    row = s.next_row[last]
    if row >= 0:
        s.last_row[ticket] = row
        s.live[ticket] += 1
        s.phase[row], s.kind[row], s.channel[row] = PENDING, kind, channel
        s.attempt[row] = s.attempt[last] + 1
        s.clock.at(when, ARRIVES, row)
    return row


def close(s: State, now: int, row: int, result: int) -> None:
    """The customer's part of a contact is over."""
    s.phase[row], s.result[row] = OVER, result
    if s.leave[row] < 0:
        s.leave[row] = now
        s.live[s.ticket[row]] -= 1


def meet(s: State, now: int, ticket: int, by: int) -> None:
    """The need is met: the ticket ends, and contacts of it that wait or are to come end with it."""
    if s.met[ticket]:
        return
    s.met[ticket], s.state[ticket], s.end[ticket] = True, by, now
    row = ticket if s.live[ticket] > 0 else -1
    while row >= 0:
        if s.phase[row] == QUEUED and not s.gone[row] and s.answer[row] < 0:
            unqueue(s, row)
            close(s, now, row, out.SUPERSEDED)
        row = s.next_row[row]


def lose_if_last(s: State, now: int, ticket: int) -> None:
    """A ticket without any contact at work or to come, and not met, is lost."""
    if s.live[ticket] == 0 and not s.met[ticket]:
        s.state[ticket], s.end[ticket] = out.LOST, now


def try_again(s: State, now: int, row: int, w: int) -> None:
    ticket, channel = s.ticket[row], s.retry_channel[w][row]
    if channel != NO_CHANNEL and not s.met[ticket]:
        channel = s.channel[row] if channel == SAME_CHANNEL else channel
        spawn(s, now + s.retry_ms[w][row], ticket, channel, out.RETRY)
    lose_if_last(s, now, ticket)


def come_back(s: State, now: int, row: int, w: int) -> None:
    """The need was not met: the customer comes back later, or is lost."""
    ticket, channel = s.ticket[row], s.return_channel[w][row]
    if channel != NO_CHANNEL and not s.met[ticket]:
        channel = s.channel[row] if channel == SAME_CHANNEL else channel
        spawn(s, now + s.return_ms[w][row], ticket, channel, out.RETURN)
    lose_if_last(s, now, ticket)


def turn_away(s: State, now: int, row: int, w: int, result: int) -> None:
    """A contact ends unserved; the customer tries again or is lost."""
    close(s, now, row, result)
    try_again(s, now, row, w)


def unqueue(s: State, row: int) -> None:
    """Takes a waiting contact out of its queue (its place in the line is dropped when met)."""
    q = s.queue[row]
    s.phase[row] = OVER
    s.waiting[q] -= 1
    s.waiting_on[s.channel[row]] -= 1
