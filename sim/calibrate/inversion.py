"""Erlang A inverted: the mean patience under which as many leave the queue as were seen to, given who was there.

The queue is carried from half-hour to half-hour (`queue_model`), so a morning that starts empty is no mistake. Arrivals
follow the pooled shape of the day times each day's total: the counts of single half-hours would add their own chance.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from sim.calibrate.queue_model import empty, forecast
from sim.calibrate.staffing import MAX_AGENTS

GRID_S = np.exp(np.linspace(math.log(5.0), math.log(7200.0), 20))


@dataclass(frozen=True)
class Inverted:
    """Mean patience (s) and its 95 % interval."""

    mean_s: float
    low_s: float
    high_s: float


def expected_arrivals(offered: np.ndarray, opened: np.ndarray) -> np.ndarray:
    """float64 (days, 48): each day's total spread over its open half-hours (days, 48) by the shape of all days."""
    shape = offered.sum(axis=0) / max(float(offered.sum()), 1e-9)
    mine = np.where(opened, shape, 0.0)
    total = mine.sum(axis=1, keepdims=True)
    return np.asarray(
        np.divide(mine, total, out=np.zeros_like(mine), where=total > 0) * offered.sum(axis=1, keepdims=True)
    )


def expected_abandoned(arrivals: np.ndarray, agents: np.ndarray, service_s: float) -> np.ndarray:
    """float64 (grid, days): contacts that leave on each day (rows of the inputs) for each patience of the grid."""
    days, most = len(arrivals), int(agents.max())
    out = np.zeros((len(GRID_S), days))
    for g, patience in enumerate(GRID_S):
        state = empty(days, most)
        for slot in range(arrivals.shape[1]):
            staff = agents[:, slot]
            if not staff.any():
                state = empty(days, most)
                continue
            for n in np.unique(staff):
                pick = np.flatnonzero(staff == n)
                ahead = forecast(np.array([n]), arrivals[pick, slot], np.full(len(pick), service_s),
                                 np.full(len(pick), patience), state[pick])  # fmt: skip
                state[pick] = ahead.state[0]
                out[g, pick] += ahead.abandoned[0]
    return out


def invert(
    offered: np.ndarray, abandoned: np.ndarray, staffed_s: np.ndarray, opened: np.ndarray, service_s: float, cv: float
) -> Inverted | None:
    """Patience from (days, 48) contacts offered and abandoned and seconds staffed; None where it cannot be told.

    The mean is Erlang A's own, for which handle time is exponential. Steadier handle times (`cv` below 1) queue less,
    by (1 + cv^2) / 2 where hardly anyone leaves (Allen and Cunneen) and by less where many do; so the interval reaches
    from the fit under that factor to the plain one, each with its 95 % jackknife over days.
    """
    agents = np.round(staffed_s / 1800.0).astype(np.int64)
    days = np.flatnonzero((agents.sum(axis=1) > 0) & (offered.sum(axis=1) > 0))
    if len(days) < 3 or agents.max() > MAX_AGENTS:
        return None
    arrivals = expected_arrivals(offered[days], opened[days] & (agents[days] > 0))
    left = abandoned[days].sum(axis=1)
    expected = expected_abandoned(arrivals, agents[days], service_s)
    plain, steady = (_jackknifed(expected * f, left) for f in (1.0, (1 + min(cv, 1.0) ** 2) / 2))
    if plain is None:
        return None
    low = steady if steady is not None else plain
    return Inverted(plain[0], low[0] / low[1], plain[0] * plain[1])


def _jackknifed(expected: np.ndarray, left: np.ndarray) -> tuple[float, float] | None:
    """(mean patience, factor of its 95 % interval); None where no patience of the grid explains who left."""
    every = np.arange(len(left))
    whole = _solve(expected, left, every)
    logs = np.array([_solve(expected, left, np.delete(every, day)) for day in every])
    if math.isnan(whole) or np.isnan(logs).any():
        return None
    n = len(left)
    spread = math.sqrt((n - 1) / n * float(((logs - logs.mean()) ** 2).sum()))
    return math.exp(whole), math.exp(1.96 * max(spread, 1 / math.sqrt(left.sum())))


def _solve(expected: np.ndarray, left: np.ndarray, days: np.ndarray) -> float:
    """Log patience at which the expected number is that seen; NaN beyond the grid."""
    total = expected[:, days].sum(axis=1)  # falls along the grid
    seen = float(left[days].sum())
    if not total[-1] <= seen <= total[0]:
        return math.nan
    return float(np.interp(-seen, -total, np.log(GRID_S)))
