"""The margin of customers whom service loses and wins, worked by hand to the cent (semantics 8.2, 8.3)."""

from types import SimpleNamespace

import numpy as np
import pytest

from evaluate.cashflow import cash_flows
from evaluate.categories import CATEGORIES
from evaluate.retention import margin_by_month, margin_lines
from evaluate.unit_costs import unit_costs
from sim.demand.rates import customers_by_day, expected_needs
from sim.feedback import replicate_closed
from sim.scenario.load import resolve
from tests.evaluate import worlds
from tests.report.test_closed_loop import shop

CUSTOMERS = {"active": 1000, "orders": "1 /day", "order_value": "10 EUR", "margin": "50 %"}
RETENTION = {"churn": {"unresolved": "5 points"}, "referrals": {"per_promoter": "2 %"}}


def world(retention: dict | None = None, customers: dict | None = None, **changes):
    return resolve(
        {
            "schema": 1,
            "name": "shop",
            "horizon": {"start": "2027-01-01", "months": 3},
            "customers": {**CUSTOMERS, **(customers or {})},
            "reasons": {
                name: {"rate": "1 /day", "channels": {"phone": "100 %"}, "handle": "5 min"} for name in ("a", "b")
            },
            "channels": {"phone": {}},
            "teams": {"desk": {"agents": 1, "serves": ["phone"]}},
            "retention": RETENTION if retention is None else retention,
            **changes,
        }
    )


def used(lost, won):
    return SimpleNamespace(customers_lost=np.array(lost), customers_won=np.array(won))


JANUARY = used([[20.0, 60.0, 900.0], [8.0, 2.0, 0.0]], [[50.0, 0.0, 0.0], [6.0, 0.0, 70.0]])


def test_three_months_by_hand():
    """A customer orders once a day for 10 EUR at 50 %: 5 EUR a day. Tickets of January lose 28: one on each day of
    February, so 0 + 1 + ... + 27 = 378 customer days are missing there, and 28 x 31 = 868 in March. Tickets of February
    lose 62: two a day in March, 2 (0 + 1 + ... + 30) = 930. What March loses would show in April."""
    found = {category: amounts for category, _, _, amounts in margin_lines(world(), [JANUARY])}
    assert found["margin_lost"].tolist() == [pytest.approx([0.0, 1890.0, (868 + 930) * 5.0], abs=1e-9)]
    # 56 won in January come two a day: 756 customer days in February and 56 x 31 = 1736 in March
    assert found["referral_margin"].tolist() == [pytest.approx([0.0, 3780.0, 8680.0], abs=1e-9)]


def test_money_out_is_negative_and_intangible_unless_declared():
    for tangible in (False, True):
        resolved = world({**RETENTION, "tangible": tangible})
        rows = [row for row in margin_lines(resolved, [JANUARY]) if row[3].any()]
        assert {(key, flag) for key, _, flag, _ in rows} == {("margin_lost", tangible), ("referral_margin", tangible)}
    assert CATEGORIES["margin_lost"].sign == -1
    assert CATEGORIES["referral_margin"].sign == 1


def test_customers_kept_are_money_in():
    kept = used([[-28.0, 0.0, 0.0], [0.0] * 3], np.zeros((2, 3)))
    resolved = world(customers={"churn": "50 %/month"})  # many would have left, so that there are some to keep
    (lost, _) = [amounts for _, _, _, amounts in margin_lines(resolved, [kept])]
    assert lost[0, 0] == 0
    assert lost[0, 1] < 0  # the category's sign makes it money in


def test_prices_of_the_day_and_orders_of_the_season():
    event = {"sale": {"from": "2027-03-01", "until": "2027-03-31", "changes": {"customers.order_value": "x 2"}}}
    resolved = world(demand={"events": event, "season": {"feb": 3.0}})
    (lost, _) = [amounts[0] for _, _, _, amounts in margin_lines(resolved, [JANUARY])]
    assert lost.tolist() == pytest.approx([0.0, 1890.0 * 3, (868 + 930) * 5.0 * 2], abs=1e-9)


@pytest.mark.parametrize("mode", ["measured_only", "off"])
def test_measured_only_moves_no_money(mode):
    assert list(margin_lines(world({**RETENTION, "mode": mode}), [JANUARY])) == []
    assert list(margin_lines(world({}), [JANUARY])) == []


def test_margin_is_no_cost_of_support():
    pd = pytest.importorskip("pandas")
    base = cash_flows(worlds.by_hand(), [worlds.usage()])
    lost = pd.DataFrame([{**base.iloc[0].to_dict(), "category": "margin_lost", "amount": -1e6}])
    usage = worlds.usage(
        handled=np.array([[10.0, 10.0]]), needs=np.array([10.0, 10.0]), tickets_resolved=np.array([9.0, 9.0])
    )
    one, other = (unit_costs(worlds.by_hand(), flows, [usage]) for flows in (base, pd.concat([base, lost])))
    assert one == other


def test_margin_is_counted_once():
    """At the fixed point the margin lost less won is exactly that of the orders which are not made any more."""
    resolved = resolve(shop())
    run = replicate_closed(resolved)
    assert run.loop is not None
    assert run.loop.residual == 0
    means = {key: amounts.mean(axis=0) for key, _, _, amounts in margin_lines(run.resolved, run.usage)}
    before, after = (margin_by_month(resolved, customers_by_day(one)) for one in (resolved, run.resolved))
    np.testing.assert_allclose(means["margin_lost"] - means["referral_margin"], before - after, rtol=1e-9, atol=1e-6)
    assert means["margin_lost"][-1] > 100


def test_three_months_simulated_and_worked_by_hand():
    """Nobody answers, so every ticket is lost at once and takes a tenth of a customer along: n of January take n / 10.
    A customer makes an order a day (5 EUR of margin) and has a need for every hundred."""
    resolved = world(
        {"churn": {"unresolved": "10 points"}},
        customers={"active": 2000},
        reasons={"a": {"per_order": 0.01, "channels": {"phone": "100 %"}, "handle": "5 min"}},
        channels={"phone": {"patience": {"mean": "1 s", "distribution": "constant"}}},
        teams={"desk": {"agents": 0, "serves": ["phone"]}},
        experiment={"replications": 1, "seed": 3},
        feedback={"tolerance": "0 %"},
    )
    run = replicate_closed(resolved)
    assert run.loop is not None
    assert run.loop.residual == 0
    january, february, march = run.usage[0].needs
    assert january == pytest.approx(2000 * 31 * 0.01, abs=3.5 * np.sqrt(620))
    table = cash_flows(run.resolved, run.usage)
    lost = table[table["category"] == "margin_lost"].set_index("month")["amount"]
    a_day, then = january / 10 / 28, february / 10 / 31  # who leaves on each day of February, and of March besides
    assert lost["2027-01"] == 0
    assert lost["2027-02"] == pytest.approx(-5 * a_day * sum(range(28)), abs=0.005)
    assert lost["2027-03"] == pytest.approx(-5 * (january / 10 * 31 + then * sum(range(31))), abs=0.005)
    customers = customers_by_day(run.resolved)
    assert customers[[0, 31, 59, 89]] == pytest.approx(
        [2000, 2000, 2000 - january / 10, 2000 - january / 10 - 30 * then]
    )
    expected = expected_needs(run.resolved)[0].reshape(-1, 48).sum(axis=1)
    assert expected == pytest.approx(0.01 * customers)  # fewer customers, fewer needs, day by day
    assert march < january
