"""Switching values: where the NPV is zero, found by simulating; against figures worked by hand."""

import pytest

from evaluate.switch import NoSwitch, switching_value
from sim.scenario.emit import to_yaml
from tests.report.worlds import tiny

MONTH = 1.08 ** (-1 / 12)
TWO = {"desk": {"agents": 2, "serves": ["phone"], "wage": "20 EUR/h"}}
CRM = {"tools": {"crm": {"cost": {"upfront": "100 EUR"}}}}


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """One agent fewer for six hours at 20 EUR/h, and a tool for 100 EUR."""
    folder = tmp_path_factory.mktemp("switch")
    decided = {"portal": {"cost": {"upfront": "40 EUR"}, "changes": {"teams.desk.agents": "- 1"}}}
    worlds = {
        "base": tiny(),
        "fewer": tiny("fewer", teams=TWO, economics=CRM),
        "decided": tiny("decided", investments=decided, decisions={"investments": {"portal": "2027-01-04"}}),
    }
    for name, world in worlds.items():
        (folder / f"{name}.yaml").write_text(to_yaml(world), encoding="utf-8")
    return {name: str(folder / f"{name}.yaml") for name in worlds}


def switched(files, path, *names, **more):
    return switching_value([files[name] for name in names or ("base", "fewer")], path, replications=2, **more)


def test_the_price_at_which_it_is_worth_nothing(files):
    found = switched(files, "economics.tools.crm.cost.upfront")
    assert found.now.value == pytest.approx(120 * MONTH - 100)
    assert found.value == pytest.approx(120 * MONTH, rel=1e-4)
    assert found.change == pytest.approx(1.2 * MONTH - 1, rel=1e-3)
    assert found.of.unit == "EUR"


def test_the_wage_at_which_it_is_worth_nothing(files):
    assert switched(files, "teams.desk.wage").value == pytest.approx(100 / (6 * MONTH), rel=1e-4)


def test_what_was_tried_last_is_worth_next_to_nothing(files):
    found = switched(files, "teams.desk.wage")
    nearest = min(found.tried, key=lambda each: abs(each[0] - found.value))
    assert abs(nearest[1]) < 0.05


def test_that_there_is_none_is_said(files):
    found = switched(files, "economics.tools.crm.cost.upfront", bounds=("50 EUR", "110 EUR"))
    assert found.value is None
    assert found.bounds == (50, 110)
    assert all(worth > 0 for _, worth in found.tried)


def test_one_file_is_set_against_itself_with_nothing_decided(files):
    found = switched(files, "investments.portal.cost.upfront", "decided")
    assert found.base == "nothing_decided"
    assert found.now.value == pytest.approx(120 * MONTH - 40)
    assert found.value == pytest.approx(120 * MONTH, rel=1e-4)


@pytest.mark.parametrize(
    ("path", "names", "bounds", "said"),
    [
        ("teams.dsk.wage", ("base", "fewer"), (None, None), "nothing matches 'dsk'"),
        ("teams.desk.serves", ("base", "fewer"), (None, None), "no amount"),
        ("teams.desk.wage", ("base",), (None, None), "decides on no investment"),
        ("teams.desk.wage", ("base", "fewer"), ("30 EUR/h", "40 EUR/h"), "must lie between"),
        ("teams.desk.wage", ("base", "fewer"), ("1 %", None), "not in the unit"),
    ],
)
def test_questions_without_an_answer_say_why(files, path, names, bounds, said):
    with pytest.raises(NoSwitch, match=said):
        switched(files, path, *names, bounds=bounds)
