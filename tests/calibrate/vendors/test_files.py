"""Files as they come: encodings, separators, gzip, damage. What cannot be read is located, all of it at once."""

from __future__ import annotations

import gzip
import json
import re

import numpy as np
import pytest
from click.testing import CliRunner

from cli import main
from sim.calibrate.contacts import ContactLog
from sim.calibrate.extract import CalibrationError, Extract
from sim.calibrate.intervals import IntervalLog
from sim.calibrate.vendors.read import read_log
from sim.scenario.problems import Problem
from tests.calibrate.vendors import centres, desks
from tests.calibrate.vendors.world import Fact, call_centre, facts


@pytest.fixture(scope="module")
def found() -> list[Fact]:
    return facts(call_centre()[0], 5)[:200]


@pytest.fixture(scope="module")
def five9(found) -> str:
    return centres.five9(found, np.random.default_rng(1)).replace("Ada", "Zoë")


def rows_of(path) -> int:
    log = read_log(path, timezone="Europe/Berlin")
    assert isinstance(log, ContactLog)
    return len(log.rows)


def problems_of(path, **choices) -> list[Problem]:
    with pytest.raises(CalibrationError) as caught:
        read_log(path, **({"timezone": "Europe/Berlin"} | choices))
    return caught.value.located(path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1", "cp1252"])
def test_every_encoding_reads_the_same(encoding, five9, found, tmp_path):
    path = tmp_path / "calls.csv"
    path.write_bytes(five9.encode(encoding))
    assert rows_of(path) == len(found)


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_every_separator_reads_the_same(separator, five9, found, tmp_path):
    import csv
    import io

    out = io.StringIO()
    csv.writer(out, delimiter=separator).writerows(csv.reader(io.StringIO(five9)))
    path = tmp_path / "calls.csv"
    path.write_text(out.getvalue(), encoding="utf-8")
    assert rows_of(path) == len(found)
    path.write_text(f"sep={separator}\n" + out.getvalue(), encoding="utf-8")
    assert rows_of(path) == len(found)


def test_gzip_is_unpacked_and_a_cut_one_is_told(five9, found, tmp_path):
    path = tmp_path / "calls.csv.gz"
    path.write_bytes(gzip.compress(five9.encode()))
    assert rows_of(path) == len(found)
    path.write_bytes(path.read_bytes()[:-200])
    assert "damaged" in problems_of(path)[0].wrong


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "the file is empty"),
        (b"  \r\n \n", "the file is empty"),
        (b"PK\x03\x04rest", "a workbook"),
        (b"CALL ID,TIMESTAMP\n1,\x00\x01\x02x", "control character"),
        (b"a,b,c\n1,2,3\n", "no export that deskplan knows"),
        (b'{"conversations": [{"id": 1}', "not JSON"),
        (b"[" * 5000, "not JSON"),
        (b'{"a": 1}', "no export that deskplan knows"),
        (b"{]", "no export that deskplan knows"),
    ],
)
def test_what_is_no_export_is_refused_in_words(data, said, tmp_path):
    path = tmp_path / "x"
    path.write_bytes(data)
    vendor = "intercom" if said == "not JSON" else None
    problem = problems_of(path, vendor=vendor)[0]
    assert said in problem.wrong
    assert problem.origin.source == str(path)
    assert problem.origin.line >= 1


def test_all_broken_rows_are_located_at_once(five9, tmp_path):
    lines = five9.splitlines()
    lines[4] = ",".join(lines[4].split(",")[:5])
    lines[9] += ",one,more"
    path = tmp_path / "calls.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    broken = problems_of(path)
    assert [p.origin.line for p in broken] == [5, 10]
    assert "the heading 25" in broken[0].wrong
    assert broken[1].origin.column > 1
    lines[4] = five9.splitlines()[4]
    lines[9] = lines[9].replace(",one,more", "")
    lines[6] = lines[6].replace("delivery", '"delivery', 1) if "delivery" in lines[6] else '"' + lines[6]
    path.write_text("\n".join(lines), encoding="utf-8")
    quote = problems_of(path)[0]
    assert quote.origin.line == 7
    assert lines[6][quote.origin.column - 1] == '"'


def test_a_heading_that_is_read_must_stand_once_and_a_missing_one_is_guessed(found, tmp_path):
    text = desks.freshdesk(found, np.random.default_rng(1))  # `Resolution time (in hrs)` twice: not read, no matter
    path = tmp_path / "tickets.csv"
    path.write_text(text, encoding="utf-8")
    assert rows_of(path) == len(found)
    path.write_text(text.replace(",Subject,", ",Created time,", 1), encoding="utf-8")
    twice = problems_of(path)[0]
    assert "stands twice" in twice.wrong
    assert twice.origin.line == 1
    assert path.read_text(encoding="utf-8").splitlines()[0][twice.origin.column - 1 :].startswith("Created time")
    path.write_text(text.replace("Created time", "Creation time", 1), encoding="utf-8")
    assert "for freshdesk it lacks 'Created time'" in problems_of(path)[0].wrong
    path.write_text(text.replace("Created time", "Created times", 1), encoding="utf-8")
    missing = problems_of(path, vendor="freshdesk")[0]
    assert "'Created time' is missing" in missing.wrong
    assert missing.meant == "'Created times'"


