"""Tapes as stories by ticket, with names in place of numbers, so that two scenarios' tapes can be compared."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from sim.demand.draw import draw_tape
from sim.demand.tape import NO_CHANNEL, SAME_CHANNEL, Tape
from sim.scenario.load import resolve

Story = dict[str, Any]


def tape_of(document: dict[str, Any], seed: int = 0, replication: int = 0) -> Tape:
    """The tape of a document."""
    return draw_tape(resolve(document), seed, replication)


def stories(document: dict[str, Any], replication: int = 0) -> dict[int, Story]:
    """Each ticket's draws by its identity; `rows` lists its contacts, on every channel where one can be."""
    resolved = resolve(document)
    tape = draw_tape(resolved, 0, replication)
    channels = list(resolved.scenario.channels)
    reasons = list(resolved.scenario.reasons)
    helpers = list(resolved.scenario.self_service)
    bots = list(resolved.scenario.bots)
    names = {NO_CHANNEL: "nowhere", SAME_CHANNEL: "here", **dict(enumerate(channels))}
    found = {}
    for i in range(tape.tickets):
        tried = int(tape.self_service[i])
        own = channels[tape.channel[i]]
        story: Story = {
            "need": int(tape.need_ms[i]),
            "reason": reasons[tape.reason[i]],
            "channel": own,
            "self_service": helpers[tried] if tried >= 0 else None,
            "fate": int(tape.self_fate[i]),
            "first": int(tape.first_ms[i]),
            "rows": [],
        }
        row = i
        while row >= 0:
            assert tape.ticket[row] == i
            story["rows"].append(_row(tape, row, own, channels, names, bots))
            row = int(tape.next_row[row])
        found[int(tape.identity[i])] = story
    assert len(found) == tape.tickets
    return found


def _row(tape: Tape, row: int, own: str, channels: list[str], names: dict[int, str], bots: list[str]) -> dict[str, Any]:
    lines = channels if tape.wide else [own]
    contact: dict[str, Any] = {
        "result": (int(tape.resolve_u[row]), int(tape.transfer_u[row])),
    }
    for line, name in enumerate(lines):
        if not tape.work_ms[line, row]:
            continue  # a contact of this ticket never comes here
        met = int(tape.bot[line, row])
        contact[name] = (
            int(tape.work_ms[line, row]),
            int(tape.wrap_ms[line, row]),
            int(tape.patience_ms[line, row]),
            names[int(tape.retry_channel[line, row])],
            int(tape.retry_ms[line, row]) if tape.retry_channel[line, row] != NO_CHANNEL else None,
            names[int(tape.return_channel[line, row])],
            int(tape.return_ms[line, row]) if tape.return_channel[line, row] != NO_CHANNEL else None,
            bots[met] if met >= 0 else None,
            int(tape.bot_ms[line, row]),
            int(tape.flags[line, row]),
        )
    return contact


def same_bytes(one: Tape, other: Tape) -> bool:
    """Whether two tapes are equal byte for byte."""
    return all(
        a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
        for a, b in (
            (np.asarray(getattr(one, field.name)), np.asarray(getattr(other, field.name)))
            for field in dataclasses.fields(Tape)
        )
    )
