"""How long customers waited, on which clock; who had no answer when the export was made is censored, not left out."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sim.calibrate.contacts import ContactLog
from sim.calibrate.patience import Curve, kaplan_meier


@dataclass(frozen=True)
class WaitFit:
    """Waits for the first human answer on one channel (s)."""

    channel: str
    basis: str
    """`calendar`, `business`, `calendar and business`, or `not said`."""
    answered: int
    left: int
    open: int
    """Still waiting when the export was made: censored then, where that moment is known."""
    unknown: int
    """Contacts without a wait that are not open."""
    curve: Curve

    def quantile(self, share: float) -> float:
        """Wait within which this share has an answer (Kaplan-Meier); NaN where the log does not reach so far."""
        return self.curve.quantile(share)


def fit_waits(log: ContactLog) -> tuple[WaitFit, ...]:
    """One for each channel that has waits, or contacts still open."""
    end = min((x.timestamp() for x in (log.extract.window_end, log.extract.exported_at) if x is not None),
              default=float(log.raw["utc_s"].max()))  # fmt: skip
    found = []
    for channel in log.rows["channel"].value_counts().index:
        rows = log.rows[log.rows["channel"] == channel]
        waiting = (rows["outcome"] == "open") & rows["wait_s"].isna()
        if rows["wait_s"].notna().any() or waiting.any():
            found.append(_fit(str(channel), rows, waiting, end))
    return tuple(found)


def _fit(channel: str, rows: pd.DataFrame, waiting: pd.Series, end: float) -> WaitFit:
    wait = rows["wait_s"].where(~waiting, np.maximum(end - rows["utc_s"], 0.0))
    known = wait.notna()
    left = rows["outcome"] == "abandoned"
    answered = known & ~left & ~waiting
    bases = sorted(rows["wait_basis"].dropna().unique())
    curve = kaplan_meier(wait[known].to_numpy(dtype=float), answered[known].to_numpy(dtype=bool))
    return WaitFit(
        channel, " and ".join(bases) or "not said", int(answered.sum()), int((left & known).sum()), int(waiting.sum()),
        int((~known).sum()), curve,
    )  # fmt: skip


def shown(seconds: float) -> str:
    """`45 s`, `12 min`, `3.4 h`."""
    if math.isnan(seconds):
        return "no data"
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"
