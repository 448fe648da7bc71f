"""The clock and the order of events within a tick (semantics 4.1, 4.2)."""

from __future__ import annotations

from itertools import permutations

import pytest

from sim.demand.tape import CHASES
from sim.engine import play, simulate
from sim.engine.plan import make_plan
from tests.engine.worlds import HOUR, Line, Player, S, Ticket, one, roster_of, tape_of, world


def test_patience_equal_to_the_wait_is_served_4_2(run: Player) -> None:
    seen = run(world(), [one(0, 500), one(100, 70, patience=400), one(100, 70, patience=470)])
    assert seen.contact(1).result == "resolved"
    assert seen.contact(1).answer == 500
    assert seen.contact(2).answer == 570  # the next end is at 570 as well: 500 + 70


def test_patience_one_tick_shorter_is_not_served_4_2(run: Player) -> None:
    seen = run(world(), [one(0, 500), one(100, 70, patience=399)])
    assert (seen.contact(1).result, seen.contact(1).leave, seen.contact(1).answer) == ("abandoned", 499, -1)
    assert seen.state(1) == ("lost", 499)


def test_agent_who_comes_on_at_the_tick_of_an_arrival_takes_it_4_2(run: Player) -> None:
    w = world()
    seen = run(w, [one(HOUR, 50)], roster_of(w, [("desk", [(HOUR, 2 * HOUR)])]))
    assert (seen.contact(0).answer, seen.contact(0).agent) == (HOUR, 0)


def test_agent_who_goes_off_at_the_tick_of_an_arrival_does_not_take_it_4_2(run: Player) -> None:
    w = world()
    seen = run(w, [one(HOUR, 50)], roster_of(w, [("desk", [(0, HOUR)])]))
    assert (seen.contact(0).result, seen.contact(0).answer) == ("waiting", -1)


def test_end_of_talk_comes_before_the_arrival_of_its_tick_4_2(run: Player) -> None:
    # without a waiting place, the second contact would be blocked if the end came after it
    seen = run(world({"phone": {"places": 0}}), [one(0, 500), one(500, 50)])
    assert (seen.contact(1).result, seen.contact(1).answer) == ("resolved", 500)


def test_end_of_talk_comes_before_the_agents_end_of_duty_4_2(run: Player) -> None:
    # freed at the tick at which duty ends, the agent takes one more contact and finishes it after the end
    w = world()
    seen = run(w, [one(HOUR - 100, 100), one(HOUR - 50, 30)], roster_of(w, [("desk", [(0, HOUR)])]))
    assert (seen.contact(1).answer, seen.contact(1).leave) == (HOUR, HOUR + 30)
    assert seen.duty(0) == [(0, HOUR + 30)]


def test_who_goes_off_leaves_before_who_comes_on_takes_4_2(run: Player) -> None:
    # agent 1 hands over to agent 0 at one tick; whoever waits is taken by the one who comes
    w = world()
    roster = roster_of(w, [("desk", [(HOUR, 2 * HOUR)]), ("desk", [(0, HOUR)])])
    seen = run(w, [one(0, HOUR), one(10, 50)], roster)
    assert seen.agents() == [1, 1]  # ... unless the end of talk at that tick has freed the other first
    seen = run(w, [one(0, HOUR + 5), one(10, 50)], roster)
    assert seen.agents() == [1, 0]
    assert seen.answers()[1] == HOUR


def test_closing_comes_before_arrivals_and_opening_too_4_2(run: Player) -> None:
    w = world({"phone": {"hours": "mon-sun 08:00-20:00", "when_closed": "lost"}})
    seen = run(w, [one(8 * HOUR - 1), one(8 * HOUR), one(20 * HOUR - 1), one(20 * HOUR)])
    assert [seen.contact(i).result for i in range(4)] == ["closed", "resolved", "resolved", "closed"]


