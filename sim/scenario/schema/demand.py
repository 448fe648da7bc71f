"""World, part one: the horizon, the customers, and how their needs arise."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, PositiveInt, Tag

from sim.scenario.schema.base import Block, form
from sim.scenario.units import Day, Decay, Duration, Factor, Frequency, Growth, Money, Share

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
Month = Literal["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]


class Horizon(Block):
    """What stretch of time is simulated. Give `months` or `length`, not both."""

    start: Day
    """First day, simulated from 00:00 local time."""
    months: PositiveInt | None = None
    """Number of months; month k runs from the start's day of the month to the next one's."""
    length: Duration | None = None
    """Exact length, for hours or days rather than months, such as `480 min`."""
    warm_up: Duration = Field(default="0 s")  # type: ignore[assignment]
    """Contacts that arrive before this are simulated and left out of every KPI."""
    timezone: str = "UTC"
    """IANA name; opening hours, shifts and profiles are local, and clock changes are honoured."""
    at_end: Literal["cut", "drain"] = "cut"
    """`cut` stops the clock at the end; `drain` lets the last staffing finish every contact, with no new needs."""


class Experiment(Block):
    """How often, and from which seed, the scenario is replicated."""

    seed: int = Field(default=0, ge=0, lt=2**63)
    """Seed of every named random stream; 0 is as good as any."""
    replications: PositiveInt = 10
    """Number of replications, or the first number where `precision` is given."""
    precision: dict[str, Factor] = Field(default_factory=dict)
    """Replicate until the 95 % interval's half-width of each named KPI is within this share of its value,
    such as `service_level(phone): 1 %`."""
    max_replications: PositiveInt = 200
    """Where `precision` stops trying."""
    confidence: Share = Field(default="95 %")  # type: ignore[assignment]
    """Confidence of every interval."""
    antithetic: bool = False
    """Each replication is the mean of two runs, the days of one as busy as those of the other are quiet: surer figures
    for the same number of runs, where `demand.busyness` varies."""


class Customers(Block):
    """Who may need help, and what they are worth."""

    active: float = Field(default=0, ge=0)
    """Customers at the start."""
    new: Frequency = Field(default="0 /month")  # type: ignore[assignment]
    """New customers per period."""
    orders: Frequency = Field(default="0 /month")  # type: ignore[assignment]
    """Orders of one active customer per period."""
    order_value: Money = Field(default="0")  # type: ignore[assignment]
    """Mean value of an order."""
    margin: Share = Field(default="0 %")  # type: ignore[assignment]
    """Contribution margin of an order."""
    churn: Decay = Field(default="0 %/month")  # type: ignore[assignment]
    """Share of active customers who leave per period."""


class Busyness(Block):
    """Days are busier or quieter than their mean, all reasons together (gamma, AR(1) from day to day)."""

    cv: float = Field(default=0.0, ge=0, le=2)
    """Coefficient of variation of the day's factor."""
    correlation: float = Field(default=0.0, gt=-1, lt=1)
    """Correlation of one day's (normal) score with the next day's."""


class InlineProfile(Block):
    """Weights that repeat from the first midnight of the horizon; their mean is scaled to 1."""

    every: Duration
    """Length of one interval, a multiple of 30 min."""
    weights: list[Annotated[float, Field(ge=0)]] = Field(min_length=1)
    """One weight an interval."""


Profile = Annotated[Annotated[str, Tag("one")] | Annotated[InlineProfile, Tag("map")], Discriminator(form)]
"""A CSV file, or weights inline."""


class Event(Block):
    """Something dated that changes the world for a while."""

    from_: Day = Field(alias="from")
    """First day."""
    until: Day
    """Last day, included."""
    changes: dict[str, Any] = Field(min_length=1)
    """`path: change`, as with `--set`."""


class Demand(Block):
    """What moves all needs together."""

    growth: Growth = Field(default="0 %/year")  # type: ignore[assignment]
    """Growth of orders per customer and of absolute rates, compounding from the start."""
    season: dict[Month, Factor] = Field(default_factory=dict)
    """Factor on orders and on absolute rates by calendar month; months not named are 1."""
    week_profile: Profile | None = None
    """CSV with a weight for each half-hour of the week, or weights inline; none is flat."""
    busyness: Busyness = Busyness()
    events: dict[str, Event] = Field(default_factory=dict)
    """Dated changes, by name."""


