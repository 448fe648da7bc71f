"""Closed channels (semantics 5.3)."""

from __future__ import annotations

from sim.demand.tape import SILENT
from sim.kpis import check_conservation
from tests.engine.worlds import DAY, HOUR, Line, Player, Ticket, one, roster_of, world

OPEN, SHUT = 8 * HOUR, 20 * HOUR
HOURS = "mon-sun 08:00-20:00"


def test_closed_waits_in_the_queue_5_3(run: Player) -> None:
    w = world({"phone": {"hours": HOURS, "when_closed": "wait"}})
    seen = run(w, [one(HOUR, 50)], roster_of(w, [("desk", [(OPEN, SHUT)])]))
    assert (seen.contact(0).arrive, seen.contact(0).queued, seen.contact(0).answer) == (HOUR, HOUR, OPEN)


def test_closed_reopens_after_its_delay_and_counts_as_arriving_then_5_3(run: Player) -> None:
    w = world({"phone": {"hours": HOURS, "when_closed": "reopen"}})
    seen = run(w, [one(HOUR, 50, reopen=7_000), one(SHUT, 50, reopen=3_000)])
    assert (seen.contact(0).arrive, seen.contact(0).answer) == (OPEN + 7_000, OPEN + 7_000)
    assert (seen.contact(1).arrive, seen.contact(1).queued) == (DAY + OPEN + 3_000, DAY + OPEN + 3_000)
    assert seen.contact(0).kind == "first"


def test_reopening_skips_the_days_on_which_the_channel_stays_closed_5_3(run: Player) -> None:
    w = world({"phone": {"hours": "mon,thu 08:00-20:00", "when_closed": "reopen"}}, length="5 days")
    seen = run(w, [one(SHUT + 1, 50, reopen=5)])
    assert seen.contact(0).arrive == 3 * DAY + OPEN + 5


def test_reopening_after_the_horizon_leaves_the_ticket_open_5_3(run: Player) -> None:
    w = world({"phone": {"hours": HOURS, "when_closed": "reopen"}}, length="1 day")
    seen = run(w, [one(SHUT + 1, 50, reopen=5)])
    assert seen.contacts(0) == 0
    assert seen.state(0) == ("open", -1)


def test_closed_lost_is_turned_away_and_may_retry_5_3(run: Player) -> None:
    w = world({"phone": {"hours": HOURS, "when_closed": "lost"}})
    again = Ticket(OPEN - 100, [Line(50, retry=(300, "same")), Line(50)])
    seen = run(w, [one(HOUR, 50), again])
    assert (seen.contact(0).result, seen.contact(0).leave, seen.state(0)) == ("closed", HOUR, ("lost", HOUR))
    assert seen.contact(1, 0).result == "closed"
    assert (seen.contact(1, 1).kind, seen.contact(1, 1).arrive) == ("retry", OPEN + 200)
    assert seen.state(1) == ("agent", OPEN + 250)


def test_closed_turns_away_even_where_agents_are_idle_5_3(run: Player) -> None:
    seen = run(world({"phone": {"hours": HOURS, "when_closed": "lost"}}), [one(HOUR, 50)])
    assert seen.contact(0).result == "closed"


def test_queue_at_closing_is_served_as_long_as_agents_are_there_5_3(run: Player) -> None:
    w = world({"phone": {"hours": HOURS, "at_close": "serve"}})
    tickets = [one(SHUT - 100, 200), one(SHUT - 90, 200), one(SHUT - 80, 200)]
    seen = run(w, tickets, roster_of(w, [("desk", [(OPEN, SHUT + 150)])]))
    assert seen.answers() == [SHUT - 100, SHUT + 100, -1]
    assert seen.contact(2).result == "waiting"


def test_queue_at_closing_is_disconnected_and_tries_again_5_3(run: Player) -> None:
    w = world({"phone": {"hours": HOURS, "at_close": "clear"}})
    again = Ticket(SHUT - 80, [Line(50, retry=(13 * HOUR, "same")), Line(50)])
    seen = run(w, [one(SHUT - 100, 200), one(SHUT - 90, 200), again])
    assert [seen.contact(i).result for i in range(3)] == ["resolved", "disconnected", "disconnected"]
    assert seen.contact(0).leave == SHUT + 100  # who is served at closing time is served to the end
    assert (seen.contact(1).leave, seen.state(1)) == (SHUT, ("lost", SHUT))
    assert seen.contact(2, 1).arrive == SHUT + 13 * HOUR
    assert seen.state(2)[0] == "agent"


