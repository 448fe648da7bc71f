"""report.html of a schedule: one file that needs no network."""

from __future__ import annotations

from functools import partial
from html import escape
from importlib import resources
from typing import TYPE_CHECKING

from optimize.schedule.search import Schedule
from report.charts import schedule as chart
from report.draw import Chart
from report.extra import TextTable, html_table
from report.page import figure_section
from sim.scenario.calendar import DAY_NAMES

if TYPE_CHECKING:
    from report.schedule.command import Scheduled


def page(found: Scheduled) -> str:
    """The whole page: the answer, the charts, the roster, and today's shifts beside the new ones where simulated."""
    scenario = found.resolved.scenario
    from report.schedule.text import summary

    told = ""
    for one in found.schedules:
        first, *rest = (line.strip() for line in summary(one, scenario.currency, timed=False))
        told += f'<p class="answer">{escape(first)}</p><p class="lead">{escape(" ".join(rest))}</p>'
    notes = "".join(f"<li>{escape(note.rstrip('.'))}.</li>" for note in found.notes)
    parts = [
        f"<header><h1>Weekly schedule: {escape(scenario.name)}</h1>{told}"
        f'<p class="meta">Need from {escape(found.period)}. schedule.yaml beside this page is an overlay: '
        "<code>deskplan run FILE --overlay schedule.yaml</code>.</p></header>",
        _beside(found),
        *(_team(one) for one in found.schedules),
        f'<section id="method"><h2>Notes</h2><ul>{notes}<li>A head is one person on duty; the agents needed are '
        "divided by what shrinkage leaves, once, and rounded by the schedule alone.</li></ul></section>",
    ]
    body = "\n".join(part for part in parts if part)
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>deskplan: schedule of {escape(scenario.name)}</title>\n"
        f"<style>\n{_asset('page.css')}</style>\n</head>\n"
        f"<body>\n<main>\n{body}\n</main>\n<script>\n{_asset('page.js')}</script>\n</body>\n</html>\n"
    )


def _asset(name: str) -> str:
    return resources.files("report").joinpath(name).read_text(encoding="utf-8")


def _team(one: Schedule) -> str:
    figures = "".join(figure_section(each, level=3) for each in charts_of(one))
    title = f"<h2>{escape(one.team)}</h2>"
    return f'<section id="team-{escape(one.team)}">{title}{figures}{html_table(_roster(one))}</section>'


def charts_of(one: Schedule) -> list[Chart]:
    """Need against cover, and the roster as bars."""
    said = (
        f"Heads on duty by half-hour of the week: {one.need.max():.1f} are needed at the most, {one.cover.max():g} are "
        f"planned; {one.short_h:.1f} hours are short, {one.above_h:.1f} are above the need."
    )
    bars = f"{len(one.people)} people, a line each, bars for shifts with gaps for breaks. The table says the same."
    return [
        Chart(f"cover_{one.team}", f"Need and cover of {one.team}", said, partial(chart.cover, one)),
        Chart(f"roster_{one.team}", f"Roster of {one.team}", bars, partial(chart.gantt, one)),
    ]


def _roster(one: Schedule) -> TextTable:
    from report.schedule.tables import roster

    rows = roster([one]).drop(columns=["team"])
    heads = ("person", "contract", "days", "hours", *DAY_NAMES, "paid hours", "cost a week")
    cells = tuple(
        (str(row[0]), *(str(cell) for cell in row[1:-2]), f"{row[-2]:g}", f"{row[-1]:,.2f}")
        for row in rows.itertuples(index=False)
    )
    return TextTable(
        f"Who works when in {one.team}; under each day, when the breaks begin", heads, cells, numbers=False
    )


def _beside(found: Scheduled) -> str:
    if found.simulated is None:
        return ""
    from report.schedule.text import row_of

    rows = tuple(row_of(line) for line in found.simulated.lines)
    title = (
        f"Simulated over {found.simulated.period}, {found.simulated.replications} replications on the same customers"
    )
    table = TextTable(title, ("figure", "today", "planned", "target"), rows)
    return f'<section id="simulated"><h2>Today and planned, simulated</h2>{html_table(table)}</section>'
