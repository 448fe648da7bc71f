"""Mappings are data: a planner's own is checked line by line, and every key of one that ships does what it says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.calibrate.contacts import ContactLog
from sim.calibrate.extract import CalibrationError
from sim.calibrate.vendors.load import own_mapping, vendors
from sim.calibrate.vendors.mapping import Column
from sim.calibrate.vendors.paths import PathError, parse_path, taken
from sim.calibrate.vendors.read import read_log
from sim.calibrate.vendors.values import clock_seconds, number
from sim.scenario.problems import Problem
from tests.calibrate.vendors import desks
from tests.calibrate.vendors.world import call_centre, facts

OWN = """\
title: Our ticket tool
time_zone: Europe/Berlin
columns:
  contact_id: Number
  arrived_at: {from: Opened, format: "%d.%m.%Y %H:%M"}
  channel: {from: Way, values: {hotline: phone, mail: email}, otherwise: other}
  reason: Subject area
  wait_s: {from: Minutes to answer, unit: min, null_when: {_answers: {at_most: 0}}}
  wait_basis: {const: calendar}
  _answers: {from: Answers, is: number}
  _state: State
outcome:
  - {is: spam, when: {_state: junk}}
  - {is: handled, when: {_answers: {above: 0}}}
  - {is: open}
direction:
  - {is: inbound}
set_aside:
  - {why: tests of our own, when: {_state: [test, trial]}}
"""
ROWS = """\
Number;Opened;Way;Subject area;Minutes to answer;Answers;State;Name
1;13.04.2026 09:15;Hotline;Delivery;2;1;done;Ada
2;13.04.2026 09:20;mail;Delivery;0;0;new;Ada
3;13.04.2026 09:25;carrier pigeon;Returns;3,5;2;done;Ada
4;14.04.2026 10:00;mail;Returns;1;1;junk;Ada
5;14.04.2026 10:05;mail;Returns;1;1;Trial;Ada
"""


def own(folder: Path, text: str) -> Path:
    path = folder / "ours.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_mapping_of_ones_own_reads_a_tool_that_nobody_knows(tmp_path):
    log_file = tmp_path / "export.csv"
    log_file.write_text(ROWS, encoding="utf-8")
    log = read_log(log_file, timezone="Europe/Berlin", mapping=own(tmp_path, OWN))
    assert isinstance(log, ContactLog)
    assert log.vendor == "ours"
    assert list(log.rows["channel"]) == ["phone", "email", "other"]
    assert log.rows["wait_s"].tolist()[::2] == [120.0, 210.0]
    assert np.isnan(log.rows["wait_s"].iloc[1])
    assert int(log.raw["no_reply"].sum()) == 1
    assert list(log.rows["outcome"]) == ["handled", "open", "handled"]
    assert log.left_out["spam"] == 1
    assert log.left_out["tests of our own"] == 1
    assert (log.rows["second"] == np.array([9 * 60 + 15, 9 * 60 + 20, 9 * 60 + 25]) * 60).all()


def test_a_mapping_can_change_one_column_of_one_that_ships(tmp_path):
    """The custom field that holds the reason is everybody's own."""
    found = facts(call_centre()[0], 5)[:100]
    path = tmp_path / "export.csv"
    text = desks.zendesk(found, np.random.default_rng(1)).replace("Contact reason [list]", "Why [list]")
    path.write_text(text, encoding="utf-8")
    plain = read_log(path, timezone="UTC")
    assert isinstance(plain, ContactLog)
    assert set(plain.rows["reason"]) == {"Question"}
    mapping = own(tmp_path, 'extends: zendesk\ncolumns:\n  reason: "Why [list]"\n')
    log = read_log(path, timezone="UTC", mapping=mapping)
    assert isinstance(log, ContactLog)
    assert set(log.rows["reason"]) == {"delivery", "returns"}
    assert len(log.rows) == len(found)


@pytest.mark.parametrize(
    ("change", "line", "said", "meant"),
    [
        (("contact_id: Number", "contact_idd: Number"), 4, "not of the log", "'contact_id'"),
        (("unit: min", "unit: mins"), 8, "'mins' is not known", "'min'"),
        (("values: {hotline: phone", "values: {hotline: fone"), 6, "'fone' is no channel", "'phone'"),
        (("{is: spam", "{is: spamm"), 13, "'spamm' is not known", "'spam'"),
        (("{_state: junk}", "{_stat: junk}"), 13, "no column '_stat'", "'_state'"),
        (("null_when", "null_wen"), 8, "not known", "'null_when'"),
        (("time_zone: Europe/Berlin", "time_zone: Europe/Berln"), 2, "not known", "'Europe/Berlin'"),
        (("title:", "titel:"), 1, "not known", "'title'"),
        (("%d.%m.%Y %H:%M", "dd.mm.yyyy"), 5, "no format of times", ""),
        (("%d.%m.%Y %H:%M", "%d.%m.%Q"), 5, "no format of times", ""),
        (("{const: calendar}", "{const: calendar, from: Clock}"), 9, "exactly one of", ""),
        (("title: Our", "extends: zendsk\ntitle: Our"), 1, "no mapping 'zendsk'", "'zendesk'"),
        (("  contact_id: Number\n", ""), 3, "needed", ""),
        (("columns:\n", "columns: [\n"), 5, "not closed", ""),
    ],
)
def test_what_is_wrong_in_a_mapping_is_located(change, line, said, meant, tmp_path):
    with pytest.raises(CalibrationError) as caught:
        own_mapping(own(tmp_path, OWN.replace(*change)))
    problems = [p for p in caught.value.problems if isinstance(p, Problem)]
    hit = [p for p in problems if said in p.wrong]
    assert hit, problems
    assert hit[0].origin.line == line
    assert hit[0].origin.column >= 1
    assert hit[0].meant == meant


