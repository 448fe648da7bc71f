"""Expected contacts: what the formulas say of a week is what the simulation counts, and what a delay does to a week."""

import dataclasses
from typing import Any

import numpy as np
import pytest

from optimize.requirement.flows import busiest_month, expected_week, period_slots
from optimize.requirement.quick import tenure
from optimize.requirement.week import opening_moves, share_open, shifted, stretches
from sim.demand.distributions import Law, spread_law
from sim.demand.rates import expected_needs
from sim.kpis.interval import student
from sim.replicate import replicate
from sim.scenario.load import load, resolve
from sim.scenario.schema.demand import Spread
from tests.oracle.compare import Z_LIMIT, z_score

HOUR = 3_600_000
CONSTANT = spread_law(Spread.model_construct(mean=3 * HOUR, cv=None, distribution=None))
RICH: dict[str, Any] = {
    "schema": 1,
    "name": "rich",
    "horizon": {"start": "2027-01-04", "length": "70 days", "warm_up": "14 days"},
    "experiment": {"seed": 4, "replications": 12},
    "demand": {"week_profile": {"every": "12 h", "weights": [1, 2, 1, 2, 1, 3, 1, 2, 1, 2, 1, 1, 0.5, 0.5]}},
    "reasons": {
        "status": {
            "rate": "300 /day",
            "channels": {"phone": "60 %", "chat": "40 %"},
            "handle": {"mean": "4 min", "cv": 0.8},
            "resolved_first": "80 %",
            "unresolved": {"share": "75 %", "after": {"mean": "30 h", "cv": 0.7}},
        },
        "fault": {
            "rate": "120 /day",
            "channels": {"phone": "50 %", "email": "50 %"},
            "handle": {"mean": "9 min", "cv": 0.5, "by_channel": {"email": "120 %"}},
            "resolved_first": "60 %",
            "resolved_later": "70 %",
            "transfer": {"to": "experts", "share": "50 %", "context": "cold", "adds": "2 min"},
            "unresolved": {"share": "80 %", "after": {"mean": "2 days", "cv": 0.6}, "channels": {"phone": "100 %"}},
        },
    },
    "channels": {
        "phone": {"hours": "mon-sat 08:00-20:00", "when_closed": "reopen", "reopen_spread": "3 h", "wrap_up": "30 s"},
        "chat": {"hours": "mon-sun 07:30-22:15", "when_closed": "lost", "retry": {"share": "50 %", "after": "5 h"}},
        "email": {},
    },
    "self_service": {
        "guide": {
            "reach": "40 %",
            "resolves": {"status": "50 %"},
            "false_resolved": "10 %",
            "comes_back": {"share": "70 %", "after": "20 h"},
        }
    },
    "bots": {
        "ivr": {
            "channels": ["phone"],
            "takes": "80 %",
            "contains": {"status": "30 %"},
            "resolved": "70 %",
            "not_resolved": {"share": "60 %", "after": "8 h"},
            "handover": {"context": "warm", "handle": "80 %"},
        }
    },
    "teams": {
        "line": {"agents": 60, "serves": ["phone", "chat", "email"]},
        "experts": {"agents": 20, "serves": ["phone:fault"], "resolves": "110 %"},
    },
}


def test_simulated_contacts_are_the_expected_ones():
    """Needs, self-service, an IVR, opening hours, repeats and transfers: contacts handled by week, and their work.

    Nobody leaves here, so what agents handle is what comes to them, transferred contacts included.
    """
    document = {**RICH, "teams": {**RICH["teams"], "experts": {**RICH["teams"]["experts"], "serves": ["social:fault"]}}}
    document["channels"] = {**RICH["channels"], "social": {}}
    resolved = resolve(document)
    flow = expected_week(resolved)
    runs = replicate(resolved, jobs=1)
    weeks = 8.0
    for c, channel in enumerate(resolved.scenario.channels):
        for r, reason in enumerate(resolved.scenario.reasons):
            expected = (flow.contacts[c, r].sum() + flow.transferred[c, r].sum()) * weeks
            counts = np.array([tally.months.cells["handled"][:, c, r].sum() for tally in runs.tallies])
            if expected < 1e-6:
                assert counts.sum() == 0
                continue
            error = counts.std(ddof=1) / np.sqrt(len(counts))
            assert abs(z_score(counts.mean() - expected, error, len(counts))) < Z_LIMIT, (channel, reason)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["baseline", "self_service", "chatbot"])
def test_the_demo_brings_the_contacts_expected(scenarios_dir, name):
    """The shipped scenarios, well staffed: contacts offered in a month, on every channel."""
    sets = ("teams.frontline.agents=40", "demand.busyness.cv=0", "horizon.months=15")
    resolved = load(scenarios_dir / f"{name}.yaml", (), sets)
    month = "2028-02"
    flow = expected_week(resolved, month, None, tenure(resolved, month)[1])
    times = np.bincount(resolved.calendar.slot_local[1][period_slots(resolved, month)], minlength=336)
    runs = replicate(resolved, replications=6, jobs=1)
    m = resolved.calendar.month_labels.index(month)
    for c, channel in enumerate(resolved.scenario.channels):
        expected = float((flow.contacts[c] * times).sum())
        counts = np.array([tally.months.cells["offered"][m, c].sum() for tally in runs.tallies])
        # the week that repeats is an approximation at the month's edges: growth and season within the delays
        slack = 0.02 * expected
        half = student(0.999, len(counts)) * counts.std(ddof=1) / np.sqrt(len(counts))
        assert abs(counts.mean() - expected) < slack + half, channel