def test_a_column_that_is_wrong_throughout_stops_and_a_slip_is_counted(found, tmp_path):
    text = desks.zendesk(found, np.random.default_rng(1))
    path = tmp_path / "tickets.csv"
    slips = text.replace("2026-04-13", "yesterday", 2)
    path.write_text(slips, encoding="utf-8")
    log = read_log(path, timezone="Europe/Berlin")
    assert any("cannot be read as a time" in str(p) for p in log.problems)
    path.write_text(text.replace("2026-04-", "April "), encoding="utf-8")
    wrong = problems_of(path)
    assert {p.wrong.split("'")[1] for p in wrong} >= {"Created at", "Updated at"}
    first = wrong[0]
    line = path.read_text(encoding="utf-8").splitlines()[first.origin.line - 1]
    assert line[first.origin.column - 1 :].startswith("April")


def test_day_and_month_that_cannot_be_told_apart_are_asked_for(found, tmp_path):
    text = desks.zendesk(found, np.random.default_rng(1))
    path = tmp_path / "tickets.csv"
    path.write_text(re.sub(r"2026-04-(\d\d)", lambda m: f"{int(m[1]) - 8:02d}/04/2026", text), encoding="utf-8")
    assert all("which is the day" in p.wrong for p in problems_of(path))
    path.write_text(re.sub(r"2026-04-(\d\d)", r"\1/04/2026", text), encoding="utf-8")
    log = read_log(path, timezone="Europe/Berlin")
    assert log.first_day.isoformat() == "2026-04-13"


def test_json_is_located_by_line_and_column(found, tmp_path):
    path = tmp_path / "tickets.json"
    text = desks.zendesk_json(found, np.random.default_rng(1))
    lines = text.splitlines()
    path.write_text("\n".join([*lines[:3], lines[3][:-5], *lines[4:]]), encoding="utf-8")
    cut = problems_of(path, vendor="zendesk_json")[0]
    assert "not JSON" in cut.wrong
    assert cut.origin.line in (4, 5)
    assert cut.origin.column >= 1
    path.write_text(text.replace('"created_at": "2026', '"created_at": "x2026'), encoding="utf-8")
    wrong = problems_of(path, vendor="zendesk_json")[0]
    shown = path.read_text(encoding="utf-8").splitlines()[wrong.origin.line - 1]
    assert shown[wrong.origin.column - 1 :].startswith('"created_at"')


def test_one_json_list_pages_and_lines_read_the_same(found, tmp_path):
    text = desks.gorgias(found, np.random.default_rng(1))
    path = tmp_path / "tickets.json"
    whole = json.loads(text)
    counts = set()
    for form in (text, "\n".join(map(json.dumps, whole)), json.dumps({"data": whole, "meta": {}}),
                 "\n".join(json.dumps({"data": whole[k : k + 30]}) for k in range(0, len(whole), 30))):  # fmt: skip
        path.write_text(form, encoding="utf-8")
        counts.add(rows_of(path))
    assert counts == {len(found)}


def test_the_zone_of_the_export_may_differ_from_that_of_the_centre(found, five9, tmp_path):
    path = tmp_path / "calls.csv"
    path.write_text(five9, encoding="utf-8")
    home = read_log(path, timezone="Europe/Berlin")
    away = read_log(path, Extract(export_time_zone="America/Los_Angeles"), timezone="Europe/Berlin")
    assert isinstance(home, ContactLog)
    assert isinstance(away, ContactLog)
    assert float(away.rows["utc_s"].min() - home.rows["utc_s"].min()) == 9 * 3600
    with pytest.raises(CalibrationError, match="--timezone"):
        read_log(path)


