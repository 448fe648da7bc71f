"""Service: speeds, wrap-up, chats side by side, interruptible work (semantics 5.5)."""

from __future__ import annotations

import pytest

from sim.demand.tape import CALLBACK, COLD, SILENT, UNANSWERED
from sim.engine.workforce import PPM
from tests.engine.worlds import DAY, HOUR, Line, Player, Ticket, one, roster_of, world

CHAT = {"chat": {"parallel": 2, "speed": ["100 %", "80 %"]}}
BLEND = {"phone": {}, "email": {"interruptible": True}}


def test_work_over_the_teams_speed_rounded_down_5_5(run: Player) -> None:
    seen = run(world(teams={"desk": {"speed": "150 %"}}), [one(0, 100)])
    assert seen.leaves() == [66]  # 100 / 1.5 = 66.67


@pytest.mark.parametrize(("speed", "length"), [({"phone": "200 %"}, 50), ({"help": "50 %"}, 200), ({"other": 2}, 100)])
def test_speed_by_channel_or_reason_5_5(run: Player, speed: dict[str, object], length: int) -> None:
    w = world(teams={"desk": {"speed": speed}}, reasons={"help": {}, "other": {}})
    assert run(w, [one(0, 100, reason="help")]).leaves() == [length]


def test_speed_by_channel_and_reason_multiply_5_5(run: Player) -> None:
    w = world(teams={"desk": {"speed": {"phone": "200 %", "help": "50 %"}}})
    assert run(w, [one(0, 100)]).leaves() == [100]


def test_own_speed_by_tenure_counts_at_the_start_of_the_contact_5_5(run: Player) -> None:
    w = world(teams={"desk": {"speed": "200 %"}})
    roster = roster_of(w, [("desk", [(0, 2 * DAY)])], speeds=[[0.5, 0.8, 1.0]])
    seen = run(w, [one(0, 100), one(DAY - 50, 160), one(DAY + 50, 160)], roster)
    # day 0: 2.0 x 0.5 = 1; day 1: 2.0 x 0.8 = 1.6
    assert seen.leaves() == [100, DAY + 110, DAY + 210]


def test_wrap_up_holds_the_agent_and_not_the_customer_5_5(run: Player) -> None:
    seen = run(world(), [one(0, 100, wrap=40), one(10, 20)])
    first = seen.contact(0)
    assert (first.leave, first.done, first.handle) == (100, 140, 140)
    assert seen.state(0) == ("agent", 100)
    assert seen.contact(1).answer == 140
    assert seen.busy(0) == [(0, 140), (140, 160)]


def test_wrap_up_is_not_worked_faster_5_5(run: Player) -> None:
    seen = run(world(teams={"desk": {"speed": "200 %"}}), [one(0, 100, wrap=40)])
    assert (seen.contact(0).leave, seen.contact(0).done) == (50, 90)


def test_two_chats_share_the_agent_at_the_declared_speed_5_5(run: Player) -> None:
    # alone until 40: 60 left. Together at 80 %: 60 / 0.8 = 75 -> ends at 115; the other has 100 - 60 = 40 left: 155.
    seen = run(world(CHAT), [one(0, 100), one(40, 100)])
    assert seen.leaves() == [115, 155]
    assert [seen.contact(i).handle for i in (0, 1)] == [115, 115]  # wall time of each
    assert seen.busy(0) == [(0, 155)]


def test_chats_progress_in_integers_and_end_on_the_next_whole_tick_5_5(run: Player) -> None:
    # at 30: 70 left each way; 70 / 0.7 = 100 -> 130 exactly. At 83 %: 70 / 0.83 = 84.3 -> 115 (85 ticks).
    w = world({"chat": {"parallel": 2, "speed": ["100 %", "70 %"]}})
    assert run(w, [one(0, 100), one(30, 500)]).leaves() == [130, 130 + 430]
    w = world({"chat": {"parallel": 2, "speed": ["100 %", "83 %"]}})
    # the second has 500 - 85 x 0.83 = 429.45 left, alone: 430 ticks (rounded up, once)
    assert run(w, [one(0, 100), one(30, 500)]).leaves() == [115, 115 + 430]


