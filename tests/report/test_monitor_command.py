"""`deskplan monitor` from files to files: what is wrong with measured figures, and what is said of good ones."""

import csv
import json

import pytest
from click.testing import CliRunner

from cli import main
from tests.evaluate.monitored import PLAN

QUIET = ("--jobs", "1", "--quiet")


def said(tmp_path, text: str, *more: str):
    """The command on a CSV."""
    (tmp_path / "plan.yaml").write_text(PLAN, encoding="utf-8")
    (tmp_path / "actuals.csv").write_text(text, encoding="utf-8")
    arguments = ["monitor", str(tmp_path / "plan.yaml"), str(tmp_path / "actuals.csv"), "--out", str(tmp_path / "out")]
    return CliRunner().invoke(main, [*arguments, *QUIET, *more])


def test_everything_wrong_is_said_at_once_with_its_place(tmp_path):
    found = said(
        tmp_path,
        "date,kpi,channel,value\n"
        "2027-01,service_levle,phone,80 %\n"
        "2027-01,service_level,phon,80 %\n"
        "2029-01-05,contacts,phone,900\n"
        "soon,contacts,phone,900\n"
        "2027-02,contacts,phone,nine\n"
        "2027-02,handle_time,phone,5 min\n"
        '2027-02-17,"handle_time(phone)",,6 min\n'
        "2027-02,present_value,,5 EUR\n"
        "2027-02,containment,,5 %\n",
    )
    assert found.exit_code == 2
    for words in (
        "actuals.csv:2:9", "there is no KPI 'service_levle'", "did you mean 'service_level'?",
        "actuals.csv:3:9", "no channel, reason or team 'phon'", "did you mean 'phone'?",
        "actuals.csv:4:1", "2029-01-05 lies outside the scenario's horizon", "2027-01 to 2027-04",
        "actuals.csv:5:1", "'soon' is no date",
        "actuals.csv:6:24", "'nine' cannot be read",
        "actuals.csv:8:12", "was given before, in line 7",
        "actuals.csv:9:9", "known for the whole horizon only",
        "actuals.csv:10:9", "cannot have containment",
        "8 problems",
    ):  # fmt: skip
        assert words in found.output
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("text", "more", "words"),
    [
        ("", (), "columns date, kpi, value are needed"),
        ("date,kpi,value\n", (), "there is no row"),
        ("date,kpi,value\n2027-01,contacts(phone),900\n", ("--confidence", "3"), "--confidence 3"),
        ("date,kpi,value\n2027-01,contacts(phone),9\n", ("--input", "bots.*"), "no input of small_centre matches"),
    ],
)
def test_what_cannot_be_is_refused(tmp_path, text, more, words):
    found = said(tmp_path, text, *more)
    assert found.exit_code == 2
    assert words in found.output


def test_what_is_written_says_what_is_printed(tmp_path):
    """Twice the contacts of one reason in February: from February on, and nothing before."""
    text = (
        "date,kpi,channel,value\n2027-01,contacts,order_status,1750\n2027-02-28,contacts,order_status,3400\n"
        "2027-02-28,handle_time,order_status,4.5 min\n"
    )
    found = said(tmp_path, text, "--format", "json", "--input", "reasons.order_status.*", "--reps", "6")
    assert found.exit_code == 0, found.output
    plain = json.loads(found.stdout)
    assert plain["since"] == "2027-02"
    states = {each["kpi"]: (each["state"], each["since"]) for each in plain["kpis"]}
    assert states["contacts(order_status)"] == ("left", "2027-02")
    assert states["handle_time(order_status)"] == ("inside", None)
    best = plain["explanation"]["inputs"][0]
    assert best["changes"][0]["input"] == "reasons.order_status.per_order"
    assert best["changes"][0]["size"] > 0.5
    assert "more order_status contacts from 2027-02 on would explain" in plain["answer"]
    assert "caus" not in plain["answer"]
    folder = next((tmp_path / "out").iterdir())
    names = {path.name for path in folder.rglob("*")}
    assert {"report.html", "months.csv", "inputs.csv", "manifest.json", "plan_and_actual_1.png"} <= names
    rows = list(csv.DictReader((folder / "months.csv").read_text(encoding="utf-8").splitlines()))
    assert [(row["month"], row["side"]) for row in rows if row["kpi"] == "contacts(order_status)"] == [
        ("2027-01", "0"),
        ("2027-02", "1"),
    ]
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert "not what happened" in page
    assert "http" not in page.replace("http://www.w3.org", "")


def test_a_plan_that_holds_is_said_to_hold(tmp_path):
    found = said(tmp_path, "date,kpi,value\n2027-01,contacts(order_status),1740\n", "--reps", "6")
    assert found.exit_code == 0, found.output
    text = said(tmp_path, "date,kpi,value\n2027-01,handle_time(order_status),4.5 min\n", "--no-explain", "--reps", "6",
                "--format", "json")  # fmt: skip
    assert json.loads(text.stdout)["explanation"] is None
    assert "Nothing is outside now" in json.loads(text.stdout)["answer"]
