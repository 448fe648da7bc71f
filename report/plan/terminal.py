"""The plan in the terminal: the answer in five lines, then the tables."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path

from report import format as fmt
from report.extra import TextTable
from report.plan import Plain, words
from report.plan.section import sections

_WIDTH = 100
_SHOWN = ("plan", "frontier", "others", "regret")
_LONGEST = 44


def as_text(data: Plain, folder: Path) -> str:
    """Plain text, readable in a log or a mail."""
    lines = []
    for line in words.five_lines(data):
        lines += textwrap.wrap(line, _WIDTH, subsequent_indent="  ")
    lines.append("")
    found = {extra.key: extra for extra in sections(data)}
    for key in _SHOWN:
        for table in found[key].tables if key in found else ():
            lines += [*as_lines(table), ""]
    for line in words.holding_back(data):
        lines += textwrap.wrap(line, _WIDTH, initial_indent="- ", subsequent_indent="  ")
    for line in words.why_not(data):
        lines += textwrap.wrap(line, _WIDTH, initial_indent="- ", subsequent_indent="  ")
    simulated = data["simulated"]
    lines += textwrap.wrap(
        f"{simulated['replications']} replications simulated, seed {data['seed']}; "
        f"{sum(simulated['seconds'].values()):.0f} s.", _WIDTH
    )  # fmt: skip
    name = folder.as_posix()
    lines += [f"Decisions: {name}/decisions.yaml", f"Report: {name}/report.html"]
    return fmt.plain("\n".join(lines))


def as_lines(table: TextTable) -> list[str]:
    """A table under its caption; long texts are cut short."""
    rows = [[fmt.plain(_short(cell)) for cell in row] for row in (table.heads, *table.rows)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(table.heads))]

    def written(row: Sequence[str]) -> str:
        cells = [
            cell.ljust(width) if not place or not table.numbers else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        return "  ".join(cells).rstrip()

    rule = "-" * (sum(widths) + 2 * len(widths) - 2)
    return [*textwrap.wrap(table.caption, _WIDTH), written(rows[0]), rule, *(written(row) for row in rows[1:])]


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."
