"""Learning where a scenario has more: two teams, grades, somebody else's team, stakeholders, levels, requirements."""

import copy

import numpy as np
import pytest

from optimize.plan.decode import overlay
from optimize.plan.learn import learn
from optimize.plan.overlay import overlaid
from optimize.plan.people import KEYS, staff
from optimize.plan.response import competing, stability
from optimize.plan.simulating import Simulator
from optimize.plan.versions import Versions
from sim.scenario.load import load, resolve
from tests.optimize.plan.worlds import DAY, HELP_PAGES, NOTICES, TRAINING, world, written


@pytest.fixture(scope="module")
def simulate():
    return Simulator(seed=7)


def rich():
    """A back office, a partner by the contact, levels, a requirement, grades and stakeholders."""
    document = copy.deepcopy(world())
    desk = document["teams"]["desk"]
    document["teams"]["back"] = {**desk, "agents": 1, "serves": ["email"], "shifts": {"day": DAY}, "wage": "19 EUR/h"}
    document["teams"]["partner"] = {
        "agents": 0,
        "serves": ["phone"],
        "shifts": {"day": DAY},
        "outsourced": {"per_contact": "5 EUR"},
    }
    levels = {"small": {"cost": {"upfront": "2000 EUR"}}, "large": {"cost": {"upfront": "3500 EUR"}, "changes":
              {"reasons.return.handle.mean": "-10 %"}}}  # fmt: skip
    document["investments"] = {
        "pages": {**HELP_PAGES, "levels": levels},
        "notices": {**NOTICES, "requires": ["pages"]},
        "students": {
            "live_after": "1 month",
            "adds": {
                "teams": {"students": {"agents": 2, "serves": ["email"], "shifts": {"day": DAY}, "wage": "14 EUR/h"}}
            },
        },
    }
    document["stakeholders"] = {"shop": {"interest": 5, "power": 5, "cares": {"contacts": -1}}}
    document["goals"] = {"fewer": {"kpi": "contacts", "target": "<= 2000", "by": "2027-06"}}
    document["choose"] = {
        "goals": ["fewer"],
        "objective": "score",
        "teams": {"desk": {"hires": 2}, "back": {"hires": 1}},
        "outsourced": {"partner": {"most": 2, "from": "2027-03", "until": "2027-04"}},
        "starts": {"every": "2 months"},
        "grades": {"phone": ["70 %", "85 %"]},
        "hold": {"from": "2027-03"},
    }
    return document


@pytest.fixture(scope="module")
def learned(tmp_path_factory, simulate):
    return learn(written(rich(), tmp_path_factory.mktemp("rich")), None, simulate, replications=27)


def test_teams_that_share_channels_are_pooled_and_never_counted_twice(learned):
    rows = {pool.name: ([learned.names.teams[t] for t in pool.teams], pool) for pool in learned.problem.pools}
    assert rows["served_phone"][0] == ["desk", "partner"]
    assert rows["served_email"][0] == ["desk", "back"]
    assert rows["fits_desk_partner"][0] == ["desk", "partner"]  # the phone's work has nowhere else to go
    assert rows["fits_desk_back_partner"][0] == ["desk", "back", "partner"]
    for _, pool in rows.values():
        assert pool.held.tolist() == [False, False, True, True, True, True]
        assert (pool.root > 0).all()


def test_a_level_is_an_option_of_its_own_and_a_requirement_keeps_its_lead(learned):
    keys = {(s.investment, s.level) for s in learned.problem.starts}
    assert keys == {("pages", "small"), ("pages", "large"), ("notices", None), ("students", None)}
    assert learned.problem.requires == {"notices": {"pages": 1}}  # two weeks: live in the month after the start
    notices = next(e for e in learned.effects if e.chosen.option.name == "notices")
    status = learned.names.reasons.index("status")
    z = (notices.log_work[:, status] - np.log(0.7)) / notices.error[:, status]
    assert np.abs(z).max() < 3.5  # what it does beside the pages that it requires, not with them


