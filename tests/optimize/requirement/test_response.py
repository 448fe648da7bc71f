"""Fewest agents of one queue, and the cheapest number: brute-force optima, computed elsewhere."""

import json
import math
from pathlib import Path

import numpy as np
import pytest

from optimize.requirement import requirement
from optimize.requirement.limits import Limit
from optimize.requirement.response import Offered, Prices, cheapest, fewest, steady
from sim.scenario.kpi_text import Named, Target
from sim.scenario.load import resolve
from tests.optimize.requirement.given import EXPECTED, ROWS, limits, one_queue, targets

ECONOMIC = EXPECTED["economic_staffing"]


def offered(row):
    patience = row["patience_mean_s"]
    return Offered(row["calls_per_30min"] / 1800, row["aht_s"], 1 / patience if patience else 0.0)


def test_the_carried_figures_are_the_oracle(repo_root: Path):
    path = repo_root.parent / "shared" / "oracles" / "optimisation.json"
    if not path.exists():
        pytest.skip("the oracle files are not here")
    oracle = json.loads(path.read_text(encoding="utf-8"))
    assert oracle["minimum_staffing"]["rows"] == ROWS
    assert oracle["economic_staffing"] == ECONOMIC
    assert oracle["two_skill_staffing_exact"] == EXPECTED["two_skill_staffing"]
    bank = EXPECTED["anonymous_bank"]
    assert {key: oracle["miller_anonymous_bank"][key] for key in bank} == bank


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["id"])
def test_minimum_staffing(row):
    """The fewest agents, and what they achieve; one fewer misses a target."""
    need = fewest(offered(row), limits(row))
    assert need == row["min_agents"]
    found = steady(offered(row), need, row["T_s"])
    assert found is not None
    achieved = row["achieved"]
    assert found.service_level("c") == pytest.approx(achieved["SL"], rel=1e-9)
    assert found.p_abandon == pytest.approx(achieved["ab"], abs=1e-12)
    assert found.p_wait == pytest.approx(achieved["pw"], rel=1e-9)
    less = steady(offered(row), need - 1, row["T_s"])
    assert less is None or not all(limit.met(less) for limit in limits(row))


@pytest.mark.parametrize("row", ROWS[::3], ids=lambda row: row["id"])
def test_minimum_staffing_from_a_scenario(row):
    """The same answer from a file in which the queue is written as planners do, in every half-hour of the week."""
    document = one_queue(row)
    if "sl" not in row["targets"]:
        del document["channels"]["phone"]["target"]
    found = requirement(resolve(document), targets=targets(row))
    assert set(found.agents[0]) == {row["min_agents"]}


@pytest.mark.parametrize("case", ECONOMIC, ids=lambda case: f"{case['lam_per_min']:.3g}/min")
def test_economic_staffing(case):
    """The number at least expected cost, and the whole curve of costs."""
    asked = Offered(case["lam_per_min"] / 60, 60 / case["mu"], case["theta"] / 60)
    prices = Prices(case["cost_agent_per_min"] / 60, case["cost_abandon"], case["cost_waiting_per_min"] / 60)
    best = cheapest(asked, prices)
    assert best == case["optimal_n"]
    assert 60 * prices.cost(asked, best) == pytest.approx(case["optimal_cost_per_min"], rel=1e-9)
    curve = [60 * prices.cost(asked, n) for n in range(1, len(case["cost_curve_from_n1"]) + 1)]
    assert curve == pytest.approx(case["cost_curve_from_n1"], rel=1e-6)


def test_economic_staffing_from_a_scenario():
    case = ECONOMIC[0]
    row = {"calls_per_30min": 30 * case["lam_per_min"], "aht_s": 60 / case["mu"], "T_s": 20,
           "patience_mean_s": 60 / case["theta"]}  # fmt: skip
    prices = Prices(case["cost_agent_per_min"] / 60, case["cost_abandon"], case["cost_waiting_per_min"] / 60)
    found = requirement(resolve(one_queue(row)), prices=prices)
    assert set(found.agents[0]) == {case["optimal_n"]}


def test_a_free_agent_is_refused():
    with pytest.raises(ValueError, match="give a price"):
        cheapest(Offered(1.0, 1.0), Prices(0.0, 1.0))


def test_anonymous_bank():
    """24 hours of a bank's calls: the published requirement, fewest agents with whom at most half of the calls wait."""
    bank = EXPECTED["anonymous_bank"]
    half = Limit(Named("waited_share", ()), Target("<=", bank["p_wait_goal"]), None)
    need = [
        fewest(Offered(calls / 4 / 3600, 3600 / bank["service_rate_per_hour"]), [half])
        for calls in bank["hourly_calls_four_wednesdays"]
    ]
    assert need == bank["published_requirement"]


def test_more_agents_never_serve_worse():
    """What the bisection relies on, over loads, patience and every limit."""
    rng = np.random.default_rng(5)
    for _ in range(40):
        asked = Offered(
            float(rng.uniform(0.001, 0.2)), float(rng.uniform(30, 600)), float(rng.choice([0, 1 / 90, 1 / 600]))
        )
        first = max(1, math.ceil(asked.load + 0.01))
        levels = [steady(asked, n, 20.0) for n in range(first, first + 8)]
        assert all(a is not None for a in levels)
        for contract in "abcd":
            values = [level.service_level(contract) for level in levels if level]
            assert values == sorted(values)
        assert [level.occupancy for level in levels if level] == sorted(
            (level.occupancy for level in levels if level), reverse=True
        )


def test_nobody_asks_nobody_is_needed():
    assert fewest(Offered(0.0, 60.0), []) == 0
    assert cheapest(Offered(0.0, 60.0), Prices(1.0)) == 0


def test_without_a_limit_the_load_is_carried():
    """Without patience 10 erlangs need 11 agents; whom nobody waits for, one."""
    assert fewest(Offered(10 / 60, 60.0), []) == 11
    assert fewest(Offered(10 / 60, 60.0, 1 / 60), []) == 1
