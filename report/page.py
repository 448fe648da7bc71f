"""report.html: one file that needs no network. The answer first, then the table, the charts, the inputs, the method."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from importlib import resources

from evaluate.categories import CATEGORIES
from evaluate.compare import Comparison
from evaluate.conventions import stated
from evaluate.headline import ALL
from evaluate.intervals import Figure
from evaluate.measure_list import MEASURES, is_spread
from evaluate.verdict import verdict
from report import cells, page_judgement
from report import format as fmt
from report.answer import answer, warnings
from report.charts import style
from report.charts.style import NARROW, WIDE
from report.draw import Chart
from report.extra import Extra, headline, html, html_table, remarks
from report.ledger import Entry, entries
from report.method import CAVEATS, METHOD, warm_ups
from report.summary import Cell, Row, sections, sunk_table
from report.terminal import basis
from sim.kpis import KPIS


def page(comparison: Comparison, charts: Sequence[Chart], extras: Sequence[Extra] = ()) -> str:
    """The whole page; ``extras`` are sections of their own, after the money."""
    names = ", ".join(one.name for one in comparison.scenarios)
    drawn = [html(extra, "".join(figure_section(chart, level=3) for chart in extra.charts)) for extra in extras]
    early, more = ([text for text, extra in zip(drawn, extras, strict=True) if extra.early == first]
                   for first in (True, False))  # fmt: skip
    parts = [
        _head(comparison, names, extras),
        *early,
        f'<section id="table"><h2>{_table_title(comparison)}</h2>{_comparison_table(comparison)}</section>',
        f'<div id="charts">{"".join(figure_section(chart) for chart in charts)}</div>',
        *page_judgement.sections(comparison),
        f'<section id="money"><h2>Cost by category</h2>{_category_table(comparison)}</section>',
        *more,
        f'<section id="kpis"><h2>All KPIs over the whole horizon</h2>{_kpi_tables(comparison)}</section>',
        f'<section id="inputs"><h2>Where the inputs come from</h2>{_ledger(comparison)}</section>',
        f'<section id="method"><h2>Method and caveats</h2>{_method(comparison)}</section>',
    ]
    body = "\n".join(parts)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>deskplan: {escape(names)}</title>\n<style>\n{asset('page.css')}</style>\n</head>\n"
        f"<body>\n<main>\n{body}\n</main>\n<script>\n{asset('page.js')}</script>\n</body>\n</html>\n"
    )


def asset(name: str) -> str:
    """A file of the page's own: its style or its script."""
    return resources.files("report").joinpath(name).read_text(encoding="utf-8")


def _head(comparison: Comparison, names: str, extras: Sequence[Extra]) -> str:
    said = "".join(f"<li>{escape(remark)}</li>" for remark in remarks(extras, comparison))
    said_first = headline(extras, answer(comparison))
    titles = "".join(
        f"<dt>{_swatch(place)}{escape(one.name)}</dt><dd>{escape(_about(one.resolved.scenario))}</dd>"
        for place, one in enumerate(comparison.scenarios)
    )
    return (
        f'<header><h1>{escape(names)}</h1>\n<p class="answer">{escape(said_first)}</p>\n'
        + (f'<ul class="found">{said}</ul>\n' if said else "")
        + f'<p class="meta">{escape(basis(comparison))}</p>\n<details><summary>What the scenarios are</summary>'
        f"<dl>{titles}</dl></details>\n"
        '<nav aria-label="Contents">'
        + "".join(f'<a href="#{extra.key}">{escape(extra.title)}</a>' for extra in extras if extra.early)
        + '<a href="#table">Table</a><a href="#charts">Charts</a><a href="#money">Money</a>'
        + "".join(f'<a href="#{extra.key}">{escape(extra.title)}</a>' for extra in extras if not extra.early)
        + '<a href="#kpis">KPIs</a><a href="#inputs">Inputs</a><a href="#method">Method</a></nav></header>'
    )


def _about(scenario: object) -> str:
    title, because = getattr(scenario, "title", ""), getattr(scenario, "because", "")
    return f"{title}. {because}".strip(". ") + "."


