"""`deskplan schedule`: what it prints, writes and refuses, and the code it leaves with."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cli import main
from optimize.schedule import search
from optimize.solver import SolverMissing
from sim.scenario.emit import to_yaml
from tests.optimize.schedule.conftest import WORLD

CONTRACTS = {"full": {"lengths": ["8.5 h"], "days": "mon-sat",
                      "breaks": [{"length": "30 min", "earliest": "3 h", "latest": "5 h"}]},
             "part": {"lengths": ["4 h"], "days": "mon-sat", "days_per_week": [3, 4, 5],
                      "most_share": "50 %"}}  # fmt: skip


def schedule(*args: object) -> Result:
    return CliRunner().invoke(main, ["schedule", *map(str, args)])


def file_of(folder: Path, block: dict[str, Any] | None) -> Path:
    """A file of the small world under given terms."""
    document = WORLD | ({} if block is None else {"scheduling": {"desk": block}})
    path = folder / "small.yaml"
    path.write_text(to_yaml(document), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return file_of(tmp_path_factory.mktemp("world"), {"starts": "08:00-12:00", "contracts": CONTRACTS})


@pytest.fixture(scope="module")
def done(small: Path) -> tuple[dict[str, Any], Path]:
    """The answer as JSON with --simulate, and its folder."""
    out = small.parent / "out"
    found = schedule(small, "--format", "json", "--simulate", "--reps", 2, "--jobs", 1, "--gap", "5 %", "--quiet",
                     "--out", out)  # fmt: skip
    assert found.exit_code == 0, found.output
    answer = json.loads(found.stdout)
    return answer, Path(answer["folder"])


def test_json_says_everything(done: tuple[dict[str, Any], Path]) -> None:
    answer, _ = done
    (team,) = answer["teams"]
    assert team["people"] == len(team["roster"]) == sum(team["by_contract"].values())
    assert team["status"] == "optimal"
    assert team["gap"] <= 0.05
    assert team["cost_a_week"] == pytest.approx(20.0 * team["paid_hours"])
    assert team["bound"] <= team["cost_a_week"]
    assert team["short_hours"] == 0
    assert "implicit breaks" in team["model"]
    figures = {(line["kpi"], line["where"]): line for line in answer["simulated"]["figures"]}
    level = figures["service_level", "phone"]
    assert level["target"] == 0.8
    assert 0 < level["today"]["value"] < 1
    assert level["planned"]["value"] > 0.6
    paid = figures["paid_hours_a_week", "desk"]
    assert paid["planned"]["value"] == pytest.approx(team["paid_hours"])


def test_the_folder_is_whole_and_its_tables_agree(done: tuple[dict[str, Any], Path]) -> None:
    answer, folder = done
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    written = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert set(manifest["files"]) == written
    assert {"roster.csv", "cover.csv", "simulated.csv", "schedule.yaml", "report.html", "charts/cover_desk.png",
            "charts/cover_desk.svg", "charts/roster_desk.png", "charts/roster_desk.svg"} <= written  # fmt: skip
    with (folder / "roster.csv").open(encoding="utf-8") as lines:
        roster = list(csv.DictReader(lines))
    with (folder / "cover.csv").open(encoding="utf-8") as lines:
        cover = list(csv.DictReader(lines))
    (team,) = answer["teams"]
    assert sum(float(row["paid_hours"]) for row in roster) == pytest.approx(team["paid_hours"])
    assert sum(float(row["on_duty"]) for row in cover) / 2 == pytest.approx(team["on_duty_hours"])
    assert all(float(row["on_duty"]) >= float(row["needed"]) - 1e-4 for row in cover)
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "Roster of desk" in page
    assert "Today and planned, simulated" in page
    assert "http" not in page.replace("http://www.w3.org", "")
    assert (folder / "charts" / "roster_desk.png").stat().st_size > 5000


def test_the_overlay_runs_like_any_scenario(small: Path, done: tuple[dict[str, Any], Path], tmp_path: Path) -> None:
    answer, folder = done
    asked = [
        "run",
        small,
        "--overlay",
        folder / "schedule.yaml",
        "--reps",
        2,
        "--jobs",
        1,
        "--quiet",
        "--out",
        tmp_path,
    ]
    found = CliRunner().invoke(main, [*map(str, asked), "--format", "json"])
    assert found.exit_code == 0, found.output
    (ran,) = tmp_path.iterdir()
    table = (ran / "workforce.csv").read_text(encoding="utf-8")
    assert f",{answer['teams'][0]['people']}" in table


def test_a_need_of_ones_own(small: Path, tmp_path: Path) -> None:
    need = tmp_path / "need.csv"
    need.write_text("weekday,start,agents\nmon,12:00,2\ntue,12:00,1\n", encoding="utf-8")
    found = schedule(small, "--need", need, "--solver", "cbc", "--gap", "0 %", "--out", tmp_path / "out")
    assert found.exit_code == 0, found.output
    assert "2 people" in found.stdout
    assert "proven to be the cheapest, cbc" in found.stdout
    assert found.stdout.isascii()
    (folder,) = (tmp_path / "out").iterdir()
    assert (folder / "schedule.yaml").exists()


def refused(tmp_path: Path, code: int, *args: object) -> str:
    found = schedule(*args, "--out", tmp_path / "none")
    assert found.exit_code == code, found.output
    assert not (tmp_path / "none").exists() or not list((tmp_path / "none").iterdir())
    return found.stderr


def test_bad_input_is_refused_with_all_that_is_wrong(small: Path, tmp_path: Path) -> None:
    said = refused(tmp_path, 2, small, "--team", "dsk", "--month", "2027-2")
    assert "there is no team 'dsk'; there are: desk; did you mean 'desk'?" in said
    assert "--month '2027-2': the horizon has 2027-01 to 2027-01" in said
    said = refused(tmp_path, 2, small, "--gap", "half", "--time-limit", "60")
    assert "--gap 'half'" in said
    assert "--time-limit '60'" in said
    need = tmp_path / "need.csv"
    need.write_text("weekday,start,agents\nmon,12:00,two\n", encoding="utf-8")
    said = refused(tmp_path, 2, small, "--need", need, "--quiet")
    assert "need.csv:2: 'two' is not a number of agents" in said


def test_a_solver_that_is_not_there(small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("report.schedule.command.available", lambda _: False)
    assert "the solver highs is not installed; try --solver cbc" in refused(tmp_path, 2, small)
    monkeypatch.undo()

    def missing(*_args: object, **_more: object) -> None:
        raise SolverMissing("the solver cbc is not installed")

    monkeypatch.setattr("report.schedule.command.schedule", missing)
    assert "the solver cbc is not installed" in refused(tmp_path, 2, small, "--solver", "cbc")


def test_half_hours_that_nobody_can_work_leave_with_3(small: Path, tmp_path: Path) -> None:
    need = tmp_path / "need.csv"
    need.write_text("weekday,start,agents\nmon,12:00,1\nsun,12:00,1\nmon,05:30,1\n", encoding="utf-8")
    said = refused(tmp_path, 3, small, "--need", need, "--quiet")
    assert said.strip() == (
        "desk: no allowed shift is on duty mon 05:30-06:00, sun 12:00-12:30, and somebody is needed there"
    )


def test_nothing_found_in_time_leaves_with_3(small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(*_args: object, **_more: object) -> None:
        raise search.NoSchedule("desk: no schedule was found in 1 s; give more time (--time-limit)")

    monkeypatch.setattr("report.schedule.command.schedule", nothing)
    assert "no schedule was found in 1 s" in refused(tmp_path, 3, small, "--quiet")
