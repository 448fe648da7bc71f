"""Conservation: what must hold in every run, whatever the scenario. Each check says in words what broke."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.demand.tape import SELF_RESOLVED, Tape
from sim.engine import outcomes as out
from sim.engine.outcomes import Outcomes
from sim.kpis.columns import contact_columns, end_of_run
from sim.scenario.resolved import Resolved
from sim.scenario.units import MS_PER_HOUR


class ConservationError(AssertionError):
    """An engine lost or invented something; the message says what, and how many."""


@dataclass(frozen=True)
class Sums:
    """Agents' time, which adds up only over all blocks of a run: A agents, C channels, ms."""

    busy_ms: np.ndarray  # float64 (A, C)
    handle_ms: np.ndarray  # float64 (A, C): of the contacts that each agent served last
    duty_ms: np.ndarray  # float64 (A,)

    @staticmethod
    def of(resolved: Resolved, agents: int, outcomes: Outcomes) -> Sums:
        """The sums of one block."""
        from sim.kpis import compiled_checks

        o, channels = outcomes, len(resolved.scenario.channels)
        busy_ms, handle_ms, duty_ms = np.zeros((agents, channels)), np.zeros((agents, channels)), np.zeros((agents, 1))
        busy, duty = o.busy_until_ms - o.busy_from_ms, o.duty_until_ms - o.duty_from_ms
        known = compiled_checks.add_time(o.busy_agent, o.busy_channel, o.busy_agent, busy, busy_ms)
        known &= compiled_checks.add_time(o.agent, o.channel, o.kind, o.handle_ms, handle_ms)
        known &= compiled_checks.add_time(
            o.duty_agent, np.zeros(len(duty), np.int8), np.zeros(len(duty), np.int8), duty, duty_ms
        )
        if not known:
            raise ConservationError("agents or channels that do not exist")
        return Sums(busy_ms, handle_ms, duty_ms[:, 0])

    def __add__(self, other: Sums) -> Sums:
        return Sums(self.busy_ms + other.busy_ms, self.handle_ms + other.handle_ms, self.duty_ms + other.duty_ms)


def check_conservation(resolved: Resolved, tape: Tape, outcomes: Outcomes) -> None:
    """Raises ConservationError unless tickets, contacts and agents' time add up. Cheap enough for each run."""
    check_block(resolved, tape, outcomes)
    agents = (outcomes.agent, outcomes.busy_agent, outcomes.duty_agent)
    check_sums(resolved, Sums.of(resolved, 1 + max(int(column.max(initial=-1)) for column in agents), outcomes))


def check_block(resolved: Resolved, tape: Tape, outcomes: Outcomes) -> None:
    """What holds in every block of a run."""
    check_tickets(tape, outcomes)
    if not contacts_hold(resolved, tape, outcomes):  # what is wrong, and how often, is told only then
        check_contacts(resolved, tape, outcomes)
        check_order(resolved, outcomes)
        check_ends(tape, outcomes)
    check_agents(outcomes)


def contacts_hold(resolved: Resolved, tape: Tape, outcomes: Outcomes) -> bool:
    """Whether all that `check_contacts`, `check_order` and `check_ends` word holds, in one compiled pass."""
    from sim.kpis import compiled_checks

    o, end = outcomes, end_of_run(resolved, outcomes)
    codes = (o.state, o.kind, o.channel, o.team, o.result)
    times = (o.arrive_ms, o.queue_ms, o.answer_ms, o.leave_ms, o.done_ms)
    things = (len(resolved.scenario.channels), len(resolved.scenario.teams))
    return bool(compiled_checks.contacts_hold(tape.ticket, tape.first_ms, *codes, *times, end, *things))


def check_sums(resolved: Resolved, sums: Sums) -> None:
    """What holds over all blocks: nobody is busy for longer than on duty; busy time is the handle time of the work."""
    _refuse(sums.busy_ms.sum(axis=1) > sums.duty_ms, "agents busy for longer than on duty")
    check_work(resolved, sums)


