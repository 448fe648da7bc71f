"""Ranking and selection on common random numbers: which of a few proposals is best, with a guarantee.

The procedure is KN (Kim and Nelson 2001, ACM TOMACS 11:251-273): a first stage of n0 replications of every proposal
gives the variance S2(i, l) of each paired difference; from then on a proposal i leaves as soon as some other one l
leads it by more than W(i, l, r) = max(0, delta / (2 r) (h2 S2 / delta2 - r)) in the mean of r replications, with
h2 = 2 eta (n0 - 1) and eta = ((2 alpha / (k - 1)) ** (-2 / (n0 - 1)) - 1) / 2. For normal values, dependent between
proposals or not, the best one is then selected with probability 1 - alpha at least, wherever it is better than every
other by delta (the indifference zone). Fewer looks than one after each replication only lower the chance to err.

Where the replications that are allowed run out first, the same data is judged again with the smallest delta whose
triangle closes by then: the guarantee holds, for a wider zone, and that zone is what is reported.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from evaluate.intervals import Figure, mean_figure

Sample = Callable[[Sequence[str], int, int], Mapping[str, np.ndarray]]
"""Values of proposals in replications ``first`` to ``first + count``, all on the same tapes: float64 (count,) each."""


@dataclass(frozen=True)
class Out:
    """A proposal that left."""

    name: str
    after: int
    """Replications seen of it."""
    by: str
    """The one that leads it by more than chance explains."""


@dataclass(frozen=True)
class Selection:
    """Which proposal is best, and how sure that is."""

    best: str
    values: Mapping[str, np.ndarray]
    """By proposal, in the order given: value in every replication seen."""
    out: tuple[Out, ...]
    alpha: float
    indifference: float
    """As asked for: smaller differences do not matter."""
    guaranteed: float
    """The difference from which the guarantee holds; above `indifference` where the replications ran out."""
    first: int
    """Replications of the first stage, of every proposal."""

    @property
    def complete(self) -> bool:
        """Whether the guarantee holds as it was asked for."""
        return self.guaranteed <= self.indifference

    @property
    def replications(self) -> int:
        """Of all proposals together."""
        return sum(len(each) for each in self.values.values())

    def mean(self, name: str) -> Figure:
        """A proposal's value with its interval, by itself."""
        return mean_figure(self.values[name], 1.0 - self.alpha)

    def lead(self, name: str) -> Figure:
        """The best less another one, paired, with an interval that holds for all others at once (Bonferroni)."""
        if name == self.best:
            return Figure(0.0, 0.0, 0.0)
        shared = min(len(self.values[self.best]), len(self.values[name]))
        others = max(1, len(self.values) - 1)
        differences = self.values[self.best][:shared] - self.values[name][:shared]
        return mean_figure(differences, 1.0 - self.alpha / others)

    @property
    def runner_up(self) -> str | None:
        """The one that trails the best least on the tapes that both saw; None where there is one proposal."""
        others = [name for name in self.values if name != self.best]
        return min(others, key=lambda name: self.lead(name).value or 0.0) if others else None


