"""How a contact ends, and with it a ticket (semantics 5.6, 5.7)."""

from __future__ import annotations

from typing import Any

from sim.demand.tape import CHASES, SILENT
from sim.scenario.resolved import Resolved
from tests.engine.worlds import HOUR, Line, Player, Ticket, one, roster_of, world

HALF = {"help": {"resolved_first": "50 %", "resolved_later": "20 %"}}
CHASED = {"email": {"chase": {"after": "100 ms", "share": "100 %", "channel": "phone"}}, "phone": {}}


def passing(share: str = "40 %", cold: str | None = None, **more: object) -> Resolved:
    """A desk that passes on what it cannot resolve to a back office; both serve the phone."""
    rule = {"to": "back", "share": share} | ({"context": "cold", "adds": cold} if cold else {}) | more
    teams = {"desk": {}, "back": {"serves": ["phone"]}}
    return world(teams=teams, reasons={"help": {"resolved_first": "50 %", "transfer": rule}})


def chased(*lines: Line) -> Ticket:
    """A message at 10 that is chased on the phone at 110."""
    return Ticket(10, [Line(50, flags=CHASES), *lines], "email")


def test_share_resolved_first_then_later_5_6(run: Player) -> None:
    # below 50 % resolves at the first, below 20 % once a handled contact has failed
    w = world(reasons=HALF)
    lines = [Line(10, resolve=0.50, back=(90, "same"))] + [Line(10, resolve=u, back=(90, "same")) for u in (0.3, 0.19)]
    seen = run(w, [Ticket(0, lines)])
    assert [seen.contact(0, k).result for k in range(3)] == ["unresolved", "unresolved", "resolved"]
    assert [seen.contact(0, k).arrive for k in range(3)] == [0, 100, 200]
    assert seen.state(0) == ("agent", 210)


def test_who_abandoned_before_still_has_a_first_handled_contact_5_6(run: Player) -> None:
    lines = [Line(10, patience=5, retry=(90, "same")), Line(10, resolve=0.3)]
    seen = run(world(reasons=HALF), [one(0, 50), Ticket(1, lines)])
    assert [seen.contact(1, k).result for k in range(2)] == ["abandoned", "resolved"]


def test_teams_factor_on_the_share_resolved_5_6(run: Player) -> None:
    for factor, u, result in [
        ("80 %", 0.39, "resolved"),
        ("80 %", 0.41, "unresolved"),
        ({"help": "120 %"}, 0.59, "resolved"),
        ({"help": "120 %"}, 0.61, "unresolved"),
        ("300 %", 0.9999, "resolved"),
    ]:
        w = world(teams={"desk": {"resolves": factor}}, reasons=HALF)
        assert run(w, [one(0, resolve=u)]).contact(0).result == result


def test_unresolved_comes_back_after_the_delay_counted_from_the_customers_end_5_6(run: Player) -> None:
    seen = run(world(reasons=HALF), [Ticket(0, [Line(10, wrap=50, resolve=0.9, back=(90, "same")), Line(10)])])
    assert (seen.contact(0, 1).kind, seen.contact(0, 1).arrive) == ("return", 100)


def test_unresolved_comes_back_on_another_channel_5_6(run: Player) -> None:
    w = world({"phone": {}, "email": {}}, reasons=HALF)
    seen = run(w, [Ticket(0, [Line(10, resolve=0.9, back=(90, "email")), Line(10)])])
    assert seen.contact(0, 1).channel == "email"


def test_unresolved_and_not_coming_back_is_lost_5_6(run: Player) -> None:
    seen = run(world(reasons=HALF), [one(0, 10, resolve=0.9)])
    assert seen.contact(0).result == "unresolved"
    assert seen.state(0) == ("lost", 10)


def test_no_row_left_means_lost_5_6(run: Player) -> None:
    seen = run(world(reasons=HALF), [one(0, 10, resolve=0.9, back=(90, "same"))])
    assert seen.state(0) == ("lost", 10)


