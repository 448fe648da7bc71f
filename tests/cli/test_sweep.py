"""`deskplan sweep`, `find`, `runs`, `clean` and `rerun`: what they print, write and refuse, and how they go on."""

import csv
import json
import os
import signal
import subprocess
import sys
import time

import pytest

from sim.scenario.emit import to_yaml
from tests.cli.stopping import deskplan
from tests.units.worlds import TINY

FAST = ("--jobs", "1")
VARIED = ("--vary", "teams.desk.agents=4:7:1", "--vary", "channels.phone.patience.mean=1 min,4 min")


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("planner")
    (folder / "tiny.yaml").write_text(to_yaml(TINY), encoding="utf-8")
    other = {**TINY, "name": "dearer", "teams": {"desk": {**TINY["teams"]["desk"], "wage": "30 EUR/h"}}}
    (folder / "dearer.yaml").write_text(to_yaml(other), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def done(repo_root, place):
    return deskplan(repo_root, place, "sweep", "tiny.yaml", *VARIED, "--kpi", "wait_p90(phone)", *FAST)


@pytest.fixture(scope="module")
def folder(done, place):
    assert done.returncode == 0, done.stderr
    return place / done.stdout.splitlines()[-1].removeprefix("Report: ").removesuffix("/report.html")


def rows(file):
    with file.open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def test_it_answers_and_shows_every_point(done):
    said = done.stdout
    assert "of 8 points have service level, phone >= 80 %; the cheapest of them is teams.desk.agents = " in said
    assert "EUR a year." in said
    assert "Main effects" in said
    assert "2 replications each, all on the same tapes, seed 7" in said
    assert "18 units were computed, 0 were in the store." in said
    assert "8 of 8 points after" in done.stderr


def test_the_table_is_tidy_and_the_same_in_both_formats(folder):
    import pandas as pd

    table = rows(folder / "sweep.csv")
    assert list(table[0]) == [
        "scenario", "point", "teams.desk.agents", "channels.phone.patience.mean", "kpi", "channel", "reason", "team",
        "value", "low", "high", "unit", "n", "replications",
    ]  # fmt: skip
    assert len({(row["point"], row["kpi"], row["channel"], row["team"]) for row in table}) == len(table)
    assert {row["point"] for row in table} == {str(k) for k in range(1, 9)}
    level = [row for row in table if row["kpi"] == "service_level"]
    assert all(float(row["low"]) <= float(row["value"]) <= float(row["high"]) for row in level)
    assert {"npv", "annual_cost", "wait_p90", "cost_per_contact"} <= {row["kpi"] for row in table}
    parquet = pd.read_parquet(folder / "sweep.parquet")
    text = pd.read_csv(folder / "sweep.csv")
    pd.testing.assert_frame_equal(parquet, text, check_dtype=False)
    assert parquet["teams.desk.agents"].dtype == "float64"


def test_the_folder_is_whole(folder):
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    written = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    assert manifest["files"] == written
    assert {"report.html", "response.csv", "effects.csv", "scenarios/tiny.yaml"} <= set(written)
    assert {"charts/sweep_service_level_phone.svg", "charts/sweep_npv.png"} <= set(written)
    assert manifest["vary"]["teams.desk.agents"] == ["4", "5", "6", "7"]
    assert set(manifest["sha256"]) == set(written) - {"manifest.json"}
    assert len(rows(folder / "response.csv")) == 8
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "<h1>Sweep of tiny</h1>" in page
    assert page.count("<svg") == 2 * len(list((folder / "charts").glob("*.svg")))


def test_the_same_command_again_computes_nothing_and_writes_the_same(repo_root, place, folder):
    again = deskplan(
        repo_root, place, "sweep", "tiny.yaml", *VARIED, "--kpi", "wait_p90(phone)", "--format", "json", *FAST
    )
    assert again.returncode == 0, again.stderr
    found = json.loads(again.stdout)
    assert (found["units_computed"], found["units_from_store"]) == (0, 18)
    for name in ("sweep.csv", "sweep.parquet", "response.csv", "effects.csv", "report.html"):
        assert (place / found["folder"] / name).read_bytes() == (folder / name).read_bytes(), name


def test_a_design_file_and_several_scenarios(repo_root, place):
    (place / "design.yaml").write_text(
        "vary:\n  teams.desk.agents: {from: 3, to: 9}\n  reasons.help.handle.mean: x 0.8:1.2\nsample: lhs:6\n",
        encoding="utf-8",
    )
    ran = deskplan(repo_root, place, "sweep", "tiny.yaml", "dearer.yaml", "--design", "design.yaml", "--format", "json",
                   "--out", "several", *FAST)  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    found = json.loads(ran.stdout)
    assert found["scenarios"] == ["tiny", "dearer"]
    assert found["points"] == 6
    run = place / found["folder"]
    assert (run / "design.yaml").read_bytes() == (place / "design.yaml").read_bytes()
    again = deskplan(repo_root, place, "rerun", found["folder"], *FAST)
    assert again.returncode == 0, again.stdout + again.stderr


def test_everything_wrong_is_told_at_once_and_nothing_is_written(repo_root, place):
    ran = deskplan(repo_root, place, "sweep", "tiny.yaml", "--vary", "teams.desk.agnts=1:3:1", "--vary",
                   "channels.phone.patience.mean=1 min,soon", "--vary", "x", "--out", "none")  # fmt: skip
    assert ran.returncode == 2
    assert "did you mean 'teams.desk.agents'?" in ran.stderr
    assert "--vary 2, column 36" in ran.stderr
    assert "--vary 3, column 1" in ran.stderr
    assert "3 problems" in ran.stderr
    assert not (place / "none").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--sample", "lots"), "write grid, lhs:64 or sobol:128"),
        (("--until", "soon"), "write '500 points' or '20 min'"),
        (("--precision", "2"), "a share lies between"),
        (("--kpi", "service_level(fax)"), "'fax' names no"),
        (("--jobs", "0"), "--jobs 0 does no work"),
        (("--cluster", "local:x"), "local:4"),
        (("--design", "no.yaml"), "cannot be read"),
    ],
)
def test_what_is_refused_writes_no_run(repo_root, place, arguments, words):
    ran = deskplan(repo_root, place, "sweep", "tiny.yaml", *VARIED, *arguments, "--out", "refused")
    assert ran.returncode == 2
    assert words in ran.stderr
    assert not (place / "refused").exists() or not list((place / "refused").glob("*-sweep-*"))


