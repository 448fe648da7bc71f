"""Tiny worlds for the engine's tests: scenarios as dicts, and tapes and rosters made by hand.

A hand-made tape says exactly when who comes, how long the work takes and what the customer would do, so that a test
can state every time of the outcome. Times are whole milliseconds; a `Line` is the draws of one contact of a ticket.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import numpy as np

from sim.demand import tape as tapes
from sim.demand.tape import NEVER, NO_CHANNEL, SAME_CHANNEL, Tape
from sim.engine import outcomes as out
from sim.engine import play
from sim.engine.outcomes import Outcomes
from sim.engine.plan import make_plan
from sim.engine.roster import AGENT_OFF, AGENT_ON, SET_PRESENT, Roster, draw_roster
from sim.engine.workforce import PPM
from sim.scenario.load import resolve
from sim.scenario.resolved import Resolved

S, MIN, HOUR, DAY = 1_000, 60_000, 3_600_000, 86_400_000
MONDAY = "2027-01-04"


def world(
    channels: Mapping[str, Any] | None = None,
    teams: Mapping[str, Any] | None = None,
    reasons: Mapping[str, Any] | None = None,
    length: str = "2 days",
    **more: Any,
) -> Resolved:
    """A scenario of few words: one phone, one team with one agent, one reason, unless said otherwise."""
    channels = channels or {"phone": {}}
    teams = teams or {"desk": {}}
    reasons = reasons or {"help": {}}
    first = next(iter(channels))
    return resolve(
        {
            "schema": 1,
            "name": "tiny",
            "horizon": {"start": MONDAY, "length": length, **more.pop("horizon", {})},
            "channels": {name: dict(block) for name, block in channels.items()},
            "reasons": {
                name: {"rate": "1 /day", "channels": {first: "100 %"}, "handle": "1 min", **block}
                for name, block in reasons.items()
            },
            "teams": {
                name: {"agents": 0 if "staffing" in block else 1, "serves": list(channels), **block}
                for name, block in teams.items()
            },
            **more,
        }
    )


@dataclass(frozen=True)
class Line:
    """The draws of one contact; `on` holds other values by channel. Uniforms are shares: yes if below the rule's."""

    work: int = 100
    wrap: int = 0
    patience: int | None = None
    flags: int = 0
    retry: tuple[int, str] | None = None  # (delay, channel or "same")
    back: tuple[int, str] | None = None
    resolve: float = 0.0
    transfer: float = 0.999
    reopen: int = 0
    bot: int = -1
    bot_ms: int = 0
    on: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True)
class Ticket:
    """One need and the draws of its contacts, in the order in which they are used."""

    at: int
    lines: Sequence[Line]
    channel: str = ""
    reason: str = ""
    regime: int = 0
    fate: int = tapes.SELF_NONE
    self_end: int = -1
    first: int | None = None  # -1: no contact


def one(at: int, work: int = 100, channel: str = "", reason: str = "", **draws: Any) -> Ticket:
    """A ticket with a single line."""
    return Ticket(at, [Line(work, **draws)], channel, reason)


