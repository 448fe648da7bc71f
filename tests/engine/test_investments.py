"""Decided investments in the simulation (semantics 2.2, 2.6, 4.3): both engines, before and after they are live."""

import copy
import dataclasses
import datetime as dt
from typing import Any

import numpy as np
import pytest

from sim.demand.draw import draw_tape
from sim.engine import simulate
from sim.scenario.load import resolve

SHOP: dict[str, Any] = {
    "schema": 1,
    "name": "shop",
    "horizon": {"start": "2027-01-01", "months": 3},
    "customers": {"active": 4000, "orders": "1 /month"},
    "demand": {"busyness": {"cv": 0.2, "correlation": 0.5}},
    "reasons": {
        "order": {"per_order": 0.4, "lag": "2 days", "channels": {"phone": "60 %", "chat": "40 %"},
                  "handle": {"mean": "6 min", "cv": 0.8}, "resolved_first": "85 %"},
        "return": {"per_order": 0.2, "channels": {"phone": "40 %", "chat": "60 %"},
                   "handle": {"mean": "9 min", "cv": 1}},
    },
    "channels": {
        "phone": {"hours": "mon-fri 08:00-18:00", "patience": "4 min", "retry": {"share": "40 %", "after": "30 min"}},
        "chat": {"hours": "mon-fri 08:00-18:00", "patience": "5 min", "parallel": 2, "speed": [1.0, 0.8]},
    },
    "teams": {"desk": {"agents": 9, "serves": ["phone", "chat"], "shrinkage": {"planned": "5 %", "absence": "5 %"},
                       "shifts": {
                           "day": {"days": "mon-fri", "hours": "08:00-16:30", "breaks": ["30 min"], "share": "60 %"},
                           "late": {"days": "mon-fri", "hours": "09:30-18:00", "share": "40 %"}}}},
    "investments": {
        "notices": {"ramp": "4 weeks", "deflects": {"order": {"share": "30 %", "handle": "4 min"}}},
        "portal": {
            "live_after": "3 weeks",
            "ramp": {"over": "3 weeks", "shape": "s_curve"},
            "cost": {"agent_hours": "20 h"},
            "adds": {"self_service": {"portal": {"reach": "40 %", "resolves": {"return": "50 %"}}},
                     "bots": {"helper": {"channels": ["chat"], "contains": {"order": "50 %"}, "resolved": "80 %"}}},
            "changes": {"reasons.*.channels.phone": "move 20 % to chat", "teams.desk.agents": "+ 1"},
        },
    },
    "decisions": {"investments": {"notices": "2027-02-01", "portal": "2027-02-01"}},
}  # fmt: skip


def shop(*decided: str):
    document = copy.deepcopy(SHOP)
    starts = document["decisions"]["investments"]
    document["decisions"]["investments"] = {name: starts[name] for name in decided}
    return resolve(document)


@pytest.fixture(scope="module")
def runs():
    """The bare shop and the shop with everything decided."""
    return {names: simulate(shop(*names), seed=5, replication=0) for names in ((), ("notices", "portal"))}


def test_both_engines_agree_on_every_column():
    resolved = shop("notices", "portal")
    one, other = (simulate(resolved, seed=5, replication=2, engine=engine) for engine in ("simpy", "fast"))
    for field in dataclasses.fields(one.outcomes):
        assert np.array_equal(getattr(one.outcomes, field.name), getattr(other.outcomes, field.name)), field.name


def test_a_decision_changes_no_need_before_it_is_live(runs):
    bare, decided = (run.tape for run in runs.values())
    live = shop().calendar.clock_ms((dt.date(2027, 2, 1) - dt.date(2027, 1, 1)).days, 0)
    before = [tape.need_ms[tape.need_ms < live] for tape in (bare, decided)]
    assert len(before[0]) > 500
    assert np.array_equal(*before)


def test_fewer_needs_are_a_subset_of_the_same(runs):
    """4.3: what is deflected is taken away, all others keep their time."""
    bare, decided = (draw_tape(shop(*names), 5, 0).need_ms for names in ((), ("notices",)))
    assert set(decided.tolist()) < set(bare.tolist())
    assert 0.75 < len(decided) / len(bare) < 0.95


def test_the_structures_are_used_from_the_day_they_are_live_and_not_before(runs):
    resolved = shop("notices", "portal")
    tape = runs["notices", "portal"].tape
    live = resolved.calendar.clock_ms((dt.date(2027, 2, 22) - dt.date(2027, 1, 1)).days, 0)
    tried = tape.self_service >= 0
    assert tape.need_ms[tried].min() >= live
    after = tape.need_ms >= live
    assert tried[after].mean() > 0.05
    assert not runs[()].tape.self_service.max() >= 0


def test_a_regime_that_holds_on_no_day_of_the_horizon_leaves_the_tape():
    """Live a week after the end: days past it are known, and groups of needs keep their sizes."""
    document = copy.deepcopy(SHOP)
    document["reasons"]["return"]["batch"] = {1: "50 %", 4: "50 %"}
    document["investments"] = {"late": {"changes": {"reasons.*.handle": "x 2"}}}
    document["horizon"] = {"start": "2027-01-01", "months": 1}
    tapes = []
    for start, live_after in (("2027-01-10", "28 days"), ("2027-01-10", "60 days")):
        document["investments"]["late"]["live_after"] = live_after
        document["decisions"]["investments"] = {"late": start}
        tapes.append(draw_tape(resolve(document), 5, 0))
    assert np.array_equal(tapes[0].identity, tapes[1].identity)
    assert np.array_equal(tapes[0].work_ms, tapes[1].work_ms)
