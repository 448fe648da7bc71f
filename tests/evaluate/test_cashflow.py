"""Cash flows against sums worked by hand, to the cent."""

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


def test_wages_are_paid_hours_less_training_times_the_full_wage(flows):
    assert amounts(flows, "wages") == [-1000 * 25, -860 * 25]


def test_attrition_leavers_are_replaced_at_the_cost_of_a_hire(flows):
    # 24 % a year is 1 - 0.76^(1/12) = 2.2610 % a month; 6 and 6.5 heads lose 0.135660 and 0.146965
    assert amounts(flows, "leaving") == [-379.85, -411.51]


def test_training_is_that_of_joiners_and_of_replacements(flows):
    # January: 1,000 paid hours of 6 heads over 744 h of calendar; three weeks are 504 h: 112.9032 paid hours a head,
    # of 0.135660 leavers: 15.3164 h at 25. February: (900 / 6.5 / 672 x 504 = 103.8462) x 0.146965 = 15.2618, and 40.
    assert amounts(flows, "training") == [-382.91, pytest.approx(-(40 + 15.2618) * 25, abs=0.01)]


def test_overhead_is_a_share_of_wages_and_training(flows):
    assert amounts(flows, "overhead") == [-2538.29, pytest.approx(-(860 + 40 + 15.2618) * 2.5, abs=0.01)]


def test_workplaces_cost_the_same_in_a_short_month(flows):
    assert amounts(flows, "workplaces") == [-1800, -1950]


def test_hiring_is_paid_when_the_decided_agents_join(flows):
    assert amounts(flows, "hiring") == [0, -2800]


def test_channels_charge_by_contact_by_minute_and_by_month(flows):
    assert amounts(flows, "per_use") == [-300, -280]
    assert amounts(flows, "telephony") == [-300, -280]
    assert amounts(flows, "running", "channels.chat") == [-310, -310]


def test_a_tool_is_paid_from_the_day_on_which_it_starts(flows):
    assert amounts(flows, "upfront") == [0, -5000]
    assert amounts(flows, "running", "economics.tools.crm") == [0, -450]  # the 15th to the 28th: half of February


def test_the_whole_bill(flows):
    january = 25000 + 379.85 + 382.91 + 2538.29 + 1800 + 300 + 300 + 310
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


def test_every_category_is_exercised_here():
    text = __import__("pathlib").Path(__file__).read_text(encoding="utf-8")
    assert [key for key in CATEGORIES if f'"{key}"' not in text] == []