def test_transfer_is_a_further_contact_at_the_same_moment_5_6(run: Player) -> None:
    seen = run(passing(), [Ticket(0, [Line(100, wrap=30, resolve=0.9, transfer=0.39), Line(60)])])
    first, second = seen.contact(0, 0), seen.contact(0, 1)
    assert (first.result, first.leave, first.done, first.team) == ("transferred", 100, 130, 0)
    assert (second.kind, second.arrive, second.answer, second.leave) == ("transfer", 100, 100, 160)
    assert (second.team, second.attempt) == (1, 1)
    assert seen.state(0) == ("agent", 160)


def test_share_not_transferred_comes_back_or_is_lost_5_6(run: Player) -> None:
    lines = [Line(100, resolve=0.9, transfer=0.41, back=(70, "same")), Line(60)]
    seen = run(passing(), [Ticket(0, lines)])
    assert [seen.contact(0, k).kind for k in range(2)] == ["first", "return"]


def test_transferred_waits_ahead_of_the_teams_other_queues_5_6(run: Player) -> None:
    w = passing()
    roster = roster_of(w, [("desk", [(0, HOUR)]), ("back", [(0, HOUR)])])
    passed = Ticket(0, [Line(100, resolve=0.9, transfer=0.1), Line(60)])
    # agent 1 (back) is busy until 300; a caller has waited since 20 and agent 0 takes a long one at 100
    seen = run(w, [passed, one(1, 299), one(20, 900), one(30, 40)], roster)
    assert seen.contact(2).answer == 100
    assert seen.contact(0, 1).answer == 300
    assert seen.contact(3).answer == 360


def test_only_the_team_that_takes_over_serves_the_transferred_5_6(run: Player) -> None:
    w = passing()
    roster = roster_of(w, [("desk", [(0, HOUR)]), ("back", [(500, HOUR)])])
    seen = run(w, [Ticket(0, [Line(100, resolve=0.9, transfer=0.1), Line(60)])], roster)
    assert seen.contact(0, 1).answer == 500


def test_the_team_that_takes_over_does_not_pass_on_5_6(run: Player) -> None:
    w = passing("100 %")
    roster = roster_of(w, [("back", [(0, HOUR)])])
    seen = run(w, [Ticket(0, [Line(100, resolve=0.9), Line(60)])], roster)
    assert (seen.contact(0).result, seen.state(0)) == ("unresolved", ("lost", 100))


def test_only_the_teams_named_transfer_5_6(run: Player) -> None:
    seen = run(passing("100 %", teams=["back"]), [Ticket(0, [Line(100, resolve=0.9), Line(60)])])
    assert seen.contact(0).result == "unresolved"


def test_cold_transfer_adds_work_5_6(run: Player) -> None:
    seen = run(passing(cold="25 ms"), [Ticket(0, [Line(100, resolve=0.9, transfer=0.1), Line(60)])])
    assert seen.contact(0, 1).handle == 85
    warm = run(passing(), [Ticket(0, [Line(100, resolve=0.9, transfer=0.1), Line(60)])])
    assert warm.contact(0, 1).handle == 60


def test_work_added_by_a_cold_transfer_is_worked_at_the_teams_speed_5_6(run: Player) -> None:
    rule = {"to": "back", "context": "cold", "adds": "40 ms"}
    teams: dict[str, Any] = {"desk": {}, "back": {"speed": "200 %"}}
    w = world(teams=teams, reasons={"help": {"resolved_first": "50 %", "transfer": rule}})
    seen = run(w, [Ticket(0, [Line(100, resolve=0.9, transfer=0.1), Line(60)])])
    assert seen.contact(0, 1).handle == 50


def test_transfer_without_a_row_left_ends_unresolved_5_6(run: Player) -> None:
    seen = run(passing(), [one(0, 100, resolve=0.9, transfer=0.1)])
    assert (seen.contact(0).result, seen.state(0)) == ("unresolved", ("lost", 100))


