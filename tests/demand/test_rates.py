"""Expected needs, each figure worked by hand: customers, orders, lags, seasons, profiles, clock changes."""

import copy
from typing import Any

import numpy as np
import pytest

from sim.demand.distributions import spread_law
from sim.demand.draw import draw_tape, expected_needs
from sim.demand.rates import customers_by_day, lag_weights, orders_by_day
from sim.scenario.load import resolve
from sim.scenario.schema.demand import Spread

ONE: dict[str, Any] = {
    "schema": 1,
    "name": "one",
    "horizon": {"start": "2027-01-04", "length": "14 days"},
    "reasons": {"one": {"rate": "480 /day", "channels": {"phone": "100 %"}, "handle": {"mean": "1 min"}}},
    "channels": {"phone": {}},
    "teams": {"team": {"agents": 1, "serves": ["phone"]}},
}


def scenario(reason=None, **blocks):
    document = copy.deepcopy(ONE)
    document.update(blocks)
    if reason is not None:
        document["reasons"]["one"] = {"channels": {"phone": "100 %"}, "handle": {"mean": "1 min"}, **reason}
    return resolve(document)


def needs(reason=None, **blocks):
    return expected_needs(scenario(reason, **blocks))[0]


def test_an_absolute_rate_is_spread_evenly():
    np.testing.assert_allclose(needs(), np.full(14 * 48, 10.0))


def test_the_last_half_hour_counts_as_far_as_it_goes():
    found = needs(horizon={"start": "2027-01-04", "length": "70 min"})
    np.testing.assert_allclose(found, [10, 10, 10 / 3])


def test_customers_join_and_leave_day_by_day():
    resolved = scenario(customers={"active": 1000, "new": "10 /day", "churn": "50 %/year"})
    stays = 0.5 ** (1 / 365.25)
    found = customers_by_day(resolved)
    assert found[0] == 1000
    assert found[1] == pytest.approx(1000 * stays + 10)
    assert found[2] == pytest.approx((1000 * stays + 10) * stays + 10)


def test_needs_per_customer_follow_the_customers_and_neither_growth_nor_season():
    customers = {"active": 1000, "churn": "50 %/year"}
    demand = {"growth": "100 %/year", "season": {"jan": 3}}
    found = needs({"per_customer": "1 /week"}, customers=customers, demand=demand)
    assert found[:48].sum() == pytest.approx(1000 / 7)
    assert found[-48:].sum() == pytest.approx(1000 / 7 * 0.5 ** (13 / 365.25))


def test_orders_grow_and_have_a_season():
    customers = {"active": 1000, "orders": "2 /day"}
    demand = {"growth": "21 %/year", "season": {"jan": 1.5}}
    resolved = scenario({"per_order": 0.1}, customers=customers, demand=demand)
    assert orders_by_day(resolved, 0)[7] == pytest.approx(2000 * 1.5 * 1.21 ** (7 / 365.25))
    found = expected_needs(resolved)[0]
    assert found[:48].sum() == pytest.approx(300)
    assert found[7 * 48 : 8 * 48].sum() == pytest.approx(300 * 1.21 ** (7 / 365.25))


def test_a_reason_can_be_left_out_of_the_season():
    demand = {"season": {"jan": 1.5}}
    assert needs({"rate": "480 /day"}, demand=demand)[0] == pytest.approx(15)
    assert needs({"rate": "480 /day", "seasonal": False}, demand=demand)[0] == pytest.approx(10)
    customers = {"active": 100, "orders": "1 /day"}
    plain = needs({"per_order": 0.48, "seasonal": False}, customers=customers, demand=demand)
    np.testing.assert_allclose(plain, 1.0)


def test_season_is_by_calendar_month_and_changes_at_midnight():
    found = needs(horizon={"start": "2027-01-30", "length": "4 days"}, demand={"season": {"feb": 2}})
    np.testing.assert_allclose(found, np.repeat([10.0, 20.0], 96))


def test_orders_of_the_days_before_come_with_their_own_season():
    """Start on 1 February, lag 3 days: the needs of 1 to 3 February come from January's orders."""
    found = needs(
        {"per_order": 0.48, "lag": "3 days"},
        horizon={"start": "2027-02-01", "length": "5 days"},
        customers={"active": 100, "orders": "1 /day"},
        demand={"season": {"jan": 4}},
    )
    np.testing.assert_allclose(found.reshape(5, 48).sum(axis=1), [192, 192, 192, 48, 48])


@pytest.mark.parametrize(
    "lag",
    [
        {"mean": "3 days"},
        {"mean": "84 h"},
        {"mean": "3 h"},
        {"mean": "9 days", "cv": 0.6},
        {"mean": "2 days", "distribution": "exponential"},
        {"mean": "2 days", "cv": 0.5, "distribution": "uniform"},
    ],
)
def test_the_lag_shifts_needs_by_its_mean(lag):
    spread = Spread.model_validate(lag)
    weights = lag_weights(spread_law(spread))
    assert weights.sum() == pytest.approx(1)
    assert weights @ np.arange(len(weights)) == pytest.approx(spread.mean / 86_400_000, rel=1e-4)


