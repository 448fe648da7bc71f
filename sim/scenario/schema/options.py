"""Options: what could be bought, what it costs and what it changes."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field

from sim.scenario.schema.base import Block
from sim.scenario.schema.money import Tool
from sim.scenario.schema.people import Team
from sim.scenario.schema.service import Bot, Channel, SelfService
from sim.scenario.units import Duration, Money, MoneyRate, Share


def bare_ramp(value: object) -> object:
    """A bare duration stands for `{over: ...}`."""
    return value if isinstance(value, dict | Ramp) else {"over": value}


class Ramp(Block):
    """How the effect grows from nothing, once live, to full. A bare duration is linear."""

    over: Duration
    """From going live to full effect; 0: at once."""
    shape: Literal["linear", "s_curve"] = "linear"
    """`s_curve` starts and ends slowly: 3 x^2 - 2 x^3 at the share x of the ramp."""


class Expense(Block):
    """What an investment costs, beside what the structures that it adds cost themselves."""

    upfront: Money = Field(default="0")  # type: ignore[assignment]
    """Once, on the day the decision starts; sunk (and left out) where that is before the horizon."""
    running: MoneyRate = Field(default="0")  # type: ignore[assignment]
    """Per period from the day it is live, in full, whatever the ramp."""
    per_use: Money = Field(default="0")  # type: ignore[assignment]
    """Per use from the day it is live; `use` says of what."""
    use: Literal["contact", "need", "order"] = "contact"
    """A use is a `contact` that an agent of `teams` finishes, a `need` of any reason, or an `order`."""
    per_minute: Money = Field(default="0")  # type: ignore[assignment]
    """Per minute that agents of `teams` have contacts in hand, from the day it is live."""
    per_agent: MoneyRate = Field(default="0")  # type: ignore[assignment]
    """Per agent of `teams` and period from the day it is live, such as a licence of `35 EUR/month`."""
    agent_hours: Duration = Field(default="0 s")  # type: ignore[assignment]
    """Paid hours that each agent of `teams` is away from customers, to be trained or to help build, such as `16 h`."""
    hours_over: Duration | None = None
    """The last stretch before going live over which the hours spread; left out: 4 weeks, or all of `live_after`."""
    teams: list[str] | None = None
    """Teams that `per_agent`, `agent_hours`, `per_minute` and `per_use` by contact are about; left out: all."""


class Deflected(Block):
    """Contacts of a reason that no longer come about, and what that does to those that still do."""

    by_reference: ClassVar[bool] = True
    share: Share | None = None
    """Share of the needs that is gone. Left out: what the added self-services and bots resolve of them, which come
    about all the same, so that only the mean of the rest moves."""
    handle: Duration | None = None
    """Mean hands-on work that those gone would have taken. The mean of the rest becomes
    (mean - share x handle) / (1 - share). Left out: the same mean, so that the rest is as it was."""


class AddedEconomics(Block):
    """Tools that come with an investment."""

    tools: dict[str, Tool] = Field(default_factory=dict)


class Adds(Block):
    """Structures that are there only if the investment is decided.

    They are laid out from the first day, and nobody uses them: what lets customers in (`takes` of a bot, `reach` of a
    self-service, `agents` of a team) is 0 until the investment is live, then follows its ramp. Their own costs start
    with the decision.
    """

    bots: dict[str, Bot] = Field(default_factory=dict)
    self_service: dict[str, SelfService] = Field(default_factory=dict)
    channels: dict[str, Channel] = Field(default_factory=dict)
    """Nobody comes until `changes` sends somebody, such as `reasons.*.channels.email: move 40 % to messaging`."""
    teams: dict[str, Team] = Field(default_factory=dict)
    """New teams; of a team that is there already, only `serves`, which holds from the first day."""
    economics: AddedEconomics = AddedEconomics()


class Level(Block):
    """One of several sizes in which an investment can be had: what it names replaces or joins what all levels share."""

    title: str = ""
    because: str = ""
    cost: Expense = Expense()
    """Keys given here replace the investment's."""
    live_after: Duration | None = None
    ramp: Annotated[Ramp, BeforeValidator(bare_ramp)] | None = None
    changes: dict[str, Any] = Field(default_factory=dict)
    """Join the investment's; the same path replaces."""
    deflects: dict[str, Deflected] = Field(default_factory=dict)
    """Join the investment's; the same reason replaces."""
    adds: Adds = Adds()


class Investment(Block):
    """Something that could be bought or done: costs, lead time, ramp, effects. It does nothing until it is decided."""

    title: str = ""
    because: str = ""
    """Why one would do this, in a sentence."""
    cost: Expense = Expense()
    tangible: bool = True
    """Whether its costs move through the accounts."""
    live_after: Duration = Field(default="0 s")  # type: ignore[assignment]
    """From the decision's start to the first day with an effect; whole days (a month has 30.4)."""
    ramp: Annotated[Ramp, BeforeValidator(bare_ramp)] = Field(default="0 s")  # type: ignore[assignment]
    """From the first effect to the full one."""
    requires: list[str] = Field(default_factory=list)
    """Investments that must be live by the day this one starts."""
    excludes: list[str] = Field(default_factory=list)
    """Investments that cannot be decided together with this one."""
    changes: dict[str, Any] = Field(default_factory=dict)
    """Effects at full strength, `path: change`, as with `--set`; during the ramp a part of each."""
    deflects: dict[str, Deflected] = Field(default_factory=dict)
    """Contacts that no longer come about, by reason; the rest takes as much longer as the gone ones were shorter."""
    adds: Adds = Adds()
    levels: dict[str, Level] = Field(default_factory=dict)
    """Sizes in which it can be had, by name; a decision then names one."""
