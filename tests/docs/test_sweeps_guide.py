"""The commands in docs/sweeps.md and docs/scaling.md are ones that the command line knows, and the design runs."""

import re
import shlex

import pytest

from cli import main
from evaluate.sweep.design import Sample, check_points, design_of, read_vary
from evaluate.sweep.design_file import read_design
from evaluate.sweep.values import read_values
from sim.scenario.points import Variable
from sim.scenario.problems import Problem

PAGES = ("sweeps.md", "scaling.md")


def commands(repo_root, page):
    text = (repo_root / "docs" / page).read_text(encoding="utf-8")
    blocks = re.findall(r"```\n(.*?)```", text, flags=re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line.startswith("deskplan ")]


@pytest.mark.parametrize("page", PAGES)
def test_every_command_is_understood_and_its_points_are_scenarios(repo_root, page):
    found = commands(repo_root, page)
    assert len(found) >= 2
    for line in found:
        _, name, *arguments = shlex.split(line, comments=True)
        context = main.commands[name].make_context(name, list(arguments))
        if name == "sweep":
            problems: list[Problem] = []
            variables = [Variable.read(file) for file in context.params["files"]]
            design = design_of(read_vary(context.params["vary"], problems), Sample(), 1, variables, problems)
            check_points(design, variables)


def test_every_way_to_write_values_is_one(repo_root):
    text = (repo_root / "docs" / "sweeps.md").read_text(encoding="utf-8")
    table = text.split("| write | values |")[1].split("\n\n")[0]
    written = [part for row in table.splitlines()[2:] for part in re.findall(r"`([^`]+)`", row.split("|")[1])]
    assert len(written) == 11
    for part in written:
        assert read_values(part).texts or read_values(part).bounds


def test_the_design_of_the_guide_lies_on_the_baseline(repo_root, tmp_path):
    text = (repo_root / "docs" / "sweeps.md").read_text(encoding="utf-8")
    (block,) = re.findall(r"```yaml\n(.*?)```", text, flags=re.DOTALL)
    (tmp_path / "design.yaml").write_text(block, encoding="utf-8")
    problems: list[Problem] = []
    read = read_design(str(tmp_path / "design.yaml"), problems)
    variables = [Variable.read("baseline")]
    design = design_of(read.factors, Sample(), 1, variables, problems)
    assert design.size == 5 * 2 * 3
    check_points(design, variables)
