"""What `backtest` does: hold a log against a scenario or a fit, write the folder, and leave the mark."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from report import back_test_text as words
from report import format as fmt
from report.charts import bands
from report.draw import Chart
from report.extra import Extra
from report.given import Refused, check_given, check_writable
from report.lean import Clock, save_chart, save_tables, teller, write_lean
from report.lean_page import lean_page
from sim.calibrate.backtest_cells import BY_WORDS, By
from sim.calibrate.backtest_command import BackTested, back_test_files
from sim.calibrate.backtest_score import JUDGED, Thresholds
from sim.calibrate.fit import slug
from sim.engine import DEFAULT_ENGINE
from sim.scenario.calibrated import Mark, beside, read_mark, write_mark
from sim.scenario.layers import locate
from sim.scenario.units import QuantityError, parse_share


def back_test(
    files: Sequence[str],
    out: Path,
    arguments: Sequence[str],
    progress_to: TextIO,
    quiet: bool,
    fit: bool = False,
    write: Path | None = None,
    mark: bool = True,
    least_coverage: tuple[str, str] = ("70 %", "88 %"),
    most_error: str = "25 %",
    most_bias: str = "10 %",
    jobs: int = 1,
    engine: str | None = None,
    **choices: Any,
) -> tuple[tuple[BackTested, str], Path]:
    """Back-tests SCENARIO LOG, or LOG alone (fitted on its first part); returns what was found with the
    path of the mark (empty: there is none), and the folder.

    Raises ScenarioProblems and Refused.
    """
    clock = Clock.start()
    check_given(engine, jobs)
    limits = thresholds(least_coverage, most_error, most_bias)
    scenario, log = _given(files, fit, write, choices)
    check_writable(out)
    name = slug(write.stem) if write is not None else "fitted"
    draft = Path(tempfile.mkdtemp(prefix="deskplan-"))
    try:
        tell = None if quiet else teller(progress_to, "outcomes")
        found = back_test_files(
            scenario,
            log,
            draft,
            name,
            thresholds=limits,
            jobs=jobs,
            engine=engine or DEFAULT_ENGINE,
            tell=tell,
            **choices,
        )
        circumstances = clock.circumstances("backtest", arguments, jobs)
        made = found.mark(clock.started.date())
        facts = {"engine": found.scored.prediction.engine, "seed": found.scored.prediction.seed,
                 "outcomes": found.scored.prediction.count, "fitted": found.fitted, "held_out": made.held_out,
                 "calibrated": made.calibrated}  # fmt: skip
        folder = write_lean(out, circumstances, [found.resolved], partial(_fill, found, made), facts)
        marked = _placed(
            found, made, folder, scenario, write, mark, bool(choices.get("sets") or choices.get("overlays"))
        )
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return (found, marked), folder


def thresholds(coverage: tuple[str, str], error: str, bias: str) -> Thresholds:
    """As given on the command line. Raises Refused with everything that is no share."""
    shares, problems = [], []
    for option, text in (("--least-coverage", coverage[0]), ("--least-coverage", coverage[1]), ("--most-error", error),
                         ("--most-bias", bias)):  # fmt: skip
        try:
            shares.append(parse_share(text))
        except QuantityError as problem:
            problems.append(f"{option} {text}: {problem}")
    if problems:
        raise Refused("\n".join(problems))
    return Thresholds(shares[0], shares[1], shares[2], shares[3])


def _given(files: Sequence[str], fit: bool, write: Path | None, choices: dict[str, Any]) -> tuple[str | None, Path]:
    """The scenario (None: fit) and the log."""
    if not 1 <= len(files) <= 2:
        raise Refused("give SCENARIO and LOG, or LOG alone, whose first part is then fitted")
    if len(files) == 2 and fit:
        raise Refused("--fit fits a scenario on the log's first part: leave SCENARIO out, or leave --fit out")
    log = Path(files[-1])
    if not log.is_file():
        raise Refused(f"there is no file '{log}'")
    if len(files) == 1:
        if choices.get("sets") or choices.get("overlays"):
            raise Refused("--set and --overlay change a SCENARIO; a fitted one is taken as it is fitted")
        return None, log
    if write is not None:
        raise Refused("--write writes what was fitted, and nothing is fitted where a SCENARIO is given")
    if choices.pop("staff", "dates") == "seen":
        raise Refused("--staff is for a fit: a SCENARIO has staff of its own")
    return files[0], log


def _fill(found: BackTested, made: Mark, folder: Path) -> None:
    """Tables, charts, page and text of the folder."""
    save_tables(folder, words.frames(found))
    drawn = charts(found)
    for chart in drawn:
        save_chart(folder, chart.key, chart.at)
    sections = [
        Extra("scores", "How good the prediction was", (), (words.tables(found)[0],)),
        *(Extra(f"along_{chart.key}", title, (), (table,), (chart,))
          for chart, title, table in zip(drawn, ("By hour of the day", "By day"), _tables(found), strict=True)),
        Extra("thresholds", "What a calibrated scenario must show", (_WHY,), (words.tables(found)[-1],)),
    ]  # fmt: skip
    if len(found.scored.prediction.channels) > 1:
        sections.insert(1, Extra("channels", "By channel", (), (words.tables(found)[1],)))
    title = f"Back-test of {found.resolved.scenario.name}"
    page = lean_page(title, words.answer(found), words.remarks(found), words.basis(found), sections)
    (folder / "report.html").write_text(page, encoding="utf-8")
    write_mark(made, folder / "mark.yaml")


_WHY = (
    "Coverage asks whether the intervals are honest: too few actual figures inside means that the scenario is surer "
    "than it may be. Errors ask whether it is of use: intervals wide enough to hold everything would pass the first. "
    "docs/backtest.md says why each threshold is where it is."
)


def _tables(found: BackTested) -> list[Any]:
    return [table for table in words.tables(found) if table.caption.startswith("By ") and table.caption != "By channel"]


def charts(found: BackTested) -> list[Chart]:
    """Predicted band and actual points by hour of the day and by day."""
    return [_chart(found, "by_hour", "hour"), _chart(found, "by_day", "day")]


def _chart(found: BackTested, key: str, by: By) -> Chart:
    names = [name for name in JUDGED if any(score.figure == name for score in found.scored.scores)]
    each = {name: found.scored.of(name, by)[0] for name in names}
    first = each["contacts"]
    there = first.expected >= 1
    labels = [label for label, use in zip(words.place_labels(found, by), there, strict=True) if use]
    if by == "day":
        labels = [f"{label[:3]} {int(label[-2:])}." for label in labels]
    panels, outside = [], []
    for name, one in each.items():
        ends = tuple(
            (f"{100 * level:.0f} % of outcomes", one.low[level][there], one.high[level][there])
            for level in (0.95, 0.80)
        )
        panels.append(
            bands.Panel(words.TITLES[name].capitalize(), one.predicted[there], ends, one.actual[there],
                        lambda value, name=name: fmt.plain(words.shown(name, float(value)).replace(".0", "")))  # type: ignore[misc]
        )  # fmt: skip
        inside, known = one.inside(0.95)[there], np.isfinite(one.actual[there])
        outside.append(f"{words.TITLES[name]} {int((known & ~inside).sum())} of {int(known.sum())}")
    text = (f"Band: 80 % (dark) and 95 % (light) of simulated outcomes; points: what came. Outside 95 %: "
            f"{', '.join(outside)}.")  # fmt: skip
    return Chart(key, f"Predicted and actual by {BY_WORDS[by]}", text, lambda size: bands.bands(panels, labels, size))


def _placed(
    found: BackTested, made: Mark, folder: Path, scenario: str | None, write: Path | None, mark: bool, changed: bool
) -> str:
    """Writes the fitted scenario where it was asked for, and the mark beside what was tested; returns the mark's path.

    An earlier mark of the same scenario that this back-test contradicts is replaced by one that says so.
    """
    target: Path | None = None
    if scenario is None and write is not None:
        write.parent.mkdir(parents=True, exist_ok=True)
        for file in found.files:
            shutil.copyfile(file, write.parent / (write.name if file == found.files[0] else file.name))
        target = write
    elif scenario is not None and not changed:
        place = locate(scenario, Path())
        target = place[0] if place is not None and Path(scenario).is_file() else None
    inside = folder / "scenarios" / f"{found.resolved.scenario.name}.yaml"
    if made.calibrated:
        write_mark(made, beside(inside))
    if target is None or not mark:
        return beside(inside).as_posix() if made.calibrated else ""
    earlier = read_mark(beside(target)) if beside(target).is_file() else None
    if not made.calibrated and not (earlier is not None and earlier.digest == made.digest and found.markable):
        return ""
    try:
        write_mark(made, beside(target))
    except OSError as problem:
        raise Refused(f"cannot write {beside(target)}: {problem.strerror}; the back-test is in {folder}") from None
    return beside(target).as_posix()