def test_all_that_is_wrong_is_said_at_once(tmp_path):
    text = (
        OWN.replace("hotline: phone", "hotline: fone").replace("{is: spam", "{is: spamm").replace("%d.%m.%Y", "dd.mm")
    )
    with pytest.raises(CalibrationError) as caught:
        own_mapping(own(tmp_path, text))
    assert len(caught.value.problems) == 2  # the format still has a % in it: that one shows when the file is read


def test_a_file_that_two_mappings_fit_is_not_guessed(tmp_path):
    from sim.calibrate.vendors.load import by_name

    headings = dict.fromkeys((*by_name("five9").mapping.recognise, *by_name("freshdesk").mapping.recognise))
    path = tmp_path / "both.csv"
    path.write_text(",".join(headings) + "\n", encoding="utf-8")
    with pytest.raises(CalibrationError) as caught:
        read_log(path, timezone="UTC")
    problem = caught.value.located(path)[0]
    assert "five9 and freshdesk" in problem.wrong
    assert "--vendor five9 or --vendor freshdesk" in problem.allowed


def test_every_mapping_that_ships_says_what_it_is_for():
    assert len(vendors()) == 15
    for name, named in vendors().items():
        mapping = named.mapping
        assert mapping.title, name
        assert mapping.export, name
        assert mapping.fits, name
        assert mapping.recognise, name
        wanted = set(mapping.columns)
        resolution = [c for n, c in mapping.columns.items() if n == "handle_s"]
        for column in resolution:  # never from how long a ticket was open
            assert not any("resol" in path.lower() for path in column.paths()), name
        assert wanted >= ({"offered"} if mapping.kind == "intervals" else {"contact_id"}), name


@pytest.mark.parametrize(
    ("text", "column", "seconds"),
    [
        ("00:04:10", {}, 250.0),
        ("31:00:00", {}, 111_600.0),  # hours go beyond 24
        ("-0:00:05", {}, -5.0),
        ("90", {}, 90.0),
        ("2.5", {"unit": "h"}, 9000.0),
        ("2,5", {"unit": "min"}, 150.0),
        ("1500", {"unit": "ms"}, 1.5),
        ("0:25", {"clock": "h:mm"}, 1500.0),
        ("0:25", {"clock": "m:ss"}, 25.0),
    ],
)
def test_durations_in_every_dress(text, column, seconds):
    assert clock_seconds(text, Column.model_validate({"from": "x", **column})) == seconds


@pytest.mark.parametrize("text", ["0:25", "1,234", "soon", "1:2:3:4", "12:75:00", ""])
def test_a_duration_that_could_mean_two_things_is_not_guessed(text):
    assert np.isnan(clock_seconds(text, Column.model_validate({"from": "x"})))


def test_numbers_keep_their_meaning():
    assert [number(t) for t in ("7", "-1.5", "1e3", "0,25")] == [7.0, -1.5, 1000.0, 0.25]
    assert np.isnan(number("1.000,5"))


RECORD: dict[str, Any] = {
    "a": {"b": [{"kind": "x", "v": 1}, {"kind": "y", "v": 2}, {"kind": "x", "v": 3}]},
    "tags": ["vip", "spam"],
    "Queue.Name": "flat",
    "Queue": {"Name": "nested"},
}


@pytest.mark.parametrize(
    ("path", "take", "value"),
    [
        ("a.b[].v", "first", "1"),
        ("a.b[].v", "last", "3"),
        ("a.b[].v", "sum", "6.0"),
        ("a.b[].v", "max", "3.0"),
        ("a.b[kind=x].v", "sum", "4.0"),
        ("a.b[kind=y|z].v", "first", "2"),
        ("a.b[kind=z].v", "first", None),
        ("tags[=spam]", "count", "1"),
        ("tags[=ham]", "count", "0"),
        ("a", "first", "(filled)"),
        ("Queue.Name", "first", "flat"),
        ("no.such", "first", None),
    ],
)
def test_paths_lead_where_they_say(path, take, value):
    assert taken(parse_path(path).found(RECORD), take) == value


@pytest.mark.parametrize("path", ["", "a..b", "a[", "a[b", ".a", "a]b"])
def test_a_path_that_is_none_is_refused(path):
    with pytest.raises(PathError):
        parse_path(path)
