"""The fitted satisfaction as tables to read and as an overlay to lay on a scenario."""

from __future__ import annotations

from pathlib import Path

from sim.calibrate.contacts import ContactLog
from sim.calibrate.extract import CalibrationError, read_extract
from sim.calibrate.satisfaction import Points, SatisfactionFit, fit_satisfaction
from sim.calibrate.scenario_file import write_texts
from sim.calibrate.summary import Table
from sim.calibrate.vendors.read import read_log
from sim.scenario.problems import Origin, Problem, ScenarioProblems
from sim.scenario.units import QuantityError, parse_duration

_WORDS = {
    "base": "answered within the target, at the first contact, resolved",
    "wait_over_target": "each doubling of the wait beyond the target",
    "extra_contact": "each contact after the first",
    "transfer": "each transfer",
    "bot_failure": "a bot was met first and did not help",
    "unresolved": "the last contact was given up or is open",
}


def run(
    contacts: Path,
    out: Path | None = None,
    extract: Path | None = None,
    timezone: str | None = None,
    target: str | None = None,
    vendor: str | None = None,
    mapping: Path | None = None,
) -> tuple[list[Table], SatisfactionFit]:
    """Fit the scores of a contact log or an export; tables to show, and the fit. With ``out`` the overlay is written.

    Raises ScenarioProblems with what is wrong; nothing is written then.
    """
    try:
        log = read_log(contacts, read_extract(extract) if extract else None, timezone, vendor, mapping)
        if not isinstance(log, ContactLog):
            raise CalibrationError(["an interval report holds no scores of single contacts"])
        fit = fit_satisfaction(log, parse_duration(target) / 1000.0 if target else None)
    except CalibrationError as error:
        raise ScenarioProblems(error.located(contacts)) from error
    except QuantityError as error:
        origin = Origin(str(contacts))
        raise ScenarioProblems([Problem("", line, origin=origin) for line in str(error).splitlines()]) from error
    if out is not None:
        write_texts({out: overlay(log, fit)})
    return [_function(fit), _thirds(fit)], fit


def _function(fit: SatisfactionFit) -> Table:
    rows = tuple(
        (
            p.field,
            _WORDS[p.field],
            f"{p.cases:,}",
            f"{100 * p.points:.1f} +/- {100 * p.half_width:.1f}",
            f"{p.score:.2f} +/- {p.score_half_width:.2f}",
        )
        for p in (fit.base, *fit.points)
    )
    chosen = "the wait that fits best" if fit.target_chosen else "as given"
    share, explained = 100 * fit.cases / fit.served, 100 * fit.variance_explained
    note = (
        f"Target {fit.target_s:g} s ({chosen}); {fit.cases:,} of {fit.served:,} cases served by people have a score "
        f"({share:.0f} %), and who answers is no random sample. Intervals of 95 %, HC3. The function explains "
        f"{explained:.1f} % of the scores' variance: it is about means, not about single customers."
    )
    if fit.left_out:
        note += f" Not told by this log: {', '.join(fit.left_out)}, repeated_context."
    return Table(
        "What lowers satisfaction", ("field", "what happened", "cases", "percentage points", "score points"), rows, note
    )


def _thirds(fit: SatisfactionFit) -> Table:
    rows = tuple(
        (
            f"{t.from_s:g} to {t.until_s:g} s",
            f"{t.cases:,}",
            f"{100 * t.answered_share:.0f} %",
            f"{t.score:.2f} +/- {t.score_half_width:.2f}",
            f"{t.fitted_score:.2f}",
            f"{100 * t.satisfied:.1f} % +/- {100 * t.satisfied_half_width:.1f}",
            f"{100 * t.fitted:.1f} %",
        )
        for t in fit.thirds
    )
    headings = ("longest wait", "cases", "gave a score", "score", "fitted", "satisfied", "fitted")
    return Table("The log beside the function, by wait", headings, rows)


def overlay(log: ContactLog, fit: SatisfactionFit) -> str:
    """YAML that replaces what the log tells of `satisfaction`, each figure with its evidence."""
    source = (log.extract.vendor or "contact log").replace('"', "'")
    period = f"{log.first_day} to {log.date(log.days - 1)}"
    lines = [
        f"# Fitted by `deskplan satisfaction` from {fit.cases} scored cases of {source}, {period}.",
        f"# In the log a wait counts beyond {fit.target_s:g} s; in a scenario it counts beyond the channel's target.",
        "satisfaction:",
    ]
    for points in (fit.base, *fit.points):
        lines += [
            f"  {points.field}:",
            f"    value: {100 * min(1.0, max(0.0, points.points)):.3g} %",
            "    evidence:",
            "      level: measured",
            f'      source: "{source}"',
            f'      date: "{period}"',
            f'      note: "{_note(points)}"',
        ]
    return "\n".join(lines) + "\n"


def _note(points: Points) -> str:
    figure = (
        f"{100 * points.points:.1f} +/- {100 * points.half_width:.1f} percentage points (95 %), {points.cases} cases"
    )
    if points.points < 0:
        return f"{figure}; the log says the opposite of lower, so 0 is taken"
    if points.field != "base" and points.points < points.half_width:
        return f"{figure}; the interval holds 0"
    return figure
