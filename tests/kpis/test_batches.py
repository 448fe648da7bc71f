"""Batch means: how batches are cut, chosen and tested, and that their intervals hold the exact value."""

import math

import numpy as np
import pytest

from sim.analytic import queue
from sim.kpis import estimate
from sim.kpis.batches import FINEST, batch_edges_ms, choose, correlation_score, counts, half_width, merged
from sim.kpis.interval import student
from sim.replicate import one, replicate
from sim.scenario.load import load, resolve
from sim.scenario.units import MS_PER_DAY


def desk(rate_per_h: float, agents: int, length: str = "12 days", **more):
    """M/M/n with 3 minutes a call."""
    return resolve(
        {
            "schema": 1,
            "name": "desk",
            "horizon": {"start": "2027-01-04", "length": length, "warm_up": "1 day", "at_end": "drain"},
            "reasons": {
                "call": {
                    "rate": f"{rate_per_h} /h",
                    "channels": {"phone": "100 %"},
                    "handle": {"mean": "3 min", "distribution": "exponential"},
                }
            },
            "channels": {"phone": {"patience": "never", "target": {"share": "80 %", "within": "20 s"}}},
            "teams": {"agents": {"agents": agents, "serves": ["phone"]}},
            **more,
        }
    )


def test_a_flat_load_is_cut_into_equal_batches_from_the_end_of_the_warm_up():
    edges = batch_edges_ms(desk(40, 3))
    assert len(edges) == FINEST + 1
    assert (edges[0], edges[-1]) == (MS_PER_DAY, 12 * MS_PER_DAY)
    assert np.ptp(np.diff(edges)) < FINEST


def test_batches_hold_whole_cycles():
    week = {"week_profile": {"every": "1 day", "weights": [3, 2, 2, 2, 2, 1, 0]}}
    edges = batch_edges_ms(desk(40, 3, "281 days", demand=week))
    assert set(np.diff(edges)) == {7 * MS_PER_DAY}
    assert len(edges) == 41
    day = {"week_profile": {"every": "12 h", "weights": [1, 3]}}
    assert set(np.diff(batch_edges_ms(desk(40, 3, "33 days", demand=day)))) == {MS_PER_DAY}


STRIKE = {"from": "2027-02-01", "until": "2027-02-02", "changes": {"reasons.call.rate": "x 2"}}


@pytest.mark.parametrize(
    "more",
    [
        {"demand": {"growth": "3 %/year"}},
        {"demand": {"season": {"feb": 1.1}}},
        {"demand": {"events": {"strike": STRIKE}}},
        {"decisions": {"hires": {"agents": {"2027-01": 1}}}},
        {"teams": {"agents": {"staffing": {"every": "12 h", "agents": [3, 4], "repeat": False}, "serves": ["phone"]}}},
    ],
    ids=["growth", "season", "event", "hires", "staffing"],
)  # fmt: skip
def test_a_load_that_changes_has_no_batches(more):
    assert len(batch_edges_ms(desk(40, 3, "60 days", **more))) == 0
    assert len(batch_edges_ms(desk(40, 3, "60 days"))) == FINEST + 1


def test_few_needs_have_no_batches():
    assert len(batch_edges_ms(desk(1, 3, "3 days"))) == 0


def test_a_trend_has_the_score_worked_by_hand():
    """0 1 2 3: squares 5, squared steps 3, 1 - 3 / 10 = 0.7, times sqrt(15 / 2)."""
    assert correlation_score(np.arange(4.0)) == pytest.approx(0.7 * math.sqrt(7.5))
    assert correlation_score(np.full(8, 3.0)) == 0.0


def test_independent_batches_pass_nineteen_times_in_twenty():
    scores = correlation_score(np.random.default_rng(0).standard_normal((128, 4000)))
    assert np.mean(scores > 1.6449) == pytest.approx(0.05, abs=3.5 * math.sqrt(0.05 * 0.95 / 4000))
    assert np.std(scores) == pytest.approx(1.0, abs=0.05)


