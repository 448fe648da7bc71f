"""What a KPI is, and which scenarios and channels can have it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from sim.scenario.schema import Scenario

Scope = Literal["cell", "lane", "team"]
Kind = Literal["sum", "instant", "oldest", "quantile"]

REPLICATIONS = "replications"  # as a denominator: figure per replication
PERIOD = "period_ms"  # as a denominator: mean over time

S = 1e-3  # ms to seconds
H = 1.0 / 3.6e6  # ms to hours
PER_H = 3.6e6  # per ms to per hour


@dataclass(frozen=True)
class Kpi:
    """One KPI: sum of ``top`` over sum of ``bottom`` (a minus sign subtracts a measure), times ``factor``."""

    name: str
    group: str
    unit: str
    good: Literal["higher", "lower", ""]
    """Which direction is good; empty where it depends."""
    definition: str
    numerator: str
    """In words."""
    denominator: str
    """In words."""
    mistake: str
    """The usual mistake."""
    top: tuple[str, ...]
    bottom: tuple[str, ...] = (REPLICATIONS,)
    factor: float = 1.0
    scopes: tuple[Scope, ...] = ("cell",)
    kind: Kind = "sum"
    share: float = 0.0
    """Of a quantile: which."""
    applies: Callable[[Scenario], bool] = lambda _: True
    """Whether a scenario can have it at all."""
    channels: Callable[[Scenario, str], bool] = lambda *_: True
    """Whether one channel can have it."""


def has_target(scenario: Scenario, channel: str) -> bool:
    return scenario.channels[channel].target is not None


def any_target(scenario: Scenario) -> bool:
    return any(channel.target for channel in scenario.channels.values())


def is_parallel(scenario: Scenario, channel: str) -> bool:
    return scenario.channels[channel].parallel > 1


def any_parallel(scenario: Scenario) -> bool:
    return any(channel.parallel > 1 for channel in scenario.channels.values())


def any_bot(scenario: Scenario) -> bool:
    return bool(scenario.bots)


def any_self_service(scenario: Scenario) -> bool:
    return bool(scenario.self_service)


def any_automation(scenario: Scenario) -> bool:
    return bool(scenario.self_service or scenario.bots)


def any_transfer(scenario: Scenario) -> bool:
    return any(reason.transfer for reason in scenario.reasons.values())


def any_chase(scenario: Scenario) -> bool:
    return any(channel.chase for channel in scenario.channels.values())


def any_callback(scenario: Scenario) -> bool:
    return any(channel.callback for channel in scenario.channels.values())


def any_balking(scenario: Scenario) -> bool:
    return any(channel.balking for channel in scenario.channels.values())


def any_limit(scenario: Scenario) -> bool:
    return any(channel.places is not None for channel in scenario.channels.values())


def counts_customers(scenario: Scenario) -> bool:
    return scenario.retention.counts


def any_team(scenario: Scenario) -> bool:
    return bool(scenario.teams)
