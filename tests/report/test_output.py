"""What the terminal and --format json say; numbers as people read them."""

import json
from pathlib import Path

import pytest

from evaluate.compare import compare
from evaluate.intervals import Figure
from evaluate.simulate import simulate_all
from report import cells
from report import format as fmt
from report.answer import answer, remarks
from report.as_json import as_json
from report.charts.style import NARROW, WIDE, thousands
from report.draw import charts
from report.ledger import entries
from report.terminal import as_text, basis
from sim.scenario.load import resolve
from tests.report.worlds import comparison, tiny

FOLDER = Path("results/here")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (fmt.number(-1234567.8), "-1,234,568"),
        (fmt.number(0.04, 1, signed=True), "0.0"),
        (fmt.number(-0.04, 1), "0.0"),
        (fmt.number(12.3, 1, signed=True), "+12.3"),
        (fmt.number(None), "no data"),
        (fmt.number(float("nan")), "no data"),
        (fmt.percent(0.8244), "82.4 %"),
        (fmt.points(-0.021), "-2.1 pts"),
        (fmt.money(-1500.4, "EUR"), "-1,500 EUR"),
        (fmt.duration(42), "42 s"),
        (fmt.duration(379), "6.3 min"),
        (fmt.duration(60), "60 s"),
        (fmt.duration(24 * 3600), "24 h"),
        (fmt.duration(3 * 86400), "3 d"),
        (fmt.months(None), "never"),
        (fmt.months(0.0), "at once"),
        (fmt.months(13.25), "13.2 months"),
        (thousands(-250000), "\u2212250k"),
        (thousands(1234567), "1.2M"),
        (thousands(999), "999"),
    ],
)
def test_numbers_as_people_read_them(text, expected):
    assert fmt.plain(text) == fmt.plain(expected)


def test_no_measure_is_silent_about_what_does_not_exist():
    said = {key: cells.measure_text(comparison(), key, Figure(None)) for key in ("payback", "irr", "roi", "npv")}
    assert said == {"payback": "never", "irr": "none", "roi": "none", "npv": "none"}


def test_the_answer_and_what_qualifies_it():
    assert answer(comparison()).startswith("tiny stays the best of 3: it meets every target")
    said = [fmt.plain(remark) for remark in remarks(comparison())]
    assert said[0] == "a_tool: NPV -100 EUR (95 % -100 to -100 EUR), meets every target."


def test_a_single_run_is_answered_too():
    said = fmt.plain(answer(comparison(0)))
    assert said.startswith("tiny costs 36")
    assert said.endswith(" EUR over 6 hours and meets every target.")
    assert remarks(comparison(0)) == []


def alone(replications=3, **changes):
    """One scenario by itself."""
    return compare(simulate_all([resolve(tiny(**changes))], None, replications))


def test_a_month_is_said_only_of_whole_months():
    month = alone(2, horizon={"start": "2027-02-01", "months": 1})
    days = alone(2, horizon={"start": "2027-02-01", "length": "28 days"})
    assert "EUR a month and" in answer(month)
    assert basis(month).startswith("1 month from 2027-02; ")
    assert "EUR over 28 days and" in answer(days)
    assert basis(days).startswith("28 days from 2027-02-01; ")
    assert "Monthly equivalent" in as_text(month, FOLDER)
    assert "Monthly equivalent" not in as_text(days, FOLDER)
    assert days.alone["tiny"]["equivalent_monthly"] == month.alone["tiny"]["equivalent_monthly"]


def test_the_charts_of_a_few_days_speak_of_days():
    found = {chart.key: chart for chart in charts(alone(2))}
    assert "service_by_month" not in found
    total = -(alone(2).alone["tiny"]["total"].value or 0.0)
    assert found["cost_by_category"].text == f"Mean cost over 6 hours: tiny {fmt.money(total, 'EUR')}."


def test_the_equivalent_of_a_week_is_a_month_at_that_pace():
    week = alone(2, horizon={"start": "2027-02-01", "length": "7 days"}, economics={"timing": "start"})
    found = week.alone["tiny"]
    assert found["equivalent_monthly"].value == pytest.approx(4 * found["total"].value)


