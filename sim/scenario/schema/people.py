"""World, part three: teams, shifts and who serves what; and what is decided about them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, NonNegativeInt, PositiveInt

from sim.scenario.schema.base import Block, Factors
from sim.scenario.schema.decision import Decision, bare_start
from sim.scenario.units import Day, Decay, Duration, Factor, Frequency, Money, MoneyRate, Share


def bare_serve(value: object) -> object:
    """`phone` stands for `{channel: phone}`, `phone:return+technical` for those reasons only."""
    if isinstance(value, str):
        channel, _, reasons = value.partition(":")
        entry: dict[str, object] = {"channel": channel.strip()}
        if reasons:
            entry["reasons"] = [part.strip() for part in reasons.split("+")]
        return entry
    return value


class Serve(Block):
    """One line of what a team serves: `phone`, or `phone:technical`, or a map."""

    channel: str
    reasons: list[str] | None = None
    """Left out: every reason."""
    after: Duration = Field(default="0 s")  # type: ignore[assignment]
    """Overflow: only contacts that have waited this long."""


class Shift(Block):
    """A pattern of work."""

    days: str = "mon-fri"
    """Such as `mon-fri`, `mon,wed,sat`."""
    hours: str
    """Such as `08:00-16:30`; past midnight as `22:00-06:00`."""
    share: Share = Field(default="100 %")  # type: ignore[assignment]
    """Share of the team on this shift."""
    days_per_week: PositiveInt | None = None
    """Days that one agent works of those named, taken in turn; left out: all of them."""
    breaks: list[Duration] = Field(default_factory=list)
    """Breaks, spread over the shift and staggered between agents."""
    paid_breaks: bool = False
    breaks_at: dict[str, list[str]] = Field(default_factory=dict)
    """When each of the `breaks` begins, by days: `{mon-thu: ["12:00"], fri: ["13:30"]}`; a time before the start is on
    the next morning. On days not named they are spread over the shift."""


class Shrinkage(Block):
    """Paid time away from customers. Parts compound: 1 - (1 - planned) x (1 - absence)."""

    planned: Share = Field(default="0 %")  # type: ignore[assignment]
    """Training, coaching, meetings: one block in each shift, staggered."""
    absence: Share = Field(default="0 %")  # type: ignore[assignment]
    """Days absent, drawn by agent and day."""


class Staffing(Block):
    """Agents present, given directly by interval rather than through shifts."""

    every: Duration
    """Length of one interval, a multiple of 30 min."""
    agents: list[NonNegativeInt] = Field(min_length=1)
    """Agents present in each interval, from the first midnight of the horizon."""
    repeat: bool = True
    """Whether the list starts again at its end; otherwise its last figure stays."""


class Hire(Block):
    """What a new agent costs and how fast they are."""

    cost: Money = Field(default="0")  # type: ignore[assignment]
    lead: Duration = Field(default="0 s")  # type: ignore[assignment]
    """From the decision to the first day."""
    training: Duration = Field(default="0 s")  # type: ignore[assignment]
    """Paid training after the first day, before the first contact."""
    ramp: Duration = Field(default="0 s")  # type: ignore[assignment]
    """From the first contact to full speed and quality, linear."""
    start_speed: Factor = Field(default="100 %", gt=0)  # type: ignore[assignment]
    """Speed on the first day with customers."""
    start_quality: Share = Field(default="100 %")  # type: ignore[assignment]
    """Factor on the share resolved on the first day with customers."""


class Attrition(Block):
    """Agents who leave of their own accord, at the end of a month. Whole people: expected leavers add up over the
    months, and one leaves whenever the sum passes a whole number."""

    base: Decay = Field(default="0 %/year")  # type: ignore[assignment]
    per_occupancy_point_over_85: Decay = Field(default="0 %/year")  # type: ignore[assignment]
    """Added for every point of a month's occupancy above 85 %, from the month after (see `feedback`)."""
    replace: Literal["ahead", "after_leaving", "none"] = "ahead"
    """`ahead`: a successor joins in time to serve when the leaver has left, and speeds up from there. `after_leaving`:
    a successor is sought from the leaver's notice on and joins after `hire.lead`, not before the leaver has left; the
    post is empty until the training is over. `none`: the post goes."""
    notice: Duration = Field(default="0 s")  # type: ignore[assignment]
    """How long before their last day leavers say so; they work until then. Shortens the wait of `after_leaving`."""
    cost: Money = Field(default="0")  # type: ignore[assignment]
    """Of each leaver, besides the hire and the training of a successor."""


