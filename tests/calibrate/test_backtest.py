"""Back-tests of logs whose truth is known: what is right is called so, what is wrong is not, and marks are lost."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest
from click.testing import CliRunner

from cli import main
from sim.calibrate.backtest_cells import ALL, FIGURES, Cells, logged
from sim.calibrate.backtest_command import back_test_files
from sim.calibrate.backtest_predict import aligned, predict_scenario
from sim.calibrate.backtest_score import Series, Thresholds, score, score_all
from sim.calibrate.backtest_split import split
from sim.calibrate.contacts import read_contacts
from sim.calibrate.extract import CalibrationError
from sim.scenario.calibrated import beside, in_words, mark_of, read_mark
from sim.scenario.emit import to_yaml
from sim.scenario.load import load, resolve
from sim.scenario.problems import ScenarioProblems
from sim.scenario.vary import Sources
from tests.calibrate.synthetic import centre, log_rows, write

JOBS = ("--jobs", "1", "--quiet")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """`truth.yaml` and `contacts.csv`, four weeks that came from it."""
    place = tmp_path_factory.mktemp("backtest")
    (place / "truth.yaml").write_text(to_yaml(centre()), encoding="utf-8")
    write(place, log_rows(centre(), seed=11))
    return place


@pytest.fixture(scope="module")
def log(folder):
    """The log."""
    return read_contacts(folder / "contacts.csv", timezone="UTC")


def test_a_log_is_cut_in_whole_weeks_and_nothing_is_lost(log):
    found = split(log)
    assert (found.fitted.days, found.held_out.days) == (21, log.days - 21)
    assert len(found.fitted.rows) + len(found.held_out.rows) == len(log.rows)
    assert found.held_out.first_day == log.date(21)
    assert found.held_out.rows["day"].min() == 0
    assert split(log, until=log.date(13)).fitted.days == 14
    with pytest.raises(CalibrationError, match="not both"):
        split(log, "2 weeks", log.date(13))
    with pytest.raises(CalibrationError, match="cannot be fitted"):
        split(log, "20 weeks")
    with pytest.raises(CalibrationError, match="whole days"):
        split(log, "30 h")


@pytest.mark.slow
def test_the_true_scenario_is_calibrated_and_its_coverage_is_nominal(folder, log):
    """Independent seeds: hours of the log are one more outcome, so 80 % and 95 % of them must lie inside."""
    found = score_all(predict_scenario(Sources(str(folder / "truth.yaml")), log, 119, seed=5))
    assert found.verdict.calibrated
    for name in ("contacts", "handle_time"):  # hours of these are independent; waits carry over to the next hour
        for each in found.of(name, "date_hour")[1].coverage:
            z = (each.share - each.level) / math.sqrt(each.level * (1 - each.level) / each.of)
            assert each.of > 190  # nearly all of the 200 hours that were open
            assert abs(z) < 3.5
    assert found.of("mean_wait", "hour")[1].correlation > 0.8  # contacts come evenly, the number of agents differs


@pytest.mark.parametrize(
    ("change", "missed"),
    [("reasons.delivery.handle.mean=x 1.3", "handle_time"), ("reasons.delivery.rate=x 1.3", "contacts")],
)
def test_a_wrong_scenario_is_not(folder, log, change, missed):
    found = score_all(predict_scenario(Sources(str(folder / "truth.yaml"), (), (change,)), log, 39))
    assert not found.verdict.calibrated
    assert missed in {check.figure for check in found.verdict.checks if not check.holds}


def test_both_sides_count_alike(log):
    cells = logged(log, ("phone",), (20.0,))
    whole = cells.grouped("whole", None)
    rows = log.rows
    values = {figure.name: float(whole.value(figure)[0]) for figure in FIGURES}
    left = rows["outcome"] == "abandoned"
    assert values["contacts"] == len(rows)
    assert values["abandonment_rate"] == pytest.approx(left.mean())
    assert values["mean_wait"] == pytest.approx(rows["wait_s"].mean())
    assert values["service_level"] == pytest.approx(((rows["wait_s"] <= 20) & ~left).mean())
    assert values["handle_time"] == pytest.approx((rows["handle_s"] - rows["wrap_s"]).mean())
    for by in ("date_hour", "hour", "day"):
        assert cells.grouped(by, 0).contacts.sum() == len(rows)


def test_scores_by_hand():
    figure = FIGURES[0]
    ends = {0.80: np.array([8.0, 18.0, 35.0]), 0.95: np.array([5.0, 15.0, 25.0])}
    tops = {0.80: np.array([12.0, 19.0, 45.0]), 0.95: np.array([15.0, 25.0, 55.0])}
    actual, predicted = np.array([10.0, 20.0, 60.0]), np.array([12.0, 20.0, 40.0])
    found = score(Series(figure, ALL, "hour", actual, predicted, actual, predicted, ends, tops), 1.0)
    assert [(c.inside, c.of) for c in found.coverage] == [(1, 3), (2, 3)]
    assert found.wape == pytest.approx((2 + 0 + 20) / 90)
    assert found.bias == pytest.approx(72 / 90 - 1)
    assert score(Series(figure, ALL, "hour", actual, predicted, actual, predicted, ends, tops), 15.0).cells == 2


def test_of_39_outcomes_95_percent_lie_between_the_first_and_the_last(folder, log):
    held_out = split(log).held_out
    prediction = predict_scenario(Sources(str(folder / "truth.yaml")), held_out, 39)
    one = score_all(prediction).of("contacts", "whole")[0]
    totals = prediction.outcomes.contacts.sum(axis=(1, 2, 3))
    assert (one.low[0.95][0], one.high[0.95][0]) == (totals.min(), totals.max())
    ordered = np.sort(totals)
    assert (one.low[0.80][0], one.high[0.80][0]) == (ordered[3], ordered[-4])
    assert isinstance(prediction.actual, Cells)


def test_days_are_matched_by_date_or_by_weekday(log):
    assert aligned(resolve(centre()), log) == (0, "date")
    later = replace(log, first_day=log.date(7 * 52 + 2), days=7)
    first, by = aligned(resolve(centre()), later)
    assert by == "weekday"
    assert first % 7 == later.first_day.weekday()
    with pytest.raises(CalibrationError, match="lengthen it"):
        aligned(resolve(centre()), replace(later, days=40))


def test_too_few_hours_are_no_verdict(folder, log):
    prediction = predict_scenario(Sources(str(folder / "truth.yaml")), split(log).held_out, 39)
    assert not score_all(prediction, Thresholds(least_hours=10_000)).verdict.calibrated


@pytest.mark.slow
def test_a_fit_is_marked_and_a_changed_scenario_loses_the_mark(folder, tmp_path):
    """Fit on three weeks, predict the fourth, in the words of the command."""
    target, out = tmp_path / "mine" / "centre_a.yaml", tmp_path / "results"
    said = CliRunner().invoke(main, ["backtest", str(folder / "contacts.csv"), "--timezone", "UTC", "--draws", "39",
                                     "--write", str(target), "--out", str(out), "--format", "json", *JOBS])  # fmt: skip
    assert said.exit_code == 0, said.output
    found = json.loads(said.stdout)
    assert found["calibrated"], [check for check in found["checks"] if not check["holds"]]
    mark = read_mark(beside(target))
    assert mark is not None
    assert (mark.calibrated, mark.digest, mark.missed) == (True, load(target).digest, ())
    assert found["digest"] == mark.digest
    told = CliRunner().invoke(main, ["validate", str(target)])
    assert "calibrated (back-test of" in told.output
    changed = load(target, (), ("reasons.delivery.handle.mean=x 1.01",))
    state = mark_of(changed)
    assert state is not None
    assert state[0] == "changed"
    assert "calibrated no longer" in in_words(changed)
    written = next(out.iterdir())
    names = {path.name for path in written.rglob("*")}
    assert {"report.html", "cells.csv", "scores.csv", "by_hour.png", "by_day.svg", "manifest.json"} <= names
    assert mark_of(load(written / "scenarios" / "centre_a.yaml")) is not None


@pytest.mark.slow
def test_a_mark_that_new_days_contradict_is_replaced(folder, tmp_path, monkeypatch):
    """First the days it came from, then days of a centre whose work has grown. Its folder is that of the test above."""
    monkeypatch.setattr("report.back_test._fill", lambda *_: None)
    target = tmp_path / "truth.yaml"
    target.write_text((folder / "truth.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    slower = centre()
    slower["reasons"]["delivery"]["handle"] = {"mean": "330 s", "cv": 0.9}
    write(tmp_path, log_rows(slower, seed=12), "slower.csv")
    arguments = ["--timezone", "UTC", "--draws", "39", "--out", str(tmp_path / "results"), *JOBS]
    for file, state in ((folder / "contacts.csv", "holds"), (tmp_path / "slower.csv", "failed")):
        said = CliRunner().invoke(main, ["backtest", str(target), str(file), *arguments])
        assert said.exit_code == 0, said.output
        found = mark_of(load(target))
        assert found is not None
        assert found[0] == state
    beside(target).write_text("calibrated: perhaps\n", encoding="utf-8")
    assert in_words(load(target)) == "the mark of a back-test beside it cannot be read"


@pytest.mark.slow
def test_staff_seen_in_the_held_out_days_is_no_forecast(folder, tmp_path):
    found = back_test_files(None, folder / "contacts.csv", tmp_path, timezone="UTC", staff="seen", draws=39)
    assert not found.markable
    assert not found.mark(found.held_out.first_day).calibrated


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["truth.yaml", "contacts.csv", "--fit"], "leave SCENARIO out"),
        (["contacts.csv", "--set", "a=1"], "--set and --overlay change a SCENARIO"),
        (["truth.yaml", "contacts.csv", "--write", "x.yaml"], "nothing is fitted"),
        (["truth.yaml", "contacts.csv", "--staff", "seen"], "staff of its own"),
        (["truth.yaml", "nowhere.csv"], "there is no file 'nowhere.csv'"),
        (["contacts.csv", "--draws", "10"], "at least 39 outcomes"),
        (["contacts.csv", "--train", "3 wekks"], "--train 3 wekks"),
        (["contacts.csv", "--most-bias", "ten"], "--most-bias ten"),
        (["chat.yaml", "contacts.csv"], "the log has the channel 'phone'"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_written(folder, tmp_path, monkeypatch, arguments, words):
    monkeypatch.chdir(tmp_path)
    for name in ("truth.yaml", "contacts.csv"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    document = centre()
    document["channels"]["phones"] = document["channels"].pop("phone")
    document["reasons"]["delivery"]["channels"] = {"phones": "100 %"}
    document["teams"]["agents"]["serves"] = ["phones"]
    (tmp_path / "chat.yaml").write_text(to_yaml(document), encoding="utf-8")
    said = CliRunner().invoke(main, ["backtest", *arguments, "--timezone", "UTC", "--out", "results", *JOBS])
    assert said.exit_code == 2
    assert words in said.output
    assert not any((tmp_path / "results").glob("*")) if (tmp_path / "results").exists() else True
    assert sorted(path.suffix for path in tmp_path.iterdir() if path.is_file()) == [".csv", ".yaml", ".yaml"]


def test_a_channel_that_is_missing_is_named_with_the_nearest(folder, log):
    document = centre()
    document["channels"]["phones"] = document["channels"].pop("phone")
    document["reasons"]["delivery"]["channels"] = {"phones": "100 %"}
    document["teams"]["agents"]["serves"] = ["phones"]
    (folder / "phones.yaml").write_text(to_yaml(document), encoding="utf-8")
    with pytest.raises(CalibrationError, match="did you mean 'phones'"):
        predict_scenario(Sources(str(folder / "phones.yaml")), log, 39)
    with pytest.raises(ScenarioProblems):
        back_test_files(str(folder / "phones.yaml"), folder / "contacts.csv", folder, timezone="UTC")
