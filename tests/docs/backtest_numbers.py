"""The tables of docs/backtest.md, computed from the February log; run as a script it prints them."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from report import format as fmt
from report.back_test_text import TITLES, shown
from sim.calibrate.backtest_command import BackTested, back_test_files
from tests.calibrate.convert_anonbank import convert

ROWS = ("contacts", "abandonment_rate", "mean_wait", "service_level", "handle_time")
STAFF = {"dates": "A", "usual": "B", "seen": "C"}
DRAWS = 119
"""Of 119 outcomes 95 % lie between the 3rd and the 3rd last, 80 % between the 12th and the 12th last."""


def held_against(source: Path, folder: Path, staff: str) -> BackTested:
    """Three weeks fitted, the fourth predicted, as the command does it."""
    contacts, extract = convert(source, folder / "log")
    out = folder / staff
    out.mkdir()
    return back_test_files(None, contacts, out, "february", extract=extract, train="3 weeks", staff=staff, draws=DRAWS)  # type: ignore[arg-type]


def scores(found: dict[str, BackTested]) -> list[str]:
    """A line a figure and staffing."""
    lines = []
    for name in ROWS:
        for staff, letter in STAFF.items():
            fine, hourly, whole = (found[staff].scored.of(name, by)[1] for by in ("date_hour", "hour", "whole"))
            one = found[staff].scored.of(name, "whole")[0]
            ends = fmt.span(shown(name, float(one.low[0.95][0])), shown(name, float(one.high[0.95][0])))
            inside = [fmt.percent(each.share, 0) for each in fine.coverage]
            cells = [
                TITLES[name], letter, f"{shown(name, whole.predicted)} ({ends})", shown(name, whole.actual),
                fmt.percent(whole.bias, 0, True), *inside, fmt.percent(hourly.wape, 0),
                fmt.number(hourly.correlation, 2), fmt.number(fine.correlation, 2),
            ]  # fmt: skip
            lines.append(f"| {' | '.join(cells)} |")
    return [fmt.plain(line) for line in lines]


def by_hour(found: BackTested) -> list[str]:
    """A line an hour of the day: predicted and actual."""
    lines = []
    each = {name: found.scored.of(name, "hour")[0] for name in ROWS}
    for hour in range(24):
        if each["contacts"].expected[hour] < 1:
            continue
        cells = [f"{hour:02d}"]
        for name, one in each.items():
            mark = "" if bool(one.inside(0.95)[hour]) else " !"
            cells += [shown(name, float(one.predicted[hour])), shown(name, float(one.actual[hour])) + mark]
        lines.append(fmt.plain(f"| {' | '.join(cells)} |"))
    return lines


def missed(found: BackTested) -> list[str]:
    """Every threshold that is missed."""
    return [f"{check.figure}: {check.what}" for check in found.scored.verdict.checks if not check.holds]


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        made = {staff: held_against(Path(sys.argv[1]), Path(place), staff) for staff in STAFF}
    sys.stdout.write("\n".join([*scores(made), "", *by_hour(made["dates"]), "", *missed(made["dates"]), ""]))
