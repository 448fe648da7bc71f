"""`path: change`: what a change says, its arithmetic, what its path matches, and what it refuses."""

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.scenario.arithmetic import ChangeError, changed, plain_decimal, read_change
from sim.scenario.load import load, resolve
from sim.scenario.nodes import Node, read_path, show_path
from sim.scenario.problems import ScenarioProblems
from sim.scenario.shapes import Shape, shape_at
from sim.scenario.yaml_text import plain_scalar

GOOD = Path(__file__).parent / "good.yaml"


def after(unit: str, present: str, change: str) -> str:
    """A written value after a change."""
    value = plain_scalar(present)
    text = present if isinstance(value, int | float) else ""
    return changed(read_change(Node(change)), Node(value, text=text), Shape("one", unit=unit)).written()


@pytest.mark.parametrize(
    ("unit", "present", "change", "expected"),
    [
        ("duration", "4 min", "x 1.2", "4.8 min"),
        ("duration", "4 min", "-35 %", "2.6 min"),
        ("duration", "4 min", "+10 %", "4.4 min"),
        ("duration", "4 min", "x 120 %", "4.8 min"),
        ("duration", "4 min", "+ 2 min", "6 min"),
        ("duration", "4 min", "+ 30 s", "4.5 min"),
        ("duration", "4 min", "- 30 s", "3.5 min"),
        ("duration", "24 h", "+ 7 s", "86407 s"),  # 24 h + 7/3600 h has no end in decimals
        ("duration", "0", "+ 2 min", "2 min"),
        ("share", "40 %", "-35 %", "26 %"),
        ("share", "40 %", "+ 5 points", "45 %"),
        ("share", "40 %", "- 5 pp", "35 %"),
        ("share", "0.4", "+ 5 points", "0.45"),
        ("factor", "120 %", "+ 0.1", "130 %"),
        ("money rate", "24.50 EUR/h", "x 1.1", "26.95 EUR/h"),
        ("money rate", "24.50 EUR/h", "+ 1.50 EUR/h", "26 EUR/h"),
        ("money", "62 EUR", "- 2 EUR", "60 EUR"),
        ("rate", "2500 /month", "x 1.1", "2750 /month"),
        ("rate", "48 /day", "+ 2 /h", "96 /day"),
        ("growth", "8 %/year", "+ 1 %/year", "9 %/year"),
        ("growth", "8 %/year", "-50 %", "4 %/year"),
        ("whole number", "26", "+ 6", "32"),
        ("whole number", "26", "x 1.1 rounded", "29"),
        ("whole number", "26", "x 1.1 rounded down", "28"),
        ("whole number", "21", "x 1.1 rounded up", "24"),
        ("whole number", "25", "-10 % rounded", "23"),  # 22.5: halves go up
        ("number", "0.1", "x 3", "0.3"),  # and not 0.30000000000000004
        ("number", "0.13", "x 3.5", "0.455"),
    ],
)
def test_arithmetic_keeps_unit_and_digits(unit, present, change, expected):
    assert after(unit, present, change) == expected


@pytest.mark.parametrize(
    ("unit", "present", "change", "wrong"),
    [
        ("whole number", "26", "x 1.1", "26 x 1.1 = 28.6, and a whole number is needed here"),
        ("share", "40 %", "+ 5 %", "'+ 5 %' could mean two things"),
        ("whole number", "26", "+6", "'+6' could mean two things"),
        ("duration", "4 min", "+ 5 points", "'+ 5 points' adds percentage points, and a duration is no percentage"),
        ("duration", "4 min", "+ 2", "'+ 2' cannot be added to a duration: it has no unit"),
        ("duration", "4 min", "+ 2 EUR", "'+ 2 EUR' cannot be added to a duration: 'EUR' is no unit of time"),
        ("money", "62 EUR", "+ 2 USD", "'+ 2 USD' cannot be added to '62 EUR'"),
        ("money", "62 EUR", "+ 2 min", "'+ 2 min' cannot be added to '62 EUR'"),
        ("text", "always", "x 2", "'always' is not a quantity that 'x 2' could change"),
        ("date", "2027-01-04", "x 2", "'2027-01-04' is not a quantity that 'x 2' could change"),
        ("number", "0.1", "x 1e99", "1e99 is too large or too small a number to compute with"),
    ],
)
def test_arithmetic_refuses_what_has_no_meaning(unit, present, change, wrong):
    with pytest.raises(ChangeError) as found:
        after(unit, present, change)
    assert found.value.wrong == wrong


