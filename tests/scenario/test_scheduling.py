"""What is wrong with `scheduling` and with breaks at given times is said where it stands, all of it at once."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from sim.engine.roster import draw_roster
from sim.scenario.calendar import HoursError, parse_clock, parse_starts
from sim.scenario.load import resolve
from sim.scenario.problems import ScenarioProblems
from sim.scenario.units import MS_PER_HOUR
from tests.report.worlds import tiny

CONTRACT: dict[str, Any] = {"lengths": ["8.5 h"], "breaks": [{"length": "30 min", "earliest": "3 h", "latest": "5 h"}]}
SHIFT: dict[str, Any] = {"hours": "08:00-16:30", "breaks": ["30 min"]}


def problems(scheduling: dict[str, Any] | None = None, shift: dict[str, Any] | None = None) -> list[tuple[str, str]]:
    """Path and what is wrong, of a small desk."""
    document = copy.deepcopy(tiny())
    if scheduling is not None:
        document["scheduling"] = {"desk": scheduling}
    if shift is not None:
        document["teams"]["desk"]["shifts"] = {"day": shift}
    try:
        resolve(document)
    except ScenarioProblems as found:
        return [(problem.path, problem.wrong) for problem in found.problems]
    return []


def test_good_terms_have_no_problem() -> None:
    assert problems({"starts": ["08:00-12:00 every 1 h", "16:00"], "contracts": {"full": CONTRACT}}) == []
    assert problems({}) == []


@pytest.mark.parametrize(
    ("change", "where", "wrong"),
    [
        ({"lengths": ["8.6 h"]}, "lengths[0]", "a shift of 8.6 h cannot be planned"),
        ({"lengths": ["25 h"]}, "lengths[0]", "a shift of 25 h cannot be planned"),
        ({"days": "mon-fry"}, "days", "'mon-fry' is not days"),
        ({"days_per_week": [5, 6]}, "days_per_week", "6 days a week, and the contract names 5"),
        ({"starts": "8-12"}, "starts", "'8-12' is not starts of shifts"),
        ({"starts": "08:10"}, "starts", "'08:10' is not starts of shifts"),
        ({"least_hours": "41 h"}, "", "no week fits: lengths and days give 40 h, and 41 to 168 h are allowed"),
        ({"most_hours": "39 h"}, "", "no week fits: lengths and days give 40 h, and 0 to 39 h are allowed"),
        ({"paid_breaks": True, "most_hours": "40 h"}, "", "no week fits: lengths and days give 42.5 h"),
        ({"least_people": 3, "most_people": 2}, "least_people", "at least 3 and at most 2 people"),
        ({"breaks": [{"length": "0 min", "earliest": "3 h", "latest": "5 h"}]}, "breaks[0].length", "no length"),
        ({"breaks": [{"length": "1 h", "earliest": "3 h", "latest": "2 h"}]}, "breaks[0].latest", "before earliest"),
        ({"breaks": [{"length": "1 h", "earliest": "3 h", "latest": "8 h"}]}, "breaks[0].latest", "after the shift"),
        ({"breaks": [{"length": "1 h", "earliest": "50 min", "latest": "2 h"}]}, "breaks[0].earliest", "half-hour"),
        (
            {"breaks": [{"length": "1 h", "earliest": "1 h", "latest": "3 h"},
                        {"length": "1 h", "earliest": "3 h", "latest": "5 h"}]},
            "breaks[1].earliest",
            "this break may begin before the one before it is over",
        ),
    ],
)  # fmt: skip
def test_a_contract_that_nobody_can_work(change: dict[str, Any], where: str, wrong: str) -> None:
    found = problems({"starts": "08:00", "contracts": {"full": CONTRACT | change}})
    assert len(found) == 1, found
    path = "scheduling.desk.contracts.full" + (f".{where}" if where else "")
    assert found[0][0] == path
    assert wrong in found[0][1]


def test_names_starts_and_limits_of_the_team() -> None:
    document = copy.deepcopy(tiny())
    document["scheduling"] = {"dsk": {}}
    with pytest.raises(ScenarioProblems, match="there is no team 'dsk'"):
        resolve(document)
    assert problems({"contracts": {"full": CONTRACT}}) == [
        ("scheduling.desk.contracts.full", "when shifts begin is not given")
    ]
    block = {"starts": "08:00", "most_people": 2, "contracts": {"full": CONTRACT | {"least_people": 3}}}
    assert problems(block) == [
        ("scheduling.desk.most_people", "the contracts ask for 3 people at least, and there may be 2")
    ]
    wish = {"cost": "3 EUR", "days": "sunday", "starts": "25:00", "contracts": ["ful"]}
    found = problems({"starts": "08:00", "contracts": {"full": CONTRACT}, "prefer": {"late": wish}})
    assert [path.removeprefix("scheduling.desk.prefer.late.") for path, _ in found] == [
        "starts",
        "days",
        "contracts[0]",
    ]


@pytest.mark.parametrize(
    ("at", "wrong"),
    [
        ({"mon-fri": ["07:30"]}, "the break at 07:30 lies outside the shift"),
        ({"mon-fri": ["16:15"]}, "the break at 16:15 lies outside the shift"),
        ({"mon-fri": ["12:00", "13:00"]}, "times: 2, breaks: 1"),
        ({"mon-fri": ["noon"]}, "'noon' is not a time"),
        ({"workdays": ["12:00"]}, "'workdays' is not days"),
        ({"mon-fri": ["12:00"], "fri": ["13:00"]}, "'fri' names a day a second time"),
    ],
)
def test_breaks_at_times_that_will_not_do(at: dict[str, list[str]], wrong: str) -> None:
    found = problems(shift=SHIFT | {"breaks_at": at})
    assert [what for _, what in found] == [wrong]


def test_breaks_at_their_times_in_their_order() -> None:
    shift = SHIFT | {"breaks": ["15 min", "30 min"], "breaks_at": {"mon": ["12:00", "12:10"]}}
    assert [what for _, what in problems(shift=shift)] == ["the break at 12:10 lies before the last one is over"]


def test_who_has_a_break_at_its_time_is_away_then() -> None:
    """Monday 12:00 and 14:15 for a quarter; Tuesday is not named: the breaks are spread as ever."""
    document = copy.deepcopy(tiny(horizon={"start": "2027-01-04", "length": "2 days"}))
    document["teams"]["desk"]["shifts"] = {
        "day": SHIFT | {"breaks": ["30 min", "15 min"], "breaks_at": {"mon": ["12:00", "14:15"]}}
    }
    roster = draw_roster(resolve(document), 1, 0)
    on_duty = roster.scheduled_ms[0] / (MS_PER_HOUR / 2)
    assert on_duty[16:33].tolist() == [3.0] * 8 + [0.0] + [3.0] * 3 + [1.5] + [3.0] * 4
    assert on_duty[48 + 16 : 48 + 33].sum() == pytest.approx(on_duty[16:33].sum())
    assert on_duty[48 + 24] > 0


def test_a_break_past_midnight() -> None:
    document = copy.deepcopy(tiny(horizon={"start": "2027-01-05", "length": "1 day"}))
    document["teams"]["desk"]["shifts"] = {
        "night": {"days": "mon", "hours": "22:00-06:00", "breaks": ["1 h"], "breaks_at": {"mon": ["02:00"]}}
    }
    on_duty = draw_roster(resolve(document), 1, 0).scheduled_ms[0] / (MS_PER_HOUR / 2)
    assert on_duty[:13].tolist() == [3.0] * 4 + [0.0] * 2 + [3.0] * 6 + [0.0]


def test_starts_and_clocks() -> None:
    hour = MS_PER_HOUR
    assert parse_starts("08:00") == (8 * hour,)
    assert parse_starts("08:00-09:00") == (8 * hour, 8 * hour + hour // 2, 9 * hour)
    assert parse_starts("08:00-10:30 every 2 h") == (8 * hour, 10 * hour)
    for text in ("", "8", "09:00-08:00", "08:00 every 1 h", "08:00-09:00 every 20 min", "08:00-09:00 every 0 h"):
        with pytest.raises(HoursError):
            parse_starts(text)
    with pytest.raises(HoursError):
        parse_clock("24:00")