class Dismissal(Block):
    """What it takes to cut posts (`decisions.leaves`)."""

    notice: Duration = Field(default="0 s")  # type: ignore[assignment]
    """From the first day of the month of decision; they work until the end of the month in which it is over."""
    cost: Money = Field(default="0")  # type: ignore[assignment]
    """Severance of each."""


class Overtime(Block):
    """Time beyond the shift that is paid for."""

    premium: Share = Field(default="25 %")  # type: ignore[assignment]
    """On top of wage and on-cost."""


class Minimum(Block):
    """What is billed at least, in contacts or in money; pro rata where a month is not whole."""

    contacts: Frequency = Field(default="0 /month")  # type: ignore[assignment]
    """Contacts billed per period at least, such as `3000 /month`."""
    amount: MoneyRate = Field(default="0")  # type: ignore[assignment]
    """Amount billed per period at least, such as `12000 EUR/month`."""


class Outsourced(Block):
    """A team of somebody else's, with its own price: wage, workplaces, overhead, hiring and attrition are theirs."""

    per_contact: Money = Field(default="0")  # type: ignore[assignment]
    """For each contact that the team finishes."""
    per_hour: MoneyRate = Field(default="0")  # type: ignore[assignment]
    """For each hour of an agent on duty, as scheduled."""
    minimum: Minimum = Minimum()
    notice: Duration = Field(default="0 s")  # type: ignore[assignment]
    """How long the minimum is billed after the last day."""
    starts: Day | None = None
    """First day on which they serve; left out: from the start."""
    ends: Day | None = None
    """Last day on which they serve; left out: to the end."""


class Team(Block):
    """Agents with the same skills."""

    agents: NonNegativeInt = 0
    """Heads on the roster (with `shifts`), or agents present at all times (with neither shifts nor staffing)."""
    staffing: Staffing | None = None
    shifts: dict[str, Shift] = Field(default_factory=dict)
    serves: list[Annotated[Serve, BeforeValidator(bare_serve)]] = Field(min_length=1)
    """In order of priority."""
    policy: Literal["priority", "longest_wait", "relative_wait"] = "priority"
    """Which queue a freed agent takes: the first in `serves`, the longest wait, or the wait in units of the target."""
    speed: Factors = Field(default="100 %")  # type: ignore[assignment]
    """Speed of work, or by channel or reason: 200 % halves the handle time."""
    resolves: Factors = Field(default="100 %")  # type: ignore[assignment]
    """Factor on the share resolved, or by reason (capped at 100 %)."""
    shrinkage: Shrinkage = Shrinkage()
    wage: MoneyRate = Field(default="0")  # type: ignore[assignment]
    """Gross pay for a paid hour."""
    on_cost: Share = Field(default="0 %")  # type: ignore[assignment]
    """Employer's charges on top of the wage."""
    per_agent: MoneyRate = Field(default="0")  # type: ignore[assignment]
    """Workplace and licences of one agent per period, such as `180 EUR/month`."""
    overhead: Share = Field(default="0 %")  # type: ignore[assignment]
    """Supervision, quality and planning, as a share of wages."""
    hire: Hire = Hire()
    attrition: Attrition = Attrition()
    dismissal: Dismissal = Dismissal()
    overtime: Overtime | None = None
    """Left out: whoever finishes a contact after the end of the shift is not paid for it."""
    outsourced: Outsourced | None = None


class Decisions(Block):
    """What is done; the optimiser fills this block."""

    hires: dict[str, dict[str, int]] = Field(default_factory=dict)
    """Agents who are hired, by team and month of decision: `{frontline: {2027-01: 6}}`. They cost their hiring and
    training, start after the lead and the training, and speed up over the ramp."""
    leaves: dict[str, dict[str, int]] = Field(default_factory=dict)
    """Posts that are cut, by team and month of decision: whoever joined last leaves, at the end of the month in which
    the team's `dismissal.notice` is over."""
    overtime: dict[str, dict[str, Share]] = Field(default_factory=dict)
    """Shifts made longer, by team and month: `{frontline: {2027-12: 10 %}}` of their paid time, at their end."""
    outsource: dict[str, dict[str, NonNegativeInt]] = Field(default_factory=dict)
    """Agents of an outsourced team, by month; in other months it has `agents`."""
    investments: dict[str, Annotated[Decision, BeforeValidator(bare_start)]] = Field(default_factory=dict)
    """Which investments are made and when each starts: `{help_centre: 2027-03}`, or with `level`."""
