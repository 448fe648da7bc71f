"""A yardstick reads the same figures that every other table shows, by month and in total."""

import numpy as np
import pytest

from evaluate.compare import Priced
from evaluate.each_option import each_alone
from evaluate.headline import Line
from evaluate.measures import MEASURES
from evaluate.yardstick import Series, Yardstick, difference, measurable, series, yardstick
from sim.kpis import estimate
from sim.scenario.kpi_names import UNIT_COSTS, VALUES
from sim.scenario.load import load
from tests.report.worlds import comparison


def measured(one: Priced, what: Yardstick) -> Series:
    found = series(one, what)
    assert found is not None
    return found


@pytest.mark.parametrize("text", ["service_level(phone)", "average_speed_of_answer", "wait_p90(phone)", "occupancy",
                                  "backlog", "handle_time(desk)"])  # fmt: skip
def test_kpis_are_those_of_the_kpi_table(text):
    one = comparison().base
    found, where = measured(one, yardstick(text)), {}
    if "(" in text:
        where = {"team" if "desk" in text else "channel": text.partition("(")[2].rstrip(")")}
    shown = estimate(one.resolved, one.replications.tallies, text.partition("(")[0], **where)
    total = found.total
    assert (total.value, total.low, total.high) == pytest.approx((shown.value, shown.low, shown.high))
    assert len(found.by_month) == len(one.resolved.calendar.month_labels)
    assert found.tops.shape == (3, len(found.figures))


@pytest.mark.parametrize("key", UNIT_COSTS[:2])
def test_unit_costs_add_up_over_the_months(key):
    made = comparison()
    for one in made.scenarios:
        found = measured(one, yardstick(key))
        assert found.total.value == pytest.approx(made.alone[one.name][key].value)
        assert found.tops[:, :-1].sum(axis=1) == pytest.approx(found.tops[:, -1])


@pytest.mark.parametrize("key", VALUES)
def test_money_of_the_whole_scenario_is_that_of_the_appraisal(key):
    made = comparison()
    for one in made.scenarios:
        shown = made.alone[one.name]
        expected = shown.get(key) or shown["total"]  # all of it is support here
        assert measured(one, yardstick(key)).total.value == pytest.approx(expected.value)


def test_names_and_directions_of_money_are_those_of_the_measures():
    assert all(key in MEASURES and not MEASURES[key].against_base for key in (*UNIT_COSTS, *VALUES))
    assert [yardstick(key).good for key in (*UNIT_COSTS, *VALUES)] == ["lower"] * 3 + ["higher"] * 3


def test_differences_are_those_of_the_comparison():
    made = comparison()
    line, what = Line("service_level", "phone"), yardstick("service_level(phone)")
    ours = difference(measured(made.options[0], what), measured(made.base, what), made.confidence)
    shown = made.difference("one_more", line)
    assert (ours.value, ours.low, ours.high) == pytest.approx((shown.value, shown.low, shown.high))
    same = difference(measured(made.options[1], what), measured(made.base, what), made.confidence)
    assert (same.value, same.low, same.high) == (0.0, 0.0, 0.0)


def test_a_replication_without_data_has_no_weight():
    found = measured(comparison().base, yardstick("service_level(phone)"))
    assert np.isfinite(found.tops).all()
    assert (found.bottoms >= 0).all()


def test_what_a_scenario_has_not_cannot_be_measured():
    one = comparison().base
    assert not measurable(one, yardstick("containment"))
    assert series(one, yardstick("containment")) is None
    assert series(one, yardstick("fcr(fax)")) is None


SHOP = """
schema: 1
name: shop
horizon: {start: 2027-01-04, months: 2}
reasons: {help: {rate: 20 /day, channels: {phone: 100 %}, handle: 6 min}}
channels: {phone: {}}
teams: {desk: {agents: 1, serves: [phone]}}
investments:
  form: {changes: {reasons.help.rate: -10 %}}
  training: {requires: [form], changes: {reasons.help.handle.mean: -20 %}}
  tool: {levels: {small: {}, large: {changes: {reasons.help.handle.mean: -10 %}}}}
  menu: {excludes: [done], changes: {reasons.help.rate: -5 %}}
  done: {changes: {reasons.help.rate: -1 %}}
decisions: {investments: {done: 2027-01}}
"""


def test_each_undecided_investment_is_had_alone(tmp_path):
    file = tmp_path / "shop.yaml"
    file.write_text(SHOP)
    found = each_alone(file, (), (), load(file))
    assert [one.scenario.name for one in found.scenarios] == ["only_form", "only_tool_small", "only_tool_large"]
    decided = [one.scenario.decisions.investments for one in found.scenarios]
    assert [(d.start, d.level) for each in decided for name, d in each.items() if name != "done"] == [
        ("2027-01", None), ("2027-01", "small"), ("2027-01", "large")]  # fmt: skip
    assert found.left_out == (
        "training is not run alone: it requires form.",
        "menu is not run alone: done excludes it.",
    )
