"""Plan against actual in words and tables: for the terminal, the page, CSV and JSON."""

from __future__ import annotations

import math
import textwrap
from typing import TYPE_CHECKING, Any

from evaluate.monitor.explain import Change, Explained
from evaluate.monitor.plan import Month, Track
from evaluate.monitor.watch import Monitored
from evaluate.yardstick import yardstick
from report import amounts
from report import format as fmt
from report.back_test_text import text_table
from report.extra import TextTable

if TYPE_CHECKING:
    import pandas as pd

SHOWN = 8
NOT_A_CAUSE = (
    "This says what would bring plan and actual together, not what happened: other inputs may do the same, several may "
    "have changed, and what is not in the scenario cannot be found."
)


def shown(found: Monitored, track: Track, value: float, signed: bool = False) -> str:
    """A figure as people say it."""
    return amounts.amount(track.what, value, found.resolved.scenario.currency, signed)


def answer(found: Monitored) -> str:
    """What left its interval, and what would explain most of it, in a few sentences."""
    figures = sum(len(track.months) for track in found.tracks)
    level = fmt.percent(found.confidence, 0)
    if not found.tracks:
        return "The plan has no data in the months that were measured."
    if not found.left:
        chance = (1 - found.confidence) * figures
        return (
            f"Nothing is outside now: of {figures} figures every last one lies within {level} of the plan's outcomes "
            f"(of so many, {chance:.1f} are outside by chance alone)."
        )
    parts = [_gone(found, track) for track in found.left[:3]]
    more = len(found.left) - len(parts)
    said = "; ".join(parts) + (f"; {more} more {'KPI is' if more == 1 else 'KPIs are'} outside" if more else "") + "."
    return " ".join(filter(None, [said, _explanation(found)]))


def _gone(found: Monitored, track: Track) -> str:
    last = track.months[-1]
    assert track.since is not None
    gap = last.measured.value - last.plan
    size = fmt.points(abs(gap)).lstrip("+") if track.what.unit == "share" else shown(found, track, abs(gap))
    side = "over" if gap > 0 else "under"
    since = found.label(track.since)
    only = " only" if track.since == last.measured.month else ""
    when = f"since {since}" if not only else f"in {since}"
    return (
        f"{track.what.text} is {size} {side} plan {when} ({shown(found, track, last.measured.value)}; "
        f"plan {shown(found, track, last.plan)}, {fmt.percent(found.confidence, 0)} of outcomes "
        f"{_range(found, track, last)})"
    )


def _range(found: Monitored, track: Track, month: Month) -> str:
    return fmt.span(shown(found, track, month.low), shown(found, track, month.high))


def _explanation(found: Monitored) -> str:
    told = found.explanation
    if told is None or not told.ranked or found.since is None:
        return ""
    best = told.ranked[0]
    if best.share < 0.1:
        return "No change of a single input would explain it."
    since = found.label(found.since)
    said = (
        f"{_sentence(best.words)} from {since} on would explain {fmt.percent(best.share, 0)} of it"
        f"{_interval(best.changes[0])}."
    )
    if told.alike:
        rival = told.ranked[1]
        said += f" {_sentence(rival.words)} would explain it as well ({fmt.percent(rival.share, 0)})"
        said += f", and {told.alike - 1} more inputs" if told.alike > 1 else ""
        said += "; these figures cannot tell them apart."
    if told.pair is not None:
        said += f" Two together: {told.pair.words} would explain {fmt.percent(told.pair.share, 0)}."
    return said


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _interval(change: Change) -> str:
    """In the unit of the change, or nothing where chance leaves it open."""
    low, high = change.low, change.high
    if not (math.isfinite(low) and math.isfinite(high)):
        return ""
    if change.candidate.kind == "heads":
        return f" (between {fmt.number(low, 1, True)} and {fmt.number(high, 1, True)} agents)"
    unit = f"{fmt.FIRM}%" if change.candidate.kind == "times" else " points"
    return f" (between {fmt.number(100 * low, 1, True)} and {fmt.number(100 * high, 1, True)}{unit})"


def remarks(found: Monitored) -> list[str]:
    """What else one must know."""
    figures = sum(len(track.months) for track in found.tracks)
    chance = (1 - found.confidence) * figures
    said = [
        f"Intervals are those of a single month that comes, not of a mean ({found.replications} replications). Of "
        f"{figures} figures, {chance:.1f} would be outside by chance alone."
    ]
    back = [track for track in found.tracks if track.state == "back"]
    if back:
        words = [
            f"{track.what.text} in {', '.join(found.label(m.measured.month) for m in track.months if m.side)}"
            for track in back
        ]
        said.append(f"Outside before, and inside now: {'; '.join(words)}.")
    told = found.explanation
    if told is not None and told.ranked:
        said.append(NOT_A_CAUSE)
        if told.telling is not None:
            kpi, month, first, second = told.telling
            what, money = yardstick(kpi), found.resolved.scenario.currency
            said.append(
                f"{kpi} would tell the first two apart: in {found.label(month)} it would be "
                f"{amounts.amount(what, first, money)} with {told.ranked[0].words}, and "
                f"{amounts.amount(what, second, money)} with {told.ranked[1].words}. Measure it."
            )
        said += [f"{key} could not be tried: {' '.join(why.split())[:200]}" for key, why in told.skipped]
    if found.no_plan:
        named = ", ".join(f"{m.kpi} in {found.label(m.month)}" for m in found.no_plan[:5])
        said.append(f"The plan has no data for {len(found.no_plan)} of the figures: {named}.")
    return said


