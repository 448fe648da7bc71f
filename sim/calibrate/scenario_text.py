"""Pieces of the files that calibration writes: quantities as text, values with their evidence, lists by half-hour."""

from __future__ import annotations

import datetime as dt

import numpy as np

from sim.calibrate.fit import ASSUMED_HANDLE, Calibration, ChannelFit, TeamFit


def seconds(value: float) -> str:
    """`176 s`, three significant figures or whole milliseconds."""
    return f"{value:.4g} s" if value < 10_000 else f"{value / 3600:.4g} h"


def percent(share: float) -> str:
    """Three significant figures."""
    return f"{100 * share:.3g} %"


def source(fit: Calibration) -> str:
    """Where the log is from."""
    vendor = fit.log.extract.vendor.replace('"', "'")
    return vendor if vendor else "contact log"


def period(fit: Calibration) -> str:
    """Its first and last day."""
    return f"{fit.log.first_day} to {fit.log.date(fit.log.days - 1)}"


def evidence(fit: Calibration, note: str, indent: int, level: str = "measured") -> list[str]:
    """The `evidence:` block that belongs below a value at this indent."""
    pad = " " * indent
    text = note.replace('"', "'")
    lines = [f"{pad}evidence:", f"{pad}  level: {level}"]
    if level == "measured":
        lines += [f'{pad}  source: "{source(fit)}"', f'{pad}  date: "{period(fit)}"']
    return [*lines, f'{pad}  note: "{text}"']


def measured(fit: Calibration, key: str, value: str, note: str, indent: int, level: str = "measured") -> list[str]:
    """`key: {value: ..., evidence: ...}` as a block."""
    pad = " " * indent
    return [f"{pad}{key}:", f"{pad}  value: {value}", *evidence(fit, note, indent + 2, level)]


def start(fit: Calibration) -> dt.date:
    """The Monday of the log's first week: lists of a week then start on it."""
    return fit.log.first_day - dt.timedelta(days=fit.log.first_day.weekday())


def rows(values: np.ndarray, labels: list[str], indent: str, digits: int | None = None) -> list[str]:
    """A flow list of (n, 48) figures, one line a day with its name behind it."""
    shown = np.char.mod("%d" if digits is None else f"%.{digits}g", values)
    lines = [f"{indent}{', '.join(row)},  # {label}" for row, label in zip(shown, labels, strict=True)]
    return [f"{indent[:-2]}[", *lines, f"{indent[:-2]}]"]


def retries(fit: Calibration, channel: ChannelFit) -> bool:
    """Whether the usual week lets customers of this channel try again."""
    return channel.live and channel.patience is not None and fit.returns.retry is not None


def staff_note(team: TeamFit, dates: bool = False) -> tuple[str, str]:
    """(level, note) of the evidence of a team's staff."""
    fit = team.dates if dates else team.week
    grade = fit.grade()
    staffed = max(int((fit.agents > 0).sum()), 1)
    if fit.basis.startswith("staffed"):
        which = "of each date" if dates else "mean of the dates"
        return "measured", f"{fit.basis}, by half-hour; {which}, whole agents"
    if not fit.basis.startswith("waits"):
        return "assumed", "no waits to infer it from (or too large a team): offered load plus its square root"
    if fit.basis == ASSUMED_HANDLE:
        return "assumed", f"inferred from {fit.basis} ({team.service_s:.0f} s): right only as far as that is"
    parts = ", ".join(f"{percent((grade == g).sum() / staffed)} {g}" for g in ("good", "fair", "poor"))
    return "measured", (
        f"inferred from {fit.basis}: Erlang-A under the contacts that came (mean handle time with wrap-up "
        f"{team.service_s:.0f} s, patience {team.patience_s:.0f} s); 95 % intervals of at most 2, 4 and more agents: "
        f"{parts}; agents as effective as if always at hand, fewer than were on the payroll"
    )
