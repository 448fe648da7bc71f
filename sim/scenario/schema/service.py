"""World, part two: channels, self-service and bots."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, NonNegativeInt

from sim.scenario.schema.base import Block, Shares, Texts
from sim.scenario.schema.demand import ComesBack, Delay
from sim.scenario.schema.money import Cost
from sim.scenario.units import Duration, Factor, Money, Share


def bare_patience(value: object) -> object:
    """A bare duration stands for `{mean: ...}`, `never` for customers who wait for ever."""
    if value == "never":
        return {"distribution": "never"}
    return value if isinstance(value, dict | Patience) else {"mean": value}


class Patience(Block):
    """How long a customer would wait in the queue. `never` alone: waits for ever."""

    distribution: Literal["exponential", "weibull", "lognormal", "gamma", "uniform", "constant", "never"] | None = None
    """Left out: weibull where `shape` is given, else exponential."""
    mean: Duration | None = None
    """Mean patience of those who wait at all."""
    shape: float | None = Field(default=None, ge=0.05, le=1000)
    """Shape of weibull or gamma (1 is exponential; below 1 many leave early)."""
    cv: float | None = Field(default=None, ge=0, le=20)
    """Coefficient of variation of lognormal or gamma (default 1)."""
    by_reason: dict[str, Factor] = Field(default_factory=dict)
    """Factor on the mean by reason; reasons not named are 100 %."""
    on_retry: Literal["anew", "keep"] = "anew"
    """Whether a customer who tries again draws a new patience or keeps the old one."""


class Balking(Block):
    """Customers who leave at once when told that they must wait."""

    share: Share
    """Share of those who are told and leave."""
    when_wait_over: Duration = Field(default="0 s")  # type: ignore[assignment]
    """Only where the announced wait is longer than this; 0: whenever nobody is free."""


class Callback(Block):
    """A call back offered in place of waiting: it holds the place and ends the patience."""

    when_wait_over: Duration = Field(default="0 s")  # type: ignore[assignment]
    """Offered where the announced wait is longer than this."""
    accepted: Share
    """Share of those offered who accept."""
    answered: Share = Field(default="100 %")  # type: ignore[assignment]
    """Share who pick up when called; the others count as abandoned and may retry."""
    attempt: Duration = Field(default="30 s")  # type: ignore[assignment]
    """Agent's time for a call that nobody picks up."""


class Retry(Block):
    """Customers who try again after they left, found no place, or found the channel closed."""

    share: Share
    after: Delay
    channels: dict[str, Share] | None = None
    """Where they try again; left out: the same channel."""


class Chase(Block):
    """A waiting message that brings a second contact on another channel."""

    after: Duration
    """How long the message has waited by then."""
    share: Share
    channel: str


class Target(Block):
    """What the channel promises."""

    share: Share
    within: Duration
    contract: Literal["a", "b", "c", "d"] = "a"
    """Which service level counts: a = answered in time / (offered - left in time); b = (answered + left in time) /
    offered; c = answered in time / offered; d = answered in time / answered. Reports show all four."""


class Channel(Block):
    """A way to ask for help."""

    hours: Texts = "always"
    """`always`, or such as `mon-sat 08:00-20:00`; several stretches as a list."""
    when_closed: Literal["wait", "reopen", "lost"] = "lost"
    """Who arrives when closed: `wait`s in the queue, tries again when it `reopen`s, or is `lost` (may retry)."""
    reopen_spread: Duration = Field(default="30 min")  # type: ignore[assignment]
    """Those who try again at opening spread over this mean time (exponential)."""
    at_close: Literal["serve", "clear"] = "serve"
    """Those still waiting at closing time are served, or disconnected."""
    patience: Annotated[Patience, BeforeValidator(bare_patience)] = Field(default="never")  # type: ignore[assignment]
    places: NonNegativeInt | None = None
    """Waiting places; who finds none is blocked (may retry). Left out: no limit."""
    balking: Balking | None = None
    callback: Callback | None = None
    retry: Retry | None = None
    wrap_up: Delay = Field(default="0 s")  # type: ignore[assignment]
    """Agent's work after the customer has gone."""
    parallel: int = Field(default=1, ge=1, le=100)
    """Contacts that one agent handles at once."""
    speed: list[Factor] = Field(default_factory=lambda: [1.0])
    """Speed of each contact with 1, 2, 3 ... in progress; the last holds for more."""
    silent_abandon: Share = Field(default="0 %")  # type: ignore[assignment]
    """Share of those out of patience who leave without a sign, so that an agent still takes the contact."""
    notice: Duration = Field(default="1 min")  # type: ignore[assignment]
    """Work until an agent notices a silent abandonment."""
    interruptible: bool = False
    """Whether an agent puts this work aside when a contact of another channel finds nobody free."""
    chase: Chase | None = None
    target: Target | None = None
    teams: list[str] | None = None
    """Teams in the order in which arrivals try them; left out: by their rank for this channel, then as declared."""
    cost: Cost = Cost()


class SelfService(Block):
    """Help without a person, tried before any contact."""

    reach: Share
    """Share of needs (of the reasons named) that try it."""
    resolves: dict[str, Share]
    """Share of tries that meet the need, by reason. Reasons not named do not try it."""
    false_resolved: Shares = Field(default="0 %")  # type: ignore[assignment]
    """Share of tries after which the customer leaves without the need being met."""
    comes_back: ComesBack = ComesBack()
    """Those falsely resolved: who comes back, when and where (left out: the preferred channel)."""
    takes: Delay = Field(default="3 min")  # type: ignore[assignment]
    """Customer's time in it, before a contact where it fails visibly."""
    patience: Factor = Field(default="100 %")  # type: ignore[assignment]
    """Patience that is left after a visible failure."""
    cost: Cost = Cost()


class Handover(Block):
    """How a bot passes a customer to an agent."""

    context: Literal["warm", "cold"] = "warm"
    adds: Duration = Field(default="0 s")  # type: ignore[assignment]
    """Work added where the context is repeated (cold)."""
    handle: Factor = Field(default="100 %")  # type: ignore[assignment]
    """Factor on the agent's work after a warm handover (details already taken)."""
    patience: Factor = Field(default="100 %")  # type: ignore[assignment]
    """Patience that is left."""


class Bot(Block):
    """A chatbot or an IVR in front of its channels."""

    channels: list[str] = Field(min_length=1)
    takes: Share = Field(default="100 %")  # type: ignore[assignment]
    """Share of contacts on its channels that it intercepts."""
    always_open: bool = True
    """Whether it answers while the channel is closed; a handover then meets the closed channel."""
    contains: dict[str, Share]
    """Share of sessions that end without an agent, by reason. Reasons not named are handed over at once."""
    resolved: Shares = Field(default="100 %")  # type: ignore[assignment]
    """Share of contained sessions that meet the need: containment is not resolution."""
    not_resolved: ComesBack = ComesBack()
    """Those contained and not resolved."""
    session: Delay = Field(default="2 min")  # type: ignore[assignment]
    handover: Handover = Handover()
    cost: Cost = Cost()
    price: Money = Field(default="0")  # type: ignore[assignment]
    """Vendor's price per contained session (the vendor's own count)."""
