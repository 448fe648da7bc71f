"""Stakeholders: power and interest, who gains and who loses by each option, and over which weights the winner wins."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations

import numpy as np

from evaluate.compare import Comparison
from evaluate.intervals import Figure, mean_figure
from evaluate.yardstick import Series, Yardstick, difference, residuals, series, yardstick
from sim.scenario.schema.judgement import Stakeholder

HIGH = 5.0
"""Interest and power from here on count as high, on scales of 0 to 10."""
ENGAGEMENT = {
    (True, True): "manage closely",
    (True, False): "keep satisfied",
    (False, True): "keep informed",
    (False, False): "monitor",
}
"""(power is high, interest is high) -> what the quadrant calls for (Mendelow 1991)."""


@dataclass(frozen=True)
class Effect:
    """One KPI that a stakeholder cares about under one option."""

    what: Yardstick
    weight: float
    """As declared; below 0: they want it the other way."""
    base: Figure
    option: Figure
    change: Figure
    """Option less base, in the KPI's unit, paired."""
    gain: Figure
    """Change in the direction that they want, as a share of the base's figure."""


@dataclass(frozen=True)
class Outcome:
    """One stakeholder under one option."""

    stakeholder: str
    option: str
    effects: tuple[Effect, ...]
    score: Figure
    """Mean gain of what they care about, weighted by how much; no data where none of it can be measured."""

    @property
    def verdict(self) -> str:
        """``gains`` or ``loses`` where the interval excludes 0, ``mixed`` where they do both, else ``unclear``."""
        signs = {math.copysign(1, effect.gain.value or 0) for effect in self.effects if effect.gain.certain_sign}
        if len(signs) > 1 and not self.score.certain_sign:
            return "mixed"
        if not self.score.certain_sign:
            return "no change" if (self.score.value, self.score.low, self.score.high) == (0.0, 0.0, 0.0) else "unclear"
        return "gains" if (self.score.value or 0) > 0 else "loses"


@dataclass(frozen=True)
class Standing:
    """One option in the ranking; the base has 0."""

    option: str
    score: Figure


@dataclass(frozen=True)
class WeightRange:
    """Over which weights of one stakeholder the winner stays the winner, all other weights as they are."""

    stakeholder: str
    weight: float
    low: float
    high: float
    """Infinite where no weight is too large."""
    below: str
    """Who wins below ``low``; empty where that is 0."""
    above: str
    """Who wins above ``high``; empty where there is no end."""


@dataclass(frozen=True)
class Conflict:
    """An option by which one stakeholder gains and another one loses."""

    option: str
    gains: str
    loses: str
    kpi: str
    """What the loser loses most by."""


@dataclass(frozen=True)
class Judged:
    """What the stakeholders make of the options."""

    weights: Mapping[str, float]
    outcomes: tuple[Outcome, ...]
    ranking: tuple[Standing, ...]
    ranges: tuple[WeightRange, ...]
    conflicts: tuple[Conflict, ...]
    unmeasured: tuple[tuple[str, str], ...]
    """(stakeholder, KPI) of what some option or the base cannot have; left out of the scores."""

    @property
    def winner(self) -> str:
        """The option with the highest weighted score (the base where none is above 0)."""
        return self.ranking[0].option


def engagement(stakeholder: Stakeholder) -> str:
    """What the power/interest grid calls for."""
    return ENGAGEMENT[stakeholder.power >= HIGH, stakeholder.interest >= HIGH]


def weight_of(stakeholder: Stakeholder) -> float:
    """Declared, or interest x power."""
    return stakeholder.interest * stakeholder.power if stakeholder.weight is None else stakeholder.weight


def judge(comparison: Comparison) -> Judged | None:
    """The base's stakeholders on every option; None without stakeholders or options."""
    people = comparison.base.resolved.scenario.stakeholders
    if not people or not comparison.options:
        return None
    found = _all_series(comparison, people)
    unmeasured = [
        (name, text)
        for name, person in people.items()
        for text in person.cares
        if not _usable(found[yardstick(text)], comparison.base.name)
    ]
    outcomes, noise = [], {}
    for option in comparison.options:
        for name, person in people.items():
            outcome, spread = _outcome(comparison, name, person, option.name, found)
            outcomes.append(outcome)
            noise[name, option.name] = spread
    weights = {name: weight_of(person) for name, person in people.items()}
    scores = {(o.stakeholder, o.option): o.score.value or 0.0 for o in outcomes}
    ranking = _ranking(comparison, weights, scores, noise)
    names = [one.name for one in comparison.scenarios]
    ranges = [stable_range(name, ranking[0].option, weights, scores, names) for name in people]
    return Judged(
        weights, tuple(outcomes), tuple(ranking), tuple(ranges), tuple(_conflicts(outcomes)), tuple(unmeasured)
    )


Found = dict[Yardstick, dict[str, Series | None]]


