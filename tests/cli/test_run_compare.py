"""`deskplan run` and `deskplan compare`: what they print, write and refuse, and the code they leave with."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from tests.cli.stopping import deskplan, goes_on, stopped
from tests.report.worlds import tiny
from tests.robust.world import world

FAST = ("--jobs", "1")


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with two scenario files and an overlay."""
    from sim.scenario.emit import to_yaml

    folder = tmp_path_factory.mktemp("planner")
    more = tiny("more", teams={"desk": {"agents": 4, "serves": ["phone"], "wage": "20 EUR/h"}})
    for name, document in (("tiny", tiny()), ("more", more)):
        (folder / f"{name}.yaml").write_text(to_yaml(document), encoding="utf-8")
    (folder / "wage.yaml").write_text("teams: {desk: {wage: 30 EUR/h}}\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def compared(repo_root, place):
    return deskplan(repo_root, place, "compare", "tiny.yaml", "more.yaml", *FAST)


def test_compare_prints_the_answer_the_table_and_where_the_report_is(compared, place):
    assert compared.returncode == 0, compared.stderr
    lines = compared.stdout.splitlines()
    assert lines[0].startswith("tiny stays the best of 2")
    assert any(line.startswith("  NPV against the base") for line in lines)
    assert lines[-1].startswith("Report: results/")
    assert (place / lines[-1].removeprefix("Report: ")).is_file()
    assert "more: 3 of 3 replications" in compared.stderr


def test_run_prints_one_scenario(repo_root, place):
    done = deskplan(repo_root, place, "run", "tiny.yaml", "--reps", "2", "--seed", "3", "--out", "one", *FAST)
    assert done.returncode == 0, done.stderr
    assert "2 replications, seed 3" in done.stdout
    assert "NPV" not in done.stdout.split("Money")[1]
    assert len(list((place / "one").iterdir())) == 1


def test_json_is_json_and_nothing_else(repo_root, place):
    done = deskplan(repo_root, place, "compare", "tiny.yaml", "more.yaml", "--format", "json", "--reps", "2", *FAST)
    found = json.loads(done.stdout)
    assert found["base"] == "tiny"
    assert [one["name"] for one in found["scenarios"]] == ["tiny", "more"]
    assert (place / found["folder"] / "report.html").is_file()


def test_quiet_prints_only_the_folder(repo_root, place):
    done = deskplan(repo_root, place, "run", "tiny.yaml", "--quiet", "--reps", "1", *FAST)
    assert done.stderr == ""
    assert (place / done.stdout.strip() / "manifest.json").is_file()


def test_overlays_and_sets_reach_every_scenario(repo_root, place):
    args = ("--overlay", "wage.yaml", "--set", "teams.desk.wage=x 2", "--reps", "1", "--format", "json", *FAST)
    found = json.loads(deskplan(repo_root, place, "compare", "tiny.yaml", "more.yaml", *args).stdout)
    totals = [one["appraisal"]["total"]["value"] for one in found["scenarios"]]
    assert totals == [pytest.approx(-3 * 6 * 60), pytest.approx(-4 * 6 * 60)]


def test_equal_commands_give_equal_tables(repo_root, place):
    folders = [
        deskplan(repo_root, place, "run", "tiny.yaml", "--quiet", "--jobs", jobs).stdout.strip() for jobs in ("1", "2")
    ]
    one, other = (place / folder for folder in folders)
    assert one != other
    for name in ("kpis.csv", "cashflows.csv", "appraisal.csv", "report.html"):
        assert (one / name).read_bytes() == (other / name).read_bytes(), name


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (("run", "nowhere.yaml"), "nowhere.yaml"),
        (("run", "tiny.yaml", "--set", "teams.desc.agents=5"), "desc"),
        (("run", "tiny.yaml", "--overlay", "gone.yaml"), "gone.yaml"),
        (("compare", "tiny.yaml", "tiny.yaml"), "two scenarios are called tiny"),
        (("compare", "tiny.yaml", "baseline"), "differ in horizon.start"),
        (("compare", "tiny.yaml"), "Missing argument 'OTHER...'"),
        (("run", "tiny.yaml", "--reps", "0"), "--reps"),
        (("run", "tiny.yaml", "--seed", "-1"), "--seed"),
        (("run", "tiny.yaml", "--jobs", "0"), "--jobs 0"),
        (("run", "tiny.yaml", "--engine", "steam"), "steam"),
        (("run", "tiny.yaml", "--out", "tiny.yaml/here"), "cannot write"),
    ],
)
def test_bad_input_is_refused_in_words_with_code_2_and_nothing_written(repo_root, place, args, said):
    before = sorted(path.name for path in place.rglob("*"))
    done = deskplan(repo_root, place, *args)
    assert done.returncode == 2, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert sorted(path.name for path in place.rglob("*")) == before


