"""The state of one replication: lists over contacts, tickets, agents and queues, and the clock."""

from __future__ import annotations

from collections import OrderedDict, deque
from heapq import heappop, heappush

import simpy

from sim.demand.tape import Tape
from sim.engine import outcomes as out
from sim.engine.plan import FAR, Plan
from sim.engine.roster import Roster

# Kinds of events; at one tick they happen in this order, then by id (contact row, or place in the roster's list)
ENDS, STAFF, ARRIVES, CHASE, OVERFLOW, PATIENCE = range(6)
KIND_BITS = 48

# Phases of a contact
UNUSED, PENDING, BOT, QUEUED, TALK, WRAP, OVER = range(7)

Agents = OrderedDict[int, None]  # agents of one kind of availability, the one that is in it longest first


class Clock(simpy.Environment):
    """A SimPy environment whose events are (kind, id) pairs rather than callbacks, in a total order."""

    def at(self, when: int, kind: int, ident: int) -> None:
        """Schedules an event; its priority is its place within the tick."""
        heappush(self._queue, (when, kind << KIND_BITS | ident, 0, None))  # type: ignore[misc]

    def drive(self, handlers: list, state: State, until: int) -> None:  # type: ignore[type-arg]
        """Runs the events before `until`, handing each to the handler of its kind."""
        queue, ident = self._queue, (1 << KIND_BITS) - 1
        while queue and queue[0][0] < until:
            self._now, order, _, _ = heappop(queue)
            handlers[order >> KIND_BITS](state, self._now, order & ident)


