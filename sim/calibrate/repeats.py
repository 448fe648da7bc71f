"""Who comes back: retries after abandonment and repeats after an answer, for customers who can be recognised.

A customer who calls often calls again soon by chance. So the share seen within the window is set against the share
seen within an equally long window one week later (the same weekday and hour): the excess is what the first contact
brought about.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from sim.calibrate.contacts import ContactLog

WEEK_S = 7 * 86400.0
MIN_FOLLOWED = 30  # fewer contacts that can be followed for the whole window give no figure


@dataclass(frozen=True)
class ReturnFit:
    """Contacts of recognised customers, followed for `window_s`."""

    window_s: float
    followed: int
    """Contacts whose whole window (and, for chance, a week more) lies inside the log."""
    recognised_share: float
    """Share of all such contacts that carry a customer_key."""
    within: float
    """Share with another contact of the same customer within the window."""
    by_chance: float
    """The same for an equally long window a week later."""
    delay_s: float
    """Mean delay of those within the window."""

    @property
    def excess(self) -> float:
        """Share that came back because of this contact: (within - chance) / (1 - chance), never below 0."""
        return max(0.0, (self.within - self.by_chance) / (1 - self.by_chance)) if self.by_chance < 1 else 0.0

    @property
    def half_width(self) -> float:
        """Half-width of the 95 % interval of the excess (binomial, both shares)."""
        p, q, n = self.within, self.by_chance, max(self.followed, 1)
        return 1.96 * math.sqrt((p * (1 - p) + q * (1 - q)) / n)


@dataclass(frozen=True)
class Returns:
    """After abandonment, and after an answer; None where too few contacts can be followed."""

    retry: ReturnFit | None
    repeat: ReturnFit | None


def _share_within(customer: np.ndarray, at: np.ndarray, picks: np.ndarray, start: float, length: float) -> np.ndarray:
    """Delay from each picked contact to the customer's first contact in (start, start + length] after it, or NaN.

    Arrays are sorted by (customer, at).
    """
    out = np.full(len(picks), math.nan)
    first = np.searchsorted(customer, customer[picks], side="left")
    last = np.searchsorted(customer, customer[picks], side="right")
    for k, (row, low, high) in enumerate(zip(picks, first, last, strict=True)):
        begin = at[row] + start
        j = low + int(np.searchsorted(at[low:high], begin, side="right"))
        if j < high and at[j] <= begin + length:
            out[k] = at[j] - begin
    return out


def _fit(log: ContactLog, outcome: str, window_s: float) -> ReturnFit | None:
    rows = log.rows
    end = float(rows["utc_s"].max())
    total = rows[(rows["outcome"] == outcome) & (rows["utc_s"] <= end - window_s)]
    known = rows[rows["customer_key"].notna()]
    if known.empty or total.empty:
        return None
    customer = np.unique(known["customer_key"].to_numpy(dtype=str), return_inverse=True)[1]
    at = known["utc_s"].to_numpy(dtype=float)
    # a contact's life ends when it is answered or left; a return counts from its arrival, so the order is by arrival
    order = np.lexsort((at, customer))
    customer, at = customer[order], at[order]
    mine = (known["outcome"].to_numpy(dtype=str) == outcome)[order]
    picks = np.flatnonzero(mine & (at <= end - window_s))
    if len(picks) < MIN_FOLLOWED:
        return None
    delays = _share_within(customer, at, picks, 0.0, window_s)
    later = picks[at[picks] <= end - window_s - WEEK_S]
    chance = (
        _share_within(customer, at, later, WEEK_S, window_s) if len(later) >= MIN_FOLLOWED else np.array([math.nan])
    )
    within = np.isfinite(delays)
    return ReturnFit(
        window_s, len(picks), len(total[total["customer_key"].notna()]) / len(total), float(within.mean()),
        float(np.isfinite(chance).mean()), float(delays[within].mean()) if within.any() else math.nan,
    )  # fmt: skip


def fit_returns(log: ContactLog, retry_window_s: float, repeat_window_s: float) -> Returns:
    """Retry share after abandonment and repeat share after an answer, each within its window (s)."""
    return Returns(_fit(log, "abandoned", retry_window_s), _fit(log, "handled", repeat_window_s))
