"""Kinds of customers (rule 2.5): rates, patience, priority, margin and churn of their own."""

from typing import Any

import numpy as np
import pytest

from evaluate.cashflow import cash_flows
from evaluate.retention import margin_by_month
from sim.demand.draw import draw_tape, expected_needs
from sim.demand.rates import customers_by_day, orders_by_day
from sim.demand.tape import NEVER
from sim.engine import simulate
from sim.engine.plan import make_plan
from sim.feedback import no_feedback
from sim.kpis import estimate, kpi_table
from sim.replicate import named_kpi, replicate
from sim.scenario.load import resolve
from sim.scenario.problems import ScenarioProblems

WORLD: dict[str, Any] = {
    "schema": 1,
    "name": "shop",
    "horizon": {"start": "2027-01-04", "length": "28 days"},
    "customers": {"active": 10_000, "orders": "1 /month", "order_value": "50 EUR", "margin": "40 %"},
    "reasons": {
        "status": {"per_order": 0.5, "channels": {"phone": "100 %"}, "handle": "4 min"},
        "fault": {"per_customer": "0.2 /month", "channels": {"phone": "100 %"}, "handle": "10 min"},
    },
    "channels": {"phone": {"patience": "10 min", "target": {"share": "80 %", "within": "20 s"}}},
    "teams": {"desk": {"agents": 3, "serves": ["phone"]}},
}
KINDS: dict[str, Any] = {
    "new": {"share": "40 %", "orders": "50 %", "patience": "50 %", "handle": {"fault": "150 %"}, "churn": "200 %"},
    "loyal": {"share": "60 %", "orders": "150 %", "needs": {"status": "80 %"}, "priority": 2, "margin": "110 %"},
}


def world(**changes):
    return resolve({**WORLD, "segments": KINDS, **changes})


def test_needs_by_hand():
    """Orders: 4,000 x 0.5 and 6,000 x 1.5 a month; half of the first bring a need, 0.4 of the second."""
    resolved = world()
    needs = dict(zip(resolved.scenario.reasons, expected_needs(resolved).sum(axis=1), strict=True))
    months = 28 / (365.25 / 12)
    assert needs["status@new"] == pytest.approx(4000 * 0.5 * 0.5 * months)
    assert needs["status@loyal"] == pytest.approx(6000 * 1.5 * 0.5 * 0.8 * months)
    assert needs["fault@new"] == pytest.approx(4000 * 0.2 * months)
    assert needs["fault@loyal"] == pytest.approx(6000 * 0.2 * months)
    assert orders_by_day(resolved, 0).sum() == pytest.approx((2000 + 9000) * months)


def test_one_kind_like_all_is_the_scenario_without_kinds():
    alone, none = world(segments={"all": {"share": "100 %"}}), resolve(WORLD)
    assert expected_needs(alone).tobytes() == expected_needs(none).tobytes()
    assert customers_by_day(alone).tobytes() == customers_by_day(none).tobytes()


def test_patience_and_work_are_the_kind_s_own():
    resolved = world()
    tape = draw_tape(resolved, 3, 0)
    mean = {}
    for number, reason in enumerate(resolved.scenario.reasons):
        rows = np.flatnonzero(tape.reason[tape.ticket] == number)
        patience, work = tape.patience_ms[0, rows], tape.work_ms[0, rows]
        assert (patience < NEVER).all()
        mean[reason] = (
            patience.mean() / 60_000,
            1.96 * patience.std() / np.sqrt(len(rows)) / 60_000,
            work.mean() / 60_000,
        )
    for reason, expected in (("status@new", 5.0), ("status@loyal", 10.0)):
        assert abs(mean[reason][0] - expected) < 3.5 / 1.96 * mean[reason][1]
    assert [round(mean[reason][2], 6) for reason in mean] == [4.0, 4.0, 15.0, 10.0]


def test_a_higher_priority_waits_less_and_equal_ones_share_a_queue():
    few = {"desk": {"agents": 2, "serves": ["phone"]}}
    same = world(
        teams=few, segments={name: {**kind, "priority": 0, "patience": "100 %"} for name, kind in KINDS.items()}
    )
    assert len(set(make_plan(same).routing.queue_of.ravel().tolist())) == 1
    first = world(teams=few, segments={name: {**kind, "patience": "100 %"} for name, kind in KINDS.items()})
    assert len(set(make_plan(first).routing.queue_of.ravel().tolist())) == 2
    waits = {
        name: np.array(
            [
                [estimate(resolved, [tally], "average_speed_of_answer", reason=f"@{kind}").value for kind in KINDS]
                for tally in replicate(resolved, seed=5, replications=6).tallies
            ]
        )
        for name, resolved in (("same", same), ("first", first))
    }
    new, loyal = (waits["first"] - waits["same"]).T  # the same tapes
    assert (loyal < 0).all()  # the loyal gain in every replication ...
    assert (new > 0).all()  # ... and the others pay for it
    ahead = waits["same"][:, 0] - waits["same"][:, 1]
    assert abs(ahead.mean()) < 3.5 * ahead.std(ddof=1) / np.sqrt(6)  # one line: nobody is ahead


