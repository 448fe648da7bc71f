"""How good a prediction was: intervals, the share of actual figures that they hold, errors, and whether that is enough.

An interval goes from one simulated outcome to another by rank: of D outcomes the l-th smallest and the l-th largest
hold the next one with probability (D + 1 - 2 l) / (D + 1) exactly, if the model is right (Hyndman and Fan 1996,
definition 6). Coverage is the share of actual figures inside, with Wilson's (1927) interval for so many cells.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields

import numpy as np

from sim.calibrate.backtest_cells import ALL, BYS, FIGURES, By, Cells, Figure
from sim.calibrate.backtest_predict import Prediction

LEVELS = (0.80, 0.95)
FEWEST_OUTCOMES = 39
"""The least number of outcomes of which one lies beyond each end of a 95 % interval."""


@dataclass(frozen=True)
class Thresholds:
    """What a scenario must show to be called calibrated."""

    coverage_80: float = 0.70
    """Least share of single hours inside the 80 % interval. Of 100 hours a perfect model has fewer in 1 case of 100."""
    coverage_95: float = 0.88
    """The same of the 95 % interval (3 cases of 1,000)."""
    wape: float = 0.25
    """Largest weighted error over the hours of the day: without it, intervals wide enough to hold all would pass. Of
    shares half as many points (12.5), of waits a share of the wait in time where they are shorter than that: to miss an
    abandonment of 2 % by a third, or a wait of 3 s by 2 s, hurts nobody."""
    bias: float = 0.10
    """Largest error of the level over all held-out days, either way, on the same scale (5 points of a share): a tenth
    of the work is about one agent in ten."""
    least_contacts: float = 20.0
    """Single hours count where so many contacts are predicted; below that a ratio is mostly chance."""
    least_hours: int = 50
    """With fewer single hours than this, coverage says nothing and nobody is called calibrated."""


@dataclass(frozen=True)
class Series:
    """One figure over cells: what was predicted and what came. Arrays are float64 (cells,)."""

    figure: Figure
    channel: str
    by: By
    contacts: np.ndarray
    """Actual contacts."""
    expected: np.ndarray
    """Contacts predicted, mean of the outcomes."""
    actual: np.ndarray
    predicted: np.ndarray
    """Ratio of sums over all outcomes."""
    low: dict[float, np.ndarray]
    """By level: lower end of the prediction interval."""
    high: dict[float, np.ndarray]

    def inside(self, level: float) -> np.ndarray:
        """Whether the interval holds what came, bool (cells,)."""
        return np.asarray((self.low[level] <= self.actual) & (self.actual <= self.high[level]))


@dataclass(frozen=True)
class Coverage:
    """Share of actual figures inside their interval."""

    level: float
    inside: int
    of: int
    low: float
    high: float
    """Wilson's 95 % interval, as if cells were independent; hours of one day are not, so it is rather too narrow."""

    @property
    def share(self) -> float:
        """Inside of all."""
        return self.inside / self.of if self.of else math.nan


@dataclass(frozen=True)
class Score:
    """One figure of one channel at one grain."""

    figure: str
    channel: str
    by: By
    cells: int
    coverage: tuple[Coverage, ...]
    wape: float
    """Sum of |predicted - actual| over the sum of actual, cells weighted by their contacts (contacts by themselves)."""
    bias: float
    """Predicted over actual level, less one."""
    correlation: float
    actual: float
    predicted: float
    """Levels over the cells scored."""


@dataclass(frozen=True)
class Check:
    """One threshold and what came out."""

    figure: str
    what: str
    value: float
    threshold: float
    holds: bool


@dataclass(frozen=True)
class Verdict:
    """Whether the thresholds hold."""

    checks: tuple[Check, ...]
    not_recorded: tuple[str, ...] = field(default=())
    """Figures that the log does not record and that nothing is said of."""
    hours: int = 0
    least_hours: int = 0

    @property
    def calibrated(self) -> bool:
        """Enough hours, and every check holds."""
        return self.hours >= self.least_hours and bool(self.checks) and all(check.holds for check in self.checks)


JUDGED = ("contacts", "abandonment_rate", "mean_wait", "service_level", "handle_time")
"""Figures that count for the verdict: the speed of answer says nearly what the mean wait says."""


def series(found: Prediction, figure: Figure, channel: str, by: By) -> Series:
    """Predicted against actual, cell by cell."""
    place = None if channel == ALL else found.channels.index(channel)
    actual = found.actual.grouped(by, place)
    runs = [_one(found, k).grouped(by, place) for k in range(found.count)]
    each = np.stack([run.value(figure) for run in runs])
    tops = np.sum([getattr(run, figure.top) for run in runs], axis=0)
    bottoms = np.sum([getattr(run, figure.bottom) for run in runs], axis=0) if figure.bottom else float(found.count)
    predicted = np.full(np.shape(tops), np.nan)
    np.divide(tops, bottoms, out=predicted, where=np.asarray(bottoms) > 0)
    low, high = {}, {}
    for level in LEVELS:
        ends = _quantiles(each, ((1 - level) / 2, (1 + level) / 2))
        low[level], high[level] = ends
    expected = np.mean([run.contacts for run in runs], axis=0)
    return Series(figure, channel, by, actual.contacts, expected, actual.value(figure), predicted, low, high)


