"""A sweep's points: the same as separate runs, in the same bytes whoever works, on the same tapes."""

import math

import numpy as np
import pytest

from evaluate.compare import compare
from evaluate.intervals import Figure
from evaluate.simulate import simulate_all
from evaluate.sweep.design import Design, Point, Sample, design_of, read_sample, read_vary
from evaluate.sweep.response import Responses, effects
from evaluate.sweep.run import Budget, Case, Sweep, Told, Wish, spread, wish_of
from evaluate.sweep.table import Row, Wanted, wanted_by_default
from sim.scenario.emit import to_yaml
from sim.scenario.load import load
from sim.scenario.points import Variable
from sim.scenario.problems import Problem
from sim.units.desk import Desk
from sim.units.store import Store
from sim.workers import crew_of
from tests.units.worlds import TINY

AGENTS = "teams.desk.agents=4:7:1"


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("sweep") / "tiny.yaml"
    path.write_text(to_yaml(TINY), encoding="utf-8")
    return str(path)


def sweep_of(file, *texts, sample="grid", **choices):
    variable = Variable.read(file)
    problems: list[Problem] = []
    design = design_of(read_vary(texts, problems), read_sample(sample), 7, [variable], problems)
    wanted = wanted_by_default([variable.declared], ["wait_p90(phone)"])
    given = {"wish": Wish(2), "seed": 7, "engine": "fast", **choices}
    return Sweep([variable], design, wanted=wanted, **given)


def told(sweep, jobs=1, store=None):
    with crew_of(jobs) as crew:
        desk = Desk(crew, store)
        return list(sweep.run(desk)), desk


@pytest.fixture(scope="module")
def alone(file):
    return told(sweep_of(file, AGENTS, "channels.phone.patience.mean=1 min,4 min"))[0]


def test_a_point_is_a_run_with_set_and_its_npv_that_of_a_comparison(file, alone):
    sets = ["teams.desk.agents=6", "channels.phone.patience.mean=4 min"]
    point = next(each for each in alone if each.case.point.texts == ("6", "4 min"))
    base, option = load(file), load(file, (), [*sets, "name=option"])
    comparison = compare(simulate_all([base, option], 7, 2))
    rows = {row.wanted: row.figure for row in point.rows}
    for line in comparison.lines:
        mine, theirs = rows[Wanted(line.kpi, line.channel)], comparison.value("option", line)
        for one, other in ((mine.value, theirs.value), (mine.low, theirs.low), (mine.high, theirs.high)):
            assert (one is None) == (other is None), line
            assert one is None or one == pytest.approx(other, rel=1e-9), line
    assert rows[Wanted("npv")].value == pytest.approx(comparison.npv("option").value, rel=1e-9)
    assert rows[Wanted("npv")].value < 0  # one agent more costs, and nothing here is worth it
    monthly = comparison.alone["option"]["equivalent_monthly"].value
    assert monthly is not None
    assert rows[Wanted("annual_cost")].value == pytest.approx(-12 * monthly)
    assert rows[Wanted("annual_cost")].low <= rows[Wanted("annual_cost")].value <= rows[Wanted("annual_cost")].high
    for key in ("cost_per_contact", "cost_per_resolution"):
        assert rows[Wanted(key)].value == pytest.approx(comparison.alone["option"][key].value)


def test_the_unswept_point_is_worth_nothing_against_itself(alone, file):
    found = told(sweep_of(file, "teams.desk.agents=5"))[0]
    npv = next(row.figure for row in found[0].rows if row.wanted == Wanted("npv"))
    assert (npv.value, npv.low, npv.high) == (0.0, 0.0, 0.0)


def test_more_agents_answer_more_in_time_on_the_same_tapes(alone):
    levels = [
        next(row.figure.value for row in each.rows if row.wanted == Wanted("service_level", "phone"))
        for each in alone
        if each.case.point.texts[1] == "4 min"
    ]
    needs = {row.figure.value for each in alone for row in each.rows if row.wanted == Wanted("needs")}
    assert levels == sorted(levels)
    assert levels[0] < levels[-1]
    assert len(needs) == 1


