"""When contacts arrive: hours, profile and the days' own variation."""

import numpy as np
import pytest

from sim.calibrate.arrivals import fit_busyness, fit_profile, infer_opening, own_shape, recorded_days
from sim.scenario.calendar import parse_opening

WEEKDAY = np.arange(70) % 7


def mean_week() -> np.ndarray:
    """(7, 48) contacts: weekdays 08:00 to 18:00, Saturday 09:00 to 12:00."""
    mean = np.zeros((7, 48))
    mean[:5, 16:36] = 20 + 10 * np.sin(np.linspace(0, np.pi, 20))
    mean[5, 18:24] = 8
    return mean


def drawn(rng: np.random.Generator, factor: np.ndarray | float = 1.0) -> np.ndarray:
    """(70, 48) Poisson counts of ten weeks."""
    return rng.poisson(mean_week()[WEEKDAY] * np.broadcast_to(np.asarray(factor, dtype=float), 70)[:, None])


def test_opening_hours_are_found():
    opening = infer_opening(drawn(np.random.default_rng(1)), WEEKDAY)
    assert opening.hours == ["mon-fri 08:00-18:00", "sat 09:00-12:00"]
    assert opening.outside_share == 0
    for text in opening.hours:
        parse_opening(text)


def test_a_stray_call_at_night_does_not_open_the_centre():
    count = drawn(np.random.default_rng(1))
    count[3, 6] += 2
    opening = infer_opening(count, WEEKDAY)
    assert opening.hours == ["mon-fri 08:00-18:00", "sat 09:00-12:00"]
    assert opening.outside_share == pytest.approx(2 / count.sum())


def test_a_long_lunch_is_a_closing_and_a_short_lull_is_not():
    mean = np.zeros((7, 48))
    mean[:5, 16:24] = mean[:5, 28:36] = 20
    count = np.random.default_rng(2).poisson(mean[WEEKDAY])
    assert infer_opening(count, WEEKDAY).hours == ["mon-fri 08:00-12:00", "mon-fri 14:00-18:00"]
    mean[:5, 24:26] = 20
    count = np.random.default_rng(2).poisson(mean[WEEKDAY])
    assert infer_opening(count, WEEKDAY).hours == ["mon-fri 08:00-18:00"]


def test_round_the_clock_is_always():
    assert infer_opening(np.random.default_rng(2).poisson(30, (70, 48)), WEEKDAY).hours == ["always"]


def test_the_profile_keeps_totals_and_stays_zero_when_closed():
    count = drawn(np.random.default_rng(3))
    opened = infer_opening(count, WEEKDAY).open
    profile = fit_profile(count, WEEKDAY, opened)
    assert profile.per_day == pytest.approx(count.sum() / 70)
    assert (profile.mean[~opened] == 0).all()
    assert np.abs(profile.mean - mean_week())[opened].max() < 3.5 * np.sqrt(30 / 10)
    assert profile.smoothed_share < 0.1


def test_sparse_half_hours_are_smoothed_and_come_nearer_the_truth():
    rng = np.random.default_rng(4)
    truth = mean_week() / 40
    count = rng.poisson(truth[WEEKDAY])
    opened = mean_week() > 0
    profile = fit_profile(count, WEEKDAY, opened)
    raw = np.array([count[w == WEEKDAY].mean(axis=0) for w in range(7)])
    assert ((profile.mean - truth) ** 2).sum() < 0.8 * ((raw - truth) ** 2).sum()
    assert profile.smoothed_share > 0.3


def test_a_day_that_the_export_lost_does_not_thin_the_week():
    count = drawn(np.random.default_rng(5))
    thinned = count.copy()
    thinned[14] = 0
    assert list(np.flatnonzero(~recorded_days(thinned, WEEKDAY))) == [14]
    opened = mean_week() > 0
    assert fit_profile(thinned, WEEKDAY, opened).mean[0].sum() == pytest.approx(
        np.delete(count[WEEKDAY == 0], 2, axis=0).sum() / 9
    )


@pytest.mark.parametrize("cv", [0.1, 0.25])
def test_overdispersion_is_recovered_with_its_error(cv):
    rng = np.random.default_rng(6)
    fits = []
    for _ in range(30):
        factor = rng.gamma(1 / cv**2, cv**2, 70)
        fits.append(fit_busyness(drawn(rng, factor), WEEKDAY))
    assert np.mean([f.cv for f in fits]) == pytest.approx(cv, rel=0.1)
    hits = sum(abs(f.cv - cv) < 1.96 * f.cv_se for f in fits)
    assert hits >= 25
    assert abs(np.mean([f.correlation for f in fits])) < 0.15


def test_correlation_from_day_to_day_is_recovered():
    rng = np.random.default_rng(7)
    found = []
    for _ in range(20):
        score = np.empty(70)
        score[0] = rng.normal()
        for day in range(1, 70):
            score[day] = 0.6 * score[day - 1] + 0.8 * rng.normal()
        found.append(fit_busyness(drawn(rng, np.exp(0.2 * score - 0.02)), WEEKDAY).correlation)
    assert np.mean(found) == pytest.approx(0.6, abs=0.15)


def test_poisson_days_show_no_overdispersion_beyond_its_error():
    rng = np.random.default_rng(8)
    fits = [fit_busyness(drawn(rng), WEEKDAY) for _ in range(20)]
    assert np.mean([f.cv for f in fits]) < 0.02


def test_a_reason_gets_its_own_week_only_where_its_shape_differs():
    rng = np.random.default_rng(9)
    same, other = rng.poisson(mean_week()[WEEKDAY] / 4), np.zeros((70, 48), dtype=int)
    other[:, 16:20] = rng.poisson(np.where(WEEKDAY < 5, 12, 0)[:, None], (70, 4))
    everyone = drawn(rng) + same
    assert not own_shape(same, everyone, WEEKDAY)
    assert own_shape(other, everyone + other, WEEKDAY)
    assert not own_shape(other[:20], everyone[:20] + other[:20], WEEKDAY[:20])  # too few to tell
