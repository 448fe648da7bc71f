"""A real centre: the call log of February 1999, fitted, simulated and set beside itself (figures only, no rows)."""

from dataclasses import replace

import numpy as np
import pytest

from sim.calibrate.backtest import BackTest, back_test
from sim.calibrate.contacts import ContactLog, read_contacts
from sim.calibrate.extract import read_extract
from sim.calibrate.fit import Calibration, Options, calibrate
from sim.calibrate.scenario_file import write_scenario
from sim.calibrate.staffing import Weights
from sim.scenario.load import load
from tests.calibrate.convert_anonbank import convert

pytestmark = pytest.mark.slow
REPLICATIONS = 20


@pytest.fixture(scope="module")
def log(repo_root, tmp_path_factory) -> ContactLog:
    """The log in canonical form."""
    source = repo_root.parent / "shared" / "data" / "anonbank_1999_02.csv.gz"
    if not source.exists():
        pytest.skip("the February 1999 call log is not here: it is not distributed with the project")
    contacts, extract = convert(source, tmp_path_factory.mktemp("february"))
    return read_contacts(contacts, read_extract(extract))


@pytest.fixture(scope="module")
def fit(log) -> Calibration:
    """Everything fitted from it."""
    return calibrate(log)


def beside(fit: Calibration, folder, log: ContactLog, which: int) -> BackTest:
    """Back-test of the replay (1) or of the usual week (0)."""
    written = write_scenario(fit, folder / "february.yaml", "february")
    return back_test(log, load(written[which]), REPLICATIONS)


@pytest.fixture(scope="module")
def replay(fit, log, tmp_path_factory) -> BackTest:
    """Contacts and staff by date."""
    return beside(fit, tmp_path_factory.mktemp("replay"), log, 1)


@pytest.fixture(scope="module")
def week(fit, log, tmp_path_factory) -> BackTest:
    """The usual week, four times."""
    return beside(fit, tmp_path_factory.mktemp("week"), log, 0)


def test_the_converter_keeps_what_is_known_of_the_log(log):
    rows = log.rows
    assert len(rows) == 31094
    assert (rows["outcome"] == "abandoned").sum() == 3932
    assert log.left_out["self-service or bot, no agent asked for"] == 1972
    assert rows["wait_s"].mean() == pytest.approx(43.97, abs=0.01)
    assert rows["customer_key"].notna().mean() == pytest.approx(0.4358, abs=0.01)


def test_fits_agree_with_the_statistics_worked_out_apart(fit):
    patience = fit.channels["phone"].patience
    assert patience is not None
    assert patience.exponential_mean_s == pytest.approx(347.71, abs=0.2)
    for seconds, share in ((20, 0.9261), (60, 0.8214), (180, 0.6105), (600, 0.2636)):
        assert patience.kaplan_meier.at(seconds) == pytest.approx(share, abs=2e-4)
    handle = fit.channels["phone"].handle
    assert handle is not None
    assert handle.family == "lognormal"
    assert handle.mean_s == pytest.approx(176.35, rel=0.005)
    assert fit.channels["phone"].opening.hours == ["mon-thu,sun 07:00-24:00", "fri 07:00-14:00", "sat 19:30-24:00"]


@pytest.mark.parametrize(("by", "least"), [("date_hour", 20), ("date_hour", 50), ("week_hour", 50), ("hour", 50)])
def test_hourly_abandonment_correlates_with_the_real_one(replay, by, least):
    correlation, cells = replay.correlation("abandoned", by, least)
    assert cells >= 17
    assert correlation >= 0.93


def test_the_months_level_of_abandonment(replay, week):
    for test in (replay, week):
        real, simulated = test.level("abandoned")
        assert real == pytest.approx(0.1265, abs=1e-4)
        assert abs(simulated - real) < 0.015


def test_the_usual_week_follows_the_hours_of_the_day(week):
    assert week.correlation("abandoned", "hour", 50)[0] >= 0.9
    assert week.correlation("contacts", "week_hour", 50)[0] >= 0.98
    assert week.level("contacts")[1] == pytest.approx(31094, rel=0.03)


def test_staff_fitted_to_waits_alone_foretells_who_leaves(log, tmp_path):
    """Abandonment plays no part in the fit of staff here, so this is not the fit looking at itself."""
    blind = calibrate(log, Options(weights=Weights(abandoned=0.0, waited=1.0, delayed=1.0)))
    test = beside(blind, tmp_path, log, 1)
    assert test.correlation("abandoned", "hour", 50)[0] > 0.85
    assert test.correlation("abandoned", "date_hour", 20)[0] > 0.75
    assert abs(test.level("abandoned")[1] - 0.1265) < 0.03


def test_three_weeks_say_something_about_the_fourth(log, tmp_path):
    """Out of sample: nothing of the last week was fitted."""
    first = replace(log, rows=log.rows[log.rows["day"] < 21].reset_index(drop=True), days=21)
    last = log.rows[log.rows["day"] >= 21]
    fourth = replace(
        log,
        rows=last.assign(day=last["day"] - 21).reset_index(drop=True),
        days=7,
        first_day=log.date(21),
    )
    test = beside(calibrate(first), tmp_path, fourth, 0)
    assert test.correlation("contacts", "date_hour", 20)[0] > 0.75
    assert abs(test.level("abandoned")[1] - test.level("abandoned")[0]) < 0.06
    assert np.isfinite(test.correlation("abandoned", "hour", 50)[0])
