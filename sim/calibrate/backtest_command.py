"""Back-test, from files to figures: cut the log, fit or take a scenario as it is, predict, score, and mark."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sim.calibrate.backtest_draws import Staff
from sim.calibrate.backtest_predict import Tell, predict_fit, predict_scenario
from sim.calibrate.backtest_score import FEWEST_OUTCOMES, Scored, Thresholds, score_all
from sim.calibrate.backtest_split import Split, period, split
from sim.calibrate.contacts import ContactLog
from sim.calibrate.extract import CalibrationError, read_extract
from sim.calibrate.fit import Options, calibrate
from sim.calibrate.intervals import IntervalLog
from sim.calibrate.scenario_file import NAME, write_scenario
from sim.calibrate.vendors.read import read_log
from sim.engine import DEFAULT_ENGINE
from sim.scenario.calibrated import Mark
from sim.scenario.load import load
from sim.scenario.problems import Origin, Problem, ScenarioProblems
from sim.scenario.resolved import Resolved
from sim.scenario.units import QuantityError, parse_duration
from sim.scenario.vary import Sources

AS_WRITTEN = "as written"


@dataclass(frozen=True)
class BackTested:
    """All that a back-test found."""

    resolved: Resolved
    """The scenario that was tested: as given, or as fitted."""
    held_out: ContactLog
    fitted: str
    """Dates it was fitted on, or `as written`."""
    staff: Staff | None
    """Where the staff of the held-out days is from; None: from the scenario as given."""
    scored: Scored
    files: tuple[Path, ...]
    """The fitted scenario and its profiles, where one was fitted."""

    @property
    def markable(self) -> bool:
        """Whether it is the scenario itself that predicted, with nothing taken from the held-out days."""
        return self.staff != "seen"

    def mark(self, today: dt.date) -> Mark:
        """What lies beside the scenario."""
        found, verdict = self.scored, self.scored.verdict
        figures: dict[str, dict[str, float]] = {}
        for check in verdict.checks:
            figures.setdefault(check.figure, {})[check.what] = round(check.value, 4)
        limits = found.thresholds
        return Mark(
            calibrated=verdict.calibrated and self.markable,
            date=today.isoformat(),
            digest=self.resolved.digest,
            fitted=self.fitted,
            held_out=period(self.held_out),
            contacts=len(self.held_out.rows),
            outcomes=found.prediction.count,
            holds=found.prediction.holds,
            thresholds={"coverage_80": limits.coverage_80, "coverage_95": limits.coverage_95, "error": limits.wape,
                        "bias": limits.bias, "least_contacts": limits.least_contacts,
                        "least_hours": float(limits.least_hours)},
            figures=figures,
            missed=tuple(f"{check.figure}: {check.what}" for check in verdict.checks if not check.holds),
            not_recorded=verdict.not_recorded,
        )  # fmt: skip


def back_test_files(
    scenario: str | None,
    contacts: Path,
    folder: Path,
    name: str = "fitted",
    extract: Path | None = None,
    timezone: str | None = None,
    vendor: str | None = None,
    mapping: Path | None = None,
    train: str | None = None,
    until: dt.date | None = None,
    staff: Staff = "dates",
    draws: int = 199,
    thresholds: Thresholds | None = None,
    within: str | None = None,
    overlays: Sequence[str] = (),
    sets: Sequence[str] = (),
    seed: int | None = None,
    jobs: int = 1,
    engine: str = DEFAULT_ENGINE,
    tell: Tell | None = None,
) -> BackTested:
    """Hold a log against `scenario` as it is, or (None) against what is fitted on the log's first part.

    A fitted scenario is written into `folder` as `<name>.yaml`. Raises ScenarioProblems with everything that is wrong.
    """
    try:
        if draws < FEWEST_OUTCOMES:
            raise CalibrationError([f"--draws {draws}: a 95 % interval takes at least {FEWEST_OUTCOMES} outcomes"])
        if scenario is None and not NAME.fullmatch(name):
            raise CalibrationError([f"name {name!r}: lower-case letters, digits and _ are allowed"])
        within_s = None if within is None else parse_duration(within) / 1000.0
        log = read_log(contacts, read_extract(extract) if extract else None, timezone, vendor, mapping)
        if isinstance(log, IntervalLog):
            raise CalibrationError(["an interval report holds no contacts to hold a prediction against: give a log"])
        if scenario is None:
            cut = split(log, train, until)
            return _fitted(cut, folder, name, staff, draws, thresholds, within_s, seed, jobs, engine, tell)
        held_out = split(log, train, until).held_out if train is not None or until is not None else log
        sources = Sources(scenario, tuple(overlays), tuple(sets))
        resolved = sources.declared()
        found = predict_scenario(sources, held_out, draws, seed, jobs, engine, within_s, tell)
        return BackTested(resolved, held_out, AS_WRITTEN, None, score_all(found, thresholds), ())
    except CalibrationError as error:
        raise ScenarioProblems(error.located(contacts)) from error
    except QuantityError as error:
        origin = Origin(str(contacts))
        raise ScenarioProblems([Problem("", line, origin=origin) for line in str(error).splitlines()]) from error


def _fitted(
    cut: Split, folder: Path, name: str, staff: Staff, draws: int, thresholds: Thresholds | None,
    within_s: float | None, seed: int | None, jobs: int, engine: str, tell: Tell | None,
) -> BackTested:  # fmt: skip
    fit = calibrate(cut.fitted, Options())
    new = sorted(set(cut.held_out.rows["channel"]) - set(fit.channels))
    if new:
        raise CalibrationError([f"the held-out days have channels that the fitted ones have not: {', '.join(new)}"])
    if staff == "seen" and not cut.held_out.rows["agent_key"].notna().any():
        raise CalibrationError(["--staff seen: the log has no agent_key, so nobody is seen at work"])
    files = write_scenario(fit, folder / f"{name}.yaml", name)
    found = predict_fit(fit, files[0], cut.held_out, draws, staff, seed, jobs, engine, within_s, tell)
    return BackTested(
        load(files[0]), cut.held_out, cut.fitted_period, staff, score_all(found, thresholds),
        tuple(file for file in files if not file.stem.endswith("_replay")),
    )  # fmt: skip
