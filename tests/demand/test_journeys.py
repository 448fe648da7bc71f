"""What each ticket would do: self-service, bots, retries and returns, in the declared shares; and how many rows."""

import copy
from typing import Any

import numpy as np
import pytest

from sim.demand.tape import (
    BALKS,
    BOT_ANY,
    BOT_FAILS,
    BOT_HANDS_OVER,
    BOT_RESOLVES,
    CALLBACK,
    CHASES,
    COLD,
    NEVER,
    NO_CHANNEL,
    SAME_CHANNEL,
    SELF_FAILED,
    SELF_FALSE_BACK,
    SELF_FALSE_GONE,
    SELF_NONE,
    SELF_RESOLVED,
    SILENT,
    UNANSWERED,
    Tape,
)
from tests.demand.stories import tape_of

BASE: dict[str, Any] = {
    "schema": 1,
    "name": "base",
    "horizon": {"start": "2027-01-04", "length": "10 days"},
    "reasons": {
        "one": {"rate": "2000 /day", "channels": {"phone": "60 %", "chat": "40 %"}, "handle": {"mean": "5 min"}},
    },
    "channels": {"phone": {}, "chat": {}},
    "teams": {"team": {"agents": 1, "serves": ["phone", "chat"]}},
}
PHONE, CHAT = 0, 1


def draw(reason=None, phone=None, chat=None, **blocks: Any) -> Tape:
    document = copy.deepcopy(BASE)
    document.update(blocks)
    document["reasons"]["one"].update(reason or {})
    document["channels"]["phone"].update(phone or {})
    document["channels"]["chat"].update(chat or {})
    return tape_of(document)


def assert_share(mask: np.ndarray, share: float) -> None:
    """|z| < 3.9 of a binomial count."""
    assert len(mask) > 500
    spread = np.sqrt(max(share * (1 - share), 1e-12) / len(mask))
    assert abs(mask.mean() - share) < 3.9 * spread + 1e-12


def first_line(tape: Tape, column: str) -> np.ndarray:
    """The first contacts' values on their own channels."""
    values = getattr(tape, column)[:, : tape.tickets]
    return values[tape.channel, np.arange(tape.tickets)] if tape.wide else values[0]


def test_a_plain_scenario_has_one_row_a_ticket_and_one_line():
    tape = draw()
    assert tape.rows == tape.tickets
    assert not tape.wide
    assert (tape.next_row == -1).all()
    assert (tape.work_ms == 300_000).all()
    assert (tape.patience_ms == NEVER).all()
    for column in ("wrap_ms", "bot_ms", "flags", "reopen_ms"):
        assert not getattr(tape, column).any()
    assert (tape.bot == -1).all()
    assert (tape.retry_channel == NO_CHANNEL).all()
    assert (tape.return_channel == NO_CHANNEL).all()
    np.testing.assert_array_equal(tape.first_ms, tape.need_ms)
    np.testing.assert_array_equal(tape.first_order, np.arange(tape.tickets))
    assert_share(tape.channel == PHONE, 0.6)


def test_work_depends_on_the_channel_and_wrap_up_is_apart():
    tape = draw({"handle": {"mean": "5 min", "by_channel": {"chat": "150 %"}}}, phone={"wrap_up": "40 s"})
    assert set(tape.work_ms[0, tape.channel == PHONE]) == {300_000}
    assert set(tape.work_ms[0, tape.channel == CHAT]) == {450_000}
    assert set(tape.wrap_ms[0, tape.channel == PHONE]) == {40_000}
    assert set(tape.wrap_ms[0, tape.channel == CHAT]) == {0}


def test_returns_follow_the_unresolved_alone():
    """80 % resolved, 75 % of the others come back: a ticket's rows are geometric in 0.15, capped at 3."""
    reason = {
        "resolved_first": "80 %",
        "unresolved": {"share": "75 %", "after": {"mean": "1 h", "cv": 0.5}},
        "attempts": 3,
    }
    tape = draw(reason)
    rows = np.bincount(tape.ticket)
    assert rows.max() == 3
    assert_share(rows >= 2, 0.2 * 0.75)
    assert_share(rows[rows >= 2] == 3, 0.2 * 0.75)
    assert_share(tape.return_channel[0] == SAME_CHANNEL, 0.75)
    unresolved = tape.resolve_u >= round(0.8 * 2**32)
    again = (tape.next_row >= 0)[: tape.tickets]
    np.testing.assert_array_equal(again, (unresolved & (tape.return_channel[0] != NO_CHANNEL))[: tape.tickets])


