"""What a back-test compares: sums by channel, local day and hour, of a log or of one simulated outcome.

Both sides are tabulated alike: everybody who asked for an agent, at the hour of arrival. Figures are ratios of such
sums, so that hours add up to days and days to the whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Literal

import numpy as np

from sim.calibrate.backtest import LEFT
from sim.calibrate.contacts import ContactLog
from sim.engine.outcomes import CLOSED, SUPERSEDED, UNREACHED, Outcomes
from sim.scenario.resolved import Resolved
from sim.scenario.units import HALF_HOUR_MS

By = Literal["date_hour", "hour", "day", "whole"]
BYS: tuple[By, ...] = ("date_hour", "hour", "day", "whole")
BY_WORDS: dict[By, str] = {
    "date_hour": "date and hour", "hour": "hour of the day", "day": "day", "whole": "all held-out days",
}  # fmt: skip
ALL = "all"
"""Stands beside the channels' names for all of them together."""


@dataclass(frozen=True)
class Figure:
    """One compared figure: a sum over a sum."""

    name: str
    title: str
    top: str
    bottom: str
    """Empty: the figure is the sum itself."""
    unit: Literal["number", "share", "s"]
    definition: str


FIGURES = (
    Figure("contacts", "contacts", "contacts", "", "number", "contacts that asked for an agent"),
    Figure("abandonment_rate", "abandoned", "left", "ended", "share", "of contacts that ended: left before an answer"),
    Figure("mean_wait", "mean wait", "wait_s", "waited", "s", "of all with a known wait, answered or not"),
    Figure("average_speed_of_answer", "speed of answer", "answer_s", "answered", "s", "mean wait of the answered"),
    Figure(
        "service_level", "service level", "in_time", "waited", "share", "of all with a known wait: answered in time"
    ),
    Figure("handle_time", "handle time", "handle_s", "handled", "s", "hands-on work of a contact without wrap-up"),
)


@dataclass(frozen=True)
class Cells:
    """Sums by channel, day and hour; every array is float64 (channels, days, 24)."""

    contacts: np.ndarray
    ended: np.ndarray
    """Contacts whose end is known: answered or gone."""
    left: np.ndarray
    waited: np.ndarray
    """Contacts whose wait is known."""
    wait_s: np.ndarray
    answered: np.ndarray
    answer_s: np.ndarray
    in_time: np.ndarray
    handled: np.ndarray
    """Contacts whose handle time is known."""
    handle_s: np.ndarray

    def grouped(self, by: By, channel: int | None) -> Cells:
        """Summed over dates, hours or both, of one channel or of all: arrays (cells,)."""
        return Cells(*(_grouped(getattr(self, f.name), by, channel) for f in fields(self)))

    def value(self, figure: Figure) -> np.ndarray:
        """The figure of every cell; NaN where there is no data."""
        top = getattr(self, figure.top)
        if not figure.bottom:
            return np.asarray(top, dtype=float)
        bottom = getattr(self, figure.bottom)
        value = np.full(np.shape(top), np.nan)
        np.divide(top, bottom, out=value, where=bottom > 0)
        return value


def stacked(cells: Sequence[Cells]) -> Cells:
    """Several outcomes as one, with an axis for them in front: arrays (outcomes, ...)."""
    return Cells(*(np.stack([getattr(one, f.name) for one in cells]) for f in fields(Cells)))


def _grouped(table: np.ndarray, by: By, channel: int | None) -> np.ndarray:
    days = table.sum(axis=0) if channel is None else table[channel]
    if by == "date_hour":
        return np.asarray(days.reshape(-1))
    return np.asarray({"hour": days.sum(axis=0), "day": days.sum(axis=1), "whole": days.sum(keepdims=True)[0]}[by])


