"""A scenario simulated, logged, and fitted again: the parameters come back inside their intervals."""

import json

import numpy as np
import pytest
from click.testing import CliRunner

from cli import main
from sim.calibrate.backtest import back_test, real_hours
from sim.calibrate.contacts import read_contacts
from sim.calibrate.fit import calibrate
from sim.calibrate.scenario_file import write_scenario
from sim.engine import simulate
from sim.scenario.load import load
from tests.calibrate.synthetic import centre, log_rows, write


@pytest.fixture(scope="module")
def trip(tmp_path_factory):
    """Log, fit, and the files written from it."""
    folder = tmp_path_factory.mktemp("trip")
    document = centre()
    document["demand"] = document["demand"] | {"busyness": {"cv": 0.15, "correlation": 0}}
    document["channels"]["phone"]["retry"] = {
        "share": "40 %",
        "after": {"mean": "10 min", "distribution": "exponential"},
    }
    staffing = document["teams"]["agents"]["staffing"]
    staffing["agents"] = [max(n - 2, 0) for n in staffing["agents"]]
    path = write(folder, log_rows(document, seed=7))
    log = read_contacts(path)
    fit = calibrate(log)
    return path, log, fit, write_scenario(fit, folder / "again.yaml", "again")


def z(value: float, truth: float, half_width: float) -> float:
    """Distance from the truth in standard errors of the fit's own 95 % interval."""
    return float((value - truth) / (half_width / 1.96))


@pytest.mark.slow
def test_parameters_come_back_inside_their_intervals(trip):
    _, _, fit, _ = trip
    phone, reason = fit.channels["phone"], fit.reasons["delivery"]
    assert phone.opening.hours == ["mon-fri 08:00-18:00"]
    assert phone.patience is not None
    low, high = np.log([phone.patience.mean_low_s, phone.patience.mean_high_s])
    assert abs(z((low + high) / 2, np.log(180), (high - low) / 2)) < 3.5
    assert phone.wrap is not None
    assert abs(z(phone.wrap.mean_s, 30, phone.wrap.mean_half_width_s)) < 3.5
    assert reason.handle is not None
    assert reason.handle.family == "lognormal"
    assert abs(z(reason.handle.mean_s, 240, reason.handle.mean_half_width_s)) < 3.5
    assert reason.handle.cv == pytest.approx(0.9, abs=0.06)
    assert abs(z(fit.busyness.cv, 0.15, 1.96 * fit.busyness.cv_se)) < 3.5
    assert fit.returns.retry is not None
    assert abs(z(fit.returns.retry.excess, 0.4, fit.returns.retry.half_width)) < 3.5
    needs = reason.profile.per_day * fit.fresh_share
    assert needs == pytest.approx(500, rel=0.08)  # 28 days with a cv of 0.15 leave 3 % of error


@pytest.mark.slow
def test_the_written_files_load_and_behave_like_the_log(trip):
    _, log, _, written = trip
    replay, week = load(written[1]), load(written[0])
    again = back_test(log, replay, replications=6)
    real, simulated = again.level("abandoned")
    assert simulated == pytest.approx(real, abs=0.015)
    assert again.level("contacts")[1] == pytest.approx(again.level("contacts")[0], rel=0.02)
    assert again.correlation("abandoned", "hour", 50)[0] > 0.9
    usual = back_test(log, week, replications=6)
    assert usual.level("abandoned")[1] == pytest.approx(real, abs=0.03)
    assert usual.level("contacts")[1] == pytest.approx(len(log.rows), rel=0.05)


@pytest.mark.slow
def test_every_fitted_figure_says_how_it_was_measured(trip):
    *_, written = trip
    evidence = load(written[0]).scenario.evidence
    for path in (
        "reasons.delivery.rate",
        "reasons.delivery.handle",
        "channels.phone.patience",
        "channels.phone.hours",
        "channels.phone.wrap_up",
        "channels.phone.retry",
        "demand.busyness",
        "demand.week_profile",
        "teams.agents.staffing",
    ):
        assert evidence[path].level == "measured", path
        assert evidence[path].note, path
        assert evidence[path].date, path


@pytest.mark.slow
def test_no_file_written_holds_a_row_or_a_key(trip):
    path, log, _, written = trip
    text = "".join(file.read_text(encoding="utf-8") for file in written)
    assert "customer " not in text.replace("customers", "")
    assert not any(str(key) in text for key in log.rows["customer_key"].dropna().unique()[:500])
    stamps = path.read_text(encoding="utf-8").splitlines()[1:50]
    assert not any(line.split(",")[1] in text for line in stamps)


@pytest.mark.slow
def test_the_back_test_counts_as_the_log_does():
    """One replication turned into a log gives the same hours through either door."""
    from sim.calibrate.backtest import simulated_hours
    from sim.scenario.load import resolve

    document = centre()
    resolved = resolve(document)
    run = simulate(resolved, 3, 0)
    mine = simulated_hours(resolved, run.outcomes, 20.0)
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder:
        log = read_contacts(write(Path(folder), log_rows(document, seed=3)))
    theirs = real_hours(log, 20.0)
    days = min(mine.contacts.shape[0], theirs.contacts.shape[0])
    assert (mine.contacts[:days] == theirs.contacts[:days]).all()
    assert (mine.abandoned[:days] == theirs.abandoned[:days]).all()
    assert (mine.in_time[:days] == theirs.in_time[:days]).all()
    assert np.allclose(mine.wait_s[:days], theirs.wait_s[:days])


@pytest.mark.slow
def test_the_command_writes_and_shows(trip, tmp_path):
    path, *_ = trip
    out = tmp_path / "fitted.yaml"
    done = CliRunner().invoke(main, ["calibrate", str(path), "--out", str(out), "--back-test", "2", "--format", "json"])
    assert done.exit_code == 0, done.output
    shown = json.loads(done.output)
    titles = [table["title"] for table in shown["tables"]]
    assert titles[0].startswith("Checks of")
    assert len(shown["tables"][0]["rows"]) == 15
    assert any("by hour" in title for title in titles)
    assert {out.name, "fitted_replay.yaml", "fitted_week.csv"} == {p.rsplit("/", 1)[-1] for p in shown["files"]}
    text = CliRunner().invoke(main, ["calibrate", str(path), "--out", str(out), "--name", "other"])
    assert text.exit_code == 0
    assert "Patience" in text.output
    assert load(out).scenario.name == "other"


def test_bad_input_leaves_with_code_2_and_writes_nothing(tmp_path):
    bad = tmp_path / "bad.csv"
    bad.write_text("contact_id,channel\n1,phone\n", encoding="utf-8")
    out = tmp_path / "out.yaml"
    done = CliRunner().invoke(main, ["calibrate", str(bad), "--out", str(out)])
    assert done.exit_code == 2
    assert "'arrived_at' is missing" in done.output
    assert not out.exists()
    done = CliRunner().invoke(main, ["calibrate", str(bad), "--out", str(out), "--floor", "10"])
    assert done.exit_code == 2
    assert "a duration is needed" in done.output