def test_arrivals_of_one_tick_come_by_contact_4_2(run: Player) -> None:
    # the retry of ticket 0 (a second contact) arrives with the first contact of ticket 2, and comes after it
    retrying = Ticket(10, [Line(50, patience=40, retry=(50, "same")), Line(50)])
    seen = run(world(), [one(0, 200), retrying, one(100, 30)])
    assert seen.contact(1, 1).arrive == seen.contact(2).arrive == 100
    assert seen.contact(2).answer == 200
    assert seen.contact(1, 1).answer == 230


def test_message_is_chased_at_the_tick_at_which_patience_ends_4_2(run: Player) -> None:
    channels = {"email": {"chase": {"after": "100 ms", "share": "100 %", "channel": "phone"}}, "phone": {}}
    teams = {"desk": {"serves": ["email", "phone"]}}
    waiting = Ticket(10, [Line(50, patience=100, flags=CHASES), Line(60)], "email")
    seen = run(world(channels, teams), [one(0, 500), waiting])
    assert seen.contact(1, 0).result == "abandoned"
    assert (seen.contact(1, 1).kind, seen.contact(1, 1).channel, seen.contact(1, 1).arrive) == ("chaser", "phone", 110)


def test_overflow_comes_before_the_end_of_patience_4_2(run: Player) -> None:
    teams = {"first": {}, "second": {"serves": [{"channel": "phone", "after": "100 ms"}]}}
    seen = run(world(teams=teams), [one(0, 500), one(10, 50, patience=100)])
    assert (seen.contact(1).answer, seen.contact(1).team) == (110, 1)


def test_talk_ends_by_contact_within_a_tick_4_2(run: Player) -> None:
    # both agents are free at 300; the one whose contact has the lower number becomes idle first
    seen = run(world(teams={"desk": {"agents": 2}}), [one(0, 300), one(100, 200), one(400, 10), one(400, 10)])
    assert seen.agents() == [0, 1, 0, 1]
    seen = run(world(teams={"desk": {"agents": 2}}), [one(0, 300), one(100, 199), one(400, 10), one(400, 10)])
    assert seen.agents() == [0, 1, 1, 0]


def test_talk_ends_by_contact_and_not_by_agent_4_2(run: Player) -> None:
    # both are free at 500, and the higher agent has the lower contact
    talks = [one(0, 100), one(10, 490), one(200, 300), one(600, 10), one(600, 10)]
    assert run(world(teams={"desk": {"agents": 2}}), talks).agents() == [0, 1, 0, 1, 0]


def test_ends_after_a_lifetime_come_in_order_4_2(run: Player) -> None:
    years_139 = 2**42
    w = world(teams={"desk": {"agents": 2}}, length="1 h", horizon={"at_end": "drain"})
    seen = run(w, [one(0, years_139 + 5), one(1, years_139), one(2, 10)])
    assert seen.leaves() == [years_139 + 5, years_139 + 1, years_139 + 11]


def test_events_at_the_end_of_the_horizon_do_not_happen_4_1(run: Player) -> None:
    w = world(length="1 h")
    seen = run(w, [one(HOUR - 100, 100), one(HOUR - 50, 10)])
    assert (seen.contact(0).result, seen.contact(0).leave, seen.contact(0).handle) == ("in_service", -1, 100)
    assert seen.contact(1).result == "waiting"
    assert seen.state(0) == seen.state(1) == ("open", -1)


def test_drained_horizon_finishes_every_contact_4_1(run: Player) -> None:
    w = world(length="1 h", horizon={"at_end": "drain"})
    seen = run(w, [one(HOUR - 100, 200), one(HOUR - 50, 10)])
    assert seen.leaves() == [HOUR + 100, HOUR + 110]
    assert seen.duty(0) == [(0, HOUR + 110)]


def test_drained_horizon_without_contacts_is_empty_4_1(run: Player) -> None:
    w = world(length="1 h", horizon={"at_end": "drain"})
    seen = run(w, [])
    assert seen.duty(0) == [(0, HOUR)]


