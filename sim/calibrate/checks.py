"""Fifteen checks of a contact log, each with its count: what an export can get wrong before any figure is fitted."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from sim.calibrate.arrivals import DAY_NAMES, Opening, counts, recorded_days, weekdays
from sim.calibrate.contacts import DURATIONS, ContactLog, outside_window
from sim.calibrate.intervals import IntervalLog
from sim.scenario.calendar import parse_opening

Level = Literal["ok", "note", "warning"]
ROUNDED_SHARE = 0.95  # durations of which this share is a multiple of a minute were rounded
CAPPED_SHARE = 0.01  # ... of which this share equals the largest one were capped
MS_GUESS_S = 10_000.0  # a median handle time above this is in milliseconds
SHIFT_GAIN = 0.10  # a zone shift is suspected where it would bring this share more into opening hours


@dataclass(frozen=True)
class Check:
    """One of the fifteen: its number and name, how many rows (or days) it concerns, and what that means."""

    number: int
    name: str
    level: Level
    count: int
    detail: str


def _check(number: int, name: str, count: int, detail: str, bad: Level = "warning", fine: str = "") -> Check:
    return Check(number, name, bad if count else "ok", int(count), detail if count else fine)


def run_checks(log: ContactLog, opening: Opening, now: dt.datetime, channel: str | None = None) -> tuple[Check, ...]:
    """All fifteen, in order. `opening` is that of `channel`, the busiest one that is live; `now` bounds the future."""
    raw, rows = log.raw, log.rows
    timed = rows if channel is None or log.extract.business_hours else rows[rows["channel"] == channel]
    return (
        _check(1, "duplicate ids", int(raw["again"].sum()), "the newest was kept"),
        _check(2, "outside the window or in the future", int(outside_window(raw, log.extract, now).sum()), "left out"),
        zone_jump(log, counts(timed, log.days), opening),
        _check(4, "reply time 0 with no reply", int(raw["no_reply"].sum()),
               "taken as missing, not as an instant answer", fine=_unless(raw, "replies", "no reply counts recorded")),
        _check(5, "negative durations", int((raw[list(DURATIONS)] < 0).any(axis=1).sum()), "taken as missing"),
        _rounded(rows),
        _check(7, "resolved before first response", int((raw["resolved_at"] < raw["first_response_at"]).sum()),
               "look at how the export defines them",
               fine=_unless(raw, "first_response_at", "no times of first responses recorded")),
        _left_out(log),
        _abandons(log),
        _censored(rows),
        _longer_than_session(raw),
        missing_days(log, counts(rows, log.days)),
        clock_changes(log),
        _two_channels(rows),
        _units(rows),
    )  # fmt: skip


def _unless(raw: pd.DataFrame, column: str, said: str) -> str:
    """What to say of a check that found nothing because its column is empty."""
    return "" if raw[column].notna().any() else said


def _hours_mask(hours: str | list[str]) -> np.ndarray:
    """bool (7, 48) of opening hours as a planner writes them."""
    mask = np.zeros((7, 48), dtype=bool)
    for text in [hours] if isinstance(hours, str) else hours:
        for days, start, end in parse_opening(text):
            for day in days:
                for slot in range(start // 1_800_000, -(-end // 1_800_000)):
                    mask[(day + slot // 48) % 7, slot % 48] = True
    return mask


def zone_jump(log: ContactLog | IntervalLog, count: np.ndarray, opening: Opening) -> Check:
    """Contacts (days, 48) outside opening hours.

    Where opening hours are stated, a shift of whole hours that fits them much better gives the jump away.
    """
    name = "zone jump: arrivals outside opening hours"
    week = np.array([count[weekdays(log) == w].sum(axis=0) for w in range(7)]).ravel()
    total = max(int(week.sum()), 1)
    stated = log.extract.business_hours
    mask = (_hours_mask(stated) if stated else opening.open).ravel()
    outside = int(week[~mask].sum())
    night = int(week.reshape(7, 48)[:, 2:10].sum())
    detail = f"{outside / total:.1%} outside {'the stated' if stated else 'the inferred'} hours"
    if stated:
        gains = {h: float(np.roll(week, 2 * h)[mask].sum() - week[mask].sum()) / total for h in range(-12, 13)}
        best = max(gains, key=lambda h: (round(gains[h], 3), -abs(h)))
        if gains[best] >= SHIFT_GAIN:
            return Check(
                3, name, "warning", outside, f"{detail}; shifted by {best:+d} h they would fit: check the zone"
            )
    if not stated and night / total > 0.25 and not opening.open.all():
        return Check(3, name, "warning", night, f"{night / total:.1%} arrive from 01:00 to 05:00: check the time zone")
    return Check(3, name, "note" if outside else "ok", outside, detail)


def _rounded(rows: pd.DataFrame) -> Check:
    found, worst = [], 0
    for name in ("wait_s", "handle_s"):
        x = rows[name].dropna()
        x = x[x > 0]
        if len(x) < 20:
            continue
        for unit, label in ((3600, "whole hours"), (60, "whole minutes")):
            hits = int((x % unit == 0).sum())
            if hits >= ROUNDED_SHARE * len(x):
                found.append(f"{name} in {label}")
                worst = max(worst, hits)
                break
        at_top = int((x == x.max()).sum())
        usual = float(x.value_counts().median())
        if at_top >= max(5, CAPPED_SHARE * len(x)) and at_top > 3 * usual and x.nunique() > 20:
            found.append(f"{name} capped at {x.max():g} s ({at_top} rows)")
            worst = max(worst, at_top)
    return _check(6, "durations capped or rounded", worst, "; ".join(found))


def _left_out(log: ContactLog) -> Check:
    total = max(len(log.raw) + log.left_out.get("no usable time, channel or id", 0), 1)
    parts = [f"{why} {n} ({n / total:.1%})" for why, n in log.left_out.items() if n]
    return _check(8, "rows that are not demand for agents", sum(log.left_out.values()), "; ".join(parts), "note")


def _abandons(log: ContactLog) -> Check:
    name = "abandoned contacts recorded"
    left = int((log.rows["outcome"] == "abandoned").sum())
    if left == 0 or log.extract.abandons == "absent":
        return Check(9, name, "warning", left, "none: patience not identifiable")
    short = log.extract.short_abandon_s
    hidden = f"; who left within {short:g} s is not in it" if short else ""
    return Check(9, name, "ok", left, f"{left / len(log.rows):.1%} of contacts{hidden}")


def _censored(rows: pd.DataFrame) -> Check:
    waited = rows[rows["wait_s"] > 0]
    censored = int((waited["outcome"] != "abandoned").sum())
    unfinished = int((rows["outcome"] == "open").sum())
    if waited.empty:
        return Check(
            10, "right-censored", "note" if unfinished else "ok", unfinished, f"{unfinished} still open; no waits"
        )
    detail = (
        f"{censored / len(waited):.1%} of waits ended in an answer, so patience is censored; {unfinished} still open"
    )
    return Check(10, "right-censored", "note", censored, detail)


def _longer_than_session(raw: pd.DataFrame) -> Check:
    session = raw["resolved_at"] - raw["utc_s"] - raw["wait_s"].fillna(0.0)
    hits = (raw["handle_s"] - raw["wrap_s"].fillna(0.0) > session + 1.0) & (raw["outcome"] == "handled")
    fine = _unless(raw, "handle_s", "no handle times recorded") or _unless(raw, "resolved_at", "no ends recorded")
    what = "handle time is not what its name says"
    return _check(11, "handle time longer than the session", int(hits.sum()), what, fine=fine)


def missing_days(log: ContactLog | IntervalLog, count: np.ndarray) -> Check:
    """Days without a contact where their weekday has many."""
    weekday = weekdays(log)
    missing = np.flatnonzero(~recorded_days(count, weekday))
    texts = ", ".join(f"{DAY_NAMES[weekday[d]]} {log.date(d)}" for d in missing[:5])
    return _check(12, "weeks with a missing day", len(missing), f"{texts}: left out of the week's means")


def clock_changes(log: ContactLog | IntervalLog) -> Check:
    """Days of 23 or 25 hours."""
    zone = ZoneInfo(log.timezone)
    found = []
    for day in range(log.days):
        midnight = [dt.datetime.combine(log.date(day + k), dt.time(), zone).timestamp() for k in (0, 1)]
        hours = (midnight[1] - midnight[0]) / 3600
        if hours != 24:
            found.append(f"{log.date(day)} has {hours:g} h")
    return _check(13, "days on which the clocks change", len(found), "; ".join(found), "note")


def _two_channels(rows: pd.DataFrame) -> Check:
    hits = np.zeros(len(rows), dtype=bool)
    for key, within_s in (("case_id", 300.0), ("customer_key", 60.0)):
        known = np.flatnonzero(rows[key].notna().to_numpy())
        part = rows.iloc[known]
        order = np.lexsort((part["utc_s"].to_numpy(), part[key].to_numpy(dtype=str)))
        part, known = part.iloc[order], known[order]
        same = part[key].to_numpy(dtype=str)[1:] == part[key].to_numpy(dtype=str)[:-1]
        other = part["channel"].to_numpy(dtype=str)[1:] != part["channel"].to_numpy(dtype=str)[:-1]
        near = np.diff(part["utc_s"].to_numpy()) <= within_s
        hits[known[1:][same & other & near]] = True
    return _check(14, "one ticket in two channels", int(hits.sum()), "demand is counted twice; nothing was left out")


def _units(rows: pd.DataFrame) -> Check:
    median = {name: float(rows[name].median()) for name in ("handle_s", "talk_s") if rows[name].notna().any()}
    odd = [
        f"{name} has a median of {value:,.0f}: milliseconds?" for name, value in median.items() if value > MS_GUESS_S
    ]
    fine = "plausible as seconds" if median else "no handle times recorded"
    return _check(15, "units", len(odd), "; ".join(odd), fine=fine)
