"""Reading a log: privacy first, and every row accounted for."""

import datetime as dt

import pandas as pd
import pytest

from sim.calibrate.contacts import read_contacts
from sim.calibrate.extract import CalibrationError, Extract, read_extract
from tests.calibrate.synthetic import write

NOW = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)


def row(number: int, **fields: object) -> dict[str, object]:
    """A handled call on a Monday morning."""
    return {
        "contact_id": f"c{number}",
        "arrived_at": f"2026-03-02T{8 + number % 8:02d}:30:00+01:00",
        "channel": "phone",
        "outcome": "handled",
        "wait_s": 12,
        "handle_s": 200,
    } | fields


def read(tmp_path, rows, **options):
    return read_contacts(write(tmp_path, rows), now=NOW, **options)


def test_no_name_address_or_key_survives_reading(tmp_path):
    private = {
        "requester_name": "Ada Lovelace",
        "email": "ada@example.org",
        "tel": "+49 30 123456",
        "subject": "Help",
    }
    keys = {"customer_key": "ada@example.org", "agent_key": "Grace Hopper", "case_id": "case of Ada"}
    log = read(tmp_path, [row(k, contact_id=f"contact-{k}", **private, **keys) for k in range(5)])
    assert log.ignored_columns == ("requester_name", "email", "tel", "subject")
    for frame in (log.raw, log.rows):
        text = frame.to_csv()
        for secret in (*private.values(), *keys.values(), "Ada", "Grace", "contact-3"):
            assert secret not in text
    assert log.rows["customer_key"].nunique() == 1  # still the same customer
    assert log.rows["contact_id"].nunique() == 5


def test_two_runs_hash_the_same_key_differently(tmp_path):
    rows = [row(k, customer_key="ada@example.org") for k in range(3)]
    path = write(tmp_path, rows)
    one, two = (read_contacts(path, now=NOW).rows["customer_key"].iloc[0] for _ in range(2))
    assert one != two
    salted = [read_contacts(path, salt=b"s", now=NOW).rows["customer_key"].iloc[0] for _ in range(2)]
    assert salted[0] == salted[1]


def test_free_text_is_no_reason(tmp_path):
    log = read(tmp_path, [row(k, reason=f"Ada Lovelace wrote about parcel {k}") for k in range(250)])
    assert set(log.rows["reason"]) == {"contact"}
    assert any("free text" in str(p) for p in log.problems)


def test_local_time_is_that_of_the_zone_asked_for(tmp_path):
    log = read(tmp_path, [row(0, arrived_at="2026-03-02T23:30:00Z")], timezone="Europe/Berlin")
    assert log.first_day == dt.date(2026, 3, 3)
    assert list(log.rows[["weekday", "slot"]].iloc[0]) == [1, 1]


def test_one_offset_in_the_file_is_its_zone_and_two_need_a_word(tmp_path):
    assert read(tmp_path, [row(0), row(1)]).timezone == "Etc/GMT-1"
    with pytest.raises(CalibrationError, match="--timezone"):
        read(tmp_path, [row(0), row(1, arrived_at="2026-04-02T09:00:00+02:00")])


def test_missing_columns_are_named_with_a_guess(tmp_path):
    path = tmp_path / "c.csv"
    path.write_text("contact_id,arrived,channel\n1,2026-03-02T08:00:00Z,phone\n", encoding="utf-8")
    with pytest.raises(CalibrationError, match=r"'arrived_at' is missing \(is it 'arrived'\?\)"):
        read_contacts(path)


def test_the_smallest_usable_file_has_three_columns(tmp_path):
    keep = ("contact_id", "arrived_at", "channel")
    log = read(tmp_path, [{k: v for k, v in row(n).items() if k in keep} for n in range(6)])
    assert len(log.rows) == 6
    assert set(log.rows["outcome"]) == {"open"}
    assert log.rows["wait_s"].isna().all()


def test_problems_carry_line_numbers_and_counts(tmp_path):
    rows = [row(k) for k in range(10)]
    rows[2]["arrived_at"] = "02/03/2026 10:00"
    rows[4]["arrived_at"] = "2026-03-02T08:00:00"  # no offset
    rows[5]["channel"] = "fone"
    rows[6]["wait_s"] = "soon"
    log = read(tmp_path, rows)
    shown = [str(p) for p in log.problems]
    assert any("RFC 3339" in p and ": 2 (line 4, 6)" in p for p in shown)
    assert any("'fone' is not known, did you mean 'phone'?: 1 (line 7)" in p for p in shown)
    assert any("wait_s is not a number: 1 (line 8)" in p for p in shown)
    assert log.left_out["no usable time, channel or id"] == 3
    assert len(log.rows) == 7


