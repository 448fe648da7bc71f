"""Who is there when: shifts, breaks, shrinkage, absence and hires as a list of staff events."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from sim.engine.shifts import PaidTime, ends_after_midnight, on_duty_pieces, shift_of_agents, works_on
from sim.scenario.calendar import Calendar, add_months
from sim.scenario.remember import remembered
from sim.scenario.resolved import Resolved
from sim.scenario.schema import Scenario
from sim.scenario.schema.people import Hire, Team
from sim.scenario.units import MS_PER_DAY

# Roster.event_what: events of one tick happen in this order
CHANNEL_CLOSES, CHANNEL_OPENS, AGENT_OFF, SET_PRESENT, AGENT_ON = range(5)
PPM = 1_000_000
EVE = -1  # the day before the first: its night shifts reach into the horizon
NO_OPENING = -1  # value of CHANNEL_CLOSES where the channel does not open again


@dataclass(frozen=True)
class Roster:
    """Staff of one replication: A agents of T teams; E events in the order in which they happen."""

    agent_team: np.ndarray  # int64 (A,)
    speed_ppm: np.ndarray  # int64 (A, D) speed by tenure on each day, millionths; (A, 1) where it never changes
    quality_ppm: np.ndarray  # int64 (A, D) factor on the share resolved, likewise; (A, 1) where it never changes
    day_edges_ms: np.ndarray  # int64 (D + 1,) the days of speed_ppm and quality_ppm
    event_ms: np.ndarray  # int64 (E,) sorted
    event_what: np.ndarray  # int64 (E,)
    event_who: np.ndarray  # int64 (E,) team (SET_PRESENT), agent, or channel
    event_value: np.ndarray  # int64 (E,) agents present (SET_PRESENT), next opening (CHANNEL_CLOSES), else 0
    event_until: np.ndarray  # int64 (E,) end of that next opening (CHANNEL_CLOSES), else 0
    paid_ms: np.ndarray  # int64 (T, slots) paid time by half-hour: paid breaks, shrinkage and absence included
    scheduled_ms: np.ndarray  # int64 (T, slots) time for customers as scheduled, before overrun
    heads: np.ndarray  # float64 (T, months) mean heads on the payroll
    joiners: np.ndarray  # float64 (T, months) agents decided on who join the payroll
    training_ms: np.ndarray  # int64 (T, months) paid time of joiners before their first contact


@dataclass
class _Build:
    """What is gathered while the teams are gone through."""

    events: list[np.ndarray] = field(default_factory=list)  # each (n, 5): ms, what, who, value, until
    agent_team: list[int] = field(default_factory=list)
    speeds: list[np.ndarray] = field(default_factory=list)


@dataclass(frozen=True)
class Member:
    """One head of a team: days on the payroll, and from which day with customers."""

    joins: int  # local day number, 0 for those who are there at the start
    serves_from: int
    ramp_days: float
    start_speed: float
    hired: bool = True


def draw_roster(resolved: Resolved, seed: int, replication: int) -> Roster:
    """The roster of one replication; absence and the times of planned shrinkage are keyed by agent and day."""
    calendar, scenario = resolved.calendar, resolved.scenario
    days = calendar.days + (14 if scenario.horizon.at_end == "drain" else 1)
    build, paid = _Build(), PaidTime.empty(len(scenario.teams), calendar)
    heads = np.zeros((len(scenario.teams), len(calendar.month_labels)))
    joiners, training = np.zeros_like(heads), np.zeros(heads.shape, dtype=np.int64)
    build.events.extend(_channel_events(resolved))
    for t, name in enumerate(scenario.teams):
        members = _members(resolved, name, days)
        if scenario.teams[name].shifts:
            _rostered(resolved, t, members, days, (seed, replication), build, paid)
            _payroll(calendar, members, heads[t])
            _training(resolved, t, members, training[t])
        else:
            _present(resolved, t, members, days, build, paid)
            heads[t] = paid.mean_paid_heads(t, calendar)
        _joiners(calendar, members, joiners[t])
    table = np.concatenate(build.events) if build.events else np.zeros((0, 5), dtype=np.int64)
    table = _without_seams(table)
    if scenario.horizon.at_end == "cut":
        table = table[table[:, 0] < calendar.end_ms]
    table = table[np.lexsort((table[:, 2], table[:, 1], table[:, 0]))]
    speeds = np.stack(build.speeds) if build.speeds else np.full((0, days), PPM, dtype=np.int64)
    if (speeds == PPM).all():
        speeds = speeds[:, :1]
    return Roster(
        agent_team=np.array(build.agent_team, dtype=np.int64),
        speed_ppm=np.ascontiguousarray(speeds),
        quality_ppm=np.full((len(build.agent_team), 1), PPM, dtype=np.int64),
        day_edges_ms=calendar.day_edges_ms[: days + 1],
        event_ms=np.ascontiguousarray(table[:, 0]),
        event_what=np.ascontiguousarray(table[:, 1]),
        event_who=np.ascontiguousarray(table[:, 2]),
        event_value=np.ascontiguousarray(table[:, 3]),
        event_until=np.ascontiguousarray(table[:, 4]),
        paid_ms=paid.paid_ms,
        scheduled_ms=paid.scheduled_ms,
        heads=heads,
        joiners=joiners,
        training_ms=training,
    )


def _variant(resolved: Resolved, day: int) -> Scenario:
    return resolved.variants[int(resolved.regime_of_day[min(max(day, 0), len(resolved.regime_of_day) - 1)])]


def _spans(resolved: Resolved, days: int) -> Iterator[tuple[Scenario, int, int]]:
    """Stretches of days under one regime: (variant, first day, day after the last)."""
    regimes = np.array([resolved.regime_of_day[min(d, len(resolved.regime_of_day) - 1)] for d in range(days)])
    edges = [0, *(np.flatnonzero(np.diff(regimes)) + 1).tolist(), days]
    for first, last in pairwise(edges):
        yield resolved.variants[regimes[first]], first, last


@remembered
def _channel_events(resolved: Resolved) -> list[np.ndarray]:
    """Openings and closings by channel, each closing with the next opening; the hours of a day are its regime's."""
    calendar = resolved.calendar
    events = []
    for c, name in enumerate(resolved.scenario.channels):
        stretches: list[list[int]] = []
        for variant, first, last in _spans(resolved, calendar.days + 7):
            low = int(calendar.day_edges_ms[first]) if first else -MS_PER_DAY
            high = int(calendar.day_edges_ms[last]) if last < calendar.days + 7 else 2**62
            for begin, end in calendar.opening(variant.channels[name].hours).tolist():
                begin, end = max(begin, low), min(end, high)
                if begin < end and stretches and stretches[-1][1] == begin:
                    stretches[-1][1] = end
                elif begin < end:
                    stretches.append([begin, end])
        stretches = [[max(0, begin), end] for begin, end in stretches if end > 0]
        opens = [[begin, CHANNEL_OPENS, c, 0, 0] for begin, _ in stretches]
        nexts = [*stretches[1:], [NO_OPENING, NO_OPENING]]
        closes = [[end, CHANNEL_CLOSES, c, *after] for (_, end), after in zip(stretches, nexts, strict=True)]
        if not stretches or stretches[0][0] > 0:  # closed at the start
            closes.append([0, CHANNEL_CLOSES, c, *(stretches[0] if stretches else nexts[-1])])
        events.append(np.array(opens + closes, dtype=np.int64).reshape(-1, 5))
    return events