def _swatch(place: int) -> str:
    return f'<span class="swatch" style="background:var({style.CSS_VARIABLES[style.colour_of(place)]})"></span>'


def _what(title: str, definition: str) -> str:
    """A name that shows its definition on hover, on focus and on tap."""
    return f'<button class="what" type="button">{escape(title)}<span role="note">{escape(definition)}</span></button>'


def _table_title(comparison: Comparison) -> str:
    return "The comparison" if comparison.options else "The figures"


def _comparison_table(comparison: Comparison) -> str:
    best = verdict(comparison).best.name if comparison.options else ""
    heads = "".join(
        _sortable(one.name, _best(one.name, best), _swatch(place)) for place, one in enumerate(comparison.scenarios)
    )
    bodies = []
    for section in sections(comparison):
        blanks = "<td></td>" * len(comparison.scenarios)
        head = f'<tr class="group"><th scope="row">{escape(section.title)}</th>{blanks}</tr>'
        rows = "".join(_row(comparison, row, best, place) for place, row in enumerate(section.rows))
        bodies.append(f"<tbody>{head}{rows}</tbody>")
    change = "; small print: interval" + (", change against the base" if comparison.options else "")
    return (
        f'<p class="note">Tap a name for its definition and denominator{change}. A press on a column\'s head sorts the '
        f"rows of each part.</p>{_scrolling(_table_title(comparison))}"
        f'<table class="sortable parts"><thead><tr>{_sortable("Figure")}{heads}</tr></thead>'
        f"{''.join(bodies)}</table></div>"
    )


def _scrolling(name: str) -> str:
    """The start of a box that scrolls sideways where a table is wider than the screen; the keyboard reaches it."""
    return f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(name, quote=True)}">'


def _best(name: str, best: str) -> str:
    return ' class="best"' if name == best else ""


def _row(comparison: Comparison, row: Row, best: str, place: int) -> str:
    shown = "".join(
        f'<td class="num{" best" if one.name == best else ""}" data-v="{_sorts_by(cell.sort)}">{_cell(cell)}</td>'
        for one, cell in zip(comparison.scenarios, row.cells, strict=True)
    )
    return f'<tr><th scope="row" data-v="{place:02d}">{_what(row.title, row.definition)}</th>{shown}</tr>'


def _sorts_by(value: float | None) -> str:
    return "" if value is None or value != value else f"{value:.9g}"


def _cell(cell: Cell) -> str:
    mark = {True: '<span class="meet"> \u2713</span>', False: '<span class="miss"> \u2717</span>', None: ""}[cell.met]
    words = {True: "target met", False: "target missed", None: ""}[cell.met]
    spoken = f'<span class="sr">, {words}</span>' if words else ""
    small = [text for text in (cell.interval, cell.change and f"{cell.change} vs base") if text]
    return f"{escape(cell.text)}{mark}{spoken}" + "".join(f"<small>{escape(text)}</small>" for text in small)


def figure_section(chart: Chart, level: int = 2) -> str:
    """A chart for wide and for narrow screens, with its title and its words."""
    drawn = "".join(
        f'<div class="{size.name}">'
        + style.inline_svg(chart.at(size), f"{chart.key}-{size.name}", chart.title, chart.text)
        + "</div>"
        for size in (WIDE, NARROW)
    )
    return (
        f'<section class="chart" id="{chart.key}"><h{level}>{escape(chart.title)}</h{level}>'
        f"<figure>{drawn}<figcaption>{escape(chart.text)}</figcaption></figure></section>"
    )


def _sortable(head: str, kind: str = "", before: str = "") -> str:
    return f'<th scope="col"{kind}><button class="sort" type="button">{before}{escape(head)}</button></th>'


