"""Whether the warm-up was long enough: what the queues do after it, averaged over replications.

A run starts empty, so its first figures are better than those that follow. Replications and the half-hours after the
declared warm-up give a series for each channel: the mean number waiting (Welch's procedure: averaged over replications
first). MSER says how much of its start to delete: by five half-hours where the load is flat, by days where it has a
rhythm, each day of the week about a mean of its own. A warning needs more than MSER, which deletes something of most
noisy series: what would be deleted must lie below what follows by a tenth, and surely so over the replications.

Only as much of the horizon is looked at as has no more work, and no fewer agents, than its first cycle: a season or
growth that brings longer queues later says nothing about the start. Sources: P. D. Welch, The statistical analysis of
simulation results, in S. Lavenberg (ed.), Computer Performance Modeling Handbook (1983); `mser` for the rule.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import stdtrit

from sim.kpis.frame import opening_start_ms
from sim.kpis.mser import BATCH, mser
from sim.kpis.rhythm import no_more_work
from sim.kpis.tally import Tally
from sim.scenario.resolved import Resolved
from sim.scenario.units import HALF_HOUR_MS, MS_PER_DAY, MS_PER_HOUR

Verdict = Literal["settled", "short", "growing", "unknown"]
SURE = 0.9995
"""One-sided confidence of each question; a channel is asked up to eight."""
MATERIAL = 0.1
"""Share by which the start must lie below what follows."""
PAIRED = 5
"""Replications from which on their spread is used; fewer are averaged and judged by blocks of the series."""
FEWEST = 12
"""Values of a flat series; of one with a rhythm three weeks, or as many days."""
_SLOTS_A_DAY = 48


@dataclass(frozen=True)
class WarmUp:
    """What the start of one channel's queue says about the warm-up."""

    channel: str
    verdict: Verdict
    """`short`: the queue still fills after the warm-up; `growing`: it does not stop to within the stretch that is
    comparable; `unknown`: that stretch is too short to say, or the replications too few."""
    declared_ms: int
    needed_ms: int
    """Warm-up that leaves the filling out; the declared one where that is enough or nothing is known."""
    below: float = 0.0
    """Share by which what should be left out lies below what follows."""
    bias: float = 0.0
    """Share by which it lowers the mean queue of all counted time."""
    seen_ms: int = 0
    """Length of the stretch after the warm-up that was looked at."""
    waiting: tuple[float, float] = (0.0, 0.0)
    """Mean number waiting in the first and in the last third of it."""

    def __str__(self) -> str:
        """A sentence for planners; empty where there is nothing to say."""
        if self.verdict == "short":
            declared = self.declared_ms
            said = f"horizon.warm_up: {_long(declared)} is short" if declared else "there is no horizon.warm_up"
            needed = _long(self.needed_ms)
            return (
                f"the {self.channel} queue still fills in the first {_long(self.needed_ms - declared)}"
                f"{' after the warm-up' if declared else ''} ({self.below * 100:.0f} % below what follows, which takes "
                f"{_small(self.bias)} off the mean queue of the whole run); {said}, give at least {needed}"
            )
        if self.verdict == "growing":
            first, last = self.waiting
            return (
                f"the {self.channel} queue keeps growing over the first {_long(self.seen_ms)}, from "
                f"{first:,.0f} to {last:,.0f} waiting on average: more work comes in than gets done, or the queue "
                "takes longer than that to settle; no horizon.warm_up within that time makes the figures steady"
            )
        return ""


