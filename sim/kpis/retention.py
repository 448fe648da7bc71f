"""Customers whom a ticket loses or wins, as declared functions of what happened to it (docs/semantics.md 8.2).

Expected values, never draws: a ticket that adds two points of churn counts as 0.02 of a customer. Tickets that are
still open count for nothing yet.
"""

from __future__ import annotations

import numpy as np

from sim.demand.tape import Tape
from sim.engine import outcomes as out
from sim.engine.outcomes import Outcomes
from sim.kpis.columns import Tickets
from sim.kpis.satisfaction import declared, satisfied_share
from sim.scenario.resolved import Resolved
from sim.scenario.segments import segment_of

CHURN = (
    "resolved_well",
    "unresolved",
    "late",
    "extra_contact",
    "transfer",
    "repeated_context",
    "bot_failure",
    "dissatisfied",
)
REFERRALS = ("per_promoter", "deterred_per_detractor")


def counts(resolved: Resolved) -> bool:
    """Whether lost and won customers are counted at all, on any day."""
    return any(variant.retention.counts for variant in resolved.variants)


def added_churn(
    resolved: Resolved, tape: Tape, outcomes: Outcomes, tickets: Tickets, satisfied: np.ndarray
) -> np.ndarray:
    """float64 (N,): share of a customer whom each ticket loses, below 0 whom it keeps; 0 while it is open.

    The declared points of all that happened, cut at one customer; ``satisfied`` (N,) are the chances of satisfaction.
    """
    of = declared(resolved, tape, "retention.churn", CHURN)
    lost, open_ = outcomes.state == out.LOST, outcomes.state == out.OPEN
    extra = np.maximum(tickets.contacts - 1, 0)
    late = tickets.lateness > 0
    smooth = ~lost & ~late & ~tickets.helpless & (extra + tickets.legs + tickets.cold == 0)
    points = (
        of["resolved_well"] * smooth
        + of["unresolved"] * lost
        + of["late"] * late
        + of["extra_contact"] * extra
        + of["transfer"] * tickets.legs
        + of["repeated_context"] * tickets.cold
        + of["bot_failure"] * tickets.helpless
        + of["dissatisfied"] * (1.0 - satisfied)
    )
    if resolved.scenario.segments:
        points = points * _forgiveness(resolved)[tape.regime, tape.reason]
    return np.asarray(np.clip(points, -1.0, 1.0) * ~open_)


def _forgiveness(resolved: Resolved) -> np.ndarray:
    """float64 (regimes, reasons): the segment's factor on what service adds to churn."""
    reasons = resolved.scenario.reasons
    return np.array([[v.segments[segment_of(reason)].retention for reason in reasons] for v in resolved.variants])


def new_by_referral(
    resolved: Resolved, tape: Tape, outcomes: Outcomes, promoter: np.ndarray, detractor: np.ndarray
) -> np.ndarray:
    """float64 (N,): new customers whom each ticket brings, below 0 whom it deters; 0 while it is open."""
    of = declared(resolved, tape, "retention.referrals", REFERRALS)
    won = of["per_promoter"] * promoter - of["deterred_per_detractor"] * detractor
    return np.asarray(won * (outcomes.state != out.OPEN))


def lost_and_won(resolved: Resolved, tape: Tape, outcomes: Outcomes, tickets: Tickets) -> tuple[np.ndarray, np.ndarray]:
    """Customers lost and won by each ticket, float64 (N,) each."""
    satisfied, promoter, detractor = satisfied_share(resolved, tape, outcomes, tickets)
    lost = added_churn(resolved, tape, outcomes, tickets, satisfied)
    return lost, new_by_referral(resolved, tape, outcomes, promoter, detractor)