def select(
    sample: Sample,
    names: Sequence[str],
    indifference: float,
    alpha: float = 0.05,
    first: int = 5,
    most: int = 40,
    step: int = 2,
) -> Selection:
    """Selects the proposal with the highest mean. ``most``: replications of any one proposal at most.

    After the first stage ``step`` replications are added at a time to those still in. Raises ValueError for an
    indifference of 0, fewer than two replications at first, or names that are not unique.
    """
    if not indifference > 0 or not 0 < alpha < 0.5:
        raise ValueError("the indifference zone must be wider than 0, and alpha between 0 and a half")
    if first < 2 or most < first or not names or len(set(names)) != len(names):
        raise ValueError("two replications at least at first, not more than at most, and unique names are needed")
    data = {name: np.asarray(values, dtype=np.float64) for name, values in sample(names, 0, first).items()}
    data = {name: data[name] for name in names}
    if len(names) == 1:
        return Selection(names[0], data, (), alpha, indifference, indifference, first)
    contest = _Contest(data, first, alpha)
    left, out, seen, looks = list(names), [], first, [first]
    while True:
        left, leaving = contest.look(left, seen, indifference)
        out += leaving
        enough = len(left) == 1 or seen > contest.longest(left, indifference)
        if enough or seen >= most:
            break
        count = min(step, most - seen)
        for name, values in sample(left, seen, count).items():
            data[name] = np.concatenate([data[name], values])
        seen += count
        looks.append(seen)
    guaranteed = indifference
    if not enough:
        guaranteed = contest.zone_closed_by(seen)
        left, out = contest.judged_again(looks, guaranteed)
    best = max(left, key=lambda name: (float(data[name].mean()), -list(names).index(name)))
    return Selection(best, data, tuple(out), alpha, indifference, guaranteed, first)


def constant(first: int, count: int, alpha: float) -> float:
    """h2 of KN for ``count`` proposals.

    >>> round(constant(10, 2, 0.05), 4)  # eta = (0.1 ** (-2 / 9) - 1) / 2 = 0.33405, h2 = 18 eta
    6.0129
    """
    eta: float = 0.5 * ((2.0 * alpha / (count - 1)) ** (-2.0 / (first - 1)) - 1.0)
    return float(2.0 * eta * (first - 1))


@dataclass(frozen=True)
class _Contest:
    """The values as they come, and the variances of the first stage."""

    data: dict[str, np.ndarray]
    first: int
    alpha: float

    @cached_property
    def h2(self) -> float:
        """KN's constant."""
        return constant(self.first, len(self.data), self.alpha)

    @cached_property
    def variance(self) -> dict[tuple[str, str], float]:
        """Of the paired differences of the first stage."""
        stage = {name: values[: self.first] for name, values in self.data.items()}
        return {(a, b): float(np.var(stage[a] - stage[b], ddof=1)) for a in stage for b in stage if a != b}

    def look(self, left: Sequence[str], seen: int, delta: float) -> tuple[list[str], list[Out]]:
        """Who stays and who leaves after ``seen`` replications of all who are left."""
        means = {name: float(self.data[name][:seen].mean()) for name in left}
        leaving = []
        for name in left:
            lead = {other: means[other] - means[name] - self._width(name, other, delta, seen)
                    for other in left if other != name}  # fmt: skip
            by = max(lead, key=lambda other: lead[other], default="")
            if by and lead[by] > 0:
                leaving.append(Out(name, seen, by))
        gone = {each.name for each in leaving}
        return [name for name in left if name not in gone], leaving

    def longest(self, left: Sequence[str], delta: float) -> int:
        """Replications after which the largest mean of those left wins in any case."""
        pairs = [self.variance[a, b] for a in left for b in left if a != b]
        return max((math.floor(self.h2 * variance / delta**2) for variance in pairs), default=0)

    def zone_closed_by(self, seen: int) -> float:
        """The smallest indifference zone for which ``seen`` replications are enough."""
        return math.sqrt(self.h2 * max(self.variance.values()) / seen) * (1.0 + 1e-12)

    def judged_again(self, looks: Sequence[int], delta: float) -> tuple[list[str], list[Out]]:
        """All looks again under a wider zone. Who left the first time has no more data, and is beaten here too."""
        left, out = list(self.data), []
        for seen in looks:
            there = [name for name in left if len(self.data[name]) >= seen]
            if not there:
                break
            out += [Out(name, len(self.data[name]), "") for name in left if name not in there]
            left, leaving = self.look(there, seen, delta)
            out += leaving
            if len(left) == 1:
                break
        return left, out

    def _width(self, one: str, other: str, delta: float, seen: int) -> float:
        return max(0.0, delta / (2.0 * seen) * (self.h2 * self.variance[one, other] / delta**2 - seen))
