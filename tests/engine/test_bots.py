"""Self-service and bots (semantics 5.1, 5.2): what the engine makes of the tape, and scenarios all the way through."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sim.demand import tape as tapes
from sim.demand.tape import BOT_FAILS, BOT_HANDS_OVER, BOT_RESOLVES, SILENT
from sim.engine import outcomes as out
from sim.engine import simulate
from sim.scenario.resolved import Resolved
from tests.engine.worlds import DAY, HOUR, MIN, Line, Player, Ticket, one, roster_of, world

IVR = {"ivr": {"channels": ["phone"], "contains": {"help": "50 %"}}}
HOURS = {"hours": "mon-sun 08:00-20:00"}


def bot(at: int, flag: int, session: int = 300, **draws: Any) -> Ticket:
    """A ticket whose only contact meets the bot."""
    return one(at, bot=0, bot_ms=session, flags=flag, **draws)


def served(ways: dict[str, Any], **more: Any) -> Resolved:
    """A phone with plenty of agents, 20 needs an hour, and what the test is about."""
    return world(
        {"phone": {}, "email": {}},
        {"desk": {"agents": 50}},
        {"help": {"rate": "20 /h", "channels": {"phone": "100 %"}, "handle": "3 min", **more.pop("reason", {})}},
        **ways,
        **more,
    )


# 5.1 self-service


def test_resolved_by_self_service_makes_no_contact_5_1(run: Player) -> None:
    seen = run(world(), [Ticket(10, [Line()], fate=tapes.SELF_RESOLVED, self_end=500, first=-1)])
    assert seen.contacts(0) == 0
    assert seen.state(0) == ("self_service", 500)


def test_falsely_resolved_and_gone_is_lost_when_the_session_ends_5_1(run: Player) -> None:
    seen = run(world(), [Ticket(10, [Line()], fate=tapes.SELF_FALSE_GONE, self_end=500, first=-1)])
    assert seen.contacts(0) == 0
    assert seen.state(0) == ("lost", 500)


def test_falsely_resolved_comes_back_later_5_1(run: Player) -> None:
    seen = run(world(), [Ticket(10, [Line(50)], fate=tapes.SELF_FALSE_BACK, self_end=500, first=HOUR)])
    assert (seen.contact(0).arrive, seen.contact(0).kind) == (HOUR, "first")
    assert seen.state(0) == ("agent", HOUR + 50)


def test_visible_failure_goes_on_when_the_session_ends_5_1(run: Player) -> None:
    seen = run(world(), [Ticket(10, [Line(50)], fate=tapes.SELF_FAILED, self_end=500, first=500), one(400, 300)])
    assert seen.contact(0).arrive == 500
    assert seen.contact(0).answer == 700  # behind those who came while the customer tried


def test_sessions_of_self_service_beyond_the_end_are_open_5_1(run: Player) -> None:
    w = world(length="1 h")
    late = [Ticket(10, [Line()], fate=f, self_end=HOUR, first=-1) for f in (tapes.SELF_RESOLVED, tapes.SELF_FALSE_GONE)]
    seen = run(w, [*late, Ticket(20, [Line()], fate=tapes.SELF_FAILED, self_end=HOUR, first=HOUR)])
    assert [seen.state(i) for i in range(3)] == [("open", -1)] * 3
    drained = run(world(length="1 h", horizon={"at_end": "drain"}), late)
    assert [drained.state(i) for i in range(2)] == [("self_service", HOUR), ("lost", HOUR)]


@pytest.mark.parametrize(
    ("block", "state", "contacts"),
    [
        ({"resolves": {"help": "100 %"}}, out.BY_SELF_SERVICE, 0),
        ({"resolves": {"help": "0 %"}}, out.BY_AGENT, 1),
        ({"resolves": {"help": "0 %"}, "false_resolved": "100 %", "comes_back": {"share": "0 %"}}, out.LOST, 0),
        ({"resolves": {"help": "0 %"}, "false_resolved": "100 %", "comes_back": {"after": "1 h"}}, out.BY_AGENT, 1),
    ],
)
def test_every_fate_of_self_service_from_a_scenario_5_1(
    engine: str, block: dict[str, Any], state: int, contacts: int
) -> None:
    w = served({"self_service": {"pages": {"reach": "100 %", "takes": "5 min", **block}}})
    seen = simulate(w, 1, 0, engine)
    ended = seen.outcomes.end_ms >= 0
    assert ended.sum() > 500
    assert set(seen.outcomes.state[ended]) == {state}
    first = seen.outcomes.kind[: seen.tape.tickets]
    assert (first[ended] == (out.FIRST if contacts else -1)).all()
    if contacts:  # 5 min in self-service, and the hour after a false resolution
        wait = seen.outcomes.arrive_ms[: seen.tape.tickets][ended] - seen.tape.need_ms[ended]
        assert set(wait) == {5 * MIN + (HOUR if "false_resolved" in block else 0)}


def test_comes_back_on_the_declared_channel_5_1(engine: str) -> None:
    back = {"after": "1 h", "channels": {"email": "100 %"}}
    block = {"reach": "100 %", "resolves": {"help": "0 %"}, "false_resolved": "100 %", "comes_back": back}
    seen = simulate(served({"self_service": {"pages": block}}), 1, 0, engine)
    assert set(seen.outcomes.channel[seen.outcomes.kind >= 0]) == {1}


def test_only_the_first_that_reaches_is_tried_5_1(engine: str) -> None:
    ways = {
        "pages": {"reach": "50 %", "resolves": {"help": "0 %"}},
        "other": {"reach": "100 %", "resolves": {"help": "100 %"}},
    }
    seen = simulate(served({"self_service": ways}), 1, 0, engine)
    by_pages = seen.tape.self_service == 0
    done = seen.outcomes.end_ms >= 0
    assert (seen.outcomes.state[by_pages & done] == out.BY_AGENT).all()
    assert (seen.outcomes.state[~by_pages & done] == out.BY_SELF_SERVICE).all()
    n, share = len(by_pages), by_pages.mean()
    assert abs(share - 0.5) / np.sqrt(0.25 / n) < 3.5


def test_reasons_not_named_do_not_try_it_5_1(engine: str) -> None:
    ways = {"pages": {"reach": "100 %", "resolves": {"other": "100 %"}}}
    w = world(
        {"phone": {}}, {"desk": {"agents": 9}}, {"help": {"rate": "5 /h"}, "other": {"rate": "5 /h"}}, self_service=ways
    )
    seen = simulate(w, 1, 0, engine)
    assert (seen.tape.self_service[seen.tape.reason == 0] == -1).all()
    assert (seen.tape.self_service[seen.tape.reason == 1] == 0).all()


# 5.2 bots


def test_contained_and_resolved_5_2(run: Player) -> None:
    seen = run(world(bots=IVR), [bot(10, BOT_RESOLVES)])
    contact = seen.contact(0)
    assert (contact.result, contact.arrive, contact.leave) == ("bot_resolved", 10, 310)
    assert (contact.queued, contact.answer, contact.agent, contact.handle) == (-1, -1, -1, 0)
    assert seen.state(0) == ("bot", 310)
    assert seen.response(0) == 10
    assert seen.busy(0) == []


def test_contained_and_not_resolved_comes_back_or_is_lost_5_2(run: Player) -> None:
    back = Ticket(10, [Line(bot=0, bot_ms=300, flags=BOT_FAILS, back=(90, "same")), Line(50)])
    seen = run(world(bots=IVR), [back, bot(20, BOT_FAILS)])
    assert seen.contact(0, 0).result == "bot_unresolved"
    assert (seen.contact(0, 1).kind, seen.contact(0, 1).arrive, seen.state(0)) == ("return", 400, ("agent", 450))
    assert seen.state(1) == ("lost", 320)


def test_handed_over_is_offered_at_that_moment_5_2(run: Player) -> None:
    seen = run(world(bots=IVR), [bot(10, BOT_HANDS_OVER, work=70)])
    contact = seen.contact(0)
    assert (contact.arrive, contact.queued, contact.answer, contact.leave) == (10, 310, 310, 380)
    assert seen.state(0) == ("agent", 380)
    assert seen.response(0) == 10  # the bot answered first


def test_a_session_holds_no_place_and_no_agent_5_2(run: Player) -> None:
    w = world({"phone": {"places": 0}}, bots=IVR)
    seen = run(w, [bot(0, BOT_HANDS_OVER), one(10, 500), bot(20, BOT_RESOLVES)])
    assert seen.contact(1).answer == 10
    assert seen.contact(0).result == "blocked"  # at 300, when the agent is busy and there is no place
    assert seen.contact(2).result == "bot_resolved"


def test_bot_meets_retries_and_returns_5_2(run: Player) -> None:
    w = world(bots=IVR)
    line = Line(50, patience=40, retry=(60, "same"))
    seen = run(w, [one(0, 500), Ticket(10, [line, Line(bot=0, bot_ms=30, flags=BOT_RESOLVES)])])
    assert (seen.contact(1, 1).kind, seen.contact(1, 1).result, seen.state(1)) == (
        "retry",
        "bot_resolved",
        ("bot", 140),
    )
    failing = Ticket(0, [Line(50, resolve=0.999, back=(60, "same")), Line(bot=0, bot_ms=30, flags=BOT_RESOLVES)])
    w = world(bots=IVR, reasons={"help": {"resolved_first": "50 %"}})
    assert run(w, [failing]).contact(0, 1).result == "bot_resolved"


def test_bot_meets_chasers_5_2(run: Player) -> None:
    channels = {"email": {"chase": {"after": "100 ms", "share": "100 %", "channel": "phone"}}, "phone": {}}
    lines = [Line(50, flags=tapes.CHASES), Line(bot=0, bot_ms=30, flags=BOT_RESOLVES)]
    seen = run(world(channels, bots=IVR), [one(0, 500, "phone"), Ticket(10, lines, "email")])
    assert seen.contact(1, 1).result == "bot_resolved"
    assert (seen.contact(1, 0).result, seen.contact(1, 0).leave) == ("superseded", 140)
    assert seen.state(1) == ("bot", 140)


def test_bot_does_not_meet_transfers_5_2(run: Player) -> None:
    reasons = {"help": {"resolved_first": "50 %", "transfer": {"to": "back"}}}
    teams = {"desk": {}, "back": {"serves": ["phone"]}}
    w = world(teams=teams, reasons=reasons, bots=IVR)
    lines = [Line(50, resolve=0.999, transfer=0.1), Line(70, bot=0, bot_ms=30, flags=BOT_RESOLVES)]
    roster = roster_of(w, [("desk", [(0, DAY)]), ("back", [(0, DAY)])])
    seen = run(w, [Ticket(0, lines)], roster)
    assert (seen.contact(0, 1).kind, seen.contact(0, 1).result, seen.contact(0, 1).leave) == (
        "transfer",
        "resolved",
        120,
    )


def test_bot_that_is_always_open_answers_a_closed_channel_5_2(run: Player) -> None:
    w = world({"phone": {**HOURS, "when_closed": "lost"}}, bots=IVR)
    seen = run(w, [bot(HOUR, BOT_RESOLVES), bot(HOUR, BOT_HANDS_OVER), bot(8 * HOUR - 100, BOT_HANDS_OVER)])
    assert seen.contact(0).result == "bot_resolved"
    assert (seen.contact(1).result, seen.contact(1).leave) == ("closed", HOUR + 300)
    assert seen.contact(2).answer == 8 * HOUR + 200  # open by the time of the handover


def test_bot_that_is_not_always_open_does_not_answer_a_closed_channel_5_2(run: Player) -> None:
    bots = {"ivr": {**IVR["ivr"], "always_open": False}}
    w = world({"phone": {**HOURS, "when_closed": "lost"}}, bots=bots)
    seen = run(w, [bot(HOUR, BOT_RESOLVES), bot(9 * HOUR, BOT_RESOLVES)])
    assert [seen.contact(i).result for i in (0, 1)] == ["closed", "bot_resolved"]


def test_handover_to_a_channel_that_reopens_is_offered_then_5_2_5_3(run: Player) -> None:
    w = world({"phone": {**HOURS, "when_closed": "reopen"}}, bots=IVR)
    seen = run(w, [bot(HOUR, BOT_HANDS_OVER, reopen=7_000)])
    contact = seen.contact(0)
    assert (contact.arrive, contact.queued, contact.answer) == (HOUR, 8 * HOUR + 7_000, 8 * HOUR + 7_000)


def test_bot_that_waits_for_the_opening_meets_who_comes_then_5_2_5_3(run: Player) -> None:
    bots = {"ivr": {**IVR["ivr"], "always_open": False}}
    w = world({"phone": {**HOURS, "when_closed": "reopen"}}, bots=bots)
    seen = run(w, [bot(HOUR, BOT_RESOLVES, reopen=7_000)])
    assert (seen.contact(0).arrive, seen.contact(0).leave) == (8 * HOUR + 7_000, 8 * HOUR + 7_300)
    assert seen.contact(0).queued == -1  # never offered to the agents


def test_session_at_the_end_is_in_service_5_2(run: Player) -> None:
    seen = run(world(length="1 h", bots=IVR), [bot(HOUR - 100, BOT_RESOLVES)])
    assert (seen.contact(0).result, seen.contact(0).leave, seen.state(0)) == ("in_service", -1, ("open", -1))


def test_silent_leaving_while_the_bot_talks_does_not_happen_5_2(run: Player) -> None:
    seen = run(world(bots=IVR), [bot(10, BOT_HANDS_OVER | SILENT, patience=100, work=70)])
    assert seen.contact(0).result == "resolved"  # patience starts with the handover


@pytest.mark.parametrize(
    ("block", "work"),
    [
        ({"handover": {"context": "warm", "handle": "50 %"}}, 90),
        ({"handover": {"context": "cold", "adds": "2 min", "handle": "50 %"}}, 300),
    ],
)
def test_warm_and_cold_handover_from_a_scenario_5_2(engine: str, block: dict[str, Any], work: int) -> None:
    bots = {"ivr": {"channels": ["phone"], "contains": {"help": "0 %"}, "session": "1 min", **block}}
    seen = simulate(served({"bots": bots}), 1, 0, engine)
    done = seen.outcomes.done_ms >= 0
    assert done.sum() > 500
    assert set(seen.outcomes.handle_ms[done]) == {work * 1000}  # 3 min x 50 %, or 3 min + 2 min
    assert set((seen.outcomes.queue_ms - seen.outcomes.arrive_ms)[done]) == {MIN}


def test_takes_and_reasons_named_from_a_scenario_5_2(engine: str) -> None:
    bots = {"ivr": {"channels": ["phone"], "takes": "40 %", "contains": {"help": "100 %"}}}
    reasons = {"help": {"rate": "20 /h"}, "other": {"rate": "20 /h"}}
    w = world({"phone": {}}, {"desk": {"agents": 20}}, reasons, bots=bots)
    seen = simulate(w, 1, 0, engine)
    done = seen.outcomes.end_ms >= 0
    help_, other = done & (seen.tape.reason == 0), done & (seen.tape.reason == 1)
    assert set(seen.outcomes.state[other]) == {out.BY_AGENT}
    share = (seen.outcomes.state[help_] == out.BY_BOT).mean()
    assert abs(share - 0.4) / np.sqrt(0.24 / help_.sum()) < 3.5
