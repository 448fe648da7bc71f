"""Whatever a log lacks, what is written loads, runs and says what it assumes."""

import datetime as dt

import numpy as np
import pytest

from sim.calibrate.backtest import back_test
from sim.calibrate.contacts import read_contacts
from sim.calibrate.extract import CalibrationError
from sim.calibrate.fit import calibrate
from sim.calibrate.scenario_file import write_scenario
from sim.scenario.load import load
from sim.scenario.problems import ScenarioProblems
from tests.calibrate.synthetic import stamp, write


def minimal(days: int = 14, start: str = "2026-03-02T00:00:00+00:00") -> list[dict[str, object]]:
    """Two weeks of calls with nothing known but when they came."""
    rng = np.random.default_rng(1)
    first = dt.datetime.fromisoformat(start)
    rows: list[dict[str, object]] = []
    for day in range(days):
        if (first + dt.timedelta(days=day)).weekday() < 5:
            for second in np.sort(rng.uniform(8 * 3600, 18 * 3600, 120)):
                at = first + dt.timedelta(days=day, seconds=float(second))
                rows.append({"contact_id": len(rows), "arrived_at": stamp(at), "channel": "phone"})
    return rows


def written(tmp_path, rows, timezone="UTC"):
    log = read_contacts(write(tmp_path, rows), timezone=timezone)
    fit = calibrate(log)
    return log, fit, [load(path) for path in write_scenario(fit, tmp_path / "fitted.yaml", "fitted")[:2]]


def test_arrivals_alone_make_a_scenario_that_marks_its_assumptions(tmp_path):
    log, fit, (week, replay) = written(tmp_path, minimal())
    evidence = week.scenario.evidence
    assert evidence["reasons.contact.rate"].level == "measured"
    assert {
        evidence[p].level for p in ("reasons.contact.handle", "channels.phone.patience", "teams.agents.staffing")
    } == {"assumed"}
    assert fit.teams["agents"].week.basis == "load"
    test = back_test(log, replay, 2)
    assert test.level("contacts")[1] == pytest.approx(len(log.rows), rel=0.1)


def test_channels_of_different_hours_and_teams(tmp_path):
    rng = np.random.default_rng(2)
    rows = minimal(28)
    for row in rows:
        left = rng.random() < 0.1
        row |= {"outcome": "abandoned" if left else "handled", "wait_s": round(rng.exponential(40), 1)}
        row |= {"reason": "Where is my order?", "agent_key": "" if left else f"caller {rng.integers(6)}"}
        row |= {"handle_s": "" if left else round(rng.gamma(2, 120), 1), "handle_basis": "measured"}
    mails: list[dict[str, object]] = []
    for day in range(28):
        for second in rng.uniform(0, 86400, 30):
            at = dt.datetime(2026, 3, 2, tzinfo=dt.UTC) + dt.timedelta(days=day, seconds=float(second))
            mails.append(
                {"contact_id": f"m{len(mails)}", "arrived_at": stamp(at), "channel": "email", "outcome": "handled"}
                | {"wait_s": round(rng.exponential(20000)), "handle_s": round(rng.gamma(2, 200), 1), "reason": "Return"}
                | {"handle_basis": "logged", "agent_key": f"writer {rng.integers(3)}"}
            )
    log, fit, (week, replay) = written(tmp_path, rows + mails)
    assert set(fit.teams) == {"agents_phone", "agents_email"}
    assert {fit.reasons[key].name for key in fit.reasons} == {"where_is_my_order", "return"}
    assert week.scenario.channels["email"].hours == "always"
    assert week.scenario.channels["email"].patience.distribution == "never"
    assert week.scenario.reasons["where_is_my_order_phone"].handle.distribution == "gamma"
    assert len(week.profiles) == 2
    assert back_test(log, replay, 1).level("contacts")[1] == pytest.approx(len(log.rows), rel=0.1)
    assert back_test(log, week, 1).level("contacts")[1] == pytest.approx(len(log.rows), rel=0.15)


def test_a_log_across_a_clock_change_replays_on_local_hours(tmp_path):
    rows = minimal(14, "2026-03-23T00:00:00+01:00")
    for row in rows:  # summer time from Sunday 29 March: the same local hours are an hour earlier in UTC
        at = dt.datetime.fromisoformat(str(row["arrived_at"]))
        if at.date() > dt.date(2026, 3, 29):
            row["arrived_at"] = stamp(at - dt.timedelta(hours=1))
    log, fit, (_, replay) = written(tmp_path, rows, "Europe/Berlin")
    assert fit.channels["phone"].opening.hours == ["mon-fri 08:00-18:00"]
    test = back_test(log, replay, 20)
    assert test.correlation("contacts", "date_hour", 5)[0] > 0.8
    simulated = test.simulated.contacts
    assert simulated[:, :8].sum() == 0
    assert simulated[:, 18:].sum() == 0


def test_a_name_that_no_scenario_may_have_is_refused(tmp_path):
    log = read_contacts(write(tmp_path, minimal()), timezone="UTC")
    with pytest.raises(CalibrationError, match="lower-case"):
        write_scenario(calibrate(log), tmp_path / "x.yaml", "My Centre")
    assert not (tmp_path / "x.yaml").exists()


def test_a_place_that_cannot_be_written_is_said_in_words(tmp_path):
    fit = calibrate(read_contacts(write(tmp_path, minimal()), timezone="UTC"))
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(ScenarioProblems) as found:
        write_scenario(fit, tmp_path / "file" / "fitted.yaml", "fitted")
    (problem,) = found.value.problems
    assert problem.origin.source == "--out"
    assert "cannot be written" in problem.wrong