def test_a_lag_of_three_and_a_half_days_is_half_three_and_half_four():
    np.testing.assert_allclose(lag_weights(spread_law(Spread.model_validate({"mean": "84 h"}))), [0, 0, 0, 0.5, 0.5])


def test_growing_orders_reach_the_desk_one_lag_later():
    customers = {"active": 1000, "orders": "1 /day", "new": "100 /day"}
    direct = needs({"per_order": 0.1}, customers=customers).reshape(14, 48).sum(axis=1)
    late = needs({"per_order": 0.1, "lag": "4 days"}, customers=customers).reshape(14, 48).sum(axis=1)
    np.testing.assert_allclose(late[4:], direct[:-4])
    np.testing.assert_allclose(late[:4], direct[0])  # before the horizon there were the first day's customers


def test_inline_profiles_repeat_from_the_first_midnight_with_mean_one():
    found = needs(demand={"week_profile": {"every": "12 h", "weights": [1, 3]}})
    np.testing.assert_allclose(found[:96], np.repeat([5.0, 15.0, 5.0, 15.0], 24))
    found = needs({"rate": "480 /day", "profile": {"every": "30 min", "weights": [0, 0, 6]}})
    np.testing.assert_allclose(found[:6], [0, 0, 30, 0, 0, 30])


def test_a_reason_s_own_profile_replaces_the_common_one():
    common = {"week_profile": {"every": "12 h", "weights": [0, 1]}}
    own = {"rate": "480 /day", "profile": {"every": "12 h", "weights": [1, 0]}}
    assert needs(demand=common)[:24].sum() == 0
    assert needs(own, demand=common)[24:48].sum() == 0


def weekly(tmp_path, weights, **blocks):
    (tmp_path / "week.csv").write_text("".join(f"{weight}\n" for weight in weights))
    document = copy.deepcopy(ONE)
    document["demand"] = {"week_profile": "week.csv"}
    document.update(blocks)
    return expected_needs(resolve(document, tmp_path))[0]


def test_a_week_s_profile_holds_the_day_of_the_week_as_well(tmp_path):
    """Weights 1 on Mondays, 2 on Tuesdays ..: their mean 4 is scaled to 1, so that a week keeps its 7 x 480 needs."""
    found = weekly(tmp_path, np.repeat(np.arange(1, 8), 48))
    np.testing.assert_allclose(found.reshape(14, 48).sum(axis=1), 480 * np.array([1, 2, 3, 4, 5, 6, 7] * 2) / 4)


def test_a_week_in_which_the_clocks_change_has_the_half_hours_that_it_has(tmp_path):
    """In Berlin the night to 28 March 2027 has no 02:00 to 03:00, the night to 31 October has it twice."""
    weights = np.ones(336)
    weights[6 * 48 + 4 : 6 * 48 + 6] = 31  # Sunday, 02:00 to 03:00; the mean is now (334 + 62) / 336
    scale = 10 * 336 / (334 + 62)
    spring = weekly(tmp_path, weights, horizon={"start": "2027-03-22", "length": "167 h", "timezone": "Europe/Berlin"})
    assert spring.sum() == pytest.approx(334 * scale)
    autumn = weekly(tmp_path, weights, horizon={"start": "2027-10-25", "length": "169 h", "timezone": "Europe/Berlin"})
    assert autumn.sum() == pytest.approx((334 + 2 * 62) * scale)
    assert len(autumn) == 338


def test_a_dated_event_changes_its_days_alone():
    event = {"from": "2027-01-06", "until": "2027-01-07", "changes": {"reasons.one.rate": "x 3"}}
    found = needs(demand={"events": {"strike": event}}).reshape(14, 48).sum(axis=1)
    expected = np.full(14, 480.0)
    expected[2:4] *= 3
    np.testing.assert_allclose(found, expected)


def test_expected_needs_count_members_of_groups():
    found = needs({"rate": "480 /day", "batch": {1: "50 %", 3: "50 %"}})
    np.testing.assert_allclose(found, 20.0)


@pytest.mark.slow
def test_drawn_needs_have_the_expected_mean_in_every_half_hour():
    """200 replications of 48 half-hours: z of each, and the chi-square of all (variance equal to the mean)."""
    reason = {"per_order": 0.48, "lag": {"mean": "1 day", "cv": 0.5}}
    profile = {"every": "30 min", "weights": list(range(1, 13))}
    horizon = {"start": "2027-01-04", "length": "24 h"}
    resolved = scenario(
        reason,
        customers={"active": 2000, "orders": "1 /day"},
        demand={"week_profile": profile},
        horizon=horizon,
    )
    mean = expected_needs(resolved)[0]
    counts = np.array([np.bincount(draw_tape(resolved, 1, k).need_ms // 1_800_000, minlength=48) for k in range(200)])
    z = (counts.mean(axis=0) - mean) / np.sqrt(mean / 200)
    assert np.abs(z).max() < 4.2
    dispersion = ((counts - mean) ** 2 / mean).sum()  # chi-square with 9600 degrees of freedom
    assert abs(dispersion - 9600) < 3.5 * np.sqrt(2 * 9600)
