"""MSER against series whose answer is known by hand or by construction."""

import numpy as np
import pytest

from sim.kpis.mser import mser


def marginal_standard_error(z: np.ndarray, deleted: int) -> float:
    """White (1997), written out."""
    rest = z[deleted:]
    return float(((rest - rest.mean()) ** 2).sum() / len(rest) ** 2)


def ar_1(rng: np.random.Generator, count: int, start: float, phi: float = 0.7) -> np.ndarray:
    """An AR(1) about 0 with unit innovations that starts far away: its mean decays as start x phi^t."""
    values, last = [], start
    for shock in rng.standard_normal(count):
        last = phi * last + shock
        values.append(last)
    return np.array(values)


def test_a_constant_series_keeps_everything():
    assert mser(np.full(100, 7.25)).deleted == 0
    assert mser(np.full(100, 0.1)).settled  # the rounding of a mean is no variation


def test_a_series_by_hand():
    """Batches 0, 10, 10, 12, 8 ...: without the first, squares per n^2 fall from 0.52 to 0.014."""
    z = np.array([0.0, *[10, 10, 12, 8] * 6])
    found = mser(z, batch=1)
    assert found.deleted == 1
    assert marginal_standard_error(z, 0) == pytest.approx(6 * 8 / 25**2 + (240**2 / 24 - 240**2 / 25) / 25**2)
    assert marginal_standard_error(z, 1) == pytest.approx(6 * 8 / 24**2)


def test_it_is_the_least_marginal_standard_error_of_batch_means():
    series = ar_1(np.random.default_rng(1), 600, start=60.0)
    means = series.reshape(-1, 5).mean(axis=1)
    errors = [marginal_standard_error(means, d) for d in range(len(means) // 2 + 1)]
    assert mser(series).deleted == 5 * int(np.argmin(errors))


def test_a_known_transient_is_deleted_and_little_else():
    """Averaged over 20 replications: 20 x 0.95^t falls below the noise (0.7) after some 65 values."""
    found = []
    for seed in range(20):
        rng = np.random.default_rng(seed)
        averaged = np.mean([ar_1(rng, 2000, start=20.0, phi=0.95) for _ in range(20)], axis=0)
        assert mser(averaged).settled
        found.append(mser(averaged).deleted)
    assert 40 <= np.median(found) <= 110


def test_white_noise_keeps_nearly_everything():
    """20 series of 1,000: the middle one loses less than 2 %."""
    found = [mser(np.random.default_rng(seed).standard_normal(1000)).deleted for seed in range(20)]
    assert np.median(found) <= 20


def test_a_series_that_never_settles_says_so():
    assert not mser(np.r_[np.zeros(150), np.full(50, 9.0)]).settled


def test_a_rhythm_is_no_transient():
    """A week of very different days, without noise: MSER of the plain series cannot see it, by phase it keeps all."""
    week = np.tile([9.0, 5, 4, 4, 3, 1, 0], 8)
    assert mser(week, batch=1, phases=7).deleted == 0
    filling = week.copy()
    filling[:3] = 0.0
    assert mser(filling + 0.01 * np.random.default_rng(0).standard_normal(56), batch=1, phases=7).deleted == 3


def test_too_few_values_are_refused():
    with pytest.raises(ValueError, match="3 batches are too few: at least 4"):
        mser(np.zeros(19))
