"""The bridge in the terminal."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from evaluate.compare import Comparison
from report import bridge_section
from report import format as fmt
from report.kept import bridge_of
from report.stored import FOLDER, RUN


def from_folder(folder: Path) -> dict[str, Any]:
    """The bridge that a run's folder keeps, as plain data."""
    kept: dict[str, Any] = json.loads((folder / FOLDER / RUN).read_text(encoding="utf-8"))
    found: dict[str, Any] = kept["bridge"]
    return found


def bridge_text(comparison: Comparison, plain: Mapping[str, Any], folder: Path) -> str:
    """What was found, a line a change, and where it is written."""
    bridge = bridge_of(plain)
    said = bridge_section.paragraphs(bridge, comparison.currency)
    table = bridge_section.table(bridge, comparison.currency)
    widths = [max(len(row[k]) for row in (table.heads, *table.rows)) for k in range(len(table.heads))]
    lines = [
        "  ".join(
            cell.ljust(width) if k == 0 else cell.rjust(width)
            for k, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in (table.heads, *table.rows)
    ]
    wrapped = [textwrap.fill(text, 100) for text in said]
    return fmt.plain("\n".join([*wrapped, "", *lines, "", f"Report: {folder.as_posix()}/report.html"]))
