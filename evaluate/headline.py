"""The handful of KPIs that a comparison shows, and their paired differences from the base."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evaluate.intervals import Figure, paired_difference, ratio_figure
from sim.kpis import Tally, batches, estimate
from sim.kpis.registry import KPIS
from sim.kpis.table import by_batch
from sim.scenario.resolved import Resolved
from sim.scenario.schema import Scenario

ALL = "all"


@dataclass(frozen=True)
class Line:
    """A KPI of one channel, or of everything (`all`)."""

    kpi: str
    channel: str = ALL


@dataclass(frozen=True)
class Sums:
    """Numerator and denominator of one KPI by replication, float64 (replications,) each, in the KPI's unit.

    A single run of a load that repeats gives them by batch.
    """

    tops: np.ndarray
    bottoms: np.ndarray
    by_batch: bool = False

    @property
    def batches(self) -> int:
        """Batches of the interval, 0 where it is over replications."""
        return int(batches.choose(self.tops, self.bottoms)[0]) if self.by_batch else 0

    @property
    def independent(self) -> bool:
        """Whether nothing speaks against the independence of what the interval is over."""
        return not self.by_batch or bool(batches.choose(self.tops, self.bottoms)[1])

    def merged(self, count: int) -> Sums:
        """The same in fewer batches."""
        return Sums(batches.merged(self.tops, count), batches.merged(self.bottoms, count))


def headline(scenarios: Sequence[Scenario]) -> list[Line]:
    """Lines that at least one of the scenarios can have, in the order of the table."""
    channels = list(dict.fromkeys(name for scenario in scenarios for name in scenario.channels))
    lines = [Line("service_level", name) for name in channels]
    lines += [Line("average_speed_of_answer", name) for name in channels]
    lines += [Line("abandonment_rate", name) for name in channels]
    lines += [
        Line(kpi)
        for kpi in (
            "needs", "contacts", "handled", "occupancy", "handle_time", "fcr", "deflection", "containment",
            "time_to_resolution", "resolution_rate", "share_lost", "csat", "nps", "churn_points",
            "customers_lost", "referrals",
        )
    ]  # fmt: skip
    return [line for line in lines if any(applies(line, scenario) for scenario in scenarios)]


def applies(line: Line, scenario: Scenario) -> bool:
    """Whether a scenario can have this figure at all; a channel where nobody loses patience has no abandonment."""
    kpi = KPIS[line.kpi]
    if not kpi.applies(scenario):
        return False
    if line.channel == ALL:
        return True
    channel = scenario.channels.get(line.channel)
    if channel is None or not kpi.channels(scenario, line.channel):
        return False
    return line.kpi != "abandonment_rate" or channel.patience.distribution != "never"


def sums(resolved: Resolved, tallies: Sequence[Tally], line: Line) -> Sums | None:
    """Numerators and denominators by replication, or by batch; None where the scenario cannot have this figure."""
    if not applies(line, resolved.scenario):
        return None
    parts = by_batch(resolved, tallies, line.kpi, line.channel)
    if parts is not None:
        return Sums(*parts, by_batch=True)
    each = [estimate(resolved, [tally], line.kpi, channel=line.channel) for tally in tallies]
    bottoms = np.array([one.n for one in each])
    return Sums(np.array([one.value * one.n if one.n else 0.0 for one in each]), bottoms)


def value_of(sums_: Sums | None, confidence: float) -> Figure:
    """The KPI with its interval."""
    if sums_ is None:
        return Figure(None)
    if sums_.by_batch:
        sums_ = sums_.merged(sums_.batches)
    return ratio_figure(sums_.tops, sums_.bottoms, confidence)


def difference_of(option: Sums | None, base: Sums | None, confidence: float) -> Figure:
    """Option less base, over the same replications (or batches); no data where either has none."""
    if option is None or base is None:
        return Figure(None)
    if option.by_batch or base.by_batch:
        count = min(option.batches, base.batches) if len(option.tops) == len(base.tops) else 1
        option, base = option.merged(max(1, count)), base.merged(max(1, count))
    return paired_difference(option.tops, option.bottoms, base.tops, base.bottoms, confidence)
