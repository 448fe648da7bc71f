"""Goods that come back in what people see: terminal, JSON, and no part of the cost of support."""

from pathlib import Path

import pytest

from evaluate.compare import compare
from evaluate.simulate import simulate_all
from report.as_json import as_json
from report.summary import sections
from sim.scenario.load import resolve
from tests.evaluate.test_returns import BASE, RETURNS


def compared(**changes):
    return compare(simulate_all([resolve({**BASE, **changes})], replications=2))


def test_the_section_holds_number_cost_value_and_carbon():
    [section] = [s for s in sections(compared(returns=RETURNS)) if s.title == "Goods that come back"]
    said = {row.key: row.cells[0].sort for row in section.rows}
    count = 3000 * 0.20 * 90
    assert said["returns"] == pytest.approx(count)
    assert said["handling_cost"] == pytest.approx(count * (0.75 * 6 + 0.25 * 3))
    assert said["value_lost"] == pytest.approx(count * 50 * 0.12)
    assert said["carbon_kg"] == pytest.approx(count * (0.75 * 1.2 + 0.25 * 0.4))
    assert all("Goods" not in s.title for s in sections(compared()))


def test_support_costs_the_same_with_and_without_returns():
    desk = {"desk": {"agents": 3, "serves": ["chat"], "wage": "20 EUR/h"}}
    plain, with_returns = compared(teams=desk), compared(teams=desk, returns=RETURNS)
    for key in ("cost_per_contact", "cost_per_resolution"):
        assert with_returns.alone["shop"][key].value == pytest.approx(plain.alone["shop"][key].value)
    support = with_returns.alone["shop"]["total_support"].value
    assert support == pytest.approx(plain.alone["shop"]["total"].value)
    assert with_returns.alone["shop"]["total"].value < support


def test_json_has_a_row_for_each_month_and_way():
    rows = as_json(compared(returns=RETURNS), Path())["scenarios"][0]["returns"]
    assert len(rows) == 6
    assert set(rows[0]) == {"month", "method", "returns", "handling_cost", "value_lost", "carbon_kg"}
