"""Gaps to targets and benchmarks, and what options do about them, worked by hand."""

from typing import Any

import pytest

from evaluate.benchmarks import BenchmarkFigure, Range, benchmark_set, figures_of
from evaluate.gaps import Gap, When, by_when, gap_rows, percentile, position
from sim.kpis import KPIS
from sim.scenario.checks_judgement import benchmark_sets
from sim.scenario.kpi_names import UNIT_COSTS
from sim.scenario.kpi_text import Target, amount, named
from sim.scenario.load import resolve
from tests.evaluate.judged import comparison, series, world

PHONE: dict[str, Any] = {
    "channels": {"phone": {"target": {"share": "80 %", "within": "20 s"}}, "email": {"patience": "never"}}
}
PEERS: dict[str, Any] = {
    "benchmarks": {
        "peers": {
            "a": {"figures": {"average_speed_of_answer(phone)": "30 s"}, "industry": "fashion", "year": 2026},
            "b": {"figures": {"average_speed_of_answer(phone)": "40 s to 60 s", "fcr": "70 %"}},
            "c": {"figures": {"average_speed_of_answer(phone)": "90 s"}},
        }
    }
}


def gap(found: Gap | None) -> Gap:
    assert found is not None
    return found


def ends(figure: BenchmarkFigure) -> tuple[float, float]:
    assert figure.low is not None
    assert figure.high is not None
    return figure.low, figure.high


def row(found, text):
    return next(each for each in found if each.what.text == text)


def test_a_channels_promise_is_a_target_and_options_close_a_share_of_the_gap():
    """Today 70 %, promised 80 %: 10 points. An option at 75 % closes half of it, one at 85 % all and half again."""
    made = comparison(*({"service_level(phone)": v} for v in (0.70, 0.75, 0.85, 0.60)), **PHONE)
    (found,) = gap_rows(made)
    assert found.target_from == "channels.phone.target"
    assert gap(found.target).size == pytest.approx(0.10)
    shares = [found.to_target[f"option_{place}"].closed.value for place in (1, 2, 3)]
    assert shares == pytest.approx([0.5, 1.5, -1.0])
    assert found.to_target["today"].closed.value is None


def test_the_share_that_is_closed_has_the_interval_of_the_paired_difference():
    """Differences of 2, 4, 6, 8 points on a gap of 10: mean 5, half-width 3.1824 x 2.582 / 2 = 4.109 points."""
    base = {"service_level(phone)": [[0.7], [0.7], [0.7], [0.7]]}
    option = {"service_level(phone)": [[0.72], [0.74], [0.76], [0.78]]}
    (found,) = gap_rows(comparison(base, option, months=1, **PHONE))
    closed = found.to_target["option_1"].closed
    assert (closed.value, closed.low, closed.high) == pytest.approx((0.5, 0.5 - 0.4109, 0.5 + 0.4109), abs=1e-4)


def test_less_is_better_turns_the_gap_and_the_share_round():
    """120 s today, others 30 to 90 s: 30 s to go, half the range's width; at -50 % of it; an option at 105 s: half."""
    kpi = "average_speed_of_answer(phone)"
    found = row(gap_rows(comparison({kpi: 120, "fcr": 0.7}, {kpi: 105, "fcr": 0.7}, **PEERS)), kpi)
    assert (found.range.low, found.range.high) == (30, 90)
    assert (found.benchmark.aim, found.benchmark.size) == (Target("<=", 90.0), 30)
    assert found.benchmark.share_of_range == pytest.approx(0.5)
    assert found.position == pytest.approx(-0.5)
    assert found.to_benchmark["option_1"].closed.value == pytest.approx(0.5)
    assert found.to_benchmark["option_1"].when.month is None
    assert found.percentile == 0.0


@pytest.mark.parametrize(
    ("value", "good", "share"),
    [(35, "lower", 2 / 3), (50, "lower", 0.5), (20, "lower", 1.0), (35, "higher", 1 / 3), (35, "", None),
     (None, "lower", None)],
)  # fmt: skip
def test_the_percentile_is_the_share_of_peers_that_do_worse(value, good, share):
    """Peers at 30, 50 (the middle of 40 to 60) and 90; the same counts half."""
    peers = [f for f in figures_of(resolve(world(**PEERS)).scenario) if f.what.kpi == "average_speed_of_answer"]
    assert percentile(value, peers, good) == (None if share is None else pytest.approx(share))
    assert percentile(value, peers[:2], good) is None


def test_the_place_in_a_range_runs_from_its_poor_end_to_its_good_one():
    span = Range(20.0, 60.0, ())
    assert position(30, span, "higher") == 0.25
    assert position(30, span, "lower") == 0.75
    assert position(30, Range(20.0, 20.0, ()), "lower") is None