def test_any_number_of_workers_tells_the_same_in_the_same_order(file, alone, tmp_path):
    with Store(tmp_path, "v", lambda _: None) as store:
        several, desk = told(sweep_of(file, AGENTS, "channels.phone.patience.mean=1 min,4 min"), 2, store)
        assert desk.computed > 0
        assert several == alone
        again, desk = told(sweep_of(file, AGENTS, "channels.phone.patience.mean=1 min,4 min"), 1, store)
        assert (desk.computed, desk.stored) == (0, 2 * 9)
        assert again == alone


def test_more_replications_take_those_that_are_there(file, tmp_path):
    with Store(tmp_path, "v", lambda _: None) as store:
        _, first = told(sweep_of(file, AGENTS), 1, store)
        _, second = told(sweep_of(file, AGENTS, wish=Wish(3)), 1, store)
    assert first.computed == 2 * 4  # the unswept scenario is one of the points
    assert second.computed == 4


def test_replications_grow_until_the_precision_is_there(file):
    wish = wish_of(load(file), None, 0.05)
    assert [each.name for each in wish.kpis] == ["service_level(phone)"]
    found, _ = told(sweep_of(file, AGENTS, wish=wish))
    counts = [each.replications for each in found]
    assert len(set(counts)) > 1
    for each in found:
        figure = next(row.figure for row in each.rows if row.wanted == Wanted("service_level", "phone"))
        half = (figure.high - figure.low) / 2
        assert half <= 0.05 * figure.value or each.replications == wish.most


def test_a_budget_of_points_takes_them_evenly_from_the_design(file):
    sweep = sweep_of(file, "teams.desk.agents=4:11:1", budget=Budget(points=4))
    found, _ = told(sweep)
    assert [each.case.number for each in found] == [1, 3, 5, 7]
    assert sweep.planned == sweep.done == 4


def test_a_budget_of_time_keeps_what_is_done_in_order(file):
    sweep = sweep_of(file, "teams.desk.agents=4:11:1", budget=Budget(seconds=0.0))
    found, _ = told(sweep)
    assert sweep.out_of_time
    assert [each.case.number for each in found] == [1]
    whole = sweep_of(file, "teams.desk.agents=4:11:1", budget=Budget(seconds=1000.0))
    found, _ = told(whole)
    assert not whole.out_of_time
    assert [each.case.number for each in found] == list(range(1, 9))


@pytest.mark.parametrize("count", [1, 2, 3, 6, 64, 100])
def test_spread_meets_everything_once(count):
    assert sorted(spread(count)) == list(range(count))


