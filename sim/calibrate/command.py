"""From files to files: read, fit, write, and back-test what was written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.calibrate.backtest import back_test
from sim.calibrate.checks import Check
from sim.calibrate.contacts import CHANNELS
from sim.calibrate.extract import CalibrationError, read_extract
from sim.calibrate.fit import Calibration, Options, calibrate, slug
from sim.calibrate.interval_fit import calibrate_intervals
from sim.calibrate.intervals import IntervalLog
from sim.calibrate.scenario_file import write_scenario
from sim.calibrate.summary import Table, back_test_tables, tables
from sim.calibrate.vendors.load import vendors
from sim.calibrate.vendors.read import read_log
from sim.engine import DEFAULT_ENGINE
from sim.scenario.load import load
from sim.scenario.problems import Origin, Problem, ScenarioProblems, listed, nearest
from sim.scenario.units import QuantityError, parse_duration


@dataclass(frozen=True)
class Calibrated:
    """What a calibration shows and what it wrote."""

    vendor: str
    tables: tuple[Table, ...]
    files: tuple[Path, ...]
    checks: tuple[Check, ...]

    def plain(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "vendor": self.vendor,
            "files": [str(path) for path in self.files],
            "checks": [vars(check) for check in self.checks],
            "tables": [table.plain() for table in self.tables],
        }


def run(
    contacts: Path,
    out: Path,
    extract: Path | None = None,
    name: str | None = None,
    timezone: str | None = None,
    vendor: str | None = None,
    mapping: Path | None = None,
    handle: Sequence[str] = (),
    floor: str = "10 s",
    retry_window: str = "1 h",
    repeat_window: str = "1 day",
    patience_by_reason: bool = False,
    replications: int = 0,
    seed: int | None = None,
    jobs: int = 1,
    engine: str = DEFAULT_ENGINE,
) -> Calibrated:
    """Fit an export and write the scenario to `out`.

    With `replications`, both the replay and the usual week are simulated and set beside the log. Raises
    ScenarioProblems with everything that is wrong; nothing is written then.
    """
    try:
        times = handle_times(handle)
        options = Options(_seconds(floor), _seconds(retry_window), _seconds(repeat_window), patience_by_reason,
                          handle_s=times)  # fmt: skip
        log = read_log(contacts, read_extract(extract) if extract else None, timezone, vendor, mapping)
        fit: Calibration
        fit = calibrate_intervals(log, options) if isinstance(log, IntervalLog) else calibrate(log, options)
        written = write_scenario(fit, out, name if name is not None else slug(out.stem))
    except CalibrationError as error:
        raise ScenarioProblems(error.located(contacts)) from error
    except QuantityError as error:
        origin = Origin(str(contacts))
        raise ScenarioProblems([Problem("", line, origin=origin) for line in str(error).splitlines()]) from error
    shown = tables(fit)
    if replications:
        if isinstance(log, IntervalLog):
            wrong = "an interval report holds no contacts to set a simulation beside"
            raise ScenarioProblems([Problem("--back-test", wrong, "a contact log")])
        for path, title in ((written[1], "Replay of the dates"), (written[0], "The usual week")):
            test = back_test(log, load(path), replications, seed, engine=engine, jobs=jobs)
            shown += back_test_tables(test, title)
    return Calibrated(fit.log.vendor, tuple(shown), tuple(written), fit.checks)


def _seconds(text: str) -> float:
    return parse_duration(text) / 1000.0


def handle_times(texts: Sequence[str]) -> Mapping[str, float]:
    """`['5 min', 'chat=8 min']` -> seconds by channel; '' stands for all others. Raises CalibrationError."""
    found: dict[str, float] = {}
    problems: list[str | Problem] = []
    for text in texts:
        channel, mark, duration = text.partition("=")
        channel = channel.strip() if mark else ""
        if channel and channel not in CHANNELS:
            problems.append(Problem("--handle", f"{channel!r} is no channel", listed(CHANNELS),
                                    nearest(channel, CHANNELS)))  # fmt: skip
            continue
        try:
            found[channel] = _seconds(duration if mark else text)
        except QuantityError as error:
            problems.append(Problem("--handle", str(error)))
    if problems:
        raise CalibrationError(problems)
    return found


def vendor_list() -> Table:
    """All exports that can be read."""
    rows = tuple(
        (name, named.mapping.title, named.mapping.layout if named.mapping.layout != "either" else "csv, json",
         "; ".join(named.mapping.fits), "; ".join(named.mapping.cannot))
        for name, named in sorted(vendors().items())
    )  # fmt: skip
    note = "`--vendor NAME` where the headings do not tell; a mapping of your own with --mapping. See docs/exports.md."
    return Table("Exports that can be read", ("vendor", "export", "layout", "what can be fitted", "what cannot"), rows,
                 note)  # fmt: skip
