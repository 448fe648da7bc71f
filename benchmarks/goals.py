"""Goals of speed: what is wanted, what was measured, and whether that is enough."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Goal:
    """One line of the last table."""

    wanted: str
    measured: str
    met: bool | None
    """None: this machine cannot tell."""


def show(goals: Sequence[Goal]) -> None:
    """Print one line a goal."""
    if not goals:
        return
    print("Goals on this machine, in this run")
    for goal in goals:
        verdict = "cannot tell" if goal.met is None else "met" if goal.met else "NOT met"
        print(f"    {verdict:11s} {goal.wanted}: {goal.measured}")