def test_three_chats_step_through_every_speed_5_5(run: Player) -> None:
    w = world({"chat": {"parallel": 3, "speed": ["100 %", "80 %", "50 %"]}})
    seen = run(w, [one(0, 200), one(100, 300), one(150, 60)])
    # to 100 alone: A 100 left. To 150 at 80 %: A 60, B 260. At 50 %: A and C (60) end at 270, B 200.
    # A and C both end at 270; then B alone: 270 + 200.
    assert seen.leaves() == [270, 470, 270]


def test_the_last_speed_declared_holds_for_more_in_progress_5_5(run: Player) -> None:
    w = world({"chat": {"parallel": 3, "speed": ["100 %", "50 %"]}})
    assert run(w, [one(0, 100), one(0, 100), one(0, 100)]).leaves() == [200, 200, 200]


def test_wrap_up_is_worked_off_in_the_chat_slot_5_5(run: Player) -> None:
    # A 0-100 alone, its wrap-up of 40 from 100. B comes at 120: 20 of wrap-up left, at 80 % ends at 145.
    # B: 145 - 120 = 25 ticks at 80 % = 20 done, 80 left alone -> 225. C waits from 130.
    seen = run(world(CHAT), [one(0, 100, wrap=40), one(120, 100), one(130, 50)])
    assert (seen.contact(0).leave, seen.contact(0).done) == (100, 145)
    # at 145 C takes the slot: both at 80 %; B 80 left -> 245 alone with C (50 left -> 62.5 -> 208)
    assert seen.contact(2).answer == 145
    assert seen.contact(2).leave == 208
    # B: 63 ticks at 80 % = 50.4 done, 29.6 left, alone 30 ticks
    assert seen.contact(1).leave == 238


def test_a_chat_put_off_by_another_ends_once_5_5(run: Player) -> None:
    seen = run(world(CHAT), [one(0, 100), one(99, 10), one(200, 5)])
    # 1 left at 99: 1 / 0.8 -> 101; the other worked 1.6 of 10, 8.4 left -> 110
    assert seen.leaves() == [101, 110, 205]


def test_team_speed_counts_in_chats_too_5_5(run: Player) -> None:
    seen = run(world(CHAT, {"desk": {"speed": "200 %"}}), [one(0, 100), one(0, 100)])
    assert seen.leaves() == [63, 63]  # 50 / 0.8 = 62.5


def test_interruptible_work_is_put_aside_and_resumed_with_the_time_left_5_5(run: Player) -> None:
    seen = run(world(BLEND), [one(0, 300, "email", wrap=10), one(100, 50)])
    assert (seen.contact(1).answer, seen.contact(1).leave) == (100, 150)
    mail = seen.contact(0)
    assert (mail.answer, mail.leave, mail.done, mail.handle) == (0, 350, 360, 310)
    assert seen.busy(0) == [(0, 100), (100, 150), (150, 360)]
    assert seen.response(0) == 0


def test_interrupted_twice_keeps_what_is_left_5_5(run: Player) -> None:
    seen = run(world(BLEND), [one(0, 300, "email"), one(100, 50), one(200, 50)])
    assert seen.leaves() == [400, 150, 250]
    assert seen.contact(0).handle == 300


def test_interrupted_work_goes_back_to_the_head_of_its_queue_5_5(run: Player) -> None:
    seen = run(world(BLEND), [one(0, 300, "email"), one(10, 20, "email"), one(100, 50)])
    assert seen.leaves() == [350, 370, 150]


def test_work_that_is_not_interruptible_is_finished_5_5(run: Player) -> None:
    seen = run(world({"phone": {}, "email": {}}), [one(0, 300, "email"), one(100, 50)])
    assert seen.contact(1).answer == 300


