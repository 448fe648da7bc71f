"""The closed loop: one fixed point whatever the start, causes before effects, directions, the open loop unchanged."""

import pickle
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sim.demand.rates import customers_by_day, orders_by_day
from sim.engine import simulate
from sim.engine.workforce import pipeline
from sim.feedback import Unbounded, closed_loops, distance, implied_feedback, no_feedback, replicate_closed
from sim.replicate import Replications, replicate
from sim.scenario.load import resolve
from sim.scenario.resolved import Feedback, Resolved

DOCUMENT: dict[str, Any] = {
    "schema": 1,
    "name": "shop",
    "horizon": {"start": "2027-01-01", "months": 4},
    "experiment": {"replications": 2, "seed": 5},
    "customers": {"active": 3000, "new": "60 /month", "orders": "1 /month", "churn": "2 %/month"},
    "reasons": {
        "order": {
            "per_order": 0.25,
            "lag": "2 days",
            "channels": {"phone": "100 %"},
            "handle": {"mean": "30 min", "cv": 1},
            "resolved_first": "80 %",
        }
    },
    "channels": {"phone": {"patience": "20 min", "target": {"share": "80 %", "within": "60 s"}}},
    "teams": {"desk": {"agents": 1, "serves": ["phone"]}},
    "retention": {"churn": {"unresolved": "20 points", "late": "5 points"}, "referrals": {"per_promoter": "8 %"}},
    "feedback": {"tolerance": "0 %"},
}


def shop(**blocks: Any) -> Resolved:
    """The shop with blocks merged in, one level deep."""
    document = {**DOCUMENT}
    for name, block in blocks.items():
        document[name] = {**document.get(name, {}), **block} if isinstance(block, dict) else block
    return resolve(document)


def crowded(attrition: str = "6 %/year", **team: Any) -> Resolved:
    """Six agents who have more to do than they can, and leave for it."""
    desk = {
        "agents": 6,
        "serves": ["phone"],
        "attrition": {"base": "20 %/year", "per_occupancy_point_over_85": attrition, "replace": "none"},
        **team,
    }
    return shop(customers={"active": 40000, "new": "0 /month"}, teams={"desk": desk}, retention={"mode": "off"})


def extreme(resolved: Resolved) -> Feedback:
    """A guess that is as wrong as can be: half the team and most customers leave each month."""
    months = len(resolved.calendar.month_labels)
    segments = max(1, len(resolved.scenario.segments))
    crowd = np.full((segments, months), 1.0)
    return Feedback(np.full((1, months), 0.5), crowd * 2000.0, crowd * 10.0)


def fed_back(run: Replications) -> Feedback:
    """The feedback of the last pass."""
    assert run.resolved.feedback is not None
    return run.resolved.feedback


def same(one: Feedback, other: Feedback) -> bool:
    return all(
        np.array_equal(getattr(one, name), getattr(other, name)) for name in ("attrition", "churned", "referred")
    )


@pytest.mark.parametrize("make", [shop, crowded])
def test_the_fixed_point_is_the_same_from_two_starting_points(make):
    resolved = make()
    from_nothing, from_afar = replicate_closed(resolved), replicate_closed(resolved, start=extreme(resolved))
    for found in (from_nothing, from_afar):
        assert found.loop is not None
        assert found.loop.residual == 0
        assert found.loop.passes <= 5  # four months and one more
    assert same(fed_back(from_nothing), fed_back(from_afar))
    assert pickle.dumps(from_nothing.tallies) == pickle.dumps(from_afar.tallies)
    assert pickle.dumps(from_nothing.usage) == pickle.dumps(from_afar.usage)


def test_each_pass_is_right_about_one_month_more():
    """The first month does not depend on the guess, the second only on the first, and so on."""
    resolved = shop()
    truth = fed_back(replicate_closed(resolved))
    guess = extreme(resolved)
    for month in range(4):
        run = replicate(replace(resolved, feedback=guess))
        guess = implied_feedback(run.resolved, run.tallies, run.usage)
        assert np.array_equal(guess.churned[:, : month + 1], truth.churned[:, : month + 1])
        assert np.array_equal(guess.referred[:, : month + 1], truth.referred[:, : month + 1])


def test_at_the_fixed_point_the_months_agree_with_each_other():
    found = replicate_closed(shop())
    feedback = fed_back(found)
    for told, column in ((feedback.churned, "customers_lost"), (feedback.referred, "customers_won")):
        happened = np.mean([getattr(usage, column)[0] for usage in found.usage], axis=0)
        assert told[0, 0] == 0
        assert np.array_equal(told[0, 1:], happened[:-1])
    assert (feedback.churned[0, 1:] > 1).all()


def test_without_loops_nothing_changes_to_the_last_byte():
    open_loop = replicate(shop(retention={"mode": "measured_only"}))
    for resolved in (
        shop(feedback={"customers": False}),
        shop(retention={"mode": "measured_only"}),
        shop(retention={"mode": "measured_only"}, feedback={"max_passes": 1}),
    ):
        found = replicate_closed(resolved)
        assert found.loop is None
        assert found.resolved.feedback is None
        assert pickle.dumps(found.tallies) == pickle.dumps(open_loop.tallies)
        assert pickle.dumps(found.usage) == pickle.dumps(open_loop.usage)
    zeros = replace(shop(), feedback=no_feedback(shop()))
    assert simulate(zeros, 5, 0).outcomes.digest() == simulate(shop(), 5, 0).outcomes.digest()


