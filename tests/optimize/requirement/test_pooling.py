"""Skills pooled, never counted twice: the pooling case, overlapping teams, and windows of deferrable work."""

import itertools

import numpy as np
import pytest

from optimize.requirement import requirement
from optimize.requirement.cover import FULL, Need, Window, cover
from optimize.requirement.decided import simulated
from optimize.requirement.flows import expected_week
from optimize.requirement.pools import Pool, Work, most_at_once, pools_of, works_of
from optimize.requirement.quick import agent_costs, fill_to
from optimize.requirement.response import Offered, steady
from sim.scenario.load import load, resolve


@pytest.fixture(scope="module")
def pooling(scenarios_dir):
    return load(scenarios_dir / "classic" / "pooling.yaml")


def test_the_published_figures_are_reproduced():
    """10 agents answer 4 %, 16 answer 74 %, 18 answer 89 %; each queue alone needs 10."""
    both, one = Offered(3200 / 86400, 360.0, 1 / 1200), Offered(1600 / 86400, 360.0, 1 / 1200)
    assert both.load == pytest.approx(13.3, abs=0.05)
    levels = {n: found.service_level("a") for n in (10, 16, 18) if (found := steady(both, n, 20.0))}
    assert {n: round(level, 2) for n, level in levels.items()} == {10: 0.04, 16: 0.74, 18: 0.89}
    alone = {n: found.service_level("a") for n in (9, 10) if (found := steady(one, n, 20.0))}
    assert alone[9] < 0.8 <= alone[10]


def test_neither_ten_nor_twenty(pooling):
    """Erlang: 17, which is 13.3 erlangs and what 80 % in 20 s takes on top, for both queues together."""
    assert set(requirement(pooling).agents[0]) == {17}


@pytest.mark.slow
def test_simulation_agrees_on_pooling(pooling):
    """Simulation: 17 are enough and 16 are not, both surely."""
    quick = requirement(pooling)
    found = simulated(pooling, quick, agent_costs(pooling.scenario), replications=32)
    assert found.best.numbers == (17,)
    assert found.best.enough
    assert [less.verdict for less in found.fewer] == ["too little"]


def two_teams(left_serves, right_serves, rate="20 /h"):
    return resolve(
        {
            "schema": 1,
            "name": "skills",
            "horizon": {"start": "2027-01-04", "length": "7 days"},
            "reasons": {
                name: {"rate": rate, "channels": {name: "100 %"}, "handle": {"mean": "6 min"}} for name in ("a", "b")
            },
            "channels": {
                name: {"patience": "5 min", "target": {"share": "80 %", "within": "20 s"}} for name in ("a", "b")
            },
            "teams": {
                "left": {"agents": 1, "serves": left_serves},
                "right": {"agents": 1, "serves": right_serves},
            },
        }
    )


def test_separate_teams_need_more_than_shared_ones():
    apart = requirement(two_teams(["a"], ["b"])).agents.sum(axis=0)
    shared = requirement(two_teams(["a", "b"], ["a", "b"])).agents.sum(axis=0)
    assert (shared < apart).all()


def test_a_team_that_may_help_is_counted_once():
    """`right` serves both: the two together carry both, and `right` alone carries b."""
    found = requirement(two_teams(["a"], ["b", "a"]))
    both = requirement(two_teams(["a", "b"], ["a", "b"])).agents.sum(axis=0)
    b_alone = requirement(two_teams(["a"], ["b"])).agents[1]
    assert (found.agents.sum(axis=0) >= both).all()
    assert (found.agents[1] >= b_alone).all()


def brute_force(works, needs_of, costs, most=6):
    """Least cost over all numbers up to ``most``, by the rule in words: for every set of works, everybody who may serve
    any of them is at least what the set needs."""
    best = np.inf
    for numbers in itertools.product(range(most + 1), repeat=len(costs)):
        fine = all(
            sum(numbers[t] for t in set().union(*(works[k] for k in chosen))) >= needs_of[chosen]
            for size in range(1, len(works) + 1)
            for chosen in itertools.combinations(range(len(works)), size)
        )
        if fine:
            best = min(best, float(np.dot(numbers, costs)))
    return best


@pytest.mark.parametrize("solver", ["highs", "cbc"])
@pytest.mark.parametrize("seed", range(6))
def test_every_set_of_channels_is_covered_at_least_cost(seed, solver):
    """The programme over unions of teams finds the optimum of the rule over all sets of works (semantics 9.4)."""
    rng = np.random.default_rng(seed)
    costs = rng.uniform(1.0, 2.0, 3)
    sets = [frozenset(s) for s in ({0}, {1}, {0, 2}, {1, 2}, {0, 1, 2}, {2})]
    works = [sets[k] for k in rng.choice(len(sets), 3, replace=False)]
    loads = rng.uniform(0.3, 2.5, 3)
    needs_of = {
        chosen: float(np.ceil(loads[list(chosen)].sum() + np.sqrt(loads[list(chosen)].sum())))
        for size in range(1, 4)
        for chosen in itertools.combinations(range(3), size)
    }
    unions = {frozenset().union(*(works[k] for k in chosen)) for chosen in needs_of}
    needs = []
    for union in unions:
        inside = tuple(k for k in range(3) if works[k] <= union)
        speed = np.array([float(t in union) for t in range(3)])
        pool = Pool(tuple(sorted(union)), (), (), speed, 1.0)
        amount = np.zeros(336)
        amount[20] = needs_of[inside]
        needs.append(Need(pool, amount, amount))
    allowed = np.ones((3, 336), dtype=bool)
    found = cover(needs, [], np.ones(336, dtype=bool), allowed, costs, solver)
    assert float(found[:, 20] @ costs) == pytest.approx(brute_force(works, needs_of, costs))
    assert not np.delete(found, 20, axis=1).any()


