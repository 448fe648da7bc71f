"""Which inputs an answer rests on: how much of the spread each of them explains, beside its evidence."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evaluate.uncertain import Drawn, Input

MOST = 0.8
"""The answer "rests on" the fewest inputs that explain this part of what all of them do."""
SMALL = 0.01
"""An input that explains less is never named."""
CHANCE = 3.84
"""Squared coefficient over its squared error below which it may well be chance (5 %): it then explains nothing."""
_COUNTS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


@dataclass(frozen=True)
class Importance:
    """What one input does to the NPV."""

    input: Input
    correlation: float
    """Rank correlation with the draw's mean NPV; NaN where either does not vary."""
    share: float
    """Of the spread of draws that it explains, the other inputs held apart; 0 where that may be chance."""


def importances(drawn: Drawn, scenario: str, measure: str = "npv") -> list[Importance]:
    """Every input, the most important first."""
    outcome = drawn.values(scenario, measure).mean(axis=2).ravel()
    probabilities = drawn.probabilities.reshape(len(outcome), -1)
    numbers = np.array(
        [[each.law.quantile(float(p)) for each, p in zip(drawn.inputs, row, strict=True)] for row in probabilities]
    )
    shares = explained(numbers, outcome)
    found = [
        Importance(each, rank_correlation(column, outcome), float(share))
        for each, column, share in zip(drawn.inputs, numbers.T, shares, strict=True)
    ]
    return sorted(found, key=lambda one: -one.share)


def rank_correlation(one: np.ndarray, other: np.ndarray) -> float:
    """Spearman's coefficient, equal values sharing their rank; NaN where one of the two is constant.

    >>> rank_correlation(np.array([1.0, 2.0, 3.0]), np.array([1.0, 8.0, 27.0]))
    1.0
    """
    if np.ptp(one) == 0 or np.ptp(other) == 0:
        return math.nan
    return float(np.mean(_ranks(one) * _ranks(other)).round(12))


def _ranks(values: np.ndarray) -> np.ndarray:
    """Ranks with mean 0 and variance 1; zeros where nothing varies."""
    from scipy.stats import rankdata

    ranks = rankdata(values)
    spread = ranks.std()
    return np.asarray((ranks - ranks.mean()) / spread if spread > 0 else np.zeros(len(ranks)))


def explained(inputs: np.ndarray, outcome: np.ndarray) -> np.ndarray:
    """Share of the spread by input: squared standardised rank regression coefficients (Iman and Conover 1979).

    ``inputs`` (draws, inputs). Less the squared error of each coefficient, which is what unrelated numbers give; 0
    below `CHANCE`. With hardly more draws than inputs there is no regression, and ranks are correlated one by one.
    """
    ranks, target = np.column_stack([_ranks(column) for column in inputs.T]), _ranks(outcome)
    draws, count = ranks.shape
    if draws < 2 * count + 2:
        squares = (ranks.T @ target / draws) ** 2
        errors = (1 - squares) / (draws - 2)
    else:
        inverse = np.linalg.pinv(ranks.T @ ranks)
        coefficients = inverse @ ranks.T @ target
        residual = target - ranks @ coefficients
        squares = coefficients**2
        errors = np.diag(inverse) * float(residual @ residual) / (draws - count - 1)
    return np.where(squares > CHANCE * errors + 1e-12, np.clip(squares - errors, 0.0, 1.0), 0.0)


def resting_on(found: Sequence[Importance]) -> list[Importance]:
    """The fewest inputs that explain most of what all inputs explain."""
    able = [one for one in found if one.share >= SMALL]
    total, reached, named = sum(one.share for one in able), 0.0, []
    for one in able:
        if reached >= MOST * total:
            break
        named.append(one)
        reached += one.share
    return named


def sentence(found: Sequence[Importance]) -> str:
    """`This answer rests on these three assumptions, two of which nobody measured: ...`"""
    named = resting_on(found)
    if not named:
        return "No single input moves the NPV by more than chance does in so many draws."
    unmeasured = sum(not one.input.measured for one in named)
    what = "this one assumption" if len(named) == 1 else f"these {_number(len(named))} assumptions"
    if len(named) == 1:
        of_which = "which nobody measured" if unmeasured else "which was measured"
    elif unmeasured == len(named):
        of_which = "none of which anybody measured"
    else:
        of_which = f"{_number(unmeasured)} of which nobody measured" if unmeasured else "all of them measured"
    listed = "; ".join(
        f"{one.input.path} ({100 * one.share:.0f} % of the spread, {_evidence(one.input)})" for one in named
    )
    return f"This answer rests on {what}, {of_which}: {listed}."


def _evidence(one: Input) -> str:
    return "no evidence given" if one.level == "none given" else one.level


def _number(count: int) -> str:
    return _COUNTS[count] if count < len(_COUNTS) else str(count)