def test_later_contacts_have_their_own_share_resolved():
    reason = {"resolved_first": "50 %", "resolved_later": "90 %", "unresolved": {"share": "100 %"}, "attempts": 3}
    rows = np.bincount(draw(reason).ticket)
    assert_share(rows >= 2, 0.5)
    # A later row may hold a first handling (after an abandonment), so the lower of both shares leaves a row.
    assert_share(rows[rows >= 2] == 3, 0.5)


def test_a_transfer_can_follow_where_nobody_comes_back():
    teams = {
        "team": {"agents": 1, "serves": ["phone", "chat"]},
        "experts": {"agents": 1, "serves": ["phone", "chat"]},
    }
    reason = {
        "resolved_first": "60 %",
        "unresolved": {"share": "0 %"},
        "transfer": {"to": "experts", "share": "50 %"},
        "attempts": 2,
    }
    tape = draw(reason, teams=teams)
    assert_share(np.bincount(tape.ticket) == 2, 0.2)


def test_retries_need_a_way_to_leave():
    retry = {"share": "50 %", "after": "20 min"}
    patient = draw({"attempts": 2}, phone={"retry": retry})
    assert patient.rows == patient.tickets  # who waits for ever never tries again
    tape = draw({"attempts": 2}, phone={"retry": retry, "patience": "3 min"})
    phone = np.flatnonzero(tape.channel == PHONE)
    assert_share(tape.next_row[phone] >= 0, 0.5)
    assert set(tape.retry_ms[0, phone]) == {1_200_000}
    assert (tape.next_row[np.flatnonzero(tape.channel == CHAT)] == -1).all()


def test_retries_on_other_channels_make_the_tape_wide():
    retry = {"share": "100 %", "after": "20 min", "channels": {"phone": "25 %", "chat": "75 %"}}
    tape = draw({"attempts": 2}, phone={"retry": retry, "patience": "3 min"})
    assert tape.wide
    phone = np.flatnonzero(tape.channel == PHONE)
    assert_share(tape.retry_channel[PHONE, phone] == CHAT, 0.75)
    later = tape.next_row[phone]
    assert (later >= 0).all()
    for channel in (PHONE, CHAT):  # the second contact is drawn for the channel where it will be, and for no other
        there = tape.retry_channel[PHONE, phone] == channel
        np.testing.assert_array_equal(tape.work_ms[channel, later] > 0, there)


@pytest.mark.parametrize("on_retry", ["anew", "keep"])
def test_patience_is_kept_or_drawn_anew(on_retry):
    phone = {"patience": {"mean": "3 min", "on_retry": on_retry}, "retry": {"share": "100 %", "after": "20 min"}}
    tape = draw({"attempts": 2}, phone=phone)
    rows = np.flatnonzero(tape.channel == PHONE)
    later = tape.next_row[rows]
    same = tape.patience_ms[0, rows] == tape.patience_ms[0, later]
    assert same.all() if on_retry == "keep" else same.mean() < 0.01


def test_a_chaser_needs_a_row_of_its_own():
    chat = {"chase": {"after": "2 h", "share": "30 %", "channel": "phone"}}
    tape = draw(chat=chat)
    chasers = (first_line(tape, "flags") & CHASES) != 0
    assert_share(chasers[tape.channel == CHAT], 0.3)
    assert not chasers[tape.channel == PHONE].any()
    np.testing.assert_array_equal(tape.next_row[: tape.tickets] >= 0, chasers)


def test_customers_choices_have_their_declared_shares():
    phone = {
        "balking": {"share": "20 %"},
        "callback": {"accepted": "35 %", "answered": "70 %"},
        "patience": "3 min",
        "silent_abandon": "40 %",
        "hours": "mon-sun 08:00-20:00",
        "when_closed": "reopen",
        "reopen_spread": "20 min",
    }
    tape = draw(phone=phone)
    mine = tape.channel == PHONE
    flags = tape.flags[0, mine]
    shares = ((BALKS, 0.2), (SILENT, 0.4), (CALLBACK, 0.35), (UNANSWERED, 0.3))
    for bit, share in shares:
        assert_share((flags & bit) != 0, share)
    for i, (one, first) in enumerate(shares):
        for other, second in shares[i + 1 :]:
            assert_share((flags & (one | other)) == (one | other), first * second)  # independent
    assert not tape.flags[0, ~mine].any()
    assert abs(tape.reopen_ms[mine].mean() / 1_200_000 - 1) < 4 / np.sqrt(mine.sum())
    assert not tape.reopen_ms[~mine].any()


OFFER: dict[str, Any] = {
    "reach": "50 %",
    "resolves": {"one": "40 %"},
    "false_resolved": "20 %",
    "comes_back": {"share": "75 %", "after": "1 day", "channels": {"chat": "100 %"}},
    "takes": "3 min",
    "patience": "50 %",
}