@given(st.decimals(min_value=0, max_value=10**6, places=4), st.decimals(min_value=1, max_value=1000, places=3))
def test_a_factor_and_its_digits_are_exact(number, factor):
    made = after("duration", f"{plain_decimal(number)} min", f"x {plain_decimal(factor)}")
    assert Decimal(made.removesuffix(" min")) == number * factor


@given(st.integers(0, 10**9), st.integers(0, 10**9))
def test_adding_and_taking_away_is_nothing(number, added):
    up = after("duration", f"{number} ms", f"+ {added} ms")
    assert after("duration", up, f"- {added} ms") == f"{number} ms"


@given(st.lists(st.one_of(st.integers(0, 99), st.text("ab.c_ -*1é", min_size=1).filter(str.strip)), min_size=1))
def test_a_path_that_is_shown_reads_back(parts):
    path = tuple(part if isinstance(part, int) else part.strip() for part in parts)
    if isinstance(path[0], str):
        assert read_path(show_path(path)) == path


@pytest.mark.parametrize("text", ["", ".", "a..b", "a.", "[0", 'a."b', "a b]"])
def test_what_is_no_path_is_refused(text):
    with pytest.raises(ValueError, match="not a path"):
        read_path(text)


def test_the_shape_of_a_path_knows_its_unit():
    shape = shape_at(("reasons", "return", "handle", "mean"))
    assert shape is not None
    assert shape.unit == "duration"


def scenario(*sets: str):
    return load(GOOD, sets=sets).scenario


def problems(*sets: str) -> str:
    with pytest.raises(ScenarioProblems) as found:
        load(GOOD, sets=sets)
    return str(found.value)


def test_a_wildcard_changes_every_match_and_passes_over_what_has_no_value():
    made = scenario("reasons.*.per_order=x 2")
    assert made.reasons["order_status"].per_order == 0.26
    assert made.reasons["return"].per_order == 0.12
    assert made.reasons["technical"].per_order is None


def test_behind_a_wildcard_no_absent_block_is_entered():
    """Only one of the reasons is passed on: the change is about it, and makes no half of a block in the others."""
    document = {
        "schema": 1,
        "name": "two_levels",
        "horizon": {"start": "2027-01-04", "length": "1 day"},
        "reasons": {
            "ask": {"rate": "2 /h", "channels": {"phone": "100 %"}, "handle": "3 min"},
            "fault": {
                "rate": "1 /h",
                "channels": {"phone": "100 %"},
                "handle": "9 min",
                "transfer": {"to": "experts", "share": "50 %"},
            },
        },
        "channels": {"phone": {}},
        "teams": {"desk": {"agents": 2, "serves": ["phone"]}, "experts": {"agents": 1, "serves": ["phone"]}},
        "demand": {
            "events": {
                "course": {
                    "from": "2027-01-04",
                    "until": "2027-01-04",
                    "changes": {"reasons.*.transfer.share": "-10 %"},
                }
            }
        },
    }
    changed = resolve(document).variants[-1].reasons
    fault = changed["fault"].transfer
    assert fault is not None
    assert fault.share == pytest.approx(0.45)
    assert changed["ask"].transfer is None


def test_part_of_a_name_can_be_a_wildcard():
    made = scenario("channels.*ail.chase.share=50 %", "channels.ph*.retry.share=0 %")
    assert made.channels["email"].chase.share == 0.5
    assert made.channels["phone"].retry.share == 0


