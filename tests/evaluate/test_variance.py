"""The variance split, worked by hand and against the model that it estimates; intervals that cover what they should."""

import math

import numpy as np
import pytest

from evaluate.distribution import chance, distribution, quantiles
from evaluate.importance import explained, rank_correlation
from evaluate.latin import Design, cube_seed, design, latin
from evaluate.variance import split


def test_a_split_worked_by_hand():
    """Two cubes of two draws (rows) on two tapes (columns).

    Cube 1: 10 14 / 20 28. Means: draws 12, 24; tapes 15, 21; all 18. Residuals: 10 - 12 - 15 + 18 = 1, -1, -1, 1:
    MSE = 4 / 1. Variance of the tape means (15, 21): 18, so MSB = 2 x 18 = 36 and tapes = (36 - 4) / 2 = 16.
    Cube 2: 30 30 / 38 42. Means: draws 30, 40; tapes 34, 36; all 35. Residuals: 30 - 30 - 34 + 35 = 1, -1, -1, 1:
    MSE = 4. Tape means vary by 2: MSB = 4, tapes = 0.
    Together: rest 4, tapes 8, noise 12. All eight: mean 26.5, squares 272.25 156.25 42.25 2.25 12.25 12.25 132.25
    240.25, sum 870, mean 108.75; the cubes' means 18 and 35 vary by 144.5, a half of it 72.25. Total 181. So the inputs
    are 181 - 12 = 169.
    """
    found = split(np.array([[[10.0, 14.0], [20.0, 28.0]], [[30.0, 30.0], [38.0, 42.0]]]))
    assert (found.total, found.parameters, found.tapes, found.rest) == pytest.approx((181, 169, 8, 4))
    assert found.noise == pytest.approx(12)
    assert found.parameter_share == pytest.approx(169 / 181)
    assert found.negative == ()


def test_an_estimate_below_zero_is_zero_and_said_so():
    """One cube, cells that differ only crosswise: 0 2 / 2 0. Total 1, MSE 4, MSB 0: tapes -2, inputs 1 - 2 = -1."""
    found = split(np.array([[[0.0, 2.0], [2.0, 0.0]]]))
    assert (found.parameters, found.tapes, found.rest) == (0.0, 0.0, 4.0)
    assert found.negative == ("parameters", "tapes")
    assert found.parameter_share == 0


def test_one_tape_a_draw_tells_the_total_only():
    found = split(np.array([[[1.0], [3.0]], [[2.0], [4.0]]]))
    assert found.total == pytest.approx(1.25 + 0.25)
    assert math.isnan(found.parameters)
    assert math.isnan(found.parameter_share)


def test_components_are_those_of_the_model_on_average():
    """2 000 designs of a known model: inputs 4, tapes 1, rest 0.25; Latin hypercubes bias nothing."""
    rng = np.random.default_rng(7)
    found = []
    for seed in range(2000):
        uniform = latin(["a"], Design(4, 3), seed)  # (4, 3, 1), variance 1 / 12
        y = math.sqrt(48) * uniform + rng.standard_normal((4, 1, 2)) + 0.5 * rng.standard_normal((4, 3, 2))
        one = split(y)
        found.append((one.total, one.parameters, one.rest))
    error = np.std(found, axis=0, ddof=1) / math.sqrt(len(found))
    assert (np.abs((np.mean(found, axis=0) - (5.25, 4.0, 0.25)) / error) < 3.5).all()


def test_every_part_of_a_cube_is_drawn_once_and_one_input_more_changes_no_other():
    plan = Design(3, 5)
    found = latin(["a", "b"], plan, 1)
    assert found.shape == (3, 5, 2)
    assert (np.sort(np.floor(found * 5), axis=1) == np.arange(5)[None, :, None]).all()
    assert (latin(["z", "b", "a"], plan, 1)[:, :, [2, 1]] == found).all()
    assert not np.allclose(found[0], found[1])
    assert (latin(["a"], plan, 2) != found[:, :, :1]).all()


def test_a_design_has_at_least_the_draws_that_were_asked_for():
    assert (design(64).draws, design(17).draws, design(1).draws) == (64, 24, 16)
    assert cube_seed(5, 0) == 5
    assert len({cube_seed(5, cube) for cube in range(8)}) == 8
    assert all(0 <= cube_seed(5, cube) < 2**63 for cube in range(8))


def test_a_chance_has_wilsons_interval():
    """Newcombe (1998), table I: 81 of 263 gives 0.2553 to 0.3662; 0 of 20 gives 0 to 0.1611."""
    found, none = chance(81 / 263, 263, 0.95), chance(0.0, 20, 0.95)
    assert (found.low, found.high) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert (none.low, none.high) == pytest.approx((0.0, 0.1611), abs=5e-5)


def test_quantiles_of_what_may_never_come():
    values = np.array([1.0] * 6 + [3.0] * 2 + [math.inf] * 2).reshape(1, 10, 1)
    found = quantiles(values, 10, 0.95)
    assert (found[0.5].value, found[0.75].value, found[0.9].value) == (1.0, 3.0, None)


def holds(figure, value):
    """Whether an interval holds a value."""
    return figure.low <= value <= figure.high


@pytest.mark.slow
def test_intervals_of_mean_spread_and_quantiles_cover_the_truth():
    """2 000 designs; the mean's interval is exact, the others are at least as wide as they say (but for the jackknife's
    approximation)."""
    from statistics import NormalDist

    rng, normal, hits = np.random.default_rng(3), NormalDist(), np.zeros(3)
    runs, sd = 2000, math.sqrt(1 + 0.5)
    for seed in range(runs):
        z = np.vectorize(normal.inv_cdf)(latin(["a"], Design(8, 4), seed))
        found = distribution(z + math.sqrt(0.5) * rng.standard_normal((8, 4, 2)), 0.95)
        hits += [
            holds(found.mean, 0),
            holds(found.sd, sd),
            holds(found.quantiles[0.1], sd * normal.inv_cdf(0.1)),
        ]
    mean, spread, tenth = hits / runs
    assert 0.935 <= mean <= 0.965
    assert spread >= 0.92
    assert tenth >= 0.94


def test_what_inputs_explain_adds_up_and_chance_explains_nothing():
    """y = 3 a + b of independent uniforms: nine tenths and one tenth; c is unrelated."""
    x = latin(["a", "b", "c"], Design(8, 64), 1).reshape(-1, 3)
    shares = explained(x, 3 * x[:, 0] + x[:, 1])
    assert shares == pytest.approx([0.9, 0.1, 0.0], abs=0.03)
    assert shares[2] == 0
    assert explained(np.ones((20, 1)), np.arange(20.0)) == pytest.approx([0.0])
    assert math.isnan(rank_correlation(np.ones(3), np.arange(3.0)))
    few = explained(x[:6], x[:6, 0])  # hardly more draws than inputs
    assert few[0] > 0.9
