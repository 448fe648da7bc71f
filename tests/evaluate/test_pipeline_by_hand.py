"""Twenty-four months of a workforce worked by hand, to the cent (semantics 6.3, 8.3; issue 4, shown by 4).

Ten agents work 8 h on every day of the week at 20 EUR/h and 25 % on-cost: 25 EUR an hour, 200 EUR a day.

* Hires: four are decided in March 2027. Lead 44 days: they join on 14 April. Training 14 days: they serve from the
  28th.
* Leavers: 2 % of those who serve on the first of a month, summed up; somebody leaves at the end of the month in which
  the sum passes a whole number. They say so 30 days before, and a successor is found in 44: who joins on the 15th of
  the month after, is trained for 14 days, and serves from the 29th.
* Two posts are cut by a decision of June 2028 with two months' notice: gone on 1 August.
* In December 2027 shifts are 10 % longer: 48 min a day at 125 %.

    month    serve on the 1st   sum of 2 %      who leaves     who comes
    2027-01        10              0.20
    2027-02        10              0.40
    2027-03        10              0.60
    2027-04        10              0.80                        4 join on the 14th, serve from the 28th
    2027-05        14              1.08          first
    2027-06        13              1.34                        1 joins on the 15th, serves from the 29th
    2027-07        14              1.62
    2027-08        14              1.90
    2027-09        14              2.18          second
    2027-10        13              2.44                        1 joins on the 15th, serves from the 29th
    2027-11        14              2.72
    2027-12        14              3.00          third
    2028-01        13              3.26                        1 joins on the 15th, serves from the 29th
    2028-02        14              3.54
    2028-03        14              3.82
    2028-04        14              4.10          fourth
    2028-05        13              4.36                        1 joins on the 15th, serves from the 29th
    2028-06        14              4.64
    2028-07        14              4.92          2 dismissed
    2028-08        12              5.16          fifth
    2028-09        11              5.38                        1 joins on the 15th, serves from the 29th
    2028-10        12              5.62
    2028-11        12              5.86
    2028-12        12              6.10          sixth
"""

from typing import NamedTuple

import pytest

from evaluate.cashflow import cash_flows
from sim.engine.headcount import headcount
from sim.replicate import replicate
from sim.scenario.load import resolve

DAY, FULL, OVER = 200.0, 25.0, 25.0 * 1.25  # EUR for a day, an hour, an hour of overtime


class Month(NamedTuple):
    """One month by hand; a day is one agent's."""

    service_days: int
    training_days: int
    mean_heads: float
    joined: int
    left: int
    dismissed: int


BY_HAND = {
    "2027-01": Month(10 * 31, 0, 10, 0, 0, 0),
    "2027-02": Month(10 * 28, 0, 10, 0, 0, 0),
    "2027-03": Month(10 * 31, 0, 10, 0, 0, 0),
    "2027-04": Month(10 * 30 + 4 * 3, 4 * 14, 10 + 4 * 17 / 30, 4, 0, 0),
    "2027-05": Month(14 * 31, 0, 14, 0, 1, 0),
    "2027-06": Month(13 * 30 + 2, 14, 13 + 16 / 30, 1, 0, 0),
    "2027-07": Month(14 * 31, 0, 14, 0, 0, 0),
    "2027-08": Month(14 * 31, 0, 14, 0, 0, 0),
    "2027-09": Month(14 * 30, 0, 14, 0, 1, 0),
    "2027-10": Month(13 * 31 + 3, 14, 13 + 17 / 31, 1, 0, 0),
    "2027-11": Month(14 * 30, 0, 14, 0, 0, 0),
    "2027-12": Month(14 * 31, 0, 14, 0, 1, 0),
    "2028-01": Month(13 * 31 + 3, 14, 13 + 17 / 31, 1, 0, 0),
    "2028-02": Month(14 * 29, 0, 14, 0, 0, 0),
    "2028-03": Month(14 * 31, 0, 14, 0, 0, 0),
    "2028-04": Month(14 * 30, 0, 14, 0, 1, 0),
    "2028-05": Month(13 * 31 + 3, 14, 13 + 17 / 31, 1, 0, 0),
    "2028-06": Month(14 * 30, 0, 14, 0, 0, 0),
    "2028-07": Month(14 * 31, 0, 14, 0, 0, 2),
    "2028-08": Month(12 * 31, 0, 12, 0, 1, 0),
    "2028-09": Month(11 * 30 + 2, 14, 11 + 16 / 30, 1, 0, 0),
    "2028-10": Month(12 * 31, 0, 12, 0, 0, 0),
    "2028-11": Month(12 * 30, 0, 12, 0, 0, 0),
    "2028-12": Month(12 * 31, 0, 12, 0, 1, 0),
}

