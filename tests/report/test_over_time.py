"""Progress over time: dated runs and actual figures in one table."""

import json

import pytest

from report.over_time import NoProgress, over_time

HEAD = "kpi,scenario,base,unit,value,low,high,target_sign,target\n"


def run(folder, date, *rows):
    folder.mkdir()
    (folder / "manifest.json").write_text(json.dumps({"started": f"{date}T08:00:00+00:00"}))
    (folder / "gaps.csv").write_text(HEAD + "".join(f"{row}\n" for row in rows))
    return folder


@pytest.fixture
def runs(tmp_path):
    phone = "service_level(phone),{0},today,share,{1},{1},{1},>=,{2}"
    return [
        run(tmp_path / "b", "2027-03-01", phone.format("today", 0.74, 0.85), phone.format("option", 0.99, 0.85)),
        run(tmp_path / "a", "2027-01-01", phone.format("today", 0.70, 0.80), "fcr,today,today,share,,,,,"),
    ]


def test_points_are_the_bases_in_the_order_of_dates_with_the_newest_target(runs):
    (line,) = over_time(runs, None, ()).lines
    assert [(p.date.isoformat(), p.value) for p in line.points] == [("2027-01-01", 0.70), ("2027-03-01", 0.74)]
    assert line.target is not None
    assert (line.target.amount, line.met, line.trend) == (0.85, False, "better")
    assert line.slope == pytest.approx(0.04 / 59 * 30.4375)


def test_actuals_stand_beside_runs_in_the_units_of_planners(runs, tmp_path):
    file = tmp_path / "actuals.csv"
    file.write_text("date,kpi,value\n2027-02-01,service_level(phone),60 %\n2027-02-01,asa(phone),1.5 min\n")
    found = over_time(runs, file, ())
    phone, speed = found.lines
    assert [p.kind for p in phone.points] == ["simulated", "actual", "simulated"]
    assert (speed.what.text, speed.points[0].value, speed.trend) == ("average_speed_of_answer(phone)", 90.0, "one date")
    assert "2027-02-01 actual" in found.as_text()
    assert len(found.as_csv().splitlines()) == 5
    assert [line["kpi"] for line in found.as_plain()] == ["service_level(phone)", "average_speed_of_answer(phone)"]


@pytest.mark.parametrize(
    ("kpi", "values", "trend"),
    [
        ("asa(phone)", ("90 s", "60 s"), "better"),
        ("fcr", ("80 %", "70 %"), "worse"),
        ("fcr", ("80 %", "80 %"), "level"),
        ("occupancy", ("80 %", "85 %"), "rising"),
    ],
)
def test_the_trend_knows_which_direction_is_good(kpi, values, trend, tmp_path):
    file = tmp_path / "actuals.csv"
    file.write_text("date,kpi,value\n" + "".join(f"2027-0{k}-01,{kpi},{v}\n" for k, v in enumerate(values, start=1)))
    assert over_time([], file, ()).lines[0].trend == trend


def test_everything_wrong_is_said_at_once(runs, tmp_path):
    file = tmp_path / "actuals.csv"
    file.write_text("date,kpi,value\nsoon,fcr,80 %\n2027-01-01,fcrr,80 %\n2027-01-01,fcr,80 h\n")
    with pytest.raises(NoProgress) as found:
        over_time([*runs, tmp_path], file, ("service_levle(phone)",))
    told = str(found.value)
    assert len(told.splitlines()) == 5
    for words in ("no run with a manifest.json", ":2:1: 'soon' is no date", ":3:12: there is no KPI 'fcrr'",
                  ":4:16: '80 h'", "did you mean 'service_level(phone)'?"):  # fmt: skip
        assert words in told


def test_a_csv_without_the_columns_is_refused(tmp_path):
    (tmp_path / "x.csv").write_text("day,kpi,value\n")
    with pytest.raises(NoProgress, match="date is missing"):
        over_time([], tmp_path / "x.csv", ())
    with pytest.raises(NoProgress, match="at least one run"):
        over_time([], None, ())
