"""The peer models are right before they are fast: each is held against theory or an exact Markov chain.

Every figure is compared by the simulation's own standard error, over independent runs with fixed seeds: a deviation
of more than 3.5 of them fails.
"""

from dataclasses import replace
from math import factorial
from typing import Any

import pytest

from benchmarks.peers import simpy_queues as queues
from benchmarks.peers.simpy_centre import W3, Numbers, w3
from tests.bench.theory import assert_agrees, chances, erlang_a, erlang_c, mean_queue


def test_the_theory_agrees_with_erlang_c():
    servers, load = 12, 8.4  # 4.2 a minute, two minutes each
    blocked = load**servers / factorial(servers) * servers / (servers - load)
    must_wait = blocked / (blocked + sum(load**n / factorial(n) for n in range(servers)))
    waiting = mean_queue(chances(4.2, 0.5, servers, 0.0), servers)
    assert waiting / 4.2 == pytest.approx(must_wait / (servers * 0.5 - 4.2))
    assert must_wait == pytest.approx(0.18389, abs=1e-5)  # the published table


def test_w1_is_erlang_c():
    runs = [queues.w1(15_000, seed) for seed in range(20)]
    assert all(contacts == summary.served == 15_000 for contacts, summary in runs)
    assert all(summary.abandon_share == 0 for _, summary in runs)
    # Nobody waits in the first minutes of an empty centre, which takes about 2 % off the mean of a run this short.
    assert_agrees(runs, lambda _, s: s.mean_wait, erlang_c(), noise=0.12)


def test_w2_is_erlang_a():
    runs = [queues.w2(10_000, seed) for seed in range(12)]
    mean_wait, abandoned = erlang_a()
    assert_agrees(runs, lambda _, s: s.mean_wait, mean_wait)
    assert_agrees(runs, lambda _, s: s.abandon_share, abandoned)
    assert all(s.served == round(n * (1 - s.abandon_share)) for n, s in runs)


def small_centre(minutes: float, arrivals: dict[str, list[float]], **changes: Any) -> Numbers:
    """One or more long intervals; nobody comes back; one contact at a time; handle times are exponential."""
    lam = {channel: [rate * minutes for rate in rates] for channel, rates in arrivals.items()}
    plain = Numbers(
        interval=minutes,
        arrivals=lam,
        staff={},
        serves={},
        routes={},
        handle={},
        patience={},
        speeds=dict.fromkeys(arrivals, (1.0,)),
        comes_back_share=0.0,
        comes_back_after=1.0,
    )
    return replace(plain, **changes)


def test_priority_and_routing_agree_with_an_exact_chain():
    """An "N": x is served by a and then by b; y by b alone, which takes y first. Exact: a chain of 4,113 states."""
    numbers = small_centre(
        3000.0,
        {"x": [1.2], "y": [0.8]},
        staff={"a": [2], "b": [2]},
        serves={"a": ["x"], "b": ["y", "x"]},
        routes={"x": ["a", "b"], "y": ["b"]},
        handle={"x": (2.0, None), "y": (2.0, None)},
        patience={"x": 4.0, "y": 4.0},
    )
    runs = [w3(1, seed, numbers) for seed in range(12)]
    assert_agrees(runs, lambda _, s: s.channels["x"].abandon_share, 0.151909)
    assert_agrees(runs, lambda _, s: s.channels["x"].mean_wait, 0.607635)
    assert_agrees(runs, lambda _, s: s.channels["y"].abandon_share, 0.240202)
    assert_agrees(runs, lambda _, s: s.channels["y"].mean_wait, 0.960806)
    assert_agrees(runs, lambda _, s: s.occupancy or 0, (0.771111 + 0.854438) / 2)


def test_chats_in_parallel_agree_with_an_exact_chain():
    """Four agents with three chats each, at speed 1 / (1 + 0.3 (j - 1)) with j in progress; 4 min alone."""
    numbers = small_centre(
        2500.0,
        {"chat": [2.0]},
        staff={"a": [4]},
        serves={"a": ["chat"]},
        routes={"chat": ["a"]},
        handle={"chat": (4.0, None)},
        patience={"chat": 10.0},
        speeds={"chat": [1.0, 1 / 1.3, 1 / 1.6]},
    )
    runs = [w3(1, seed, numbers) for seed in range(12)]
    assert_agrees(runs, lambda _, s: s.mean_wait, 1.220486)
    assert_agrees(runs, lambda _, s: s.abandon_share, 0.122049)
    assert_agrees(runs, lambda _, s: s.occupancy or 0, 0.991897)


def test_changes_of_staff_agree_with_an_exact_chain():
    """Four hours, 4, 10, 7 and 3 agents: whoever finishes first after a drop leaves, and until then no call starts."""
    numbers = small_centre(
        60.0,
        {"phone": [0.8, 2.4, 1.6, 0.6]},
        staff={"a": [4, 10, 7, 3]},
        serves={"a": ["phone"]},
        routes={"phone": ["a"]},
        handle={"phone": (4.0, None)},
        patience={"phone": 5.0},
    )
    runs = [w3(40, seed, numbers) for seed in range(12)]
    abandoned, served, in_service = 35.86233, 285.65201, 2.05738  # until closing, and at closing
    assert_agrees(runs, lambda _, s: s.served / 40, served)
    assert_agrees(runs, lambda _, s: s.abandon_share, abandoned / (abandoned + served + in_service))


def test_who_comes_back_is_a_contact_again():
    """With delays that are short beside the day, each need makes 1 / (1 - share) contacts."""
    numbers = small_centre(
        2000.0,
        {"phone": [3.0]},
        staff={"a": [40]},
        serves={"a": ["phone"]},
        routes={"phone": ["a"]},
        handle={"phone": (1.0, 0.5)},
        comes_back_share=0.15,
    )
    runs = [w3(1, seed, numbers) for seed in range(12)]
    assert_agrees(runs, lambda contacts, _: contacts, 3.0 * 2000 / 0.85)


def test_w3_is_a_believable_day():
    contacts, summary = w3(1, 3)
    assert contacts == pytest.approx(20_000, rel=0.03)
    assert summary.occupancy is not None
    assert 0.80 < summary.occupancy < 0.90
    assert 0.02 < summary.channels["phone"].abandon_share < 0.08
    assert summary.channels["chat"].mean_wait < 0.1
    assert 5 < summary.channels["email"].mean_wait < 60
    assert sum(channel.served for channel in summary.channels.values()) == summary.served
    assert 0.95 * contacts < summary.served < contacts


def test_w3_is_the_same_for_the_same_seed():
    assert w3(1, 5) == w3(1, 5)
    assert w3(1, 5) != w3(1, 6)


def test_the_tables_of_w3_fit_together():
    lengths = {len(row) for row in (*W3.arrivals.values(), *W3.staff.values())}
    assert lengths == {24}
    assert W3.interval * 24 == 12 * 60
    assert set(W3.routes) == set(W3.arrivals) == set(W3.handle) == set(W3.speeds)
    for channel, teams in W3.routes.items():
        assert all(channel in W3.serves[team] for team in teams)
