"""The clock: what happens next in the total order (time, kind, id).

An agent has one end of work at most on the clock, which may move: they stand in a tournament, where moving one costs as
many comparisons as the tournament has rounds, and no end that was put off stays behind. Other events are in a heap.
"""

from __future__ import annotations

from numba import njit

from sim.engine.fast.layout import E_ROW, E_WHEN, NO_END, O_EVENTS, O_FULL

# mypy: disable-error-code="no-untyped-def"

NEVER, NO_ROW = NO_END


@njit(forceinline=True)
def end_at(s, agent, when, row):
    """The end of `row` is the agent's next; place 1 of the tournament then holds who ends first of all."""
    ends = s.ends
    place = (len(ends) >> 1) + agent
    ends[place, E_WHEN], ends[place, E_ROW] = when, row
    while place > 1:
        other_when, other_row = ends[place ^ 1, E_WHEN], ends[place ^ 1, E_ROW]
        later = (other_when < when) | ((other_when == when) & (other_row < row))
        when, row = other_when if later else when, other_row if later else row
        place >>= 1
        ends[place, E_WHEN], ends[place, E_ROW] = when, row


@njit(forceinline=True)
def end_of(s, agent):
    """When the agent's next end is."""
    return s.ends[(len(s.ends) >> 1) + agent, E_WHEN]


@njit(forceinline=True)
def no_end(s, agent):
    """The agent has nothing in hand."""
    end_at(s, agent, NEVER, NO_ROW)


@njit(forceinline=True)
def at(s, when, order):
    """Schedules an event; `order` is kind + id."""
    n = s.one[O_EVENTS]
    if n >= len(s.events):
        s.one[O_FULL] = 1
        return
    s.one[O_EVENTS] = n + 1
    rise(s, n, when, order)


@njit(forceinline=True)
def rise(s, place, when, order):
    """Puts an event into a free place of the heap, or as far above it as it is due before those there."""
    events = s.events
    while place > 0:
        above = (place - 1) >> 1
        its_when, its_order = events[above, 0], events[above, 1]
        if its_when < when or (its_when == when and its_order <= order):
            break
        events[place, 0], events[place, 1] = its_when, its_order
        place = above
    events[place, 0], events[place, 1] = when, order


@njit
def drop_first(s):
    """Takes the first event off the heap: the place goes down to the end, and there the last event rises."""
    events = s.events
    last = s.one[O_EVENTS] - 1
    s.one[O_EVENTS] = last
    place, below = 0, 1
    while below < last:
        when, order = events[below, 0], events[below, 1]
        right_when, right_order = events[below + 1, 0], events[below + 1, 1]
        right = (right_when < when) | ((right_when == when) & (right_order < order))
        events[place, 0], events[place, 1] = right_when if right else when, right_order if right else order
        place = below + right
        below = 2 * place + 1
    rise(s, place, events[last, 0], events[last, 1])
