"""How good agents are while they are new (semantics 5.6, 6.3)."""

from __future__ import annotations

import numpy as np

from sim.engine import outcomes as out
from sim.engine import simulate
from tests.engine.test_same_bytes import differing
from tests.engine.worlds import DAY, Line, Player, Ticket, one, roster_of, world


def test_own_quality_by_tenure_scales_the_share_resolved_5_6(run: Player) -> None:
    w = world(reasons={"help": {"resolved_first": "80 %"}})
    roster = roster_of(w, [("desk", [(0, 2 * DAY)])], qualities=[[0.5, 0.75, 1.0]])
    # 80 % x 50 % = 40 % on the first day, 60 % on the second
    tickets = [one(0, 100, resolve=0.39), one(200, 100, resolve=0.41)]
    tickets += [one(DAY, 100, resolve=0.59), one(DAY + 200, 100, resolve=0.61)]
    seen = run(w, tickets, roster)
    assert [seen.contact(i).result for i in range(4)] == ["resolved", "unresolved", "resolved", "unresolved"]


def test_quality_is_that_of_the_day_on_which_the_talk_ends_5_6(run: Player) -> None:
    w = world(reasons={"help": {"resolved_first": "100 %"}})
    roster = roster_of(w, [("desk", [(0, 2 * DAY)])], qualities=[[0.5, 1.0, 1.0]])
    seen = run(w, [one(DAY - 50, 50, resolve=0.7), one(DAY, 50, resolve=0.7)], roster)
    assert [seen.contact(i).result for i in range(2)] == ["resolved", "resolved"]
    seen = run(w, [one(DAY - 51, 50, resolve=0.7), one(DAY, 50, resolve=0.7)], roster)
    assert [seen.contact(i).result for i in range(2)] == ["unresolved", "resolved"]


def test_quality_is_the_agents_own_5_6(run: Player) -> None:
    w = world(teams={"desk": {"agents": 2}}, reasons={"help": {"resolved_first": "100 %"}})
    duty = [("desk", [(0, 2 * DAY)]), ("desk", [(0, 2 * DAY)])]
    roster = roster_of(w, duty, qualities=[[1.0] * 3, [0.3] * 3])
    seen = run(w, [one(0, 100, resolve=0.5), one(0, 100, resolve=0.5)], roster)
    assert seen.agents() == [0, 1]
    assert [seen.contact(i).result for i in range(2)] == ["resolved", "unresolved"]


def test_quality_counts_from_the_second_contact_too_5_6(run: Player) -> None:
    w = world(reasons={"help": {"resolved_first": "100 %", "resolved_later": "60 %"}})
    roster = roster_of(w, [("desk", [(0, 2 * DAY)])], qualities=[[0.5] * 3])
    lines = [Line(100, resolve=0.9, back=(1000, "same")), Line(100, resolve=0.31)]
    seen = run(w, [Ticket(0, lines)], roster)
    assert [seen.contact(0, k).result for k in range(2)] == ["unresolved", "unresolved"]
    lines = [Line(100, resolve=0.9, back=(1000, "same")), Line(100, resolve=0.29)]
    assert run(w, [Ticket(0, lines)], roster).contact(0, 1).result == "resolved"


def test_the_tape_has_draws_for_those_whom_new_agents_fail_5_6_6_3() -> None:
    hire = {"ramp": "1000 days", "start_quality": "50 %"}
    w = world(
        reasons={
            "help": {"rate": "400 /day", "resolved_first": "100 %", "unresolved": {"share": "100 %", "after": "1 h"}}
        },
        teams={"desk": {"agents": 0, "hire": hire}},
        decisions={"hires": {"desk": {"2027-01": 9}}},
        length="2 days",
        horizon={"at_end": "drain"},
    )
    seen = simulate(w, 1, 0)
    ticket, o = seen.tape.ticket, seen.outcomes
    first = np.arange(seen.tape.tickets)
    failed = first[o.result[first] == out.UNRESOLVED]
    n = len(first)
    assert abs(len(failed) - n / 2) / np.sqrt(n / 4) < 3.5
    again = np.isin(failed, ticket[(o.kind == out.RETURN)])
    assert again.all()  # everybody who was not helped comes back
    assert differing(w, seed=1) == []
