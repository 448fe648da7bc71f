"""Patience is estimated from who left and from who was answered first."""

import math

import numpy as np
import pytest
from scipy import stats

from sim.calibrate.patience import fit_patience, fit_weibull, kaplan_meier, reason_factors
from sim.demand.draw import draw_tape
from sim.scenario.load import resolve
from sim.scenario.problems import ScenarioProblems
from tests.calibrate.synthetic import centre


def waits(rng: np.random.Generator, patience: np.ndarray, offered_mean: float) -> tuple[np.ndarray, np.ndarray]:
    """What a log shows: the shorter of patience and offered wait, and whether patience ran out first."""
    offered = rng.exponential(offered_mean, len(patience))
    return np.minimum(patience, offered), patience < offered


def test_exponential_patience_is_inside_its_interval_and_abandoners_mislead():
    rng = np.random.default_rng(20260301)
    wait, left = waits(rng, rng.exponential(180.0, 5000), 60.0)
    fit = fit_patience(wait, left)
    assert fit is not None
    assert fit.family == "exponential"
    assert fit.mean_low_s < 180 < fit.mean_high_s
    assert fit.mean_s == pytest.approx(wait.sum() / left.sum(), rel=1e-6)
    assert wait[left].mean() < 60  # the mean wait of those who left is no patience: 180 s would be four times that


def test_the_interval_of_the_mean_holds_the_truth_as_often_as_it_says():
    rng = np.random.default_rng(5)
    hits = 0
    for _ in range(200):
        fit = fit_patience(*waits(rng, rng.exponential(180.0, 600), 60.0))
        assert fit is not None
        hits += fit.mean_low_s < 180 < fit.mean_high_s
    assert 180 <= hits <= 200  # 95 % of 200 is 190


@pytest.mark.parametrize("shape", [0.6, 1.6])
def test_weibull_patience_is_told_from_exponential(shape):
    rng = np.random.default_rng(11)
    scale = 240 / math.gamma(1 + 1 / shape)
    fit = fit_patience(*waits(rng, scale * rng.weibull(shape, 6000), 120.0))
    assert fit is not None
    assert fit.family == "weibull"
    assert abs(fit.shape - shape) < fit.shape_half_width * 3.5 / 1.96
    assert fit.mean_low_s * 0.98 < 240 < fit.mean_high_s * 1.02
    assert fit.aic < fit.aic_other


def test_the_fit_is_that_of_another_program():
    rng = np.random.default_rng(12)
    wait, left = waits(rng, 300 * rng.weibull(0.8, 3000), 120.0)
    shape, scale = fit_weibull(wait, left)
    data = stats.CensoredData(uncensored=wait[left], right=wait[~left])
    expected = stats.weibull_min.fit(data, floc=0)
    assert (shape, scale) == pytest.approx((expected[0], expected[2]), rel=1e-3)
    fit = fit_patience(wait, left)
    assert fit is not None
    assert fit.exponential_mean_s == pytest.approx(stats.expon.fit(data, floc=0)[1], rel=1e-3)


def test_kaplan_meier_by_hand():
    # 5 at risk; one leaves at 2 (4/5); one is answered at 3; one leaves at 4 of 3 at risk (x 2/3); two answered at 9.
    curve = kaplan_meier(np.array([2.0, 3.0, 4.0, 9.0, 9.0]), np.array([True, False, True, False, False]))
    assert curve.at(1) == 1
    assert curve.at(2) == pytest.approx(0.8)
    assert curve.at(5) == pytest.approx(0.8 * 2 / 3)
    assert curve.quantile(0.4) == 4
    assert math.isnan(curve.quantile(0.5))  # nobody was seen to wait long enough to tell
    assert math.isnan(curve.at(10))


def test_a_tie_counts_the_abandonment_first():
    curve = kaplan_meier(np.array([5.0, 5.0]), np.array([True, False]))
    assert curve.at(5) == 0.5


def test_kaplan_meier_lies_beside_the_fit():
    rng = np.random.default_rng(3)
    fit = fit_patience(*waits(rng, rng.exponential(180.0, 20000), 180.0))
    assert fit is not None
    for seconds in (30, 120, 300):
        assert fit.kaplan_meier.at(seconds) == pytest.approx(math.exp(-seconds / 180), abs=0.02)
        assert fit.survival(seconds) == pytest.approx(math.exp(-seconds / 180), abs=0.02)
    assert fit.quantile(0.5) == pytest.approx(180 * math.log(2), rel=0.05)


def test_too_few_abandonments_are_not_identifiable():
    assert fit_patience(np.full(100, 30.0), np.arange(100) < 9) is None
    assert fit_patience(np.array([]), np.array([], dtype=bool)) is None


def test_waits_that_are_missing_or_zero_and_answered_say_nothing():
    rng = np.random.default_rng(4)
    wait, left = waits(rng, rng.exponential(180.0, 2000), 60.0)
    more = np.concatenate([wait, np.zeros(500), np.full(500, np.nan)])
    fit, padded = fit_patience(wait, left), fit_patience(more, np.concatenate([left, np.zeros(1000, dtype=bool)]))
    assert fit is not None
    assert padded is not None
    assert padded.n == fit.n == 2000
    assert padded.mean_s == fit.mean_s


def test_reasons_that_differ_get_their_factors_and_those_that_do_not_get_none():
    rng = np.random.default_rng(13)
    reasons = np.repeat(["calm", "hasty"], 3000)
    patience = rng.exponential(np.where(reasons == "calm", 300.0, 100.0))
    wait, left = waits(rng, patience, 90.0)
    fit = fit_patience(wait, left)
    assert fit is not None
    factors = reason_factors(fit, wait, left, reasons)
    assert factors["calm"] / factors["hasty"] == pytest.approx(3.0, rel=0.15)
    assert factors["calm"] * fit.mean_s == pytest.approx(300, rel=0.1)
    assert reason_factors(fit, wait, left, rng.permutation(reasons)) == {}


def test_patience_by_reason_stretches_the_same_draws():
    document = centre()
    plain = draw_tape(resolve(document), 1, 0)
    document["channels"]["phone"]["patience"] = {"mean": "180 s", "by_reason": {"delivery": "50 %"}}
    halved = draw_tape(resolve(document), 1, 0)
    assert (plain.identity == halved.identity).all()
    assert np.abs(plain.patience_ms - 2 * halved.patience_ms).max() <= 2  # whole milliseconds
    document["channels"]["phone"]["patience"]["by_reason"] = {"delivry": "50 %"}
    with pytest.raises(ScenarioProblems, match="did you mean 'delivery'"):
        resolve(document)