def logged(log: ContactLog, channels: Sequence[str], within_s: Sequence[float]) -> Cells:
    """The log's own figures. `within_s` says for each channel what counts as answered in time."""
    rows = log.rows
    place = {name: k for k, name in enumerate(channels)}
    channel = rows["channel"].map(place).to_numpy(dtype=int)
    day, hour = rows["day"].to_numpy(dtype=int), rows["slot"].to_numpy(dtype=int) // 2
    wait, work = (rows[name].to_numpy(dtype=float) for name in ("wait_s", "handle_s"))
    work = work - rows["wrap_s"].fillna(0.0).to_numpy(dtype=float)
    outcome = rows["outcome"].to_numpy(dtype=str)
    inside = (day >= 0) & (day < log.days)
    served = np.isin(outcome, ("handled", "callback"))
    left = outcome == "abandoned"
    return _tabulated(
        (len(channels), log.days), channel[inside], day[inside], hour[inside], wait[inside], left[inside],
        served[inside], np.where(served & (work >= 0), work, np.nan)[inside], np.asarray(within_s, dtype=float),
    )  # fmt: skip


def simulated(
    resolved: Resolved, outcomes: Outcomes, channels: Sequence[str], within_s: Sequence[float], first: int, days: int
) -> Cells:
    """The same of one replication, from local day `first` of its horizon on, for so many days.

    Contacts that met a closed channel never asked for an agent and are left out, and so are channels not named.
    """
    calendar = resolved.calendar
    place = np.array([channels.index(name) if name in channels else -1 for name in resolved.scenario.channels])
    day_of, week_slot = calendar.slot_local
    use = (outcomes.kind >= 0) & ~np.isin(outcomes.result, (CLOSED, SUPERSEDED)) & (outcomes.queue_ms >= 0)
    slot = np.minimum(outcomes.arrive_ms // HALF_HOUR_MS, calendar.slots - 1)
    day = day_of[slot] - first
    use &= (day >= 0) & (day < days) & (place[np.maximum(outcomes.channel, 0)] >= 0)
    queue, answer, leave, done = (
        x[use] for x in (outcomes.queue_ms, outcomes.answer_ms, outcomes.leave_ms, outcomes.done_ms)
    )
    served = answer >= 0
    left = np.isin(outcomes.result[use], (*LEFT, UNREACHED))
    wait = np.where(served, answer - queue, np.where(leave >= 0, leave - queue, -1)) / 1000.0
    wrap = np.where((done >= 0) & (leave >= 0), done - leave, 0)
    work = np.where(served & (done >= 0), outcomes.handle_ms[use] - wrap, np.nan) / 1000.0
    return _tabulated(
        (len(channels), days), place[outcomes.channel[use]], day[use], week_slot[slot[use]] % 48 // 2,
        np.where(wait >= 0, wait, np.nan), left, served, work, np.asarray(within_s, dtype=float),
    )  # fmt: skip


def _tabulated(
    size: tuple[int, int],
    channel: np.ndarray,
    day: np.ndarray,
    hour: np.ndarray,
    wait_s: np.ndarray,
    left: np.ndarray,
    served: np.ndarray,
    work_s: np.ndarray,
    within_s: np.ndarray,
) -> Cells:
    channels, days = size
    cell = (channel * days + day) * 24 + hour
    known, timed = np.isfinite(wait_s), np.isfinite(work_s)

    def table(use: np.ndarray | None = None, weights: np.ndarray | None = None) -> np.ndarray:
        picked = cell if use is None else cell[use]
        w = None if weights is None else weights if use is None else weights[use]
        return np.bincount(picked, w, channels * days * 24).reshape(channels, days, 24).astype(float)

    in_time = known & served & (np.nan_to_num(wait_s) <= within_s[channel])
    return Cells(
        contacts=table(), ended=table(served | left), left=table(left), waited=table(known),
        wait_s=table(known, wait_s), answered=table(known & served), answer_s=table(known & served, wait_s),
        in_time=table(in_time), handled=table(timed), handle_s=table(timed, work_s),
    )  # fmt: skip