def test_self_service_has_three_fates():
    tape = draw(phone={"patience": {"mean": "10 min", "distribution": "constant"}}, self_service={"help": OFFER})
    tried = tape.self_service == 0
    assert_share(tried, 0.5)
    fate = tape.self_fate
    assert set(fate[~tried]) == {SELF_NONE}
    for which, share in (
        (SELF_RESOLVED, 0.4),
        (SELF_FALSE_BACK, 0.15),
        (SELF_FALSE_GONE, 0.05),
        (SELF_FAILED, 0.4),
    ):
        assert_share(fate[tried] == which, share)
    need, first = tape.need_ms, tape.first_ms
    assert (first[~tried] == need[~tried]).all()
    assert (first[(fate == SELF_RESOLVED) | (fate == SELF_FALSE_GONE)] == -1).all()
    assert (first[fate == SELF_FAILED] == need[fate == SELF_FAILED] + 180_000).all()
    assert (first[fate == SELF_FALSE_BACK] == need[fate == SELF_FALSE_BACK] + 180_000 + 86_400_000).all()
    assert (tape.channel[fate == SELF_FALSE_BACK] == CHAT).all()
    assert (tape.self_end_ms[tried] == need[tried] + 180_000).all()
    phone = tape.channel == PHONE
    patience = first_line(tape, "patience_ms")
    assert set(patience[phone & (fate == SELF_FAILED)]) == {300_000}
    assert set(patience[phone & (fate == SELF_NONE)]) == {600_000}


def test_the_first_self_service_that_reaches_is_used():
    second = {**OFFER, "reach": "100 %", "resolves": {"one": "100 %"}, "false_resolved": "0 %"}
    tape = draw(self_service={"help": OFFER, "portal": second})
    assert_share(tape.self_service == 0, 0.5)
    assert_share(tape.self_service == 1, 0.5)
    assert (tape.self_fate[tape.self_service == 1] == SELF_RESOLVED).all()
    other = {**OFFER, "resolves": {}, "reach": "100 %"}
    assert (draw(self_service={"help": other}).self_service == -1).all()  # the reason is not named


BOT: dict[str, Any] = {
    "channels": ["chat"],
    "takes": "80 %",
    "contains": {"one": "50 %"},
    "resolved": "60 %",
    "not_resolved": {"share": "50 %", "after": "5 h", "channels": {"phone": "100 %"}},
    "session": "2 min",
    "handover": {"context": "warm", "handle": "80 %", "patience": "50 %"},
}


def test_a_bot_contains_resolves_fails_and_hands_over():
    patience = {"mean": "10 min", "distribution": "constant"}
    tape = draw(chat={"patience": patience}, bots={"robot": BOT})
    chat = tape.channel == CHAT
    flags, bot = first_line(tape, "flags"), first_line(tape, "bot")
    assert (bot[~chat] == -1).all()
    assert_share(bot[chat] == 0, 0.8)
    np.testing.assert_array_equal((flags & BOT_ANY) != 0, bot == 0)
    met = bot == 0
    assert_share((flags[met] & BOT_RESOLVES) != 0, 0.3)
    assert_share((flags[met] & BOT_FAILS) != 0, 0.2)
    assert_share((flags[met] & BOT_HANDS_OVER) != 0, 0.5)
    passed = (flags & BOT_HANDS_OVER) != 0
    assert set(first_line(tape, "work_ms")[passed]) == {240_000}
    assert set(first_line(tape, "work_ms")[~passed]) == {300_000}
    assert set(first_line(tape, "patience_ms")[passed]) == {300_000}
    assert set(first_line(tape, "patience_ms")[chat & ~passed]) == {600_000}
    assert set(first_line(tape, "bot_ms")[met]) == {120_000}
    assert not (flags & COLD).any()
    failed = (flags & BOT_FAILS) != 0
    back = first_line(tape, "return_channel")
    assert_share(back[failed] == PHONE, 0.5)
    assert set(first_line(tape, "return_ms")[failed & (back == PHONE)]) == {5 * 3_600_000}
    np.testing.assert_array_equal(tape.next_row[: tape.tickets] >= 0, failed & (back == PHONE))


def test_a_cold_handover_adds_work():
    cold = {**BOT, "handover": {"context": "cold", "adds": "90 s", "handle": "80 %"}}
    tape = draw(bots={"robot": cold})
    flags = first_line(tape, "flags")
    passed = (flags & BOT_HANDS_OVER) != 0
    np.testing.assert_array_equal((flags & COLD) != 0, passed)
    assert set(first_line(tape, "work_ms")[passed]) == {390_000}


