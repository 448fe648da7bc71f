"""What each contact of a ticket would be: work, patience, bots, retries and returns, as ragged rows.

What is drawn for a row depends on the ticket's name and the number of the contact alone, so how many rows others have,
or how many this ticket has, never changes a draw. Which rows there are is laid out first (`compiled_rows`), and what
takes a logarithm or a power is then drawn for all of them.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sim.demand import compiled_rows
from sim.demand.compiled_rows import Meetings, Rows
from sim.demand.distributions import LawTable
from sim.demand.keys import MASK, name_key
from sim.demand.tables import Tables
from sim.demand.tape import BOT_FAILS, NEVER, NO_CHANNEL

WORK, WRAP, PATIENCE, REOPEN = (np.uint64(name_key(name)) for name in ("work", "wrap", "patience", "reopen"))
RETRY_AFTER, RETURN_AFTER = np.uint64(name_key("retry after")), np.uint64(name_key("return after"))
SESSION = 3  # added to a bot's key: uniform

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
_BLOCK = 1 << 15  # contacts whose durations are drawn at a time, so that temporaries stay in the cache


class _Block:
    """Some of the meetings in turn, and their draws."""

    def __init__(self, state: np.ndarray, rows: Rows, meetings: Meetings) -> None:
        self._state, self._rows = state, rows
        self.row, self.line, self.group, self.flags, self.bot, *_ = meetings
        self.drawn = compiled_rows.salts(state, rows.ticket, rows.attempt, self.row)

    def of(self, laws: LawTable, purpose: np.uint64) -> np.ndarray:
        """float64 (n,): durations; the purpose is hashed only where a law is random."""
        return laws.draw(compiled_rows.uniforms(self.drawn, purpose) if laws.random else None, self.group)

    def patience(self, tables: Tables, left: np.ndarray | None) -> np.ndarray:
        """float64 (n,), empty where all are endless; some keep that of the ticket's first contact."""
        if tables.patience.endless:
            return np.empty(0)
        drawn = self.drawn
        if tables.patience.random and tables.keeps_patience.any():
            kept = (self._rows.ticket, self.row, self.group, tables.keeps_patience, self.drawn)
            drawn = compiled_rows.first_salts(self._state, *kept)
        u = compiled_rows.uniforms(drawn, PATIENCE) if tables.patience.random else None
        patience = tables.patience.draw(u, self.group)
        if left is not None:
            compiled_rows.shorten(self.row, self._rows.ticket, self._rows.attempt, left, patience)
        return patience

    def write(self, durations: np.ndarray, column: np.ndarray, zero_is_none: bool = False) -> None:
        """Rounds into a column (W, M)."""
        compiled_rows.write_durations(self.line, self.row, durations, zero_is_none, column)

    def some(self, here: np.ndarray) -> _Block:
        """The meetings at positions ``here``."""
        block = object.__new__(_Block)
        block._state, block._rows = self._state, self._rows
        for name in ("row", "line", "group", "flags", "bot", "drawn"):
            setattr(block, name, getattr(self, name)[here])
        return block


def draw_rows(
    tables: Tables, state: np.ndarray, world: np.ndarray, channel: np.ndarray, patience_left: np.ndarray | None
) -> Columns:
    """All row columns of the tape, for tickets with draw states ``state``.

    ``world`` (n,) is (regime * reasons + reason), ``channel`` (n,) the first contact's channel, ``patience_left`` (n,)
    the factor on the first contact's patience.
    """
    rows, meetings = _laid_out(tables, state, world, channel)
    shape = (len(tables.index.channels) if tables.wide else 1, len(rows.ticket))
    columns: Columns = {
        name: np.full(shape, never, dtype) if never else np.zeros(shape, dtype)
        for name, (dtype, never) in _BY_CHANNEL.items()
    }
    columns |= {name: getattr(rows, name) for name in ("ticket", "next_row", "resolve_u", "transfer_u")}
    columns["reopen_ms"] = np.zeros(shape[1], dtype=np.int64)
    for name in _codes(tables):
        compiled_rows.write_codes(meetings.line, meetings.row, getattr(meetings, name), columns[name])
    for block in _blocks(state, rows, meetings):
        _draw_durations(tables, block, patience_left, columns)
    return columns


def _laid_out(tables: Tables, state: np.ndarray, world: np.ndarray, channel: np.ndarray) -> tuple[Rows, Meetings]:
    """Every row that the tickets could ever use: first contacts, then second ones, and so on."""
    begin, end, count, level = 0, len(state), 0, 0
    width = len(tables.index.channels) if tables.wide else 1
    rows, meetings = Rows.room(2 * end), Meetings.room(3 * end)
    rows.ticket[:end], rows.capacity[:end], rows.reach[:end] = np.arange(end), 1, 1 << channel
    while begin < end:
        if 2 * end - begin > len(rows.ticket):
            rows = Rows.room(2 * (2 * end - begin), rows)
        if count + (end - begin) * width > len(meetings.row):
            meetings = Meetings.room(2 * (count + (end - begin) * width), meetings)
        last, count = compiled_rows.lay_out(
            tables.for_rows, rows, meetings, state, world, channel, level, begin, end, count
        )
        begin, end, level = end, last, level + 1
    return Rows(*(column[:end] for column in rows)), Meetings(*(column[:count] for column in meetings))


def _codes(tables: Tables) -> Iterator[str]:
    """Columns of the meetings that are not the same everywhere."""
    if tables.has_flags:
        yield "flags"
    if tables.retry.possible:
        yield "retry_channel"
    if tables.returns or tables.bots:
        yield "return_channel"
    if tables.bots:
        yield "bot"


def _blocks(state: np.ndarray, rows: Rows, meetings: Meetings) -> Iterator[_Block]:
    for low in range(0, len(meetings.row), _BLOCK):
        yield _Block(state, rows, Meetings(*(column[low : low + _BLOCK] for column in meetings)))


def _draw_durations(tables: Tables, block: _Block, patience_left: np.ndarray | None, columns: Columns) -> None:
    """Everything that has a length, for a block of meetings."""
    work, patience = block.of(tables.work, WORK), block.patience(tables, patience_left)
    if tables.bots:
        compiled_rows.hand_over(tables.for_rows, block.group, block.flags, block.bot, work, patience)
    block.write(work, columns["work_ms"])
    block.write(patience if len(patience) else np.full(len(block.row), float(NEVER)), columns["patience_ms"])
    if not tables.wrap.none:
        block.write(block.of(tables.wrap, WRAP), columns["wrap_ms"], zero_is_none=True)
    if tables.retry.possible:
        block.write(block.of(tables.retry_after, RETRY_AFTER), columns["retry_ms"])
    if tables.returns:
        block.write(block.of(tables.back_after, RETURN_AFTER), columns["return_ms"])
    if tables.reopen.random:
        compiled_rows.write_reopenings(block.row, block.of(tables.reopen, REOPEN), columns["reopen_ms"])
    for number, bot in enumerate(tables.bots):
        met = block.some(np.flatnonzero(block.bot == number))
        met.write(met.of(bot.session, np.uint64((bot.key + SESSION) & MASK)), columns["bot_ms"])
        failed = met.some(np.flatnonzero(met.flags & BOT_FAILS))
        failed.write(failed.of(bot.after, RETURN_AFTER), columns["return_ms"])
