"""What is decided in each scenario, for the remarks: which investments, live when, and what is sunk or too late."""

from __future__ import annotations

from collections.abc import Iterator

from evaluate.investments import taken
from sim.scenario.options import Decided
from sim.scenario.resolved import Resolved


def decided_lines(resolved: Resolved) -> Iterator[str]:
    """A sentence with every investment and the day it is live; then those with something to know about them."""
    found = taken(resolved)
    name = resolved.scenario.name
    if found:
        yield f"{name} has decided on {', '.join(f'{each.option.label} (live {each.live})' for each in found)}."
    late = [each.option.label for each in found if _too_late(resolved, each)]
    if late:
        yield f"{name}: {', '.join(late)} is live after the horizon ends: its cost counts and its effect does not."
    sunk = [each.option.label for each in found if each.option.cost.upfront and each.start < resolved.calendar.start]
    if sunk:
        yield f"{name}: the upfront cost of {', '.join(sunk)} was paid before the horizon and is left out."


def _too_late(resolved: Resolved, each: Decided) -> bool:
    return resolved.calendar.day_of_date(each.live) >= resolved.calendar.days
