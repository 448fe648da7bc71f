"""The bridge: parts that add up on any pair, and a case of two changes worked by hand."""

import copy
import tempfile
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evaluate.bridge import NPV, Observed, bridge, combined, shapley_weight
from evaluate.compare import compare
from evaluate.headline import Line
from evaluate.hybrids import SHAPLEY_UP_TO, Between
from evaluate.simulate import simulate_all
from sim.scenario.load import resolve
from tests.report.worlds import tiny
from tests.strategies import scenarios

PHONE = Line("service_level", "phone")


def changes_between(one, other):
    with tempfile.TemporaryDirectory() as folder:
        return [change.name for change in Between(resolve(one), resolve(other), Path(folder)).changes]


def bridged(one, other, lines=(PHONE,)):
    return bridge(compare(simulate_all([resolve(one), resolve(other)])), lines)


def test_the_weights_of_an_order_are_those_of_counting_orders():
    for count in range(1, 7):
        for size in range(count):
            before = sum(
                set(order[: order.index(0)]) == set(range(1, size + 1)) for order in permutations(range(count))
            )
            assert shapley_weight(size, count) == pytest.approx(before / len(list(permutations(range(count)))))


def test_two_changes_by_hand():
    """One agent fewer for six hours at 20 EUR/h, 8 % a year, end of month; a tool of 90 EUR, not 1 EUR a month."""
    base = tiny(economics={"tools": {"crm": {"cost": {"running": "1 EUR/month"}}}})
    two = {"desk": {"agents": 2, "serves": ["phone"], "wage": "20 EUR/h"}}
    other = tiny("other", teams=two, economics={"tools": {"crm": {"cost": {"upfront": "90 EUR"}}}})
    found = bridged(base, other)
    month = 1.08 ** (-1 / 12)
    running = 1.0 * 0.25 / 31  # six hours of January
    parts = {part.change.name: part.figures[NPV].value for part in found.parts}
    assert parts == {
        "teams": pytest.approx(120 * month),
        "economics": pytest.approx(-90 + running * month),
    }
    assert found.end[NPV].value == pytest.approx(120 * month - 90 + running * month)
    assert found.all_orders
    assert found.worlds == 4


def test_what_two_changes_do_only_together_is_halved():
    """v(1) = 100, v(2) = 20, v(12) = 160: the 40 that neither does alone are shared, 120 and 40."""
    worth = {(): 0.0, (0,): 100.0, (1,): 20.0, (0, 1): 160.0}
    seen = {made: Observed(value, np.array([1.0, -1.0]) * value / 100) for made, value in worth.items()}
    first = combined([(0.5, seen[0,]), (-0.5, seen[()]), (0.5, seen[0, 1]), (-0.5, seen[1,])], 0.95)
    assert first.value == 120
    # residuals 1.2 and -1.2: standard error 1.2, t of one degree of freedom 12.706
    assert first.high == pytest.approx(120 + 12.7062 * 1.2, rel=1e-4)


def test_an_investment_is_one_change_and_texts_are_none():
    portal = {"portal": {"cost": {"upfront": "50 EUR"}, "changes": {"reasons.help.rate": "x 0.8"}}}
    base = tiny(investments=portal)
    other = tiny("other", title="Other words", investments=portal, decisions={"investments": {"portal": "2027-01-04"}})
    assert changes_between(base, other) == ["investments.portal"]
    assert changes_between(base, tiny("words", title="Only words", investments=portal)) == []


def test_reasons_are_changes_of_their_own():
    two = {
        "help": {"rate": "20 /h", "channels": {"phone": "100 %"}, "handle": "6 min"},
        "return": {"rate": "5 /h", "channels": {"phone": "100 %"}, "handle": "3 min"},
    }
    other = copy.deepcopy(two)
    other["help"]["rate"], other["return"]["rate"] = "10 /h", "1 /h"
    assert changes_between(tiny(reasons=two), tiny("other", reasons=other)) == ["reasons.help", "reasons.return"]


