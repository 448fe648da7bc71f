"""When contacts arrive: opening hours, half-hours of the week, and how much busier one day is than another."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from sim.calibrate.contacts import ContactLog
from sim.calibrate.intervals import IntervalLog

SLOTS = 48  # half-hours of a day
DAY_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
OPEN_SHARE = 0.05  # a half-hour counts as open where its mean reaches this share of the busiest one's
LUNCH_SLOTS = 4  # a quiet stretch inside the day shorter than two hours is no closing
SPARSE_COUNT = 10  # a half-hour with this many contacts in all counts as much as its neighbours
OWN_PROFILE_COUNT = 1000  # a reason needs this many contacts, and a different shape, for its own week profile


@dataclass(frozen=True)
class Opening:
    """Half-hours of the week, Monday first, in which the channel is open."""

    open: np.ndarray  # bool (7, 48)
    outside_share: float
    """Share of arrivals outside these hours."""

    @property
    def hours(self) -> list[str]:
        """As the scenario file writes it, such as ``['mon-thu 07:00-24:00', 'fri 07:00-14:00']``."""
        if self.open.all():
            return ["always"]
        texts: dict[str, list[int]] = {}
        for weekday in range(7):
            for first, last in _stretches(self.open[weekday]):
                texts.setdefault(f"{_clock(first)}-{_clock(last)}", []).append(weekday)
        return [f"{_days(days)} {hours}" for hours, days in texts.items()]


@dataclass(frozen=True)
class Busyness:
    """Day-to-day variation beyond chance: the coefficient of variation of the day's factor, and its carry-over."""

    cv: float
    cv_se: float
    correlation: float
    correlation_se: float
    days: int


@dataclass(frozen=True)
class Profile:
    """Mean contacts by half-hour of the week, Monday first."""

    mean: np.ndarray  # float64 (7, 48) smoothed where sparse, 0 where closed
    smoothed_share: float
    """Weight of the neighbours in the figures, over all contacts."""
    days: np.ndarray  # int (7,) days of each weekday that the figures rest on

    @property
    def per_day(self) -> float:
        """Mean contacts of a calendar day over the week."""
        return float(self.mean.sum() / 7)


def _clock(slot: int) -> str:
    return f"{slot // 2:02d}:{slot % 2 * 30:02d}"


def _stretches(flags: np.ndarray) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(int), [0]])))
    return [(int(a), int(b)) for a, b in edges.reshape(-1, 2)]


def _days(days: Sequence[int]) -> str:
    """``[0, 1, 2, 6]`` -> ``'mon-wed,sun'``."""
    flags = np.zeros(7, dtype=bool)
    flags[list(days)] = True
    parts = []
    for first, last in _stretches(flags):
        names = DAY_NAMES[first:last]
        parts.append(f"{names[0]}-{names[-1]}" if len(names) > 2 else ",".join(names))
    return ",".join(parts)


def counts(rows: pd.DataFrame, days: int) -> np.ndarray:
    """int64 (days, 48): contacts by local day and half-hour of arrival."""
    index = rows["day"].to_numpy() * SLOTS + rows["slot"].to_numpy()
    inside = (index >= 0) & (index < days * SLOTS)
    return np.bincount(index[inside], minlength=days * SLOTS).reshape(days, SLOTS)


def weekdays(log: ContactLog | IntervalLog) -> np.ndarray:
    """int (days,): weekday of every local day of the log, Monday 0."""
    return (log.first_day.weekday() + np.arange(log.days)) % 7


def recorded_days(count: np.ndarray, weekday: np.ndarray) -> np.ndarray:
    """bool (days,): false for a day without contacts where other days of its weekday have at least 20 on average."""
    total = count.sum(axis=1)
    good = np.ones(len(total), dtype=bool)
    for w in range(7):
        same = weekday == w
        if same.any():
            good[same] = ~((total[same] == 0) & (total[same].mean() >= 20))
    return good


