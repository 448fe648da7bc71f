"""Each of the fifteen checks stays quiet on a good log and speaks up on a log made to break it."""

import datetime as dt

import pytest

from sim.calibrate.contacts import read_contacts
from sim.calibrate.extract import Extract
from sim.calibrate.fit import calibrate
from tests.calibrate.synthetic import write

NOW = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
ALWAYS_SAID = {10}  # the share censored is a figure, not a fault


def good_rows() -> list[dict[str, object]]:
    """Three weeks of weekdays 08:00 to 18:00, three calls a half-hour, one in seven abandoned."""
    rows: list[dict[str, object]] = []
    for day in range(21):
        if day % 7 > 4:
            continue
        for slot in range(16, 36):
            for k in range(3):
                at = dt.datetime(2026, 3, 2, tzinfo=dt.UTC) + dt.timedelta(
                    days=day, minutes=30 * slot + 9 * k + day % 5
                )
                number = len(rows)
                left = number % 7 == 0
                wait = 7 + number * 13 % 83
                rows.append(
                    {
                        "contact_id": f"c{number}",
                        "arrived_at": at.isoformat(),
                        "channel": "phone",
                        "outcome": "abandoned" if left else "handled",
                        "reason": "delivery",
                        "wait_s": wait,
                        "wait_basis": "calendar",
                        "handle_s": "" if left else 101 + number * 37 % 397,
                        "handle_basis": "measured",
                        "customer_key": f"k{number}",
                        "agent_key": "" if left else f"a{number % 4}",
                        "resolved_at": "" if left else (at + dt.timedelta(seconds=wait + 600)).isoformat(),
                        "first_response_at": "" if left else (at + dt.timedelta(seconds=wait)).isoformat(),
                        "replies": "",
                        "case_id": f"case{number}",
                        "direction": "inbound",
                    }
                )
    return rows


def checks(tmp_path, rows, extract=None, timezone="UTC"):
    log = read_contacts(write(tmp_path, rows), extract, timezone, now=NOW)
    return {check.number: check for check in calibrate(log, now=NOW).checks}


def test_a_good_log_passes_all_fifteen(tmp_path):
    found = checks(tmp_path, good_rows())
    assert sorted(found) == list(range(1, 16))
    assert {n for n, check in found.items() if check.level != "ok"} == ALWAYS_SAID


def shift(rows, hours):
    for row in rows:
        moved = dt.datetime.fromisoformat(str(row["arrived_at"])) + dt.timedelta(hours=hours)
        row["arrived_at"] = moved.isoformat()


def change(rows, picks, **fields):
    for k in picks:
        rows[k].update(fields)


def earlier(row, key, seconds):
    row[key] = (dt.datetime.fromisoformat(str(row["arrived_at"])) + dt.timedelta(seconds=seconds)).isoformat()


def breakage(number, rows):
    """Break the rows so that the check of this number must see it; returns (extract, zone, expected count)."""
    handled = [k for k, row in enumerate(rows) if row["outcome"] == "handled"]
    match number:
        case 1:
            rows.append(dict(rows[5]))
            return None, "UTC", 1
        case 2:
            change(rows, [3, 4], arrived_at="2030-01-01T10:00:00+00:00")
            return None, "UTC", 2
        case 3:
            shift(rows, 9)
            return Extract(business_hours="mon-fri 08:00-18:00"), "UTC", None
        case 4:
            change(rows, handled[:6], wait_s=0, replies=0)
            return None, "UTC", 6
        case 5:
            change(rows, handled[:2], handle_s=-30)
            change(rows, handled[2:3], wait_s=-1)
            return None, "UTC", 3
        case 6:
            change(rows, handled, handle_s=600)
            change(rows, handled[::2], handle_s=660)
            return None, "UTC", len(handled)
        case 7:
            for k in handled[:4]:
                earlier(rows[k], "resolved_at", 1)
                earlier(rows[k], "first_response_at", 90)
                rows[k]["handle_s"] = ""
            return None, "UTC", 4
        case 8:
            change(rows, [10, 11], outcome="spam")
            change(rows, [12], direction="outbound")
            change(rows, [13], channel="bot")
            return None, "UTC", 4
        case 9:
            for k, row in enumerate(rows):
                if row["outcome"] == "abandoned":
                    rows[k] = dict(rows[k], outcome="handled", handle_s=200)
            return None, "UTC", 0
        case 11:
            change(rows, handled[:5], handle_s=5000)
            return None, "UTC", 5
        case 12:
            rows[:] = [row for row in rows if not str(row["arrived_at"]).startswith("2026-03-10")]
            return None, "UTC", 1
        case 13:
            shift(rows, 24 * 14)
            return None, "Europe/Berlin", 1
        case 14:
            for k in handled[:3]:
                at = dt.datetime.fromisoformat(str(rows[k]["arrived_at"])) + dt.timedelta(seconds=40)
                twin = {"contact_id": f"twin{k}", "channel": "email", "arrived_at": at.isoformat()}
                rows.append(dict(rows[k], **twin))
            return None, "UTC", 3
        case 15:
            for k in handled:
                rows[k]["handle_s"] = 1000 * int(str(rows[k]["handle_s"]))
                rows[k]["resolved_at"] = ""
            return None, "UTC", 1
    raise AssertionError(number)


@pytest.mark.parametrize("number", [n for n in range(1, 16) if n not in ALWAYS_SAID])
def test_each_check_sees_its_own_breakage(tmp_path, number):
    rows = good_rows()
    extract, zone, count = breakage(number, rows)
    check = checks(tmp_path, rows, extract, zone)[number]
    assert check.level == ("note" if number in (8, 13) else "warning")
    assert check.detail
    if count is not None:
        assert check.count == count


def test_a_cap_shows_as_a_pile_at_the_largest_value(tmp_path):
    rows = good_rows()
    for row in rows:
        row["wait_s"] = min(int(str(row["wait_s"])), 60)
    check = checks(tmp_path, rows)[6]
    assert check.level == "warning"
    assert "wait_s capped at 60 s" in check.detail


def test_the_censored_share_is_counted(tmp_path):
    rows = good_rows()
    rows[1] |= {"outcome": "open", "wait_s": "", "first_response_at": ""}
    check = checks(tmp_path, rows)[10]
    waited = sum(row["outcome"] == "handled" for row in rows)  # by then without the open one
    assert check.count == waited
    assert "1 still open" in check.detail


def test_a_shifted_file_is_told_by_how_much(tmp_path):
    rows = good_rows()
    shift(rows, 9)
    check = checks(tmp_path, rows, Extract(business_hours="mon-fri 08:00-18:00"))[3]
    assert "shifted by -9 h" in check.detail


def test_absent_abandonments_leave_patience_open(tmp_path):
    rows = good_rows()
    breakage(9, rows)
    log = read_contacts(write(tmp_path, rows), timezone="UTC", now=NOW)
    fit = calibrate(log, now=NOW)
    assert fit.checks[8].detail == "none: patience not identifiable"
    assert fit.channels["phone"].patience is None
