"""`experiment.antithetic`: pairs of runs with mirrored busyness, counted as one replication."""

import numpy as np
import pytest
from scipy import stats

from evaluate.compare import NotComparable, check_comparable
from sim.demand.busyness import day_factors, factors_of
from sim.demand.draw import draw_tape
from sim.demand.keys import replication_key
from sim.kpis import estimate
from sim.replicate import one, replicate
from sim.scenario.load import resolve

CV = 0.3


def desk(antithetic: bool, name: str = "desk"):
    return resolve(
        {
            "schema": 1,
            "name": name,
            "horizon": {"start": "2027-01-04", "length": "10 days"},
            "experiment": {"seed": 4, "antithetic": antithetic},
            "demand": {"busyness": {"cv": CV, "correlation": 0.6}},
            "reasons": {
                "call": {"rate": "30 /h", "channels": {"phone": "100 %"}, "handle": {"mean": "3 min", "cv": 1}}
            },
            "channels": {"phone": {"patience": {"mean": "3 min"}}},
            "teams": {"desk": {"agents": 3, "serves": ["phone"]}},
        }
    )


def test_a_busy_day_of_one_is_as_quiet_in_the_other():
    resolved = desk(antithetic=True)
    gamma = stats.gamma(1 / CV**2, scale=CV**2)
    for pair in range(3):
        first, second = factors_of(resolved, 4, 2 * pair), factors_of(resolved, 4, 2 * pair + 1)
        np.testing.assert_allclose(gamma.cdf(first) + gamma.cdf(second), 1.0, atol=1e-9)
    assert not np.array_equal(factors_of(resolved, 4, 0), factors_of(resolved, 4, 2))


def test_nothing_changes_where_it_is_not_asked_for():
    resolved = desk(antithetic=False)
    assert np.array_equal(factors_of(resolved, 4, 3), day_factors(resolved, replication_key(4, 3)))


def test_only_busyness_is_mirrored():
    """The tickets of a run have the names and draws of that run's number, whatever the days."""
    plain, mirrored = draw_tape(desk(False), 4, 1), draw_tape(desk(True), 4, 1)
    both, here, there = np.intersect1d(plain.identity, mirrored.identity, return_indices=True)
    assert len(both) > 1000
    assert np.array_equal(plain.need_ms[here], mirrored.need_ms[there])


def test_a_replication_is_the_mean_of_its_two_runs():
    resolved = desk(antithetic=True)
    tally, usage = one(resolved, 4, 1)
    halves = [one(desk(False), 4, number)[0] for number in (2, 3)]
    runs = [int(draw_tape(resolved, 4, number).tickets) for number in (2, 3)]
    assert estimate(resolved, [tally], "needs").value == np.mean(runs)
    assert usage.needs.sum() == np.mean(runs)
    assert np.array_equal(tally.months.period_ms, halves[0].months.period_ms)
    assert estimate(resolved, [tally], "wait_p90").value > 0


def test_scenarios_that_differ_in_it_are_not_compared():
    with pytest.raises(NotComparable, match=r"experiment\.antithetic"):
        check_comparable([desk(True, "one"), desk(False, "other")], [3, 3])


@pytest.mark.slow
def test_it_makes_figures_surer_for_the_same_number_of_runs():
    """Variance over 60 pairs against that of the mean of two of 120 runs; 0.7 is many standard errors away."""
    pairs, runs = replicate(desk(True), replications=60), replicate(desk(False), replications=120)
    for kpi, at_most in (("needs", 0.2), ("abandonment_rate", 0.7), ("occupancy", 0.3)):
        paired = np.var([estimate(pairs.resolved, [tally], kpi).value for tally in pairs.tallies], ddof=1)
        alone = np.var([estimate(runs.resolved, [tally], kpi).value for tally in runs.tallies], ddof=1)
        assert paired / (alone / 2) < at_most, kpi
