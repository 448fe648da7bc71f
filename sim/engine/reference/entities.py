"""What the model is made of: channels, queues, teams and agents. Contacts and tickets are rows of the desk's lists."""

from __future__ import annotations

from collections import OrderedDict, deque

# Phases of a contact
PENDING, BOT, QUEUED, TALK, WRAP, OVER = range(6)


class Channel:
    """A channel's rules and how many wait on it."""

    __slots__ = (
        "balk_over",
        "callback_over",
        "callback_try",
        "chase_after",
        "chase_channel",
        "clears",
        "id",
        "interruptible",
        "is_open",
        "notice",
        "offset",
        "opens_at",
        "parallel",
        "places",
        "queue_of",
        "queues",
        "speeds",
        "target",
        "transfer_queue",
        "waiting",
        "when_closed",
    )

    def __init__(self, ident: int) -> None:
        self.id = ident
        self.offset = 0  # from a contact's row to its place in the columns that depend on the channel
        self.is_open, self.opens_at = True, -1
        self.waiting = 0
        self.queues: list[Queue] = []
        self.queue_of: list[Queue] = []  # by reason
        self.transfer_queue: list[Queue] = []  # by team that takes over
        self.parallel, self.speeds = 1, [0]
        self.interruptible = self.clears = False
        self.places = self.when_closed = self.balk_over = self.callback_over = self.callback_try = 0
        self.notice = self.chase_after = self.chase_channel = self.target = 0


class Queue:
    """Contacts that the same teams may serve, first come, first served."""

    __slots__ = ("channel", "id", "line", "mean_handle", "teams", "tries", "waiting")

    def __init__(self, ident: int, channel: Channel, mean_handle: int) -> None:
        self.id, self.channel, self.mean_handle = ident, channel, mean_handle
        self.line: deque[int] = deque()  # rows; who left early is dropped when the line gets there
        self.waiting = 0
        self.teams: list[Team] = []  # who may take an arrival at once, in the order tried
        self.tries: list[tuple[int, Team]] = []  # all teams in the order tried, each with the wait before it may


Pool = OrderedDict["Agent", None]  # agents of one kind of availability, the one that is in it longest first


class Team:
    """Agents with the same skills, by what they are free for."""

    __slots__ = ("absent", "deferrable", "id", "idle", "part", "policy", "present", "queues", "wanted")

    def __init__(self, ident: int, policy: int, wanted: int) -> None:
        self.id, self.policy = ident, policy
        self.present, self.wanted = 0, wanted  # a roster wants whoever comes; staffing given directly, a number
        self.idle: Pool = OrderedDict()
        self.deferrable: Pool = OrderedDict()  # on interruptible work
        self.part: list[list[Pool]] = []  # by channel and number in hand: a slot free for more of the same
        self.absent: list[Agent] = []  # not on duty, of a team whose number is given directly
        self.queues: list[tuple[int, int, Queue]] = []  # (rank, overflow wait, queue), by rank


class Agent:
    """One person: what is in hand, and since when."""

    __slots__ = ("busy_since", "ending", "hand", "id", "leaving", "on", "on_since", "pool", "settled", "team", "tenure")

    def __init__(self, ident: int, team: Team, tenure: list[int]) -> None:
        self.id, self.team, self.tenure = ident, team, tenure
        self.hand: list[int] = []  # rows
        self.on = self.leaving = False
        self.on_since = self.busy_since = self.settled = 0
        self.ending = -1  # of several in hand, the row that ends next
        self.pool: Pool | None = None
