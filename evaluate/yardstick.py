"""One figure by which scenarios are judged: a KPI (of a channel, reason or team), or money; by month and in total.

Goals, gaps and stakeholders all read their figures here, so that a KPI means the same to each of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from evaluate.categories import CATEGORIES, NOT_SUPPORT
from evaluate.compare import Priced
from evaluate.intervals import Figure, paired_difference, ratio_figure
from evaluate.measures import categories_of, flow_arrays, present_values
from evaluate.unit_costs import spent_by_month, units_by_month
from sim.kpis import KPIS
from sim.kpis.table import along_months
from sim.replicate import named_kpi
from sim.scenario.kpi_names import UNIT_COSTS, VALUES
from sim.scenario.kpi_text import Named, named

Good = Literal["higher", "lower", ""]


@dataclass(frozen=True)
class Yardstick:
    """What is measured."""

    name: Named
    unit: str
    """The KPI's, or ``money``."""
    good: Good
    """Which direction is good; empty where it depends."""

    @property
    def text(self) -> str:
        """As a planner writes it: ``service_level(phone)``."""
        return self.name.text

    @property
    def kpi(self) -> str:
        """Without what stands in parentheses."""
        return self.name.kpi

    @property
    def is_money(self) -> bool:
        """Whether it comes from cash flows rather than from tallies."""
        return self.kpi in UNIT_COSTS or self.kpi in VALUES


@dataclass(frozen=True)
class Series:
    """One figure of one scenario: by month and, last, in total; replications apart and together."""

    tops: np.ndarray  # float64 (replications, months + 1), numerators in the figure's unit
    bottoms: np.ndarray  # float64 (replications, months + 1), denominators; 0 is no data
    figures: tuple[Figure, ...]  # (months + 1,) over all replications, with intervals

    @property
    def total(self) -> Figure:
        """Over the whole horizon."""
        return self.figures[-1]

    @property
    def by_month(self) -> tuple[Figure, ...]:
        """Without the total."""
        return self.figures[:-1]

    def each(self, month: int) -> np.ndarray:
        """The month's value in every replication that has one, float64 (n,)."""
        there = self.bottoms[:, month] > 0
        return np.asarray(self.tops[there, month] / self.bottoms[there, month])


def yardstick(text: str) -> Yardstick:
    """What a text names. Raises KeyError where there is no such KPI."""
    name = named(text)
    if name.kpi in UNIT_COSTS:
        return Yardstick(name, "money", "lower")
    if name.kpi in VALUES:
        return Yardstick(name, "money", "higher")
    return Yardstick(name, KPIS[name.kpi].unit, KPIS[name.kpi].good)


def measurable(one: Priced, what: Yardstick) -> bool:
    """Whether a scenario can have this figure at all."""
    scenario = one.resolved.scenario
    if what.is_money:
        return not what.name.parts
    kpi = KPIS[what.kpi]
    try:
        where = named_kpi(one.resolved, what.text)[1]
    except ValueError:
        return False
    channel = where.get("channel")
    return kpi.applies(scenario) and (channel is None or kpi.channels(scenario, channel))


def series(one: Priced, what: Yardstick) -> Series | None:
    """The figure by month and in total; None where the scenario cannot have it.

    Replications are told apart by numerator and denominator, so that a ratio is a ratio of sums; of a quantile each
    replication's own counts once.
    """
    read: dict[Yardstick, Series | None] = one.__dict__.setdefault("_series", {})  # kept as cached_property keeps
    if what not in read:
        read[what] = _read(one, what)
    return read[what]


def _read(one: Priced, what: Yardstick) -> Series | None:
    if not measurable(one, what):
        return None
    if what.kpi in UNIT_COSTS:
        return _unit_cost(one, what.kpi)
    if what.kpi in VALUES:
        return _value(one, what.kpi)
    return _of_kpi(one, what)


