"""The desk: plan, tape and roster made into lists and entities, and the clock that drives them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from heapq import heappop, heappush
from itertools import chain

import numpy as np
import simpy

from sim.demand.tape import Tape
from sim.engine import outcomes as out
from sim.engine.plan import FAR, PPM, PRIORITY, Plan
from sim.engine.reference.entities import NOBODY, PENDING, Agent, Channel, Queue, Team
from sim.engine.roster import Roster

# Kinds of events: at one tick they happen in this order, then by id (contact's row, or place in the roster's list)
ENDS, STAFF, ARRIVES, CHASE, OVERFLOW, PATIENCE = (kind << 48 for kind in range(6))

# Columns of the tape that depend on the channel
CHANNEL_COLUMNS = (
    "work_ms",
    "wrap_ms",
    "patience_ms",
    "retry_ms",
    "retry_channel",
    "return_ms",
    "return_channel",
    "bot",
    "bot_ms",
    "flags",
)

Handler = Callable[["Desk", int, int], None]
Event = tuple[int, int, Handler, int]


class Clock(simpy.Environment):
    """A SimPy environment with integer time whose events are (handler, id) pairs in a total order.

    SimPy orders events by (time, priority, number of scheduling). Here the priority holds kind and id, so that nothing
    depends on who scheduled first, and an event is a handler with its row rather than a list of callbacks.
    """

    def at(self, when: int, order: int, handler: Handler, ident: int) -> None:
        """Schedules ``handler(desk, when, ident)``; `order` is kind + id."""
        heappush(self._queue, (when, order, handler, ident))  # type: ignore[misc]

    def drive(self, desk: Desk, firsts: Iterable[Event], until: int) -> None:
        """Runs every event before `until`: those scheduled, merged with `firsts`, which come in order and before it."""
        queue: list[Event] = self._queue  # type: ignore[assignment]
        stop = (until, -1, after_the_end, 0)
        heappush(queue, stop)  # so that there is always something to compare with
        for first in chain(firsts, [stop]):
            while queue[0] < first:
                now, _, handler, ident = heappop(queue)
                handler(desk, now, ident)
            now, _, handler, ident = first
            handler(desk, now, ident)
        self._now = until


def after_the_end(desk: Desk, now: int, ident: int) -> None:
    """Stands at the end of the run."""


class Desk:
    """Everything that changes while a replication runs: lists by contact (row of the tape), ticket, agent, queue."""

    __slots__ = (
        "agent",
        "agents",
        "answered",
        "aside_ms",
        "besides",
        "bot_always_open",
        "bot_at",
        "busy",
        "called",
        "channel",
        "channels",
        "clock",
        "day",
        "day_edges",
        "done",
        "duty",
        "events",
        "gone",
        "has_bots",
        "has_transfers",
        "kind",
        "last_row",
        "leave",
        "left",
        "lost_at",
        "next_row",
        "on_arrival",
        "on_overflow",
        "one_speed",
        "phase",
        "plan",
        "quality_varies",
        "queue",
        "queued",
        "queues",
        "reason",
        "regime",
        "reopen_ms",
        "resolve_u",
        "result",
        "roster",
        "staff",
        "started",
        "state",
        "tape",
        "team_ppm",
        "teams",
        "tenure_varies",
        "ticket",
        "transfer",
        "transfer_adds",
        "transfer_to",
        "transfer_u",
        "until",
        "unusual",
        "world",
    )

    def __init__(self, plan: Plan, tape: Tape, roster: Roster, on_arrival: Handler, on_overflow: Handler) -> None:
        self.plan, self.tape, self.roster = plan, tape, roster
        self.clock = Clock()
        self.events: list[Event] = self.clock._queue  # type: ignore[assignment]
        self.on_arrival, self.on_overflow = on_arrival, on_overflow  # for rules that stand below those
        self.until = FAR if plan.drain else plan.end_ms  # nothing happens from then on
        self.busy: list[tuple[int, int, int, int]] = []  # agent, channel, from, until
        self.duty: list[tuple[int, int, int]] = []  # agent, from, until
        self._read_tape(tape)
        self._make_contacts(tape)
        self._make_channels(plan)
        self._make_queues(plan)
        self._make_staff(plan, roster)

    def _read_tape(self, tape: Tape) -> None:
        """Columns as flat lists: plain integers are faster here than array elements."""
        self.reason, self.regime = as_list(tape.reason), as_list(tape.regime)
        self.ticket, self.next_row = tape.ticket.tolist(), tape.next_row.tolist()
        self.world: list[int] = (2 * (tape.regime * self.plan.reasons + tape.reason)).tolist()
        self.resolve_u, self.transfer_u = as_list(tape.resolve_u), as_list(tape.transfer_u)
        self.reopen_ms = as_list(tape.reopen_ms)
        self.has_bots = bool((tape.bot >= 0).any())

    def _make_contacts(self, tape: Tape) -> None:
        """Contacts and tickets before anything has happened; a ticket's first contact has the ticket's number."""
        n, m = tape.tickets, tape.rows
        self.channel: list[int] = tape.channel.tolist() + [0] * (m - n)
        self.phase, self.kind, self.result = [PENDING] * m, [out.FIRST] * m, [out.WAITING] * m
        self.queued, self.leave, self.started = ([-1] * m for _ in range(3))
        self.done: dict[int, int] = {}  # agent's end, where it is not the end of a talk
        self.bot_at: dict[int, int] = {}  # start of the bot's session, where there was one
        self.answered: dict[int, int] = {}  # first answer of unusual contacts; of the others when started
        self.aside_ms: dict[int, int] = {}  # worked before an interruption
        self.left = [-1] * m  # work left: of an interrupted contact in ms, of a parallel one in ms x 10**6
        self.agent = [NOBODY] * m
        self.queue: list[Queue] = [None] * m  # type: ignore[list-item]
        self.unusual: set[int] = set()  # left silently, to be called back, interrupted, or transferred
        self.gone: set[int] = set()  # left silently
        self.called: set[int] = set()  # to be called back
        self.last_row: dict[int, int] = {}  # of tickets with further contacts, the last one's row
        self.besides: dict[int, int] = {}  # contacts at work or to come besides one, of tickets with chasers
        self.state = [out.OPEN] * n
        self.lost_at: dict[int, int] = {}  # by ticket

    def _make_channels(self, plan: Plan) -> None:
        self.channels = [Channel(c) for c in range(plan.channels)]
        for c, channel in enumerate(self.channels):
            channel.parallel, channel.speeds = int(plan.parallel[c]), plan.chat_ppm[c].tolist()
            channel.interruptible, channel.clears = bool(plan.interruptible[c]), bool(plan.clears[c])
            channel.places, channel.when_closed = int(plan.places[c]), int(plan.when_closed[c])
            channel.balk_over, channel.callback_over = int(plan.balk_over_ms[c]), int(plan.callback_over_ms[c])
            channel.callback_try, channel.notice = int(plan.callback_try_ms[c]), int(plan.notice_ms[c])
            channel.chase_after, channel.chase_channel = int(plan.chase_ms[c]), int(plan.chase_channel[c])
            channel.target = int(plan.target_ms[c])
            channel.alone = channel.parallel == 1
            channel.interrupts = not channel.interruptible and bool(plan.interruptible.any())
            channel.ends_move = channel.interruptible or not channel.alone
        for name in CHANNEL_COLUMNS:
            lines = [as_list(line) for line in getattr(self.tape, name)]
            for channel in self.channels:
                setattr(channel, name, lines[channel.id if self.tape.wide else 0])
        for channel in self.channels:
            channel.wraps = any(channel.wrap_ms)
        self.bot_always_open = plan.bot_always_open.tolist()

    def _make_queues(self, plan: Plan) -> None:
        routing = plan.routing
        self.teams = [Team(t, int(plan.policy[t]), FAR) for t in range(plan.teams)]
        numbers = zip(routing.queue_channel.tolist(), plan.mean_handle_ms.tolist(), strict=True)
        self.queues = [Queue(q, self.channels[c], mean) for q, (c, mean) in enumerate(numbers)]
        for q, queue in enumerate(self.queues):
            queue.channel.queues.append(queue)
            for t, after in zip(routing.queue_teams[q].tolist(), routing.queue_after[q].tolist(), strict=True):
                if t >= 0:
                    queue.tries.append((after, self.teams[t]))
            queue.teams = [team for after, team in queue.tries if after == 0]
            queue.afters = [after for after, team in queue.tries if after > 0]
        for channel, joins, passed in zip(self.channels, routing.queue_of, routing.transfer_queue, strict=True):
            channel.queue_of = [self.queues[q] for q in joins]  # -1 where nobody serves it: then nobody comes
            channel.transfer_queue = [self.queues[q] for q in passed]
            for q in passed:
                self.queues[q].transfers |= q >= 0
        firsts = routing.queue_of[self.tape.channel, self.tape.reason].tolist()
        self.queue[: len(firsts)] = map(self.queues.__getitem__, firsts)
        views = (routing.team_ranks.tolist(), routing.team_after.tolist(), routing.team_queues.tolist())
        for team, ranks, afters, queues in zip(self.teams, *views, strict=True):
            lines = zip(ranks, afters, queues, strict=True)
            team.queues = [(rank, after, self.queues[q]) for rank, after, q in lines if q >= 0]
            distinct = len({rank for rank, _, _ in team.queues}) == len(team.queues)
            if team.policy == PRIORITY and distinct and not any(after for _, after, _ in team.queues):
                team.strict = [queue for _, _, queue in team.queues]
            team.resolve = plan.resolve[:, :, team.id].ravel().tolist()
        self.transfer, self.has_transfers = plan.transfer.tolist(), bool(plan.transfer.any())
        self.transfer_to, self.transfer_adds = plan.transfer_to.tolist(), plan.transfer_adds_ms.tolist()
        self.team_ppm = plan.speed_ppm.tolist()

    def _make_staff(self, plan: Plan, roster: Roster) -> None:
        events = (roster.event_ms, roster.event_what, roster.event_who, roster.event_value, roster.event_until)
        self.staff = list(zip(*(column.tolist() for column in events), strict=True))
        self.tenure_varies = roster.speed_ppm.shape[1] > 1
        self.one_speed = not self.tenure_varies and bool((plan.speed_ppm == PPM).all())
        self.day, self.day_edges = 0, roster.day_edges_ms.tolist()
        self.quality_varies = roster.quality_ppm.shape[1] > 1
        by_day = (roster.speed_ppm.tolist(), roster.quality_ppm.tolist())
        people = enumerate(zip(roster.agent_team.tolist(), *by_day, strict=True))
        self.agents = [Agent(a, self.teams[t], tenure, quality) for a, (t, tenure, quality) in people]
        most = int(plan.parallel.max(initial=1))
        for team in self.teams:
            team.part = [[type(team.idle)() for _ in range(most + 1)] for _ in self.channels]
        for agent in reversed(self.agents):  # the lowest id comes first
            agent.team.absent.append(agent)


def as_list(column: np.ndarray) -> list[int]:
    """A column as plain integers, faster here than array elements; a constant one costs next to nothing."""
    if len(column) and (column == column[0]).all():
        return [column[0].item()] * len(column)
    values: list[int] = column.tolist()
    return values
