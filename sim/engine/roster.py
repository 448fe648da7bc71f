"""Who is there when: the workforce's shifts, breaks, shrinkage and absence as a list of staff events."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from sim.engine.given import Steps, days_of, month_of_day, spans, staffing_steps
from sim.engine.shifts import PaidTime, ends_after_midnight, on_duty_pieces, shift_of_agents, works_on
from sim.engine.workforce import EVE, PPM, REMAINS, Crew, pipeline
from sim.scenario.remember import remembered
from sim.scenario.resolved import Resolved
from sim.scenario.schema import Scenario
from sim.scenario.schema.people import Team
from sim.scenario.units import MS_PER_DAY

# Roster.event_what: events of one tick happen in this order
CHANNEL_CLOSES, CHANNEL_OPENS, AGENT_OFF, SET_PRESENT, AGENT_ON = range(5)
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
    joiners: np.ndarray  # float64 (T, months) agents who join the payroll, decided hires and successors
    resigned: np.ndarray  # float64 (T, months) agents who leave of their own accord
    dismissed: np.ndarray  # float64 (T, months) agents whose posts are cut
    training_ms: np.ndarray  # int64 (T, months) of the paid time, joiners before their first contact
    overtime_ms: np.ndarray  # int64 (T, months) of the paid time, what `decisions.overtime` adds to shifts
    shift_agent: np.ndarray  # int64 (N,) shifts worked in teams that pay for overrun: agent, sorted
    shift_from_ms: np.ndarray  # int64 (N,) sorted within the agent
    shift_until_ms: np.ndarray  # int64 (N,) overtime included


@dataclass
class _Build:
    """What is gathered while the teams are gone through."""

    days: int
    stream: tuple[int, int]
    paid: PaidTime
    events: list[np.ndarray] = field(default_factory=list)  # each (n, 5): ms, what, who, value, until
    agent_team: list[int] = field(default_factory=list)
    speed: dict[int, np.ndarray] = field(default_factory=dict)  # of agents for whom it changes
    quality: dict[int, np.ndarray] = field(default_factory=dict)
    shifts: list[np.ndarray] = field(default_factory=list)  # each (n, 3): agent, from, until

    def add_agents(self, team: int, crew: Crew, count: int) -> int:
        """The first ``count`` people of a crew as agents; returns the first one's number."""
        first = len(self.agent_team)
        self.agent_team += [team] * count
        for person in np.flatnonzero(crew.ramps[:count]).tolist():
            self.speed[first + person] = crew.speed_ppm(person)
            self.quality[first + person] = crew.quality_ppm(person)
        return first

    def by_day(self, known: dict[int, np.ndarray]) -> np.ndarray:
        """int64 (A, D): what is known of some agents, 100 % for the others; (A, 1) where it never changes."""
        if all((values == PPM).all() for values in known.values()):
            return np.full((len(self.agent_team), 1), PPM, dtype=np.int64)
        table = np.full((len(self.agent_team), self.days), PPM, dtype=np.int64)
        for agent, values in known.items():
            table[agent] = values
        return table


