"""One small day, worked by hand: 25 tickets, 27 contacts, three agents. The figures are in test_by_hand.py."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from sim.demand.tape import (
    BOT_FAILS,
    BOT_HANDS_OVER,
    BOT_RESOLVES,
    COLD,
    SELF_FAILED,
    SELF_FALSE_BACK,
    SELF_FALSE_GONE,
    SELF_RESOLVED,
)
from sim.engine import outcomes as out
from sim.scenario.load import resolve
from tests.kpis.hand import Hand

DOCUMENT: dict = {
    "schema": 1,
    "name": "by_hand",
    "horizon": {"start": "2027-01-04", "length": "600 min"},
    "reasons": {
        "order": {"rate": "1 /h", "channels": {"phone": "100 %"}, "handle": "4 min"},
        "technical": {
            "rate": "1 /h",
            "channels": {"phone": "50 %", "email": "50 %"},
            "handle": "4 min",
            "resolved_first": "50 %",
            "transfer": {"to": "experts", "share": "10 %", "context": "cold", "adds": "1 min"},
        },
    },
    "channels": {
        "phone": {
            "hours": "mon-sun 01:00-10:00",
            "patience": "10 min",
            "places": 50,
            "balking": {"share": "1 %"},
            "callback": {"accepted": "1 %", "answered": "50 %"},
            "target": {"share": "80 %", "within": "60 s", "contract": "a"},
        },
        "chat": {
            "parallel": 2,
            "speed": [1.0, 0.8],
            "silent_abandon": "10 %",
            "target": {"share": "80 %", "within": "60 s", "contract": "b"},
        },
        "email": {
            "hours": "mon-sun 02:00-06:00",
            "when_closed": "wait",
            "chase": {"after": "60 min", "share": "10 %", "channel": "phone"},
            "target": {"share": "90 %", "within": "2 h", "contract": "c"},
        },
    },
    "teams": {
        "front": {"agents": 2, "serves": ["phone", "chat", "email"]},
        "experts": {"agents": 1, "serves": ["email", "phone:technical"]},
    },
    "self_service": {"faq": {"reach": "20 %", "resolves": {"order": "50 %"}}},
    "bots": {"chatty": {"channels": ["chat"], "contains": {"order": "50 %"}}},
    "kpis": {"fcr_window": "60 min"},
    "customers": {"active": 1000},
    "retention": {
        "churn": {
            "resolved_well": "-0.5 points",
            "unresolved": "5 points",
            "late": "1 points",
            "extra_contact": "2 points",
            "transfer": "1.5 points",
            "repeated_context": "0.7 points",
            "bot_failure": "1.2 points",
            "dissatisfied": "3 points",
        },
        "referrals": {"per_promoter": "10 %", "deterred_per_detractor": "20 %"},
    },
}


def small_day(document: dict | None = None) -> SimpleNamespace:
    """The day: resolved, tape, roster, outcomes. Agents 0 and 1 are `front`, agent 2 is `experts`."""
    resolved = resolve(document or DOCUMENT)
    h = Hand(resolved, agent_team=(0, 0, 1))
    _calls(h)
    _chats(h)
    _messages(h)
    _self_service(h)
    t24 = h.ticket(599, "order", "chat", out.OPEN, response=599)  # with the bot at the end
    h.contact(t24, out.IN_SERVICE, 599, queue=-1, bot_minutes=3, flags=BOT_RESOLVES)
    h.duty = [(0, 60, 360), (1, 60, 360), (2, 60, 600)]
    h.paid, h.scheduled = {0: 720, 1: 600}, {0: 612, 1: 540}
    return SimpleNamespace(resolved=resolved, tape=h.tape(), roster=h.roster(), outcomes=h.outcomes())


def _calls(h: Hand) -> None:
    agent, lost = out.BY_AGENT, out.LOST
    t0 = h.ticket(60, "order", "phone", agent, end=64, response=60)
    h.contact(t0, out.RESOLVED, 60, 60, 64, 65, handle=5, agent=0, patience=10)
    t1 = h.ticket(62, "order", "phone", agent, end=105, response=62.5)  # comes back at 100
    h.contact(t1, out.UNRESOLVED, 62, 62.5, 66.5, 67.5, handle=5, agent=1, patience=10)
    h.contact(t1, out.RESOLVED, 100, 102, 105, 106, handle=4, agent=0, kind=out.RETURN, patience=10)
    t2 = h.ticket(63, "technical", "phone", agent, end=78, response=65)  # passed on to the experts
    h.contact(t2, out.TRANSFERRED, 63, 65, 68, 69, handle=4, agent=0, patience=10)
    h.contact(t2, out.RESOLVED, 68, 70, 78, 80, handle=10, agent=2, kind=out.TRANSFER, patience=10)
    t3 = h.ticket(64, "order", "phone", agent, end=73, response=70)  # leaves in time, tries again
    h.contact(t3, out.ABANDONED, 64, leave=64.5, patience=0.5)
    h.contact(t3, out.RESOLVED, 70, 70, 73, 74, handle=4, agent=1, kind=out.RETRY, patience=10)
    t4 = h.ticket(65, "order", "phone", lost, end=68)
    h.contact(t4, out.ABANDONED, 65, leave=68, patience=3)
    for result, when in ((out.BALKED, 66), (out.BLOCKED, 66), (out.CLOSED, 30)):  # t5, t6, t7
        ticket = h.ticket(when, "order", "phone", lost, end=when)
        h.contact(ticket, result, when, leave=when, patience=10)
    t8 = h.ticket(66, "order", "phone", lost, end=71)
    h.contact(t8, out.DISCONNECTED, 66, leave=71, patience=10)
    t9 = h.ticket(67, "order", "phone", lost, end=76)  # accepts a call back at 75 and does not pick up for a minute
    h.contact(t9, out.UNREACHED, 67, leave=76, done=76, handle=1, agent=1, patience=10)
    h.busy += [(0, "phone", 60, 65), (0, "phone", 65, 69), (0, "phone", 102, 106), (1, "phone", 62.5, 67.5)]
    h.busy += [(1, "phone", 70, 74), (1, "phone", 75, 76), (2, "phone", 70, 80)]


def _chats(h: Hand) -> None:
    t10 = h.ticket(120, "order", "chat", out.BY_BOT, end=122, response=120)
    h.contact(t10, out.BOT_RESOLVED, 120, queue=-1, leave=122, bot_minutes=2, flags=BOT_RESOLVES)
    t11 = h.ticket(121, "order", "chat", out.LOST, end=123, response=121)
    h.contact(t11, out.BOT_UNRESOLVED, 121, queue=-1, leave=123, bot_minutes=2, flags=BOT_FAILS)
    t12 = h.ticket(122, "order", "chat", out.BY_AGENT, end=130.5, response=122)  # the story told twice
    h.contact(
        t12, out.RESOLVED, 122, 124.5, 130.5, 131.5, handle=7, agent=0, queue=124, bot_minutes=2,
        flags=BOT_HANDS_OVER | COLD,
    )  # fmt: skip
    t13 = h.ticket(125, "order", "chat", out.BY_AGENT, end=129, response=125)
    h.contact(t13, out.RESOLVED, 125, 125, 129, 130, handle=5, agent=0)
    t14 = h.ticket(126, "order", "chat", out.LOST, end=128)  # leaves without a sign; an agent finds out at 131
    h.contact(t14, out.ABANDONED, 126, leave=128, done=131, handle=1, agent=1)
    h.busy += [(0, "chat", 124.5, 131.5), (1, "chat", 130, 131)]


def _messages(h: Hand) -> None:
    t15 = h.ticket(90, "technical", "email", out.BY_AGENT, end=310, response=300)
    h.contact(t15, out.RESOLVED, 90, 300, 310, 312, handle=12, agent=2)
    t16 = h.ticket(100, "order", "email", out.BY_AGENT, end=163, response=160)  # chased by phone after an hour
    h.contact(t16, out.SUPERSEDED, 100, leave=163)
    h.contact(t16, out.RESOLVED, 160, 160, 163, 164, handle=4, agent=0, kind=out.CHASER, channel="phone", patience=10)
    t17 = h.ticket(400, "order", "email", out.OPEN)
    h.contact(t17, out.WAITING, 400)
    t18 = h.ticket(590, "order", "email", out.OPEN)
    h.contact(t18, out.WAITING, 590)
    t19 = h.ticket(580, "technical", "email", out.OPEN, response=595)
    h.contact(t19, out.IN_SERVICE, 580, 595, handle=5, agent=2)
    h.busy += [(0, "phone", 160, 164), (2, "email", 300, 312), (2, "email", 595, 600)]


def _self_service(h: Hand) -> None:
    h.ticket(200, "order", "phone", out.BY_SELF_SERVICE, end=203, self_fate=SELF_RESOLVED, self_end=203)  # t20
    t21 = h.ticket(200, "order", "phone", out.BY_AGENT, end=207, response=204, self_fate=SELF_FAILED, self_end=204)
    h.contact(t21, out.RESOLVED, 204, 204, 207, 208, handle=4, agent=1, patience=10)
    h.ticket(210, "order", "phone", out.LOST, end=212, self_fate=SELF_FALSE_GONE, self_end=212)  # t22
    t23 = h.ticket(220, "order", "phone", out.BY_AGENT, end=264, response=261, self_fate=SELF_FALSE_BACK, self_end=222)
    h.contact(t23, out.RESOLVED, 260, 261, 264, 265, handle=4, agent=0, patience=10)
    h.busy += [(1, "phone", 204, 208), (0, "phone", 261, 265)]


@pytest.fixture(scope="session")
def day() -> SimpleNamespace:
    """The small day."""
    return small_day()
