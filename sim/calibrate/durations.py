"""Handle time: lognormal and gamma by maximum likelihood, chosen by AIC, with a floor for records that are no work."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from scipy import stats

Family = Literal["lognormal", "gamma"]
FAMILIES: tuple[Family, ...] = ("lognormal", "gamma")
MIN_SAMPLE = 30  # fewer records than this are not fitted on their own


@dataclass(frozen=True)
class Candidate:
    """One fitted family. Times in seconds."""

    family: Family
    mean_s: float
    cv: float
    aic: float
    ks: float
    """Largest gap between fitted and empirical shares (Kolmogorov-Smirnov statistic)."""
    ad: float
    """Anderson-Darling statistic: as KS, with more weight in the tails."""


@dataclass(frozen=True)
class DurationFit:
    """The chosen family and what it stands on.

    `mean_s` and `cv` are those of all records: the chosen family's for records of at least `floor_s`, mixed with the
    shorter ones as they are, so that the work adds up.
    """

    n: int
    floor_s: float
    short_share: float
    """Share of records below the floor."""
    short_mean_s: float
    chosen: Candidate
    other: Candidate
    mean_s: float
    cv: float
    mean_half_width_s: float
    """Half-width of the 95 % interval of the mean (from the sample, central limit theorem)."""
    sample_mean_s: float
    basis: str = ""
    """What was recorded: `measured`, `logged`, `imputed`, or what stood in for too small a sample."""
    sums: bool = False
    """Fitted to sums over intervals: the mean is measured, the family is not, and the cv is an upper estimate."""

    @property
    def family(self) -> Family:
        """The chosen family."""
        return self.chosen.family


def fit_lognormal(x: np.ndarray) -> tuple[float, float, float]:
    """ML lognormal: (mean, cv, log-likelihood). With mu, s2 of log x: mean exp(mu + s2/2), cv sqrt(exp(s2) - 1)."""
    logs = np.log(x)
    mu, s2 = float(logs.mean()), float(logs.var())
    loglik = float(-logs.sum() - 0.5 * len(x) * (math.log(2 * math.pi * s2) + 1)) if s2 > 0 else math.inf
    return math.exp(mu + s2 / 2), math.sqrt(math.expm1(s2)), loglik


def fit_gamma(x: np.ndarray) -> tuple[float, float, float]:
    """ML gamma: (mean, cv, log-likelihood); the mean is the sample's and the shape k gives cv 1/sqrt(k)."""
    shape, _, scale = stats.gamma.fit(x, floc=0)
    return float(shape * scale), float(1 / math.sqrt(shape)), float(stats.gamma.logpdf(x, shape, 0, scale).sum())


def frozen(family: Family, mean_s: float, cv: float) -> Any:
    """The scipy distribution with this mean and coefficient of variation."""
    if family == "gamma":
        return stats.gamma(1 / cv**2, scale=mean_s * cv**2)
    s2 = math.log1p(cv**2)
    return stats.lognorm(math.sqrt(s2), scale=mean_s / math.exp(s2 / 2))


def anderson_darling(cdf: np.ndarray) -> float:
    """A2 = -n - mean((2i - 1)(log F(x_i) + log(1 - F(x_{n+1-i})))) of sorted fitted shares."""
    n = len(cdf)
    f = np.clip(np.sort(cdf), 1e-12, 1 - 1e-12)
    i = np.arange(1, n + 1)
    return float(-n - np.mean((2 * i - 1) * (np.log(f) + np.log1p(-f[::-1]))))


def _candidate(family: Family, x: np.ndarray) -> Candidate:
    mean_s, cv, loglik = (fit_lognormal if family == "lognormal" else fit_gamma)(x)
    if cv < 1e-9 or not math.isfinite(loglik):
        return Candidate(family, mean_s, 0.0, -math.inf, 0.0, 0.0)
    model = frozen(family, mean_s, cv)
    cdf = model.cdf(x)
    ordered = np.sort(cdf)
    n = len(x)
    ks = float(max((np.arange(1, n + 1) / n - ordered).max(), (ordered - np.arange(n) / n).max()))
    return Candidate(family, mean_s, cv, 4.0 - 2.0 * loglik, ks, anderson_darling(cdf))


def fit_durations(seconds: np.ndarray, floor_s: float = 10.0, basis: str = "") -> DurationFit | None:
    """Fit positive durations (s); None where fewer than 30 reach the floor.

    Records shorter than `floor_s` (slipped calls, mis-clicks) would bend any density near zero, so they are left out of
    the likelihood and added back to mean and variance as a part of their own.
    """
    x = np.asarray(seconds, dtype=float)
    x = x[np.isfinite(x) & (x >= 0)]
    long = x[(x >= floor_s) & (x > 0)]
    if len(long) < MIN_SAMPLE:
        return None
    if np.ptp(long) == 0:
        only = Candidate("lognormal", float(long[0]), 0.0, 0.0, 0.0, 0.0)
        candidates = [only, only]
    else:
        candidates = sorted((_candidate(family, long) for family in FAMILIES), key=lambda c: c.aic)
    best = candidates[0]
    short = x[(x < floor_s) | (x <= 0)]
    share = len(short) / len(x)
    short_mean = float(short.mean()) if len(short) else 0.0
    mean = share * short_mean + (1 - share) * best.mean_s
    second = share * float((short**2).mean() if len(short) else 0.0) + (1 - share) * best.mean_s**2 * (1 + best.cv**2)
    return DurationFit(
        n=len(x), floor_s=floor_s, short_share=share, short_mean_s=short_mean, chosen=best, other=candidates[1],
        mean_s=mean, cv=math.sqrt(max(second / mean**2 - 1, 0.0)),
        mean_half_width_s=float(1.96 * x.std(ddof=1) / math.sqrt(len(x))), sample_mean_s=float(x.mean()), basis=basis,
    )  # fmt: skip


def by_reason(
    reasons: np.ndarray, seconds: np.ndarray, floor_s: float, basis: str, min_sample: int = 50
) -> Mapping[str, DurationFit]:
    """A fit for each reason that has enough records; the others get the fit of all, and its basis says so."""
    pooled = fit_durations(seconds, floor_s, f"{basis}, all reasons together: too few of this one")
    fits: dict[str, DurationFit] = {}
    for reason in sorted(set(reasons.tolist())):
        mine = seconds[reasons == reason]
        own = fit_durations(mine, floor_s, basis) if np.isfinite(mine).sum() >= min_sample else None
        fit = own or pooled
        if fit is not None:
            fits[reason] = fit
    return fits
