"""Waiting: blocked, balking, call backs, abandonment, retries (semantics 5.4)."""

from __future__ import annotations

import pytest

from sim.demand.tape import BALKS, CALLBACK, CHASES, SILENT, UNANSWERED
from sim.engine.plan import make_plan
from tests.engine.worlds import MIN, Line, Player, Ticket, one, roster_of, world

BALKING = {"share": "50 %", "when_wait_over": "2 min"}
CALLING = {"accepted": "50 %", "when_wait_over": "2 min", "attempt": "30 s"}


def test_blocked_when_all_places_are_taken_5_4(run: Player) -> None:
    seen = run(world({"phone": {"places": 1}}), [one(0, 500), one(10, 50), one(20, 50), one(501, 9)])
    assert [seen.contact(i).result for i in range(4)] == ["resolved", "resolved", "blocked", "resolved"]
    assert (seen.contact(2).leave, seen.contact(2).answer, seen.state(2)) == (20, -1, ("lost", 20))


def test_places_count_the_channel_and_not_the_queue_5_4(run: Player) -> None:
    # two reasons, two queues (the second team serves one only), one waiting place on the phone
    reasons = {"a": {}, "b": {"channels": {"phone": "100 %"}}}
    teams = {"desk": {}, "other": {"agents": 0, "serves": ["phone:b"]}}
    seen = run(
        world({"phone": {"places": 1}}, teams, reasons),
        [one(0, 500), one(10, 50, reason="a"), one(20, 50, reason="b")],
    )
    assert seen.contact(2).result == "blocked"


def test_places_of_one_channel_do_not_count_for_another_5_4(run: Player) -> None:
    seen = run(world({"phone": {"places": 1}, "email": {"places": 1}}), [one(0, 500), one(10), one(20, 50, "email")])
    assert seen.contact(2).result == "resolved"


def test_balking_without_a_limit_leaves_whenever_nobody_is_free_5_4(run: Player) -> None:
    w = world({"phone": {"balking": {"share": "50 %"}}})
    seen = run(w, [one(0, 500, flags=BALKS), one(10, flags=BALKS), one(20, 50)])
    assert [seen.contact(i).result for i in range(3)] == ["resolved", "balked", "resolved"]
    assert (seen.contact(1).leave, seen.state(1)) == (10, ("lost", 10))


def test_announced_wait_is_worked_by_hand_5_4() -> None:
    channels = {"phone": {"balking": BALKING, "wrap_up": "30 s"}}
    reasons = {"quick": {"rate": "30 /day", "handle": "1 min"}, "long": {"rate": "10 /day", "handle": "5 min"}}
    plan = make_plan(world(channels, reasons=reasons))
    assert plan.mean_handle_ms.tolist() == [150_000]  # (30 x 1 + 10 x 5) / 40 min + 30 s = 2.5 min


def test_balks_only_when_the_announced_wait_exceeds_the_limit_5_4(run: Player) -> None:
    # one agent, handle 1 min: who comes second hears 1 min, the third 2 min (the limit, not over it), the fourth 3 min
    w = world({"phone": {"balking": BALKING}})
    seen = run(w, [one(0, 10 * MIN)] + [one(k, 50, flags=BALKS) for k in (1, 2, 3)] + [one(4, 50)])
    assert [seen.contact(i).result for i in range(1, 5)] == ["resolved", "resolved", "balked", "resolved"]


def test_announced_wait_is_shared_by_the_agents_on_duty_5_4(run: Player) -> None:
    w = world({"phone": {"balking": BALKING}}, {"desk": {"agents": 2}})
    busy = [one(0, 10 * MIN), one(0, 10 * MIN)]
    seen = run(w, busy + [one(k, 50, flags=BALKS) for k in range(1, 7)])
    # (waiting + 1) x 60 s // 2: 30, 60, 90, 120 s, and then 150 s is over the limit
    assert [seen.contact(i).result for i in range(2, 8)] == ["resolved"] * 4 + ["balked"] * 2


