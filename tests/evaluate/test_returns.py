"""Returns of goods and goodwill as figures of their own (rule 8.3), by hand."""

from typing import Any

import numpy as np
import pytest

from evaluate.cashflow import cash_flows
from evaluate.returns import returns_by_month, returns_table
from sim.replicate import replicate
from sim.scenario.load import resolve
from sim.scenario.problems import ScenarioProblems

BASE: dict[str, Any] = {
    "schema": 1,
    "name": "shop",
    "horizon": {"start": "2027-01-01", "months": 3},
    "customers": {"active": 3000, "orders": "1 /day", "order_value": "50 EUR"},
    "reasons": {"ask": {"rate": "2 /h", "channels": {"chat": "100 %"}, "handle": "5 min"}},
    "channels": {"chat": {}},
    "teams": {"desk": {"agents": 3, "serves": ["chat"]}},
    "economics": {"discount_rate": "10 %/year"},
}
RETURNS = {
    "share": "18 %",
    "abuse": "2 %",
    "lag": "10 days",
    "loss": "12 %",
    "refund_after": "14 days",
    "methods": {
        "post": {"share": "75 %", "cost": "6 EUR", "carbon_kg": 1.2},
        "drop_off": {"share": "25 %", "cost": "3 EUR", "carbon_kg": 0.4},
    },
}


def test_a_month_of_returns_by_hand():
    """3,000 orders a day x 20 % x 31 days = 18,600 returns in January; three quarters of them by post."""
    post, drop_off = returns_by_month(resolve({**BASE, "returns": RETURNS}))
    days = np.array([31, 28, 31])
    np.testing.assert_allclose(post.returns, 3000 * 0.20 * 0.75 * days)
    np.testing.assert_allclose(drop_off.returns, 3000 * 0.20 * 0.25 * days)
    np.testing.assert_allclose(post.handling_cost, post.returns * 6.0)
    np.testing.assert_allclose(drop_off.handling_cost, drop_off.returns * 3.0)
    np.testing.assert_allclose(post.value_lost, post.returns * 50.0 * 0.12)
    np.testing.assert_allclose(post.carbon_kg, post.returns * 1.2)
    np.testing.assert_allclose(post.refund_float, post.returns * 50.0 * (1.10 ** (14 / 365.25) - 1.0))


def test_returns_follow_their_orders_by_the_lag():
    """Orders double in February; returns do so ten days later (a lag of whole days counts from a time of the day)."""
    document = {**BASE, "returns": RETURNS, "demand": {"season": {"feb": 2.0}}}
    usual, doubled = returns_by_month(resolve({**BASE, "returns": RETURNS})), returns_by_month(resolve(document))
    more = (doubled[0].returns - usual[0].returns) / (3000 * 0.20 * 0.75)
    assert more[0] == pytest.approx(0.0)
    assert more[1] == pytest.approx(18.0, abs=0.51)  # days of February that are ten days after another one
    assert more[1] + more[2] == pytest.approx(28.0)


def test_money_and_the_table_reconcile():
    resolved = resolve({**BASE, "returns": RETURNS})
    flows = cash_flows(resolved, replicate(resolved, replications=2).usage)
    table = returns_table(resolved)
    for category, column, sign in (("returns", "handling_cost", -1), ("returns_loss", "value_lost", -1)):
        for rep in (0, 1):
            here = flows[(flows["category"] == category) & (flows["rep"] == rep)]
            assert here["amount"].sum() == pytest.approx(sign * table[column].sum(), abs=0.005)
    assert flows.loc[flows["category"] == "refund_float", "amount"].gt(0).all()


def test_a_refund_at_once_costs_the_use_of_the_money():
    late = resolve({**BASE, "returns": RETURNS})
    at_once = resolve({**BASE, "returns": {**RETURNS, "refund_after": "1 ms"}})
    assert sum(one.refund_float.sum() for one in returns_by_month(at_once)) < 1.0
    assert sum(one.refund_float.sum() for one in returns_by_month(late)) > 1000.0


def test_a_dated_change_moves_the_way_goods_come_back():
    change = {"from": "2027-02-01", "until": "2027-02-28",
              "changes": {"returns.methods.post.share": "25 %", "returns.methods.drop_off.share": "75 %"}}  # fmt: skip
    post, drop_off = returns_by_month(
        resolve({**BASE, "returns": RETURNS, "demand": {"events": {"new_counter": change}}})
    )
    np.testing.assert_allclose(post.returns / (post.returns + drop_off.returns), [0.75, 0.25, 0.75])


def test_goodwill_is_paid_for_what_agents_resolve():
    document = {
        **BASE,
        "reasons": {"ask": {**BASE["reasons"]["ask"], "concession": {"share": "20 %", "amount": "5 EUR"}}},
    }
    resolved = resolve(document)
    found = replicate(resolved, replications=1)
    flows = cash_flows(resolved, found.usage)
    granted = flows[flows["category"] == "concessions"]["amount"].to_numpy()
    np.testing.assert_allclose(granted, -found.usage[0].agent_resolved[0] * 0.20 * 5.0)
    assert found.usage[0].agent_resolved.sum() == found.usage[0].tickets_resolved.sum() > 4000


def test_ways_that_do_not_add_up_are_refused():
    wrong = {**RETURNS, "share": "99 %", "methods": {"post": {"share": "70 %"}, "drop_off": {"share": "25 %"}}}
    with pytest.raises(ScenarioProblems) as found:
        resolve({**BASE, "returns": wrong})
    assert [problem.path for problem in found.value.problems] == ["returns.methods", "returns.share"]