def _members(resolved: Resolved, name: str, days: int) -> list[Member]:
    """Heads of a team in a fixed order: those at the start (or added by a regime), then the hires by month."""
    most = max(variant.teams[name].agents for variant in resolved.variants)
    members = [Member(0, 0, 0.0, 1.0, hired=False)] * most
    hires = resolved.scenario.decisions.hires.get(name, {})
    hire: Hire = resolved.scenario.teams[name].hire
    for month, count in sorted(hires.items()):
        first = resolved.calendar.month_labels.index(month)
        decided = resolved.calendar.day_of_date(add_months(resolved.scenario.horizon.start, first))
        joins = decided + round(hire.lead / MS_PER_DAY)
        serves = joins + round(hire.training / MS_PER_DAY)
        if joins < days:
            members += [Member(joins, serves, hire.ramp / MS_PER_DAY, hire.start_speed)] * count
    return members


def _tenure_speed(member: Member, days: int) -> np.ndarray:
    """int64 (days,): linear from the start speed to full speed over the ramp."""
    if member.ramp_days <= 0 or member.start_speed == 1.0:
        return np.full(days, PPM, dtype=np.int64)
    done = np.clip((np.arange(days) - member.serves_from) / member.ramp_days, 0.0, 1.0)
    return np.maximum(1, np.rint((member.start_speed + (1.0 - member.start_speed) * done) * PPM)).astype(np.int64)