def test_of_an_hour_that_comes_twice_the_first_is_taken(tmp_path, found):
    text = centres.five9_inbound(found[:40], np.random.default_rng(1))
    moved = text.replace("Mon, 13 Apr 2026 08", "Sun, 25 Oct 2026 02")
    path = tmp_path / "calls.csv"
    path.write_text(moved, encoding="utf-8")
    log = read_log(path, Extract(export_time_zone="Europe/Berlin"), timezone="UTC")
    assert isinstance(log, ContactLog)
    october = log.raw[log.raw["utc_s"] > 1.79e9]
    assert len(october) > 5
    assert (october["second"] // 3600 == 0).all()  # 02:xx summer time is 00:xx UTC


def test_interval_reports_are_checked_too(found, tmp_path):
    text = centres.intervals(found, np.random.default_rng(1))
    path = tmp_path / "intervals.csv"
    path.write_text(text, encoding="utf-8")
    log = read_log(path, timezone="Europe/Berlin")
    assert isinstance(log, IntervalLog)
    assert log.contacts == len(found)
    path.write_text(text.replace(",1800,", ",86400,"), encoding="utf-8")
    daily = problems_of(path)
    assert all("86400 s" in p.wrong for p in daily)
    assert [p.origin.line for p in daily] == list(range(2, 2 + len(daily)))
    hours = text.replace(",1800,", ",3600,")
    path.write_text(hours, encoding="utf-8")
    assert read_log(path, timezone="Europe/Berlin").contacts == len(found)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--vendor", "zendsk"], "did you mean 'zendesk'"),
        (["--vendor", "genesys"], "genesys is a JSON export"),
        (["--timezone", "Europe/Berln"], "did you mean 'Europe/Berlin'"),
        (["--handle", "fone=3 min"], "did you mean 'phone'"),
        (["--handle", "3"], "a duration is needed"),
        (["--mapping", "{folder}/nothing.yaml"], "does not exist"),
    ],
)
def test_the_command_refuses_with_code_2_and_writes_nothing(arguments, said, five9, tmp_path):
    path = tmp_path / "calls.csv"
    path.write_text(five9, encoding="utf-8")
    given = [a.format(folder=tmp_path) for a in arguments]
    zone = [] if "--timezone" in given else ["--timezone", "Europe/Berlin"]
    done = CliRunner().invoke(main, ["calibrate", str(path), "--out", str(tmp_path / "o.yaml"), *zone, *given])
    assert done.exit_code == 2
    assert said in done.output
    assert list(tmp_path.iterdir()) == [path]


def test_the_list_of_vendors_is_printed_in_both_forms():
    text = CliRunner().invoke(main, ["calibrate", "--list-vendors"])
    assert text.exit_code == 0
    assert "amazon_connect" in text.output
    data = json.loads(CliRunner().invoke(main, ["calibrate", "--list-vendors", "--format", "json"]).output)
    assert len(data["rows"]) == 15
    assert CliRunner().invoke(main, ["calibrate"]).exit_code == 2


def test_the_scores_of_an_export_can_be_fitted(found, tmp_path):
    """Zendesk's ratings, with their scale: `Offered` is no answer, and two in four answered here."""
    path = tmp_path / "tickets.csv"
    path.write_text(desks.zendesk(found, np.random.default_rng(1)), encoding="utf-8")
    command = ["satisfaction", str(path), "--timezone", "Europe/Berlin", "--format", "json"]
    done = CliRunner().invoke(main, command)
    assert done.exit_code == 0, done.output
    data = json.loads(done.output)
    assert data["scale"] == "good_bad"
    assert 0.3 * len(found) < data["cases"] < 0.6 * len(found)


def test_the_extract_may_name_the_vendor(found, tmp_path):
    """By its name where that fits the file; of two layouts of one vendor the file's own is taken."""
    path = tmp_path / "tickets"
    for write, vendor in ((desks.zendesk, "zendesk"), (desks.zendesk_json, "zendesk_json")):
        path.write_text(write(found, np.random.default_rng(1)), encoding="utf-8")
        log = read_log(path, Extract(vendor="Zendesk", time_zone="Europe/Berlin"))
        assert log.vendor == vendor


MARKS = (b'"', b",", b"\n", b"{", b"}", b"[", b"]", b":", b"null", b"-1", b"1e999", b"NaN", b"\x00", b"\xff", b'""',
         b";", b"2026-13-45", b"0001-01-01T00:00:00Z", b"9999-12-31T23:59:59Z", b"-5:00:00", b"9" * 5000)  # fmt: skip


@pytest.mark.parametrize("write", [desks.zendesk, desks.help_scout, centres.amazon, centres.five9, centres.intervals])
def test_a_damaged_export_is_read_or_refused_and_never_a_surprise(write, found, tmp_path):
    """Bytes put in, taken out and doubled at random: a log, or problems with their places."""
    rng = np.random.default_rng(7)
    whole = write(found[:40], rng).encode()
    path = tmp_path / "export"
    read = refused = 0
    for _ in range(40):
        data = bytearray(whole)
        for _ in range(int(rng.integers(1, 4))):
            at = int(rng.integers(len(data)))
            mark = MARKS[int(rng.integers(len(MARKS)))]
            data[at : at + int(rng.integers(0, 9))] = mark if rng.random() < 0.7 else b""
        path.write_bytes(bytes(data))
        try:
            read_log(path, timezone="Europe/Berlin")
            read += 1
        except CalibrationError:
            refused += 1
    assert read > 0
    assert refused > 0
