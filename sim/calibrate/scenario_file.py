"""The fitted scenario as a file that a planner reads: every fitted figure with its evidence, profiles as CSV beside it.

Two files: the usual week (for planning), and the replay, which lays the recorded dates over it: every contact as it
came, staff by date. The replay is what a back-test runs; it says nothing about next month.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from sim.calibrate.arrivals import DAY_NAMES, Profile
from sim.calibrate.durations import DurationFit
from sim.calibrate.extract import CalibrationError
from sim.calibrate.fit import Calibration, ChannelFit, ReasonFit, TeamFit
from sim.calibrate.intervals import IntervalLog
from sim.calibrate.repeats import ReturnFit
from sim.calibrate.scenario_replay import replay_text
from sim.calibrate.scenario_text import (
    evidence,
    measured,
    percent,
    period,
    retries,
    rows,
    seconds,
    source,
    staff_note,
    start,
)
from sim.scenario.calendar import Calendar
from sim.scenario.files import write_whole
from sim.scenario.problems import Origin, Problem, ScenarioProblems
from sim.scenario.schema.demand import Horizon
from sim.scenario.units import MS_PER_DAY

REOPEN_SPREAD = "3 h"
NAME = re.compile(r"[a-z0-9][a-z0-9_]*")


def write_scenario(fit: Calibration, out: Path, name: str) -> tuple[Path, ...]:
    """Write the scenario to `out`, its replay beside it as `<stem>_replay.yaml`, and profiles; returns all paths."""
    if not NAME.fullmatch(name):
        raise CalibrationError([f"name {name!r}: lower-case letters, digits and _ are allowed"])
    replay = out.with_name(f"{out.stem}_replay{out.suffix}")
    profiles = {out.with_name(file): _profile_csv(each) for file, each in _profiles(fit, out.stem).items()}
    texts = {out: _week(fit, name, out.stem), replay: replay_text(fit, name, out.name), **profiles}
    write_texts(texts)
    return tuple(texts)


def write_texts(texts: Mapping[Path, str]) -> None:
    """Writes files, each whole or not at all, and their folder. Raises ScenarioProblems where that cannot be."""
    for path, text in texts.items():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, text)
        except OSError as error:
            wrong = f"{path} cannot be written: {error.strerror}"
            raise ScenarioProblems([Problem("", wrong, origin=Origin("--out"))]) from None


def _profiles(fit: Calibration, stem: str) -> dict[str, Profile]:
    own = {f"{stem}_week_{key}.csv": reason.profile for key, reason in fit.reasons.items() if reason.own_profile}
    return own if len(own) == len(fit.reasons) else {f"{stem}_week.csv": fit.profile} | own


def _profile_csv(profile: Profile) -> str:
    lines = ["day,time,weight"]
    for w, slot in np.ndindex(7, 48):
        lines.append(f"{DAY_NAMES[w]},{slot // 2:02d}:{slot % 2 * 30:02d},{profile.mean[w, slot]:.4g}")
    return "\n".join(lines) + "\n"


def _week(fit: Calibration, name: str, stem: str) -> str:
    log = fit.log
    weeks = max(1, round(log.days / 7))
    own = [key for key, reason in fit.reasons.items() if reason.own_profile]
    lines = [
        f"# Fitted by `deskplan calibrate` from {log.contacts} contacts of {source(fit)}, {period(fit)}.",
        "# Every figure that the log bears out says so in its evidence, with how sure it is. What the log cannot tell",
        "# (wages, resolution where customers are not recognised, who else could serve) is left at its default.",
        "schema: 1",
        f"name: {name}",
        f'title: "Fitted from {source(fit)}, {period(fit)}"',
        f"horizon: {{start: {start(fit)}, length: {weeks} weeks, timezone: {log.timezone}}}",
        "experiment: {seed: 1, replications: 10}",
        "demand:",
    ]
    if len(own) < len(fit.reasons):
        lines += measured(fit, "week_profile", f"{stem}_week.csv", _profile_note(fit.profile), 2)
    b = fit.busyness
    sure = (
        f"{b.days} days; cv +/- {1.96 * b.cv_se:.3f}, correlation +/- {1.96 * b.correlation_se:.2f} (95 %, jackknife)"
    )
    lines += [
        "  busyness:  # days busier or quieter than their weekday's mean, beyond chance",
        f"    cv: {b.cv:.3f}",
        f"    correlation: {b.correlation:.2f}",
        *evidence(fit, sure, 4),
        "reasons:",
    ]
    for key, reason in fit.reasons.items():
        lines += _reason(fit, key, reason, stem)
    lines.append("channels:")
    for channel in fit.channels.values():
        lines += _channel(fit, channel)
    lines.append("teams:")
    for team in fit.teams.values():
        lines += _team(fit, team)
    return "\n".join(lines) + "\n"


def _profile_note(profile: Profile) -> str:
    low, high = int(profile.days.min()), int(profile.days.max())
    days = f"{low}" if low == high else f"{low} to {high}"
    smoothed = percent(profile.smoothed_share)
    return f"means of {days} days of each weekday; {smoothed} of the weight is from neighbouring half-hours"


def _reason(fit: Calibration, key: str, reason: ReasonFit, stem: str) -> list[str]:
    rate = reason.profile.per_day * fit.fresh_share
    spread = 1.96 * math.sqrt(max(reason.n, 1)) / fit.log.days * fit.fresh_share
    first = percent(fit.fresh_share)
    note = f"{reason.n} contacts, of which {first} are taken as first ones; +/- {spread:.2g} a day by chance"
    if isinstance(fit.log, IntervalLog):
        note = f"{reason.n} contacts, repeats among them, which sums cannot tell; +/- {spread:.2g} a day by chance"
    lines = [f"  {key}:", *measured(fit, "rate", f"{rate:.5g} /day", note, 4)]
    if reason.own_profile:
        lines += measured(fit, "profile", f"{stem}_week_{key}.csv", _profile_note(reason.profile), 4)
    shares = _hundred(reason.channels)
    lines.append(f"    channels: {{{', '.join(f'{c}: {s}' for c, s in shares.items())}}}")
    lines += _handle(fit, reason)
    repeat = fit.returns.repeat
    if repeat is not None:
        lines += measured(fit, "resolved_first", percent(1 - repeat.excess), _return_note(repeat, "answered"), 4)
        lines.append(
            f"    unresolved: {{share: 100 %, after: {{mean: {seconds(_delay(repeat))}, distribution: exponential}}}}"
        )
    return lines


def _delay(fit: ReturnFit) -> float:
    return fit.delay_s if math.isfinite(fit.delay_s) and fit.delay_s > 0 else fit.window_s / 2


def _return_note(fit: ReturnFit, what: str) -> str:
    return (
        f"{fit.followed} {what} contacts of recognised customers ({percent(fit.recognised_share)} of all; the "
        f"others are taken to be alike): {percent(fit.within)} back within {fit.window_s / 3600:g} h, "
        f"{percent(fit.by_chance)} in a like window a week later; the excess is "
        f"{percent(fit.excess)} +/- {percent(fit.half_width)}"
    )


def _hundred(shares: Mapping[str, float]) -> dict[str, str]:
    """Shares in hundredths of a percent that add up to 100 % exactly."""
    parts = {name: round(10_000 * share) for name, share in shares.items()}
    largest = max(parts, key=lambda name: parts[name])
    parts[largest] += 10_000 - sum(parts.values())
    return {name: f"{value / 100:g} %" for name, value in parts.items() if value > 0}


def _handle_note(d: DurationFit, wrap: bool) -> str:
    if d.sums:
        return _sums_note(d) + ("; wrap-up apart" if wrap else "")
    other = d.other
    return (
        f"{d.n} contacts ({d.basis}); mean +/- {d.mean_half_width_s:.3g} s (95 %); {d.family} by AIC "
        f"({other.family} is {other.aic - d.chosen.aic:.0f} worse), KS {d.chosen.ks:.3f}, AD {d.chosen.ad:.1f}; "
        f"{percent(d.short_share)} below {d.floor_s:g} s left out of the fit and added back to mean and cv"
        + ("; wrap-up apart" if wrap else "")
    )


def _sums_note(d: DurationFit) -> str:
    return (
        f"{d.n} contacts ({d.basis}); mean +/- {d.mean_half_width_s:.3g} s (95 %); the cv is from the spread of the "
        "sums, an upper estimate; the family cannot be told from sums"
    )


def _handle(fit: Calibration, reason: ReasonFit) -> list[str]:
    d = reason.handle
    if d is None:
        about = "no handle time is recorded, and resolution time is not handle time: "
        about += "the figure given with --handle" if fit.options.handle_s else "an example, not yours; see --handle"
        times = {c: fit.channels[c].assumed_handle_s for c in reason.channels}
        mean = max(times.values())
        lines = ["    handle:", f"      mean: {seconds(mean)}", "      cv: 1"]
        if len(set(times.values())) > 1:
            lines.append(f"      by_channel: {{{', '.join(f'{c}: {percent(t / mean)}' for c, t in times.items())}}}")
        return [*lines, *evidence(fit, about, 6, "assumed")]
    wrap = any(fit.channels[c].wrap for c in reason.channels)
    factors = ", ".join(f"{c}: {percent(f)}" for c, f in reason.by_channel.items())
    level = "measured" if d.basis.startswith(("measured", "logged")) else "assumed"
    return [
        "    handle:",
        f"      mean: {seconds(d.mean_s)}",
        f"      cv: {d.cv:.3f}",
        f"      distribution: {d.family}",
        *([f"      by_channel: {{{factors}}}"] if factors else []),
        *evidence(fit, _handle_note(d, wrap), 6, level),
    ]


def _channel(fit: Calibration, channel: ChannelFit) -> list[str]:
    hours = channel.opening.hours
    note = f"from answered contacts; {percent(channel.opening.outside_share)} of contacts lie outside and are left out"
    if not channel.live:
        note = "messages arrive at any time; who answers when is in the staffing"
    quoted = [f'"{text}"' for text in hours]
    written = quoted[0] if len(quoted) == 1 else f"[{', '.join(quoted)}]"
    lines = [
        f"  {channel.name}:",
        *measured(fit, "hours", written, note, 4, "measured" if channel.live else "assumed"),
        *_closed(fit, channel),
    ]
    lines += _patience(fit, channel)
    if channel.wrap:
        w = channel.wrap
        lines += [
            "    wrap_up:",
            f"      mean: {seconds(w.mean_s)}",
            f"      cv: {w.cv:.3f}",
            f"      distribution: {w.family}",
        ]
        note = _sums_note(w) if w.sums else f"{w.n} contacts ({w.basis}); mean +/- {w.mean_half_width_s:.2g} s (95 %)"
        lines += evidence(fit, note, 6)
    elif channel.turnaround_s > 0:
        note = "not recorded: median time to an agent's next contact while somebody waited"
        times = f"{note}, {channel.turnaround_n} times"
        lines += measured(fit, "wrap_up", seconds(channel.turnaround_s), times, 4)
    if channel.parallel > 1:
        note = "95 % of contacts had at most so many in hand; the speed of each is not identified"
        lines += measured(fit, "parallel", str(channel.parallel), note, 4)
    retry = fit.returns.retry
    if retry is not None and retries(fit, channel):
        lines += [
            "    retry:",
            f"      share: {percent(retry.excess)}",
            f"      after: {{mean: {seconds(_delay(retry))}, distribution: exponential}}",
            *evidence(fit, _return_note(retry, "abandoned"), 6),
        ]
    if channel.live:
        lines.append("    target: {share: 80 %, within: 20 s}  # a common one; not from the log")
    return lines


def _closed(fit: Calibration, channel: ChannelFit) -> list[str]:
    """First contacts arrive in opening hours only; who comes back later in the day may find the channel closed."""
    if not channel.live:
        return ["    when_closed: wait"]
    if fit.returns.retry is None and fit.returns.repeat is None:
        return ["    when_closed: lost"]
    return [
        "    when_closed: reopen  # only who comes back can find it closed, and most do so the next day",
        f"    reopen_spread: {REOPEN_SPREAD}  # not from the log",
    ]


def _patience(fit: Calibration, channel: ChannelFit) -> list[str]:
    p = channel.patience
    if p is None:
        about = "no, or too few, abandoned contacts: patience is not identifiable"
        return measured(fit, "patience", "never", about, 4, "assumed")
    known = [s for s in (30.0, 120.0, 300.0) if math.isfinite(p.kaplan_meier.at(s))]
    seen = ", ".join(f"{100 * p.kaplan_meier.at(s):.0f}/{100 * p.survival(s):.0f} % at {s:g} s" for s in known)
    note = (
        f"{p.n} contacts that waited, {p.abandoned} abandoned, the others censored; mean {p.mean_low_s:.0f} to "
        f"{p.mean_high_s:.0f} s (95 %), shape +/- {p.shape_half_width:.2g}; {p.family} by AIC (the other is "
        f"{p.aic_other - p.aic:.0f} worse); still waiting, Kaplan-Meier/fitted: {seen}"
    )
    if isinstance(fit.log, IntervalLog):
        note = (
            f"{p.n} contacts, {p.abandoned} abandoned; {p.method}; mean {p.mean_low_s:.0f} to {p.mean_high_s:.0f} s "
            "(95 %); the shape cannot be told from sums"
        )
    factors = ", ".join(
        f"{key}: {percent(channel.by_reason[reason.name])}"
        for key, reason in fit.reasons.items()
        if reason.name in channel.by_reason and channel.name in reason.channels
    )
    note += "; reasons differ beyond chance (0.1 %)" if factors else ""
    return [
        "    patience:",
        f"      distribution: {p.family}",
        f"      mean: {seconds(p.mean_s)}",
        *([f"      shape: {p.shape:.3f}"] if p.family == "weibull" else []),
        *([f"      by_reason: {{{factors}}}"] if factors else []),
        *evidence(fit, note, 6),
    ]


def _team(fit: Calibration, team: TeamFit) -> list[str]:
    weeks = max(1, round(fit.log.days / 7))
    calendar = Calendar.of(Horizon(start=start(fit), length=f"{weeks} weeks", timezone=fit.log.timezone))
    level, note = staff_note(team)
    week_slot = calendar.slot_local[1]
    steady = bool((np.diff(calendar.day_edges_ms[: calendar.days + 1]) == MS_PER_DAY).all())
    values = team.week.agents
    labels = list(DAY_NAMES)
    if not steady:  # the clocks change: lists count elapsed time, so the whole horizon is written out
        flat = team.week.agents.reshape(-1)[week_slot]
        values = np.concatenate([flat, np.zeros(-len(flat) % 48, dtype=int)]).reshape(-1, 48)
        labels = [f"day {k + 1}" for k in range(len(values))]
    return [
        f"  {team.name}:",
        f"    serves: [{', '.join(team.channels)}]",
        "    policy: longest_wait" if len(team.channels) > 1 else "    policy: priority",
        "    staffing:",
        "      every: 30 min",
        f"      repeat: {'true' if steady else 'false'}",
        *evidence(fit, note, 6, level),
        "      agents:  # half-hours from 00:00, a line a day",
        *rows(values, labels, "          "),
    ]
