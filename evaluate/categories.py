"""Every kind of cash flow, registered once: its name in tables, whether it is tangible, and what it means.

Money out is negative, money in positive. Tools may declare themselves intangible; their flows then keep their category
and are marked as such. All but `released_time` are cash: hours that are freed become cash only as fewer paid hours.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Category:
    """One line of the cash-flow table."""

    key: str
    title: str
    sign: int
    """-1: money out; +1: money in."""
    tangible: bool
    """Whether the money moves through the accounts."""
    upfront: bool
    """Counts at the start of its own month, whatever the scenario's timing."""
    group: str
    """Heading under which charts gather it."""
    definition: str
    cashable: bool = True
    """Whether it is money that somebody pays or gets; False: time that is released and still paid."""


CUSTOMERS = "Customers lost and won"
RETURNS = "Goods that come back"
RELEASED = "Released time"
NOT_SUPPORT = (CUSTOMERS, RETURNS, RELEASED)
"""Groups that support has a part in, and that are no cost of it; so they are in no unit cost."""

_REGISTERED = (
    Category(
        "wages",
        "Wages",
        -1,
        True,
        False,
        "Wages and training",
        "paid hours x wage x (1 + on-cost); training, before the first contact or for an investment, is apart",
    ),
    Category(
        "overtime",
        "Overtime",
        -1,
        True,
        False,
        "Wages and training",
        "hours beyond the shift, decided or to finish a contact x wage x (1 + on-cost) x (1 + premium)",
    ),
    Category(
        "overhead",
        "Supervision and overhead",
        -1,
        True,
        False,
        "Overhead and workplaces",
        "overhead share x (wages + paid training)",
    ),
    Category(
        "workplaces",
        "Workplaces and licences",
        -1,
        True,
        False,
        "Overhead and workplaces",
        "mean heads on the payroll x price per agent and month, of the team and of investments",
    ),
    Category(
        "hiring",
        "Hiring",
        -1,
        True,
        False,
        "Hiring and leavers",
        "agents who join, by decision or in place of a leaver x cost of a hire, in the month in which they join",
    ),
    Category(
        "leaving",
        "Leaving and severance",
        -1,
        True,
        False,
        "Hiring and leavers",
        "agents who leave x cost of leaving, posts cut x severance; who replaces them is under hiring and training",
    ),
    Category(
        "training",
        "Paid training",
        -1,
        True,
        False,
        "Wages and training",
        "paid hours before the first contact (hires, successors) or away for an investment x wage x (1 + on-cost)",
    ),
    Category(
        "outsourcing",
        "Outsourced teams",
        -1,
        True,
        False,
        "Outsourcing",
        "contacts finished x price of each + scheduled hours x price of an hour; at least the minimum, notice included",
    ),
    Category(
        "upfront",
        "Upfront cost",
        -1,
        True,
        True,
        "Upfront cost",
        "paid once for tools, channels, self-service and bots on the day they start, for investments when decided",
    ),
    Category(
        "running",
        "Running cost",
        -1,
        True,
        False,
        "Running cost",
        "per month for tools, channels, self-service and bots from the day they start, for investments once live",
    ),
    Category(
        "per_use",
        "Cost per use",
        -1,
        True,
        False,
        "Charges by use",
        "contacts on a channel, bot sessions, self-service tries and uses of investments x price of each",
    ),
    Category(
        "telephony",
        "Telephony",
        -1,
        True,
        False,
        "Charges by use",
        "customers' minutes on a channel or in a bot, waiting included x price of a minute",
    ),
    Category(
        "bot_price",
        "Bot vendor",
        -1,
        True,
        False,
        "Charges by use",
        "contained bot sessions, whether or not the need was met x the vendor's price",
    ),
    Category(
        "returns",
        "Handling returns",
        -1,
        True,
        False,
        RETURNS,
        "orders that come back x cost of the way in which they do",
    ),
    Category(
        "returns_loss",
        "Value lost on returned goods",
        -1,
        True,
        False,
        RETURNS,
        "orders that come back x order value x share of it that is lost",
    ),
    Category(
        "refund_float",
        "Use of refunds until paid",
        1,
        True,
        False,
        RETURNS,
        "refunds x interest at the discount rate from the return to the refund: refunding at once costs this",
    ),
    Category(
        "concessions",
        "Concessions",
        -1,
        True,
        False,
        "Concessions",
        "tickets that an agent resolved x share granted goodwill x its amount",
    ),
    Category(
        "uplift_upfront",
        "Optimism uplift, upfront",
        -1,
        True,
        True,
        "Optimism uplift",
        "upfront cost x its uplift: what such estimates were exceeded by elsewhere",
    ),
    Category(
        "uplift",
        "Optimism uplift, other cost",
        -1,
        True,
        False,
        "Optimism uplift",
        "cost of each category that has an uplift x that uplift",
    ),
    Category(
        "margin_lost",
        "Margin of customers lost by service",
        -1,
        False,
        False,
        CUSTOMERS,
        "orders that customers lost by service would have made up to the horizon's end x order value x margin; the "
        "difference between two scenarios is margin kept",
    ),
    Category(
        "referral_margin",
        "Margin of customers won by referral",
        1,
        False,
        False,
        CUSTOMERS,
        "orders of customers who came by recommendation, less of those deterred x order value x margin",
    ),
    Category(
        "released_time",
        "Released time",
        1,
        False,
        False,
        RELEASED,
        "hours that agents are busy less than in the base and that did not become fewer paid hours x wage x "
        "(1 + on-cost); counted only where the scenario says count_released_time",
        cashable=False,
    ),
)

CATEGORIES: dict[str, Category] = {category.key: category for category in _REGISTERED}
"""In the order of the tables."""
