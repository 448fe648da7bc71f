"""What is wrong with people, overtime and outsourced teams, in words (semantics 6.3, 6.4)."""

from typing import Any

import pytest

from sim.scenario.load import resolve
from sim.scenario.problems import ScenarioProblems

SHIFTS = {"day": {"hours": "09:00-17:00"}}


def problems(team: dict[str, Any], decisions: dict[str, Any] | None = None) -> list[str]:
    """Path, what is wrong and what is allowed of every problem of a world with this team."""
    document = {
        "schema": 1,
        "name": "tiny",
        "horizon": {"start": "2027-01-01", "months": 3},
        "reasons": {"help": {"rate": "1 /h", "channels": {"phone": "100 %"}, "handle": "1 min"}},
        "channels": {"phone": {}},
        "teams": {"desk": {"serves": ["phone"], **team}},
        "decisions": decisions or {},
    }
    try:
        resolve(document)
    except ScenarioProblems as found:
        return [f"{each.path}: {each.wrong} | {each.allowed}" for each in found.problems]
    return []


OURS = {"agents": 4, "shifts": SHIFTS}
THEIRS = {"agents": 4, "outsourced": {"per_hour": "30 EUR/h"}}


@pytest.mark.parametrize(
    ("team", "decisions", "found"),
    [
        (
            OURS,
            {"leaves": {"dask": {"2027-01": 1}}},
            ["decisions.leaves.dask: there is no team 'dask' | desk"],
        ),
        (
            OURS,
            {"leaves": {"desk": {"2027-04": 1}}, "hires": {"desk": {"2027-1": 1}}},
            [
                "decisions.hires.desk.2027-1: '2027-1' is not a month | year-month, such as 2027-01",
                "decisions.leaves.desk.2027-04: 2027-04 lies outside the horizon | 2027-01 to 2027-03",
            ],
        ),
        (
            OURS,
            {"leaves": {"desk": {"2027-01": -1}}},
            ["decisions.leaves.desk.2027-01: leaves cannot be negative | a whole number of 0 or more"],
        ),
        (
            OURS,
            {"leaves": {"desk": {"2027-01": 4, "2027-02": 2}}, "hires": {"desk": {"2027-01": 1}}},
            ["decisions.leaves.desk: 6 posts are cut of 4 and 1 hired | up to 5"],
        ),
        (
            {"staffing": {"every": "1 h", "agents": [2]}},
            {"leaves": {"desk": {"2027-01": 1}}},
            ["decisions.leaves.desk: the number present of desk is given by `staffing` | fewer in `staffing.agents`"],
        ),
        (
            OURS,
            {"overtime": {"desk": {"2027-01": "10 %"}}},
            [
                "decisions.overtime.desk: what overtime costs in desk is not given | "
                "`teams.desk.overtime`, such as {premium: 25 %}"
            ],
        ),
        (
            {"agents": 4},
            {"overtime": {"desk": {"2027-01": "10 %"}}},
            ["decisions.overtime.desk: desk has no shifts that could be longer | a team with `shifts`"],
        ),
        (
            {"agents": 4, "overtime": {"premium": "50 %"}},
            None,
            ["teams.desk.overtime: there are no shifts beyond which time could be overtime | a team with `shifts`"],
        ),
        (
            {"staffing": {"every": "1 h", "agents": [2]}, "attrition": {"replace": "none"}},
            None,
            [
                "teams.desk.attrition.replace: the number present is given by interval, so that nobody is missed: "
                "'none' | ahead, or a team with `agents`"
            ],
        ),
        (
            OURS,
            {"outsource": {"desk": {"2027-01": 3}}},
            [
                "decisions.outsource.desk: desk is not outsourced | "
                "a team with `outsourced`; desk's own people are `hires`"
            ],
        ),
        (
            THEIRS,
            {"hires": {"desk": {"2027-01": 3}}},
            ["decisions.hires.desk: desk is outsourced: its people are not ours | `decisions.outsource.desk`"],
        ),
        (
            {"agents": 4, "outsourced": {}},
            None,
            ["teams.desk.outsourced: what the team costs is not given | per_contact, per_hour or minimum"],
        ),
        (
            {"agents": 4, "outsourced": {"minimum": {"contacts": "10 /day"}, "per_hour": "30 EUR/h"}},
            None,
            [
                "teams.desk.outsourced.minimum.contacts: contacts are billed at least, and the price of one is not "
                "given | `per_contact` as well, or `minimum.amount`"
            ],
        ),
        (
            {
                "agents": 4,
                "outsourced": {"per_hour": "30 EUR/h", "starts": "2027-03-01", "ends": "2027-02-28"},
            },
            None,
            [
                "teams.desk.outsourced.ends: the last day, 2027-02-28, comes before the first, 2027-03-01 | "
                "a day on or after `starts`"
            ],
        ),
    ],
)
def test_what_is_wrong_is_said_with_what_is_allowed(
    team: dict[str, Any], decisions: dict[str, Any] | None, found: list[str]
) -> None:
    assert problems(team, decisions) == found


@pytest.mark.parametrize(
    ("team", "decisions"),
    [
        (OURS, {"leaves": {"desk": {"2027-01": 5}}, "hires": {"desk": {"2027-01": 1}}}),
        ({**OURS, "overtime": {}}, {"overtime": {"desk": {"2027-01": "10 %"}}}),
        (THEIRS, {"outsource": {"desk": {"2027-01": 0, "2027-02": 40}}}),
        ({**OURS, "wage": "20 EUR/h", "outsourced": {"per_contact": "3 EUR"}}, None),
        ({"staffing": {"every": "1 h", "agents": [2]}, "outsourced": {"per_hour": "30 EUR/h"}}, None),
        ({**OURS, "attrition": {"base": "90 %/year", "replace": "after_leaving", "notice": "1 month"}}, None),
    ],
)
def test_what_has_a_meaning_is_allowed(team: dict[str, Any], decisions: dict[str, Any] | None) -> None:
    assert problems(team, decisions) == []