def _of_kpi(one: Priced, what: Yardstick) -> Series:
    resolved, tallies = one.resolved, one.replications.tallies
    kpi, where = named_kpi(resolved, what.text)
    each = [along_months(resolved, [tally], kpi, **where) for tally in tallies]
    values, bottoms = (np.stack([parts[place] for parts in each]) for place in (0, 3))
    bottoms = np.where(np.isfinite(values), bottoms, 0.0)
    if KPIS[kpi].kind == "quantile":
        bottoms = (bottoms > 0).astype(np.float64)
    value, low, high, _ = along_months(resolved, tallies, kpi, **where)
    figures = tuple(_figure(*ends) for ends in zip(value.tolist(), low.tolist(), high.tolist(), strict=True))
    return Series(np.nan_to_num(values) * bottoms, bottoms, figures)


def _figure(value: float, low: float, high: float) -> Figure:
    if value != value:
        return Figure(None)
    return Figure(value) if low != low or high != high else Figure(value, low, high)


def _unit_cost(one: Priced, key: str) -> Series:
    usage, confidence = one.replications.usage, one.resolved.scenario.experiment.confidence
    tops = _with_total(spent_by_month(one.resolved, one.flows, len(usage)))
    bottoms = _with_total(units_by_month(one.resolved, usage, key))
    return Series(tops, bottoms, _ratios(tops, bottoms, confidence))


def _value(one: Priced, key: str) -> Series:
    """Money of the whole horizon; months have no data."""
    resolved, months = one.resolved, one.resolved.calendar.month_labels
    flows = flow_arrays(one.flows, categories_of(one.flows), len(one.replications.usage), months)
    if key == "present_value":
        found = present_values(flows, resolved).sum(axis=0)
    else:
        groups = [CATEGORIES[category].group for category, _ in flows.categories]
        kept = [key == "total" or group not in NOT_SUPPORT for group in groups]
        found = flows.amounts[np.array(kept, dtype=bool)].sum(axis=(0, 2))
    tops, bottoms = (np.zeros((len(found), len(months) + 1)) for _ in range(2))
    tops[:, -1], bottoms[:, -1] = found, 1.0
    return Series(tops, bottoms, _ratios(tops, bottoms, resolved.scenario.experiment.confidence))


def _with_total(by_month: np.ndarray) -> np.ndarray:
    return np.concatenate([by_month, by_month.sum(axis=1, keepdims=True)], axis=1)


def _ratios(tops: np.ndarray, bottoms: np.ndarray, confidence: float) -> tuple[Figure, ...]:
    return tuple(ratio_figure(t, b, confidence) for t, b in zip(tops.T, bottoms.T, strict=True))


def difference(option: Series, base: Series, confidence: float) -> Figure:
    """Option less base in total, replication by replication (the same tapes).

    Where nothing changed in any replication, the difference is 0 for sure.
    """
    ends = (option.tops[:, -1], option.bottoms[:, -1], base.tops[:, -1], base.bottoms[:, -1])
    if all(np.array_equal(a, b) for a, b in (ends[::2], ends[1::2])):
        return Figure(None) if not ends[1].sum() else Figure(0.0, 0.0, 0.0)
    found = paired_difference(*ends, confidence)
    if found.value is None or option.total.value is None or base.total.value is None:
        return found
    exact = option.total.value - base.total.value  # of a quantile: pooled over replications, as it is shown
    half = None if found.high is None else found.high - found.value
    return Figure(exact) if half is None else Figure(exact, exact - half, exact + half)


def residuals(option: Series, base: Series) -> np.ndarray | None:
    """Linearised difference of the totals by replication, float64 (replications,), mean 0; None for no data."""
    sides = []
    for one in (option, base):
        tops, bottoms = one.tops[:, -1], one.bottoms[:, -1]
        if not bottoms.sum():
            return None
        sides.append((tops - tops.sum() / bottoms.sum() * bottoms) / bottoms.mean())
    return np.asarray(sides[0] - sides[1])