def test_without_a_good_direction_the_nearer_end_is_the_aim():
    benchmarks: dict[str, Any] = {"benchmarks": {"peers": {"a": {"figures": {"occupancy": "70 % to 80 %"}}}}}
    rows = [gap_rows(comparison({"occupancy": v}, **benchmarks))[0] for v in (0.6, 0.9, 0.75)]
    low, high, inside = (gap(one.benchmark) for one in rows)
    assert (low.aim, high.aim) == (Target(">=", 0.7), Target("<=", 0.8))
    assert (low.size, high.size) == pytest.approx((0.1, 0.1))
    assert inside.size == 0


def test_a_goal_goes_before_a_channels_promise():
    goals: dict[str, Any] = {"goals": {"more": {"kpi": "service_level(phone)", "target": ">= 90 %", "by": "2027-02"}}}
    (found,) = gap_rows(comparison({"service_level(phone)": 0.7}, **PHONE, **goals))
    assert found.target_from == "goals.more"
    assert gap(found.target).size == pytest.approx(0.2)


@pytest.mark.parametrize("order", [("80 %", "99 %"), ("99 %", "80 %")])
def test_of_several_goals_for_one_kpi_the_most_demanding_counts(order):
    goals = {f"g{k}": {"kpi": "fcr", "target": f">= {text}", "by": "2027-02"} for k, text in enumerate(order)}
    (found,) = gap_rows(comparison({"fcr": 0.7}, goals=goals))
    assert gap(found.target).aim.amount == 0.99


def test_by_when_has_the_months_at_either_end_of_the_intervals():
    """Means 30, 24, 20 h, half-widths about 4 h: met from February, at the good end so too, at the bad end in March."""
    spread = [[-2.5], [-0.5], [0.5], [2.5]]  # standard deviation 2.082, half-width 3.31
    found = series([[30 + s[0], 23 + s[0], 20 + s[0]] for s in spread], 4, 3)
    months = ("2027-01", "2027-02", "2027-03")
    assert by_when(found, Target("<=", 24.0), months) == When("2027-02", "2027-02", "2027-03", True)
    assert by_when(found, Target("<=", 27.0), months) == When("2027-02", "2027-01", "2027-02", True)
    assert by_when(found, Target("<=", 10.0), months) == When(None, None, None, True)


def test_amounts_in_another_currency_wait_for_a_rate():
    """8.01 USD at 0.92 EUR is 7.3692 EUR; without a rate the figure is shown and not compared."""
    block = {"sets": ["cross_industry"], "grade": "B"}
    without = figures_of(resolve(world(benchmarks=block)).scenario)
    rated = figures_of(resolve(world(benchmarks=block | {"exchange": {"USD": "0.92 EUR"}})).scenario)
    costs = [[f for f in figures if f.what.kpi == "cost_per_contact"] for figures in (without, rated)]
    assert [f.compared for f in costs[0]] == [False]
    assert [f.low for f in costs[1]] == [pytest.approx(7.3692)]
    assert costs[0][0].written == "8.01 USD"


def test_conflicts_stay_ranges_and_grades_choose():
    """UK surveys of 116 and 120 s (A), a copied figure of 28 s (C): 28 to 120 s, or 116 to 120 s for A alone."""
    for grade, low in (("C", 28.0), ("A", 116.0)):
        scenario = resolve(world(benchmarks={"sets": ["cross_industry"], "grade": grade})).scenario
        spans = [ends(f) for f in figures_of(scenario) if f.what.text == "average_speed_of_answer(phone)"]
        assert (min(span[0] for span in spans), max(span[1] for span in spans)) == (low, 120.0)


def test_sets_hold_151_sourced_figures_that_can_all_be_read():
    count = 0
    for name in benchmark_sets():
        made = benchmark_set(name)
        context = [entry for group in made.get("context", {}).values() for entry in group.values()]
        for entry in (*made["figures"].values(), *context):
            assert entry["grade"] in "ABC"
            assert entry["source"]
            assert ("value" in entry) != ("low" in entry and "high" in entry)
        for entry in made["figures"].values():
            kpi = named(entry["kpi"]).kpi
            assert kpi in KPIS or kpi in UNIT_COSTS
            read = [amount(kpi, str(entry[key])) for key in ("value", "low", "high") if key in entry]
            assert read == sorted(read)
            assert entry["kpi"] in made["caution"]
        assert all("kpi" not in entry and entry["what"] for entry in context)
        count += len(made["figures"]) + len(context)
    assert (benchmark_sets(), count) == (["cross_industry", "other_industries", "retail"], 151)


def test_a_peers_figure_of_a_channel_that_is_not_there_is_left_out():
    figures = figures_of(resolve(world(benchmarks={"sets": ["retail"]})).scenario)
    assert figures
    assert all("social" not in f.what.parts for f in figures)
