"""Who is there when (semantics 6.1, 6.3)."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from sim.engine.roster import AGENT_OFF, AGENT_ON, SET_PRESENT, Roster, draw_roster
from sim.engine.shifts import shift_of_agents
from sim.engine.workforce import PPM
from sim.scenario.resolved import Resolved
from tests.engine.worlds import DAY, HOUR, MIN, Player, one, roster_of, world

Stretch = tuple[int, int]


def staffed(shift: dict[str, Any] | None = None, agents: int = 1, length: str = "7 days", **team: Any) -> Resolved:
    """A desk on one shift."""
    shifts = {"day": {"days": "mon-sun", "hours": "08:00-16:00", **(shift or {})}}
    more = {key: team.pop(key) for key in ("horizon", "decisions") if key in team}
    return world(teams={"desk": {"agents": agents, "shifts": shifts, **team}}, length=length, **more)


def duty(roster: Roster) -> list[list[Stretch]]:
    """Stretches of duty of every agent, as rostered."""
    stretches: list[list[Stretch]] = [[] for _ in roster.agent_team]
    since: dict[int, int] = {}
    for ms, what, who in zip(roster.event_ms, roster.event_what, roster.event_who, strict=True):
        if what == AGENT_ON:
            since[int(who)] = int(ms)
        elif what == AGENT_OFF:
            stretches[int(who)].append((since.pop(int(who)), int(ms)))
    return stretches


def present(roster: Roster) -> list[tuple[int, int]]:
    """(ms, agents present) of a team that is staffed directly."""
    here = roster.event_what == SET_PRESENT
    return list(zip(roster.event_ms[here].tolist(), roster.event_value[here].tolist(), strict=True))


# shifts


def test_an_agent_works_the_days_and_hours_of_the_shift_6_1() -> None:
    rostered = duty(draw_roster(staffed({"days": "mon,wed"}), 0, 0))
    assert rostered == [[(8 * HOUR, 16 * HOUR), (2 * DAY + 8 * HOUR, 2 * DAY + 16 * HOUR)]]


def test_shifts_past_midnight_6_1(run: Player) -> None:
    w = staffed({"hours": "22:00-06:00", "days": "mon"}, length="2 days")
    seen = run(w, [one(DAY + 5 * HOUR, 10), one(DAY + 7 * HOUR, 10)])
    assert seen.duty(0) == [(22 * HOUR, DAY + 6 * HOUR)]
    assert seen.answers() == [DAY + 5 * HOUR, -1]


def test_a_night_shift_of_the_evening_before_serves_what_lies_in_the_horizon_6_1(run: Player) -> None:
    w = staffed({"hours": "22:00-06:00", "days": "sun"}, length="1 day")  # the horizon begins on a Monday
    seen = run(w, [one(HOUR, 10), one(7 * HOUR, 10)])
    assert seen.duty(0) == [(0, 6 * HOUR)]
    assert seen.answers() == [HOUR, -1]
    assert draw_roster(w, 0, 0).paid_ms.sum() == 6 * HOUR  # what lies before is not this horizon's cost


def test_shifts_follow_the_local_clock_when_clocks_change_6_1() -> None:
    zone = {"start": "2027-03-27", "timezone": "Europe/Berlin"}
    spring = duty(draw_roster(staffed(length="3 days", horizon=zone), 0, 0))[0]
    assert spring == [(8 * HOUR, 16 * HOUR), (31 * HOUR, 39 * HOUR), (55 * HOUR, 63 * HOUR)]
    night = duty(draw_roster(staffed({"hours": "22:00-06:00"}, length="2 days", horizon=zone), 0, 0))[0]
    assert night[0] == (0, 6 * HOUR)  # of the evening before
    assert night[1] == (22 * HOUR, 29 * HOUR)  # the night in which an hour is missing
    zone["start"] = "2027-10-30"
    autumn = duty(draw_roster(staffed({"hours": "22:00-06:00"}, length="3 days", horizon=zone), 0, 0))[0]
    assert autumn[1] == (22 * HOUR, 31 * HOUR)


def test_agents_go_in_turn_to_the_shift_furthest_below_its_share_6_1() -> None:
    shifts = {
        "early": {"hours": "06:00-14:00", "share": "50 %"},
        "mid": {"hours": "09:00-17:00", "share": "30 %"},
        "late": {"hours": "13:00-21:00", "share": "20 %"},
    }
    team = world(teams={"desk": {"agents": 10, "shifts": shifts}}).scenario.teams["desk"]
    which = shift_of_agents(team, 10)
    assert np.bincount(which).tolist() == [5, 3, 2]
    assert which[:3].tolist() == [0, 1, 2]  # 0.5, then 0.3 against 0.5 / 3, then 0.2


@pytest.mark.parametrize("agents", [1, 5, 17])
def test_one_more_agent_moves_nobody_6_1(agents: int) -> None:
    def rostered(count: int) -> list[list[Stretch]]:
        shifts = {
            "early": {"hours": "06:00-14:00", "share": "55 %", "breaks": ["30 min"], "days_per_week": 4},
            "late": {"hours": "13:00-21:00", "share": "45 %", "days": "mon-sun", "days_per_week": 5},
        }
        team = {"agents": count, "shifts": shifts, "shrinkage": {"planned": "10 %", "absence": "10 %"}}
        return duty(draw_roster(world(teams={"desk": team}, length="14 days"), 3, 1))

    assert rostered(agents + 1)[:agents] == rostered(agents)


def test_days_per_week_rotate_6_1() -> None:
    w = staffed({"days": "mon-sat", "days_per_week": 5}, agents=6, length="42 days")
    days = [[begin // DAY for begin, _ in stretches] for stretches in duty(draw_roster(w, 0, 0))]
    table = np.zeros((6, 42), dtype=bool)
    for agent, worked in enumerate(days):
        table[agent, worked] = True
    assert not table[:, 6::7].any()  # never on a Sunday
    by_week = table.reshape(6, 6, 7)
    assert (by_week.sum(axis=2) == 5).all()  # five days in every week of everyone
    assert (by_week.sum(axis=0)[:, :6] == 5).all()  # and five of six agents on every day
    off = np.argmax(~by_week[:, :, :6], axis=2)
    assert all(sorted(row) == list(range(6)) for row in off)  # the day off goes round


def test_breaks_are_evenly_spread_and_staggered_6_1() -> None:
    w = staffed({"breaks": ["30 min", "15 min"]}, agents=10, length="1 day")
    rostered = duty(draw_roster(w, 0, 0))
    gaps = [[(a[1], b[0]) for a, b in pairwise(stretches)] for stretches in rostered]
    assert [[end - begin for begin, end in gap] for gap in gaps] == [[30 * MIN, 15 * MIN]] * 10
    # the middle agent of five: centred on a third and two thirds of the shift
    assert [(begin + end) // 2 for begin, end in gaps[2]] == pytest.approx(
        [8 * HOUR + 160 * MIN, 8 * HOUR + 320 * MIN], abs=MIN
    )
    # five groups, up to a quarter of the gap (160 min) to either side
    first = [gap[0][0] for gap in gaps]
    assert [start - first[2] for start in first[:5]] == [-40 * MIN, -20 * MIN, 0, 20 * MIN, 40 * MIN]
    assert first[5:] == first[:5]


def test_a_break_takes_nothing_new_and_finishes_what_is_in_hand_6_1(run: Player) -> None:
    w = staffed({"breaks": ["60 min"]}, agents=1, length="1 day")
    (morning, afternoon) = duty(draw_roster(w, 0, 0))[0]
    seen = run(w, [one(morning[1] - 10, 100), one(morning[1] - 5, 20)])
    assert seen.answers() == [morning[1] - 10, afternoon[0]]
    assert seen.duty(0) == [(morning[0], morning[1] + 90), afternoon]


def test_planned_time_is_one_block_of_its_share_6_1() -> None:
    w = staffed({"breaks": ["30 min"]}, agents=40, length="1 day", shrinkage={"planned": "10 %"})
    plain = duty(draw_roster(staffed({"breaks": ["30 min"]}, agents=40, length="1 day"), 0, 0))
    net = 450 * MIN  # 8 h less the break
    places = set()
    for mine, whole in zip(duty(draw_roster(w, 0, 0)), plain, strict=True):
        on = sum(end - begin for begin, end in mine)
        assert on == net - 45 * MIN
        assert len(mine) <= 4
        assert min(b for b, _ in mine) >= whole[0][0]
        assert max(e for _, e in mine) <= whole[-1][1]
        missing = [m for m in range(8 * 60, 16 * 60) if not any(b <= m * MIN < e for b, e in mine)]
        away = [m for m in missing if any(b <= m * MIN < e for b, e in whole)]
        assert len(away) == 45
        # one block: what lies between its first and its last minute is the block or the break
        assert set(range(away[0], away[-1] + 1)) <= set(missing)
        places.add(away[0])
    assert len(places) > 20  # drawn by agent


def test_planned_place_is_drawn_by_agent_and_day_6_1() -> None:
    w = staffed(agents=2, length="5 days", shrinkage={"planned": "10 %"})
    once, again = duty(draw_roster(w, 7, 3)), duty(draw_roster(w, 7, 3))
    assert once == again
    assert duty(draw_roster(w, 7, 4)) != once
    starts = [[e % DAY for _, e in stretches] for stretches in once]
    assert len(set(starts[0])) > 2


def test_share_absent_is_as_declared_6_1() -> None:
    agents, days, share = 60, 50, 0.09
    w = staffed(agents=agents, length=f"{days} days", shrinkage={"absence": share})
    there = np.array([len(stretches) for stretches in duty(draw_roster(w, 5, 0))])
    z = (agents * days - there.sum() - share * agents * days) / np.sqrt(agents * days * share * (1 - share))
    assert abs(z) < 3.5
    # by day and by agent: neither the same people nor the same days
    assert there.min() < days
    assert len(set(there.tolist())) > 3


def test_who_is_absent_is_paid_and_takes_nothing_6_1() -> None:
    w = staffed(agents=10, length="10 days", shrinkage={"absence": "50 %"})
    roster = draw_roster(w, 5, 0)
    on = sum(end - begin for stretches in duty(roster) for begin, end in stretches)
    assert roster.paid_ms.sum() == 10 * 10 * 8 * HOUR
    assert roster.scheduled_ms.sum() == on < roster.paid_ms.sum()


def test_sequential_shrinkage_compounds_6_1() -> None:
    # 1 - (1 - 0.2) x (1 - 0.5): the block is a share of the days on which the agent is there
    w = staffed(agents=20, length="14 days", shrinkage={"planned": "20 %", "absence": "50 %"})
    roster = draw_roster(w, 5, 0)
    days_there = len({(a, b // DAY) for a, stretches in enumerate(duty(roster)) for b, _ in stretches})
    assert roster.scheduled_ms.sum() == days_there * 8 * HOUR * 0.8


def test_breaks_are_unpaid_unless_declared_6_1() -> None:
    unpaid = draw_roster(staffed({"breaks": ["30 min"]}, length="1 day"), 0, 0)
    paid = draw_roster(staffed({"breaks": ["30 min"], "paid_breaks": True}, length="1 day"), 0, 0)
    assert (unpaid.paid_ms.sum(), paid.paid_ms.sum()) == (450 * MIN, 480 * MIN)
    assert unpaid.scheduled_ms.sum() == paid.scheduled_ms.sum() == 450 * MIN


def test_paid_time_lies_in_its_half_hours_6_1() -> None:
    roster = draw_roster(staffed({"hours": "08:10-09:40"}, length="1 day"), 0, 0)
    assert roster.paid_ms[0, 16:20].tolist() == [20 * MIN, 30 * MIN, 30 * MIN, 10 * MIN]
    assert roster.paid_ms.sum() == 90 * MIN


def test_shifts_that_join_are_one_stretch_6_1(run: Player) -> None:
    w = staffed({"hours": "00:00-24:00"}, agents=2, length="3 days")
    seen = run(w, [one(DAY - 100, 10), one(DAY + 100, 10)])
    assert seen.agents() == [0, 1]  # nobody leaves and comes back at midnight
    assert seen.duty(0) == seen.duty(1) == [(0, 3 * DAY)]


def test_shifts_that_overlap_where_a_dated_world_begins_6_1_4_6(run: Player) -> None:
    early = {"teams.desk.shifts.day.hours": "04:00-12:00"}
    events = {"change": {"from": "2027-01-05", "until": "2027-01-05", "changes": early}}
    shifts = {"day": {"days": "mon-sun", "hours": "22:00-06:00"}}
    w = world(teams={"desk": {"shifts": shifts}}, length="2 days", demand={"events": events})
    seen = run(w, [one(DAY + 7 * HOUR, 10)])
    # the night before the first day, then one whose end at six ends nothing
    assert seen.duty(0) == [(0, 6 * HOUR), (22 * HOUR, DAY + 12 * HOUR)]
    assert seen.answers() == [DAY + 7 * HOUR]


# ends of duty


def test_end_of_duty_finishes_what_is_in_hand_6_1(run: Player) -> None:
    w = world()
    seen = run(w, [one(50, 100, wrap=10), one(90, 10)], roster_of(w, [("desk", [(0, 100)])]))
    assert (seen.contact(0).done, seen.answers()[1]) == (160, -1)
    assert seen.duty(0) == [(0, 160)]


def test_end_of_duty_finishes_every_chat_and_takes_no_other_6_1(run: Player) -> None:
    w = world({"chat": {"parallel": 2}})
    seen = run(w, [one(0, 120), one(0, 200), one(50, 10), one(130, 10)], roster_of(w, [("desk", [(0, 100)])]))
    assert seen.answers() == [0, 0, -1, -1]
    assert seen.duty(0) == [(0, 200)]


def test_a_stretch_that_begins_meanwhile_cancels_the_end_6_1(run: Player) -> None:
    w = world()
    seen = run(w, [one(50, 100), one(90, 10)], roster_of(w, [("desk", [(0, 100), (120, HOUR)])]))
    assert seen.answers() == [50, 150]
    assert seen.duty(0) == [(0, HOUR)]


def test_a_stretch_that_begins_meanwhile_fills_free_chat_slots_6_1(run: Player) -> None:
    w = world({"chat": {"parallel": 2}})
    seen = run(w, [one(50, 100), one(110, 10)], roster_of(w, [("desk", [(0, 100), (120, HOUR)])]))
    assert seen.answers() == [50, 120]


# staffing given directly


def test_staffing_by_interval_repeats_or_stays_6_1() -> None:
    def steps(repeat: bool) -> list[tuple[int, int]]:
        block = {"every": "12 h", "agents": [2, 5], "repeat": repeat}
        return present(draw_roster(world(teams={"desk": {"staffing": block}}, length="2 days"), 0, 0))

    assert steps(True) == [(0, 2), (12 * HOUR, 5), (DAY, 2), (36 * HOUR, 5)]
    assert steps(False) == [(0, 2), (12 * HOUR, 5)]


def test_paid_time_of_direct_staffing_adds_shrinkage_6_1() -> None:
    shrinkage = {"planned": "20 %", "absence": "50 %"}
    roster = draw_roster(world(teams={"desk": {"agents": 2, "shrinkage": shrinkage}}, length="1 day"), 0, 0)
    assert roster.scheduled_ms.sum() == 2 * DAY
    assert roster.paid_ms.sum() == 5 * DAY  # 2 / (0.8 x 0.5)
    assert roster.heads.tolist() == [[5.0]]


def test_when_staffing_falls_idle_agents_leave_at_once_6_1(run: Player) -> None:
    w = world(teams={"desk": {"agents": 3}})
    seen = run(w, [one(0, 500)], roster_of(w, present={"desk": [(0, 3), (100, 1)]}))
    assert [seen.duty(a) for a in range(3)] == [[(0, 2 * DAY)], [(0, 100)], [(0, 100)]]


def test_when_staffing_falls_no_more_leave_than_are_too_many_6_1(run: Player) -> None:
    seen = run(world(), [], roster_of(world(), present={"desk": [(0, 3), (100, 2)]}))
    assert sorted(seen.duty(a) for a in range(3)) == [[(0, 100)], [(0, 2 * DAY)], [(0, 2 * DAY)]]


def test_in_excess_nobody_starts_anything_and_who_is_done_leaves_6_1(run: Player) -> None:
    w = world()
    roster = roster_of(w, present={"desk": [(0, 2), (100, 1)]})
    seen = run(w, [one(0, 200), one(0, 400), one(150, 10)], roster)
    assert seen.duty(0) == [(0, 200)]  # the first one done leaves, although a contact waits
    assert seen.answers() == [0, 0, 400]


def test_excess_of_two_6_1(run: Player) -> None:
    w = world()
    roster = roster_of(w, present={"desk": [(0, 3), (100, 1)]})
    seen = run(w, [one(0, 200), one(0, 300), one(0, 400), one(150, 10)], roster)
    assert [seen.duty(a)[0][1] for a in range(3)] == [200, 300, 2 * DAY]
    assert seen.answers()[3] == 400


def test_staffing_to_nothing_lets_the_last_contact_finish_6_1(run: Player) -> None:
    w = world()
    seen = run(w, [one(0, 200), one(50, 10)], roster_of(w, present={"desk": [(0, 1), (100, 0), (900, 1)]}))
    assert seen.duty(0) == [(0, 200), (900, 2 * DAY)]
    assert seen.answers() == [0, 900]


def test_staffing_that_rises_again_keeps_those_who_are_still_there_6_1(run: Player) -> None:
    w = world()
    roster = roster_of(w, present={"desk": [(0, 2), (100, 1), (150, 2)]})
    seen = run(w, [one(0, 200), one(0, 400), one(120, 10)], roster)
    assert seen.duty(0) == seen.duty(1) == [(0, 2 * DAY)]
    assert seen.answers() == [0, 0, 200]


def test_in_excess_chat_agents_take_no_further_chat_6_1(run: Player) -> None:
    w = world({"chat": {"parallel": 2}})
    roster = roster_of(w, present={"desk": [(0, 2), (100, 1)]})
    tickets = [one(0, 300), one(0, 900), one(150, 500), one(160, 500)]
    seen = run(w, tickets, roster)
    # both have a free slot, and neither takes the chat at 150; agent 0 leaves at 300, and agent 1 takes one then
    assert seen.duty(0) == [(0, 300)]
    assert seen.answers() == [0, 0, 300, 800]
    assert seen.agents() == [0, 1, 1, 1]


def test_after_an_excess_the_fewest_in_hand_take_first_6_1_6_2(run: Player) -> None:
    w = world({"chat": {"parallel": 3}})
    roster = roster_of(w, present={"desk": [(0, 3), (100, 2)]})
    tickets = [one(0, 900), one(0, 900), one(0, 300), one(150, 500), one(160, 500)]
    seen = run(w, tickets, roster)
    # agent 2 leaves at 300; 0 and 1 have one each, and take one each
    assert seen.agents() == [0, 1, 2, 0, 1]
    assert seen.answers()[3:] == [300, 300]


def test_staffing_that_rises_fills_free_slots_again_6_1(run: Player) -> None:
    w = world({"chat": {"parallel": 2}})
    roster = roster_of(w, present={"desk": [(0, 1), (100, 0), (200, 1)]})
    seen = run(w, [one(0, 900), one(150, 500)], roster)
    assert seen.answers() == [0, 200]


# people


def hires(months: dict[str, int], hire: dict[str, Any], agents: int = 2, **team: Any) -> Resolved:
    """A desk from 1 January 2027 for three months."""
    return staffed(
        agents=agents,
        hire=hire,
        horizon={"start": "2027-01-01", "length": "90 days"},
        length="90 days",
        decisions={"hires": {"desk": months}},
        **team,
    )


def test_hires_serve_after_lead_and_training_6_3() -> None:
    roster = draw_roster(hires({"2027-02": 2}, {"lead": "10 days", "training": "5 days"}), 0, 0)
    rostered = duty(roster)
    assert len(rostered) == 4
    first = 31 + 10 + 5  # decided on 1 February
    assert [stretches[0][0] for stretches in rostered] == [8 * HOUR] * 2 + [first * DAY + 8 * HOUR] * 2
    assert roster.joiners.tolist() == [[0.0, 2.0, 0.0]]
    assert roster.training_ms.tolist() == [[0, 2 * 5 * 8 * HOUR, 0]]
    # paid from the first day of training
    assert roster.paid_ms.sum() == (2 * 90 + 2 * (90 - 41)) * 8 * HOUR
    assert roster.scheduled_ms.sum() == (2 * 90 + 2 * (90 - 46)) * 8 * HOUR
    assert roster.heads.tolist() == [[2.0, 2 + 2 * 18 / 28, 4.0]]


def test_hires_speed_up_linearly_over_the_ramp_6_3() -> None:
    hire = {"lead": "1 day", "training": "2 days", "ramp": "10 days", "start_speed": "60 %"}
    roster = draw_roster(hires({"2027-02": 1}, hire), 0, 0)
    first = 31 + 3
    speeds = roster.speed_ppm[2]
    assert speeds[first : first + 12].tolist() == [
        600_000, 640_000, 680_000, 720_000, 760_000, 800_000, 840_000, 880_000, 920_000, 960_000, PPM, PPM,
    ]  # fmt: skip
    assert (roster.speed_ppm[:2] == PPM).all()


def test_hires_work_at_their_own_speed_6_3(run: Player) -> None:
    hire = {"ramp": "10 days", "start_speed": "50 %"}
    w = hires({"2027-02": 1}, hire, agents=1)
    begin = 31 * DAY + 8 * HOUR
    seen = run(w, [one(begin, 900), one(begin, 100), one(begin + DAY, 100), one(begin + DAY, 110)])
    # agent 0 is on duty first; agent 1 works at 50 % on the first day and at 55 % on the second
    assert [seen.contact(i).handle for i in range(4)] == [900, 200, 100, 200]


def test_hires_of_the_first_month_without_lead_are_there_from_the_start_6_3() -> None:
    hire = {"cost": "100 EUR"}
    roster = draw_roster(hires({"2027-01": 1}, hire), 0, 0)
    assert roster.joiners.tolist() == [[1.0, 0.0, 0.0]]
    assert [stretches[0][0] for stretches in duty(roster)] == [8 * HOUR] * 3


def test_hires_join_a_team_that_is_staffed_directly_6_3() -> None:
    def desk(months: dict[str, int], hire: dict[str, Any]) -> Roster:
        w = world(
            teams={"desk": {"agents": 2, "hire": hire}},
            length="90 days",
            horizon={"start": "2027-01-01"},
            decisions={"hires": {"desk": months}},
        )
        return draw_roster(w, 0, 0)

    later = desk({"2027-02": 3}, {"lead": "10 days", "training": "5 days"})
    assert present(later) == [(0, 2), (46 * DAY, 5)]
    assert later.joiners.tolist() == [[0.0, 3.0, 0.0]]
    at_once = desk({"2027-01": 3}, {})
    assert present(at_once) == [(0, 5)]
    assert at_once.joiners.tolist() == [[3.0, 0.0, 0.0]]


def test_hires_add_to_staffing_by_interval_6_3() -> None:
    block = {"every": "12 h", "agents": [1, 4]}
    hire = {"lead": "1 day"}
    w = world(
        teams={"desk": {"staffing": block, "hire": hire}},
        length="2 days",
        decisions={"hires": {"desk": {"2027-01": 2}}},
    )
    assert present(draw_roster(w, 0, 0)) == [(0, 1), (12 * HOUR, 4), (DAY, 3), (36 * HOUR, 6)]


def test_heads_follow_the_dated_worlds_4_6() -> None:
    extra = {"from": "2027-01-06", "until": "2027-01-07", "changes": {"teams.desk.agents": "x 2"}}
    shifts = {"day": {"days": "mon-sun", "hours": "08:00-16:00"}}
    more: dict[str, Any] = {"length": "7 days", "demand": {"events": {"peak": extra}}}
    rostered = duty(draw_roster(world(teams={"desk": {"agents": 2, "shifts": shifts}}, **more), 0, 0))
    assert [[b // DAY for b, _ in stretches] for stretches in rostered] == [list(range(7))] * 2 + [[2, 3]] * 2
    assert present(draw_roster(world(teams={"desk": {"agents": 2}}, **more), 0, 0)) == [
        (0, 2),
        (2 * DAY, 4),
        (4 * DAY, 2),
    ]


def test_drained_horizon_keeps_the_last_staffing_4_1() -> None:
    block = {"every": "12 h", "agents": [2, 5]}
    w = world(teams={"desk": {"staffing": block}}, length="1 day", horizon={"at_end": "drain"})
    assert present(draw_roster(w, 0, 0)) == [(0, 2), (12 * HOUR, 5)]


def test_hires_of_a_constant_team_work_at_their_own_speed_6_3(run: Player) -> None:
    hire = {"ramp": "10 days", "start_speed": "50 %"}
    w = world(
        teams={"desk": {"agents": 1, "hire": hire}},
        length="60 days",
        horizon={"start": "2027-01-01"},
        decisions={"hires": {"desk": {"2027-02": 1}}},
    )
    begin = 31 * DAY
    seen = run(w, [one(begin, 900), one(begin, 100), one(begin + DAY, 100), one(begin + DAY, 110)])
    # the hire is free first, so that the third goes to them, at 55 % by then
    assert [seen.contact(i).handle for i in range(4)] == [900, 200, 181, 110]


@pytest.mark.parametrize(("paid", "minutes"), [(False, 450), (True, 480)])
def test_training_is_paid_less_unpaid_breaks_6_1_6_3(paid: bool, minutes: int) -> None:
    w = staffed(
        {"breaks": ["30 min"], "paid_breaks": paid},
        hire={"lead": "10 days", "training": "5 days"},
        horizon={"start": "2027-01-01"},
        length="90 days",
        decisions={"hires": {"desk": {"2027-02": 1}}},
    )
    assert draw_roster(w, 0, 0).training_ms.tolist() == [[0, 5 * minutes * MIN, 0]]
