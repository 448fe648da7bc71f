"""Whether a plan keeps what is promised: service by channel and month, in the replications of a simulation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from evaluate.distribution import chance
from evaluate.intervals import Figure, ratio_figure
from optimize.plan.ask import Ask
from sim.replicate import Replications


@dataclass(frozen=True)
class Promise:
    """One channel's promise in one month, or over all held months together; n replications."""

    channel: str
    month: int | None
    """None: over all held months together."""
    target: float
    """Share of contacts to be answered in time."""
    asked: float | None
    """Share of replications in which the target has to be met; None: the mean has to meet it."""
    top: np.ndarray  # float64 (n,): contacts answered in time
    bottom: np.ndarray  # float64 (n,): contacts that count; without any the promise is kept

    @property
    def met(self) -> np.ndarray:
        """bool (n,): replications in which the target is met."""
        return np.asarray(self.top >= self.target * self.bottom - 1e-9)

    def share(self, confidence: float = 0.95) -> Figure:
        """Share of replications in which it is met, with Wilson's interval."""
        return chance(float(self.met.mean()), len(self.met), confidence)

    def level(self, confidence: float = 0.95) -> Figure:
        """Share of contacts answered in time over all replications, with its interval."""
        return ratio_figure(self.top, self.bottom, confidence) if self.bottom.sum() else Figure(None)

    @property
    def holds(self) -> bool:
        """Whether it holds in these replications."""
        if self.asked is not None:
            return bool(self.met.mean() >= self.asked - 1e-9)
        return bool(self.top.sum() >= self.target * self.bottom.sum() - 1e-9)

    def refuted(self, confidence: float) -> bool:
        """Whether it fails by more than chance explains: its whole interval lies below what is asked."""
        found = self.level(confidence) if self.asked is None else self.share(confidence)
        asked = self.target if self.asked is None else self.asked
        return found.high is not None and found.high < asked - 1e-9


@dataclass(frozen=True)
class Channel:
    """All promises of one channel."""

    promises: tuple[Promise, ...]
    confidence: float

    @property
    def name(self) -> str:
        """The channel's."""
        return self.promises[0].channel

    @property
    def share(self) -> Figure:
        """Share of all replications and held months in which the target is met, with Wilson's interval."""
        met = np.concatenate([promise.met for promise in self.promises])
        return chance(float(met.mean()), len(met), self.confidence)

    @property
    def level(self) -> Figure:
        """Share of contacts answered in time in all held months."""
        top, bottom = (np.sum([getattr(p, part) for p in self.promises], axis=0) for part in ("top", "bottom"))
        return ratio_figure(top, bottom, self.confidence) if bottom.sum() else Figure(None)

    @property
    def worst(self) -> Promise:
        """The month that keeps it least."""
        return min(self.promises, key=lambda p: (float(p.met.mean()), _level(p) - p.target))

    @property
    def refuted(self) -> tuple[Promise, ...]:
        """Months that fail by more than chance explains, the confidence shared among the months (Bonferroni)."""
        each = 1.0 - (1.0 - self.confidence) / len(self.promises)
        return tuple(promise for promise in self.promises if promise.refuted(each))

    @property
    def holds(self) -> bool:
        """Whether it is kept as often as promised over all months, and no month fails by more than chance explains."""
        asked = self.promises[0].asked
        if asked is None:
            kept = all(promise.holds or not promise.refuted(self.confidence) for promise in self.promises)
            overall = sum(p.top.sum() for p in self.promises) >= sum(p.target * p.bottom.sum() for p in self.promises)
            return kept and bool(overall) and not self.refuted
        return bool((self.share.value or 0.0) >= asked - 1e-9) and not self.refuted


def may_hold(channel: Channel, count: int) -> bool:
    """Whether a promise may still hold once there are ``count`` replications, whatever those to come bring.

    Of a promise that is counted by replications; a mean may be turned round by any replication.
    """
    if channel.promises[0].asked is None:
        return True
    kept = np.zeros(max(0, count - len(channel.promises[0].top)))  # without a contact every promise is kept
    best = (replace(p, top=np.append(p.top, kept), bottom=np.append(p.bottom, kept)) for p in channel.promises)
    return replace(channel, promises=tuple(best)).holds


def promised(ask: Ask, channels: Sequence[str], grades: Mapping[int, int]) -> dict[str, float]:
    """By channel: the share to be answered in time when so many grades above the first are taken (by place)."""
    taken = {channels[place]: count for place, count in grades.items()}
    return {name: ask.grades[name][taken[name]] if taken.get(name) else share for name, share in ask.targets.items()}


def promises(ask: Ask, targets: Mapping[str, float], runs: Replications, confidence: float = 0.95) -> list[Channel]:
    """How the promises are kept, by channel; ``targets``: share to be answered in time, by channel."""
    channels = list(runs.resolved.scenario.channels)
    held = np.flatnonzero(ask.held)
    single: list[tuple[int | None, np.ndarray]] = [(int(month), np.array([month])) for month in held]
    groups = [(None, held)] if ask.together else single
    found = []
    for name, target in targets.items():
        if name not in channels or not len(held):
            continue
        column = channels.index(name)
        top, bottom = (
            np.array([tally.months.cells[part][:, column].sum(axis=-1) for tally in runs.tallies])
            for part in ("contract_top", "contract_bottom")
        )
        each = tuple(
            Promise(
                name,
                month,
                target,
                ask.chance,
                top[:, months].sum(axis=1),
                bottom[:, months].sum(axis=1),
            )
            for month, months in groups
        )
        found.append(Channel(each, confidence))
    return found


def _level(promise: Promise) -> float:
    bottom = float(promise.bottom.sum())
    return float(promise.top.sum()) / bottom if bottom else 1.0