def test_tables_add_rows_of_reasons_and_of_kinds():
    resolved = world()
    tallies = replicate(resolved, seed=5, replications=2).tallies
    table = kpi_table(resolved, tallies)
    needs = table[(table["kpi"] == "needs") & (table["month"] == "all") & (table["channel"] == "all")]
    value = needs.set_index("reason")["value"]
    assert value["status"] == pytest.approx(value["status@new"] + value["status@loyal"])
    assert value["@loyal"] == pytest.approx(value["status@loyal"] + value["fault@loyal"])
    assert value["all"] == pytest.approx(value["@new"] + value["@loyal"])
    wait = {
        r: estimate(resolved, tallies, "average_speed_of_answer", reason=r)
        for r in ("status", "status@new", "status@loyal")
    }
    mean = (
        wait["status@new"].value * wait["status@new"].n + wait["status@loyal"].value * wait["status@loyal"].n
    ) / wait["status"].n
    assert wait["status"].value == pytest.approx(mean)  # a ratio of sums
    assert named_kpi(resolved, "service_level(phone, @loyal)") == (
        "service_level",
        {"channel": "phone", "reason": "@loyal"},
    )


def test_customers_of_each_kind_leave_at_their_own_rate():
    resolved = world(customers={**WORLD["customers"], "churn": "2 %/month", "new": "300 /month"})
    fresh = 300 / (365.25 / 12)

    def path(active: float, new: float, keep_a_day: float) -> float:
        for _ in range(27):
            active = active * keep_a_day + new
        return active

    day = 0.98 ** (12 / 365.25)
    assert customers_by_day(resolved, "new")[-1] == pytest.approx(path(4000, 0.4 * fresh, day**2))
    assert customers_by_day(resolved, "loyal")[-1] == pytest.approx(path(6000, 0.6 * fresh, day))
    total = customers_by_day(resolved, "new") + customers_by_day(resolved, "loyal")
    np.testing.assert_allclose(customers_by_day(resolved), total)


def test_margin_is_the_kind_s_own():
    resolved = world()
    thousand = np.full(28, 1000.0)
    days = 28 / (365.25 / 12)
    assert margin_by_month(resolved, thousand, "new").sum() == pytest.approx(1000 * 0.5 * 50 * 0.40 * days)
    assert margin_by_month(resolved, thousand, "loyal").sum() == pytest.approx(1000 * 1.5 * 50 * 0.44 * days)


def test_who_forgives_is_lost_less():
    retention = {"mode": "closed", "churn": {"late": "2 points"}}
    kinds = {name: {"share": "50 %", "retention": factor} for name, factor in (("new", "200 %"), ("loyal", "50 %"))}
    two_months = {"start": "2027-01-04", "months": 2}
    few = {"desk": {"agents": 2, "serves": ["phone"]}}
    resolved = world(segments=kinds, retention=retention, teams=few, horizon=two_months)
    assert no_feedback(resolved).churned.shape[0] == 2
    found = replicate(resolved, seed=2, replications=2)
    per_late = {}
    for kind in kinds:
        where = {"reason": f"@{kind}"}
        per_late[kind] = estimate(resolved, found.tallies, "customers_lost", **where).value
    late = {kind: estimate(resolved, found.tallies, "churn_points", reason=f"@{kind}") for kind in kinds}
    assert late["new"].value > 3 * late["loyal"].value > 0  # the same waits; four times as many points for each
    assert per_late["new"] > 3 * per_late["loyal"] > 0
    flows = cash_flows(resolved, found.usage)
    assert (flows["category"] == "margin_lost").any()


def test_both_engines_agree():
    resolved = world()
    assert simulate(resolved, 1, 0, "simpy").outcomes.digest() == simulate(resolved, 1, 0, "fast").outcomes.digest()


def test_what_is_wrong_is_said_at_once():
    wrong = {
        "new": {"share": "50 %", "needs": {"statsu": "50 %"}},
        "loyal": {"share": "60 %", "of_new": "10 %"},
    }
    with pytest.raises(ScenarioProblems) as found:
        world(segments=wrong)
    said = {problem.path: str(problem) for problem in found.value.problems}
    assert set(said) == {"segments", "segments.new", "segments.new.needs.statsu"}
    assert "status" in said["segments.new.needs.statsu"]