def _all_series(comparison: Comparison, people: Mapping[str, Stakeholder]) -> Found:
    cared = dict.fromkeys(yardstick(text) for person in people.values() for text in person.cares)
    return {what: {one.name: series(one, what) for one in comparison.scenarios} for what in cared}


def _usable(by_scenario: Mapping[str, Series | None], base: str) -> bool:
    """Whether every scenario has the figure, and the base's is not 0: a gain is a share of it."""
    known = all(one is not None and one.total.value is not None for one in by_scenario.values())
    first = by_scenario[base]
    return known and first is not None and first.total.value != 0


def _outcome(
    comparison: Comparison, name: str, person: Stakeholder, option: str, found: Found
) -> tuple[Outcome, np.ndarray]:
    """The outcome, and its score's linearised residuals by replication."""
    base_name = comparison.base.name
    effects, total, score = [], 0.0, 0.0
    spread = np.zeros(comparison.replications)
    exact = True
    for text, weight in person.cares.items():
        what = yardstick(text)
        if not _usable(found[what], base_name):
            continue
        here, there = found[what][option], found[what][base_name]
        assert here is not None
        assert there is not None
        assert there.total.value is not None
        change = difference(here, there, comparison.confidence)
        wanted = (-1.0 if what.good == "lower" else 1.0) * math.copysign(1.0, weight)
        scale = wanted / abs(there.total.value)
        effects.append(Effect(what, weight, there.total, here.total, change, _scaled(change, scale)))
        noise = residuals(here, there)
        assert noise is not None
        spread += abs(weight) * scale * noise
        total += abs(weight)
        score += abs(weight) * scale * (change.value or 0.0)
        exact = exact and (change.value, change.low, change.high) == (0.0, 0.0, 0.0)
    if not effects:
        return Outcome(name, option, (), Figure(None)), spread
    spread /= total
    figure = Figure(0.0, 0.0, 0.0) if exact else around(score / total, spread, comparison.confidence)
    return Outcome(name, option, tuple(effects), figure), spread


def _scaled(figure: Figure, by: float) -> Figure:
    ends = [None if end is None else end * by for end in (figure.value, figure.low, figure.high)]
    return Figure(ends[0], ends[2], ends[1]) if by < 0 else Figure(*ends)


def around(value: float, spread: np.ndarray, confidence: float) -> Figure:
    """A value with the interval that the mean of ``spread`` (replications,) has."""
    found = mean_figure(spread, confidence)
    half = None if found.high is None or found.value is None else found.high - found.value
    return Figure(value) if half is None else Figure(value, value - half, value + half)


def _ranking(
    comparison: Comparison,
    weights: Mapping[str, float],
    scores: Mapping[tuple[str, str], float],
    noise: Mapping[tuple[str, str], np.ndarray],
) -> list[Standing]:
    """By score, best first; those with the same score as declared, the base first."""
    total = sum(weights.values())
    found = [Standing(comparison.base.name, Figure(0.0, 0.0, 0.0))]
    for option in comparison.options:
        if total == 0:
            found.append(Standing(option.name, Figure(0.0)))
            continue
        value = sum(weight * scores[name, option.name] for name, weight in weights.items()) / total
        parts = [weight / total * noise[name, option.name] for name, weight in weights.items()]
        found.append(Standing(option.name, around(value, np.sum(parts, axis=0), comparison.confidence)))
    return sorted(found, key=lambda one: -(one.score.value or 0.0))


def stable_range(
    stakeholder: str,
    winner: str,
    weights: Mapping[str, float],
    scores: Mapping[tuple[str, str], float],
    options: Sequence[str],
) -> WeightRange:
    """Weights w of one stakeholder for which A(winner) + w s(winner) >= A(other) + w s(other) for every other option.

    A is the weighted sum over the other stakeholders: the score of all is linear in w up to a positive denominator, so
    each rival gives one crossing, and the range is exact. ``scores`` without an entry (the base's) are 0.
    """

    def rest(option: str) -> float:
        return sum(w * scores.get((name, option), 0.0) for name, w in weights.items() if name != stakeholder)

    low, high, below, above = 0.0, math.inf, "", ""
    for rival in options:
        if rival == winner:
            continue
        lead = rest(winner) - rest(rival)
        slope = scores.get((stakeholder, winner), 0.0) - scores.get((stakeholder, rival), 0.0)
        if slope == 0:
            continue
        at = -lead / slope
        if slope > 0 and at > low:
            low, below = at, rival
        if slope < 0 and at < high:
            high, above = max(at, 0.0), rival
    return WeightRange(stakeholder, weights[stakeholder], low, high, below, above)


def _conflicts(outcomes: Sequence[Outcome]) -> list[Conflict]:
    """Pairs of whom one gains and another one loses for sure by the same option."""
    found = []
    for one, other in permutations(outcomes, 2):
        if one.option == other.option and one.verdict == "gains" and other.verdict == "loses":
            worst = min(other.effects, key=lambda effect: abs(effect.weight) * (effect.gain.value or 0.0))
            found.append(Conflict(one.option, one.stakeholder, other.stakeholder, worst.what.text))
    return found
