"""What the scenario gives a team directly (semantics 6.1, 6.4)."""

from __future__ import annotations

import numpy as np
import pytest

from sim.engine.given import mean_by_month, posts_by_day, spans, staffing_steps
from tests.engine.worlds import DAY, HOUR, world


def test_the_mean_of_a_number_by_month() -> None:
    w = world(length="59 days", horizon={"start": "2027-01-01"})
    steps = [(0, 4), (10 * DAY, 1), (31 * DAY, 0), (45 * DAY, 6)]
    assert mean_by_month(steps, w.calendar) == pytest.approx([(10 * 4 + 21 * 1) / 31, 14 * 6 / 28])
    assert mean_by_month([(0, 3)], w.calendar).tolist() == [3, 3]


def test_posts_follow_the_days_of_a_dated_change_4_6() -> None:
    event = {"from": "2027-01-05", "until": "2027-01-06", "changes": {"teams.desk.agents": "+ 2"}}
    w = world(length="4 days", demand={"events": {"peak": event}}, teams={"desk": {"agents": 3}})
    assert posts_by_day(w, "desk", 5).tolist() == [3, 5, 5, 3, 3]
    agents = spans(w, 5, lambda variant: variant.teams["desk"].agents)
    assert [(first, last) for _, first, last in agents] == [(0, 1), (1, 3), (3, 5)]


def test_intervals_are_cut_where_a_dated_world_begins_4_6() -> None:
    event = {"from": "2027-01-05", "until": "2027-01-05", "changes": {"teams.desk.staffing.agents": [7]}}
    block = {"every": "16 h", "agents": [1, 2]}
    w = world(length="3 days", demand={"events": {"peak": event}}, teams={"desk": {"staffing": block}})
    steps = staffing_steps(w, "desk", 3)
    # the event's day begins in the interval of 16 h, the third day with that of 48 h
    assert steps == [(0, 1), (16 * HOUR, 2), (DAY, 7), (32 * HOUR, 7), (2 * DAY, 2), (64 * HOUR, 1)]
    assert np.all(np.diff([ms for ms, _ in steps]) > 0)