class State:
    """Everything that changes while a replication runs; each list is indexed by what its name says.

    Contacts (rows): phase .. left. Tickets: last_row .. response. Agents: idle .. duty. Queues: line, waiting.
    """

    def __init__(self, plan: Plan, tape: Tape, roster: Roster) -> None:
        self.plan, self.tape, self.roster = plan, tape, roster
        self.clock = Clock()
        self._read_tape(tape)
        self._read_plan(plan)
        self._make_staff(plan, roster)
        self._make_contacts(tape)

    def _read_tape(self, tape: Tape) -> None:
        """Columns as lists: plain ints are faster than array scalars here."""
        self.first_order, self.first_ms = tape.first_order.tolist(), tape.first_ms.tolist()
        self.next_first = 0
        self.reason, self.regime = tape.reason.tolist(), tape.regime.tolist()
        self.first_channel = tape.channel.tolist()
        self.ticket, self.next_row = tape.ticket.tolist(), tape.next_row.tolist()
        self.resolve_u, self.transfer_u = tape.resolve_u.tolist(), tape.transfer_u.tolist()
        self.reopen_ms = tape.reopen_ms.tolist()
        self.wide = tape.wide
        self.work_ms, self.wrap_ms = tape.work_ms.tolist(), tape.wrap_ms.tolist()
        self.patience_ms = tape.patience_ms.tolist()
        self.retry_ms, self.retry_channel = tape.retry_ms.tolist(), tape.retry_channel.tolist()
        self.return_ms, self.return_channel = tape.return_ms.tolist(), tape.return_channel.tolist()
        self.bot, self.bot_ms, self.flags = tape.bot.tolist(), tape.bot_ms.tolist(), tape.flags.tolist()

    def _read_plan(self, plan: Plan) -> None:
        routing = plan.routing
        self.queue_of = routing.queue_of.tolist()
        self.transfer_queue = routing.transfer_queue.tolist()
        self.queue_channel = routing.queue_channel.tolist()
        self.queue_teams = [
            [(t, after) for t, after in zip(teams, afters, strict=True) if t >= 0]
            for teams, afters in zip(routing.queue_teams.tolist(), routing.queue_after.tolist(), strict=True)
        ]
        self.team_queues = [
            [(q, rank, after, self.queue_channel[q]) for q, rank, after in zip(*view, strict=True) if q >= 0]
            for view in zip(
                routing.team_queues.tolist(), routing.team_ranks.tolist(), routing.team_after.tolist(), strict=True
            )
        ]
        self.policy, self.parallel = plan.policy.tolist(), plan.parallel.tolist()
        self.chat_ppm, self.interruptible = plan.chat_ppm.tolist(), plan.interruptible.tolist()
        self.resolve, self.transfer = plan.resolve.tolist(), plan.transfer.tolist()
        self.transfer_to, self.transfer_adds = plan.transfer_to.tolist(), plan.transfer_adds_ms.tolist()
        self.team_ppm = plan.speed_ppm.tolist()
        self.places, self.when_closed = plan.places.tolist(), plan.when_closed.tolist()
        self.clears = plan.clears.tolist()
        self.balk_over, self.callback_over = plan.balk_over_ms.tolist(), plan.callback_over_ms.tolist()
        self.callback_try, self.notice = plan.callback_try_ms.tolist(), plan.notice_ms.tolist()
        self.chase_after, self.chase_channel = plan.chase_ms.tolist(), plan.chase_channel.tolist()
        self.target, self.mean_handle = plan.target_ms.tolist(), plan.mean_handle_ms.tolist()
        self.bot_always_open = plan.bot_always_open.tolist()

    def _make_staff(self, plan: Plan, roster: Roster) -> None:
        agents, most = len(roster.agent_team), int(plan.parallel.max(initial=1))
        events = (roster.event_ms, roster.event_what, roster.event_who, roster.event_value)
        self.staff = list(zip(*(column.tolist() for column in events), strict=True))
        self.next_staff = 0
        self.agent_team = roster.agent_team.tolist()
        self.tenure_ppm = roster.speed_ppm.tolist()
        self.tenure_varies = roster.speed_ppm.shape[1] > 1
        self.day_edges = roster.day_edges_ms.tolist()
        self.day = 0
        self.idle: list[Agents] = [OrderedDict() for _ in range(plan.teams)]
        self.part: list[list[list[Agents]]] = [  # by team, channel, number in hand: chat agents with a free slot
            [[OrderedDict() for _ in range(most + 1)] for _ in range(plan.channels)] for _ in range(plan.teams)
        ]
        self.deferrable: list[Agents] = [OrderedDict() for _ in range(plan.teams)]  # on interruptible work
        self.where: list[Agents | None] = [None] * agents
        self.hand: list[list[int]] = [[] for _ in range(agents)]
        self.on, self.leaving = [False] * agents, [False] * agents
        self.on_since, self.busy_since, self.settled = [0] * agents, [0] * agents, [0] * agents
        self.ending = [-1] * agents  # chat agents: the contact that ends next
        self.present = [0] * plan.teams
        self.wanted = [FAR] * plan.teams  # agents wanted where given directly; rosters want whoever comes
        self.absent: list[list[int]] = [[] for _ in range(plan.teams)]
        for agent in range(agents - 1, -1, -1):  # the lowest id comes first
            self.absent[self.agent_team[agent]].append(agent)
        self.busy: list[tuple[int, int, int, int]] = []
        self.duty: list[tuple[int, int, int]] = []

    def _make_contacts(self, tape: Tape) -> None:
        n, m, queues = tape.tickets, tape.rows, len(self.queue_channel)
        self.phase, self.gone, self.called = [UNUSED] * m, [False] * m, [False] * m
        self.queue, self.channel = [-1] * m, [-1] * m
        self.kind, self.attempt, self.result = [-1] * m, [0] * m, [0] * m
        self.arrive, self.queued, self.answer = [-1] * m, [-1] * m, [-1] * m
        self.leave, self.done, self.handle = [-1] * m, [-1] * m, [0] * m
        self.agent, self.started, self.ends_at = [-1] * m, [-1] * m, [-1] * m
        self.left = [-1] * m  # work left: of an interrupted contact in ms, of a chat in ms x 10**6
        self.last_row, self.live = list(range(n)), [0] * n
        self.met, self.handled = [False] * n, [False] * n
        self.state, self.end, self.response = [out.OPEN] * n, [-1] * n, [-1] * n
        self.line: list[deque[int]] = [deque() for _ in range(queues)]  # who left early is dropped when met
        self.waiting, self.waiting_on = [0] * queues, [0] * len(self.parallel)
        self.is_open, self.opens_at = [True] * len(self.parallel), [-1] * len(self.parallel)
