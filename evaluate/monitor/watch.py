"""Plan against actual: simulate the plan's months, see what left its interval, look for what would explain it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evaluate.compare import Priced
from evaluate.monitor.candidates import Candidate, candidates
from evaluate.monitor.explain import Explanation, explain
from evaluate.monitor.plan import Key, Measured, Outcomes, Track, outcomes_of, tracks
from evaluate.monitor.response import Gap, Scale
from evaluate.monitor.worlds import Tell, Worlds, shortened
from evaluate.yardstick import measurable, yardstick
from sim.engine import DEFAULT_ENGINE
from sim.feedback import replicate_closed
from sim.scenario.resolved import Resolved
from sim.scenario.vary import Sources

FEWEST = 5
"""Replications below which a single outcome's spread is a guess."""
LEARNT_ON = 4
"""Replications on which an input's effect is learnt: differences on the same tapes need fewer than a spread does."""


@dataclass(frozen=True)
class Monitored:
    """What was found."""

    resolved: Resolved
    tracks: tuple[Track, ...]
    since: int | None
    """First month from which any KPI is outside; None: all are inside."""
    explanation: Explanation | None
    no_plan: tuple[Measured, ...]
    """Figures for which the plan has no data in their month."""
    confidence: float
    replications: int
    seed: int
    engine: str

    @property
    def left(self) -> list[Track]:
        """KPIs that are outside now."""
        return [track for track in self.tracks if track.state == "left"]

    def label(self, month: int) -> str:
        """``2027-05``."""
        return self.resolved.calendar.month_labels[month]


def monitor(
    sources: Sources,
    measured: Sequence[Measured],
    replications: int | None = None,
    confidence: float | None = None,
    only: tuple[str, ...] = (),
    search: bool = True,
    seed: int | None = None,
    jobs: int = 1,
    engine: str | None = None,
    tell: Tell | None = None,
) -> Monitored:
    """Sets measured months beside the plan's. ``measured`` name KPIs that the scenario has and months of its horizon.

    ``only`` are patterns of the inputs to try; without ``search`` none is tried. Raises ScenarioProblems, Unbounded.
    """
    sources = shortened(sources, max(one.month for one in measured))
    resolved = sources.declared()
    experiment = resolved.scenario.experiment
    seed = experiment.seed if seed is None else seed
    confidence = experiment.confidence if confidence is None else confidence
    count = max(replications or experiment.replications, FEWEST)
    run = replicate_closed(
        resolved, seed, count, jobs, engine or DEFAULT_ENGINE, None if tell is None else lambda d, n: tell("plan", d, n)
    )
    priced = Priced(run)
    kpis = list(dict.fromkeys(one.kpi for one in measured))
    months = sorted({one.month for one in measured})
    probes = [kpi for kpi in standard_kpis(resolved) if kpi not in kpis and measurable(priced, yardstick(kpi))]
    plan = outcomes_of(priced, [*kpis, *probes], months)
    found = tracks(plan, measured, confidence)
    gone = [track.since for track in found if track.state == "left" and track.since is not None]
    since = min(gone) if gone else None
    told = {(month.measured.kpi, month.measured.month) for track in found for month in track.months}
    missing = tuple(one for one in measured if (one.kpi, one.month) not in told)
    explanation = None
    if since is not None and search:
        inputs = candidates(resolved, only)
        world = Worlds(sources, _day(resolved, since), (*kpis, *probes), tuple(m for m in months if m >= since), seed,
                       min(count, LEARNT_ON), engine, jobs)  # fmt: skip
        explanation = _explanation(world, plan, found, since, inputs, probes, confidence, count, tell)
    return Monitored(resolved, tuple(found), since, explanation, missing, confidence, count, seed,
                     engine or DEFAULT_ENGINE)  # fmt: skip


def _day(resolved: Resolved, month: int) -> dt.date | None:
    """First day of a month; None for the horizon's first."""
    calendar = resolved.calendar
    if month == 0:
        return None
    day = int((calendar.day_edges_ms <= calendar.month_edges_ms[month]).nonzero()[0][-1])
    return calendar.start + dt.timedelta(days=day)


def _explanation(
    world: Worlds, plan: Outcomes, found: Sequence[Track], since: int, inputs: Sequence[Candidate],
    probes: Sequence[str],    confidence: float, count: int, tell: Tell | None,
) -> Explanation | None:  # fmt: skip
    """All figures from the first month outside on: those that stayed inside count as well, since a change that would
    have moved them is no explanation."""
    months = {
        (month.measured.kpi, month.measured.month): month
        for track in found for month in track.months if month.measured.month >= since
    }  # fmt: skip
    if not inputs:
        return None
    scales: dict[Key, Scale] = {key: Scale.of(yardstick(key[0]).unit, month.plan) for key, month in months.items()}
    gap = Gap.of(
        np.array([float(scale.to(months[key].measured.value)) for key, scale in scales.items()]),
        np.array([float(scale.to(months[key].plan)) for key, scale in scales.items()]),
        plan.departures(scales),
        list(scales),
    )
    return explain(world, plan, scales, gap, inputs, probes, confidence, count, tell)


def standard_kpis(resolved: Resolved) -> list[str]:
    """What most centres measure: used to say which figure would tell two explanations apart."""
    scenario = resolved.scenario
    by_channel = ("contacts", "abandonment_rate", "service_level", "average_speed_of_answer", "handle_time")
    found = [f"{kpi}({channel})" for channel in scenario.channels for kpi in by_channel]
    found += [f"contacts({reason})" for reason in dict(resolved.document).get("reasons", {})]
    found += [f"occupancy({team})" for team in scenario.teams]
    return [*found, "fcr", "repeat_rate", "contacts_per_ticket", "shrinkage", "containment", "self_service_success"]
