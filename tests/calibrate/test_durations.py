"""Handle time: the right family is chosen, and short records neither bend the fit nor lose their work."""

import math

import numpy as np
import pytest
from scipy import stats

from sim.calibrate.durations import anderson_darling, by_reason, fit_durations, fit_lognormal


def lognormal(rng: np.random.Generator, mean: float, cv: float, n: int) -> np.ndarray:
    s2 = math.log1p(cv**2)
    return rng.lognormal(math.log(mean) - s2 / 2, math.sqrt(s2), n)


def test_lognormal_is_chosen_over_gamma():
    fit = fit_durations(lognormal(np.random.default_rng(1), 200.0, 1.1, 4000), 0.0, "measured")
    assert fit is not None
    assert fit.family == "lognormal"
    assert fit.other.family == "gamma"
    assert fit.other.aic - fit.chosen.aic > 10
    assert fit.chosen.ks < fit.other.ks
    assert fit.chosen.ad < 2.5 < fit.other.ad
    assert abs(fit.mean_s - 200) < 2 * fit.mean_half_width_s
    assert fit.cv == pytest.approx(1.1, rel=0.1)


def test_gamma_is_chosen_over_lognormal():
    fit = fit_durations(np.random.default_rng(2).gamma(2.0, 100.0, 4000), 0.0)
    assert fit is not None
    assert fit.family == "gamma"
    assert fit.cv == pytest.approx(math.sqrt(0.5), rel=0.05)
    assert abs(fit.mean_s - 200) < 2 * fit.mean_half_width_s


def test_lognormal_by_hand():
    # log x is 0 and 2: mu 1, s2 1 (ML), mean exp(1.5), cv sqrt(e - 1)
    mean, cv, _ = fit_lognormal(np.array([1.0, math.e**2]))
    assert mean == pytest.approx(math.exp(1.5))
    assert cv == pytest.approx(math.sqrt(math.e - 1))


def test_short_records_leave_the_fit_alone_and_keep_their_work():
    rng = np.random.default_rng(3)
    real = lognormal(rng, 200.0, 0.5, 3000)
    real = real[real >= 10]
    slips = rng.uniform(1, 6, len(real) // 10)
    alone, mixed = fit_durations(real, 10.0), fit_durations(np.concatenate([real, slips]), 10.0)
    bent = fit_durations(np.concatenate([real, slips]), 0.0)
    assert alone is not None
    assert mixed is not None
    assert bent is not None
    assert mixed.chosen == alone.chosen
    assert mixed.short_share == pytest.approx(len(slips) / (len(slips) + len(real)))
    everything = np.concatenate([real, slips])
    assert mixed.mean_s == pytest.approx(everything.mean(), rel=0.01)
    assert mixed.mean_s * mixed.cv == pytest.approx(everything.std(), rel=0.05)
    assert bent.chosen.ks > 4 * mixed.chosen.ks


def test_anderson_darling_agrees_with_scipy():
    x = np.random.default_rng(6).exponential(1.0, 400)
    fitted = stats.expon(scale=x.mean())
    expected = stats.goodness_of_fit(stats.expon, x, known_params={"loc": 0}, statistic="ad", n_mc_samples=2, rng=1)
    assert anderson_darling(fitted.cdf(x)) == pytest.approx(expected.statistic, abs=0.02)


def test_constant_and_tiny_samples():
    constant = fit_durations(np.full(100, 60.0), 10.0)
    assert constant is not None
    assert (constant.mean_s, constant.cv) == (60.0, 0.0)
    assert fit_durations(np.full(29, 60.0), 10.0) is None


def test_a_reason_with_too_few_records_gets_the_fit_of_all_and_says_so():
    rng = np.random.default_rng(8)
    reasons = np.array(["many"] * 500 + ["few"] * 20)
    fits = by_reason(reasons, lognormal(rng, 100, 1, 520), 0.0, "measured")
    assert fits["many"].basis == "measured"
    assert "too few" in fits["few"].basis
    assert fits["few"].n == 520
