"""The warm-up's check: what it warns of, what it lets pass, and what it says."""

from types import SimpleNamespace

import numpy as np
import pytest

from sim.kpis.steady import WarmUp, warm_up
from sim.replicate import replicate
from sim.scenario.load import load, resolve
from sim.scenario.units import HALF_HOUR_MS, MS_PER_DAY, MS_PER_HOUR


def desk(rate: str = "19 /h", length: str = "10 days", warm: str = "0 s", agents: int = 1, **more):
    """M/M/n with 3 minutes a call: at 19 an hour and one agent its load is 0.95."""
    return resolve(
        {
            "schema": 1,
            "name": "desk",
            "horizon": {"start": "2027-01-04", "length": length, "warm_up": warm, "at_end": "drain"},
            "reasons": {
                "call": {
                    "rate": rate,
                    "channels": {"phone": "100 %"},
                    "handle": {"mean": "3 min", "distribution": "exponential"},
                }
            },
            "channels": {"phone": {"patience": "never"}},
            "teams": {"desk": {"agents": agents, "serves": ["phone"]}},
            **more,
        }
    )


def made(resolved, waiting: np.ndarray) -> WarmUp:
    """The verdict on a hand-made number waiting by half-hour, float64 (replications, half-hours)."""
    tallies = [
        SimpleNamespace(
            opening_ms=line[:, None] * HALF_HOUR_MS,
            days=SimpleNamespace(lanes={"queue_ms": np.array([[line.sum() * HALF_HOUR_MS]])}),
        )
        for line in waiting
    ]
    return warm_up(resolved, tallies)[0]  # type: ignore[arg-type]


def noise(seed: int, half_hours: int, replications: int = 10) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((replications, half_hours))


def test_a_queue_that_fills_for_a_while_is_told_with_the_warm_up_it_needs():
    resolved = desk(length="22 days", warm="2 days")
    level = np.where(np.arange(960) < 165, 4.0, 10.0)
    found = made(resolved, level + 0.5 * noise(1, 960))
    assert (found.verdict, found.declared_ms, found.needed_ms) == ("short", 2 * MS_PER_DAY, 5.5 * MS_PER_DAY)
    assert found.below == pytest.approx(0.6, abs=0.02)
    assert found.bias == pytest.approx(165 * 6 / 9600, abs=0.003)
    assert str(found) == (
        "the phone queue still fills in the first 3.5 days after the warm-up (60 % below what follows, which takes "
        "10 % off the mean queue of the whole run); horizon.warm_up: 2 days is short, give at least 5.5 days"
    )


def test_a_queue_that_only_grows_is_told_as_such():
    resolved = desk(length="20 days")
    found = made(resolved, np.linspace(0.0, 90.0, 960) + noise(2, 960))
    assert found.verdict == "growing"
    assert str(found).startswith(
        "the phone queue keeps growing over the first 20 days, from 15 to 75 waiting on average:"
    )
    assert "no horizon.warm_up within that time makes the figures steady" in str(found)


@pytest.mark.parametrize("seed", range(20))
def test_noise_is_no_start(seed):
    found = made(desk(length="20 days"), 10.0 + 3.0 * noise(seed, 960))
    assert (found.verdict, str(found)) == ("settled", "")


def test_a_weekly_rhythm_is_no_start_but_a_start_in_it_is_seen():
    week = {"week_profile": {"every": "1 day", "weights": [3, 2, 2, 2, 2, 1, 0]}}
    resolved = desk(length="42 days", demand=week)
    rhythm = np.tile(np.repeat([90.0, 50, 40, 40, 30, 10, 0], 48), 6)
    assert made(resolved, rhythm + noise(3, 42 * 48)).verdict == "settled"
    filling = rhythm * np.where(np.arange(42 * 48) < 96, 0.2, 1.0)
    found = made(resolved, filling + noise(3, 42 * 48))
    assert (found.verdict, found.needed_ms) == ("short", 2 * MS_PER_DAY)


def test_more_work_later_is_no_start():
    """The season brings more work after 28 days: only these are looked at, and a longer queue afterwards is its own."""
    resolved = desk(length="60 days", demand={"season": {"feb": 1.3, "mar": 1.3}})
    level = np.where(np.arange(56 * 48) < 28 * 48, 5.0, 40.0)
    found = made(resolved, level + noise(4, 56 * 48))
    assert (found.verdict, found.seen_ms) == ("settled", 28 * MS_PER_DAY)


def test_a_short_stretch_and_few_replications_are_said_to_be_unknown():
    assert made(desk(length="5 h"), 5.0 + noise(5, 10)).verdict == "unknown"
    assert made(desk(length="20 days"), 5.0 + noise(5, 960, replications=4)).verdict == "unknown"
    assert made(desk(length="20 days"), np.zeros((10, 960))).verdict == "settled"


def test_lengths_are_told_as_planners_write_them():
    found = WarmUp("mail", "short", 0, 45 * MS_PER_HOUR, 0.4, 0.0001)
    assert str(found) == (
        "the mail queue still fills in the first 45 hours (40 % below what follows, which takes less than 0.1 % off "
        "the mean queue of the whole run); there is no horizon.warm_up, give at least 45 hours"
    )


@pytest.mark.slow
@pytest.mark.parametrize("length", ["10 days", "30 days", "60 days"])
def test_a_queue_at_95_percent_that_starts_empty_warns(length):
    resolved = desk(length=length)
    found = warm_up(resolved, replicate(resolved, replications=20).tallies)[0]
    assert found.verdict == "short"
    assert found.needed_ms >= 12 * MS_PER_HOUR  # its relaxation time is 78 hours


@pytest.mark.slow
@pytest.mark.parametrize(
    ("rate", "agents", "warm"), [("19 /h", 1, "20 days"), ("10 /h", 1, "1 day"), ("50 /h", 3, "2 days")]
)
def test_a_long_warm_up_is_enough(rate, agents, warm):
    resolved = desk(rate, "50 days", warm, agents)
    assert [found.verdict for found in warm_up(resolved, replicate(resolved, replications=20).tallies)] == ["settled"]


@pytest.mark.slow
def test_too_much_work_grows():
    resolved = desk("22 /h", "20 days")
    assert [found.verdict for found in warm_up(resolved, replicate(resolved, replications=10).tallies)] == ["growing"]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["baseline", "expand_team"])
def test_a_retailer_with_season_and_growth_gives_no_false_alarm(scenarios_dir, name):
    resolved = load(scenarios_dir / f"{name}.yaml")
    found = warm_up(resolved, replicate(resolved, replications=8).tallies)
    assert [one.verdict for one in found] == ["settled"] * 3
    assert {one.seen_ms for one in found} == {56 * MS_PER_DAY}


@pytest.mark.slow
def test_a_mail_backlog_that_grows_from_the_first_day_is_told(scenarios_dir):
    sets = ["teams.frontline.agents=10", "horizon.months=10"]
    resolved = load(scenarios_dir / "baseline.yaml", sets=sets)
    found = {one.channel: one for one in warm_up(resolved, replicate(resolved, replications=8).tallies)}
    assert found["email"].verdict == "growing"
    assert "the email queue keeps growing over the first 56 days" in str(found["email"])


def test_a_horizon_without_a_whole_day_is_no_error():
    resolved = desk(length="6 h", channels={"phone": {"hours": "mon-fri 03:00-06:00", "patience": "never"}})
    assert made(resolved, np.ones((6, 12))).verdict == "unknown"
    whole = desk(length="10 min")
    assert [found.verdict for found in warm_up(whole, replicate(whole, replications=2).tallies)] == ["unknown"]