def test_a_change_of_an_absent_key_starts_from_its_default():
    made = scenario("teams.*.shrinkage.planned=+ 5 points", "channels.phone.notice=x 2")
    assert [team.shrinkage.planned for team in made.teams.values()] == [0.05, 0.05]
    assert made.channels["phone"].notice == 120_000


def test_a_short_form_is_the_block_that_it_stands_for():
    made = scenario("reasons.order_status.lag.cv=0.5", "channels.chat.patience.mean=x 2", "reasons.return.handle=-50 %")
    assert made.reasons["order_status"].lag.mean == 3 * 86_400_000
    assert made.reasons["order_status"].lag.cv == 0.5
    assert made.channels["chat"].patience.mean == 480_000
    assert made.reasons["return"].handle.mean == 240_000
    assert made.reasons["return"].handle.cv == 0.9


def test_a_relative_change_of_a_list_changes_every_entry():
    assert scenario("teams.experts.staffing.agents=x 2").teams["experts"].staffing.agents == [0, 4, 4, 2]


def test_an_entry_of_a_list_has_its_place():
    assert scenario("channels.chat.speed[1]=0.9").channels["chat"].speed == [1.0, 0.9, 0.7]
    assert scenario("channels.chat.speed.1=0.9").channels["chat"].speed == [1.0, 0.9, 0.7]


def test_a_map_that_refers_takes_new_entries_and_a_map_that_declares_does_not():
    assert scenario("demand.season.jan=120 %").demand.season["jan"] == 1.2
    assert scenario("decisions.hires.experts.2027-05=2").decisions.hires["experts"] == {"2027-05": 2}
    assert "nothing matches 'experst' in teams" in problems("teams.experst.agents=3")
    assert "did you mean 'teams.experts.agents'?" in problems("teams.experst.agents=3")


def test_a_suggestion_keeps_the_wildcard():
    assert "did you mean 'reasons.*.per_order'?" in problems("reasons.*.per_ordr=x 2")


def test_null_removes_what_is_written_and_nothing_else():
    assert scenario("channels.phone.callback=null").channels["phone"].callback is None
    assert "there is nothing to remove: this is a default" in problems("channels.phone.notice=null")
    assert "there is nothing to remove: it is absent" in problems("channels.chat.callback=null")


def test_lists_and_maps_are_given_as_in_yaml():
    made = scenario("bots.helper.channels=[chat, email]", "bots.helper.contains={return: 20 %}")
    assert made.bots["helper"].channels == ["chat", "email"]
    assert made.bots["helper"].contains == {"return": 0.2}


def test_a_signed_value_sets_where_the_place_can_be_negative():
    assert scenario("demand.growth=-2 %/year").demand.growth == -0.02
    assert "did you mean '- 6'?" in problems("teams.frontline.agents=-6")


def test_changes_apply_in_order():
    assert scenario("teams.frontline.agents=10", "teams.frontline.agents=x 2").teams["frontline"].agents == 20
    assert scenario("teams.frontline.agents=x 2", "teams.frontline.agents=10").teams["frontline"].agents == 10


def test_a_value_out_of_range_says_which_change_made_it():
    assert problems("self_service.help_centre.reach=x 5") == (
        "--set self_service.help_centre.reach=x 5  self_service.help_centre.reach\n"
        "    '125 %': a share lies between 0 % and 100 % (from 25 % x 5)\n"
        "    allowed: a share between 0 % and 100 %, such as '35 %' or 0.35"
    )


def test_every_problem_of_every_set_is_shown():
    found = problems("teams.frontline.agents", "reasons.x=1", "channels.phone.hours=x 2", "a..b=1")
    assert "there is no '='" in found
    assert "nothing matches 'x' in reasons" in found
    assert "'mon-sat 08:00-20:00' is not a quantity" in found
    assert "this is not a path" in found


@pytest.mark.parametrize("part", ["planned", "absence"])
def test_shrinkage_leaves_some_paid_time(part):
    with pytest.raises(ScenarioProblems, match="no paid time is left for customers"):
        scenario(f"teams.*.shrinkage.{part}=100 %")
    assert scenario(f"teams.*.shrinkage.{part}=99 %")
