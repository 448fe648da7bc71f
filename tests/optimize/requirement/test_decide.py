"""What simulation says of a staffing: figures, chances of periods, and words that are wrong rarely."""

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from optimize.requirement import requirement
from optimize.requirement.decide import Judge
from optimize.requirement.decided import simulated, until_month
from optimize.requirement.levers import levers_of
from optimize.requirement.limits import BadTarget, declared_limits, limits_of
from optimize.requirement.measured import Aim, Found, figures
from optimize.requirement.quick import agent_costs
from sim.analytic import queue
from sim.kpis import estimate
from sim.kpis.interval import student
from sim.replicate import replicate
from sim.scenario.kpi_text import Target
from sim.scenario.load import load, resolve

QUEUE: dict[str, Any] = {
    "schema": 1,
    "name": "queue",
    "horizon": {"start": "2027-01-04", "length": "14 days"},
    "experiment": {"seed": 3},
    "reasons": {
        "call": {
            "rate": "20 /h",
            "channels": {"phone": "100 %"},
            "handle": {"mean": "6 min", "distribution": "exponential"},
        }
    },
    "channels": {"phone": {"patience": "5 min", "target": {"share": "80 %", "within": "30 s"}}},
    "teams": {"agents": {"agents": 4, "serves": ["phone"]}},
}


@pytest.fixture(scope="module")
def small():
    return resolve(QUEUE)


@pytest.fixture(scope="module")
def tight():
    """The same with 3 agents, who meet the target on some days only."""
    return resolve({**QUEUE, "teams": {"agents": {"agents": 3, "serves": ["phone"]}}})


@pytest.fixture(scope="module")
def runs(small):
    return replicate(small, replications=12, jobs=1)


def test_figures_are_those_of_the_kpi_table(small, runs):
    """Value and error of every limit as the table has them, in total and by month."""
    texts = ["abandonment_rate(phone)<=5 %", "mean_wait(phone)<=20 s", "occupancy(agents)<=70 %"]
    limits = limits_of(small.scenario, texts)
    for month in (None, "2027-01"):
        found = figures(small, runs.tallies, Aim(tuple(limits), month), 0.025)
        for limit, figure in zip(limits, found, strict=True):
            scope = {"team": limit.team} if limit.team else {"channel": limit.channel}
            known = estimate(small, runs.tallies, limit.what.kpi, **scope, month=month or "all")
            assert figure.value == pytest.approx(known.value)
            assert figure.error * student(0.95, 12) == pytest.approx(known.half_width)
            assert (figure.low, figure.high) == pytest.approx((known.low, known.high)), "one-sided 2.5 % each"


def test_chance_counts_periods(tight):
    """Days that meet the target over days, by hand from the daily sums."""
    small, runs = tight, replicate(tight, replications=12, jobs=1)
    limits = tuple(declared_limits(small.scenario))
    (found,) = figures(small, runs.tallies, Aim(limits, None, "day", 0.9), 0.05)
    tops = np.array([tally.days.cells["contract_top"][:, 0].sum(axis=-1) for tally in runs.tallies])
    bottoms = np.array([tally.days.cells["contract_bottom"][:, 0].sum(axis=-1) for tally in runs.tallies])
    assert found.value == pytest.approx(np.mean(tops / bottoms >= 0.8))
    assert found.periods == 14 * 12
    assert 0.0 < found.low < found.value < found.high < 1.0
    (weeks,) = figures(small, runs.tallies, Aim(limits, None, "week", 0.9), 0.05)
    assert weeks.periods == 2 * 12
    (month,) = figures(small, runs.tallies, Aim(limits, None, "month", 0.9), 0.05)
    assert month.periods == 12


def test_bounds_of_a_chance_are_binomial():
    """12 of 12 months: the lower bound is risk^(1/12), not 1."""
    limits = limits_of(resolve(QUEUE).scenario, ["service_level(phone)>=10 %"])
    world = resolve(QUEUE)
    runs = replicate(world, replications=12, jobs=1)
    (found,) = figures(world, runs.tallies, Aim(tuple(limits), None, "month", 0.5), 0.05)
    assert found.value == 1.0
    assert found.low == pytest.approx(0.05 ** (1 / 12))
    assert found.high == 1.0


def test_days_that_go_together_are_worth_fewer(tight):
    """Busy days that cluster: the same number of days, a wider interval."""
    clustered = resolve({**tight.document, "demand": {"busyness": {"cv": 0.3, "correlation": 0.95}}})
    wide = []
    for world in (tight, clustered):
        tallies = replicate(world, replications=24, jobs=1).tallies
        limits = tuple(declared_limits(world.scenario))
        (found,) = figures(world, tallies, Aim(limits, None, "day", 0.9), 0.05)
        wide.append(found.value * (1 - found.value) / found.error**2)  # independent days
    assert wide[0] > 0.5 * 24 * 14
    assert wide[1] < 0.5 * 24 * 14


def test_which_side_is_good():
    above = Found("sl", Target(">=", 0.8), 0.85, 0.01, 0.82, 0.88)
    assert above.holds
    assert not above.short
    below = Found("ab", Target("<=", 0.05), 0.08, 0.01, 0.06, 0.10)
    assert below.short
    assert not below.holds
    assert below.gap == pytest.approx(0.03)
    unsure = Found("ab", Target("<=", 0.05), 0.05, 0.01, 0.04, 0.06)
    assert not unsure.holds
    assert not unsure.short


def judge_of(world, seed, replications=16, confidence=0.9, **aim):
    levers = levers_of(world, requirement(world), agent_costs(world.scenario))

    def simulate(worlds, first, count):
        run = replicate(worlds[0], seed=seed, replications=first + count, jobs=1)
        return [replace(run, tallies=run.tallies[first:], usage=run.usage[first:])]

    limits = tuple(declared_limits(world.scenario))
    return Judge(levers, Aim(limits, **aim), simulate, confidence, replications)


