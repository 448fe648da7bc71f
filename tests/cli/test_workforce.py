"""`deskplan workforce`, and the same table in a run's folder and JSON."""

import csv
import io
import json

import pytest
from click.testing import CliRunner

import cli
from report.workforce import WORKFORCE_COLUMNS
from sim.scenario.emit import to_yaml

WORLD = {
    "schema": 1,
    "name": "people",
    "horizon": {"start": "2027-01-01", "months": 3},
    "reasons": {"help": {"rate": "4 /day", "channels": {"phone": "100 %"}, "handle": "5 min"}},
    "channels": {"phone": {}},
    "teams": {
        "desk": {
            "agents": 5,
            "serves": ["phone"],
            "shifts": {"day": {"hours": "09:00-17:00"}},
            "attrition": {"base": "20 %/month", "replace": "none", "per_occupancy_point_over_85": "1 %/year"},
            "hire": {"ramp": "31 days", "start_speed": "50 %"},
        },
        "pool": {"staffing": {"every": "12 h", "agents": [1, 3]}, "serves": ["phone"]},
        "partner": {"agents": 2, "serves": ["phone"], "outsourced": {"per_hour": "30 EUR/h", "ends": "2027-02-28"}},
    },
    "decisions": {"hires": {"desk": {"2027-03": 2}}},
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The current folder, with the world above."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "people.yaml").write_text(to_yaml(WORLD), encoding="utf-8")
    return tmp_path


def run(*args):
    return CliRunner().invoke(cli.main, list(args), prog_name="deskplan")


def rows_of(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_workforce_prints_a_table_for_each_team(folder):
    done = run("workforce", "people.yaml")
    assert done.exit_code == 0, done.output
    assert [line.strip() for line in done.output.splitlines() if line.startswith("people: ")] == [
        "people: desk",
        "people: pool",
        "people: partner",
    ]
    cells = [[cell.strip() for cell in line.strip("│\n ").split("│")] for line in done.output.splitlines()]
    march = [row for row in cells if row[0] == "2027-03"]
    # leavers: 20 % of five, of four and of six sum to 1.0, 1.8 and 3.0. The two who join are halfway through the half
    # that they lack, on average: 15 / 31 of it, so that they are 74 % as fast
    assert march[0] == ["2027-03", "4", "2", "2", "4", "0.0", "2.0", "6.0", "91 %", "100 %", "5.5"]
    assert march[1] == ["2027-03", "-", "", "", "-", "0.0", "0.0", "2.0", "100 %", "100 %", "2.0"]
    assert march[2][4] == "-2"  # the contract is over
    assert "Without those whom occupancy drives away (desk)" in done.output


def test_workforce_as_csv_and_json_hold_the_same(folder):
    rows = rows_of(run("workforce", "people.yaml", "--format", "csv").output)
    assert tuple(rows[0]) == WORKFORCE_COLUMNS
    plain = json.loads(run("workforce", "people.yaml", "--format", "json").output)
    assert plain["scenario"] == "people"
    assert len(plain["remarks"]) == 1
    for row, one in zip(rows, plain["rows"], strict=True):
        for key, value in one.items():
            assert row[key] == ("" if value is None else value if isinstance(value, str) else f"{value:.9g}")
    assert [row["heads_end"] for row in rows if row["team"] == "desk"] == ["4", "4", "4"]
    assert [row["heads_end"] for row in rows if row["team"] == "pool"] == ["", "", ""]


def test_workforce_lists_people(folder):
    rows = rows_of(run("workforce", "people.yaml", "--people", "--format", "csv").output)
    assert [row["team"] for row in rows] == ["desk"] * 7 + ["partner"] * 2
    assert [row["joins"] for row in rows if row["came"] == "hired"] == ["2027-03-01"] * 2
    plain = json.loads(run("workforce", "people.yaml", "--format", "json").output)["people"]
    assert [{key: str(value) for key, value in one.items()} for one in plain] == [
        {key: value for key, value in row.items() if key != "scenario"} for row in rows
    ]
    assert run("workforce", "people.yaml", "--people").output.count("hired") == 2


def test_workforce_reads_overlays_and_sets(folder):
    output = run("workforce", "people.yaml", "--set", "teams.desk.agents=9", "--format", "csv").output
    assert rows_of(output)[0]["heads_start"] == "9"


def test_workforce_says_what_is_wrong(folder):
    done = run("workforce", "people.yaml", "--set", "teams.desk.attrition.replace=later")
    assert done.exit_code == 2
    assert "teams.desk.attrition.replace" in done.output


def test_a_run_writes_the_table(folder):
    done = run("run", "people.yaml", "--reps", "1", "--jobs", "1", "--quiet", "--set", "feedback.workforce=false")
    assert done.exit_code == 0, done.output
    written = (folder / done.output.strip() / "workforce.csv").read_text(encoding="utf-8")
    assert written == run("workforce", "people.yaml", "--format", "csv").output


def test_a_run_tells_the_table_as_json(folder):
    done = run("run", "people.yaml", "--reps", "1", "--jobs", "1", "--format", "json", "--no-feedback")
    assert done.exit_code == 0, done.output
    [scenario] = json.loads(done.stdout)["scenarios"]
    assert scenario["workforce"] == json.loads(run("workforce", "people.yaml", "--format", "json").output)["rows"]