def test_changes_that_cannot_be_had_apart_are_one():
    """Chats without a chat channel, or without anybody who serves them, are no world."""
    other = tiny(
        "other",
        reasons={"help": {"rate": "20 /h", "channels": {"phone": "50 %", "chat": "50 %"}, "handle": "6 min"}},
        channels={"phone": {"patience": "3 min"}, "chat": {}},
        teams={"desk": {"agents": 3, "serves": ["phone", "chat"], "wage": "25 EUR/h"}},
        economics={"tools": {"crm": {"cost": {"upfront": "100 EUR"}}}},
    )
    found = changes_between(tiny(), other)
    assert "economics" in found
    together = [name for name in found if name != "economics"]
    assert len(together) == 1
    assert set(together[0].split(" + ")) == {"reasons.help", "channels", "teams"}


def test_more_than_six_changes_are_made_in_declared_order():
    def reasons(rate):
        return {
            f"r{k}": {"rate": f"{rate} /h", "channels": {"phone": "100 %"}, "handle": "3 min"}
            for k in range(SHAPLEY_UP_TO + 1)
        }

    found = bridged(tiny(reasons=reasons(2), evidence={}), tiny("other", reasons=reasons(3), evidence={}))
    assert not found.all_orders
    assert [part.change.name for part in found.parts] == [f"reasons.r{k}" for k in range(7)]
    assert found.worlds == 8
    added_up(found, PHONE)


def test_fewer_changes_are_made_in_declared_order_where_that_is_asked():
    """Two changes, by every order and by one: the ends are the same, and each sums to them."""
    reasons = {name: {"rate": "2 /h", "channels": {"phone": "100 %"}, "handle": "3 min"} for name in ("a", "b")}
    more = {name: {**each, "rate": "4 /h"} for name, each in reasons.items()}
    pair = tiny(reasons=reasons, evidence={}), tiny("other", reasons=more, evidence={})
    comparison = compare(simulate_all([resolve(one) for one in pair]))
    every, one = bridge(comparison, [PHONE]), bridge(comparison, [PHONE], jobs=2, shapley_up_to=1)
    assert (every.all_orders, every.worlds) == (True, 4)
    assert (one.all_orders, one.worlds) == (False, 3)
    assert every.end == one.end
    assert added_up(one, PHONE)
    assert added_up(every, PHONE)


def added_up(found, line):
    start, end = found.start[line].value, found.end[line].value
    parts = [part.figures[line].value for part in found.parts]
    if start is not None and end is not None and None not in parts:
        assert sum(parts) == pytest.approx(end - start, rel=1e-9, abs=1e-6)
        return True
    return False


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(scenarios(), st.data())
def test_the_parts_add_up_on_any_pair(document, data):
    """Any world, and the same with a few of its blocks changed."""
    other = copy.deepcopy(document) | {"name": "other"}
    for name in data.draw(st.lists(st.sampled_from(sorted(other["reasons"])), max_size=2, unique=True)):
        other["reasons"][name]["handle"] = "7 min"
    for name in data.draw(st.lists(st.sampled_from(sorted(other["teams"])), max_size=1)):
        other["teams"][name]["wage"] = "31 EUR/h"
    if data.draw(st.booleans()):
        other.setdefault("economics", {}).setdefault("tools", {})["new_tool"] = {"cost": {"upfront": "77 EUR"}}
    for each in (document, other):
        each.setdefault("experiment", {})["replications"] = 2
    comparison = compare(simulate_all([resolve(document), resolve(other)]))
    found = bridge(comparison, [Line("handled"), Line("occupancy")])
    assert added_up(found, NPV)
    assert found.end[NPV].value == pytest.approx(comparison.against["other"]["npv"].value, rel=1e-9, abs=1e-6)
    for line in found.lines:
        added_up(found, line)


def test_every_world_in_between_is_a_world_of_its_own():
    other = tiny("other", teams={"desk": {"agents": 2, "serves": ["phone"]}}, channels={"phone": {"patience": "1 min"}})
    with tempfile.TemporaryDirectory() as folder:
        between = Between(resolve(tiny()), resolve(other), Path(folder))
        digests = {between.world(made).digest for made in between.coalitions()}
        assert len(digests) == 2 ** len(between.changes) == 4
        assert between.world(()).digest == resolve(tiny()).digest
        keys = frozenset(key for change in between.changes for key in change.keys)
        rebuilt = resolve(between._mixed(keys), Path(folder))
        assert rebuilt.digest == resolve(other).digest  # the differences are all there is
