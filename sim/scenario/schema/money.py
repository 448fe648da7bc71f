"""World, part four: what things cost and what a good outcome is."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from sim.scenario.schema.base import Block
from sim.scenario.units import Day, Factor, Growth, Money, MoneyRate, Share

CostCategory = Literal[
    "wages", "overtime", "overhead", "workplaces", "hiring", "leaving", "training", "outsourcing", "upfront", "running",
    "per_use", "telephony", "bot_price", "returns", "returns_loss", "concessions",
]  # fmt: skip
"""Categories of money out that an uplift can be about (`evaluate.categories`; a test holds the two together)."""


class Cost(Block):
    """What something costs."""

    upfront: Money = Field(default="0")  # type: ignore[assignment]
    """Once, on the day it starts (the first day unless `starts` says otherwise)."""
    running: MoneyRate = Field(default="0")  # type: ignore[assignment]
    """Per period, such as `900 EUR/month`."""
    per_use: Money = Field(default="0")  # type: ignore[assignment]
    """Per contact (channel), session (bot) or try (self-service)."""
    per_minute: Money = Field(default="0")  # type: ignore[assignment]
    """Per minute of the customer's time on it, waiting included (telephony)."""
    starts: Day | None = None


class Tool(Block):
    """Something bought that no other block carries: a CRM, a telephone system."""

    cost: Cost
    tangible: bool = True


class Sunk(Block):
    """Money that is spent whatever is decided: left out of every appraisal, and shown apart."""

    amount: Money
    because: str = ""
    """What it was spent on, and why no decision brings it back."""


class Economics(Block):
    """How money over time is valued."""

    discount_rate: Growth = Field(default="8 %/year")  # type: ignore[assignment]
    """Per year; monthly as (1 + r) ** (1/12) - 1. Real where `prices` are, nominal where they are."""
    timing: Literal["start", "mid", "end"] = "end"
    """When in its month a flow counts. Upfront cost counts at its own month's start."""
    prices: Literal["nominal", "real"] = "nominal"
    """`nominal`: amounts are money of their day, growing with `inflation`, discounted at a nominal rate. `real`: all
    are in prices of the horizon's start, discounted at a real rate."""
    inflation: Growth = Field(default="0 %/year")  # type: ignore[assignment]
    """By which every amount in this file, in prices of the horizon's start, grows where `prices` are nominal. Real
    flows do not grow: there it only says which nominal rate the real one stands for."""
    uplift: dict[CostCategory, Factor] = Field(default_factory=dict)
    """Optimism bias: what is added to the cost of a category, such as `upfront: 20 %`. A line of its own."""
    sunk: dict[str, Sunk] = Field(default_factory=dict)
    """What has been spent already, by name. Upfront cost that starts before the horizon is sunk without being named."""
    count_released_time: bool = False
    """Whether agents' hours that are freed and still paid count in the NPV, at their pay; they are always shown."""
    tools: dict[str, Tool] = Field(default_factory=dict)


class Satisfaction(Block):
    """Chance that a customer is satisfied: a base, less percentage points for what went wrong (never below 0)."""

    base: Share = Field(default="90 %")  # type: ignore[assignment]
    """Answered in target time by the first contact and resolved."""
    wait_over_target: Share = Field(default="5 %")  # type: ignore[assignment]
    """Lost for each doubling of the wait beyond the channel's target."""
    extra_contact: Share = Field(default="12 %")  # type: ignore[assignment]
    """Lost for each contact after the first."""
    transfer: Share = Field(default="8 %")  # type: ignore[assignment]
    repeated_context: Share = Field(default="6 %")  # type: ignore[assignment]
    bot_failure: Share = Field(default="8 %")  # type: ignore[assignment]
    """Lost where self-service or a bot was tried and did not help."""
    unresolved: Share = Field(default="55 %")  # type: ignore[assignment]
    promoter: Share = Field(default="60 %")  # type: ignore[assignment]
    """Share of satisfied customers who answer 9 or 10 to the recommendation question."""
    detractor: Share = Field(default="70 %")  # type: ignore[assignment]
    """Share of dissatisfied customers who answer 0 to 6."""
