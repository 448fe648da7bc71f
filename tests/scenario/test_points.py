"""Percentage points, the one quantity of a scenario that may be below zero; and what `retention` refuses."""

import pytest

from sim.scenario.load import resolve
from sim.scenario.problems import ScenarioProblems
from sim.scenario.units import QuantityError, parse_points


def document(retention: dict, **blocks) -> dict:
    return {
        "schema": 1,
        "name": "shop",
        "horizon": {"start": "2027-01-01", "months": 2},
        "customers": {"active": 100},
        "reasons": {"help": {"rate": "10 /day", "channels": {"phone": "100 %"}, "handle": "4 min"}},
        "channels": {"phone": {}},
        "teams": {"desk": {"agents": 1, "serves": ["phone"]}},
        "retention": retention,
        **blocks,
    }


@pytest.mark.parametrize(
    ("text", "value"),
    [("0.6 points", 0.006), ("-0.1 points", -0.001), ("1 point", 0.01), ("0", 0.0), (0, 0.0), ("-100 points", -1.0)],
)
def test_points_are_hundredths(text, value):
    assert parse_points(text) == pytest.approx(value)


@pytest.mark.parametrize("text", ["2 %", 0.5, "2", "101 points", "2 points/month", "two points", True])
def test_what_is_no_number_of_points(text):
    with pytest.raises(QuantityError):
        parse_points(text)


@pytest.mark.parametrize(
    ("change", "late"),
    [("+ 0.5 points", 1.5), ("- 2 points", -1.0), ("x 3", 3.0), ("-50 %", 0.5), ("4 points", 4.0)],
)
def test_changes_of_points(change, late):
    found = resolve(document({"churn": {"late": "1 points"}}, changes={"retention.churn.late": change}))
    assert found.scenario.retention.churn.late * 100 == pytest.approx(late)


def test_points_that_are_added_have_their_unit():
    with pytest.raises(ScenarioProblems, match="quantity of the same kind"):
        resolve(document({"churn": {"late": "1 points"}}, changes={"retention.churn.late": "- 0.5"}))


def test_a_share_in_the_place_of_points_is_told_what_was_meant():
    with pytest.raises(ScenarioProblems) as found:
        resolve(document({"churn": {"late": "2 %"}}))
    assert "'2 %' is not a number of percentage points" in str(found.value)
    assert "did you mean '2 points'?" in str(found.value)


def test_customers_who_are_not_there_cannot_be_lost():
    with pytest.raises(ScenarioProblems, match="service cannot lose or win customers: there are none"):
        resolve(document({"churn": {"late": "1 points"}}, customers={"active": 0}))
    resolve(document({"churn": {"late": "1 points"}, "mode": "off"}, customers={"active": 0}))


def test_points_may_change_for_a_while_and_the_mode_may_not():
    event = {"from": "2027-01-10", "until": "2027-01-20", "changes": {"retention.churn.late": "+ 1 points"}}
    resolved = resolve(document({"churn": {"late": "1 points"}}, demand={"events": {"outage": event}}))
    assert [v.retention.churn.late for v in resolved.variants] == pytest.approx([0.01, 0.02])
    event["changes"] = {"retention.mode": "measured_only"}
    with pytest.raises(ScenarioProblems, match="this cannot change for a while"):
        resolve(document({"churn": {"late": "1 points"}}, demand={"events": {"outage": event}}))


def test_what_counts_and_what_closes():
    for retention, counts, closes in (
        ({}, False, False),
        ({"churn": {"late": "1 points"}}, True, True),
        ({"referrals": {"per_promoter": "1 %"}}, True, True),
        ({"churn": {"late": "1 points"}, "mode": "measured_only"}, True, False),
        ({"churn": {"late": "1 points"}, "mode": "off"}, False, False),
    ):
        found = resolve(document(retention)).scenario.retention
        assert (found.counts, found.closes) == (counts, closes)
