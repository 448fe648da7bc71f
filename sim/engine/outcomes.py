"""What happened: columns, one row a contact and one a ticket, and what each agent did."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

# Contact.kind: how the contact came about
FIRST, RETRY, RETURN, TRANSFER, CHASER = range(5)
KINDS = ("first", "retry", "return", "transfer", "chaser")

# Contact.result: how the contact ended (a contact that has a row here has arrived)
(
    WAITING,  # in the queue at the end
    IN_SERVICE,  # with an agent (or a bot) at the end
    RESOLVED,  # served, need met
    UNRESOLVED,  # served, need not met
    TRANSFERRED,  # served and passed on to another team (the next contact is of kind TRANSFER)
    ABANDONED,  # left the queue, out of patience (silent ones too, whether or not an agent noticed yet)
    BALKED,  # left at once when told to wait
    BLOCKED,  # no waiting place
    CLOSED,  # arrived when the channel was closed, and did not wait
    DISCONNECTED,  # cleared from the queue at closing time
    UNREACHED,  # accepted a call back and did not pick up
    BOT_RESOLVED,  # contained by a bot, need met
    BOT_UNRESOLVED,  # contained by a bot, need not met
    SUPERSEDED,  # left the queue because another contact met the need
) = range(14)
RESULTS = (
    "waiting",
    "in_service",
    "resolved",
    "unresolved",
    "transferred",
    "abandoned",
    "balked",
    "blocked",
    "closed",
    "disconnected",
    "unreached",
    "bot_resolved",
    "bot_unresolved",
    "superseded",
)

# Ticket.state
OPEN, BY_SELF_SERVICE, BY_BOT, BY_AGENT, LOST = range(5)
STATES = ("open", "self_service", "bot", "agent", "lost")


@dataclass(frozen=True)
class Outcomes:
    """Columns of one replication. N tickets and M rows as on the tape; K busy stretches; P presences.

    Contact columns are indexed by the tape's row; a row that was never used has ``kind == -1``. Times are on the clock
    (ms), -1 where it did not happen.
    """

    # contacts (M,)
    kind: np.ndarray  # int8, -1 unused
    channel: np.ndarray  # int8
    attempt: np.ndarray  # int16, 0 for the ticket's first contact
    arrive_ms: np.ndarray  # int64 the customer arrives at the channel (a bot's session starts)
    queue_ms: np.ndarray  # int64 offered to the agents: arrival, or the end of the bot's session
    answer_ms: np.ndarray  # int64 an agent starts (first start, where interrupted)
    leave_ms: np.ndarray  # int64 the customer's end: end of talk, or left the queue
    done_ms: np.ndarray  # int64 the agent's end, wrap-up included
    handle_ms: np.ndarray  # int64 agent's work as done: talk at the speed worked, plus wrap-up (wall time; 0 unserved)
    agent: np.ndarray  # int32, -1 none
    team: np.ndarray  # int8, -1 none
    result: np.ndarray  # int8
    # tickets (N,)
    state: np.ndarray  # int8
    end_ms: np.ndarray  # int64 when the ticket ended, -1 open
    response_ms: np.ndarray  # int64 first answer by a bot or an agent, -1 none
    # busy stretches (K,): an agent with at least one contact in hand, in one channel's work
    busy_agent: np.ndarray  # int32
    busy_channel: np.ndarray  # int8
    busy_from_ms: np.ndarray  # int64
    busy_until_ms: np.ndarray  # int64 (cut at the end of the run)
    # presences (P,): an agent on duty, overrun included
    duty_agent: np.ndarray  # int32
    duty_from_ms: np.ndarray  # int64
    duty_until_ms: np.ndarray  # int64

    def digest(self) -> str:
        """SHA-256 over all columns, in order: equal digests are equal outcomes byte for byte."""
        import hashlib

        seen = hashlib.sha256()
        for field in fields(self):
            column: np.ndarray = getattr(self, field.name)
            seen.update(f"{field.name} {column.dtype.str} {column.shape}\n".encode())
            seen.update(np.ascontiguousarray(column).tobytes())
        return seen.hexdigest()
