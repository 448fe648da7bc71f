"""A schedule in words, for the terminal and the page."""

from __future__ import annotations

import math

import numpy as np

from optimize.schedule.search import Schedule
from report import format as fmt
from report.schedule.command import Scheduled, told_gap
from report.schedule.side_by_side import Line, SideBySide
from sim.scenario.calendar import DAY_NAMES


def as_text(found: Scheduled) -> str:
    """Everything that the terminal shows."""
    scenario = found.resolved.scenario
    lines = [f"{scenario.name}: weekly schedule, need from {found.period}"]
    for one in found.schedules:
        lines += ["", *summary(one, scenario.currency), *_profile(one)]
    if found.simulated is not None:
        lines += ["", *_beside(found.simulated)]
    lines += ["", *(f"Note: {note.rstrip('.')}." for note in found.notes)]
    lines.append(f"Written: {found.folder.as_posix()}/ (report.html, roster.csv, and schedule.yaml for --overlay)")
    return "\n".join(lines)


def summary(one: Schedule, currency: str, timed: bool = True) -> list[str]:
    """A few sentences about one team; ``timed`` with the solver's seconds, which no second run has again."""
    counts = ((name, sum(p.week.contract == name for p in one.people)) for name in one.terms.block.contracts)
    contracts = ", ".join(f"{count} {name}" for name, count in counts if count)
    lines = [
        f"{one.team}: {len(one.people)} people ({contracts}), {fmt.number(one.paid_h, 1)} paid hours a week, "
        f"{fmt.money(one.cost, currency)} a week; {_ended(one, timed)}.",
        f"  {fmt.number(one.need.sum() / 2, 1)} hours on duty are needed with shrinkage, "
        f"{fmt.number(one.cover.sum() / 2, 1)} are planned: {_uncovered(one)}, {fmt.number(one.above_h, 1)} above it.",
    ]
    if abs(one.wishes) > 0.005 or abs(one.priced) > 0.005:
        lines.append(
            f"  Of the cost, {fmt.money(one.wishes, currency)} are preferences and {fmt.money(one.priced, currency)} "
            f"prices of under- and over-cover."
        )
    lines.append(f"  Model: {one.model}.")
    return lines


def _ended(one: Schedule, timed: bool) -> str:
    took = f"{one.solver} in {one.seconds:.1f} s" if timed else one.solver
    stopped = " (stopped by the time limit)" if one.status == "time_limit" else ""
    return f"{told_gap(one)}, {took}{stopped}"


def _uncovered(one: Schedule) -> str:
    if one.short_h <= 1e-6:
        return "none is uncovered"
    worst = int(np.argmax(one.need - one.cover))
    when = f"{DAY_NAMES[worst // 48]} {worst % 48 // 2:02d}:{worst % 2 * 30:02d}"
    short = float(one.need[worst] - one.cover[worst])
    return f"{fmt.number(one.short_h, 1)} uncovered (most of all {when}, by {fmt.number(short, 1)})"


def _profile(one: Schedule) -> list[str]:
    """Weekdays down, hours across: heads on duty, the smaller of an hour's two half-hours; hours planned and needed."""
    duty = one.cover.reshape(7, 24, 2).min(axis=2)
    used = np.flatnonzero((one.cover + one.need).reshape(7, 24, 2).any(axis=(0, 2)))
    lines = ["  on duty " + "".join(f"{hour:4d}" for hour in used) + "  planned  needed"]
    for day, name in enumerate(DAY_NAMES):
        cells = "".join(f"{fmt.number(duty[day, hour]) if duty[day, hour] else '.':>4}" for hour in used)
        planned, needed = (float(a.reshape(7, 48)[day].sum() / 2) for a in (one.cover, one.need))
        lines.append(f"  {name}     {cells}  {planned:7.1f} {needed:7.1f}")
    return lines


def _beside(found: SideBySide) -> list[str]:
    lines = [f"Simulated over {found.period}, {found.replications} replications on the same customers:"]
    rows = [("", "today", "planned", "target"), *(row_of(line) for line in found.lines)]
    widths = [max(len(row[k]) for row in rows) for k in range(4)]
    lines += [
        "  " + "  ".join(cell.ljust(width) if k == 0 else cell.rjust(width)
                         for k, (cell, width) in enumerate(zip(row, widths, strict=True)))
        for row in rows
    ]  # fmt: skip
    return lines


def row_of(line: Line) -> tuple[str, str, str, str]:
    """One figure: name, today, planned, target."""

    def told(value: float, low: float, high: float) -> str:
        if not math.isfinite(value):
            return "no data"
        if line.unit == "h":
            return fmt.number(value, 1)
        around = f" (± {(high - low) / 2 * 100:.1f})" if math.isfinite(high - low) else ""
        return f"{fmt.percent(value)}{around}"

    name = {"service_level": "service level", "paid_hours_a_week": "paid hours a week"}.get(line.kpi, line.kpi)
    return (
        f"{name}, {line.where}",
        told(line.today.value, line.today.low, line.today.high),
        told(line.planned.value, line.planned.low, line.planned.high),
        "" if line.target is None else fmt.percent(line.target),
    )
