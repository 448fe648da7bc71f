"""The bill of an outsourced team, by hand (semantics 6.4)."""

from typing import Any

import numpy as np
import pytest

from evaluate.cashflow import cash_flows
from tests.evaluate.worlds import document, usage


def bill(contract: dict[str, Any], months: int = 2, **used: Any) -> list[float]:
    """What a team bills in each month; wages, workplaces and attrition stay in its block, as an overlay leaves them."""
    from sim.scenario.load import resolve

    world = document()
    world["horizon"]["months"] = months
    world["teams"]["desk"]["outsourced"] = contract
    columns = usage(**used)
    for name, column in vars(columns).items():
        missing = months - np.asarray(column).shape[1]
        setattr(columns, name, np.pad(np.asarray(column), ((0, 0), (0, missing))))
    flows = cash_flows(resolve(world), [columns])
    people = flows[flows["item"] == "teams.desk"]
    assert set(people["category"]) <= {"outsourcing"}  # no wages, overhead, hiring or leaving of its own
    return [round(-value, 2) for value in people.groupby("month", sort=True)["amount"].sum()]


def test_contacts_that_the_team_finished_at_their_price_6_4():
    assert bill({"per_contact": "3.20 EUR"}) == [4900 * 3.2, 4600 * 3.2]


def test_scheduled_hours_at_their_price_6_4():
    assert bill({"per_hour": "30 EUR/h"}) == [800 * 30, 700 * 30]


def test_contacts_and_hours_add_up_6_4():
    assert bill({"per_contact": "1 EUR", "per_hour": "30 EUR/h"}) == [4900 + 24000, 4600 + 21000]


def test_the_least_number_of_contacts_is_billed_where_fewer_came_6_4():
    contract = {"per_contact": "3 EUR", "minimum": {"contacts": "4800 /month"}}
    assert bill(contract) == [4900 * 3, 4800 * 3]


def test_the_least_amount_is_billed_where_usage_is_below_it_6_4():
    contract = {"per_contact": "3 EUR", "minimum": {"amount": "14000 EUR/month"}}
    assert bill(contract) == [14700, 14000]


def test_the_minimum_runs_from_the_first_day_to_the_last_6_4():
    contract = {"minimum": {"amount": "3100 EUR/month"}, "starts": "2027-01-11", "ends": "2027-02-14"}
    assert bill(contract) == [3100 * 21 / 31, 3100 * 14 / 28]


def test_the_notice_is_billed_after_the_last_day_6_4():
    contract = {"minimum": {"amount": "3100 EUR/month"}, "ends": "2027-01-31"}
    assert bill(contract, months=4) == [3100, 0, 0, 0]
    contract["notice"] = "43 days"  # February, and 15 days of March
    march = 31 * 24 - 1  # hours: the clocks change
    assert bill(contract, months=4) == [3100, 3100, round(3100 * 15 * 24 / march, 2), 0]


def test_the_notice_bills_the_least_number_of_contacts_too_6_4():
    contract = {
        "per_contact": "2 EUR", "minimum": {"contacts": "1000 /month"}, "ends": "2027-01-31", "notice": "28 days"
    }  # fmt: skip
    columns = {"team_handled": np.array([[1500, 0]])}
    assert bill(contract, months=3, **columns) == [3000, 2000, 0]


def test_a_dated_price_counts_for_its_days_6_4_4_6():
    from sim.scenario.load import resolve

    world = document()
    world["teams"]["desk"]["outsourced"] = {"per_contact": "2 EUR"}
    changes = {"teams.desk.outsourced.per_contact": "x 2"}
    world["demand"] = {"events": {"peak": {"from": "2027-02-01", "until": "2027-02-14", "changes": changes}}}
    flows = cash_flows(resolve(world), [usage()])
    found = flows[flows["category"] == "outsourcing"].groupby("month")["amount"].sum().tolist()
    assert found == pytest.approx([-4900 * 2, -4600 * 3])