def _one(found: Prediction, k: int) -> Cells:
    return Cells(*(getattr(found.outcomes, f.name)[k] for f in fields(Cells)))


def _quantiles(each: np.ndarray, shares: tuple[float, float]) -> np.ndarray:
    """Rank (D + 1) p of the outcomes that have the figure; NaN where none has."""
    there = np.isfinite(each).any(axis=0)
    ends = np.full((2, each.shape[1]), np.nan)
    if there.any():
        ends[:, there] = np.nanquantile(each[:, there], shares, axis=0, method="weibull")
    return ends


def score(one: Series, least: float) -> Score:
    """Coverage and errors over the cells in which `least` contacts were predicted and the figure is known."""
    use = (one.expected >= least) & np.isfinite(one.actual) & np.isfinite(one.predicted)
    use &= np.isfinite(one.low[LEVELS[-1]])
    actual, predicted, contacts = one.actual[use], one.predicted[use], one.contacts[use]
    weight = np.ones(len(actual)) if not one.figure.bottom else contacts
    total = float((weight * actual).sum())
    level = total / weight.sum() if weight.sum() else math.nan
    told = float((weight * predicted).sum()) / weight.sum() if weight.sum() else math.nan
    wape = float((weight * np.abs(predicted - actual)).sum()) / total if total else math.nan
    varied = len(actual) > 2 and actual.std() > 0 and predicted.std() > 0
    return Score(
        one.figure.name, one.channel, one.by, len(actual),
        tuple(_coverage(p, one.inside(p)[use]) for p in LEVELS), wape, told / level - 1 if level else math.nan,
        float(np.corrcoef(actual, predicted)[0, 1]) if varied else math.nan, level, told,
    )  # fmt: skip


def _coverage(level: float, inside: np.ndarray) -> Coverage:
    from scipy.stats import binomtest

    hits, of = int(inside.sum()), len(inside)
    if not of:
        return Coverage(level, 0, 0, math.nan, math.nan)
    ends = binomtest(hits, of).proportion_ci(0.95, method="wilson")
    return Coverage(level, hits, of, float(ends.low), float(ends.high))


@dataclass(frozen=True)
class Scored:
    """All series and scores of a prediction, and the verdict."""

    prediction: Prediction
    thresholds: Thresholds
    series: tuple[Series, ...]
    scores: tuple[Score, ...]
    verdict: Verdict

    def of(self, figure: str, by: By, channel: str = ALL) -> tuple[Series, Score]:
        """One of them."""
        at = next(
            k for k, s in enumerate(self.scores) if (s.figure, s.by, s.channel) == (figure, by, channel)
        )  # fmt: skip
        return self.series[at], self.scores[at]


def score_all(found: Prediction, thresholds: Thresholds | None = None) -> Scored:
    """Every recorded figure by date and hour, hour of the day, day and in all; of every channel and all together."""
    thresholds = thresholds or Thresholds()
    channels = [ALL, *found.channels] if len(found.channels) > 1 else [ALL]
    rows, scores, missing = [], [], []
    for figure in FIGURES:
        if not _recorded(found, figure):
            missing.append(figure.name)
            continue
        for channel in channels:
            for by in BYS:
                one = series(found, figure, channel, by)
                least = thresholds.least_contacts if by == "date_hour" else 1.0
                rows.append(one)
                scores.append(score(one, least))
    return Scored(found, thresholds, tuple(rows), tuple(scores), _verdict(found, scores, missing, thresholds))


def _recorded(found: Prediction, figure: Figure) -> bool:
    """Whether the log bears a figure out: a log in which nobody ever left may not record who left."""
    top = "left" if figure.name == "abandonment_rate" else figure.bottom or figure.top
    return bool(getattr(found.actual, top).sum())


def _verdict(found: Prediction, scores: list[Score], missing: list[str], limits: Thresholds) -> Verdict:
    """Every figure that was recorded, over all channels together, must hold each threshold."""
    checks: list[Check] = []
    hours = 0
    for name in JUDGED:
        mine = {s.by: s for s in scores if s.figure == name and s.channel == ALL}
        if not mine:
            continue
        fine, hourly, whole = mine["date_hour"], mine["hour"], mine["whole"]
        hours = max(hours, fine.cells)
        for coverage, limit in zip(fine.coverage, (limits.coverage_80, limits.coverage_95), strict=True):
            what = f"single hours inside the {100 * coverage.level:.0f} % interval"
            checks.append(Check(name, what, coverage.share, limit, bool(coverage.share >= limit)))
        unit = next(figure.unit for figure in FIGURES if figure.name == name)
        scale, part, words = 1.0, 1.0, ""
        if unit == "share":
            scale, part, words = whole.actual, 0.5, ", in points"
        elif name == "mean_wait":
            scale = min(1.0, whole.actual / max(found.within_s))
        for what, value, limit in (("weighted error over hours of the day", hourly.wape, limits.wape),
                                   ("error of the level", whole.bias, limits.bias)):  # fmt: skip
            size = float(scale * value)
            checks.append(Check(name, what + words, size, part * limit, abs(size) <= part * limit))
    return Verdict(tuple(checks), tuple(n for n in missing if n in JUDGED), hours, limits.least_hours)
