"""The bridge (design 8.6): the difference between two scenarios, shared out among the changes between them.

Every world in between is simulated on the same tapes. With up to six changes each one's part is its Shapley value, the
mean of what it adds over all orders in which the changes could be made; beyond, what it adds in declared order. Either
way the parts add up to the difference exactly. Shapley: "A value for n-person games" (1953).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import factorial, fsum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
from joblib import Parallel, delayed, effective_n_jobs

from evaluate.cashflow import cash_flows
from evaluate.compare import Comparison
from evaluate.conventions import discount_factors
from evaluate.headline import Line, sums, value_of
from evaluate.hybrids import SHAPLEY_UP_TO, Between, Change, subsets_without
from evaluate.intervals import Figure, figure, mean_figure
from evaluate.measures import categories_of, flow_arrays, present_values
from evaluate.released import released
from sim.engine import DEFAULT_ENGINE
from sim.feedback import replicate_closed
from sim.scenario.resolved import Resolved

if TYPE_CHECKING:
    from sim.replicate import Replications, Runner

NPV = Line("npv")
"""Stands beside KPIs as a quantity to be shared out: NPV against the base."""
Progress = Callable[[int, int], None]
"""Called with the worlds done and to do."""


@dataclass(frozen=True)
class Observed:
    """A quantity in one world: its value, and how each replication departs from it (linearised, for intervals)."""

    value: float | None
    residuals: np.ndarray


@dataclass(frozen=True)
class Part:
    """What one change adds to each quantity."""

    change: Change
    figures: Mapping[Line, Figure]


@dataclass(frozen=True)
class Bridge:
    """From the base to the option, change by change."""

    base: str
    option: str
    lines: tuple[Line, ...]
    start: Mapping[Line, Figure]
    end: Mapping[Line, Figure]
    parts: tuple[Part, ...]
    all_orders: bool
    """Shapley values; False: in declared order."""
    worlds: int
    """How many different worlds were simulated, the two scenarios included."""


def bridge(
    comparison: Comparison,
    lines: Sequence[Line] = (),
    jobs: int = 1,
    progress: Progress | None = None,
    shapley_up_to: int = SHAPLEY_UP_TO,
    runner: Runner | None = None,
) -> Bridge:
    """Shares out NPV and the KPIs of ``lines`` between the base and the first option of a comparison.

    The comparison's seed, replications and engine serve all worlds in between, of which there are 2^n for n changes up
    to ``shapley_up_to``, and n + 1 beyond. A ``runner`` takes the place of ``jobs`` processes.
    """
    base, option = comparison.base, comparison.options[0]
    wanted = (NPV, *lines)
    with TemporaryDirectory(prefix="deskplan-") as folder:
        between = Between(base.resolved, option.resolved, Path(folder), shapley_up_to)
        worlds = {made: between.world(made) for made in between.coalitions()}
        runs = {run.resolved.digest: run for run in (base.replications, option.replications)}
        missing = [world for world in worlds.values() if world.digest not in runs]
        runs |= _simulated(missing, base.replications, jobs, progress, runner)
        observed = {
            made: _observe(runs[world.digest], base.replications, wanted, comparison.confidence)
            for made, world in worlds.items()
        }
    return _shared_out(comparison, between, observed, wanted, len(runs))


def _simulated(
    worlds: Sequence[Resolved], like: Replications, jobs: int, progress: Progress | None, runner: Runner | None
) -> dict[str, Replications]:
    """Replications by digest on the tapes of another run, each world once, several worlds at a time."""
    new = list({world.digest: world for world in worlds}.values())
    engine = like.engine or DEFAULT_ENGINE
    inside = jobs if len(new) < effective_n_jobs(jobs) else 1  # with more workers than worlds, replications share them
    with Parallel(n_jobs=1 if runner is not None or inside == jobs else jobs, return_as="generator") as pool:
        runs = pool(
            delayed(replicate_closed)(world, like.seed, like.count, inside, engine, runner=runner) for world in new
        )
        found: dict[str, Replications] = {}
        for world, run in zip(new, runs, strict=True):
            found[world.digest] = run
            if progress is not None:
                progress(len(found), len(new))
    return found


def _observe(run: Replications, base: Replications, lines: Sequence[Line], confidence: float) -> dict[Line, Observed]:
    found = {}
    for line in lines:
        if line == NPV:
            values = present_worth(run, base)
            found[line] = Observed(float(np.mean(values)), values - values.mean())
            continue
        parts = sums(run.resolved, run.tallies, line)
        value = value_of(parts, confidence).value
        if parts is None or value is None:
            found[line] = Observed(None, np.zeros(0))
            continue
        residuals = (parts.tops - value * parts.bottoms) / parts.bottoms.mean()
        found[line] = Observed(value, np.zeros(0) if parts.by_batch else residuals)
    return found


def present_worth(run: Replications, base: Replications) -> np.ndarray:
    """Present value of all flows by replication, under the base's conventions; released time where it counts."""
    world, flows = base.resolved, cash_flows(run.resolved, run.usage)
    arrays = flow_arrays(flows, categories_of(flows), run.count, world.calendar.month_labels)
    worth = present_values(arrays, world).sum(axis=0)
    economics = world.scenario.economics
    if economics.count_released_time:
        time = released(run.resolved, run.usage, world, base.usage).worth
        worth = worth + time @ discount_factors(time.shape[1], economics)
    return np.asarray(worth)