def tape_of(resolved: Resolved, tickets: Sequence[Ticket]) -> Tape:
    """The tape of these tickets, rows level by level as the demand engine lays them out."""
    channels, reasons = list(resolved.scenario.channels), list(resolved.scenario.reasons)
    assert [t.at for t in tickets] == sorted(t.at for t in tickets)
    rows: list[tuple[int, Line]] = []
    next_row: list[int] = []
    last: dict[int, int] = {}
    for level in range(max((len(t.lines) for t in tickets), default=0)):
        for i, ticket in enumerate(tickets):
            if level < len(ticket.lines):
                if level:
                    next_row[last[i]] = len(rows)
                last[i] = len(rows)
                rows.append((i, ticket.lines[level]))
                next_row.append(-1)
    width = channels if len(channels) > 1 else channels[:1]

    def where(choice: tuple[int, str] | None) -> int:
        if choice is None:
            return NO_CHANNEL
        return SAME_CHANNEL if choice[1] == "same" else channels.index(choice[1])

    def wide(value: Callable[[Line], int], dtype: str = "int64") -> np.ndarray:
        return np.array(
            [[value(replace(line, **line.on.get(name, {}))) for _, line in rows] for name in width], dtype=dtype
        ).reshape(len(width), len(rows))

    def column(values: Sequence[int], dtype: str = "int64") -> np.ndarray:
        return np.array(values, dtype=dtype)

    first = [t.at if t.first is None else t.first for t in tickets]
    return Tape(
        identity=column(range(len(tickets)), "uint64"),
        need_ms=column([t.at for t in tickets]),
        reason=column([reasons.index(t.reason or reasons[0]) for t in tickets], "int32"),
        channel=column([channels.index(t.channel or channels[0]) for t in tickets], "int32"),
        regime=column([t.regime for t in tickets], "int32"),
        self_service=column([-1 if t.fate == tapes.SELF_NONE else 0 for t in tickets], "int32"),
        self_fate=column([t.fate for t in tickets], "int8"),
        self_end_ms=column([t.self_end for t in tickets]),
        first_ms=column(first),
        first_order=column(sorted((i for i, ms in enumerate(first) if ms >= 0), key=lambda i: (first[i], i))),
        ticket=column([i for i, _ in rows]),
        next_row=column(next_row),
        resolve_u=column([int(line.resolve * 2**32) for _, line in rows]),
        transfer_u=column([int(line.transfer * 2**32) for _, line in rows]),
        reopen_ms=column([line.reopen for _, line in rows]),
        work_ms=wide(lambda line: line.work),
        wrap_ms=wide(lambda line: line.wrap),
        patience_ms=wide(lambda line: int(NEVER) if line.patience is None else line.patience),
        retry_ms=wide(lambda line: line.retry[0] if line.retry else 0),
        retry_channel=wide(lambda line: where(line.retry), "int8"),
        return_ms=wide(lambda line: line.back[0] if line.back else 0),
        return_channel=wide(lambda line: where(line.back), "int8"),
        bot=wide(lambda line: line.bot, "int8"),
        bot_ms=wide(lambda line: line.bot_ms),
        flags=wide(lambda line: line.flags, "int32"),
    )


def roster_of(
    resolved: Resolved,
    duty: Sequence[tuple[str, Sequence[tuple[int, int]]]] = (),
    present: Mapping[str, Sequence[tuple[int, int]]] | None = None,
    speeds: Sequence[Sequence[float]] | None = None,
    qualities: Sequence[Sequence[float]] | None = None,
) -> Roster:
    """A roster made by hand.

    ``duty``: an agent each, (team, stretches of duty). ``present``: by team, (ms, agents present) for teams that are
    staffed directly; as many agents as the largest figure follow those of ``duty``. ``speeds`` and ``qualities``:
    by agent and day.
    """
    drawn = draw_roster(resolved, 0, 0)  # for the opening hours
    teams = list(resolved.scenario.teams)
    hours = drawn.event_what < 2
    columns = (drawn.event_ms, drawn.event_what, drawn.event_who, drawn.event_value, drawn.event_until)
    events = [tuple(int(v) for v in row) for row in zip(*(c[hours] for c in columns), strict=True)]
    agent_team = [teams.index(name) for name, _ in duty]
    for agent, (_, stretches) in enumerate(duty):
        for begin, end in stretches:
            events += [(begin, AGENT_ON, agent, 0, 0), (end, AGENT_OFF, agent, 0, 0)]
    for name, steps in (present or {}).items():
        agent_team += [teams.index(name)] * max(n for _, n in steps)
        events += [(ms, SET_PRESENT, teams.index(name), n, 0) for ms, n in steps]
    table = np.array(sorted(events), dtype=np.int64).reshape(-1, 5)
    days = resolved.calendar.days
    ones = np.full((len(agent_team), 1), PPM)
    speed, quality = (ones if each is None else np.array(each) * PPM for each in (speeds, qualities))
    zeros = np.zeros((len(teams), 1))
    return Roster(
        agent_team=np.array(agent_team, dtype=np.int64),
        speed_ppm=np.rint(speed).astype(np.int64),
        quality_ppm=np.rint(quality).astype(np.int64),
        day_edges_ms=resolved.calendar.day_edges_ms[: days + 1],
        event_ms=np.ascontiguousarray(table[:, 0]),
        event_what=np.ascontiguousarray(table[:, 1]),
        event_who=np.ascontiguousarray(table[:, 2]),
        event_value=np.ascontiguousarray(table[:, 3]),
        event_until=np.ascontiguousarray(table[:, 4]),
        paid_ms=zeros.astype(np.int64),
        scheduled_ms=zeros.astype(np.int64),
        heads=zeros,
        joiners=zeros,
        resigned=zeros,
        dismissed=zeros,
        training_ms=zeros.astype(np.int64),
        overtime_ms=zeros.astype(np.int64),
        shift_agent=np.zeros(0, dtype=np.int64),
        shift_from_ms=np.zeros(0, dtype=np.int64),
        shift_until_ms=np.zeros(0, dtype=np.int64),
    )


