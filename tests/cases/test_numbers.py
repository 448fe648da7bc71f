"""docs/cases.md: its commands run, its example compares, and its numbers are those that the cases give."""

import re
import shlex

import pytest
from click.testing import CliRunner

from cli import main
from evaluate.compare import compare
from evaluate.simulate import simulate_all
from sim.engine import simulate
from sim.scenario.load import load
from tests.cases.numbers import BLOCK, DECIDE, TRIED, block, row

FEW = ("customers.active=x 0.01", "customers.new=x 0.01")


@pytest.fixture(scope="module")
def page(repo_root):
    return (repo_root / "docs" / "cases.md").read_text(encoding="utf-8")


@pytest.fixture
def commands(page):
    blocks = re.findall(r"```sh\n(.*?)```", page, re.DOTALL)
    return [shlex.split(line) for block in blocks for line in block.splitlines()]


def test_every_case_has_its_numbers_and_every_thing_tried_its_column(page):
    found = {match[2]: match[3] for match in BLOCK.finditer(page)}
    assert sorted(found) == sorted(TRIED)
    for name, text in found.items():
        assert row(["", "as it is", *TRIED[name]]) in text.splitlines()


def test_every_option_of_a_case_is_tried():
    for name, tried in TRIED.items():
        decided = {text.removeprefix(DECIDE).partition("=")[0] for sets in tried.values() for text in sets}
        options = set(load(f"cases/{name}").scenario.investments)
        assert options <= decided, name


def test_every_run_in_the_guide_runs(commands):
    """With one customer in a hundred and one replication."""
    runs = [command for command in commands if command[:2] == ["deskplan", "run"]]
    assert len(runs) >= 3 * len(TRIED)
    for _, _, name, *options in runs:
        sets = [value for key, value in zip(options[::2], options[1::2], strict=True) if key == "--set"]
        assert sorted(set(options[::2])) in (["--reps"], ["--reps", "--set"])
        run = simulate(load(name, [], [*sets, *FEW]), seed=1, replication=0)
        assert len(run.outcomes.state) > 20


def test_the_other_commands_run(page, commands, tmp_path, monkeypatch):
    """`compare` with the guide's own file beside it, and `options`."""
    (example,) = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    (tmp_path / "with_a_partner.yaml").write_text(example, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    others = [command[1:] for command in commands if command[1] != "run"]
    assert {command[0] for command in others} == {"compare", "options"}
    for name, *rest in others:
        if name == "options":
            done = CliRunner().invoke(main, [name, *rest])
            assert done.exit_code == 0, done.output
        else:
            *files, option, count = rest
            assert (option, count) == ("--reps", "2")
            found = compare(simulate_all([load(file, [], FEW) for file in files], None, 1))
            assert [one.name for one in found.scenarios] == [file.split("/")[-1].split(".")[0] for file in files]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["carrier_strike", "small_retailer"])
def test_the_numbers_are_those_that_the_cases_give(name, page):
    (found,) = (match[3] for match in BLOCK.finditer(page) if match[2] == name)
    assert block(name) == found
