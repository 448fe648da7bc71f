"""What the contacts of every ticket would be, as far as whole numbers go, and how they are laid out in rows.

Contact by contact: first every ticket's first one, then the second contact of those who could have one, and so on. Who
could have another one is a matter of shares alone, so the rows are known before any duration is drawn. A *meeting* is
a contact on one of the channels on which it can be.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from sim.demand.compiled import high, low, mix, salted, uniform
from sim.demand.keys import name_key
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
from sim.machine_code import CACHE, borrowed

# mypy: disable-error-code="no-untyped-def,call-arg,operator,unreachable,var-annotated"

RESULT = np.uint64(name_key("result"))  # halves: resolved, transferred
RETRY = np.uint64(name_key("retry"))  # halves: whether, where
RETURN = np.uint64(name_key("return"))
LEAVES = np.uint64(name_key("leaves"))  # halves: balks, leaves silently
CALLED = np.uint64(name_key("called"))  # halves: accepts a call back, picks up
CHASE = np.uint64(name_key("chase"))  # halves: chases, unused
MEETS, SERVES = np.uint64(1), np.uint64(2)  # added to a bot's key: halves (takes, contains), (resolves, unused)


class Shares(NamedTuple):
    """`tables.Tables` without its laws, for compiled loops; G groups, B bots, K options of a choice."""

    channels: int
    wide: bool
    resolve_first: np.ndarray  # int64 (G,), as in Tables
    resolve_later: np.ndarray
    transfer: np.ndarray
    attempts: np.ndarray
    may_leave: np.ndarray
    leaves: bool  # whether anybody balks or leaves silently
    balks: np.ndarray
    silent: np.ndarray
    calls: bool
    callback: np.ndarray
    answered: np.ndarray
    chasing: bool
    chases: np.ndarray
    chase_to: np.ndarray
    retries: bool
    retry_share: np.ndarray
    retry_target: np.ndarray  # (K, G)
    retry_until: np.ndarray
    returns: bool
    back_share: np.ndarray
    back_target: np.ndarray
    back_until: np.ndarray
    bot_key: np.ndarray  # uint64 (B,)
    bot_takes: np.ndarray  # (B, G)
    bot_named: np.ndarray
    bot_contains: np.ndarray
    bot_resolved: np.ndarray
    bot_sure: np.ndarray
    bot_cold: np.ndarray
    bot_adds: np.ndarray
    bot_handle: np.ndarray
    bot_patience: np.ndarray
    bot_share: np.ndarray
    bot_target: np.ndarray  # (B, K, G)
    bot_until: np.ndarray


class Rows(NamedTuple):
    """M rows in the tape's order, or room for them."""

    ticket: np.ndarray  # int64
    next_row: np.ndarray  # int64
    resolve_u: np.ndarray  # int64
    transfer_u: np.ndarray  # int64
    attempt: np.ndarray  # int16, 0 for the first contact
    reach: np.ndarray  # int64 bits of the channels on which the contact can be
    capacity: np.ndarray  # int32 contacts that the ticket can have had by then, this one included

    @staticmethod
    def room(size: int, filled: Rows | None = None) -> Rows:
        """Room for so many rows, the first of them filled."""
        kinds = (np.int64, np.int64, np.int64, np.int64, np.int16, np.int64, np.int32)
        return Rows(*_room(size, kinds, filled or ()))


class Meetings(NamedTuple):
    """The rows' contacts by channel, in order of (row, channel), or room for them."""

    row: np.ndarray  # int32
    line: np.ndarray  # int8
    group: np.ndarray  # int32
    flags: np.ndarray  # int32, and what follows as on the tape
    bot: np.ndarray
    retry_channel: np.ndarray
    return_channel: np.ndarray

    @staticmethod
    def room(size: int, filled: Meetings | None = None) -> Meetings:
        """Room for so many meetings, the first of them filled."""
        kinds = (np.int32, np.int8, np.int32, np.int32, np.int8, np.int8, np.int8)
        return Meetings(*_room(size, kinds, filled or ()))


def _room(size: int, kinds: tuple[type, ...], filled: tuple[np.ndarray, ...]) -> list[np.ndarray]:
    columns: list[np.ndarray] = [np.empty(size, dtype=kind) for kind in kinds]
    for column, there in zip(columns, filled, strict=False):
        column[: len(there)] = there
    return columns


