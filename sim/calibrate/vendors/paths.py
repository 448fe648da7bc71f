"""Dotted paths into nested records: `participants[purpose=agent].sessions[].metrics[name=tTalk].value`.

`[]` means each element of a list, `[key=value]` those elements of which it holds (`a|b`: either), `[=value]` those that
are the value itself. A record whose key is
the whole path (a flattened CSV heading) is read as it is.
"""

from __future__ import annotations

import re
from collections import ChainMap
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sim.calibrate.vendors.mapping import Take

_STEP = re.compile(r"([^.\[\]]+)(\[(?:([^=\[\]]*)=([^\[\]]*))?\])?(?:\.|$)")
RECORD = (dict, ChainMap)  # quicker to ask for than any mapping
Step = tuple[str, bool, str, frozenset[str] | None]


class PathError(ValueError):
    """A path that cannot be read."""


@dataclass(frozen=True)
class Path:
    """A path, ready to be followed."""

    text: str
    steps: tuple[Step, ...]

    def found(self, record: Mapping[str, Any]) -> list[Any]:
        """All values that the path leads to; null and empty texts are none."""
        if len(self.steps) > 1 and self.text in record:
            here: list[Any] = [record[self.text]]
        else:
            here = [record]
            for step in self.steps:
                here = _follow(here, step)
        return [v for v in here if v is not None and v != "" and v != {} and v != []]

    def there(self, record: Mapping[str, Any]) -> bool:
        """Whether the record has the keys at all, filled or not."""
        if self.text in record:
            return True
        here: list[Any] = [record]
        for name, many, key, allowed in self.steps:
            if not any(isinstance(h, Mapping) and name in h for h in here):
                return False
            here = _follow(here, (name, many, key, allowed))
        return True


def _follow(here: list[Any], step: Step) -> list[Any]:
    name, many, key, allowed = step
    out: list[Any] = []
    for value in here:
        inside = value.get(name) if isinstance(value, RECORD) else None
        if not many:
            if inside is not None:
                out.append(inside)
            continue
        for element in inside if isinstance(inside, list) else ():
            if allowed is None:
                out.append(element)
                continue
            told = element if not key else element.get(key) if isinstance(element, dict) else None
            if (told if isinstance(told, str) else plain(told)) in allowed:
                out.append(element)
    return out


def parse_path(text: str) -> Path:
    """Read a path; raises PathError."""
    steps: list[Step] = []
    at = 0
    while at < len(text):
        match = _STEP.match(text, at)
        if match is None or match.end() == at:
            raise PathError(f"{text!r} is no path: keys joined by dots, with [] or [key=value] behind a list")
        name, many, key, value = match.groups()
        allowed = None if value is None else frozenset(value.split("|"))
        steps.append((name, many is not None, key or "", allowed))
        at = match.end()
    if not steps:
        raise PathError("an empty path")
    return Path(text, tuple(steps))


def plain(value: Any) -> str | None:
    """A scalar as text; a map or list that holds something as `(filled)`."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, dict | list):
        return "(filled)" if value else None
    return repr(value)


def taken(values: list[Any], take: Take) -> str | None:
    """One text out of several values."""
    if take == "count":
        return str(len(values))
    if not values:
        return None
    if take in ("first", "last"):
        return plain(values[0 if take == "first" else -1])
    numbers = [float(v) for v in values if isinstance(v, int | float) and not isinstance(v, bool)]
    if take == "sum":
        return repr(sum(numbers)) if numbers else None
    if len(numbers) == len(values):
        return repr(min(numbers) if take == "min" else max(numbers))
    texts = [t for v in values if (t := plain(v)) is not None]
    return (min(texts) if take == "min" else max(texts)) if texts else None
