"""Outcomes of the held-out days, simulated: of a fitted scenario under draws of its figures, or of one as it is."""

from __future__ import annotations

import datetime as dt
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from sim.calibrate.backtest_cells import Cells, logged, simulated, stacked
from sim.calibrate.backtest_draws import STAFF_WORDS, Staff, Window, draw_layer, level_spread
from sim.calibrate.contacts import ContactLog
from sim.calibrate.extract import CalibrationError
from sim.calibrate.fit import Calibration
from sim.engine import DEFAULT_ENGINE, prepare, simulate
from sim.scenario.evidence import collect
from sim.scenario.layers import Layers
from sim.scenario.load import finish, load
from sim.scenario.nodes import from_python
from sim.scenario.problems import ScenarioProblems, listed, nearest
from sim.scenario.resolved import Resolved
from sim.scenario.uncertain import laws_of
from sim.scenario.units import MS_PER_DAY
from sim.scenario.vary import Sources

LEAD_DAYS = 7
"""Days simulated before the held-out ones: a queue and who comes back are then as they would be."""
IN_TIME_S = 20.0
"""Answered in time where the channel has no target of its own."""
Tell = Callable[[int, int], None]
World = Callable[[], Resolved]
"""What makes the scenario of one outcome; it is called where the outcome is simulated."""


@dataclass(frozen=True)
class Prediction:
    """Actual sums, and those of every simulated outcome."""

    channels: tuple[str, ...]
    first_day: dt.date
    weekday: np.ndarray  # int (days,) Monday 0
    actual: Cells
    outcomes: Cells
    """Arrays (outcomes, channels, days, 24)."""
    within_s: tuple[float, ...]
    holds: str
    """What the spread of the outcomes holds, in words."""
    seed: int
    engine: str

    @property
    def count(self) -> int:
        """Number of outcomes."""
        return len(self.outcomes.contacts)


def predict_fit(
    fit: Calibration,
    file: Path,
    held_out: ContactLog,
    draws: int,
    staff: Staff = "dates",
    seed: int | None = None,
    jobs: int = 1,
    engine: str = DEFAULT_ENGINE,
    within_s: float | None = None,
    tell: Tell | None = None,
) -> Prediction:
    """The held-out days under `draws` draws of what was fitted; `file` is the fitted scenario as written."""
    resolved = load(file)
    channels = _channels(held_out, resolved, file)
    within = _within(resolved, channels, within_s)
    seed = resolved.scenario.experiment.seed if seed is None else seed
    window = Window(held_out.first_day, LEAD_DAYS, held_out.days, fit.log.timezone)
    folder = Path(tempfile.mkdtemp(prefix="deskplan-"))
    try:
        layers = [draw_layer(fit, window, staff, held_out, seed, k, folder) for k in range(draws)]
        worlds = [partial(_laid, dict(resolved.document), layer, file.parent) for layer in layers]
        cells = _run(worlds, seed, engine, jobs, channels, within, LEAD_DAYS, held_out.days, tell)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    fitted = [
        "mean handle time" if any(reason.handle for reason in fit.reasons.values()) else "",
        "mean patience" if any(channel.patience for channel in fit.channels.values()) else "",
    ]
    within_fit = " and ".join(filter(None, fitted))
    holds = (
        f"chance (one outcome, not a mean), busier and quieter days, the level of the volume (+/- "
        f"{196 * level_spread(fit):.1f} %), the weight of each half-hour"
        f"{f', {within_fit} within their fit' if within_fit else ''}; staff: {STAFF_WORDS[staff]}"
    )
    return _prediction(held_out, channels, within, cells, holds, seed, engine)


def predict_scenario(
    sources: Sources,
    held_out: ContactLog,
    draws: int,
    seed: int | None = None,
    jobs: int = 1,
    engine: str = DEFAULT_ENGINE,
    within_s: float | None = None,
    tell: Tell | None = None,
) -> Prediction:
    """The held-out days as a scenario predicts them, as it is; what it declares `uncertain` is drawn.

    Days are matched by date where the horizon covers them, else by weekday. Raises CalibrationError where it has too
    few days or lacks a channel of the log.
    """
    resolved = sources.declared()
    channels = _channels(held_out, resolved, Path(sources.file))
    within = _within(resolved, channels, within_s)
    seed = resolved.scenario.experiment.seed if seed is None else seed
    sources, resolved = lengthened(sources, resolved, held_out)
    first, how = aligned(resolved, held_out)
    laws = laws_of(resolved)
    worlds: list[World] = []
    for k in range(draws):
        rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, k])))
        changes = {law.path: law.at(float(rng.random())) for law in laws}
        worlds.append(partial(sources.resolved, changes) if changes else partial(_itself, resolved))
    cells = _run(worlds, seed, engine, jobs, channels, within, first, held_out.days, tell)
    drawn = f", {len(laws)} inputs that it declares uncertain" if laws else "; no input is declared uncertain"
    holds = f"chance (one outcome, not a mean){drawn}; days matched by {how}"
    return _prediction(held_out, channels, within, cells, holds, seed, engine)


