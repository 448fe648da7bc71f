"""World: kinds of customers who differ in what they order, need, tolerate and are worth."""

from __future__ import annotations

from pydantic import Field

from sim.scenario.schema.base import Block, Factors
from sim.scenario.units import Factor, Share


class Segment(Block):
    """Customers of one kind, as factors on what `customers`, `reasons` and `channels` say of all.

    Factors are not rescaled: where one kind orders half as often, nobody else orders more. Give them so that the mean
    over segments is what `customers` says, or let `customers` describe the kind whose factors are all 100 %.
    """

    share: Share
    """Share of the active customers at the start; over all segments 100 %."""
    of_new: Share | None = None
    """Share of the new customers; over all segments 100 %. Left out (in all of them): as `share`."""
    orders: Factor = Field(default="100 %")  # type: ignore[assignment]
    """Orders of one customer."""
    order_value: Factor = Field(default="100 %")  # type: ignore[assignment]
    margin: Factor = Field(default="100 %")  # type: ignore[assignment]
    """Contribution margin of an order (the share itself, capped at 100 %)."""
    churn: Factor = Field(default="100 %")  # type: ignore[assignment]
    """Churn that has nothing to do with service."""
    needs: Factors = Field(default="100 %")  # type: ignore[assignment]
    """Needs per order, or per customer; or by reason. Absolute rates are split by `share`."""
    handle: Factors = Field(default="100 %")  # type: ignore[assignment]
    """Hands-on work, or by reason."""
    patience: Factor = Field(default="100 %")  # type: ignore[assignment]
    priority: int = Field(default=0, ge=-9, le=9)
    """Within each line of a team's `serves`, contacts of a higher priority come first."""
    retention: Factor = Field(default="100 %")  # type: ignore[assignment]
    """Churn points that service adds or saves: a loyal customer forgives, a new one does not."""
