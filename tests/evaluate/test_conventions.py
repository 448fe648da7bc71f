"""Real and nominal, uplifts, what is sunk, and released time: with figures worked by hand."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluate.cashflow import cash_flows
from evaluate.categories import CATEGORIES
from evaluate.compare import NotComparable, check_comparable
from evaluate.conventions import discount_factors, nominal_rate, price_factors, stated
from evaluate.measures import against, categories_of, flow_arrays, present_values, with_line
from evaluate.released import released
from evaluate.sunk import sunk_costs, sunk_table
from sim.scenario.load import resolve
from sim.scenario.problems import ScenarioProblems
from sim.scenario.schema.money import CostCategory, Economics
from tests.evaluate.worlds import by_hand, document, usage

HOUR = 3_600_000


def economics(**changes):
    return {"discount_rate": "8 %/year", "timing": "end", **changes}


def present_value(**changes):
    resolved = by_hand(economics={**document()["economics"], **changes})
    flows = cash_flows(resolved, [usage()])
    months = resolved.calendar.month_labels
    return present_values(flow_arrays(flows, categories_of(flows), 1, months), resolved).sum()


def test_the_identity_of_real_and_nominal_in_the_worked_case():
    """-1000 today and three real 400s a year apart, 3.5 % real, 2 % inflation: 120.654792365 both ways (finance.md)."""
    when, flows = np.arange(4.0), np.array([-1000.0, 400, 400, 400])
    nominal = 1.035 * 1.02 - 1
    assert nominal == pytest.approx(0.0557)
    grown = flows * 1.02**when
    assert (flows * 1.035**-when).sum() == pytest.approx(120.654792365, abs=1e-8)
    assert (grown * (1 + nominal) ** -when).sum() == pytest.approx(120.654792365, abs=1e-8)
    assert (flows * (1 + nominal) ** -when).sum() == pytest.approx(77.77, abs=0.005)  # never mix: two wrong ones
    assert (grown * 1.035**-when).sum() == pytest.approx(165.55, abs=0.005)


@pytest.mark.parametrize("timing", ["start", "mid", "end"])
def test_a_scenario_is_worth_the_same_in_real_and_in_nominal_prices(timing):
    real = present_value(prices="real", discount_rate="3.5 %/year", timing=timing)
    nominal = present_value(prices="nominal", discount_rate="5.57 %/year", inflation="2 %/year", timing=timing)
    assert nominal == pytest.approx(real, rel=1e-12)
    assert present_value(discount_rate="5.57 %/year", timing=timing) != pytest.approx(real, rel=1e-4)


@given(st.floats(-0.02, 0.15), st.floats(0, 0.1), st.integers(1, 60), st.booleans())
def test_the_identity_holds_month_by_month(real, inflation, months, upfront):
    one = Economics.model_construct(discount_rate=real, inflation=inflation, timing="mid", prices="real")
    other = Economics.model_construct(
        discount_rate=nominal_rate(one), inflation=inflation, timing="mid", prices="nominal"
    )
    assert price_factors(months, one, upfront) == pytest.approx(1.0)
    worth = price_factors(months, other, upfront) * discount_factors(months, other, upfront)
    assert worth == pytest.approx(discount_factors(months, one, upfront), rel=1e-9)


def test_prices_grow_to_the_moment_at_which_they_count():
    """Wages of 25,000 in January, by the end of the month at 12.68 % a year (1 % a month): 25,250."""
    world = by_hand(economics=economics(inflation=f"{(1.01**12 - 1) * 100} %/year"))
    flows = cash_flows(world, [usage()]).groupby(["category", "month"])["amount"].sum()
    assert flows["wages", "2027-01"] == pytest.approx(-25000 * 1.01, rel=1e-9)
    assert flows["wages", "2027-02"] == pytest.approx(-21000 * 1.01**2, rel=1e-9)


def test_the_conventions_are_said_in_a_sentence():
    said = stated(Economics.model_validate({"prices": "real", "discount_rate": "3.5 %/year", "inflation": "2 %/year"}))
    assert "real rate (nominal 5.57\u202f% at 2\u202f% inflation)" in said
    assert "the end of their month" in said
    assert "no inflation" in stated(Economics())


def test_scenarios_in_different_prices_are_not_set_against_each_other():
    one = resolve(document())
    other = resolve(document(name="other", economics=economics(prices="real")))
    with pytest.raises(NotComparable, match=r"differ in economics\.prices"):
        check_comparable([one, other], [1, 1])


def test_an_uplift_is_a_line_of_its_own_of_its_share():
    plain = cash_flows(by_hand(), [usage()]).groupby("category")["amount"].sum()
    tools = document()["economics"]
    found = cash_flows(by_hand(economics={**tools, "uplift": {"upfront": "20 %", "running": "1.5"}}), [usage()])
    sums = found.groupby("category")["amount"].sum()
    assert sums["uplift_upfront"] == -1000.0
    assert sums["uplift"] == pytest.approx(-1.5 * (310 + 310 + 450))
    assert sums["upfront"] == plain["upfront"]
    lines = found[found["category"] == "uplift"]
    assert set(lines["item"]) == {"economics.uplift.running"}


def test_an_upfront_uplift_counts_when_the_upfront_cost_does():
    assert CATEGORIES["uplift_upfront"].upfront
    assert not CATEGORIES["uplift"].upfront
    tools = document()["economics"]
    more = present_value() - present_value(**{**tools, "uplift": {"upfront": "20 %"}})
    assert more == pytest.approx(1000 * 1.08 ** (-1 / 12))  # February's first day


def test_an_uplift_of_a_benefit_or_of_nothing_known_is_refused():
    for name in ("margin_lost", "referral_margin", "upfrnt"):
        with pytest.raises(ScenarioProblems):
            by_hand(economics=economics(uplift={name: "20 %"}))


def test_every_category_of_money_out_of_support_can_have_an_uplift():
    names = {
        key
        for key, category in CATEGORIES.items()
        if category.sign < 0 and key not in ("margin_lost", "uplift", "uplift_upfront")
    }
    assert set(CostCategory.__args__) == names  # type: ignore[attr-defined]


def test_sunk_cost_is_in_no_flow_and_shown_apart():
    old = {"cost": {"upfront": "7000 EUR", "running": "10 EUR/month", "starts": "2026-06-01"}}
    world = by_hand(
        economics=economics(
            tools={"old_crm": old}, sunk={"pilot": {"amount": "40000 EUR", "because": "tried in two shops"}}
        )
    )
    flows = cash_flows(world, [usage()])
    assert "upfront" not in set(flows["category"])
    assert float(flows.loc[flows["item"] == "economics.tools.old_crm", "amount"].sum()) == -20.0
    found = {one.item: (one.amount, one.because) for one in sunk_costs(world)}
    assert found == {
        "economics.sunk.pilot": (40000.0, "tried in two shops"),
        "economics.tools.old_crm": (7000.0, "paid on 2026-06-01, before the horizon"),
    }
    assert float(sunk_table(world)["amount"].sum()) == 47000.0


def test_an_investment_decided_before_the_horizon_is_sunk():
    world = by_hand(
        investments={"portal": {"cost": {"upfront": "9000 EUR"}}}, decisions={"investments": {"portal": "2026-11-01"}}
    )
    assert [(one.item, one.amount) for one in sunk_costs(world)] == [("investments.portal", 9000)]


def worked(busy, paid):
    """Two months: hours busy and hours paid."""
    return SimpleNamespace(busy_ms=np.array([busy]) * HOUR, paid_ms=np.array([paid]) * HOUR)


@pytest.mark.parametrize(
    ("busy", "paid", "hours"),
    [
        ([700, 700], [1000, 1000], [100, 100]),  # all of it is released: everybody is still paid
        ([700, 700], [950, 1000], [50, 100]),  # 50 of January's hours became fewer paid hours: they are wages
        ([700, 700], [800, 800], [0, 0]),  # all became fewer paid hours: cash, and no time
        ([700, 700], [700, 1000], [0, 0]),  # more was cut than was freed
        ([900, 900], [1000, 1000], [0, 0]),  # busier: nothing is released
        ([700, 700], [1200, 1000], [100, 100]),  # more is paid, which the wages show
    ],
)
def test_released_time_is_what_is_freed_and_still_paid(busy, paid, hours):
    world = by_hand()
    base, option = worked([800, 800], [1000, 1000]), worked(busy, paid)
    found = released(world, [option, option], world, [base, base])
    assert found.hours.tolist() == [hours, hours]
    assert found.worth.tolist() == [[25 * h for h in hours]] * 2  # 20 EUR/h and 25 % on top


def test_released_time_is_in_the_npv_only_where_that_is_declared():
    world = by_hand()
    base, option = worked([800, 800], [1000, 1000]), worked([700, 700], [1000, 1000])
    time = released(world, [option] * 3, world, [base] * 3)
    flows = cash_flows(world, [usage()] * 3)
    arrays = flow_arrays(flows, categories_of(flows), 3, world.calendar.month_labels)
    worth = 2500 * (1.08 ** (-1 / 12) + 1.08 ** (-2 / 12))
    table, _ = against(arrays, arrays, world, time)
    assert table["npv"].value == 0
    assert table["released_hours"].value == 200
    assert table["released_time"].value == pytest.approx(worth)
    assert table["npv_with_released_time"].value == pytest.approx(worth)
    declared = by_hand(economics=economics(count_released_time=True))
    counted, _ = against(
        with_line(arrays, "released_time", time), with_line(arrays, "released_time", None), declared, time
    )
    assert counted["npv"].value == pytest.approx(worth)
    assert counted["npv_with_released_time"].value == pytest.approx(worth)
    assert counted["npv_tangible"].value == 0
    assert not CATEGORIES["released_time"].cashable
    assert all(category.cashable for key, category in CATEGORIES.items() if key != "released_time")
