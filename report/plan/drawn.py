"""The charts of a plan, from plain data."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import numpy as np

from report import format as fmt
from report.charts import plan as chart
from report.draw import Chart
from report.plan import Plain, words


def plan_charts(data: Plain) -> list[Chart]:
    """What happens when, and heads against need."""
    found = [timeline(data)] if data["decisions"] else []
    return [*found, heads(data)]


def timeline(data: Plain) -> Chart:
    """Investments and people by month."""
    months = data["months"]
    spans = [
        chart.Span(
            each["what"] + (f" ({each['detail']})" if each["detail"] else ""),
            float(months.index(each["month"])),
            at(months, each["live"]),
            at(months, each["full"]),
        )
        for each in data["decisions"]
        if each["kind"] == "investment"
    ]
    moves = []
    for kind, word, sign in (
        ("hire", "hires", 1.0), ("cut", "posts cut", -1.0), ("outsource", "agents bought", 1.0),
        ("overtime", "overtime", 1.0),
    ):  # fmt: skip
        rows = [each for each in data["decisions"] if each["kind"] == kind]
        for team in dict.fromkeys(each["what"] for each in rows):
            units = np.zeros(len(months))
            for each in rows:
                if each["what"] == team:
                    units[months.index(each["month"])] += sign * each["units"]
            moves.append(chart.Moves(team, word, units))
    said = "; ".join(words.decision_text(each) for each in data["decisions"] if each["kind"] != "grade")
    return Chart(
        "plan_timeline",
        "What happens when",
        f"Investments from their start over going live to full effect, and decisions about people: {said}.",
        lambda size: chart.timeline(months, spans, moves, size),
    )


def at(months: Sequence[str], day: str) -> float:
    """A date in months from the start of the horizon; beyond its end where it lies there."""
    if not day:
        return 0.0
    date = dt.date.fromisoformat(day)
    label = f"{date:%Y-%m}"
    if label < months[0]:
        return 0.0
    if label > months[-1]:
        return float(len(months) + 1)
    return months.index(label) + (date.day - 1) / 31.0


def heads(data: Plain) -> Chart:
    """Heads against need."""
    panels = [
        chart.Heads(
            panel_title(panel),
            {team: np.array(heads) for team, heads in zip(panel["teams"], panel["heads"], strict=True)},
            np.array(panel["today"]),
            np.array([np.nan if need is None else need for need in panel["need"]]),
        )
        for panel in data["staffing"]
    ]
    tight = []
    for panel in panels:
        spare = np.sum(list(panel.teams.values()), axis=0) - panel.need
        if np.isfinite(spare).any():
            month = int(np.nanargmin(spare))
            where = data["months"][month]
            tight.append(f"{', '.join(panel.teams)} has least to spare in {where} ({spare[month]:.1f} heads)")
    return Chart(
        "plan_heads",
        "Heads against need",
        "Heads at full speed by team and month with the plan (bars), those of today (dotted) and what the work needs "
        f"once savings are in effect (line): {'; '.join(tight)}.",
        lambda size: chart.heads_and_need(data["months"], panels, size),
    )


def panel_title(panel: Plain) -> str:
    """The teams of a panel."""
    return " + ".join(panel["teams"])


def service_charts(data: Plain) -> list[Chart]:
    """Predicted beside simulated; nothing where nothing is promised."""
    by: dict[str, list[Plain]] = {}
    for each in data["services"]:
        if each["channel"] in data["asked"]["targets"]:
            by.setdefault(each["channel"], []).append(each)
    found, errors = [], []
    for channel, rows in by.items():
        predicted, simulated = (
            np.array([np.nan if row[key] is None else row[key] for row in rows], dtype=np.float64)
            for key in ("predicted", "simulated")
        )
        held = np.array([row["held"] for row in rows], dtype=bool)
        found.append(chart.Promised(channel, predicted, simulated, rows[0]["target"], held))
        error = np.abs(simulated - predicted)[held]
        if error.size and np.isfinite(error).any():
            errors.append(f"{channel} {fmt.points(float(np.nanmean(error))).lstrip('+')}")
    if not found:
        return []
    text = f"Share answered in time by month; mean error in held months: {', '.join(errors) or 'no data'}."
    return [
        Chart(
            "plan_service",
            "Predicted beside simulated",
            text,
            lambda size: chart.predicted_simulated(data["months"], found, size),
        )
    ]


def frontier_chart(data: Plain) -> Chart:
    """Budget against what it brings and against service."""
    points = data["frontier"]
    nan = float("nan")
    budgets = np.array([point["budget"] for point in points], dtype=np.float64)
    predicted = np.array([point.get("predicted", nan) for point in points], dtype=np.float64)
    simulated = np.array([simulated_value(point) for point in points], dtype=np.float64)
    service = {
        name: np.array([level_of(point, name) for point in points], dtype=np.float64)
        for name in data["asked"]["targets"]
    }
    unit = {"npv": f"NPV, {data['currency']}", "cost": f"present value, {data['currency']}", "score": "score"}
    there = [point for point in points if point["plan"]]
    text = (
        f"From {words.amount(data, there[0]['predicted'], True)} at {fmt.money(there[0]['budget'], data['currency'])} "
        f"({there[0]['mix']}) to {words.amount(data, there[-1]['predicted'], True)} at "
        f"{fmt.money(there[-1]['budget'], data['currency'])} ({there[-1]['mix']})."
    )

    return Chart(
        "plan_frontier", "Budget against NPV and service" if data["objective"] == "npv" else "What each budget brings",
        text, lambda size: chart.frontier(budgets, predicted, simulated, service, unit[data["objective"]], size),
    )  # fmt: skip


def simulated_value(point: Plain) -> float | None:
    """What a point of the frontier is worth in simulation; None where it was not simulated."""
    simulated: list[float | None] = point.get("simulated") or [None]
    return simulated[0]


def level_of(point: Plain, name: str) -> float:
    """Share answered in time at a point of the frontier; NaN where it was not simulated."""
    value = point.get("levels", {}).get(name, [None])[0]
    return float("nan") if value is None else float(value)