def test_a_team_that_an_investment_adds_brings_its_hours_from_the_day_it_is_live(learned):
    start = next(s for s in learned.problem.starts if s.key == ("students", None, 2))
    row = learned.names.teams.index("students")
    assert (start.capacity[row, :2] == 0).all()
    assert start.capacity[row, 3:] == pytest.approx(np.full(3, 2.0), abs=0.4)
    assert start.money[KEYS.index("wages")].sum() < 0


def test_somebody_elses_agents_are_bought_by_month(learned):
    bought = [p for p in learned.problem.people if p.kind == "outsource"]
    assert [p.month for p in bought] == [2, 3]
    for person in bought:
        assert np.flatnonzero(person.capacity > 0).tolist() == [person.month]
        assert person.money[KEYS.index("outsourcing"), person.month] < 0


def test_a_better_grade_asks_for_more_people(learned):
    grade = learned.problem.grades[0]
    place = [pool.name for pool in learned.problem.pools].index("served_phone")
    assert len(learned.problem.grades) == 1
    assert learned.names.channels[grade.channel] == "phone"
    assert grade.log_root[place] > 0
    assert np.delete(grade.log_root, place).tolist() == [0.0] * (len(learned.problem.pools) - 1)
    found = overlay(learned, frozenset(), {}, {grade.channel: 1})
    promised = overlaid(learned.versions.sources, found).scenario.channels["phone"].target
    assert promised is not None
    assert promised.share == 0.85


def test_stakeholders_score_what_they_care_about(learned):
    scores = {s.key: s.score for s in learned.problem.starts if s.month == 0}
    assert scores["pages", "small", 0] > 0  # fewer get in touch
    assert scores["students", None, 0] == pytest.approx(0.0, abs=1e-9)


def test_a_goal_is_a_sum_of_what_starts_change(learned):
    goal = learned.problem.goals[0]
    assert (goal.month, goal.at_least, goal.bound) == (5, False, 2000)
    start = next(s for s in learned.problem.starts if s.key == ("pages", "small", 0))
    gone = 0.35 * 400 / 640  # half of those who ask for the status try the pages, and 70 % of these are helped
    assert start.kpis["fewer"][5] == pytest.approx(-gone * goal.base, rel=0.05)
    assert start.kpis["fewer"][0] > start.kpis["fewer"][1] * 0.7  # live in the middle of the first month
    assert goal.words == "contacts <= 2000 by 2027-06"


def test_a_draw_is_learned_from_too(tmp_path, simulate):
    document = world(investments={"training": TRAINING})
    document["uncertain"] = {"teams.desk.wage": {"low": "20 EUR/h", "high": "30 EUR/h"}}
    sources = written(document, tmp_path)
    drawn = Versions(sources, {"teams.desk.wage": "27 EUR/h"})
    assert drawn.base.scenario.teams["desk"].wage == 27
    assert not drawn.base.scenario.uncertain
    as_written = staff(Versions(sources).base).money[KEYS.index("wages")].sum()
    assert staff(drawn.base).money[KEYS.index("wages")].sum() == pytest.approx(as_written * 27 / 22)


def test_simulated_versions_are_the_worlds_that_they_stand_for(scenarios_dir):
    from optimize.plan import effects
    from optimize.plan.ask import Ask
    from sim.scenario.vary import Sources

    versions = Versions(Sources(str(scenarios_dir / "choice" / "retailer_plan.yaml")))
    options = effects.options(versions, Ask.of(versions.base))
    assert len({one.option.name for one in options}) == 10
    for one in options[::4]:
        assert versions.simulated(one.settled).digest == versions.resolved(one.settled).digest
    assert versions.base.digest == load(scenarios_dir / "choice" / "retailer_plan.yaml").digest


def test_mail_that_is_put_aside_does_not_compete_with_the_phone():
    scenario = resolve(world()).scenario
    assert competing(scenario, "phone") == (["desk"], ["phone"])
    assert competing(scenario, "email") == (["desk"], ["email", "phone"])
    assert stability(scenario, ["desk"], ["phone", "email"]) == [(["desk"], ["phone", "email"])]
