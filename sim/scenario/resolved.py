"""A scenario that has been read, merged, checked and found good: what every other room starts from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from sim.scenario.calendar import Calendar
from sim.scenario.changes import Override
from sim.scenario.problems import Origin as Origin
from sim.scenario.schema import Scenario


@dataclass(frozen=True)
class Feedback:
    """What earlier months do to later ones; zeros are the open loop. T teams, S segments (1 where there are none)."""

    attrition: np.ndarray  # float64 (T, months): share of heads who leave in each month beyond the base
    churned: np.ndarray  # float64 (S, months): customers who leave in each month for what happened to them
    referred: np.ndarray  # float64 (S, months): customers who come in each month because others recommended it


@dataclass(frozen=True)
class Resolved:
    """A checked scenario with everything that was read for it; reads no file any more.

    `variants[0]` is the scenario itself; further variants are the scenario under dated changes (events, and what else
    changes the world over time). `regime_of_day[day]` says which variant holds on each local day, with entries for
    ``calendar.days + 15`` days. All variants have the same reasons, channels, teams, self-services and bots, in order.
    """

    scenario: Scenario
    variants: tuple[Scenario, ...]
    regime_of_day: np.ndarray  # int32
    profiles: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    """Weights of the half-hours of a week by the path written in the scenario (336 figures from Monday 00:00)."""
    document: Mapping[str, Any] = field(default_factory=dict)
    """The merged document as written, for `show`, `diff` and changes."""
    origin: Mapping[str, Origin] = field(default_factory=dict)
    """Dotted path of every scalar -> where it was written."""
    layers: tuple[str, ...] = ()
    """Files and `--set`s, lowest first."""
    overrides: tuple[Override, ...] = ()
    """Every value that a later layer replaced: old -> new."""
    digest: str = ""
    """SHA-256 of the world and the profiles (see `digest.py`): equal digests give equal results for a seed."""
    feedback: Feedback | None = None
    """Filled by the passes of the closed loop; None: nothing feeds back."""

    @cached_property
    def calendar(self) -> Calendar:
        """The scenario's clock."""
        return Calendar.of(self.scenario.horizon)