def test_without_any_agent_the_announced_wait_is_endless_5_4(run: Player) -> None:
    w = world({"phone": {"balking": {"share": "50 %", "when_wait_over": "30 days"}}})
    seen = run(w, [one(10, flags=BALKS)], roster_of(w, [("desk", [(1000, 2000)])]))
    assert seen.contact(0).result == "balked"


def test_blocked_comes_before_balking_and_balking_before_the_call_back_5_4(run: Player) -> None:
    channel = {"places": 1, "balking": {"share": "50 %"}, "callback": {"accepted": "50 %"}}
    both = BALKS | CALLBACK
    seen = run(
        world({"phone": channel}), [one(0, 500), one(10, flags=both), one(20), one(30, flags=both), one(40, flags=both)]
    )
    assert [seen.contact(i).result for i in (1, 2, 3, 4)] == ["balked", "resolved", "blocked", "blocked"]


def test_call_back_holds_the_place_and_ends_patience_5_4(run: Player) -> None:
    w = world({"phone": {"callback": {"accepted": "50 %"}}})
    called = one(10, 70, patience=20, flags=CALLBACK)
    seen = run(w, [one(0, 500), called, one(15, 30, patience=20), one(20, 30)])
    assert (seen.contact(1).result, seen.contact(1).answer, seen.contact(1).leave) == ("resolved", 500, 570)
    assert seen.contact(2).result == "abandoned"
    assert seen.contact(3).answer == 570  # behind the one who is called back


def test_call_back_is_offered_only_above_its_limit_5_4(run: Player) -> None:
    w = world({"phone": {"callback": CALLING}})
    seen = run(w, [one(0, 10 * MIN), *(one(at, patience=100, flags=CALLBACK) for at in (1, 2, 3))])
    assert seen.contact(1).result == "abandoned"  # heard 1 min and waited
    assert seen.contact(2).result == "abandoned"  # heard 2 min, the limit
    assert seen.contact(3).result == "resolved"  # heard 3 min and took the call back


def test_call_back_that_nobody_picks_up_costs_the_attempt_and_may_be_retried_5_4(run: Player) -> None:
    w = world({"phone": {"callback": {"accepted": "50 %", "attempt": "40 ms"}, "wrap_up": "9 ms"}})
    unanswered = Ticket(10, [Line(70, wrap=9, flags=CALLBACK | UNANSWERED, retry=(5, "same")), Line(20)])
    seen = run(w, [one(0, 500), unanswered, one(20, 30)])
    missed = seen.contact(1, 0)
    assert (missed.result, missed.answer, missed.leave, missed.done, missed.handle) == ("unreached", -1, 540, 540, 40)
    assert seen.contact(2).answer == 540  # no wrap-up after an attempt
    assert (seen.contact(1, 1).kind, seen.contact(1, 1).arrive) == ("retry", 545)
    assert seen.response(1) == 570


def test_who_is_served_at_once_picks_up_whatever_was_drawn_5_4(run: Player) -> None:
    w = world({"phone": {"callback": {"accepted": "50 %"}}})
    assert run(w, [one(0, 50, flags=CALLBACK | UNANSWERED)]).contact(0).result == "resolved"


def test_abandonment_leaves_the_queue_to_those_behind_5_4(run: Player) -> None:
    seen = run(world(), [one(0, 500), one(10, 50, patience=100), one(20, 50)])
    assert (seen.contact(1).result, seen.contact(1).leave, seen.contact(1).agent) == ("abandoned", 110, -1)
    assert seen.contact(2).answer == 500


def test_silent_abandonment_stays_and_costs_the_notice_5_4(run: Player) -> None:
    w = world({"chat": {"notice": "40 ms", "silent_abandon": "30 %", "places": 2}})
    silent = one(10, 90, patience=100, wrap=7, flags=SILENT)
    seen = run(w, [one(0, 500), silent, one(20, 50), one(200, 50)])
    gone = seen.contact(1)
    assert (gone.result, gone.leave, gone.answer, gone.done, gone.handle) == ("abandoned", 110, -1, 540, 40)
    assert gone.agent == 0
    assert seen.state(1) == ("lost", 110)
    assert seen.response(1) == -1
    assert seen.contact(2).answer == 540
    assert seen.contact(3).result == "blocked"  # the silent one holds its place


