"""Gaps: a KPI now, its target, what others reach, and how much of each gap every option closes, and by when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evaluate.benchmarks import BenchmarkFigure, Range, cautions, figures_of, range_of
from evaluate.compare import Comparison
from evaluate.goals import crossing
from evaluate.intervals import Figure
from evaluate.yardstick import Good, Series, Yardstick, difference, series, yardstick
from sim.scenario.kpi_text import Target, target
from sim.scenario.schema import Scenario

FEWEST_PEERS = 3


@dataclass(frozen=True)
class When:
    """The month from which an aim is met in every month up to the horizon's end."""

    month: str | None
    """None: not at the end of the horizon."""
    early: str | None = None
    """The same, were every month at the good end of its interval."""
    late: str | None = None
    """At its bad end; None: not at the end of the horizon."""
    has_interval: bool = False


@dataclass(frozen=True)
class Closing:
    """What one scenario does to one gap."""

    closed: Figure
    """Share of the gap: 0 nothing, 1 all of it, above 1 beyond the aim, below 0 wider. No data without a gap."""
    when: When


@dataclass(frozen=True)
class Gap:
    """How far the base is from an aim (target, or the nearer end of the benchmark range)."""

    aim: Target
    size: float
    """In the KPI's unit, 0 where the aim is met."""
    share_of_range: float | None
    """Of the benchmark range's width; None where there is no range, or one figure only."""


@dataclass(frozen=True)
class GapRow:
    """One KPI of the base, what it is held against, and what the options do about it."""

    what: Yardstick
    now: Figure
    target: Gap | None
    target_from: str
    """Where the target is written."""
    range: Range | None
    benchmark: Gap | None
    position: float | None
    """Place in the range, 0 at its poor end and 1 at its good one (KPIs without a direction: 0 low, 1 high)."""
    percentile: float | None
    """Share of the named peers that do worse, half of those that do the same; None below three peers."""
    peers: tuple[BenchmarkFigure, ...]
    not_compared: tuple[BenchmarkFigure, ...]
    cautions: tuple[str, ...]
    values: dict[str, Figure]
    """By scenario, the base first."""
    to_target: dict[str, Closing]
    to_benchmark: dict[str, Closing]


def gap_rows(comparison: Comparison) -> list[GapRow]:
    """Rows of every KPI that has a target or a benchmark and that the base has: channel targets, goals, the others."""
    scenario = comparison.base.resolved.scenario
    aims, figures = _targets(scenario), figures_of(scenario)
    names = dict.fromkeys([*aims, *(figure.what.text for figure in figures)])
    rows = (_row(comparison, yardstick(text), aims.get(text), figures) for text in names)
    return [row for row in rows if row is not None]


def _targets(scenario: Scenario) -> dict[str, tuple[Target, str]]:
    """KPI -> what it is to reach and where that is written.

    A goal goes before a channel's promise; of several goals for one KPI, the most demanding one counts.
    """
    found = {
        f"service_level({name})": (Target(">=", channel.target.share), f"channels.{name}.target")
        for name, channel in scenario.channels.items()
        if channel.target is not None
    }
    for name, goal in scenario.goals.items():
        what = yardstick(goal.kpi)
        aim = target(what.kpi, goal.target)
        before, where = found.get(what.text, (None, ""))
        easier = before is not None and before.sign == aim.sign and not before.met(aim.amount)
        if not (where.startswith("goals.") and easier):
            found[what.text] = (aim, f"goals.{name}")
    return found


def _row(
    comparison: Comparison, what: Yardstick, aim: tuple[Target, str] | None, figures: Sequence[BenchmarkFigure]
) -> GapRow | None:
    found = {one.name: series(one, what) for one in comparison.scenarios}
    base = found[comparison.base.name]
    if base is None:
        return None
    now, span = base.total, range_of(figures, what.name)
    wanted = None if aim is None else _gap(now, aim[0], span)
    edge = None if span is None else _edge(now, span, what.good)
    nearest = None if edge is None else _gap(now, edge, span)
    mine = [figure for figure in figures if figure.what == what.name]
    peers = tuple(figure for figure in mine if figure.is_peer)
    return GapRow(
        what, now, wanted, "" if aim is None else aim[1], span, nearest,
        None if span is None else position(now.value, span, what.good),
        percentile(now.value, peers, what.good), peers, tuple(f for f in mine if not f.compared),
        tuple(cautions(comparison.base.resolved.scenario, what.name)),
        {name: Figure(None) if one is None else one.total for name, one in found.items()},
        _closings(comparison, found, wanted), _closings(comparison, found, nearest),
    )  # fmt: skip


def _gap(now: Figure, aim: Target, span: Range | None) -> Gap | None:
    if now.value is None:
        return None
    size = max(0.0, now.value - aim.amount if aim.sign == "<=" else aim.amount - now.value)
    return Gap(aim, size, size / span.width if span is not None and span.width > 0 else None)


def _edge(now: Figure, span: Range, good: Good) -> Target:
    """The end of the range that is to be reached: the poor one; without a direction, the nearer one."""
    if good == "higher" or (good == "" and now.value is not None and now.value < span.low):
        return Target(">=", span.low)
    return Target("<=", span.high)


def position(value: float | None, span: Range, good: Good) -> float | None:
    """Place in the range; None where there is no data or the range is one figure."""
    if value is None or span.width <= 0:
        return None
    share = (value - span.low) / span.width
    return 1 - share if good == "lower" else share


def percentile(value: float | None, peers: Sequence[BenchmarkFigure], good: Good) -> float | None:
    """Share of peers that do worse, half of those that do the same; a peer's range counts by its middle.

    None below three peers, and where no direction is good.
    """
    middles = [(peer.low + peer.high) / 2 for peer in peers if peer.low is not None and peer.high is not None]
    if value is None or not good or len(middles) < FEWEST_PEERS:
        return None
    worse = sum(m < value if good == "higher" else m > value for m in middles)
    same = sum(m == value for m in middles)
    return (worse + same / 2) / len(middles)


def _closings(comparison: Comparison, found: dict[str, Series | None], gap: Gap | None) -> dict[str, Closing]:
    """By scenario; the base has no share of its own gap."""
    base = found[comparison.base.name]
    if gap is None or base is None:
        return {}
    return {
        name: Closing(
            Figure(None) if one is base else closed(difference(one, base, comparison.confidence), gap),
            by_when(one, gap.aim, comparison.months),
        )
        for name, one in found.items()
        if one is not None
    }


def closed(change: Figure, gap: Gap) -> Figure:
    """Share of a gap that a change closes; the gap is taken as it came out."""
    if gap.size <= 0 or change.value is None:
        return Figure(None)
    sign = -1.0 if gap.aim.sign == "<=" else 1.0
    ends = [None if end is None else sign * end / gap.size for end in (change.value, change.low, change.high)]
    return Figure(ends[0], ends[2], ends[1]) if sign < 0 else Figure(*ends)


def by_when(one: Series, aim: Target, months: Sequence[str]) -> When:
    """From which month on the aim is met, and the same at either end of every month's interval."""
    mean = [figure.value for figure in one.by_month]
    # a month without an interval counts with its value
    low = [figure.value if figure.low is None else figure.low for figure in one.by_month]
    high = [figure.value if figure.high is None else figure.high for figure in one.by_month]
    good, bad = (low, high) if aim.sign == "<=" else (high, low)

    def label(values: Sequence[float | None]) -> str | None:
        place = crossing(values, aim)
        return None if place is None else months[place]

    has_interval = any(figure.low is not None for figure in one.by_month)
    return When(label(mean), label(good), label(bad), has_interval)
