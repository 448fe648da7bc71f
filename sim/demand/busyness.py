"""How busy each day is: a gamma factor with mean 1, correlated from one day to the next."""

from __future__ import annotations

import math

import numpy as np
from scipy.special import gammainccinv, gammaincinv, ndtr, ndtri

from sim.demand.keys import hashed, keyed_state, mixed, name_key, replication_key, to_uniform
from sim.scenario.resolved import Resolved

_STREAM = name_key("busyness")


def day_factors(resolved: Resolved, key: tuple[int, int], mirrored: bool = False) -> np.ndarray:
    """float64 (days,): each day's factor on every reason's needs; ``mirrored``: of 1 - u instead of each uniform u.

    The days' normal scores are a stationary AR(1) built forward from day 0, one keyed innovation a day, so a longer
    horizon keeps the earlier days. Each day's factor is the gamma quantile at its score: exact marginals at any
    correlation (a Gaussian copula).
    """
    days = resolved.calendar.days
    declared = [resolved.variants[v].demand.busyness for v in resolved.regime_of_day[:days]]
    cv = np.array([busyness.cv for busyness in declared])
    if not cv.any():
        return np.ones(days)
    identity = mixed(np.arange(days, dtype=np.uint64), add=_STREAM)
    uniform = to_uniform(hashed(keyed_state(identity, key), _STREAM))
    innovation = ndtri(1.0 - uniform if mirrored else uniform)
    score = innovation[0]
    scores = [score]
    for day in range(1, days):
        rho = declared[day].correlation
        score = rho * score + math.sqrt(1 - rho * rho) * innovation[day]
        scores.append(score)
    return gamma_factor(np.array(scores), cv)


def factors_of(resolved: Resolved, seed: int, replication: int) -> np.ndarray:
    """float64 (days,): the factors of a replication; antithetic runs 2 k and 2 k + 1 have mirrored ones."""
    if not resolved.scenario.experiment.antithetic:
        return day_factors(resolved, replication_key(seed, replication))
    pair, second = divmod(replication, 2)
    return day_factors(resolved, replication_key(seed, pair), mirrored=second == 1)


def gamma_factor(score: np.ndarray, cv: np.ndarray) -> np.ndarray:
    """Quantile of the gamma with mean 1 and the given cv at a normal score; 1 where the cv is 0."""
    shape = 1.0 / np.maximum(cv, 1e-6) ** 2
    low = gammaincinv(shape, ndtr(np.minimum(score, 0)))
    high = gammainccinv(shape, ndtr(-np.maximum(score, 0)))
    factor: np.ndarray = np.where(score < 0, low, high) / shape
    return np.where(cv > 0, factor, 1.0)
