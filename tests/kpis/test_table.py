"""Intervals over replications, ratios of sums, no data, and the form of the table."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sim.kpis import KPIS, estimate, interval, kpi_table, tally
from sim.kpis.table import along_months
from sim.replicate import replicate
from sim.scenario.load import resolve
from tests.kpis.conftest import DOCUMENT, small_day

COLUMNS = ["scenario", "month", "channel", "reason", "team", "kpi", "value", "low", "high", "unit", "n"]


def test_a_ratio_is_a_ratio_of_sums_with_the_linearised_interval():
    # tops 1 4 4, bottoms 10 20 10: R = 9/40 = .225 (the mean of ratios would be .233); residuals -1.25 -.5 1.75,
    # squares 1.5625 + .25 + 3.0625 = 4.875; variance 4.875 x 3/2 / 40^2 = .0045703; t(2, 97.5 %) = 4.302653
    value, half, n = interval.ratio(np.array([1.0, 4.0, 4.0]), np.array([10.0, 20.0, 10.0]), 0.95)
    assert value == pytest.approx(0.225)
    assert half == pytest.approx(4.302653 * math.sqrt(4.875 * 1.5 / 1600), rel=1e-6)
    assert n == 40


def test_a_mean_has_the_usual_student_interval():
    # 3 5 10: mean 6, s^2 = (9 + 1 + 16)/2 = 13
    value, half, _ = interval.ratio(np.array([3.0, 5.0, 10.0]), np.ones(3), 0.9)
    assert value == 6
    assert half == pytest.approx(stats.t.ppf(0.95, 2) * math.sqrt(13 / 3))


def test_no_data_is_nan_and_one_replication_has_no_interval():
    value, half, n = interval.ratio(np.zeros((3, 1)), np.zeros((3, 1)), 0.95)
    assert math.isnan(value[0])
    assert math.isnan(half[0])
    assert n[0] == 0
    value, half, _ = interval.ratio(np.array([1.0]), np.array([2.0]), 0.95)
    assert value == 0.5
    assert math.isnan(half)


@pytest.mark.slow
def test_the_interval_covers_the_truth_as_often_as_it_says():
    # 2000 experiments of 10 replications: binomial successes out of a Poisson number of trials, true share 0.3
    rng = np.random.default_rng(20270104)
    trials = rng.poisson(200, size=(10, 2000))
    value, half, _ = interval.ratio(rng.binomial(trials, 0.3).astype(float), trials.astype(float), 0.95)
    covered = np.mean(np.abs(value - 0.3) <= half)
    assert abs(covered - 0.95) < 3.5 * math.sqrt(0.95 * 0.05 / 2000)


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 50)), min_size=2, max_size=8), st.floats(0.1, 10))
def test_intervals_do_not_depend_on_units(pairs, factor):
    top, bottom = np.array(pairs, dtype=float).T
    value, half, _ = interval.ratio(top, bottom, 0.95)
    scaled, wide, _ = interval.ratio(top * factor, bottom, 0.95)
    assert scaled == pytest.approx(value * factor)
    assert wide == pytest.approx(half * factor, abs=1e-9)


@pytest.fixture(scope="module")
def two(day):
    """The small day twice, as two replications."""
    other = small_day()
    return day.resolved, [tally(d.resolved, d.tape, d.roster, d.outcomes) for d in (day, other)]


def test_the_table_is_long_and_has_one_row_a_place(two):
    resolved, tallies = two
    table = kpi_table(resolved, tallies)
    assert list(table.columns) == COLUMNS
    assert not table.duplicated(COLUMNS[:6]).any()
    assert set(table.kpi) == set(KPIS)
    assert (table.scenario == "by_hand").all()
    assert set(table.month) == {"2027-01", "all"}
    # in total by channel and reason; in a month by one of them
    total = table[(table.month == "all") & (table.kpi == "offered")]
    month = table[(table.month == "2027-01") & (table.kpi == "offered")]
    assert len(total) == 4 * 3
    assert len(month) == 4 + 3 - 1
    assert total.set_index(["channel", "reason"]).loc[("email", "technical"), "value"] == 2


def test_the_table_says_no_data_and_never_zero(two):
    table = kpi_table(*two)
    empty = table[table.n == 0]
    assert len(empty) > 0
    assert empty.value.isna().all()
    assert table[table.n > 0].value.notna().mean() > 0.95  # all but quantiles that were not reached
    never = table[(table.kpi == "abandonment_rate") & (table.channel == "chat") & (table.reason == "technical")]
    assert never.value.isna().all()


def test_equal_replications_have_intervals_without_width(two):
    resolved, tallies = two
    found = estimate(resolved, tallies, "service_level", channel="phone")
    assert (found.value, found.low, found.high, found.n) == pytest.approx((6 / 13, 6 / 13, 6 / 13, 26))
    assert found.half_width == 0
    assert estimate(resolved, tallies, "wait_p90").low == pytest.approx(estimate(resolved, tallies, "wait_p90").high)


def test_kpis_that_a_scenario_cannot_have_are_left_out():
    plain = {key: DOCUMENT[key] for key in ("schema", "name", "horizon")} | {
        "reasons": {"order": {"rate": "1 /h", "channels": {"phone": "100 %"}, "handle": "4 min"}},
        "channels": {"phone": {}},
        "teams": {"front": {"agents": 1, "serves": ["phone"]}},
    }
    resolved = resolve(plain)
    from tests.kpis.hand import Hand

    h = Hand(resolved)
    table = kpi_table(resolved, [tally(resolved, h.tape(), h.roster(), h.outcomes())])
    assert not set(table.kpi) & {"service_level", "containment", "deflection", "concurrency", "chasers", "blocked"}
    assert {"offered", "occupancy", "csat"} <= set(table.kpi)


def test_channels_without_a_target_have_no_service_level():
    email = {key: value for key, value in DOCUMENT["channels"]["email"].items() if key != "target"}
    d = small_day(DOCUMENT | {"channels": DOCUMENT["channels"] | {"email": email}})
    table = kpi_table(d.resolved, [tally(d.resolved, d.tape, d.roster, d.outcomes)])
    rows = table[(table.kpi == "service_level") & (table.month == "all") & (table.reason == "all")]
    assert set(rows.channel) == {"phone", "chat", "all"}
    assert rows.set_index("channel").loc["all", "value"] == pytest.approx((6 + 2) / (13 + 3))


def test_half_hours_and_days_add_up_to_the_total(two):
    resolved, tallies = two
    weekly = kpi_table(resolved, tallies, by="half_hour")
    assert list(weekly.columns) == ["half_hour" if name == "month" else name for name in COLUMNS]
    offered = weekly[(weekly.kpi == "offered") & (weekly.channel == "all")].set_index("half_hour").value
    assert len(offered) == 20  # ten hours of one Monday
    # 60-90 min: 10 calls less the one at 30, with t3's retry at 70
    assert offered["mon 01:00"] == 10
    assert offered.sum() == 22
    daily = kpi_table(resolved, tallies, by="day")
    one = daily[(daily.kpi == "offered") & (daily.channel == "phone")].set_index("day").value
    assert one.to_dict() == {"2027-01-04": 14, "all": 14}
    duty = weekly[(weekly.kpi == "agents_on_duty") & (weekly.team == "all")].set_index("half_hour").value
    assert duty["mon 01:00"] == 3
    assert duty["mon 06:00"] == 1


def test_counts_by_half_hour_are_means_over_the_weeks():
    document = DOCUMENT | {"horizon": {"start": "2027-01-04", "length": "14 day"}}
    d = small_day(document)
    weekly = kpi_table(d.resolved, [tally(d.resolved, d.tape, d.roster, d.outcomes)], by="half_hour")
    offered = weekly[(weekly.kpi == "offered") & (weekly.channel == "all")].set_index("half_hour")
    assert offered.loc["mon 01:00", "value"] == 10 / 2
    assert offered.loc["mon 01:00", "n"] == 2


@pytest.mark.parametrize(
    ("kpi", "where", "words"),
    [
        ("csat", {"team": "front"}, "not known by team"),
        ("occupancy", {"channel": "phone"}, "not known by channel"),
        ("queue_length", {"reason": "order"}, "not known by reason"),
        ("wait_p90", {"reason": "order"}, "not known by reason"),
        ("offered", {"channel": "fax"}, "phone, chat, email"),
        ("offered", {"month": "2031-01"}, "2027-01"),
    ],
)
def test_places_that_do_not_exist_are_refused(two, kpi, where, words):
    with pytest.raises(KeyError, match=words):
        estimate(two[0], two[1], kpi, **where)


def test_the_only_reason_is_everything():
    """Tables have one row for both; asking by the reason's name is asking for it."""
    document = {
        "schema": 1, "name": "one", "horizon": {"start": "2027-01-04", "length": "5 days"},
        "reasons": {"call": {"rate": "10 /h", "channels": {"phone": "100 %"}, "handle": "4 min"}},
        "channels": {"phone": {}}, "teams": {"desk": {"agents": 2, "serves": ["phone"]}},
    }  # fmt: skip
    resolved = resolve(document)
    tallies = replicate(resolved, seed=1, replications=2).tallies
    asked = along_months(resolved, tallies, "contacts", reason="call")
    for one, everything in zip(asked, along_months(resolved, tallies, "contacts"), strict=True):
        np.testing.assert_array_equal(one, everything)
