"""Who joins, ramps, leaves and is replaced (semantics 6.3, 6.4)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from sim.engine.headcount import headcount, people
from sim.engine.roster import AGENT_OFF, AGENT_ON, SET_PRESENT, Roster, draw_roster
from sim.engine.workforce import DISMISSED, HIRED, RESIGNED, STAYS, SUCCESSOR, extra_attrition, leaving_share, pipeline
from sim.kpis.overrun import overrun_ms
from sim.scenario.load import resolve
from sim.scenario.resolved import Feedback, Resolved
from tests.engine.test_same_bytes import differing
from tests.engine.worlds import DAY, HOUR, MIN, Player, one, world

SHIFTS = {"day": {"days": "mon-sun", "hours": "08:00-16:00"}}
JAN, FEB, MAR, APR = 0, 31, 59, 90  # first days of the months of 2027


def desk(months: int = 6, agents: int = 4, shifts: dict[str, Any] | None = SHIFTS, **team: Any) -> Resolved:
    """A desk from 1 January 2027; a quarter of four agents, one of them, leaves every month unless said otherwise."""
    more: dict[str, Any] = {key: team.pop(key) for key in ("decisions", "demand") if key in team}
    block: dict[str, Any] = {"agents": agents, "serves": ["phone"], "attrition": {"base": "25 %/month"}, **team}
    if shifts is not None:
        block["shifts"] = shifts
    return resolve(
        {
            "schema": 1,
            "name": "tiny",
            "horizon": {"start": "2027-01-01", "months": months},
            "channels": {"phone": {}},
            "reasons": {"help": {"rate": "1 /day", "channels": {"phone": "100 %"}, "handle": "1 min"}},
            "teams": {"desk": block},
            **more,
        }
    )


def serving(resolved: Resolved) -> list[int]:
    """People with customers on each day of the horizon."""
    return pipeline(resolved).crews[0].serving(0, resolved.calendar.days).sum(axis=0).tolist()


def on_duty(roster: Roster, agent: int) -> list[tuple[int, int]]:
    """Stretches of duty of an agent, as rostered."""
    mine = roster.event_who == agent
    begins, ends = (roster.event_ms[mine & (roster.event_what == what)] for what in (AGENT_ON, AGENT_OFF))
    return list(zip(begins.tolist(), ends.tolist(), strict=True))


# attrition


def test_leavers_are_whole_people_and_leave_at_the_end_of_the_month_6_3() -> None:
    w = desk(attrition={"base": "10 %/month", "replace": "none"}, agents=5)
    crew = pipeline(w).crews[0]
    # 0.5, 1.0: one at the end of February; then 0.4 a month, 1.4, 1.8, 2.2: one at the end of May; 0.3 of three: 2.5
    assert sorted(crew.leaves[crew.went == RESIGNED].tolist()) == [MAR, 151]
    assert serving(w) == [5] * 59 + [4] * 92 + [3] * 30


def test_a_share_of_a_year_compounds_to_months_6_3() -> None:
    w = desk(months=12, attrition={"base": "24 %/year"})
    assert leaving_share(w, 0) == pytest.approx([1 - 0.76 ** (1 / 12)] * 12)


def test_a_month_that_the_horizon_cuts_counts_by_its_days_6_3() -> None:
    w = world(length="45 days", horizon={"start": "2027-01-01"}, teams={"desk": {"attrition": {"base": "2 %/month"}}})
    assert leaving_share(w, 0) == pytest.approx([0.02, 0.02 * 14 / 28])


def test_dated_changes_of_attrition_count_for_their_days_6_3_4_6() -> None:
    event = {"from": "2027-02-15", "until": "2027-02-28", "changes": {"teams.desk.attrition.base": "30 %/month"}}
    w = desk(attrition={"base": "10 %/month"}, demand={"events": {"unrest": event}})
    assert leaving_share(w, 0)[:3] == pytest.approx([0.1, 0.2, 0.1])


def test_who_leaves_is_the_same_in_every_replication_and_under_every_seed_6_3() -> None:
    w = desk(agents=8, hire={"training": "10 days", "ramp": "30 days", "start_speed": "50 %"})
    one_roster, other = draw_roster(w, 1, 0), draw_roster(w, 2, 5)
    for column in ("agent_team", "speed_ppm", "heads", "joiners", "resigned", "event_ms", "event_who"):
        assert np.array_equal(getattr(one_roster, column), getattr(other, column)), column


def test_those_who_leave_are_not_always_the_same_posts_6_3() -> None:
    crew = pipeline(desk(months=24, agents=40, attrition={"base": "5 %/month"})).crews[0]
    left = crew.post[crew.went == RESIGNED]
    assert len(left) == 48
    assert len(set(left.tolist())) > 20


def test_nobody_leaves_in_training_and_a_successor_can_6_3() -> None:
    crew = pipeline(desk(months=24, hire={"training": "10 days"})).crews[0]
    left = crew.went == RESIGNED
    assert (crew.leaves[left] > crew.serves[left]).all()
    assert (left & (crew.came == SUCCESSOR)).any()


# replacement


def test_ahead_a_successor_serves_the_day_after_the_leavers_last_6_3() -> None:
    w = desk(hire={"lead": "90 days", "training": "10 days", "ramp": "40 days", "start_speed": "60 %"})
    crew = pipeline(w).crews[0]
    leaver = int(np.flatnonzero(crew.leaves == FEB)[0])
    successor = int(np.flatnonzero(crew.serves == FEB)[0])
    assert crew.post[successor] == crew.post[leaver]
    assert crew.joins[successor] == FEB - 10  # the plan knows of the leaver, so that no lead is waited for
    assert serving(w) == [4] * 181
    assert crew.speed_ppm(successor)[[FEB, FEB + 10, FEB + 40]].tolist() == [600_000, 700_000, 1_000_000]


def test_ahead_who_would_join_before_the_first_day_joins_on_it_6_3() -> None:
    w = desk(hire={"training": "60 days"})
    crew = pipeline(w).crews[0]
    first = np.flatnonzero(crew.serves == FEB)
    assert crew.joins[first].tolist() == [0]
    assert headcount(w)[0].successors >= 1


def test_after_leaving_the_post_is_empty_for_lead_and_training_6_3() -> None:
    w = desk(
        months=3,
        agents=10,
        attrition={"base": "10 %/month", "replace": "after_leaving"},
        hire={"lead": "20 days", "training": "10 days"},
    )
    # the first leaver of ten leaves at the end of January; in February nine serve on the 1st: 1.9, and nobody leaves
    assert serving(w) == [10] * FEB + [9] * 30 + [10] * (MAR - FEB - 30 + 31)


def test_after_leaving_notice_shortens_the_wait_and_no_more_6_3() -> None:
    def joins(notice: str) -> int:
        attrition = {"base": "25 %/month", "replace": "after_leaving", "notice": notice}
        crew = pipeline(desk(attrition=attrition, hire={"lead": "20 days"})).crews[0]
        return int(crew.joins[crew.came == SUCCESSOR].min())

    assert [joins(notice) for notice in ("0 s", "5 days", "20 days", "90 days")] == [FEB + 20, FEB + 15, FEB, FEB]


def test_none_the_posts_go_6_3() -> None:
    w = desk(months=24, agents=20, attrition={"base": "10 %/month", "replace": "none"})
    crew = pipeline(w).crews[0]
    assert (crew.came != SUCCESSOR).all()
    assert serving(w)[-1] == 20 - (crew.went == RESIGNED).sum() + (crew.leaves[crew.went == RESIGNED] >= 730).sum()
    # what is left of 20 after 23 months at 10 % is 1.8; whole people stay within one of it
    assert abs(serving(w)[-1] - 20 * 0.9**23) < 1


def test_a_successor_takes_over_the_shift_of_the_leaver_6_3() -> None:
    shifts = {
        "early": {"days": "mon-sun", "hours": "06:00-14:00", "share": "50 %"},
        "late": {"days": "mon-sun", "hours": "14:00-22:00", "share": "50 %"},
    }
    w = desk(shifts=shifts)
    roster, crew = draw_roster(w, 0, 0), pipeline(w).crews[0]
    for successor in np.flatnonzero((crew.came == SUCCESSOR) & (crew.leaves > crew.serves) & (crew.serves < 181)):
        before = int(np.flatnonzero((crew.post == crew.post[successor]) & (crew.leaves == crew.serves[successor]))[0])
        gone, came = on_duty(roster, before)[-1], on_duty(roster, int(successor))[0]
        assert came[0] - gone[0] == DAY  # the same hour of the next day
    for day in range(181):
        assert np.count_nonzero((roster.event_what == AGENT_ON) & (roster.event_ms // DAY == day)) == 4


def test_ramp_of_quality_goes_to_the_engine_by_agent_and_day_6_3(run: Player) -> None:
    w = desk(
        agents=1,
        attrition={},
        decisions={"hires": {"desk": {"2027-02": 1}}},
        hire={"ramp": "10 days", "start_quality": "50 %"},
    )
    roster = draw_roster(w, 0, 0)
    assert roster.quality_ppm[1, FEB : FEB + 11].tolist() == [500_000 + 50_000 * k for k in range(11)]
    assert (roster.quality_ppm[0] == 1_000_000).all()
    assert roster.speed_ppm.shape[1] == 1  # speed does not change, so that the engines need not look
    at = FEB * DAY + 9 * HOUR
    seen = run(w, [one(at, 1000, resolve=0.6), one(at, 100, resolve=0.6)], roster)
    assert seen.agents() == [0, 1]
    assert [seen.contact(i).result for i in range(2)] == ["resolved", "unresolved"]


# dismissals


@pytest.mark.parametrize(("notice", "gone"), [("0 s", FEB), ("1 month", FEB), ("6 weeks", MAR), ("2 months", MAR)])
def test_posts_are_cut_at_the_end_of_the_month_in_which_the_notice_is_over_6_3(notice: str, gone: int) -> None:
    w = desk(attrition={}, dismissal={"notice": notice}, decisions={"leaves": {"desk": {"2027-01": 3}}})
    assert serving(w) == [4] * gone + [1] * (181 - gone)


def test_whoever_joined_last_is_dismissed_first_6_3() -> None:
    w = desk(attrition={}, decisions={"hires": {"desk": {"2027-02": 2}}, "leaves": {"desk": {"2027-03": 3}}})
    crew = pipeline(w).crews[0]
    assert crew.came[crew.went == DISMISSED].tolist() == [0, HIRED, HIRED]
    assert crew.leaves.tolist() == [STAYS] * 3 + [APR] * 3


def test_after_posts_are_cut_the_roster_is_that_of_fewer_agents_6_3() -> None:
    shifts = {
        "early": {"hours": "06:00-14:00", "share": "55 %", "breaks": ["30 min"], "days_per_week": 4},
        "late": {"hours": "13:00-21:00", "share": "45 %", "days": "mon-sun", "days_per_week": 5},
    }
    team: dict[str, Any] = {"attrition": {}, "shifts": shifts, "shrinkage": {"planned": "10 %", "absence": "10 %"}}
    cut = draw_roster(desk(agents=9, decisions={"leaves": {"desk": {"2027-02": 3}}}, **team), 3, 1)
    few = draw_roster(desk(agents=6, **team), 3, 1)

    def from_march(roster: Roster) -> list[tuple[int, ...]]:
        keep = (roster.event_ms >= MAR * DAY) & np.isin(roster.event_what, [AGENT_ON, AGENT_OFF])
        return list(zip(*(column[keep].tolist() for column in (roster.event_ms, roster.event_who)), strict=True))

    assert from_march(cut) == from_march(few)
    assert cut.paid_ms[0, MAR * 48 :].tolist() == few.paid_ms[0, MAR * 48 :].tolist()
    assert cut.dismissed.tolist() == [[0, 3, 0, 0, 0, 0]]


def test_who_is_dismissed_is_not_replaced_and_leavers_are_6_3() -> None:
    w = desk(months=12, agents=8, decisions={"leaves": {"desk": {"2027-03": 4}}})
    assert serving(w)[APR] == serving(w)[-1] == 4


# teams without shifts


def test_agents_who_are_there_at_all_times_come_and_go_as_people_6_3(run: Player) -> None:
    hire = {"training": "10 days", "ramp": "40 days", "start_speed": "50 %"}
    w = desk(agents=1, shifts=None, attrition={"base": "100 %/month"}, months=2, hire=hire)
    roster = draw_roster(w, 0, 0)
    assert SET_PRESENT not in roster.event_what
    seen = run(w, [one(FEB * DAY - 50, 100), one(FEB * DAY + 10, 100)], roster)
    # the leaver finishes the contact in hand; the successor, new and half as fast, takes the next
    assert seen.agents() == [0, 1]
    assert [seen.contact(i).handle for i in range(2)] == [100, 200]
    assert seen.duty(0) == [(0, FEB * DAY + 50)]
    # paid: one at all times, and the successor's training beside them
    assert roster.paid_ms[0, : FEB * 48].sum() == (31 + 10) * DAY
    assert roster.training_ms[0, 0] == 10 * DAY


def test_a_number_by_interval_holds_and_its_leavers_are_replaced_at_once_6_3() -> None:
    block = {"every": "12 h", "agents": [2, 6]}
    w = world(
        length="59 days",
        horizon={"start": "2027-01-01"},
        teams={"desk": {"staffing": block, "attrition": {"base": "50 %/month"}, "hire": {"training": "2 days"}}},
    )
    roster = draw_roster(w, 0, 0)
    assert roster.resigned.tolist() == roster.joiners.tolist() == [[2, 2]]  # of four on average
    assert roster.training_ms.tolist() == [[4 * DAY, 4 * DAY]]
    assert roster.paid_ms.sum() - roster.scheduled_ms.sum() == 8 * DAY
    assert set(roster.event_value[roster.event_what == SET_PRESENT].tolist()) == {2, 6}
    assert (roster.speed_ppm == 1_000_000).all()


def test_training_of_hires_is_paid_where_agents_are_given_directly_6_3() -> None:
    hire = {"lead": "4 days", "training": "6 days"}
    w = desk(agents=2, shifts=None, attrition={}, hire=hire, decisions={"hires": {"desk": {"2027-01": 1}}}, months=1)
    roster = draw_roster(w, 0, 0)
    assert roster.training_ms.tolist() == [[6 * DAY]]
    assert roster.paid_ms.sum() == (2 * 31 + 6 + 21) * DAY


# conservation


@pytest.mark.parametrize("replace_by", ["ahead", "after_leaving", "none"])
@pytest.mark.parametrize("shifts", [SHIFTS, None])
def test_heads_at_the_end_are_those_at_the_start_and_joined_less_left_6_3(replace_by: str, shifts: Any) -> None:
    event = {"from": "2027-05-10", "until": "2027-08-20", "changes": {"teams.desk.agents": "+ 3"}}
    w = desk(
        months=18,
        agents=9,
        shifts=shifts,
        attrition={"base": "9 %/month", "replace": replace_by, "notice": "2 weeks"},
        hire={"lead": "6 weeks", "training": "3 weeks", "ramp": "8 weeks", "start_speed": "60 %"},
        decisions={"hires": {"desk": {"2027-02": 3, "2028-01": 2}}, "leaves": {"desk": {"2027-09": 4}}},
        demand={"events": {"peak": event}},
    )
    there = pipeline(w).crews[0].there(0, w.calendar.days).sum(axis=0)
    first = [*pipeline(w).first_day.tolist()]
    rows = headcount(w)
    assert rows[0].heads_start == 9
    for m, row in enumerate(rows):
        moves = row.hired + row.successors - row.resigned - row.dismissed + row.changed
        assert row.heads_end == row.heads_start + moves
        if m:
            assert row.heads_start == rows[m - 1].heads_end
        # counted another way: from who is there by day
        assert there[first[m + 1] - 1] == row.heads_end + row.resigned + row.dismissed
        assert there[first[m] : first[m + 1]].mean() == pytest.approx(row.in_training + row.serving)
    assert (rows[4].changed, rows[7].changed) == (3, -3)


def test_the_roster_counts_the_same_people_as_the_table_6_3() -> None:
    w = desk(months=18, agents=9, attrition={"base": "9 %/month"}, hire={"training": "5 days"})
    roster, rows = draw_roster(w, 0, 0), headcount(w)
    assert roster.joiners[0].tolist() == [row.hired + row.successors for row in rows]
    assert roster.resigned[0].tolist() == [row.resigned for row in rows]
    assert roster.heads[0] == pytest.approx([row.in_training + row.serving for row in rows])
    assert roster.training_ms[0] == pytest.approx([row.in_training * days * 8 * HOUR for row, days in zip(
        rows, np.diff(pipeline(w).first_day), strict=True)])  # fmt: skip


def test_every_person_with_their_days_6_3() -> None:
    w = desk(
        months=3,
        agents=2,
        attrition={"base": "50 %/month", "replace": "after_leaving"},
        hire={"lead": "10 days", "training": "5 days", "ramp": "7 days", "start_speed": "50 %"},
        decisions={"hires": {"desk": {"2027-01": 1}}},
    )
    rows = people(w)
    # one of two leaves in January; of two in February, too; of two in March
    assert [row.came for row in rows] == ["start", "start", "hired", "successor", "successor"]
    hired = rows[2]
    assert (hired.joins, hired.serves, hired.ramped) == ("2027-01-11", "2027-01-16", "2027-01-23")
    leaver = next(row for row in rows if row.last_day == "2027-01-31")
    assert (leaver.came, leaver.went) == ("start", "resigned")
    assert (rows[3].joins, rows[3].serves, rows[3].post) == ("2027-02-11", "2027-02-16", leaver.post)
    assert sum(row.went == "resigned" for row in rows) == 3


# occupancy drives attrition


def test_extra_attrition_by_hand_6_3() -> None:
    w = desk(months=4, attrition={"base": "30 %/year", "per_occupancy_point_over_85": "2 %/year"})
    extra = extra_attrition(w, np.array([[0.80, 0.85, 0.95, np.nan]]))
    # ten points: 50 % a year is 5.613 % a month, 30 % a year 2.929 %
    assert extra[0] == pytest.approx([0, 0, (1 - 0.5 ** (1 / 12)) - (1 - 0.7 ** (1 / 12)), 0], abs=1e-12)


def test_extra_attrition_never_passes_everybody_6_3() -> None:
    w = desk(months=1, attrition={"base": "60 %/year", "per_occupancy_point_over_85": "50 %/year"})
    assert extra_attrition(w, np.array([[1.0]]))[0, 0] == pytest.approx(0.4 ** (1 / 12))


def test_the_closed_loop_adds_to_the_leavers_6_3() -> None:
    w = desk(agents=10, attrition={"base": "10 %/month", "replace": "none"})
    zeros = Feedback(np.zeros((1, 6)), np.zeros((1, 6)), np.zeros((1, 6)))
    same = draw_roster(replace(w, feedback=zeros), 0, 0)
    for name, column in vars(draw_roster(w, 0, 0)).items():
        assert np.array_equal(column, getattr(same, name)), name
    more = replace(w, feedback=replace(zeros, attrition=np.array([[0.1, 0, 0, 0, 0, 0]])))
    assert [row.resigned for row in headcount(more)][:2] == [2, 0]  # 20 % of ten, then 10 % of eight: 2.8
    assert [row.resigned for row in headcount(w)][:2] == [1, 0]


# overtime


def overtime(share: str = "10 %", **more: Any) -> Resolved:
    return desk(
        attrition={},
        overtime={"premium": "25 %"},
        decisions={"overtime": {"desk": {"2027-02": share}}},
        months=3,
        **more,
    )


def test_overtime_makes_shifts_longer_by_a_share_of_their_paid_time_6_3() -> None:
    shifts = {"day": {"days": "mon-sun", "hours": "08:00-16:30", "breaks": ["30 min"]}}
    w = overtime(shifts=shifts, agents=2)
    roster, plain = draw_roster(w, 0, 0), draw_roster(desk(attrition={}, shifts=shifts, agents=2, months=3), 0, 0)
    for day, longer in ((FEB - 1, 0), (FEB, 48 * MIN), (MAR - 1, 48 * MIN), (MAR, 0)):
        end, before = (max(e for b, e in on_duty(r, 0) if b // DAY == day) for r in (roster, plain))
        assert end - before == longer
    assert roster.overtime_ms.tolist() == [[0, 2 * 28 * 48 * MIN, 0]]
    assert (
        (roster.paid_ms - plain.paid_ms).sum() == (roster.scheduled_ms - plain.scheduled_ms).sum() == 2 * 28 * 48 * MIN
    )


def test_who_is_absent_or_in_training_works_no_overtime_6_3() -> None:
    w = overtime(agents=6, shrinkage={"absence": "50 %"})
    roster = draw_roster(w, 0, 0)
    there = np.count_nonzero(
        (roster.event_what == AGENT_ON) & (roster.event_ms >= FEB * DAY) & (roster.event_ms < MAR * DAY)
    )
    assert 0 < there < 6 * 28
    assert roster.overtime_ms[0, 1] == there * 48 * MIN
    decisions = {"hires": {"desk": {"2027-02": 1}}, "overtime": {"desk": {"2027-02": "10 %"}}}
    w = desk(attrition={}, overtime={}, decisions=decisions, hire={"training": "8 days"}, agents=1, months=3)
    assert draw_roster(w, 0, 0).overtime_ms[0, 1] == (28 + 20) * 48 * MIN


def test_time_on_duty_beyond_the_shift_is_counted_6_1_6_3(run: Player) -> None:
    w = overtime("0 %", agents=2)
    roster = draw_roster(w, 0, 0)
    end = 16 * HOUR
    seen = run(w, [one(end - 10, 100), one(end - 5, 70), one(DAY + end - 20, 20), one(2 * DAY + end - 1, 5)], roster)
    edges = np.array(w.calendar.month_edges_ms)
    # 90 and 65 beyond the first day's end, nothing on the second, 4 on the third
    assert overrun_ms(roster, seen.outcomes, edges, 1).tolist() == [[90 + 65 + 4, 0, 0]]
    unpaid = draw_roster(desk(attrition={}, agents=2, months=3), 0, 0)
    assert overrun_ms(unpaid, seen.outcomes, edges, 1).tolist() == [[0, 0, 0]]


def test_being_late_for_a_break_is_no_overtime_6_1(run: Player) -> None:
    shifts = {"day": {"days": "mon-sun", "hours": "08:00-16:00", "breaks": ["60 min"]}}
    w = overtime("0 %", agents=1, shifts=shifts)
    roster = draw_roster(w, 0, 0)
    at = on_duty(roster, 0)[0][1]
    seen = run(w, [one(at - 10, 100)], roster)
    assert seen.duty(0)[0][1] == at + 90
    assert overrun_ms(roster, seen.outcomes, np.array(w.calendar.month_edges_ms), 1).sum() == 0


# outsourced teams


def bought(**more: Any) -> Resolved:
    contract = {"per_hour": "30 EUR/h", **more.pop("outsourced", {})}
    return desk(months=4, outsourced=contract, **more)


def test_an_outsourced_team_has_no_pipeline_of_its_own_6_4() -> None:
    w = bought(attrition={"base": "50 %/month"})
    assert serving(w) == [4] * 120
    assert draw_roster(w, 0, 0).resigned.sum() == 0


def test_outsourced_agents_are_there_from_the_first_day_to_the_last_6_4() -> None:
    w = bought(outsourced={"starts": "2027-01-11", "ends": "2027-03-05"})
    assert serving(w) == [0] * 10 + [4] * 54 + [0] * 56
    roster = draw_roster(w, 0, 0)
    assert {int(ms // DAY) for ms in roster.event_ms[roster.event_what == AGENT_ON]} == set(range(10, 64))
    direct = draw_roster(bought(outsourced={"starts": "2027-01-11", "ends": "2027-03-05"}, shifts=None), 0, 0)
    steps = direct.event_what == SET_PRESENT
    assert direct.event_ms[steps].tolist() == [0, 10 * DAY, 64 * DAY]
    assert direct.event_value[steps].tolist() == [0, 4, 0]


def test_outsourced_agents_by_month_6_4() -> None:
    w = bought(decisions={"outsource": {"desk": {"2027-02": 12, "2027-03": 0}}}, outsourced={"ends": "2027-04-10"})
    assert serving(w) == [4] * 31 + [12] * 28 + [0] * 31 + [4] * 10 + [0] * 20
    rows = headcount(w)
    assert [row.changed for row in rows] == [0, 8, -12, 0]
    assert [row.heads_end for row in rows] == [4, 12, 0, 0]


def test_an_outsourced_number_by_interval_ends_with_the_contract_6_4() -> None:
    w = world(
        length="3 days",
        horizon={"start": "2027-01-01"},
        teams={
            "desk": {
                "staffing": {"every": "12 h", "agents": [1, 3]},
                "outsourced": {"per_hour": "30 EUR/h", "starts": "2027-01-02", "ends": "2027-01-02"},
            }
        },
    )
    roster = draw_roster(w, 0, 0)
    steps = roster.event_what == SET_PRESENT
    assert roster.event_ms[steps].tolist() == [0, DAY, DAY + 12 * HOUR, 2 * DAY]
    assert roster.event_value[steps].tolist() == [0, 1, 3, 0]


# both engines, over months


@pytest.mark.parametrize("shifts", [SHIFTS, None])
@pytest.mark.parametrize("replace_by", ["ahead", "after_leaving", "none"])
def test_both_engines_give_the_same_bytes_while_people_come_and_go_4_5_6_3(replace_by: str, shifts: Any) -> None:
    w = resolve(
        {
            "schema": 1,
            "name": "tiny",
            "horizon": {"start": "2027-01-01", "months": 5},
            "channels": {"phone": {}, "chat": {"parallel": 2}},
            "reasons": {
                "help": {
                    "rate": "150 /day",
                    "channels": {"phone": "60 %", "chat": "40 %"},
                    "handle": {"mean": "8 min", "cv": 1},
                    "resolved_first": "70 %",
                    "unresolved": {"share": "80 %", "after": "1 day"},
                }
            },
            "teams": {
                "desk": {
                    "agents": 5,
                    "serves": ["phone", "chat"],
                    **({} if shifts is None else {"shifts": shifts, "overtime": {}}),
                    "attrition": {"base": "20 %/month", "replace": replace_by},
                    "hire": {"lead": "10 days", "training": "9 days", "ramp": "30 days", "start_speed": "50 %",
                             "start_quality": "40 %"},
                },
                "others": {
                    "agents": 2,
                    "serves": ["chat"],
                    "outsourced": {"per_hour": "1 EUR/h", "ends": "2027-03-15"},
                },
            },
            "decisions": {
                "hires": {"desk": {"2027-02": 2}},
                "leaves": {"desk": {"2027-03": 1}},
                "outsource": {"others": {"2027-02": 4}},
                **({} if shifts is None else {"overtime": {"desk": {"2027-02": "20 %"}}}),
            },
        }
    )  # fmt: skip
    roster = draw_roster(w, 0, 0)
    assert roster.quality_ppm.shape[1] > 1
    assert roster.resigned.sum() > 2
    assert differing(w, seed=7) == []
