"""The workforce by team and month as a table for people, CSV and JSON."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, TextIO

from sim.engine.headcount import COLUMNS, PERSON_COLUMNS, TeamMonth, headcount, people
from sim.scenario.resolved import Resolved

if TYPE_CHECKING:
    import pandas as pd
    from rich.console import Console

WORKFORCE_COLUMNS = ("scenario", *COLUMNS)
_HEADINGS = {
    "month": "month",
    "heads_start": "heads at\nstart",
    "joined": "joined",
    "left": "left",
    "heads_end": "heads at\nend",
    "in_training": "in\ntraining",
    "on_ramp": "on\nramp",
    "serving": "serving",
    "speed": "speed",
    "quality": "quality",
    "full_speed_heads": "at full\nspeed",
}


def as_plain(row: TeamMonth) -> dict[str, Any]:
    """A row as plain data, null for no data."""
    return {key: None if isinstance(value, float) and math.isnan(value) else value for key, value in vars(row).items()}


def as_json(resolved: Resolved) -> dict[str, Any]:
    """What `deskplan workforce --format json` prints."""
    rows = [as_plain(row) for row in headcount(resolved)]
    everybody = [vars(person) for person in people(resolved)]
    return {"scenario": resolved.scenario.name, "remarks": remarks(resolved), "rows": rows, "people": everybody}


def as_people(resolved: Resolved) -> pd.DataFrame:
    """Every person of one scenario, with its name."""
    import pandas as pd

    rows = [(resolved.scenario.name, *vars(person).values()) for person in people(resolved)]
    return pd.DataFrame(rows, columns=["scenario", *PERSON_COLUMNS])


def as_table(resolved: Resolved) -> pd.DataFrame:
    """The rows of one scenario, with its name."""
    import pandas as pd

    rows = [(resolved.scenario.name, *as_plain(row).values()) for row in headcount(resolved)]
    return pd.DataFrame(rows, columns=list(WORKFORCE_COLUMNS))


def remarks(resolved: Resolved) -> list[str]:
    """What qualifies the table when a scenario is not simulated."""
    driven = [
        name
        for name, team in resolved.scenario.teams.items()
        if team.attrition.per_occupancy_point_over_85 > 0 and resolved.feedback is None
    ]
    if not driven:
        return []
    names = ", ".join(driven)
    return [f"Without those whom occupancy drives away ({names}): `deskplan run` counts them, in workforce.csv."]


def print_people(resolved: Resolved, to: TextIO) -> None:
    """One line a person."""
    from rich.markup import escape
    from rich.table import Table

    table = Table(title=escape(resolved.scenario.name), title_justify="left")
    for key in PERSON_COLUMNS:
        table.add_column(key.replace("_", " "), justify="right" if key in ("person", "post") else "left")
    for person in people(resolved):
        table.add_row(*(escape(str(value)) for value in vars(person).values()))
    console = _console(to)
    console.print(table)
    for line in remarks(resolved):
        console.print(escape(line))


def _console(to: TextIO) -> Console:
    from rich.console import Console

    console = Console(file=to)
    return console if console.is_terminal else Console(file=to, width=120)


def print_workforce(resolved: Resolved, to: TextIO) -> None:
    """A table for each team."""
    from rich.markup import escape
    from rich.table import Table

    console = _console(to)
    rows = headcount(resolved)
    for name in resolved.scenario.teams:
        table = Table(title=f"{escape(resolved.scenario.name)}: {escape(name)}", title_justify="left")
        mine = [row for row in rows if row.team == name]
        changes = any(row.changed for row in mine)
        for key, heading in _HEADINGS.items():
            table.add_column(heading, justify="left" if key == "month" else "right")
            if key == "left" and changes:
                table.add_column("changed", justify="right")
        for row in mine:
            cells = [_cell(row, key) for key in _HEADINGS]
            if changes:
                cells.insert(list(_HEADINGS).index("left") + 1, f"{row.changed:+d}" if row.changed else "")
            table.add_row(*cells)
        console.print(table)
    for line in remarks(resolved):
        console.print(escape(line))


def _cell(row: TeamMonth, key: str) -> str:
    if key == "month":
        return row.month
    if key in ("joined", "left"):
        moved = row.hired + row.successors if key == "joined" else row.resigned + row.dismissed
        return str(moved) if moved else ""
    value = float(getattr(row, key))
    if math.isnan(value):
        return "-"
    if key in ("heads_start", "heads_end"):
        return f"{value:.0f}"
    return f"{value:.0%}".replace("%", " %") if key in ("speed", "quality") else f"{value:.1f}"