def _shared_out(
    comparison: Comparison,
    between: Between,
    observed: Mapping[tuple[int, ...], Mapping[Line, Observed]],
    lines: tuple[Line, ...],
    worlds: int,
) -> Bridge:
    count, confidence = len(between.changes), comparison.confidence
    everything = tuple(range(count))
    start = {line: _of(observed[()][line], confidence) for line in lines} | {NPV: Figure(0.0)}
    gap = combined([(1.0, observed[everything][NPV]), (-1.0, observed[()][NPV])], confidence)
    end = {line: _of(observed[everything][line], confidence) for line in lines} | {NPV: gap}
    parts = []
    for place, change in enumerate(between.changes):
        steps = _steps(place, count, between.all_orders)
        figures = {}
        for line in lines:
            terms = [
                (sign * weight, observed[made][line])
                for weight, before, after in steps
                for sign, made in ((1.0, after), (-1.0, before))
            ]
            figures[line] = combined(terms, confidence)
        parts.append(Part(change, figures))
    names = comparison.base.name, comparison.options[0].name
    return Bridge(*names, lines, start, end, tuple(parts), between.all_orders, worlds)


def _steps(place: int, count: int, all_orders: bool) -> list[tuple[float, tuple[int, ...], tuple[int, ...]]]:
    """(weight, worlds before and after a change) of everything that is averaged."""
    if not all_orders:
        return [(1.0, tuple(range(place)), tuple(range(place + 1)))]
    return [
        (shapley_weight(len(made), count), made, tuple(sorted((*made, place))))
        for made in subsets_without(place, count)
    ]


def shapley_weight(size: int, count: int) -> float:
    """Share of the orders of ``count`` changes in which just these ``size`` come before a given one.

    >>> [round(shapley_weight(size, 3), 4) for size in range(3)]  # each counts once, twice, once: 1/3 + 2/6 + 1/3
    [0.3333, 0.1667, 0.3333]
    """
    return factorial(size) * factorial(count - size - 1) / factorial(count)


def combined(terms: Sequence[tuple[float, Observed]], confidence: float) -> Figure:
    """A weighted sum of observations on the same replications, with its interval; no data where one has none."""
    values = [(weight, each.value) for weight, each in terms]
    if any(value is None for _, value in values):
        return Figure(None)
    total = fsum(weight * value for weight, value in values if value is not None)
    size = len(terms[0][1].residuals)
    if size < 2 or any(len(each.residuals) != size for _, each in terms):
        return Figure(total)
    spread = mean_figure(np.sum([weight * each.residuals for weight, each in terms], axis=0), confidence)
    return Figure(total) if spread.high is None or spread.value is None else figure(total, spread.high - spread.value)


def _of(one: Observed, confidence: float) -> Figure:
    return combined([(1.0, one)], confidence)