def test_interruptible_work_does_not_interrupt_interruptible_work_5_5(run: Player) -> None:
    w = world({"email": {"interruptible": True}, "letter": {"interruptible": True}})
    seen = run(w, [one(0, 300), one(100, 50, "letter")])
    assert seen.contact(1).answer == 300


def test_wrap_up_is_not_interrupted_5_5(run: Player) -> None:
    seen = run(world(BLEND), [one(0, 300, "email", wrap=100), one(350, 50)])
    assert seen.contact(1).answer == 400


def test_a_free_agent_is_preferred_to_an_interruption_5_5(run: Player) -> None:
    seen = run(world(BLEND, {"desk": {"agents": 2}}), [one(0, 300, "email"), one(100, 50)])
    assert seen.agents() == [0, 1]
    assert seen.leaves() == [300, 150]


def test_the_agent_longest_at_such_work_is_interrupted_5_5(run: Player) -> None:
    w = world(BLEND, {"desk": {"agents": 2}})
    seen = run(w, [one(0, 10), one(5, 300, "email"), one(12, 300, "email"), one(100, 20)])
    # agent 0 is on the phone until 10, agent 1 on mail since 5, agent 0 on mail since 12
    assert seen.agents()[3] == 1


def test_interruption_follows_the_order_of_teams_5_5(run: Player) -> None:
    channels = {"phone": {"teams": ["second", "first"]}, "email": {"interruptible": True}}
    seen = run(
        world(channels, {"first": {}, "second": {}}),
        [one(0, 300, "email"), one(10, 300, "email"), one(100, 20)],
    )
    assert seen.contact(0).team == 0  # longest at it, but of the team tried second
    assert seen.contact(2).team == 1


def test_interrupted_work_is_first_offered_to_whoever_else_is_free_5_5(run: Player) -> None:
    # the second agent serves e-mail only: free, and no use to the caller
    teams = {"both": {"serves": ["phone", "email"]}, "mail": {"serves": ["email"]}}
    channels = {"phone": {}, "email": {"interruptible": True, "teams": ["both", "mail"]}}
    seen = run(world(channels, teams), [one(0, 300, "email"), one(100, 50)])
    mail = seen.contact(0)
    assert (mail.leave, mail.team, mail.handle) == (300, 1, 300)
    assert seen.busy(1) == [(100, 300)]


def test_interrupted_work_is_offered_to_a_further_team_once_it_has_waited_5_5_6_2(run: Player) -> None:
    teams = {"both": {"serves": ["phone", "email"]}, "mail": {"serves": [{"channel": "email", "after": "200 ms"}]}}
    channels = {"phone": {}, "email": {"interruptible": True, "teams": ["both", "mail"]}}
    w = world(channels, teams)
    early = run(w, [one(0, 300, "email"), one(100, 500)])  # interrupted before: taken over at 200
    assert (early.contact(0).team, early.contact(0).leave) == (1, 400)
    late = run(w, [one(0, 300, "email"), one(250, 500)])  # interrupted after: taken over at once
    assert (late.contact(0).team, late.contact(0).leave) == (1, 300)


def test_overflow_interrupts_the_further_team_5_5_6_2(run: Player) -> None:
    teams = {"calls": {"serves": ["phone"]}, "mail": {"serves": ["email", {"channel": "phone", "after": "100 ms"}]}}
    seen = run(world(BLEND, teams), [one(0, 500), one(5, 900, "email"), one(10, 60)])
    assert (seen.contact(2).answer, seen.contact(2).team) == (110, 1)
    assert seen.contact(1).leave == 5 + 900 + 60