def test_a_bot_hands_over_at_once_what_it_does_not_know():
    reasons = copy.deepcopy(BASE["reasons"])
    reasons["other"] = copy.deepcopy(reasons["one"])
    tape = draw(reasons=reasons, bots={"robot": BOT})
    other = tape.reason == 1
    assert (first_line(tape, "bot")[other] == -1).all()
    assert not first_line(tape, "flags")[other].any()
    assert not first_line(tape, "bot_ms")[other].any()


def test_the_first_bot_that_takes_a_contact_keeps_it():
    second = {**BOT, "takes": "100 %", "contains": {"one": "100 %"}, "resolved": "100 %"}
    tape = draw(bots={"robot": BOT, "spare": second})
    chat = tape.channel == CHAT
    bot = first_line(tape, "bot")[chat]
    assert_share(bot == 0, 0.8)
    assert_share(bot == 1, 0.2)
    assert (first_line(tape, "flags")[chat][bot == 1] == BOT_RESOLVES).all()


def test_tickets_keep_the_world_of_their_day():
    event = {
        "from": "2027-01-06",
        "until": "2027-01-07",
        "changes": {"reasons.one.handle.mean": "x 2", "reasons.one.channels": {"phone": "0 %", "chat": "100 %"}},
    }
    tape = draw(demand={"events": {"strike": event}})
    strike = (tape.need_ms >= 2 * 86_400_000) & (tape.need_ms < 4 * 86_400_000)
    np.testing.assert_array_equal(tape.regime > 0, strike)
    assert set(tape.work_ms[0, strike]) == {600_000}
    assert set(tape.work_ms[0, ~strike]) == {300_000}
    assert (tape.channel[strike] == CHAT).all()


def test_at_the_end_needs_stop_and_later_contacts_stay_on_the_tape():
    offer = {**OFFER, "reach": "100 %", "resolves": {"one": "0 %"}, "takes": "2 days", "false_resolved": "0 %"}
    for at_end in ("cut", "drain"):
        horizon = {"start": "2027-01-04", "length": "1500 min", "at_end": at_end}
        tape = draw(horizon=horizon, self_service={"help": offer})
        assert tape.need_ms.max() < 1500 * 60_000
        assert (tape.first_ms == tape.need_ms + 2 * 86_400_000).all()


def test_a_transferred_contact_passes_the_bots_by_and_may_need_another():
    """Row 1 may be a transfer (served by an agent, though the bot would have contained a customer who came back)."""
    teams = {
        "team": {"agents": 1, "serves": ["phone", "chat"]},
        "experts": {"agents": 1, "serves": ["phone", "chat"]},
    }
    all_helped = {**BOT, "channels": ["chat"], "takes": "100 %", "contains": {"one": "100 %"}, "resolved": "100 %"}
    reason = {
        "channels": {"phone": "100 %"},
        "resolved_first": "0 %",
        "unresolved": {"share": "100 %", "channels": {"chat": "100 %"}},
        "attempts": 3,
    }
    helped = draw(reason, teams=teams, bots={"robot": all_helped})
    assert (np.bincount(helped.ticket) == 2).all()  # phone, then the bot, which ends it
    passed = {**reason, "transfer": {"to": "experts", "share": "50 %"}}
    assert (np.bincount(draw(passed, teams=teams, bots={"robot": all_helped}).ticket) == 3).all()


def test_with_a_chaser_either_of_two_contacts_may_be_followed():
    """The message (row 0) brings a call (row 1), which may be given up; row 2 then follows the message in the chat."""
    chat = {"chase": {"after": "2 h", "share": "100 %", "channel": "phone"}}
    reason = {
        "channels": {"chat": "100 %"},
        "resolved_first": "50 %",
        "unresolved": {"share": "100 %", "after": "1 h"},
        "attempts": 3,
    }
    tape = draw(reason, chat=chat)
    unresolved = np.flatnonzero(tape.resolve_u[: tape.tickets] >= 2**31)
    third = tape.next_row[tape.next_row[unresolved]]
    assert (third >= 0).all()
    assert (tape.work_ms[CHAT, third] > 0).all()
    assert (tape.work_ms[PHONE, third] > 0).all()


def test_self_services_reach_independently_of_one_another():
    half = {**OFFER, "reach": "50 %"}
    tape = draw(self_service={"help": half, "portal": half})
    assert_share(tape.self_service == 0, 0.5)
    assert_share(tape.self_service == 1, 0.25)


def test_bots_take_independently_of_one_another():
    half = {**BOT, "takes": "50 %"}
    tape = draw(bots={"robot": half, "spare": half})
    bot = first_line(tape, "bot")[tape.channel == CHAT]
    assert_share(bot == 0, 0.5)
    assert_share(bot == 1, 0.25)
