"""Rules of tickets: how contacts follow from one another, and how a ticket ends (semantics 5.4, 5.6, 5.7)."""

from __future__ import annotations

from sim.demand.tape import NO_CHANNEL, SAME_CHANNEL
from sim.engine import outcomes as out
from sim.engine.reference.desk import ARRIVES, Desk
from sim.engine.reference.entities import OVER, QUEUED


def spawn(desk: Desk, when: int, ticket: int, channel: int, kind: int) -> int:
    """A further contact of a ticket, with the ticket's next row of draws; -1 where it has no more attempts."""
    last = desk.last_row[ticket]
    row: int = desk.next_row[last]
    if row >= 0:
        desk.last_row[ticket] = row
        desk.live[ticket] += 1
        desk.kind[row], desk.channel[row], desk.attempt[row] = kind, channel, desk.attempt[last] + 1
        desk.queue[row] = desk.channels[channel].queue_of[desk.reason[ticket]]
        desk.clock.at(when, ARRIVES + row, desk.on_arrival, row)
    return row


def close(desk: Desk, now: int, row: int, result: int) -> None:
    """The customer's part of a contact is over."""
    desk.phase[row], desk.result[row], desk.leave[row] = OVER, result, now
    desk.live[desk.ticket[row]] -= 1


def meet(desk: Desk, now: int, ticket: int, by: int) -> None:
    """The need is met: the ticket ends, and contacts of it that wait leave the queue; those to come do not happen."""
    if desk.met[ticket]:
        return
    desk.met[ticket], desk.state[ticket], desk.end[ticket] = True, by, now
    row = ticket if desk.live[ticket] else -1
    while row >= 0:
        if still_waits(desk, row):
            unqueue(desk, row)
            close(desk, now, row, out.SUPERSEDED)
        row = desk.next_row[row]


def still_waits(desk: Desk, row: int) -> bool:
    """Whether the customer waits for a first answer."""
    return desk.phase[row] == QUEUED and desk.started[row] < 0 and row not in desk.gone


def lose_if_last(desk: Desk, now: int, ticket: int) -> None:
    """A ticket without any contact at work or to come, and not met, is lost."""
    if desk.live[ticket] == 0 and not desk.met[ticket]:
        desk.state[ticket], desk.end[ticket] = out.LOST, now


def try_again(desk: Desk, now: int, row: int) -> None:
    """Who left unserved tries again after a delay, or is lost."""
    ticket, channel = desk.ticket[row], desk.channel[row]
    at = row + desk.channels[channel].offset
    again = desk.retry_channel[at]
    if again != NO_CHANNEL and not desk.met[ticket]:
        spawn(desk, now + desk.retry_ms[at], ticket, channel if again == SAME_CHANNEL else again, out.RETRY)
    lose_if_last(desk, now, ticket)


def come_back(desk: Desk, now: int, row: int) -> None:
    """The need was not met: the customer comes back later, or is lost."""
    ticket, channel = desk.ticket[row], desk.channel[row]
    at = row + desk.channels[channel].offset
    again = desk.return_channel[at]
    if again != NO_CHANNEL and not desk.met[ticket]:
        spawn(desk, now + desk.return_ms[at], ticket, channel if again == SAME_CHANNEL else again, out.RETURN)
    lose_if_last(desk, now, ticket)


def turn_away(desk: Desk, now: int, row: int, result: int) -> None:
    """A contact ends unserved; the customer tries again or is lost."""
    close(desk, now, row, result)
    try_again(desk, now, row)


def unqueue(desk: Desk, row: int) -> None:
    """Takes a waiting contact out of its queue; its place in the line is dropped when the line gets there."""
    queue = desk.queue[row]
    desk.phase[row] = OVER
    queue.waiting -= 1
    queue.channel.waiting -= 1
