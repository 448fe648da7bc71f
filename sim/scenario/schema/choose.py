"""What the optimiser may choose, and what its choice must keep to (`deskplan optimize`)."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, NonNegativeInt, PositiveInt

from sim.scenario.schema.base import Block
from sim.scenario.units import Duration, Money, Share, Start

Spending = Literal[
    "upfront", "running", "per_use", "training", "hiring", "leaving", "wages", "overtime", "overhead", "workplaces",
    "outsourcing",
]  # fmt: skip
"""Categories of the cash-flow table that can count towards a budget."""


class PlanBudget(Block):
    """What may be spent more than without any decision, in amounts of the cash-flow table (not discounted)."""

    total: Money | None = None
    """Over the whole horizon; left out: any amount."""
    by_year: dict[str, Money] = Field(default_factory=dict)
    """By calendar year, such as `{2027: 180000 EUR}`; years not named have no limit of their own."""
    counts: list[Spending] = Field(default=["upfront", "running", "training", "hiring"], min_length=1)
    """Categories that count; an uplift counts with what it is put on."""


class PlanStarts(Block):
    """In which months an investment may start."""

    every: Duration = Field(default="1 month")  # type: ignore[assignment]
    """Whole months from one possible start to the next."""
    from_: Start | None = Field(default=None, alias="from")
    """First possible start; left out: the first month."""
    until: Start | None = None
    """Last possible start; left out: the last month from which a month of full effect is left."""


class PlanTeam(Block):
    """What may be decided about one of our own teams."""

    hires: NonNegativeInt | None = None
    """Most hires decided in a month; left out: a quarter of the team, at least 2."""
    cuts: NonNegativeInt = 0
    """Most posts cut in a month; 0: no post is cut."""
    most_heads: PositiveInt | None = None
    """Most heads that serve in any month, such as desks; left out: any number."""
    overtime: Share = Field(default="0 %")  # type: ignore[assignment]
    """Most overtime in a month, as a share of paid time; 0: none."""
    every: Duration = Field(default="1 month")  # type: ignore[assignment]
    """Whole months from one decision about people to the next."""


class PlanOutsourced(Block):
    """What may be bought of an outsourced team."""

    most: NonNegativeInt
    """Most agents in a month beyond those that the scenario has."""
    from_: Start | None = Field(default=None, alias="from")
    """First month; left out: the contract's, or the horizon's."""
    until: Start | None = None
    """Last month; left out: the contract's, or the horizon's."""


class PlanHold(Block):
    """When and how surely targets have to hold."""

    in_: Literal["month", "horizon"] = Field(default="month", alias="in")
    """In every month, or over all held months together."""
    measured: Literal["chance", "mean"] = "chance"
    """Whether a share of replications meets the target, or their mean does."""
    chance: Share = Field(default="80 %", gt=0, lt=1)  # type: ignore[assignment]
    """Share of replications in which the target is met, where that is what is measured."""
    from_: Start | None = Field(default=None, alias="from")
    """First month; left out: the first month that somebody hired at once can help in at full speed."""
    until: Start | None = None
    """Last month; left out: the last one."""


class Choose(Block):
    """What the optimiser may choose, and what its choice must keep to. It changes nothing in a simulation."""

    objective: Literal["npv", "cost", "score"] = "npv"
    """The greatest net present value against today, the least present cost of support, or the best score of all
    stakeholders."""
    budget: PlanBudget = PlanBudget()
    starts: PlanStarts = PlanStarts()
    teams: dict[str, PlanTeam] = Field(default_factory=dict)
    """By team; one that is not named and is our own may hire as the defaults say."""
    outsourced: dict[str, PlanOutsourced] = Field(default_factory=dict)
    """By outsourced team; one that is not named stays as the scenario has it."""
    targets: dict[str, str] | None = None
    """Service levels that must hold: `{service_level(phone): ">= 80 %"}`; left out: the target of every channel."""
    hold: PlanHold = PlanHold()
    grades: dict[str, list[Share]] = Field(default_factory=dict)
    """By channel: promises to choose from, from the lowest, such as `{phone: [70 %, 80 %, 90 %]}`, each within the
    time of the channel's target. The first is always kept."""
    goals: list[str] = Field(default_factory=list)
    """Which of the scenario's goals the choice must reach."""
    must: list[str] = Field(default_factory=list)
    """Investments that are made in any case; when and in which level is chosen."""
    never: list[str] = Field(default_factory=list)
    """Investments that are not considered."""
    kinds: dict[str, Literal["team", "self_service", "bot", "tool", "process"]] = Field(default_factory=dict)
    """Kind of an investment for the plans that the answer is set beside ("self-service only"); left out: what it adds,
    and `tool` or `process` where it adds none of these, by whether it has a cost that recurs."""
    occupancy: Share | None = Field(default=None, gt=0)
    """Most of their time on duty that agents are busy, over a month and all teams that share work; left out: no
    limit but that work must not pile up."""
    risk: Literal["mean", "p10"] = "mean"
    """Under `--uncertain`: the plan that is best on average over the draws, or at their tenth percentile."""
    indifference: Money | None = Field(default=None, gt=0)
    """Differences in value below this do not matter: how finely the best of the proposals is told from the others.
    Left out: half a percent of today's present cost."""
