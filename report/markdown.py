"""report.md: what the page says, for those who read text: the answer, the table, the charts, the money, the method."""

from __future__ import annotations

from collections.abc import Sequence

from evaluate.categories import CATEGORIES
from evaluate.compare import Comparison
from evaluate.conventions import stated
from evaluate.intervals import Figure
from evaluate.measure_list import MEASURES, is_spread
from report import cells, markdown_judgement
from report import format as fmt
from report.answer import answer, warnings
from report.draw import Chart
from report.extra import Extra, TextTable, headline, markdown, markdown_table, remarks
from report.ledger import entries
from report.method import CAVEATS, METHOD, warm_ups
from report.summary import Cell, sections, sunk_table
from report.terminal import basis


def report_markdown(comparison: Comparison, charts: Sequence[Chart], extras: Sequence[Extra] = ()) -> str:
    """The whole text."""
    names = ", ".join(one.name for one in comparison.scenarios)
    parts = [f"# {names}", f"**{headline(extras, answer(comparison))}**"]
    said = remarks(extras, comparison)
    parts += ["\n".join(f"- {remark}" for remark in said)] if said else []
    parts += [markdown(extra) for extra in extras if extra.early]
    parts += [basis(comparison), "## The comparison" if comparison.options else "## The figures"]
    parts += [_section(comparison, section.title, section.rows) for section in sections(comparison)]
    parts.append("## Charts")
    parts += [f"![{chart.title}](charts/{chart.key}.svg)\n\n{chart.text}" for chart in charts]
    parts += markdown_judgement.sections(comparison)
    parts += ["## Cost by category", markdown_table(_categories(comparison))]
    if comparison.options:
        parts += ["## Appraisal", markdown_table(_appraisal(comparison))]
    sunk = sunk_table(comparison)
    parts += ["## Sunk cost, left out of everything above", markdown_table(sunk)] if sunk.rows else []
    parts += [markdown(extra) for extra in extras if not extra.early]
    parts += ["## Where the inputs come from", _ledger(comparison), "## Method and caveats"]
    parts += [*METHOD, *warm_ups(comparison), "\n".join(f"- {text}" for text in (*warnings(comparison), *CAVEATS))]
    return "\n\n".join(parts) + "\n"


def _section(comparison: Comparison, title: str, rows: Sequence[object]) -> str:
    heads = (title, *(one.name for one in comparison.scenarios))
    body = tuple((row.title, *(_cell(cell) for cell in row.cells)) for row in rows)  # type: ignore[attr-defined]
    said = "\n".join(f"- {row.title}: {row.definition}" for row in rows)  # type: ignore[attr-defined]
    return markdown_table(TextTable(f"### {title}", heads, body)) + f"\n\n{said}"


def _cell(cell: Cell) -> str:
    mark = {True: " (met)", False: " (missed)", None: ""}[cell.met]
    small = [text for text in (cell.interval, cell.change and f"{cell.change} vs base") if text]
    return f"{cell.text}{mark}" + (f" ({'; '.join(small)})" if small else "")


def _categories(comparison: Comparison) -> TextTable:
    sums = {name: flows.amounts.mean(axis=1).sum(axis=1) for name, flows in comparison.flows.items()}
    names = [one.name for one in comparison.scenarios]
    rows = []
    for place, (key, tangible) in enumerate(comparison.flows[comparison.base.name].categories):
        category = CATEGORIES[key]
        money = "cash" if category.cashable else "time"
        kind = f"{category.title} ({money}{'' if tangible else ', intangible'})"
        rows.append((kind, *(fmt.number(float(sums[name][place])) for name in names)))
    rows.append(("Total", *(fmt.number(float(sums[name].sum())) for name in names)))
    caption = f"{comparison.currency} over the horizon, undiscounted, mean of the replications; money out is negative."
    return TextTable(caption, ("Category", *names), tuple(rows))


def _appraisal(comparison: Comparison) -> TextTable:
    rows = []
    for key, measure in MEASURES.items():
        there = any(key in comparison.against[one.name] for one in comparison.options)
        if measure.against_base and there and not is_spread(key):
            rows.append((measure.title, *(_measured(comparison, one.name, key) for one in comparison.options)))
    caption = f"Against {comparison.base.name}. {stated(comparison.base.resolved.scenario.economics)}"
    return TextTable(caption, ("Measure", *(one.name for one in comparison.options)), tuple(rows))


def _measured(comparison: Comparison, name: str, key: str) -> str:
    figure = comparison.against[name].get(key, Figure(None))
    why = comparison.appraised[name].why_no_rate if key == "irr" and figure.value is None else ""
    small = [text for text in (why, cells.interval_text(key, figure), cells.spread_text(comparison, name, key)) if text]
    return cells.measure_text(comparison, key, figure) + (f" ({'; '.join(small)})" if small else "")


def _ledger(comparison: Comparison) -> str:
    found = entries([one.resolved for one in comparison.scenarios])
    if not found:
        return "No assumption of these scenarios names its evidence."
    rows = tuple(
        (
            entry.path,
            entry.value,
            entry.level,
            f"{entry.source} {entry.date} {entry.note}".strip(),
            ", ".join(entry.scenarios),
        )
        for entry in found
    )
    heads = ("Assumption", "Value", "Level", "Source", "In")
    return markdown_table(TextTable(f"{len(found)} assumptions name their evidence.", heads, rows, numbers=False))
