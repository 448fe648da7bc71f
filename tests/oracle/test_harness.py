"""The yardstick itself: estimators, windows and the comparison are tried where the answer is known."""

import numpy as np
import pytest
from scipy import stats

from sim.scenario.load import resolve
from tests.oracle.build import daily, exponential, single_queue, with_horizon
from tests.oracle.compare import Expected, compare, compare_all, estimate, pool, seed_of, table, unskewed, z_score
from tests.oracle.harness import BATCHES, Steady, relaxation
from tests.oracle.measure import Windows


def windows(*edges: tuple[int, int]) -> Windows:
    return Windows(np.array([a for a, _ in edges]), np.array([b for _, b in edges]))


def test_ratio_of_sums_by_hand():
    found = estimate((np.array([1.0, 3.0]), np.array([2.0, 4.0])))
    # R = 4/6; residuals (1 - 4/3)/3 and (3 - 8/3)/3 = -1/9 and 1/9, standard deviation sqrt(2)/9, error 1/9
    assert found.value == pytest.approx(2 / 3)
    assert found.error == pytest.approx(1 / 9)
    assert found.batches == 2
    assert found.skewness == pytest.approx(0)


def test_z_of_many_batches_is_student_and_normal():
    assert z_score(2.0, 1.0, 100_000) == pytest.approx(2.0, abs=1e-3)
    # Three batches: t = 4.303 is the 97.5 % point with two degrees of freedom
    assert z_score(-stats.t.ppf(0.975, 2), 1.0, 3) == pytest.approx(-1.959964, abs=1e-6)
    assert z_score(1e6, 1.0, 1000) > 100


def test_interval_covers_as_often_as_it_says():
    generator = np.random.default_rng(20270104)
    inside = 0
    for _ in range(2000):
        y = generator.gamma(4.0, 25.0, 30)
        row = compare("", "", 0.5, (0.5 * y + generator.normal(0, 3, 30), y))
        inside += abs(row.simulated - 0.5) < row.half_width
    assert 0.93 < inside / 2000 < 0.965


def test_skewed_batches_err_about_equally_often_on_both_sides():
    """30 batches of skewness 1.4 (gamma of shape 2): tails of 3.2 % and 1.9 % where the plain t has 4.9 % and 1.0 %."""
    generator = np.random.default_rng(20270105)
    drawn = [generator.gamma(2.0, 0.5, 30) for _ in range(4000)]
    z = np.array([compare("", "", 1.0, (batch, np.ones(30))).z for batch in drawn])
    plain = np.array([(batch.mean() - 1) / (batch.std(ddof=1) / 30**0.5) for batch in drawn])
    limit = stats.t.ppf(0.975, 29)
    assert np.mean(plain < -limit) > 0.04 > np.mean(z < -1.96) > 0.025
    assert np.mean(plain > limit) < 0.0135 < np.mean(z > 1.96) < 0.025


def test_the_correction_for_skewness_by_hand():
    # a = 3 / sqrt(9) = 1: 2 + 4/3 + 8/27 + 1/6
    assert unskewed(2.0, 3.0, 9) == pytest.approx(2 + 4 / 3 + 8 / 27 + 1 / 6)
    assert unskewed(-3.0, 0.0, 30) == -3.0
    rising = [unskewed(t, -2.0, 20) for t in np.linspace(-50, 50, 1001)]
    assert np.all(np.diff(rising) >= 0)


def test_a_wrong_expectation_is_refused():
    generator = np.random.default_rng(1)
    ratio = (generator.normal(10, 1, 400), np.ones(400))
    error = estimate(ratio).error
    assert compare("", "", 10.0, ratio).within
    assert not compare("", "", 10.0 + 6 * error, ratio).within
    assert compare("", "", Expected.noisy(10.0 + 6 * error, 4 * error), ratio).within


def test_shares_that_never_vary():
    none = (np.zeros(40), np.full(40, 1000.0))
    assert compare("", "", 1e-9, none).within  # 4e-5 events were due
    assert not compare("", "", 0.01, none).within  # 400 were


def test_a_measure_without_partner_is_an_error():
    with pytest.raises(KeyError, match="EW_all"):
        compare_all("X", {"EW_all": 1.0}, {})


def test_pool_keeps_batches_apart():
    part = {"m": (np.array([1.0, 2.0]), np.array([1.0, 1.0]))}
    assert pool([part, part])["m"][0].tolist() == [1, 2, 1, 2]


def test_counts_and_integrals_in_windows_by_hand():
    seen = windows((10, 20), (30, 40))
    assert seen.total(np.array([5, 10, 19, 20, 30, 39, 40])).tolist() == [2, 2]
    since, until = np.array([0, 12, 18]), np.array([15, 13, 35])
    assert seen.integral(since, until).tolist() == [5 + 1 + 2, 5]
    assert seen.level_at_end(since, until).tolist() == [1, 0]
    # Two at once from 12 to 13 only; over a limit of one that is 1 ms, over none everything
    assert seen.excess(since, until, 1).tolist() == [1, 0]
    assert seen.excess(since, until, 0).tolist() == [8, 5]


def test_relaxation_times():
    assert relaxation(0.9, 1.0, 1) == pytest.approx(1 / (1 - 0.9**0.5) ** 2)
    assert relaxation(150, 1.0, 100, 0.5) == 2.0
    assert relaxation(0.1, 1.0, 10) == 1.0


def test_heavy_load_gets_longer_batches():
    light, heavy = Steady(0.5, relaxation(0.5, 1, 1)), Steady(0.9, relaxation(0.9, 1, 1))
    assert heavy.batch >= 20 * relaxation(0.9, 1, 1)
    assert light.shape[0] * light.shape[1] >= BATCHES
    assert heavy.shape[0] * heavy.shape[1] >= BATCHES


def test_seeds_are_valid_and_differ():
    names = [f"case {i}" for i in range(100)]
    assert len({seed_of(name) for name in names}) == 100
    assert all(0 <= seed_of(name) < 2**63 for name in names)


def test_documents_are_scenarios():
    resolved = resolve(with_horizon(single_queue(4.2, exponential(0.5), 12, places=5), 480, 60))
    assert resolved.scenario.reasons["calls"].rate == pytest.approx(4.2 * 1440)
    assert resolved.scenario.reasons["calls"].handle.mean == 120_000
    day = resolve(with_horizon(daily([1.0, 2.0], [3, 4], 60, exponential(0.5)), 1440)).scenario
    assert day.reasons["calls"].rate == pytest.approx(180)
    staffing = day.teams["agents"].staffing
    assert staffing is not None
    assert staffing.agents == [3, *[4] * 23]


def test_table_marks_what_is_out():
    rows = [compare("c", "m", value, (np.array([1.0, 2.0, 3.0]), np.ones(3))) for value in (2.0, 1e6)]
    lines = table(rows)
    assert "<<<" not in lines[1]
    assert lines[2].endswith("<<<")