def _refuse(broken: np.ndarray, words: str) -> None:
    count = int(np.count_nonzero(broken))
    if count:
        raise ConservationError(f"{words}: {count}, the first is number {int(np.flatnonzero(broken)[0])}")


def check_tickets(tape: Tape, outcomes: Outcomes) -> None:
    """Needs = ends + open: every ticket is in exactly one state, and has an end unless it is open."""
    state, end = outcomes.state, outcomes.end_ms
    if len(state) != tape.tickets:
        raise ConservationError(f"{tape.tickets} needs, but {len(state)} tickets")
    _refuse((state < out.OPEN) | (state > out.LOST), "tickets in no known state")
    _refuse((state == out.OPEN) != (end < 0), "tickets that are open with an end, or ended without one")
    _refuse((end >= 0) & (end < tape.need_ms), "tickets that ended before the need arose")
    _refuse((state == out.BY_SELF_SERVICE) & (tape.self_fate != SELF_RESOLVED), "tickets resolved by no self-service")


def check_contacts(resolved: Resolved, tape: Tape, outcomes: Outcomes) -> None:
    """Contacts in = contacts out + waiting + in service; further contacts follow a ticket's earlier ones."""
    used = outcomes.kind >= 0
    result, leave = outcomes.result, outcomes.leave_ms
    stays = (result == out.WAITING) | (result == out.IN_SERVICE)
    _refuse(used & ((result < 0) | (result >= len(out.RESULTS))), "contacts without a known result")
    _refuse(used & stays & (leave >= 0), "contacts that left, but count as waiting or in service")
    _refuse(used & ~stays & (leave < 0), "contacts with a result that never left")
    _refuse(used & (outcomes.arrive_ms < 0), "contacts that never arrived")
    channels, teams = len(resolved.scenario.channels), len(resolved.scenario.teams)
    _refuse(used & ((outcomes.channel < 0) | (outcomes.channel >= channels)), "contacts on no known channel")
    _refuse(used & (outcomes.team >= teams), "contacts of no known team")
    _refuse(used[: tape.tickets] & (tape.first_ms < 0), "first contacts of tickets that have none")
    first = outcomes.kind == out.FIRST
    _refuse(first & (np.arange(tape.rows) >= tape.tickets), "first contacts that are not the ticket's first row")
    # Among further contacts the order of rows need not be that of arrivals: a row is reserved when its contact is
    # planned, and a chaser that meets a closed channel may never arrive.
    further = np.arange(tape.rows) >= tape.tickets
    _refuse(used & further & ~used[tape.ticket], "contacts that came before the ticket's earlier one")


def check_order(resolved: Resolved, outcomes: Outcomes) -> None:
    """Times of a contact are in order: arrives, queues, is answered, leaves, is done."""
    used = outcomes.kind >= 0
    names = ("arrive_ms", "queue_ms", "answer_ms", "leave_ms", "done_ms")
    so_far = np.zeros(len(used), dtype=np.int64)  # the latest of the times before; -1 is none
    broken = np.zeros(len(used), dtype=bool)
    for name in names:
        later = getattr(outcomes, name)
        broken |= (later >= 0) & (later < so_far)
        np.maximum(so_far, later, out=so_far)
    if (used & broken).any():
        for a in range(len(names)):
            for b in range(a + 1, len(names)):
                earlier, later = getattr(outcomes, names[a]), getattr(outcomes, names[b])
                wrong = used & (earlier >= 0) & (later >= 0) & (later < earlier)
                _refuse(wrong, f"contacts with {names[b]} before {names[a]}")
    end = end_of_run(resolved, outcomes)
    _refuse(used & (outcomes.arrive_ms > end), "contacts that arrived after the end")


