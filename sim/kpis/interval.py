"""Confidence intervals over replications for ratios of sums, and for quantiles."""

from __future__ import annotations

import numpy as np
from scipy.special import stdtrit


def student(confidence: float, replications: int) -> float:
    """Two-sided Student-t factor with replications - 1 degrees of freedom; NaN for one replication."""
    return float(stdtrit(replications - 1, (1.0 + confidence) / 2.0)) if replications > 1 else float("nan")


def ratio(top: np.ndarray, bottom: np.ndarray, confidence: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Value and half-width of sum(top) / sum(bottom), and sum(bottom); arrays are (replications, ...).

    The half-width is the linearised (delta-method) one: residuals e_r = top_r - R bottom_r, variance
    sum(e^2) n / (n - 1) / sum(bottom)^2 (Cochran, Sampling Techniques, ch. 6). With bottom = 1 it is the usual interval
    of a mean. 0/0 is NaN; one replication has no interval (NaN).
    """
    n = len(top)
    with np.errstate(divide="ignore", invalid="ignore"):
        total = bottom.sum(axis=0, dtype=np.float64)
        value = np.where(total > 0, top.sum(axis=0, dtype=np.float64) / total, np.nan)
        residual = top - value * bottom
        variance = (residual**2).sum(axis=0) * (n / max(1, n - 1)) / total**2
    half = student(confidence, n) * np.sqrt(variance)
    return value, np.where(np.isnan(value), np.nan, half), total


def share_half_width(shares: np.ndarray, confidence: float) -> np.ndarray:
    """Jackknife half-width (...) of a share; ``shares`` (replications, ...) leaves out one replication each."""
    n = len(shares)
    centre = shares.mean(axis=0)
    variance = ((shares - centre) ** 2).sum(axis=0) * (n - 1) / n
    return np.asarray(student(confidence, n) * np.sqrt(variance))
