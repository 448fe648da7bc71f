"""World, part: goods that come back and what that costs."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from sim.scenario.schema.base import Block
from sim.scenario.schema.demand import Spread, bare_mean
from sim.scenario.units import Duration, Money, Share


class ReturnMethod(Block):
    """One way for goods to come back: a label by post, a drop-off point, a pick-up."""

    share: Share
    """Share of returns that come this way; over all methods 100 %."""
    cost: Money = Field(default="0")  # type: ignore[assignment]
    """Freight, receipt and inspection of one return."""
    carbon_kg: float = Field(default=0.0, ge=0)
    """Kilograms of carbon dioxide equivalent of one return."""


class Returns(Block):
    """Orders that come back. Worked out from the expected orders, beside the contacts that ask about them."""

    share: Share = Field(default="0 %")  # type: ignore[assignment]
    """Share of orders that come back for a good reason."""
    abuse: Share = Field(default="0 %")  # type: ignore[assignment]
    """Further share that comes back because it is easy (worn once, ordered in three sizes)."""
    lag: Annotated[Spread, BeforeValidator(bare_mean)] = Field(default="12 days")  # type: ignore[assignment]
    """From the order to the return."""
    loss: Share = Field(default="0 %")  # type: ignore[assignment]
    """Share of the order's value that is lost on goods that come back."""
    refund_after: Duration = Field(default="14 days")  # type: ignore[assignment]
    """From the return to the refund. Until then the shop has the use of the money, at the discount rate."""
    methods: dict[str, ReturnMethod] = Field(default_factory=dict)
    """Ways to send goods back, by name; left out: one way without cost."""
