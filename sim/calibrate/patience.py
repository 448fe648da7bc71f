"""Patience from waits that were cut short by an answer: censored maximum likelihood, Kaplan-Meier beside it.

An abandoned contact shows its patience; an answered one only that its patience was longer than its wait. Leaving the
answered ones out would measure the impatient alone.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from scipy import optimize, stats
from scipy.special import digamma

Family = Literal["exponential", "weibull"]
SHOWN_S = (5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 180.0, 300.0, 600.0)
SHOWN_QUANTILES = (0.1, 0.25, 0.5, 0.75)
MIN_ABANDONED = 10


@dataclass(frozen=True)
class Curve:
    """Kaplan-Meier survival: `share` still willing to wait after each of `seconds` (steps, ascending)."""

    seconds: np.ndarray
    share: np.ndarray

    def at(self, seconds: float) -> float:
        """Share still willing after so long; NaN beyond the longest wait seen, where nothing is known."""
        if not len(self.seconds) or seconds > self.longest:
            return math.nan
        k = int(np.searchsorted(self.seconds, seconds, side="right"))
        return 1.0 if k == 0 else float(self.share[k - 1])

    def quantile(self, share: float) -> float:
        """Wait after which this share has left; NaN where the log does not reach so far."""
        reached = np.flatnonzero(self.share <= 1 - share)
        return float(self.seconds[reached[0]]) if len(reached) else math.nan

    longest: float = 0.0


@dataclass(frozen=True)
class PatienceFit:
    """The chosen family (seconds), the one not chosen, and how certain the figures are."""

    n: int
    """Contacts that waited at all."""
    abandoned: int
    family: Family
    mean_s: float
    mean_low_s: float
    mean_high_s: float
    """95 % interval of the mean (normal on the log scale, observed information)."""
    shape: float
    shape_half_width: float
    aic: float
    aic_other: float
    exponential_mean_s: float
    """All time waited / abandoned."""
    kaplan_meier: Curve
    method: str = "censored maximum likelihood"

    def survival(self, seconds: float) -> float:
        """Fitted share still willing to wait after so long."""
        scale = self.mean_s / math.gamma(1 + 1 / self.shape)
        return math.exp(-((seconds / scale) ** self.shape))

    def quantile(self, share: float) -> float:
        """Fitted wait after which this share has left."""
        scale = self.mean_s / math.gamma(1 + 1 / self.shape)
        return float(scale * (-math.log1p(-share)) ** (1 / self.shape))


def kaplan_meier(wait_s: np.ndarray, abandoned: np.ndarray) -> Curve:
    """Product-limit estimate; at a tie, abandonment comes before the answer (who was answered at t had not left)."""
    times, inverse = np.unique(wait_s, return_inverse=True)
    left = np.bincount(inverse, weights=abandoned.astype(float), minlength=len(times))
    gone = np.bincount(inverse, minlength=len(times))
    at_risk = len(wait_s) - np.concatenate([[0], np.cumsum(gone)[:-1]])
    share = np.cumprod(1 - left / at_risk)
    keep = left > 0
    return Curve(times[keep], share[keep], float(wait_s.max()) if len(wait_s) else 0.0)


def fit_weibull(wait: np.ndarray, left: np.ndarray) -> tuple[float, float]:
    """Censored maximum likelihood of Weibull: (shape, scale).

    The scale solves out, b^k = sum(t^k) / abandoned, and the shape k is the root of
    sum(t^k log t) / sum(t^k) - 1/k - mean(log t of those who left), which rises in k.
    """
    logs = np.log(wait)
    logs = logs - (top := float(logs.max()))  # powers stay finite
    left_mean = float(logs[left].mean())

    def slope(k: float) -> float:
        power = np.exp(k * logs)
        return float((power * logs).sum() / power.sum()) - 1 / k - left_mean

    low, high = 1e-3, 1.0
    while slope(high) < 0 and high < 1e4:
        high *= 2
    shape = float(optimize.brentq(slope, low, high, xtol=1e-10)) if slope(high) > 0 else high
    return shape, float(math.exp(top) * (np.exp(shape * logs).sum() / left.sum()) ** (1 / shape))


def _weibull_information(shape: float, scale: float, wait: np.ndarray, left: np.ndarray) -> np.ndarray:
    """Covariance of (log shape, log scale) from the observed information, by central differences."""
    logs, dead = np.log(wait), float(left.sum())
    sum_dead = float(logs[left].sum())

    def loglik(a: float, b: float) -> float:
        k = math.exp(a)
        return dead * (a - k * b) + (k - 1) * sum_dead - float(np.exp(k * (logs - b)).sum())

    at, h = (math.log(shape), math.log(scale)), 1e-3
    hessian = np.empty((2, 2))
    for i in range(2):
        for j in range(2):
            total = 0.0
            for si in (1, -1):
                for sj in (1, -1):
                    point = list(at)
                    point[i] += si * h
                    point[j] += sj * h
                    total += si * sj * loglik(point[0], point[1])
            hessian[i, j] = total / (4 * h * h)
    return np.linalg.inv(-hessian)


def fit_patience(wait_s: np.ndarray, abandoned: np.ndarray) -> PatienceFit | None:
    """Fit waits (s) of contacts that waited; `abandoned` marks who left unanswered.

    None where fewer than 10 left: patience is then not identifiable. Those who left at once count as half a second.
    """
    wait = np.asarray(wait_s, dtype=float)
    left = np.asarray(abandoned, dtype=bool)
    known = np.isfinite(wait) & ((wait > 0) | left)
    wait, left = np.where(wait[known] > 0, wait[known], 0.5), left[known]
    if left.sum() < MIN_ABANDONED:
        return None
    mean = float(wait.sum() / left.sum())
    shape, scale = fit_weibull(wait, left)

    def loglik(k: float, b: float) -> float:
        return float(np.sum(math.log(k / b) + (k - 1) * np.log(wait[left] / b)) - np.sum((wait / b) ** k))

    aic_exponential = 2.0 - 2.0 * loglik(1.0, mean)
    aic_weibull = 4.0 - 2.0 * loglik(shape, scale)
    curve = kaplan_meier(wait, left)
    common: dict[str, Any] = {
        "n": len(wait), "abandoned": int(left.sum()), "exponential_mean_s": float(mean), "kaplan_meier": curve,
    }  # fmt: skip
    if aic_exponential <= aic_weibull:
        spread = math.exp(1.96 / math.sqrt(left.sum()))
        return PatienceFit(
            **common, family="exponential", mean_s=float(mean), mean_low_s=float(mean / spread),
            mean_high_s=float(mean * spread), shape=1.0, shape_half_width=0.0, aic=aic_exponential,
            aic_other=aic_weibull,
        )  # fmt: skip
    covariance = _weibull_information(float(shape), float(scale), wait, left)
    weibull_mean = float(scale * math.gamma(1 + 1 / shape))
    gradient = np.array([-digamma(1 + 1 / shape) / shape, 1.0])  # of log mean in (log shape, log scale)
    spread = math.exp(1.96 * math.sqrt(float(gradient @ covariance @ gradient)))
    return PatienceFit(
        **common, family="weibull", mean_s=weibull_mean, mean_low_s=weibull_mean / spread,
        mean_high_s=weibull_mean * spread, shape=float(shape),
        shape_half_width=float(1.96 * shape * math.sqrt(covariance[0, 0])), aic=aic_weibull, aic_other=aic_exponential,
    )  # fmt: skip


def reason_factors(
    fit: PatienceFit, wait_s: np.ndarray, abandoned: np.ndarray, reasons: np.ndarray, least: int = 30
) -> dict[str, float]:
    """Factor on the mean patience for each reason with at least `least` abandoned contacts, the shape being common.

    With the shape k given, a reason's scale is (sum(t^k) / abandoned)^(1/k). Empty where a likelihood-ratio test at
    the 0.1 % level finds no difference: twice sum(d_r log(d_r / D_r)), D_r what was to be expected of reason r.
    """
    known = np.isfinite(wait_s) & ((wait_s > 0) | abandoned)
    risk = np.where(wait_s[known] > 0, wait_s[known], 0.5) ** fit.shape
    left, name = abandoned[known].astype(float), reasons[known]
    labels, index = np.unique(name, return_inverse=True)
    exposure, gone = np.bincount(index, risk), np.bincount(index, left)
    rate = gone.sum() / exposure.sum()
    some = gone > 0
    statistic = 2 * float((gone[some] * np.log(gone[some] / (rate * exposure[some]))).sum())
    if len(labels) < 2 or stats.chi2.sf(statistic, len(labels) - 1) > 0.001:
        return {}
    factor = (rate / np.where(some, gone / exposure, rate)) ** (1 / fit.shape)
    return {str(r): float(f) for r, f, d in zip(labels, factor, gone, strict=True) if d >= least}
