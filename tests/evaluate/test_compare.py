"""Pairing on the same replications, measures against the base, unit costs, the verdict: with figures worked by hand."""

from dataclasses import replace

import numpy as np
import pytest

from evaluate.compare import NotComparable, check_comparable, compare
from evaluate.intervals import Figure, mean_figure, paired_difference, ratio_figure
from evaluate.measures import MEASURES, FlowArrays, against, alone
from evaluate.unit_costs import unit_costs
from evaluate.verdict import verdict
from sim.scenario.load import resolve
from sim.scenario.units import monthly
from tests.evaluate.worlds import by_hand, document, usage
from tests.report.worlds import comparison, tiny


def arrays(*lines):
    """Flows of (category, [replications][months])."""
    return FlowArrays(tuple((key, True) for key, _ in lines), np.array([amounts for _, amounts in lines], dtype=float))


def width(figure: Figure) -> float:
    """Half the width of an interval that there is."""
    assert figure.low is not None
    assert figure.high is not None
    return (figure.high - figure.low) / 2


def test_pairing_removes_what_both_sides_share():
    noise = np.array([100.0, -250.0, 400.0, 30.0])
    base, option = 1000 + noise, 1010 + noise + np.array([1.0, -1.0, 1.0, -1.0])
    ones = np.ones(4)
    apart = mean_figure(option, 0.95)
    together = paired_difference(option, ones, base, ones, 0.95)
    assert together.value == pytest.approx(10)
    # standard deviation 2/sqrt(3) of four differences: half-width 3.1824 x 1.1547 / 2
    assert width(together) == pytest.approx(3.18245 * 1.154701 / 2, rel=1e-5)
    assert width(apart) > 50 * width(together)


def test_the_difference_of_two_ratios_is_that_of_ratios_of_sums():
    found = paired_difference(
        np.array([8, 30.0]), np.array([10, 40.0]), np.array([5, 20.0]), np.array([10, 40.0]), 0.95
    )
    assert found.value == pytest.approx(38 / 50 - 25 / 50)


def test_no_data_is_no_difference():
    nothing = np.zeros(3)
    assert paired_difference(nothing, nothing, np.ones(3), np.ones(3), 0.95).value is None
    assert ratio_figure(nothing, nothing, 0.95) == Figure(None)


def test_one_replication_has_a_value_and_no_interval():
    assert mean_figure([5.0], 0.95) == Figure(5.0)


def test_against_the_base_savings_are_positive():
    """Wages fall by 300 in each of two months, a tool costs 500 at the start: by hand at 8 % a year, end of month."""
    resolved = by_hand()
    base = arrays(("wages", [[-1000, -1000]]), ("upfront", [[0, 0]]))
    option = arrays(("wages", [[-700, -700]]), ("upfront", [[-500, 0]]))
    found, mean = against(option, base, resolved)
    v = 1.08 ** (-1 / 12)
    benefits = 300 * v + 300 * v**2
    assert found["npv"].value == pytest.approx(benefits - 500)
    assert found["net_total"].value == pytest.approx(100)
    assert found["benefits"].value == pytest.approx(benefits)
    assert found["costs"].value == pytest.approx(500)
    assert found["roi"].value == pytest.approx((benefits - 500) / 500)
    assert found["benefit_cost_ratio"].value == pytest.approx(benefits / 500)
    assert found["payback"].value == pytest.approx(1 + 200 / 300)
    assert found["peak_funding"].value == pytest.approx(500)
    assert mean.rate_per_year is not None
    rate = (1 + mean.rate_per_year) ** (1 / 12) - 1
    assert -500 + 300 / (1 + rate) + 300 / (1 + rate) ** 2 == pytest.approx(0, abs=1e-9)
    factors = v + v**2
    assert found["equivalent_monthly_saving"].value == pytest.approx((benefits - 500) / factors)


def test_npv_of_the_difference_is_the_difference_of_the_present_values():
    found = comparison()
    for option in found.options:
        apart, base = (found.alone[name]["present_value"].value for name in (option.name, found.base.name))
        assert apart is not None
        assert base is not None
        assert found.against[option.name]["npv"].value == pytest.approx(apart - base)


def test_intangible_categories_are_left_out_of_the_tangible_npv():
    flows = np.array([[[-100.0, -100.0]], [[40.0, 40.0]]])
    option = FlowArrays((("running", True), ("running", False)), flows)
    base = FlowArrays(option.categories, np.zeros_like(flows))
    found, _ = against(option, base, by_hand(economics={"discount_rate": "0 %/year"}))
    assert found["npv"].value == pytest.approx(-120)
    assert found["npv_tangible"].value == pytest.approx(-200)


def test_a_scenario_alone_is_discounted_by_its_timing():
    flows = arrays(("wages", [[-100, -100]]), ("upfront", [[0, -1000]]))
    v = 1.08 ** (-1 / 12)
    by_timing = {"start": 0.0, "mid": 0.5, "end": 1.0}
    for timing, late in by_timing.items():
        found = alone(flows, by_hand(economics={"discount_rate": "8 %/year", "timing": timing}))
        assert found["present_value"].value == pytest.approx(-100 * v**late - 100 * v ** (1 + late) - 1000 * v)
        assert found["total"].value == pytest.approx(-1200)


def test_categories_sum_to_the_totals_to_the_cent():
    found = comparison()
    for one in found.scenarios:
        by_category = found.flows[one.name].amounts.mean(axis=1).sum()
        assert found.alone[one.name]["total"].value == pytest.approx(by_category, abs=0.005)
        assert one.flows.groupby("rep")["amount"].sum().mean() == pytest.approx(by_category, abs=0.005)


