"""A plan's decisions as an overlay in memory are the same world as with a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from optimize.plan.overlay import overlaid
from sim.scenario.emit import to_yaml
from sim.scenario.load import load
from sim.scenario.problems import ScenarioProblems
from sim.scenario.vary import Sources

DECIDED = {"name": "plan", "decisions": {"hires": {"frontline": {"2027-03": 2}}}}


def test_in_memory_as_from_a_file_below_the_sets(tmp_path: Path) -> None:
    file = tmp_path / "decisions.yaml"
    file.write_text(to_yaml(DECIDED), encoding="utf-8")
    sets = ("teams.frontline.agents=30",)
    here, there = overlaid(Sources("baseline", (), sets), DECIDED), load("baseline", (file,), sets)
    assert here.digest == there.digest
    assert here.scenario == there.scenario
    assert here.layers == ("scenarios/baseline.yaml", "decisions.yaml", "--set teams.frontline.agents=30")


def test_what_is_wrong_in_it_is_said_with_its_place() -> None:
    with pytest.raises(ScenarioProblems, match=r"decisions\.yaml:\d+:\d+"):
        overlaid(Sources("baseline"), {"decisions": {"hires": {"frontlin": {"2027-03": 2}}}})
