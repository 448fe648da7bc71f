"""Staff present, inferred: idle agents leave no trace in a contact log, waiting customers do.

For each half-hour the number of agents is chosen under which Erlang-A, carried on from the half-hour before with the
contacts that really came, best reproduces three things seen: who left, how long people waited, and how many had to
wait. Agents seen busy only break ties where nobody waited. The interval of each figure holds the numbers that explain
the half-hour nearly as well.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from sim.calibrate.arrivals import SLOTS
from sim.calibrate.queue_model import empty, forecast

SLOT_S = 1800.0
CLUSTER = 10.0  # contacts that wait come in runs: this many count as one independent observation of having to wait
TIE_BREAK = 0.02  # weight of (agents - agents seen busy)^2
UNSEEN = 1.0  # weight of the square of agents beyond those seen: present for half an hour, and never at work
LONG_WAIT_S = 600.0  # stands in for patience where nobody leaves
AT_ONCE = 16  # numbers of agents looked at together; of a wider range first so many, evenly spread
MAX_AGENTS = 150  # teams with more at work at once are not inferred from waits: the equations grow with the square
REACH = 4  # agents beyond those seen busy that are tried
CHI2_95 = 3.84


@dataclass(frozen=True)
class Weights:
    """How much each observation counts in the fit of one half-hour, in units of its own variance."""

    abandoned: float = 3.0
    waited: float = 1.0
    delayed: float = 1.0


@dataclass(frozen=True)
class Observed:
    """What a team's log shows, by local day and half-hour of arrival; every array is (days, 48)."""

    arrivals: np.ndarray
    abandoned: np.ndarray
    waited_s: np.ndarray
    delayed: np.ndarray
    """Contacts that waited at all."""
    seen: np.ndarray
    """Different agents at work in the half-hour; 0 where agents are not recorded."""
    peak: np.ndarray
    """Largest number of contacts in hand at once."""


@dataclass(frozen=True)
class StaffFit:
    """Agents by half-hour, and how sure each figure is. Arrays are (7, 48) or (days, 48)."""

    agents: np.ndarray
    low: np.ndarray
    high: np.ndarray
    basis: str
    """`waits`, or what stood in for them."""
    dispersion: float = 1.0
    """Misfit per half-hour relative to what chance alone would give; intervals are widened by it."""

    def grade(self) -> np.ndarray:
        """'good' (interval of at most 2 agents), 'fair' (up to 4), 'poor', '' where closed."""
        width = self.high - self.low
        names = np.select([self.agents == 0, width <= 2, width <= 4], ["", "good", "fair"], "poor")
        sure = self.basis == "waits" or self.basis.startswith("staffed")
        return np.where(np.full(names.shape, sure), names, np.where(self.agents > 0, "poor", ""))


def widened(week: StaffFit, dates: StaffFit, groups: np.ndarray) -> StaffFit:
    """The usual week's intervals, made to hold the mean of the single dates and its own 95 % interval."""
    low, high = week.low.copy(), week.high.copy()
    for g in range(len(week.agents)):
        each = dates.agents[groups == g]
        if len(each) < 2:
            continue
        mean, half = each.mean(axis=0), 1.96 * each.std(axis=0, ddof=1) / math.sqrt(len(each))
        staffed = week.agents[g] > 0
        low[g] = np.where(staffed, np.minimum(low[g], np.maximum(np.floor(mean - half), 0)), low[g])
        high[g] = np.where(staffed, np.maximum(high[g], np.ceil(mean + half)), high[g])
    return replace(week, low=low, high=high)


def turnaround(rows: pd.DataFrame) -> tuple[float, int]:
    """Median seconds from the end of one contact to the agent's next while somebody waited all along, and how often.

    What the agent's handle time leaves out: wrap-up that the log does not record, and reaching for the next contact.
    """
    served = rows[rows["agent_key"].notna() & rows["handle_s"].notna() & rows["wait_s"].notna()]
    if len(served) < 100:
        return 0.0, 0
    begin = (served["utc_s"] + served["wait_s"]).to_numpy(dtype=float)
    agent = np.unique(served["agent_key"].to_numpy(dtype=str), return_inverse=True)[1]
    order = np.lexsort((begin, agent))
    begin, agent = begin[order], agent[order]
    end = begin + served["handle_s"].to_numpy(dtype=float)[order]
    queued = rows[rows["wait_s"] > 0]
    at = queued["utc_s"].to_numpy(dtype=float)
    line = np.concatenate([at, at + queued["wait_s"].to_numpy(dtype=float)])
    sign = np.concatenate([np.ones(len(at)), -np.ones(len(at))])
    by_time = np.argsort(line, kind="stable")
    line, length = line[by_time], np.cumsum(sign[by_time])
    next_same = agent[1:] == agent[:-1]
    gap = begin[1:] - end[:-1]
    from_, to = end[:-1], begin[1:]
    pick = next_same & (gap >= 0) & (gap < 600)
    idle_edges = line[length <= 0]  # instants at which the queue became empty
    first = np.searchsorted(line, from_, side="right") - 1
    waiting_at_end = (first >= 0) & (length[np.maximum(first, 0)] > 0)
    emptied = np.searchsorted(idle_edges, to, side="left") > np.searchsorted(idle_edges, from_, side="right")
    gaps = gap[pick & waiting_at_end & ~emptied]
    return (float(np.median(gaps)), len(gaps)) if len(gaps) >= 100 else (0.0, len(gaps))


