"""What one replication used, month by month: all that prices are put on. Nothing is left out for the warm-up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.demand.tape import Tape
from sim.engine import outcomes as out
from sim.engine.outcomes import Outcomes
from sim.engine.roster import Roster
from sim.kpis import retention
from sim.kpis.columns import Contacts, contact_columns, end_of_run, ticket_columns
from sim.kpis.measures import total
from sim.kpis.overrun import overrun_ms
from sim.kpis.spans import Cuts
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
    months = len(cuts.edges) - 1
    contacts = contacts or contact_columns(resolved, tape, outcomes)
    month = _month(cuts, contacts.arrive_ms)
    end = end_of_run(resolved, outcomes)

    def add(things: int, which: np.ndarray, when: np.ndarray, figures: np.ndarray) -> np.ndarray:
        """(things, months): sums of figures by thing and month; which < 0 is nobody's."""
        if things == 0:
            return np.zeros((0, months))
        cell = np.where(which >= 0, which * months + when, things * months)  # past the end: dropped
        return total(cell, figures, (things, months))

    bot = np.where(contacts.session, contacts.drawn(tape.bot), -1).astype(np.int64)
    session_ms = contacts.drawn(tape.bot_ms)
    charged = ~contacts.leg & (contacts.result != out.CLOSED)
    # the customer's time with people starts where the bot's session ended
    since = np.where(contacts.queue_ms >= 0, contacts.queue_ms, contacts.arrive_ms)
    on_channel = np.where(contacts.leave_ms >= 0, contacts.leave_ms, end) - since
    on_channel[contacts.contained | (contacts.queue_ms < 0)] = 0
    team_handled = add(len(scenario.teams), np.where(contacts.handled, contacts.team, -1), month, contacts.handled)
    need_month = _month(cuts, tape.need_ms)
    finished = (outcomes.state != out.OPEN) & (outcomes.state != out.LOST)
    slots = np.arange(roster.paid_ms.shape[1], dtype=np.int64) * HALF_HOUR_MS
    busy_team = roster.agent_team[outcomes.busy_agent]
    lost, won = _lost_and_won(resolved, tape, outcomes, contacts, cuts)
    channels, selves = len(scenario.channels), len(scenario.self_service)
    tried = tape.self_service.astype(np.int64)
    tried_ms = np.where(tape.self_end_ms >= 0, tape.self_end_ms - tape.need_ms, 0)
    return Usage(
        paid_ms=_by_month(roster.paid_ms, _month(cuts, slots), months),
        training_ms=roster.training_ms.astype(np.float64),
        heads=roster.heads.astype(np.float64),
        joiners=roster.joiners.astype(np.float64),
        resigned=roster.resigned.astype(np.float64),
        dismissed=roster.dismissed.astype(np.float64),
        scheduled_ms=_by_month(roster.scheduled_ms, _month(cuts, slots), months),
        overtime_ms=roster.overtime_ms.astype(np.float64),
        overrun_ms=overrun_ms(roster, outcomes, cuts.edges, len(scenario.teams)),
        busy_ms=_busy(busy_team, len(scenario.teams), outcomes, cuts),
        contacts=add(channels, contacts.channel, month, charged),
        channel_ms=add(channels, contacts.channel, month, on_channel),
        handled=add(channels, contacts.channel, month, contacts.handled & ~contacts.leg),
        team_handled=team_handled,
        bot_sessions=add(len(scenario.bots), bot, month, np.ones(len(bot))),
        bot_contained=add(len(scenario.bots), bot, month, contacts.contained),
        bot_ms=add(len(scenario.bots), bot, month, session_ms),
        self_tries=add(selves, tried, need_month, np.ones(tape.tickets)),
        self_ms=add(selves, tried, need_month, tried_ms),
        needs=np.bincount(need_month, minlength=months).astype(np.float64),
        tickets_resolved=np.bincount(_month(cuts, outcomes.end_ms[finished]), minlength=months).astype(np.float64),
        agent_resolved=add(
            len(scenario.reasons),
            tape.reason.astype(np.int64),
            _month(cuts, outcomes.end_ms),
            outcomes.state == out.BY_AGENT,
        ),
        customers_lost=lost,
        customers_won=won,
    )


def _lost_and_won(
    resolved: Resolved, tape: Tape, outcomes: Outcomes, contacts: Contacts, cuts: Cuts
) -> tuple[np.ndarray, np.ndarray]:
    """By reason and by the month in which the ticket ended, so that what follows from it lies in later months."""
    shape = (len(resolved.scenario.reasons), len(cuts.edges) - 1)
    if not retention.counts(resolved):
        return np.zeros(shape), np.zeros(shape)
    each = retention.lost_and_won(resolved, tape, outcomes, ticket_columns(resolved, tape, contacts))
    cell = tape.reason.astype(np.int64) * shape[1] + _month(cuts, outcomes.end_ms)
    cell[outcomes.state == out.OPEN] = shape[0] * shape[1]  # past the end: dropped
    return total(cell, each[0], shape), total(cell, each[1], shape)


def _month(cuts: Cuts, moment: np.ndarray) -> np.ndarray:
    """Month of each moment; what is drained after the end counts in the last one."""
    return np.asarray(np.clip(cuts.place(moment), 0, len(cuts.edges) - 2))


def _by_month(by_slot: np.ndarray, month: np.ndarray, months: int) -> np.ndarray:
    lines = [np.bincount(month, weights=line, minlength=months) for line in by_slot]
    return np.array(lines, dtype=np.float64).reshape(-1, months)


def _busy(team: np.ndarray, teams: int, outcomes: Outcomes, cuts: Cuts) -> np.ndarray:
    covered = cuts.covered(team, teams, outcomes.busy_from_ms, outcomes.busy_until_ms)
    return np.ascontiguousarray(covered.T, dtype=np.float64)