def test_three_chats_at_once_are_not_three_agents():
    """3 in parallel with speeds 1, 0.8, 0.66 are 1.98 times one; a speed that falls off counts at its best number."""
    channel = load("baseline").scenario.channels["chat"]
    assert most_at_once(channel) == pytest.approx(1.98)
    slow = channel.model_copy(update={"speed": [1.0, 0.7, 0.3]})
    assert most_at_once(slow) == pytest.approx(1.4)


def deferrable(work, at_work, hours, share=1.0, interruptible=True, needs=None, busy=None):
    """One team, with a need of its own and messages."""
    mail = Work("email", frozenset({0}), work * 1.0, work * 1800.0, True)
    pool = Pool((0,), (), (mail,), np.ones(1), 1.0)
    needs = np.zeros(336) if needs is None else needs
    need = Need(pool, needs, needs if busy is None else busy)
    window = Window(mail, int(2 * hours), share, interruptible)
    allowed = np.ones((1, 336), dtype=bool)
    return cover([need], [window], at_work, allowed, np.ones(1))[0]


def test_messages_are_spread_over_their_window():
    """10 erlangs for two hours, due within 10 hours: the least is 40 half-hour agents in all, and they need no peak."""
    work = np.zeros(336)
    work[16:20] = 10.0
    found = deferrable(work, np.ones(336, dtype=bool), hours=10)
    assert found.sum() == np.ceil(40 / FULL)
    assert found[np.arange(336) >= 40].sum() == 0
    assert found[:16].sum() == 0


def test_messages_wait_for_somebody_at_work():
    """What comes at night is done in the morning; in the evening only what comes too late to be done on the day."""
    day = np.tile((np.arange(48) >= 16) & (np.arange(48) < 36), 7)
    found = deferrable(np.full(336, 0.5), day, hours=24)
    assert not found[~day].any()
    assert found.sum() == pytest.approx(168 / FULL, abs=1.5)


def test_messages_fill_the_time_of_those_who_wait_for_calls():
    """12 agents who are busy for 8 have room for 3.8 erlangs; what is not put aside needs agents of its own."""
    need, busy, work = np.full(336, 12.0), np.full(336, 8.0), np.full(336, 3.5)
    everywhere = np.ones(336, dtype=bool)
    assert set(deferrable(work, everywhere, 24, needs=need, busy=busy)) == {12}
    beside = deferrable(work, everywhere, 24, interruptible=False, needs=need, busy=busy)
    assert beside.mean() == pytest.approx(12 + 3.5 / FULL, abs=0.05)


def test_a_short_window_needs_a_peak_that_a_long_one_does_not():
    work = np.zeros(336)
    work[16:18] = 8.0
    everywhere = np.ones(336, dtype=bool)
    assert deferrable(work, everywhere, hours=1).max() > 2 * 8 / 10
    assert deferrable(work, everywhere, hours=1)[:20].sum() >= 16
    idle = np.zeros(336)
    idle[100:110] = 4.0  # agents who wait for calls that do not come have room for all of it, too late for most
    in_time = deferrable(work, everywhere, hours=1, needs=idle, busy=np.zeros(336)).sum() - idle.sum()
    late = deferrable(work, everywhere, hours=1, share=0.5, needs=idle, busy=np.zeros(336)).sum() - idle.sum()
    assert in_time == np.ceil(16 / FULL)
    assert late == np.ceil(8 / FULL), "half of it may be late, and then costs nothing"


def test_busy_days_leave_less_room_for_messages(scenarios_dir):
    """Days that are all alike: 98.5 %. With cv 12 % and correlation 0.6 the mean of a week varies by 8 %: by hand."""
    baseline = load(scenarios_dir / "baseline.yaml").scenario
    mail = Work("email", frozenset({0}), np.ones(336), np.ones(336), True)
    windows = [Window(mail, 48, 0.9, True)]
    together = sum(0.6 ** abs(a - b) for a in range(7) for b in range(7))
    spread = 0.12 * np.sqrt(together) / 7
    assert spread == pytest.approx(0.078, abs=0.001)
    assert fill_to(baseline, windows) == pytest.approx(1 / (1 + 1.2816 * spread), abs=1e-4)
    alike = baseline.demand.busyness.model_copy(update={"cv": 0.0})
    calm = baseline.model_copy(update={"demand": baseline.demand.model_copy(update={"busyness": alike})})
    assert fill_to(calm, windows) == FULL


def test_overflow_beyond_the_target_does_not_help_it():
    """Who takes over only after a minute does not count for 20 seconds."""
    late = two_teams(["a"], ["b", {"channel": "a", "after": "1 min"}])
    soon = two_teams(["a"], ["b", {"channel": "a", "after": "10 s"}])
    teams = [{work.teams for work in works_of(expected_week(world))} for world in (late, soon)]
    assert teams == [{frozenset({0}), frozenset({1})}, {frozenset({0, 1}), frozenset({1})}]


def test_a_slow_team_needs_more():
    """Half the speed doubles the handle time of those who work alone."""
    slow = two_teams(["a"], ["b"])
    teams = {**slow.scenario.teams, "left": slow.scenario.teams["left"].model_copy(update={"speed": 0.5})}
    world = slow.scenario.model_copy(update={"teams": teams})
    pools = pools_of(world, works_of(expected_week(slow)), np.ones(2))
    loads = {pool.teams: pool.offered(0, {"a": 0.0, "b": 0.0}).load for pool in pools}
    assert loads[(0,)] == pytest.approx(2 * loads[(1,)])
