"""The clock: what happens next in the total order (time, kind, id).

An agent has one end of work at most on the clock, which may move: they stand in a tournament, where moving one costs as
many comparisons as the tournament has rounds, and no end that was put off stays behind. What competes is one figure an
agent, the time of the end above the agent's number; ends of one tick are compared in full. Other events are in a heap.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from sim.engine.fast.layout import (
    A_END_AT,
    A_END_ROW,
    AGENT_BITS,
    AGENT_MASK,
    LATEST,
    NO_END,
    NO_END_AT,
    NO_END_ROW,
    O_EVENTS,
    O_FULL,
)

# mypy: disable-error-code="no-untyped-def"


@njit(forceinline=True)
def end_at(s, agent, when, row):
    """The end of `row` is the agent's next; place 1 of the tournament then holds who ends first of all."""
    s.agents[agent, A_END_AT], s.agents[agent, A_END_ROW] = when, row
    compete(s, agent, (np.int64(min(when, LATEST)) << AGENT_BITS) + agent)


@njit(forceinline=True)
def no_end(s, agent):
    """The agent has nothing in hand: no two of these are equal, so that nobody compares them in full."""
    s.agents[agent, A_END_AT], s.agents[agent, A_END_ROW] = NO_END_AT, NO_END_ROW
    compete(s, agent, NO_END + (np.int64(agent) << AGENT_BITS) + agent)  # a contact's agent is a short number


@njit(forceinline=True)
def compete(s, agent, figure):
    """The agent enters the tournament with a new figure: the lesser of each two goes on."""
    ends = s.ends
    place = (len(ends) >> 1) + agent
    ends[place] = figure
    while place > 1:
        other = ends[place ^ 1]
        one_tick = (figure ^ other) >> AGENT_BITS == 0
        figure = first_in_full(s, figure, other) if one_tick else min(figure, other)
        place >>= 1
        ends[place] = figure


@njit
def first_in_full(s, figure, other):
    """Of two figures of one tick, or past the latest that a figure can hold, that of the end which is first."""
    agent, its = figure & AGENT_MASK, other & AGENT_MASK
    when, its_when = s.agents[agent, A_END_AT], s.agents[its, A_END_AT]
    later = its_when < when or (its_when == when and s.agents[its, A_END_ROW] < s.agents[agent, A_END_ROW])
    return other if later else figure


@njit(forceinline=True)
def end_of(s, agent):
    """When the agent's next end is."""
    return s.agents[agent, A_END_AT]


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
