"""What `monitor` does: read the actual figures, set them beside the plan, look for an explanation, write the folder."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from evaluate.monitor.plan import Measured, Track
from evaluate.monitor.watch import Monitored
from evaluate.monitor.watch import monitor as watch
from report import format as fmt
from report import monitor_text as words
from report.actuals import Actual, read_actuals
from report.charts import bands
from report.draw import Chart
from report.extra import Extra
from report.given import Refused, check_given, check_writable, with_loops
from report.lean import Clock, save_chart, save_tables, write_lean
from report.lean_page import lean_page
from report.progress import now_and_then
from sim.feedback import Unbounded
from sim.kpis import KPIS
from sim.replicate import named_kpi
from sim.scenario.kpi_names import UNIT_COSTS, VALUES
from sim.scenario.problems import Origin, Problem, ScenarioProblems, listed, nearest
from sim.scenario.resolved import Resolved
from sim.scenario.units import QuantityError, parse_share
from sim.scenario.vary import Sources


def monitor(
    scenario: str,
    actuals: Path,
    out: Path,
    arguments: Sequence[str],
    progress_to: TextIO,
    quiet: bool,
    overlays: Sequence[str] = (),
    sets: Sequence[str] = (),
    inputs: Sequence[str] = (),
    explain: bool = True,
    confidence: str | None = None,
    reps: int | None = None,
    seed: int | None = None,
    jobs: int = 1,
    engine: str | None = None,
    feedback: bool = True,
) -> tuple[Monitored, Path]:
    """Sets a CSV of actual figures beside a scenario and writes the folder. Raises ScenarioProblems and Refused."""
    clock = Clock.start()
    check_given(engine, jobs)
    level = _level(confidence)
    sources = Sources(scenario, tuple(overlays), with_loops(sets, feedback))
    measured = read_measured(actuals, sources.declared())
    check_writable(out)
    say = now_and_then(progress_to)
    tell = None if quiet else lambda what, done, total: say(f"{what}: {done} of {total}", done, total)
    try:
        found = watch(sources, measured, reps, level, tuple(inputs), explain, seed, jobs, engine, tell)
    except Unbounded as problem:
        raise Refused(str(problem)) from None
    if explain and inputs and found.since is not None and found.explanation is None:
        raise Refused(f"--input {', '.join(inputs)}: no input of {found.resolved.scenario.name} matches")
    circumstances = clock.circumstances("monitor", arguments, jobs)
    facts = {"engine": found.engine, "seed": found.seed, "replications": found.replications,
             "confidence": found.confidence, "actuals": actuals.name}  # fmt: skip
    return found, write_lean(out, circumstances, [found.resolved], partial(_fill, found), facts)


def _level(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        level = parse_share(text)
    except QuantityError as problem:
        raise Refused(f"--confidence {text}: {problem}") from None
    if not 0.5 <= level < 1:
        raise Refused(f"--confidence {text}: give 50 % or more, and less than 100 %")
    return level


def read_measured(file: Path, resolved: Resolved) -> list[Measured]:
    """The figures as KPIs and months of a scenario. Raises ScenarioProblems with everything that is wrong."""
    problems: list[Problem] = []
    actuals = read_actuals(file, problems)
    found: dict[tuple[str, int], tuple[float, Origin]] = {}
    for one in actuals:
        wrong = _not_there(one, resolved)
        month = _month(one, resolved)
        if wrong is not None:
            problems.append(wrong)
        if month is None:
            labels = resolved.calendar.month_labels
            problems.append(Problem("", f"{one.date} lies outside the scenario's horizon",
                                    f"{labels[0]} to {labels[-1]}", origin=one.origins[0]))  # fmt: skip
        if wrong is not None or month is None:
            continue
        if (one.what.text, month) in found:
            first = found[one.what.text, month][1]
            problems.append(Problem("", f"{one.what.text} of {resolved.calendar.month_labels[month]} was given before, "
                                        f"in line {first.line}", origin=one.origins[1]))  # fmt: skip
            continue
        found[one.what.text, month] = (one.value, one.origins[1])
    if not actuals and not problems:
        problems.append(Problem("", "there is no row", origin=Origin(str(file), 1, 1)))
    if problems:
        raise ScenarioProblems(problems)
    return [Measured(kpi, month, value) for (kpi, month), (value, _) in found.items()]


def _not_there(one: Actual, resolved: Resolved) -> Problem | None:
    """Why the scenario cannot have a KPI, where it cannot."""
    origin, what, scenario = one.origins[1], one.what, resolved.scenario
    if what.kpi in VALUES:
        return Problem("", f"{what.kpi} is known for the whole horizon only, not by month", origin=origin)
    if what.kpi in UNIT_COSTS:
        return (
            Problem("", f"{what.kpi} is known for everything together", what.kpi, origin=origin) if what.parts else None
        )
    names = [*scenario.channels, *dict(resolved.document).get("reasons", {}), *scenario.teams, *scenario.segments]
    for part in what.parts:
        if part not in names:
            return Problem("", f"the scenario has no channel, reason or team '{part}'", listed(names),
                           nearest(part, names), origin)  # fmt: skip
    try:
        kpi, where = named_kpi(resolved, what.text)
    except ValueError as problem:
        return Problem("", str(problem), origin=origin)
    channel = where.get("channel")
    if not KPIS[kpi].applies(scenario) or (channel is not None and not KPIS[kpi].channels(scenario, channel)):
        return Problem("", f"the scenario cannot have {what.text}: it has nothing to do with it", origin=origin)
    return None


def _month(one: Actual, resolved: Resolved) -> int | None:
    """Number of the horizon's month in which a date lies; a month alone means the one that starts in it."""
    calendar = resolved.calendar
    if one.whole_month:
        label = f"{one.date:%Y-%m}"
        return calendar.month_labels.index(label) if label in calendar.month_labels else None
    day = calendar.day_of_date(one.date)
    if not 0 <= day < calendar.days:
        return None
    return int(np.searchsorted(calendar.month_edges_ms, calendar.day_edges_ms[day], side="right")) - 1