def test_one_replication_claims_no_interval():
    once = alone(1)
    assert basis(once).endswith("no intervals.")
    assert "interval" not in as_text(once, FOLDER).split("Report")[0].split("\n- ")[0]
    assert remarks(once) == ["One replication has no interval: use --reps 4 or more before relying on a figure."]
    missed = alone(1, channels={"phone": {"patience": "3 min", "target": {"share": "100 %", "within": "1 s"}}})
    assert "misses" in answer(missed)
    assert "noise" not in answer(missed)


def test_a_single_run_shows_its_intervals():
    head = next(line for line in as_text(comparison(0), FOLDER).splitlines() if line.strip().startswith("tiny  "))
    assert head.split("  ")[-1].strip() == "95 % interval"


def test_nobody_there_is_neither_met_nor_missed():
    nobody = alone(2, reasons={"help": {"rate": "0 /h", "channels": {"phone": "100 %"}, "handle": "6 min"}})
    assert answer(nobody).endswith("and has no data for its targets.")
    assert remarks(nobody) == ["tiny: no contact to judge the target for phone by."]


def test_who_comes_when_it_is_closed_is_spoken_of():
    hours = {"phone": {"hours": "mon-fri 03:00-06:00", "patience": "3 min"}}
    assert "of the contacts on phone come when it is closed" in remarks(alone(2, channels=hours))[0]
    hours["phone"]["when_closed"] = "reopen"
    assert remarks(alone(2, channels=hours)) == []


def test_what_has_no_price_is_not_called_free():
    free = alone(2, teams={"desk": {"agents": 3, "serves": ["phone"]}})
    assert answer(free) == "tiny meets every target; nothing in it has a price."
    assert "Money" not in as_text(free, FOLDER)


def test_without_targets_the_week_has_one_panel():
    plain = alone(2, channels={"phone": {"patience": "3 min"}})
    week = next(chart for chart in charts(plain) if chart.key == "week_tiny")
    assert [len(week.draw(size).axes) for size in (WIDE, NARROW)] == [1, 1]
    assert "answered in time" not in week.text


def test_the_text_is_plain_ascii_and_ends_with_the_folder():
    text = fmt.plain(as_text(comparison(), FOLDER))
    assert text.isascii()
    assert text.splitlines()[-1] == "Report: results/here/report.html"
    assert max(len(line) for line in text.splitlines()) < 130
    assert "phone within 30 s (target 60 %)" in text


def test_the_rich_table_says_the_same(monkeypatch):
    import io

    from report.terminal import show

    class Terminal(io.StringIO):
        def isatty(self):
            return True

    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setenv("TERM", "xterm-256color")
    coloured = Terminal()
    show(comparison(), FOLDER, coloured)
    assert "\x1b[" in coloured.getvalue()
    monkeypatch.setenv("NO_COLOR", "1")
    grey = Terminal()
    show(comparison(), FOLDER, grey)
    assert "\x1b[3" not in grey.getvalue()
    for word in ("one_more", "NPV against the base", "Report: results/here/report.html"):
        assert word in grey.getvalue()


def test_json_has_its_documented_keys(repo_root):
    found = as_json(comparison(), FOLDER)
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    documented = (repo_root / "docs" / "reading_the_output.md").read_text(encoding="utf-8")
    option = found["scenarios"][1]
    for key in (*found, *option, *option["targets"][0], *option["kpis"][0], *option["appraisal"]):
        assert f"`{key}`" in documented, key


def test_json_figures_have_value_interval_and_unit():
    option = as_json(comparison(), FOLDER)["scenarios"][1]
    assert option["appraisal"]["npv"].keys() == {"value", "low", "high", "unit"}
    assert option["appraisal"]["npv"]["unit"] == "EUR"
    assert option["appraisal"]["payback"]["value"] is None
    assert option["targets"][0]["met"] is True
    assert option["kpis"][0]["difference"]["unit"] == "share"


def test_the_ledger_lists_each_assumption_once_with_the_scenarios_that_share_it():
    other = tiny("other", reasons={**tiny()["reasons"]})
    found = entries([resolve(tiny()), resolve(other)])
    assert [(row.path, row.value, row.level, row.scenarios) for row in found] == [
        ("reasons.help.handle.mean", "6 min", "measured", ("tiny", "other"))
    ]
