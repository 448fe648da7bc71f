"""Keyed Poisson counts: exact quantiles, nested in the mean; times, groups and order of the tickets."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sim.demand.arrivals import draw_arrivals, poisson_quantile, time_order
from sim.demand.keys import replication_key
from tests.demand.stories import tape_of


@pytest.mark.parametrize("mean", [1e-9, 0.3, 4.0, 17.5, 63.9, 64.0])
def test_counts_are_exact_poisson_quantiles(mean):
    u = np.concatenate([(np.arange(5000) + 0.5) / 5000, [2.0**-53, 1e-12, 1 - 1e-12]])
    np.testing.assert_array_equal(poisson_quantile(u, np.full(len(u), mean)), stats.poisson(mean).ppf(u))


def test_counts_of_mixed_means_are_those_of_each_alone():
    means = np.array([0.1, 64.0, 3.0, 0.0, 40.0] * 400)
    u = (np.arange(2000) + 0.5) / 2000
    expected = np.where(means > 0, stats.poisson(np.maximum(means, 1e-12)).ppf(u), 0)
    np.testing.assert_array_equal(poisson_quantile(u, means), expected)


@given(st.floats(0, 64), st.floats(0, 64), st.integers(1, 2**53 - 1))
def test_a_higher_mean_never_gives_a_lower_count(one, other, u):
    low, high = poisson_quantile(np.full(2, u * 2.0**-53), np.array(sorted((one, other))))
    assert low <= high


def arrivals(mass, replication=0, reasons=("a",), end_ms=2**60):
    mass = np.atleast_2d(np.asarray(mass, dtype=float))
    none = (np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64))
    batches = [[none] * len(mass)]
    regime = np.zeros(mass.shape[1], dtype=np.int64)
    return draw_arrivals(mass, list(reasons), batches, regime, replication_key(0, replication), end_ms)


@pytest.mark.parametrize("mean", [3.0, 64.0, 100.0, 1000.0])
def test_large_half_hours_are_poisson_too(mean):
    """Chunks of 64 add up: mean, variance and distribution over 5000 half-hours."""
    found = np.bincount(arrivals(np.full(5000, mean)).slot, minlength=5000)
    assert abs(found.mean() - mean) < 3.5 * np.sqrt(mean / 5000)
    assert abs(found.var() / mean - 1) < 3.5 * np.sqrt(2 / 5000)
    edges = stats.poisson(mean).ppf(np.linspace(0.1, 0.9, 9))
    observed = np.histogram(found, np.concatenate([[-1], np.unique(edges), [10**6]]) + 0.5)[0]
    expected = np.diff(np.concatenate([[0], stats.poisson(mean).cdf(np.unique(edges)), [1]])) * 5000
    assert stats.chisquare(observed, expected).pvalue > 1e-3


@given(st.floats(0.1, 500), st.floats(0.1, 1))
def test_tickets_are_nested_in_the_mean_across_chunks(mean, factor):
    more, fewer = (set(arrivals([value]).identity) for value in (mean, mean * factor))
    assert fewer <= more


def test_needs_are_uniform_within_the_half_hour_and_independent():
    found = arrivals(np.full(400, 300.0))
    within = found.need_ms % 1_800_000 / 1_800_000
    assert stats.kstest(within, "uniform").pvalue > 1e-3
    gaps = np.diff(found.need_ms)
    assert stats.kstest(gaps / gaps.mean(), "expon").pvalue > 1e-4
    assert stats.kstest(found.channel_u / 2**32, "uniform").pvalue > 1e-3
    assert abs(np.corrcoef(within, found.channel_u)[0, 1]) * np.sqrt(len(within)) < 3.5


def test_no_two_tickets_share_a_name():
    found = arrivals(np.full((3, 2000), 70.0), reasons=("a", "b", "c"))
    assert len(np.unique(found.identity)) == len(found.identity) > 400_000


def test_the_end_cuts_and_keeps_the_rest():
    whole, cut = arrivals([50.0, 50.0]), arrivals([50.0, 50.0], end_ms=2_400_000)
    keep = whole.need_ms < 2_400_000
    np.testing.assert_array_equal(whole.identity[keep], cut.identity)


def test_no_needs_at_all():
    assert len(arrivals(np.zeros(5)).identity) == 0


@given(st.lists(st.integers(0, 2**44), max_size=40))
def test_time_order_is_a_stable_sort(times):
    times = np.array(times, dtype=np.int64)
    np.testing.assert_array_equal(time_order(times), np.argsort(times, kind="stable"))


def test_times_too_large_to_pack_are_sorted_as_well():
    times = np.array([2**62, 5, 2**62, 1])
    np.testing.assert_array_equal(time_order(times), [3, 1, 0, 2])


def test_groups_have_their_declared_sizes_and_one_time():
    document = {
        "schema": 1,
        "name": "groups",
        "horizon": {"start": "2027-01-04", "length": "40 days"},
        "reasons": {
            "one": {
                "rate": "500 /day",
                "batch": {1: "60 %", 2: "30 %", 4: "10 %"},
                "channels": {"phone": "50 %", "chat": "50 %"},
                "handle": {"mean": "1 min", "cv": 1},
            }
        },
        "channels": {"phone": {}, "chat": {}},
        "teams": {"team": {"agents": 1, "serves": ["phone", "chat"]}},
    }
    tape = tape_of(document)
    _, sizes = np.unique(tape.need_ms, return_counts=True)  # two groups in one ms are rare
    observed = np.array([(sizes == size).sum() for size in (1, 2, 4)])
    assert stats.chisquare(observed, observed.sum() * np.array([0.6, 0.3, 0.1])).pvalue > 1e-3
    assert abs(tape.tickets - 20_000 * 1.6) < 4 * np.sqrt(20_000 * (0.6 + 1.2 + 1.6))
    pairs = np.flatnonzero(np.diff(tape.need_ms) == 0)
    agree = (tape.channel[pairs] == tape.channel[pairs + 1]).mean()  # members choose for themselves
    assert abs(agree - 0.5) < 4 * 0.5 / np.sqrt(len(pairs))
    assert abs(np.corrcoef(tape.work_ms[0, pairs], tape.work_ms[0, pairs + 1])[0, 1]) * np.sqrt(len(pairs)) < 4
