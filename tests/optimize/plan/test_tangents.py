"""Tangent planes: below the need everywhere, touching where they were made; cells merged without a difference."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.plan_problems import generated
from optimize.plan.bench import Bench, Clock
from optimize.plan.cells import cells
from optimize.plan.choices import chosen, taken
from optimize.plan.evaluate import evaluate, failures
from optimize.plan.problem import PlanProblem
from optimize.plan.search import keeps_rules, search
from optimize.plan.tangents import needs
from tests.optimize.plan.enumerated import mixes

PROBLEM = generated(2, investments=5, starts=2, grades=True)
MERGED = cells(PROBLEM)
NEEDS = needs(PROBLEM, MERGED)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(0, len(NEEDS) - 1))
def test_a_plane_lies_below_the_need_and_touches_it(seed, which):
    rng = np.random.default_rng(seed)
    need = NEEDS[which]
    one, other = rng.normal(0.0, 0.8, (2, len(MERGED.work)))
    low, high = rng.random((2, len(PROBLEM.grades)))
    plane = need.tangent(one, low)
    assert plane.at(one, low) == pytest.approx(need.heads(one, low), rel=1e-9)
    assert plane.at(other, high) <= need.heads(other, high) + 1e-9
    middle = need.heads((one + other) / 2, (low + high) / 2)
    assert middle <= (need.heads(one, low) + need.heads(other, high)) / 2 + 1e-9


@pytest.mark.parametrize("seed", [2, 5])
def test_no_plane_of_a_search_cuts_off_a_plan_that_holds(seed):
    """Every mix, also those that no search went through, needs at least what each plane says."""
    problem = generated(seed, investments=5, starts=2, grades=True)
    bench = Bench.of(problem)
    search(bench, Clock("highs", None, 1e-4))
    assert len(bench.planes) > len(bench.needs)
    exact = {need.key: need for need in bench.needs}
    for mix in mixes(problem):
        x = chosen(problem, frozenset(s.key for s in mix))
        v, y = x @ bench.merged.effect, taken(problem, {0: len(mix) % 3})
        assert all(plane.at(v, y) <= exact[plane.key].heads(v, y) + 1e-7 for plane in bench.planes)


def test_merged_cells_need_what_all_cells_need():
    for mix in list(mixes(PROBLEM))[::7]:
        keys = frozenset(s.key for s in mix)
        plan = evaluate(PROBLEM, keys, {}, {0: 1})
        x = chosen(PROBLEM, keys)
        for need in NEEDS:
            heads = need.heads(x @ MERGED.effect, taken(PROBLEM, {0: 1}))
            assert heads == pytest.approx(plan.need[need.pool, need.month], rel=1e-12)


def test_merging_leaves_fewer_cells():
    touched = sum(bool(any(s.log_work[c, r].any() for s in PROBLEM.starts)) for c in range(3) for r in range(5))
    assert 0 < len(MERGED.work) <= touched * len(PROBLEM.months)
    assert MERGED.work.sum() + MERGED.untouched.sum() == pytest.approx(PROBLEM.work.sum())


def _one_start_each(problem: PlanProblem, seed: int) -> frozenset[tuple[str, str | None, int]]:
    rng = np.random.default_rng(seed)
    names = {s.investment for s in problem.starts}
    return frozenset(
        [s for s in problem.starts if s.investment == name][rng.integers(2)].key
        for name in sorted(names)
        if rng.random() < 0.5
    )


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_rows_and_evaluation_agree_on_the_rules(seed):
    mix = _one_start_each(PROBLEM, seed)
    from optimize.plan.choices import Decided

    broken = {row.name for row in evaluate(PROBLEM, mix, {}, {}).binding if row.slack <= -0.5}
    rules = {name for name in broken if name.startswith(("once", "must_", "exclude", "first"))}
    assert keeps_rules(PROBLEM, Decided(chosen(PROBLEM, mix), np.zeros(len(PROBLEM.grades)))) == (not rules)


def test_an_evaluated_plan_says_what_fails():
    plan = evaluate(PROBLEM, frozenset(), {}, {})
    assert {row.name for row in failures(PROBLEM, plan)} >= {"pool_phone_chat_email"}
    everything = frozenset({s.investment: s.key for s in PROBLEM.starts}.values())
    names = {row.name for row in failures(PROBLEM, evaluate(PROBLEM, everything, {}, {}))}
    assert {"budget_total", "exclude"} <= names
    with pytest.raises(KeyError):
        evaluate(PROBLEM, frozenset({("nobody", None, 0)}), {}, {})
