"""Progress over time: the figures of dated runs, and measured ones, in one table with targets and trend."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from evaluate.yardstick import Yardstick, yardstick
from report import amounts
from report import format as fmt
from report.actuals import read_actuals
from sim.scenario.kpi_text import Target, named
from sim.scenario.problems import Problem, listed, nearest
from sim.scenario.units import DAYS_PER_MONTH


class NoProgress(ValueError):
    """Runs or actuals that cannot be read; the message names all that is wrong."""


@dataclass(frozen=True)
class Point:
    """One figure at one date."""

    date: dt.date
    kpi: str
    value: float
    low: float | None
    high: float | None
    kind: str
    """``simulated`` or ``actual``."""
    source: str


@dataclass(frozen=True)
class Line:
    """One KPI over time."""

    what: Yardstick
    points: tuple[Point, ...]
    target: Target | None

    @property
    def slope(self) -> float | None:
        """Change per mean month by least squares through all points; None with fewer than two dates."""
        days = np.array([point.date.toordinal() for point in self.points], dtype=np.float64)
        if len(set(days.tolist())) < 2:
            return None
        values = np.array([point.value for point in self.points])
        away = days - days.mean()
        return float((away * (values - values.mean())).sum() / (away**2).sum() * DAYS_PER_MONTH)

    @property
    def trend(self) -> str:
        """``better``, ``worse`` or ``level``; ``rising`` or ``falling`` where no direction is good."""
        slope = self.slope
        if slope is None:
            return "one date"
        if math.isclose(slope, 0.0, abs_tol=1e-12):
            return "level"
        good = self.what.good or ("lower" if self.target and self.target.sign == "<=" else "")
        if not good:
            return "rising" if slope > 0 else "falling"
        return "better" if (slope > 0) == (good == "higher") else "worse"

    @property
    def met(self) -> bool | None:
        """Whether the last figure meets the target; None without one."""
        return None if self.target is None else self.target.met(self.points[-1].value)


@dataclass(frozen=True)
class OverTime:
    """All lines."""

    lines: tuple[Line, ...]
    currency: str

    def as_text(self) -> str:
        """A table: KPIs down, dates across."""
        dates = sorted({(point.date, point.kind) for line in self.lines for point in line.points})
        heads = ["", *(f"{date} {kind}" for date, kind in dates), "target", "trend a month", ""]
        rows = [heads, *(self._row(line, dates) for line in self.lines)]
        table = [[fmt.plain(text) for text in row] for row in rows]
        widths = [max(len(row[place]) for row in table) for place in range(len(heads))]
        said = ["  ".join([row[0].ljust(widths[0]), *(t.rjust(w) for t, w in zip(row[1:], widths[1:], strict=True))])
                for row in table]  # fmt: skip
        return "\n".join([said[0].rstrip(), "-" * len(said[0]), *(line.rstrip() for line in said[1:])])

    def _row(self, line: Line, dates: Sequence[tuple[dt.date, str]]) -> list[str]:
        what = line.what
        cells = []
        for date, kind in dates:
            found = [p for p in line.points if (p.date, p.kind) == (date, kind)]
            cells.append(amounts.amount(what, found[-1].value, self.currency) if found else fmt.DASH)
        wanted = fmt.DASH if line.target is None else amounts.aim(what, line.target, self.currency)
        slope = line.slope
        if slope is None:
            change = fmt.DASH
        else:
            change = fmt.points(slope, 2) if what.unit == "share" else amounts.amount(what, slope, self.currency, True)
        met = {True: ", met", False: ", not met", None: ""}[line.met]
        return [what.text, *cells, wanted, change, f"{line.trend}{met}"]

    def as_csv(self) -> str:
        """One row a figure."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(["kpi", "date", "kind", "value", "low", "high", "unit", "target_sign", "target", "source"])
        for line in self.lines:
            aim = ("", "") if line.target is None else (line.target.sign, f"{line.target.amount:.9g}")
            for p in line.points:
                ends = ["" if end is None else f"{end:.9g}" for end in (p.low, p.high)]
                unit = self.currency if line.what.is_money else line.what.unit
                writer.writerow([p.kpi, p.date, p.kind, f"{p.value:.9g}", *ends, unit, *aim, p.source])
        return out.getvalue()

    def as_plain(self) -> list[dict[str, Any]]:
        """For JSON."""
        return [
            {
                "kpi": line.what.text,
                "unit": self.currency if line.what.is_money else line.what.unit,
                "target": None if line.target is None else {"sign": line.target.sign, "amount": line.target.amount},
                "met": line.met,
                "slope_per_month": line.slope,
                "trend": line.trend,
                "points": [
                    {"date": p.date.isoformat(), "kind": p.kind, "value": p.value, "low": p.low, "high": p.high,
                     "source": p.source}
                    for p in line.points
                ],
            }
            for line in self.lines
        ]  # fmt: skip


