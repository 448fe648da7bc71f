"""What one replication used, month by month: all that prices are put on. Nothing is left out for the warm-up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.demand.tape import SELF_FALSE_GONE, Tape
from sim.engine import outcomes as out
from sim.engine.outcomes import Outcomes
from sim.engine.roster import Roster
from sim.kpis import retention
from sim.kpis.columns import FIGURES, Contacts, contact_columns, ticket_columns
from sim.kpis.frame import Periods
from sim.kpis.overrun import overrun_ms
from sim.kpis.spans import Cuts
from sim.kpis.sums import Expected, Measures, Sum, Things, sums
from sim.scenario.resolved import Resolved
from sim.scenario.units import HALF_HOUR_MS, MS_PER_DAY


@dataclass(frozen=True)
class Usage:
    """One replication; T teams, C channels, B bots, S self-services; additive, float64 (..., months).

    Paid time counts where it was worked, contacts and sessions in the month in which they arrived, tickets resolved in
    the month in which they ended. Bills are for the whole horizon, so the warm-up counts here: a cost per contact
    divides these costs by the contacts given here, not by those of the KPIs.
    """

    paid_ms: np.ndarray  # (T, months) paid time, training of joiners included
    training_ms: np.ndarray  # (T, months) of it, joiners before their first contact
    heads: np.ndarray  # (T, months) mean heads on the payroll
    joiners: np.ndarray  # (T, months) agents who join, decided hires and successors
    resigned: np.ndarray  # (T, months) agents who leave of their own accord
    dismissed: np.ndarray  # (T, months) agents whose posts are cut
    scheduled_ms: np.ndarray  # (T, months) time for customers as scheduled
    overtime_ms: np.ndarray  # (T, months) of the paid time, what is decided beyond shifts
    overrun_ms: np.ndarray  # (T, months) time on duty beyond shifts, of teams that pay for it
    busy_ms: np.ndarray  # (T, months) time with a contact in hand
    contacts: np.ndarray  # (C, months) arrivals at the channel, legs left out; who met it closed is not charged
    channel_ms: np.ndarray  # (C, months) customer's time on the channel with people: waiting and talking, legs included
    handled: np.ndarray  # (C, months) contacts that an agent finished, legs left out
    team_handled: np.ndarray  # (T, months) contacts and legs that the team finished
    bot_sessions: np.ndarray  # (B, months)
    bot_contained: np.ndarray  # (B, months) sessions that ended without an agent, resolved or not
    bot_ms: np.ndarray  # (B, months) length of sessions
    self_tries: np.ndarray  # (S, months)
    self_ms: np.ndarray  # (S, months) customers' time in self-service
    needs: np.ndarray  # (months,)
    tickets_resolved: np.ndarray  # (months,) by whomever
    agent_resolved: np.ndarray  # (R, months) tickets that an agent resolved, by reason
    customers_lost: np.ndarray  # (R, months) by tickets of each reason, in the month in which they ended
    customers_won: np.ndarray  # (R, months) likewise


def usage(
    resolved: Resolved, tape: Tape, roster: Roster, outcomes: Outcomes, contacts: Contacts | None = None
) -> Usage:
    """What one replication used; ``contacts`` are its contact_columns(), where they are at hand."""
    scenario = resolved.scenario
    cuts = Cuts.of(np.array(resolved.calendar.month_edges_ms, dtype=np.int64), MS_PER_DAY)
    count = len(cuts.edges) - 1
    months = Periods(count, np.arange(count))
    contacts = contacts or contact_columns(resolved, tape, outcomes)
    channels, teams = len(scenario.channels), len(scenario.teams)
    is_ = contacts.cases
    things = Things(contacts.case, FIGURES, contacts.figures)
    month = cuts.period(contacts.arrive_ms)
    on_channel: Measures = {
        "contacts": ~is_.leg & (is_.result != out.CLOSED),
        "channel_ms": Sum("channel_ms", np.ones(len(is_.leg), dtype=bool)),
        "handled": is_.handled & ~is_.leg,
    }
    by_channel = sums(things, month, months, contacts.channel, channels, on_channel)
    by_team = sums(things, month, months, contacts.team, teams, {"handled": is_.handled})
    slots = cuts.period(np.arange(roster.paid_ms.shape[1], dtype=np.int64) * HALF_HOUR_MS)
    ended = cuts.period(outcomes.end_ms)
    need = cuts.period(tape.need_ms)
    state, reasons = Things(outcomes.state, (), _NONE), len(scenario.reasons)
    states = np.arange(len(out.STATES))
    done = {"resolved": (states != out.OPEN) & (states != out.LOST), "by_agent": states == out.BY_AGENT}
    by_reason = sums(state, ended, months, tape.reason, reasons, done)
    lost, won = _lost_and_won(resolved, tape, outcomes, contacts, ended, months)
    return Usage(
        paid_ms=_by_month(roster.paid_ms, slots, count),
        training_ms=roster.training_ms.astype(np.float64),
        heads=roster.heads.astype(np.float64),
        joiners=roster.joiners.astype(np.float64),
        resigned=roster.resigned.astype(np.float64),
        dismissed=roster.dismissed.astype(np.float64),
        scheduled_ms=_by_month(roster.scheduled_ms, slots, count),
        overtime_ms=roster.overtime_ms.astype(np.float64),
        overrun_ms=overrun_ms(roster, outcomes, cuts.edges, teams),
        busy_ms=_busy(roster.agent_team[outcomes.busy_agent], teams, outcomes, cuts),
        contacts=_lines(by_channel["contacts"]),
        channel_ms=_lines(by_channel["channel_ms"]),
        handled=_lines(by_channel["handled"]),
        team_handled=_lines(by_team["handled"]),
        **_of_bots(tape, contacts, month, months, len(scenario.bots)),
        **_of_self_service(tape, need, months, len(scenario.self_service)),
        needs=np.bincount(need, minlength=count).astype(np.float64),
        tickets_resolved=by_reason["resolved"].sum(axis=1),
        agent_resolved=_lines(by_reason["by_agent"]),
        customers_lost=lost,
        customers_won=won,
    )


_NONE = np.empty((0, 0), dtype=np.int64)


def _of_bots(tape: Tape, contacts: Contacts, month: np.ndarray, months: Periods, bots: int) -> dict[str, np.ndarray]:
    """Sessions, sessions that ended without an agent, and their length; (B, months)."""
    if bots == 0:
        return dict.fromkeys(("bot_sessions", "bot_contained", "bot_ms"), np.zeros((0, months.count)))
    session = contacts.cases.session
    length = contacts.drawn(tape.bot_ms)[None]
    found = sums(
        Things(contacts.case, ("bot_ms",), length),
        month,
        months,
        contacts.drawn(tape.bot),
        bots,
        {
            "bot_sessions": session,
            "bot_contained": session & contacts.cases.contained,
            "bot_ms": Sum("bot_ms", session),
        },
    )
    return {name: _lines(figures) for name, figures in found.items()}


def _of_self_service(tape: Tape, need: np.ndarray, months: Periods, selves: int) -> dict[str, np.ndarray]:
    """Tries and the time that they took; (S, months)."""
    if selves == 0:
        return dict.fromkeys(("self_tries", "self_ms"), np.zeros((0, months.count)))
    tried_ms = np.where(tape.self_end_ms >= 0, tape.self_end_ms - tape.need_ms, 0)
    every = np.ones(SELF_FALSE_GONE + 1, dtype=bool)
    found = sums(
        Things(tape.self_fate, ("self_ms",), tried_ms[None]),
        need,
        months,
        tape.self_service,
        selves,
        {"self_tries": every, "self_ms": Sum("self_ms", every)},
    )
    return {name: _lines(figures) for name, figures in found.items()}


def _lines(by_month: np.ndarray) -> np.ndarray:
    """(things, months) of (months, things)."""
    return np.ascontiguousarray(by_month.T)


def _lost_and_won(
    resolved: Resolved, tape: Tape, outcomes: Outcomes, contacts: Contacts, ended: np.ndarray, months: Periods
) -> tuple[np.ndarray, np.ndarray]:
    """By reason and by the month in which the ticket ended, so that what follows from it lies in later months."""
    reasons = len(resolved.scenario.reasons)
    if not retention.counts(resolved):
        return np.zeros((reasons, months.count)), np.zeros((reasons, months.count))
    lost, won = retention.lost_and_won(resolved, tape, outcomes, ticket_columns(resolved, tape, contacts))
    over = np.arange(len(out.STATES)) != out.OPEN
    found = sums(
        Things(outcomes.state, (), _NONE),
        ended,
        months,
        tape.reason,
        reasons,
        {"lost": Expected(lost, over), "won": Expected(won, over)},
    )
    return _lines(found["lost"]), _lines(found["won"])


def _by_month(by_slot: np.ndarray, month: np.ndarray, months: int) -> np.ndarray:
    lines = [np.bincount(month, weights=line, minlength=months) for line in by_slot]
    return np.array(lines, dtype=np.float64).reshape(-1, months)


def _busy(team: np.ndarray, teams: int, outcomes: Outcomes, cuts: Cuts) -> np.ndarray:
    covered = cuts.covered(team, teams, outcomes.busy_from_ms, outcomes.busy_until_ms)
    return np.ascontiguousarray(covered.T, dtype=np.float64)
