"""The fitted scenario run by the engine and set beside the log, hour by hour."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from sim.calibrate.contacts import ContactLog
from sim.engine import DEFAULT_ENGINE, simulate
from sim.engine.outcomes import ABANDONED, BALKED, BLOCKED, CLOSED, DISCONNECTED, SUPERSEDED, Outcomes
from sim.scenario.resolved import Resolved
from sim.scenario.units import HALF_HOUR_MS

By = Literal["date_hour", "week_hour", "hour"]
MEASURES = ("contacts", "wait_s", "answered_in_time", "abandoned")
LEFT = (ABANDONED, BALKED, BLOCKED, DISCONNECTED)


@dataclass(frozen=True)
class Hours:
    """Sums by local date and hour of arrival; every array is (days, 24)."""

    contacts: np.ndarray
    wait_s: np.ndarray
    """Seconds waited by all who asked for an agent, whether answered or not."""
    in_time: np.ndarray
    """Answered within the threshold."""
    abandoned: np.ndarray

    def grouped(self, by: By, weekday: np.ndarray) -> Hours:
        """Summed over the dates: (days, 24), (7, 24) or (1, 24)."""
        if by == "date_hour":
            return self
        keys = weekday if by == "week_hour" else np.zeros(len(weekday), dtype=int)
        size = 7 if by == "week_hour" else 1
        return Hours(*(_sum_by(getattr(self, f), keys, size) for f in ("contacts", "wait_s", "in_time", "abandoned")))

    def ratio(self, measure: str) -> np.ndarray:
        """`contacts` as they are; `wait_s`, `answered_in_time`, `abandoned` per contact (NaN where there is none)."""
        if measure == "contacts":
            return self.contacts
        top = {"wait_s": self.wait_s, "answered_in_time": self.in_time, "abandoned": self.abandoned}[measure]
        per_contact = np.full(top.shape, math.nan)
        np.divide(top, self.contacts, out=per_contact, where=self.contacts > 0)
        return per_contact


@dataclass(frozen=True)
class BackTest:
    """The log beside the mean of the replications."""

    first_day: dt.date
    within_s: float
    replications: int
    weekday: np.ndarray
    real: Hours
    simulated: Hours

    def correlation(self, measure: str, by: By = "date_hour", least: int = 20) -> tuple[float, int]:
        """Pearson correlation over cells with at least `least` real contacts, and how many cells there are."""
        a, b = self.real.grouped(by, self.weekday), self.simulated.grouped(by, self.weekday)
        use = (a.contacts >= least) & (b.contacts > 0)
        x, y = a.ratio(measure)[use], b.ratio(measure)[use]
        return (float(np.corrcoef(x, y)[0, 1]) if len(x) > 2 else math.nan), len(x)

    def level(self, measure: str) -> tuple[float, float]:
        """Real and simulated figure over the whole log: contacts in all, the others per contact."""
        whole = [Hours(*(np.array([[getattr(h, f).sum()]]) for f in ("contacts", "wait_s", "in_time", "abandoned")))
                 for h in (self.real, self.simulated)]  # fmt: skip
        return float(whole[0].ratio(measure)[0, 0]), float(whole[1].ratio(measure)[0, 0])

    def by_hour(self) -> list[tuple[int, dict[str, tuple[float, float]]]]:
        """For each hour of the day with contacts: measure -> (real, simulated)."""
        a, b = self.real.grouped("hour", self.weekday), self.simulated.grouped("hour", self.weekday)
        return [
            (h, {m: (float(a.ratio(m)[0, h]), float(b.ratio(m)[0, h])) for m in MEASURES})
            for h in range(24)
            if a.contacts[0, h] > 0
        ]


def _sum_by(table: np.ndarray, keys: np.ndarray, size: int) -> np.ndarray:
    out = np.zeros((size, table.shape[1]))
    np.add.at(out, keys, table)
    return out


def real_hours(log: ContactLog, within_s: float) -> Hours:
    """The log's own figures, all contacts of `log.rows`; a missing wait counts as none."""
    rows = log.rows
    cell = rows["day"].to_numpy() * 24 + rows["slot"].to_numpy() // 2
    wait = rows["wait_s"].fillna(0.0).to_numpy(dtype=float)
    left = (rows["outcome"] == "abandoned").to_numpy()
    inside = (cell >= 0) & (cell < log.days * 24)
    return _tabulate(cell[inside], wait[inside], left[inside], ~left[inside] & (wait[inside] <= within_s), log.days)


def _tabulate(cell: np.ndarray, wait_s: np.ndarray, left: np.ndarray, in_time: np.ndarray, days: int) -> Hours:
    def table(weights: np.ndarray | None = None) -> np.ndarray:
        return np.bincount(cell, weights, days * 24).reshape(days, 24).astype(float)

    return Hours(table(), table(wait_s), table(in_time.astype(float)), table(left.astype(float)))


def simulated_hours(resolved: Resolved, outcomes: Outcomes, within_s: float) -> Hours:
    """The same of one replication; contacts that met a closed channel never asked for an agent and are left out."""
    calendar = resolved.calendar
    use = (outcomes.kind >= 0) & ~np.isin(outcomes.result, (CLOSED, SUPERSEDED)) & (outcomes.queue_ms >= 0)
    queue, answer, leave = (x[use] for x in (outcomes.queue_ms, outcomes.answer_ms, outcomes.leave_ms))
    result = outcomes.result[use]
    end = np.where(answer >= 0, answer, np.where(leave >= 0, leave, calendar.end_ms))
    wait = (end - queue) / 1000.0
    day, week_slot = calendar.slot_local
    slot = np.minimum(outcomes.arrive_ms[use] // HALF_HOUR_MS, calendar.slots - 1)
    cell = day[slot] * 24 + week_slot[slot] % 48 // 2
    left = np.isin(result, LEFT)
    return _tabulate(cell, wait, left, (answer >= 0) & (wait <= within_s), calendar.days)


def back_test(
    log: ContactLog,
    resolved: Resolved,
    replications: int = 10,
    seed: int | None = None,
    within_s: float = 20.0,
    engine: str = DEFAULT_ENGINE,
    jobs: int = 1,
    progress: Callable[[int], None] | None = None,
) -> BackTest:
    """Simulate the scenario and set its hours beside the log's. The scenario's horizon must start on the log's weekday
    and cover its days; of a longer horizon only as many days are taken.
    """
    from joblib import Parallel, delayed

    seed = resolved.scenario.experiment.seed if seed is None else seed

    def one(replication: int) -> Hours:
        return simulated_hours(resolved, simulate(resolved, seed, replication, engine).outcomes, within_s)

    runs: list[Hours] = []
    for start in range(0, replications, max(jobs, 1)):
        block = range(start, min(start + max(jobs, 1), replications))
        runs += Parallel(n_jobs=jobs)(delayed(one)(r) for r in block) if jobs > 1 else [one(r) for r in block]
        if progress is not None:
            progress(len(runs))
    shift = (log.first_day - resolved.scenario.horizon.start).days % 7
    days = min(log.days, resolved.calendar.days - shift)

    def mean(field: str) -> np.ndarray:
        total: np.ndarray = sum(getattr(r, field)[shift : shift + days] for r in runs) / len(runs)
        return total

    real = real_hours(log, within_s)
    fields = ("contacts", "wait_s", "in_time", "abandoned")
    return BackTest(
        log.first_day, within_s, replications, (log.first_day.weekday() + np.arange(days)) % 7,
        Hours(*(getattr(real, f)[:days] for f in fields)), Hours(*(mean(f) for f in fields)),
    )  # fmt: skip