def test_every_row_is_demand_or_counted_once_as_left_out(tmp_path):
    rows = [row(k) for k in range(6)]
    rows += [
        row(3),  # again
        row(20, direction="outbound"),
        row(21, outcome="spam"),
        row(22, outcome="merged"),
        row(23, merged_into="c1"),
        row(24, channel="bot"),
        row(25, outcome="self_served"),
        row(26, arrived_at="2031-01-01T00:00:00+01:00"),
        row(27, direction="outbound", outcome="spam"),
    ]
    log = read(tmp_path, rows)
    assert len(log.rows) == 6
    assert log.left_out == {
        "no usable time, channel or id": 0,
        "repeated contact_id": 1,
        "outside the window or in the future": 1,
        "outbound or internal": 2,
        "spam": 1,
        "merged into another": 2,
        "self-service or bot, no agent asked for": 2,
    }
    assert len(log.rows) + sum(log.left_out.values()) == len(rows)


def test_the_latest_of_two_rows_with_one_id_is_kept(tmp_path):
    log = read(tmp_path, [row(1, handle_s=100), row(1, handle_s=300)])
    assert list(log.rows["handle_s"]) == [300]


def test_handle_time_is_the_sum_of_its_parts_where_only_they_are_given(tmp_path):
    # a published contact record: 2,257 s of talk and 1,021 s of hold were 3,278 s connected
    rows = [row(1, handle_s="", talk_s=2257, hold_s=1021), row(2, handle_s="", talk_s=239, hold_s=221, wrap_s=20)]
    assert list(read(tmp_path, rows).rows["handle_s"]) == [3278, 480]


def test_handle_time_is_never_taken_from_resolution_time(tmp_path):
    log = read(tmp_path, [row(1, handle_s="", resolved_at="2026-03-04T08:00:00+01:00")])
    assert log.rows["handle_s"].isna().all()


def test_no_reply_is_no_instant_answer(tmp_path):
    log = read(tmp_path, [row(1, wait_s=0, replies=0), row(2, wait_s=0, replies=1), row(3, wait_s=-5)])
    assert log.rows["wait_s"].isna().tolist() == [True, False, True]


def test_the_extract_bounds_the_window(tmp_path):
    extract = Extract(
        window_start=dt.datetime(2026, 3, 1, tzinfo=dt.UTC),
        window_end=dt.datetime(2026, 3, 15, tzinfo=dt.UTC),
        time_zone="UTC",
    )
    log = read(tmp_path, [row(1), row(2, arrived_at="2026-03-20T08:00:00+01:00")], extract=extract)
    assert (log.first_day, log.days) == (dt.date(2026, 3, 1), 14)
    assert len(log.rows) == 1


def test_the_extract_file_is_checked(tmp_path):
    path = tmp_path / "extract.yaml"
    path.write_text("time_zone: Europe/Berlin\nabandons: some\nwindow: 3\n", encoding="utf-8")
    with pytest.raises(CalibrationError) as found:
        read_extract(path)
    assert len(found.value.problems) == 2
    path.write_text("window_start: 2026-03-01T00:00:00+01:00\nabandons: absent\n", encoding="utf-8")
    start = read_extract(path).window_start
    assert start is not None
    assert start.astimezone(dt.UTC) == dt.datetime(2026, 2, 28, 23, tzinfo=dt.UTC)


def test_an_empty_log_says_so(tmp_path):
    with pytest.raises(CalibrationError, match=r"no inbound contact is left of 1 \(1 spam\)"):
        read(tmp_path, [row(1, outcome="spam")])
    with pytest.raises(CalibrationError, match="no row can be used"):
        read(tmp_path, [row(1, channel="")])


def test_no_column_of_the_frames_is_unknown(tmp_path):
    log = read(tmp_path, [row(1, csat_raw="Ada was rude", queue="q", order_key="o1")])
    assert not {"queue", "order_key"} & set(log.raw.columns)
    assert log.raw["csat_raw"].isna().all()  # a score is one of a few words: a comment never gets in
    assert isinstance(log.rows, pd.DataFrame)
