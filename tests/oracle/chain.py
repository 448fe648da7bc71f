"""Exact steady state of several classes and several groups of servers with one service rate, as a Markov chain.

An independent yardstick for designs that the expected figures do not hold (X, W): it is first checked against those
that they do hold. State: busy servers by group, customers waiting by class. Same rules as `Channel.teams` and
`Team.serves`: an arrival takes the first group of its list with an idle server, a freed server the first class of its
list that waits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.linalg import spsolve

State = tuple[int, ...]


@dataclass(frozen=True)
class Design:
    """Rates of one unit of time; ``arrival_order[class]`` are groups, ``service_order[group]`` are classes."""

    lam: Sequence[float]
    mu: float
    theta: Sequence[float]
    servers: Sequence[int]
    arrival_order: Sequence[Sequence[int]]
    service_order: Sequence[Sequence[int]]
    places: Sequence[int]
    """Waiting places by class; large enough to be no limit, or a real waiting room."""

    def moves(self, state: State) -> list[tuple[State, float]]:
        """Where the chain goes from a state, and at what rate."""
        groups, classes = len(self.servers), len(self.lam)
        out: list[tuple[State, float]] = []

        def changed(*steps: tuple[int, int]) -> State:
            new = list(state)
            for index, step in steps:
                new[index] += step
            return tuple(new)

        for i in range(classes):
            free = next((g for g in self.arrival_order[i] if state[g] < self.servers[g]), None)
            if free is not None:
                out.append((changed((free, 1)), self.lam[i]))
            elif state[groups + i] < self.places[i]:
                out.append((changed((groups + i, 1)), self.lam[i]))
            if state[groups + i]:
                out.append((changed((groups + i, -1)), self.theta[i] * state[groups + i]))
        for g in range(groups):
            if state[g]:
                waiting = next((i for i in self.service_order[g] if state[groups + i]), None)
                step = (g, -1) if waiting is None else (groups + waiting, -1)
                out.append((changed(step), self.mu * state[g]))
        return out


@dataclass(frozen=True)
class SteadyState:
    """Long-run figures by class and by group."""

    p_wait: list[float]
    """Share of accepted arrivals that wait."""
    p_block: list[float]
    p_abandon: list[float]
    """Abandoned of all offered."""
    queue: list[float]
    occupancy: list[float]


def solve(design: Design) -> SteadyState:
    """Visit every state from empty, then solve the balance equations."""
    groups, classes = len(design.servers), len(design.lam)
    empty = (0,) * (groups + classes)
    index, frontier, entries = {empty: 0}, [empty], []
    while frontier:
        state = frontier.pop()
        for target, rate in design.moves(state):
            if target not in index:
                index[target] = len(index)
                frontier.append(target)
            entries.append((index[target], index[state], rate))
    size = len(index)
    rows, columns, rates = (np.array(part) for part in zip(*entries, strict=True))
    outflow = np.bincount(columns.astype(int), weights=rates, minlength=size)
    # Balance of every state but the first, whose equation the others imply; the first's probability is set to 1.
    keep = rows > 0
    matrix = coo_matrix((rates[keep], (rows[keep], columns[keep])), shape=(size, size)).tolil()
    matrix.setdiag(np.concatenate([[1.0], -outflow[1:] + matrix.diagonal()[1:]]))
    right = np.zeros(size)
    right[0] = 1.0
    p = spsolve(matrix.tocsc(), right)
    p /= p.sum()
    states = np.array(list(index))
    queue = [float(p @ states[:, groups + i]) for i in range(classes)]
    full = [
        np.all([states[:, g] == design.servers[g] for g in design.arrival_order[i]], axis=0) for i in range(classes)
    ]
    block = [float(p[full[i] & (states[:, groups + i] >= design.places[i])].sum()) for i in range(classes)]
    return SteadyState(
        [(float(p[full[i]].sum()) - block[i]) / (1 - block[i]) for i in range(classes)],
        block,
        [design.theta[i] * queue[i] / design.lam[i] for i in range(classes)],
        queue,
        [float(p @ states[:, g]) / design.servers[g] for g in range(groups)],
    )
