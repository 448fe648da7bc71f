"""The need as a file: CSV with `weekday`, `start`, `agents`, and `team` where there are several."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from sim.scenario.calendar import DAY_NAMES, HoursError, parse_clock
from sim.scenario.problems import nearest
from sim.scenario.units import HALF_HOUR_MS

SLOTS = 336
REQUIRED = ("weekday", "start", "agents")
COLUMNS = ("team", *REQUIRED)
_MANY = 20
_MOST = 100_000.0


class BadNeed(ValueError):
    """A file of needs that cannot be read; every problem with its line."""


def read_need(path: Path, teams: Sequence[str], team: str | None = None) -> dict[str, np.ndarray]:
    """Team -> float64 (336,) agents on duty by half-hour of the week from Monday 00:00; those not named are 0.

    Without a column `team` the figures are those of ``team``, or of the only team. Raises BadNeed.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as problem:
        said = problem.strerror if isinstance(problem, OSError) else "this is not UTF-8 text"
        raise BadNeed(f"{path}: {said}") from None
    try:
        return _read(text, str(path), teams, team)
    except csv.Error as problem:
        raise BadNeed(f"{path}: this is not CSV ({problem})") from None


def _read(text: str, name: str, teams: Sequence[str], team: str | None) -> dict[str, np.ndarray]:
    rows = csv.reader(io.StringIO(text, newline=""))
    heads = [cell.strip() for cell in next(rows, [])]
    problems = _amiss(heads, name)
    if not problems and "team" not in heads and team is None and len(teams) != 1:
        problems.append(f"{name}:1: there is no column 'team': say whose need this is with --team")
    if problems:
        raise BadNeed("\n".join(problems))
    need: dict[str, np.ndarray] = {}
    seen: dict[tuple[str, int], int] = {}
    for line in rows:
        number = rows.line_num
        if not any(cell.strip() for cell in line):
            continue
        if len(line) != len(heads):
            problems.append(f"{name}:{number}: {len(line)} cells, and the first line has {len(heads)}")
            continue
        cells = dict(zip(heads, (cell.strip() for cell in line), strict=True))
        whose, wrong = _whose(cells, teams, team)
        slot, unread = _slot(cells)
        agents, amiss = _agents(cells["agents"])
        problems += [f"{name}:{number}: {what}" for what in (wrong, unread, amiss) if what]
        if wrong or unread or amiss:
            continue
        if (whose, slot) in seen:
            what = f"{cells['weekday']} {cells['start']} of {whose} is given a second time (line {seen[whose, slot]})"
            problems.append(f"{name}:{number}: {what}")
            continue
        seen[whose, slot] = number
        need.setdefault(whose, np.zeros(SLOTS))[slot] = agents
    if not problems and not need:
        problems.append(f"{name}: there is no half-hour in it")
    if problems:
        more = [f"... and {len(problems) - _MANY} more problems"] if len(problems) > _MANY else []
        raise BadNeed("\n".join([*problems[:_MANY], *more]))
    return {each: need[each] for each in teams if each in need}


def _amiss(heads: Sequence[str], name: str) -> list[str]:
    problems = []
    for head in dict.fromkeys(heads):
        if heads.count(head) > 1:
            problems.append(f"{name}:1: the column '{head}' is there twice")
        if head not in COLUMNS:
            like = nearest(head, COLUMNS)
            meant = f"; did you mean {like}?" if like else ""
            problems.append(f"{name}:1: there is no column '{head}'; there are {', '.join(COLUMNS)}{meant}")
    missing = [head for head in REQUIRED if head not in heads]
    if missing:
        problems.append(f"{name}:1: the first line lacks {', '.join(missing)}; it is such as 'weekday,start,agents'")
    return problems


def _whose(cells: dict[str, str], teams: Sequence[str], team: str | None) -> tuple[str, str]:
    if "team" not in cells:
        return team or teams[0], ""
    if cells["team"] in teams:
        return cells["team"], ""
    like = nearest(cells["team"], teams)
    meant = f"; did you mean {like}?" if like else ""
    return "", f"there is no team '{cells['team']}'; there are: {', '.join(teams)}{meant}"


def _slot(cells: dict[str, str]) -> tuple[int, str]:
    day, start = cells["weekday"].lower()[:3], cells["start"]
    if day not in DAY_NAMES or cells["weekday"].lower() not in (day, _LONG[day]):
        return 0, f"'{cells['weekday']}' is not a weekday ({', '.join(DAY_NAMES)})"
    try:
        at = parse_clock(start)
    except HoursError as problem:
        return 0, f"'{start}': {problem}"
    if at % HALF_HOUR_MS:
        return 0, f"'{start}' is not the start of a half-hour, such as 09:00 or 09:30"
    return DAY_NAMES.index(day) * 48 + at // HALF_HOUR_MS, ""


_LONG = dict(
    zip(
        DAY_NAMES,
        ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
        strict=True,
    )
)


def _agents(text: str) -> tuple[float, str]:
    try:
        agents = float(text)
    except ValueError:
        return 0.0, f"'{text}' is not a number of agents"
    if not math.isfinite(agents) or not 0 <= agents <= _MOST:
        return 0.0, f"{text} agents: a number from 0 to {_MOST:,.0f} is needed"
    return agents, ""