@njit(forceinline=True)
def _pick(share, target, until, bits, g):
    """Channel, SAME_CHANNEL or NO_CHANNEL, from one half for whether and one for where; see `tables.Choice`."""
    if high(bits) >= share[g]:
        return np.int64(NO_CHANNEL)
    found, where = np.int64(target[0, g]), low(bits)
    for k in range(1, len(target)):
        if where >= until[k - 1, g]:
            found = np.int64(target[k, g])
    return found


@njit(forceinline=True)
def _bit(target, here):
    """The bit of a target channel; SAME_CHANNEL is here, NO_CHANNEL none."""
    if target == NO_CHANNEL:
        return np.int64(0)
    return here if target == SAME_CHANNEL else np.int64(1) << target


@njit(forceinline=True)
def _would(t, drawn, g):
    """Flags: what the customer would do, bots aside."""
    flags = 0
    if t.leaves:
        bits = mix(drawn + LEAVES)
        if high(bits) < t.balks[g]:
            flags |= BALKS
        if low(bits) < t.silent[g]:
            flags |= SILENT
    if t.calls:
        bits = mix(drawn + CALLED)
        if high(bits) < t.callback[g]:
            flags |= CALLBACK
        if low(bits) >= t.answered[g]:
            flags |= UNANSWERED
    if t.chasing and high(mix(drawn + CHASE)) < t.chases[g]:
        flags |= CHASES
    return flags


@njit(forceinline=True)
def _meet_bots(t, drawn, g):
    """(bot, flags, whether an agent might serve): the first bot that takes the contact, where it handles the reason."""
    for b in range(len(t.bot_key)):
        bits = mix(drawn + t.bot_key[b] + MEETS)
        if high(bits) >= t.bot_takes[b, g]:
            continue
        if not t.bot_named[b, g]:
            break
        if low(bits) >= t.bot_contains[b, g]:
            return b, BOT_HANDS_OVER | (COLD if t.bot_cold[b, g] else 0), True
        helped = high(mix(drawn + t.bot_key[b] + SERVES)) < t.bot_resolved[b, g]
        return b, BOT_RESOLVES if helped else BOT_FAILS, not t.bot_sure[b, g]
    return -1, 0, True


@njit(cache=CACHE)
def lay_out(tables, rows, meetings, state, world, channel, level, begin, end, count):
    """Rows ``begin`` to ``end`` hold contact ``level`` of some tickets: writes what it would be, and behind them the
    rows of those who can have another one. ``count`` meetings are there. Returns both numbers as they are then.

    ``world`` (n,) is (regime * reasons + reason), ``channel`` (n,) the first contact's channel.
    """
    t, r, m = borrowed(tables), borrowed(rows), borrowed(meetings)
    last = end
    for i in range(begin, end):
        who = r.ticket[i]
        base, own = world[who] * t.channels, channel[who]
        drawn = salted(state[who], level)
        bits = mix(drawn + RESULT)
        r.resolve_u[i], r.transfer_u[i], r.attempt[i] = high(bits), low(bits), level
        # The reason decides how many are resolved and passed on; the channel of the group does not matter.
        unresolved = r.resolve_u[i] >= (t.resolve_first[base] if level == 0 else t.resolve_later[base])
        passed_on = r.transfer_u[i] < t.transfer[base]
        come_back, try_again = np.uint64(0), np.uint64(0)
        if t.returns or len(t.bot_key):
            come_back = mix(drawn + RETURN)
        if t.retries:
            try_again = mix(drawn + RETRY)
        follow, chasers = np.int64(0), np.int64(0)  # bits of the channels on which another contact may follow
        for c in range(t.channels if t.wide else 1):
            if t.wide and not r.reach[i] >> c & 1:
                continue
            g, here = base + (c if t.wide else own), np.int64(1) << c
            would = _would(t, drawn, g)
            back = again = np.int64(NO_CHANNEL)
            if t.returns:
                back = _pick(t.back_share, t.back_target, t.back_until, come_back, g)
            if t.retries:
                again = _pick(t.retry_share, t.retry_target, t.retry_until, try_again, g)
            met, did, served = _meet_bots(t, drawn, g)
            if did & BOT_FAILS:
                back = _pick(t.bot_share[met], t.bot_target[met], t.bot_until[met], come_back, g)
            returns = _bit(back, here)
            leads_to = np.int64(0)
            if unresolved:
                leads_to = returns | (here if passed_on else 0)
            if t.may_leave[g]:
                leads_to |= _bit(again, here)
            # A contact that a bot contains is nobody else's; a transferred one passes the bots by.
            if not served and not (level and t.transfer[g] > 0):
                leads_to = 0
            if did & BOT_FAILS:
                leads_to |= returns
            follow |= leads_to
            if would & CHASES:
                chasers |= t.chase_to[g]
            m.row[count], m.line[count], m.group[count], m.flags[count] = i, c if t.wide else 0, g, would | did
            m.bot[count], m.retry_channel[count], m.return_channel[count] = met, again, back
            count += 1
        r.next_row[i] = -1
        contacts = r.capacity[i] + (follow != 0) + (chasers != 0)
        level_after = level + 1
        if contacts > level_after and t.attempts[base + own] > level_after:
            r.next_row[i] = last
            r.ticket[last], r.capacity[last], r.reach[last] = who, contacts, follow | chasers
            if t.chasing and level:  # two contacts are under way, and either may be the one that is followed
                r.reach[last] |= r.reach[i]
            last += 1
    return last, count