def bare_mean(value: object) -> object:
    """A bare duration stands for `{mean: ...}`."""
    return value if isinstance(value, dict | Spread) else {"mean": value}


class Spread(Block):
    """A random duration: a mean and how much it varies. A bare duration, such as `3 days`, is constant."""

    mean: Duration
    cv: float | None = Field(default=None, ge=0, le=20)
    """Coefficient of variation; 0 is constant. Left out: 1 where a distribution is named, else 0."""
    distribution: (
        Literal["constant", "exponential", "lognormal", "gamma", "weibull", "uniform", "hyperexponential"] | None
    ) = None
    """Left out: constant where there is no cv, else lognormal."""


Delay = Annotated[Spread, BeforeValidator(bare_mean)]


class Handle(Spread):
    """Hands-on work of one contact, wrap-up excluded."""

    by_channel: dict[str, Factor] = Field(default_factory=dict)
    """Factor on the work by channel; channels not named are 100 %."""


class Transfer(Block):
    """Unresolved contacts that a team passes on."""

    to: str
    """The team that takes over."""
    share: Share = Field(default="100 %")  # type: ignore[assignment]
    """Share of the contacts not resolved that are transferred rather than ended."""
    teams: list[str] | None = None
    """Teams that transfer; left out: every team but `to`."""
    context: Literal["warm", "cold"] = "warm"
    """`cold`: the customer repeats the story, which `adds` work."""
    adds: Duration = Field(default="0 s")  # type: ignore[assignment]
    """Work added by a cold transfer."""


class ComesBack(Block):
    """Customers who come back later."""

    share: Share = Field(default="100 %")  # type: ignore[assignment]
    """Share who come back; the others are lost."""
    after: Delay = Field(default="1 day")  # type: ignore[assignment]
    channels: dict[str, Share] | None = None
    """Where they come back; left out: the same channel."""


class Concession(Block):
    """Goodwill that an agent grants: a voucher, free shipping, a refund without the goods."""

    share: Share = Field(default="0 %")  # type: ignore[assignment]
    """Share of the tickets that an agent resolves with one."""
    amount: Money = Field(default="0")  # type: ignore[assignment]
    """Cost to the company of one of them."""


class Reason(Block):
    """Why customers get in touch. Give exactly one of `per_order`, `per_customer`, `rate`."""

    per_order: float | None = Field(default=None, ge=0)
    """Needs per order."""
    per_customer: Frequency | None = None
    """Needs of one active customer per period."""
    rate: Frequency | None = None
    """Needs per period, whoever the customers are (a help desk without orders)."""
    batch: dict[PositiveInt, Share] = Field(default_factory=dict)
    """Needs that come in groups: size and share of groups. The rate is then of groups."""
    lag: Delay = Field(default="0 s")  # type: ignore[assignment]
    """From the order to the need (per_order only)."""
    profile: Profile | None = None
    """This reason's own profile in place of `demand.week_profile`."""
    seasonal: bool = True
    """Whether `demand.season` moves it: its orders, or its absolute rate. Needs per customer have no season."""
    channels: dict[str, Share]
    """Preferred channel of those who need help; adds up to 100 %."""
    handle: Annotated[Handle, BeforeValidator(bare_mean)]
    """Hands-on work of one contact, before the effects of channel, team and tenure."""
    resolved_first: Share = Field(default="100 %")  # type: ignore[assignment]
    """Share of handled contacts that resolve the need at the first contact."""
    resolved_later: Share | None = None
    """The same for later contacts; left out: as the first."""
    transfer: Transfer | None = None
    unresolved: ComesBack = ComesBack()
    """What customers do whose contact did not resolve the need."""
    attempts: PositiveInt = 8
    """No ticket makes more contacts than this, retries and transfers included."""
    teams: list[str] | None = None
    """Teams in the order in which arrivals try them; left out: the channel's order."""
    concession: Concession = Concession()
    """Goodwill that agents grant when they resolve such a ticket."""
