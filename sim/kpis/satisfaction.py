"""Satisfaction of a ticket as a declared function of what happened to it (design 8.1)."""

from __future__ import annotations

from operator import attrgetter

import numpy as np

from sim.demand.tape import Tape
from sim.engine import outcomes as out
from sim.engine.outcomes import Outcomes
from sim.kpis.columns import Tickets, by_regime
from sim.scenario.resolved import Resolved

FIELDS = (
    "base",
    "wait_over_target",
    "extra_contact",
    "transfer",
    "repeated_context",
    "bot_failure",
    "unresolved",
    "promoter",
    "detractor",
)


def declared(resolved: Resolved, tape: Tape, block: str, fields: tuple[str, ...]) -> dict[str, np.ndarray]:
    """Figures of a block (a dotted path) in the world of each ticket: (N,), or one figure where all worlds agree."""
    read = attrgetter(block)
    table = by_regime(resolved, [[getattr(read(variant), name) for name in fields] for variant in resolved.variants])
    return {
        name: column[0] if (column == column[0]).all() else column[tape.regime]
        for name, column in zip(fields, table.T, strict=True)
    }


def satisfied_share(
    resolved: Resolved, tape: Tape, outcomes: Outcomes, tickets: Tickets
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Chances (N,) that each customer is satisfied, would promote, would detract.

    The base, less the declared points: for each doubling of the longest wait beyond its channel's target, each contact
    after the first, each transfer, each time the story had to be repeated, once where self-service or a bot was tried
    and did not help, and once where the need was not met; never below 0.
    """
    of = declared(resolved, tape, "satisfaction", FIELDS)
    lost = (
        of["wait_over_target"] * tickets.lateness
        + of["extra_contact"] * np.maximum(tickets.contacts - 1, 0)
        + of["transfer"] * tickets.legs
        + of["repeated_context"] * tickets.cold
        + of["bot_failure"] * tickets.helpless
        + of["unresolved"] * ((outcomes.state == out.OPEN) | (outcomes.state == out.LOST))
    )
    satisfied = np.clip(of["base"] - lost, 0.0, 1.0)
    return satisfied, satisfied * of["promoter"], (1.0 - satisfied) * of["detractor"]
