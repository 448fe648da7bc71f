"""Stakeholders: engagement, gains and losses, the ranking and how firm it is, worked by hand."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluate.stakeholders import engagement, judge, stable_range
from sim.scenario.schema.judgement import Stakeholder
from tests.evaluate.judged import comparison

PEOPLE: dict[str, Any] = {
    "stakeholders": {
        "customers": {"interest": 8, "power": 5, "cares": {"csat": 3, "average_speed_of_answer(phone)": 1}},
        "finance": {"interest": 5, "power": 8, "cares": {"cost_per_contact": 1}},
        "agents": {"interest": 9, "power": 1, "weight": 20, "cares": {"occupancy": -1}},
    }
}
BASE = {"csat": 0.80, "average_speed_of_answer(phone)": 100, "cost_per_contact": 4.0, "occupancy": 0.80}
MORE_AGENTS = {"csat": 0.88, "average_speed_of_answer(phone)": 50, "cost_per_contact": 5.0, "occupancy": 0.72}


@pytest.mark.parametrize(
    ("power", "interest", "word"),
    [(8, 8, "manage closely"), (8, 2, "keep satisfied"), (2, 8, "keep informed"), (2, 2, "monitor"),
     (5, 4.9, "keep satisfied")],
)  # fmt: skip
def test_the_four_quadrants(power, interest, word):
    assert engagement(Stakeholder(power=power, interest=interest, cares={"csat": 1})) == word


def outcome(judged, name, option="option_1"):
    return next(o for o in judged.outcomes if (o.stakeholder, o.option) == (name, option))


def test_scores_are_weighted_gains_in_the_direction_that_each_wants():
    """Customers (3 x 10 % + 1 x 50 %) / 4 = 20 %; finance -25 %; agents want less occupancy: +10 %.

    All: weights 40, 40, 20: (40 x 20 - 40 x 25 + 20 x 10) / 100 = 0 %.
    """
    judged = judge(comparison(BASE, MORE_AGENTS, **PEOPLE))
    assert judged is not None
    scores = {name: outcome(judged, name).score.value for name in PEOPLE["stakeholders"]}
    assert scores == pytest.approx({"customers": 0.20, "finance": -0.25, "agents": 0.10})
    assert [outcome(judged, name).verdict for name in scores] == ["gains", "loses", "gains"]
    assert judged.weights == {"customers": 40, "finance": 40, "agents": 20}
    assert {one.option: one.score.value for one in judged.ranking} == pytest.approx({"today": 0, "option_1": 0})


def test_conflicts_name_both_sides_and_what_the_loser_loses_by():
    judged = judge(comparison(BASE, MORE_AGENTS, **PEOPLE))
    assert judged is not None
    found = {(c.option, c.gains, c.loses, c.kpi) for c in judged.conflicts}
    assert found == {("option_1", who, "finance", "cost_per_contact") for who in ("customers", "agents")}


def test_nobody_gains_where_the_interval_of_the_paired_difference_includes_0():
    """Differences of -2, -1, 2, 3 points: mean 0.5, half-width 3.79."""
    noisy = MORE_AGENTS | {"cost_per_contact": [[3.98] * 3, [3.99] * 3, [4.02] * 3, [4.03] * 3]}
    judged = judge(comparison(BASE, noisy, **PEOPLE))
    assert judged is not None
    found = outcome(judged, "finance")
    assert found.verdict == "unclear"
    assert found.score.low < 0 < found.score.high
    assert judged.conflicts == ()


def test_pairs_that_share_their_noise_are_told_apart():
    """Both swing by 20 points between replications, and the option is always 1 point better: a sure gain."""
    swing = [0.6, 0.7, 0.8, 0.9]
    base = BASE | {"csat": [[s] * 3 for s in swing]}
    better = BASE | {"csat": [[s + 0.01] * 3 for s in swing]}
    found = outcome(judge(comparison(base, better, **PEOPLE)), "customers")
    assert found.verdict == "gains"
    assert found.score.value == pytest.approx(3 / 4 * 0.01 / 0.75)


def test_the_same_in_every_replication_is_no_change():
    assert outcome(judge(comparison(BASE, BASE, **PEOPLE)), "agents").verdict == "no change"


def test_one_replication_makes_nobody_sure():
    judged = judge(comparison(BASE, MORE_AGENTS, replications=1, **PEOPLE))
    assert judged is not None
    assert {o.verdict for o in judged.outcomes} == {"unclear"}


def test_what_cannot_be_measured_is_left_out_and_named():
    people: dict[str, Any] = {
        "stakeholders": {"x": {"interest": 1, "power": 1, "cares": {"containment": 5, "csat": 1}}}
    }
    judged = judge(comparison({"csat": 0.5}, {"csat": 0.6}, **people))
    assert judged is not None
    assert judged.unmeasured == (("x", "containment"),)
    assert outcome(judged, "x").score.value == pytest.approx(0.2)


def test_without_options_or_people_there_is_nothing_to_judge():
    assert judge(comparison(BASE, **PEOPLE)) is None
    assert judge(comparison(BASE, MORE_AGENTS)) is None


def test_the_range_of_a_weight_is_where_lines_cross():
    """Winner a: 0.2 w + 10 x 0.1; b: 0.5 w + 0. They cross at w = 1 / 0.3 = 3.333; against c (0 w + 2 x ...) below."""
    scores = {("s", "a"): 0.2, ("t", "a"): 0.1, ("s", "b"): 0.5, ("t", "b"): 0.0, ("s", "c"): 0.0, ("t", "c"): 0.12}
    found = stable_range("s", "a", {"s": 2.0, "t": 10.0}, scores, ["base", "a", "b", "c"])
    assert found.low == pytest.approx(1.0)
    assert found.below == "c"
    assert found.high == pytest.approx(10 / 3)
    assert found.above == "b"


_SCORE = st.integers(-20, 20)


@given(st.lists(st.tuples(_SCORE, _SCORE, _SCORE), min_size=1, max_size=4), st.tuples(*[st.integers(0, 9)] * 3))
def test_inside_the_range_the_winner_wins_and_outside_it_does_not(rows, weights):
    names = ["s", "t", "u"]
    options = ["base", *(f"o{place}" for place in range(len(rows)))]
    scores = {(n, f"o{place}"): float(v) for place, row in enumerate(rows) for n, v in zip(names, row, strict=True)}
    given_weights = dict(zip(names, map(float, weights), strict=True))

    def total(option, w):
        return sum(weight * scores.get((n, option), 0.0) for n, weight in ({**given_weights, "s": w}).items())

    winner = max(options, key=lambda option: total(option, given_weights["s"]))
    found = stable_range("s", winner, given_weights, scores, options)
    assert found.low <= given_weights["s"] <= found.high
    top = found.high if math.isfinite(found.high) else found.low + 100
    for w in (found.low, (found.low + top) / 2, top):
        assert total(winner, w) >= max(total(option, w) for option in options) - 1e-9
    if found.low > 0:
        below = found.low * 0.99
        assert total(found.below, below) > total(winner, below)
    if math.isfinite(found.high):
        above = found.high * 1.01 + 1e-6
        assert total(found.above, above) > total(winner, above)