def test_unit_costs_divide_all_cost_by_stated_denominators():
    import pandas as pd

    spent = {"category": "wages", "rep": [0, 0, 1, 1], "amount": [-900.0, -100.0, -1100.0, -100.0]}
    goods = {"category": "returns", "rep": [0, 1], "amount": [-5000.0, -5000.0]}  # no cost of support
    flows = pd.concat([pd.DataFrame(spent), pd.DataFrame(goods)])
    used = [
        usage(
            handled=np.array([[300, 200], [0, 0]]),
            bot_contained=np.array([[50, 50]]),
            tickets_resolved=np.array([200, 200]),
        ),
        usage(
            handled=np.array([[400, 200], [0, 0]]),
            bot_contained=np.array([[0, 0]]),
            tickets_resolved=np.array([250, 250]),
        ),
    ]
    world = by_hand(
        customers={"active": 1000, "orders": "1 /month"},
        reasons={"help": {"per_order": 0.1, "channels": {"phone": "100 %"}, "handle": "5 min"}},
    )
    found = unit_costs(world, flows, used)
    assert found["cost_per_contact"].value == pytest.approx(2200 / 1200)
    assert found["cost_per_resolution"].value == pytest.approx(2200 / 900)
    orders = 1000 * 59 / (365.25 / 12)  # January and February
    assert found["cost_per_order"].value == pytest.approx(1100 / orders, rel=1e-3)


def test_a_desk_without_orders_has_no_cost_per_order():
    import pandas as pd

    flows = pd.DataFrame({"category": ["wages"], "rep": [0], "amount": [-900.0]})
    used = [usage(handled=np.ones((2, 2)), tickets_resolved=np.ones(2))]
    assert unit_costs(by_hand(), flows, used)["cost_per_order"].value is None


def test_the_same_customers_come_in_every_scenario():
    needs = {one.name: [usage_.needs.sum() for usage_ in one.replications.usage] for one in comparison().scenarios}
    assert len({tuple(counts) for counts in needs.values()}) == 1


def test_a_tool_that_does_nothing_is_worth_its_price_exactly():
    npv = comparison().against["a_tool"]["npv"]
    assert (npv.value, npv.low, npv.high) == (-100.0, -100.0, -100.0)


def test_the_verdict_takes_the_cheapest_that_meets_every_target():
    found = verdict(comparison())
    assert [one.name for one in found.ranked] == ["tiny", "a_tool", "one_more"]
    assert found.runner_up == "a_tool"
    assert found.lead.value == pytest.approx(100)
    assert not found.close


def test_who_misses_a_target_ranks_below_who_does_not_whatever_it_saves():
    from evaluate.simulate import simulate_all

    strict = {"phone": {"patience": "3 min", "target": {"share": "93 %", "within": "30 s"}}}
    dear = {"desk": {"agents": 5, "serves": ["phone"], "wage": "20 EUR/h"}}
    found = compare(simulate_all([resolve(tiny(channels=strict)), resolve(tiny("dear", channels=strict, teams=dear))]))
    assert [one.name for one in verdict(found).ranked] == ["dear", "tiny"]
    assert verdict(found).ranked[1].missed == ("phone",)


def test_what_an_optimiser_chose_comes_first_whatever_the_rule_says():
    found = comparison()
    worst = verdict(found).ranked[-1].name
    chosen = verdict(replace(found, chosen=worst))
    assert chosen.best.name == worst
    assert [one.name for one in chosen.ranked[1:]] == [one.name for one in verdict(found).ranked if one.name != worst]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"currency": "USD", "teams": {"desk": {"agents": 3, "serves": ["phone"]}}}, "currency"),
        ({"horizon": {"start": "2027-01-05", "length": "6 h"}}, "horizon.start"),
        ({"horizon": {"start": "2027-01-04", "length": "7 h"}}, "horizon"),
        ({"economics": {"discount_rate": "5 %/year"}}, "economics.discount_rate"),
        ({"economics": {"timing": "mid"}}, "economics.timing"),
    ],
)
def test_scenarios_that_cannot_be_compared_are_refused_in_words(change, said):
    pair = [resolve(tiny()), resolve(tiny("other", **change))]
    with pytest.raises(NotComparable, match=f"other and tiny differ in {said}"):
        check_comparable(pair, [3, 3])


def test_two_scenarios_of_one_name_are_refused():
    with pytest.raises(NotComparable, match="two scenarios are called tiny"):
        check_comparable([resolve(tiny()), resolve(tiny())], [3, 3])


def test_every_measure_is_reported_for_an_option():
    found = comparison()
    reported = {**found.alone["a_tool"], **found.against["a_tool"]}
    of_support = {"total_support", "equivalent_monthly_support"}  # only where something else is priced as well
    of_time = {"released_time", "released_hours", "npv_with_released_time"}  # only where some is released
    assert set(reported) == set(MEASURES) - of_support - of_time


def test_cumulative_flow_starts_with_what_is_paid_at_once_and_ends_at_the_net_total():
    found = comparison()
    assert list(found.cumulative("a_tool")[0]) == [-100.0, -100.0]
    mean, half = found.cumulative("one_more")
    assert mean[-1] == pytest.approx(found.against["one_more"]["net_total"].value)
    assert (half >= 0).all()


def test_the_monthly_rate_compounds():
    assert (1 + monthly(0.08)) ** 12 == pytest.approx(1.08)
    assert document()["economics"]["discount_rate"] == "8 %/year"
