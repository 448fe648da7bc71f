"""A search: what it finds is what trying every value finds, and it says when there is nothing or nothing unique."""

import pytest

from evaluate.find.condition import NoCondition, read_condition
from evaluate.find.search import Search, Tried
from evaluate.find.steps import NoSteps, steps_of
from evaluate.intervals import Figure
from report.find import as_text
from sim.scenario.emit import to_yaml
from sim.scenario.points import Variable
from sim.scenario.problems import ScenarioProblems
from sim.units.desk import Desk
from sim.workers import crew_of
from tests.units.worlds import TINY

AGENTS, PATIENCE = "teams.desk.agents", "channels.phone.patience.mean"


@pytest.fixture(scope="module")
def variable(tmp_path_factory):
    file = tmp_path_factory.mktemp("find") / "tiny.yaml"
    file.write_text(to_yaml(TINY), encoding="utf-8")
    return Variable.read(str(file))


def search(variable, desk, condition, path=AGENTS, between="2:12", step=None, **choices):
    read = read_condition(variable.declared, condition)
    given = {"confidence": 0.95, "most": 64, **choices}
    return Search(variable, steps_of(variable, path, between, step), read, desk, 7, "fast", **given)


@pytest.fixture(scope="module")
def desk():
    with crew_of(1) as crew:
        yield Desk(crew, None)


def test_it_finds_what_trying_every_value_finds(variable, desk):
    asked = search(variable, desk, "service_level(phone) >= 80 %")
    found = asked.run()
    every = [asked.at(place) for place in range(asked.steps.last + 1)]
    first = next(each for each in every if each.holds)
    assert found.verdict == "found"
    assert found.at == first
    assert found.before == every[first.place - 1]
    assert not found.before.holds
    assert first.figure.low >= 0.8
    assert len(found.tried) < len(every)
    said = as_text(found)
    assert f"{AGENTS} = {first.text} is the smallest value between 2 and 12 in steps of 1" in said
    assert f"One step before, at {every[first.place - 1].text}" in said


def test_the_largest_value_is_searched_from_the_other_side(variable, desk):
    asked = search(variable, desk, "abandonment_rate(phone) >= 20 %", largest=True)
    found = asked.run()
    every = [asked.at(place) for place in range(asked.steps.last + 1)]
    assert found.at == [each for each in every if each.holds][-1]
    assert found.before is not None
    assert found.before.place == found.at.place + 1
    assert "is the largest value" in as_text(found)


def test_money_can_be_the_condition(variable, desk):
    cost = search(variable, desk, "cost_per_contact <= 2 EUR", largest=True, between="1:10").run()
    assert cost.at is not None
    npv = search(variable, desk, "npv >= 0 EUR", largest=True, between="2:12").run()
    assert npv.at is not None
    assert npv.at.text == "5"  # the unswept number of agents: one more costs


def test_amounts_with_units_go_in_round_steps(variable, desk):
    found = search(variable, desk, "abandonment_rate(phone) <= 12 %", path=PATIENCE, between="1:10 min").run()
    assert found.step == "0.05 min"
    assert found.at is not None
    assert found.at.text.endswith(" min")
    assert found.at.figure.high <= 0.12


def test_never_and_always_are_said(variable, desk):
    never = search(variable, desk, "service_level(phone) >= 80 %", between="1:2").run()
    assert never.at is None
    assert never.verdict == "never"
    assert "never holds for sure" in as_text(never)
    always = search(variable, desk, "service_level(phone) >= 80 %", between="10:12").run()
    assert always.verdict == "at the first"
    assert always.at.text == "10"
    assert "the lowest value looked at, is enough already" in as_text(always)


class Drawn(Search):
    """A search in which what holds is written down."""

    drawn: list[bool | None]

    def at(self, place):
        holds = self.drawn[place]
        figure = (
            Figure(0.9, 0.85, 0.95) if holds else Figure(0.5, 0.4, 0.6) if holds is False else Figure(0.8, 0.7, 0.9)
        )
        self.known[place] = Tried(place, self.steps.text(place), figure, 4, holds)
        return self.known[place]


def drawn(variable, pattern, **choices):
    asked = search(variable, None, "service_level(phone) >= 80 %", between=f"1:{len(pattern)}", **choices)
    asked.__class__ = Drawn
    assert isinstance(asked, Drawn)
    asked.drawn = [{"+": True, "-": False, "?": None}[sign] for sign in pattern]
    return asked.run()


@pytest.mark.parametrize(
    ("pattern", "verdict", "value"),
    [
        ("---+++++", "found", "4"),
        ("--??++++", "found", "5"),
        ("+-------", "at the first", "1"),
        ("--------", "never", None),
        ("????????", "never", None),
        ("---+++--", "inside only", "4"),
    ],
)
def test_halving_over_every_shape(variable, pattern, verdict, value):
    found = drawn(variable, pattern)
    assert found.verdict == verdict
    assert (found.at.text if found.at else None) == value


def test_a_condition_that_comes_and_goes_is_warned_of(variable):
    found = drawn(variable, "--+-----++++++++")
    text = as_text(found)
    if found.not_monotone is not None:
        assert "Beware: it holds at" in text
    inside = drawn(variable, "---+++--")
    assert "It holds at neither end" in as_text(inside)
    seen = drawn(variable, "---++-+++")  # both 5 and 6 are looked at, but for nothing
    assert seen.at.text in ("4", "7")


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("service_level(phone)", "write '>=' or '<='"),
        ("service_level(phone) > 80 %", "write '>=' or '<='"),
        ("service_level(phone) >= 80 s", "a share is needed"),
        ("servce_level(phone) >= 80 %", "no KPI"),
        ("service_level(fax) >= 80 %", "'fax' names no"),
        ("npv >= many", "cannot read"),
    ],
)
def test_what_is_no_condition(variable, text, wrong):
    with pytest.raises(NoCondition, match=wrong):
        read_condition(variable.declared, text)


def test_other_names_of_the_field_are_understood(variable):
    assert read_condition(variable.declared, "asa(phone) <= 20 s").wanted.name == "average_speed_of_answer(phone)"


def test_what_cannot_be_searched_is_said(variable):
    with pytest.raises(ScenarioProblems, match=r"did you mean 'teams\.desk\.agents'"):
        steps_of(variable, "teams.desk.agnts", None, None)
    with pytest.raises(NoSteps, match="nothing to search"):
        steps_of(variable, AGENTS, "3:3.5", None)
    with pytest.raises(NoSteps, match="which is no amount"):
        steps_of(variable, "channels.phone.hours", None, None)
    with pytest.raises(NoSteps, match="whole numbers"):
        steps_of(variable, AGENTS, "1:9", "0.5")


def test_without_bounds_it_looks_around_the_present_value(variable):
    steps = steps_of(variable, AGENTS, None, None)
    assert (steps.text(0), steps.text(steps.last)) == ("2", "20")
    share = steps_of(variable, "channels.phone.target.share", None, None)
    assert share.text(share.last) == "100 %"
