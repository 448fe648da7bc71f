"""Issue 6, shown by 3: on small worlds the chosen plan is as good as the best of all, within the selection interval."""

from __future__ import annotations

from pathlib import Path

import pytest

from optimize.plan.ask import Ask
from optimize.plan.learn import learn
from optimize.plan.simulating import Simulator
from tests.optimize.plan.enumerate import Best, Line, compared, mixes, row, staffings
from tests.optimize.plan.worlds import worlds, written


@pytest.mark.slow
@pytest.mark.parametrize("number", [2, 8])
def test_the_chosen_plan_is_the_enumerated_best_within_the_interval(number: int, tmp_path: Path) -> None:
    """Two of the worlds; `python -m tests.optimize.plan.enumerate` does all twelve."""
    line, choice = compared(worlds(number + 1)[number], tmp_path)
    assert choice is not None
    assert line.within, row(line)


@pytest.mark.slow
def test_the_grid_has_every_mix_and_staffing(tmp_path: Path) -> None:
    sources = written(worlds(1)[0], tmp_path)
    problem = learn(sources, Ask.of(sources.resolved()), Simulator(7), 20).problem
    months = {name: sum(s.investment == name for s in problem.starts) for name in ("notices", "pages", "training")}
    every = list(mixes(problem))
    assert len(every) == len(set(every)) == (months["notices"] + 1) * (months["pages"] + 1) * (months["training"] + 1)
    grid = staffings(problem)
    hires = [k for k, person in enumerate(p for p in problem.people if p.whole) if person.kind == "hire"]
    assert int(grid.units[:, hires].sum(axis=1).max()) == 4
    assert int(grid.units.sum(axis=1).max()) == 6
    assert (grid.money[:-1] >= grid.money[1:] - 1e-9).all()


def test_worse_by_less_than_the_interval_is_within() -> None:
    best = Best(frozenset(), 1000.0, 3, 9)
    assert Line("w", best, 950.0, frozenset(), 60.0, 0.95).within
    assert not Line("w", best, 930.0, frozenset(), 60.0, 0.95).within
    assert Line("w", best, 1100.0, frozenset(), 60.0, 0.95).within
