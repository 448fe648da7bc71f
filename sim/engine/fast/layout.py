"""Columns of the tables of figures that the compiled engine works on: one letter a table."""

# contacts (rows of the tape)
(
    C_CHANNEL,
    C_QUEUE,
    C_KIND,
    C_ATTEMPT,
    C_PHASE,
    C_MARK,
    C_RESULT,
    C_AGENT,
    C_BOT_AT,
    C_QUEUED,
    C_STARTED,
    C_ANSWERED,
    C_LEAVE,
    C_DONE,
    C_ENDS_AT,
    C_ASIDE_MS,
    C_LEFT,
    C_BEFORE,
    C_BEHIND,
) = range(19)
CONTACT_COLUMNS = 19

# tickets
(
    T_REASON,
    T_REGIME,
    T_RESOLVE_AT,
    T_LAST_ROW,
    T_LIVE,
    T_HANDLED,
    T_STATE,
    T_END,
) = range(8)
TICKET_COLUMNS = 8

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
    A_ENDING,
    A_IN_HAND,
    A_POOL,
    A_BEFORE,
    A_BEHIND,
) = range(11)
AGENT_COLUMNS = 11

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

# columns that hold row numbers, which a run in blocks gives anew (`carry`)
CONTACT_ROWS = (C_BEFORE, C_BEHIND)
TICKET_ROWS = (T_LAST_ROW,)
QUEUE_ROWS = (Q_FIRST, Q_LAST)
AGENT_ROWS = (A_ENDING,)