def _category_table(comparison: Comparison) -> str:
    """Money over the horizon by category; the totals are those of the cash-flow table."""
    heads = "".join(_sortable(one.name) for one in comparison.scenarios)
    keys = comparison.flows[comparison.base.name].categories
    sums = {name: flows.amounts.mean(axis=1).sum(axis=1) for name, flows in comparison.flows.items()}
    rows = []
    for place, (key, tangible) in enumerate(keys):
        category = CATEGORIES[key]
        kind = " (time, no cash)" if not category.cashable else "" if tangible else " (intangible)"
        values = [float(sums[one.name][place]) for one in comparison.scenarios]
        rows.append(
            f'<tr><th scope="row" data-v="{place:02d}">{_what(category.title + kind, category.definition + ".")}</th>'
            + "".join(f'<td class="num" data-v="{value:.2f}">{fmt.number(value)}</td>' for value in values)
            + "</tr>"
        )
    totals = "".join(f'<td class="num">{fmt.number(float(sums[one.name].sum()))}</td>' for one in comparison.scenarios)
    note = f"{comparison.currency} over the horizon, undiscounted, mean of the replications; money out is negative."
    return (
        f'{_scrolling("Cost by category")}<table class="sortable"><caption>{note}</caption><thead><tr>'
        f"{_sortable('Category')}{heads}</tr></thead><tbody>{''.join(rows)}</tbody>"
        f'<tfoot><tr class="total"><th scope="row">Total</th>{totals}</tr></tfoot></table></div>'
        f"{_appraisal_table(comparison)}{_sunk(comparison)}"
    )