def test_needs_are_kept():
    """Without delays, hours, self-service and failures, contacts are the needs."""
    resolved = resolve(
        {
            "schema": 1,
            "name": "plain",
            "horizon": {"start": "2027-01-06", "length": "21 days"},
            "reasons": {"call": {"rate": "50 /day", "channels": {"phone": "100 %"}, "handle": {"mean": "5 min"}}},
            "channels": {"phone": {}},
            "teams": {"agents": {"agents": 3, "serves": ["phone"]}},
        }
    )
    flow = expected_week(resolved)
    assert flow.contacts[0, 0] == pytest.approx(np.full(336, 50 / 48))
    assert flow.work.sum() == pytest.approx(350 * 5 * 60_000)
    assert flow.contacts.sum() * 3 == pytest.approx(expected_needs(resolved).sum())


def test_a_short_horizon_has_no_other_half_hours():
    resolved = resolve(
        {
            "schema": 1,
            "name": "morning",
            "horizon": {"start": "2027-01-06", "length": "4 h"},
            "reasons": {"call": {"rate": "50 /h", "channels": {"phone": "100 %"}, "handle": {"mean": "5 min"}}},
            "channels": {"phone": {}},
            "teams": {"agents": {"agents": 9, "serves": ["phone"]}},
        }
    )
    flow = expected_week(resolved)
    assert np.flatnonzero(flow.contacts[0, 0]).tolist() == list(range(96, 104))


def test_a_delay_moves_a_flow_around_the_week():
    flow = np.zeros(336)
    flow[335] = 2.0
    moved = shifted(flow, CONSTANT)
    assert moved[5] == pytest.approx(2.0)
    assert moved.sum() == pytest.approx(2.0)
    assert shifted(flow, Law(0)) == pytest.approx(flow)


def test_opening_hours_of_a_week():
    assert stretches("sun 22:00-06:00") == [(0, 6 * HOUR), (166 * HOUR, 168 * HOUR)]
    assert share_open("mon 08:00-09:15")[15:20].tolist() == [0.0, 1.0, 1.0, 0.5, 0.0]
    assert share_open("always").min() == 1.0


def test_who_finds_it_closed_comes_when_it_opens():
    """Saturday night: Monday from 08:00 on, most of them early; with no spread all in the first half-hour."""
    moves = opening_moves("mon-fri 08:00-18:00", 2 * HOUR)
    saturday = 5 * 48 + 40
    assert moves[saturday].sum() == pytest.approx(1.0)
    assert np.flatnonzero(moves[saturday]).tolist() == list(range(16, 36))
    assert (np.diff(moves[saturday][16:36]) < 0).all()
    assert opening_moves("mon-fri 08:00-18:00", 0)[saturday][16] == 1.0


def test_who_leaves_comes_back():
    """A share lost of 20 % with half of them trying again: 1 / (1 - 0.1) contacts for each."""
    document = {
        "schema": 1,
        "name": "retries",
        "horizon": {"start": "2027-01-04", "length": "7 days"},
        "reasons": {
            "call": {"rate": "48 /day", "channels": {"phone": "100 %"}, "handle": {"mean": "5 min"}, "attempts": 60}
        },
        "channels": {"phone": {"patience": "2 min", "retry": {"share": "50 %", "after": "1 h"}}},
        "teams": {"agents": {"agents": 3, "serves": ["phone"]}},
    }
    flow = expected_week(resolve(document), lost=np.full((1, 336), 0.2))
    assert flow.contacts[0, 0] == pytest.approx(np.full(336, 1 / 0.9))


def test_the_busiest_month(scenarios_dir):
    """December of the second year: the season's peak, and growth."""
    resolved = load(scenarios_dir / "baseline.yaml")
    assert busiest_month(resolved) == "2028-12"
    with pytest.raises(KeyError, match="2027-01 to 2028-12"):
        period_slots(resolved, "2029-01")


def test_an_event_is_followed_in_its_own_world(scenarios_dir):
    """The carrier strike's week brings its own calls: October 2027 has more of them than it would have had."""
    resolved = load(scenarios_dir / "baseline.yaml")
    calm = dataclasses.replace(resolved, regime_of_day=np.zeros_like(resolved.regime_of_day))
    status = list(resolved.scenario.reasons).index("order_status")
    with_strike, without = (expected_week(world, "2027-10").contacts[:, status].sum() for world in (resolved, calm))
    assert with_strike == pytest.approx(without * (1 + 5 / 31 * 1.5), rel=0.1)
