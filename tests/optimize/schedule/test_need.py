"""A file of needs is read, and what is wrong with it is said with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from optimize.schedule.need import BadNeed, read_need


def written(folder: Path, text: str) -> Path:
    path = folder / "need.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_half_hours_not_named_are_nobody(tmp_path: Path) -> None:
    path = written(tmp_path, "weekday,start,agents\nmon,00:00,2\nSunday,23:30,1.5\n\n")
    need = read_need(path, ["desk"])
    assert list(need) == ["desk"]
    assert need["desk"][0] == 2.0
    assert need["desk"][335] == 1.5
    assert need["desk"].sum() == 3.5


def test_several_teams_and_one_that_is_asked_for(tmp_path: Path) -> None:
    path = written(tmp_path, "\ufeffteam,weekday,start,agents\nb,mon,09:00,1\na,tue,09:30,2\n")
    assert list(read_need(path, ["a", "b", "c"])) == ["a", "b"]
    path = written(tmp_path, "agents,start,weekday\n3,09:00,wed\n")
    assert read_need(path, ["a", "b"], "b")["b"][2 * 48 + 18] == 3.0


def test_every_problem_has_its_line(tmp_path: Path) -> None:
    text = (
        "team,weekday,start,agents\ndsk,mon,09:00,1\ndesk,moon,09:00,1\ndesk,mon,9,1\ndesk,mon,09:15,1\n"
        "desk,mon,09:00,many\ndesk,mon,09:00,-1\ndesk,mon,09:00,nan\ndesk,mon,09:00\ndesk,tue,09:00,1\n"
        "desk,tue,09:00,2\n"
    )
    with pytest.raises(BadNeed) as caught:
        read_need(written(tmp_path, text), ["desk"])
    lines = [line.split("need.csv")[1] for line in str(caught.value).splitlines()]
    assert lines == [
        ":2: there is no team 'dsk'; there are: desk; did you mean 'desk'?",
        ":3: 'moon' is not a weekday (mon, tue, wed, thu, fri, sat, sun)",
        ":4: '9': a time is such as '12:30', from 00:00 to 23:59",
        ":5: '09:15' is not the start of a half-hour, such as 09:00 or 09:30",
        ":6: 'many' is not a number of agents",
        ":7: -1 agents: a number from 0 to 100,000 is needed",
        ":8: nan agents: a number from 0 to 100,000 is needed",
        ":9: 3 cells, and the first line has 4",
        ":11: tue 09:00 of desk is given a second time (line 10)",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the first line lacks weekday, start, agents"),
        ("weekday,start,agnets\n", "there is no column 'agnets'.*did you mean 'agents'"),
        ("weekday,start,agents,agents\n", "the column 'agents' is there twice"),
        ("weekday,start,agents\n", "there is no half-hour in it"),
        ("weekday,start,agents\nmon,09:00,1\n", "say whose need this is with --team"),
    ],
)
def test_a_head_line_that_will_not_do(tmp_path: Path, text: str, said: str) -> None:
    teams = ["a", "b"] if "say whose" in said else ["a"]
    with pytest.raises(BadNeed, match=said):
        read_need(written(tmp_path, text), teams)


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "need.csv").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadNeed, match="not UTF-8"):
        read_need(tmp_path / "need.csv", ["desk"])
    with pytest.raises(BadNeed, match="No such file"):
        read_need(tmp_path / "none.csv", ["desk"])


def test_what_staff_writes_can_be_read() -> None:
    from optimize.schedule.need import COLUMNS
    from report.staff.tables import NEED_COLUMNS

    assert NEED_COLUMNS == COLUMNS
