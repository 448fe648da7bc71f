"""validate, show, diff, schema and new, as a planner types them."""

import json
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

import cli
from sim.scenario.load import load, resolve
from sim.scenario.yaml_text import read_yaml

GOOD = Path(__file__).parent.parent / "scenario" / "good.yaml"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The current folder, with the good scenario and one that changes it."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "good.yaml").write_text(GOOD.read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "week.csv").write_text((GOOD.parent / "week.csv").read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "more.yaml").write_text("extends: good.yaml\nname: more\nteams: {frontline: {agents: 30}}\n", "utf-8")
    (tmp_path / "bad.yaml").write_text("extends: good.yaml\nname: bad\nteams: {frontlin: {agents: x}}\n", "utf-8")
    return tmp_path


def run(*args: str):
    return CliRunner().invoke(cli.main, list(args), prog_name="deskplan")


def test_validate_names_what_is_good(folder):
    said = run("validate", "good.yaml", "more.yaml", "baseline")
    assert said.exit_code == 0
    lines = said.stdout.splitlines()
    assert lines[0] == "ok  good.yaml  (good: 3 reasons, 3 channels, 2 teams)"
    assert [line[:2] for line in lines] == ["ok", "ok", "ok"]


def test_validate_shows_all_problems_of_all_files_and_leaves_with_2(folder):
    (folder / "worse.yaml").write_text("name: [\n", encoding="utf-8")
    said = run("validate", "good.yaml", "bad.yaml", "worse.yaml", "none.yaml")
    assert said.exit_code == 2
    assert said.stdout.startswith("ok  good.yaml")
    assert "bad.yaml:3:28  teams.frontlin.agents\n    'x' is not a whole number" in said.stderr
    assert "worse.yaml:2:1" in said.stderr
    assert "there is no file 'none.yaml'" in said.stderr
    assert said.stderr.rstrip().endswith("problems")


def test_validate_takes_overlays_and_sets(folder):
    assert run("validate", "good.yaml", "--set", "teams.frontline.agents=x 2").exit_code == 0
    said = run("validate", "good.yaml", "--set", "teams.frontline.agents=x 1.1")
    assert said.exit_code == 2
    assert "'x 1.1 rounded'" in said.stderr
    (folder / "over.yaml").write_text("teams: {frontline: {agnets: 1}}", encoding="utf-8")
    assert run("validate", "good.yaml", "--overlay", "over.yaml").exit_code == 2


def test_show_prints_a_scenario_that_is_the_same(folder):
    said = run("show", "more.yaml", "--set", "reasons.return.handle=-10 %")
    assert said.exit_code == 0
    again = resolve(read_yaml(said.stdout, "shown").plain(), folder)
    assert again.digest == load("more.yaml", sets=["reasons.return.handle=-10 %"]).digest


def test_show_origin_prints_every_value_with_its_place(folder):
    said = run("show", "more.yaml", "--origin").stdout
    lines = {line.split()[0]: line for line in said.splitlines()}
    assert lines["teams.frontline.agents"].endswith("more.yaml:3:29")
    assert lines["customers.new"].endswith("good.yaml:17:8")
    assert lines["channels.phone.notice"].split()[1:] == ["1", "min", "default,", "a", "duration"]


def test_show_json_is_json(folder):
    shown = json.loads(run("show", "more.yaml", "--format", "json", "--origin", "--set", "demand.growth=0").stdout)
    assert shown["document"]["teams"]["frontline"]["agents"] == 30
    values = {value["path"]: value for value in shown["values"]}
    assert values["demand.growth"]["origin"] == "--set demand.growth=0"
    assert values["reasons.technical.resolved_first"]["evidence"] == "measured"
    assert [override["new"] for override in shown["overrides"]] == ["30", "0"]
    assert shown["layers"] == ["good.yaml", "more.yaml", "--set demand.growth=0"]


def test_diff_prints_old_and_new_and_where(folder):
    said = run("diff", "good.yaml", "more.yaml").stdout.splitlines()
    assert "teams.frontline.agents  26 -> 30  (more.yaml:3:29)" in said
    assert run("diff", "good.yaml", "good.yaml").stdout == "no difference\n"
    found = json.loads(run("diff", "good.yaml", "more.yaml", "--format", "json").stdout)
    assert {
        "path": "teams.frontline.agents",
        "old": "26",
        "new": "30",
        "kind": "changed",
        "origin": "more.yaml:3:29",
    } in found


def test_schema_prints_json_and_the_reference_page(repo_root):
    assert json.loads(run("schema").stdout)["title"] == "deskplan scenario"
    page = (repo_root / "docs" / "scenario_reference.md").read_text(encoding="utf-8")
    assert run("schema", "--format", "markdown").stdout == page


def test_new_writes_a_file_that_is_good_and_overwrites_none(folder):
    said = run("new", "try_it", "--from", "good.yaml")
    assert said.exit_code == 0
    assert said.stdout == "wrote try_it.yaml\n"
    assert load("try_it.yaml").digest == load("good.yaml").digest
    before = (folder / "try_it.yaml").read_text(encoding="utf-8")
    again = run("new", "try_it", "--from", "good.yaml")
    assert again.exit_code == 2
    assert "this file exists and is not overwritten" in again.stderr
    assert (folder / "try_it.yaml").read_text(encoding="utf-8") == before


def test_the_examples_in_a_new_file_are_good(folder):
    run("new", "try_it", "--from", "good.yaml")
    text = (folder / "try_it.yaml").read_text(encoding="utf-8")
    head, examples = text.split("# teams:", 1)
    lines = ("# teams:" + examples).splitlines()
    uncommented = "\n".join(line.removeprefix("# ") for line in lines if not line.startswith(("# Or", "# Values")))
    (folder / "used.yaml").write_text(head + uncommented, encoding="utf-8")
    assert load("used.yaml").scenario.teams["frontline"].agents == 34


def test_new_refuses_a_bad_name_a_bad_base_and_a_folder_that_is_not_there(folder):
    assert "did you mean 'my_file'?" in run("new", "My file").stderr
    assert run("new", "x", "--from", "bad.yaml").exit_code == 2
    assert "cannot be written" in run("new", "x", "--out", "none/x.yaml").stderr
    assert not (folder / "x.yaml").exists()


def test_new_from_another_folder_names_the_way_back(folder):
    (folder / "sub").mkdir()
    assert run("new", "x", "--from", "good.yaml", "--out", "sub/x.yaml").exit_code == 0
    assert load("sub/x.yaml").digest == load("good.yaml").digest


def test_loading_is_fast(folder):
    load("more.yaml")
    spent = []
    for _ in range(5):
        start = time.process_time()
        load("more.yaml")
        spent.append(time.process_time() - start)
    assert min(spent) < 0.15