def test_a_bad_file_leaves_no_folder_behind(repo_root, tmp_path):
    assert deskplan(repo_root, tmp_path, "run", "nowhere.yaml", "--out", "mine").returncode == 2
    assert list(tmp_path.iterdir()) == []


LONG = ("compare", "long.yaml", "longer.yaml", "--reps", "6", *FAST)


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL], ids=["ctrl-c", "kill"])
def test_a_stopped_run_leaves_no_half_folder_and_goes_on_where_it_was(repo_root, tmp_path, how):
    (tmp_path / "long.yaml").write_text(world(200), encoding="utf-8")
    (tmp_path / "longer.yaml").write_text("extends: long.yaml\nname: longer\nchanges: {teams.desk.agents: + 1}\n")
    code, said = stopped(repo_root, tmp_path, how, 120_000, *LONG)
    assert "Traceback" not in said
    (file,) = (tmp_path / "stopped").glob("*.sqlite")
    if how == signal.SIGINT:
        assert code == 130, said
        assert "of 6 replications of small" in said
        assert f"What is finished is kept in stopped/{file.name}: give the same command again" in said
        assert [path.name for path in (tmp_path / "stopped").iterdir()] == [file.name]
    listed = json.loads(deskplan(repo_root, tmp_path, "runs", "--out", "stopped", "--format", "json").stdout)["runs"]
    assert [each["kind"] for each in listed] == ["stopped run"]
    count = listed[0]["units"]
    assert 0 < count < 12
    again = goes_on(repo_root, tmp_path, *LONG)
    assert f"{count} replications were finished by an earlier run of this command." in again.stderr


def test_a_run_that_is_stopped_before_anything_is_finished_leaves_nothing(repo_root, tmp_path):
    (tmp_path / "long.yaml").write_text(world(8000), encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(repo_root), "MPLBACKEND": "Agg"}
    command = [sys.executable, "-m", "cli", "run", "long.yaml", *FAST]
    running = subprocess.Popen(command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True)
    results, until = tmp_path / "results", time.monotonic() + 120
    while not list(results.glob("*.sqlite")) and time.monotonic() < until:
        time.sleep(0.02)
    time.sleep(0.3)
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=60)
    assert running.returncode == 130, said
    assert said.endswith("Stopped. Nothing was written.\n")
    assert list(results.iterdir()) == []


def test_ctrl_c_while_the_engine_is_compiled_is_heard(repo_root, tmp_path):
    """Callbacks of the compiler swallow an interrupt: it ends the command all the same, before any simulation."""
    environment = {**os.environ, "PYTHONPATH": str(repo_root), "NUMBA_CACHE_DIR": str(tmp_path / "cache")}
    command = [sys.executable, "-m", "cli", "run", "classic/erlang_c", "--reps", "2", "--jobs", "1"]
    running = subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert running.stderr is not None
    assert "Compiling" in running.stderr.readline()
    time.sleep(2)
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=100)
    assert running.returncode == 130, said
    assert list((tmp_path / "results").iterdir()) == []


def test_every_scenario_of_the_demo_runs_for_a_month(scenarios_dir):
    from evaluate.compare import compare
    from evaluate.simulate import simulate_all
    from sim.scenario.load import load

    names = ("baseline", "expand_team", "self_service", "chatbot", "blend")
    sets = ("horizon.months=1", "demand.events=null", "customers.active=x 0.1", "customers.new=x 0.1")
    found = compare(simulate_all([load(scenarios_dir / f"{name}.yaml", sets=sets) for name in names], replications=1))
    assert [one.name for one in found.scenarios] == list(names)
    npv = found.against["chatbot"]["npv"].value
    assert npv is not None
    assert npv < 0  # a month does not pay for what is bought on its first day
