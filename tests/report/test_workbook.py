"""The workbook: what LibreOffice works out from it is what the tables say, as it was run and after changes."""

import io
import json
import re
import zipfile
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings

from evaluate.compare import Comparison, compare
from evaluate.simulate import simulate_all
from report import tables
from report.workbook.write import ORDER, workbook
from sim.scenario.load import load, resolve
from tests.report.spreadsheet import cached, named, needs_office, recalculated
from tests.report.worlds import tiny
from tests.strategies import scenarios

WORLD: dict[str, Any] = {
    "schema": 1,
    "name": "now",
    "title": '=HYPERLINK("http://x")',
    "horizon": {"start": "2027-01-04", "months": 14},
    "experiment": {"seed": 3, "replications": 3},
    "reasons": {
        "help": {
            "rate": "24 /day",
            "channels": {"phone": "100 %"},
            "handle": {"mean": "9 min", "cv": 1},
            "concession": {"share": "10 %", "amount": "5 EUR"},
        }
    },
    "channels": {"phone": {"patience": "3 min", "cost": {"per_use": "0.10 EUR", "per_minute": "0.03 EUR"}}},
    "teams": {
        "desk": {
            "agents": 5,
            "serves": ["phone"],
            "shifts": {"day": {"days": "mon-sun", "hours": "08:00-16:00"}},
            "wage": "20 EUR/h",
            "on_cost": "25 %",
            "overhead": "10 %",
            "per_agent": "300 EUR/month",
            "overtime": {"premium": "50 %"},
            "attrition": {"base": "30 %/year", "cost": "500 EUR"},
            "hire": {"cost": "2800 EUR", "training": "2 weeks"},
        }
    },
    "returns": {"share": "10 %", "loss": "20 %", "refund_after": "14 days"},
    "customers": {"active": 900, "orders": "1 /month", "order_value": "60 EUR"},
    "economics": {
        "discount_rate": "8 %/year",
        "inflation": "2 %/year",
        "timing": "mid",
        "uplift": {"upfront": "20 %", "wages": "5 %"},
        "tools": {"crm": {"cost": {"upfront": "5000 EUR", "running": "90 EUR/month"}}},
    },
    "demand": {
        "events": {"rise": {"from": "2027-07-10", "until": "2028-12-31", "changes": {"teams.desk.wage": "21.50 EUR/h"}}}
    },
    "evidence": {"teams.desk.wage": {"level": "measured", "source": "+payroll", "date": "2026-11", "note": "@all"}},
}


def fewer(name: str = "fewer", upfront: str = "9000 EUR") -> dict:
    document = deepcopy(WORLD)
    document["name"] = name
    document["teams"]["desk"]["agents"] = 4
    document["economics"]["tools"]["crm"]["cost"]["upfront"] = "5000 EUR"
    document["demand"]["events"]["at_once"] = {
        "from": "2027-06-01", "until": "2028-12-31", "changes": {"returns.refund_after": "2 days"},
    }  # fmt: skip
    document["economics"]["tools"]["bot"] = {"cost": {"upfront": upfront, "starts": "2027-02-15"}}
    return document


def compared(folder: Path, *sets: str) -> Comparison:
    """The base and two options from files, with `--set`s."""
    paths = []
    for document in (WORLD, fewer(), fewer("dear", "90000 EUR")):
        path = folder / f"{document['name']}.yaml"
        path.write_text(json.dumps(document), encoding="utf-8")
        paths.append(str(path))
    return compare(simulate_all([load(path, (), sets) for path in paths]))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("workbook")


@pytest.fixture(scope="module")
def comparison(folder):
    return compared(folder)


@pytest.fixture(scope="module")
def path(folder, comparison):
    data = workbook(comparison)
    assert data is not None
    (folder / "report.xlsx").write_bytes(data)
    return folder / "report.xlsx"


def close(a: object, b: object, within: float = 1e-6) -> bool:
    if isinstance(a, int | float) and isinstance(b, int | float):
        return abs(a - b) <= within * max(1.0, abs(a))
    return a == b


def appraisal(comparison: Comparison) -> dict[tuple[Any, Any], Any]:
    found = tables.appraisal(comparison)
    return {(row.scenario, row.measure): row.value for row in found.itertuples()}


