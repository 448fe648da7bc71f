"""Who may serve what, and in which order: queues, the teams that arrivals try, the queues that agents look at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.scenario.schema import Scenario
from sim.scenario.schema.people import Team

TRANSFER_RANK = -1  # a team takes what was transferred to it ahead of its other queues


@dataclass(frozen=True)
class Routing:
    """Routing tables; lists are padded with -1. X: most teams of a queue, Y: most queues of a team."""

    queue_of: np.ndarray  # int64 (C, R) queue that a contact joins, -1 where nobody serves it
    transfer_queue: np.ndarray  # int64 (C, T) queue of contacts transferred to a team, -1 none
    queue_channel: np.ndarray  # int64 (Q,)
    queue_teams: np.ndarray  # int64 (Q, X) teams in the order in which arrivals try them
    queue_after: np.ndarray  # int64 (Q, X) wait before that team may take it (overflow), 0 at once
    team_queues: np.ndarray  # int64 (T, Y) queues that a freed agent looks at, by rank
    team_ranks: np.ndarray  # int64 (T, Y) rank of each: smaller first
    team_after: np.ndarray  # int64 (T, Y)
    may_hold: np.ndarray  # bool (Q, R) reasons that a queue may hold


def _lines(team: Team, channel: str, reason: str) -> tuple[int, int] | None:
    """(rank, overflow wait) at which a team serves a channel and reason, or None; the first line that fits counts."""
    for rank, line in enumerate(team.serves):
        if line.channel == channel and (line.reasons is None or reason in line.reasons):
            return rank, line.after
    return None


def _team_order(scenario: Scenario, channel: str, reason: str, ranks: dict[str, tuple[int, int]]) -> list[str]:
    """Teams in the order in which arrivals try them: reason's list, else channel's, else by rank; then as declared."""
    declared = scenario.reasons[reason].teams or scenario.channels[channel].teams
    if declared:
        return [name for name in declared if name in ranks] + [name for name in ranks if name not in declared]
    return sorted(ranks, key=lambda name: ranks[name][0])  # stable: ties stay as declared


def make_routing(scenario: Scenario) -> Routing:
    """Routing tables of a scenario. Equal classes of (channel, reason) share a queue."""
    channels, reasons, teams = list(scenario.channels), list(scenario.reasons), list(scenario.teams)
    classes: dict[tuple[object, ...], int] = {}
    lines: list[list[tuple[int, int, int]]] = []  # by queue: (team, rank, overflow wait) in the order of arrivals
    queue_channel: list[int] = []
    queue_of = np.full((len(channels), len(reasons)), -1, dtype=np.int64)
    holds: list[set[int]] = []
    for c, channel in enumerate(channels):
        for r, reason in enumerate(reasons):
            found = {name: _lines(team, channel, reason) for name, team in scenario.teams.items()}
            ranks = {name: line for name, line in found.items() if line is not None}
            if not ranks:
                continue
            order = _team_order(scenario, channel, reason, ranks)
            key = (c, *((name, *ranks[name]) for name in order))
            if key not in classes:
                classes[key] = len(lines)
                lines.append([(teams.index(name), *ranks[name]) for name in order])
                queue_channel.append(c)
                holds.append(set())
            queue_of[c, r] = classes[key]
            holds[classes[key]].add(r)
    transfer_queue = np.full((len(channels), len(teams)), -1, dtype=np.int64)
    for r, reason_block in enumerate(scenario.reasons.values()):
        if reason_block.transfer is None:
            continue
        t = teams.index(reason_block.transfer.to)
        for c in range(len(channels)):
            if transfer_queue[c, t] < 0:
                transfer_queue[c, t] = len(lines)
                lines.append([(t, TRANSFER_RANK, 0)])
                queue_channel.append(c)
                holds.append(set())
            holds[int(transfer_queue[c, t])].add(r)
    may_hold = np.array([[r in held for r in range(len(reasons))] for held in holds], dtype=bool)
    return Routing(
        queue_of,
        transfer_queue,
        np.array(queue_channel, dtype=np.int64),
        _padded([[team for team, _, _ in line] for line in lines]),
        _padded([[after for _, _, after in line] for line in lines]),
        *_by_team(lines, len(teams)),
        may_hold.reshape(len(lines), len(reasons)),
    )


def _by_team(lines: list[list[tuple[int, int, int]]], teams: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The queues of each team by rank: (queues, ranks, overflow waits), each (T, Y)."""
    views: list[list[tuple[int, int, int]]] = [[] for _ in range(teams)]
    for q, line in enumerate(lines):
        for team, rank, after in line:
            views[team].append((rank, q, after))
    for view in views:
        view.sort()
    return (
        _padded([[q for _, q, _ in view] for view in views]),
        _padded([[rank for rank, _, _ in view] for view in views]),
        _padded([[after for _, _, after in view] for view in views]),
    )


def _padded(rows: list[list[int]]) -> np.ndarray:
    """int64 (len(rows), longest), short rows filled with -1."""
    table = np.full((len(rows), max([1, *map(len, rows)])), -1, dtype=np.int64)
    for i, row in enumerate(rows):
        table[i, : len(row)] = row
    return table
