"""KPIs of simulated queues against exact and published figures: |z| < 3.5 by the simulation's own interval."""

from __future__ import annotations

import math

import pytest

from sim.analytic import queue
from sim.kpis import estimate, interval, littles_law, tally
from sim.replicate import Replications, replicate
from sim.scenario.load import resolve

pytestmark = pytest.mark.slow


def centre(agents: int, channel: dict, horizon: dict, replications: int) -> Replications:
    """4.2 calls a minute of 2 min each (exponential), 80 % within 20 s."""
    document = {
        "schema": 1,
        "name": "centre",
        "horizon": {"start": "2027-01-04"} | horizon,
        "experiment": {"seed": 20270104, "replications": replications},
        "reasons": {
            "call": {
                "rate": "4.2 /min",
                "channels": {"phone": "100 %"},
                "handle": {"mean": "2 min", "distribution": "exponential"},
            }
        },
        "channels": {"phone": channel | {"target": {"share": "80 %", "within": "20 s"}}},
        "teams": {"desk": {"agents": agents, "serves": ["phone"]}},
    }
    return replicate(resolve(document))


def z_score(found: Replications, kpi: str, exact: float, own_error: float = 0.0) -> float:
    """(simulated - exact) / standard error; `own_error` is that of a published figure."""
    got = estimate(found.resolved, found.tallies, kpi)
    error = got.half_width / interval.student(0.95, found.count)
    return (got.value - exact) / math.hypot(error, own_error)


def assert_agrees(found: Replications, expected: dict[str, float], own_error: float = 0.0) -> None:
    scores = {kpi: z_score(found, kpi, exact, own_error) for kpi, exact in expected.items()}
    rows = [
        f"{kpi:26s} expected {exact:9.4f}  simulated {estimate(found.resolved, found.tallies, kpi).value:9.4f}"
        f"  z {scores[kpi]:+.2f}"
        for kpi, exact in expected.items()
    ]
    assert max(abs(z) for z in scores.values()) < 3.5, "\n" + "\n".join(rows)


STEADY = {"length": "14 h", "warm_up": "2 h"}


def test_erlang_a_in_every_kpi():
    found = centre(12, {"patience": "1 min"}, STEADY, 40)
    exact = queue(4.2, 0.5, 12, 1 / 3, 1.0)
    assert_agrees(
        found,
        {
            "offered": 4.2 * 720,
            "abandonment_rate": exact.p_abandon,
            "abandonment_of_queued": exact.p_abandon / exact.p_wait,
            "waited_share": exact.p_wait,
            "mean_wait": 60 * exact.mean_wait,
            "average_speed_of_answer": 60 * exact.mean_wait_served,
            "service_level": exact.service_level("a"),
            "service_level_b": exact.service_level("b"),
            "service_level_c": exact.service_level("c"),
            "service_level_d": exact.service_level("d"),
            "queue_length": exact.queue_length,
            "occupancy": exact.occupancy,
            "agents_busy": 12 * exact.occupancy,
            "patience_estimate": 60,
            "true_patience": 60,
            "handle_time": 120,
            "load_offered": 8.4,
            "share_lost": exact.p_abandon,
        },
    )


def test_erlang_c_and_its_wait_quantiles():
    found = centre(12, {}, STEADY, 40)
    exact = queue(4.2, 0.5, 12, 1 / 3)
    assert_agrees(
        found,
        {
            "mean_wait": 60 * exact.mean_wait,
            "average_speed_of_answer": 60 * exact.mean_wait,
            "waited_share": exact.p_wait,
            "service_level_c": exact.service_level("c"),
            "occupancy": 0.7,
            # P(W > t) = C exp(-(n mu - lambda) t) = 0.1 at t = ln(C / 0.1) / 1.8 min
            "wait_p90": 60 * math.log(exact.p_wait / 0.1) / 1.8,
        },
    )


def test_waiting_places():
    found = centre(12, {"places": 5}, STEADY, 40)
    exact = queue(4.2, 0.5, 12, 1 / 3, places=5)
    assert_agrees(
        found,
        {
            "blocking_rate": exact.p_block,
            "waited_share": exact.p_wait,
            "mean_wait_joined": 60 * exact.mean_wait,
            "mean_wait": 60 * exact.mean_wait * (1 - exact.p_block),
            "service_level_a": exact.service_level("a"),
            "service_level_d": exact.service_level("d"),
            "occupancy": exact.occupancy,
        },
    )


def test_the_worked_checks_of_a_published_eight_hour_day():
    # definitions: 4.2/min, 0.5/min, 12 agents, 8 h, 20 s: 0.902, interval [0.900, 0.904] (half-width .002: error .001)
    eight = {"length": "8 h", "at_end": "drain"}
    assert_agrees(centre(12, {}, eight, 100), {"service_level": 0.902}, own_error=0.001)
    # with exponential patience of mean 1 min: (d) 0.975, (b) 0.968 to 0.969, (c) 0.945, rounded: error .0005
    assert_agrees(
        centre(12, {"patience": "1 min"}, eight, 100),
        {"service_level_d": 0.975, "service_level_b": 0.9685, "service_level_c": 0.945},
        own_error=0.0005,
    )


def test_littles_law_in_a_simulated_day():
    from sim.engine import simulate

    resolved = centre(12, {"patience": "1 min"}, {"length": "2 h"}, 1).resolved
    lengths, products = [], []
    for number in range(20):
        run = simulate(resolved, 11, number)
        (phone,) = littles_law(resolved, run.tape, run.outcomes)
        assert abs(phone.gap) < 1e-12
        sums = tally(resolved, run.tape, run.roster, run.outcomes).months
        # the tally's own integral of the queue is the same number
        assert sums.lanes["queue_ms"].sum() / sums.period_ms.sum() == pytest.approx(phone.length)
        lengths.append(phone.length)
        products.append(4.2 * 60 * phone.wait_h)
    # and with the rate that was asked for in place of the one that came: equal on average
    gaps = [a - b for a, b in zip(lengths, products, strict=True)]
    mean = sum(gaps) / 20
    error = math.sqrt(sum((g - mean) ** 2 for g in gaps) / 19 / 20)
    assert abs(mean) < 3.5 * error
