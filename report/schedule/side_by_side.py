"""Today's shifts and the new ones, simulated on the same customers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, TextIO

from report.lean import teller
from sim.engine import DEFAULT_ENGINE
from sim.kpis.table import ALL, Estimate, estimate
from sim.replicate import Replications, replicate
from sim.scenario.resolved import Resolved
from sim.scenario.units import MS_PER_DAY, MS_PER_HOUR

REPLICATIONS = 8
MS_PER_WEEK = 7 * MS_PER_DAY


@dataclass(frozen=True)
class Line:
    """One figure under both."""

    kpi: str
    where: str
    unit: str
    today: Estimate
    planned: Estimate
    target: float | None


@dataclass(frozen=True)
class SideBySide:
    """Every figure, over one month or the whole horizon."""

    period: str
    replications: int
    seed: int
    lines: tuple[Line, ...]

    def as_plain(self) -> dict[str, Any]:
        """As plain data; null is no data."""
        return {
            "period": self.period,
            "replications": self.replications,
            "seed": self.seed,
            "figures": [
                {
                    "kpi": line.kpi,
                    "where": line.where,
                    "unit": line.unit,
                    "target": line.target,
                    "today": _plain(line.today),
                    "planned": _plain(line.planned),
                }
                for line in self.lines
            ],
        }


def _plain(figure: Estimate) -> dict[str, float | None]:
    known = {key: value for key, value in asdict(figure).items() if key in ("value", "low", "high")}
    return {key: float(value) if math.isfinite(value) else None for key, value in known.items()}


def side_by_side(
    today: Resolved,
    planned: Resolved,
    month: str | None,
    reps: int | None,
    seed: int | None,
    jobs: int,
    engine: str | None,
    progress_to: TextIO,
    quiet: bool,
) -> SideBySide:
    """Service level by channel, occupancy and paid hours under both; ``month``: of that month, else of the horizon."""
    count = reps or REPLICATIONS
    runs: list[Replications] = []
    for name, resolved in (("today", today), ("planned", planned)):
        tell = None if quiet else teller(progress_to, f"replications of {name}")
        runs.append(replicate(resolved, seed, count, jobs, engine or DEFAULT_ENGINE, tell))
    label = month if month in today.calendar.month_labels else ALL
    lines = [
        _line(runs, "service_level", label, channel=name, target=channel.target.share)
        for name, channel in today.scenario.channels.items()
        if channel.target is not None
    ]
    lines += [_line(runs, "occupancy", label, team=name) for name in today.scenario.teams]
    lines += [_paid(runs, label, t, name) for t, name in enumerate(today.scenario.teams)]
    return SideBySide("the whole horizon" if label == ALL else label, count, runs[0].seed, tuple(lines))


def _paid(runs: Sequence[Replications], month: str, team: int, name: str) -> Line:
    """Paid hours a week of a team, overtime and training included."""
    calendar = runs[0].resolved.calendar
    months = list(range(len(calendar.month_labels))) if month == ALL else [calendar.month_labels.index(month)]
    edges = calendar.month_edges_ms
    weeks = sum(edges[m + 1] - edges[m] for m in months) / MS_PER_WEEK

    def paid(run: Replications) -> Estimate:
        hours = [float(used.paid_ms[team][months].sum()) / MS_PER_HOUR / weeks for used in run.usage]
        return Estimate(sum(hours) / len(hours), math.nan, math.nan, "h", math.nan)

    now, then = (paid(run) for run in runs)
    return Line("paid_hours_a_week", name, "h", now, then, None)


def _line(
    runs: Sequence[Replications], kpi: str, month: str, channel: str = ALL, team: str = ALL, target: float | None = None
) -> Line:
    now, then = (
        estimate(run.resolved, run.tallies, kpi, channel=channel, team=team, month=month) for run in runs
    )  # fmt: skip
    return Line(kpi, channel if channel != ALL else team, now.unit, now, then, target)
