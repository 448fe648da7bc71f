"""Cash flows against sums worked by hand, to the cent."""

from pathlib import Path

import numpy as np
import pytest

from evaluate.cashflow import COLUMNS, cash_flows
from evaluate.categories import CATEGORIES
from tests.evaluate.worlds import by_hand, document, usage


def amounts(flows, category, item=None):
    rows = flows[flows["category"] == category]
    rows = rows if item is None else rows[rows["item"] == item]
    return [round(value, 2) for value in rows.groupby("month", sort=True)["amount"].sum()]


@pytest.fixture(scope="module")
def flows():
    return cash_flows(by_hand(), [usage()])


def test_wages_are_paid_hours_less_training_and_overtime_times_the_full_wage(flows):
    assert amounts(flows, "wages") == [-1000 * 25, -(900 - 40 - 20) * 25]


def test_overtime_is_what_was_decided_and_what_was_stayed_on_for_with_the_premium_6_3(flows):
    assert amounts(flows, "overtime") == [-2 * 25 * 1.5, -20 * 25 * 1.5]


def test_leaving_costs_its_price_and_severance_by_head_6_3(flows):
    assert amounts(flows, "leaving") == [0, -500 - 3000]


def test_training_is_the_paid_time_before_the_first_contact(flows):
    assert amounts(flows, "training") == [0, -40 * 25]


def test_overhead_is_a_share_of_wages_and_training(flows):
    assert amounts(flows, "overhead") == [-2500, -(840 + 40) * 2.5]


def test_workplaces_cost_the_same_in_a_short_month(flows):
    assert amounts(flows, "workplaces") == [-1800, -1950]


def test_hiring_is_paid_when_agents_join_6_3(flows):
    assert amounts(flows, "hiring") == [0, -2800]


def test_channels_charge_by_contact_by_minute_and_by_month(flows):
    assert amounts(flows, "per_use") == [-300, -280]
    assert amounts(flows, "telephony") == [-300, -280]
    assert amounts(flows, "running", "channels.chat") == [-310, -310]


def test_a_tool_is_paid_from_the_day_on_which_it_starts(flows):
    assert amounts(flows, "upfront") == [0, -5000]
    assert amounts(flows, "running", "economics.tools.crm") == [0, -450]  # the 15th to the 28th: half of February


def test_the_whole_bill(flows):
    january = 25000 + 75 + 2500 + 1800 + 300 + 300 + 310
    assert flows[flows["month"] == "2027-01"]["amount"].sum() == pytest.approx(-january, abs=0.02)


def test_the_table_is_long_signed_and_without_minus_zero(flows):
    assert tuple(flows.columns) == COLUMNS
    assert set(flows["month"]) == {"2027-01", "2027-02"}
    assert set(flows["category"]) <= set(CATEGORIES)
    assert (flows["amount"] <= 0).all()
    assert not np.signbit(flows.loc[flows["amount"] == 0, "amount"]).any()


def test_bots_cost_sessions_minutes_and_contained_sessions():
    bot = {
        "channels": ["chat"],
        "contains": {"help": "50 %"},
        "cost": {"upfront": "1000 EUR", "running": "200 EUR/month", "per_use": "0.05 EUR", "per_minute": "0.01 EUR"},
        "price": "0.90 EUR",
    }
    used = usage(
        bot_sessions=np.array([[1800, 1700]]),
        bot_contained=np.array([[900, 800]]),
        bot_ms=np.array([[3600 * 60_000, 3400 * 60_000]]),
    )
    flows = cash_flows(by_hand(bots={"robot": bot}), [used])
    assert amounts(flows, "bot_price") == [-810, -720]
    assert amounts(flows, "per_use", "bots.robot") == [-90, -85]
    assert amounts(flows, "telephony", "bots.robot") == [-36, -34]
    assert amounts(flows, "running", "bots.robot") == [-200, -200]
    assert amounts(flows, "upfront", "bots.robot") == [-1000, 0]


def test_self_service_costs_every_try():
    centre = {"reach": "30 %", "resolves": {"help": "40 %"}, "cost": {"per_use": "0.04 EUR", "per_minute": "0.01 EUR"}}
    used = usage(self_tries=np.array([[1000, 900]]), self_ms=np.array([[3000 * 60_000, 2700 * 60_000]]))
    flows = cash_flows(by_hand(self_service={"centre": centre}), [used])
    assert amounts(flows, "per_use", "self_service.centre") == [-40, -36]
    assert amounts(flows, "telephony", "self_service.centre") == [-30, -27]


def test_an_intangible_tool_is_marked():
    economics = {"tools": {"goodwill": {"cost": {"running": "100 EUR/month"}, "tangible": False}}}
    flows = cash_flows(by_hand(economics=economics), [usage()])
    marked = flows.groupby("item")["tangible"].first()
    assert not marked["economics.tools.goodwill"]
    assert marked["teams.desk"]


def test_what_started_before_the_horizon_is_sunk_and_what_starts_after_is_not_there():
    def cost(day):
        return {"tools": {"crm": {"cost": {"upfront": "5000 EUR", "running": "900 EUR/month", "starts": day}}}}

    before = cash_flows(by_hand(economics=cost("2026-11-01")), [usage()])
    assert amounts(before, "upfront") == []
    assert amounts(before, "running", "economics.tools.crm") == [-900, -900]
    after = cash_flows(by_hand(economics=cost("2027-03-01")), [usage()])
    assert "economics.tools.crm" not in set(after["item"])


def test_a_cut_month_pays_its_part():
    world = document(economics={})
    world["horizon"] = {"start": "2027-01-01", "length": "45.5 days", "timezone": "UTC"}
    from sim.scenario.load import resolve

    flows = cash_flows(resolve(world), [usage()])
    assert amounts(flows, "running") == [-310, round(-310 * 14.5 / 28, 2)]
    assert amounts(flows, "workplaces") == [-1800, round(-1950 * 14.5 / 28, 2)]


def test_every_replication_has_its_own_lines():
    flows = cash_flows(by_hand(), [usage(), usage(contacts=np.array([[4000, 2800], [0, 0]]))])
    by_rep = flows[flows["category"] == "per_use"].groupby("rep")["amount"].sum()
    assert [round(value, 2) for value in by_rep] == [-580, -680]


def test_usage_of_the_wrong_shape_is_refused():
    with pytest.raises(ValueError, match="shape"):
        cash_flows(by_hand(), [usage(contacts=np.zeros((2, 3)))])


def test_no_replication_is_refused():
    with pytest.raises(ValueError, match="at least one"):
        cash_flows(by_hand(), [])


def test_every_category_is_exercised():
    text = "".join(file.read_text(encoding="utf-8") for file in sorted(Path(__file__).parent.glob("test_*.py")))
    assert [key for key in CATEGORIES if f'"{key}"' not in text] == []
