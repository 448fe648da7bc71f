"""Who serves: teams told from shared agents, and their staff by half-hour of the week and by date."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from sim.calibrate.arrivals import (
    counts,
    recorded_days,
)
from sim.calibrate.durations import by_reason
from sim.calibrate.fitted import ASSUMED_HANDLE, ChannelFit, Options, TeamFit
from sim.calibrate.staffing import MAX_AGENTS, StaffFit, infer_staff, observe, widened

SHARED_AGENTS = 0.2  # channels that share this share of the smaller one's agents have one team
MIN_OWN_PATIENCE = 30  # a reason with fewer abandoned contacts than this is given the patience of all


def basis_of(rows: pd.DataFrame) -> str:
    """How handle times were recorded."""
    known = rows["handle_basis"].dropna()
    return str(known.mode().iloc[0]) if len(known) else "not said how recorded"


def talk_of(rows: pd.DataFrame) -> pd.Series:
    """Handle time without wrap-up where wrap-up is recorded, else as it is; handled contacts only."""
    served = rows["outcome"].isin(("handled", "callback"))
    talk = rows["handle_s"] - rows["wrap_s"].fillna(0.0)
    return talk.where(served & (talk >= 0))


def _team_members(rows: pd.DataFrame, channels: Mapping[str, ChannelFit]) -> list[list[str]]:
    """Channels whose agents overlap have one team (single linkage)."""
    agents = {c: set(rows.loc[rows["channel"] == c, "agent_key"].dropna()) for c in channels}
    teams: list[list[str]] = []
    for name in channels:
        joined = [
            team for team in teams
            if any(len(agents[name] & agents[c]) > SHARED_AGENTS * max(min(len(agents[name]), len(agents[c])), 1)
                   for c in team)
        ]  # fmt: skip
        teams = [team for team in teams if team not in joined] + [[*(c for team in joined for c in team), name]]
    return teams


def fit_teams(
    rows: pd.DataFrame, channels: Mapping[str, ChannelFit], days: int, weekday: np.ndarray, options: Options
) -> dict[str, TeamFit]:
    """Every team by name."""
    members = _team_members(rows, channels)
    found = {}
    for team in members:
        name = "agents" if len(members) == 1 else f"agents_{team[0]}"
        found[name] = _team(name, team, rows[rows["channel"].isin(team)], channels, days, weekday, options)
    return found


def _team(
    name: str,
    team: list[str],
    rows: pd.DataFrame,
    channels: Mapping[str, ChannelFit],
    days: int,
    weekday: np.ndarray,
    options: Options,
) -> TeamFit:
    """Staff by half-hour of the week and by date: from the waits of the live channels, else from the load."""
    live = [c for c in team if channels[c].live]
    part = rows[rows["channel"].isin(live)] if live else rows
    mine = live or team
    shares = part["channel"].value_counts(normalize=True)
    service = sum(float(shares.get(c, 0.0)) * _service_s(channels[c]) for c in mine)
    seen = observe(part, days)
    opened = np.any([channels[c].opening.open for c in mine], axis=0)
    small = max(seen.seen.max(), seen.peak.max()) <= MAX_AGENTS
    waits = bool(live and small and part["wait_s"].notna().mean() > 0.5)
    left = float(seen.abandoned.sum())
    patience = float(seen.waited_s.sum()) / left if left >= 10 else math.inf
    by_slot = _service_table(part, channels, days, service, options)
    patience_by_slot = (
        _patience_table(part, days, patience) if options.patience_by_reason else np.full((days, 48), min(patience, 1e9))
    )
    good = recorded_days(counts(part, days), weekday)
    groups = np.where(good, weekday, -1)
    if waits:
        week = infer_staff(seen, groups, opened, by_slot, patience_by_slot, options.weights)
        dates = infer_staff(seen, np.arange(days), opened[weekday], by_slot, patience_by_slot, options.weights)
        week = widened(week, dates, groups)
        if any(channels[c].handle is None for c in mine):
            week, dates = (replace(fit, basis=ASSUMED_HANDLE) for fit in (week, dates))
    else:
        week = from_load(_by_weekday(seen.arrivals, groups), service, opened)
        dates = from_load(seen.arrivals, service, opened[weekday])
    deferred = [c for c in team if c not in mine]
    if deferred:
        work = (
            sum(channels[c].n * _service_s(channels[c]) for c in deferred) / days / max(opened.sum() / 7 * 1800.0, 1.0)
        )
        week, dates = (_add(fit, math.ceil(work / 0.85)) for fit in (week, dates))
    return TeamFit(name, tuple(team), service, patience, week, dates, seen)


def _service_table(
    rows: pd.DataFrame, channels: Mapping[str, ChannelFit], days: int, service_s: float, options: Options
) -> np.ndarray:
    """float64 (days, 48): mean service of the reasons and channels that arrived in each half-hour (s)."""
    fits = by_reason(rows["reason"].to_numpy(dtype=str), talk_of(rows).to_numpy(), options.floor_s, "")
    pooled = sum(channels[c].n * channels[c].handle_s for c in set(rows["channel"])) / max(
        sum(channels[c].n for c in set(rows["channel"])), 1
    )
    relative = {reason: fit.mean_s / pooled for reason, fit in fits.items()}
    each = np.array(
        [
            (relative.get(r, 1.0) * channels[c].handle_s + channels[c].wrap_s) / channels[c].parallel
            for r, c in zip(rows["reason"], rows["channel"], strict=True)
        ]
    )
    cell = (rows["day"] * 48 + rows["slot"]).to_numpy()
    inside = (cell >= 0) & (cell < days * 48)
    total = np.bincount(cell[inside], each[inside], days * 48)
    count = np.bincount(cell[inside], minlength=days * 48)
    mean = np.where(count > 0, total / np.maximum(count, 1), service_s)
    return mean.reshape(days, 48)


def _patience_table(rows: pd.DataFrame, days: int, patience_s: float) -> np.ndarray:
    """float64 (days, 48): exponential patience of the reasons that arrived in each half-hour: rates are averaged."""
    rate = {}
    for reason, mine in rows.groupby("reason"):
        left = int((mine["outcome"] == "abandoned").sum())
        rate[reason] = left / float(mine["wait_s"].sum()) if left >= MIN_OWN_PATIENCE else 1 / patience_s
    each = rows["reason"].map(rate).to_numpy(dtype=float)
    cell = (rows["day"] * 48 + rows["slot"]).to_numpy()
    inside = (cell >= 0) & (cell < days * 48)
    total = np.bincount(cell[inside], each[inside], days * 48)
    count = np.bincount(cell[inside], minlength=days * 48)
    mean = np.where(count > 0, total / np.maximum(count, 1), 1 / patience_s)
    return (1 / np.maximum(mean, 1e-9)).reshape(days, 48)


def _service_s(channel: ChannelFit) -> float:
    return (channel.handle_s + channel.wrap_s) / channel.parallel


def _by_weekday(arrivals: np.ndarray, groups: np.ndarray) -> np.ndarray:
    return np.array([arrivals[groups == w].mean(axis=0) if (groups == w).any() else np.zeros(48) for w in range(7)])


def from_load(arrivals: np.ndarray, service_s: float, opened: np.ndarray) -> StaffFit:
    """No waits recorded: offered load and its square root, which is an assumption and graded as one."""
    load = arrivals * service_s / 1800.0
    agents = np.where(opened & (load > 0), np.ceil(load + np.sqrt(load)), 0).astype(int)
    return StaffFit(agents, np.where(agents > 0, np.ceil(load), 0).astype(int), 2 * agents, "load")


def _add(fit: StaffFit, extra: int) -> StaffFit:
    more = np.where(fit.agents > 0, extra, 0)
    basis = fit.basis if fit.basis == "load" else "waits, and the load of what can wait"
    return StaffFit(fit.agents + more, fit.low, fit.high + more, basis, fit.dispersion)
