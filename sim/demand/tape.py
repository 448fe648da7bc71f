"""The tape: everything that customers need and would do, drawn before any engine runs.

Staffing never changes it. All durations are whole milliseconds, at least 1 where they are not "none". A *ticket* is
one need; a *row* is the draws of one contact of a ticket. Row i < tickets is the first contact of ticket i; `next_row`
leads to the ticket's further rows in the order in which its contacts use them. A ticket has no more rows than it could
ever use.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np

NEVER = np.int64(2**62)  # patience without end

# Ticket.self_fate
SELF_NONE, SELF_RESOLVED, SELF_FAILED, SELF_FALSE_BACK, SELF_FALSE_GONE = range(5)

# Row.flags, one bit each: what this customer would do, if it comes to that, on that channel
BALKS = 1  # leaves at once when told to wait (subject to the channel's announced-wait limit)
SILENT = 2  # leaves without a sign when out of patience
CALLBACK = 4  # accepts a call back
UNANSWERED = 8  # ... and does not pick up
CHASES = 16  # brings a second contact when the message has waited too long
BOT_HANDS_OVER = 32  # a bot takes the contact and passes it on
BOT_RESOLVES = 64  # ... contains it and meets the need
BOT_FAILS = 128  # ... contains it and does not meet the need
BOT_ANY = BOT_HANDS_OVER | BOT_RESOLVES | BOT_FAILS
COLD = 256  # the customer repeats the story to the agent (cold handover by the bot)

NO_CHANNEL = -1  # does not come back, does not retry
SAME_CHANNEL = -2


TICKET_COLUMNS = (
    *("identity", "need_ms", "reason", "channel", "regime", "self_service", "self_fate", "self_end_ms", "first_ms"),
)


@dataclass(frozen=True)
class Tape:
    """Columns of one replication. N tickets (sorted by need time, then identity), M >= N rows, W widths.

    Columns shaped (W, M) hold what depends on the channel of the contact: W is the number of channels where a ticket
    can change channel, else 1 (then the only line is for the ticket's own channel). Read them at
    ``[channel if wide else 0, row]``.
    """

    # tickets
    identity: np.ndarray  # uint64 (N,) stable name of the need: the same in every scenario that has it
    need_ms: np.ndarray  # int64 (N,) when the need arises
    reason: np.ndarray  # int32 (N,)
    channel: np.ndarray  # int32 (N,) channel of the first contact
    regime: np.ndarray  # int32 (N,) regime of the day of the need: the ticket keeps that world
    self_service: np.ndarray  # int32 (N,) index of the self-service tried, -1 none
    self_fate: np.ndarray  # int8 (N,) SELF_*
    self_end_ms: np.ndarray  # int64 (N,) when the self-service session ends, -1 where none was tried
    first_ms: np.ndarray  # int64 (N,) when the first contact arrives; -1 where there is none (resolved, or gone)
    first_order: np.ndarray  # int64 (n,) tickets with a first contact, by (first_ms, row)
    # rows
    ticket: np.ndarray  # int64 (M,)
    next_row: np.ndarray  # int64 (M,) the ticket's next row, -1 none
    resolve_u: np.ndarray  # int64 (M,) in [0, 2**32): resolved where below Plan.resolve[...]
    transfer_u: np.ndarray  # int64 (M,) in [0, 2**32): transferred where below Plan.transfer[...]
    reopen_ms: np.ndarray  # int64 (M,) delay after the next opening, for who finds the channel closed
    work_ms: np.ndarray  # int64 (W, M) agent's work at speed 1, wrap-up excluded (handover effects included)
    wrap_ms: np.ndarray  # int64 (W, M) wrap-up, 0 none
    patience_ms: np.ndarray  # int64 (W, M) or NEVER
    retry_ms: np.ndarray  # int64 (W, M) delay before trying again after leaving unserved
    retry_channel: np.ndarray  # int8 (W, M) where, SAME_CHANNEL, or NO_CHANNEL: does not
    return_ms: np.ndarray  # int64 (W, M) delay before coming back after a contact that did not resolve the need
    return_channel: np.ndarray  # int8 (W, M) likewise
    bot: np.ndarray  # int8 (W, M) index of the bot that takes the contact, -1 none
    bot_ms: np.ndarray  # int64 (W, M) length of the bot's session, 0 none
    flags: np.ndarray  # int32 (W, M) bits above

    @property
    def wide(self) -> bool:
        """Whether (W, M) columns have a line for each channel."""
        return len(self.work_ms) > 1

    @property
    def tickets(self) -> int:
        """Number of needs."""
        return len(self.need_ms)

    @property
    def rows(self) -> int:
        """Number of rows of draws."""
        return len(self.ticket)

    def of(self, tickets: np.ndarray) -> tuple[Tape, np.ndarray]:
        """(the tape of some tickets, by number in order; the rows of theirs here)."""
        chosen = np.zeros(self.tickets, dtype=bool)
        chosen[tickets] = True
        rows = np.flatnonzero(chosen[self.ticket])
        number = np.full(self.rows + 1, -1, dtype=np.int64)  # the last stands for no row
        number[rows] = np.arange(len(rows))
        first = self.first_order[chosen[self.first_order]]
        new = {
            "ticket": number[self.ticket[rows]],
            "next_row": number[self.next_row[rows]],
            "first_order": number[first],
        }
        for field in fields(self):
            column: np.ndarray = getattr(self, field.name)
            if field.name not in new:
                new[field.name] = column.take(tickets if field.name in TICKET_COLUMNS else rows, axis=-1)
        return Tape(**new), rows
