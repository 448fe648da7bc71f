"""What is counted and summed, by contact and by ticket; `registry` says which KPI divides what by what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from sim.demand.tape import NEVER, SELF_FALSE_BACK, SELF_FALSE_GONE, SELF_NONE, SELF_RESOLVED, Tape
from sim.engine import outcomes as out
from sim.engine.outcomes import Outcomes
from sim.kpis.cases import ContactCases, TicketCases
from sim.kpis.columns import FIGURES, Contacts, Tickets, end_of_run
from sim.kpis.retention import added_churn, counts, new_by_referral
from sim.kpis.satisfaction import satisfied_share
from sim.kpis.spans import Openings
from sim.kpis.sums import Expected, Measures, Sum, Things
from sim.scenario.calendar import Calendar
from sim.scenario.resolved import Resolved

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


BY_TEAM = frozenset(["handled", "handle_ms", "transferred", "ended", "agent_ms", "wasted_ms"])
"""What is known by team."""


@dataclass(frozen=True)
class Group:
    """Things that are counted at one moment each: n contacts or tickets, and the measures taken of them."""

    things: Things
    moment: np.ndarray  # int64 ms (n,)
    channel: np.ndarray  # int (n,)
    reason_place: np.ndarray  # int (n,) channel x reasons + reason
    measures: Measures
    team: np.ndarray | None = None  # int (n,) -1 none


@dataclass(frozen=True, kw_only=True)
class Needs(Group):
    """All tickets, by the moment of the need."""

    cases: TicketCases


def groups(
    resolved: Resolved, tape: Tape, outcomes: Outcomes, contacts: Contacts, tickets: Tickets
) -> tuple[Group, Group, Needs]:
    """Contacts by arrival, handled ones by the end (or start) of handling, tickets by need; warm-up left out."""
    booked_at_end = resolved.scenario.kpis.handle_booked == "end"
    is_, things = contacts.cases, Things(contacts.case, FIGURES, contacts.figures)
    parts = (contacts.channel, contacts.reason_place)
    arrived = Group(things, contacts.arrive_ms, *parts, _only(is_.counted, _of_contacts(is_)), contacts.team)
    handled = Group(
        things,
        contacts.done_ms if booked_at_end else contacts.answer_ms,
        *parts,
        _only(is_.counted, {"handled": is_.handled, "handle_ms": Sum("handle_ms", is_.handled)}),
        contacts.team,
    )
    return arrived, handled, _needs(resolved, tape, outcomes, tickets)


def _only(counted: np.ndarray, measures: Measures) -> Measures:
    """The same measures of some cases only."""
    return {
        name: m & counted if isinstance(m, np.ndarray) else m._replace(where=m.where & counted)
        for name, m in measures.items()
    }


def _of_contacts(c: ContactCases) -> Measures:
    own = ~c.leg
    offered, joined, answered = own & c.offered, own & c.joined, own & c.answered
    settled = joined & ~c.waiting
    leg = c.leg & c.joined
    return {
        "contacts": own,
        **{name: c.kind == kind for kind, name in enumerate(("firsts", "retries", "returns", "legs", "chasers"))},
        "bot_sessions": c.session,
        "bot_ended": c.session & (c.gone | c.queued),
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
        "queued": joined & (c.waited | c.waiting),
        "settled": settled,
        "turned_away": offered & ~joined,
        "wait_answered_ms": Sum("wait_ms", answered),
        "wait_settled_ms": Sum("wait_ms", settled),
        "wait_ms": Sum("wait_ms", joined),
        "legs_joined": leg,
        "legs_settled": leg & ~c.waiting,
        "legs_left": c.leg & c.left,
        "leg_wait_ms": Sum("wait_ms", leg & ~c.waiting),
        "ended": c.handled,
        "transferred": c.handled & (c.result == out.TRANSFERRED),
        "agent_ms": Sum("handle_ms", np.ones(len(own), dtype=bool)),
        "wasted_ms": Sum("handle_ms", c.left),
        "offered_work_ms": Sum("work_ms", c.offered),
        "patience_ms": Sum("patience_ms", joined & c.patient),
        "patient": joined & c.patient,
        **_service_level(c),
    }


def _service_level(c: ContactCases) -> Measures:
    """Parts of the four service levels, contacts on channels with a target only."""
    in_time, left, answered = c.timely & c.answered, c.timely & c.left, c.judged & c.answered
    return {
        "judged": c.judged,
        "in_time": in_time,
        "left_in_time": left,
        "judged_answered": answered,
        "contract_top": in_time | (left & (c.contract == 1)),
        "contract_bottom": np.where(c.contract == 3, answered, c.judged & ~(left & (c.contract == 0))),
    }


def _needs(resolved: Resolved, tape: Tape, outcomes: Outcomes, tickets: Tickets) -> Needs:
    from sim.kpis import compiled_cases

    figures = np.empty((len(TICKET_FIGURES), tape.tickets), dtype=np.int64)
    case, codes = compiled_cases.ticket_cases(
        outcomes.state,
        tape.self_fate,
        tape.need_ms,
        outcomes.response_ms,
        outcomes.end_ms,
        tickets.counts,
        tickets.moments,
        tickets.resolved_at_first,
        resolved.scenario.kpis.fcr_window,
        end_of_run(resolved, outcomes),
        resolved.scenario.horizon.warm_up,
        figures,
    )
    _open_hours(resolved, tape, outcomes, figures[5:])
    is_ = TicketCases.of(codes)
    place = tape.channel * len(resolved.scenario.reasons) + tape.reason
    measures = {**_of_tickets(is_), **_expected(resolved, tape, outcomes, tickets, is_)}
    things = Things(case, TICKET_FIGURES, figures)
    return Needs(
        things=things,
        moment=tape.need_ms,
        channel=tape.channel,
        reason_place=place,
        measures=_only(is_.counted, measures),
        cases=is_,
    )


TICKET_FIGURES = (
    "contacts",
    "response_ms",
    "response_contact_ms",
    "resolution_ms",
    "resolution_contact_ms",
    "response_open_ms",
    "resolution_open_ms",
)
"""Contacts; time from the need, from the first contact, and in opening hours from the need, to response and end."""


def _of_tickets(t: TicketCases) -> Measures:
    resolved = (t.state == out.BY_SELF_SERVICE) | (t.state == out.BY_BOT) | (t.state == out.BY_AGENT)
    false = (t.fate == SELF_FALSE_BACK) | (t.fate == SELF_FALSE_GONE)
    every = np.ones(len(resolved), dtype=bool)
    return {
        "needs": every,
        **{f"state_{name}": t.state == code for code, name in enumerate(out.STATES)},
        "resolved": resolved,
        "self_tried": t.fate != SELF_NONE,
        "self_resolved": t.fate == SELF_RESOLVED,
        "self_false": false,
        "self_left": false | (t.fate == SELF_RESOLVED),
        "contacted": t.contacted,
        "ticket_contacts": Sum("contacts", every),
        "came_again": t.came_again,
        "fcr_tickets": t.old,
        "fcr_alone": t.old & t.alone,
        "fcr_resolved": t.old & t.resolved_at_first,
        "responded": t.responded,
        "response_ms": Sum("response_ms", t.responded),
        "response_contact_ms": Sum("response_contact_ms", t.responded),
        "response_open_ms": Sum("response_open_ms", t.responded),
        "resolution_ms": Sum("resolution_ms", resolved),
        "resolved_contacted": resolved & t.contacted,
        "resolution_contact_ms": Sum("resolution_contact_ms", resolved & t.contacted),
        "resolution_open_ms": Sum("resolution_open_ms", resolved),
        "rated": t.state != out.OPEN,
    }


def _expected(
    resolved: Resolved, tape: Tape, outcomes: Outcomes, tickets: Tickets, cases: TicketCases
) -> dict[str, Expected]:
    """Satisfaction, and customers lost and won, of tickets that have ended."""
    ended = cases.state != out.OPEN
    satisfied, promoter, detractor = satisfied_share(resolved, tape, outcomes, tickets)
    found = {"satisfied": satisfied, "promoters": promoter, "detractors": detractor}
    if counts(resolved):
        found["customers_lost"] = added_churn(resolved, tape, outcomes, tickets, satisfied)
        found["customers_won"] = new_by_referral(resolved, tape, outcomes, promoter, detractor)
    return {name: Expected(figure, ended) for name, figure in found.items()}


def _open_hours(resolved: Resolved, tape: Tape, outcomes: Outcomes, figures: np.ndarray) -> None:
    """Fills (2, N): opening time of the preferred channel from the need to the response, and to the end."""
    for c, channel in enumerate(resolved.scenario.channels.values()):
        hours = channel.hours if isinstance(channel.hours, str) else tuple(channel.hours)
        openings = _openings(resolved.calendar, hours)
        mine = np.flatnonzero(tape.channel == c)
        for until, found in ((outcomes.response_ms, figures[0]), (outcomes.end_ms, figures[1])):
            openings.between(tape.need_ms, until, mine, found)


@lru_cache(maxsize=64)
def _openings(calendar: Calendar, hours: str | tuple[str, ...]) -> Openings:
    """Opening hours as stretches of the clock; the same in every replication."""
    return Openings.of(calendar.opening(hours if isinstance(hours, str) else list(hours)))


@dataclass(frozen=True)
class Lengths:
    """Lengths of time whose distribution is kept."""

    group: Group
    lasted: np.ndarray  # int64 ms (n,), below 0 counts as 0
    where: np.ndarray  # bool (K,)


def lengths(
    resolved: Resolved, outcomes: Outcomes, contacts: Contacts, arrived: Group, needs: Needs
) -> Iterator[tuple[str, Lengths]]:
    """Times whose distribution is kept, those that are known only to last longer apart; warm-up left out."""
    is_ = contacts.cases
    yield "wait", Lengths(arrived, contacts.wait_ms, is_.answered & ~is_.leg & is_.counted)
    t = needs.cases
    still_open = t.state == out.OPEN
    so_far = end_of_run(resolved, outcomes) - needs.moment
    response, resolution = (needs.things.figures[TICKET_FIGURES.index(f"{n}_ms")] for n in ("response", "resolution"))
    for name, lasted, where in (
        ("response", response, t.responded),
        ("response_censored", so_far, still_open & ~t.responded),
        ("resolution", resolution, ~still_open & (t.state != out.LOST)),
        ("resolution_censored", so_far, still_open),
    ):
        yield name, Lengths(needs, lasted, where & t.counted)


def at_instants(
    resolved: Resolved, outcomes: Outcomes, contacts: Contacts, needs: Needs
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Tickets open and contacts waiting at each month's end: (counts and sums of ages, greatest ages)."""
    from sim.kpis import compiled

    shape = (len(resolved.calendar.month_labels), len(resolved.scenario.channels), len(resolved.scenario.reasons))
    edges = np.array(resolved.calendar.month_edges_ms[1:], dtype=np.int64)
    is_, every = contacts.cases, np.ones(len(needs.cases.state), dtype=bool)
    # who waits on waits past the end
    ends_wait = contacts.queue_ms + contacts.wait_ms + is_.waiting[contacts.case]
    ends = np.where(outcomes.end_ms < 0, NEVER, outcomes.end_ms)
    sums: dict[str, np.ndarray] = {}
    greatest: dict[str, np.ndarray] = {}
    for name, case, where, begin, end, place in (
        ("open", needs.things.case, every, needs.moment, ends, needs.reason_place),
        ("in_queue", contacts.case, is_.joined, contacts.queue_ms, ends_wait, contacts.reason_place),
    ):
        found = compiled.present_at(edges, case, where, begin, end, place, shape[1] * shape[2])
        count, age, oldest = (figures.reshape(shape) for figures in found)
        sums[name], sums[f"{name}_age_ms"] = count, age
        greatest[f"{name}_oldest_ms"], greatest[f"{name}_any"] = oldest, (count > 0).astype(np.float64)
    return sums, greatest