def _rostered(
    resolved: Resolved,
    t: int,
    members: list[Member],
    days: int,
    stream: tuple[int, int],
    build: _Build,
    paid: PaidTime,
) -> None:
    """Events and paid time of a team that works shifts."""
    name = list(resolved.scenario.teams)[t]
    base = len(build.agent_team)
    build.agent_team += [t] * len(members)
    build.speeds += [_tenure_speed(member, days) for member in members]
    joins = np.array([m.joins if m.hired else EVE for m in members], dtype=np.int64)
    serves = np.array([m.serves_from if m.hired else EVE for m in members], dtype=np.int64)
    for variant, first, last in _spans(resolved, days):
        team: Team = variant.teams[name]
        added = max(v.teams[name].agents for v in resolved.variants) - team.agents
        away = np.zeros(len(members), dtype=bool)
        away[team.agents : team.agents + added] = True  # heads that only other regimes have
        which = shift_of_agents(team, len(members))
        for s, shift in enumerate(team.shifts.values()):
            agents = np.flatnonzero((which == s) & ~away)
            rank = np.arange(len(agents))  # place within the shift, for rotating days off and staggered breaks
            low = EVE if first == 0 and ends_after_midnight(shift) else first
            grid = works_on(resolved.calendar, shift, rank, low, last) & (
                np.arange(low, last)[None, :] >= joins[agents, None]
            )
            i, d = np.nonzero(grid)
            pieces = on_duty_pieces(resolved.calendar, team, shift, rank[i], d + low, name, agents[i], stream)
            serving = d + low >= serves[agents[i]]
            paid.add_shift(t, pieces, serving)
            here = serving & ~pieces.absent
            for begin, end in pieces.on_duty:
                begin = np.maximum(begin, 0)  # of a night shift that began on the eve
                keep = here & (end > begin)
                who = base + agents[i][keep]
                build.events.append(_agent_events(begin[keep], AGENT_ON, who))
                build.events.append(_agent_events(end[keep], AGENT_OFF, who))


def _without_seams(table: np.ndarray) -> np.ndarray:
    """Drops ends of duty inside other stretches: of shifts that join at midnight, or overlap where a regime begins."""
    of_agents = (table[:, 1] == AGENT_ON) | (table[:, 1] == AGENT_OFF)
    duty = table[of_agents]
    duty = duty[np.lexsort((-duty[:, 1], duty[:, 0], duty[:, 2]))]  # by agent and time, ON before OFF
    begins = duty[:, 1] == AGENT_ON
    depth = np.cumsum(np.where(begins, 1, -1))
    return np.concatenate([table[~of_agents], duty[depth == begins]])  # from none to one, or from one to none


def _agent_events(when: np.ndarray, what: int, who: np.ndarray) -> np.ndarray:
    return np.stack([when, np.full_like(when, what), who, np.zeros_like(when), np.zeros_like(when)], axis=1)