def _fill(found: Monitored, folder: Path) -> None:
    """Tables, charts and the page."""
    save_tables(folder, words.frames(found))
    drawn = charts(found)
    for chart in drawn:
        save_chart(folder, chart.key, chart.at)
    inputs = words.inputs_table(found)
    sections = [Extra("months", "Plan against actual", (), (words.months_table(found),), tuple(drawn))]
    if inputs is not None:
        sections.append(Extra("inputs", "What would explain it", (words.NOT_A_CAUSE,), (inputs,)))
    title = f"{found.resolved.scenario.name}: plan against actual"
    page = lean_page(title, words.answer(found), words.remarks(found), words.basis(found), sections)
    (folder / "report.html").write_text(page, encoding="utf-8")


PANELS = 6


def charts(found: Monitored) -> list[Chart]:
    """Plan's band, actual points and the best explanation, six KPIs a chart, those that left first."""
    order = {"left": 0, "back": 1, "inside": 2}
    tracks = sorted(found.tracks, key=lambda track: order[track.state])
    return [_chart(found, tracks[k : k + PANELS], k // PANELS) for k in range(0, len(tracks), PANELS)]


def _chart(found: Monitored, tracks: Sequence[Track], number: int) -> Chart:
    numbers = sorted({month.measured.month for track in tracks for month in track.months})
    labels = [found.label(n) for n in numbers]
    told = found.explanation
    best = told.ranked[0] if told is not None and told.ranked else None
    panels = []
    for track in tracks:
        by = {month.measured.month: month for month in track.months}

        def line(pick: Any, by: dict[int, Any] = by) -> np.ndarray:
            return np.array([pick(by[n]) if n in by else np.nan for n in numbers])

        also: tuple[tuple[str, np.ndarray], ...] = ()
        if best is not None:
            under = [best.predicted.get((track.what.text, n), np.nan) for n in numbers]
            also = (("with the first change", np.array(under)),)
        band = (f"{fmt.percent(found.confidence, 0)} of outcomes", line(lambda m: m.low), line(lambda m: m.high))
        panels.append(
            bands.Panel(track.what.text, line(lambda m: m.plan), (band,), line(lambda m: m.measured.value),
                        lambda value, track=track: fmt.plain(words.shown(found, track, float(value))), also)  # type: ignore[misc]
        )  # fmt: skip
    gone = [track.what.text for track in tracks if track.state == "left"]
    text = (
        f"Band: where a month comes out if the plan holds; points: what came. Outside now: {', '.join(gone) or 'none'}."
    )
    title = "Plan and actual by month" + (f", part {number + 1}" if number else "")
    return Chart(f"plan_and_actual_{number + 1}", title, text, lambda size: bands.bands(panels, labels, size))
