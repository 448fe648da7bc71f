"""Whether scenarios were held against a log: the marks of back-tests, as a section of the page, kept as plain data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from report import format as fmt
from report.extra import Extra, TextTable
from sim.scenario.calibrated import Mark, mark_of
from sim.scenario.resolved import Resolved

_SAID = {
    "holds": "calibrated",
    "failed": "not calibrated",
    "changed": "differs from what was tested",
    "unreadable": "the mark cannot be read",
}


def plain_marks(resolveds: Sequence[Resolved]) -> dict[str, Any]:
    """``{"calibrated": ...}`` where any scenario has a mark, or nothing."""
    found = {}
    for resolved in resolveds:
        marked = mark_of(resolved)
        if marked is not None:
            state, mark = marked
            found[resolved.scenario.name] = {"state": state, "mark": mark.model_dump(mode="json") if mark else None}
    return {"calibrated": found} if found else {}


def section(plain: Mapping[str, Any]) -> Extra:
    """A row a scenario with a mark."""
    rows = []
    said = []
    for name, found in plain.items():
        mark = Mark.model_validate(found["mark"]) if found["mark"] else None
        days = (mark.date, mark.held_out, fmt.number(mark.contacts)) if mark else (fmt.DASH,) * 3
        rows.append((name, _SAID[found["state"]], *days, "; ".join(mark.missed) if mark and mark.missed else fmt.DASH))
        if found["state"] == "changed":
            said.append(f"{name} rests on a scenario that was held against a log, or was changed since: the mark "
                        f"speaks for that one only.")  # fmt: skip
    heads = ("scenario", "", "tested", "held-out days", "contacts", "missed")
    table = TextTable("Back-tests of these scenarios", heads, tuple(rows), numbers=False)
    return Extra("calibrated", "Held against a log", tuple(said), (table,))
