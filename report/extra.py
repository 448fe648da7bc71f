"""What a command or a concept adds to a run's folder: a section of the page and of report.md, tables and charts.

A section is data: paragraphs and tables of text. The page and report.md both write it, so that neither says more than
the other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING

from report.answer import remarks as all_remarks
from report.answer import warnings
from report.draw import Chart

if TYPE_CHECKING:
    import pandas as pd

    from evaluate.compare import Comparison


@dataclass(frozen=True)
class TextTable:
    """A table as text. The first column names the row."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: bool = True
    """Whether the columns after the first are figures, which stand to the right."""
    sort: tuple[tuple[float | None, ...], ...] = ()
    """What the columns after the first sort by, a tuple a row; without it they sort as text."""


@dataclass(frozen=True)
class Extra:
    """One section."""

    key: str
    """Its place in the page: `#key`."""
    title: str
    paragraphs: tuple[str, ...] = ()
    tables: tuple[TextTable, ...] = ()
    charts: tuple[Chart, ...] = ()
    """Drawn in the section, and written to `charts/`."""
    files: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    """File name -> table, beside the page."""
    early: bool = False
    """Whether it comes before the comparison."""
    headline: str = ""
    """What the page says first in place of the comparison's own answer."""


def headline(extras: Sequence[Extra], otherwise: str) -> str:
    """The first headline of the sections, else the comparison's own answer."""
    return next((extra.headline for extra in extras if extra.headline), otherwise)


def remarks(extras: Sequence[Extra], comparison: Comparison) -> list[str]:
    """What qualifies the first lines: of the comparison's own answer all remarks, of a section's headline, which that
    section explains itself, what speaks against the statistics."""
    own = any(extra.headline for extra in extras)
    return warnings(comparison) if own else all_remarks(comparison)


def html(extra: Extra, figures: str) -> str:
    """The section of the page; ``figures`` are its charts, drawn."""
    said = "".join(f'<p class="lead">{escape(text)}</p>' for text in extra.paragraphs)
    tables = "".join(html_table(table) for table in extra.tables)
    return f'<section id="{extra.key}"><h2>{escape(extra.title)}</h2>{said}{figures}{tables}</section>'


def html_table(table: TextTable) -> str:
    """A table that sorts, with its caption."""
    kind = "num" if table.numbers else "text"
    heads = "".join(
        f'<th scope="col"{"" if table.numbers or not place else " class=text"}>'
        f'<button class="sort" type="button">{escape(head)}</button></th>'
        for place, head in enumerate(table.heads)
    )
    rows = []
    for place, row in enumerate(table.rows):
        by = table.sort[place] if table.sort else (None,) * (len(row) - 1)
        cells = "".join(
            f'<td class="{kind}"{"" if value is None else f" data-v={value:.9g}"}>{escape(text)}</td>'
            for text, value in zip(row[1:], by, strict=True)
        )
        rows.append(f'<tr><th scope="row">{escape(row[0])}</th>{cells}</tr>')
    name = escape(table.caption, quote=True)
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{name}"><table class="sortable"><caption>{name}'
        f"</caption><thead><tr>{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def markdown(extra: Extra) -> str:
    """The section of report.md."""
    parts = [f"## {extra.title}", *extra.paragraphs]
    parts += [f"![{chart.title}](charts/{chart.key}.svg)\n\n{chart.text}" for chart in extra.charts]
    parts += [markdown_table(table) for table in extra.tables]
    return "\n\n".join(parts)


def markdown_table(table: TextTable) -> str:
    """A table with its caption above."""
    rule = " | ".join("---" if place == 0 or not table.numbers else "---:" for place in range(len(table.heads)))
    lines = [f"| {' | '.join(_cell(cell) for cell in row)} |" for row in (table.heads, *table.rows)]
    lines.insert(1, f"| {rule} |")
    return f"{table.caption}\n\n" + "\n".join(lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ") or " "
