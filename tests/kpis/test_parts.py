"""Time covered by stretches and quantiles on the grid, against brute force."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.kpis import quantiles
from sim.kpis.spans import Cuts, covered_ms, open_time_ms

stretch = st.tuples(st.integers(-50, 200), st.integers(0, 60)).map(lambda p: (p[0], p[0] + p[1]))


@given(st.lists(stretch, max_size=12), st.lists(st.integers(-20, 220), min_size=2, max_size=6, unique=True))
def test_covered_time_is_the_sum_of_overlaps(stretches, edges):
    edges = sorted(edges)
    begin = np.array([a for a, _ in stretches], dtype=np.int64)
    end = np.array([b for _, b in stretches], dtype=np.int64)
    brute = [sum(max(0, min(b, high) - max(a, low)) for a, b in stretches) for low, high in pairwise(edges)]
    assert covered_ms(begin, end, np.array(edges)).tolist() == brute


@given(
    st.lists(st.integers(-50, 500), min_size=1, max_size=12, unique=True),
    st.lists(st.integers(-100, 600), max_size=40),
    st.sampled_from([1, 2, 7, 64, 10_000]),
)
def test_the_guide_finds_the_same_edge_as_a_search(edges, moments, step):
    edges, moments = np.array(sorted(edges), dtype=np.int64), np.array(moments, dtype=np.int64)
    found = Cuts.of(edges, step).place(moments)
    assert found.tolist() == (np.searchsorted(edges, moments, side="right") - 1).tolist()


def test_covered_time_keeps_groups_apart_and_leaves_nobody_out():
    cuts = Cuts.of(np.array([0, 10, 20]))
    group, begin, end = np.array([0, 1, -1, 1]), np.array([-5, 5, 0, 15]), np.array([12, 8, 20, 40])
    assert cuts.covered(group, 2, begin, end).tolist() == [[10, 3], [2, 5]]


def test_every_figure_lies_in_the_bin_whose_edges_enclose_it():
    edges = quantiles.EDGES_MS[2:-1]
    figures = np.concatenate(
        [np.arange(3000), edges, np.nextafter(edges, 0), np.floor(edges), np.ceil(edges), [0.3, 127.99, 1e12, 1e300]]
    )
    bins = quantiles.bin_of(figures)
    assert (bins[figures == 0] == 0).all()
    some = figures > 0
    assert (quantiles.EDGES_MS[bins[some]] <= figures[some]).all()
    assert (figures[some] < quantiles.EDGES_MS[bins[some] + 1]).all()


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(-5, 10**13), st.booleans()), max_size=50))
def test_a_histogram_counts_each_length_in_its_bin(rows):
    case, lasted, where = (
        np.array([k for k, _, _ in rows], int),
        np.array([f for _, f, _ in rows], int),
        [True, False, True],
    )
    piece, channel = case % 2, np.array([int(second) for _, _, second in rows], int)
    shape = (2, 2, quantiles.BINS)
    found = quantiles.histogram(case, np.array(where), piece, np.array([1, 0]), channel, lasted, shape)
    brute = np.zeros(shape, dtype=np.int32)
    for k, figure, second in rows:
        if where[k]:
            brute[1 - k % 2, int(second), quantiles.bin_of(np.array([max(figure, 0)]))[0]] += 1
    assert (found == brute).all()


def test_open_time_counts_opening_hours_only():
    hours = np.array([[10, 20], [30, 40]])
    begin, end = np.array([0, 15, 22, 35, 50]), np.array([5, 35, 28, 100, 60])
    assert open_time_ms(hours, begin, end).tolist() == [0, 5 + 5, 0, 5, 0]
    assert open_time_ms(np.zeros((0, 2), dtype=np.int64), begin, end).tolist() == [0] * 5


@given(st.lists(st.integers(0, 5_000_000), min_size=1, max_size=200), st.floats(0.01, 1))
def test_quantiles_are_within_a_bin_of_the_sample(figures, share):
    sample = np.sort(np.array(figures))
    counts = np.bincount(quantiles.bin_of(sample), minlength=quantiles.BINS)
    found = float(quantiles.quantile(quantiles.cumulative(counts), share))
    exact = sample[max(0, int(np.ceil(share * len(sample) - 1e-9)) - 1)]
    assert found <= max(exact * 2 ** (1 / 16), 128)
    assert found >= (exact / 2 ** (1 / 16) if exact >= 128 else 0)


def test_the_median_of_an_exponential_is_ln_2_of_its_mean():
    # 100 000 evenly spread quantiles of an exponential with mean 60 s: median 41.589 s, 90 % 138.155 s
    u = (np.arange(100_000) + 0.5) / 100_000
    counts = np.bincount(quantiles.bin_of(np.rint(-60_000 * np.log(u)).astype(np.int64)), minlength=quantiles.BINS)
    share = quantiles.cumulative(counts)
    assert float(quantiles.quantile(share, 0.5)) == pytest.approx(41_589, rel=0.002)
    assert float(quantiles.quantile(share, 0.9)) == pytest.approx(138_155, rel=0.002)


def test_censored_figures_leave_the_risk_set():
    # 1 s, 10 s (censored), 100 s, 1000 s (censored): S = 3/4 after 1 s, x 1/2 after 100 s = 3/8, then never known
    happened, censored = np.zeros(quantiles.BINS), np.zeros(quantiles.BINS)
    np.add.at(happened, quantiles.bin_of(np.array([1_000, 100_000])), 1)
    np.add.at(censored, quantiles.bin_of(np.array([10_000, 1_000_000])), 1)
    share = quantiles.cumulative(happened, censored)
    assert share[-1] == pytest.approx(5 / 8)
    assert float(quantiles.quantile(share, 0.6)) == pytest.approx(100_000, rel=0.05)
    assert np.isnan(quantiles.quantile(share, 0.7))


def test_nothing_has_no_quantile_and_zeros_have_zero():
    assert np.isnan(quantiles.quantile(quantiles.cumulative(np.zeros(quantiles.BINS)), 0.5))
    zeros = np.bincount(quantiles.bin_of(np.zeros(5)), minlength=quantiles.BINS)
    assert float(quantiles.quantile(quantiles.cumulative(zeros), 0.9)) == 0
