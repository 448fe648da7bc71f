"""What weekly schedules may look like: when shifts begin, under which contracts, and what they cost beside wages."""

from __future__ import annotations

from typing import Annotated

from pydantic import Discriminator, Field, NonNegativeInt, PositiveInt, Tag

from sim.scenario.schema.base import Block, Texts, form
from sim.scenario.units import Duration, Money, MoneyRate, Share

Counts = Annotated[
    Annotated[PositiveInt, Tag("one")] | Annotated[list[PositiveInt], Tag("list")], Discriminator(form)
]  # fmt: skip
"""One number or several."""


class BreakWindow(Block):
    """A break, and when it may begin."""

    length: Duration
    earliest: Duration
    """After the start of the shift."""
    latest: Duration
    """After the start of the shift."""
    every: Duration = Field(default="30 min")  # type: ignore[assignment]
    """Between two times at which it may begin; a multiple of 30 min."""


class Contract(Block):
    """Terms under which people work: which weeks may be planned for one of them."""

    lengths: list[Duration] = Field(min_length=1)
    """Lengths of a shift from its start to its end, breaks included: multiples of 30 min."""
    days: str = "mon-fri"
    """Days that can be worked, such as `mon-sat`."""
    days_per_week: Counts = 5
    """Days that one person works of those, always the same; several: any of them."""
    together: bool = False
    """Whether the days worked follow each other (Sunday and Monday do), so that the days off do too."""
    starts: Texts | None = None
    """When shifts begin; left out: the team's `starts`."""
    breaks: list[BreakWindow] = Field(default_factory=list)
    """In their order; their windows do not overlap."""
    paid_breaks: bool = False
    least_hours: Duration = Field(default="0 s")  # type: ignore[assignment]
    """Paid time a week at least."""
    most_hours: Duration = Field(default="168 h")  # type: ignore[assignment]
    """Paid time a week at most."""
    least_people: NonNegativeInt = 0
    """People with this contract at least, needed or not."""
    most_people: NonNegativeInt | None = None
    """At most; left out: any number."""
    most_share: Share = Field(default="100 %")  # type: ignore[assignment]
    """Share of the team's people at most."""
    wage: MoneyRate | None = None
    """For a paid hour; left out: the team's."""


class Preference(Block):
    """What a worked day costs beside wages (or saves, where it is wished for): a price of inconvenience."""

    cost: Money
    """For each person and day worked; below 0 for what is liked, such as `-4 EUR`."""
    starts: Texts | None = None
    """Shifts that begin then, such as `05:00-07:30`; left out: any."""
    days: str = "mon-sun"
    contracts: list[str] = Field(default_factory=list)
    """Left out: every contract."""


class Scheduling(Block):
    """Weekly schedules of one team (`deskplan schedule`)."""

    by_reference = True

    starts: Texts = Field(default_factory=list)
    """When shifts may begin: `08:00`, `08:00-12:00 every 30 min`, or a list of such. Left out: every half-hour from the
    earliest to the latest start of the team's present shifts."""
    contracts: dict[str, Contract] = Field(default_factory=dict)
    """Left out: those of the team's present shifts, part-timers at most the share they have today."""
    under: MoneyRate | None = None
    """Price of an agent-hour short of the need; left out: no half-hour may be short."""
    over: MoneyRate = Field(default="0")  # type: ignore[assignment]
    """Price of an agent-hour above the need, beside what it costs anyway."""
    most_over: NonNegativeInt | None = None
    """Agents above the need in a half-hour at most; 0 forbids over-cover; left out: any number."""
    most_people: NonNegativeInt | None = None
    """People in the team at most; left out: any number."""
    prefer: dict[str, Preference] = Field(default_factory=dict)
