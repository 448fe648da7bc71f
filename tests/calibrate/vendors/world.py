"""Small centres whose truth is known, simulated, and what happened in them as plain facts for the vendors' writers."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from sim.engine import simulate
from sim.engine.outcomes import ABANDONED, CLOSED, RESOLVED, UNRESOLVED
from sim.scenario.load import resolve

ZONE = ZoneInfo("Europe/Berlin")
START = dt.datetime(2026, 4, 13, tzinfo=ZONE)  # a Monday, after the clocks changed
DAYS = 21
SECRETS = ("Ada Lovelace", "ada@example.org", "+49 30 901820", "My parcel is lost", "Grace Hopper", "grace@example.org",
           "Please call my mother")  # fmt: skip


@dataclass(frozen=True)
class Truth:
    """What calibration must find again."""

    rates: dict[str, float]
    """First contacts of a mean calendar day by channel."""
    mix: dict[str, dict[str, float]]
    """Channel -> reason -> share."""
    handle_s: dict[str, float]
    patience_s: float | None
    hours: dict[str, list[str]]
    repeat: float
    retry: float | None


@dataclass(frozen=True)
class Fact:
    """One contact as it happened; times are aware, durations seconds."""

    number: int
    customer: int
    channel: str
    reason: str
    at: dt.datetime
    wait_s: float
    served: bool
    left: bool
    answered: dt.datetime | None
    ended: dt.datetime | None
    talk_s: float
    wrap_s: float
    agent: int
    open_: bool = False

    @property
    def done(self) -> dt.datetime | None:
        return self.ended + dt.timedelta(seconds=self.wrap_s) if self.ended else None


def _week(weekday: list[float], weekend: list[float]) -> dict[str, Any]:
    return {"every": "30 min", "weights": weekday * 5 + weekend * 2}


def _hours(first: int, last: int, value: float = 1.0) -> list[float]:
    return [value if first * 2 <= slot < last * 2 else 0.0 for slot in range(48)]


def _staff(first: int, last: int, agents: int) -> dict[str, Any]:
    return {"every": "30 min", "agents": [int(v) for v in _hours(first, last, agents) * 5] + [0] * 96, "repeat": True}


COMMON: dict[str, Any] = {
    "schema": 1,
    "name": "truth",
    "horizon": {"start": "2026-04-13", "length": f"{DAYS} days", "timezone": "Europe/Berlin"},
}
RETURNS = {"resolved_first": "85 %",
           "unresolved": {"share": "100 %", "after": {"mean": "12 min", "distribution": "exponential"}}}  # fmt: skip


def help_desk() -> tuple[dict[str, Any], Truth]:
    """Chat on weekdays 09:00 to 17:00 and e-mail round the clock; nobody gives up."""
    nine = _week(_hours(9, 17), [0.0] * 48)
    flat = _week([1.0] * 48, [1.0] * 48)
    document = COMMON | {
        "reasons": {
            "delivery": {"rate": "80 /day", "profile": nine, "channels": {"chat": "100 %"},
                         "handle": {"mean": "6 min", "cv": 0.7}, **RETURNS},
            "returns": {"rate": "40 /day", "profile": nine, "channels": {"chat": "100 %"},
                        "handle": {"mean": "6 min", "cv": 0.7}, **RETURNS},
            "billing": {"rate": "70 /day", "profile": flat, "channels": {"email": "100 %"},
                        "handle": {"mean": "5 min", "cv": 0.7}, **RETURNS},
        },
        "channels": {
            "chat": {"hours": "mon-fri 09:00-17:00", "patience": "never", "when_closed": "lost"},
            "email": {"hours": "always", "patience": "never"},
        },
        "teams": {
            "chatters": {"serves": ["chat"], "staffing": _staff(9, 17, 4)},
            "writers": {"serves": ["email"], "staffing": {"every": "30 min", "agents": [2] * 336, "repeat": True}},
        },
    }  # fmt: skip
    truth = Truth({"chat": 120.0, "email": 70.0}, {"chat": {"delivery": 2 / 3, "returns": 1 / 3}},
                  {"chat": 360.0, "email": 300.0}, None, {"chat": ["mon-fri 09:00-17:00"]}, 0.15, None)  # fmt: skip
    return document, truth


def call_centre(chat: bool = False) -> tuple[dict[str, Any], Truth]:
    """Phone on weekdays 08:00 to 18:00 with impatient callers who try again; chat beside it where asked for."""
    eight = _week(_hours(8, 18), [0.0] * 48)
    handle = {"mean": "220 s", "cv": 0.8}
    phone = {"hours": "mon-fri 08:00-18:00", "patience": {"mean": "150 s"}, "wrap_up": {"mean": "30 s", "cv": 0.5},
             "when_closed": "lost",
             "retry": {"share": "30 %", "after": {"mean": "5 min", "distribution": "exponential"}}}  # fmt: skip
    document = COMMON | {
        "reasons": {
            "delivery": {"rate": "160 /day", "profile": eight, "channels": {"phone": "100 %"}, "handle": handle,
                         **RETURNS},
            "returns": {"rate": "80 /day", "profile": eight, "channels": {"phone": "100 %"}, "handle": handle,
                        **RETURNS},
        },
        "channels": {"phone": phone},
        "teams": {"callers": {"serves": ["phone"], "staffing": _staff(8, 18, 4)}},
    }  # fmt: skip
    truth = Truth({"phone": 240.0}, {"phone": {"delivery": 2 / 3, "returns": 1 / 3}}, {"phone": 220.0}, 150.0,
                  {"phone": ["mon-fri 08:00-18:00"]}, 0.15, 0.30)  # fmt: skip
    if chat:
        nine = _week(_hours(9, 17), [0.0] * 48)
        document["reasons"]["billing"] = {"rate": "90 /day", "profile": nine, "channels": {"chat": "100 %"},
                                          "handle": {"mean": "300 s", "cv": 0.7}, **RETURNS}  # fmt: skip
        document["channels"]["chat"] = {"hours": "mon-fri 09:00-17:00", "patience": {"mean": "150 s"},
                                        "when_closed": "lost", "retry": phone["retry"]}  # fmt: skip
        document["teams"]["chatters"] = {"serves": ["chat"], "staffing": _staff(9, 17, 2)}
        truth = replace(truth, rates=truth.rates | {"chat": 90.0}, handle_s=truth.handle_s | {"chat": 300.0},
                        hours=truth.hours | {"chat": ["mon-fri 09:00-17:00"]})  # fmt: skip
    return document, truth


def facts(document: dict[str, Any], seed: int) -> list[Fact]:
    """What happened in one replication, in order of arrival."""
    resolved = resolve(document)
    run = simulate(resolved, seed, 0)
    o, tape = run.outcomes, run.tape
    channels, reasons = list(resolved.scenario.channels), list(resolved.scenario.reasons)
    found = []

    def moment(ms: int) -> dt.datetime:
        return (START + dt.timedelta(milliseconds=int(ms))).astimezone(dt.UTC)

    for i in np.flatnonzero((o.kind >= 0) & (o.result != CLOSED)):
        served, left = o.result[i] in (RESOLVED, UNRESOLVED), o.result[i] == ABANDONED
        end = o.answer_ms[i] if served else o.leave_ms[i]
        found.append(
            Fact(
                int(i), int(tape.ticket[i]), channels[o.channel[i]], reasons[tape.reason[tape.ticket[i]]],
                moment(o.arrive_ms[i]), (end - o.queue_ms[i]) / 1000 if served or left else 0.0, bool(served),
                bool(left),
                moment(o.answer_ms[i]) if served else None, moment(o.leave_ms[i]) if served or left else None,
                (o.leave_ms[i] - o.answer_ms[i]) / 1000 if served else 0.0,
                (o.done_ms[i] - o.leave_ms[i]) / 1000 if served else 0.0, int(o.agent[i]), not (served or left),
            )
        )  # fmt: skip
    return sorted(found, key=lambda f: f.at)


def with_open(found: list[Fact], last: int = 25) -> list[Fact]:
    """The last contacts as they look when the export is made before anybody answered."""
    kept, late = found[:-last], found[-last:]
    return kept + [replace(f, served=False, left=False, answered=None, ended=None, open_=True) for f in late]
