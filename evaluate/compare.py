"""Scenarios priced and set against a base, replication by replication, on the same tapes (common random numbers)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import numpy as np

from evaluate.appraisal import Appraised
from evaluate.cashflow import cash_flows
from evaluate.headline import ALL, Line, Sums, difference_of, headline, sums, value_of
from evaluate.intervals import Figure, mean_figure
from evaluate.measures import FlowArrays, Table, against, alone, categories_of, flow_arrays, present_values, with_line
from evaluate.released import Released, released
from evaluate.unit_costs import unit_costs
from sim.kpis import kpi_table
from sim.kpis.registry import KPIS
from sim.kpis.steady import WarmUp, warm_up
from sim.scenario.resolved import Resolved
from sim.scenario.schema.service import Channel, Target

if TYPE_CHECKING:
    import pandas as pd

    from sim.replicate import Replications


IntervalsFrom = Literal["replications", "batch means", "none"]


class NotComparable(ValueError):
    """Scenarios that cannot be set against each other; the message says why, in the planner's words."""


@dataclass(frozen=True)
class Priced:
    """One scenario, simulated and priced."""

    replications: Replications

    @property
    def resolved(self) -> Resolved:
        """The scenario."""
        return self.replications.resolved

    @property
    def name(self) -> str:
        """Its short name."""
        return self.resolved.scenario.name

    @cached_property
    def kpis(self) -> pd.DataFrame:
        """The KPI table by month and in total."""
        return kpi_table(self.resolved, self.replications.tallies)

    @cached_property
    def warm_up(self) -> tuple[WarmUp, ...]:
        """By channel: whether the warm-up was long enough."""
        return warm_up(self.resolved, self.replications.tallies)

    @cached_property
    def flows(self) -> pd.DataFrame:
        """The cash flows of every replication."""
        return cash_flows(self.resolved, self.replications.usage)

    @cached_property
    def unit_costs(self) -> Table:
        """Cost per contact, per resolution and per order."""
        return unit_costs(self.resolved, self.flows, self.replications.usage)


@dataclass(frozen=True)
class TargetResult:
    """How one channel's promise is kept over the whole horizon."""

    channel: str
    target: Target
    reached: Figure
    months_met: int
    months: int

    @property
    def met(self) -> bool | None:
        """Whether the mean reaches the target; None where there is no data."""
        return None if self.reached.value is None else self.reached.value >= self.target.share

    @property
    def certain(self) -> bool:
        """Whether the whole interval lies on one side of the target."""
        low, high = self.reached.low, self.reached.high
        return low is not None and high is not None and (low >= self.target.share or high < self.target.share)

    @property
    def unsure(self) -> bool:
        """Whether the interval includes the target; without an interval nothing is known about that."""
        return self.reached.low is not None and not self.certain


