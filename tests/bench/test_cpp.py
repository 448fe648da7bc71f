"""The C++ program is right before it is fast: theory for W1 and W2, and deskplan contact by contact for W3."""

from dataclasses import replace
from math import sqrt
from statistics import mean, variance

import numpy as np
import pytest

from benchmarks import w3
from benchmarks.peers import cpp_centre, simpy_centre
from benchmarks.peers.simpy_centre import W3
from sim.demand.draw import draw_tape
from sim.engine import outcomes as out
from sim.engine import play
from sim.engine.plan import make_plan
from sim.engine.roster import draw_roster
from sim.scenario.load import resolve
from tests.bench.theory import MOST, assert_agrees, erlang_a, erlang_c

pytestmark = pytest.mark.skipif(cpp_centre.compiler() is None, reason="no C++ compiler on this machine")

RUNS, WEEKS = 16, 10


def weeks(model):
    return [(played.contacts, played.summary) for played in (model(WEEKS, seed) for seed in range(RUNS))]


def test_w1_is_erlang_c():
    runs = weeks(cpp_centre.w1)
    assert all(contacts == summary.served for contacts, summary in runs)
    assert_agrees(runs, lambda _, s: s.mean_wait, erlang_c())


def test_w2_is_erlang_a():
    runs = weeks(cpp_centre.w2)
    mean_wait, abandoned = erlang_a()
    assert_agrees(runs, lambda _, s: s.mean_wait, mean_wait)
    assert_agrees(runs, lambda _, s: s.abandon_share, abandoned)
    assert all(s.served == round(n * (1 - s.abandon_share)) for n, s in runs)


@pytest.mark.parametrize("day", range(3))
def test_on_the_same_tape_every_contact_is_the_same(day):
    resolved = resolve(w3.scenario())
    plan = make_plan(resolved)
    tape, roster = draw_tape(resolved, 7, day), draw_roster(resolved, 7, day)
    happened = play(plan, tape, roster)
    played, contacts = cpp_centre.play(plan, tape, roster)
    queued, started, done, agent, _ = contacts.T
    ends = np.where(happened.result == out.ABANDONED, happened.leave_ms, happened.done_ms)
    assert np.array_equal(queued, happened.queue_ms)
    assert np.array_equal(started, happened.answer_ms)
    assert np.array_equal(done, ends)
    assert np.array_equal(agent, happened.agent)
    assert played.contacts == (happened.kind >= 0).sum() > 19_000
    assert {"phone", "chat", "email"} == set(played.summary.channels)


def test_the_comparison_can_fail():
    resolved = resolve(w3.scenario())
    plan = make_plan(resolved)
    tape, roster = draw_tape(resolved, 7, 0), draw_roster(resolved, 7, 0)
    slower = replace(W3, speeds={**W3.speeds, "chat": (1.0, 0.82, 0.69)})
    _, contacts = cpp_centre.play(plan, tape, roster, numbers=slower)
    assert not np.array_equal(contacts[:, 1], play(plan, tape, roster).answer_ms)


def test_rules_that_it_does_not_know_are_refused():
    document = w3.scenario()
    document["channels"]["phone"]["wrap_up"] = "30 s"
    resolved = resolve(document)
    with pytest.raises(ValueError, match="rules of W3 only"):
        cpp_centre.play(make_plan(resolved), draw_tape(resolved, 7, 0), draw_roster(resolved, 7, 0))


def test_it_is_the_same_for_the_same_seed():
    assert cpp_centre.w3(1, 5).summary == cpp_centre.w3(1, 5).summary
    assert cpp_centre.w3(1, 5).summary != cpp_centre.w3(1, 6).summary


@pytest.mark.slow
def test_drawn_by_itself_w3_is_the_day_of_the_process_model():
    theirs = [simpy_centre.w3(1, seed) for seed in range(16)]
    ours = [(played.contacts, played.summary) for played in (cpp_centre.w3(1, seed) for seed in range(100))]
    measures = {
        "contacts": lambda contacts, _: contacts,
        "abandonment": lambda _, s: s.channels["phone"].abandon_share,
        "wait on the phone": lambda _, s: s.channels["phone"].mean_wait,
        "wait for mail": lambda _, s: s.channels["email"].mean_wait,
        "wait for a chat": lambda _, s: s.channels["chat"].mean_wait,
        "occupancy": lambda _, s: s.occupancy,
    }
    for name, measure in measures.items():
        a, b = [measure(*day) for day in theirs], [measure(*day) for day in ours]
        z = (mean(a) - mean(b)) / sqrt(variance(a) / len(a) + variance(b) / len(b))
        assert abs(z) < MOST, f"{name}: {mean(a)} in SimPy, {mean(b)} in C++, z = {z:.1f}"