def summary(values) -> dict[str, object]:
    """Live measures by title."""
    return {
        values["Summary", f"A{r}"]: values["Summary", f"B{r}"] for r in range(6, 25) if ("Summary", f"B{r}") in values
    }


def results(values) -> list[object]:
    return [value for (sheet, at), value in values.items() if sheet == "Checks" and re.fullmatch(r"F(?!5$)\d+", at)]


def monthly(values, comparison: Comparison, key: str) -> np.ndarray:
    """The flows of a key of CashFlow_M."""
    (row,) = [
        at[1:] for (sheet, at), value in values.items() if sheet == "CashFlow_M" and at[0] == "A" and value == key
    ]
    letters = [openpyxl.utils.get_column_letter(9 + k) for k in range(len(comparison.months))]
    return np.array([values["CashFlow_M", f"{letter}{row}"] for letter in letters], dtype=np.float64)


def agrees(values, comparison: Comparison, name: str, base: str) -> None:
    """Every figure of the sheets is that of the CSV tables."""
    told = appraisal(comparison)
    for scenario in (name, base):
        found = tables.cashflows(comparison)
        for (category, tangible), rows in found[found["scenario"] == scenario].groupby(["category", "tangible"]):
            key = f"{scenario}|{category}|{'cash' if tangible == 'true' else 'worth'}"
            np.testing.assert_allclose(monthly(values, comparison, key), rows["amount"], rtol=1e-6, atol=1e-6)
    shown = summary(values)
    titles = {
        "npv": "NPV against the base", "npv_tangible": "NPV, tangible only", "net_total": "Net total, undiscounted",
        "benefits": "Benefits (present value)", "costs": "Costs (present value)", "roi": "Return on investment",
        "benefits_can_fall": "Benefits can fall by", "costs_can_rise": "Costs can rise by",
        "npv_benefits_20_lower": "NPV if benefits are 20 % lower",
        "npv_costs_20_higher": "NPV if costs are 20 % higher",
        "benefit_cost_ratio": "Benefit-cost ratio", "payback": "Payback", "discounted_payback": "Discounted payback",
        "irr": "Internal rate of return", "peak_funding": "Peak funding",
    }  # fmt: skip
    for measure, title in titles.items():
        value = told[name, measure]
        if value != value:
            assert str(shown[title]).startswith(("never", "none")), title
        else:
            assert close(value, shown[title]), (title, value, shown[title])


@pytest.fixture(scope="module")
def office(path, tmp_path_factory):
    """By name, what LibreOffice makes of the workbook: as it is, and after changes to its cells."""
    cells, values = named(path), cached(path)
    alone = tmp_path_factory.mktemp("alone") / "run.xlsx"
    alone.write_bytes(workbook(compare(simulate_all([resolve(tiny())]))) or b"")
    changes: dict[str, dict[tuple[str, str], Any]] = {
        "as_run": {},
        "prices": {cells["discount_rate"]: 0.12, cells["wage_desk"]: 23.0, cells["tools_crm_upfront"]: 8000.0},
        "start": {cells["flow_timing"]: "start", cells["inflation"]: 0.05},
        "end": {cells["flow_timing"]: "end", cells["inflation"]: 0.05},
        "dear": {cells["chosen"]: "dear"},
        "two_options": {cells["chosen"]: "fewer", cells["compared_with"]: "dear"},
        "by_itself": {cells["chosen"]: "fewer", cells["compared_with"]: "nothing"},
        "on_cost_lower": {cells["on_cost_desk"]: 0.8 * 0.25},
        "bot_at_switch": {cells["tools_bot_upfront"]: switching(values)},
        "rate": {cells["discount_rate"]: 0.2},
        "more_hours": {("Drivers", "I6"): 1e6},
        "negative_hours": {("Drivers", "J6"): -1.0},
    }
    wanted = {name: (path, each) for name, each in changes.items()}
    return recalculated(tmp_path_factory.mktemp("office"), {**wanted, "alone": (alone, {})})


