"""The YAML in docs/uncertainty.md lies on the baseline, and every law of the guide is in it."""

import re

from sim.scenario.load import load
from sim.scenario.uncertain import LAWS, laws_of


def test_the_example_lies_on_the_baseline(repo_root, tmp_path):
    text = (repo_root / "docs" / "uncertainty.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```yaml\n(.*?)```", text, flags=re.DOTALL)
    part = tmp_path / "part.yaml"
    for block in blocks:
        part.write_text(block, encoding="utf-8")
        laws = laws_of(load("baseline", [part]))
        assert {law.name for law in laws} == set(LAWS)
    assert len(blocks) == 1
