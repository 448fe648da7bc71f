"""Who takes which contact (semantics 6.2)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.engine.plan import make_plan
from tests.engine.worlds import HOUR, Line, Player, S, Ticket, one, roster_of, world

TWO: dict[str, Any] = {"phone": {}, "email": {}}


def queues(**teams: Any) -> np.ndarray:
    """Queue of (phone, email) x (a, b)."""
    return make_plan(world(TWO, teams, {"a": {}, "b": {}})).routing.queue_of


# queues


def test_pairs_that_the_same_teams_serve_at_the_same_ranks_share_a_queue_6_2() -> None:
    assert queues(desk={"serves": ["phone", "email"]}).tolist() == [[0, 0], [1, 1]]


def test_pairs_that_differ_in_teams_have_queues_of_their_own_6_2() -> None:
    assert queues(desk={"serves": ["phone", "email"]}, expert={"serves": ["phone:b"]}).tolist() == [[0, 1], [2, 2]]


def test_pairs_that_differ_in_rank_have_queues_of_their_own_6_2() -> None:
    assert queues(desk={"serves": ["phone:a", "phone:b", "email"]}).tolist() == [[0, 1], [2, 2]]


def test_first_come_first_served_across_reasons_of_a_queue_6_2(run: Player) -> None:
    w = world(reasons={"a": {}, "b": {}})
    seen = run(w, [one(0, 100), one(10, 10, reason="b"), one(20, 10, reason="a"), one(30, 10, reason="b")])
    assert seen.answers() == [0, 100, 110, 120]


# the order in which arrivals try teams


@pytest.mark.parametrize(
    ("reason", "channel", "team"),
    [
        ({}, {}, 1),  # by rank: the phone is first for the second team
        ({}, {"teams": ["first", "second"]}, 0),  # the channel's order
        ({"teams": ["second", "first"]}, {"teams": ["first", "second"]}, 1),  # the reason's before the channel's
        ({"teams": ["third"]}, {}, 2),  # those not named come after
    ],
)
def test_order_of_teams_6_2(run: Player, reason: dict[str, Any], channel: dict[str, Any], team: int) -> None:
    teams = {"first": {"serves": ["email", "phone"]}, "second": {"serves": ["phone"]}, "third": {"serves": ["phone"]}}
    seen = run(world({"phone": channel, "email": {}}, teams, {"help": reason}), [one(0)])
    assert seen.contact(0).team == team


def test_ties_of_rank_go_by_the_order_declared_6_2(run: Player) -> None:
    seen = run(world(teams={"first": {}, "second": {}, "third": {}}), [one(0, 500) for _ in range(3)])
    assert [seen.contact(i).team for i in range(3)] == [0, 1, 2]


def test_a_team_that_does_not_serve_the_reason_is_passed_over_6_2(run: Player) -> None:
    reasons: dict[str, Any] = {"a": {}, "b": {}}
    teams = {"first": {"serves": ["phone:a"]}, "second": {"serves": ["phone:a+b"]}}
    seen = run(world(teams=teams, reasons=reasons), [one(0, 100, reason="b"), one(10, 100, reason="b")])
    assert seen.agents() == [1, 1]
    assert seen.answers() == [0, 100]


# the agent within a team


def test_the_agent_idle_longest_6_2(run: Player) -> None:
    w = world(teams={"desk": {"agents": 3}})
    seen = run(w, [one(0, 100), one(0, 50), one(0, 80), one(200, 9), one(200, 9), one(200, 9)])
    assert seen.agents() == [0, 1, 2, 1, 2, 0]


def test_who_comes_on_later_has_been_idle_for_less_6_2(run: Player) -> None:
    w = world()
    roster = roster_of(w, [("desk", [(100, HOUR)]), ("desk", [(0, HOUR)])])
    assert run(w, [one(200)], roster).agents() == [1]


def test_chat_goes_to_the_fewest_in_hand_then_the_one_longest_at_that_6_2(run: Player) -> None:
    w = world({"chat": {"parallel": 3}}, {"desk": {"agents": 2}})
    seen = run(w, [one(k, 1000) for k in range(6)])
    assert seen.agents() == [0, 1, 0, 1, 0, 1]
    # at 50 agent 1 drops to one in hand and gets the next; then both have two, and 0 has had two for longer
    seen = run(w, [one(0, 1000), one(1, 1000), one(2, 1000), one(3, 47), one(60, 900), one(70, 900)])
    assert seen.agents() == [0, 1, 0, 1, 1, 0]


def test_an_idle_agent_comes_before_one_with_a_chat_6_2(run: Player) -> None:
    w = world({"chat": {"parallel": 3}}, {"desk": {"agents": 2}})
    seen = run(w, [one(0, 1000), one(1, 20), one(50, 1000)])
    assert seen.agents() == [0, 1, 1]


def test_no_more_chats_than_declared_6_2(run: Player) -> None:
    seen = run(world({"chat": {"parallel": 2}}), [one(0, 100), one(0, 200), one(0, 50)])
    assert seen.answers() == [0, 0, 100]


def test_one_channel_at_a_time_6_2(run: Player) -> None:
    w = world({"chat": {"parallel": 3}, "phone": {}}, {"desk": {"serves": ["phone", "chat"]}})
    seen = run(w, [one(0, 100), one(10, 50, "phone"), one(20, 200), one(300, 10)])
    # the call waits until no chat is in hand; a chat may join chats meanwhile
    assert seen.answers() == [0, 220, 20, 300]


def test_with_chats_in_hand_only_chats_are_taken_from_the_queues_6_2(run: Player) -> None:
    w = world({"chat": {"parallel": 2}, "phone": {}}, {"desk": {"serves": ["phone", "chat"]}})
    seen = run(w, [one(0, 100), one(0, 300), one(10, 50, "phone"), one(20, 30)])
    assert seen.answers() == [0, 0, 300, 100]


# what a free agent takes


def test_priority_takes_the_first_served_whatever_the_wait_6_2(run: Player) -> None:
    w = world(TWO, {"desk": {"serves": ["email", "phone"]}})
    seen = run(w, [one(0, 100), one(10, 10, "phone"), one(50, 10, "email")])
    assert seen.answers() == [0, 110, 100]


def test_priority_of_equal_rank_goes_by_longest_wait_6_2(run: Player) -> None:
    # one line of `serves`, two queues (the other team serves b only)
    teams = {"desk": {}, "expert": {"agents": 0, "serves": ["phone:b"]}}
    w = world(teams=teams, reasons={"a": {}, "b": {}})
    seen = run(w, [one(0, 100, reason="a"), one(10, 10, reason="b"), one(20, 10, reason="a"), one(30, 10, reason="b")])
    assert seen.answers() == [0, 100, 110, 120]


def test_longest_wait_counts_from_the_offer_and_not_from_the_need_6_2(run: Player) -> None:
    # ticket 1 arose first, tried self-service, and came later than ticket 2; one rank, two queues
    from sim.demand.tape import SELF_FAILED

    teams: dict[str, Any] = {"desk": {}, "expert": {"agents": 0, "serves": ["phone:b"]}}
    for policy in ("priority", "longest_wait"):
        teams["desk"] = {"policy": policy}
        w = world(teams=teams, reasons={"a": {}, "b": {}})
        late = Ticket(1, [Line(10)], reason="a", fate=SELF_FAILED, self_end=60, first=60)
        assert run(w, [one(0, 100), late, one(20, 10, reason="b")]).answers() == [0, 110, 100]


def test_longest_wait_across_channels_6_2(run: Player) -> None:
    w = world(TWO, {"desk": {"serves": ["email", "phone"], "policy": "longest_wait"}})
    seen = run(w, [one(0, 100), one(10, 10, "phone"), one(50, 10, "email")])
    assert seen.answers() == [0, 100, 110]


def test_relative_wait_measures_against_the_target_6_2(run: Player) -> None:
    phone = {"target": {"share": "80 %", "within": "20 s"}}
    email = {"target": {"share": "80 %", "within": "200 s"}}
    w = world({"phone": phone, "email": email}, {"desk": {"serves": ["email", "phone"], "policy": "relative_wait"}})
    # at 100 s the mail has waited 90 s (0.45 of its target), the call 10 s (0.5): the call first
    seen = run(w, [one(0, 100 * S), one(10 * S, 10, "email"), one(90 * S, 10, "phone")])
    assert seen.answers() == [0, 100 * S + 10, 100 * S]
    seen = run(w, [one(0, 100 * S), one(10 * S, 10, "email"), one(92 * S, 10, "phone")])
    assert seen.answers() == [0, 100 * S, 100 * S + 10]


def test_relative_wait_without_a_target_counts_minutes_6_2(run: Player) -> None:
    phone = {"target": {"share": "80 %", "within": "30 s"}}
    w = world({"phone": phone, "email": {}}, {"desk": {"policy": "relative_wait"}})
    seen = run(w, [one(0, 100 * S), one(10 * S, 10, "email"), one(54 * S, 10, "phone")])
    assert seen.answers() == [0, 100 * S + 10, 100 * S]  # 90 / 60 = 1.5 against 46 / 30 = 1.53


def test_each_team_has_a_policy_of_its_own_6_2(run: Player) -> None:
    teams = {
        "strict": {"serves": ["phone", "email"]},
        "fair": {"serves": ["phone", "email"], "policy": "longest_wait"},
    }
    tickets = [one(0, 100), one(0, 90), one(10, 400, "email"), one(20, 400, "phone"), one(25, 5, "phone")]
    seen = run(world(TWO, teams), tickets)
    assert seen.contact(2).team == 1  # at 90 the fair team takes the mail
    assert seen.contact(3).team == 0  # at 100 the strict team takes the call


# overflow


def test_overflow_only_once_the_contact_has_waited_6_2(run: Player) -> None:
    teams = {"first": {}, "second": {"serves": [{"channel": "phone", "after": "100 ms"}]}}
    w = world(teams=teams)
    seen = run(w, [one(0, 500), one(10, 300), one(450, 10)])
    assert (seen.contact(1).answer, seen.contact(1).team) == (110, 1)
    assert (seen.contact(2).answer, seen.contact(2).team) == (500, 0)


def test_overflow_to_a_team_that_is_busy_then_waits_for_whoever_is_free_first_6_2(run: Player) -> None:
    teams = {"first": {}, "second": {"serves": ["email", {"channel": "phone", "after": "100 ms"}]}}
    seen = run(world(TWO, teams), [one(0, 500), one(0, 200, "email"), one(10, 300)])
    assert (seen.contact(2).answer, seen.contact(2).team) == (200, 1)


def test_a_free_agent_does_not_take_what_has_not_waited_long_enough_6_2(run: Player) -> None:
    teams = {"first": {}, "second": {"serves": ["email", {"channel": "phone", "after": "300 ms"}]}}
    seen = run(world(TWO, teams), [one(0, 500), one(0, 200, "email"), one(10, 300)])
    assert (seen.contact(2).answer, seen.contact(2).team) == (310, 1)


def test_overflow_reaches_an_agent_with_a_free_slot_6_2(run: Player) -> None:
    teams = {"first": {"serves": ["chat:a"]}, "second": {"serves": ["chat:b", {"channel": "chat", "after": "100 ms"}]}}
    w = world({"chat": {"parallel": 2}}, teams, {"a": {}, "b": {}})
    tickets = [one(0, 500, reason="a"), one(0, 600, reason="a"), one(5, 900, reason="b"), one(10, 50, reason="a")]
    seen = run(w, tickets)
    assert (seen.contact(3).answer, seen.contact(3).team) == (110, 1)


def test_silent_customers_overflow_like_others_6_2(run: Player) -> None:
    # nobody knows that they left; the further team finds out
    from sim.demand.tape import SILENT

    teams = {"first": {}, "second": {"serves": [{"channel": "chat", "after": "100 ms"}]}}
    w = world({"chat": {"notice": "30 ms"}}, teams)
    seen = run(w, [one(0, 500), one(10, 50, patience=20, flags=SILENT)])
    assert (seen.contact(1).agent, seen.contact(1).done) == (1, 140)


def test_an_overflow_that_lets_another_contact_go_first_asks_the_next_agent_6_2(run: Player) -> None:
    # all three have waited 100 ms at tick 110; the mail is asked first, and the agent it finds takes a call by rank:
    # with three agents nobody may stay idle
    teams = {"desk": {"agents": 3, "serves": [{"channel": c, "after": "100 ms"} for c in ("phone", "email")]}}
    seen = run(world(TWO, teams), [one(10, 50, "email"), one(10, 50), one(10, 50)])
    assert seen.answers() == [110, 110, 110]


def test_an_overflow_behind_work_that_was_put_aside_waits_for_its_turn_6_2(run: Player) -> None:
    # two mails are put aside for calls, the younger one last, so that it stands in front; when the older one overflows,
    # the further team may not take the younger one yet, and takes both from its time on
    channels = {"phone": {}, "email": {"interruptible": True}}
    teams = {"first": {"agents": 2}, "second": {"serves": [{"channel": "email", "after": "100 ms"}]}}
    mails = [one(0, 300, "email"), one(50, 300, "email")]
    seen = run(world(channels, teams), [*mails, one(60, 5000), one(70, 5000)])
    assert [(seen.contact(row).team, seen.contact(row).leave) for row in (0, 1)] == [(1, 670), (1, 430)]


def test_transfers_of_several_channels_are_ahead_of_every_other_queue_6_2(run: Player) -> None:
    rule = {"to": "back"}
    reasons = {"a": {"resolved_first": "50 %", "transfer": rule, "channels": {"phone": "50 %", "email": "50 %"}}}
    teams = {"desk": {"agents": 2}, "back": {"serves": ["phone", "email"]}}
    channels = {name: {"teams": ["desk", "back"]} for name in TWO}
    w = world(channels, teams, reasons)
    passed = [
        Ticket(0, [Line(50, resolve=0.9, transfer=0.1), Line(10)], "email"),
        Ticket(0, [Line(90, resolve=0.9, transfer=0.1), Line(10)], "phone"),
    ]
    long = [one(1, 200), one(2, 900), one(3, 900), one(4, 60)]
    seen = run(w, passed + long)
    # desk: tickets 0, 1, then 3 at 50 and 4 at 90; back: ticket 2 from 1 to 201, then both transfers, then ticket 5
    assert [seen.contact(i).answer for i in range(2, 6)] == [1, 50, 90, 221]
    assert (seen.contact(0, 1).answer, seen.contact(1, 1).answer) == (201, 211)
