"""From files to files: read, fit, write, and back-test what was written."""

from __future__ import annotations

from pathlib import Path

from sim.calibrate.backtest import back_test
from sim.calibrate.contacts import read_contacts
from sim.calibrate.extract import CalibrationError, read_extract
from sim.calibrate.fit import Options, calibrate, slug
from sim.calibrate.scenario_file import write_scenario
from sim.calibrate.summary import Table, back_test_tables, tables
from sim.engine import DEFAULT_ENGINE
from sim.scenario.load import load
from sim.scenario.problems import Origin, Problem, ScenarioProblems
from sim.scenario.units import QuantityError, parse_duration


def run(
    contacts: Path,
    out: Path,
    extract: Path | None = None,
    name: str | None = None,
    timezone: str | None = None,
    floor: str = "10 s",
    retry_window: str = "1 h",
    repeat_window: str = "1 day",
    patience_by_reason: bool = False,
    replications: int = 0,
    seed: int | None = None,
    jobs: int = 1,
    engine: str = DEFAULT_ENGINE,
) -> tuple[list[Table], tuple[Path, ...]]:
    """Fit `contacts` and write the scenario to `out`; returns tables to show and the files written.

    With `replications`, both the replay and the usual week are simulated and set beside the log. Raises
    ScenarioProblems with everything that is wrong; nothing is written then.
    """
    try:
        options = Options(_seconds(floor), _seconds(retry_window), _seconds(repeat_window), patience_by_reason)
        log = read_contacts(contacts, read_extract(extract) if extract else None, timezone)
        fit = calibrate(log, options)
        written = write_scenario(fit, out, name if name is not None else slug(out.stem))
    except (CalibrationError, QuantityError) as error:
        origin = Origin(str(contacts))
        raise ScenarioProblems([Problem("", line, origin=origin) for line in str(error).splitlines()]) from error
    shown = tables(fit)
    if replications:
        for path, title in ((written[1], "Replay of the dates"), (written[0], "The usual week")):
            test = back_test(log, load(path), replications, seed, engine=engine, jobs=jobs)
            shown += back_test_tables(test, title)
    return shown, written


def _seconds(text: str) -> float:
    return parse_duration(text) / 1000.0
