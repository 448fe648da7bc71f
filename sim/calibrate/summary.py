"""What was fitted, as plain tables for a terminal or JSON: no printing here, and no rows of the log."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.calibrate.arrivals import DAY_NAMES
from sim.calibrate.backtest import BackTest, By
from sim.calibrate.checks_intervals import identity
from sim.calibrate.fit import Calibration
from sim.calibrate.intervals import IntervalLog
from sim.calibrate.patience import SHOWN_QUANTILES, SHOWN_S
from sim.calibrate.repeats import ReturnFit
from sim.calibrate.waits import fit_waits, shown


@dataclass(frozen=True)
class Table:
    """A title, headings, rows of text, and a sentence below."""

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""

    def plain(self) -> dict[str, Any]:
        """As plain data."""
        return {"title": self.title, "columns": list(self.headings), "rows": [list(r) for r in self.rows],
                "note": self.note}  # fmt: skip


def _pct(share: float, digits: int = 1) -> str:
    return "no data" if math.isnan(share) else f"{100 * share:.{digits}f} %"


def _sec(seconds: float) -> str:
    return "no data" if math.isnan(seconds) else f"{seconds:.0f} s"


def tables(fit: Calibration) -> list[Table]:
    """Checks first, then every fit with how sure it is."""
    found = [
        _checks(fit),
        _identity(fit),
        _arrivals(fit),
        _waits(fit),
        _handle(fit),
        _patience(fit),
        _returns(fit),
        *_staff(fit),
    ]
    return [table for table in found if table.rows]


def _checks(fit: Calibration) -> Table:
    log = fit.log
    rows = tuple((str(c.number), c.name, c.level, f"{c.count:,}", c.detail) for c in fit.checks)
    notes = [str(p) for p in log.problems]
    if log.ignored_columns:
        n = len(log.ignored_columns)
        notes.append(f"{n} column{' that is not needed was' if n == 1 else 's that are not needed were'} not read")
    notes = [*log.notes, *notes]
    return Table(
        _checks_title(fit),
        ("#", "check", "", "count", "what it means"), rows, "; ".join(notes),
    )  # fmt: skip


def _checks_title(fit: Calibration) -> str:
    log = fit.log
    if isinstance(log, IntervalLog):
        return f"Checks of {log.read:,} intervals ({log.vendor}) with {log.contacts:,} contacts"
    return f"Checks of {log.read:,} rows ({log.vendor}), of which {log.contacts:,} are demand"


def _identity(fit: Calibration) -> Table:
    if not isinstance(fit.log, IntervalLog):
        return Table("", (), ())
    rows = tuple((parts, f"{n:,}", f"{held:,}", f"{gap:+,.0f}") for parts, n, held, gap in identity(fit.log))
    return Table("Identity: offered against", ("", "intervals", "holds in", "contacts left over"), rows,
                 "Reported, not enforced.")  # fmt: skip


def _arrivals(fit: Calibration) -> Table:
    rows = [
        (
            c.name,
            f"{c.n:,}",
            f"{c.per_day:.4g} +/- {c.per_day_half_width:.2g}",
            ", ".join(c.opening.hours),
            _pct(c.opening.outside_share, 2),
        )
        for c in fit.channels.values()
    ]
    b = fit.busyness
    note = (
        f"{fit.profile.per_day:.1f} contacts a day of the mean week; {_pct(fit.profile.smoothed_share)} of the weight "
        f"comes from neighbouring half-hours. Days vary beyond chance by a cv of {b.cv:.3f} +/- {1.96 * b.cv_se:.3f} "
        f"(95 %, {b.days} days), correlation from day to day {b.correlation:.2f} +/- {1.96 * b.correlation_se:.2f}."
    )
    return Table("Arrivals", ("channel", "contacts", "a day (95 %)", "opening hours", "outside"), tuple(rows), note)


def _waits(fit: Calibration) -> Table:
    if isinstance(fit.log, IntervalLog):
        return Table("", (), ())
    rows = tuple(
        (w.channel, w.basis, f"{w.answered:,}", f"{w.left:,}", f"{w.open:,}", f"{w.unknown:,}",
         *(shown(w.quantile(q)) for q in (0.5, 0.9)))
        for w in fit_waits(fit.log)
    )  # fmt: skip
    headings = ("channel", "clock", "answered", "left", "still open", "no wait", "half answered within", "nine in ten")
    note = "Kaplan-Meier: who left or is still open is censored. Business: hours outside office time are left out."
    return Table("Waits for a first answer", headings, rows, note)


def _handle(fit: Calibration) -> Table:
    rows = []
    for key, reason in fit.reasons.items():
        d = reason.handle
        if d is None:
            taken = ", ".join(f"{c} {fit.channels[c].assumed_handle_s:.0f} s" for c in reason.channels)
            rows.append((key, f"{reason.n:,}", "0", "", f"assumed: {taken}", "", "", "no measured handle time"))
            continue
        rows.append(
            (key, f"{reason.n:,}", f"{d.n:,}", d.family, f"{d.mean_s:.0f} +/- {d.mean_half_width_s:.0f} s",
             f"{d.cv:.2f}",
             _pct(d.short_share), "sums tell no family" if d.sums else
             f"AIC {d.other.aic - d.chosen.aic:+.0f}, KS {d.chosen.ks:.3f}, AD {d.chosen.ad:.1f}")
        )  # fmt: skip
    wrap = [
        f"{c.name}: wrap-up {c.wrap.mean_s:.0f} +/- {c.wrap.mean_half_width_s:.0f} s" if c.wrap
        else f"{c.name}: wrap-up not recorded; {c.turnaround_s:.0f} s between contacts while somebody waits "
        f"(median of {c.turnaround_n:,})"
        for c in fit.channels.values() if c.wrap or c.turnaround_s
    ]  # fmt: skip
    return Table(
        "Handle time by reason",
        ("reason", "contacts", "timed", "family", "mean", "cv", "short", "how much worse the other is; fit"),
        tuple(rows), "; ".join(wrap),
    )  # fmt: skip


def _patience(fit: Calibration) -> Table:
    rows = []
    for c in fit.channels.values():
        p = c.patience
        if p is None:
            continue
        rows.append((c.name, f"{p.n:,}", f"{p.abandoned:,}", p.family, f"{p.mean_s:.0f} s",
                     f"{p.mean_low_s:.0f} to {p.mean_high_s:.0f} s", f"{p.shape:.2f}"))  # fmt: skip
        rows += [
            (f"  {reason}", f"{q.n:,}", f"{q.abandoned:,}", q.family, f"{q.mean_s:.0f} s",
             f"{q.mean_low_s:.0f} to {q.mean_high_s:.0f} s", f"{q.shape:.2f}")
            for reason, q in c.patience_by_reason.items()
        ]  # fmt: skip
    notes = []
    for c in fit.channels.values():
        p = c.patience
        if p is None:
            notes.append(f"{c.name}: patience not identifiable (too few abandoned contacts)")
            continue
        if isinstance(fit.log, IntervalLog):
            notes.append(f"{c.name}: {p.method}")
            continue
        km = p.kaplan_meier
        still = ", ".join(f"{s:g} s {_pct(km.at(s))}/{_pct(p.survival(s))}" for s in SHOWN_S if math.isfinite(km.at(s)))
        gone = ", ".join(f"{_pct(q, 0)} {_sec(km.quantile(q))}/{_sec(p.quantile(q))}" for q in SHOWN_QUANTILES)
        notes.append(f"{c.name}, Kaplan-Meier/fitted: still waiting after {still}; left by {gone}")
    headings = ("channel, reason", "waited", "left", "family", "mean", "95 % interval", "shape")
    return Table("Patience (who was answered is censored)", headings, tuple(rows), ". ".join(notes))


def _return_row(name: str, fit: ReturnFit | None) -> tuple[str, ...]:
    if fit is None:
        return (name, "", "", "no data", "", "", "")
    return (
        name, f"{fit.window_s / 3600:g} h", f"{fit.followed:,}", _pct(fit.recognised_share), _pct(fit.within),
        _pct(fit.by_chance), f"{_pct(fit.excess)} +/- {_pct(fit.half_width)}",
    )  # fmt: skip


def _returns(fit: Calibration) -> Table:
    rows = (
        _return_row("retry after leaving", fit.returns.retry),
        _return_row("repeat after an answer", fit.returns.repeat),
    )
    return Table(
        "Who comes back", ("", "window", "followed", "recognised", "came back", "by chance", "because of it"), rows,
        "Recognised customers only; by chance: in a like window one week later.",
    )  # fmt: skip


def _staff(fit: Calibration) -> list[Table]:
    """Per team: for each weekday the agents by hour (mean of its half-hours) and how sure the figures are."""
    out = []
    for team in fit.teams.values():
        week, grade = team.week, team.week.grade()
        rows = []
        for w in range(7):
            open_ = week.agents[w] > 0
            if not open_.any():
                continue
            agents = week.agents[w][open_]
            width = (week.high - week.low)[w][open_]
            share = {g: float((grade[w][open_] == g).mean()) for g in ("good", "fair", "poor")}
            rows.append((DAY_NAMES[w], f"{agents.sum() / 2:.1f}", f"{agents.mean():.1f}", str(agents.max()),
                         f"{np.median(width):.0f}", *(_pct(s, 0) for s in share.values())))  # fmt: skip
        note = (
            f"From {week.basis}. Mean handle time with wrap-up {team.service_s:.0f} s. good: the 95 % interval holds "
            "at most 2 agents beyond the lowest; fair: up to 4; poor: more, often because nobody waited."
        )
        headings = ("day", "agent-hours", "mean", "most", "median width", "good", "fair", "poor")
        title = "Staff" if week.basis.startswith("staffed") else "Staff inferred"
        out.append(Table(f"{title}: {team.name}", headings, tuple(rows), note))
    return out


BYS: tuple[tuple[By, str, int], ...] = (
    ("date_hour", "date and hour (20 contacts or more)", 20),
    ("week_hour", "weekday and hour (50 or more)", 50),
    ("hour", "hour of the day (50 or more)", 50),
)


def back_test_tables(test: BackTest, title: str) -> list[Table]:
    """By hour, and the correlations."""

    def pair(measure: str, real: float, simulated: float) -> tuple[str, str]:
        if measure == "contacts":
            return f"{real:.0f}", f"{simulated:.0f}"
        show = _sec if measure == "wait_s" else _pct
        return show(real), show(simulated)

    rows = []
    for hour, figures in test.by_hour():
        rows.append((f"{hour:02d}", *(text for m, (a, b) in figures.items() for text in pair(m, a, b))))
    whole = [text for m in ("contacts", "wait_s", "answered_in_time", "abandoned") for text in pair(m, *test.level(m))]
    rows.append(("all", *whole))
    headings = ("hour", "contacts", "simulated", "mean wait", "simulated", f"answered in {test.within_s:g} s",
                "simulated", "abandoned", "simulated")  # fmt: skip
    fits = []
    for by, label, least in BYS:
        shown = [test.correlation(m, by, least) for m in ("contacts", "wait_s", "answered_in_time", "abandoned")]
        fits.append((label, str(shown[-1][1]), *(f"{r:.3f}" for r, _ in shown)))
    return [
        Table(f"{title}: real and simulated ({test.replications} replications) by hour", headings, tuple(rows)),
        Table(f"{title}: correlation of real and simulated", ("cells", "number", "contacts", "mean wait",
              "answered in time",
                                                             "abandoned"), tuple(fits)),
    ]  # fmt: skip
