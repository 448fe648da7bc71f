"""The page's sections on goals, gaps and stakeholders."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from evaluate.compare import Comparison
from evaluate.gaps import GapRow, gap_rows
from evaluate.goals import GoalResult, goal_results
from evaluate.stakeholders import Judged, judge
from report import amounts, gaps, goals, stakeholders
from report import format as fmt


def sections(comparison: Comparison) -> list[str]:
    """Those that there is something to say about."""
    found = [_goals(comparison), _gaps(comparison), _stakeholders(comparison)]
    return [section for section in found if section]


def _table(heads: Sequence[str], rows: Sequence[str], caption: str = "") -> str:
    head = "".join(f'<th scope="col">{escape(text)}</th>' for text in heads)
    note = f'<p class="note">{escape(caption)}</p>' if caption else ""  # a caption would be as wide as the table
    return (
        f'{note}<div class="scroll" tabindex="0"><table><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def _cell(text: str, *small: str) -> str:
    lines = "".join(f"<small>{escape(line)}</small>" for line in small if line)
    return f'<td class="num">{escape(text)}{lines}</td>'


def _goals(comparison: Comparison) -> str:
    results = goal_results(comparison)
    if not results:
        return ""
    names = [one.name for one in comparison.scenarios]
    rows = []
    for goal in dict.fromkeys(result.name for result in results):
        mine = {result.scenario: result for result in results if result.name == goal}
        first = mine[names[0]]
        wanted = amounts.aim(first.what, first.target, comparison.currency)
        owner = first.goal.owner or "nobody owns it"
        head = f"{escape(goal)}<small>{escape(first.what.text)} {escape(wanted)} by {first.by}; {escape(owner)}</small>"
        cells = "".join(_goal_cell(mine[name], comparison) for name in names)
        rows.append(f'<tr><th scope="row">{head}</th>{cells}</tr>')
    none = "".join(f"<p>{escape(text)}</p>" for text in goals.nobody(comparison, results))
    caption = "Value in the month; share of replications that meet the goal then, with its interval (Wilson)."
    return f'<section id="goals"><h2>Goals</h2>{none}{_table(["Goal", *names], rows, caption)}</section>'


def _goal_cell(result: GoalResult, comparison: Comparison) -> str:
    if result.chance is None:
        return _cell(result.status)
    mark = '<span class="meet"> \u2713</span>' if result.reached else '<span class="miss"> \u2717</span>'
    chance = result.chance
    small = (
        f"{result.status}; {chance.met} of {chance.of} "
        f"({fmt.span(fmt.percent(chance.low, 0), fmt.percent(chance.high, 0))})",
        f"from {result.since}" if result.since else "not for good",
    )
    text = escape(amounts.amount(result.what, result.value.value, comparison.currency))
    return f'<td class="num">{text}{mark}' + "".join(f"<small>{escape(line)}</small>" for line in small) + "</td>"


def _gaps(comparison: Comparison) -> str:
    rows = gap_rows(comparison)
    if not rows:
        return ""
    names = [one.name for one in comparison.options]
    body = [_gap_row(comparison, row, names) for row in rows]
    cautions = dict.fromkeys((row.what.text, text) for row in rows for text in row.cautions)
    said = "".join(f"<li>{escape(kpi)}: {escape(text)}</li>" for kpi, text in cautions)
    caption = (
        "Others: the span of all figures used, conflicts included, with grades (A survey, B vendor, C rule of thumb). "
        "Options: the value, the share of the gap that they close, and from when the aim is met for good."
    )
    return (
        '<section id="gaps"><h2>Gaps to targets and to others</h2>'
        + _table(["KPI", "Now", "Target", "Others", *names], body, caption)
        + (f"<details><summary>Before comparing with others</summary><ul>{said}</ul></details>" if said else "")
        + _sources(rows)
        + "</section>"
    )


def _gap_row(comparison: Comparison, row: GapRow, names: Sequence[str]) -> str:
    currency, what = comparison.currency, row.what
    target = others = _cell(fmt.DASH)
    if row.target is not None:
        size = "met" if row.target.size <= 0 else f"gap {amounts.gap(what, row.target.size, currency)}"
        target = _cell(amounts.aim(what, row.target.aim, currency), size)
    if row.range is not None and row.benchmark is not None:
        ends = [amounts.amount(what, end, currency) for end in (row.range.low, row.range.high)]
        count = f"{len(row.range.figures)}, grade {row.range.grades}" if row.range.grades else "peers"
        size = "no gap" if row.benchmark.size <= 0 else f"gap {amounts.gap(what, row.benchmark.size, currency)}"
        rank = "" if row.percentile is None else f"better than {fmt.percent(row.percentile, 0)} of peers"
        others = _cell(ends[0] if row.range.width == 0 else fmt.span(*ends), f"{count}; {size}", rank)
    options = "".join(_option(comparison, row, name) for name in names)
    now = _cell(amounts.amount(what, row.now.value, currency))
    return f'<tr><th scope="row">{escape(what.text)}</th>{now}{target}{others}{options}</tr>'


def _option(comparison: Comparison, row: GapRow, name: str) -> str:
    closing = row.to_target.get(name) or row.to_benchmark.get(name)
    shown = amounts.amount(row.what, row.values[name].value, comparison.currency)
    if closing is None:
        return _cell(shown)
    share = "" if closing.closed.value is None else gaps.closes(closing)
    return _cell(shown, share, f"met from {closing.when.month}" if closing.when.month else "not met for good")


def _sources(rows: Sequence[GapRow]) -> str:
    figures = [
        (row.what.text, f) for row in rows for f in (*(row.range.figures if row.range else ()), *row.not_compared)
    ]
    if not figures:
        return ""
    body = [
        f'<tr><th scope="row">{escape(kpi)}</th><td class="text">{escape(f.written)}</td>'
        f'<td class="text">{escape(" ".join(filter(None, (f.segment, f.region, str(f.year or "")))))}</td>'
        f'<td class="text">{escape(f.grade or "peer")}</td><td class="text">{escape(f.source or f.name)}</td></tr>'
        for kpi, f in figures
    ]
    heads = ("KPI", "Figure", "Of", "Grade", "Source")
    return f"<details><summary>Sources of {len(figures)} figures of others</summary>{_table(heads, body)}</details>"


def _stakeholders(comparison: Comparison) -> str:
    if not comparison.base.resolved.scenario.stakeholders:
        return ""
    judged = judge(comparison)
    listed = "".join(f"<li>{escape(line)}</li>" for line in stakeholders.grid_lines(comparison))
    body = "" if judged is None else _who_gains(comparison, judged)
    return (
        '<section id="stakeholders"><h2>Stakeholders</h2>'
        f'{body}<p class="note">{escape(stakeholders.SCALES)}</p><ul>{listed}</ul></section>'
    )


def _who_gains(comparison: Comparison, judged: Judged) -> str:
    options = [one.name for one in comparison.options]
    found = {(o.stakeholder, o.option): o for o in judged.outcomes}
    people = comparison.base.resolved.scenario.stakeholders
    rows = [
        f'<tr><th scope="row">{escape(one.title or name)}<small>weight {judged.weights[name]:g}</small></th>'
        + "".join(
            _cell(stakeholders.score(found[name, o].score.value), found[name, o].verdict) for o in options
        )
        + "</tr>"
        for name, one in people.items()
    ]  # fmt: skip
    scores = {one.option: one.score.value for one in judged.ranking}
    total = "".join(_cell(stakeholders.score(scores[o])) for o in options)
    rows.append(f'<tr class="total"><th scope="row">All, weighted</th>{total}</tr>')
    said = "".join(f"<li>{escape(line)}</li>" for line in stakeholders.verdict_lines(judged))
    caption = (
        "Mean gain of what each cares about, as a share of the base's figure, in the direction that they want; "
        "gains and loses only where the interval of the paired difference excludes 0."
    )
    return f'{_table(["Stakeholder", *options], rows, caption)}<ul class="found">{said}</ul>'
