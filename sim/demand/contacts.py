"""What each contact of a ticket would be: work, patience, bots, retries and returns, as ragged rows.

Rows are drawn level by level: first every ticket's first contact, then the second contact of those who could have one,
and so on. What is drawn for a row depends on the ticket's name and the number of the contact alone, so how many rows
others have, or how many this ticket has, never changes a draw.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from sim.demand.distributions import LawTable, column_of, whole_ms
from sim.demand.keys import Draws, name_key
from sim.demand.tables import BotTable, Tables
from sim.demand.tape import (
    BALKS,
    BOT_FAILS,
    BOT_HANDS_OVER,
    BOT_RESOLVES,
    CALLBACK,
    CHASES,
    COLD,
    NEVER,
    NO_CHANNEL,
    SAME_CHANNEL,
    SILENT,
    UNANSWERED,
)

WORK, WRAP, PATIENCE, REOPEN = (name_key(name) for name in ("work", "wrap", "patience", "reopen"))
RESULT = name_key("result")  # halves: resolved, transferred
RETRY, RETRY_AFTER = name_key("retry"), name_key("retry after")  # halves: whether, where
RETURN, RETURN_AFTER = name_key("return"), name_key("return after")
LEAVES = name_key("leaves")  # halves: balks, leaves silently
CALLED = name_key("called")  # halves: accepts a call back, picks up
CHASE = name_key("chase")  # halves: chases, unused
MEETS, SERVES, SESSION = 1, 2, 3  # added to a bot's key: halves (takes, contains), (resolves, unused), uniform

# Columns by channel of the contact, and what stands where a contact can never be
_BY_CHANNEL: dict[str, tuple[type, int]] = {
    "work_ms": (np.int64, 0),
    "wrap_ms": (np.int64, 0),
    "patience_ms": (np.int64, 0),
    "retry_ms": (np.int64, 0),
    "retry_channel": (np.int8, NO_CHANNEL),
    "return_ms": (np.int64, 0),
    "return_channel": (np.int8, NO_CHANNEL),
    "bot": (np.int8, -1),
    "bot_ms": (np.int64, 0),
    "flags": (np.int32, 0),
}
Columns = dict[str, np.ndarray]
_BLOCK = 1 << 16  # tickets drawn at a time


@dataclass(frozen=True)
class Part:
    """The draws of some tickets' contacts on one channel; `rows` picks them from the level's draws (None: all)."""

    draws: Draws
    first: Draws  # the draws of the tickets' first contacts, for a patience that is kept
    rows: np.ndarray | None
    group: np.ndarray

    def uniform(self, purpose: int) -> np.ndarray:
        """float64 (n,)."""
        u = self.draws.uniform(purpose)
        return u if self.rows is None else u[self.rows]

    def halves(self, purpose: int) -> tuple[np.ndarray, np.ndarray]:
        """Two int64 (n,) in [0, 2**32)."""
        high, low = self.draws.halves(purpose)
        return (high, low) if self.rows is None else (high[self.rows], low[self.rows])

    def of(self, laws: LawTable, purpose: int) -> np.ndarray:
        """float64 (n,): durations; the purpose is hashed only where a law is random."""
        return laws.draw(self.uniform(purpose) if laws.random else None, self.group)

    def some(self, here: np.ndarray) -> Part:
        """The part of this part at positions ``here``."""
        return Part(self.draws, self.first, here if self.rows is None else self.rows[here], self.group[here])


@dataclass(frozen=True)
class Level:
    """The contacts of one number (first, second ...) of the tickets that can have one; n long."""

    ticket: np.ndarray
    resolve_u: np.ndarray
    transfer_u: np.ndarray
    reopen_ms: np.ndarray
    lines: list[tuple[int, np.ndarray | None, Columns]]  # line, its rows (None: all), its columns
    follow: np.ndarray  # int64: bits of the channels on which a contact in its place may follow, 0 none
    chasers: np.ndarray  # int64: bit of the channel on which a chaser may follow, 0 none


def draw_rows(
    tables: Tables, state: np.ndarray, world: np.ndarray, channel: np.ndarray, patience_left: np.ndarray | None
) -> Columns:
    """All row columns of the tape, for tickets with draw states ``state``.

    ``world`` (n,) is (regime * reasons + reason), ``channel`` (n,) the first contact's channel, ``patience_left`` (n,)
    the factor on the first contact's patience. Tickets are worked through in blocks, so that temporaries stay small.
    """
    blocks = []
    for low in range(0, max(len(state), 1), _BLOCK):
        block = slice(low, low + _BLOCK)
        left = None if patience_left is None else patience_left[block]
        blocks.append((low, _levels(tables, state[block], world[block], channel[block], left)))
    deepest = max(len(levels) for _, levels in blocks)
    pieces = [(low, levels[k]) for k in range(deepest) for low, levels in blocks if len(levels) > k]
    return _joined(pieces, len(tables.index.channels) if tables.wide else 1, len(state))


def _levels(
    tables: Tables, state: np.ndarray, world: np.ndarray, channel: np.ndarray, patience_left: np.ndarray | None
) -> list[Level]:
    """The first contacts, then the second ones of those tickets that can have one, and so on."""
    allowed = tables.attempts[world * len(tables.index.channels) + channel]
    capacity = np.ones(len(state), dtype=np.int64)
    reach = np.zeros(len(state), dtype=np.int64)  # channels on which the next contact can be
    first = Draws(state)
    level = _level(tables, first, first, np.arange(len(state)), world, channel, 1 << channel, 0, patience_left)
    levels = [level]
    while True:
        ticket = level.ticket
        capacity[ticket] += (level.follow != 0).astype(np.int64) + (level.chasers != 0)
        led_to = level.follow | level.chasers
        # With chasers two contacts are under way, and either may be the one that is followed.
        reach[ticket] = reach[ticket] | led_to if tables.chases.any() else led_to
        ticket = ticket[(capacity[ticket] > len(levels)) & (allowed[ticket] > len(levels))]
        if not len(ticket):
            return levels
        draws = Draws(state[ticket], len(levels))
        kept = first.of(ticket) if tables.keeps_patience.any() else first
        level = _level(tables, draws, kept, ticket, world[ticket], channel[ticket], reach[ticket], len(levels), None)
        levels.append(level)


def _joined(pieces: list[tuple[int, Level]], lines: int, tickets: int) -> Columns:
    """The pieces (number of the block's first ticket, level) one after the other, and each row's successor."""
    joined: Columns = {
        name: np.concatenate([getattr(level, name) for _, level in pieces])
        for name in ("resolve_u", "transfer_u", "reopen_ms")
    }
    joined["ticket"] = np.concatenate([level.ticket + low for low, level in pieces])
    rows = len(joined["ticket"])
    for name, (dtype, never) in _BY_CHANNEL.items():
        out: np.ndarray = np.full((lines, rows), never, dtype) if never else np.zeros((lines, rows), dtype)
        start = 0
        for _, level in pieces:
            stop = start + len(level.ticket)
            for line, where, columns in level.lines:
                if name in columns:
                    out[line, slice(start, stop) if where is None else start + where] = columns[name]
            start = stop
        joined[name] = out
    joined["next_row"] = np.full(rows, -1, dtype=np.int64)
    last = np.arange(tickets)
    start = 0
    for low, level in pieces:
        here = np.arange(start, start + len(level.ticket))
        start += len(here)
        if len(here) and here[0] >= tickets:
            joined["next_row"][last[level.ticket + low]] = here
            last[level.ticket + low] = here
    return joined


def _level(
    tables: Tables,
    draws: Draws,
    first: Draws,
    ticket: np.ndarray,
    world: np.ndarray,
    channel: np.ndarray,
    reach: np.ndarray,
    attempt: int,
    patience_left: np.ndarray | None,
) -> Level:
    """One contact of each ticket, on every channel of ``reach`` (n,), bits by channel."""
    base = world * len(tables.index.channels)
    resolve_u, transfer_u = draws.halves(RESULT)
    # The reason decides how many are resolved and passed on; the channel of the group does not matter.
    unresolved = resolve_u >= column_of(tables.resolve_first if attempt == 0 else tables.resolve_later, base)
    passed_on = transfer_u < column_of(tables.transfer, base) if tables.transfer.any() else None
    follow, chasers = np.zeros(len(ticket), dtype=np.int64), np.zeros(len(ticket), dtype=np.int64)
    reopen_ms = np.zeros(len(ticket), dtype=np.int64)
    drawn: list[tuple[int, np.ndarray | None, Columns]] = []
    for line, rows, group in _lines(tables, base, channel, reach):
        part = Part(draws, first, rows, group)
        left = patience_left if patience_left is None or rows is None else patience_left[rows]
        columns, served = _line(tables, part, attempt, left)
        here = slice(None) if rows is None else rows
        follow[here] |= _follow(tables, part, line, columns, served, attempt, unresolved[here], passed_on)
        if tables.chases.any():
            chasers[here] |= np.where(columns["flags"] & CHASES, column_of(tables.chase_to, group), 0)
        if tables.reopen.random:
            opens = whole_ms(part.of(tables.reopen, REOPEN), zero_is_none=True)
            # One column for all channels: where the contact can be on two that reopen, the first one's delay holds.
            reopen_ms[here] = np.where(reopen_ms[here] > 0, reopen_ms[here], opens)
        drawn.append((line if tables.wide else 0, rows, columns))
    return Level(ticket, resolve_u, transfer_u, reopen_ms, drawn, follow, chasers)


def _lines(
    tables: Tables, base: np.ndarray, channel: np.ndarray, reach: np.ndarray
) -> Iterator[tuple[int, np.ndarray | None, np.ndarray]]:
    """Channels with the level's rows that can be there (None: all) and their groups; one line where none can change."""
    if not tables.wide:
        yield 0, None, base + channel
        return
    for line in range(len(tables.index.channels)):
        rows = np.flatnonzero(reach & (1 << line))
        if len(rows):
            yield line, rows, base[rows] + line


def _line(
    tables: Tables, part: Part, attempt: int, patience_left: np.ndarray | None
) -> tuple[Columns, np.ndarray | None]:
    """The columns of contacts on one channel (empty ones left out), and whom an agent might serve (None: all)."""
    group = part.group
    columns: Columns = {}
    work = part.of(tables.work, WORK)
    patience = _patience(tables, part, attempt)
    if patience is not None and patience_left is not None:
        patience *= patience_left
    if tables.has_flags:
        columns["flags"] = _flags(tables, part)
    if tables.comes_back.possible and tables.ever_unresolved:
        columns["return_channel"] = tables.comes_back.pick(part.halves(RETURN), group)
        columns["return_ms"] = whole_ms(part.of(tables.back_after, RETURN_AFTER))
    if tables.retry.possible:
        columns["retry_channel"] = tables.retry.pick(part.halves(RETRY), group)
        columns["retry_ms"] = whole_ms(part.of(tables.retry_after, RETRY_AFTER))
    served = _meet_bots(tables, part, work, patience, columns) if tables.bots else None
    columns["work_ms"] = whole_ms(work)
    if not tables.wrap.none:
        columns["wrap_ms"] = whole_ms(part.of(tables.wrap, WRAP), zero_is_none=True)
    columns["patience_ms"] = np.full(len(group), NEVER) if patience is None else whole_ms(patience)
    return columns, served


def _patience(tables: Tables, part: Part, attempt: int) -> np.ndarray | None:
    if tables.patience.endless:
        return None
    if not tables.patience.random:
        return tables.patience.draw(None, part.group)
    u = part.uniform(PATIENCE)
    keeps = column_of(tables.keeps_patience, part.group)
    if attempt and keeps.any():
        kept = part.first.uniform(PATIENCE)
        u = np.where(keeps, kept if part.rows is None else kept[part.rows], u)
    return tables.patience.draw(u, part.group)


def _flags(tables: Tables, part: Part) -> np.ndarray:
    """int32 (n,): what the customer would do, bots aside."""
    flags = np.zeros(len(part.group), dtype=np.int32)
    if tables.balks.any() or tables.silent.any():
        balks, silent = part.halves(LEAVES)
        flags |= (balks < column_of(tables.balks, part.group)) * np.int32(BALKS)
        flags |= (silent < column_of(tables.silent, part.group)) * np.int32(SILENT)
    if tables.callback.any():
        accepts, answers = part.halves(CALLED)
        flags |= (accepts < column_of(tables.callback, part.group)) * np.int32(CALLBACK)
        flags |= (answers >= column_of(tables.answered, part.group)) * np.int32(UNANSWERED)
    if tables.chases.any():
        flags |= (part.halves(CHASE)[0] < column_of(tables.chases, part.group)) * np.int32(CHASES)
    return flags


def _meet_bots(
    tables: Tables, part: Part, work: np.ndarray, patience: np.ndarray | None, columns: Columns
) -> np.ndarray:
    """Let the bots meet the contacts, in declared order; changes the columns, returns whom an agent might serve."""
    count = len(part.group)
    columns["bot"] = np.full(count, -1, dtype=np.int8)
    columns["bot_ms"] = np.zeros(count, dtype=np.int64)
    if "return_ms" not in columns:
        columns["return_channel"] = np.full(count, NO_CHANNEL, dtype=np.int8)
        columns["return_ms"] = np.zeros(count, dtype=np.int64)
    free, served = np.ones(count, dtype=bool), np.ones(count, dtype=bool)
    for number, bot in enumerate(tables.bots):
        _meet(bot, number, part, free, served, work, patience, columns)
    return served


def _meet(
    bot: BotTable,
    number: int,
    part: Part,
    free: np.ndarray,
    served: np.ndarray,
    work: np.ndarray,
    patience: np.ndarray | None,
    columns: Columns,
) -> None:
    """Let a bot meet the contacts that no earlier bot took; changes the columns in place."""
    takes, contains = part.halves(bot.key + MEETS)
    taken = free & (takes < column_of(bot.takes, part.group))
    free &= ~taken
    here = np.flatnonzero(taken & column_of(bot.named, part.group))
    if not len(here):
        return
    met = part.some(here)
    contained = contains[here] < column_of(bot.contains, met.group)
    helped = contained & (met.halves(bot.key + SERVES)[0] < column_of(bot.resolved, met.group))
    failed = contained & ~helped
    cold = ~contained & column_of(bot.cold, met.group)
    warm = ~contained & ~column_of(bot.cold, met.group)
    columns["bot"][here] = number
    columns["bot_ms"][here] = whole_ms(met.of(bot.session, bot.key + SESSION))
    columns["flags"][here] |= np.select([helped, failed], [BOT_RESOLVES, BOT_FAILS], BOT_HANDS_OVER).astype(np.int32)
    columns["flags"][here] |= cold * np.int32(COLD)
    served[here] = ~(contained & column_of(bot.sure, met.group))
    work[here] = np.where(warm, work[here] * bot.handle[met.group], work[here] + cold * bot.adds[met.group])
    if patience is not None:
        patience[here] *= np.where(contained, 1.0, bot.patience[met.group])
    if failed.any():
        lost = here[failed]
        back = part.some(lost)
        columns["return_channel"][lost] = bot.comes_back.pick(back.halves(RETURN), back.group)
        columns["return_ms"][lost] = whole_ms(back.of(bot.after, RETURN_AFTER))


def _follow(
    tables: Tables,
    part: Part,
    line: int,
    columns: Columns,
    served: np.ndarray | None,
    attempt: int,
    unresolved: np.ndarray,
    passed_on: np.ndarray | None,
) -> np.ndarray:
    """int64 (n,): bits of the channels on which another contact could follow this one in its place, 0 none.

    Where no ticket changes its channel, only whether there is one matters.
    """
    here = 1 << line
    returns = _bits(columns.get("return_channel"), here, len(part.group))
    follow = returns.copy()
    if passed_on is not None:
        follow |= (passed_on if part.rows is None else passed_on[part.rows]) * here
    follow *= unresolved
    if tables.retry.possible:
        follow |= _bits(columns["retry_channel"], here, len(follow)) * column_of(tables.may_leave, part.group)
    if served is not None:
        if attempt and tables.transfer.any():  # a transferred contact passes the bots by
            served = served | (column_of(tables.transfer, part.group) > 0)
        follow *= served
        follow |= returns * (columns["flags"] & BOT_FAILS != 0)
    return follow


def _bits(target: np.ndarray | None, here: int, count: int) -> np.ndarray:
    """int64 (n,): the bit of each target channel; SAME_CHANNEL is here, NO_CHANNEL none."""
    if target is None:
        return np.zeros(count, dtype=np.int64)
    named: np.ndarray = np.int64(1) << np.maximum(target, 0).astype(np.int64)
    named[target == SAME_CHANNEL] = here
    named[target == NO_CHANNEL] = 0
    return named