def _present(resolved: Resolved, t: int, members: list[Member], days: int, build: _Build, paid: PaidTime) -> None:
    """Events and paid time of a team whose agents are given directly, constant or by interval.

    Hires add to the number given. Where it is constant, the agents are people and hires speed up over their ramp; an
    interval's number says nothing of who is there, so all of them work at full speed.
    """
    name = list(resolved.scenario.teams)[t]
    steps: list[tuple[int, int]] = []
    for variant, first, last in _spans(resolved, days):
        team = variant.teams[name]
        low, high = int(resolved.calendar.day_edges_ms[first]), int(resolved.calendar.day_edges_ms[last])
        steps += [(low, team.agents)] if team.staffing is None else _staffing_steps(team, low, high)
    for member in members:
        if member.hired:
            at = int(resolved.calendar.day_edges_ms[min(member.serves_from, days)])
            before = [n for ms, n in steps if ms <= at]
            steps = [(ms, n + (ms >= at)) for ms, n in steps]
            if at not in {ms for ms, _ in steps}:
                steps.append((at, before[-1] + 1))
                steps.sort()
    steps = [step for step in steps if step[0] < resolved.calendar.end_ms]
    changes = [step for i, step in enumerate(steps) if i == 0 or step[1] != steps[i - 1][1]]
    most = max((n for _, n in changes), default=0)
    build.agent_team += [t] * most
    speeds = [_tenure_speed(member, days) for member in members]
    if resolved.scenario.teams[name].staffing is not None or most > len(members):
        speeds = [np.full(days, PPM, dtype=np.int64)] * most
    build.speeds += speeds[:most]
    build.events.append(np.array([[ms, SET_PRESENT, t, n, 0] for ms, n in changes], dtype=np.int64).reshape(-1, 5))
    shrink = resolved.scenario.teams[name].shrinkage
    paid.add_present(t, changes, resolved.calendar.end_ms, (1.0 - shrink.planned) * (1.0 - shrink.absence))


def _staffing_steps(team: Team, low: int, high: int) -> list[tuple[int, int]]:
    """(ms, agents present) of the intervals that begin in [low, high), the one that holds at `low` first."""
    assert team.staffing is not None
    every, agents = team.staffing.every, team.staffing.agents
    steps = []
    for k in range(low // every, -(-high // every)):
        index = k % len(agents) if team.staffing.repeat else min(k, len(agents) - 1)
        steps.append((max(low, k * every), agents[index]))
    return steps


def _payroll(calendar: Calendar, members: list[Member], heads: np.ndarray) -> None:
    """Mean heads on the payroll of each month."""
    edges = calendar.month_edges_ms
    for member in members:
        joins = int(calendar.day_edges_ms[member.joins]) if member.joins < len(calendar.day_edges_ms) else edges[-1]
        for m, (low, high) in enumerate(pairwise(edges)):
            heads[m] += max(0, high - max(low, joins)) / (high - low)


def _joiners(calendar: Calendar, members: list[Member], joiners: np.ndarray) -> None:
    """Hires who join the payroll in each month."""
    for member in members:
        if member.hired and member.joins < len(calendar.day_edges_ms):
            joins = int(calendar.day_edges_ms[member.joins])
            for m, (low, high) in enumerate(pairwise(calendar.month_edges_ms)):
                joiners[m] += low <= joins < high


def _training(resolved: Resolved, t: int, members: list[Member], training: np.ndarray) -> None:
    """Paid time of joiners before their first contact: contract hours over the training, by month."""
    calendar = resolved.calendar
    team = list(resolved.scenario.teams.values())[t]
    which = shift_of_agents(team, len(members))
    month_of_day = np.searchsorted(calendar.month_edges_ms, calendar.day_edges_ms, side="right") - 1
    for k, member in enumerate(members):
        if member.serves_from <= member.joins or member.joins >= calendar.days:
            continue
        shift = list(team.shifts.values())[which[k]]
        last = min(member.serves_from, calendar.days)
        on = works_on(calendar, shift, np.array([0]), member.joins, last)[0]
        pieces_ms = PaidTime.contract_ms(shift)
        for day in np.flatnonzero(on) + member.joins:
            training[month_of_day[day]] += pieces_ms
