"""`deskplan gaps`, `stakeholders`, `progress` and `--fail-on-goal` on a small desk."""

import json
from typing import Any

import pytest
from click.testing import CliRunner

from cli import main
from sim.scenario.emit import to_yaml
from tests.report.worlds import tiny

FAST = ("--jobs", "1", "--engine", "simpy")
PHONE = "service_level(phone)"
MORE: dict[str, Any] = {
    "goals": {"answer": {"kpi": PHONE, "target": ">= 97 %", "by": "2027-01"}},
    "stakeholders": {"customers": {"interest": 8, "power": 5, "cares": {PHONE: 1}}},
    "benchmarks": {"sets": ["cross_industry"]},
    "investments": {"form": {"changes": {"reasons.help.rate": "-50 %"}}},
}


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tiny.yaml").write_text(to_yaml(tiny(**MORE)), encoding="utf-8")
    more = tiny("more", **MORE | {"teams": {"desk": {"agents": 9, "serves": ["phone"], "wage": "20 EUR/h"}}})
    (tmp_path / "more.yaml").write_text(to_yaml(more), encoding="utf-8")
    return tmp_path


def deskplan(*args, code=0):
    done = CliRunner().invoke(main, [*args], catch_exceptions=False)
    assert done.exit_code == code, done.output
    return done


def test_gaps_with_each_option_alone(place):
    done = deskplan("gaps", "tiny.yaml", "--options", "--format", "json", "--quiet", *FAST)
    found = json.loads(done.stdout)
    row = next(row for row in found["gaps"] if row["kpi"] == PHONE)
    assert (row["target"], row["target_from"]) == (0.97, "goals.answer")
    assert row["scenarios"]["only_form"]["to_target"]["closed"]["value"] > 0
    folder = place / found["folder"]
    assert {"gaps.csv", "goals.csv", "stakeholders.csv"} <= {path.name for path in folder.iterdir()}
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert all(f'<section id="{name}">' in page for name in ("goals", "gaps", "stakeholders"))
    assert (folder / "charts" / "power_interest.svg").is_file()
    told = deskplan("progress", str(folder), "--kpi", PHONE).stdout
    assert "at least 97.0 %" in told


def test_gaps_without_an_option_that_can_be_had_is_refused(place):
    done = deskplan("gaps", "more.yaml", "--options", "--set", "investments={}", *FAST, code=2)
    assert "no undecided investment" in done.stderr


def test_stakeholders_prints_who_gains(place):
    done = deskplan("stakeholders", "tiny.yaml", "more.yaml", "--quiet", *FAST)
    assert done.stdout.startswith("results/")
    told = deskplan("stakeholders", "tiny.yaml", "more.yaml", "--reps", "12", *FAST).stdout
    assert "customers, more: gains" in told
    assert "more stays first whatever the weight of customers" in told


@pytest.mark.parametrize(("command", "code"), [(("run", "tiny.yaml"), 4), (("run", "more.yaml"), 0)])
def test_a_missed_goal_leaves_with_4(place, command, code):
    done = deskplan(*command, "--fail-on-goal", "--quiet", *FAST, code=code)
    assert ("Goals missed: answer" in done.stderr) == (code == 4)
    deskplan(*command, "--quiet", *FAST)


def test_fail_on_goal_without_goals_is_refused(place):
    done = deskplan("run", "tiny.yaml", "--set", "goals={}", "--fail-on-goal", *FAST, code=2)
    assert "declares no `goals`" in done.stderr