def test_spread_covers_evenly_whatever_comes_first():
    places = list(spread(256))
    for first in (4, 16, 64):
        gaps = [b - a for a, b in zip(sorted(places[:first]), sorted(places[:first])[1:], strict=False)]
        assert set(gaps) == {256 // first}


def test_main_effects_of_a_full_grid_add_up(file, alone):
    sweep = sweep_of(file, AGENTS, "channels.phone.patience.mean=1 min,4 min")
    found = Responses(sweep.wanted)
    for each in alone:
        found.add(each)
    wanted = Wanted("service_level", "phone")
    agents, patience = effects(sweep.design, found, "tiny", wanted)
    values = found.column(wanted)
    assert agents.levels == ("4", "5", "6", "7")
    assert agents.counts == (2, 2, 2, 2)
    assert agents.means[0] == pytest.approx(values[:2].mean())
    assert patience.means[1] == pytest.approx(values[1::2].mean())
    total = ((values - values.mean()) ** 2).sum()
    between = 4 * sum((mean - values.mean()) ** 2 for mean in patience.means)
    assert patience.explains == pytest.approx(between / total)
    assert 0 < agents.explains + patience.explains <= 1 + 1e-12


def test_effects_of_a_sample_are_told_by_parts_of_the_range(file):
    sweep = sweep_of(file, "teams.desk.agents=4:9", "reasons.help.handle.mean=x 0.8:1.2", sample="lhs:12")
    found = Responses(sweep.wanted)
    for each in told(sweep)[0]:
        found.add(each)
    _, handle = effects(sweep.design, found, "tiny", Wanted("service_level", "phone"))
    assert sum(handle.counts) == 12
    assert all(level.startswith("x ") for level in handle.levels)
    assert handle.means[0] > handle.means[-1]  # longer calls, worse service


def sampled(values, *factors):
    """A sample's effects on a figure that is given, without a simulation."""
    problems: list[Problem] = []
    read = read_vary([text for text, _ in factors], problems)
    points = [
        Point(tuple(f"{numbers[k]}" for _, numbers in factors), tuple(numbers[k] for _, numbers in factors))
        for k in range(len(values))
    ]
    wanted = Wanted("annual_cost")
    found = Responses([wanted])
    for number, (point, value) in enumerate(zip(points, values, strict=True), start=1):
        found.add(Told(Case(number, point, 0), "tiny", "", 2, [Row(wanted, Figure(value), "EUR", None)]))
    return effects(Design(tuple(read), Sample("lhs", len(values))), found, "tiny", wanted)


def test_an_input_that_does_nothing_explains_nothing_in_a_small_sample():
    rng = np.random.default_rng(4)
    means = []
    for _ in range(200):
        agents, handle = rng.integers(14, 19, 12).astype(float), rng.uniform(0.9, 1.1, 12)
        one, other = sampled(agents * 1000, ("teams.desk.agents=14:18", agents), ("a.b=x 0.9:1.1", handle))
        assert one.explains == pytest.approx(1.0)
        means.append(other.explains)
    assert np.mean(means) < 0.15  # 0.18 and more were it not for the correction: two degrees of freedom of eleven


def test_parts_of_a_sample_are_never_empty_and_whole_numbers_stay_whole():
    numbers = np.array([17.0, 14.0, 16.0, 15.0, 16.0, 17.0, 14.0, 16.0])
    (effect,) = sampled(numbers, ("teams.desk.agents=14:18", numbers))
    assert effect.levels == ("14", "15", "16", "17")
    assert effect.means == effect.numbers == (14, 15, 16, 17)
    many = np.array([1.0] * 30 + [2.0, 3.0, 4.0, 5.0, 6.0])
    (effect,) = sampled(many, ("teams.desk.agents=1:6", many))
    assert min(effect.counts) > 0
    assert not np.isnan(effect.means).any()


def test_two_scenarios_share_points_and_tapes(file, tmp_path):
    other = tmp_path / "other.yaml"
    other.write_text(
        to_yaml({**TINY, "name": "other", "teams": {"desk": {**TINY["teams"]["desk"], "wage": "30 EUR/h"}}})
    )
    variables = [Variable.read(file), Variable.read(str(other))]
    problems: list[Problem] = []
    design = design_of(read_vary(["teams.desk.agents=5,6"], problems), Sample(), 7, variables, problems)
    wanted = wanted_by_default([v.declared for v in variables], [])
    found, _ = told(Sweep(variables, design, Wish(2), 7, "fast", wanted))
    assert [(each.name, each.case.number) for each in found] == [("tiny", 1), ("other", 1), ("tiny", 2), ("other", 2)]
    levels = [row.figure.value for each in found for row in each.rows if row.wanted == Wanted("service_level", "phone")]
    assert levels[0] == levels[1]
    npvs = [row.figure.value for each in found for row in each.rows if row.wanted == Wanted("npv")]
    assert npvs[0] == 0.0
    assert npvs[1] < 0
    assert not any(math.isnan(value) for value in npvs)
