"""From a cleaned log to every figure of a scenario, each with how sure it is."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd

from sim.calibrate.arrivals import (
    Busyness,
    Opening,
    Profile,
    counts,
    daily_mean,
    fit_busyness,
    fit_profile,
    infer_opening,
    own_shape,
    recorded_days,
    weekdays,
)
from sim.calibrate.checks import Check, run_checks
from sim.calibrate.contacts import ContactLog
from sim.calibrate.durations import DurationFit, by_reason, fit_durations
from sim.calibrate.extract import CalibrationError
from sim.calibrate.intervals import IntervalLog
from sim.calibrate.patience import PatienceFit, fit_patience, reason_factors
from sim.calibrate.repeats import Returns, fit_returns
from sim.calibrate.staffing import MAX_AGENTS, Observed, StaffFit, Weights, infer_staff, observe, turnaround, widened

LIVE_WAIT_S = 1800.0  # a channel whose median wait among those who waited is longer is answered at leisure
SHARED_AGENTS = 0.2  # channels that share this share of the smaller one's agents have one team
MIN_OWN_PATIENCE = 30  # a reason with fewer abandoned contacts than this is given the patience of all
RARE = 50  # reasons with fewer contacts than this are put together as `other`
ASSUMED_HANDLE = "waits under an assumed handle time"
DEFAULT_HANDLE_S = 300.0  # assumed where no handle time is recorded at all


@dataclass(frozen=True)
class Options:
    """What the planner may choose."""

    floor_s: float = 10.0
    """Handle times below this are slipped contacts, not work."""
    retry_window_s: float = 3600.0
    repeat_window_s: float = 86400.0
    patience_by_reason: bool = False
    """Give reasons their own mean patience where they differ beyond chance. Right where all wait in one line; where
    some reasons are served first, their waits differ too, and one patience for all reproduces the whole better."""
    handle_s: Mapping[str, float] = field(default_factory=dict)
    """Handle time by channel ('' for all others), taken where the log has none: an assumption, and marked as one."""
    weights: Weights = field(default_factory=Weights)
    """How staffing is weighed: who left, how long people waited, how many waited."""

    def assumed_handle_s(self, channel: str) -> float:
        """Handle time of a channel whose log has none."""
        return self.handle_s.get(channel, self.handle_s.get("", DEFAULT_HANDLE_S))


@dataclass(frozen=True)
class ChannelFit:
    """One channel."""

    name: str
    n: int
    live: bool
    """Answered while the customer waits."""
    opening: Opening
    patience: PatienceFit | None
    patience_by_reason: Mapping[str, PatienceFit]
    wrap: DurationFit | None
    """Wrap-up as recorded."""
    turnaround_s: float
    """Where wrap-up is not recorded: median time to the next contact while somebody waits."""
    turnaround_n: int
    by_reason: Mapping[str, float]
    """Factor on the mean patience by reason (same shape), where reasons differ beyond chance; else empty."""
    parallel: int
    handle: DurationFit | None
    assumed_handle_s: float = DEFAULT_HANDLE_S
    """Handle time where the log has none: the planner's figure, or one that is only an example."""
    per_day: float = 0.0
    """Contacts of a calendar day, in opening hours or not."""
    per_day_half_width: float = 0.0
    """Half-width of the 95 % interval."""

    @property
    def handle_s(self) -> float:
        """Mean handle time (s), measured or assumed."""
        return self.handle.mean_s if self.handle else self.assumed_handle_s

    @property
    def wrap_s(self) -> float:
        """Seconds after a contact in which the agent takes no other."""
        return self.wrap.mean_s if self.wrap else self.turnaround_s


@dataclass(frozen=True)
class ReasonFit:
    """One contact reason on channels that are open at the same hours."""

    name: str
    n: int
    channels: Mapping[str, float]
    handle: DurationFit | None
    by_channel: Mapping[str, float]
    count: np.ndarray  # int64 (days, 48)
    profile: Profile
    own_profile: bool


@dataclass(frozen=True)
class TeamFit:
    """The agents of one or more channels."""

    name: str
    channels: tuple[str, ...]
    service_s: float
    patience_s: float
    week: StaffFit
    dates: StaffFit
    observed: Observed


@dataclass(frozen=True)
class Calibration:
    """Everything fitted from one log."""

    log: ContactLog | IntervalLog
    options: Options
    checks: tuple[Check, ...]
    channels: Mapping[str, ChannelFit]
    reasons: Mapping[str, ReasonFit]
    teams: Mapping[str, TeamFit]
    count: np.ndarray  # int64 (days, 48) all contacts in opening hours
    profile: Profile
    busyness: Busyness
    returns: Returns

    @property
    def fresh_share(self) -> float:
        """Share of contacts that are first ones: not retries, not repeats, by the fitted shares."""
        if isinstance(self.log, IntervalLog):
            return 1.0
        outcome = self.log.rows["outcome"]
        again = 0.0
        if self.returns.retry:
            again += self.returns.retry.excess * float((outcome == "abandoned").sum())
        if self.returns.repeat:
            again += self.returns.repeat.excess * float((outcome == "handled").sum())
        return max(0.05, 1.0 - again / len(outcome))


def slug(text: str) -> str:
    """A name fit for a scenario file: lower case, digits and underscores."""
    name = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")
    return name if name else "reason"


