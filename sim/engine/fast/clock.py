"""The clock: a binary heap of events in the total order (time, kind, id)."""

from __future__ import annotations

from numba import njit

from sim.engine.fast.layout import O_EVENTS, O_FULL

# mypy: disable-error-code="no-untyped-def"


@njit(forceinline=True)
def at(s, when, order):
    """Schedules an event; `order` is kind + id."""
    event, n = s.event, s.one[O_EVENTS]
    if n >= len(event):
        s.one[O_FULL] = 1
        return
    s.one[O_EVENTS] = n + 1
    while n > 0:
        up = (n - 1) >> 1
        if event[up, 0] < when or (event[up, 0] == when and event[up, 1] <= order):
            break
        event[n, 0], event[n, 1] = event[up, 0], event[up, 1]
        n = up
    event[n, 0], event[n, 1] = when, order


@njit(forceinline=True)
def drop_first(s):
    """Takes the first event off the heap."""
    event = s.event
    n = s.one[O_EVENTS] - 1
    s.one[O_EVENTS] = n
    when, order = event[n, 0], event[n, 1]
    hole = 0
    while True:
        down = 2 * hole + 1
        if down >= n:
            break
        right = down + 1
        if right < n and (
            event[right, 0] < event[down, 0] or (event[right, 0] == event[down, 0] and event[right, 1] < event[down, 1])
        ):
            down = right
        if when < event[down, 0] or (when == event[down, 0] and order <= event[down, 1]):
            break
        event[hole, 0], event[hole, 1] = event[down, 0], event[down, 1]
        hole = down
    event[hole, 0], event[hole, 1] = when, order