def _week_mean(count: np.ndarray, weekday: np.ndarray, good: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean by half-hour of the week (7, 48) over recorded days, and how many days each weekday has."""
    days = np.array([int((good & (weekday == w)).sum()) for w in range(7)])
    mean = np.array([count[good & (weekday == w)].mean(axis=0) if days[w] else np.zeros(SLOTS) for w in range(7)])
    return mean, days


def infer_opening(count: np.ndarray, weekday: np.ndarray) -> Opening:
    """Opening hours from answered contacts by half-hour (days, 48).

    On each weekday from the first to the last half-hour that reaches 5 % of the busiest one of the week; a quiet
    stretch of two hours or more in between is a closing.
    """
    mean, _ = _week_mean(count, weekday, recorded_days(count, weekday))
    busy = mean >= max(OPEN_SHARE * mean.max(), 1e-12)
    opened = np.zeros((7, SLOTS), dtype=bool)
    for w in range(7):
        blocks = _stretches(busy[w])
        for k, (first, last) in enumerate(blocks):
            opened[w, first:last] = True
            if k and first - blocks[k - 1][1] < LUNCH_SLOTS:
                opened[w, blocks[k - 1][1] : first] = True
    inside = (count * opened[weekday]).sum()
    return Opening(opened, 1.0 - float(inside) / max(float(count.sum()), 1.0))


def fit_profile(count: np.ndarray, weekday: np.ndarray, opened: np.ndarray) -> Profile:
    """Mean by half-hour of the week; a figure that rests on few contacts leans on its two neighbours.

    With c contacts in all, the own mean weighs c / (c + 10) and the (1, 2, 1)/4 average of the neighbours the rest;
    each weekday keeps its total.
    """
    mean, days = _week_mean(count, weekday, recorded_days(count, weekday))
    mean = np.where(opened, mean, 0.0)
    left = np.where(np.roll(opened, 1, axis=1), np.roll(mean, 1, axis=1), mean)
    right = np.where(np.roll(opened, -1, axis=1), np.roll(mean, -1, axis=1), mean)
    seen = mean * days[:, None]
    own = seen / (seen + SPARSE_COUNT)
    smooth = np.where(opened, own * mean + (1 - own) * (left + 2 * mean + right) / 4, 0.0)
    total = smooth.sum(axis=1, keepdims=True)
    smooth *= np.divide(mean.sum(axis=1, keepdims=True), total, out=np.ones_like(total), where=total > 0)
    leaned = float(((1 - own) * mean).sum() / mean.sum()) if mean.sum() else 0.0
    return Profile(smooth, leaned, days)


def _moments(total: np.ndarray, weekday: np.ndarray, keep: np.ndarray) -> tuple[float, float]:
    """(cv squared, lag-1 covariance over cv squared) of the day factor by the method of moments.

    With k days of a weekday of mean m, E[(N - mean)^2] k/(k-1) = m + cv^2 m^2; Poisson noise does not carry over.
    """
    scaled, noise = np.full(len(total), math.nan), np.full(len(total), math.nan)
    for w in range(7):
        same = keep & (weekday == w)
        k = int(same.sum())
        if k >= 2 and total[same].mean() > 0:
            m = total[same].mean()
            scaled[same] = (total[same] - m) / m * math.sqrt(k / (k - 1))
            noise[same] = 1 / m
    used = np.isfinite(scaled)
    if used.sum() < 3:
        return 0.0, 0.0
    weight = 1 / (noise + 0.01)  # a busy weekday says more than one with few contacts
    cv2 = float(np.sum((weight * (scaled**2 - noise))[used]) / weight[used].sum())
    pair = used[1:] & used[:-1]
    both = np.sqrt(weight[1:] * weight[:-1])
    cross = float(np.sum((both * scaled[1:] * scaled[:-1])[pair]) / both[pair].sum()) if pair.any() else 0.0
    return cv2, (cross / cv2 if cv2 > 0 else 0.0)


def fit_busyness(count: np.ndarray, weekday: np.ndarray) -> Busyness:
    """Overdispersion of day totals (days, 48) with jackknife standard errors (one day left out at a time)."""
    total = count.sum(axis=1).astype(float)
    keep = recorded_days(count, weekday) & (total > 0)
    cv2, rho = _moments(total, weekday, keep)
    left_out = []
    for day in np.flatnonzero(keep):
        others = keep.copy()
        others[day] = False
        left_out.append(_moments(total, weekday, others))
    n = len(left_out)
    if n < 3:
        return Busyness(0.0, 0.0, 0.0, 0.0, n)
    spread = np.array(left_out)
    se2 = np.sqrt((n - 1) / n * ((spread - spread.mean(axis=0)) ** 2).sum(axis=0))
    cv = math.sqrt(max(cv2, 0.0))
    floor = math.sqrt(max(float(se2[0]), 0.0))
    cv_se = float(se2[0]) / (2 * cv) if cv > 0 else floor
    rho = min(max(rho, -0.95), 0.95) if cv > 0 else 0.0
    return Busyness(cv, min(cv_se, floor), rho, max(float(se2[1]), 1 / math.sqrt(n)) if cv > 0 else 1 / math.sqrt(n), n)


def daily_mean(count: np.ndarray, weekday: np.ndarray) -> tuple[float, float]:
    """(contacts of a calendar day over the mean week, half-width of its 95 % interval) from (days, 48).

    The variance of each weekday's total is that of its days, or of chance alone (Poisson) where those vary less.
    """
    good = recorded_days(count, weekday)
    mean, variance = 0.0, 0.0
    for w in range(7):
        total = count[good & (weekday == w)].sum(axis=1).astype(float)
        if len(total):
            spread = float(total.var(ddof=1)) if len(total) > 1 else 0.0
            mean += float(total.mean()) / 7
            variance += max(spread, float(total.mean())) / len(total) / 49
    return mean, 1.96 * math.sqrt(variance)


def own_shape(mine: np.ndarray, everyone: np.ndarray, weekday: np.ndarray) -> bool:
    """Whether a reason's contacts (days, 48) fall on the week otherwise than all contacts do.

    Chi-square over weekday x three-hour blocks at the 0.1 % level, for reasons with at least 1,000 contacts.
    """
    if mine.sum() < OWN_PROFILE_COUNT or mine.sum() == everyone.sum():
        return False

    def blocks(count: np.ndarray) -> np.ndarray:
        by_block = count.reshape(len(count), 8, 6).sum(axis=2)
        return np.array([by_block[weekday == w].sum(axis=0) for w in range(7)]).ravel()

    table = np.array([blocks(mine), blocks(everyone - mine)])
    table = table[:, table.sum(axis=0) >= 20]
    return bool(table.shape[1] > 1 and stats.chi2_contingency(table).pvalue < 0.001)
