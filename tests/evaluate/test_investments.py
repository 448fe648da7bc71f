"""What decided investments cost, worked by hand, and the hours that agents are away for them."""

import copy
import datetime as dt
from typing import Any

import numpy as np
import pytest

from evaluate.cashflow import cash_flows
from sim.engine import simulate
from sim.engine.roster import draw_roster
from sim.kpis import Usage, usage
from sim.scenario.load import resolve
from sim.scenario.units import HALF_HOUR_MS, MS_PER_HOUR

DESK: dict[str, Any] = {
    "schema": 1,
    "name": "desk",
    "horizon": {"start": "2027-01-01", "months": 4},
    "customers": {"active": 1000, "orders": "1 /month"},
    "reasons": {"order": {"per_order": 0.5, "channels": {"phone": "100 %"}, "handle": "5 min"}},
    "channels": {"phone": {"hours": "mon-fri 08:00-16:00", "patience": "10 min"}},
    "teams": {
        "desk": {
            "agents": 5,
            "serves": ["phone"],
            "wage": "20 EUR/h",
            "on_cost": "25 %",
            "overhead": "10 %",
            "shifts": {"day": {"days": "mon-fri", "hours": "08:00-16:30", "breaks": ["30 min"]}},
        }
    },
}


def desk(cost=None, start="2027-02-01", live_after="28 days", **more):
    document = copy.deepcopy(DESK) | {"investments": {"crm": {"live_after": live_after, "cost": cost or {}} | more}}
    if start:
        document["decisions"] = {"investments": {"crm": start}}
    return resolve(document)


def used(resolved, **columns) -> Usage:
    """A usage of nothing but what is given: the desk's five heads, contacts by month ..."""
    months = len(resolved.calendar.month_labels)
    nothing = usage_of(resolved)
    empty = {name: np.zeros_like(value) for name, value in vars(nothing).items()}
    heads = np.full((1, months), 5.0)
    return Usage(**(empty | {"heads": heads, "paid_ms": heads * 160 * MS_PER_HOUR} | columns))


def usage_of(resolved) -> Usage:
    run = simulate(resolved, seed=1, replication=0)
    return usage(resolved, run.tape, run.roster, run.outcomes)


def lines(resolved, one: Usage, item="investments.crm") -> dict[str, list[float]]:
    """Amounts by category and month."""
    flows = cash_flows(resolved, [one])
    chosen = flows[flows["item"] == item]
    return {category: group["amount"].tolist() for category, group in chosen.groupby("category")}


def test_upfront_with_the_decision_running_from_live_and_licences_by_head():
    """Start on 1 February, live on 1 March; five agents at 30 a month."""
    resolved = desk({"upfront": "9000 EUR", "running": "400 EUR/month", "per_agent": "30 EUR/month"})
    assert lines(resolved, used(resolved)) == {
        "upfront": [0, -9000, 0, 0],
        "running": pytest.approx([0, 0, -400, -400]),
        "workplaces": pytest.approx([0, 0, -150, -150]),
    }


def test_in_the_month_of_going_live_by_its_days():
    """Live on 16 February: 13 of its 28 days."""
    resolved = desk({"running": "400 EUR/month", "per_agent": "30 EUR/month"}, start="2027-02-02", live_after="14 days")
    found = lines(resolved, used(resolved))
    assert found["running"] == pytest.approx([0, -400 * 13 / 28, -400, -400])
    assert found["workplaces"] == pytest.approx([0, -150 * 13 / 28, -150, -150])


def test_the_ramp_costs_in_full():
    resolved = desk({"running": "400 EUR/month"}, ramp="2 months", changes={"reasons.order.handle": "-10 %"})
    assert lines(resolved, used(resolved))["running"] == pytest.approx([0, 0, -400, -400])


def test_before_the_horizon_upfront_is_sunk():
    resolved = desk({"upfront": "9000 EUR", "running": "400 EUR/month"}, start="2026-11")
    assert lines(resolved, used(resolved)) == {"running": pytest.approx([-400] * 4)}


def test_undecided_costs_nothing():
    resolved = desk({"upfront": "9000 EUR", "running": "400 EUR/month"}, start=None)
    assert lines(resolved, used(resolved)) == {}


def test_per_contact_need_and_order():
    handled = np.array([[100.0, 200.0, 300.0, 400.0]])
    needs = np.array([10.0, 20.0, 30.0, 40.0])
    for use, expected in (("contact", [0, 0, -150, -200]), ("need", [0, 0, -15, -20])):
        resolved = desk({"per_use": "0.5 EUR", "use": use})
        found = lines(resolved, used(resolved, team_handled=handled, needs=needs))
        assert found["per_use"] == pytest.approx(expected), use
    resolved = desk({"per_use": "0.5 EUR", "use": "order"})
    orders = 1000 * 12 / 365.25  # a day
    assert lines(resolved, used(resolved))["per_use"] == pytest.approx([0, 0, -0.5 * 31 * orders, -0.5 * 30 * orders])


