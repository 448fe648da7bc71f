"""Targets as they are written, and everything that is wrong with them at once."""

import pytest

from optimize.requirement import requirement
from optimize.requirement.limits import BadTarget, limits_of
from sim.scenario.load import load

ONLY_CALLS = tuple(
    f"reasons.{reason}.channels={{phone: 60 %, chat: 40 %, email: 0 %}}"
    for reason in ("order_status", "return", "payment", "technical")
)


@pytest.fixture(scope="module")
def baseline(scenarios_dir):
    return load(scenarios_dir / "baseline.yaml").scenario


def test_what_is_given_takes_the_place_of_what_is_declared(baseline):
    limits = limits_of(baseline, ["service_level(phone)>= 90 %", "asa(chat) <= 40 s"])
    assert [limit.text for limit in limits] == [
        "service_level(chat) >= 0.8",
        "service_level(email) >= 0.9",
        "service_level(phone) >= 0.9",
        "average_speed_of_answer(chat) <= 40",
    ]
    assert [limit.within_s for limit in limits] == [60.0, 86400.0, 20.0, 60.0]


def test_without_a_name_it_is_every_channel_or_team(baseline):
    limits = limits_of(baseline, ["abandonment_rate<=5 %", "occupancy<=85 %"])
    assert [(limit.channel, limit.team) for limit in limits[-4:]] == [
        ("phone", None),
        ("chat", None),
        ("email", None),
        (None, "frontline"),
    ]


def test_everything_wrong_is_said_at_once(baseline):
    with pytest.raises(BadTarget) as found:
        limits_of(
            baseline,
            ["service_level(fone)>=80 %", "servce_level(phone)>=80 %", "csat>=80 %", "occupancy>=80 %",
             "service_level(phone)>=100 %", "phone", "service_level(phone)>=80"],
        )  # fmt: skip
    said = str(found.value).splitlines()
    assert len(said) == 7
    assert "'phone'" in said[0]
    assert "'service_level'" in said[1]
    assert "csat" in said[2]
    assert "other side" in said[3]
    assert "below 100 %" in said[4]
    assert "'service_level(phone)>=85 %'" in said[5]


def test_a_stricter_target_needs_more_and_a_looser_one_less(scenarios_dir):
    resolved = load(scenarios_dir / "baseline.yaml")
    hours = [
        requirement(resolved, targets=[f"service_level(phone)>={share} %"]).agent_hours[0] for share in (60, 80, 95)
    ]
    assert hours[0] <= 1.01 * hours[1], "but for the gap of the programme: e-mail fills what calls leave free"
    assert hours[1] < hours[2]


def test_an_occupancy_limit_holds_in_every_half_hour(scenarios_dir):
    """Without e-mail to fill the gaps, no half-hour is fuller than asked."""
    resolved = load(scenarios_dir / "baseline.yaml", (), ONLY_CALLS)
    free, limited = requirement(resolved), requirement(resolved, targets=["occupancy(frontline)<=75 %"])
    known = limited.agents[0] > 0
    assert limited.occupancy[known].max() <= 0.75 + 1e-9
    assert free.occupancy[known].max() > 0.75
    assert (limited.agents >= free.agents).all()
