"""Builds tapes, rosters and outcomes by hand, in minutes, for scenarios whose every figure can be worked on paper."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from sim.demand.tape import NEVER, NO_CHANNEL, SELF_NONE, Tape
from sim.engine import outcomes as out
from sim.engine.outcomes import Outcomes
from sim.engine.roster import Roster
from sim.scenario.resolved import Resolved

MINUTE = 60_000


def ms(minutes: float) -> int:
    """Minutes as clock time; -1 stays "did not happen"."""
    return -1 if minutes == -1 else round(minutes * MINUTE)


@dataclass
class Hand:
    """Tickets, contacts and agents as they are added; times are in minutes, -1 where it did not happen."""

    resolved: Resolved
    agent_team: tuple[int, ...] = (0,)
    tickets: list[dict] = field(default_factory=list)
    firsts: dict[int, dict] = field(default_factory=dict)
    further: list[dict] = field(default_factory=list)
    busy: list[tuple[int, str, float, float]] = field(default_factory=list)
    duty: list[tuple[int, float, float]] = field(default_factory=list)
    paid: dict[int, float] = field(default_factory=dict)
    scheduled: dict[int, float] = field(default_factory=dict)

    def _index(self, kind: str, name: str) -> int:
        return list(getattr(self.resolved.scenario, kind)).index(name)

    def ticket(
        self,
        need: float,
        reason: str,
        channel: str,
        state: int,
        end: float = -1,
        response: float = -1,
        self_fate: int = SELF_NONE,
        self_end: float = -1,
    ) -> int:
        """Adds a ticket and returns its number; tickets are added in any order of need."""
        self.tickets.append(
            {
                "need": ms(need),
                "reason": self._index("reasons", reason),
                "channel": self._index("channels", channel),
                "state": state,
                "end": ms(end),
                "response": ms(response),
                "self_fate": self_fate,
                "self_end": ms(self_end),
            }
        )
        return len(self.tickets) - 1

    def contact(
        self,
        ticket: int,
        result: int,
        arrive: float,
        answer: float = -1,
        leave: float = -1,
        done: float = -1,
        handle: float = 0,
        agent: int = -1,
        kind: int = out.FIRST,
        channel: str | None = None,
        queue: float | None = None,
        patience: float | None = None,
        bot_minutes: float = 0,
        flags: int = 0,
    ) -> None:
        """Adds a contact of a ticket; `queue` left out is the arrival, `patience` left out is endless."""
        row = {
            "ticket": ticket,
            "result": result,
            "arrive": ms(arrive),
            "queue": ms(arrive if queue is None else queue),
            "answer": ms(answer),
            "leave": ms(leave),
            "done": ms(done),
            "handle": ms(handle),
            "agent": agent,
            "kind": kind,
            "channel": self._index("channels", channel) if channel else self.tickets[ticket]["channel"],
            "patience": int(NEVER) if patience is None else ms(patience),
            "bot_ms": ms(bot_minutes),
            "bot": 0 if flags else -1,
            "flags": flags,
        }
        if kind == out.FIRST:
            self.firsts[ticket] = row
        else:
            self.further.append(row)

    def rows(self) -> list[dict]:
        """Rows of the tape: the first of every ticket (used or not), then the further ones."""
        unused = {"kind": -1, "channel": -1, "result": 0, "agent": -1, "handle": 0, "patience": int(NEVER)}
        unused |= dict.fromkeys(("arrive", "queue", "answer", "leave", "done", "bot"), -1) | {"bot_ms": 0, "flags": 0}
        return [self.firsts.get(i, unused | {"ticket": i}) for i in range(len(self.tickets))] + self.further

    def tape(self, work: float = 4, wrap: float = 1) -> Tape:
        """The tape; every contact has the same work and wrap-up at speed 1."""
        rows, n = self.rows(), len(self.tickets)
        m = len(rows)
        last = list(range(n))
        next_row = np.full(m, -1, dtype=np.int64)
        for number in range(n, m):
            ticket = rows[number]["ticket"]
            next_row[last[ticket]] = number
            last[ticket] = number
        first_ms = column([row["arrive"] for row in rows[:n]])
        wide = {name: column([row[name] for row in rows])[None, :] for name in ("patience", "bot", "bot_ms", "flags")}
        return Tape(
            identity=np.arange(n, dtype=np.uint64),
            need_ms=column([t["need"] for t in self.tickets]),
            reason=column([t["reason"] for t in self.tickets]),
            channel=column([t["channel"] for t in self.tickets]),
            regime=np.zeros(n, dtype=np.int64),
            self_service=column([0 if t["self_fate"] != SELF_NONE else -1 for t in self.tickets]),
            self_fate=column([t["self_fate"] for t in self.tickets]),
            self_end_ms=column([t["self_end"] for t in self.tickets]),
            first_ms=first_ms,
            first_order=np.flatnonzero(first_ms >= 0),
            ticket=column([row["ticket"] for row in rows]),
            next_row=next_row,
            resolve_u=np.zeros(m, dtype=np.int64),
            transfer_u=np.zeros(m, dtype=np.int64),
            reopen_ms=np.ones(m, dtype=np.int64),
            work_ms=np.full((1, m), ms(work)),
            wrap_ms=np.full((1, m), ms(wrap)),
            patience_ms=wide["patience"],
            retry_ms=np.ones((1, m), dtype=np.int64),
            retry_channel=np.full((1, m), NO_CHANNEL),
            return_ms=np.ones((1, m), dtype=np.int64),
            return_channel=np.full((1, m), NO_CHANNEL),
            bot=wide["bot"],
            bot_ms=wide["bot_ms"],
            flags=wide["flags"],
        )

    def roster(self) -> Roster:
        """The roster; paid and scheduled minutes are spread evenly over the horizon's half-hours."""
        calendar, teams = self.resolved.calendar, len(self.resolved.scenario.teams)
        slots, months = calendar.slots, len(calendar.month_labels)

        def spread(minutes: dict[int, float]) -> np.ndarray:
            lines = [[ms(minutes.get(t, 0)) / slots] * slots for t in range(teams)]
            return np.array(lines, dtype=np.float64).reshape(teams, slots)

        return Roster(
            agent_team=np.array(self.agent_team, dtype=np.int64),
            speed_ppm=np.full((len(self.agent_team), 1), 1_000_000),
            quality_ppm=np.full((len(self.agent_team), 1), 1_000_000),
            day_edges_ms=calendar.day_edges_ms[:2],
            event_ms=np.zeros(0, dtype=np.int64),
            event_what=np.zeros(0, dtype=np.int64),
            event_who=np.zeros(0, dtype=np.int64),
            event_value=np.zeros(0, dtype=np.int64),
            event_until=np.zeros(0, dtype=np.int64),
            paid_ms=spread(self.paid),
            scheduled_ms=spread(self.scheduled),
            heads=np.full((teams, months), 2.0),
            joiners=np.full((teams, months), 1.0),
            resigned=np.zeros((teams, months)),
            dismissed=np.zeros((teams, months)),
            training_ms=np.full((teams, months), ms(30)),
            overtime_ms=np.zeros((teams, months), dtype=np.int64),
            shift_agent=np.zeros(0, dtype=np.int64),
            shift_from_ms=np.zeros(0, dtype=np.int64),
            shift_until_ms=np.zeros(0, dtype=np.int64),
        )

    def outcomes(self) -> Outcomes:
        """The outcomes."""
        rows = self.rows()
        team = [self.agent_team[row["agent"]] if row["agent"] >= 0 else -1 for row in rows]
        attempts: dict[int, int] = {}
        attempt = []
        for row in rows:
            attempt.append(attempts.get(row["ticket"], 0))
            attempts[row["ticket"]] = attempt[-1] + 1
        busy_channel = [self._index("channels", channel) for _, channel, _, _ in self.busy]
        return Outcomes(
            kind=column([row["kind"] for row in rows], np.int8),
            channel=column([row["channel"] for row in rows], np.int8),
            attempt=column(attempt, np.int16),
            arrive_ms=column([row["arrive"] for row in rows]),
            queue_ms=column([row["queue"] for row in rows]),
            answer_ms=column([row["answer"] for row in rows]),
            leave_ms=column([row["leave"] for row in rows]),
            done_ms=column([row["done"] for row in rows]),
            handle_ms=column([row["handle"] for row in rows]),
            agent=column([row["agent"] for row in rows], np.int32),
            team=column(team, np.int8),
            result=column([row["result"] for row in rows], np.int8),
            state=column([t["state"] for t in self.tickets], np.int8),
            end_ms=column([t["end"] for t in self.tickets]),
            response_ms=column([t["response"] for t in self.tickets]),
            busy_agent=column([agent for agent, _, _, _ in self.busy], np.int32),
            busy_channel=column(busy_channel, np.int8),
            busy_from_ms=column([ms(begin) for _, _, begin, _ in self.busy]),
            busy_until_ms=column([ms(end) for _, _, _, end in self.busy]),
            duty_agent=column([agent for agent, _, _ in self.duty], np.int32),
            duty_from_ms=column([ms(begin) for _, begin, _ in self.duty]),
            duty_until_ms=column([ms(end) for _, _, end in self.duty]),
        )


def column(values: list, dtype: type = np.int64) -> np.ndarray:
    """A column of the outcomes."""
    return np.array(values, dtype=dtype)