def test_ctrl_c_keeps_what_is_done_and_says_how_to_go_on(repo_root, place):
    environment = {**os.environ, "PYTHONPATH": str(repo_root), "MPLBACKEND": "Agg"}
    asked = [sys.executable, "-m", "cli", "sweep", "tiny.yaml", "--vary", "teams.desk.agents=4:203:1", "--reps", "8",
             "--out", "stopped", *FAST]  # fmt: skip
    process = subprocess.Popen(asked, cwd=place, env=environment, stderr=subprocess.PIPE, text=True)
    store, until = place / "stopped" / "units.sqlite-wal", time.monotonic() + 120
    while not (store.exists() and store.stat().st_size > 200_000) and time.monotonic() < until:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130, said
    assert "What is finished is kept in stopped/units.sqlite: give the same command again" in said
    assert not list((place / "stopped").glob("*sweep*"))
    assert not list((place / "stopped").glob(".writing-*"))
    listed = json.loads(deskplan(repo_root, place, "runs", "--out", "stopped", "--format", "json").stdout)["runs"]
    assert [each["kind"] for each in listed] == ["store"]
    assert listed[0]["units"] > 0


def test_find_tells_the_value_and_one_step_before(repo_root, place):
    asked = ("find", "teams.desk.agents", "tiny.yaml", "--for", "service_level(phone) >= 80 %", "--between", "3:10")
    ran = deskplan(repo_root, place, *asked, *FAST)
    assert ran.returncode == 0, ran.stderr
    assert "is the smallest value between 3 and 10 in steps of 1 at which service_level(phone) >= 80 %" in ran.stdout
    assert "One step before, at " in ran.stdout
    found = json.loads(deskplan(repo_root, place, *asked, "--format", "json", "--quiet", *FAST).stdout)
    assert found["found"]["low"] >= 0.8
    assert not found["one_step_before"]["holds"]
    never = deskplan(repo_root, place, *asked[:-1], "1:3", "--quiet", *FAST)
    assert never.returncode == 3
    assert "never holds for sure" in never.stdout
    wrong = deskplan(repo_root, place, "find", "teams.desk.agents", "tiny.yaml", "--for", "service_level(phone) > 1")
    assert wrong.returncode == 2


def test_rerun_gives_the_same_bytes_and_sees_what_was_changed(repo_root, place, folder):
    name = folder.relative_to(place).as_posix()
    ran = deskplan(repo_root, place, "rerun", name, *FAST)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "The same bytes: all" in ran.stdout
    table = (folder / "sweep.csv").read_bytes()
    (folder / "sweep.csv").write_bytes(table.replace(b"phone", b"fones", 1))
    changed = deskplan(repo_root, place, "rerun", name, *FAST)
    assert "Changed in the folder since it was written: sweep.csv" in changed.stdout
    assert changed.returncode == 0  # what is run again equals what was written
    (folder / "sweep.csv").write_bytes(table)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    text = json.dumps({**manifest, "seed": manifest["seed"] + 1})
    (folder / "manifest.json").write_text(text, encoding="utf-8")
    other = deskplan(repo_root, place, "rerun", name, *FAST)
    assert other.returncode == 1
    assert "NOT the same bytes" in other.stdout
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", "tiny.yaml", "--set", "teams.desk.agents=x 1.2 rounded"),
        ("compare", "tiny.yaml", "dearer.yaml", "--set", "horizon.length=4 h", "--reps", "3"),
        ("bridge", "tiny.yaml", "dearer.yaml"),
        ("gaps", "tiny.yaml", "dearer.yaml", "--seed", "3"),
    ],
)
def test_any_run_is_run_again_from_its_own_folder(repo_root, place, arguments):
    first = deskplan(repo_root, place, *arguments, "--quiet", "--out", "again", *FAST)
    assert first.returncode == 0, first.stderr
    ran = deskplan(repo_root, place, "rerun", first.stdout.strip(), *FAST)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "The same bytes: all" in ran.stdout


