"""Declared means and spreads come out as declared, rise with the uniform, and are rounded once."""

import math

import numpy as np
import pytest
from scipy import stats

from sim.demand.distributions import Law, LawTable, patience_law, quantiles, spread_law, whole_ms
from sim.demand.keys import hashed, keyed_state, name_key, replication_key, to_uniform
from sim.demand.tape import NEVER
from sim.scenario.schema.demand import Spread
from sim.scenario.schema.service import Patience

COUNT = 200_000
U = to_uniform(hashed(keyed_state(np.arange(COUNT, dtype=np.uint64), replication_key(0, 0)), name_key("test")))


def spread(mean="10 min", cv=None, distribution=None) -> Law:
    return spread_law(Spread.model_validate({"mean": mean, "cv": cv, "distribution": distribution}))


def patience(**fields) -> Law:
    return patience_law(Patience.model_validate(fields))


MEAN = 600_000.0
SPREADS = {
    "exponential": (spread(distribution="exponential"), 1.0, stats.expon(scale=MEAN)),
    "lognormal 0.8": (spread(cv=0.8), 0.8, stats.lognorm(math.sqrt(math.log(1.64)), scale=MEAN / math.sqrt(1.64))),
    "lognormal": (
        spread(distribution="lognormal"),
        1.0,
        stats.lognorm(math.sqrt(math.log(2)), scale=MEAN / math.sqrt(2)),
    ),
    "gamma 0.5": (spread(cv=0.5, distribution="gamma"), 0.5, stats.gamma(4, scale=MEAN / 4)),
    "gamma 2": (spread(cv=2, distribution="gamma"), 2.0, stats.gamma(0.25, scale=MEAN * 4)),
    "gamma": (spread(distribution="gamma"), 1.0, stats.expon(scale=MEAN)),
    "weibull 1": (spread(distribution="weibull"), 1.0, stats.expon(scale=MEAN)),
    "uniform": (spread(distribution="uniform"), 1 / math.sqrt(3), stats.uniform(0, 2 * MEAN)),
    "uniform 0.2": (
        spread(cv=0.2, distribution="uniform"),
        0.2,
        stats.uniform(MEAN * (1 - 0.2 * math.sqrt(3)), 0.4 * math.sqrt(3) * MEAN),
    ),
    "patience": (patience(mean="10 min"), 1.0, stats.expon(scale=MEAN)),
    "patience weibull": (
        patience(mean="10 min", shape=0.8),
        1.2605,
        stats.weibull_min(0.8, scale=MEAN / math.gamma(2.25)),
    ),
    "patience lognormal": (
        patience(mean="10 min", distribution="lognormal", cv=2),
        2.0,
        stats.lognorm(math.sqrt(math.log(5)), scale=MEAN / math.sqrt(5)),
    ),
    "patience gamma shape": (
        patience(mean="10 min", distribution="gamma", shape=3),
        1 / math.sqrt(3),
        stats.gamma(3, scale=MEAN / 3),
    ),
    "patience gamma cv": (
        patience(mean="10 min", distribution="gamma", cv=0.5),
        0.5,
        stats.gamma(4, scale=MEAN / 4),
    ),
    "patience uniform": (patience(mean="10 min", distribution="uniform"), 1 / math.sqrt(3), stats.uniform(0, 2 * MEAN)),
}


@pytest.mark.parametrize("name", SPREADS)
def test_sampled_distribution_is_the_declared_one(name):
    law, cv, theory = SPREADS[name]
    x = quantiles(law, U)
    assert stats.kstest(x, theory.cdf).pvalue > 1e-4
    assert abs(x.mean() / MEAN - 1) < 3.5 * cv / math.sqrt(COUNT)
    assert theory.std() / theory.mean() == pytest.approx(cv, rel=1e-4)


@pytest.mark.parametrize("name", SPREADS)
def test_quantiles_are_exact_over_the_whole_range(name):
    """The tables of gamma and hyperexponential are interpolated: error far below a millisecond in an hour."""
    law, _, theory = SPREADS[name]
    u = np.concatenate([10.0 ** -np.arange(1, 15), np.linspace(0.001, 0.999, 999), 1 - 10.0 ** -np.arange(1, 9)])
    np.testing.assert_allclose(quantiles(law, u), theory.ppf(u), rtol=1e-7, atol=1e-4)


