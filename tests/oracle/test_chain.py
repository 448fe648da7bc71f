"""The chain that gives the X and W designs their figures reproduces the designs whose figures are carried."""

from typing import Any

import pytest

from tests.oracle.chain import Design, solve
from tests.oracle.expected import read

SKILLS = read("ctmc_skills_retrial_chat")["skills"]


@pytest.mark.parametrize("case", SKILLS, ids=lambda case: case["name"].split(":")[0])
def test_carried_designs(case: dict[str, Any]):
    found = solve(
        Design(
            case["lam"], 0.5, case["theta"], case["n"], case["TG"], case["GT"], [min(cap, 30) for cap in case["cap"]]
        )
    )
    exact = case["exact"]
    assert found.occupancy == pytest.approx(exact["occupancy"], rel=1e-8)
    assert found.p_wait == pytest.approx([row["P_wait"] for row in exact["per_class"]], rel=1e-8)
    assert found.p_abandon == pytest.approx([row["P_abandon"] for row in exact["per_class"]], rel=1e-8)
    assert found.queue == pytest.approx([row["Lq"] for row in exact["per_class"]], rel=1e-8)


def test_waiting_room():
    case = next(row for row in read("erlang_tables")["cases"] if row["id"] == "K01")
    found = solve(Design([4.2], 0.5, [0.0], [12], [[0]], [[0]], [case["K"]]))
    assert found.p_block == pytest.approx([case["P_block"]])
    assert found.p_wait == pytest.approx([case["P_wait"]])
    assert found.queue == pytest.approx([case["Lq"]])
    assert found.occupancy == pytest.approx([case["occupancy"]])
