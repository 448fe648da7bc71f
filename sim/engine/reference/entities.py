"""What the model is made of: channels, queues, teams and agents. Contacts and tickets are rows of the desk's lists."""

from __future__ import annotations

from collections import OrderedDict, deque

# Phases of a contact
PENDING, BOT, QUEUED, TALK, WRAP, OVER = range(6)


class Channel:
    """A channel's rules, and what each customer would do on it: lists by row of the tape."""

    __slots__ = (
        "alone",
        "balk_over",
        "bot",
        "bot_ms",
        "callback_over",
        "callback_try",
        "chase_after",
        "chase_channel",
        "clears",
        "ends_move",
        "flags",
        "id",
        "interruptible",
        "interrupts",
        "is_open",
        "notice",
        "open_until",
        "opens_at",
        "parallel",
        "patience_ms",
        "places",
        "queue_of",
        "queues",
        "retry_channel",
        "retry_ms",
        "return_channel",
        "return_ms",
        "speeds",
        "target",
        "transfer_queue",
        "when_closed",
        "work_ms",
        "wrap_ms",
        "wraps",
    )

    def __init__(self, ident: int) -> None:
        self.id = ident
        self.is_open, self.opens_at, self.open_until = True, -1, -1  # the next opening
        self.queues: list[Queue] = []
        self.queue_of: list[Queue] = []  # by reason
        self.transfer_queue: list[Queue] = []  # by team that takes over
        self.parallel, self.speeds = 1, [0]
        self.alone = True  # an agent has one contact in hand
        self.interruptible = self.interrupts = self.clears = False
        self.ends_move = False  # the end of a contact may be put off: parallel or interruptible work
        self.places = self.when_closed = self.balk_over = self.callback_over = self.callback_try = 0
        self.notice = self.chase_after = self.chase_channel = self.target = 0
        self.work_ms: list[int] = []
        self.wrap_ms: list[int] = []
        self.wraps = False  # there is wrap-up
        self.patience_ms: list[int] = []
        self.retry_ms: list[int] = []
        self.retry_channel: list[int] = []
        self.return_ms: list[int] = []
        self.return_channel: list[int] = []
        self.bot: list[int] = []
        self.bot_ms: list[int] = []
        self.flags: list[int] = []


class Queue:
    """Contacts that the same teams may serve, first come, first served."""

    __slots__ = ("afters", "channel", "id", "left", "line", "mean_handle", "teams", "transfers", "tries")

    def __init__(self, ident: int, channel: Channel, mean_handle: int) -> None:
        self.id, self.channel, self.mean_handle = ident, channel, mean_handle
        self.transfers = False  # holds contacts that were transferred, and no others
        self.line: deque[int] = deque()  # rows; whoever is first waits, others may have left
        self.left = 0  # in the line, and waits no more
        self.teams: list[Team] = []  # who may take an arrival at once, in the order tried
        self.tries: list[tuple[int, Team]] = []  # all teams in the order tried, each with the wait before it may
        self.afters: list[int] = []  # those waits, of the teams that do not take an arrival at once

    @property
    def waiting(self) -> int:
        """How many wait."""
        return len(self.line) - self.left


Pool = OrderedDict["Agent", None]  # agents of one kind of availability, the one that is in it longest first


class Team:
    """Agents with the same skills, by what they are free for."""

    __slots__ = (
        "absent",
        "deferrable",
        "id",
        "idle",
        "in_excess",
        "part",
        "policy",
        "present",
        "queues",
        "resolve",
        "strict",
        "wanted",
    )

    def __init__(self, ident: int, policy: int, wanted: int) -> None:
        self.id, self.policy = ident, policy
        self.present, self.wanted = 0, wanted  # a roster wants whoever comes; staffing given directly, a number
        self.in_excess = False  # more present than wanted
        self.idle: Pool = OrderedDict()
        self.deferrable: Pool = OrderedDict()  # on interruptible work
        self.part: list[list[Pool]] = []  # by channel and number in hand: a slot free for more of the same
        self.absent: list[Agent] = []  # not on duty, of a team whose number is given directly
        self.queues: list[tuple[int, int, Queue]] = []  # (rank, overflow wait, queue), by rank
        self.strict: list[Queue] = []  # the queues, where it takes from the first in which somebody waits; else empty
        self.resolve: list[int] = []  # threshold of Tape.resolve_u, at the ticket's `Desk.world`

    def headcount(self, change: int) -> None:
        """So many more are present."""
        self.present += change
        self.in_excess = self.present > self.wanted


class Agent:
    """One person: what is in hand, and since when."""

    __slots__ = (
        "busy_since",
        "ending",
        "ends",
        "hand",
        "id",
        "leaving",
        "on",
        "on_since",
        "pool",
        "quality",
        "settled",
        "team",
        "tenure",
    )

    def __init__(self, ident: int, team: Team, tenure: list[int], quality: list[int]) -> None:
        self.id, self.team = ident, team
        self.tenure, self.quality = tenure, quality  # speed and factor on what is resolved, by day, in millionths
        self.hand: list[int] = []  # rows
        self.on = self.leaving = False
        self.on_since = self.busy_since = self.settled = 0
        self.ending, self.ends = -1, -1  # where an end can be put off: the row that ends next, and when
        self.pool: Pool | None = None


NOBODY = Agent(-1, Team(-1, 0, 0), [], [])  # has taken no contact