@njit(cache=CACHE)
def salts(state, ticket, attempt, row):
    """uint64 (n,): what a purpose is added to, for the contact of each row."""
    drawn = np.empty(len(row), dtype=np.uint64)
    for i in range(len(row)):
        drawn[i] = salted(state[ticket[row[i]]], attempt[row[i]])
    return drawn


@njit(cache=CACHE)
def first_salts(state, ticket, row, group, keeps, drawn):
    """Likewise, but that of the ticket's first contact for the groups that keep it."""
    kept = np.empty(len(row), dtype=np.uint64)
    for i in range(len(row)):
        kept[i] = state[ticket[row[i]]] if keeps[group[i]] else drawn[i]
    return kept


@njit(cache=CACHE)
def uniforms(drawn, purpose):
    """float64 (n,) in (0, 1)."""
    u = np.empty(len(drawn))
    for i in range(len(drawn)):
        u[i] = uniform(mix(drawn[i] + purpose))
    return u


@njit(forceinline=True)
def _whole_ms(duration):
    """See `distributions.whole_ms`."""
    return np.int64(min(max(np.rint(duration), 1.0), np.float64(NEVER)))


@njit(cache=CACHE)
def write_durations(line, row, durations, some, ms):
    """Rounded durations of the meetings into the column ``ms`` (W, M); 0 where they are none, if ``some``."""
    for i in range(len(row)):
        if not some or durations[i] > 0:
            ms[line[i], row[i]] = _whole_ms(durations[i])


@njit(cache=CACHE)
def write_reopenings(row, durations, ms):
    """One column for all channels: where the contact can be on two that reopen, the first one's delay holds."""
    for i in range(len(row)):
        if ms[row[i]] == 0 and durations[i] > 0:
            ms[row[i]] = _whole_ms(durations[i])


@njit(cache=CACHE)
def hand_over(t, group, flags, bot, work, patience):
    """Changes work and patience (empty: all are endless) by what bots did."""
    for i in range(len(group)):
        b, g = bot[i], group[i]
        if b < 0 or not flags[i] & BOT_HANDS_OVER:
            continue
        if flags[i] & COLD:
            work[i] += t.bot_adds[b, g]
        else:
            work[i] *= t.bot_handle[b, g]
        if len(patience):
            patience[i] *= t.bot_patience[b, g]


@njit(cache=CACHE)
def shorten(row, ticket, attempt, left, patience):
    """Multiplies the patience of first contacts by what self-service has left of it."""
    for i in range(len(row)):
        if attempt[row[i]] == 0:
            patience[i] *= left[ticket[row[i]]]


@njit(cache=CACHE)
def write_codes(line, row, codes, column):
    """Codes of the meetings into a column (W, M)."""
    for i in range(len(row)):
        column[line[i], row[i]] = codes[i]
