"""What may be chosen: everything it names exists and can be had; and it changes no simulation."""

import copy

import numpy as np
import pytest

from optimize.plan.ask import Ask, kind_of
from sim.scenario.load import resolve
from sim.scenario.problems import ScenarioProblems
from tests.optimize.plan.worlds import HELP_PAGES, NOTICES, TRAINING, world

LEVERS = {"notices": NOTICES, "pages": HELP_PAGES, "training": TRAINING}


def chosen(**block: object) -> dict[str, object]:
    """The small world with another `choose:`."""
    document = copy.deepcopy(world(investments=copy.deepcopy(LEVERS)))
    document["choose"] = block
    return document


@pytest.mark.parametrize(
    ("block", "said"),
    [
        ({"must": ["notice"]}, ["there is no investment 'notice'", "did you mean 'notices'?"]),
        ({"must": ["pages"], "never": ["pages"]}, ["must be made, and is never to be made"]),
        ({"teams": {"dsk": {}}}, ["there is no team 'dsk'", "did you mean 'desk'?"]),
        ({"teams": {"desk": {"overtime": "10 %"}}}, ["overtime of desk has no price"]),
        ({"outsourced": {"desk": {"most": 2}}}, ["desk is not outsourced by number of agents"]),
        ({"targets": {"service_level(phon)": ">= 80 %"}}, ["there is no channel 'phon'", "did you mean 'phone'?"]),
        ({"targets": {"servicelevel(phone)": ">= 80 %"}}, ["no service level of a channel", "did you mean"]),
        ({"targets": {"service_level(phone)": "<= 80 %"}}, ["'<= 80 %' is no promise"]),
        ({"targets": {"service_level(phone)": ">= 100 %"}}, ["is no promise"]),
        ({"grades": {"phone": ["80 %", "70 %"]}}, ["grades rise from one to the next"]),
        ({"grades": {"phone": ["70 %"]}, "targets": {"service_level(phone)": ">= 80 %"}}, ["grades to choose"]),
        ({"goals": ["csat"]}, ["there is no goal 'csat'"]),
        ({"budget": {"by_year": {"2029": "1 EUR"}}}, ["there is no year of the horizon '2029'"]),
        ({"budget": {"counts": ["upfront", "upfront"]}}, ["'upfront' is given twice"]),
        ({"budget": {"total": "5 CHF"}}, ["CHF"]),
        ({"starts": {"every": "5 weeks"}}, ["'5 weeks' is not a whole number of months"]),
        ({"hold": {"from": "2028-05"}}, ["2028-05 is outside the horizon"]),
        ({"hold": {"from": "2027-05", "until": "2027-02"}}, ["the last month comes before the first"]),
        ({"objective": "score"}, ["there are no stakeholders"]),
        ({"hold": {"chance": "100 %"}}, ["chance"]),
    ],
)  # fmt: skip
def test_what_cannot_be_is_said(block, said):
    with pytest.raises(ScenarioProblems) as caught:
        resolve(chosen(**block))
    text = str(caught.value)
    assert all(part in text for part in said), text


def test_it_changes_no_simulation():
    assert resolve(chosen(must=["pages"], budget={"total": "5 EUR"})).digest == resolve(chosen()).digest


def test_left_out_it_still_means_something():
    ask = Ask.of(resolve(chosen()))
    assert (ask.teams["desk"].hires, ask.teams["desk"].cuts) == (2, 0)
    assert ask.targets == {"phone": 0.8, "email": 0.9}
    assert ask.held.tolist() == [False, False, True, True, True, True]  # two weeks, one week, three weeks: 1.4 months
    assert ask.chance == 0.8
    assert not ask.budgets
    assert ask.starts == tuple(range(6))
    assert ask.must == frozenset()


def test_what_is_asked_is_read_by_month():
    block = {
        "budget": {"total": "9000 EUR", "by_year": {"2027": "8000 EUR"}, "counts": ["upfront", "wages"]},
        "starts": {"every": "2 months", "from": "2027-02", "until": "2027-05"},
        "teams": {"desk": {"hires": 5, "cuts": 2, "most_heads": 9, "every": "3 months"}},
        "grades": {"phone": ["70 %", "85 %"]},
        "hold": {"in": "horizon", "measured": "mean", "from": "2027-04", "until": "2027-05"},
        "must": ["pages"],
        "kinds": {"training": "team"},
        "occupancy": "88 %",
    }
    resolved = resolve(chosen(**block))
    ask = Ask.of(resolved)
    assert [(b.name, b.limit, int(b.months.sum())) for b in ask.budgets] == [("total", 9000, 6), ("year_2027", 8000, 6)]
    assert ask.counts == {"upfront", "wages"}
    assert ask.starts == (1, 3)
    assert (ask.teams["desk"].most_heads, ask.teams["desk"].months) == (9, (0, 3))
    assert ask.grades == {"phone": (0.7, 0.85)}
    assert ask.targets["phone"] == 0.7
    assert np.flatnonzero(ask.held).tolist() == [3, 4]
    assert ask.chance is None
    assert ask.together
    assert ask.occupancy == 0.88
    assert ask.kinds == {"notices": "tool", "pages": "self_service", "training": "team"}
    assert kind_of(resolved.scenario, "notices") == "tool"
    assert ask.with_targets({"phone": 0.9}).grades == {}
    assert [b.name for b in ask.with_budget(5.0, "EUR").budgets] == ["total", "year_2027"]
    assert [b.name for b in ask.with_budget(None, "EUR").budgets] == ["year_2027"]
