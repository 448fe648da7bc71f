"""Who comes back because of a contact, as against by habit."""

import datetime as dt

import numpy as np
import pytest

from sim.calibrate.contacts import read_contacts
from sim.calibrate.repeats import fit_returns
from tests.calibrate.synthetic import stamp, write

START = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
NOW = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)


def contact(rows, at_s, outcome, customer):
    rows.append(
        {
            "contact_id": len(rows),
            "arrived_at": stamp(START + dt.timedelta(seconds=float(at_s))),
            "channel": "phone",
            "outcome": outcome,
            "wait_s": 10,
            "customer_key": customer,
        }
    )


def fitted(tmp_path, rows):
    return fit_returns(read_contacts(write(tmp_path, rows), now=NOW), 3600, 86400)


def test_retries_after_leaving_are_found_with_their_delay(tmp_path):
    rng = np.random.default_rng(1)
    rows: list[dict[str, object]] = []
    for k in range(1000):
        at = rng.uniform(0, 27 * 86400)
        contact(rows, at, "abandoned", f"c{k}")
        if rng.random() < 0.4:
            contact(rows, at + rng.exponential(600), "handled", f"c{k}")
    retry = fitted(tmp_path, rows).retry
    assert retry is not None
    assert abs(retry.excess - 0.4) < 2 * retry.half_width
    assert retry.by_chance == 0
    assert retry.delay_s == pytest.approx(600, rel=0.15)
    assert retry.recognised_share == 1


def test_daily_callers_are_not_taken_for_unresolved_needs(tmp_path):
    rng = np.random.default_rng(2)
    rows: list[dict[str, object]] = []
    for customer in range(150):  # each calls about once a day, whatever happened before
        for at in np.cumsum(rng.exponential(86400, 60)):
            if at < 28 * 86400:
                contact(rows, at, "handled", f"c{customer}")
    repeat = fitted(tmp_path, rows).repeat
    assert repeat is not None
    assert repeat.within == pytest.approx(1 - np.exp(-1), abs=0.03)
    assert repeat.excess < 2 * repeat.half_width


def test_repeats_on_top_of_habit_are_the_excess(tmp_path):
    rng = np.random.default_rng(3)
    rows: list[dict[str, object]] = []
    for customer in range(300):
        for at in np.cumsum(rng.exponential(4 * 86400, 20)):
            while at < 28 * 86400:
                contact(rows, at, "handled", f"c{customer}")
                if rng.random() > 0.3:
                    break
                at += rng.exponential(7200)
    repeat = fitted(tmp_path, rows).repeat
    assert repeat is not None
    assert repeat.excess == pytest.approx(0.3, abs=0.04)
    assert repeat.within > repeat.excess + 0.05


def test_strangers_cannot_be_followed(tmp_path):
    rows: list[dict[str, object]] = []
    for k in range(200):
        contact(rows, 1000 * k, "handled", "" if k % 2 else f"c{k}")
    repeat = fitted(tmp_path, rows).repeat
    assert repeat is not None
    assert repeat.recognised_share == pytest.approx(0.5, abs=0.01)
    for row in rows:
        row["customer_key"] = ""
    assert fitted(tmp_path, rows).repeat is None


def test_contacts_near_the_end_are_not_followed(tmp_path):
    rows: list[dict[str, object]] = []
    for k in range(100):
        contact(rows, 3600 * k, "abandoned", f"c{k}")
    retry = fitted(tmp_path, rows).retry
    assert retry is not None
    assert retry.followed == 99  # the last one's hour lies outside the log
