"""A switching value in words and as plain data."""

from __future__ import annotations

from typing import Any

from evaluate.switch import Switch
from report import format as fmt


def as_text(found: Switch) -> str:
    """One paragraph: where it switches, how far that is, how sure, and what was looked at."""
    given, now = found.of, found.now.value or 0.0
    worth = f"{found.measure} of {found.option} against {found.base}"
    about = f"{worth} is {fmt.number(now, signed=True)} with {given.path} at {given.text(given.number)}."
    low, high = (given.text(end) for end in found.bounds)
    if found.value is None:
        said = f"There is no switching value between {low} and {high}: the {found.measure} keeps its sign throughout."
    else:
        far = "" if found.change is None else f", {fmt.percent(found.change, 1, signed=True)} from now"
        said = f"It is zero at {given.text(found.value)}{far}"
        if found.low is not None and found.high is not None and found.high > found.low:
            said += f"; the replications' noise leaves {given.text(found.low)} to {given.text(found.high)} open"
        said += "."
    steps = "\n".join(
        f"  {given.text(number):>16}  {fmt.number(worth, signed=True):>14}" for number, worth in found.tried
    )
    tail = f"{len(found.tried)} values, {found.replications} replications each, the same customers throughout:"
    return fmt.plain(f"{about} {said}\n{tail}\n{steps}")


def as_plain(found: Switch) -> dict[str, Any]:
    """What `switch --format json` prints."""
    return {
        "schema": 1,
        "input": found.of.path,
        "places": list(found.of.places),
        "unit": found.of.unit,
        "present": found.of.number,
        "for": found.measure,
        "base": found.base,
        "option": found.option,
        "now": {"value": found.now.value, "low": found.now.low, "high": found.now.high},
        "switching_value": found.value,
        "low": found.low,
        "high": found.high,
        "change": found.change,
        "bounds": list(found.bounds),
        "tried": [list(each) for each in found.tried],
        "replications": found.replications,
    }