def basis(found: Monitored) -> str:
    """What it rests on."""
    return (
        f"{found.resolved.scenario.name}; {found.replications} replications, seed {found.seed}, engine {found.engine}; "
        f"intervals {fmt.percent(found.confidence, 0)}."
    )


def months_table(found: Monitored) -> TextTable:
    """Plan, interval and actual of every KPI and month, with the best explanation beside it."""
    best = _best(found)
    rows = []
    for track in found.tracks:
        for month in track.months:
            key = (track.what.text, month.measured.month)
            under = (shown(found, track, best.predicted[key]) if key in best.predicted else "",) if best else ()
            mark = {1: "above", -1: "below", 0: ""}[month.side]
            actual = shown(found, track, month.measured.value)
            name = f"{track.what.text} {found.label(month.measured.month)}"
            rows.append((name, shown(found, track, month.plan), _range(found, track, month), actual, mark, *under))
    extra = ("with the first change",) if best else ()
    heads = ("KPI and month", "plan", f"{fmt.percent(found.confidence, 0)} of outcomes", "actual", "", *extra)
    return TextTable("Plan against actual", heads, tuple(rows))


def _best(found: Monitored) -> Explained | None:
    told = found.explanation
    return told.ranked[0] if told is not None and told.ranked else None


def inputs_table(found: Monitored, limit: int | None = None) -> TextTable | None:
    """Every input that was tried, the best first."""
    told = found.explanation
    if told is None or not told.ranked:
        return None
    rows = []
    if told.pair is not None:
        rows.append((told.pair.words, fmt.percent(told.pair.share, 0), fmt.number(told.pair.left, 0),
                     "; ".join(_interval(c).strip(" ()") for c in told.pair.changes), "yes"))  # fmt: skip
    for each in told.ranked[:limit]:
        change = each.changes[0]
        rows.append((each.words, fmt.percent(each.share, 0), fmt.number(each.left, 0), _interval(change).strip(" ()"),
                     "yes" if each.simulated else ""))  # fmt: skip
    caption = (
        f"What a change would explain of the misfit ({fmt.number(told.misfit, 0)} for {len(told.keys)} figures; chance "
        f"alone leaves about {len(told.keys)})"
    )
    heads = ("change", "explains", "leaves", "size, given chance", "simulated")
    return TextTable(caption, heads, tuple(rows), numbers=False)


def frames(found: Monitored) -> dict[str, pd.DataFrame]:
    """`months.csv` and, where anything was tried, `inputs.csv`."""
    import pandas as pd

    made = {"months.csv": pd.DataFrame(_months(found))}
    told = found.explanation
    if told is not None and told.ranked:
        rows = [_plain_change(each) for each in told.ranked]
        made["inputs.csv"] = pd.DataFrame([{**row.pop("changes")[0], **row} for row in rows])
    return made


def _months(found: Monitored) -> list[dict[str, Any]]:
    best = _best(found)
    return [
        {"kpi": track.what.text, "month": found.label(m.measured.month),
         "unit": found.resolved.scenario.currency if track.what.is_money else track.what.unit, "plan": m.plan,
         "low": m.low, "high": m.high, "actual": m.measured.value, "side": m.side,
         "explained": best.predicted.get((track.what.text, m.measured.month)) if best else None}
        for track in found.tracks for m in track.months
    ]  # fmt: skip


def _plain_change(each: Explained) -> dict[str, Any]:
    changes = [
        {"input": c.candidate.key, "kind": c.candidate.kind, "size": c.size, "low": _finite(c.low),
         "high": _finite(c.high), "words": fmt.plain(c.words)}
        for c in each.changes
    ]  # fmt: skip
    return {"changes": changes, "explains": each.share, "leaves": each.left, "simulated": each.simulated}


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def as_plain(found: Monitored, folder: str) -> dict[str, Any]:
    """For JSON."""
    told = found.explanation
    plain: dict[str, Any] = {
        "schema": 1,
        "scenario": found.resolved.scenario.name,
        "confidence": found.confidence,
        "replications": found.replications,
        "since": None if found.since is None else found.label(found.since),
        "kpis": [
            {"kpi": track.what.text, "state": track.state,
             "since": None if track.since is None else found.label(track.since)} for track in found.tracks
        ],
        "months": _months(found),
        "explanation": None,
        "answer": fmt.plain(answer(found)),
        "folder": folder,
    }  # fmt: skip
    if told is not None and told.ranked:
        plain["explanation"] = {
            "misfit": told.misfit,
            "figures": len(told.keys),
            "inputs": [_plain_change(each) for each in told.ranked],
            "pair": None if told.pair is None else _plain_change(told.pair),
            "not_told_apart": told.alike,
            "would_tell_apart": None if told.telling is None else told.telling[0],
            "not_tried": [{"input": key, "why": why} for key, why in told.skipped],
        }
    return plain


def as_text(found: Monitored, folder: str) -> str:
    """What the terminal shows."""
    lines = [*textwrap.wrap(answer(found), 100), "", *text_table(months_table(found))]
    table = inputs_table(found, SHOWN)
    if table is not None:
        lines += ["", *text_table(table)]
    lines.append("")
    for remark in remarks(found):
        lines += textwrap.wrap(remark, 100, initial_indent="- ", subsequent_indent="  ")
    return fmt.plain("\n".join([*lines, "", basis(found), f"Report: {folder}/report.html", ""]))