def test_looks_double_and_end_where_they_must(small):
    assert judge_of(small, 1, 64).looks == [4, 8, 16, 32, 64]
    assert judge_of(small, 1, 50).looks == [4, 8, 16, 32, 50]
    assert judge_of(small, 1, 3).looks == [3]


@pytest.mark.slow
def test_words_are_wrong_rarely():
    """Forty seeds at a target a little below and above the exact service level: at most one word in ten is wrong.

    With a confidence of 90 % four of forty may be; more than nine would come once in 200 such tests.
    """
    short = {**QUEUE, "horizon": {"start": "2027-01-04", "length": "30 h", "warm_up": "4 h"}}
    wrong = {"enough": 0, "too little": 0}
    level = queue(20 / 3600, 1 / 360, 3, 30, 1 / 300).service_level("a")
    for side, word in ((-0.004, "too little"), (0.004, "enough")):
        document = {**short, "channels": {"phone": {"patience": "5 min", "target": {
            "share": f"{100 * (level + side):.4f} %", "within": "30 s"}}}}  # fmt: skip
        world = resolve(document)
        for seed in range(40):
            wrong[word] += judge_of(world, seed)((3,)).verdict == word
    assert max(wrong.values()) <= 9, wrong


def test_one_team_by_simulation(small):
    """The answer is enough and one fewer is not, both surely; Erlang A agrees on this queue."""
    quick = requirement(small)
    found = simulated(small, quick, agent_costs(small.scenario), replications=64)
    assert found.best.enough
    assert all(less.verdict == "too little" for less in found.fewer)
    assert found.best.numbers == (int(quick.agents[0, 0]),)


@pytest.mark.slow
def test_a_promise_for_most_days_takes_more_than_one_for_the_mean():
    small = resolve(
        {**QUEUE, "channels": {"phone": {"patience": "5 min", "target": {"share": "88 %", "within": "30 s"}}}}
    )
    quick, costs = requirement(small), agent_costs(small.scenario)
    mean = simulated(small, quick, costs, replications=32)
    days = simulated(small, quick, costs, each="day", chance=0.9, replications=32)
    weeks = simulated(small, quick, costs, each="week", chance=0.5, replications=32)
    assert days.best.numbers > mean.best.numbers
    assert mean.best.numbers <= weeks.best.numbers <= days.best.numbers


def test_levers_of_every_kind(scenarios_dir):
    """Heads with shifts, agents at all times, and the need by half-hour: each world has what its numbers say."""
    baseline = load(scenarios_dir / "baseline.yaml", (), ("horizon.months=1", "demand.events=null"))
    quick, costs = requirement(baseline), agent_costs(baseline.scenario)
    heads = levers_of(baseline, quick, costs)
    assert heads.levers[0].kind == "heads"
    assert heads.today == (14,)
    assert heads.world((14,)).digest == baseline.digest
    more = heads.world((17,))
    assert more.digest != baseline.digest
    assert {variant.teams["frontline"].agents for variant in more.variants} == {17}
    by_half_hour = levers_of(baseline, quick, costs, by_half_hour=True)
    assert by_half_hour.start == (quick.agents.max(),)
    world = by_half_hour.world(by_half_hour.start)
    staffing = world.scenario.teams["frontline"].staffing
    assert staffing is not None
    _, week_slot = baseline.calendar.slot_local
    assert staffing.agents == quick.agents[0][week_slot].tolist()
    smaller = by_half_hour.world((by_half_hour.start[0] - 1,)).scenario.teams["frontline"].staffing
    assert smaller is not None
    assert all(a <= b for a, b in zip(smaller.agents, staffing.agents, strict=True))


def test_the_overlay_is_the_world(scenarios_dir, tmp_path):
    """The decisions that are written, laid on the file, make the very world that was simulated."""
    from sim.scenario.emit import to_yaml

    path = scenarios_dir / "baseline.yaml"
    baseline = load(path)
    levers = levers_of(baseline, requirement(baseline), agent_costs(baseline.scenario))
    overlay = tmp_path / "decisions.yaml"
    overlay.write_text(to_yaml(levers.overlay((19,))), encoding="utf-8")
    assert load(path, [overlay]).digest == levers.world((19,)).digest


def test_a_month_does_not_depend_on_what_comes_after_it(scenarios_dir):
    whole = load(scenarios_dir / "baseline.yaml", (), ("horizon.months=4", "demand.events=null"))
    part = until_month(whole, "2027-02")
    assert part.calendar.month_labels == ("2027-01", "2027-02")
    values = [
        estimate(
            world, replicate(world, replications=1, jobs=1).tallies, "service_level", "phone", month="2027-02"
        ).value
        for world in (whole, part)
    ]
    assert values[0] == pytest.approx(values[1], abs=1e-3), "but for what waits at the very end"


def test_nothing_to_meet_is_said():
    document = {**QUEUE, "channels": {"phone": {"patience": "5 min"}}}
    world = resolve(document)
    with pytest.raises(BadTarget, match="nothing to meet"):
        simulated(world, requirement(world), agent_costs(world.scenario))


def test_no_data_is_no_verdict(small, runs):
    limits = tuple(declared_limits(small.scenario))
    empty = resolve({**QUEUE, "reasons": {"call": {**QUEUE["reasons"]["call"], "rate": "0 /h"}}})
    none = replicate(empty, replications=2, jobs=1)
    (found,) = figures(empty, none.tallies, Aim(limits), 0.05)
    assert math.isnan(found.value)
    assert not found.holds
    assert not found.short
