"""The YAML in docs/scenarios.md is what the guide says that it is."""

import re

import pytest

from sim.scenario.load import load, resolve
from sim.scenario.yaml_text import read_yaml


@pytest.fixture
def blocks(repo_root):
    """The YAML examples of the guide, in order."""
    text = (repo_root / "docs" / "scenarios.md").read_text(encoding="utf-8")
    return re.findall(r"```yaml\n(.*?)```", text, flags=re.DOTALL)


def test_the_first_example_is_a_whole_scenario(blocks):
    assert resolve(read_yaml(blocks[0], "guide").plain()).scenario.name == "small_desk"


def test_every_other_example_lies_on_the_baseline(blocks, tmp_path):
    for number, block in enumerate(blocks[1:-1]):
        part = tmp_path / f"part{number}.yaml"
        part.write_text(block, encoding="utf-8")
        made = load(part) if "extends" in block else load("baseline", [part], ["horizon.months=12"])
        assert made.scenario.schema_ == 1