def test_per_minute_with_contacts_in_hand():
    resolved = desk({"per_minute": "0.1 EUR"})
    busy = np.array([[60.0, 60.0, 60.0, 120.0]]) * 60_000
    assert lines(resolved, used(resolved, busy_ms=busy))["per_use"] == pytest.approx([0, 0, -6, -12])


def test_a_level_and_a_team_of_the_price():
    document = copy.deepcopy(DESK)
    document["teams"]["other"] = {"agents": 2, "serves": ["phone"]}
    document["investments"] = {
        "crm": {
            "cost": {"running": "100 EUR/month", "per_agent": "30 EUR/month", "teams": ["desk"]},
            "levels": {"pro": {"cost": {"running": "300 EUR/month"}}},
        }
    }
    document["decisions"] = {"investments": {"crm": {"start": "2027-03-01", "level": "pro"}}}
    resolved = resolve(document)
    found = lines(resolved, used(resolved, heads=np.full((2, 4), 5.0), paid_ms=np.zeros((2, 4))))
    assert found["running"] == pytest.approx([0, 0, -300, -300])
    assert found["workplaces"] == pytest.approx([0, 0, -150, -150])  # five heads of the desk alone


def test_hours_away_are_training_and_not_wages():
    """16 h of five agents at 25 EUR an hour: 2000 EUR, in February; what the desk is paid in all stays the same."""
    resolved, bare = desk({"agent_hours": "16 h"}), desk(start=None)
    one = used(resolved)
    assert lines(resolved, one) == {"training": pytest.approx([0, -2000, 0, 0])}
    with_it, without = (lines(world, one, "teams.desk") for world in (resolved, bare))
    paid = np.array([-5 * 160 * 25.0] * 4)
    assert without["wages"] == pytest.approx(paid)
    assert with_it["wages"] == pytest.approx(paid + np.array([0, 2000, 0, 0]))
    assert with_it["overhead"] == without["overhead"]


def test_hours_of_agents_given_directly_are_paid_on_top():
    document = copy.deepcopy(DESK)
    document["teams"]["desk"] |= {"shifts": {}}
    document["investments"] = {"crm": {"live_after": "28 days", "cost": {"agent_hours": "16 h"}}}
    document["decisions"] = {"investments": {"crm": "2027-02-01"}}
    resolved = resolve(document)
    one = used(resolved)
    assert lines(resolved, one)["training"] == pytest.approx([0, -2000, 0, 0])
    assert lines(resolved, one, "teams.desk")["wages"] == pytest.approx([-5 * 160 * 25.0] * 4)


def test_the_hours_are_missing_from_the_shifts_before_it_is_live():
    """Five agents x 16 h in the four weeks of February; blocks are whole minutes, one a shift."""
    resolved, bare = desk({"agent_hours": "16 h"}), desk(start=None)
    there, before = (draw_roster(world, 1, 0) for world in (resolved, bare))
    missing = (before.scheduled_ms - there.scheduled_ms).sum(axis=0)
    day = resolved.calendar.slot_local[0]
    first = (dt.date(2027, 2, 1) - dt.date(2027, 1, 1)).days
    inside = (day >= first) & (day < first + 28)
    assert missing[~inside].sum() == 0
    assert missing[inside].sum() / MS_PER_HOUR == pytest.approx(80, abs=5 * 20 / 2 / 60)
    assert (there.paid_ms == before.paid_ms).all()
    assert missing.max() <= 5 * HALF_HOUR_MS


@pytest.mark.parametrize("engine", ["simpy", "fast"])
def test_results_are_the_same_with_and_without_an_option_that_is_not_decided(engine):
    bare = resolve(DESK)
    offered = desk({"upfront": "1 EUR", "agent_hours": "8 h"}, start=None, changes={"reasons.order.handle": "-50 %"},
                   adds={"bots": {"b": {"channels": ["phone"], "contains": {"order": "50 %"}}}})  # fmt: skip
    one, other = (simulate(world, seed=3, replication=1, engine=engine) for world in (bare, offered))
    for name, column in vars(one.outcomes).items():
        assert np.array_equal(column, getattr(other.outcomes, name)), name
    flows = [cash_flows(world, [usage_of(world)]) for world in (bare, offered)]
    assert flows[0].equals(flows[1])


def test_a_decided_option_acts_in_the_simulation():
    """A bot that contains all and meets the need: from the day it is live nobody waits for an agent."""
    adds = {"bots": {"b": {"channels": ["phone"], "contains": {"order": "100 %"}, "cost": {"per_use": "1 EUR"}}}}
    resolved = desk(adds=adds)
    one = usage_of(resolved)
    assert one.team_handled[0, :2].min() > 0
    assert one.team_handled[0, 2:].max() <= 8  # those whose need arose before
    assert one.bot_sessions[0, :2].max() == 0
    assert one.bot_sessions[0, 2:].min() > 0
    assert lines(resolved, one, "bots.b")["per_use"] == pytest.approx((-one.bot_sessions[0]).tolist())