def test_dependent_batches_are_put_together():
    rng = np.random.default_rng(3)
    white = rng.standard_normal(128)
    assert tuple(map(int, choose(white, np.ones(128)))) == (32, True)
    smooth = np.repeat(rng.standard_normal(64), 2)  # alike by twos: 64 batches are independent again
    assert tuple(map(int, choose(smooth, np.ones(128)))) == (16, True)
    assert tuple(map(int, choose(np.arange(128.0), np.ones(128)))) == (8, False)
    assert counts(128) == [32, 16, 8]


def test_the_half_width_is_that_of_the_batches_chosen():
    rng = np.random.default_rng(5)
    top = rng.standard_normal((128, 2)) + 10
    top[:, 1] = np.repeat(top[::2, 1], 2)
    chosen, _ = choose(top, np.ones((128, 2)))
    assert chosen.tolist() == [32, 16]
    for column, count in enumerate(chosen):
        means = merged(top[:, column], count) / (128 // count)
        expected = student(0.95, count) * means.std(ddof=1) / math.sqrt(count)
        assert half_width(top, np.ones((128, 2)), 0.95)[column] == pytest.approx(expected)


def test_the_value_is_that_of_the_whole_run_and_only_a_single_run_has_batches():
    resolved = desk(40, 3)
    once, twice = replicate(resolved, replications=1), replicate(resolved, replications=2)
    assert twice.tallies[0].batches is None
    tally = once.tallies[0]
    assert tally.batches is not None
    for name, figures in tally.months.cells.items():
        np.testing.assert_allclose(tally.batches.cells[name].sum(axis=0), figures.sum(axis=0), err_msg=name)
    np.testing.assert_allclose(tally.batches.lanes["queue_ms"].sum(axis=0), tally.months.lanes["queue_ms"].sum(axis=0))
    for kpi in ("contacts", "average_speed_of_answer", "queue_length", "occupancy", "wait_p90"):
        assert estimate(resolved, [tally], kpi).value == estimate(resolved, [twice.tallies[0]], kpi).value
        assert estimate(resolved, [tally], kpi).half_width > 0
    assert math.isnan(estimate(resolved, [tally], "average_speed_of_answer", month="2027-01").half_width)
    assert math.isnan(estimate(resolved, [tally], "queue_backlog").half_width)


def test_a_month_with_growth_has_no_interval_from_one_replication(scenarios_dir):
    resolved = load(scenarios_dir / "baseline.yaml", sets=["demand.events.carrier_strike=null", "horizon.months=1"])
    assert replicate(resolved, replications=1).tallies[0].batches is None


@pytest.mark.slow
@pytest.mark.parametrize(("rate_per_h", "agents"), [(10, 1), (40, 3), (200, 14)], ids=["M/M/1", "M/M/3", "M/M/14"])
@pytest.mark.parametrize("kpi", ["average_speed_of_answer", "service_level", "occupancy", "queue_length"])
def test_intervals_hold_the_exact_value_nineteen_times_in_twenty(rate_per_h, agents, kpi):
    """200 runs of 11 counted days; the share that holds the value within 3.5 binomial errors of 95 %."""
    runs = 200
    resolved = desk(rate_per_h, agents)
    exact = queue(rate_per_h / 60, 1 / 3, agents, within=20 / 60)
    value = {
        "average_speed_of_answer": 60 * exact.mean_wait,
        "service_level": exact.served_in_time,
        "occupancy": exact.occupancy,
        "queue_length": exact.queue_length,
    }[kpi]
    held = 0
    for seed in range(runs):
        found = estimate(resolved, [_tally(resolved, seed)], kpi)
        held += found.low <= value <= found.high
    assert abs(held / runs - 0.95) < 3.5 * math.sqrt(0.95 * 0.05 / runs), held


_TALLIES: dict = {}


def _tally(resolved, seed):
    key = (resolved.digest, seed)
    if key not in _TALLIES:
        _TALLIES[key] = one(resolved, seed, 0, batches=True)[0]
    return _TALLIES[key]
