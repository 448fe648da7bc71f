"""The fifteen checks for interval reports: those that need single contacts say that they cannot be made."""

from __future__ import annotations

from sim.calibrate.arrivals import Opening
from sim.calibrate.checks import MS_GUESS_S, Check, clock_changes, missing_days, zone_jump
from sim.calibrate.interval_columns import TIMED
from sim.calibrate.intervals import IntervalLog

CANNOT = "cannot be told from sums over intervals"
SHOWN = ("wait_s_sum", "talk_s_sum", "hold_s_sum", "wrap_s_sum", "staffed_s")


def run_interval_checks(log: IntervalLog, opening: Opening) -> tuple[Check, ...]:
    """All fifteen, in order; the future was cut off when the report was read."""
    return (
        _counted(1, "duplicate intervals", log.left_out.get("repeated interval", 0), "the last row was kept"),
        _counted(2, "outside the window or in the future", log.left_out.get("outside the window or in the future", 0),
                 "left out"),
        zone_jump(log, log.table("offered"), opening),
        Check(4, "reply time 0 with no reply", "ok", 0, CANNOT),
        _counted(5, "negative sums", log.negative, "taken as missing"),
        _rounded(log),
        Check(7, "resolved before first response", "ok", 0, CANNOT),
        _left_out(log),
        _abandons(log),
        Check(10, "right-censored", "ok", 0, CANNOT),
        _busier_than_staffed(log),
        missing_days(log, log.table("offered")),
        clock_changes(log),
        _two_channels(log),
        _units(log),
    )  # fmt: skip


def _counted(number: int, name: str, count: int, detail: str) -> Check:
    return Check(number, name, "warning" if count else "ok", count, detail if count else "")


def identity(log: IntervalLog) -> list[tuple[str, int, int, float]]:
    """(what offered is set against, intervals, of which it holds in, contacts too many (+) or missing (-))."""
    cells = log.cells
    rows = []
    both = ("answered", "abandoned")
    for more in ((), ("short_abandoned",), ("flow_out",), ("short_abandoned", "flow_out")):
        parts = (*both, *more)
        if not all(log.known(p) for p in parts):
            continue
        gap = cells["offered"] - cells[list(parts)].fillna(0.0).sum(axis=1)
        rows.append((" + ".join(parts), len(cells), int((gap.abs() < 0.5).sum()), float(gap.sum())))
    return rows


def _rounded(log: IntervalLog) -> Check:
    found, worst = [], 0
    for name in SHOWN[:4]:
        x = log.cells[name].dropna()
        x = x[x > 0]
        if len(x) >= 20 and (hits := int((x % 60 == 0).sum())) >= 0.95 * len(x):
            found.append(f"{name} in whole minutes")
            worst = max(worst, hits)
    return Check(6, "durations capped or rounded", "warning" if found else "ok", worst, "; ".join(found))


def _left_out(log: IntervalLog) -> Check:
    parts = [f"{why} {n}" for why, n in log.left_out.items() if n]
    best = min((abs(gap) for *_, gap in identity(log)), default=0.0)
    if best >= 0.5:
        parts.append(f"{best:,.0f} contacts offered are neither answered nor abandoned")
    count = sum(log.left_out.values())
    return Check(8, "rows that are not demand for agents", "note" if parts else "ok", count, "; ".join(parts))


def _abandons(log: IntervalLog) -> Check:
    left = int(log.cells["abandoned"].sum())
    name = "abandoned contacts recorded"
    if left == 0 or log.extract.abandons == "absent":
        return Check(9, name, "warning", left, "none: patience not identifiable")
    short = " (short ones apart)" if log.known("short_abandoned") else ""
    return Check(9, name, "ok", left, f"{left / log.contacts:.1%} of contacts{short}")


def _busier_than_staffed(log: IntervalLog) -> Check:
    name = "more work than staffed time"
    if not log.known("staffed_s"):
        return Check(11, name, "ok", 0, "staffed time is not in the report")
    cells = log.cells.groupby(["day", "slot", "channel"])[list(TIMED)].sum()
    work = cells[["talk_s_sum", "hold_s_sum", "wrap_s_sum"]].sum(axis=1)
    hits = int((work > cells["staffed_s"] * 1.25 + 600).sum())
    return Check(11, name, "warning" if hits else "ok", hits, "work is booked elsewhere than staff" if hits else "")


def _two_channels(log: IntervalLog) -> Check:
    name = "one queue in two channels"
    cells = log.cells
    twice = cells.groupby(["day", "slot", "queue"])["offered"].agg(["size", "nunique"])
    hits = int(((twice["size"] > 1) & (twice["nunique"] == 1)).sum())
    shared = bool(log.known("staffed_s") and (cells.groupby(["day", "slot", "channel"])["queue"].nunique() > 1).any())
    detail = "the same number offered in both: counted twice?" if hits else ""
    if shared:
        detail += (
            "; " if detail else ""
        ) + "staffed time is added over queues: an agent of two queues must count in one"
    return Check(14, name, "warning" if hits else "note" if shared else "ok", hits, detail)


def _units(log: IntervalLog) -> Check:
    answered = float(log.cells["answered"].sum() or log.cells["offered"].sum())
    means = {name: float(log.cells[name].sum()) / max(answered, 1.0) for name in SHOWN[:4]}
    odd = [
        f"{name} is {mean:,.0f} for each contact: milliseconds?" for name, mean in means.items() if mean > MS_GUESS_S
    ]
    return Check(15, "units", "warning" if odd else "ok", len(odd), "; ".join(odd) or "plausible as seconds")
