"""A back-test in words and tables: for the terminal, the page, CSV and JSON."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from report import format as fmt
from report.extra import TextTable
from sim.calibrate.backtest_cells import BY_WORDS, FIGURES, By
from sim.calibrate.backtest_command import AS_WRITTEN, BackTested
from sim.calibrate.backtest_draws import STAFF_WORDS
from sim.calibrate.backtest_score import JUDGED, Check, Coverage, Score, Series
from sim.calibrate.backtest_split import period

if TYPE_CHECKING:
    import pandas as pd

TITLES = {figure.name: figure.title for figure in FIGURES}
UNITS = {figure.name: figure.unit for figure in FIGURES}
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def shown(name: str, value: float) -> str:
    """A figure in the unit in which people say it."""
    if not math.isfinite(value):
        return fmt.NO_DATA
    if UNITS[name] == "share":
        return fmt.percent(value)
    return fmt.number(value) if UNITS[name] == "number" else f"{fmt.number(value, 1)}{fmt.FIRM}s"


def answer(found: BackTested) -> str:
    """The verdict in one or two sentences."""
    verdict, name = found.scored.verdict, found.resolved.scenario.name
    days = f"{len(found.held_out.rows):,} contacts of {period(found.held_out)}"
    missed = [check for check in verdict.checks if not check.holds]
    if not found.markable:
        return f"{name} against {days}, with the staff seen in those days: no verdict, since a planner cannot know it."
    if verdict.hours < verdict.least_hours:
        return (
            f"{name} is not called calibrated: only {verdict.hours} single hours have enough contacts to be judged, "
            f"{verdict.least_hours} are needed."
        )
    if verdict.calibrated:
        return f"{name} is calibrated: against {days}, all {len(verdict.checks)} thresholds hold."
    words = "; ".join(f"{TITLES[name]} ({_missed(mine)})" for name, mine in _by_figure(missed).items())
    return (
        f"{name} is not calibrated: against {days}, {len(missed)} of {len(verdict.checks)} thresholds "
        f"are missed: {words}."
    )


def _by_figure(checks: Sequence[Check]) -> dict[str, list[Check]]:
    found: dict[str, list[Check]] = {}
    for check in checks:
        found.setdefault(check.figure, []).append(check)
    return found


def _size(check: Check, signed: bool = False) -> str:
    """A share, or points of one."""
    if not check.what.endswith("in points"):
        return fmt.percent(check.value, 0, signed)
    return fmt.points(check.value) if signed else fmt.points(check.value).lstrip("+")


def _missed(checks: Sequence[Check]) -> str:
    return ", ".join(
        f"level {_size(check, True)}" if check.what.startswith("error of the level")
        else f"{fmt.percent(check.value, 0)} of {check.what.removeprefix('single ')}" if check.what.startswith("single")
        else f"error by hour {_size(check)}"
        for check in checks
    )  # fmt: skip


def remarks(found: BackTested) -> list[str]:
    """What one must know to read the figures."""
    prediction, verdict = found.scored.prediction, found.scored.verdict
    said = [
        f"The intervals hold {prediction.holds}.",
        "Coverage has the interval that so many cells give if they were independent; hours of one day are not, so it "
        "is rather too narrow.",
    ]
    if found.staff == "seen":
        words = STAFF_WORDS["seen"]
        said.append(f"Staff is taken from the held-out days ({words}): it shows what a known roster would be worth.")
    if verdict.not_recorded:
        names = ", ".join(TITLES[name] for name in verdict.not_recorded)
        said.append(f"The log does not record: {names}. Nothing is said about them, calibrated or not.")
    return said


def basis(found: BackTested) -> str:
    """What it rests on."""
    prediction = found.scored.prediction
    fitted = found.resolved.scenario.name + (
        " as written" if found.fitted == AS_WRITTEN else f", from the log of {found.fitted}"
    )
    return f"{fitted}; {prediction.count} outcomes, seed {prediction.seed}, engine {prediction.engine}."


def tables(found: BackTested) -> list[TextTable]:
    """Scores, then predicted against actual by hour of the day, by day, by channel, then the thresholds."""
    made = [_scores(found)]
    channels = found.scored.prediction.channels
    if len(channels) > 1:
        made.append(_by_channel(found))
    return [*made, _along(found, "hour"), _along(found, "day"), _checks(found)]


def _scores(found: BackTested) -> TextTable:
    rows = []
    for name in TITLES:
        if not _there(found, name):
            continue
        fine, hourly, whole = (found.scored.of(name, by)[1] for by in ("date_hour", "hour", "whole"))
        rows.append((
            TITLES[name], shown(name, whole.predicted), _range(found.scored.of(name, "whole")[0], name),
            shown(name, whole.actual), fmt.percent(whole.bias, 1, True),
            *(_covered(each) for each in fine.coverage), fmt.percent(hourly.wape), fmt.number(hourly.correlation, 2),
            fmt.percent(fine.wape), fmt.number(fine.correlation, 2),
        ))  # fmt: skip
    cells = max((found.scored.of(n, "date_hour")[1].cells for n in TITLES if _there(found, n)), default=0)
    return TextTable(
        f"All held-out days; coverage and the last two columns: {cells} single hours with at least "
        f"{found.scored.thresholds.least_contacts:g} contacts predicted",
        ("figure", "predicted", "95 % of outcomes", "actual", "error of level", "in 80 %", "in 95 %",
         "error by hour of day", "correlation", "error of single hours", "correlation "),
        tuple(rows),
    )  # fmt: skip


def _there(found: BackTested, name: str) -> bool:
    return any(score.figure == name for score in found.scored.scores)


def _range(one: Series, name: str, at: int = 0) -> str:
    return fmt.span(shown(name, float(one.low[0.95][at])), shown(name, float(one.high[0.95][at])))


def _covered(each: Coverage) -> str:
    if not each.of:
        return fmt.NO_DATA
    return f"{fmt.percent(each.share, 0)} ({fmt.span(fmt.percent(each.low, 0), fmt.percent(each.high, 0))})"


def _by_channel(found: BackTested) -> TextTable:
    rows = []
    for channel in found.scored.prediction.channels:
        for name in TITLES:
            if not _there(found, name):
                continue
            one, score = found.scored.of(name, "whole", channel)
            fine = found.scored.of(name, "date_hour", channel)[1]
            rows.append((f"{channel}: {TITLES[name]}", shown(name, score.predicted), _range(one, name),
                         shown(name, score.actual), fmt.percent(score.bias, 1, True),
                         *(_covered(each) for each in fine.coverage)))  # fmt: skip
    heads = ("channel and figure", "predicted", "95 % of outcomes", "actual", "error of level", "in 80 %", "in 95 %")
    return TextTable("By channel", heads, tuple(rows))


def _along(found: BackTested, by: By) -> TextTable:
    """Predicted, interval and actual of every figure, a row an hour or a day."""
    names = [name for name in TITLES if _there(found, name)]
    each = {name: found.scored.of(name, by)[0] for name in names}
    labels = place_labels(found, by)
    rows = []
    for k, label in enumerate(labels):
        if not each["contacts"].contacts[k] and each["contacts"].expected[k] < 1:
            continue
        cells = []
        for name in names:
            one = each[name]
            mark = " !" if _outside(one, k) else ""
            cells += [
                shown(name, float(one.predicted[k])),
                _range(one, name, k),
                shown(name, float(one.actual[k])) + mark,
            ]
        rows.append((label, *cells))
    heads = [text for name in names for text in (TITLES[name], "95 %", "actual")]
    caption = f"By {BY_WORDS[by]}: predicted, 95 % of outcomes, actual (! outside)"
    return TextTable(caption, (BY_WORDS[by], *heads), tuple(rows))


def _outside(one: Series, k: int) -> bool:
    """Whether a figure came that the interval does not hold; not where either is unknown."""
    known = math.isfinite(float(one.actual[k])) and math.isfinite(float(one.low[0.95][k]))
    return known and not bool(one.inside(0.95)[k])


def place_labels(found: BackTested, by: By) -> list[str]:
    """Names of the cells."""
    log = found.held_out
    if by == "hour":
        return [f"{hour:02d}" for hour in range(24)]
    days = [log.date(day) for day in range(log.days)]
    if by == "day":
        return [f"{DAYS[day.weekday()]} {day}" for day in days]
    return [f"{day} {hour:02d}" for day in days for hour in range(24)] if by == "date_hour" else ["all"]


def _checks(found: BackTested) -> TextTable:
    rows = []
    for check in found.scored.verdict.checks:
        kind = check.what.split(" ")[0]
        sign = {"error": "within", "weighted": "at most", "single": "at least"}[kind]
        wanted = f"{sign} {_size(replace(check, value=check.threshold))}"
        held = "holds" if check.holds else "missed"
        rows.append((f"{TITLES[check.figure]}: {check.what}", _size(check), wanted, held))
    return TextTable("Thresholds", ("figure", "found", "wanted", ""), tuple(rows))


def frames(found: BackTested) -> dict[str, pd.DataFrame]:
    """`cells.csv`: every cell at every grain; `scores.csv`: coverage and errors."""
    import pandas as pd

    rows: list[dict[str, Any]] = []
    for one in found.scored.series:
        for k, label in enumerate(place_labels(found, one.by)):
            if not one.contacts[k] and not one.expected[k]:
                continue
            row = {"figure": one.figure.name, "unit": one.figure.unit, "channel": one.channel, "by": one.by,
                   "cell": label, "contacts": one.contacts[k], "actual": one.actual[k], "predicted": one.predicted[k],
                   "low_80": one.low[0.80][k], "high_80": one.high[0.80][k], "low_95": one.low[0.95][k],
                   "high_95": one.high[0.95][k]}  # fmt: skip
            rows.append(row)
    return {"cells.csv": pd.DataFrame(rows), "scores.csv": pd.DataFrame([_flat(each) for each in found.scored.scores])}


def _flat(each: Score) -> dict[str, Any]:
    row: dict[str, Any] = {"figure": each.figure, "channel": each.channel, "by": each.by, "cells": each.cells}
    for coverage in each.coverage:
        tag = f"{100 * coverage.level:.0f}"
        row |= {f"coverage_{tag}": coverage.share, f"coverage_{tag}_low": coverage.low,
                f"coverage_{tag}_high": coverage.high}  # fmt: skip
    return row | {"wape": each.wape, "bias": each.bias, "correlation": each.correlation, "actual": each.actual,
                  "predicted": each.predicted}  # fmt: skip


def as_plain(found: BackTested, folder: str, marked: str) -> dict[str, Any]:
    """For JSON: the verdict, the scores, and hours of the day and days with their intervals."""
    verdict = found.scored.verdict
    return {
        "schema": 1,
        "scenario": found.resolved.scenario.name,
        "digest": found.resolved.digest,
        "fitted": found.fitted,
        "held_out": {"from": found.held_out.first_day.isoformat(), "days": found.held_out.days,
                     "until": found.held_out.date(found.held_out.days - 1).isoformat(),
                     "contacts": len(found.held_out.rows)},
        "staff": found.staff,
        "outcomes": found.scored.prediction.count,
        "intervals_hold": found.scored.prediction.holds,
        "calibrated": verdict.calibrated and found.markable,
        "checks": [{"figure": c.figure, "what": c.what, "value": _finite(c.value), "threshold": c.threshold,
                    "holds": c.holds} for c in verdict.checks],
        "not_recorded": list(verdict.not_recorded),
        "scores": [{key: _finite(value) for key, value in _flat(each).items()} for each in found.scored.scores],
        "by_hour": _plain_cells(found, "hour"),
        "by_day": _plain_cells(found, "day"),
        "mark": marked or None,
        "folder": folder,
    }  # fmt: skip


def _plain_cells(found: BackTested, by: By) -> list[dict[str, Any]]:
    labels, out = place_labels(found, by), []
    for one in found.scored.series:
        if one.by != by:
            continue
        out += [
            {"figure": one.figure.name, "channel": one.channel, "cell": label, "actual": _finite(one.actual[k]),
             "predicted": _finite(one.predicted[k]), "low": _finite(one.low[0.95][k]),
             "high": _finite(one.high[0.95][k])}
            for k, label in enumerate(labels) if one.contacts[k] or one.expected[k]
        ]  # fmt: skip
    return out


def _finite(value: Any) -> Any:
    if isinstance(value, dt.date | str):
        return value
    number = float(value)
    return None if not math.isfinite(number) else int(value) if isinstance(value, int) else number


def as_text(found: BackTested, folder: str, marked: str) -> str:
    """What the terminal shows: the verdict, the scores, hours of the day, where the rest is."""
    import textwrap

    lines = [*textwrap.wrap(answer(found), 100), ""]
    lines += text_table(_scores(found))
    if len(found.scored.prediction.channels) > 1:
        lines += ["", *text_table(_by_channel(found))]
    for by in ("hour", "day"):
        lines += ["", *_short(found, by)]
    lines.append("")
    for remark in remarks(found):
        lines += textwrap.wrap(remark, 100, initial_indent="- ", subsequent_indent="  ")
    lines += ["", basis(found), *([f"Marked: {marked}"] if marked else []), f"Report: {folder}/report.html", ""]
    return fmt.plain("\n".join(lines))


def _short(found: BackTested, by: By) -> list[str]:
    """Predicted and actual of the judged figures, without intervals: they are in the report."""
    names = [name for name in JUDGED if _there(found, name)]
    each = {name: found.scored.of(name, by)[0] for name in names}
    rows = []
    for k, label in enumerate(place_labels(found, by)):
        if each["contacts"].contacts[k] or each["contacts"].expected[k] >= 1:
            cells = []
            for name, one in each.items():
                mark = " !" if _outside(one, k) else ""
                cells += [shown(name, float(one.predicted[k])), shown(name, float(one.actual[k])) + mark]
            rows.append((label, *cells))
    heads = [text for name in names for text in (TITLES[name], "actual")]
    return text_table(TextTable(f"By {BY_WORDS[by]} (! outside 95 % of outcomes)", (BY_WORDS[by], *heads), tuple(rows)))


def text_table(table: TextTable) -> list[str]:
    """A table in plain text, its caption above."""
    rows = [[fmt.plain(cell) for cell in row] for row in (table.heads, *table.rows)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(table.heads))]
    lines = ["  ".join([row[0].ljust(widths[0]), *(t.rjust(w) for t, w in zip(row[1:], widths[1:], strict=True))])
             for row in rows]  # fmt: skip
    return [table.caption, lines[0].rstrip(), "-" * len(lines[0]), *(line.rstrip() for line in lines[1:])]
