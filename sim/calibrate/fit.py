"""From a cleaned log to every figure of a scenario, each with how sure it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import numpy as np
import pandas as pd

from sim.calibrate.arrivals import (
    Opening,
    counts,
    daily_mean,
    fit_busyness,
    fit_profile,
    infer_opening,
    own_shape,
    weekdays,
)
from sim.calibrate.checks import run_checks
from sim.calibrate.contacts import ContactLog
from sim.calibrate.durations import by_reason, fit_durations
from sim.calibrate.extract import CalibrationError
from sim.calibrate.fit_teams import basis_of, fit_teams, from_load, talk_of
from sim.calibrate.fitted import ASSUMED_HANDLE, RARE, Calibration, ChannelFit, Options, ReasonFit, TeamFit, slug
from sim.calibrate.patience import fit_patience, reason_factors
from sim.calibrate.repeats import fit_returns
from sim.calibrate.staffing import turnaround

__all__ = [
    "ASSUMED_HANDLE",
    "RARE",
    "Calibration",
    "ChannelFit",
    "Options",
    "ReasonFit",
    "TeamFit",
    "calibrate",
    "from_load",
    "slug",
]

LIVE_WAIT_S = 1800.0  # a channel whose median wait among those who waited is longer is answered at leisure


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
        teams=fit_teams(rows, channels, log.days, weekday, options),
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
    wrap = fit_durations(rows["wrap_s"].dropna().to_numpy(), 0.0, basis_of(rows))
    gap, gap_n = turnaround(rows) if live and wrap is None else (0.0, 0)
    concurrency = rows["concurrency"].dropna()
    parallel = int(max(1, round(float(concurrency.quantile(0.95))))) if len(concurrency) else 1
    return ChannelFit(
        name, len(rows), live, opening, patience,
        {r: fit for r, fit in per_reason.items() if fit is not None} if patience and len(per_reason) > 1 else {},
        wrap, gap if parallel == 1 else 0.0, gap_n,
        reason_factors(patience, waits.to_numpy(), left, reason) if patience and options.patience_by_reason else {},
        parallel,
        fit_durations(talk_of(rows).dropna().to_numpy(), options.floor_s, basis_of(rows)),
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
        talk = talk_of(inside)
        handles = by_reason(inside["reason"].to_numpy(dtype=str), talk.to_numpy(), options.floor_s, basis_of(inside))
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