def lengthened(sources: Sources, resolved: Resolved, log: ContactLog) -> tuple[Sources, Resolved]:
    """The scenario with as many days as the log needs, where all that it has repeats from week to week.

    A fitted scenario has the days that it was fitted on. A staffing list that does not repeat cannot be lengthened.
    """
    try:
        aligned(resolved, log)
    except CalibrationError:
        ends = any(team.staffing and not team.staffing.repeat for team in resolved.scenario.teams.values())
        if ends:
            raise
        days = log.days + 14 + -(-resolved.scenario.horizon.warm_up // MS_PER_DAY)
        whole = () if resolved.scenario.horizon.months is None else ("horizon.months=null",)
        longer = replace(sources, sets=(*sources.sets, *whole, f"horizon.length={days} days"))
        try:
            return longer, longer.declared()
        except ScenarioProblems:
            return sources, resolved
    return sources, resolved


def aligned(resolved: Resolved, log: ContactLog) -> tuple[int, str]:
    """Local day of the scenario's horizon on which the log's first day falls, and by what."""
    calendar = resolved.calendar
    warm = -(-resolved.scenario.horizon.warm_up // MS_PER_DAY)
    by_date = (log.first_day - calendar.start).days
    if by_date >= warm and by_date + log.days <= calendar.days:
        return by_date, "date"
    first = by_date % 7
    while first < warm:
        first += 7
    if first + 7 + log.days <= calendar.days:
        first += 7  # the first week fills the queue and brings who comes back
    if first + log.days > calendar.days:
        needed = first + log.days
        raise CalibrationError([
            f"{resolved.scenario.name}: its horizon has {calendar.days} days from {calendar.start:%A} "
            f"{calendar.start}, the held-out days are {log.days} from {log.first_day:%A} on and need {needed}: "
            f"lengthen it (--set 'horizon.length={needed} days') or hold out less (--until)"
        ])  # fmt: skip
    return first, "weekday"


def _channels(log: ContactLog, resolved: Resolved, file: Path) -> tuple[str, ...]:
    have = resolved.scenario.channels
    wanted = [str(name) for name in log.rows["channel"].value_counts().index]
    problems = []
    for name in wanted:
        if name not in have:
            near = nearest(name, have)
            meant = f"; did you mean {near}?" if near else ""
            problems.append(f"{file}: the log has the channel '{name}', the scenario has {listed(have)}{meant}")
    if problems:
        raise CalibrationError(problems)
    return tuple(wanted)


def _within(resolved: Resolved, channels: Sequence[str], within_s: float | None) -> tuple[float, ...]:
    if within_s is not None:
        return (within_s,) * len(channels)
    targets = [resolved.scenario.channels[name].target for name in channels]
    return tuple(IN_TIME_S if target is None else target.within / 1000.0 for target in targets)


def _prediction(
    held_out: ContactLog, channels: tuple[str, ...], within: tuple[float, ...], cells: list[Cells], holds: str,
    seed: int, engine: str,
) -> Prediction:  # fmt: skip
    weekday = (held_out.first_day.weekday() + np.arange(held_out.days)) % 7
    actual = logged(held_out, channels, within)
    return Prediction(channels, held_out.first_day, weekday, actual, stacked(cells), within, holds, seed, engine)


def _run(
    worlds: Sequence[World],
    seed: int,
    engine: str,
    jobs: int,
    channels: tuple[str, ...],
    within: tuple[float, ...],
    first: int,
    days: int,
    tell: Tell | None,
) -> list[Cells]:
    from joblib import Parallel, delayed

    prepare(engine)  # before there are workers: each would compile for itself
    found: list[Cells] = []

    def results() -> Iterator[Cells]:
        with Parallel(n_jobs=jobs, return_as="generator") as pool:
            yield from pool(
                delayed(_outcome)(world, number, seed, engine, channels, within, first, days)
                for number, world in enumerate(worlds)
            )

    for cells in results():
        found.append(cells)
        if tell is not None:
            tell(len(found), len(worlds))
    return found


def _outcome(
    world: World, number: int, seed: int, engine: str, channels: tuple[str, ...], within: tuple[float, ...], first: int,
    days: int,
) -> Cells:  # fmt: skip
    resolved = world()
    return simulated(resolved, simulate(resolved, seed, number, engine).outcomes, channels, within, first, days)


def _itself(resolved: Resolved) -> Resolved:
    return resolved


def _laid(document: Mapping[str, Any], layer: Mapping[str, Any], folder: Path) -> Resolved:
    """A layer on a scenario, both in memory: reading a list of a thousand half-hours takes longer than simulating it.

    Files that the document names are beside `folder`.
    """
    layers = Layers(folders={"": folder})
    return finish(collect(layers.laid(from_python(document), from_python(layer)), layers.about_defaults), layers)
