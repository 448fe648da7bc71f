"""Which charts a comparison has, with their titles and the words for those who cannot see them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from evaluate.categories import CATEGORIES, NOT_SUPPORT
from evaluate.compare import Comparison, Priced
from evaluate.headline import ALL
from evaluate.intervals import mean_figure
from evaluate.measures import FlowArrays, present_values
from evaluate.verdict import verdict
from report import format as fmt
from report.answer import months_text, whole_months
from report.charts import money, service, stakeholders, waterfall
from report.charts.style import WIDE, Size
from report.stakeholders import SCALES, grid_lines
from sim.kpis import kpi_table, period_labels

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Chart:
    """One chart, to be drawn at any size."""

    key: str
    title: str
    text: str
    """What it shows, in words with figures."""
    draw: Callable[[Size], Figure]

    @cached_property
    def wide(self) -> Figure:
        """Drawn once for page and files."""
        return self.draw(WIDE)

    def at(self, size: Size) -> Figure:
        """Drawn at a size."""
        return self.wide if size is WIDE else self.draw(size)


def charts(comparison: Comparison) -> list[Chart]:
    """The charts of a run, in the order of the page."""
    found = [_service_by_month(comparison)] if _channels(comparison) and len(comparison.months) > 1 else []
    if comparison.options:
        found.append(_cumulative(comparison))
        found += [chart for chart in [_npv_by_category(comparison)] if chart is not None]
    if any(line.any() for flows in comparison.flows.values() for line in flows.amounts):
        found.append(_cost(comparison))
    if len(comparison.months) > 1:
        found += [chart for chart in [_service_by_staffing(comparison)] if chart is not None]
    if comparison.base.resolved.scenario.stakeholders:
        found.append(_power_interest(comparison))
    names = dict.fromkeys([comparison.base.name, *([verdict(comparison).best.name] if comparison.options else [])])
    return [*found, *(_week(comparison, comparison.scenario(name)) for name in names)]


def _channels(comparison: Comparison) -> dict[str, float]:
    """Target share by channel, over all scenarios."""
    return {
        result.channel: result.target.share for one in comparison.scenarios for result in comparison.targets(one.name)
    }


def _series(table: pd.DataFrame, by: str, labels: list[str] | tuple[str, ...], kpi: str, **where: str) -> np.ndarray:
    """One KPI over periods, NaN for no data."""
    rows = table[table["kpi"] == kpi]
    for column in ("channel", "reason", "team"):
        rows = rows[rows[column] == where.get(column, ALL)]
    return rows.set_index(by)["value"].reindex(list(labels)).to_numpy(dtype=np.float64)


def _service_by_month(comparison: Comparison) -> Chart:
    targets = _channels(comparison)
    data = {
        channel: {
            one.name: _series(one.kpis, "month", comparison.months, "service_level", channel=channel)
            for one in comparison.scenarios
            if channel in one.resolved.scenario.channels
        }
        for channel in targets
    }
    said = "; ".join(
        f"{one.name} meets "
        + ", ".join(f"{r.channel} in {r.months_met} of {r.months} months" for r in comparison.targets(one.name))
        for one in comparison.scenarios
    )
    return Chart(
        "service_by_month",
        "Answered in time, month by month",
        f"Share answered within the channel's target by month; the dashed line is the target. {said}.",
        lambda size: service.service_by_month(comparison.months, data, targets, size, comparison.base.name),
    )


def _cumulative(comparison: Comparison) -> Chart:
    bands = {}
    for one in comparison.options:
        mean, half = comparison.cumulative(one.name)
        bands[one.name] = money.Band(mean, mean - half, mean + half)
    said = ", ".join(
        f"{name} {fmt.money(float(band.value[-1]), comparison.currency, signed=True)}" for name, band in bands.items()
    )
    return Chart(
        "cumulative_cash",
        "Cumulative cash flow against the base",
        f"Net money against {comparison.base.name} since the start, undiscounted, with its "
        f"{comparison.confidence * 100:g} % band. At the end: {said}.",
        lambda size: money.cumulative_cash(comparison.months, bands, comparison.currency, size),
    )


def _npv_by_category(comparison: Comparison) -> Chart | None:
    """What the NPV of the best option (or of the one that comes nearest) is made of; the parts add up to it."""
    ranked = [one.name for one in verdict(comparison).ranked if one.name != comparison.base.name]
    name, base = ranked[0], comparison.base
    option, there = comparison.flows[name], comparison.flows[base.name]
    values = present_values(FlowArrays(option.categories, option.amounts - there.amounts), base.resolved)
    steps = []
    for (key, tangible), line in zip(option.categories, values, strict=True):
        if line.any():
            found = mean_figure(line, comparison.confidence)
            title = CATEGORIES[key].title + ("" if tangible else " (intangible)")
            steps.append(waterfall.Step(title, found.value or 0.0, found.low, found.high))
    if not steps:
        return None
    end = comparison.npv(name).value or 0.0
    said = ", ".join(f"{step.name} {fmt.money(step.value, comparison.currency, signed=True)}" for step in steps)

    def number(value: float, signed: bool) -> str:
        return fmt.number(value, signed=signed)

    return Chart(
        "npv_by_category",
        f"What the NPV of {name} is made of",
        f"Present value of the differences from {base.name} by category, savings above zero: {said}. Together "
        f"{fmt.money(end, comparison.currency, signed=True)}. The thin line is each part's interval.",
        lambda size: waterfall.waterfall(steps, (base.name, 0.0), (name, end), comparison.currency, number, size),
    )


def _service_by_staffing(comparison: Comparison) -> Chart | None:
    """Months of all scenarios: agents on duty for each that is busy, against the share answered in time."""
    points: dict[str, dict[str, tuple[np.ndarray, np.ndarray]]] = {}
    targets = _channels(comparison)
    for channel in targets:
        for one in comparison.scenarios:
            if channel not in one.resolved.scenario.channels:
                continue
            duty, busy = (_series(one.kpis, "month", comparison.months, k) for k in ("agents_on_duty", "agents_busy"))
            shares = _series(one.kpis, "month", comparison.months, "service_level", channel=channel)
            ratio = np.divide(duty, busy, out=np.full(duty.shape, np.nan), where=busy > 0)
            if np.isfinite(ratio * shares).any():
                points.setdefault(channel, {})[one.name] = (ratio, shares)
    if not points:
        return None
    said = "; ".join(
        f"{one.name} {fmt.number(float(np.nanmean(lines[0][1])), 2)} agents: "
        + ", ".join(f"{channel} {fmt.percent(float(np.nanmean(shares)), 0)}" for channel, _, shares in lines)
        for one in comparison.scenarios
        if (lines := [(channel, *points[channel][one.name]) for channel in points if one.name in points[channel]])
    )
    return Chart(
        "service_by_staffing",
        "Service level against staffing",
        "Each point is a month: agents on duty for each agent busy with customers, against the share answered in time; "
        f"the dashed line is the target. In the mean month, {said}.",
        lambda size: service.service_by_staffing(points, targets, size),
    )


def _cost(comparison: Comparison) -> Chart:
    whole = whole_months(comparison)
    span = "a month" if whole else f"over {months_text(comparison)}"
    groups: dict[str, list[float]] = {}
    for category in CATEGORIES.values():  # of support: margin lost is no cost of it, nor are goods that come back
        if category.group not in NOT_SUPPORT:
            groups.setdefault(category.group, [0.0] * len(comparison.scenarios))
    for place, one in enumerate(comparison.scenarios):
        flows = comparison.flows[one.name]
        for (key, _), line in zip(flows.categories, flows.amounts, strict=True):
            months = len(comparison.months) if whole else 1
            if CATEGORIES[key].group in groups:
                groups[CATEGORIES[key].group][place] -= float(line.mean(axis=0).sum()) / months
    shown = {group: amounts for group, amounts in groups.items() if any(amounts)}
    names = [one.name for one in comparison.scenarios]
    totals = [sum(amounts[place] for amounts in shown.values()) for place in range(len(names))]
    said = ", ".join(f"{n} {fmt.money(t, comparison.currency)}" for n, t in zip(names, totals, strict=True))
    return Chart(
        "cost_by_category",
        "What a month costs, by category" if whole else "What it costs, by category",
        f"Mean cost {span}{', upfront cost spread over the horizon' if whole else ''}: {said}.",
        lambda size: money.cost_by_category(names, shown, f"{comparison.currency} {span}", size),
    )


def _power_interest(comparison: Comparison) -> Chart:
    people = comparison.base.resolved.scenario.stakeholders
    return Chart(
        "power_interest",
        "Stakeholders: power and interest",
        f"Upwards power, to the right interest; each quarter says what it calls for (Mendelow 1991). A triangle that "
        f"points up is for the change, one that points down against it. {'; '.join(grid_lines(comparison))}. {SCALES}",
        lambda size: stakeholders.grid(people, size),
    )


def _busy_times(table: pd.DataFrame, labels: list[str], channel: str) -> np.ndarray:
    """Service level by half-hour; NaN where hardly anybody comes (below a tenth of the busiest half-hour)."""
    offered = _series(table, "half_hour", labels, "offered", channel=channel)
    shares = _series(table, "half_hour", labels, "service_level", channel=channel)
    return np.where(np.nan_to_num(offered) >= np.nanmax(offered) / 10, shares, np.nan)


def _week(comparison: Comparison, one: Priced) -> Chart:
    table = kpi_table(one.resolved, one.replications.tallies, "half_hour")
    labels = period_labels(one.resolved, "half_hour")
    targets = {result.channel: result.target.share for result in comparison.targets(one.name)}
    profile = service.WeekProfile(
        load=np.nan_to_num(_series(table, "half_hour", labels, "agents_busy")),
        staff=np.nan_to_num(_series(table, "half_hour", labels, "agents_on_duty")),
        service={c: _busy_times(table, labels, c) for c in targets},
        targets=targets,
    )
    busiest = int(np.argmax(profile.load))
    answered = ", by half-hour of the week"
    if targets:
        answered = f", and share answered in time{answered} (those with hardly any contacts left out)"
    return Chart(
        f"week_{one.name}",
        f"A mean week: {one.name}",
        f"Agents on duty and busy{answered}. Busiest: {labels[busiest]}, "
        f"{fmt.number(profile.load[busiest], 1)} of {fmt.number(profile.staff[busiest], 1)} agents busy.",
        lambda size: service.week(profile, size),
    )
