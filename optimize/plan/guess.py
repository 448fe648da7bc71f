"""Good plans to begin from, before the first integer problem: rounded from the linear relaxation, then improved.

A plan that is close to the best gives the solver something to beat and places tangent planes where they matter. The
random numbers are the module's own and fixed, so that the same problem gives the same answer.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from optimize.plan.bench import Bench
from optimize.plan.choices import Decided, grade_steps, starts_of
from optimize.plan.problem import PlanProblem

SEED = 20270101
DRAWS = 12
# Starts that the relaxation takes to less than this share are left alone.
SHARE = 0.02


def rounded_guesses(bench: Bench, x: np.ndarray, y: np.ndarray) -> Iterator[Decided]:
    """Decisions that keep the rules and the budgets, near a solution of the relaxation; the likeliest first."""
    rng = np.random.default_rng(SEED)
    of = starts_of(bench.problem)
    seen: set[tuple[bytes, bytes]] = set()
    for n in range(DRAWS):
        picked = np.zeros(len(x))
        names = sorted(of, key=lambda name: -float(x[of[name]].sum()))
        for name in names:
            shares = np.clip(x[of[name]], 0.0, 1.0)
            total = float(shares.sum())
            if total < SHARE or (n > 0 and rng.random() > total) or (n == 0 and total < 0.5):
                continue
            j = of[name][int(np.argmax(shares) if n == 0 else rng.choice(len(shares), p=shares / total))]
            picked[j] = 1.0
            if not fits(bench.problem, picked):
                picked[j] = 0.0
        guess = Decided(picked, _rounded_grades(bench.problem, y, rng if n else None))
        if guess.key() not in seen:
            seen.add(guess.key())
            yield guess


def neighbours(bench: Bench, plan: Decided, x: np.ndarray) -> Iterator[Decided]:
    """A plan with one investment left out, added or started in another month, or with another grade."""
    likely = [j for j in np.argsort(-x) if x[j] > SHARE]
    of = starts_of(bench.problem)
    names = [s.investment for s in bench.problem.starts]
    for j in np.flatnonzero(plan.x > 0.5):
        without = plan.x.copy()
        without[j] = 0.0
        if fits(bench.problem, without):
            yield Decided(without, plan.y)
    for j in likely:
        if plan.x[j] < 0.5:
            other = plan.x.copy()
            other[of[names[j]]] = 0.0
            other[j] = 1.0
            if fits(bench.problem, other):
                yield Decided(other, plan.y)


def fits(problem: PlanProblem, x: np.ndarray) -> bool:
    """Whether starts keep the rules among investments and the budgets (not: what has to be made, goals, needs)."""
    chosen = [problem.starts[j] for j in np.flatnonzero(x > 0.5)]
    month = {s.investment: s.month for s in chosen}
    if len(month) < len(chosen) or any(a in month and b in month for a, b in problem.excludes):
        return False
    for name, needed in problem.requires.items():
        if name in month and any(b not in month or month[b] + lag > month[name] for b, lag in needed.items()):
            return False
    spend = sum((s.spend for s in chosen), np.zeros(len(problem.months)))
    return all(float(spend[b.months].sum()) <= b.limit for b in problem.budgets)


def _rounded_grades(problem: PlanProblem, y: np.ndarray, rng: np.random.Generator | None) -> np.ndarray:
    drawn = y > (0.5 if rng is None else rng.random())
    for below, above in grade_steps(problem):
        drawn[above] = drawn[above] and drawn[below]
    return drawn.astype(float)
