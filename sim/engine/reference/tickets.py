"""Rules of tickets: how contacts follow from one another, and how a ticket ends (semantics 5.4, 5.6, 5.7)."""

from __future__ import annotations

from heapq import heappush

from sim.demand.tape import NO_CHANNEL, SAME_CHANNEL
from sim.engine import outcomes as out
from sim.engine.reference.desk import ARRIVES, Desk
from sim.engine.reference.entities import OVER, QUEUED, Queue


def spawn(desk: Desk, when: int, ticket: int, channel: int, kind: int) -> int:
    """A further contact of a ticket, with the ticket's next row of draws; -1 where it has no more attempts."""
    row: int = desk.next_row[desk.last_row.get(ticket, ticket)]
    if row >= 0:
        desk.last_row[ticket] = row
        desk.kind[row], desk.channel[row] = kind, channel
        desk.queue[row] = desk.channels[channel].queue_of[desk.reason[ticket]]
        if when < desk.until:
            heappush(desk.events, (when, ARRIVES + row, desk.on_arrival, row))
    return row


def close(desk: Desk, now: int, row: int, result: int) -> None:
    """The customer's part of a contact is over."""
    desk.phase[row], desk.result[row], desk.leave[row] = OVER, result, now


def meet(desk: Desk, now: int, ticket: int, by: int) -> None:
    """The need is met: the ticket ends, and contacts of it that wait leave the queue; those to come do not happen."""
    if desk.state[ticket]:
        return
    desk.state[ticket] = by
    if ticket in desk.besides:
        supersede(desk, now, ticket)


def supersede(desk: Desk, now: int, ticket: int) -> None:
    """The contacts of a ticket that wait leave the queue."""
    row = ticket
    while row >= 0:
        if still_waits(desk, row):
            unqueue(desk, row)
            close(desk, now, row, out.SUPERSEDED)
        row = desk.next_row[row]


def still_waits(desk: Desk, row: int) -> bool:
    """Whether the customer waits for a first answer."""
    return desk.phase[row] == QUEUED and desk.started[row] < 0 and row not in desk.gone


def lose_if_last(desk: Desk, now: int, ticket: int) -> None:
    """A contact ended without another to follow: a ticket without any contact at work or to come, not met, is lost."""
    if desk.besides.get(ticket):
        desk.besides[ticket] -= 1
    elif not desk.state[ticket]:
        desk.state[ticket], desk.lost_at[ticket] = out.LOST, now


def try_again(desk: Desk, now: int, row: int) -> None:
    """Who left unserved tries again after a delay, or is lost."""
    ticket, channel = desk.ticket[row], desk.channels[desk.channel[row]]
    again = channel.retry_channel[row]
    if again != NO_CHANNEL and not desk.state[ticket]:
        to = channel.id if again == SAME_CHANNEL else again
        if spawn(desk, now + channel.retry_ms[row], ticket, to, out.RETRY) >= 0:
            return
    lose_if_last(desk, now, ticket)


def come_back(desk: Desk, now: int, row: int) -> None:
    """The need was not met: the customer comes back later, or is lost."""
    ticket, channel = desk.ticket[row], desk.channels[desk.channel[row]]
    again = channel.return_channel[row]
    if again != NO_CHANNEL and not desk.state[ticket]:
        to = channel.id if again == SAME_CHANNEL else again
        if spawn(desk, now + channel.return_ms[row], ticket, to, out.RETURN) >= 0:
            return
    lose_if_last(desk, now, ticket)


def turn_away(desk: Desk, now: int, row: int, result: int) -> None:
    """A contact ends unserved; the customer tries again or is lost."""
    close(desk, now, row, result)
    try_again(desk, now, row)


def unqueue(desk: Desk, row: int) -> None:
    """Takes a waiting contact out of its queue; its place in the line is dropped when the line gets there."""
    queue = desk.queue[row]
    desk.phase[row] = OVER
    queue.left += 1
    drop_left(desk, queue)


def drop_left(desk: Desk, queue: Queue) -> None:
    """Drops who has left from the head of a line, so that its first contact waits."""
    line, phase = queue.line, desk.phase
    while line and phase[line[0]] != QUEUED:
        line.popleft()
        queue.left -= 1


def next_in_line(desk: Desk, queue: Queue) -> int:
    """Takes the first contact out of a queue in which somebody waits."""
    row = queue.line.popleft()
    if queue.left:
        drop_left(desk, queue)
    return row