UNCERTAIN = """
extends: tiny.yaml
name: unsure
experiment: {replications: 2}
uncertain: {teams.desk.wage: {uniform: [18 EUR/h, 30 EUR/h], because: the union, evidence: assumed}}
"""
RAISED = "extends: unsure.yaml\nname: raised\nchanges: {teams.desk.wage: x 1.1, teams.desk.agents: + 1}\n"


@pytest.mark.slow
def test_draws_are_made_again_where_an_option_changes_relatively_what_its_base_declares(repo_root, place):
    """An option raises every drawn wage; in the merged scenario the draw would replace what it raised.

    A comparison makes the draws of `uncertainty` and the tornado too.
    """
    (place / "unsure.yaml").write_text(UNCERTAIN, encoding="utf-8")
    (place / "raised.yaml").write_text(RAISED, encoding="utf-8")
    (place / "flat").mkdir(exist_ok=True)
    (place / "flat" / "flat.csv").write_text("weight\n" + "1\n" * 336, encoding="utf-8")
    (place / "flat" / "over.yaml").write_text("demand: {week_profile: flat.csv}\n", encoding="utf-8")
    first = deskplan(
        repo_root, place, "compare", "unsure.yaml", "raised.yaml", "--uncertain", "--overlay", "flat/over.yaml",
        "--set", "teams.desk.agents=4", "--quiet", "--no-feedback", "--out", "drawn", *FAST,
    )  # fmt: skip
    assert first.returncode == 0, first.stderr
    (folder,) = (place / "drawn").iterdir()
    moved = place / "moved"
    folder.rename(moved)  # it needs nothing but itself
    for name in ("unsure.yaml", "raised.yaml"):
        (place / name).unlink()
    ran = deskplan(repo_root, place, "rerun", moved.name, *FAST)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "The same bytes: all" in ran.stdout


def test_runs_lists_and_clean_removes_only_what_it_said(repo_root, place):
    home = place / "tidy"
    for _ in range(2):
        asked = ("sweep", "tiny.yaml", "--vary", "teams.desk.agents=4,5", "--quiet", "--out", "tidy")
        ran = deskplan(repo_root, place, *asked, *FAST)
        assert ran.returncode == 0, ran.stderr
    draft = home / ".writing-left"
    draft.mkdir()
    os.utime(draft, (1, 1))
    (home / "notes.txt").write_text("mine", encoding="utf-8")
    listed = deskplan(repo_root, place, "runs", "--out", "tidy").stdout
    assert listed.count("sweep") >= 2
    assert "4 finished units" in listed
    assert "notes.txt" not in listed
    before = sorted(path.name for path in home.iterdir())
    said = deskplan(repo_root, place, "clean", "--out", "tidy", "--older-than", "30 days", "--store")
    assert said.returncode == 0
    assert "Would remove 2" in said.stdout  # the draft and the store; no run is that old
    assert sorted(path.name for path in home.iterdir()) == before
    wrong = deskplan(repo_root, place, "clean", "no-such-run", "--out", "tidy", "--yes")
    assert wrong.returncode == 2
    name = next(path.name for path in home.iterdir() if "sweep" in path.name)
    assert deskplan(repo_root, place, "clean", name, "--out", "tidy", "--store", "--yes").returncode == 0
    left = sorted(path.name for path in home.iterdir() if not path.name.startswith("units"))
    assert name not in left
    assert len(left) == 2  # the other run, and what is not deskplan's
    assert not (home / "units.sqlite").exists()


def test_a_rerun_reaches_out_to_no_cluster_that_a_folder_names(tmp_path):
    from report.rerun import Recorded, given_again

    run = Recorded(tmp_path, "sweep", ("sweep",), (tmp_path / "tiny.yaml",), 7, 2, "fast", {}, (), "")
    again = given_again(run, {"files": ("tiny.yaml",), "cluster": "tcp://elsewhere:8786"}, tmp_path)
    assert again["cluster"] is None
