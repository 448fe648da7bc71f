"""What each contact of a ticket would be: work, patience, bots, retries and returns, as ragged rows.

Rows are drawn level by level: first every ticket's first contact, then the second contact of those who could have one,
and so on. What is drawn for a row depends on the ticket's name and the number of the contact alone, so how many rows
others have, or how many this ticket has, never changes a draw.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

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

_WIDE: dict[str, np.dtype[Any]] = {
    "work_ms": np.dtype(np.int64),
    "wrap_ms": np.dtype(np.int64),
    "patience_ms": np.dtype(np.int64),
    "retry_ms": np.dtype(np.int64),
    "retry_channel": np.dtype(np.int8),
    "return_ms": np.dtype(np.int64),
    "return_channel": np.dtype(np.int8),
    "bot": np.dtype(np.int8),
    "bot_ms": np.dtype(np.int64),
    "flags": np.dtype(np.int32),
}
_EMPTY: dict[str, int] = {
    "patience_ms": int(NEVER),
    "retry_channel": NO_CHANNEL,
    "return_channel": NO_CHANNEL,
    "bot": -1,
}
Columns = dict[str, np.ndarray]


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


def draw_rows(
    tables: Tables, state: np.ndarray, world: np.ndarray, channel: np.ndarray, patience_left: np.ndarray | None
) -> Columns:
    """All row columns of the tape, for tickets with draw states ``state``.

    ``world`` (n,) is (regime * reasons + reason), ``channel`` (n,) the first contact's channel, ``patience_left`` (n,)
    the factor on the first contact's patience.
    """
    channels = len(tables.index.channels)
    own = world * channels + channel
    ticket = np.arange(len(state))
    levels: list[Columns] = []
    allowed = tables.attempts[own] if len(own) else own
    capacity = np.ones(len(state), dtype=np.int64)
    first = Draws(state)
    attempt = 0
    while attempt == 0 or len(ticket):
        draws = Draws(state[ticket], attempt) if attempt else first
        level, spawns = _level(tables, draws, first, ticket, world, channel, attempt, patience_left)
        level["ticket"] = ticket
        levels.append(level)
        capacity[ticket] += spawns
        attempt += 1
        ticket = ticket[(capacity[ticket] > attempt) & (allowed[ticket] > attempt)]
    return _joined(levels, len(state))


def _joined(levels: list[Columns], tickets: int) -> Columns:
    """Levels one after the other, and each row's successor."""
    if len(levels) == 1:
        joined = levels[0]
    else:
        joined = {name: np.concatenate([level[name] for level in levels], axis=-1) for name in levels[0]}
    rows = len(joined["ticket"])
    joined["next_row"] = np.full(rows, -1, dtype=np.int64)
    last = np.arange(tickets)
    start = tickets
    for level in levels[1:]:
        here = np.arange(start, start + len(level["ticket"]))
        joined["next_row"][last[level["ticket"]]] = here
        last[level["ticket"]] = here
        start += len(here)
    return joined


def _level(
    tables: Tables,
    draws: Draws,
    first: Draws,
    ticket: np.ndarray,
    world: np.ndarray,
    channel: np.ndarray,
    attempt: int,
    patience_left: np.ndarray | None,
) -> tuple[Columns, np.ndarray]:
    """One contact of each ticket: its columns, and how many further contacts it could lead to (0, 1 or 2)."""
    count, channels = len(ticket), len(tables.index.channels)
    lines = channels if tables.wide else 1
    own_channel = channel if attempt == 0 else channel[ticket]
    base = (world if attempt == 0 else world[ticket]) * channels
    own = base + own_channel

    level: Columns = {}
    resolve_u, transfer_u = draws.halves(RESULT)
    level["resolve_u"], level["transfer_u"] = resolve_u, transfer_u
    level["reopen_ms"] = _reopen(tables, draws, own)
    resolve = tables.resolve_first if attempt == 0 else tables.resolve_later
    unresolved = resolve_u >= column_of(resolve, own)  # the reason decides; the channel of the group does not matter
    passed_on = transfer_u <= column_of(tables.transfer, own) if tables.transfer.any() else None

    goes_on = np.zeros(count, dtype=bool)
    chases = np.zeros(count, dtype=bool)
    wide: Columns = {}
    if lines > 1:
        for name, dtype in _WIDE.items():
            empty = _EMPTY.get(name, 0)
            shape = (lines, count)
            wide[name] = np.full(shape, empty, dtype) if empty else np.zeros(shape, dtype)
    for line in range(lines):
        rows, group = _rows_of_line(tables, line, lines, attempt, own_channel, base, own)
        if rows is not None and not len(rows):
            continue
        part = Part(draws, first if attempt == 0 else _aligned(tables, first, ticket), rows, group)
        left = None if patience_left is None or attempt else patience_left if rows is None else patience_left[rows]
        columns, served = _line(tables, part, attempt, left)
        again = _again(tables, part, columns, served, unresolved, passed_on)
        chasing = (columns["flags"] & CHASES) != 0
        if rows is None:
            goes_on |= again
            chases |= chasing
        else:
            goes_on[rows] |= again
            chases[rows] |= chasing
        if lines == 1:
            level.update({name: values[np.newaxis] for name, values in columns.items()})
        else:
            for name, values in columns.items():
                wide[name][line, slice(None) if rows is None else rows] = values
    level.update(wide)
    return level, goes_on.astype(np.int64) + chases