def sensitivity_row(values, key: str) -> str:
    (row,) = [at[1:] for (sheet, at), value in values.items()
              if sheet == "Sensitivity" and at[0] == "A" and value == key]  # fmt: skip
    return row


def switching(values) -> float:
    """The upfront cost of the option's tool at which its NPV is zero, as the sheet says it."""
    at = values["Sensitivity", f"R{sensitivity_row(values, 'economics.tools.bot.cost.upfront')}"]
    assert at > 0
    return at


@needs_office
def test_recalculated_it_is_what_was_stored_and_what_the_tables_say(path, comparison, office):
    before, after = cached(path), office["as_run"]
    assert {key: (before.get(key), after.get(key)) for key in before | after
            if not close(before.get(key, ""), after.get(key, ""), 1e-9)} == {}  # fmt: skip
    assert set(results(after)) == {"ok"}
    assert len(results(after)) > 15
    agrees(after, comparison, "fewer", "now")


@needs_office
def test_no_cell_is_an_error_whatever_is_changed(office):
    for name, values in office.items():
        wrong = [key for key, value in values.items() if isinstance(value, str) and re.match(r"#[A-Z]|Err:", value)]
        assert wrong == [], name


@needs_office
def test_a_change_in_the_sheet_is_the_same_change_in_yaml(path, folder, office):
    after = office["prices"]
    again = compared(folder, "economics.discount_rate=12 %/year", "teams.desk.wage=23 EUR/h",
                     "economics.tools.crm.cost.upfront=8000 EUR")  # fmt: skip
    agrees(after, again, "fewer", "now")
    assert "FAIL" not in results(after)
    assert "not comparable" in results(after)
    assert after[named(path)["inputs_changed"]] == 3
    for row, name in enumerate(("now", "fewer", "dear"), 6):
        assert close(after["Scenarios", f"D{row}"], appraisal(again)[name, "present_value"])


@needs_office
@pytest.mark.parametrize("timing", ["start", "end"])
def test_timing_and_inflation_follow_too(folder, office, timing):
    again = compared(folder, f"economics.timing={timing}", "economics.inflation=5 %/year")
    agrees(office[timing], again, "fewer", "now")


@needs_office
def test_the_switch_shows_any_two_scenarios(path, comparison, office):
    agrees(office["dear"], comparison, "dear", "now")
    assert "FAIL" not in results(office["dear"])
    npv = named(path)["npv"]
    assert close(office["two_options"][npv], comparison.npv_difference("fewer", "dear").value)
    assert close(office["by_itself"][npv], appraisal(comparison)["fewer", "present_value"])


@needs_office
def test_the_sensitivities_are_what_a_change_gives(path, office):
    npv, values = named(path)["npv"], cached(path)
    row = sensitivity_row(values, "teams.desk.on_cost")
    assert close(office["on_cost_lower"][npv], values["Sensitivity", f"N{row}"])
    assert values["Sensitivity", f"N{row}"] != values[npv]
    assert abs(office["bot_at_switch"][npv]) < 1e-6
    (at,) = [
        at[1:] for (sheet, at), value in values.items() if sheet == "Sensitivity" and at[0] == "B" and value == 0.2
    ]
    worth = along(values, "CashFlow_M", "Net, upfront") @ along(office["rate"], "Time", "Discount factor, upfront cost")
    worth += along(values, "CashFlow_M", "Net, all other flows") @ along(
        office["rate"], "Time", "Discount factor, flows"
    )
    assert close(worth, values["Sensitivity", f"C{at}"])  # flows as they are: the interest on refunds stays


def along(values, sheet: str, label: str) -> np.ndarray:
    """The months of the row with a label."""
    (row,) = [at[1:] for (name, at), value in values.items() if name == sheet and at[0] == "B" and value == label]
    found = [values.get((sheet, f"{openpyxl.utils.get_column_letter(9 + k)}{row}")) for k in range(14)]
    return np.array(found, dtype=np.float64)


@needs_office
def test_the_checks_can_fail(office):
    assert "FAIL" in results(office["more_hours"])
    assert "FAIL" in str(office["more_hours"]["Summary", "E3"])
    assert "FAIL" in results(office["negative_hours"])