def test_silent_abandonment_retries_from_the_moment_of_leaving_5_4(run: Player) -> None:
    w = world({"chat": {"notice": "40 ms", "silent_abandon": "30 %"}})
    silent = Ticket(10, [Line(90, patience=100, flags=SILENT, retry=(30, "same")), Line(25)])
    seen = run(w, [one(0, 500), silent])
    assert seen.contact(1, 1).arrive == 140
    assert seen.contact(1, 1).answer == 540  # after the agent has noticed
    assert seen.state(1) == ("agent", 565)


def test_patience_starts_when_the_contact_is_offered_5_4(run: Player) -> None:
    from sim.demand.tape import BOT_HANDS_OVER

    bots = {"ivr": {"channels": ["phone"], "contains": {"help": "10 %"}}}
    handed = one(10, 50, patience=100, bot=0, bot_ms=300, flags=BOT_HANDS_OVER)
    seen = run(world(bots=bots), [one(0, 900), handed])
    assert (seen.contact(1).arrive, seen.contact(1).queued, seen.contact(1).leave) == (10, 310, 410)


@pytest.mark.parametrize("place", ["same", "phone", "email"])
def test_retry_on_the_same_or_another_channel_5_4(run: Player, place: str) -> None:
    again = Ticket(10, [Line(50, patience=40, retry=(60, place)), Line(50, patience=1000)])
    seen = run(world({"phone": {}, "email": {}}), [one(0, 500), again])
    assert seen.contact(1, 0).result == "abandoned"
    second = seen.contact(1, 1)
    assert (second.kind, second.arrive, second.attempt) == ("retry", 110, 1)
    assert second.channel == ("email" if place == "email" else "phone")
    assert seen.state(1) == ("agent", 550)


def test_a_retry_uses_the_draws_of_its_channel_5_4(run: Player) -> None:
    again = Ticket(10, [Line(50, patience=40, retry=(60, "email")), Line(50, on={"email": {"work": 77}})])
    seen = run(world({"phone": {}, "email": {}}), [one(0, 500), again])
    assert seen.contact(1, 1).leave == 577


def test_no_more_contacts_than_attempts_and_then_lost_5_4_5_6(run: Player) -> None:
    line = Line(50, patience=40, retry=(60, "same"))
    seen = run(world(), [one(0, 5000), Ticket(10, [line, line, line])])
    assert [seen.contact(1, k).leave for k in range(3)] == [50, 150, 250]
    assert seen.contacts(1) == 3
    assert seen.state(1) == ("lost", 250)


def test_turned_away_tries_again_in_every_way_5_4(run: Player) -> None:
    w = world({"phone": {"places": 0, "balking": {"share": "50 %"}}})
    again = Ticket(10, [Line(50, retry=(600, "same")), Line(50)])
    seen = run(w, [one(0, 500), again])
    assert [seen.contact(1, k).result for k in (0, 1)] == ["blocked", "resolved"]
    w = world({"phone": {"balking": {"share": "50 %"}}})
    again = Ticket(10, [Line(50, flags=BALKS, retry=(600, "same")), Line(50)])
    seen = run(w, [one(0, 500), again])
    assert [seen.contact(1, k).result for k in (0, 1)] == ["balked", "resolved"]


def test_calling_back_does_not_keep_a_message_from_being_chased_5_4(run: Player) -> None:
    channel = {"chase": {"after": "100 ms", "share": "100 %", "channel": "phone"}, "callback": {"accepted": "50 %"}}
    w = world({"email": channel, "phone": {}})
    both = Ticket(10, [Line(50, flags=CALLBACK | CHASES), Line(60)], "email")
    seen = run(w, [one(0, 500, "phone"), both])
    assert (seen.contact(1, 1).kind, seen.contact(1, 1).arrive) == ("chaser", 110)
