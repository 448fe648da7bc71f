"""Where things are counted: months, half-hours, days, warm-up, clock changes, what was drained after the end."""

from dataclasses import fields, replace

import numpy as np
import pytest

from sim.engine import outcomes as out
from sim.kpis import estimate, kpi_table, tally
from sim.scenario.load import resolve
from tests.kpis.conftest import DOCUMENT, small_day
from tests.kpis.hand import Hand

MONTHS = {
    "schema": 1,
    "name": "months",
    "horizon": {"start": "2027-01-31", "months": 2, "timezone": "Europe/Berlin"},
    "reasons": {"order": {"rate": "1 /h", "channels": {"phone": "100 %"}, "handle": "4 min"}},
    "channels": {"phone": {"target": {"share": "80 %", "within": "20 s"}}},
    "teams": {"desk": {"agents": 1, "serves": ["phone"]}},
}
DAY = 24 * 60


def across_months(document: dict) -> tuple:
    """Months from 31 January to 28 February and to 31 March; a call over the first month's end, one over the last's.

    Call one: arrives 10 min before 28 February 00:00, answered after 4, talk until 5 after midnight, wrap-up 1.
    Call two: arrives 3 min before the end, answered after 1, still in progress.
    """
    resolved = resolve(document)
    edge = 28 * DAY
    end = resolved.calendar.end_ms / 60_000
    h = Hand(resolved)
    t0 = h.ticket(edge - 10, "order", "phone", out.BY_AGENT, end=edge + 5, response=edge - 6)
    h.contact(t0, out.RESOLVED, edge - 10, edge - 6, edge + 5, edge + 6, handle=12, agent=0)
    t1 = h.ticket(end - 3, "order", "phone", out.OPEN, response=end - 2)
    h.contact(t1, out.IN_SERVICE, end - 3, end - 2, handle=2, agent=0)
    h.busy = [(0, "phone", edge - 6, edge + 6), (0, "phone", end - 2, end)]
    h.duty = [(0, edge - 60, edge + 60), (0, end - 60, end)]
    return resolved, h.tape(), h.roster(), h.outcomes()


@pytest.mark.parametrize(("booked", "first", "second"), [("end", 0, 1), ("start", 1, 0)])
def test_contacts_count_where_they_arrive_and_handle_time_as_booked(booked, first, second):
    parts = across_months(MONTHS | {"kpis": {"handle_booked": booked}})
    one = [tally(*parts)]
    assert parts[0].calendar.month_labels == ("2027-01", "2027-02")
    got = {
        (kpi, month): estimate(parts[0], one, kpi, month=month).value
        for kpi in ("offered", "handled", "backlog", "agents_busy", "mean_wait")
        for month in ("2027-01", "2027-02", "all")
    }
    assert [got["offered", m] for m in ("2027-01", "2027-02", "all")] == [1, 1, 2]
    assert [got["handled", m] for m in ("2027-01", "2027-02", "all")] == [first, second, 1]
    assert [got["backlog", m] for m in ("2027-01", "2027-02", "all")] == [1, 1, 1]  # the total is the last month's end
    # busy time is split at midnight: 6 min in the first month of 28 days; 6 + 2 in the second of 31 days less an hour
    assert got["agents_busy", "2027-01"] == pytest.approx(6 / (28 * DAY))
    assert got["agents_busy", "2027-02"] == pytest.approx(8 / (31 * DAY - 60))
    assert got["mean_wait", "all"] == pytest.approx(60 * (4 + 1) / 2)


def test_half_hours_are_local_across_a_clock_change():
    # Berlin goes to summer time on 28 March 2027 at 02:00: that Sunday has no half-hours from 02:00 to 03:00
    resolved = resolve(MONTHS | {"horizon": {"start": "2027-03-28", "length": "24 h", "timezone": "Europe/Berlin"}})
    h = Hand(resolved)
    ticket = h.ticket(130, "order", "phone", out.LOST, end=131)  # 2 h 10 min after midnight: 03:10 on the wall
    h.contact(ticket, out.ABANDONED, 130, leave=131)
    table = kpi_table(resolved, [tally(resolved, h.tape(), h.roster(), h.outcomes())], by="half_hour")
    rows = table[(table.kpi == "offered") & (table.channel == "all")].set_index("half_hour")
    assert rows.loc["sun 03:00", "value"] == 1
    assert "sun 02:00" not in rows.index
    assert rows.value.sum() == 1
    # 24 h of elapsed time end at 01:00 of Monday
    assert "mon 00:30" in rows.index
    assert "mon 01:00" not in rows.index


