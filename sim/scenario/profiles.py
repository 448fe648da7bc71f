"""Weekly profiles: a weight for each half-hour from Monday 00:00, read from CSV beside the scenario.

Three layouts, told apart by their first line: one figure a row (336 rows, a heading is optional); ``day,time,weight``
with 336 rows in any order; ``time,mon,tue,...,sun`` with 48 rows.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Iterator, Mapping
from importlib import resources
from pathlib import Path

from sim.scenario.calendar import DAY_NAMES, SLOTS_PER_WEEK
from sim.scenario.files import is_file
from sim.scenario.nodes import Node, show_path
from sim.scenario.nodes import Path as TreePath
from sim.scenario.problems import Problem, nearest

MAX_BYTES = 1_000_000
_LAYOUTS = "336 rows of one figure, or day,time,weight, or time,mon,tue,wed,thu,fri,sat,sun (see docs/scenarios.md)"


class ProfileError(ValueError):
    """A profile that cannot be used; the message names the row."""


def read_profiles(
    document: Node,
    folders: Mapping[str, Path],
    problems: list[Problem],
    known: Mapping[str, tuple[float, ...]] | None = None,
) -> dict[str, tuple[float, ...]]:
    """Weights by the path written in the document; unreadable files are problems at that place.

    A path is relative to the file that it is written in; a profile that ships with deskplan is found by the same name.
    """
    profiles = dict(known or {})
    for path, node in _named(document):
        name = node.written()
        file = file_of(name, folders.get(node.origin.source, Path()))
        where = show_path(path)
        if file is None:
            wrong = f"there is no file '{name}'"
            allowed = "a CSV file, by its path from the file that names it"
            folder = folders.get(node.origin.source, Path())
            beside = (Path(name).parent / p.name for p in (folder / name).parent.glob("*.csv"))
            meant = nearest(name, (p.as_posix() for p in beside))
            problems.append(Problem(where, wrong, allowed, meant, node.origin))
            continue
        try:
            weights = read_profile(file)
        except ProfileError as error:
            problems.append(Problem(where, f"'{name}': {error}", _LAYOUTS, origin=node.origin))
            continue
        if profiles.get(name, weights) != weights:
            wrong = f"'{name}' names two different files in this scenario and in what it builds on"
            problems.append(Problem(where, wrong, "another name for one of them", origin=node.origin))
        profiles[name] = weights
    return profiles


def _named(document: Node) -> Iterator[tuple[TreePath, Node]]:
    paths: list[TreePath] = [("demand", "week_profile")]
    reasons = document.get(("reasons",))
    paths += [("reasons", name, "profile") for name in (reasons.children if reasons else {})]
    for path in paths:
        node = document.get(path)
        if node is not None and node.is_scalar and node.value is not None:  # a number may be the name of a file
            yield path, node


def file_of(name: str, folder: Path) -> Path | None:
    """The file that a name means in a file of this folder: beside it, or one that ships with deskplan."""
    if is_file(folder / name):
        return folder / name
    shipped = Path(str(resources.files("scenarios"))) / name
    return shipped if not Path(name).is_absolute() and is_file(shipped) else None


def profile_text(weights: Iterable[float]) -> str:
    """Weights as the text of a file, every digit kept."""
    return "weight\n" + "".join(f"{weight!r}\n" for weight in weights)


def read_profile(file: Path) -> tuple[float, ...]:
    """336 weights from Monday 00:00. Raises ProfileError."""
    if file.stat().st_size > MAX_BYTES:
        raise ProfileError("the file is too large for 336 figures")
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (UnicodeDecodeError, OSError):
        raise ProfileError("the file cannot be read as text") from None
    try:
        rows = [
            (number, [cell.strip() for cell in row])
            for number, row in enumerate(csv.reader(text.splitlines()), 1)
            if any(cell.strip() for cell in row) and not row[0].lstrip().startswith("#")
        ]
    except csv.Error as error:
        raise ProfileError(f"not CSV: {error}") from None
    if not rows:
        raise ProfileError("the file is empty")
    head = [cell.lower() for cell in rows[0][1]]
    if head[:3] == ["day", "time", "weight"]:
        weights = _long(rows[1:])
    elif head == ["time", *DAY_NAMES]:
        weights = _wide(rows[1:])
    elif len(head) == 1:
        weights = _column(rows if _is_number(head[0]) else rows[1:])
    else:
        raise ProfileError("the first line is none that can be read")
    if not any(weights):
        raise ProfileError("every weight is 0")
    return tuple(weights)


def _column(rows: list[tuple[int, list[str]]]) -> list[float]:
    if len(rows) != SLOTS_PER_WEEK:
        raise ProfileError(f"{len(rows)} figures instead of {SLOTS_PER_WEEK}")
    return [_weight(row[0], number) for number, row in rows]


def _long(rows: list[tuple[int, list[str]]]) -> list[float]:
    weights: list[float | None] = [None] * SLOTS_PER_WEEK
    for number, row in rows:
        if len(row) < 3 or row[0].lower()[:3] not in DAY_NAMES:
            raise ProfileError(f"row {number} does not start with a day ({', '.join(DAY_NAMES)})")
        slot = DAY_NAMES.index(row[0].lower()[:3]) * 48 + _half_hour(row[1], number)
        if weights[slot] is not None:
            raise ProfileError(f"row {number} gives {row[0]} {row[1]} a second time")
        weights[slot] = _weight(row[2], number)
    if None in weights:
        slot = weights.index(None)
        raise ProfileError(f"{DAY_NAMES[slot // 48]} {slot % 48 // 2:02d}:{slot % 2 * 30:02d} is missing")
    return [weight for weight in weights if weight is not None]


def _wide(rows: list[tuple[int, list[str]]]) -> list[float]:
    if len(rows) != 48:
        raise ProfileError(f"{len(rows)} half-hours instead of 48")
    table: dict[int, list[float]] = {}
    for number, row in rows:
        if len(row) != 8:
            raise ProfileError(f"row {number} has {len(row)} columns instead of 8")
        table[_half_hour(row[0], number)] = [_weight(cell, number) for cell in row[1:]]
    if len(table) != 48:
        raise ProfileError("a half-hour is given twice")
    return [table[slot][day] for day in range(7) for slot in range(48)]


def _half_hour(text: str, number: int) -> int:
    hour, _, minute = text.partition(":")
    if not (hour.isdecimal() and minute[:2] in ("00", "30") and int(hour) < 24):
        raise ProfileError(f"row {number}: '{text}' is not the start of a half-hour, such as 08:30")
    return int(hour) * 2 + (minute[:2] == "30")


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _weight(text: str, number: int) -> float:
    value = float(text) if _is_number(text) else math.nan
    if not math.isfinite(value) or value < 0:
        raise ProfileError(f"row {number}: '{text}' is not a number of 0 or more")
    return value
