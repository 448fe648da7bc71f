"""From one block of a replication to the next: tickets that go on take their rows along, everything else stays put.

Rows are numbered anew in each block, in the order that they had; so events of one tick keep their order, and a run in
blocks gives the same outcomes as one over everything at once.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.demand.tape import Tape
from sim.engine import outcomes as out
from sim.engine.fast import layout
from sim.engine.fast.state import BOT, ID_MASK, OVER, QUEUED, State

KEPT = ("teams", "absent", "pools", "ends")
"""Tables without row numbers that go on as they are."""


@dataclass(frozen=True)
class Paused:
    """A block's end: its state, its tape, and the tickets that go on, by number."""

    state: State
    tape: Tape
    tickets: np.ndarray  # int64 (n,)


def going_on(state: State, tape: Tape) -> np.ndarray:
    """bool (N,): tickets that anything can still happen to. Stale events of the others no longer matter."""
    still = (state.state == out.OPEN) & (tape.first_ms >= 0) | _held(state, tape)
    under_way = (state.phase >= BOT) & (state.phase < OVER)
    still[tape.ticket[under_way]] = True
    return np.asarray(still)


def _held(state: State, tape: Tape) -> np.ndarray:
    """bool (N,): tickets with a contact in an agent's hand."""
    held = np.zeros(tape.tickets, dtype=bool)
    held[tape.ticket[state.hand[state.hand >= 0]]] = True
    return held


def row_numbers(before: Tape, tickets: np.ndarray, after: Tape) -> np.ndarray:
    """int64 (M of the tape before + 1,): each row's number on the tape after, which begins with ``tickets``.

    -1 is none; the last entry is that of row -1, which stays none.
    """
    number = np.full(before.rows + 1, -1, dtype=np.int64)
    old, new = tickets, np.arange(len(tickets))
    while len(old):
        number[old] = new
        old, new = before.next_row[old], after.next_row[new]
        further = old >= 0
        old, new = old[further], new[further]
    return number


def carry(paused: Paused, state: State, tape: Tape) -> None:
    """Puts what goes on into the fresh ``state`` of the next block, whose tape begins with the tickets that go on."""
    before, tickets = paused.state, paused.tickets
    number = row_numbers(paused.tape, tickets, tape)
    rows = np.flatnonzero(number >= 0)
    for name in KEPT:
        getattr(state, name)[:] = getattr(before, name)
    for name in layout.CONTACT:
        column = getattr(before, name)[rows]
        if name in layout.ROW_COLUMNS_CONTACT:  # the others are not in a line
            column = number[np.where(before.phase[rows] == QUEUED, column, -1)]
        getattr(state, name)[number[rows]] = column
    for name in layout.TICKET:
        column = getattr(before, name)[tickets]
        getattr(state, name)[: len(tickets)] = number[column] if name in layout.ROW_COLUMNS_TICKET else column
    state.queues[:] = _renumbered(before.queues, layout.ROW_COLUMNS_QUEUE, number)
    state.agents[:] = _renumbered(before.agents, layout.ROW_COLUMNS_AGENT, number)
    state.hand[:] = _renumbered(before.hand, range(before.hand.shape[1]), number)
    offset = state.channels[:, layout.K_OFFSET].copy()
    state.channels[:] = before.channels
    state.channels[:, layout.K_OFFSET] = offset
    events = _events(before, number)
    state.events[: len(events)] = events
    state.one[layout.O_EVENTS] = len(events)
    state.one[layout.O_DAY] = before.one[layout.O_DAY]


def _renumbered(table: np.ndarray, columns: tuple[int, ...] | range, number: np.ndarray) -> np.ndarray:
    """A copy of a table whose columns of row numbers are those of the next block; -1 stays none."""
    renewed = table.copy()
    for column in columns:
        renewed[:, column] = number[table[:, column]]
    return renewed


def _events(before: State, number: np.ndarray) -> np.ndarray:
    """int64 (n, 2): events of the tickets that go on, in order, which is a heap too."""
    events = before.events[: before.one[layout.O_EVENTS]].copy()
    kind, row = events[:, 1] & ~ID_MASK, events[:, 1] & ID_MASK
    renewed = number[row]
    events[:, 1] = kind + renewed
    events = events[renewed >= 0]
    return np.asarray(events[np.lexsort((events[:, 1], events[:, 0]))])
