"""What was measured: a CSV of date, kpi, value (and channel), read for `progress` and for `monitor`."""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sim.scenario.kpi_names import KPI_NAMES, UNIT_COSTS, VALUES
from sim.scenario.kpi_text import ALIASES, Named, amount, known, named
from sim.scenario.problems import Origin, Problem, listed, nearest
from sim.scenario.units import QuantityError

COLUMNS = ("date", "kpi", "value")
MORE = ("channel",)
_MONTH = re.compile(r"^\d{4}-\d{2}$")


@dataclass(frozen=True)
class Actual:
    """One figure, in its KPI's unit."""

    date: dt.date
    what: Named
    value: float
    origins: tuple[Origin, Origin, Origin]
    """Where date, KPI and value are written."""
    whole_month: bool = False
    """Whether a month stands there rather than a day; the date is then its first."""


def read_actuals(file: Path, problems: list[Problem]) -> list[Actual]:
    """Rows of date, kpi, value with its unit; every problem is noted with line and column.

    A date may be a month alone (`2027-03`). A channel in a column of its own joins the KPI: `service_level` of `phone`
    is `service_level(phone)`.
    """
    label = str(file)
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        problems.append(Problem("", f"cannot be read: {error}", origin=Origin(label)))
        return []
    heads = _cells(lines[0])[0] if lines else []
    names = [head.strip().lower() for head in heads]
    missing = [name for name in COLUMNS if name not in names]
    if missing:
        near = [nearest(name, names) for name in missing]
        meant = ", ".join(word for word in near if word)
        wrong = f"columns {', '.join(COLUMNS)} are needed; {', '.join(missing)} is missing"
        problems.append(Problem("", wrong, meant=meant, origin=Origin(label, 1, 1)))
        return []
    found = []
    for number, line in enumerate(lines[1:], start=2):
        if line.strip():
            one = _row(names, line, (label, number), problems)
            if one is not None:
                found.append(one)
    return found


def _row(names: Sequence[str], line: str, at: tuple[str, int], problems: list[Problem]) -> Actual | None:
    cells, columns = _cells(line)
    row = {name: cells[k].strip() if k < len(cells) else "" for k, name in enumerate(names)}
    place = {name: Origin(*at, columns[k] if k < len(columns) else len(line) + 1) for k, name in enumerate(names)}
    what, before = named(row["kpi"]), len(problems)
    channel = row.get("channel", "")
    if channel and channel not in what.parts:
        what = Named(what.kpi, (channel, *what.parts))
    if not known(what.kpi):
        meant = nearest(what.kpi, [*KPI_NAMES, *UNIT_COSTS, *VALUES, *ALIASES])
        wrong = f"there is no KPI '{row['kpi']}'"
        problems.append(Problem("", wrong, "" if meant else listed(KPI_NAMES, 8), meant, place["kpi"]))
    date = _date(row["date"])
    if date is None:
        problems.append(Problem("", f"'{row['date']}' is no date", "2027-03-31, or 2027-03", origin=place["date"]))
    value = 0.0
    try:
        value = amount(what.kpi, row["value"]) if known(what.kpi) else 0.0
    except QuantityError as problem:
        problems.append(Problem("", f"'{row['value']}' cannot be read: {problem}", origin=place["value"]))
    if date is None or len(problems) > before:
        return None
    return Actual(date, what, value, (place["date"], place["kpi"], place["value"]), bool(_MONTH.match(row["date"])))


def _date(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(f"{text}-01" if _MONTH.match(text) else text)
    except ValueError:
        return None


def _cells(line: str) -> tuple[list[str], list[int]]:
    """The cells of a line of CSV, and the columns at which they start, from 1."""
    cells = next(csv.reader([line]), [])
    columns, at, quoted = [1], 0, False
    for at, letter in enumerate(line, start=1):
        quoted ^= letter == '"'
        if letter == "," and not quoted:
            columns.append(at + 1)
    return cells, columns
