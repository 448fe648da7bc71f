"""How a fitted scenario may turn out in the held-out days: one layer a draw, with figures drawn within their fit.

A draw holds the level of the volume, the weight of every half-hour of the week, each reason's mean handle time, each
channel's mean patience, and the staff. What is not drawn: retries and repeats, the opening hours, the family of a law,
and anything that changed since the fitted weeks.
"""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from sim.calibrate.arrivals import DAY_NAMES, SPARSE_COUNT, Profile, recorded_days, weekdays
from sim.calibrate.contacts import ContactLog
from sim.calibrate.fit import Calibration, TeamFit
from sim.calibrate.staffing import observe
from sim.scenario.calendar import Calendar
from sim.scenario.schema.demand import Horizon

Staff = Literal["usual", "dates", "seen"]
STAFF_WORDS: dict[Staff, str] = {
    "usual": "the usual week of the fitted weeks",
    "dates": "that of a fitted day of the same weekday, drawn anew for each held-out day",
    "seen": "agents seen at work in the held-out days, as effective as those of the fitted weeks were",
}
Z_95 = 1.959964
MOST_CORRELATION = 0.8
"""Few weeks cannot tell a lasting change of the level from days that cluster; beyond this the formula says nothing."""


@dataclass(frozen=True)
class Window:
    """Which days are simulated: some before the held-out ones, so that the queue and who comes back are there."""

    first: dt.date
    lead: int
    days: int
    timezone: str

    @property
    def horizon(self) -> dict[str, str]:
        """As the scenario has it; one day follows, in which late contacts end."""
        start = self.first - dt.timedelta(days=self.lead)
        return {"start": start.isoformat(), "length": f"{self.lead + self.days + 1} days"}

    @property
    def calendar(self) -> Calendar:
        """Its clock."""
        start = self.first - dt.timedelta(days=self.lead)
        return Calendar.of(Horizon(start=start, length=f"{self.lead + self.days + 1} days", timezone=self.timezone))


def level_spread(fit: Calibration) -> float:
    """Relative standard error of the mean level of contacts: chance, and days that are busier and cluster (AR(1)).

    The variance of a mean of n days with correlation r is cv^2 (1 + r) / (1 - r) / n (Box, Jenkins and Reinsel).
    """
    b, total = fit.busyness, max(float(fit.count.sum()), 1.0)
    r = min(max(b.correlation, 0.0), MOST_CORRELATION)
    return math.sqrt(b.cv**2 * (1 + r) / (1 - r) / max(b.days, 1) + 1 / total)


def draw_layer(
    fit: Calibration, window: Window, staff: Staff, held_out: ContactLog, seed: int, number: int, folder: Path
) -> dict[str, Any]:
    """The layer of one draw, to be laid on the fitted scenario; its profiles are written into `folder`."""
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, number])))
    document: dict[str, Any] = {"horizon": window.horizon}
    level = math.exp(level_spread(fit) * rng.standard_normal())
    if not all(reason.own_profile for reason in fit.reasons.values()):
        document["demand"] = {"week_profile": _profile(rng, fit.profile, folder / f"week_{number}.csv")}
    document["reasons"] = {}
    for place, (key, reason) in enumerate(fit.reasons.items()):
        drawn: dict[str, Any] = {"rate": f"{reason.profile.per_day * fit.fresh_share * level:.8g} /day"}
        if reason.own_profile:
            drawn["profile"] = _profile(rng, reason.profile, folder / f"week_{number}_{place}.csv")
        if reason.handle is not None:
            spread = reason.handle.mean_half_width_s / Z_95
            drawn["handle"] = {"mean": f"{max(reason.handle.mean_s + spread * rng.standard_normal(), 0.001):.6g} s"}
        document["reasons"][key] = drawn
    patient = {}
    for channel in fit.channels.values():
        p = channel.patience
        if p is not None:
            spread = math.log(p.mean_high_s / p.mean_low_s) / (2 * Z_95)
            patient[channel.name] = {
                "patience": {"mean": f"{p.mean_s * math.exp(spread * rng.standard_normal()):.6g} s"}
            }
    document |= {"channels": patient} if patient else {}
    document["teams"] = {
        name: {"staffing": _staffing(fit, team, window, staff, held_out, rng)} for name, team in fit.teams.items()
    }
    return document


def _profile(rng: np.random.Generator, profile: Profile, path: Path) -> str:
    """A week's weights, each as unsure as so many contacts make it (gamma, the posterior of a Poisson mean)."""
    seen = profile.mean * np.maximum(profile.days, 1)[:, None]
    shape = seen + SPARSE_COUNT  # its neighbours stand behind it as well
    drawn = np.where(profile.mean > 0, profile.mean * rng.gamma(shape) / shape, 0.0)
    lines = ["day,time,weight"]
    for w, slot in np.ndindex(7, 48):
        lines.append(f"{DAY_NAMES[w]},{slot // 2:02d}:{slot % 2 * 30:02d},{drawn[w, slot]:.6g}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return str(path.resolve())


def _staffing(
    fit: Calibration, team: TeamFit, window: Window, staff: Staff, held_out: ContactLog, rng: np.random.Generator
) -> dict[str, Any]:
    """The staffing block: a list of half-hours in elapsed time, so that days on which the clocks change come out."""
    calendar = window.calendar
    day, week_slot = calendar.slot_local
    table = np.array([
        _day(fit, team, staff, held_out, window, number, rng) for number in range(int(day.max()) + 1)
    ])  # fmt: skip
    agents = table[day, week_slot % 48]
    return {"every": "30 min", "repeat": False, "agents": [int(n) for n in agents]}


def _day(
    fit: Calibration, team: TeamFit, staff: Staff, held_out: ContactLog, window: Window, number: int,
    rng: np.random.Generator,
) -> np.ndarray:  # fmt: skip
    """Agents by half-hour of one simulated day."""
    weekday = (window.first.weekday() + number - window.lead) % 7
    usual = team.week.agents[weekday]
    if staff == "seen" and 0 <= number - window.lead < window.days:
        seen = seen_at_work(team, held_out)[number - window.lead]
        return np.where(usual > 0, np.maximum(np.round(seen * effectiveness(team)), 1), 0).astype(int)
    if staff == "dates":
        good = recorded_days(fit.count, weekdays(fit.log))
        same = np.flatnonzero((weekdays(fit.log) == weekday) & good)
        if len(same):
            return np.asarray(team.dates.agents[int(rng.choice(same))])
    return np.asarray(usual)


def seen_at_work(team: TeamFit, log: ContactLog) -> np.ndarray:
    """float64 (days, 48): different agents who had a contact of the team's channels in hand."""
    return observe(log.rows[log.rows["channel"].isin(team.channels)], log.days).seen


def effectiveness(team: TeamFit) -> np.ndarray:
    """Effective agents for each one seen at work in the fitted weeks, by half-hour of the day, float64 (48,).

    Who is seen in a half-hour may have been there for part of it, and busy half-hours show more of those present; both
    go with the time of day. A half-hour leans on the day's mean with the weight of `SPARSE_COUNT` agents seen.
    """
    staffed = team.dates.agents > 0
    seen = np.where(staffed, team.observed.seen, 0.0).sum(axis=0)
    agents = np.where(staffed, team.dates.agents, 0).sum(axis=0)
    if not seen.sum():
        return np.ones(len(seen))
    mean = agents.sum() / seen.sum()
    return np.asarray((agents + SPARSE_COUNT * mean) / (seen + SPARSE_COUNT))