def draw_roster(resolved: Resolved, seed: int, replication: int, events: bool = True) -> Roster:
    """The roster of one replication; absence and the times of planned shrinkage are keyed by agent and day.

    Without ``events`` only what is paid and who is there is told, which is all that planning asks.
    """
    calendar, scenario, people = resolved.calendar, resolved.scenario, pipeline(resolved)
    teams, months = len(scenario.teams), len(calendar.month_labels)
    build = _Build(days_of(resolved), (seed, replication), PaidTime.empty(teams, calendar))
    build.events.extend(_channel_events(resolved))
    heads, moves = np.zeros((teams, months)), np.zeros((3, teams, months))
    for t, team in enumerate(scenario.teams.values()):
        crew = people.crews[t]
        moves[:, t] = crew.moves(people.first_day, calendar.days)
        if team.shifts:
            _rostered(resolved, t, crew, build)
            heads[t] = crew.mean_heads(calendar)
        else:
            _present(resolved, t, crew, build)
            heads[t] = build.paid.mean_paid_heads(t, calendar)
    table = np.concatenate(build.events) if build.events and events else np.zeros((0, 5), dtype=np.int64)
    table = _without_seams(table)
    if scenario.horizon.at_end == "cut":
        table = table[table[:, 0] < calendar.end_ms]
    table = table[np.lexsort((table[:, 2], table[:, 1], table[:, 0]))]
    shifts = np.concatenate([np.zeros((0, 3), dtype=np.int64), *build.shifts])
    shifts = shifts[np.lexsort((shifts[:, 1], shifts[:, 0]))]
    return Roster(
        agent_team=np.array(build.agent_team, dtype=np.int64),
        speed_ppm=build.by_day(build.speed),
        quality_ppm=build.by_day(build.quality),
        day_edges_ms=calendar.day_edges_ms[: build.days + 1],
        event_ms=np.ascontiguousarray(table[:, 0]),
        event_what=np.ascontiguousarray(table[:, 1]),
        event_who=np.ascontiguousarray(table[:, 2]),
        event_value=np.ascontiguousarray(table[:, 3]),
        event_until=np.ascontiguousarray(table[:, 4]),
        paid_ms=build.paid.paid_ms,
        scheduled_ms=build.paid.scheduled_ms,
        heads=heads,
        joiners=moves[0],
        resigned=moves[1],
        dismissed=moves[2],
        training_ms=build.paid.by_month(build.paid.training_ms, calendar),
        overtime_ms=build.paid.by_month(build.paid.overtime_ms, calendar),
        shift_agent=np.ascontiguousarray(shifts[:, 0]),
        shift_from_ms=np.ascontiguousarray(shifts[:, 1]),
        shift_until_ms=np.ascontiguousarray(shifts[:, 2]),
    )


@remembered
def _channel_events(resolved: Resolved) -> list[np.ndarray]:
    """Openings and closings by channel, each closing with the next opening; the hours of a day are its regime's."""
    calendar = resolved.calendar
    events = []
    for c, name in enumerate(resolved.scenario.channels):
        stretches: list[list[int]] = []
        for variant, first, last in _openings(resolved, name):
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


def _openings(resolved: Resolved, channel: str) -> Iterator[tuple[Scenario, int, int]]:
    return spans(resolved, resolved.calendar.days + 7, lambda world: world.channels[channel].hours)


def _in_shifts(team: Team) -> object:
    """What of a team says when its agents are there."""
    return team.shifts, team.shrinkage


def _rostered(resolved: Resolved, t: int, crew: Crew, build: _Build) -> None:
    """Events and paid time of a team that works shifts."""
    name, calendar = list(resolved.scenario.teams)[t], resolved.calendar
    base = build.add_agents(t, crew, len(crew.post))
    overtime = _overtime(resolved, name, build.days)
    pays_overrun = resolved.scenario.teams[name].overtime is not None
    for variant, first, last in spans(resolved, build.days, lambda world: _in_shifts(world.teams[name])):
        team = variant.teams[name]
        which = shift_of_agents(team, int(crew.post.max(initial=-1)) + 1)  # by post: a successor takes the shift over
        eve = EVE if first == 0 else first
        there, with_customers = crew.there(eve, last), crew.serving(eve, last)
        for s, shift in enumerate(team.shifts.values()):
            agents = np.flatnonzero(which[crew.post] == s)
            rank = (np.cumsum(which == s) - 1)[crew.post[agents]]  # for rotating days off and staggered breaks
            low = EVE if first == 0 and ends_after_midnight(shift) else first
            i, d = np.nonzero(works_on(calendar, shift, rank, low, last) & there[agents, low - eve :])
            day, who = d + low, agents[i]
            longer = overtime[np.maximum(day, 0)]
            pieces = on_duty_pieces(calendar, team, shift, rank[i], day, name, who, build.stream, longer)
            serving = with_customers[who, day - eve]
            build.paid.add_shift(t, pieces, serving)
            here = serving & ~pieces.absent
            for begin, end in pieces.on_duty:
                begin = np.maximum(begin, 0)  # of a night shift that began on the eve
                keep = here & (end > begin)
                build.events.append(_agent_events(begin[keep], AGENT_ON, base + who[keep]))
                build.events.append(_agent_events(end[keep], AGENT_OFF, base + who[keep]))
            if pays_overrun:
                worked = np.stack([base + who, pieces.start, pieces.end + pieces.longer], axis=1)
                build.shifts.append(worked[here])