def _appraisal_table(comparison: Comparison) -> str:
    if not comparison.options:
        return ""
    heads = "".join(_sortable(one.name) for one in comparison.options)
    rows = []
    for place, (key, measure) in enumerate(MEASURES.items()):
        figures = [comparison.against[one.name].get(key, Figure(None)) for one in comparison.options]
        there = any(key in comparison.against[one.name] for one in comparison.options)
        if not measure.against_base or is_spread(key) or not there:
            continue
        shown = "".join(
            _appraisal_cell(comparison, one.name, key, figure)
            for one, figure in zip(comparison.options, figures, strict=True)
        )
        name = _what(measure.title, measure.definition + ".")
        rows.append(f'<tr><th scope="row" data-v="{place:02d}">{name}</th>{shown}</tr>')
    note = (
        f"Against {comparison.base.name}: option less base, month by month, on the same replications. "
        f"{stated(comparison.base.resolved.scenario.economics)} Tap a name for its definition; P10 and P90 are over "
        "the replications, each appraised by itself."
    )
    return (
        f'<h3>Appraisal</h3>{_scrolling("Appraisal")}<table class="sortable"><caption>{escape(note)}</caption><thead>'
        f"<tr>{_sortable('Measure')}{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def _appraisal_cell(comparison: Comparison, name: str, key: str, figure: Figure) -> str:
    why = comparison.appraised[name].why_no_rate if key == "irr" and figure.value is None else ""
    small = [text for text in (why, cells.interval_text(key, figure), cells.spread_text(comparison, name, key)) if text]
    text = escape(cells.measure_text(comparison, key, figure))
    printed = "".join(f'<small class="wrap">{escape(each)}</small>' for each in small)
    return f'<td class="num" data-v="{_sorts_by(figure.value)}">{text}{printed}</td>'


def _sunk(comparison: Comparison) -> str:
    """What is spent already, apart from everything that is appraised; nothing where nothing is."""
    found = sunk_table(comparison)
    if not found.rows:
        return ""
    return f"<h3>Sunk cost, left out of everything above</h3>{html_table(found)}"


def _kpi_tables(comparison: Comparison) -> str:
    """Every KPI that any scenario has, in total and by channel."""
    figures: dict[tuple[str, str, str], dict[str, float]] = {}
    for one in comparison.scenarios:
        table = one.kpis
        total = table[(table["month"] == ALL) & (table["reason"] == ALL)]
        for kpi, channel, team, value in zip(
            total["kpi"], total["channel"], total["team"], total["value"], strict=True
        ):
            figures.setdefault((kpi, channel, team), {})[one.name] = value
    order = {name: place for place, name in enumerate(KPIS)}
    keys = sorted(figures, key=lambda key: order[key[0]])
    heads = "".join(_sortable(one.name) for one in comparison.scenarios)
    rows = []
    for kpi, channel, team in keys:
        if team != ALL and len(comparison.base.resolved.scenario.teams) == 1:
            continue
        where = channel if channel != ALL else team if team != ALL else "all"
        row = "".join(_kpi_cell(kpi, figures[kpi, channel, team].get(one.name)) for one in comparison.scenarios)
        rows.append(
            f'<tr><th scope="row">{_what(kpi.replace("_", " "), _definition(kpi))}</th><td class="text">{escape(where)}'
            f'</td><td class="text">{escape(KPIS[kpi].unit)}</td>{row}</tr>'
        )
    return (
        f'<p class="note">By month, reason, half-hour and day, with intervals: the CSV files beside this page.</p>'
        f'<details><summary>Show {len(rows)} figures</summary>{_scrolling("All KPIs")}<table class="sortable">'
        f"<thead><tr>{_sortable('KPI')}{_sortable('of')}{_sortable('unit')}{heads}</tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table></div></details>"
    )


def _kpi_cell(kpi: str, value: float | None) -> str:
    if value is None:
        return f'<td class="num" data-v="">{fmt.DASH}</td>'
    share = KPIS[kpi].unit == "share"
    size = abs(value)
    digits = 0 if size >= 1000 else 1 if size >= 10 else 2
    text = fmt.percent(value) if share else fmt.number(value, digits)
    return f'<td class="num" data-v="{"" if value != value else format(value, ".6g")}">{text}</td>'


def _definition(kpi: str) -> str:
    entry = KPIS[kpi]
    return (
        f"{entry.definition} Numerator: {entry.numerator}. Denominator: {entry.denominator}. "
        f"Usual mistake: {entry.mistake}"
    )


def _ledger(comparison: Comparison) -> str:
    found = entries([one.resolved for one in comparison.scenarios])
    if not found:
        return '<p class="note">No assumption of these scenarios names its evidence.</p>'
    count = {level: sum(entry.level == level for entry in found) for level in ("measured", "benchmark", "assumed")}
    everyone = len(comparison.scenarios)
    rows = "".join(_ledger_row(entry, everyone) for entry in found)
    said = ", ".join(f"{number} {level}" for level, number in count.items())
    heads = "".join(_sortable(head, ' class="text"') for head in ("Assumption", "Value", "Level", "Source", "In"))
    return (
        f'<p class="note">{len(found)} assumptions name their evidence: {said}. What is not listed names none.</p>'
        f'{_scrolling("Where the inputs come from")}<table class="sortable ledger"><thead><tr>{heads}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def _ledger_row(entry: Entry, everyone: int) -> str:
    dated = f" ({entry.date})" if entry.date and entry.date not in entry.source else ""
    note = f"<small>{escape(entry.note)}</small>" if entry.note else ""
    where = "all" if len(entry.scenarios) == everyone else ", ".join(entry.scenarios)
    path = escape(entry.path).replace(".", ".<wbr>")
    return (
        f'<tr><th scope="row">{path}</th><td class="text">{escape(entry.value)}</td>'
        f'<td class="text">{entry.level}</td><td class="text">{escape(entry.source + dated)}{note}</td>'
        f'<td class="text">{escape(where)}</td></tr>'
    )


def _method(comparison: Comparison) -> str:
    rows = "".join(f"<p>{escape(text)}</p>" for text in (*METHOD, *warm_ups(comparison)))
    caveats = "".join(f"<li>{escape(text)}</li>" for text in (*warnings(comparison), *CAVEATS))
    digests = "".join(
        f"<tr><th scope='row'>{escape(one.name)}</th><td class='text'><code>{one.resolved.digest[:16]}</code></td></tr>"
        for one in comparison.scenarios
    )
    return (
        f'<div class="lead">{rows}<h3>Caveats</h3><ul>{caveats}</ul></div>'
        f"<details><summary>Fingerprints of the scenarios</summary><table><tbody>{digests}</tbody></table></details>"
    )