def test_transferred_is_never_blocked_balked_or_closed_out_5_6(run: Player) -> None:
    from sim.demand.tape import BALKS

    rule = {"to": "back"}
    phone = {"places": 0, "balking": {"share": "50 %"}, "hours": "mon-sun 08:00-20:00", "when_closed": "lost"}
    teams: dict[str, Any] = {"desk": {}, "back": {}}
    w = world({"phone": phone}, teams, {"help": {"resolved_first": "50 %", "transfer": rule}})
    roster = roster_of(w, [("desk", [(8 * HOUR, 21 * HOUR)]), ("back", [(20 * HOUR + 500, 21 * HOUR)])])
    passed = Ticket(20 * HOUR - 50, [Line(100, resolve=0.9, transfer=0.1), Line(60, flags=BALKS)])
    seen = run(w, [passed], roster)
    assert (seen.contact(0, 1).arrive, seen.contact(0, 1).answer) == (20 * HOUR + 50, 20 * HOUR + 500)


def test_transferred_has_patience_and_may_retry_5_6(run: Player) -> None:
    w = passing()
    roster = roster_of(w, [("desk", [(0, HOUR)]), ("back", [(5000, HOUR)])])
    lines = [Line(100, resolve=0.9, transfer=0.1), Line(60, patience=40, retry=(10, "same")), Line(70)]
    seen = run(w, [Ticket(0, lines)], roster)
    assert (seen.contact(0, 1).result, seen.contact(0, 1).leave) == ("abandoned", 140)
    assert (seen.contact(0, 2).kind, seen.contact(0, 2).answer, seen.contact(0, 2).team) == ("retry", 150, 0)


def test_waiting_message_brings_a_chaser_5_6(run: Player) -> None:
    seen = run(world(CHASED), [one(0, 500, "phone"), chased(Line(40))])
    chaser = seen.contact(1, 1)
    assert (chaser.kind, chaser.channel, chaser.arrive, chaser.attempt) == ("chaser", "phone", 110, 1)


def test_message_that_was_answered_in_time_brings_none_5_6(run: Player) -> None:
    seen = run(world(CHASED), [one(0, 99, "phone"), chased(Line(40))])
    assert (seen.contact(1).answer, seen.contacts(1)) == (99, 1)


def test_chaser_that_is_met_supersedes_the_message_5_6(run: Player) -> None:
    w = world(CHASED, {"desk": {"serves": ["phone", "email"]}})
    seen = run(w, [one(0, 500, "phone"), chased(Line(40))])
    assert (seen.contact(1, 1).answer, seen.contact(1, 1).leave) == (500, 540)
    message = seen.contact(1, 0)
    assert (message.result, message.leave, message.answer) == ("superseded", 540, -1)
    assert seen.state(1) == ("agent", 540)


def test_message_that_is_met_supersedes_the_chaser_5_6(run: Player) -> None:
    seen = run(world(CHASED, {"desk": {"serves": ["email", "phone"]}}), [one(0, 500, "phone"), chased(Line(40))])
    assert (seen.contact(1, 0).answer, seen.contact(1, 0).result) == (500, "resolved")
    chaser = seen.contact(1, 1)
    assert (chaser.result, chaser.leave) == ("superseded", 550)


def test_contacts_to_come_do_not_happen_once_met_5_6(run: Player) -> None:
    # the chaser abandons and would retry at 640; the message is met at 550
    lines = (Line(40, patience=30, retry=(500, "same")), Line(40))
    seen = run(world(CHASED, {"desk": {"serves": ["email", "phone"]}}), [one(0, 500, "phone"), chased(*lines)])
    assert seen.contact(1, 1).result == "abandoned"
    assert seen.contacts(1) == 2
    assert seen.state(1) == ("agent", 550)


def test_contact_in_service_is_finished_although_the_ticket_is_met_5_6(run: Player) -> None:
    w = world(CHASED, {"desk": {"agents": 2, "serves": ["phone", "email"]}})
    tickets = [one(0, 500, "phone"), one(0, 510, "phone"), chased(Line(900, wrap=5), Line(9))]
    seen = run(w, tickets)
    assert (seen.contact(2, 1).answer, seen.contact(2, 0).answer) == (500, 510)
    assert seen.state(2) == ("agent", 560)  # the message
    assert (seen.contact(2, 1).result, seen.contact(2, 1).leave) == ("resolved", 1400)
    assert seen.contacts(2) == 2


