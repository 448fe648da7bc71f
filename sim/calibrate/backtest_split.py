"""A log cut in two: what is fitted, and what is held out to be predicted."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import pandas as pd

from sim.calibrate.contacts import ContactLog
from sim.calibrate.extract import CalibrationError
from sim.scenario.units import MS_PER_DAY, QuantityError, parse_duration

TRAIN_SHARE = 0.75
"""Share of the log that is fitted where nobody says how much: rounded to whole weeks."""
LEAST_DAYS = 14
"""A log shorter than this cannot be cut in two whole weeks."""


@dataclass(frozen=True)
class Split:
    """Both parts; `held_out` starts on the day after the last fitted one."""

    fitted: ContactLog
    held_out: ContactLog

    @property
    def fitted_period(self) -> str:
        """Dates, first to last."""
        return period(self.fitted)

    @property
    def held_out_period(self) -> str:
        """Dates, first to last."""
        return period(self.held_out)


def period(log: ContactLog) -> str:
    """``1999-02-01 to 1999-02-21``."""
    return f"{log.first_day} to {log.date(log.days - 1)}"


def split(log: ContactLog, train: str | None = None, until: dt.date | None = None) -> Split:
    """Cut a log after `train` (``3 weeks``) or after the day `until`; else after three quarters, in whole weeks.

    Raises CalibrationError where nothing would be left on either side.
    """
    days = _days(log, train, until)
    if not 7 <= days < log.days:
        raise CalibrationError(
            [f"the log has {log.days} days ({period(log)}): {days} of them cannot be fitted and the rest held out; "
             f"fit at least 7 and leave at least one (--train 3 weeks, --until {log.date(max(log.days - 8, 6))})"]
        )  # fmt: skip
    return Split(part(log, 0, days), part(log, days, log.days))


def _days(log: ContactLog, train: str | None, until: dt.date | None) -> int:
    if train is not None and until is not None:
        raise CalibrationError(["give --train or --until, not both"])
    if train is not None:
        try:
            length = parse_duration(train)
        except QuantityError as problem:
            raise CalibrationError([f"--train {train}: {problem}"]) from None
        if length % MS_PER_DAY:
            raise CalibrationError([f"--train {train}: whole days or weeks are needed"])
        return length // MS_PER_DAY
    if until is not None:
        return (until - log.first_day).days + 1
    if log.days < LEAST_DAYS:
        raise CalibrationError([f"the log has {log.days} days; to fit some weeks and hold out others takes at least "
                                f"{LEAST_DAYS} (or say where to cut: --until)"])  # fmt: skip
    return max(1, int(TRAIN_SHARE * -(-log.days // 7))) * 7  # a last week without its closed days is one, too


def part(log: ContactLog, first: int, end: int) -> ContactLog:
    """Days `first` to `end` (not included) of a log, as a log of its own."""

    def cut(frame: pd.DataFrame) -> pd.DataFrame:
        inside = frame[(frame["day"] >= first) & (frame["day"] < end)]
        return inside.assign(day=inside["day"] - first).reset_index(drop=True)

    rows = cut(log.rows)
    if rows.empty:
        raise CalibrationError([f"no contact came from {log.date(first)} to {log.date(end - 1)}"])
    return replace(log, raw=cut(log.raw), rows=rows, first_day=log.date(first), days=end - first)
