"""What is wrong with benchmarks, goals and stakeholders is said at once, with what is allowed and probably meant."""

import pytest

from sim.kpis import KPIS
from sim.scenario.digest import LEFT_OUT
from sim.scenario.kpi_names import UNIT_OF_KPI
from sim.scenario.kpi_text import ALIASES, amount, known, named, span, target, unit_of
from sim.scenario.load import load, resolve
from sim.scenario.problems import ScenarioProblems
from sim.scenario.units import QuantityError
from tests.evaluate.judged import world


def problems(**more):
    with pytest.raises(ScenarioProblems) as found:
        resolve(world(**more))
    return {problem.path: problem for problem in found.value.problems}


def goal(**more):
    return {"goals": {"g": {"kpi": "csat", "target": ">= 80 %", "by": "2027-02"} | more}}


def test_a_goal_needs_a_kpi_that_can_be_measured():
    found = problems(**goal(kpi="first_respons_time(email)"))["goals.g.kpi"]
    assert "there is no KPI 'first_respons_time'" in found.wrong
    assert found.meant == "'first_response_time'"
    assert "time_to_first_response" in found.allowed


def test_a_goal_needs_a_date():
    block = {"goals": {"g": {"kpi": "csat", "target": ">= 80 %"}}}
    found = problems(**block)["goals.g.by"]
    assert "'by' is missing" in found.wrong
    assert "2027-03" in found.allowed


@pytest.mark.parametrize("by", ["2027-04", "2026-12", "2027-04-01", "2026-12-31"])
def test_a_date_outside_the_horizon_shows_nothing(by):
    found = problems(**goal(by=by))["goals.g.by"]
    assert "outside the horizon" in found.wrong
    assert found.allowed == "a month from 2027-01 to 2027-03"


@pytest.mark.parametrize("by", ["2027-01", "2027-03-31", "2027-01-01"])
def test_months_and_days_of_the_horizon_can_be_dates(by):
    assert resolve(world(**goal(by=by))).scenario.goals["g"].by == by


@pytest.mark.parametrize(
    ("kpi", "text", "words"),
    [
        ("csat", "80 %", "which side is good"),
        ("csat", ">= 24 h", "a share is needed"),
        ("time_to_resolution", "<= 24", "a duration is needed"),
        ("nps", ">= 30 %", "plain number"),
        ("cost_per_contact", "<= 4", "EUR"),
        ("cost_per_contact", "<= 4 USD", "is in USD"),
    ],
)
def test_a_target_says_which_side_and_how_much(kpi, text, words):
    found = problems(**goal(kpi=kpi, target=text))["goals.g.target"]
    assert words in f"{found.wrong} {found.allowed}"


@pytest.mark.parametrize(("kpi", "words"), [("csat(fax)", "no channel or reason 'fax'"),
                                            ("cost_per_contact(phone)", "everything together only"),
                                            ("present_value", "whole horizon only")])  # fmt: skip
def test_a_goal_is_about_something_by_which_the_kpi_is_known(kpi, words):
    assert (
        words in problems(**goal(kpi=kpi, target=">= 4 EUR" if "c" not in kpi[:2] else ">= 80 %"))["goals.g.kpi"].wrong
    )


def test_everything_wrong_is_said_at_once():
    found = problems(
        goals={"g": {"kpi": "csta", "target": ">= 80 %", "by": "2030-01"}},
        benchmarks={
            "sets": ["retial"],
            "exchange": {"EUR": "1 EUR", "dollar": "0.9 EUR"},
            "peers": {"a": {"figures": {"fcr": "70 s", "csat": "90 % to 80 %"}}, "b": {"figures": {}}},
        },
        stakeholders={
            "y": {"interest": 1, "power": 1, "cares": {}},
            "x": {"interest": 11, "power": 3, "cares": {"csat": 0, "aht": 1, "handle_time": 2}},
        },
    )
    assert set(found) == {
        "goals.g.kpi", "goals.g.by", "benchmarks.sets[0]", "benchmarks.exchange.EUR", "benchmarks.exchange.dollar",
        "benchmarks.peers.a.figures.fcr", "benchmarks.peers.a.figures.csat", "benchmarks.peers.b.figures",
        "stakeholders.x.interest", "stakeholders.x.cares.csat", "stakeholders.x.cares.handle_time",
        "stakeholders.y.cares",
    }  # fmt: skip
    assert found["benchmarks.sets[0]"].meant == "'retail'"
    assert found["goals.g.kpi"].meant == "'csat'"


def test_what_results_are_judged_by_does_not_change_the_fingerprint():
    judged = world(**goal(), benchmarks={"sets": ["retail"]}, stakeholders={
        "x": {"interest": 1, "power": 1, "cares": {"csat": 1}}})  # fmt: skip
    assert resolve(judged).digest == resolve(world()).digest
    assert {"benchmarks", "goals", "stakeholders"} <= set(LEFT_OUT)


def test_amounts_are_in_the_unit_of_the_kpi():
    assert amount("time_to_resolution", "2 days") == 48
    assert amount("handle_time", "5 min") == 300
    assert amount("csat", "80 %") == 0.8
    assert target("nps", ">= 30") == (">=", 30.0)
    assert span("time_to_first_response", "4 h to 0.5 day") == (4.0, 12.0)
    with pytest.raises(QuantityError):
        span("csat", "10 % to 20 % to 30 %")


def test_units_of_scenario_files_are_those_of_the_registry():
    for name, kpi in KPIS.items():
        assert UNIT_OF_KPI.get(name, "number") == (kpi.unit if kpi.unit in ("share", "s", "h", "points") else "number")
    assert unit_of("cost_per_contact") == unit_of("present_value") == "money"


def test_other_names_of_the_field_mean_kpis_that_exist():
    assert all(known(kpi) and not known(alias) for alias, kpi in ALIASES.items())
    assert named(" asa( phone ) ").text == "average_speed_of_answer(phone)"


def test_the_shipped_stakeholders_lie_on_any_shop():
    made = load("baseline", overlays=["stakeholders/retail"])
    assert list(made.scenario.stakeholders) == [
        "customers",
        "agents",
        "finance",
        "product",
        "supply_chain",
        "marketing",
    ]
    assert all(made.scenario.evidence[f"stakeholders.{name}.power"].level == "assumed"
               for name in made.scenario.stakeholders)  # fmt: skip
