"""World, part five: who stays and who comes because of what happened to a ticket, and how such loops are solved."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, PositiveInt

from sim.scenario.schema.base import Block
from sim.scenario.units import Factor, Points, Share


class Churn(Block):
    """Churn that a ticket adds to `customers.churn`, in percentage points of its customer: the points of everything
    that happened to it are added up. Below 0 is a customer kept who would have left."""

    resolved_well: Points = Field(default="0 points")  # type: ignore[assignment]
    """The need was met with nothing of what follows. Below 0 where good service wins customers over (recovery)."""
    unresolved: Points = Field(default="0 points")  # type: ignore[assignment]
    """The need was not met."""
    late: Points = Field(default="0 points")  # type: ignore[assignment]
    """A wait was longer than its channel's target."""
    extra_contact: Points = Field(default="0 points")  # type: ignore[assignment]
    """For each contact after the first."""
    transfer: Points = Field(default="0 points")  # type: ignore[assignment]
    """For each transfer."""
    repeated_context: Points = Field(default="0 points")  # type: ignore[assignment]
    """For each time the story had to be repeated."""
    bot_failure: Points = Field(default="0 points")  # type: ignore[assignment]
    """Self-service or a bot was tried and did not help."""
    dissatisfied: Points = Field(default="0 points")  # type: ignore[assignment]
    """Times the chance that the customer is not satisfied (see Satisfaction). Points by cause and these count one thing
    twice where both hold it."""


class Referrals(Block):
    """New customers whom recommendations bring, or deter, beyond those in `customers.new`."""

    per_promoter: Factor = Field(default="0 %")  # type: ignore[assignment]
    """New customers for each promoter among the tickets: `2 %` is one for fifty."""
    deterred_per_detractor: Factor = Field(default="0 %")  # type: ignore[assignment]
    """New customers who stay away for each detractor among the tickets."""


class Retention(Block):
    """What service does to the number of customers. Without points and referrals it does nothing."""

    mode: Literal["closed", "measured_only", "off"] = "closed"
    """`closed`: lost and won customers change later orders, later needs and the margin. `measured_only`: they are KPIs
    and change nothing. `off`: they are not counted."""
    churn: Churn = Churn()
    referrals: Referrals = Referrals()
    tangible: bool = False
    """Whether the margin lost and won counts as tangible; it is in the books, but nobody can point at it there."""

    @property
    def counts(self) -> bool:
        """Whether lost and won customers are counted at all."""
        figures = (*vars(self.churn).values(), *vars(self.referrals).values())
        return self.mode != "off" and any(figures)

    @property
    def closes(self) -> bool:
        """Whether they change demand and money."""
        return self.mode == "closed" and self.counts


class Loops(Block):
    """What happens in one month changes the months after it: solved by passes over the same replications."""

    customers: bool = True
    """Whether customers lost and won (`retention`) order less and more in later months. Off: their margin is still
    priced, but their contacts still come."""
    workforce: bool = True
    """Whether occupancy drives agents away in later months (`attrition`)."""
    tolerance: Share = Field(default="0.01 %")  # type: ignore[assignment]
    """Passes stop when no month's customers or heads change by more than this share of them."""
    max_passes: PositiveInt = 8
    """Where they stop without; every report then says so. As many as there are months and one more always do."""
    replications: PositiveInt | None = None
    """Replications of the first passes, fewer than all to save time; the last passes take all. Left out: all."""
