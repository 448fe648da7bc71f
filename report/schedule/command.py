"""`deskplan schedule`: read, find the need, cover it, simulate where asked, write the folder."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from optimize.requirement import requirement
from optimize.requirement.cover import NotCoverable
from optimize.requirement.limits import BadTarget
from optimize.schedule.need import BadNeed, read_need
from optimize.schedule.overlay import overlay_of
from optimize.schedule.search import CannotCover, NoSchedule, Schedule, schedule
from optimize.schedule.terms import terms_of
from optimize.solver import SolverMissing, available
from report.given import Refused, check_given, check_writable
from report.lean import Clock, save_chart, save_tables, write_lean
from report.schedule import page, tables
from report.schedule.side_by_side import SideBySide, side_by_side
from sim.engine import DEFAULT_ENGINE
from sim.feedback import Unbounded
from sim.scenario.emit import to_yaml
from sim.scenario.load import load
from sim.scenario.problems import nearest
from sim.scenario.resolved import Resolved
from sim.scenario.units import QuantityError, parse_duration, parse_share

OVERLAY = "schedule.yaml"


@dataclass(frozen=True)
class Scheduled:
    """What was found."""

    resolved: Resolved
    schedules: tuple[Schedule, ...]
    period: str
    """Where the need comes from."""
    asked_gap: float
    time_limit: float
    simulated: SideBySide | None
    notes: tuple[str, ...]
    folder: Path


@dataclass(frozen=True)
class Asked:
    """Options that were written as texts, read."""

    time_limit: float
    gap: float

    @staticmethod
    def read(time_limit: str, gap: str) -> Asked:
        """Raises Refused."""
        wrong = []
        seconds, share = 0.0, 0.0
        try:
            seconds = parse_duration(time_limit) / 1000
            if seconds <= 0:
                wrong.append("--time-limit: a time above 0 is needed, such as '60 s'")
        except QuantityError as problem:
            wrong.append(f"--time-limit {time_limit!r}: {problem}")
        try:
            share = parse_share(gap)
        except QuantityError as problem:
            wrong.append(f"--gap {gap!r}: {problem}")
        if wrong:
            raise Refused("\n".join(wrong))
        return Asked(seconds, share)


def run_schedule(
    file: str,
    out: Path,
    arguments: Sequence[str],
    progress_to: TextIO,
    quiet: bool,
    need: Path | None = None,
    teams: Sequence[str] = (),
    solver: str = "highs",
    time_limit: str = "60 s",
    gap: str = "0.5 %",
    month: str | None = None,
    simulate: bool = False,
    reps: int | None = None,
    seed: int | None = None,
    jobs: int = 1,
    engine: str | None = None,
    overlays: Sequence[str] = (),
    sets: Sequence[str] = (),
) -> Scheduled:
    """The schedules and their folder. Raises ScenarioProblems, Refused (bad input) and NoSchedule."""
    clock = Clock.start()
    check_given(engine, jobs)
    asked = Asked.read(time_limit, gap)
    resolved = load(file, overlays, sets)
    _check(resolved, teams, month, need, solver)
    check_writable(out)
    wanted, period, notes = _need(resolved, need, teams, month, solver)
    shrinkage = {name: _shrinkage(resolved, name) for name in wanted}
    schedules = []
    failed: list[NoSchedule] = []
    for name, agents in wanted.items():
        team = resolved.scenario.teams[name]
        terms = terms_of(resolved.scenario, name)
        notes += [f"{name}: {note}" for note in terms.notes]
        if not quiet:
            print(
                f"{name}: looking for the cheapest week, {asked.time_limit:g} s at most", file=progress_to, flush=True
            )
        try:
            schedules.append(schedule(terms, team, agents, shrinkage[name], solver, asked.time_limit, asked.gap))  # type: ignore[arg-type]
        except NoSchedule as problem:
            failed.append(problem)
        except (SolverMissing, ValueError) as problem:
            raise Refused(str(problem)) from None
    if failed:
        short = {slot: count for each in failed if isinstance(each, CannotCover) for slot, count in each.short.items()}
        words = "\n".join(str(each) for each in failed)
        raise CannotCover(words, short) if short else NoSchedule(words)
    text = to_yaml(overlay_of(schedules, resolved.scenario.teams))
    planned = _planned(file, overlays, sets, text)
    simulated = None
    if simulate:
        try:
            simulated = side_by_side(resolved, planned, month, reps, seed, jobs, engine, progress_to, quiet)
        except Unbounded as problem:
            raise Refused(str(problem)) from None
    found = Scheduled(resolved, tuple(schedules), period, asked.gap, asked.time_limit, simulated, tuple(notes), out)
    circumstances = clock.circumstances("schedule", arguments, jobs)
    facts = {
        "need": period,
        "solver": solver,
        "time_limit_s": asked.time_limit,
        "gap_asked": asked.gap,
        "teams": [tables.facts(one) for one in schedules],
        **({} if simulated is None else {"engine": engine or DEFAULT_ENGINE, "seed": simulated.seed,
                                         "replications": simulated.replications}),
    }  # fmt: skip
    folder = write_lean(out, circumstances, [resolved], lambda folder: _fill(folder, found, text), facts)
    return Scheduled(resolved, tuple(schedules), period, asked.gap, asked.time_limit, simulated, tuple(notes), folder)


def _check(resolved: Resolved, teams: Sequence[str], month: str | None, need: Path | None, solver: str) -> None:
    """Raises Refused with everything that is wrong."""
    wrong = []
    known = list(resolved.scenario.teams)
    for name in teams:
        if name not in known:
            like = nearest(name, known)
            wrong.append(f"--team: there is no team '{name}'; there are: {', '.join(known)}"
                         + (f"; did you mean {like}?" if like else ""))  # fmt: skip
    labels = resolved.calendar.month_labels
    if month is not None and month != "busiest" and month not in labels:
        like = nearest(month, [*labels, "busiest"])
        hint = f"; did you mean {like}?" if like else ""
        wrong.append(f"--month {month!r}: the horizon has {labels[0]} to {labels[-1]}, and 'busiest'{hint}")
    if month is not None and need is not None:
        wrong.append("--month chooses whose need is worked out, and --need gives it: one of them")
    if not available(solver):  # type: ignore[arg-type]
        other = "cbc" if solver == "highs" else "highs"
        wrong.append(f"the solver {solver} is not installed; try --solver {other}")
    if wrong:
        raise Refused("\n".join(wrong))


def _need(
    resolved: Resolved, need: Path | None, teams: Sequence[str], month: str | None, solver: str
) -> tuple[dict[str, np.ndarray], str, list[str]]:
    """Agents by team that somebody needs, where the figures come from, and notes."""
    known = list(resolved.scenario.teams)
    if need is not None:
        try:
            found = read_need(need, known, teams[0] if len(teams) == 1 else None)
        except BadNeed as problem:
            raise Refused(str(problem)) from None
        period, notes = need.as_posix(), []
    else:
        try:
            required = requirement(resolved, "erlang", month, solver=solver)  # type: ignore[arg-type]
        except (NotCoverable, BadTarget) as problem:
            raise NoSchedule(f"the need: {problem}") from None
        found = {name: required.agents[t].astype(float) for t, name in enumerate(required.teams)}
        period, notes = f"Erlang, {required.period}", [f"Need: {note}" for note in required.notes]
    chosen = {name: found[name] for name in teams or found if name in found and found[name].any()}
    if not chosen:
        raise Refused(f"nobody of {', '.join(teams) or 'any team'} is needed in any half-hour: nothing to schedule")
    return chosen, period, notes


def _shrinkage(resolved: Resolved, name: str) -> float:
    away = resolved.scenario.teams[name].shrinkage
    return 1.0 - (1.0 - away.planned) * (1.0 - away.absence)


def _planned(file: str, overlays: Sequence[str], sets: Sequence[str], text: str) -> Resolved:
    """The scenario under the schedule, read like any overlay."""
    with tempfile.TemporaryDirectory(prefix="deskplan_") as folder:
        path = Path(folder) / OVERLAY
        path.write_text(text, encoding="utf-8")
        return load(file, [*overlays, str(path)], sets)


def _fill(folder: Path, found: Scheduled, overlay: str) -> None:
    every = {"roster.csv": tables.roster(found.schedules), "cover.csv": tables.cover(found.schedules)}
    if found.simulated is not None:
        every["simulated.csv"] = tables.simulated(found.simulated)
    save_tables(folder, every)
    (folder / OVERLAY).write_text(overlay, encoding="utf-8")
    for one in found.schedules:
        for chart in page.charts_of(one):
            save_chart(folder, chart.key, chart.at)
    (folder / "report.html").write_text(page.page(found), encoding="utf-8")


def told_gap(one: Schedule) -> str:
    """How far from the best it may be, in words."""
    if one.gap is None or not math.isfinite(one.gap):
        return "no bound is known"
    if one.gap <= 1e-6:
        return "proven to be the cheapest"
    return f"at most {one.gap:.2%} above the cheapest".replace("%", " %")


def plain(found: Scheduled) -> dict[str, Any]:
    """All of it as plain data."""
    return {
        "schema": 1,
        "scenario": found.resolved.scenario.name,
        "currency": found.resolved.scenario.currency,
        "need": found.period,
        "time_limit_s": found.time_limit,
        "gap_asked": found.asked_gap,
        "teams": [{**tables.facts(one), "roster": tables.roster([one]).to_dict("records")} for one in found.schedules],
        "simulated": None if found.simulated is None else found.simulated.as_plain(),
        "notes": list(found.notes),
        "folder": found.folder.as_posix(),
    }