def check_ends(tape: Tape, outcomes: Outcomes) -> None:
    """Resolved by an agent or a bot means a contact that did so; lost or resolved means that no contact waits on."""
    for state, result, who in ((out.BY_AGENT, out.RESOLVED, "an agent"), (out.BY_BOT, out.BOT_RESOLVED, "a bot")):
        by = outcomes.kind >= 0
        met = np.bincount(tape.ticket[by & (outcomes.result == result)], minlength=tape.tickets) > 0
        _refuse((outcomes.state == state) & ~met, f"tickets resolved by {who} without such a contact")
    active = (outcomes.kind >= 0) & (outcomes.result == out.WAITING) & (outcomes.answer_ms < 0)
    waits = np.bincount(tape.ticket[active], minlength=tape.tickets) > 0
    _refuse((outcomes.state != out.OPEN) & waits, "tickets that ended and still have a contact waiting")
    passed_on = np.count_nonzero((outcomes.kind >= 0) & (outcomes.result == out.TRANSFERRED))
    legs = np.count_nonzero(outcomes.kind == out.TRANSFER)
    if legs > passed_on:
        raise ConservationError(f"{legs} legs after {passed_on} transfers")


def check_agents(outcomes: Outcomes) -> None:
    """No agent is busy twice at once, nor on duty twice."""
    from sim.kpis import compiled_checks

    o = outcomes
    for agent, begin, end, what, no_length in (
        (o.busy_agent, o.busy_from_ms, o.busy_until_ms, "busy", "busy stretches without length"),
        (o.duty_agent, o.duty_from_ms, o.duty_until_ms, "on duty", "presences without length"),
    ):
        _refuse(agent < 0, f"nobody {what}")
        if not compiled_checks.one_at_a_time(agent, begin, end):
            _refuse(end <= begin, no_length)
            _no_overlap(agent, begin, end, f"agents {what} twice at once")


def _no_overlap(agent: np.ndarray, begin: np.ndarray, end: np.ndarray, words: str) -> None:
    low, span = int(begin.min(initial=0)), int(begin.max(initial=0)) - int(begin.min(initial=0)) + 1
    order = np.argsort(agent * np.int64(span) + (begin - low))  # by agent and begin
    agent, begin, end = agent[order], begin[order], end[order]
    _refuse((agent[1:] == agent[:-1]) & (begin[1:] < end[:-1]), words)


def check_work(resolved: Resolved, sums: Sums) -> None:
    """Agents are busy with one contact at a time for exactly its handle time: by agent and channel.

    Interruptible work can go on with another agent, so there the sums over all agents are compared. Contacts in
    parallel overlap, so they are left out.
    """
    for c, (name, channel) in enumerate(resolved.scenario.channels.items()):
        if channel.parallel == 1:
            off = sums.busy_ms[:, c] - sums.handle_ms[:, c]
            off = off.sum(keepdims=True) if channel.interruptible else off
            _refuse(off != 0, f"agents whose busy time on {name} is not the handle time of their contacts")


@dataclass(frozen=True)
class Little:
    """Little's law on one channel: mean number waiting, arrivals per hour, mean wait in hours."""

    channel: str
    length: float
    rate_per_h: float
    wait_h: float

    @property
    def gap(self) -> float:
        """L - lambda W; 0 but for rounding, where waits are complete or counted up to the end."""
        return self.length - self.rate_per_h * self.wait_h


def littles_law(resolved: Resolved, tape: Tape, outcomes: Outcomes) -> list[Little]:
    """L and lambda W of each channel's queue over the whole run.

    The two sides come by different ways: L is the integral of the queue's length over time (+1 at each entry, -1 at
    each exit), lambda W the sum of the contacts' waits.
    """
    contacts = contact_columns(resolved, tape, outcomes)
    end = end_of_run(resolved, outcomes)
    found = []
    for c, channel in enumerate(resolved.scenario.channels):
        mine = contacts.cases.joined[contacts.case] & (contacts.channel == c)
        since, wait = contacts.queue_ms[mine], contacts.wait_ms[mine]
        moments = np.concatenate([since, since + wait, [0, end]])
        steps = np.concatenate([np.ones(len(since)), -np.ones(len(since)), [0, 0]])
        order = np.argsort(moments, kind="stable")
        length = np.cumsum(steps[order])[:-1]
        area = float(length @ np.diff(moments[order]))
        hours = end / MS_PER_HOUR
        count = len(since)
        mean = float(wait.sum()) / count / MS_PER_HOUR if count else 0.0
        found.append(Little(channel, area / end, count / hours, mean))
    return found