def warm_up(resolved: Resolved, tallies: Sequence[Tally]) -> tuple[WarmUp, ...]:
    """The verdict for every channel."""
    start = opening_start_ms(resolved)
    rhythm = no_more_work(resolved)
    slots = max(0, min(len(tallies[0].opening_ms), (rhythm.until_ms - start) // HALF_HOUR_MS))
    step = 1 if rhythm.cycle == "flat" else _SLOTS_A_DAY
    count = slots // step
    opening = np.stack([tally.opening_ms[: count * step] for tally in tallies])
    shape = (len(tallies), count, step, len(resolved.scenario.channels))
    number = opening.reshape(shape).sum(axis=2) / (step * HALF_HOUR_MS)
    phases = 7 if rhythm.cycle == "week" else 1
    found = []
    for c, channel in enumerate(resolved.scenario.channels):
        total = float(np.mean([tally.days.lanes["queue_ms"][:, c].sum() for tally in tallies])) / (step * HALF_HOUR_MS)
        found.append(_judge(channel, number[:, :, c], phases, step, resolved.scenario.horizon.warm_up, start, total))
    return tuple(found)


def _judge(channel: str, number: np.ndarray, phases: int, step: int, declared: int, start: int, total: float) -> WarmUp:
    """``number`` (replications, values) waiting; ``total`` is its mean sum over all counted time."""
    count, step_ms = number.shape[1], step * HALF_HOUR_MS
    seen = count * step_ms
    if count < max(FEWEST, 3 * phases):
        return WarmUp(channel, "unknown", declared, declared, seen_ms=seen)
    batch = BATCH if phases == 1 and step == 1 and count >= BATCH * FEWEST else 1
    third = count // 3 // phases * phases
    waiting = (float(number[:, :third].mean()), float(number[:, -third:].mean()))
    grown, surely = _below(number[:, -2 * third :], third, 1)
    if surely and grown >= MATERIAL:
        return WarmUp(channel, "growing", declared, declared, grown, seen_ms=seen, waiting=waiting)
    deleted = 0
    while more := _filling(number[:, deleted:], batch, phases):  # what is asked for must itself pass
        deleted += more
    if deleted == 0:
        verdict: Verdict = "settled" if len(number) >= PAIRED else "unknown"
        return WarmUp(channel, verdict, declared, declared, seen_ms=seen, waiting=waiting)
    below, _ = _below(number, deleted, phases)
    expected = _expected(number.mean(axis=0)[None], deleted, phases).sum()
    missing = expected - float(number[:, :deleted].sum(axis=1).mean())
    counted = (total + missing) or 1.0
    return WarmUp(
        channel, "short", declared, _rounded_up(start + deleted * step_ms), below, missing / counted, seen, waiting
    )


def _filling(number: np.ndarray, batch: int, phases: int) -> int:
    """Values at the start in which the queue fills: the most that MSER would delete and that surely lie below the rest.

    The rule is asked of the whole series and of its first half, quarter, ...: a short start is lost in the noise of a
    long series.
    """
    series = number.mean(axis=0)
    found, length = 0, len(series)
    while length >= max(FEWEST, 3 * phases) * batch:
        first = mser(series[:length], batch, phases).deleted
        below, surely = _below(number, first, phases)
        if surely and below >= MATERIAL:
            found = max(found, first)
        length //= 2
    return found


def _expected(number: np.ndarray, first: int, phases: int) -> np.ndarray:
    """float64 (replications, first): mean of the later values of the same phase, for each of the first values."""
    rest = number[:, first:]
    means = np.stack([rest[:, (p - first) % phases :: phases].mean(axis=1) for p in range(phases)], axis=1)
    return np.asarray(means[:, np.arange(first) % phases])


def _below(number: np.ndarray, first: int, phases: int) -> tuple[float, bool]:
    """Share by which the first values lie below later ones of the same phase, and whether that is sure."""
    if first == 0:
        return 0.0, False
    if len(number) < PAIRED:
        number = number.mean(axis=0, keepdims=True)
    expected = _expected(number, first, phases)
    level = float(expected.mean())
    if level <= 0:
        return 0.0, False
    gap = (expected - number[:, :first]).mean(axis=1)
    if len(gap) > 1:
        spread, freedom = float(gap.std(ddof=1)) / math.sqrt(len(gap)), len(gap) - 1
    else:
        rest = number[0, first:]
        blocks = len(rest) // first
        if blocks < PAIRED:
            return float(gap[0]) / level, False
        means = rest[: blocks * first].reshape(blocks, first).mean(axis=1)
        spread, freedom = float(means.std(ddof=1)) * math.sqrt(1.0 + 1.0 / blocks), blocks - 1
    return float(gap.mean()) / level, float(gap.mean()) > float(stdtrit(freedom, SURE)) * spread


def _rounded_up(ms: int) -> int:
    """To hours, and from two days on to half days: the series cannot tell more."""
    grain = MS_PER_HOUR if ms < 2 * MS_PER_DAY else MS_PER_DAY // 2
    return -(-ms // grain) * grain


def _long(ms: int) -> str:
    """A length of time as a planner writes it, up to what the series can tell: days, hours or minutes."""
    for unit, size in (("day", MS_PER_DAY), ("hour", MS_PER_HOUR), ("minute", MS_PER_HOUR // 60)):
        if ms % size == 0 or (size < ms and ms * 10 % size == 0):
            number = ms / size
            return f"{number:g} {unit}{'' if number == 1 else 's'}"
    return f"{ms / 1000:g} s"


def _small(share: float) -> str:
    return "less than 0.1 %" if share < 0.001 else f"{share * 100:.2g} %"
