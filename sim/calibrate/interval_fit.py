"""From an interval report to every figure that sums bear out; what needs single contacts is said to be missing."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from sim.calibrate.arrivals import (
    Opening,
    daily_mean,
    fit_busyness,
    fit_profile,
    infer_opening,
    own_shape,
    recorded_days,
    weekdays,
)
from sim.calibrate.checks_intervals import run_interval_checks
from sim.calibrate.durations import Candidate, DurationFit
from sim.calibrate.extract import CalibrationError
from sim.calibrate.fit import RARE, Calibration, ChannelFit, Options, ReasonFit, TeamFit, from_load, slug
from sim.calibrate.intervals import IntervalLog
from sim.calibrate.inversion import invert
from sim.calibrate.patience import MIN_ABANDONED, Curve, PatienceFit
from sim.calibrate.repeats import Returns
from sim.calibrate.staffing import Observed, StaffFit

LIVE = ("phone", "chat", "in_store")
MIN_CELLS = 30
STAFFED = "staffed time of the report"


def calibrate_intervals(log: IntervalLog, options: Options | None = None) -> Calibration:
    """Fit arrivals, opening hours, mean handle time, patience and staff. Raises CalibrationError where none is open."""
    options = options or Options()
    weekday = weekdays(log)
    names = log.cells.groupby("channel")["offered"].sum().sort_values(ascending=False).index
    channels = {str(name): _channel(log, str(name), weekday, options) for name in names}
    opened = {name: fit.opening.open for name, fit in channels.items()}
    inside = np.array([opened[c][w, s] for c, w, s in zip(log.cells["channel"], log.cells["weekday"], log.cells["slot"],
                                                          strict=True)])  # fmt: skip
    if not log.cells.loc[inside, "offered"].sum():
        raise CalibrationError(["no contact falls into the opening hours that the report suggests"])
    count = _whole(log.table("offered", pd.Series(inside, index=log.cells.index)))
    return Calibration(
        log=log,
        options=options,
        checks=run_interval_checks(log, next(iter(channels.values())).opening),
        channels=channels,
        reasons=_reasons(log, channels, weekday, count),
        teams=_teams(log, channels, weekday),
        count=count,
        profile=fit_profile(count, weekday, np.any(list(opened.values()), axis=0)),
        busyness=fit_busyness(count, weekday),
        returns=Returns(None, None),
    )


def _whole(table: np.ndarray) -> np.ndarray:
    return np.asarray(np.round(table)).astype(np.int64)


def _channel(log: IntervalLog, name: str, weekday: np.ndarray, options: Options) -> ChannelFit:
    mine = log.cells["channel"] == name
    offered = log.table("offered", mine)
    live = name in LIVE or bool(log.cells.loc[mine, "abandoned"].sum() > 0)
    basis = log.table("answered", mine) if log.cells.loc[mine, "answered"].notna().any() else offered
    opening = infer_opening(basis, weekday) if live else Opening(np.ones((7, 48), dtype=bool), 0.0)
    handle = mean_of_sums(log.cells[mine], ("talk_s_sum", "hold_s_sum"))
    wrap = mean_of_sums(log.cells[mine], ("wrap_s_sum",))
    service = (handle.mean_s if handle else options.assumed_handle_s(name)) + (wrap.mean_s if wrap else 0.0)
    whole = mean_of_sums(log.cells[mine], ("talk_s_sum", "hold_s_sum", "wrap_s_sum"))
    patience = _patience(log, mine, weekday, opening, service, whole.cv if whole else 1.0) if live else None
    per_day, half_width = daily_mean(offered, weekday)
    return ChannelFit(
        name, round(float(offered.sum())), live, opening, patience, {}, wrap, 0.0, 0, {}, 1, handle,
        options.assumed_handle_s(name), per_day, half_width,
    )  # fmt: skip


def mean_of_sums(cells: pd.DataFrame, parts: tuple[str, ...]) -> DurationFit | None:
    """Mean duration of an answered contact from sums over intervals; None where the report has none.

    With a_i answered and h_i seconds in interval i, the mean is R = sum(h) / sum(a), its variance sum((h - R a)^2) /
    sum(a)^2 (ratio estimator). If durations are independent, sum((h - R a)^2) / sum(a) is also their variance, which
    gives the coefficient of variation; calls that cross the edge of an interval add to it.
    """
    answered = cells["answered"]
    if not answered.notna().any():
        answered = cells["offered"] - cells["abandoned"].fillna(0.0)
    total = cells[list(parts)].sum(axis=1, min_count=1)
    known = total.notna() & (answered > 0)
    a, h = answered[known].to_numpy(dtype=float), total[known].to_numpy(dtype=float)
    if len(a) < MIN_CELLS or h.sum() <= 0:
        return None
    mean = float(h.sum() / a.sum())
    square = float(((h - mean * a) ** 2).sum()) * len(a) / (len(a) - 1)
    cv = math.sqrt(square / a.sum()) / mean
    chosen = Candidate("lognormal", mean, cv, 0.0, 0.0, 0.0)
    return DurationFit(
        n=round(float(a.sum())), floor_s=0.0, short_share=0.0, short_mean_s=0.0, chosen=chosen, other=chosen,
        mean_s=mean, cv=cv, mean_half_width_s=1.96 * math.sqrt(square) / float(a.sum()), sample_mean_s=mean,
        basis="measured as sums", sums=True,
    )  # fmt: skip


def _patience(
    log: IntervalLog, mine: pd.Series, weekday: np.ndarray, opening: Opening, service_s: float, cv: float
) -> PatienceFit | None:
    """All time waited / abandoned where the report has the waits, else Erlang A inverted where it has the staff."""
    left = float(log.cells.loc[mine, "abandoned"].sum())
    if left < MIN_ABANDONED or log.extract.abandons == "absent":
        return None
    waited = float(log.cells.loc[mine, "wait_s_sum"].sum())
    if waited > 0:
        mean, spread, method = waited / left, math.exp(1.96 / math.sqrt(left)), "all time waited / abandoned"
        low, high = mean / spread, mean * spread
    else:
        offered, gone, staffed = (log.table(name, mine) for name in ("offered", "abandoned", "staffed_s"))
        found = invert(offered, gone, staffed, opening.open[weekday], service_s, cv)
        if found is None:
            return None
        mean, low, high = found.mean_s, found.low_s, found.high_s
        method = (
            "Erlang A inverted (no waits in the report): the patience under which as many leave, given staff, arrivals "
            "and handle time; the interval reaches from steady to exponential handle times"
        )
    return PatienceFit(
        n=round(float(log.cells.loc[mine, "offered"].sum())), abandoned=round(left), family="exponential", mean_s=mean,
        mean_low_s=low, mean_high_s=high, shape=1.0, shape_half_width=0.0, aic=0.0, aic_other=0.0,
        exponential_mean_s=mean, kaplan_meier=Curve(np.zeros(0), np.zeros(0)), method=method,
    )  # fmt: skip


def _reasons(
    log: IntervalLog, channels: dict[str, ChannelFit], weekday: np.ndarray, count: np.ndarray
) -> dict[str, ReasonFit]:
    """A reason for each queue of each channel; small queues together."""
    found: dict[str, ReasonFit] = {}
    queue = log.cells["queue"].map({text: slug(str(text)) for text in log.cells["queue"].unique()})
    for name, fit in channels.items():
        mine = log.cells["channel"] == name
        size = log.cells[mine].groupby(queue[mine])["offered"].sum().sort_values(ascending=False)
        rare = [q for q, n in size.items() if n < RARE]
        label = queue.where(~queue.isin(rare) | (len(size) == 1), "other")
        inside = np.array(
            [fit.opening.open[w, s] for w, s in zip(log.cells["weekday"], log.cells["slot"], strict=True)]
        )
        for reason in dict.fromkeys(label[mine].loc[log.cells[mine].index]):
            picks = mine & (label == reason) & inside
            own = _whole(log.table("offered", picks))
            if not own.sum():
                continue
            handle = mean_of_sums(log.cells[picks], ("talk_s_sum", "hold_s_sum")) or fit.handle
            found[str(reason) if len(channels) == 1 else f"{reason}_{name}"] = ReasonFit(
                str(reason), int(own.sum()), {name: 1.0}, handle, {}, own, fit_profile(own, weekday, fit.opening.open),
                len(channels) > 1 or own_shape(own, count, weekday),
            )  # fmt: skip
    return found


def _teams(log: IntervalLog, channels: dict[str, ChannelFit], weekday: np.ndarray) -> dict[str, TeamFit]:
    found = {}
    for name, fit in channels.items():
        mine = log.cells["channel"] == name
        tables = [log.table(t, mine) for t in ("offered", "abandoned", "wait_s_sum", "staffed_s")]
        offered, left, waited, staffed = tables
        service = fit.handle_s + fit.wrap_s
        opened = fit.opening.open
        good = recorded_days(offered, weekday)
        if staffed.sum():
            week, dates = _staffed(staffed, weekday, good)
        else:
            mean = np.array([offered[good & (weekday == w)].mean(axis=0) if (good & (weekday == w)).any() else
                             np.zeros(48) for w in range(7)])  # fmt: skip
            week, dates = from_load(mean, service, opened), from_load(offered, service, opened[weekday])
        nothing = np.zeros_like(offered)
        found["agents" if len(channels) == 1 else f"agents_{name}"] = TeamFit(
            f"agents_{name}" if len(channels) > 1 else "agents", (name,), service,
            fit.patience.mean_s if fit.patience else math.inf, week, dates,
            Observed(offered, left, waited, nothing, nothing, nothing),
        )  # fmt: skip
    return found


def _staffed(staffed: np.ndarray, weekday: np.ndarray, good: np.ndarray) -> tuple[StaffFit, StaffFit]:
    """Agents of the usual week (mean of the dates, its 95 % interval) and of each date."""
    agents = staffed / 1800.0
    mean, half = np.zeros((7, 48)), np.zeros((7, 48))
    for w in range(7):
        each = agents[good & (weekday == w)]
        if len(each):
            mean[w] = each.mean(axis=0)
            half[w] = 1.96 * each.std(axis=0, ddof=1) / math.sqrt(len(each)) if len(each) > 1 else 1.0
    near = 0.5  # whole agents stand for the mean
    week = StaffFit(np.round(mean).astype(np.int64), np.floor(np.maximum(mean - half - near, 0)).astype(np.int64),
                    np.ceil(mean + half + near).astype(np.int64), STAFFED)  # fmt: skip
    whole = np.round(agents).astype(np.int64)
    return week, StaffFit(whole, np.floor(agents).astype(np.int64), np.ceil(agents).astype(np.int64), STAFFED)
