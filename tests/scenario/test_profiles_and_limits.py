"""Weekly profiles in their three layouts, and scenarios that are too large."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.demand.rates import expected_needs
from sim.scenario.calendar import DAY_NAMES
from sim.scenario.limits import MAX_TICKETS, estimate_staff_events, estimate_tickets
from sim.scenario.load import load, resolve
from sim.scenario.problems import ScenarioProblems
from sim.scenario.profiles import ProfileError, read_profile

HERE = Path(__file__).parent
GOOD = HERE / "good.yaml"
WEIGHTS = [(slot * 7) % 11 for slot in range(336)]


def layout(kind: str) -> str:
    if kind == "column":
        return "".join(f"{weight}\n" for weight in WEIGHTS)
    if kind == "column with a heading":
        return "weight\n" + layout("column")
    times = [f"{slot // 2:02d}:{slot % 2 * 30:02d}" for slot in range(48)]
    if kind == "long":
        rows = [f"{DAY_NAMES[d]},{times[s]},{WEIGHTS[d * 48 + s]}\n" for s in range(48) for d in range(7)]
        return "# quiet nights\nday,time,weight\n" + "".join(rows)
    rows = [f"{times[s]},{','.join(str(WEIGHTS[d * 48 + s]) for d in range(7))}\n" for s in range(48)]
    return f"time,{','.join(DAY_NAMES)}\n" + "".join(rows)


@pytest.mark.parametrize("kind", ["column", "column with a heading", "long", "wide"])
def test_every_layout_gives_the_same_weights(kind, tmp_path):
    (tmp_path / "week.csv").write_text(layout(kind), encoding="utf-8")
    assert read_profile(tmp_path / "week.csv") == tuple(WEIGHTS)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("", "the file is empty"),
        ("1\n" * 335, "335 figures instead of 336"),
        ("1\n" * 335 + "x\n", "row 336: 'x' is not a number of 0 or more"),
        ("1\n" * 335 + "-1\n", "row 336: '-1' is not a number of 0 or more"),
        ("1\n" * 335 + "nan\n", "row 336: 'nan' is not a number of 0 or more"),
        ("0\n" * 336, "every weight is 0"),
        ("a,b\n1,2\n", "the first line is none that can be read"),
        (layout("long").replace("tue,08:30", "mon,08:30"), "row 123 gives mon 08:30 a second time"),
        (layout("long").replace("tue,08:30,4\n", ""), "tue 08:30 is missing"),
        (layout("wide").replace("08:30,", "08:15,"), "row 19: '08:15' is not the start of a half-hour, such as 08:30"),
        (layout("wide").rsplit("\n", 2)[0] + "\n", "47 half-hours instead of 48"),
    ],
)
def test_a_profile_that_cannot_be_used_says_why(text, wrong, tmp_path):
    (tmp_path / "week.csv").write_text(text, encoding="utf-8")
    with pytest.raises(ProfileError) as found:
        read_profile(tmp_path / "week.csv")
    assert str(found.value) == wrong


def test_the_estimate_is_what_the_demand_expects():
    made = load(GOOD)
    assert estimate_tickets(made.variants, made.regime_of_day) == pytest.approx(expected_needs(made).sum(), rel=0.02)


def test_the_estimate_counts_absolute_rates_and_groups():
    document = {
        "schema": 1,
        "name": "desk",
        "horizon": {"start": "2027-01-04", "length": "10 days"},
        "reasons": {"any": {"rate": "5 /h", "channels": {"phone": "100 %"}, "handle": "4 min",
                            "batch": {1: "50 %", 3: "50 %"}}},
        "channels": {"phone": {}},
        "teams": {"desk": {"agents": 3, "serves": ["phone"]}},
    }  # fmt: skip
    made = resolve(document)
    assert estimate_tickets([made.scenario]) == pytest.approx(5 * 240 * 2)


def test_a_short_event_counts_for_its_days_only():
    made = load(GOOD, sets=["demand.events.strike.changes={reasons.order_status.per_order: x 1000}"])
    assert estimate_tickets(made.variants, made.regime_of_day) < MAX_TICKETS
    with pytest.raises(ScenarioProblems, match="tickets are expected in one replication"):
        load(GOOD, sets=["demand.events.strike.changes={reasons.order_status.per_order: x 1000000}"])


def test_too_many_staff_events_are_refused_with_the_estimate():
    assert estimate_staff_events(load(GOOD).scenario) < np.inf
    with pytest.raises(ScenarioProblems) as found:
        load(GOOD, sets=["teams.frontline.agents=90000"])
    assert "staff events (comings, goings, breaks) are expected in one replication" in str(found.value)


def test_a_horizon_or_a_team_beyond_reason_is_refused():
    for change, wrong in {
        "horizon.months=5000": "5000 months are too many",
        "horizon.start=1066-10-14": "1066-10-14 is out of range",
        "teams.frontline.agents=2000000": "2,000,000 agents are too many",
        "reasons.return.attempts=1000000000": "1,000,000,000 attempts of one customer are too many",
    }.items():
        with pytest.raises(ScenarioProblems) as found:
            load(GOOD, sets=[change])
        assert wrong in str(found.value)


def test_a_billion_tickets_are_refused_with_what_they_would_cost():
    with pytest.raises(ScenarioProblems) as found:
        load(GOOD, sets=["customers.active=x 1000000"])
    said = str(found.value)
    assert "h of computing each" in said
    assert "up to 50,000,000" in said
    assert "good.yaml:" in said


def test_agents_given_by_interval_are_bounded_too():
    document: dict[str, Any] = {
        "schema": 1,
        "name": "desk",
        "horizon": {"start": "2027-01-04", "length": "10 days"},
        "reasons": {"any": {"rate": "5 /h", "channels": {"phone": "100 %"}, "handle": "4 min"}},
        "channels": {"phone": {}},
        "teams": {"desk": {"staffing": {"every": "30 min", "agents": [3, 4]}, "serves": ["phone"]}},
    }
    scenario = resolve(document).scenario
    assert estimate_staff_events(scenario) == pytest.approx(480 + 480 + 2 * 10)  # a change of one agent each half-hour
    for agents, wrong in (([3, 2_000_000], "2,000,000 agents are too many"), ([3, 900_000], "staff events")):
        document["teams"]["desk"]["staffing"]["agents"] = agents
        with pytest.raises(ScenarioProblems, match=wrong):
            resolve(document)


@pytest.mark.parametrize("group", ["reasons", "channels", "teams"])
def test_nothing_is_called_what_tables_call_everything(group, tmp_path):
    """A team of that name made the charts of a run fail: two rows of one label."""
    old = {"reasons": "return", "channels": "email", "teams": "frontline"}[group]
    overlay = tmp_path / "overlay.yaml"
    overlay.write_text(json.dumps({group: {"all": load(GOOD).document[group][old]}}), encoding="utf-8")
    with pytest.raises(ScenarioProblems, match=f"'all' is what tables call all {group} together"):
        load(GOOD, overlays=[overlay])
