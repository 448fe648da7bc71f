"""What is counted and summed, by contact and by ticket; `registry` says which KPI divides what by what."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from sim.demand.tape import NEVER, SELF_FALSE_BACK, SELF_FALSE_GONE, SELF_NONE, SELF_RESOLVED, Tape
from sim.engine import outcomes as out
from sim.engine.outcomes import Outcomes
from sim.kpis.columns import Contacts, Tickets, by_regime, end_of_run, targets_ms
from sim.kpis.retention import added_churn, counts, new_by_referral
from sim.kpis.satisfaction import satisfied_share
from sim.kpis.spans import open_time_ms
from sim.scenario.calendar import Calendar
from sim.scenario.resolved import Resolved

CONTRACTS = "abcd"

BASIC = frozenset(
    [
        "contacts",
        "offered",
        "joined",
        "answered",
        "abandoned",
        "queued",
        "settled",
        "wait_answered_ms",
        "wait_settled_ms",
        "wait_ms",
        "judged",
        "in_time",
        "left_in_time",
        "judged_answered",
        "contract_top",
        "contract_bottom",
        "offered_work_ms",
        "handled",
        "handle_ms",
        "closed",
        "bot_sessions",
        "bot_ended",
        "bot_contained",
        "needs",
        "resolved",
    ]
)
"""What is kept by half-hour and by day as well as by month."""

PIECEWISE = frozenset(["queue_ms", "channel_busy_ms", "progress_ms"])
"""Times of channels that are kept likewise."""


@dataclass(frozen=True)
class Group:
    """Things that are counted at one moment each: n contacts or tickets, and the measures taken of them."""

    moment: np.ndarray  # int64 ms (n,)
    channel: np.ndarray  # int64 (n,)
    reason: np.ndarray  # int64 (n,)
    keep: np.ndarray  # bool (n,) counts at all
    measures: Mapping[str, np.ndarray]  # (n,) each: bool is counted, a figure is summed
    team: np.ndarray | None = None  # int64 (n,)


def total(index: np.ndarray, figures: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """float64 of ``shape``: counts of a bool column, or sums of a column of figures, by flat index.

    What has an index past the end of the shape is dropped.
    """
    from sim.kpis import compiled

    return np.asarray(compiled.add_up(index, figures, math.prod(shape)).reshape(shape))


def groups(
    resolved: Resolved, tape: Tape, outcomes: Outcomes, contacts: Contacts, tickets: Tickets
) -> tuple[Group, Group, Group]:
    """Contacts by arrival, handled ones by the end (or start) of handling, tickets by need; warm-up left out."""
    warm_up = resolved.scenario.horizon.warm_up
    counted = contacts.arrive_ms >= warm_up
    booked_at_end = resolved.scenario.kpis.handle_booked == "end"
    arrived = Group(
        contacts.arrive_ms,
        contacts.channel,
        contacts.reason,
        counted,
        _of_contacts(resolved, tape, outcomes, contacts),
        contacts.team,
    )
    handled = Group(
        contacts.done_ms if booked_at_end else contacts.answer_ms,
        contacts.channel,
        contacts.reason,
        counted & contacts.handled,
        {"handled": contacts.handled, "handle_ms": contacts.handle_ms},
        contacts.team,
    )
    needs = Group(
        tape.need_ms,
        tape.channel.astype(np.int64),
        tape.reason.astype(np.int64),
        tape.need_ms >= warm_up,
        _of_tickets(resolved, tape, outcomes, tickets),
    )
    return arrived, handled, needs


def _of_contacts(resolved: Resolved, tape: Tape, outcomes: Outcomes, c: Contacts) -> dict[str, np.ndarray]:
    own = ~c.leg
    offered, joined, answered = own & c.offered, own & c.joined, own & c.answered
    settled = joined & ~c.waiting
    leg = c.leg & c.joined
    patience = c.drawn(tape.patience_ms)
    finite = joined & (patience < NEVER)
    work = c.drawn(tape.work_ms) + c.drawn(tape.wrap_ms)
    return {
        "contacts": own,
        **{name: c.kind == kind for kind, name in enumerate(("firsts", "retries", "returns", "legs", "chasers"))},
        "bot_sessions": c.session,
        "bot_ended": c.session & (c.leave_ms >= 0) | c.session & (c.queue_ms >= 0),
        "bot_contained": c.contained,
        "bot_resolved": c.result == out.BOT_RESOLVED,
        "bot_unresolved": c.result == out.BOT_UNRESOLVED,
        "closed": own & (c.result == out.CLOSED),
        "offered": offered,
        "joined": joined,
        "answered": answered,
        "abandoned": own & c.left,
        "unreached": own & (c.result == out.UNREACHED),
        "balked": own & (c.result == out.BALKED),
        "blocked": own & (c.result == out.BLOCKED),
        "disconnected": own & (c.result == out.DISCONNECTED),
        "superseded": offered & (c.result == out.SUPERSEDED),
        "still_waiting": own & c.waiting,
        "queued": joined & ((c.wait_ms > 0) | c.waiting),
        "settled": settled,
        "turned_away": offered & ~joined,
        "wait_answered_ms": c.wait_ms * answered,
        "wait_settled_ms": c.wait_ms * settled,
        "wait_ms": c.wait_ms * joined,
        "legs_joined": leg,
        "legs_settled": leg & ~c.waiting,
        "legs_left": c.leg & c.left,
        "leg_wait_ms": c.wait_ms * (leg & ~c.waiting),
        "ended": c.handled,
        "transferred": c.handled & (c.result == out.TRANSFERRED),
        "agent_ms": c.handle_ms,
        "wasted_ms": c.handle_ms * c.left,
        "offered_work_ms": work * c.offered,
        "patience_ms": patience * finite,
        "patient": finite,
        **_service_level(resolved, tape, outcomes, c),
    }


def _service_level(resolved: Resolved, tape: Tape, outcomes: Outcomes, c: Contacts) -> dict[str, np.ndarray]:
    """Parts of the four service levels, contacts on channels with a target only.

    Who was offered too late to be judged (less than the target before a horizon that is cut) is left out, answered or
    not: to keep the answered ones alone would flatter, and to count the others as missed would wrong it.
    """
    regime = tape.regime[c.ticket]
    target = targets_ms(resolved)[regime, c.channel]
    judged = ~c.leg & c.offered & ~np.isnan(target)
    if resolved.scenario.horizon.at_end == "cut":
        judged &= c.queue_ms + np.nan_to_num(target) <= end_of_run(resolved, outcomes)
    timely = judged & (c.wait_ms <= target)
    in_time, left, answered = timely & c.answered, timely & c.left, judged & c.answered
    variant = by_regime(
        resolved,
        [
            [CONTRACTS.index(ch.target.contract) if ch.target else 0 for ch in v.channels.values()]
            for v in resolved.variants
        ],
    )[regime, c.channel]
    return {
        "judged": judged,
        "in_time": in_time,
        "left_in_time": left,
        "judged_answered": answered,
        "contract_top": in_time | (left & (variant == 1)),
        "contract_bottom": np.where(variant == 3, answered, judged & ~(left & (variant == 0))),
    }


def _of_tickets(resolved: Resolved, tape: Tape, outcomes: Outcomes, t: Tickets) -> dict[str, np.ndarray]:
    state, need = outcomes.state, tape.need_ms
    resolved_by = (state == out.BY_SELF_SERVICE) | (state == out.BY_BOT) | (state == out.BY_AGENT)
    responded = outcomes.response_ms >= 0
    contacted = t.first_ms >= 0
    window = resolved.scenario.kpis.fcr_window
    old = (t.answered > 0) & (t.first_ms + window <= end_of_run(resolved, outcomes))
    alone = (t.second_ms < 0) | (t.second_ms - t.first_ms > window)
    false = (tape.self_fate == SELF_FALSE_BACK) | (tape.self_fate == SELF_FALSE_GONE)
    ended = state != out.OPEN
    satisfied, promoter, detractor = satisfied_share(resolved, tape, outcomes, t)
    customers = {}
    if counts(resolved):
        customers["customers_lost"] = added_churn(resolved, tape, outcomes, t, satisfied)
        customers["customers_won"] = new_by_referral(resolved, tape, outcomes, promoter, detractor)
    return {
        "needs": np.ones(tape.tickets, dtype=bool),
        **{f"state_{name}": state == code for code, name in enumerate(out.STATES)},
        "resolved": resolved_by,
        "self_tried": tape.self_fate != SELF_NONE,
        "self_resolved": tape.self_fate == SELF_RESOLVED,
        "self_false": false,
        "self_left": false | (tape.self_fate == SELF_RESOLVED),
        "contacted": contacted,
        "ticket_contacts": t.contacts,
        "came_again": t.contacts > 1,
        "fcr_tickets": old,
        "fcr_alone": old & alone,
        "fcr_resolved": old & t.resolved_at_first,
        "responded": responded,
        "response_ms": (outcomes.response_ms - need) * responded,
        "response_contact_ms": (outcomes.response_ms - t.first_ms) * responded,
        "response_open_ms": _open_hours(resolved, tape, outcomes.response_ms, responded),
        "resolution_ms": (outcomes.end_ms - need) * resolved_by,
        "resolved_contacted": resolved_by & contacted,
        "resolution_contact_ms": (outcomes.end_ms - t.first_ms) * (resolved_by & contacted),
        "resolution_open_ms": _open_hours(resolved, tape, outcomes.end_ms, resolved_by),
        "rated": ended,
        "satisfied": satisfied * ended,
        "promoters": promoter * ended,
        "detractors": detractor * ended,
        **customers,
    }


def _open_hours(resolved: Resolved, tape: Tape, until: np.ndarray, some: np.ndarray) -> np.ndarray:
    """int64 (N,): opening time of the preferred channel from the need on, 0 for the others than ``some``."""
    spent = np.zeros(tape.tickets, dtype=np.int64)
    for c, channel in enumerate(resolved.scenario.channels.values()):
        mine = np.flatnonzero(some & (tape.channel == c))
        hours = channel.hours if isinstance(channel.hours, str) else tuple(channel.hours)
        spent[mine] = open_time_ms(_stretches(resolved.calendar, hours), tape.need_ms[mine], until[mine])
    return spent


@lru_cache(maxsize=64)
def _stretches(calendar: Calendar, hours: str | tuple[str, ...]) -> np.ndarray:
    """Opening hours as stretches of the clock; the same in every replication."""
    return calendar.opening(hours if isinstance(hours, str) else list(hours))


def histogram_groups(
    resolved: Resolved, tape: Tape, outcomes: Outcomes, contacts: Contacts
) -> Iterator[tuple[str, Group]]:
    """Figures whose distribution is kept, each as a group with the single measure `figure`."""
    warm_up = resolved.scenario.horizon.warm_up
    keep = contacts.answered & ~contacts.leg & (contacts.arrive_ms >= warm_up)
    yield "wait", Group(contacts.arrive_ms, contacts.channel, contacts.reason, keep, {"figure": contacts.wait_ms})
    end = end_of_run(resolved, outcomes)
    still_open = outcomes.state == out.OPEN
    done = ~still_open & (outcomes.state != out.LOST)
    responded = outcomes.response_ms >= 0
    channel, reason = tape.channel.astype(np.int64), tape.reason.astype(np.int64)
    for name, some, until in (
        ("response", responded, outcomes.response_ms),
        ("response_censored", still_open & ~responded, end),
        ("resolution", done, outcomes.end_ms),
        ("resolution_censored", still_open, end),
    ):
        lasted = np.maximum(until - tape.need_ms, 0)
        yield name, Group(tape.need_ms, channel, reason, some & (tape.need_ms >= warm_up), {"figure": lasted})


def at_instants(
    resolved: Resolved, tape: Tape, outcomes: Outcomes, contacts: Contacts
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Tickets open and contacts waiting at each month's end: (counts and sums of ages, greatest ages)."""
    shape = (len(resolved.calendar.month_labels), len(resolved.scenario.channels), len(resolved.scenario.reasons))
    edges = np.array(resolved.calendar.month_edges_ms[1:], dtype=np.int64)
    waited = np.flatnonzero(contacts.joined)
    ends_wait = contacts.queue_ms + contacts.wait_ms + contacts.waiting  # who waits on waits past the end
    sums: dict[str, np.ndarray] = {}
    greatest: dict[str, np.ndarray] = {}
    for name, begin, end, channel, reason in (
        ("open", tape.need_ms, np.where(outcomes.end_ms < 0, NEVER, outcomes.end_ms), tape.channel, tape.reason),
        ("in_queue", contacts.queue_ms[waited], ends_wait[waited], contacts.channel[waited], contacts.reason[waited]),
    ):
        count, age, oldest = _present_at(edges, begin, end, channel * shape[2] + reason, shape)
        sums[name], sums[f"{name}_age_ms"] = count, age
        greatest[f"{name}_oldest_ms"], greatest[f"{name}_any"] = oldest, (count > 0).astype(np.float64)
    return sums, greatest


def _present_at(
    edges: np.ndarray, begin: np.ndarray, end: np.ndarray, cell: np.ndarray, shape: tuple[int, int, int]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Count, sum of ages and greatest age of the stretches [begin, end) that are under way at each edge."""
    size = shape[1] * shape[2]
    count, age, oldest = np.zeros((shape[0], size)), np.zeros((shape[0], size)), np.zeros((shape[0], size))
    crossing = np.flatnonzero(np.searchsorted(edges, begin, side="left") < np.searchsorted(edges, end, side="left"))
    begin, end, cell = begin[crossing], end[crossing], cell[crossing]
    for k, edge in enumerate(edges.tolist()):
        here = (begin <= edge) & (end > edge)
        ages = edge - begin[here]
        count[k] = np.bincount(cell[here], minlength=size)
        age[k] = np.bincount(cell[here], weights=ages, minlength=size)
        np.maximum.at(oldest[k], cell[here], ages)
    return count.reshape(shape), age.reshape(shape), oldest.reshape(shape)
