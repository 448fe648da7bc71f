"""The closed loop: what happens in one month changes customers and heads of the months after it.

A pass simulates all months under a guess of that change and reads off what the guess should have been; the next pass
starts from there, on the same replications. Effects reach later months only, so that pass k is right about the first k
months whatever it started from: there is one fixed point, and as many passes as months reach it (semantics 8.2).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from sim.demand.customers import following
from sim.demand.rates import customers_by_day, expected_needs
from sim.engine import DEFAULT_ENGINE
from sim.engine.workforce import extra_attrition, pipeline
from sim.kpis import Tally, Usage
from sim.replicate import Convergence, Progress, Replications, Runner, replicate
from sim.scenario.limits import MAX_TICKETS
from sim.scenario.resolved import Feedback, Resolved
from sim.scenario.segments import by_segment, segments_of, share_of_new


class Unbounded(ValueError):
    """A loop that feeds itself: referrals bring more customers in each pass, without end."""


def replicate_closed(
    resolved: Resolved,
    seed: int | None = None,
    replications: int | None = None,
    jobs: int = 1,
    engine: str = DEFAULT_ENGINE,
    progress: Progress | None = None,
    start: Feedback | None = None,
    runner: Runner | None = None,
) -> Replications:
    """As `replicate`, at the fixed point of the loops that the scenario closes; without any, `replicate` itself.

    ``start`` is the guess of the first pass, nothing (the open loop) where it is left out. `loop` of the result says
    whether the passes converged, and its scenario holds the feedback of the last one. Raises Unbounded.
    """
    loops = closed_loops(resolved)
    if not loops:
        return replicate(resolved, seed, replications, jobs, engine, progress, runner)
    wanted = resolved.scenario.feedback
    guess = _only(loops, no_feedback(resolved) if start is None else start)
    few = wanted.replications if wanted.max_passes > 1 else None
    if few is not None and few >= (replications or resolved.scenario.experiment.replications):
        few = None
    done = passes = 0
    while True:
        closed = replace(resolved, feedback=guess)
        _check_bounded(closed)

        def tell(now: int, total: int, before: int = done) -> None:
            if progress is not None:
                progress(before + now, before + total)

        found = replicate(closed, seed, few or replications, jobs, engine, tell, runner)
        passes, done = passes + 1, done + found.count
        implied = _only(loops, implied_feedback(closed, found.tallies, found.usage))
        residual = distance(resolved, guess, implied)
        if few is None and (residual <= wanted.tolerance or passes >= wanted.max_passes):
            return replace(found, loop=Convergence(loops, passes, residual, wanted.tolerance))
        if residual <= wanted.tolerance or passes >= wanted.max_passes - 1:
            few = None
        guess = implied


def closed_loops(resolved: Resolved) -> tuple[str, ...]:
    """Of `customers` and `workforce`: the loops that the scenario closes and declares figures for."""
    wanted = resolved.scenario.feedback
    customers = any(variant.retention.closes for variant in resolved.variants)
    teams = [team for variant in resolved.variants for team in variant.teams.values()]
    workforce = any(team.attrition.per_occupancy_point_over_85 > 0 for team in teams)
    wishes = {"customers": wanted.customers and customers, "workforce": wanted.workforce and workforce}
    return tuple(name for name, wish in wishes.items() if wish)


def no_feedback(resolved: Resolved) -> Feedback:
    """Zeros: the open loop."""
    teams, months = len(resolved.scenario.teams), len(resolved.calendar.month_labels)
    nobody = np.zeros((len(segments_of(resolved.scenario)), months))
    return Feedback(np.zeros((teams, months)), nobody, nobody)


def _only(loops: Sequence[str], feedback: Feedback) -> Feedback:
    """The parts of the loops that are closed, zeros for the others."""
    customers, workforce = "customers" in loops, "workforce" in loops
    return Feedback(feedback.attrition * workforce, feedback.churned * customers, feedback.referred * customers)


def implied_feedback(resolved: Resolved, tallies: Sequence[Tally], usages: Sequence[Usage]) -> Feedback:
    """What the replications say about the months after: means of customers, and attrition by occupancy."""
    lost, won = (np.mean(each, axis=0) for each in zip(*(lost_and_won(resolved, u) for u in usages), strict=True))
    busy, duty = (np.sum([tally.months.teams[name] for tally in tallies], axis=0).T for name in ("busy_ms", "duty_ms"))
    occupancy = np.divide(busy, duty, out=np.full(busy.shape, math.nan), where=duty > 0)
    attrition = following(extra_attrition(resolved, occupancy))
    return Feedback(attrition, following(lost), following(won))


def lost_and_won(resolved: Resolved, usage: Usage) -> tuple[np.ndarray, np.ndarray]:
    """Customers lost and won in each month by segment, float64 (S, months) each; who is won joins as new ones do."""
    segments = segments_of(resolved.scenario)
    rows = by_segment(resolved.scenario.reasons, segments)
    lost = np.array([usage.customers_lost[numbers].sum(axis=0) for numbers in rows])
    shares = np.array([share_of_new(resolved.scenario, segment) for segment in segments])
    return lost, shares[:, None] * usage.customers_won.sum(axis=0)


def distance(resolved: Resolved, one: Feedback, other: Feedback) -> float:
    """Largest difference of a day's customers, of a team's heads, or of its leavers so far, as a share of each.

    Leavers are counted as expected, in shares of the team: whole people may be the same by chance.
    """
    stocks = (_stocks(replace(resolved, feedback=feedback)) for feedback in (one, other))
    shares = [np.abs(a - b) / np.maximum(np.abs(a), 1.0) for a, b in zip(*stocks, strict=True)]
    return max(float(share.max(initial=0.0)) for share in shares)


def _stocks(resolved: Resolved) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Customers (S, days), heads (T, days), and expected leavers so far as a share of the team (T, months)."""
    assert resolved.feedback is not None
    customers = np.array([customers_by_day(resolved, segment) for segment in segments_of(resolved.scenario)])
    heads = [crew.serving(0, resolved.calendar.days).sum(axis=0) for crew in pipeline(resolved).crews]
    return customers, np.array(heads, dtype=np.float64), np.cumsum(resolved.feedback.attrition, axis=1)


def _check_bounded(resolved: Resolved) -> None:
    expected = float(expected_needs(resolved).sum())
    if not expected <= MAX_TICKETS:
        raise Unbounded(
            f"{resolved.scenario.name}: customers bring more customers without end, about {expected:,.0f} tickets by "
            "now; lower retention.referrals.per_promoter"
        )