def test_unresolved_contact_of_a_ticket_that_is_met_brings_no_further_one_5_6(run: Player) -> None:
    w = world(CHASED, {"desk": {"agents": 2, "serves": ["phone", "email"]}}, HALF)
    late = Line(900, resolve=0.9, back=(50, "same"))
    seen = run(w, [one(0, 500, "phone"), one(0, 510, "phone"), chased(late, Line(9))])
    assert (seen.contact(2, 1).result, seen.contacts(2)) == ("unresolved", 2)


def test_contact_of_a_ticket_that_is_met_is_not_passed_on_5_6(run: Player) -> None:
    reasons = {"help": {"resolved_first": "50 %", "transfer": {"to": "back"}}}
    teams: dict[str, Any] = {"desk": {"agents": 2, "serves": ["phone", "email"]}, "back": {"agents": 0}}
    late = Line(900, resolve=0.9, transfer=0.0)
    seen = run(world(CHASED, teams, reasons), [one(0, 500, "phone"), one(0, 510, "phone"), chased(late, Line(9))])
    assert (seen.contact(2, 1).result, seen.contacts(2)) == ("unresolved", 2)


def test_meeting_a_ticket_leaves_alone_who_has_left_silently_5_6(run: Player) -> None:
    # gone at 210, writes again at 410; the chaser is met at 540: that message leaves the queue, the first one had left
    w = world(CHASED, {"desk": {"serves": ["phone", "email"]}})
    silent = Line(50, flags=CHASES | SILENT, patience=200, retry=(200, "same"))
    seen = run(w, [one(0, 500, "phone"), Ticket(10, [silent, Line(40), Line(30)], "email")])
    assert (seen.contact(1, 0).result, seen.contact(1, 0).leave) == ("abandoned", 210)
    again = seen.contact(1, 2)
    assert (again.kind, again.result, again.leave) == ("retry", "superseded", 540)


def test_unresolved_chaser_leaves_the_message_waiting_5_6(run: Player) -> None:
    w = world(CHASED, {"desk": {"serves": ["phone", "email"]}}, HALF)
    seen = run(w, [one(0, 500, "phone"), chased(Line(40, resolve=0.9))])
    assert seen.contact(1, 1).result == "unresolved"
    assert seen.contact(1, 0).answer == 540
    # the message is a later contact now: 20 % resolve, and its draw is 0.0
    assert seen.state(1) == ("agent", 590)


def test_ticket_is_lost_only_with_its_last_contact_5_7(run: Player) -> None:
    w = world(CHASED, {"desk": {"serves": ["phone", "email"]}}, HALF)
    lines = [Line(50, flags=CHASES, resolve=0.99), Line(40, patience=20)]
    seen = run(w, [one(0, 500, "phone"), Ticket(10, lines, "email")])
    assert (seen.contact(1, 1).result, seen.contact(1, 1).leave) == ("abandoned", 130)
    assert seen.state(1) == ("lost", 550)  # the message's end, not the chaser's


def test_message_with_no_row_left_waits_on_without_a_chaser_5_6(run: Player) -> None:
    seen = run(world(CHASED), [one(0, 500, "phone"), Ticket(10, [Line(50, flags=CHASES)], "email")])
    assert (seen.contact(1).answer, seen.contacts(1)) == (500, 1)


def test_silent_customer_who_was_met_elsewhere_still_costs_the_notice_5_4_5_6(run: Player) -> None:
    channels = {**CHASED, "email": {**CHASED["email"], "notice": "30 ms"}}
    w = world(channels, {"desk": {"agents": 1, "serves": ["phone", "email"]}})
    lines = [Line(50, flags=CHASES | SILENT, patience=200), Line(40)]
    seen = run(w, [one(0, 500, "phone"), Ticket(10, lines, "email")])
    assert seen.state(1) == ("agent", 540)
    message = seen.contact(1, 0)
    assert (message.result, message.leave, message.done) == ("abandoned", 210, 570)


def test_open_at_the_end_5_7(run: Player) -> None:
    w = world(length="1 h", reasons=HALF)
    waiting, served = one(HOUR - 10, 30), one(HOUR - 20, 30)
    back = Ticket(0, [Line(10, resolve=0.9, back=(2 * HOUR, "same")), Line(10)])
    seen = run(w, [back, served, waiting])
    assert [seen.state(i) for i in range(3)] == [("open", -1)] * 3
    assert seen.contacts(0) == 1
