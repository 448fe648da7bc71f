"""Replications: the same for any number of jobs, sequential stopping, progress, and the checks of every run."""

import math
from dataclasses import replace

import numpy as np
import pytest

import sim.replicate
from sim.engine.blocks import simulate_blocks
from sim.kpis import ConservationError, estimate
from sim.replicate import named_kpi, one, replicate
from sim.scenario.load import resolve

SMALL: dict = {
    "schema": 1,
    "name": "small",
    "horizon": {"start": "2027-01-04", "length": "4 h"},
    "experiment": {"seed": 7, "replications": 3},
    "reasons": {
        "call": {"rate": "30 /h", "channels": {"phone": "100 %"}, "handle": {"mean": "4 min", "cv": 1}},
    },
    "channels": {"phone": {"patience": "2 min", "target": {"share": "80 %", "within": "20 s"}}},
    "teams": {"desk": {"agents": 3, "serves": ["phone"]}},
}


@pytest.fixture(scope="module")
def resolved():
    """A small help desk."""
    return resolve(SMALL)


def wish(precision: dict, **more) -> dict:
    return SMALL | {"experiment": SMALL["experiment"] | {"precision": precision} | more}


def same(a, b) -> bool:
    grids = [(x.months.cells, y.months.cells) for x, y in zip(a.tallies, b.tallies, strict=True)]
    return all((x[name] == y[name]).all() for x, y in grids for name in x)


def test_the_number_and_the_seed_come_from_the_scenario_or_the_caller(resolved):
    found = replicate(resolved)
    assert found.count == len(found.tallies) == len(found.usage) == 3
    assert found.seed == 7
    assert same(found, replicate(resolved, seed=7))
    other = replicate(resolved, seed=0)  # 0 is as good a seed as any
    assert other.seed == 0
    assert not same(found, other)


def test_a_replication_is_the_same_whatever_runs_beside_it(resolved):
    few, more = replicate(resolved, replications=2), replicate(resolved, replications=4)
    for a, b in zip(few.tallies, more.tallies, strict=False):
        assert (a.months.cells["handle_ms"] == b.months.cells["handle_ms"]).all()
    alone, _ = one(resolved, 7, 3)
    assert (alone.months.cells["wait_ms"] == more.tallies[3].months.cells["wait_ms"]).all()
    assert len({t.months.cells["wait_ms"].sum() for t in more.tallies}) == 4


@pytest.mark.slow
def test_any_number_of_jobs_gives_the_same_in_the_same_order(resolved):
    assert same(replicate(resolved, replications=5), replicate(resolved, replications=5, jobs=2))


def test_progress_is_told_after_each_replication(resolved):
    told: list[tuple[int, int]] = []
    replicate(resolved, replications=3, progress=lambda done, total: told.append((done, total)))
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_it_goes_on_until_the_wish_holds():
    resolved = resolve(wish({"abandonment_rate(phone)": "25 %"}))
    found = replicate(resolved)
    (reached,) = found.precision
    assert reached.holds
    assert reached.replications == found.count > 5
    estimated = estimate(resolved, found.tallies, "abandonment_rate", channel="phone")
    assert reached.reached == pytest.approx(estimated.half_width / estimated.value)
    assert "reached after" in str(reached)
    # a batch earlier it did not hold, or there was none
    assert "NOT" not in str(reached)


def test_it_stops_at_the_limit_and_says_so():
    resolved = resolve(wish({"abandonment_rate(phone)": "0.1 %", "occupancy(desk)": "50 %"}, max_replications=8))
    found = replicate(resolved)
    assert found.count == 8
    tight, loose = found.precision
    assert not tight.holds
    assert "NOT reached after 8 replications" in str(tight)
    assert loose.holds


def test_never_fewer_than_five_before_it_stops():
    found = replicate(resolve(wish({"offered": "100 %"}, replications=2)))
    assert found.count == 5


def test_no_data_is_not_precise():
    found = replicate(resolve(wish({"queue_oldest(phone)": "10 %"}, max_replications=6)))
    assert found.count == 6
    if math.isnan(found.precision[0].reached):
        assert "no data" in str(found.precision[0])
    assert not found.precision[0].holds


def test_a_number_given_overrides_the_wish():
    resolved = resolve(wish({"abandonment_rate(phone)": "0.1 %"}))
    found = replicate(resolved, replications=2)
    assert found.count == 2
    assert found.precision == ()


def test_every_run_is_checked(resolved, monkeypatch):
    def loses_a_contact(*args, **kwargs):
        for run in simulate_blocks(*args, **kwargs):
            leave = run.outcomes.leave_ms.copy()
            leave[0] = -1
            yield replace(run, outcomes=replace(run.outcomes, leave_ms=leave))

    monkeypatch.setattr(sim.replicate, "simulate_blocks", loses_a_contact)
    with pytest.raises(ConservationError, match="never left"):
        replicate(resolved, replications=1)


def test_names_of_kpis(resolved):
    assert named_kpi(resolved, "service_level(phone)") == ("service_level", {"channel": "phone"})
    assert named_kpi(resolved, " occupancy( desk ) ") == ("occupancy", {"team": "desk"})
    assert named_kpi(resolved, "abandonment_rate(phone, call)") == (
        "abandonment_rate",
        {"channel": "phone", "reason": "call"},
    )
    assert named_kpi(resolved, "csat") == ("csat", {})


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("servicelevel(phone)", "no KPI 'servicelevel"),
        ("service_level(fax)", "'fax' names no channel or reason"),
        ("occupancy(phone)", "'phone' names no team"),
        ("queue_length(call)", "'call' names no channel by"),
        ("offered(phone, phone)", "'phone' names no"),
    ],
)
def test_names_that_do_not_exist_are_refused(resolved, name, words):
    with pytest.raises(ValueError, match=words):
        named_kpi(resolved, name)


def test_no_replications_and_unknown_engines_are_refused(resolved):
    with pytest.raises(ValueError, match="at least one replication"):
        replicate(resolved, replications=0)
    with pytest.raises(ValueError, match="no engine 'warp'"):
        replicate(resolved, replications=1, engine="warp")


def test_usage_adds_up_with_the_tally(resolved):
    found = replicate(resolved, replications=2)
    for sums, used in zip(found.tallies, found.usage, strict=True):
        assert used.contacts.sum() == sums.months.cells["contacts"].sum()
        assert used.needs.sum() == sums.months.cells["needs"].sum()
        assert np.allclose(used.busy_ms, sums.months.teams["busy_ms"].T)
