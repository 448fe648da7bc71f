"""`deskplan uncertainty` and `deskplan tornado`: what they print, write and refuse."""

import csv
import json
import signal

import pytest

from sim.scenario.emit import to_yaml
from tests.cli.stopping import deskplan, goes_on, stopped
from tests.evaluate.test_uncertain import BASE, OPTION
from tests.robust.world import world

FAST = ("--jobs", "1")


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    folder = tmp_path_factory.mktemp("planner")
    sure = {**{key: value for key, value in BASE.items() if key != "uncertain"}, "name": "sure"}
    wrong = {**BASE, "name": "wrong", "uncertain": {"teams.desk.wages": {"uniform": ["1 EUR/h", "2 EUR/h"]}}}
    twin = {**sure, "name": "twin"}
    for document in (BASE, OPTION, sure, twin, wrong):
        (folder / f"{document['name']}.yaml").write_text(to_yaml(document), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def done(repo_root, place):
    return deskplan(
        repo_root, place, "uncertainty", "base.yaml", "option.yaml", "--draws", "16", "--within", "1", *FAST
    )


def rows(file):
    with file.open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def test_uncertainty_says_how_sure_and_what_it_rests_on(done):
    assert done.returncode == 0, done.stderr
    said = " ".join(done.stdout.split())
    assert said.startswith("option against base: NPV ")
    assert "nine in ten outcomes lie between" in said
    assert "paid back within 1 months in" in said
    assert "comes from the uncertain inputs" in said
    assert "This answer rests on" in said
    assert "16 draws of 2 inputs in 8 Latin hypercubes, 2 tapes each" in said
    assert "16 of 16 draws" in done.stderr


def test_the_folder_holds_every_outcome_and_its_summary(done, place):
    folder = place / done.stdout.splitlines()[-1].removeprefix("Tables and charts: ")
    listed = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["files"]
    assert listed == sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    assert {"charts/npv_distribution.png", "charts/npv_distribution.svg", "scenarios/base.yaml"} <= set(listed)
    outcomes = [row for row in rows(folder / "outcomes.csv") if row["scenario"] == "option"]
    assert len(outcomes) == 16 * 2
    summary = {(row["figure"], row["statistic"]): row for row in rows(folder / "uncertainty.csv")
               if row["scenario"] == "option"}  # fmt: skip
    npv = [float(row["npv"]) for row in outcomes]
    assert float(summary["npv", "mean"]["value"]) == pytest.approx(sum(npv) / 32, abs=1e-5)
    assert float(summary["npv", "chance_below_zero"]["value"]) == sum(each < 0 for each in npv) / 32
    in_time = [row["payback"] != "" and float(row["payback"]) <= 1 for row in outcomes]
    assert float(summary["payback", "chance_within_1_months"]["value"]) == sum(in_time) / 32
    assert len(rows(folder / "draws.csv")) == 16 * 2
    assert {row["input"] for row in rows(folder / "inputs.csv")} == {"teams.desk.wage", "reasons.help.rate"}
    variance = next(row for row in rows(folder / "variance.csv") if row["figure"] == "npv")
    assert float(variance["total"]) > 0


def test_json_holds_the_same(repo_root, place, done):
    again = deskplan(repo_root, place, "uncertainty", "base.yaml", "option.yaml", "--draws", "16", "--within", "1",
                     "--format", "json", "--jobs", "2")  # fmt: skip
    assert again.returncode == 0, again.stderr
    found = json.loads(again.stdout)
    option = found["options"][0]
    assert option["answer"] in " ".join(done.stdout.split())
    assert option["npv"]["quantiles"]["p5"]["value"] <= option["npv"]["quantiles"]["p95"]["value"]
    assert option["chance_payback_within"]["months"] == 1


def test_tornado_prints_its_bars_and_writes_the_chart(repo_root, place):
    ran = deskplan(repo_root, place, "tornado", "base.yaml", "option.yaml", "--reps", "2", "--out", "t", *FAST)
    assert ran.returncode == 0, ran.stderr
    assert "teams.desk.wage moves it most" in " ".join(ran.stdout.split()) or "reasons.help.rate moves it" in ran.stdout
    assert "economics.discount_rate*" in ran.stdout
    folder = next((place / "t").iterdir())
    assert {"tornado.csv", "manifest.json"} <= {path.name for path in folder.iterdir()}
    assert {path.name for path in (folder / "charts").iterdir()} == {"tornado.png", "tornado.svg"}
    sizes = [abs(float(row["swing"])) for row in rows(folder / "tornado.csv")]
    assert sizes == sorted(sizes, reverse=True)


def test_compare_takes_it_into_the_page_and_renders_it_again(repo_root, place):
    ran = deskplan(repo_root, place, "compare", "base.yaml", "option.yaml", "--uncertain", "--out", "page", *FAST)
    assert ran.returncode == 0, ran.stderr
    folder = next((place / "page").iterdir())
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert '<section id="uncertainty"><h2>How sure</h2>' in page
    assert "This answer rests on" in page
    assert {"npv_distribution.svg", "tornado_option.svg"} <= {path.name for path in (folder / "charts").iterdir()}
    assert "## How sure" in (folder / "report.md").read_text(encoding="utf-8")
    table = (folder / "uncertainty.csv").read_bytes()
    again = deskplan(repo_root, place, "report", folder.relative_to(place).as_posix())
    assert again.returncode == 0, again.stderr
    assert "every file is as it was" in again.stdout
    assert (folder / "uncertainty.csv").read_bytes() == table
    sure = deskplan(repo_root, place, "compare", "sure.yaml", "twin.yaml", "--uncertain", "--out", "sure", *FAST)
    assert sure.returncode == 2
    assert "nothing is declared uncertain" in sure.stderr
    assert not list((place / "sure").iterdir())


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("uncertainty", "sure.yaml", "twin.yaml"), "nothing is declared uncertain"),
        (("uncertainty", "sure.yaml", "sure.yaml"), "two scenarios are called sure"),
        (("uncertainty", "wrong.yaml", "option.yaml"), "did you mean 'teams.desk.wage'?"),
        (("uncertainty", "base.yaml", "option.yaml", "--draws", "3"), "3 is not in the range"),
        (("tornado", "base.yaml", "option.yaml", "--jobs", "0"), "--jobs 0 does no work"),
    ],
)
def test_what_is_refused_writes_nothing(repo_root, place, arguments, words):
    ran = deskplan(repo_root, place, *arguments, "--out", "none")
    assert ran.returncode == 2
    assert words in ran.stderr
    assert not (place / "none").exists()


@pytest.mark.slow
def test_ctrl_c_keeps_the_finished_draws_and_the_same_command_goes_on(repo_root, tmp_path):
    uncertain = 'uncertain: {teams.desk.wage: {uniform: [22 EUR/h, 28 EUR/h], because: "x", evidence: assumed}}\n'
    (tmp_path / "small.yaml").write_text(world(50) + uncertain, encoding="utf-8")
    (tmp_path / "more.yaml").write_text("extends: small.yaml\nname: more\nchanges: {teams.desk.agents: + 1}\n")
    asked = ("uncertainty", "small.yaml", "more.yaml", "--draws", "24", *FAST)
    code, said = stopped(repo_root, tmp_path, signal.SIGINT, 150_000, *asked)
    assert code == 130, said
    (file,) = (tmp_path / "stopped").iterdir()
    assert f" of 24 draws; no folder was written. What is finished is kept in stopped/{file.name}" in said
    goes_on(repo_root, tmp_path, *asked)
