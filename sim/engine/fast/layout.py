"""Figures that the compiled engine works on: columns of contacts and tickets by name, tables with a letter each."""

import numpy as np

# contacts (rows of the tape): type, and what stands there before anything has happened; UNREAD: nobody reads it then
UNREAD = None
CONTACT = {
    "channel": (np.int8, UNREAD),
    "queue": (np.int16, UNREAD),
    "kind": (np.int8, 0),
    "attempt": (np.int16, 0),
    "phase": (np.int8, 0),
    "mark": (np.int8, 0),
    "result": (np.int8, 0),
    "agent": (np.int32, -1),
    "bot_at": (np.int64, -1),
    "queued": (np.int64, -1),
    "started": (np.int64, -1),
    "answered": (np.int64, UNREAD),  # first answer, of contacts with a mark; of the others when started
    "leave": (np.int64, -1),
    "done": (np.int64, -1),
    "aside_ms": (np.int64, 0),  # worked before an interruption
    "left": (np.int64, UNREAD),  # work left: of an interrupted contact in ms, of a parallel one in ms x 10**6
    "before": (np.int64, UNREAD),  # neighbours in the line
    "behind": (np.int64, UNREAD),
}

# tickets likewise; `world` and `last_row` are filled in
TICKET = {
    "world": (np.int32, UNREAD),  # 2 x (regime x reasons + reason), and 1 more once a contact was handled in vain
    "last_row": (np.int64, UNREAD),
    "live": (np.int32, 1),  # contacts at work or to come
    "state": (np.int8, 0),
    "ended": (np.int64, -1),
}

# columns of the tape that the kernel reads under the same name
TAPE = {
    "ticket": np.int64,
    "next_row": np.int64,
    "reason": np.int32,
    "regime": np.int32,
    "resolve_u": np.int64,
    "transfer_u": np.int64,
    "reopen_ms": np.int64,
    # those by channel and row, flat: at K_OFFSET of the channel + row
    "work_ms": np.int64,
    "wrap_ms": np.int64,
    "patience_ms": np.int64,
    "retry_ms": np.int64,
    "retry_channel": np.int8,
    "return_ms": np.int64,
    "return_channel": np.int8,
    "bot": np.int8,
    "bot_ms": np.int64,
    "flags": np.int32,
}

# channels
(
    K_OFFSET,
    K_IS_OPEN,
    K_OPENS_AT,
    K_OPEN_UNTIL,
    K_WAITING,
    K_PARALLEL,
    K_INTERRUPTIBLE,
    K_CLEARS,
    K_PLACES,
    K_WHEN_CLOSED,
    K_BALK_OVER,
    K_CALLBACK_OVER,
    K_CALLBACK_TRY,
    K_NOTICE,
    K_CHASE_AFTER,
    K_CHASE_CHANNEL,
    K_TARGET,
) = range(17)
CHANNEL_COLUMNS = 17

# queues
(
    Q_CHANNEL,
    Q_MEAN_HANDLE,
    Q_FIRST,
    Q_LAST,
    Q_WAITING,
    Q_OVERFLOWS,
) = range(6)
QUEUE_COLUMNS = 6

# teams
(
    M_POLICY,
    M_PRESENT,
    M_WANTED,
    M_IDLE,
    M_DEFERRABLE,
    M_PART,
    M_ABSENT,
    M_ABSENT_COUNT,
) = range(8)
TEAM_COLUMNS = 8

# agents
(
    A_TEAM,
    A_ON,
    A_LEAVING,
    A_ON_SINCE,
    A_BUSY_SINCE,
    A_SETTLED,
    A_IN_HAND,
    A_POOL,
    A_BEFORE,
    A_BEHIND,
    A_END_AT,  # the next end of talk or wrap-up
    A_END_ROW,
) = range(12)
AGENT_COLUMNS = 12
NO_END_AT, NO_END_ROW = 2**63 - 1, -1

# a figure of the tournament of ends (`clock`): time above the agent's number; from NO_END on of who has none
AGENT_BITS = 22
AGENT_MASK = (1 << AGENT_BITS) - 1
LATEST = (1 << 63 - AGENT_BITS) - (1 << AGENT_BITS) - 1  # time that a figure can hold
NO_END = (LATEST + 1) << AGENT_BITS

# pools of agents, the longest in first
(
    P_FIRST,
    P_LAST,
) = range(2)
POOL_COLUMNS = 2

# single figures
(
    O_EVENTS,
    O_BUSY,
    O_DUTY,
    O_DAY,
    O_ONE_SPEED,
    O_HAS_BOTS,
    O_HAS_DEFERRABLE,
    O_FULL,
) = range(8)
ONE_COLUMNS = 8

# types of columns, where not int64; and of tables with several axes how many, with the length of the last or 0
DTYPES = {
    **{name: dtype for name, (dtype, _) in {**CONTACT, **TICKET}.items()},
    **TAPE,
    "first_channel": np.int32,
}
AXES = {
    "channels": (2, CHANNEL_COLUMNS),
    "queues": (2, QUEUE_COLUMNS),
    "teams": (2, TEAM_COLUMNS),
    "agents": (2, AGENT_COLUMNS),
    "pools": (2, POOL_COLUMNS),
    "events": (2, 2),
    "busy": (2, 4),
    "duty": (2, 4),
    "tries": (3, 2),
    "views": (3, 3),
    "resolve": (2, 0),
    "speeds": (2, 0),
    "queue_of": (2, 0),
    "transfer_queue": (2, 0),
    "transfer": (3, 0),
    "transfer_adds": (2, 0),
    "team_ppm": (4, 0),
    "hand": (2, 0),
    "tenure": (2, 0),
    "quality": (2, 0),
}

# what holds row numbers, which a run in blocks gives anew (`carry`); the heap's ids are rows too
ROW_COLUMNS_CONTACT = ("before", "behind")
ROW_COLUMNS_TICKET = ("last_row",)
ROW_COLUMNS_QUEUE = (Q_FIRST, Q_LAST)
ROW_COLUMNS_AGENT = (A_END_ROW,)
