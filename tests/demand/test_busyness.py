"""Busy days: gamma with the declared cv, correlated from day to day, the same days in a longer horizon."""

import copy
from typing import Any

import numpy as np
import pytest
from scipy import stats

from sim.demand.busyness import day_factors, gamma_factor
from sim.demand.draw import draw_tape
from sim.demand.keys import replication_key
from sim.scenario.load import resolve

DOCUMENT: dict[str, Any] = {
    "schema": 1,
    "name": "busy",
    "horizon": {"start": "2027-01-04", "length": "5000 days"},
    "demand": {"busyness": {"cv": 0.3, "correlation": 0.6}},
    "reasons": {"one": {"rate": "1 /day", "channels": {"phone": "100 %"}, "handle": {"mean": "1 min"}}},
    "channels": {"phone": {}},
    "teams": {"team": {"agents": 1, "serves": ["phone"]}},
}


def scenario(length="5000 days", rate="1 /day", **busyness):
    document = copy.deepcopy(DOCUMENT)
    document["horizon"]["length"] = length
    document["demand"]["busyness"] = busyness
    document["reasons"]["one"]["rate"] = rate
    return resolve(document)


@pytest.mark.parametrize("cv", [0.12, 0.5, 2.0])
def test_days_have_mean_one_and_the_declared_cv(cv):
    factors = day_factors(scenario(cv=cv), replication_key(0, 0))
    assert stats.kstest(factors, stats.gamma(1 / cv**2, scale=cv**2).cdf).pvalue > 1e-3
    assert abs(factors.mean() - 1) < 3.5 * cv / np.sqrt(5000)


@pytest.mark.parametrize("correlation", [-0.4, 0.0, 0.6, 0.95])
def test_normal_scores_are_correlated_from_day_to_day(correlation):
    """Fisher's transform of the correlation at lag one, with the variance of Bartlett's formula for an AR(1)."""
    factors = day_factors(scenario(cv=0.3, correlation=correlation), replication_key(0, 0))
    scores = stats.norm.ppf(stats.gamma(1 / 0.09, scale=0.09).cdf(factors))
    found = np.corrcoef(scores[:-1], scores[1:])[0, 1]
    assert abs(found - correlation) < 3.5 * np.sqrt((1 - correlation**2) / 5000)
    two = np.corrcoef(scores[:-2], scores[2:])[0, 1]
    assert abs(two - correlation**2) < 3.5 * np.sqrt((1 + 4 * correlation**2) / 5000)


def test_marginals_are_stationary_at_any_correlation():
    """Day 0 has the distribution of every other day: 400 replications of it."""
    short = scenario("3 days", cv=0.5, correlation=0.9)
    factors = np.array([day_factors(short, replication_key(0, k)) for k in range(400)])
    for day in (0, 2):
        assert stats.kstest(factors[:, day], stats.gamma(4, scale=0.25).cdf).pvalue > 1e-3


def test_a_longer_horizon_keeps_the_earlier_days():
    key = replication_key(3, 1)
    few, many = (day_factors(scenario(f"{days} days", cv=0.4, correlation=0.5), key) for days in (10, 40))
    np.testing.assert_array_equal(many[:10], few)


def test_no_busyness_is_no_factor():
    assert (day_factors(scenario("5 days"), replication_key(0, 0)) == 1).all()


def test_a_very_small_cv_is_nearly_one():
    factors = gamma_factor(np.array([-3.0, 0.0, 3.0]), np.full(3, 1e-4))
    np.testing.assert_allclose(factors, 1 + 1e-4 * np.array([-3, 0, 3]), atol=1e-7)


@pytest.mark.slow
def test_daily_counts_are_overdispersed_as_declared():
    """A gamma mixture of Poisson counts is negative binomial: variance m + cv^2 m^2."""
    cv, mean = 0.3, 50.0
    resolved = scenario("7000 days", "50 /day", cv=cv)
    counts = np.bincount(draw_tape(resolved, 0, 0).need_ms // 86_400_000, minlength=7000)
    variance = mean + (cv * mean) ** 2
    assert abs(counts.mean() - mean) < 3.5 * np.sqrt(variance / 7000)
    size = 1 / cv**2
    theory = stats.nbinom(size, size / (size + mean))
    kurtosis = float(theory.stats(moments="k"))
    assert abs(counts.var() - variance) < 3.5 * variance * np.sqrt((2 + kurtosis) / 7000)
    edges = np.arange(5, 130, 5)
    observed = np.histogram(counts, np.concatenate([[-1], edges, [10**6]]) + 0.5)[0]
    expected = np.diff(np.concatenate([[0], theory.cdf(edges), [1]])) * 7000
    assert stats.chisquare(observed, expected).pvalue > 1e-3