def _rows_of_line(
    tables: Tables, line: int, lines: int, attempt: int, own_channel: np.ndarray, base: np.ndarray, own: np.ndarray
) -> tuple[np.ndarray | None, np.ndarray]:
    """Which of the level's rows can be on this line's channel (None: all), and their groups there."""
    if lines == 1:
        return None, own
    if attempt and tables.reachable[line]:
        return None, base + line
    rows = np.flatnonzero(own_channel == line)
    return rows, own[rows]


def _aligned(tables: Tables, first: Draws, ticket: np.ndarray) -> Draws:
    """The first contacts' draws of these tickets, where some channel lets patience be kept."""
    return first.of(ticket) if tables.keeps_patience.any() else first


def _reopen(tables: Tables, draws: Draws, own: np.ndarray) -> np.ndarray:
    if not tables.reopen.random:
        return np.zeros(len(own), dtype=np.int64)
    return whole_ms(tables.reopen.draw(draws.uniform(REOPEN), own), zero_is_none=True)


def _line(tables: Tables, part: Part, attempt: int, patience_left: np.ndarray | None) -> tuple[Columns, np.ndarray]:
    """The columns of contacts on one channel; and which of them an agent might serve."""
    group = part.group
    count = len(group)
    work = part.of(tables.work, WORK)
    patience = _patience(tables, part, attempt)
    if patience is not None and patience_left is not None:
        patience *= patience_left
    columns: Columns = {"flags": _flags(tables, part)}
    _add_returns(tables, part, columns)
    columns["bot"] = np.full(count, -1, dtype=np.int8)
    columns["bot_ms"] = np.zeros(count, dtype=np.int64)
    served = np.ones(count, dtype=bool)
    free = np.ones(count, dtype=bool)
    for number, bot in enumerate(tables.bots):
        _meet(bot, number, part, free, served, work, patience, columns)
    columns["work_ms"] = whole_ms(work)
    none = tables.wrap.none
    columns["wrap_ms"] = np.zeros(count, np.int64) if none else whole_ms(part.of(tables.wrap, WRAP), zero_is_none=True)
    columns["patience_ms"] = np.full(count, NEVER) if patience is None else whole_ms(patience)
    if tables.retry.possible:
        columns["retry_channel"] = tables.retry.pick(part.halves(RETRY), group)
        columns["retry_ms"] = whole_ms(part.of(tables.retry_after, RETRY_AFTER))
    else:
        columns["retry_channel"] = np.full(count, NO_CHANNEL, dtype=np.int8)
        columns["retry_ms"] = np.zeros(count, dtype=np.int64)
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


def _add_returns(tables: Tables, part: Part, columns: Columns) -> None:
    count = len(part.group)
    if tables.comes_back.possible and tables.ever_unresolved:
        columns["return_channel"] = tables.comes_back.pick(part.halves(RETURN), part.group)
        columns["return_ms"] = whole_ms(part.of(tables.back_after, RETURN_AFTER))
    else:
        columns["return_channel"] = np.full(count, NO_CHANNEL, dtype=np.int8)
        columns["return_ms"] = np.zeros(count, dtype=np.int64)


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


def _again(
    tables: Tables,
    part: Part,
    columns: Columns,
    served: np.ndarray,
    unresolved: np.ndarray,
    passed_on: np.ndarray | None,
) -> np.ndarray:
    """bool (n,): whether this contact could be followed by another in its place."""
    rows = slice(None) if part.rows is None else part.rows
    returns = columns["return_channel"] != NO_CHANNEL
    failed = (columns["flags"] & BOT_FAILS) != 0
    goes_on = returns if passed_on is None else returns | passed_on[rows]
    leaves = (columns["retry_channel"] != NO_CHANNEL) & column_of(tables.may_leave, part.group)
    again: np.ndarray = (served & (leaves | (unresolved[rows] & goes_on))) | (failed & returns)
    return again
