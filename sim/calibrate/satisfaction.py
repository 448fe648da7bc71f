"""Satisfaction against what happened to the customer, fitted to the cases of a contact log that have a score.

The declared function (semantics 8.1) is a base less percentage points, so it is fitted as a linear probability model:
ordinary least squares on whether the customer was satisfied, with standard errors that allow for unequal variances
(HC3; MacKinnon and White, J. Econometrics 29, 1985). The mean score is fitted in the same way, for the eye.

Who answers a survey is not a random sample. The share who answered is shown by wait; nothing is corrected for it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats

from sim.calibrate.contacts import AGENTLESS, SCALES, ContactLog
from sim.calibrate.extract import CalibrationError

SATISFIED_FROM = {"1_5": 4.0, "1_7": 6.0, "1_10": 8.0, "good_bad": 1.0}
"""The least score of each scale that counts as satisfied."""
PREDICTORS = ("wait_over_target", "extra_contact", "transfer", "bot_failure", "unresolved")
"""Fields of `satisfaction` that a log can tell; whether a story was told twice it cannot."""
FEWEST = 30  # rated cases; below this no interval means anything
_CONFIDENCE = 0.95


@dataclass(frozen=True)
class Points:
    """One figure of the function: what one unit of it takes away from the chance of being satisfied."""

    field: str
    points: float  # share; positive lowers satisfaction
    half_width: float  # of the 95 % interval
    score: float  # the same on the scale of the scores
    score_half_width: float
    cases: int  # cases in which it happened at all


@dataclass(frozen=True)
class Third:
    """Cases by their wait: the log beside the fitted function."""

    from_s: float
    until_s: float
    cases: int
    answered_share: float  # who gave a score, of all served cases that waited as long
    score: float
    score_half_width: float
    fitted_score: float
    satisfied: float
    satisfied_half_width: float
    fitted: float


@dataclass(frozen=True)
class SatisfactionFit:
    """The function, how sure it is, and how well it goes with the log."""

    target_s: float
    target_chosen: bool  # by the best fit rather than given
    scale: str
    cases: int  # served and rated
    served: int
    base: Points
    points: tuple[Points, ...]
    left_out: tuple[str, ...]  # predictors that the log does not tell apart
    thirds: tuple[Third, ...]
    variance_explained: float  # of the scores


def rated_cases(log: ContactLog) -> tuple[pd.DataFrame, str]:
    """(one row a case that a person served: score or NaN, wait_s, contacts, transfers, bot, unresolved; the scale).

    The score is the last one given in the case, the wait its longest. Raises CalibrationError where there are no
    scores, scales are mixed or unknown, or no waits.
    """
    rows = log.raw
    scored = rows["csat_raw"].notna()
    if not scored.any():
        raise CalibrationError(["the log has no scores: it needs csat_raw and csat_scale"])
    scales = sorted({str(scale) for scale in rows.loc[scored, "csat_scale"].fillna("no scale")})
    if len(scales) > 1 or scales[0] not in SCALES:
        allowed = ", ".join(SCALES)
        raise CalibrationError([f"csat_scale must be one of {allowed} throughout; there are: {', '.join(scales)}"])
    values = SCALES[scales[0]]
    unknown = sorted(set(rows.loc[scored, "csat_raw"]) - set(values))
    if unknown:
        raise CalibrationError([f"csat_raw {', '.join(unknown[:5])!r} is not on the scale {scales[0]}"])
    table = rows.assign(
        score=rows["csat_raw"].map({text: _figure(text) for text in values}),
        served=~rows["channel"].isin(AGENTLESS) & (rows["outcome"] == "handled"),
        bot=rows["channel"].isin(AGENTLESS),
        asked=~rows["channel"].isin(AGENTLESS),
        transfers=rows["transfers"].fillna(0.0),
    )
    cases = table.groupby("case_id", sort=False).agg(
        score=("score", "last"),
        wait_s=("wait_s", "max"),
        contacts=("asked", "sum"),
        transfers=("transfers", "sum"),
        bot_failure=("bot", "any"),
        served=("served", "any"),
        unresolved=("outcome", lambda outcomes: outcomes.iloc[-1] in ("abandoned", "open")),
    )
    cases = cases[cases["served"] & cases["wait_s"].notna() & (cases["wait_s"] >= 0)]
    if int(cases["score"].notna().sum()) < FEWEST:
        raise CalibrationError([f"fewer than {FEWEST} cases that a person served have a score and a wait"])
    return cases.reset_index(drop=True), scales[0]


def _figure(text: str) -> float:
    return {"good": 1.0, "bad": 0.0}[text] if text in ("good", "bad") else float(text)


def fit_satisfaction(log: ContactLog, target_s: float | None = None) -> SatisfactionFit:
    """The fitted function; ``target_s`` None takes the wait from which on satisfaction falls best."""
    cases, scale = rated_cases(log)
    rated = cases[cases["score"].notna()]
    chosen = target_s is None
    if target_s is None:
        candidates = np.unique(rated["wait_s"].quantile(np.arange(0.05, 0.96, 0.05)).round())
        tried = [(_least_squares(_design(rated, t)[0], rated["score"].to_numpy())[2], t) for t in candidates if t > 0]
        target_s = float(min(tried)[1])
    design, names = _design(rated, target_s)
    score, satisfied = rated["score"].to_numpy(), (rated["score"] >= SATISFIED_FROM[scale]).to_numpy(dtype=float)
    by_score, by_share = _least_squares(design, score), _least_squares(design, satisfied)
    t = float(stats.t.ppf(0.5 + _CONFIDENCE / 2, len(rated) - design.shape[1]))
    found = [
        Points(
            name,
            sign * float(by_share[0][k]),
            t * float(by_share[1][k]),
            sign * float(by_score[0][k]),
            t * float(by_score[1][k]),
            int(np.count_nonzero(design[:, k])),
        )
        for k, (name, sign) in enumerate(zip(names, [1.0] + [-1.0] * (len(names) - 1), strict=True))
    ]
    return SatisfactionFit(
        target_s,
        chosen,
        scale,
        len(rated),
        len(cases),
        found[0],
        tuple(found[1:]),
        tuple(name for name in PREDICTORS if name not in names),
        _thirds(cases, rated, score, satisfied, design @ by_score[0], design @ by_share[0]),
        float(1.0 - by_score[2] / np.sum((score - score.mean()) ** 2)),
    )


def _design(rated: pd.DataFrame, target_s: float) -> tuple[np.ndarray, list[str]]:
    """(cases, 1 + predictors that vary), and their names, `base` first."""
    columns = {
        "wait_over_target": np.log2(np.maximum(rated["wait_s"].to_numpy(dtype=float) / target_s, 1.0)),
        "extra_contact": np.maximum(rated["contacts"].to_numpy(dtype=float) - 1.0, 0.0),
        "transfer": rated["transfers"].to_numpy(dtype=float),
        "bot_failure": rated["bot_failure"].to_numpy(dtype=float),
        "unresolved": rated["unresolved"].to_numpy(dtype=float),
    }
    used = {name: values for name, values in columns.items() if np.ptp(values) > 0}
    return np.column_stack([np.ones(len(rated)), *used.values()]), ["base", *used]


def _least_squares(design: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """(coefficients, HC3 standard errors, sum of squared residuals)."""
    inverse = np.linalg.pinv(design.T @ design)
    beta = inverse @ design.T @ y
    residual = y - design @ beta
    leverage = np.einsum("ij,jk,ik->i", design, inverse, design)
    weighted = design * (residual / np.maximum(1.0 - leverage, 1e-9))[:, None]
    covariance = inverse @ (weighted.T @ weighted) @ inverse
    return beta, np.sqrt(np.diag(covariance)), float(residual @ residual)


def _thirds(
    cases: pd.DataFrame,
    rated: pd.DataFrame,
    score: np.ndarray,
    satisfied: np.ndarray,
    fitted_score: np.ndarray,
    fitted: np.ndarray,
) -> tuple[Third, ...]:
    """The rated cases in three parts of about equal size, by wait."""
    wait = rated["wait_s"].to_numpy()
    edges = np.quantile(wait, [1 / 3, 2 / 3])
    third, third_of_all = (np.searchsorted(edges, values, side="left") for values in (wait, cases["wait_s"].to_numpy()))
    made = []
    for k in sorted(set(third.tolist())):
        here = third == k
        n = int(here.sum())
        quantile = float(stats.t.ppf(0.5 + _CONFIDENCE / 2, max(n - 1, 1))) / math.sqrt(n)
        made.append(
            Third(
                float(wait[here].min()),
                float(wait[here].max()),
                n,
                n / max(1, int((third_of_all == k).sum())),
                float(score[here].mean()),
                quantile * float(score[here].std(ddof=1)) if n > 1 else math.nan,
                float(fitted_score[here].mean()),
                float(satisfied[here].mean()),
                quantile * float(satisfied[here].std(ddof=1)) if n > 1 else math.nan,
                float(fitted[here].mean()),
            )
        )
    return tuple(made)
