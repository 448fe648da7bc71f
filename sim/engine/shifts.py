"""Shifts as stretches of time: who works which day, where breaks and planned time away lie, and what is paid."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from sim.demand.keys import hashed, keyed_state, mixed, name_key, replication_key, to_uniform
from sim.engine.given import Steps
from sim.scenario.calendar import Calendar, parse_clock, parse_days, parse_hours
from sim.scenario.schema.people import Shift, Team
from sim.scenario.units import HALF_HOUR_MS, MS_PER_DAY, MS_PER_MINUTE

STAGGER = 5  # breaks are staggered over this many groups of agents


def shift_of_agents(team: Team, count: int) -> np.ndarray:
    """int64 (count,): shift of each agent, in turn to the shift furthest below its share.

    Nested: one more agent leaves the others where they were (Webster's divisors).
    """
    shares = np.array([shift.share for shift in team.shifts.values()])
    given = np.zeros(len(shares))
    which = np.empty(count, dtype=np.int64)
    for k in range(count):
        which[k] = int(np.argmax(shares / (2 * given + 1)))
        given[which[k]] += 1
    return which


def ends_after_midnight(shift: Shift) -> bool:
    """Whether a shift reaches into the next day."""
    return parse_hours(shift.hours)[1] > MS_PER_DAY


def works_on(calendar: Calendar, shift: Shift, rank: np.ndarray, first: int, last: int) -> np.ndarray:
    """bool (agents, last - first): whether the agent at a place in the shift works on each day.

    With `days_per_week` the days off rotate: agent k is off on the (k + week)-th of the named days and those after it.
    """
    named = parse_days(shift.days)
    day = np.arange(first, last)
    weekday = (calendar.start.weekday() + day) % 7
    week = (calendar.start.weekday() + day) // 7
    on = np.isin(weekday, named)[None, :].repeat(len(rank), axis=0)
    if shift.days_per_week is not None and shift.days_per_week < len(named):
        place = np.searchsorted(named, weekday)  # place of the weekday among the named ones
        turn = (place[None, :] - rank[:, None] - week[None, :]) % len(named)
        on &= turn < shift.days_per_week
    return on


@dataclass(frozen=True)
class Pieces:
    """Agent-days of one shift, N of them."""

    start: np.ndarray  # int64 (N,)
    end: np.ndarray  # int64 (N,)
    unpaid: list[tuple[np.ndarray, np.ndarray]]  # unpaid breaks
    on_duty: list[tuple[np.ndarray, np.ndarray]]  # stretches for customers (empty ones have end <= begin)
    absent: np.ndarray  # bool (N,)
    longer: np.ndarray  # int64 (N,) overtime after the end


def on_duty_pieces(
    calendar: Calendar,
    team: Team,
    shift: Shift,
    rank: np.ndarray,
    day: np.ndarray,
    name: str,
    agent: np.ndarray,
    stream: tuple[int, int],
    overtime: np.ndarray,
) -> Pieces:
    """Stretches of duty of agent-days: the shift less its breaks and one block of planned time away, and overtime.

    Breaks lie evenly in the shift, staggered between agents. The planned block is `planned` of the shift's time
    outside breaks, at a place drawn by agent and day; absence is drawn by agent and day. ``overtime`` is float64 (N,):
    the share of the shift's paid time by which it is made longer at its end.
    """
    begins, ends = parse_hours(shift.hours)
    unique, back = np.unique(day, return_inverse=True)
    start, end = _on_days(calendar, unique, begins)[back], _on_days(calendar, unique, ends)[back]
    breaks = _breaks(shift, start, end, rank)
    if shift.breaks_at:
        breaks = _given_breaks(calendar, shift, day, breaks)
    identity = mixed(
        agent.astype(np.uint64) << np.uint64(32) | (day & 0xFFFFFFFF).astype(np.uint64), add=name_key("agent", name)
    )
    state = keyed_state(identity, replication_key(*stream))
    absent = to_uniform(hashed(state, name_key("absence"))) < team.shrinkage.absence
    edges = [start, *(edge for pair in breaks for edge in pair), end]
    work = [(edges[2 * p], edges[2 * p + 1]) for p in range(len(breaks) + 1)]
    total = sum((stop - begin for begin, stop in work), start=np.zeros_like(start))
    block = _whole_minutes(total * team.shrinkage.planned)
    at = _whole_minutes((total - block) * to_uniform(hashed(state, name_key("planned time away"))))
    on_duty = []
    passed = np.zeros_like(start)
    for begin, stop in work:
        # the block in time since the piece began, counting worked time only
        low, high = begin + at - passed, begin + at + block - passed
        on_duty.append((begin, np.where(block > 0, np.clip(low, begin, stop), stop)))
        on_duty.append((np.where(block > 0, np.clip(high, begin, stop), stop), stop))
        passed = passed + (stop - begin)
    on_duty = _joined(on_duty)
    longer = _whole_minutes(overtime * PaidTime.contract_ms(shift))
    if longer.any():
        on_duty.append((end, end + longer))
    return Pieces(start, end, [] if shift.paid_breaks else breaks, on_duty, absent, longer)


@lru_cache(maxsize=64)
def _clocks(calendar: Calendar, local_ms: int) -> dict[int, int]:
    """Clock at a wall time by local day, filled in as days are asked for: the same in every replication."""
    del calendar, local_ms  # they name it
    return {}


def _on_days(calendar: Calendar, days: np.ndarray, local_ms: int) -> np.ndarray:
    """int64 (n,): clock at a wall time of each local day."""
    known = _clocks(calendar, local_ms)
    for day in set(days.tolist()) - known.keys():
        known[day] = calendar.clock_ms(day, local_ms)
    return np.array([known[day] for day in days.tolist()], dtype=np.int64)


def _joined(pieces: list[tuple[np.ndarray, np.ndarray]]) -> list[tuple[np.ndarray, np.ndarray]]:
    """The two halves of a piece as one where no block lies in it, so that nobody leaves and returns at one tick."""
    joined = []
    for (begin, middle), (again, stop) in zip(pieces[::2], pieces[1::2], strict=True):
        whole = middle >= again
        joined.append((begin, np.where(whole, stop, middle)))
        joined.append((np.where(whole, stop, again), stop))
    return joined


def _whole_minutes(ms: np.ndarray) -> np.ndarray:
    return (np.rint(ms / MS_PER_MINUTE) * MS_PER_MINUTE).astype(np.int64)


def _breaks(shift: Shift, start: np.ndarray, end: np.ndarray, rank: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """Begin and end of each break: centred at (i + 1) / (n + 1) of the shift, moved by up to a quarter of the gap."""
    count = len(shift.breaks)
    gap = (end - start) // (count + 1)
    moved = (rank % STAGGER - STAGGER // 2) * gap // (4 * (STAGGER // 2))
    pairs = []
    for i, length in enumerate(shift.breaks):
        begin = _whole_minutes(start + gap * (i + 1) + moved - length // 2)
        pairs.append((begin, begin + length))
    return pairs


def _given_breaks(
    calendar: Calendar, shift: Shift, day: np.ndarray, spread: list[tuple[np.ndarray, np.ndarray]]
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Begin and end of each break: at its own time on the days that `breaks_at` names, else as spread."""
    starts = parse_hours(shift.hours)[0]
    weekday = (calendar.start.weekday() + day) % 7
    pairs = [(begin.copy(), end.copy()) for begin, end in spread]
    for days, times in shift.breaks_at.items():
        here = np.flatnonzero(np.isin(weekday, parse_days(days)))
        for (begin, end), text, length in zip(pairs, times, shift.breaks, strict=True):
            at = parse_clock(text)
            at += MS_PER_DAY if at < starts else 0
            begin[here] = _on_days(calendar, day[here], at)
            end[here] = begin[here] + length
    return pairs


@dataclass(frozen=True)
class PaidTime:
    """Paid and scheduled time by team and half-hour slot."""

    paid_ms: np.ndarray  # int64 (T, slots)
    scheduled_ms: np.ndarray  # int64 (T, slots)
    training_ms: np.ndarray  # int64 (T, slots) of the paid time, that of joiners before their first contact
    overtime_ms: np.ndarray  # int64 (T, slots) of the paid time, what makes shifts longer

    @staticmethod
    def empty(teams: int, calendar: Calendar) -> PaidTime:
        """Nothing paid yet."""
        paid, scheduled, training, overtime = (np.zeros((teams, calendar.slots), dtype=np.int64) for _ in range(4))
        return PaidTime(paid, scheduled, training, overtime)

    @staticmethod
    def contract_ms(shift: Shift) -> int:
        """Paid time of one shift."""
        begin, end = parse_hours(shift.hours)
        return end - begin - (0 if shift.paid_breaks else sum(shift.breaks))

    def add_shift(self, team: int, pieces: Pieces, serving: np.ndarray) -> None:
        """Adds agent-days; who does not serve customers yet is paid all the same."""
        for slots, who in ((self.paid_ms[team], slice(None)), (self.training_ms[team], ~serving)):
            _spread(slots, pieces.start[who], pieces.end[who], 1)
            for begin, end in pieces.unpaid:
                _spread(slots, begin[who], end[who], -1)
        here = serving & ~pieces.absent
        begins, ends = (np.concatenate([piece[side][here] for piece in pieces.on_duty]) for side in (0, 1))
        _spread(self.scheduled_ms[team], begins, ends, 1)
        if pieces.longer.any():
            for kept in (self.paid_ms, self.overtime_ms):
                _spread(kept[team], pieces.end[here], (pieces.end + pieces.longer)[here], 1)

    def add_present(self, team: int, steps: Steps, learning: Steps, end_ms: int, net: float) -> None:
        """Adds agents given directly, and those in training beside them.

        ``net`` is the share of paid time that is spent with customers.
        """
        _spread_steps(self.scheduled_ms[team], steps, end_ms)
        _spread_steps(self.training_ms[team], learning, end_ms)
        for slots in (self.scheduled_ms[team], self.training_ms[team]):
            self.paid_ms[team] += np.rint(slots / max(net, 1e-9)).astype(np.int64)
        self.training_ms[team] = np.rint(self.training_ms[team] / max(net, 1e-9)).astype(np.int64)

    def add_training(self, team: int, by_month: np.ndarray, calendar: Calendar) -> None:
        """Adds paid training, ms by month, evenly over each month."""
        month = _month_of_slot(calendar)
        for m in np.flatnonzero(by_month):
            here = np.flatnonzero(month == m)
            each, rest = divmod(round(float(by_month[m])), len(here))
            for slots in (self.paid_ms[team], self.training_ms[team]):
                slots[here] += each
                slots[here[0]] += rest

    def by_month(self, slots: np.ndarray, calendar: Calendar) -> np.ndarray:
        """int64 (T, months): sums of columns by half-hour."""
        first = np.searchsorted(_month_of_slot(calendar), np.arange(len(calendar.month_labels)))
        return np.asarray(np.add.reduceat(slots, first, axis=1))

    def mean_paid_heads(self, team: int, calendar: Calendar) -> np.ndarray:
        """float64 (months,): mean of the paid presence, for teams without a roster."""
        edges = np.array(calendar.month_edges_ms)
        return np.bincount(_month_of_slot(calendar), self.paid_ms[team], len(edges) - 1) / np.diff(edges)


def _month_of_slot(calendar: Calendar) -> np.ndarray:
    """int64 (slots,): month in which each half-hour begins."""
    edges = np.array(calendar.month_edges_ms)
    return np.asarray(np.searchsorted(edges, np.arange(calendar.slots) * HALF_HOUR_MS, side="right") - 1)


def _spread_steps(slots: np.ndarray, steps: Steps, end_ms: int) -> None:
    """Adds the time of so many people from each moment to the next."""
    edges = [ms for ms, _ in steps] + [end_ms]
    for (begin, count), end in zip(steps, edges[1:], strict=True):
        if count:
            _spread(slots, np.array([begin]), np.array([end]), count)


def _spread(slots: np.ndarray, begin: np.ndarray, end: np.ndarray, sign: int) -> None:
    """Adds stretches of time, cut at the horizon, to half-hour slots."""
    limit = len(slots) * HALF_HOUR_MS
    begin, end = np.clip(begin, 0, limit), np.clip(end, 0, limit)
    keep = end > begin
    begin, end = begin[keep], end[keep]
    if not len(begin):
        return
    first, last = int(begin.min()) // HALF_HOUR_MS, -(-int(end.max()) // HALF_HOUR_MS)  # nothing is touched elsewhere
    ramp = np.zeros(last - first + 2, dtype=np.int64)  # time from each edge to its slot's end, and whole slots after
    whole = np.zeros(last - first + 2, dtype=np.int64)
    for edge, direction in ((begin, sign), (end, -sign)):
        slot, inside = np.divmod(edge - first * HALF_HOUR_MS, HALF_HOUR_MS)
        np.add.at(ramp, slot, direction * (HALF_HOUR_MS - inside))
        np.add.at(whole, slot + 1, direction)
    slots[first:last] += ramp[:-2] + np.cumsum(whole[:-2]) * HALF_HOUR_MS
