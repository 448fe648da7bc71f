"""What a calibration holds: every figure of a scenario, each with how sure it is."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from sim.calibrate.arrivals import (
    Busyness,
    Opening,
    Profile,
)
from sim.calibrate.checks import Check
from sim.calibrate.contacts import ContactLog
from sim.calibrate.durations import DurationFit
from sim.calibrate.intervals import IntervalLog
from sim.calibrate.patience import PatienceFit
from sim.calibrate.repeats import Returns
from sim.calibrate.staffing import Observed, StaffFit, Weights

RARE = 50  # reasons with fewer contacts than this are put together as `other`
ASSUMED_HANDLE = "waits under an assumed handle time"
DEFAULT_HANDLE_S = 300.0  # assumed where no handle time is recorded at all


@dataclass(frozen=True)
class Options:
    """What the planner may choose."""

    floor_s: float = 10.0
    """Handle times below this are slipped contacts, not work."""
    retry_window_s: float = 3600.0
    repeat_window_s: float = 86400.0
    patience_by_reason: bool = False
    """Give reasons their own mean patience where they differ beyond chance. Right where all wait in one line; where
    some reasons are served first, their waits differ too, and one patience for all reproduces the whole better."""
    handle_s: Mapping[str, float] = field(default_factory=dict)
    """Handle time by channel ('' for all others), taken where the log has none: an assumption, and marked as one."""
    weights: Weights = field(default_factory=Weights)
    """How staffing is weighed: who left, how long people waited, how many waited."""

    def assumed_handle_s(self, channel: str) -> float:
        """Handle time of a channel whose log has none."""
        return self.handle_s.get(channel, self.handle_s.get("", DEFAULT_HANDLE_S))


@dataclass(frozen=True)
class ChannelFit:
    """One channel."""

    name: str
    n: int
    live: bool
    """Answered while the customer waits."""
    opening: Opening
    patience: PatienceFit | None
    patience_by_reason: Mapping[str, PatienceFit]
    wrap: DurationFit | None
    """Wrap-up as recorded."""
    turnaround_s: float
    """Where wrap-up is not recorded: median time to the next contact while somebody waits."""
    turnaround_n: int
    by_reason: Mapping[str, float]
    """Factor on the mean patience by reason (same shape), where reasons differ beyond chance; else empty."""
    parallel: int
    handle: DurationFit | None
    assumed_handle_s: float = DEFAULT_HANDLE_S
    """Handle time where the log has none: the planner's figure, or one that is only an example."""
    per_day: float = 0.0
    """Contacts of a calendar day, in opening hours or not."""
    per_day_half_width: float = 0.0
    """Half-width of the 95 % interval."""

    @property
    def handle_s(self) -> float:
        """Mean handle time (s), measured or assumed."""
        return self.handle.mean_s if self.handle else self.assumed_handle_s

    @property
    def wrap_s(self) -> float:
        """Seconds after a contact in which the agent takes no other."""
        return self.wrap.mean_s if self.wrap else self.turnaround_s


@dataclass(frozen=True)
class ReasonFit:
    """One contact reason on channels that are open at the same hours."""

    name: str
    n: int
    channels: Mapping[str, float]
    handle: DurationFit | None
    by_channel: Mapping[str, float]
    count: np.ndarray  # int64 (days, 48)
    profile: Profile
    own_profile: bool


@dataclass(frozen=True)
class TeamFit:
    """The agents of one or more channels."""

    name: str
    channels: tuple[str, ...]
    service_s: float
    patience_s: float
    week: StaffFit
    dates: StaffFit
    observed: Observed


@dataclass(frozen=True)
class Calibration:
    """Everything fitted from one log."""

    log: ContactLog | IntervalLog
    options: Options
    checks: tuple[Check, ...]
    channels: Mapping[str, ChannelFit]
    reasons: Mapping[str, ReasonFit]
    teams: Mapping[str, TeamFit]
    count: np.ndarray  # int64 (days, 48) all contacts in opening hours
    profile: Profile
    busyness: Busyness
    returns: Returns

    @property
    def fresh_share(self) -> float:
        """Share of contacts that are first ones: not retries, not repeats, by the fitted shares."""
        if isinstance(self.log, IntervalLog):
            return 1.0
        outcome = self.log.rows["outcome"]
        again = 0.0
        if self.returns.retry:
            again += self.returns.retry.excess * float((outcome == "abandoned").sum())
        if self.returns.repeat:
            again += self.returns.repeat.excess * float((outcome == "handled").sum())
        return max(0.05, 1.0 - again / len(outcome))


def slug(text: str) -> str:
    """A name fit for a scenario file: lower case, digits and underscores."""
    name = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")
    return name if name else "reason"
