"""The answer and its table in the terminal: colours and rules on a terminal, plain text elsewhere."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from evaluate.compare import Comparison
from report import format as fmt
from report.answer import answer, months_text, remarks, whole_months
from report.closed_loop import converged
from report.goals import sentences
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
    said = [*remarks(comparison), *sentences(comparison)]
    for remark in said:
        lines += textwrap.wrap(remark, _PLAIN_WIDTH, initial_indent="- ", subsequent_indent="  ")
    lines += [*([""] if said else []), basis(comparison), f"Report: {folder.as_posix()}/report.html", ""]
    return "\n".join(lines)


def basis(comparison: Comparison) -> str:
    """What the figures rest on."""
    run, count = comparison.base.replications, comparison.replications
    of = "1 replication" if count == 1 else f"{count} replications"
    of += " of two runs with mirrored busyness" if comparison.base.resolved.scenario.experiment.antithetic else ""
    few, many = comparison.batches
    intervals = {
        "none": "no intervals",
        "replications": f"intervals {comparison.confidence * 100:g} %",
        "batch means": f"intervals {comparison.confidence * 100:g} % from means of "
        f"{many if few == many else f'{few} to {many}'} batches",
    }[comparison.intervals_from]
    start = comparison.months[0] if whole_months(comparison) else comparison.base.resolved.calendar.start
    pairs = ", the same customers in every scenario" if comparison.options else ""
    rests = f"{months_text(comparison)} from {start}; {of}, seed {run.seed}, engine {run.engine}{pairs}; {intervals}."
    return " ".join(filter(None, [rests, converged(comparison)]))


def _interval_title(comparison: Comparison) -> str:
    return f"{comparison.confidence * 100:g} % interval"


def _heads(comparison: Comparison) -> list[str]:
    """Column heads: the scenarios; one alone has room for its intervals."""
    alone = not comparison.options and comparison.intervals_from != "none"
    return [*scenario_names(comparison), *([_interval_title(comparison)] if alone else [])]


def _lines(section: Section, comparison: Comparison) -> list[tuple[str, list[tuple[str, bool | None]]]]:
    """Titles and (text, target met) of each line; of several scenarios only the NPV has its interval, on a line."""
    found = []
    columns = len(_heads(comparison))
    for row in section.rows:
        line: list[tuple[str, bool | None]] = [(cell.text + _MET[cell.met], cell.met) for cell in row.cells]
        if columns > len(line):
            line.append((row.cells[0].interval, None))
        found.append((f"  {row.title}", line))
        if row.key == "npv" and any(cell.interval for cell in row.cells):
            found.append((f"    {_interval_title(comparison)}", [(cell.interval, None) for cell in row.cells]))
    return found


def _text_table(comparison: Comparison) -> list[str]:
    heads = ["", *_heads(comparison)]
    rows: list[list[str]] = []
    for section in sections(comparison):
        rows.append([section.title, *[""] * (len(heads) - 1)])
        rows += [[title, *(text for text, _ in row)] for title, row in _lines(section, comparison)]
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
    for remark in (*remarks(comparison), *sentences(comparison)):
        console.print(Text(f"\u2022 {remark}"))
    console.print(Text(basis(comparison), style="dim"))
    console.print(Text(f"Report: {folder.as_posix()}/report.html"), soft_wrap=True)


def _rich_table(comparison: Comparison, found: Sequence[Section]) -> Table:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="bold")
    table.add_column("")
    for name in _heads(comparison):
        table.add_column(name, justify="right", no_wrap=False)
    styles = {True: "green", False: "yellow", None: ""}
    for place, section in enumerate(found):
        if place:
            table.add_section()
        table.add_row(Text(section.title, style="bold"))
        for title, row in _lines(section, comparison):
            table.add_row(Text(title), *(Text(text, style=styles[met]) for text, met in row))
    return table