def test_an_interruption_serves_whoever_waits_in_front_5_5_6_2(run: Player) -> None:
    # by longest wait the agent goes to the old e-mail at 100 although a caller waits; the next caller does not jump
    # that queue: at 120 the first of it is served, and at 160 the e-mail has waited longest again
    w = world(BLEND, {"desk": {"policy": "longest_wait"}})
    seen = run(w, [one(0, 100), one(1, 300, "email"), one(50, 40), one(120, 30)])
    assert seen.contact(1).answer == 100
    assert seen.answers()[2:] == [120, 440]
    assert seen.contact(1).leave == 160 + 280


def test_several_messages_at_once_are_not_put_aside_5_5(run: Player) -> None:
    # an agent has contacts of one channel at a time: chats side by side cannot be put aside one by one
    w = world({"phone": {}, "chat": {"interruptible": True, "parallel": 2}})
    seen = run(w, [one(0, 300, "chat"), one(10, 300, "chat"), one(100, 50)])
    assert seen.contact(2).answer == 310


def test_nobody_else_takes_part_in_an_interruption_of_a_team_in_excess_6_1(run: Player) -> None:
    w = world(BLEND, {"desk": {"agents": 2}})
    roster = roster_of(w, present={"desk": [(0, 2), (50, 1)]})
    seen = run(w, [one(0, 300, "email"), one(0, 400, "email"), one(100, 50)], roster)
    assert seen.contact(2).answer == 400  # the team is one too many until 300, the other is free at 400


def test_a_duty_that_goes_on_makes_the_work_interruptible_again_5_5_6_1(run: Player) -> None:
    w = world(BLEND)
    roster = roster_of(w, [("desk", [(0, 50), (60, HOUR)])])
    seen = run(w, [one(0, 300, "email"), one(55, 10), one(100, 50)], roster)
    # 55: leaving after this mail, so not interrupted; 60: goes on; 100: interrupted, by whoever waits in front
    assert seen.answers()[1:] == [100, 110]


def test_the_notice_of_a_silent_customer_is_not_begun_again_5_5(run: Player) -> None:
    channels = {"phone": {}, "email": {"interruptible": True, "notice": "100 ms"}}
    silent = one(5, 500, "email", patience=10, flags=SILENT)
    seen = run(world(channels), [one(0, 50), silent, one(90, 20)])
    assert seen.contact(1).done == 50 + 100 + 20


def test_the_attempt_of_a_call_back_is_not_begun_again_5_5(run: Player) -> None:
    channels = {"phone": {}, "call": {"interruptible": True, "callback": {"accepted": "50 %", "attempt": "100 ms"}}}
    missed = one(5, 500, "call", flags=CALLBACK | UNANSWERED)
    seen = run(world(channels), [one(0, 50), missed, one(90, 20)])
    assert (seen.contact(1).result, seen.contact(1).leave) == ("unreached", 170)


def test_a_cold_flag_alone_adds_nothing_5_5(run: Player) -> None:
    assert run(world(), [one(0, 100, flags=COLD)]).leaves() == [100]  # the tape's work holds what is added


def test_work_is_that_of_the_channel_of_the_contact_5_5(run: Player) -> None:
    ticket = Ticket(0, [Line(100, on={"email": {"work": 30}})], "email")
    assert run(world({"phone": {}, "email": {}}), [ticket]).leaves() == [30]


def test_speeds_are_millionths() -> None:
    assert PPM == 1_000_000


def test_an_interruption_with_room_in_hand_serves_those_who_wait_and_the_caller_5_5(run: Player) -> None:
    # the agent, on a call until 100, takes the mail (longest wait) although a chat waits; the chat that comes at 200
    # interrupts the mail: the older chat is served first, and there is a slot for the younger one as well
    channels = {"phone": {}, "chat": {"parallel": 2}, "email": {"interruptible": True}}
    teams = {"desk": {"serves": ["phone", "chat", "email"], "policy": "longest_wait"}}
    tickets = [one(0, 100), one(10, 1000, "email"), one(20, 300, "chat"), one(200, 300, "chat")]
    seen = run(world(channels, teams), tickets)
    assert seen.answers() == [0, 100, 200, 200]
