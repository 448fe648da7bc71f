"""The answers that a planner would give without an optimiser, as smaller problems: to show what choosing is worth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from optimize.plan.problem import PlanProblem

TODAY = "today"
TEAM = "team"


def restricted(problem: PlanProblem, what: str, kinds: Mapping[str, str] | None = None) -> PlanProblem:
    """The problem with fewer choices.

    `today`: no decision at all, targets not held (every requirement goes). `team`: people only. Any other `what` is a
    kind of investment: people, the investments of that kind by `kinds` (investment -> kind), and what these require.
    The targets, budgets and goals of `team` and of a kind stay; investments that must be made go where they are no
    choice any more. Raises KeyError for a kind that no investment has.
    """
    if what == TODAY:
        nothing = tuple(replace(pool, held=np.zeros_like(pool.held)) for pool in problem.pools)
        return replace(
            problem,
            starts=(),
            people=(),
            grades=(),
            pools=nothing,
            goals=(),
            must=frozenset(),
            requires={},
            excludes=(),
            held_money=np.zeros_like(problem.held_money),
        )
    kept = set() if what == TEAM else _with_required(problem, what, kinds or {})
    return replace(
        problem,
        starts=tuple(s for s in problem.starts if s.investment in kept),
        must=problem.must & kept,
        requires={name: needed for name, needed in problem.requires.items() if name in kept},
        excludes=tuple(pair for pair in problem.excludes if set(pair) <= kept),
    )


def _with_required(problem: PlanProblem, kind: str, kinds: Mapping[str, str]) -> set[str]:
    names = {s.investment for s in problem.starts}
    kept = {name for name in names if kinds.get(name) == kind}
    if not kept:
        raise KeyError(kind)
    todo = list(kept)
    while todo:
        for before in problem.requires.get(todo.pop(), {}):
            if before in names and before not in kept:
                kept.add(before)
                todo.append(before)
    return kept