def over_time(runs: Sequence[Path], actuals: Path | None, kpis: Sequence[str]) -> OverTime:
    """Reads `gaps.csv` of every run's base, dated by when it ran, and the actuals. Raises NoProgress.

    The newest run's target counts. Actuals are rows of date, kpi and value with its unit (`24 h`, `81 %`).
    """
    if not runs and actuals is None:
        raise NoProgress("name at least one run's folder, or --actuals")
    problems: list[str] = []
    points: list[Point] = []
    targets: dict[str, tuple[dt.date, Target]] = {}
    currency = ""
    for run in runs:
        currency = _read_run(run, points, targets, problems) or currency
    if actuals is not None:
        points += _read_actuals(actuals, problems)
    wanted = [named(text).text for text in kpis]
    there = dict.fromkeys(point.kpi for point in points)
    for text in wanted:
        if text not in there:
            near = nearest(text, there)
            meant = f"; did you mean {near}?" if near else ""
            problems.append(f"--kpi {text}: no run and no actual has it; there are: {listed(there)}{meant}")
    if problems:
        raise NoProgress("\n".join(problems))
    lines = []
    for text in wanted or there:
        mine = sorted((p for p in points if p.kpi == text), key=lambda p: (p.date, p.kind, p.source))
        lines.append(Line(yardstick(text), tuple(mine), targets[text][1] if text in targets else None))
    return OverTime(tuple(lines), currency or "money")


def _read_run(run: Path, points: list[Point], targets: dict[str, tuple[dt.date, Target]], problems: list[str]) -> str:
    """Adds a run's figures and targets; returns its currency where a figure shows it."""
    try:
        manifest = json.loads((run / "manifest.json").read_text(encoding="utf-8"))
        date = dt.datetime.fromisoformat(manifest["started"]).date()
        rows = list(csv.DictReader((run / "gaps.csv").read_text(encoding="utf-8").splitlines()))
    except (OSError, ValueError, KeyError):
        problems.append(f"{run}: no run with a manifest.json and a gaps.csv (a scenario with targets, goals or "
                        f"benchmarks writes one)")  # fmt: skip
        return ""
    currency = ""
    for row in rows:
        if row["scenario"] != row["base"] or not row["value"]:
            continue
        low, high = (float(row[key]) if row[key] else None for key in ("low", "high"))
        points.append(Point(date, row["kpi"], float(row["value"]), low, high, "simulated", run.name))
        if yardstick(row["kpi"]).is_money:
            currency = row["unit"]
        if row["target"] and (row["kpi"] not in targets or targets[row["kpi"]][0] <= date):
            sign = "<=" if row["target_sign"] == "<=" else ">="
            targets[row["kpi"]] = (date, Target(sign, float(row["target"])))  # type: ignore[arg-type]
    return currency


def _read_actuals(file: Path, problems: list[str]) -> list[Point]:
    """The measured points; every problem is noted with its line."""
    wrong: list[Problem] = []
    found = read_actuals(file, wrong)
    for problem in wrong:
        meant = f"; did you mean {problem.meant}?" if problem.meant else ""
        allowed = f"; write {problem.allowed}" if problem.allowed else ""
        problems.append(f"{problem.origin}: {problem.wrong}{allowed}{meant}")
    return [Point(one.date, one.what.text, one.value, None, None, "actual", file.name) for one in found]
