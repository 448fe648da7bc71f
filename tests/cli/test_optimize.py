"""`deskplan optimize`: what it prints, writes and refuses, on a desk of a few people."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest

from sim.scenario.emit import to_yaml
from tests.cli.test_run_compare import deskplan
from tests.optimize.plan.worlds import NOTICES, TRAINING, world

FAST = ("--jobs", "1", "--reps", "4", "--proposals", "2")
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("planner")
    document = world(
        name="desk",
        investments={"notices": NOTICES, "training": TRAINING},
        uncertain={"teams.desk.wage": {"uniform": ["-5 %", "+10 %"]}},
    )
    (folder / "desk.yaml").write_text(to_yaml(document), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def done(repo_root, place):
    asked = ("--budget", "20000 EUR", "--frontier", "0:20000:10000", "--uncertain")
    return deskplan(repo_root, place, "optimize", "desk.yaml", *asked, *FAST)


@pytest.fixture(scope="module")
def folder(done, place) -> Path:
    assert done.returncode == 0, done.stderr
    found = re.search(r"Report: (\S+)/report\.html", done.stdout)
    assert found is not None
    return place / found[1]


def rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def test_the_answer_comes_first_in_five_lines(done):
    said = done.stdout.splitlines()
    starts = [line.split(":")[0] for line in said if re.match(r"(Do|Costs|Brings|Service|Sure):", line)]
    assert starts == ["Do", "Costs", "Brings", "Service", "Sure"]
    assert "confidence" in done.stdout
    assert "of the budget" in done.stdout


def test_the_folder_has_every_table_and_chart(folder):
    names = {path.name for path in folder.iterdir()}
    tables = {"plan_decisions", "predicted_simulated", "reconciliation", "frontier", "selection", "fresh", "regret",
              "naive"}  # fmt: skip
    assert {f"{name}.csv" for name in tables} <= names
    assert {"decisions.yaml", "report.html", "report.md", "report.xlsx", "manifest.json"} <= names
    charts = {path.name for path in (folder / "charts").iterdir()}
    for chart in ("plan_heads", "plan_service", "plan_frontier"):
        assert {f"{chart}.png", f"{chart}.svg"} <= charts
    assert json.loads((folder / "data" / "plan.json").read_text(encoding="utf-8"))["schema"] == 1
    assert json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["command"] == "optimize"


def test_decisions_run_like_any_overlay_and_give_the_same_figures(repo_root, place, folder):
    overlay = (folder / "decisions.yaml").relative_to(place).as_posix()
    ran = deskplan(repo_root, place, "run", "desk.yaml", "--overlay", overlay, "--reps", "4", "--jobs", "1", "--quiet")
    assert ran.returncode == 0, ran.stderr
    again = place / ran.stdout.strip()
    here, there = (
        [row for row in rows(where / "cashflows.csv") if row["scenario"] == "plan" and float(row["amount"])]
        for where in (folder, again)
    )  # categories that only another scenario of the comparison has are zeros here
    assert here == there
    kpis = [row for row in rows(folder / "kpis.csv") if row["scenario"] == "plan"]
    assert kpis == rows(again / "kpis.csv")


def test_model_cash_flow_table_and_report_agree_to_the_cent(folder):
    lines = rows(folder / "reconciliation.csv")
    total = lines.pop()
    assert total["line"] == "total"
    for column in ("predicted", "simulated", "difference"):
        assert sum(float(row[column]) for row in lines) == pytest.approx(float(total[column]), abs=0.005)
    assert float(total["predicted"]) + float(total["difference"]) == pytest.approx(float(total["simulated"]), abs=0.005)
    data = json.loads((folder / "data" / "plan.json").read_text(encoding="utf-8"))
    assert data["check_sum"]["adds_up"]
    assert data["check_sum"]["objective"] == pytest.approx(float(total["predicted"]), abs=0.005)
    npv = next(r for r in rows(folder / "appraisal.csv") if (r["scenario"], r["measure"]) == ("plan", "npv"))
    assert float(npv["value"]) == pytest.approx(float(total["simulated"]), abs=0.005)


def test_more_budget_is_never_worth_less(folder):
    worth = [float(row["predicted"]) for row in rows(folder / "frontier.csv") if row["predicted"]]
    assert worth == sorted(worth)
    assert worth


def test_the_page_starts_with_the_plan_and_is_rendered_again(repo_root, place, folder):
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert page.index('id="plan"') < page.index('id="table"')
    for section in ("promises", "frontier", "limits", "others", "regret", "check_sum"):
        assert f'id="{section}"' in page
    again = deskplan(repo_root, place, "report", folder.relative_to(place).as_posix())
    assert again.returncode == 0, again.stderr
    assert "every file is as it was" in again.stdout


def test_promises_hold_on_fresh_seeds(folder):
    """Issue 6, shown by 5."""
    data = json.loads((folder / "data" / "plan.json").read_text(encoding="utf-8"))
    fresh = data["fresh"]
    assert fresh["seed"] != data["seed"]
    assert fresh["holds"], fresh
    assert fresh["optimism"][0] is not None


def test_what_cannot_be_reached_is_said_in_words_with_code_3(repo_root, place):
    tight = ("--set", "choose.teams.desk={hires: 0, cuts: 0}", "--set", "choose.never=[notices, training]",
             "--set", "teams.desk.agents=1")  # fmt: skip
    done = deskplan(repo_root, place, "optimize", "desk.yaml", *tight, "--quiet", "--format", "json", *FAST)
    assert done.returncode == 3, done.stderr
    assert "No plan meets everything that is asked" in done.stderr
    assert "heads" in done.stderr
    found = json.loads(done.stdout)
    assert found["status"] == "infeasible"
    assert not [path for path in (place / "results").glob("*-optimize-desk") if path.is_dir()]


def test_no_time_at_all_is_said_in_words_with_code_3(repo_root, place):
    done = deskplan(repo_root, place, "optimize", "desk.yaml", "--time-limit", "0.000001", "--quiet", *FAST)
    assert done.returncode in (0, 3), done.stderr
    if done.returncode == 3:
        assert "time limit" in done.stderr


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (("--target", "service_level(phone)"), "KPI>=x"),
        (("--target", "service_level(phon)>=80 %"), "phone"),
        (("--frontier", "0:10"), "FROM:TO:STEP"),
        (("--budget", "12000"), "EUR"),
        (("--objective", "score"), "stakeholders"),
    ],
)
def test_bad_wishes_leave_with_code_2_before_anything_is_simulated(repo_root, place, wrong, words):
    done = deskplan(repo_root, place, "optimize", "desk.yaml", *wrong, *FAST)
    assert done.returncode == 2, done.stdout
    assert words in done.stderr
    assert "learning" not in done.stderr
