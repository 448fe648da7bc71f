"""Simulation cuts: where a simulated plan fell short of a target, its pool asks for more; where it had more than it
needed, for a little less. Stability rows stay: a finite simulation cannot see work that piles up slowly.

What a simulated month says is how far its logit lies from the one that is wanted (the target's, raised by so many
standard deviations between replications as the chance asks for, and by one standard error against optimism). Single
months of few replications say little, so that months are drawn to their mean by as much as noise explains.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from optimize.plan.learn import Learned
from optimize.plan.pools import LEAST_LINEAR, SMALLEST_ROOT
from optimize.plan.problem import PlanSolution, Pool
from optimize.plan.promise import promised
from optimize.plan.response import Response, logit, safety
from sim.replicate import Replications

OPTIMISM = 1.0
"""Standard errors of the mean that are added to what is wanted: a plan is tuned on the replications that judge it."""
_NEAR = 0.03  # logits: nearer than this a target is met
_OVER = 0.1  # logits: beyond this a month has more than it needs
_BACK = 0.8  # part of what is too much that is given back in one round
_LEAST, _MOST = -2.0, 4.0  # margins, heads for each square root of work
_MOST_STEP = 1.2  # the same, in one round


@dataclass(frozen=True)
class Seen:
    """What a simulated plan says of one pool; M months."""

    pool: int
    tested: np.ndarray
    """float64 (M,): margin that the plan really had, heads over the square root of work beyond the law's root."""
    short: np.ndarray
    """float64 (M,): logits by which it fell short (below 0: had too much), drawn to the mean of the held months."""


def correct(learned: Learned, solution: PlanSolution, runs: Replications) -> Learned:
    """The learned problem with pools raised where this simulated plan missed, and lowered where it had too much."""
    fresh = learned if learned.corrected_for == solution.mix else forgotten(learned)
    margins, refuted, confirmed = fresh.margins.copy(), fresh.refuted.copy(), fresh.confirmed.copy()
    for one in seen(fresh, solution, runs):
        response = fresh.responses[one.pool]
        assert response is not None
        p, held = one.pool, fresh.problem.pools[one.pool].held
        step = np.clip(one.short / response.slope, -_MOST_STEP, _MOST_STEP)
        missed, over = held & (one.short > _NEAR), held & (one.short < -_OVER)
        refuted[p] = np.where(missed, np.maximum(refuted[p], one.tested), refuted[p])
        confirmed[p] = np.where(held & ~missed, np.minimum(confirmed[p], one.tested), confirmed[p])
        refuted[p] = np.where(refuted[p] < confirmed[p], refuted[p], -np.inf)  # noise: a bracket that is no bracket
        up = np.minimum(one.tested + step, np.maximum(confirmed[p], one.tested + 0.3 * step))
        down = np.maximum(one.tested + _BACK * (step + _OVER / response.slope), (refuted[p] + one.tested) / 2)
        wanted = np.where(missed, up, np.where(over, np.minimum(down, margins[p]), margins[p]))
        margins[p] = np.clip(wanted, _LEAST, _MOST)
    pools = tuple(
        pool if pool.analytic else _raised(pool, margins[p], _work(solution, pool))
        for p, pool in enumerate(fresh.pools)
    )
    return replace(
        fresh,
        problem=replace(fresh.problem, pools=pools),
        margins=margins,
        refuted=refuted,
        confirmed=confirmed,
        rounds=learned.rounds + 1,
        corrected_for=solution.mix,
    )


def _raised(pool: Pool, margin: np.ndarray, work: np.ndarray) -> Pool:
    """A pool with a margin on its root; what would take the root below its least value goes into the linear part."""
    wanted = pool.root + margin
    root = np.maximum(wanted, SMALLEST_ROOT)
    return replace(pool, root=root, linear=np.maximum(pool.linear + (wanted - root) / np.sqrt(work), LEAST_LINEAR))


def _work(solution: PlanSolution, pool: Pool) -> np.ndarray:
    """float64 (M,): work of a pool's channels."""
    return np.asarray(np.maximum(solution.work[list(pool.channels)].sum(axis=(0, 1)), 1e-9))


def forgotten(learned: Learned) -> Learned:
    """The same without what was refuted and confirmed, which holds for one mix of investments only."""
    return replace(
        learned,
        refuted=np.full_like(learned.refuted, -np.inf),
        confirmed=np.full_like(learned.confirmed, np.inf),
        corrected_for=None,
    )


def seen(learned: Learned, solution: PlanSolution, runs: Replications) -> list[Seen]:
    """What a simulated plan says of every pool that is learned."""
    problem, found = learned.problem, []
    targets = promised(learned.ask, learned.names.channels, solution.grades)
    for p, response in enumerate(learned.responses):
        if response is None or not problem.pools[p].held.any():
            continue
        short = _short(learned, response, targets, problem.pools[p].held, runs)
        if short is None:
            continue
        found.append(Seen(p, _margin(learned, solution, p), short))
    return found


def _margin(learned: Learned, solution: PlanSolution, p: int) -> np.ndarray:
    """float64 (M,): margin of the solution's capacity over what the law alone asks of its work."""
    pool = learned.pools[p]
    work, capacity = _work(solution, pool), solution.capacity[list(pool.teams)].sum(axis=0)
    graded = np.exp(grade_roots(learned, solution.grades)[p])
    return np.asarray((capacity - pool.linear * work) / np.sqrt(work) / graded - pool.root)


def grade_roots(learned: Learned, grades: Mapping[int, int]) -> np.ndarray:
    """float64 (P,): sum of the log roots of the grades that are taken."""
    total, taken = np.zeros(len(learned.problem.pools)), dict(grades)
    for grade in learned.problem.grades:
        if taken.get(grade.channel, 0) > 0:
            taken[grade.channel] -= 1
            total += grade.log_root
    return total


def _short(
    learned: Learned, response: Response, targets: Mapping[str, float], held: np.ndarray, runs: Replications
) -> np.ndarray | None:
    """float64 (M,): logits by which each held month falls short of what is wanted; None where nobody came."""
    ask, name = learned.ask, learned.names.channels[response.channel]
    column = list(runs.resolved.scenario.channels).index(name)
    top, bottom = (
        np.array([tally.months.cells[part][:, column].sum(axis=-1) for tally in runs.tallies], dtype=np.float64)
        for part in ("contract_top", "contract_bottom")
    )  # (n, M)
    if ask.together:  # one logit for all held months, in each of them
        top, bottom = (np.where(held, part[:, held].sum(axis=1, keepdims=True), 0.0) for part in (top, bottom))
    there = held & (bottom.sum(axis=0) > 0)
    if not there.any():
        return None
    logits = np.log((top + 0.5) / (bottom - top + 0.5))  # with half a contact on each side, so that 0 and 1 count too
    count = len(logits)
    spread = response.spread if count < 2 else float(np.sqrt(logits[:, there].var(axis=0, ddof=1).mean()))
    noise = spread / np.sqrt(count)
    short = logit(targets[name]) + safety(ask.chance) * spread + OPTIMISM * noise - logits.mean(axis=0)
    mean = float(short[there].mean())
    between = max(0.0, float(short[there].var()) - noise**2)
    kept = between / (between + noise**2) if between > 0 else 0.0
    return np.asarray(np.where(there, mean + kept * (short - mean), 0.0))
