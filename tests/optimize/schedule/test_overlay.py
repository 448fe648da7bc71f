"""A schedule, loaded as an overlay, puts on duty exactly whom it planned, half-hour by half-hour."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from optimize.schedule.overlay import days_in_words, overlay_of
from optimize.schedule.search import Schedule, schedule
from optimize.schedule.terms import terms_of
from sim.engine import simulate
from sim.engine.roster import draw_roster
from sim.scenario.emit import to_yaml
from sim.scenario.load import load
from sim.scenario.resolved import Resolved
from tests.optimize.schedule.conftest import WORLD

CONTRACTS: dict[str, Any] = {
    "full": {"lengths": ["8.5 h"], "days": "mon-sat", "most_people": 4,
             "breaks": [{"length": "15 min", "earliest": "1.5 h", "latest": "2.5 h"},
                        {"length": "30 min", "earliest": "3.5 h", "latest": "5 h"}]},
    "part": {"lengths": ["4 h"], "days": "mon-sun", "days_per_week": [2, 3, 4]},
    "night": {"lengths": ["8 h"], "days": "mon-sun", "days_per_week": 4, "starts": "22:00", "paid_breaks": True,
              "breaks": [{"length": "1 h", "earliest": "1 h", "latest": "4 h"}]},
}  # fmt: skip


def planned(resolved: Resolved) -> Schedule:
    need = np.zeros(336)
    for day in range(7):
        need[day * 48 + 16 : day * 48 + (40 if day < 6 else 32)] = 1.5 + day % 3
    need[:12] = need[6 * 48 + 44 :] = need[48 : 48 + 10] = 1
    return schedule(terms_of(resolved.scenario, "desk"), resolved.scenario.teams["desk"], need, gap=0.2)


def duty_by_half_hour(resolved: Resolved, team: int = 0) -> np.ndarray:
    """Mean heads on duty in the second week of the horizon, from the engines' roster."""
    roster = draw_roster(resolved, 1, 0)
    slots = roster.scheduled_ms[team] / 1_800_000
    return np.asarray(slots[336:672])


def test_the_overlay_gives_the_planned_duty(world: Callable[..., Resolved], tmp_path: Path) -> None:
    resolved = world(scheduling={"desk": {"starts": "08:00-12:00", "contracts": CONTRACTS}})
    found = planned(resolved)
    document = WORLD | {"scheduling": {"desk": {"starts": "08:00-12:00", "contracts": CONTRACTS}}}
    (tmp_path / "base.yaml").write_text(to_yaml(document), encoding="utf-8")
    (tmp_path / "schedule.yaml").write_text(to_yaml(overlay_of([found], resolved.scenario.teams)), encoding="utf-8")
    loaded = load(tmp_path / "base.yaml", [tmp_path / "schedule.yaml"])
    team = loaded.scenario.teams["desk"]
    assert team.agents == len(found.people)
    assert set(team.shifts) & set(resolved.scenario.teams["desk"].shifts) == set()
    assert duty_by_half_hour(loaded) == pytest.approx(found.cover, abs=1e-9)
    # Paid time too: unpaid breaks left out, paid ones left in.
    paid = draw_roster(loaded, 1, 0).paid_ms[0, 336:672].sum() / 3_600_000
    assert paid == pytest.approx(found.paid_h)
    for engine in ("fast", "simpy"):
        assert simulate(loaded, 1, 0, engine=engine).outcomes is not None


def test_a_team_given_by_interval_gets_people(world: Callable[..., Resolved], tmp_path: Path) -> None:
    team = {"serves": ["phone"], "wage": "20 EUR/h", "staffing": {"every": "12 h", "agents": [1, 2]}}
    document = WORLD | {"teams": {"desk": team}}
    (tmp_path / "base.yaml").write_text(to_yaml(document), encoding="utf-8")
    resolved = load(tmp_path / "base.yaml")
    need = np.zeros(336)
    need[16:40] = 2
    terms = terms_of(resolved.scenario, "desk")
    assert any("full time, as the team has no shifts" in note for note in terms.notes)
    found = schedule(terms, resolved.scenario.teams["desk"], need, gap=0.3)
    (tmp_path / "schedule.yaml").write_text(to_yaml(overlay_of([found], resolved.scenario.teams)), encoding="utf-8")
    loaded = load(tmp_path / "base.yaml", [tmp_path / "schedule.yaml"])
    assert loaded.scenario.teams["desk"].staffing is None
    assert duty_by_half_hour(loaded) == pytest.approx(found.cover, abs=1e-9)


def test_days_in_words() -> None:
    assert days_in_words((0, 1, 2, 4)) == "mon-wed,fri"
    assert days_in_words((5, 6)) == "sat-sun"
    assert days_in_words((3,)) == "thu"
