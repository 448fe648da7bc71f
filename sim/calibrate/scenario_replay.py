"""The recorded dates laid over the usual week: every contact as it came, staff by date. For back-tests only."""

from __future__ import annotations

import numpy as np

from sim.calibrate.fit import Calibration
from sim.calibrate.scenario_text import evidence, measured, period, retries, rows, source, staff_note
from sim.scenario.calendar import Calendar
from sim.scenario.schema.demand import Horizon


def _by_elapsed(fit: Calibration, table: np.ndarray, divide: bool) -> tuple[np.ndarray, list[str], int]:
    """(days, 48) local figures by elapsed half-hour from the first midnight, padded to whole lines of 48.

    On a day with 25 hours the hour that comes twice shares its contacts (`divide`) and keeps its staff.
    """
    log = fit.log
    calendar = Calendar.of(Horizon(start=log.first_day, length=f"{log.days + 1} days", timezone=log.timezone))
    day, week_slot = calendar.slot_local
    inside = day < log.days
    cell = day[inside] * 48 + week_slot[inside] % 48
    times = np.bincount(cell, minlength=log.days * 48)
    flat = table.reshape(-1)[cell] / (times[cell] if divide else 1)
    slots = len(flat)
    padded = np.concatenate([flat, np.zeros(-slots % 48)]).reshape(-1, 48)
    labels = [f"{log.date(d):%a} {log.date(d)}" if d < log.days else "" for d in range(len(padded))]
    return padded, labels, slots


def replay_text(fit: Calibration, name: str, base: str) -> str:
    """The replay as a file that extends `base`."""
    log = fit.log
    _, _, slots = _by_elapsed(fit, fit.count, True)
    lines = [
        f"# {source(fit)}, {period(fit)}, as it came: contacts and staff by date and half-hour, over {base}.",
        "# Second attempts are among the contacts, so nobody retries or comes back here. For back-tests only.",
        f"extends: {base}",
        f"name: {name}_replay",
        f'title: "Replay of {source(fit)}, {period(fit)}"',
        f"horizon: {{start: {log.first_day}, length: {slots * 30} min}}",
        "demand: {busyness: {cv: 0, correlation: 0}}",
        "reasons:",
    ]
    for key, reason in fit.reasons.items():
        table, labels, _ = _by_elapsed(fit, reason.count, True)
        rate = table.reshape(-1)[:slots].sum() / (slots / 48)
        lines += [
            f"  {key}:",
            *measured(fit, "rate", f"{rate:.6g} /day", f"{reason.n} contacts, all of them", 4),
            "    resolved_first: 100 %",
            "    profile:",
            "      every: 30 min",
            "      weights:",
            *_exact(rows(table, labels, "          ", 6), slots),
        ]
    retrying = [c.name for c in fit.channels.values() if retries(fit, c)]
    if retrying:
        lines += ["channels:", *(f"  {name}: {{retry: null}}" for name in retrying)]
    lines.append("teams:")
    for team in fit.teams.values():
        table, labels, _ = _by_elapsed(fit, team.dates.agents, False)
        level, note = staff_note(team, dates=True)
        lines += [
            f"  {team.name}:",
            "    staffing:",
            "      every: 30 min",
            "      repeat: false",
            *evidence(fit, note, 6, level),
            "      agents:",
            *rows(table, labels, "          "),
        ]
    return "\n".join(lines) + "\n"


def _exact(lines: list[str], slots: int) -> list[str]:
    """Cut the padding off the last line, so that a list of weights has exactly one for each half-hour."""
    extra = -slots % 48
    if not extra:
        return lines
    numbers, _, label = lines[-2].partition("  #")
    indent = numbers[: len(numbers) - len(numbers.lstrip())]
    kept = numbers.strip().rstrip(",").split(", ")[:-extra]
    return [*lines[:-2], f"{indent}{', '.join(kept)},  #{label}", lines[-1]]
