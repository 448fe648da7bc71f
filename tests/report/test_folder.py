"""A run's folder: whole or not there, its tables exact, the same bytes for the same run but for the times."""

import csv
import datetime as dt
import gzip
import hashlib
import json
from pathlib import Path

import pytest

from report.folder import folder_name, write_folder
from report.manifest import Circumstances
from report.resolved_files import write_scenario
from report.tables import APPRAISAL_COLUMNS, CASHFLOW_COLUMNS, COMPARISON_COLUMNS, KPI_COLUMNS
from report.workforce import WORKFORCE_COLUMNS
from report.write import write_run
from sim.scenario.load import load
from tests.report.worlds import comparison

NOON = dt.datetime(2027, 1, 4, 12, 0, 0, tzinfo=dt.UTC)


def written(tmp_path: Path, minutes: int = 0) -> Path:
    circumstances = Circumstances(
        "compare", ("compare", "a.yaml"), NOON + dt.timedelta(minutes=minutes), 1.5 + minutes, 2
    )
    return write_run(comparison(), tmp_path, circumstances)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return written(tmp_path_factory.mktemp("results"))


def rows(path):
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream))


def test_the_name_sorts_by_time_and_says_what_it_is():
    assert folder_name("run", ["baseline"], NOON) == "20270104T120000Z-run-baseline"
    many = folder_name("compare", [f"scenario_{k}" for k in range(40)], NOON)
    assert many == "20270104T120000Z-compare-scenario_0-and-39-more"


def test_all_files_are_there_and_listed(folder):
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    for name in (
        "kpis.csv", "kpis_by_half_hour.csv", "kpis_by_day.csv.gz", "cashflows.csv", "appraisal.csv", "comparison.csv",
        "workforce.csv", "report.html", "report.xlsx", "manifest.json",
        "scenarios/tiny.yaml", "scenarios/one_more.yaml",
        "charts/cumulative_cash.png", "charts/cumulative_cash.svg", "charts/week_tiny.png",
    ):  # fmt: skip
        assert name in found
    assert set(json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["files"]) == found


@pytest.mark.parametrize(
    ("name", "columns"),
    [
        ("kpis.csv", KPI_COLUMNS),
        ("kpis_by_half_hour.csv", ("scenario", "half_hour", *KPI_COLUMNS[2:])),
        ("kpis_by_day.csv.gz", ("scenario", "day", *KPI_COLUMNS[2:])),
        ("cashflows.csv", CASHFLOW_COLUMNS),
        ("appraisal.csv", APPRAISAL_COLUMNS),
        ("comparison.csv", COMPARISON_COLUMNS),
        ("workforce.csv", WORKFORCE_COLUMNS),
    ],
)
def test_columns_are_those_that_are_documented(folder, repo_root, name, columns):
    assert tuple(rows(folder / name)[0]) == columns
    assert len(rows(folder / name)) > 1
    documented = (repo_root / "results" / "README.md").read_text(encoding="utf-8")
    if name in ("kpis.csv", "cashflows.csv", "appraisal.csv", "comparison.csv", "workforce.csv"):
        assert f"**`{name}`**: `{', '.join(columns)}`" in documented


def test_these_columns_do_not_change():
    assert " ".join(KPI_COLUMNS) == "scenario month channel reason team kpi value low high unit n"
    assert " ".join(CASHFLOW_COLUMNS) == "scenario month category tangible amount"
    assert " ".join(APPRAISAL_COLUMNS) == "scenario measure value low high unit"


def test_cash_flows_sum_to_the_total_of_the_appraisal(folder):
    flows = rows(folder / "cashflows.csv")[1:]
    for scenario, measure, value, *_ in rows(folder / "appraisal.csv")[1:]:
        if measure == "total":
            assert sum(float(row[4]) for row in flows if row[0] == scenario) == pytest.approx(float(value), abs=0.005)


def test_no_data_is_an_empty_cell(folder):
    cells = [cell for row in rows(folder / "kpis.csv")[1:] for cell in row[6:9]]
    assert "" in cells
    assert not any(cell.lower() == "nan" for cell in cells)


def test_a_payback_that_never_comes_is_empty(folder):
    found = {(row[0], row[1]): row[2] for row in rows(folder / "appraisal.csv")[1:]}
    assert found["one_more", "payback"] == ""
    assert found["one_more", "npv"] != ""


def test_the_same_run_writes_the_same_bytes_but_for_the_manifests_times(folder, tmp_path):
    again = written(tmp_path, minutes=3)
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.name != "manifest.json":
            other = again / path.relative_to(folder)
            assert hashlib.sha256(other.read_bytes()).digest() == hashlib.sha256(path.read_bytes()).digest(), path.name
    one, other = (json.loads((place / "manifest.json").read_text(encoding="utf-8")) for place in (folder, again))
    assert {key for key in one if one[key] != other[key]} == {"started", "seconds"}


def test_the_manifest_says_how_to_run_it_again(folder):
    found = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert (found["seed"], found["replications"], found["engine"]) == (7, 3, comparison().base.replications.engine)
    assert [entry["role"] for entry in found["scenarios"]] == ["base", "option", "option"]
    assert all(len(entry["digest"]) == 64 for entry in found["scenarios"])
    assert found["versions"]["deskplan"]


def test_the_scenarios_in_the_folder_run_again_as_the_same_world(folder, tmp_path):
    assert load(folder / "scenarios" / "tiny.yaml").digest == comparison().base.resolved.digest
    retailer = load("baseline")
    write_scenario(retailer, tmp_path)
    again = load(tmp_path / "baseline.yaml")
    assert again.digest == retailer.digest
    assert again.scenario.teams["frontline"].policy == "priority"
    assert "policy: priority" in (tmp_path / "baseline.yaml").read_text(encoding="utf-8")  # defaults are written out


def test_a_decided_tool_that_costs_nothing_runs_again_as_the_same_world(tmp_path):
    """Defaults are written out, its cost of nothing among them, which then begins on a day."""
    bought = [f"decisions.investments.{name}=2027-05" for name in ("returns_portal", "order_bot")]
    plan = load("choice/retailer_plan", sets=bought)
    write_scenario(plan, tmp_path)
    assert load(tmp_path / "retailer_plan.yaml").digest == plan.digest


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_nothing_is_left_where_writing_fails(tmp_path, error):
    def fill(folder):
        (folder / "half.csv").write_text("a", encoding="utf-8")
        raise error

    with pytest.raises(error):
        write_folder(tmp_path, "run", fill)
    assert list(tmp_path.iterdir()) == []


def test_a_taken_name_gets_a_number(tmp_path):
    def fill(folder):
        (folder / "a").write_text("a", encoding="utf-8")

    assert [write_folder(tmp_path, "run", fill).name for _ in range(3)] == ["run", "run-2", "run-3"]
    assert {path.name for path in tmp_path.iterdir()} == {"run", "run-2", "run-3"}