@pytest.mark.parametrize("cv", [1.0, 1.5, 3.0, 8.0])
def test_hyperexponential_has_balanced_means_and_the_cv_asked_for(cv):
    law = spread(cv=cv, distribution="hyperexponential")
    p = (1 + math.sqrt((cv**2 - 1) / (cv**2 + 1))) / 2
    rates = 2 * p / MEAN, 2 * (1 - p) / MEAN
    x = quantiles(law, U)
    theory = p * (1 - np.exp(-rates[0] * x)) + (1 - p) * (1 - np.exp(-rates[1] * x))
    np.testing.assert_allclose(theory, U, atol=1e-9)
    mean = p / rates[0] + (1 - p) / rates[1]
    second = 2 * p / rates[0] ** 2 + 2 * (1 - p) / rates[1] ** 2
    assert mean == pytest.approx(MEAN)
    assert math.sqrt(second / mean**2 - 1) == pytest.approx(cv)


@pytest.mark.parametrize("cv", [0.1, 0.5, 1.7, 4.0])
def test_weibull_takes_its_shape_from_the_cv(cv):
    law = spread(cv=cv, distribution="weibull")
    theory = stats.weibull_min(1 / law.b, scale=law.a)
    assert theory.mean() == pytest.approx(MEAN)
    assert theory.std() / theory.mean() == pytest.approx(cv)


@pytest.mark.parametrize("shape", [0.05, 0.3, 1.0, 25.0, 400.0, 1e4])
def test_gamma_table_holds_for_any_shape(shape):
    law = Law(6, MEAN / shape, shape)
    u = np.concatenate([10.0 ** -np.arange(2, 15), np.linspace(0.001, 0.999, 333)])
    expected = stats.gamma(shape, scale=MEAN / shape).ppf(u)
    np.testing.assert_allclose(quantiles(law, u), expected, rtol=2e-7, atol=1e-250)


@pytest.mark.parametrize("name", SPREADS)
def test_more_of_the_uniform_is_never_a_shorter_duration(name):
    law = SPREADS[name][0]
    u = np.sort(np.concatenate([U[:20_000], [2.0**-53, 1 - 2.0**-53]]))
    assert (np.diff(whole_ms(quantiles(law, u))) >= 0).all()


def test_a_longer_mean_lengthens_every_duration():
    for name in ("gamma", "lognormal", "weibull", "hyperexponential"):
        short, long = (spread(mean, 1.4, name) for mean in ("10 min", "11 min"))
        assert (quantiles(long, U[:1000]) > quantiles(short, U[:1000])).all()


def test_bare_durations_are_constant_and_a_cv_alone_is_lognormal():
    assert spread() == spread(cv=0) == spread(cv=0, distribution="gamma") == spread(distribution="constant")
    assert set(whole_ms(quantiles(spread(), U[:9]))) == {600_000}
    assert spread(cv=0.5) == spread(cv=0.5, distribution="lognormal")
    assert spread(distribution="gamma") == spread(cv=1, distribution="gamma")


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"cv": 0.6, "distribution": "uniform"}, "at most 0.5774"),
        ({"cv": 0.5, "distribution": "hyperexponential"}, "at least 1"),
        ({"cv": 0.5, "distribution": "exponential"}, "has cv 1"),
        ({"cv": 0.5, "distribution": "constant"}, "no cv"),
    ],
)
def test_spreads_that_cannot_be_are_refused(fields, message):
    with pytest.raises(ValueError, match=message):
        spread(**fields)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"distribution": "weibull", "shape": 1.0}, "needs its mean"),
        ({"mean": "1 min", "distribution": "lognormal", "shape": 1.0}, "no shape"),
        ({"mean": "1 min", "distribution": "exponential", "cv": 2.0}, "no cv"),
        ({"mean": "1 min", "distribution": "gamma", "shape": 2.0, "cv": 2.0}, "not both"),
    ],
)
def test_patience_that_cannot_be_is_refused(fields, message):
    with pytest.raises(ValueError, match=message):
        patience(**fields)


def test_rounding_is_to_the_nearest_and_never_below_one():
    np.testing.assert_array_equal(whole_ms(np.array([0.0, 0.2, 1.4, 1.6, np.inf])), [1, 1, 1, 2, NEVER])
    np.testing.assert_array_equal(whole_ms(np.array([0.0, 0.2, 7.5]), zero_is_none=True), [0, 1, 8])


def test_patience_never_ends_where_declared():
    assert (whole_ms(quantiles(patience(distribution="never"), U[:5])) == NEVER).all()


def test_groups_draw_from_their_own_law():
    laws = [spread(), spread(distribution="exponential"), spread(cv=2, distribution="gamma"), spread(cv=0.4), Law(0)]
    laws += [spread("3 h", 2.0, "hyperexponential"), spread("1 min", distribution="exponential")]
    group = np.arange(5000) % len(laws)
    drawn = LawTable(laws).draw(U[:5000], group)
    for g, law in enumerate(laws):
        np.testing.assert_array_equal(drawn[group == g], quantiles(law, U[:5000][group == g]))
