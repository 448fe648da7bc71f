"""The cover model at proven optima of textbooks and enumerated instances, with both solvers (semantics 9.15)."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from optimize.schedule.cover import Column, Cover, Row, least_shortage, never_covered, relax_cover, solve_cover
from optimize.solver import SOLVERS, SolverName
from sim.analytic import erlang_c

KNOWN = json.loads((Path(__file__).parent / "covers.json").read_text(encoding="utf-8"))
BANK = KNOWN["bank"]
both = pytest.mark.parametrize("solver", SOLVERS)
each = pytest.mark.parametrize("known", [*KNOWN["covers"], BANK["opening"]], ids=lambda known: known["name"])


def cover_of(known: dict[str, Any], **more: Any) -> Cover:
    """Patterns of an oracle as columns."""
    table = np.array([[int(sign) for sign in line] for line in known["coverage"]])
    columns = [
        Column(f"x_{j}", float(cost), np.flatnonzero(table[:, j]), np.ones(int(table[:, j].sum())))
        for j, cost in enumerate(known["cost"])
    ]
    return Cover(np.array(known["requirement"], dtype=float), columns, **more)


@both
@each
def test_the_known_optimum_is_proven(known: dict[str, Any], solver: SolverName) -> None:
    cover = cover_of(known)
    found = solve_cover(cover, solver, time_limit=60.0)
    assert found.solved.status == "optimal"
    assert found.cost == pytest.approx(known["optimum"], abs=1e-6)
    assert found.bound == pytest.approx(known["optimum"], abs=1e-6)
    assert found.short.max() == 0
    if known["optimal"] == 1:
        assert found.counts.tolist() == known["one"]
    assert float(np.array(known["cost"]) @ np.array(known["one"])) == pytest.approx(known["optimum"])


@both
@each
def test_the_relaxation_is_the_known_one(known: dict[str, Any], solver: SolverName) -> None:
    assert relax_cover(cover_of(known), solver).cost == pytest.approx(known["relaxation"], abs=1e-4)


def test_the_banks_requirement_is_the_least_number_that_half_the_callers_need_not_wait_for() -> None:
    """Erlang C: the fewest agents with P(wait) at most 50 %, at the mean of four Wednesdays."""
    found = []
    for calls in BANK["calls_of_four_wednesdays"]:
        load = calls / 4 / BANK["served_an_hour"]
        agents = int(load) + 1 if load else 0
        while agents and erlang_c(load, agents) > BANK["goal_wait"]:
            agents += 1
        found.append(agents)
    assert found == BANK["requirement"]
    # Open from six in the morning on: the hours before are not covered.
    assert [0] * 6 + found[6:] == BANK["opening"]["requirement"]


def enumerated(cover: Cover, most: int) -> float:
    """Least cost over every combination of up to ``most`` of each column, computed by hand."""
    matrix, costs = cover.matrix.toarray(), np.array([column.cost for column in cover.columns])
    best = np.inf
    for counts in product(range(most + 1), repeat=len(costs)):
        there = matrix @ np.array(counts)
        short, above = np.maximum(cover.need - there, 0), np.maximum(there - cover.need, 0)
        if cover.under is None and short.max() > 1e-9:
            continue
        if cover.most_over is not None and (there - np.ceil(cover.need)).max() > cover.most_over:
            continue
        cost = float(costs @ np.array(counts)) + (cover.under or 0) * short.sum() + cover.over * above.sum()
        best = min(best, cost)
    return best


@both
@pytest.mark.parametrize("more", [
    {}, {"under": 3.0}, {"over": 2.5}, {"under": 4.0, "over": 1.5}, {"most_over": 2}, {"under": 6.0, "most_over": 0},
])  # fmt: skip
def test_under_and_over_cover_cost_what_they_should(more: dict[str, Any], solver: SolverName) -> None:
    """Four patterns over six slots, fractional need, against every combination of counts."""
    table = np.array([[1, 0, 0, 0], [1, 1, 0, 0], [1, 1, 1, 0], [0, 1, 1, 0], [0, 0, 1, 1], [0, 0, 0, 1]])
    columns = [
        Column(f"x_{j}", 7.0 + j, np.flatnonzero(table[:, j]), np.ones(int(table[:, j].sum()))) for j in range(4)
    ]
    cover = Cover(np.array([1.3, 2.0, 2.6, 0.0, 1.0, 2.2]), columns, **more)
    found = solve_cover(cover, solver)
    assert found.cost == pytest.approx(enumerated(cover, 4))


@both
def test_slots_that_nothing_reaches_are_named_and_the_least_shortage_is_found(solver: SolverName) -> None:
    columns = [Column("x_0", 5.0, np.array([0, 1]), np.ones(2)), Column("x_1", 5.0, np.array([1]), np.ones(1))]
    cover = Cover(np.array([1.0, 2.0, 3.0, 0.0]), columns, [Row("people", {0: 1.0, 1: 1.0}, None, 1.0)])
    assert never_covered(cover).tolist() == [2]
    assert solve_cover(cover, solver).solved.status == "infeasible"
    least = least_shortage(cover, solver)
    # One person: best on the first pattern, which leaves 1 of slot 1 and 3 of slot 2.
    assert least.short.tolist() == [0.0, 1.0, 3.0, 0.0]


@both
def test_large_costs_are_scaled_and_told_in_their_own_unit(solver: SolverName) -> None:
    known = KNOWN["covers"][0]
    dear = replace(cover_of(known), columns=[replace(c, cost=c.cost * 1e6) for c in cover_of(known).columns])
    found = solve_cover(dear, solver)
    assert dear.scale > 1
    assert found.cost == pytest.approx(known["optimum"] * 1e6, rel=1e-9)
    assert found.bound == pytest.approx(known["optimum"] * 1e6, rel=1e-9)
