"""The models in Ciw: theory for W1 and W2; for its part of W3, the C++ program with the same numbers."""

from dataclasses import replace
from math import sqrt
from statistics import mean, variance

import pytest

from benchmarks.peers import ciw_centre, cpp_centre
from benchmarks.peers.simpy_centre import W3
from tests.bench.theory import MOST, assert_agrees, erlang_a, erlang_c

pytestmark = pytest.mark.skipif(not ciw_centre.available(), reason="Ciw is not installed")


@pytest.mark.slow
def test_w1_is_erlang_c():
    # Nobody waits in the first minutes of an empty centre, which takes about 1 % off the mean of a run this long.
    assert_agrees([ciw_centre.w1(25_000, seed) for seed in range(8)], lambda _, s: s.mean_wait, erlang_c(), noise=0.12)


@pytest.mark.slow
def test_w2_is_erlang_a():
    runs = [ciw_centre.w2(10_000, seed) for seed in range(8)]
    mean_wait, abandoned = erlang_a()
    assert_agrees(runs, lambda _, s: s.mean_wait, mean_wait)
    assert_agrees(runs, lambda _, s: s.abandon_share, abandoned)


def measures(contacts, summary):
    return {
        "contacts": contacts,
        "wait for mail": summary.channels["email"].mean_wait,
        "wait on the phone": summary.channels["phone"].mean_wait,
        "abandonment": summary.channels["phone"].abandon_share,
        "chats served": summary.channels["chat"].served,
    }


@pytest.mark.slow
@pytest.mark.skipif(cpp_centre.compiler() is None, reason="no C++ compiler on this machine")
def test_what_it_can_say_of_w3_agrees_with_the_program():
    theirs = [measures(*ciw_centre.w3(1, seed)) for seed in range(6)]
    ours = [measures(p.contacts, p.summary) for p in (cpp_centre.w3(1, seed, ciw_centre.APART) for seed in range(60))]
    for name in theirs[0]:
        a, b = [day[name] for day in theirs], [day[name] for day in ours]
        z = (mean(a) - mean(b)) / sqrt(variance(a) / len(a) + variance(b) / len(b))
        assert abs(z) < MOST, f"{name}: {mean(a)} in Ciw, {mean(b)} in C++, z = {z:.1f}"


@pytest.mark.parametrize(
    "numbers",
    [W3, replace(ciw_centre.APART, speeds={**ciw_centre.APART.speeds, "chat": (1.0, 0.8)})],
    ids=["shared skills", "parallel chats"],
)
def test_what_it_cannot_say_is_refused(numbers):
    with pytest.raises(ValueError, match="no skills and no parallel work"):
        ciw_centre.w3(1, 0, numbers)
