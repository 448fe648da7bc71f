"""`deskplan staff`: what it prints, writes and refuses, and the code it leaves with."""

import csv
import io
import json
import signal

import numpy as np
import pytest
from click.testing import CliRunner

from cli import main
from sim.scenario.emit import to_yaml
from tests.cli.stopping import goes_on, stopped
from tests.report.worlds import tiny
from tests.robust.world import world


def staff(*args):
    return CliRunner().invoke(main, ["staff", *map(str, args)])


@pytest.fixture(scope="module")
def pooling(tmp_path_factory):
    """The answer as JSON, and its folder."""
    out = tmp_path_factory.mktemp("staff")
    found = staff("classic/pooling", "--format", "json", "--out", out)
    assert found.exit_code == 0, found.output
    return json.loads(found.stdout), out


def test_json_says_everything(pooling):
    answer, out = pooling
    team = answer["teams"]["both"]
    assert team["agents"] == [17] * 336
    assert team["on_duty_today"] == [18.0] * 336
    assert team["agent_hours"] == 17 * 168
    assert team["fte"] == pytest.approx(17 * 168 / 40)
    assert sum(answer["channels"]["left"]["erlangs"]) / 336 == pytest.approx(20 / 3)
    assert answer["channels"]["left"]["service_level_of_the_week"] == pytest.approx(0.82868, abs=1e-5)
    assert answer["method"] == "erlang"
    assert (out / answer["folder"].split("/")[-1] / "need.csv").exists()


def test_csv_is_the_need(pooling, tmp_path):
    answer, _ = pooling
    found = staff("classic/pooling", "--format", "csv", "--out", tmp_path)
    rows = list(csv.DictReader(io.StringIO(found.stdout)))
    assert [int(row["agents"]) for row in rows] == answer["teams"]["both"]["agents"]
    assert (rows[0]["weekday"], rows[0]["start"]) == ("mon", "00:00")
    assert (rows[-1]["weekday"], rows[-1]["start"]) == ("sun", "23:30")


def test_text_shows_a_profile_and_today(scenarios_dir, tmp_path):
    found = staff(scenarios_dir / "baseline.yaml", "--out", tmp_path)
    assert found.exit_code == 0, found.output
    assert found.stdout.isascii()
    lines = found.stdout.splitlines()
    monday = next(line for line in lines if line.startswith("  mon"))
    assert len(monday.split()) == 1 + 12 + 2, "twelve hours, need and duty"
    assert "shrinkage" in found.stdout
    (folder,) = tmp_path.iterdir()
    assert (folder / "charts" / "need.png").stat().st_size > 5000
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["command"] == "staff"
    assert set(manifest["files"]) == {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}


def test_the_present_team_is_near_the_need(scenarios_dir, tmp_path):
    """14 heads give 416 hours on duty a week; the load is 392 erlang-hours with one at a time for calls and mail."""
    found = staff(scenarios_dir / "baseline.yaml", "--format", "json", "--out", tmp_path)
    team = json.loads(found.stdout)["teams"]["frontline"]
    assert sum(team["on_duty_today"]) / 2 == pytest.approx(416, rel=0.02)
    assert 380 < team["agent_hours"] < 450
    monday, saturday = (np.array(team["agents"][day * 48 : day * 48 + 48]).sum() for day in (0, 5))
    assert monday > 1.5 * saturday


@pytest.mark.slow
def test_the_two_solvers_agree(scenarios_dir, tmp_path):
    hours = []
    for solver in ("highs", "cbc"):
        path = scenarios_dir / "cases" / "electronics_brand.yaml"
        found = staff(path, "--solver", solver, "--format", "json", "--out", tmp_path)
        assert found.exit_code == 0, found.output
        teams = json.loads(found.stdout)["teams"]
        hours.append(sum(team["agent_hours"] for team in teams.values()))
    assert hours[0] == pytest.approx(hours[1], rel=0.01)


@pytest.mark.slow
def test_simulation_answers_and_its_overlay_runs(tmp_path):
    found = staff("classic/pooling", "--method", "simulation", "--jobs", "1", "--format", "json", "--out", tmp_path)
    assert found.exit_code == 0, found.output
    said = json.loads(found.stdout)["simulation"]
    assert said["numbers"] == [{"team": "both", "kind": "agents", "number": 17, "today": 18}]
    assert said["at"]["verdict"] == "enough"
    assert [less["verdict"] for less in said["at_one_fewer"]] == ["too little"]
    (folder,) = tmp_path.iterdir()
    shown = CliRunner().invoke(
        main, ["show", "classic/pooling", "--overlay", str(folder / "decisions.yaml"), "--format", "json"]
    )
    assert shown.exit_code == 0, shown.output
    assert "17" in shown.output


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("--month", "2029-01"), "the horizon has 2027-01"),
        (("--target", "service_level(fone)>=80 %"), "did you mean 'phone'"),
        (("--in", "day"), "--method simulation"),
        (("--chance", "80 %"), "--in day|week|month"),
        (("--confidence", "95"), "--confidence '95'"),
        (("--full-time", "40"), "--full-time '40'"),
        (("--objective", "cost"), "--cost-abandoned"),
        (("--cost-waiting", "1 EUR/min"), "goes with --objective cost"),
        (("--objective", "cost", "--method", "simulation", "--cost-waiting", "1 EUR/min"), "--method erlang"),
        (("--jobs", "0"), "--jobs 0"),
    ],
)
def test_bad_input_is_refused_and_nothing_written(args, said, scenarios_dir, tmp_path):
    found = staff(scenarios_dir / "baseline.yaml", *args, "--out", tmp_path)
    assert found.exit_code == 2
    assert said in found.output
    assert not list(tmp_path.iterdir())


def test_all_that_is_wrong_is_said_at_once(scenarios_dir, tmp_path):
    found = staff(scenarios_dir / "baseline.yaml", "--month", "2029-01", "--in", "day", "--full-time", "4",
                  "--out", tmp_path)  # fmt: skip
    assert len(found.output.strip().splitlines()) == 3


def test_no_number_is_enough_leaves_with_three(tmp_path):
    """Shifts of one hour a day cannot answer calls of six hours, however many work them."""
    path = tmp_path / "tiny.yaml"
    hour = {"only": {"hours": "00:00-01:00", "days": "mon-sun"}}
    teams = {"desk": {"agents": 3, "serves": ["phone"], "wage": "20 EUR/h", "shifts": hour}}
    path.write_text(to_yaml(tiny("tiny", teams=teams)), encoding="utf-8")
    found = staff(path, "--method", "simulation", "--reps", "4", "--jobs", "1", "--out", tmp_path / "out")
    assert found.exit_code == 3, found.output
    assert "not enough either" in found.output
    assert not list((tmp_path / "out").iterdir())


@pytest.mark.slow
def test_a_search_that_is_killed_goes_on_from_what_it_had_simulated(repo_root, tmp_path):
    (tmp_path / "small.yaml").write_text(world(150), encoding="utf-8")
    asked = ("staff", "small.yaml", "--method", "simulation", "--reps", "16", "--jobs", "1")
    stopped(repo_root, tmp_path, signal.SIGKILL, 120_000, *asked)
    goes_on(repo_root, tmp_path, *asked)