def test_warm_up_is_left_out():
    # t0 to t9 and their contacts arrive before minute 90, so does t15's message at 90 not
    warm = small_day(DOCUMENT | {"horizon": DOCUMENT["horizon"] | {"warm_up": "90 min"}})
    one = [tally(warm.resolved, warm.tape, warm.roster, warm.outcomes)]

    def value(kpi: str, **where: str) -> float:
        return estimate(warm.resolved, one, kpi, **where).value

    assert value("needs") == 15
    assert value("contacts") == 26 - 12 + 1  # t1's return at 100 counts, though its need arose in the warm-up
    assert value("handled", team="front") == 10 - 4  # t0, t1's first, t2's first and t3's retry do not
    # busy from minute 90 on: agent 0 4 + 7 + 4 + 4, agent 1 1 + 4, of 2 x 270 min on duty
    assert value("occupancy", team="front") == pytest.approx((19 + 5) / 540)
    assert value("utilisation", team="front") == pytest.approx(540 / (720 * 510 / 600))
    assert value("agents_on_duty", team="front") == pytest.approx(540 / 510)


def test_what_is_drained_counts_in_the_last_month():
    document = MONTHS | {"horizon": {"start": "2027-01-31", "length": "60 min", "at_end": "drain"}}
    resolved = resolve(document)
    h = Hand(resolved)
    ticket = h.ticket(59, "order", "phone", out.BY_AGENT, end=75, response=70)
    h.contact(ticket, out.RESOLVED, 59, 70, 75, 75, handle=5, agent=0)
    h.busy, h.duty = [(0, "phone", 70, 75)], [(0, 0, 75)]
    one = [tally(resolved, h.tape(), h.roster(), h.outcomes())]
    assert estimate(resolved, one, "handled", month="2027-01").value == 1
    # judged although it arrived within the target of the end: draining decides everyone
    assert estimate(resolved, one, "service_level_c").n == 1
    # time on duty and busy counts up to the horizon's end
    assert estimate(resolved, one, "occupancy").value == 0


def test_tallies_add_up_along_every_axis(day):
    found = tally(day.resolved, day.tape, day.roster, day.outcomes)
    for name, figures in found.week.cells.items():
        assert figures.sum() == found.months.cells[name].sum(), name
        assert found.days.cells[name].sum() == figures.sum(), name
    for name, figures in found.week.teams.items():
        assert figures.sum(axis=0) == pytest.approx(found.months.teams[name].sum(axis=0)), name
    for name, figures in found.days.lanes.items():
        assert figures.sum(axis=0) == pytest.approx(found.months.lanes[name].sum(axis=0)), name


def test_handle_time_of_a_tally_is_a_sum_and_not_a_ratio(day):
    one = tally(day.resolved, day.tape, day.roster, day.outcomes)
    assert one.months.cells["handle_ms"].sum() == 68 * 60_000
    assert one.months.cells["handled"].sum() == 12


def test_rows_of_the_tape_that_were_never_used_count_nowhere(day):
    unused = {
        f.name: np.append(getattr(day.outcomes, f.name), -1).astype(getattr(day.outcomes, f.name).dtype)
        for f in fields(day.outcomes)
        if len(getattr(day.outcomes, f.name)) == day.tape.rows and f.name not in ("handle_ms", "result")
    }
    unused |= {"handle_ms": np.append(day.outcomes.handle_ms, 0), "result": np.append(day.outcomes.result, 0)}
    longer = replace(day.outcomes, **unused)
    row = {
        f.name: np.concatenate([a, a[..., :1]], axis=-1)
        for f in fields(day.tape)
        for a in [getattr(day.tape, f.name)]
        if a.shape[-1] == day.tape.rows
    }
    tape = replace(day.tape, **row)
    with_unused = tally(day.resolved, tape, day.roster, longer)
    plain = tally(day.resolved, day.tape, day.roster, day.outcomes)
    for name, figures in plain.months.cells.items():
        assert (with_unused.months.cells[name] == figures).all(), name


def test_the_mean_of_daily_levels_is_another_figure():
    # day one: 1 of 1 in time; day two: 1 of 4: daily mean (1 + .25)/2 = .625, the period's level 2/5
    document = MONTHS | {"horizon": {"start": "2027-01-30", "months": 1}}
    resolved = resolve(document)
    h = Hand(resolved)
    for when, waits in ((600, 0), (DAY + 600, 0), (DAY + 601, 1), (DAY + 602, 1), (DAY + 603, 1)):
        ticket = h.ticket(when, "order", "phone", out.BY_AGENT, end=when + 5, response=when + waits)
        h.contact(ticket, out.RESOLVED, when, when + waits, when + 5, when + 5, handle=5 - waits, agent=0)
    one = [tally(resolved, h.tape(), h.roster(), h.outcomes())]
    assert estimate(resolved, one, "service_level").value == pytest.approx(2 / 5)
    assert estimate(resolved, one, "service_level_daily_mean").value == pytest.approx(0.625)
    assert estimate(resolved, one, "service_level_daily_mean").n == 2