@needs_office
def test_a_single_run_shows_itself(office):
    one = compare(simulate_all([resolve(tiny())]))
    assert set(results(office["alone"])) == {"ok"}
    assert close(summary(office["alone"])["NPV against the base"], appraisal(one)["tiny", "present_value"])


def test_all_sheets_are_there_and_shown_without_macros_or_links(path):
    book = openpyxl.load_workbook(path)
    assert tuple(book.sheetnames) == ORDER
    assert {sheet.sheet_state for sheet in book.worksheets} == {"visible"}
    names = zipfile.ZipFile(path).namelist()
    assert not [name for name in names if "vba" in name.lower() or "externallink" in name.lower()]
    text = "".join(formula for _, formula in formulas(path))
    assert not re.search(r"\b(OFFSET|INDIRECT|NOW|TODAY|RAND)\(", text)
    assert all(sheet.freeze_panes for sheet in book.worksheets if sheet.title != "About")


def formulas(path):
    for sheet in openpyxl.load_workbook(path).worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    yield cell, cell.value


def test_text_that_looks_like_a_formula_is_text(path):
    found = {cell.value: cell.data_type for sheet in openpyxl.load_workbook(path).worksheets
             for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)}  # fmt: skip
    assert found['=HYPERLINK("http://x")'] == "s"
    assert not [value for value, kind in found.items() if kind == "f" and "HYPERLINK" in value]
    assert found["+payroll; 2026-11; @all"] == "s"


def test_one_formula_along_each_row(path):
    book = openpyxl.load_workbook(path)

    def relative(formula: str, column: int) -> str:
        def shift(found: re.Match[str]) -> str:
            index = openpyxl.utils.column_index_from_string(found[1])
            return f"[{index - column}]{found[2]}"

        return re.sub(r"(?<![A-Z$])([A-Z]{1,3})(\$?\d+)", shift, formula)

    rows = 0
    for name in ("Time", "Costs", "Benefits", "CashFlow_M", "CashFlow_Y"):
        for row in book[name].iter_rows(min_row=6, min_col=9):
            found = {relative(cell.value, cell.column) for cell in row if cell.data_type == "f"}
            assert len(found) <= 1, (name, row[0].row, found)
            rows += bool(found)
    assert rows > 30


def test_inputs_have_names_units_and_evidence(path):
    cells, values = named(path), cached(path)
    assert {"discount_rate", "inflation", "wage_desk", "on_cost_desk", "tools_crm_upfront", "chosen", "npv"} <= set(
        cells
    )
    sheet, at = cells["wage_desk"]
    row = at[1:]
    assert (sheet, values[sheet, at], values[sheet, f"B{row}"]) == ("Inputs", 20.0, "EUR/h")
    assert (values[sheet, f"D{row}"], values[sheet, f"E{row}"]) == ("measured", "+payroll; 2026-11; @all")
    keys = [value for (name, where), value in values.items() if name == "Inputs" and where[0] == "A"]
    assert "teams.desk.wage from 2027-07-10" in keys
    book = openpyxl.load_workbook(path)
    assert book["Inputs"][at].fill.fgColor.rgb == "FFFFF8DC"
    assert book["Inputs"][f"I{row}"].value == f"=$H{row}"  # an option that agrees with the base follows it


def test_equal_runs_write_equal_bytes_and_nothing_priced_writes_none(path, comparison):
    assert path.read_bytes() == workbook(comparison)
    free = tiny(teams={"desk": {"agents": 3, "serves": ["phone"]}})
    assert workbook(compare(simulate_all([resolve(free)]))) is None
    assert zipfile.ZipFile(io.BytesIO(path.read_bytes())).testzip() is None


@given(scenarios(max_days=2))
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_checks_pass_on_generated_scenarios(document):
    """As stored: what LibreOffice makes of the same formulas is held above."""
    other = {**deepcopy(document), "name": "other"}
    other.setdefault("economics", {}).setdefault("tools", {})["one_more"] = {"cost": {"upfront": "100 EUR"}}
    pair = compare(simulate_all([resolve(document), resolve(other)], None, 2))
    values = cached(io.BytesIO(workbook(pair) or b""))
    assert set(results(values)) <= {"ok"}
    assert len(results(values)) > 15
