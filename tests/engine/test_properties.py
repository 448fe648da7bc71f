"""What must hold in every world, over generated ones (semantics 5.7, 6.2, 4.5)."""

from __future__ import annotations

import heapq
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from sim.demand.draw import draw_tape
from sim.engine import ENGINES, Run, play, simulate
from sim.engine import outcomes as out
from sim.engine.plan import make_plan
from sim.engine.roster import draw_roster
from sim.scenario.load import resolve
from tests.engine.replay import check_all
from tests.engine.worlds import Ticket, one, player, world
from tests.strategies import coarsen, scenarios

Jobs = list[tuple[int, int]]  # (time since the one before, work)
jobs = st.lists(st.tuples(st.integers(0, 60), st.integers(1, 120)), min_size=1, max_size=40)
engines = pytest.mark.parametrize("engine", ENGINES)
# Whole worlds shrink for minutes: a failing one is shown as it was found.
GENERATED: dict[str, Any] = {
    "deadline": None,
    "suppress_health_check": [HealthCheck.too_slow, HealthCheck.data_too_large],
    "phases": [Phase.explicit, Phase.reuse, Phase.generate],
}


def tickets(work: Jobs, **draws: Any) -> list[Ticket]:
    """One ticket a job."""
    at = np.cumsum([gap for gap, _ in work])
    return [one(int(t), w, **draws) for t, (_, w) in zip(at, work, strict=True)]


# generated worlds


@engines
@settings(max_examples=60, **GENERATED)
@given(document=scenarios(coarse=False, max_days=2), seed=st.integers(0, 99))
def test_every_rule_that_holds_in_every_world_5_7_6_2(engine: str, document: dict[str, Any], seed: int) -> None:
    resolved = resolve(document)
    check_all(resolved, simulate(resolved, seed, 0, engine))


@engines
@settings(max_examples=60, **GENERATED)
@given(document=scenarios(coarse=True, max_days=2), seed=st.integers(0, 99))
def test_the_same_where_many_events_share_a_tick_4_2(engine: str, document: dict[str, Any], seed: int) -> None:
    resolved = resolve(document)
    tape, plan = coarsen(draw_tape(resolved, seed, 0)), make_plan(resolved)
    roster = draw_roster(resolved, seed, 0)
    check_all(resolved, Run(plan, tape, roster, play(plan, tape, roster, engine)))


@pytest.mark.slow
@engines
@settings(max_examples=400, **GENERATED)
@given(document=scenarios(max_days=2), seed=st.integers(0, 99), coarse=st.booleans())
def test_every_rule_over_many_worlds(engine: str, document: dict[str, Any], seed: int, coarse: bool) -> None:
    resolved = resolve(document)
    tape, plan, roster = draw_tape(resolved, seed, 0), make_plan(resolved), draw_roster(resolved, seed, 0)
    tape = coarsen(tape) if coarse else tape
    check_all(resolved, Run(plan, tape, roster, play(plan, tape, roster, engine)))


@engines
@settings(max_examples=10, **GENERATED)
@given(document=scenarios(max_days=1), seed=st.integers(0, 99))
def test_the_same_inputs_give_the_same_outcomes_4_5(engine: str, document: dict[str, Any], seed: int) -> None:
    once, again = (simulate(resolve(document), seed, 3, engine).outcomes.digest() for _ in range(2))
    assert once == again


@engines
@settings(max_examples=15, **GENERATED)
@given(document=scenarios(max_days=1))
def test_the_columns_fit_the_tape_4_5(engine: str, document: dict[str, Any]) -> None:
    seen = simulate(resolve(document), 1, 0, engine)
    o = seen.outcomes
    by_row = ("kind", "channel", "attempt", "arrive_ms", "queue_ms", "answer_ms", "leave_ms", "done_ms", "handle_ms",
              "agent", "team", "result")  # fmt: skip
    assert {len(getattr(o, name)) for name in by_row} == {seen.tape.rows}
    assert len(o.state) == len(o.end_ms) == len(o.response_ms) == seen.tape.tickets
    types = {"kind": "int8", "channel": "int8", "attempt": "int16", "agent": "int32", "team": "int8", "result": "int8"}
    for name in by_row:
        assert getattr(o, name).dtype == types.get(name, "int64")
    assert (o.kind == -1).sum() == (o.channel == -1).sum()


@settings(max_examples=15, **GENERATED)
@given(document=scenarios(max_days=1), seed=st.integers(0, 99))
def test_staffing_leaves_the_tape_alone_4_3(document: dict[str, Any], seed: int) -> None:
    more = {
        **document,
        "teams": {
            name: {k: v for k, v in team.items() if k in ("serves", "speed", "resolves", "hire")} | {"agents": 7}
            for name, team in document["teams"].items()
        },
        "decisions": {"investments": document["decisions"].get("investments", {})},
    }
    ours, theirs = draw_tape(resolve(document), seed, 0), draw_tape(resolve(more), seed, 0)
    for name in ours.__dataclass_fields__:
        assert np.array_equal(getattr(ours, name), getattr(theirs, name)), name


# queues with a known answer


def kiefer_wolfowitz(work: list[Ticket], agents: int) -> list[tuple[str, int]]:
    """(result, wait) of each in a first-come-first-served queue with patience.

    The wait is what the n servers leave: the least of their free times (Kiefer and Wolfowitz 1955); who is less patient
    than that leaves no work (Baccelli, Boyer and Hebuterne 1984).
    """
    free = [0] * agents
    seen = []
    for ticket in work:
        line = ticket.lines[0]
        wait = max(0, free[0] - ticket.at)
        if line.patience is not None and wait > line.patience:
            seen.append(("abandoned", line.patience))
        else:
            seen.append(("resolved", wait))
            heapq.heapreplace(free, ticket.at + wait + line.work + line.wrap)
    return seen