WORLD = {
    "schema": 1,
    "name": "by_hand",
    "horizon": {"start": "2027-01-01", "months": 24, "timezone": "UTC"},
    # all needs come before noon and take a minute, so that nobody has to stay on
    "demand": {"week_profile": {"every": "1 h", "weights": [0] * 9 + [1, 1] + [0] * 13}},
    "reasons": {"help": {"rate": "20 /day", "channels": {"phone": "100 %"}, "handle": "1 min"}},
    "channels": {"phone": {}},
    "teams": {
        "desk": {
            "agents": 10,
            "serves": ["phone"],
            "shifts": {"day": {"days": "mon-sun", "hours": "09:00-17:00"}},
            "wage": "20 EUR/h",
            "on_cost": "25 %",
            "overhead": "10 %",
            "per_agent": "300 EUR/month",
            "hire": {
                "cost": "3000 EUR",
                "lead": "44 days",
                "training": "14 days",
                "ramp": "60 days",
                "start_speed": "60 %",
                "start_quality": "80 %",
            },
            "attrition": {"base": "2 %/month", "replace": "after_leaving", "notice": "30 days", "cost": "500 EUR"},
            "dismissal": {"notice": "2 months", "cost": "4000 EUR"},
            "overtime": {"premium": "25 %"},
        }
    },
    "decisions": {
        "hires": {"desk": {"2027-03": 4}},
        "leaves": {"desk": {"2028-06": 2}},
        "overtime": {"desk": {"2027-12": "10 %"}},
    },
}


@pytest.fixture(scope="module")
def resolved():
    return resolve(WORLD)


@pytest.fixture(scope="module")
def flows(resolved):
    return cash_flows(resolved, replicate(resolved, seed=1, replications=1).usage)


def monthly(flows, category):
    rows = flows[flows["category"] == category].set_index("month")["amount"]
    return {month: round(-rows.get(month, 0.0), 2) + 0.0 for month in BY_HAND}


def by_hand(cost):
    return {label: round(cost(month) + 0.0, 2) for label, month in BY_HAND.items()}


def test_wages_are_paid_for_days_of_service(flows):
    assert monthly(flows, "wages") == by_hand(lambda month: month.service_days * DAY)


def test_training_is_paid_from_joining_to_the_first_contact(flows):
    assert monthly(flows, "training") == by_hand(lambda month: month.training_days * DAY)


def test_overtime_is_forty_eight_minutes_of_each_shift_in_december(flows):
    december = BY_HAND["2027-12"]
    assert monthly(flows, "overtime") == by_hand(lambda month: 14 * 31 * 0.8 * OVER if month is december else 0.0)


def test_overhead_is_ten_percent_of_both(flows):
    assert monthly(flows, "overhead") == by_hand(lambda month: 0.1 * (month.service_days + month.training_days) * DAY)


def test_workplaces_are_paid_for_mean_heads(flows):
    assert monthly(flows, "workplaces") == by_hand(lambda month: month.mean_heads * 300)


def test_hiring_is_paid_when_they_join(flows):
    assert monthly(flows, "hiring") == by_hand(lambda month: month.joined * 3000)


def test_leaving_and_severance_are_paid_when_they_go(flows):
    assert monthly(flows, "leaving") == by_hand(lambda month: month.left * 500 + month.dismissed * 4000)


def test_nothing_else_is_paid_and_the_sum_is_right(flows):
    days = sum(month.service_days + month.training_days for month in BY_HAND.values())
    heads = sum(month.mean_heads for month in BY_HAND.values())
    # 9 joiners, 6 leavers, 2 dismissed; 434 days of 48 min
    total = 1.1 * days * DAY + heads * 300 + 9 * 3000 + 6 * 500 + 2 * 4000 + 434 * 0.8 * OVER
    assert round(-flows["amount"].sum(), 2) == round(total, 2)


def test_heads_of_every_month(resolved):
    rows = {row.month: row for row in headcount(resolved)}
    end = 10
    for label, month in BY_HAND.items():
        row = rows[label]
        assert row.heads_start == end
        joined = row.hired + row.successors
        assert (joined, row.resigned, row.dismissed, row.changed) == (month.joined, month.left, month.dismissed, 0)
        end += month.joined - month.left - month.dismissed
        assert row.heads_end == end
        assert row.in_training == pytest.approx(month.training_days / days_in(label))
    assert end == 11  # the sixth has left and is not replaced before the end


def test_the_ramp_of_may_2027(resolved):
    may = next(row for row in headcount(resolved) if row.month == "2027-05")
    # the four are 3 to 33 days into a ramp of 60: 18 on average, which is 30 % of the way
    speed, quality = 0.6 + 0.3 * 0.4, 0.8 + 0.3 * 0.2
    assert (may.serving, may.on_ramp) == (14, 4)
    assert may.full_speed_heads == pytest.approx(10 + 4 * speed, abs=1e-5)
    assert may.speed == pytest.approx((10 + 4 * speed) / 14, abs=1e-6)
    assert may.quality == pytest.approx((10 + 4 * quality) / 14, abs=1e-6)


def days_in(label):
    """Days of a month; February 2028 has 29."""
    february = 29 if label.startswith("2028") else 28
    return {"02": february, "04": 30, "06": 30, "09": 30, "11": 30}.get(label[5:], 31)