def observe(rows: pd.DataFrame, days: int) -> Observed:
    """Tabulate a team's contacts (rows of a ContactLog) by day and half-hour."""
    cell = (rows["day"] * SLOTS + rows["slot"]).to_numpy()
    inside = (cell >= 0) & (cell < days * SLOTS)
    cell = cell[inside]
    rows = rows[inside]
    wait = rows["wait_s"].fillna(0.0).to_numpy(dtype=float)

    def table(weights: np.ndarray | None = None) -> np.ndarray:
        return np.bincount(cell, weights, days * SLOTS).reshape(days, SLOTS)

    left = (rows["outcome"] == "abandoned").to_numpy()
    seen, peak = _at_work(rows, days)
    return Observed(table(), table(left.astype(float)), table(wait), table((wait > 0).astype(float)), seen, peak)


def _at_work(rows: pd.DataFrame, days: int) -> tuple[np.ndarray, np.ndarray]:
    """Different agents at work in each half-hour, and the most contacts in hand at once (from wait and handle time)."""
    served = rows[rows["handle_s"].notna() & (rows["outcome"] == "handled")]
    seen = np.zeros((days, SLOTS))
    peak = np.zeros((days, SLOTS))
    if served.empty:
        return seen, peak
    begin = (served["day"] * 86400.0 + served["second"] + served["wait_s"].fillna(0.0)).to_numpy(dtype=float)
    end = begin + np.maximum(served["handle_s"].to_numpy(dtype=float), 1.0)
    first, last = (begin // SLOT_S).astype(int), (end // SLOT_S).astype(int)
    keyed = served["agent_key"].notna().to_numpy()
    pairs: set[tuple[int, str]] = set()
    names = served["agent_key"].to_numpy()
    for a, b, who in zip(first[keyed], last[keyed], names[keyed], strict=True):
        pairs.update((slot, who) for slot in range(a, min(b, a + SLOTS) + 1))
    for slot, _ in pairs:
        if 0 <= slot < days * SLOTS:
            seen[divmod(slot, SLOTS)] += 1
    edges = np.concatenate([begin, end])
    change = np.concatenate([np.ones(len(begin)), -np.ones(len(end))])
    order = np.lexsort((change, edges))
    level = np.cumsum(change[order])
    slot = np.clip((edges[order] // SLOT_S).astype(int), 0, days * SLOTS - 1)
    flat = peak.reshape(-1)
    np.maximum.at(flat, slot, level)
    return seen, peak


def _root(count: np.ndarray | float) -> np.ndarray:
    """Variance-stabilised count: twice the square root has variance near 1 for a Poisson count."""
    return 2.0 * np.sqrt(np.asarray(count, dtype=float) + 0.375)


def infer_staff(
    seen: Observed,
    groups: np.ndarray,
    opened: np.ndarray,
    service_s: np.ndarray,
    patience_s: np.ndarray,
    weights: Weights | None = None,
) -> StaffFit:
    """Agents by group of days and half-hour; `groups` (days,) says which days share their figures (0 .. G-1).

    `opened` is bool (G, 48). One group a day gives staff by date, one a weekday the usual week. `service_s` (days, 48)
    is the mean handle time and turnaround of what arrived, `patience_s` (days, 48) its exponential mean. Returns
    arrays (G, 48).
    """
    weights = weights or Weights()
    count = len(opened)
    agents, low, high = (np.zeros((count, SLOTS), dtype=np.int64) for _ in range(3))
    curves: list[tuple[int, int, np.ndarray, np.ndarray]] = []  # group, slot, agents tried, misfit of each
    for g in range(count):
        days = np.flatnonzero(groups == g)
        if not len(days):
            continue
        most = int(max(seen.seen[days].max(), seen.peak[days].max())) + REACH
        state = empty(len(days), most)
        for slot in np.flatnonzero(opened[g]):
            if slot and not opened[g, slot - 1]:
                state = empty(len(days), most)
            tried, best, misfit, state = _slot(seen, days, int(slot), state, service_s, patience_s, weights)
            agents[g, slot] = tried[best]
            curves.append((g, int(slot), tried, misfit))
    per_figure = weights.abandoned + weights.waited + weights.delayed
    chance = [misfit.min() / (per_figure * max(int((groups == g).sum()), 1)) for g, *_, misfit in curves]
    dispersion = max(1.0, float(np.mean(chance))) if chance else 1.0
    reach = CHI2_95 * dispersion * per_figure  # the three observations come from one queue: they count as one
    for group, at, tried, misfit in curves:
        near = tried[misfit <= misfit.min() + reach]
        low[group, at] = np.minimum(near.min(), agents[group, at])
        high[group, at] = np.maximum(near.max(), agents[group, at])
    return StaffFit(agents, low, high, "waits", dispersion)


def _slot(
    seen: Observed,
    days: np.ndarray,
    slot: int,
    state: np.ndarray,
    service_s: np.ndarray,
    patience_s: np.ndarray,
    weights: Weights,
) -> tuple[np.ndarray, int, np.ndarray, np.ndarray]:
    """Agents tried, which of them fits the days' sums best, the misfit day by day, and the states it ends in.

    The figure itself is fitted to sums over the days, so that it brings their mean and not the mean of their roots;
    its interval to the days one by one, since they differ.
    """
    at_work = np.where(seen.seen[days, slot] > 0, seen.seen[days, slot], seen.peak[days, slot])
    top = min(int(max(at_work.max(), seen.peak[days, slot].max(), 1)) + REACH, state.shape[1] - 1)
    every = np.arange(max(1, math.floor(at_work.mean() / 3)), top + 1)
    tried = every if len(every) <= AT_ONCE else np.unique(np.linspace(every[0], every[-1], AT_ONCE).round().astype(int))
    pooled, by_day, ends = _try(tried, seen, days, slot, at_work, state, service_s, patience_s, weights)
    if len(tried) < len(every):  # a coarse look first, then all numbers around its best
        k = int(np.argmin(pooled))
        near = np.arange(tried[max(k - 1, 0)] + 1, tried[min(k + 1, len(tried) - 1)])
        near = near[~np.isin(near, tried)]
        more = _try(near, seen, days, slot, at_work, state, service_s, patience_s, weights)
        order = np.argsort(np.concatenate([tried, near]))
        tried = np.concatenate([tried, near])[order]
        pooled, by_day, ends = (np.concatenate(pair)[order] for pair in zip((pooled, by_day, ends), more, strict=True))
    best = int(np.argmin(pooled))
    return tried, best, by_day, ends[best]


def _try(
    tried: np.ndarray,
    seen: Observed,
    days: np.ndarray,
    slot: int,
    at_work: np.ndarray,
    state: np.ndarray,
    service_s: np.ndarray,
    patience_s: np.ndarray,
    weights: Weights,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Misfit of each number of agents to the days' sums and day by day, and the states (C, D, K) that it ends in."""
    n, patience = seen.arrivals[days, slot], patience_s[days, slot]
    ahead = forecast(tried, n, service_s[days, slot], patience, state)
    scale = np.minimum(patience, LONG_WAIT_S)  # waits count in units of patience: as many as would be expected to leave
    beyond = tried[:, None] - at_work[None, :]
    unseen = np.where(seen.seen[days, slot] > 0, np.maximum(beyond, 0.0) ** 2, 0.0)
    tie = (TIE_BREAK * beyond**2 + UNSEEN * unseen).sum(axis=1)
    expected = (ahead.abandoned, ahead.waited_s / scale, ahead.delayed * n)
    observed = (seen.abandoned[days, slot], seen.waited_s[days, slot] / scale, seen.delayed[days, slot])
    by_day = _misfit(expected, observed, n, weights).sum(axis=1)
    pooled = _misfit(tuple(x.sum(axis=1) for x in expected), tuple(x.sum() for x in observed), n.sum(), weights)
    return pooled + tie, by_day + tie, ahead.state


def _misfit(
    expected: tuple[np.ndarray, ...], observed: tuple[np.ndarray, ...], contacts: np.ndarray, weights: Weights
) -> np.ndarray:
    """Weighted squared differences of who left, how long all waited (in units of patience) and how many waited."""
    left, waited, delayed = expected
    n = np.maximum(contacts, 1)
    angle = np.arcsin(np.sqrt(np.clip(delayed / n, 0, 1))) - np.arcsin(np.sqrt(np.clip(observed[2] / n, 0, 1)))
    total: np.ndarray = (
        weights.abandoned * (_root(left) - _root(observed[0])) ** 2
        + weights.waited * (_root(waited) - _root(observed[1])) ** 2
        + weights.delayed * (2 * angle) ** 2 * contacts / CLUSTER
    )
    return total
