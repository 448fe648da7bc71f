"""Designs: grids and samples, from the command line and from files; everything wrong at once, each thing placed."""

import numpy as np
import pytest

from evaluate.sweep.design import Sample, check_points, design_of, read_sample, read_vary
from evaluate.sweep.design_file import read_design
from sim.scenario.emit import to_yaml
from sim.scenario.points import Variable
from sim.scenario.problems import Problem, ScenarioProblems
from tests.units.worlds import OPEN


@pytest.fixture(scope="module")
def variable(tmp_path_factory):
    file = tmp_path_factory.mktemp("design") / "open.yaml"
    file.write_text(to_yaml(OPEN), encoding="utf-8")
    return Variable.read(str(file))


def made(variable, *texts, sample="grid", seed=1):
    problems: list[Problem] = []
    return design_of(read_vary(texts, problems), read_sample(sample), seed, [variable], problems)


def test_a_grid_has_every_combination_once_the_last_input_fastest(variable):
    design = made(variable, "teams.desk.agents=2:4:1", "channels.phone.patience.mean=1 min,2 min")
    texts = [point.texts for point in design.points()]
    assert design.size == len(texts) == 6
    assert texts[:3] == [("2", "1 min"), ("2", "2 min"), ("3", "1 min")]
    assert len(set(texts)) == 6


@pytest.mark.parametrize("sample", ["lhs:64", "sobol:64"])
def test_a_sample_puts_one_point_into_each_of_equal_parts_of_every_input(variable, sample):
    varied = ("channels.phone.patience.mean=1 min:5 min", "reasons.help.handle.mean=x 0.5:2 log")
    design = made(variable, *varied, sample=sample)
    numbers = np.array([point.numbers for point in design.points()], dtype=float)
    assert numbers.shape == (64, 2)
    shares = (numbers[:, 0] - 1) / 4, np.log(numbers[:, 1] / 0.5) / np.log(4)
    for share in shares:
        assert sorted(np.floor(share * 64 + 1e-6).astype(int).clip(0, 63)) == pytest.approx(list(range(64)), abs=1)
    again = made(variable, *varied, sample=sample)
    assert list(again.points()) == list(design.points())
    other = made(variable, *varied, sample=sample, seed=2)
    assert list(other.points()) != list(design.points())


def test_whole_numbers_stay_whole_in_a_sample(variable):
    design = made(variable, "teams.desk.agents=2:9", "reasons.help.rate=x 0.5:1.5", sample="lhs:20")
    assert {point.texts[0] for point in design.points()} <= {str(k) for k in range(2, 10)}
    check_points(design, [variable])


def test_all_that_is_wrong_is_told_at_once_where_it_is_written(variable):
    with pytest.raises(ScenarioProblems) as found:
        made(
            variable, "teams.desk.agnts=1:3:1", "channels.phone.patience.mean=1 min,-3 min, 5 EUR", "nothing",
            "teams.desk.agents=1:5", "teams.desk.wage=5:2:1",
        )  # fmt: skip
    text = str(found.value)
    for place in (
        "--vary 1, column 1  teams.desk.agnts",
        "did you mean 'teams.desk.agents'?",
        "--vary 2, column 36  channels.phone.patience.mean=-3 min",
        "--vary 2, column 44  channels.phone.patience.mean",
        "--vary 3, column 1  nothing",
        "--vary 4, column 19  teams.desk.agents\n    a grid needs a step",
        "--vary 5, column 19  teams.desk.wage\n    the second value of a range is not above the first",
    ):
        assert place in text, place
    assert len(found.value.problems) == 6


def test_points_that_are_no_scenario_only_together_are_told_before_anything_runs(variable):
    hours = "channels.phone.hours=mon-fri 09:00-17:00,mon-fri 10:00-12:00"
    design = made(variable, "horizon.warm_up=1 day,40 days", "horizon.months=1,3", hours)
    with pytest.raises(ScenarioProblems) as found:
        check_points(design, [variable])
    text = str(found.value)
    assert "point 5 (horizon.warm_up=40 days, horizon.months=1, channels.phone.hours=mon-fri 09:00-17:00)" in text
    assert "point 6 (" in text
    assert "point 7 (" not in text


def test_the_same_path_twice_is_refused(variable):
    with pytest.raises(ScenarioProblems, match="varied twice"):
        made(variable, "teams.desk.agents=1:3:1", "teams.desk.agents=5:7:1")


def test_nothing_varied_is_refused(variable):
    with pytest.raises(ScenarioProblems, match="nothing is varied"):
        made(variable)


@pytest.mark.parametrize("text", ["lhs", "lhs:0", "sobol:x", "random:5", "sobol:9999999"])
def test_no_other_samples(text):
    with pytest.raises(ValueError, match="write grid, lhs:64 or sobol:128"):
        read_sample(text)


def test_a_design_file_says_the_same_as_the_command_line(variable, tmp_path):
    file = tmp_path / "design.yaml"
    file.write_text(
        "vary:\n"
        "  teams.desk.agents: 2:4:1\n"
        "  channels.phone.patience.mean: [1 min, 2 min]\n"
        "  reasons.help.handle.mean: {from: x 0.8, to: x 1.2, step: 0.2}\n"
        "sample: grid\nreplications: 3\nuntil: 5 points\nkpis: [wait_p90(phone)]\n",
        encoding="utf-8",
    )
    problems: list[Problem] = []
    read = read_design(str(file), problems)
    design = design_of(read.factors, Sample(), 1, [variable], problems)
    same = made(variable, "teams.desk.agents=2:4:1", "channels.phone.patience.mean=1 min,2 min",
                "reasons.help.handle.mean=x 0.8:1.2:0.2")  # fmt: skip
    assert [p.texts for p in design.points()] == [p.texts for p in same.points()]
    assert read.said == {"sample": "grid", "replications": "3", "until": "5 points", "kpis": ["wait_p90(phone)"]}


def test_a_bad_design_file_is_told_line_by_line(variable, tmp_path):
    file = tmp_path / "design.yaml"
    file.write_text(
        "vry: {}\nvary:\n  teams.desk.agents: 4:2:1\n  teams.desk.wages: [20 EUR/h]\n"
        "  reasons.help.handle.mean: {from: 1 min, upto: 3 min}\n  channels.phone.patience.mean: [1 min, 5 EUR]\n",
        encoding="utf-8",
    )
    problems: list[Problem] = []
    read = read_design(str(file), problems)
    with pytest.raises(ScenarioProblems) as found:
        design_of(read.factors, Sample(), 1, [variable], problems)
    text = str(found.value)
    for place in (":1:1  vry", "did you mean 'vary'?", ":3:22  teams.desk.agents", "teams.desk.wages", "upto", ":6:33"):
        assert place in text, (place, text)