def test_drained_horizon_counts_no_duty_after_the_last_contact_4_1(run: Player) -> None:
    shifts = {"day": {"days": "mon-sun", "hours": "08:00-16:00"}}
    w = world(teams={"desk": {"shifts": shifts}}, length="1 day", horizon={"at_end": "drain"})
    seen = run(w, [one(15 * HOUR, 10), one(17 * HOUR, 10)])
    assert seen.leaves() == [15 * HOUR + 10, 32 * HOUR + 10]
    assert seen.duty(0) == [(8 * HOUR, 16 * HOUR), (32 * HOUR, 32 * HOUR + 10)]


def test_unknown_engine_is_named() -> None:
    w = world()
    with pytest.raises(ValueError, match="no engine 'swift'; there are: simpy"):
        simulate(w, 0, 0, engine="swift")
    with pytest.raises(ValueError, match="no engine 'swift'"):
        play(make_plan(w), tape_of(w, []), roster_of(w), engine="swift")


def test_a_duration_of_one_millisecond_is_worked_4_1(run: Player) -> None:
    seen = run(world(teams={"desk": {"speed": "5000 %"}}), [one(S, 1), one(S, 1)])
    assert seen.leaves() == [S + 1, S + 2]  # never rounded to nothing, however fast the team


def test_first_contacts_beyond_the_end_do_not_stop_what_goes_on_before_4_1(run: Player) -> None:
    # self-service that ends after the run; a drained run meets that contact too
    from sim.demand.tape import SELF_FAILED

    late = Ticket(0, [Line(10)], fate=SELF_FAILED, self_end=2 * HOUR, first=2 * HOUR)
    cut = run(world(length="1 h"), [late, one(HOUR - 100, 50)])
    assert (cut.leaves()[1], cut.contacts(0), cut.state(0)) == (HOUR - 50, 0, ("open", -1))
    drained = run(world(length="1 h", horizon={"at_end": "drain"}), [late, one(HOUR - 100, 50)])
    assert drained.leaves() == [2 * HOUR + 10, HOUR - 50]


def test_events_come_in_order_whatever_the_order_of_scheduling_4_2(run: Player) -> None:
    # agents become free one after another, and who waits takes them in that order
    for agents in (4, 5):
        w = world(teams={"desk": {"agents": agents}})
        for work in permutations(range(100, 100 + agents)):
            seen = run(w, [one(0, ms) for ms in work] + [one(10, 1000) for _ in work])
            assert seen.answers()[agents:] == sorted(work), work


def test_retries_come_in_order_whatever_the_order_of_scheduling_4_2(run: Player) -> None:
    # all give up at 15 and call again after delays of their own; from 1000 on they are served as they came then
    for callers in (4, 5):
        for delays in permutations(range(callers)):
            again = [Ticket(10, [Line(patience=5, retry=(50 + ms, "same")), Line(10)]) for ms in delays]
            seen = run(world(), [one(0, 1000), *again])
            assert [seen.contact(1 + i, 1).answer for i in range(callers)] == [1000 + 10 * ms for ms in delays]


def test_a_duty_that_follows_another_at_once_goes_on_4_2_6_1(run: Player) -> None:
    # off before on: the end of the first stretch must not end the second, which begins at its tick
    w = world()
    seen = run(w, [one(150, 10)], roster_of(w, [("desk", [(0, 100), (100, 200)])]))
    assert seen.answers() == [150]


def test_work_in_hand_is_cut_at_the_end_of_the_horizon_5_7(run: Player) -> None:
    # the talk lasts into the end, which does not happen any more; a chat and a call are told alike
    w = world({"phone": {}, "chat": {"parallel": 2}}, {"desk": {"agents": 2}}, length="1 h")
    seen = run(w, [one(HOUR - 50, 50), one(HOUR - 40, 70, "chat")])
    for ticket, since in enumerate((50, 40)):
        contact = seen.contact(ticket)
        assert (contact.result, contact.leave, contact.done, contact.handle) == ("in_service", -1, -1, since)
        assert seen.busy(ticket) == [(HOUR - since, HOUR)]
        assert seen.duty(ticket) == [(0, HOUR)]
        assert seen.state(ticket) == ("open", -1)