class Contact(NamedTuple):
    """One contact as it went; times in ms, -1 where it did not happen."""

    kind: str
    channel: str
    attempt: int
    arrive: int
    queued: int
    answer: int
    leave: int
    done: int
    handle: int
    agent: int
    team: int
    result: str


@dataclass(frozen=True)
class Seen:
    """What happened, with names."""

    resolved: Resolved
    tape: Tape
    roster: Roster
    outcomes: Outcomes

    def contact(self, ticket: int, number: int = 0) -> Contact:
        """The ticket's contact of this number; fails where it did not happen."""
        row = ticket
        for _ in range(number):
            row = int(self.tape.next_row[row])
            assert row >= 0, "the ticket has no such row"
        o = self.outcomes
        assert o.kind[row] >= 0, "this contact did not happen"
        return Contact(
            kind=out.KINDS[o.kind[row]],
            channel=list(self.resolved.scenario.channels)[o.channel[row]],
            attempt=int(o.attempt[row]),
            arrive=int(o.arrive_ms[row]),
            queued=int(o.queue_ms[row]),
            answer=int(o.answer_ms[row]),
            leave=int(o.leave_ms[row]),
            done=int(o.done_ms[row]),
            handle=int(o.handle_ms[row]),
            agent=int(o.agent[row]),
            team=int(o.team[row]),
            result=out.RESULTS[o.result[row]],
        )

    def contacts(self, ticket: int) -> int:
        """How many contacts the ticket made."""
        return int(np.count_nonzero((self.tape.ticket == ticket) & (self.outcomes.kind >= 0)))

    def state(self, ticket: int) -> tuple[str, int]:
        """(state, when it ended)."""
        return out.STATES[self.outcomes.state[ticket]], int(self.outcomes.end_ms[ticket])

    def response(self, ticket: int) -> int:
        """When a bot or an agent answered first."""
        return int(self.outcomes.response_ms[ticket])

    def agents(self) -> list[int]:
        """The agent of each ticket's first contact."""
        return [int(a) for a in self.outcomes.agent[: self.tape.tickets]]

    def answers(self) -> list[int]:
        """When each ticket's first contact was answered."""
        return [int(ms) for ms in self.outcomes.answer_ms[: self.tape.tickets]]

    def leaves(self) -> list[int]:
        """When each ticket's first contact ended for the customer."""
        return [int(ms) for ms in self.outcomes.leave_ms[: self.tape.tickets]]

    def duty(self, agent: int) -> list[tuple[int, int]]:
        """Stretches of presence of an agent."""
        o = self.outcomes
        mine = o.duty_agent == agent
        return list(zip(o.duty_from_ms[mine].tolist(), o.duty_until_ms[mine].tolist(), strict=True))

    def busy(self, agent: int) -> list[tuple[int, int]]:
        """Stretches with at least one contact in hand."""
        o = self.outcomes
        mine = o.busy_agent == agent
        return sorted(zip(o.busy_from_ms[mine].tolist(), o.busy_until_ms[mine].tolist(), strict=True))


Player = Callable[..., Seen]


def player(engine: str) -> Player:
    """Plays tickets in a world under an engine; without a roster, the scenario's own."""

    def run(resolved: Resolved, tickets: Sequence[Ticket], roster: Roster | None = None) -> Seen:
        tape = tape_of(resolved, tickets)
        roster = draw_roster(resolved, 0, 0) if roster is None else roster
        return Seen(resolved, tape, roster, play(make_plan(resolved), tape, roster, engine))

    return run
