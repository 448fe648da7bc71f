"""The mark that a back-test leaves beside a scenario: against which days it was held, and what came out.

`centre.calibrated.yaml` lies beside `centre.yaml` and names the digest of the scenario that was tested. A scenario that
has changed since has another digest and is no longer marked; what does not change a result (names, notes, goals) does
not change the digest either.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from sim.scenario.emit import to_yaml
from sim.scenario.files import write_whole
from sim.scenario.layers import locate
from sim.scenario.problems import ScenarioProblems
from sim.scenario.resolved import Resolved
from sim.scenario.yaml_text import MAX_BYTES, read_yaml

State = Literal["holds", "failed", "changed", "unreadable"]
_HEAD = "# Left by `deskplan backtest`. It speaks for the scenario beside it as long as its digest is this one.\n"


class Mark(BaseModel):
    """What a back-test found."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    calibrated: bool
    """Whether every threshold held."""
    date: str
    """When it was tested."""
    digest: str
    """Of the scenario that was tested."""
    fitted: str
    """Dates of the log that it was fitted on, or `as written`."""
    held_out: str
    """Dates that it predicted."""
    contacts: int
    """How many contacts they had."""
    outcomes: int
    """Simulated outcomes that the intervals rest on."""
    holds: str
    """What the intervals hold."""
    thresholds: dict[str, float]
    figures: dict[str, dict[str, float]]
    """By figure: what came out for each threshold."""
    missed: tuple[str, ...] = ()
    """Thresholds that did not hold."""
    not_recorded: tuple[str, ...] = ()
    """Figures that the log does not record."""


def beside(file: Path) -> Path:
    """Where the mark of a scenario file lies."""
    return file.with_name(f"{file.stem}.calibrated.yaml")


def write_mark(mark: Mark, path: Path) -> None:
    """Writes it, whole or not at all. Raises OSError."""
    write_whole(path, _HEAD + to_yaml(mark.model_dump(mode="json")))


def read_mark(path: Path) -> Mark | None:
    """The mark in a file; None where it cannot be read as one."""
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)
        problems: list[Any] = []
        node = read_yaml(data[:MAX_BYTES], path.name, problems)
        return None if problems else Mark.model_validate(node.plain())
    except (OSError, ScenarioProblems, ValidationError):
        return None


def mark_of(resolved: Resolved) -> tuple[State, Mark | None] | None:
    """The mark beside any file of a scenario's layers, and whether it speaks for the scenario; None: there is none.

    A mark that speaks for it comes before one of a file that it only rests on.
    """
    found: list[tuple[State, Mark | None]] = []
    for layer in reversed(resolved.layers):
        place = None if layer.startswith("--set ") else locate(layer, Path())
        if place is None or not beside(place[0]).is_file():
            continue
        mark = read_mark(beside(place[0]))
        if mark is None:
            found.append(("unreadable", None))
        elif mark.digest != resolved.digest:
            found.append(("changed", mark))
        else:
            return ("holds" if mark.calibrated else "failed"), mark
    return found[0] if found else None


def in_words(resolved: Resolved) -> str:
    """What to say of a scenario's mark; empty where there is none."""
    found = mark_of(resolved)
    if found is None:
        return ""
    state, mark = found
    if mark is None:
        return "the mark of a back-test beside it cannot be read"
    when = f"back-test of {mark.date}: {mark.contacts:,} contacts of {mark.held_out}"
    if state == "holds":
        return f"calibrated ({when})"
    if state == "failed":
        return f"not calibrated ({when}; {len(mark.missed)} thresholds missed)"
    return f"calibrated no longer: it is not the scenario that was tested ({when})" if mark.calibrated else ""
