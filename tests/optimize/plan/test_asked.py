"""What the command line asks for becomes changes to the scenario, the same that `--set` takes."""

from __future__ import annotations

from pathlib import Path

import pytest

from optimize.plan.ask import Ask
from optimize.plan.asked import NotAsked, as_sets, budgets_of, parted
from sim.scenario.problems import ScenarioProblems
from sim.scenario.vary import Sources
from tests.optimize.plan.worlds import world, written


def asked(folder: Path, *targets: str, **given: str) -> Ask:
    sources = written(world(), folder)
    more = as_sets(sources.declared(), given.get("budget"), given.get("objective"), targets, given.get("indifference"))
    return Ask.of(Sources(sources.file, (), more).declared())


def test_budget_and_objective_override_the_file(tmp_path: Path) -> None:
    found = asked(tmp_path, budget="12000 EUR", objective="cost", indifference="500 EUR")
    assert [(budget.name, budget.limit) for budget in found.budgets] == [("total", 12000.0)]
    assert found.objective == "cost"


def test_a_target_takes_the_place_of_its_channel_and_leaves_the_others(tmp_path: Path) -> None:
    found = asked(tmp_path, "service_level(phone)>=85 %")
    assert found.targets == {"phone": 0.85, "email": 0.9}


def test_another_kpi_becomes_a_goal_by_the_last_month(tmp_path: Path) -> None:
    sources = written(world(), tmp_path)
    more = as_sets(sources.declared(), None, None, ["fcr >= 70 %"])
    resolved = Sources(sources.file, (), more).declared()
    assert Ask.of(resolved).goals == ("target_1",)
    goal = resolved.scenario.goals["target_1"]
    assert (goal.kpi, goal.target, goal.by) == ("fcr", ">= 70 %", "2027-06")


def test_an_unknown_channel_is_said_with_what_is_meant(tmp_path: Path) -> None:
    with pytest.raises(ScenarioProblems, match="phone"):
        asked(tmp_path, "service_level(phon)>=85 %")


@pytest.mark.parametrize("text", ["service_level(phone)", ">=80 %", "service_level(phone)>="])
def test_what_is_no_target(text: str) -> None:
    with pytest.raises(NotAsked, match="KPI>=x"):
        parted(text)


def test_frontier() -> None:
    assert budgets_of("0:600000:50000")[-1] == 600000.0
    assert len(budgets_of("0:600000:50000")) == 13


@pytest.mark.parametrize("text", ["0:100", "a:b:c", "10:0:5", "0:100:0", "-5:10:5", "0:1000000:1"])
def test_what_is_no_frontier(text: str) -> None:
    with pytest.raises(NotAsked, match="frontier"):
        budgets_of(text)
