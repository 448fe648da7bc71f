"""What people read about gaps, goals and stakeholders, on figures given by hand."""

import re
from typing import Any

import pytest

from evaluate.stakeholders import judge
from evaluate.yardstick import yardstick
from report import format as fmt
from report import gaps, goals, markdown_judgement, stakeholders
from report.amounts import amount, gap
from report.charts.stakeholders import grid
from report.charts.style import NARROW, WIDE, inline_svg
from report.page_judgement import sections
from report.tables import judgement_tables, to_csv
from tests.evaluate.judged import comparison
from tests.evaluate.test_stakeholders import BASE, MORE_AGENTS, PEOPLE

PHONE = "service_level(phone)"
WORLD: dict[str, Any] = {
    "channels": {"phone": {"target": {"share": "80 %", "within": "20 s"}}, "email": {"patience": "never"}},
    "benchmarks": {
        "peers": {
            f"shop_{k}": {"figures": {PHONE: f"{v} %"}, "source": "a <talk>"} for k, v in ((1, 60), (2, 65), (3, 90))
        }
    },
    "goals": {
        "answer": {"kpi": PHONE, "target": ">= 80 %", "by": "2027-02", "owner": "Ann"},
        "more": {"kpi": PHONE, "target": ">= 99 %", "by": "2027-03"},
    },
    **PEOPLE,
}


@pytest.fixture(scope="module")
def made():
    return comparison(BASE | {PHONE: 0.7}, MORE_AGENTS | {PHONE: [0.75, 0.82, 0.85]}, **WORLD)


def words(html):
    return re.sub(r"<[^>]+>", " ", html)


def test_the_text_of_a_gap_has_now_target_others_and_what_options_do(made):
    told = fmt.plain(gaps.as_text(made))
    assert told == (
        "service_level(phone): 70.0 % (70.0 % to 70.0 %) with today\n"
        "  target at least 99.0 % (goals.more): a gap of 29.0 pts (97 % of the benchmark range); not met at\n"
        "    the end of the horizon\n"
        "  others 60.0 % to 90.0 % (3 peers): no gap; at 33 % of the range (0 % its poor end, 100 % its good\n"
        "    one); better than 67 % of 3 named peers\n"
        "  option_1: 80.7 %; closes 37 % (37 % to 37 %) of the gap to the target, not met at the end of the\n"
        "    horizon; benchmark met from 2027-01"
    )


def test_without_anything_to_hold_figures_against_that_is_said():
    assert "declare `goals`" in gaps.as_text(comparison({}))
    assert "--overlay stakeholders/retail" in stakeholders.as_text(comparison({}))


def test_the_tables_hold_what_the_text_says(made):
    tables = judgement_tables(made)
    assert set(tables) == {"gaps.csv", "goals.csv", "stakeholders.csv"}
    both = tables["gaps.csv"].set_index("scenario")
    assert both.loc["option_1", "target_closed"] == pytest.approx((0.82 + 0.85 + 0.75) / 3 / 0.29 - 0.7 / 0.29)
    assert both.loc["today", "percentile"] == pytest.approx(2 / 3)
    assert both.loc["today", "peers"] == 3
    reached = tables["goals.csv"].set_index(["goal", "scenario"])["status"].to_dict()
    assert reached == {
        ("answer", "today"): "missed", ("answer", "option_1"): "reached",
        ("more", "today"): "missed", ("more", "option_1"): "missed",
    }  # fmt: skip
    who = tables["stakeholders.csv"]
    score = who[who["kpi"] == "score"].set_index("stakeholder")["gain"]
    assert score["finance"] == pytest.approx(-0.25)
    assert all(",nan" not in to_csv(table).lower() for table in tables.values())


def test_a_scenario_that_asks_for_nothing_gets_no_files():
    assert judgement_tables(comparison({})) == {}
    assert sections(comparison({})) == []


def test_the_page_has_a_section_for_each(made):
    found = sections(made)
    assert [re.findall(r'\A<section id="(\w+)">', text) for text in found] == [["goals"], ["gaps"], ["stakeholders"]]
    said = [words(text) for text in found]
    assert "No option reaches the goal more, nor does today." in said[0]
    assert "81 %" not in said[0]
    assert "0 of 4" in said[0]
    assert "a &lt;talk&gt;" in found[1]
    assert "<talk>" not in found[1]
    assert "manage closely" in said[2]
    assert "Conflict over option_1: customers gain, finance lose" in said[2]
    for text in found:
        assert text.count("<td") == text.count("</td>")
        assert text.count("<tr") == text.count("</tr>")


def test_the_text_version_of_the_report_has_them_too(made):
    told = "\n".join(markdown_judgement.sections(made))
    assert [line for line in told.splitlines() if line.startswith("## ")] == [
        "## Goals",
        "## Gaps to targets and to others",
        "## Stakeholders",
    ]
    assert "- No option reaches the goal more, nor does today." in told
    assert "- Conflict over option_1: customers gain, finance lose, most by cost_per_contact." in told


def test_the_text_of_stakeholders_says_who_wins_and_while(made):
    told = fmt.plain(stakeholders.as_text(made))
    assert "Customers" not in told
    assert (
        "finance, option_1: loses, -25.0 % (-25.0 % to -25.0 %). cost_per_contact 4.00 EUR -> 5.00 EUR (-25.0 %)."
        in (" ".join(told.split()))
    )
    assert "they are judgements, not measurements" in told


def test_json_has_no_infinite_weight(made):
    plain = stakeholders.as_plain(made)
    judged = judge(made)
    assert plain is not None
    assert judged is not None
    assert [one["high"] for one in plain["weight_ranges"]] == [
        None if one.high == float("inf") else one.high for one in judged.ranges
    ]
    assert {one["goal"] for one in goals.as_plain(made)} == {"answer", "more"}
    (row,) = gaps.as_plain(made)
    assert row["scenarios"]["option_1"]["to_target"]["when"]["month"] is None


@pytest.mark.parametrize("size", [WIDE, NARROW])
def test_the_grid_names_people_and_quadrants(made, size):
    drawn = inline_svg(grid(made.base.resolved.scenario.stakeholders, size), "grid", "Grid", "who stands where")
    for text in ("manage closely", "keep satisfied", "keep informed", "monitor", "customers", "finance", "agents"):
        assert text in drawn


@pytest.mark.parametrize(
    ("kpi", "value", "text"),
    [("csat", 0.805, "80.5 %"), ("time_to_resolution", 20.0, "20 h"), ("average_speed_of_answer", 42.0, "42 s"),
     ("cost_per_contact", 4.9, "4.90 EUR"), ("present_value", -12345.6, "-12,346 EUR"), ("nps", 12.34, "12.3"),
     ("contacts", 12345.0, "12,345"), ("contacts_per_ticket", 1.234, "1.23"), ("csat", None, "no data")],
)  # fmt: skip
def test_amounts_read_as_people_say_them(kpi, value, text):
    assert fmt.plain(amount(yardstick(kpi), value, "EUR")) == text


def test_gaps_of_shares_are_points():
    assert fmt.plain(gap(yardstick("csat"), 0.1, "EUR")) == "10.0 pts"