@engines
@settings(max_examples=100)
@given(work=jobs, agents=st.integers(1, 4), patience=st.lists(st.integers(1, 150), min_size=40), wrap=st.integers(0, 9))
def test_waits_of_a_queue_with_patience_are_exact_5_4(
    engine: str, work: Jobs, agents: int, patience: list[int], wrap: int
) -> None:
    need = [
        replace(t, lines=[replace(t.lines[0], wrap=wrap, patience=p)])
        for t, p in zip(tickets(work), patience, strict=False)
    ]
    seen = player(engine)(world(teams={"desk": {"agents": agents}}), need)
    got = [(c.result, c.leave - c.queued if c.answer < 0 else c.answer - c.queued)
           for c in map(seen.contact, range(len(need)))]  # fmt: skip
    assert got == kiefer_wolfowitz(need, agents)


@engines
@settings(max_examples=60)
@given(work=jobs, agents=st.integers(1, 4))
def test_more_agents_never_lengthen_a_wait_6_2(engine: str, work: Jobs, agents: int) -> None:
    few, more = (
        np.array(player(engine)(world(teams={"desk": {"agents": n}}), tickets(work)).answers())
        for n in (agents, agents + 1)
    )
    assert (more <= few).all()


@engines
@settings(max_examples=60)
@given(work=jobs, keep=st.lists(st.booleans(), min_size=40), agents=st.integers(1, 3))
def test_less_demand_never_lengthens_a_wait_6_2(engine: str, work: Jobs, keep: list[bool], agents: int) -> None:
    need = tickets(work)
    some = [i for i in range(len(need)) if keep[i]]
    assume(some)
    w = world(teams={"desk": {"agents": agents}})
    everyone = np.array(player(engine)(w, need).answers())[some]
    fewer = np.array(player(engine)(w, [need[i] for i in some]).answers())
    assert (fewer <= everyone).all()


@engines
@settings(max_examples=60)
@given(calls=jobs, mails=jobs, agents=st.integers(1, 3))
def test_interruptible_work_is_invisible_to_callers_5_5(engine: str, calls: Jobs, mails: Jobs, agents: int) -> None:
    w = world({"phone": {}, "email": {"interruptible": True}}, {"desk": {"agents": agents}})
    callers = [replace(t, channel="phone") for t in tickets(calls)]
    both = sorted(callers + [replace(t, channel="email") for t in tickets(mails)], key=lambda t: (t.at, t.channel))
    mixed = player(engine)(w, both)
    waits = [a for a, t in zip(mixed.answers(), both, strict=True) if t.channel == "phone"]
    assert waits == player(engine)(w, callers).answers()
    # and nothing of the mail is lost or done twice
    handled = [mixed.contact(i).handle for i in range(len(both))]
    assert handled == [t.lines[0].work for t in both]


def chat_agent(work: list[Ticket], parallel: int, speed: list[int]) -> list[tuple[int, int]]:
    """(customer's end, agent's end) of each chat, millisecond by millisecond; speeds in per cent by number in hand."""
    ends = [[-1, -1] for _ in work]
    hand: dict[int, int] = {}  # chat -> hundredths of a ms of work left, wrap-up after talk
    line: list[int] = []
    now = coming = 0
    while coming < len(work) or hand or line:
        changed = True
        while changed:
            changed = False
            for i in [i for i, left in hand.items() if left <= 0]:
                changed = True
                if ends[i][0] < 0:
                    ends[i][0] = now
                    hand[i] = work[i].lines[0].wrap * 100
                if hand[i] <= 0:
                    ends[i][1] = now
                    del hand[i]
            while coming < len(work) and work[coming].at <= now:
                line.append(coming)
                coming += 1
            while line and len(hand) < parallel:
                hand[line[0]] = work[line[0]].lines[0].work * 100
                line.pop(0)
        for i in hand:
            hand[i] -= speed[len(hand) - 1]
        now += 1
    return [(talk, done) for talk, done in ends]


@engines
@settings(max_examples=60)
@given(
    work=jobs.map(lambda found: found[:12]),
    parallel=st.integers(2, 4),
    speed=st.lists(st.integers(1, 150), min_size=4, max_size=4),
    wrap=st.integers(0, 30),
)
def test_chats_agree_with_a_clock_that_counts_every_millisecond_5_5(
    engine: str, work: Jobs, parallel: int, speed: list[int], wrap: int
) -> None:
    w = world({"chat": {"parallel": parallel, "speed": [f"{s} %" for s in speed[:parallel]]}})
    need = tickets(work, wrap=wrap)
    seen = player(engine)(w, need)
    got = [(seen.contact(i).leave, seen.contact(i).done) for i in range(len(need))]
    assert got == chat_agent(need, parallel, speed)


# statistics


@pytest.mark.slow
@engines
def test_erlang_b_in_one_long_run_5_4(engine: str) -> None:
    """Blocked share of M/M/5/5 at 4 erlangs, by batch means, against Erlang's formula (0.19907)."""
    handle = {"mean": "4 min", "distribution": "exponential"}
    w = world(
        {"phone": {"places": 0}},
        {"desk": {"agents": 5}},
        {"help": {"rate": "60 /h", "handle": handle}},
        length="20 days",
    )
    seen = simulate(w, 11, 0, engine)
    blocked = seen.outcomes.result == out.BLOCKED
    batch = seen.tape.need_ms * 40 // w.calendar.end_ms
    shares = np.bincount(batch, weights=blocked) / np.bincount(batch)
    z = (shares.mean() - 0.199067) / (shares.std(ddof=1) / np.sqrt(len(shares)))
    assert abs(z) < 3.5
