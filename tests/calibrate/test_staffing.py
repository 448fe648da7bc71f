"""Staff from waits: the queue equations against exact figures, and known staff found again."""

import numpy as np
import pytest

from sim.analytic import queue
from sim.calibrate.contacts import read_contacts
from sim.calibrate.fit import Calibration, calibrate
from sim.calibrate.queue_model import empty, forecast
from sim.calibrate.staffing import turnaround
from tests.calibrate.synthetic import centre, log_rows, write

TRUTH = np.array(centre()["teams"]["agents"]["staffing"]["agents"][:48])
MEAN = np.array([180.0])  # patience
OPEN = slice(16, 36)


@pytest.fixture(scope="module")
def fit(tmp_path_factory) -> Calibration:
    """One simulated log, fitted."""
    path = write(tmp_path_factory.mktemp("log"), log_rows(centre(), seed=4))
    return calibrate(read_contacts(path))


def test_the_queue_settles_at_erlang_a():
    state = empty(1, 10)
    arrivals, service, patience = np.array([75.0]), np.array([200.0]), MEAN
    for _ in range(8):
        state = forecast(np.array([7]), arrivals, service, patience, state).state[0]
    ahead = forecast(np.array([7]), arrivals, service, patience, state)
    exact = queue(75 / 1800, 1 / 200, 7, patience_rate=1 / 180)
    assert ahead.delayed[0, 0] == pytest.approx(exact.p_wait, abs=1e-3)
    assert ahead.abandoned[0, 0] / 75 == pytest.approx(exact.p_abandon, abs=1e-3)
    assert ahead.waited_s[0, 0] / 75 == pytest.approx(exact.mean_wait, abs=0.1)
    assert ahead.state.sum() == pytest.approx(1)


def test_a_queue_is_carried_into_the_next_half_hour():
    full = empty(1, 10)
    full[0, 0], full[0, 30] = 0.0, 1.0
    busy = forecast(np.array([5]), np.array([40.0]), np.array([200.0]), MEAN, full)
    idle = forecast(np.array([5]), np.array([40.0]), np.array([200.0]), MEAN, empty(1, 10))
    assert busy.waited_s[0, 0] > idle.waited_s[0, 0] + 20 * 60


def test_more_agents_never_lengthen_the_wait():
    ahead = forecast(np.arange(1, 12), np.array([70.0]), np.array([200.0]), MEAN, empty(1, 11))
    assert (np.diff(ahead.waited_s[:, 0]) < 0).all()
    assert (np.diff(ahead.delayed[:, 0]) < 0).all()


@pytest.mark.slow
def test_the_usual_week_is_found_within_one_agent(fit):
    week = fit.teams["agents"].week
    off = np.abs(week.agents[:5, OPEN] - TRUTH[OPEN])
    assert (off <= 1).mean() >= 0.95
    assert off.max() <= 2
    assert (week.agents[5:] == 0).all()
    inside = (week.low[:5, OPEN] <= TRUTH[OPEN]) & (week.high[:5, OPEN] >= TRUTH[OPEN])
    assert inside.mean() >= 0.9
    assert week.basis == "waits"


@pytest.mark.slow
def test_single_dates_are_less_sure_and_say_so(fit):
    team = fit.teams["agents"]
    weekdays = [day for day in range(28) if day % 7 < 5]
    dates = team.dates.agents[weekdays][:, OPEN]
    assert (np.abs(dates - TRUTH[OPEN]) <= 1).mean() >= 0.85
    inside = (team.dates.low[weekdays][:, OPEN] <= TRUTH[OPEN]) & (team.dates.high[weekdays][:, OPEN] >= TRUTH[OPEN])
    assert inside.mean() >= 0.95
    width = (team.dates.high - team.dates.low)[weekdays][:, OPEN]
    assert width.mean() > (team.week.high - team.week.low)[:5, OPEN].mean()
    assert set(np.unique(team.dates.grade())) <= {"", "good", "fair", "poor"}


@pytest.mark.slow
def test_wrap_up_that_is_not_recorded_shows_as_turnaround(tmp_path):
    document = centre()
    document["channels"]["phone"]["wrap_up"] = "30 s"
    document["teams"]["agents"]["staffing"]["agents"] = [max(n - 2, 0) for n in TRUTH] * 5 + [0] * 96
    rows = log_rows(document)
    for row in rows:
        row["handle_s"] = "" if row["handle_s"] == "" else float(row["handle_s"]) - 30
        row["wrap_s"] = ""
    seconds, times = turnaround(read_contacts(write(tmp_path, rows)).rows)
    assert times > 300
    assert seconds == pytest.approx(30, abs=0.5)


def test_without_waits_staff_is_an_assumption(tmp_path):
    rows = log_rows(centre())
    for row in rows:
        row["wait_s"] = ""
    team = calibrate(read_contacts(write(tmp_path, rows))).teams["agents"]
    assert team.week.basis == "load"
    assert set(np.unique(team.week.grade())) == {"", "poor"}