@dataclass(frozen=True)
class Comparison:
    """A base and its options; everything that a report shows is read from here. Without options: a single run."""

    base: Priced
    options: tuple[Priced, ...]
    lines: tuple[Line, ...]
    flows: Mapping[str, FlowArrays]
    """By scenario, all with the same categories."""
    released: Mapping[str, Released | None] = field(default_factory=dict)
    """By option: agents' time that it sets free."""
    chosen: str = ""
    """The option that something else than the verdict has chosen, such as an optimiser under targets of its own."""

    @cached_property
    def sums(self) -> Mapping[str, Mapping[Line, Sums | None]]:
        """By scenario: numerators and denominators of every headline KPI."""
        return {
            one.name: {line: sums(one.resolved, one.replications.tallies, line) for line in self.lines}
            for one in self.scenarios
        }

    @cached_property
    def alone(self) -> Mapping[str, Table]:
        """By scenario: measures of it by itself."""
        return {one.name: alone(self.flows[one.name], self.base.resolved) | one.unit_costs for one in self.scenarios}

    @property
    def against(self) -> Mapping[str, Table]:
        """By option: measures of it against the base."""
        return {name: table for name, (table, _) in self._against.items()}

    @property
    def appraised(self) -> Mapping[str, Appraised]:
        """By option: the appraisal of the mean differences."""
        return {name: mean for name, (_, mean) in self._against.items()}

    @cached_property
    def _against(self) -> dict[str, tuple[Table, Appraised]]:
        base, flows = self.base, self.flows
        return {
            one.name: against(flows[one.name], flows[base.name], base.resolved, self.released.get(one.name))
            for one in self.options
        }

    @property
    def scenarios(self) -> tuple[Priced, ...]:
        """The base first."""
        return (self.base, *self.options)

    @property
    def confidence(self) -> float:
        """Of every interval: the base's."""
        return self.base.resolved.scenario.experiment.confidence

    @property
    def currency(self) -> str:
        """Of every amount."""
        return self.base.resolved.scenario.currency

    @property
    def months(self) -> tuple[str, ...]:
        """Labels of the months."""
        return self.base.resolved.calendar.month_labels

    @property
    def replications(self) -> int:
        """Replications of each scenario."""
        return len(self.base.replications.tallies)

    @property
    def intervals_from(self) -> IntervalsFrom:
        """Where the intervals of KPIs come from; those of money come from replications or do not exist."""
        if self.replications > 1:
            return "replications"
        return "batch means" if any(found.by_batch for found in self._all_sums) else "none"

    @property
    def batches(self) -> tuple[int, int]:
        """Fewest and most batches of a headline KPI's interval; 0 and 0 where they do not come from batches."""
        used = [found.batches for found in self._all_sums if found.by_batch]
        return (min(used), max(used)) if used else (0, 0)

    def dependent(self, name: str) -> list[Line]:
        """Headline KPIs of a scenario whose batches are not independent, so that their interval is too narrow."""
        return [line for line, found in self.sums[name].items() if found is not None and not found.independent]

    @property
    def _all_sums(self) -> list[Sums]:
        return [found for by_line in self.sums.values() for found in by_line.values() if found is not None]

    def scenario(self, name: str) -> Priced:
        """One of the scenarios."""
        return next(priced for priced in self.scenarios if priced.name == name)

    def value(self, name: str, line: Line) -> Figure:
        """A headline KPI of one scenario."""
        return value_of(self.sums[name].get(line), self.confidence)

    def difference(self, name: str, line: Line) -> Figure:
        """A headline KPI, option less base, paired."""
        return difference_of(self.sums[name].get(line), self.sums[self.base.name].get(line), self.confidence)

    def npv(self, name: str) -> Figure:
        """NPV against the base; the base's own is zero by definition."""
        return Figure(0.0, 0.0, 0.0) if name == self.base.name else self.against[name]["npv"]

    def npv_difference(self, one: str, other: str) -> Figure:
        """NPV of one scenario less that of another, paired."""
        values = [present_values(self.flows[name], self.base.resolved).sum(axis=0) for name in (one, other)]
        return mean_figure(values[0] - values[1], self.confidence)

    def targets(self, name: str) -> list[TargetResult]:
        """How each channel with a target keeps it."""
        return self._targets[name]

    @cached_property
    def _targets(self) -> dict[str, list[TargetResult]]:
        return {
            one.name: [
                _target_result(one, channel, block, self.value(one.name, Line("service_level", channel)))
                for channel, block in one.resolved.scenario.channels.items()
                if block.target is not None
            ]
            for one in self.scenarios
        }

    def cumulative(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """Cumulative net flow against the base: mean and half-width of its interval, (months + 1,) each.

        The first point is what is paid upfront on the first day, the others are the ends of the months.
        """
        option, base = self.flows[name], self.flows[self.base.name]
        difference = option.amounts - base.amounts
        at_once = difference[option.upfront, :, 0].sum(axis=0)
        paths = np.concatenate([at_once[:, None], np.cumsum(difference.sum(axis=0), axis=1)], axis=1)
        figures = [mean_figure(column, self.confidence) for column in paths.T]
        mean = np.array([figure.value for figure in figures], dtype=np.float64)
        high = np.array([np.nan if f.high is None else f.high for f in figures], dtype=np.float64)
        return mean, np.nan_to_num(high - mean)


def _target_result(priced: Priced, channel: str, block: Channel, reached: Figure) -> TargetResult:
    assert block.target is not None
    table = priced.kpis
    rows = table[(table["kpi"] == "service_level") & (table["channel"] == channel) & (table["reason"] == ALL)]
    monthly = rows.loc[rows["month"] != ALL, "value"].dropna()
    return TargetResult(channel, block.target, reached, int((monthly >= block.target.share).sum()), len(monthly))


def compare(runs: Sequence[Replications], chosen: str = "") -> Comparison:
    """Sets every run after the first against the first; ``chosen``: see `Comparison`. Raises NotComparable."""
    check_comparable([run.resolved for run in runs], [len(run.usage) for run in runs])
    priced = tuple(Priced(run) for run in runs)
    base, options = priced[0], priced[1:]
    keys = categories_of(*(one.flows for one in priced))
    months = base.resolved.calendar.month_labels
    flows = {one.name: flow_arrays(one.flows, keys, len(runs[0].usage), months) for one in priced}
    time = {
        one.name: released(one.resolved, one.replications.usage, base.resolved, base.replications.usage)
        for one in options
    }
    if base.resolved.scenario.economics.count_released_time:
        flows = {name: with_line(each, "released_time", time.get(name)) for name, each in flows.items()}
    lines = tuple(headline([one.resolved.scenario for one in priced]))
    return Comparison(base, options, lines, flows, time, chosen)


def check_comparable(resolveds: Sequence[Resolved], replications: Sequence[int]) -> None:
    """Raises NotComparable unless all share the names' uniqueness, currency, horizon and number of replications."""
    base = resolveds[0]
    names = [resolved.scenario.name for resolved in resolveds]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise NotComparable(f"two scenarios are called {', '.join(twice)}: give each file its own `name`")
    for resolved, count in zip(resolveds, replications, strict=True):
        scenario, first = resolved.scenario, base.scenario
        for what, here, there in (
            ("currency", scenario.currency, first.currency),
            ("horizon.start", scenario.horizon.start, first.horizon.start),
            ("horizon", resolved.calendar.month_edges_ms, base.calendar.month_edges_ms),
            ("economics.discount_rate", scenario.economics.discount_rate, first.economics.discount_rate),
            ("economics.timing", scenario.economics.timing, first.economics.timing),
            ("economics.prices", scenario.economics.prices, first.economics.prices),
            ("economics.inflation", scenario.economics.inflation, first.economics.inflation),
            (
                "economics.count_released_time",
                scenario.economics.count_released_time,
                first.economics.count_released_time,
            ),
            ("experiment.antithetic", scenario.experiment.antithetic, first.experiment.antithetic),
            ("number of replications", count, replications[0]),
        ):
            if here != there:
                raise NotComparable(f"{scenario.name} and {first.name} differ in {what}; they must share it")


__all__ = ["KPIS", "Comparison", "NotComparable", "Priced", "TargetResult", "check_comparable", "compare"]