def calibrate(log: ContactLog, options: Options | None = None, now: dt.datetime | None = None) -> Calibration:
    """Fit everything that the log identifies. Raises CalibrationError where no contact falls into opening hours."""
    options = options or Options()
    rows = _named_reasons(log.rows)
    weekday = weekdays(log)
    channels = {
        name: _channel(name, rows[rows["channel"] == name], log.days, weekday, options)
        for name in rows["channel"].value_counts().index
    }
    mask = np.array([channels[c].opening.open for c in rows["channel"]])[
        np.arange(len(rows)), rows["weekday"].to_numpy(), rows["slot"].to_numpy()
    ]
    rows = rows[mask]
    if rows.empty:
        raise CalibrationError(["no contact falls into the opening hours that the log suggests"])
    count = counts(rows, log.days)
    everywhere = np.any([fit.opening.open for fit in channels.values()], axis=0)
    busiest = next((c for c in channels.values() if c.live), next(iter(channels.values())))
    return Calibration(
        log=log,
        options=options,
        checks=run_checks(log, busiest.opening, now or dt.datetime.now(dt.UTC), busiest.name),
        channels=channels,
        reasons=_reasons(rows, channels, log.days, weekday, count, options),
        teams=_teams(rows, channels, log.days, weekday, options),
        count=count,
        profile=fit_profile(count, weekday, everywhere),
        busyness=fit_busyness(count, weekday),
        returns=fit_returns(log, options.retry_window_s, options.repeat_window_s),
    )


def _named_reasons(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows with reasons as scenario names; the rare ones together."""
    names = rows["reason"].map({text: slug(text) for text in rows["reason"].unique()})
    size = names.map(names.value_counts())
    rare = (size < RARE) & (names.nunique() > 1)
    return rows.assign(reason=names.where(~rare, "other"))


def _basis(rows: pd.DataFrame) -> str:
    known = rows["handle_basis"].dropna()
    return str(known.mode().iloc[0]) if len(known) else "not said how recorded"


def _talk(rows: pd.DataFrame) -> pd.Series:
    """Handle time without wrap-up where wrap-up is recorded, else as it is; handled contacts only."""
    served = rows["outcome"].isin(("handled", "callback"))
    talk = rows["handle_s"] - rows["wrap_s"].fillna(0.0)
    return talk.where(served & (talk >= 0))


def _channel(name: str, rows: pd.DataFrame, days: int, weekday: np.ndarray, options: Options) -> ChannelFit:
    waits = rows["wait_s"]
    waited = waits[waits > 0]
    left = (rows["outcome"] == "abandoned").to_numpy()
    live = bool(left.any()) or (name in ("phone", "chat", "in_store") and not waited.median() > LIVE_WAIT_S)
    answered = rows[rows["outcome"].isin(("handled", "callback"))]
    opening = (
        infer_opening(counts(answered if len(answered) else rows, days), weekday)
        if live
        else Opening(np.ones((7, 48), dtype=bool), 0.0)
    )
    reason = rows["reason"].to_numpy(dtype=str)
    patience = fit_patience(waits.to_numpy(), left) if live else None
    per_reason = {
        r: fit_patience(waits.to_numpy()[reason == r], left[reason == r]) for r in sorted(set(reason.tolist()))
    }
    wrap = fit_durations(rows["wrap_s"].dropna().to_numpy(), 0.0, _basis(rows))
    gap, gap_n = turnaround(rows) if live and wrap is None else (0.0, 0)
    concurrency = rows["concurrency"].dropna()
    parallel = int(max(1, round(float(concurrency.quantile(0.95))))) if len(concurrency) else 1
    return ChannelFit(
        name, len(rows), live, opening, patience,
        {r: fit for r, fit in per_reason.items() if fit is not None} if patience and len(per_reason) > 1 else {},
        wrap, gap if parallel == 1 else 0.0, gap_n,
        reason_factors(patience, waits.to_numpy(), left, reason) if patience and options.patience_by_reason else {},
        parallel,
        fit_durations(_talk(rows).dropna().to_numpy(), options.floor_s, _basis(rows)),
        options.assumed_handle_s(name), *daily_mean(counts(rows, days), weekday),
    )  # fmt: skip


def _reasons(
    rows: pd.DataFrame,
    channels: Mapping[str, ChannelFit],
    days: int,
    weekday: np.ndarray,
    count: np.ndarray,
    options: Options,
) -> dict[str, ReasonFit]:
    """A reason for each name and each set of channels that are open at the same hours."""
    groups: dict[bytes, list[str]] = {}
    for name, fit in channels.items():
        groups.setdefault(fit.opening.open.tobytes(), []).append(name)
    found: dict[str, ReasonFit] = {}
    for members in groups.values():
        inside = rows[rows["channel"].isin(members)]
        if inside.empty:
            continue
        opened = channels[members[0]].opening.open
        talk = _talk(inside)
        handles = by_reason(inside["reason"].to_numpy(dtype=str), talk.to_numpy(), options.floor_s, _basis(inside))
        for reason in inside["reason"].value_counts().index:
            mine = inside[inside["reason"] == reason]
            mix = mine["channel"].value_counts(normalize=True)
            handle = handles.get(reason)
            mean = {c: talk[mine.index[mine["channel"] == c]].dropna() for c in mix.index}
            factors = {
                c: float(x.mean()) / handle.sample_mean_s
                for c, x in mean.items()
                if handle and len(mix) > 1 and len(x) >= RARE
            }
            own = counts(mine, days)
            found[reason if len(groups) == 1 else f"{reason}_{members[0]}"] = ReasonFit(
                reason, len(mine), {str(c): float(s) for c, s in mix.items()}, handle, factors, own,
                fit_profile(own, weekday, opened), len(groups) > 1 or own_shape(own, count, weekday),
            )  # fmt: skip
    return found


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


def _teams(
    rows: pd.DataFrame, channels: Mapping[str, ChannelFit], days: int, weekday: np.ndarray, options: Options
) -> dict[str, TeamFit]:
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
    fits = by_reason(rows["reason"].to_numpy(dtype=str), _talk(rows).to_numpy(), options.floor_s, "")
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