def test_clearing_leaves_the_queues_of_other_channels_alone_5_3(run: Player) -> None:
    w = world({"phone": {"hours": HOURS, "at_close": "clear"}, "email": {}})
    seen = run(w, [one(SHUT - 100, 200), one(SHUT - 90, 30, "email"), one(SHUT - 80, 30)])
    assert seen.contact(1).answer == SHUT + 100
    assert seen.contact(2).result == "disconnected"


def test_clearing_does_not_disconnect_who_had_left_silently_5_3_5_4(run: Player) -> None:
    w = world({"chat": {"hours": HOURS, "at_close": "clear", "notice": "50 ms"}})
    silent = one(SHUT - 90, 30, patience=40, flags=SILENT)
    seen = run(w, [one(SHUT - 100, 200), silent])
    gone = seen.contact(1)
    assert (gone.result, gone.leave, gone.agent) == ("abandoned", SHUT - 50, -1)  # and nobody has to find out
    assert seen.state(1) == ("lost", SHUT - 50)
    assert seen.busy(0) == [(SHUT - 100, SHUT + 100)]


def test_work_put_aside_ends_unresolved_when_the_queue_is_cleared_5_3(run: Player) -> None:
    channels = {"phone": {}, "email": {"hours": HOURS, "at_close": "clear", "interruptible": True}}
    aside = Ticket(SHUT - 100, [Line(300, back=(14 * HOUR, "same")), Line(50)], "email")
    seen = run(world(channels), [aside, one(SHUT - 60, 500)])
    assert (seen.contact(0).result, seen.contact(0).leave, seen.contact(0).done) == ("unresolved", SHUT, SHUT)
    assert seen.contact(0).handle == 40
    assert (seen.contact(0, 1).kind, seen.contact(0, 1).arrive) == ("return", SHUT + 14 * HOUR)


def test_hours_follow_the_local_clock_when_clocks_change_4_1(run: Player) -> None:
    # 28 March 2027: at 02:00 in Berlin it becomes 03:00, so 08:00 is 7 hours after midnight
    w = world(
        {"phone": {"hours": HOURS}}, horizon={"start": "2027-03-28", "timezone": "Europe/Berlin"}, length="2 days"
    )
    seen = run(w, [one(7 * HOUR - 1, 5), one(7 * HOUR, 5), one(19 * HOUR - 1, 5), one(19 * HOUR, 5)])
    assert [seen.contact(i).result for i in range(4)] == ["closed", "resolved", "resolved", "closed"]


def test_a_delay_longer_than_the_opening_is_folded_into_it_5_3(run: Player) -> None:
    # 25 hours after an opening of 12 hours: as if it were 1 hour, so that nobody meets a closed channel for ever
    w = world({"phone": {"hours": HOURS, "when_closed": "reopen"}})
    seen = run(w, [one(HOUR, 50, reopen=25 * HOUR), one(2 * HOUR, 50, reopen=12 * HOUR - 1)])
    assert seen.contact(0).arrive == OPEN + HOUR
    assert seen.contact(1).arrive == SHUT - 1


def test_a_drained_run_ends_with_the_last_arrival_even_if_nobody_serves_it_4_1(run: Player) -> None:
    w = world(teams={"desk": {"agents": 0}}, horizon={"at_end": "drain"})
    seen = run(w, [one(2 * HOUR, 10), one(40 * HOUR, 10)])
    assert [seen.contact(i).arrive for i in range(2)] == [2 * HOUR, 40 * HOUR]
    check_conservation(w, seen.tape, seen.outcomes)  # raises where contacts lie beyond the end


def test_a_queue_that_was_cleared_counts_from_nothing_5_3_5_4(run: Player) -> None:
    # on the eve ticket 2 left from behind ticket 1, which was disconnected; the next day has its two places again
    w = world({"phone": {"hours": HOURS, "at_close": "clear", "places": 2}})
    eve = [one(SHUT - 100, 200), one(SHUT - 90), one(SHUT - 80, patience=20)]
    seen = run(w, eve + [one(DAY + OPEN + at, 500) for at in (0, 10, 20, 30)])
    assert [seen.contact(i).result for i in range(3)] == ["resolved", "disconnected", "abandoned"]
    assert [seen.contact(i).result for i in range(3, 7)] == ["resolved", "resolved", "resolved", "blocked"]
