"""The desk: plan, tape and roster made into lists and entities, and the clock that drives them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from heapq import heappop, heappush

import simpy

from sim.demand.tape import Tape
from sim.engine import outcomes as out
from sim.engine.plan import FAR, PPM, Plan
from sim.engine.reference.entities import PENDING, Agent, Channel, Queue, Team
from sim.engine.roster import Roster

# Kinds of events: at one tick they happen in this order, then by id (contact's row, or place in the roster's list)
ENDS, STAFF, ARRIVES, CHASE, OVERFLOW, PATIENCE, STOP = (kind << 48 for kind in range(7))

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
        """Runs every event before `until`: those scheduled, merged with the first contacts, which come in order."""
        queue: list[Event] = self._queue  # type: ignore[assignment]
        last = (until, -1, on_arrival_after_the_end, 0)
        heappush(queue, last)
        coming = iter(firsts)
        following = next(coming, last)
        while True:
            if following < queue[0]:
                now, _, handler, ident = following
                following = next(coming, last)
            else:
                now, _, handler, ident = heappop(queue)
                if now >= until:
                    break
            handler(desk, now, ident)
        self._now = until


def on_arrival_after_the_end(desk: Desk, now: int, ident: int) -> None:
    """Stands at the end of the run; it is never called."""


class Desk:
    """Everything that changes while a replication runs: lists by contact (row of the tape), ticket, agent, queue."""

    __slots__ = (
        "agent",
        "agents",
        "answered",
        "aside_ms",
        "attempt",
        "bot",
        "bot_always_open",
        "bot_at",
        "bot_ms",
        "busy",
        "called",
        "channel",
        "channels",
        "clock",
        "day",
        "day_edges",
        "done",
        "duty",
        "end",
        "ends_at",
        "events",
        "flags",
        "gone",
        "handled",
        "has_bots",
        "has_deferrable",
        "kind",
        "last_row",
        "leave",
        "left",
        "live",
        "met",
        "next_row",
        "on_arrival",
        "on_overflow",
        "one_speed",
        "patience_ms",
        "phase",
        "plan",
        "queue",
        "queued",
        "queues",
        "reason",
        "regime",
        "reopen_ms",
        "resolve",
        "resolve_at",
        "resolve_u",
        "result",
        "retry_channel",
        "retry_ms",
        "return_channel",
        "return_ms",
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
        "unusual",
        "work_ms",
        "wrap_ms",
    )

    def __init__(self, plan: Plan, tape: Tape, roster: Roster, on_arrival: Handler, on_overflow: Handler) -> None:
        self.plan, self.tape, self.roster = plan, tape, roster
        self.clock = Clock()
        self.events: list[Event] = self.clock._queue  # type: ignore[assignment]
        self.on_arrival, self.on_overflow = on_arrival, on_overflow  # for rules that stand below those
        self.busy: list[tuple[int, int, int, int]] = []  # agent, channel, from, until
        self.duty: list[tuple[int, int, int]] = []  # agent, from, until
        self._read_tape(tape)
        self._make_contacts(tape)
        self._make_channels(plan)
        self._make_queues(plan)
        self._make_staff(plan, roster)

    def _read_tape(self, tape: Tape) -> None:
        """Columns as flat lists: plain integers are faster here than array elements."""
        self.reason, self.regime = tape.reason.tolist(), tape.regime.tolist()
        self.ticket, self.next_row = tape.ticket.tolist(), tape.next_row.tolist()
        self.resolve_at = ((tape.regime * self.plan.reasons + tape.reason) * (2 * self.plan.teams)).tolist()
        self.resolve_u, self.transfer_u = tape.resolve_u.tolist(), tape.transfer_u.tolist()
        self.reopen_ms: list[int] = tape.reopen_ms.tolist()
        self.work_ms: list[int] = tape.work_ms.ravel().tolist()
        self.wrap_ms: list[int] = tape.wrap_ms.ravel().tolist()
        self.patience_ms: list[int] = tape.patience_ms.ravel().tolist()
        self.retry_ms, self.retry_channel = tape.retry_ms.ravel().tolist(), tape.retry_channel.ravel().tolist()
        self.return_ms, self.return_channel = tape.return_ms.ravel().tolist(), tape.return_channel.ravel().tolist()
        self.has_bots = bool((tape.bot >= 0).any())
        self.bot, self.bot_ms = tape.bot.ravel().tolist(), tape.bot_ms.ravel().tolist()
        self.flags: list[int] = tape.flags.ravel().tolist()

    def _make_contacts(self, tape: Tape) -> None:
        """Contacts and tickets before anything has happened; a ticket's first contact has the ticket's number."""
        n, m = tape.tickets, tape.rows
        self.channel: list[int] = tape.channel.tolist() + [-1] * (m - n)
        self.phase, self.kind, self.attempt, self.result = [PENDING] * m, [out.FIRST] * m, [0] * m, [out.WAITING] * m
        self.queued, self.leave, self.started, self.done, self.ends_at = ([-1] * m for _ in range(5))
        self.bot_at: dict[int, int] = {}  # start of the bot's session, where there was one
        self.answered: dict[int, int] = {}  # first answer of unusual contacts; of the others when started
        self.aside_ms = [0] * m  # worked before an interruption
        self.left = [-1] * m  # work left: of an interrupted contact in ms, of a parallel one in ms x 10**6
        self.agent: list[Agent] = [None] * m  # type: ignore[list-item]
        self.queue: list[Queue] = [None] * m  # type: ignore[list-item]
        self.unusual: set[int] = set()  # left silently, to be called back, interrupted, or transferred
        self.gone: set[int] = set()  # left silently
        self.called: set[int] = set()  # to be called back
        self.last_row, self.live = list(range(n)), [1] * n  # contacts at work or to come
        self.met, self.handled = [False] * n, [0] * n  # handled: 1 once a handled contact has failed
        self.state, self.end = [out.OPEN] * n, [-1] * n

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
            channel.offset = c * self.tape.rows if self.tape.wide else 0
        self.has_deferrable = any(channel.interruptible for channel in self.channels)
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
        for channel, joins, passed in zip(self.channels, routing.queue_of, routing.transfer_queue, strict=True):
            channel.queue_of = [self.queues[q] for q in joins]  # -1 where nobody serves it: then nobody comes
            channel.transfer_queue = [self.queues[q] for q in passed]
        firsts = routing.queue_of[self.tape.channel, self.tape.reason].tolist()
        self.queue[: len(firsts)] = map(self.queues.__getitem__, firsts)
        views = (routing.team_ranks.tolist(), routing.team_after.tolist(), routing.team_queues.tolist())
        for team, ranks, afters, queues in zip(self.teams, *views, strict=True):
            lines = zip(ranks, afters, queues, strict=True)
            team.queues = [(rank, after, self.queues[q]) for rank, after, q in lines if q >= 0]
        self.resolve, self.transfer = plan.resolve.ravel().tolist(), plan.transfer.tolist()
        self.transfer_to, self.transfer_adds = plan.transfer_to.tolist(), plan.transfer_adds_ms.tolist()
        self.team_ppm = plan.speed_ppm.tolist()

    def _make_staff(self, plan: Plan, roster: Roster) -> None:
        events = (roster.event_ms, roster.event_what, roster.event_who, roster.event_value)
        self.staff = list(zip(*(column.tolist() for column in events), strict=True))
        self.tenure_varies = roster.speed_ppm.shape[1] > 1
        self.one_speed = not self.tenure_varies and bool((plan.speed_ppm == PPM).all())
        self.day, self.day_edges = 0, roster.day_edges_ms.tolist()
        people = enumerate(zip(roster.agent_team.tolist(), roster.speed_ppm.tolist(), strict=True))
        self.agents = [Agent(a, self.teams[t], tenure) for a, (t, tenure) in people]
        most = int(plan.parallel.max(initial=1))
        for team in self.teams:
            team.part = [[type(team.idle)() for _ in range(most + 1)] for _ in self.channels]
        for agent in reversed(self.agents):  # the lowest id comes first
            agent.team.absent.append(agent)