def _overtime(resolved: Resolved, name: str, days: int) -> np.ndarray:
    """float64 (days,): share of their paid time by which shifts are longer on each day; none after the end."""
    decided = resolved.scenario.decisions.overtime.get(name, {})
    by_month = np.array([decided.get(label, 0.0) for label in resolved.calendar.month_labels])
    shares = by_month[month_of_day(resolved.calendar, days)]
    shares[resolved.calendar.days :] = 0.0
    return np.asarray(shares)


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


def _present(resolved: Resolved, t: int, crew: Crew, build: _Build) -> None:
    """Events and paid time of a team whose agents are given directly, constant or by interval.

    Hires add to the number given. Where it is constant, the agents are people, who speed up over their ramp and leave;
    an interval's number says nothing of who is there, so all of them work at full speed.
    """
    team, calendar = list(resolved.scenario.teams.values())[t], resolved.calendar
    edges, serving = calendar.day_edges_ms, crew.serving(0, build.days)
    steps, learning = (
        _by_day(counts, edges)
        for counts in (serving.sum(axis=0), crew.there(0, build.days).sum(axis=0) - serving.sum(axis=0))
    )
    if crew.by_interval:
        steps = _added(staffing_steps(resolved, list(resolved.scenario.teams)[t], build.days), steps)
    steps, learning = _changes(steps, calendar.end_ms), _changes(learning, calendar.end_ms)
    if not crew.by_interval and (crew.went != REMAINS).any():
        _come_and_go(build.add_agents(t, crew, len(crew.post)), serving, edges, build)
    else:
        most = max((n for _, n in steps), default=0)
        if crew.by_interval or most > len(crew.post):
            build.agent_team += [t] * most
        else:
            build.add_agents(t, crew, most)
        build.events.append(np.array([[ms, SET_PRESENT, t, n, 0] for ms, n in steps], dtype=np.int64).reshape(-1, 5))
    net = (1.0 - team.shrinkage.planned) * (1.0 - team.shrinkage.absence)
    build.paid.add_present(t, steps, learning, calendar.end_ms, net)
    build.paid.add_training(t, crew.turnover * team.hire.training / net, calendar)


def _come_and_go(base: int, serving: np.ndarray, edges: np.ndarray, build: _Build) -> None:
    """Agents who are there at all times, as people: each comes on the first day of service and goes after the last."""
    turns = np.diff(np.pad(serving.astype(np.int64), ((0, 0), (1, 1))), axis=1)
    who, day = np.nonzero(turns)
    for what, here in ((AGENT_ON, turns[who, day] > 0), (AGENT_OFF, turns[who, day] < 0)):
        build.events.append(_agent_events(edges[day[here]], what, base + who[here]))


def _by_day(counts: np.ndarray, edges: np.ndarray) -> Steps:
    """Steps of a number by day."""
    return list(zip(edges[: len(counts)].tolist(), counts.tolist(), strict=True))


def _added(one: Steps, other: Steps) -> Steps:
    """The sum of two numbers over time, both known from the start on."""
    moments = sorted({ms for ms, _ in one} | {ms for ms, _ in other})
    sums = np.zeros(len(moments), dtype=np.int64)
    for steps in (one, other):
        at, count = np.array(steps, dtype=np.int64).T
        sums += count[np.searchsorted(at, moments, side="right") - 1]
    return list(zip(moments, sums.tolist(), strict=True))


def _changes(steps: Steps, end_ms: int) -> Steps:
    """The first step and those that change the number, before the end."""
    steps = [step for step in steps if step[0] < end_ms]
    return [step for i, step in enumerate(steps) if i == 0 or step[1] != steps[i - 1][1]]