def test_worse_service_means_fewer_customers_fewer_orders_and_fewer_contacts():
    """The trap of closing the loop: who is lost needs no help any more."""
    good = replicate_closed(shop(teams={"desk": {"agents": 8, "serves": ["phone"]}}))
    bad = replicate_closed(shop())
    for run in (good, bad):
        assert run.loop is not None
        assert run.loop.holds
    customers = [customers_by_day(run.resolved) for run in (good, bad)]
    assert (customers[1][:32] == customers[0][:32]).all()  # nothing shows in the first month
    assert (customers[1][32:] < customers[0][32:]).all()
    orders = [orders_by_day(run.resolved, 0).sum() for run in (good, bad)]
    assert orders[1] < orders[0]
    needs = [np.sum([usage.needs for usage in run.usage], axis=0) for run in (good, bad)]
    assert needs[1][0] == needs[0][0]
    assert needs[1][3] < needs[0][3]


def test_referrals_bring_orders():
    without = replicate_closed(shop(retention={"referrals": {}}))
    with_ = replicate_closed(shop())
    assert customers_by_day(with_.resolved)[-1] > customers_by_day(without.resolved)[-1]


def test_busy_agents_leave_and_those_who_stay_are_busier():
    calm, driven = replicate_closed(crowded("0 %/year")), replicate_closed(crowded())
    assert calm.loop is None
    assert driven.loop is not None
    assert driven.loop.loops == ("workforce",)
    assert (fed_back(driven).attrition[0, 1:] > 0.005).all()
    assert fed_back(driven).attrition[0, 0] == 0  # of the months before, nothing is known
    there = [pipeline(run.resolved).crews[0].serving(0, 120).sum(axis=0) for run in (calm, driven)]
    assert (there[1] <= there[0]).all()
    assert there[1][-1] < there[0][-1]
    on_duty = [run.tallies[0].months.teams["duty_ms"][:, 0] for run in (calm, driven)]
    assert on_duty[1][0] == on_duty[0][0]
    assert on_duty[1][-1] < on_duty[0][-1]
    answered = [run.tallies[0].months.cells["answered"].sum(axis=(1, 2)) for run in (calm, driven)]
    assert answered[1][-1] < answered[0][-1]


def test_both_loops_together():
    both = replicate_closed(shop(teams=crowded().document["teams"], customers={"active": 40000}))
    assert both.loop is not None
    assert both.loop.loops == ("customers", "workforce")
    assert both.loop.residual == 0
    assert fed_back(both).attrition.any()
    assert fed_back(both).churned.any()


def test_passes_that_do_not_converge_say_so():
    found = replicate_closed(shop(feedback={"max_passes": 1}))
    assert found.loop is not None
    assert not found.loop.holds
    assert "NOT converged after 1 pass;" in str(found.loop)
    assert found.loop.residual == pytest.approx(
        distance(shop(), no_feedback(shop()), implied_feedback(found.resolved, found.tallies, found.usage))
    )


def test_fewer_replications_at_first_and_all_at_the_end():
    done: list[tuple[int, int]] = []
    wide = shop(feedback={"tolerance": "0.5 %", "replications": 1}, experiment={"replications": 3, "seed": 5})
    found = replicate_closed(wide, progress=lambda now, total: done.append((now, total)))
    assert found.count == 3
    assert found.loop is not None
    assert found.loop.holds
    assert done[0] == (1, 1)
    assert done[-1][0] == done[-1][1] >= 4  # one replication, then three
    again = implied_feedback(found.resolved, found.tallies, found.usage)
    assert distance(wide, fed_back(found), again) == found.loop.residual <= 0.005


def test_first_passes_never_take_more_than_all():
    done: list[tuple[int, int]] = []
    found = replicate_closed(
        shop(feedback={"replications": 9}), replications=1, progress=lambda now, total: done.append((now, total))
    )
    assert found.count == 1
    assert done[0] == (1, 1)


def test_referrals_without_end_are_refused():
    with pytest.raises(Unbounded, match=r"shop: customers bring more customers without end.*per_promoter"):
        replicate_closed(shop(retention={"referrals": {"per_promoter": "100000000 %"}}))


def test_loops_that_nothing_is_declared_for_are_open():
    assert closed_loops(shop()) == ("customers",)
    assert closed_loops(crowded()) == ("workforce",)
    assert closed_loops(shop(retention={"churn": {}, "referrals": {}})) == ()
    event = {"from": "2027-02-01", "until": "2027-02-20", "changes": {"retention.churn.late": "+ 3 points"}}
    dated = shop(retention={"churn": {}, "referrals": {}}, demand={"events": {"scandal": event}})
    assert closed_loops(dated) == ("customers",)


def test_each_segment_loses_its_own_customers():
    """Who forgives less is lost sooner, though both wait alike; those won join as new customers do."""
    kinds = {"new": {"share": "50 %", "retention": "300 %"}, "loyal": {"share": "50 %", "retention": "50 %"}}
    resolved = shop(segments=kinds, horizon={"months": 3})
    found, from_afar = replicate_closed(resolved), replicate_closed(resolved, start=extreme(resolved))
    assert same(fed_back(found), fed_back(from_afar))
    new, loyal = fed_back(found).churned[:, 1:]
    assert (new > 3 * loyal).all()
    assert np.allclose(*fed_back(found).referred)
    days = [customers_by_day(found.resolved, segment)[-1] for segment in kinds]
    assert days[0] < days[1] - 20
    assert sum(days) == pytest.approx(customers_by_day(found.resolved)[-1])


def test_both_engines_find_the_same_fixed_point():
    resolved = shop(horizon={"months": 2})
    fast, reference = (replicate_closed(resolved, engine=engine) for engine in ("fast", "simpy"))
    assert same(fed_back(fast), fed_back(reference))
    assert fast.loop == reference.loop
