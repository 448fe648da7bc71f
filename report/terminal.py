"""The answer and its table in the terminal: colours and rules on a terminal, plain text elsewhere."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from evaluate.compare import Comparison
from report import format as fmt
from report.answer import answer, months_text, remarks
from report.summary import Section, scenario_names, sections

if TYPE_CHECKING:
    from rich.table import Table

_PLAIN_WIDTH = 100
_MET = {True: " ok", False: " miss", None: ""}


def show(comparison: Comparison, folder: Path, stream: TextIO) -> None:
    """Prints the answer, the table, the remarks and where the report is."""
    if stream.isatty():
        _show_rich(comparison, folder, stream)
    else:
        stream.write(fmt.plain(as_text(comparison, folder)))
    stream.flush()


def as_text(comparison: Comparison, folder: Path) -> str:
    """The same without colours or rules, readable in a log or a mail."""
    lines = [*textwrap.wrap(answer(comparison), _PLAIN_WIDTH), "", *_text_table(comparison), ""]
    for remark in remarks(comparison):
        lines += textwrap.wrap(remark, _PLAIN_WIDTH, initial_indent="- ", subsequent_indent="  ")
    lines += ["", basis(comparison), f"Report: {folder.as_posix()}/report.html", ""]
    return "\n".join(lines)


def basis(comparison: Comparison) -> str:
    """What the figures rest on."""
    run, count = comparison.base.replications, comparison.replications
    of = "1 replication, no intervals" if count == 1 else f"{count} replications"
    pairs = ", the same customers in every scenario" if comparison.options else ""
    return (
        f"{months_text(comparison)} from {comparison.months[0]}; {of}, seed {run.seed}, engine {run.engine}{pairs}; "
        f"intervals {comparison.confidence * 100:g} %."
    )


def _lines(section: Section, confidence: float) -> list[tuple[str, list[tuple[str, bool | None]]]]:
    """Titles and (text, target met) of each line; the NPV's interval has a line of its own."""
    found = []
    for row in section.rows:
        found.append((f"  {row.title}", [(cell.text + _MET[cell.met], cell.met) for cell in row.cells]))
        if row.key == "npv" and any(cell.interval for cell in row.cells):
            found.append((f"    {confidence * 100:g} % interval", [(cell.interval, None) for cell in row.cells]))
    return found


def _text_table(comparison: Comparison) -> list[str]:
    heads = ["", *scenario_names(comparison)]
    rows: list[list[str]] = []
    for section in sections(comparison):
        rows.append([section.title, *[""] * len(comparison.scenarios)])
        rows += [[title, *(text for text, _ in row)] for title, row in _lines(section, comparison.confidence)]
    table = [[fmt.plain(text) for text in row] for row in [heads, *rows]]
    widths = [max(len(row[place]) for row in table) for place in range(len(heads))]
    lines = [
        "  ".join([row[0].ljust(widths[0]), *(t.rjust(w) for t, w in zip(row[1:], widths[1:], strict=True))]).rstrip()
        for row in table
    ]
    return [lines[0], "-" * (sum(widths) + 2 * len(widths) - 2), *lines[1:]]


def _show_rich(comparison: Comparison, folder: Path, stream: TextIO) -> None:
    from rich.console import Console
    from rich.text import Text

    console = Console(file=stream, highlight=False)
    console.print()
    console.print(Text(answer(comparison), style="bold"))
    console.print()
    console.print(_rich_table(comparison, sections(comparison)))
    for remark in remarks(comparison):
        console.print(Text(f"\u2022 {remark}"))
    console.print(Text(basis(comparison), style="dim"))
    console.print(Text(f"Report: {folder.as_posix()}/report.html"), soft_wrap=True)


def _rich_table(comparison: Comparison, found: Sequence[Section]) -> Table:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    table.add_column("")
    for name in scenario_names(comparison):
        table.add_column(name, justify="right", no_wrap=False)
    styles = {True: "green", False: "yellow", None: ""}
    for place, section in enumerate(found):
        if place:
            table.add_section()
        table.add_row(Text(section.title, style="bold"))
        for title, row in _lines(section, comparison.confidence):
            table.add_row(Text(title), *(Text(text, style=styles[met]) for text, met in row))
    return table
