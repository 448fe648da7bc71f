"""`deskplan bridge`, `switch` and `report` as a user calls them."""

import json

import pytest
from click.testing import CliRunner

from cli import main
from sim.scenario.emit import to_yaml
from tests.report.worlds import tiny


@pytest.fixture
def files(tmp_path):
    two = {"desk": {"agents": 2, "serves": ["phone"], "wage": "20 EUR/h"}}
    crm = {"tools": {"crm": {"cost": {"upfront": "100 EUR"}}}}
    found = []
    for name, world in (("base", tiny()), ("fewer", tiny("fewer", teams=two, economics=crm))):
        found.append(str(tmp_path / f"{name}.yaml"))
        (tmp_path / f"{name}.yaml").write_text(to_yaml(world), encoding="utf-8")
    return found


def called(*arguments):
    return CliRunner().invoke(main, list(arguments))


def test_bridge_adds_up_and_its_folder_renders_again(files, tmp_path):
    done = called("bridge", *files, "--out", str(tmp_path / "out"), "--jobs", "1", "--quiet", "--format", "json")
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    npv = found["bridge"]
    parts = [part["figures"][0][0] for part in npv["parts"]]
    assert sum(parts) == pytest.approx(npv["end"][0][0])
    assert [line[0] for line in npv["lines"]] == ["npv", "service_level"]  # the KPI with a target
    again = called("report", found["folder"], "--quiet")
    assert again.exit_code == 0
    assert again.stdout.strip() == found["folder"]


def test_a_kpi_that_cannot_be_shared_out_is_refused_before_anything_is_written(files, tmp_path):
    done = called("bridge", *files, "--out", str(tmp_path / "out"), "--jobs", "1", "--quiet", "--kpi", "service_levl")
    assert done.exit_code == 2
    assert "no KPI 'service_levl'" in done.stderr
    assert list((tmp_path / "out").iterdir()) == []


def test_switch_says_where_it_turns_or_that_it_does_not(files):
    path = "economics.tools.crm.cost.upfront"
    done = called("switch", *files, "--input", path, "--reps", "2", "--jobs", "1", "--quiet")
    assert done.exit_code == 0, done.output
    assert "It is zero at 119.2" in done.stdout
    never = called(
        "switch", *files, "--input", path, "--reps", "2", "--jobs", "1", "--high", "110 EUR", "--format", "json"
    )
    assert json.loads(never.stdout)["switching_value"] is None
    wrong = called("switch", *files, "--input", "teams.dsk.wage", "--quiet")
    assert wrong.exit_code == 2
    assert "nothing matches 'dsk'" in wrong.stderr
