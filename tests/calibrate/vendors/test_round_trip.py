"""A known centre, written as each vendor's export and calibrated back: its parameters lie in the stated intervals."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pytest

from sim.calibrate.contacts import ContactLog
from sim.calibrate.fit import Calibration, calibrate
from sim.calibrate.interval_fit import calibrate_intervals
from sim.calibrate.intervals import IntervalLog
from sim.calibrate.scenario_file import write_scenario
from sim.calibrate.vendors.load import vendors
from sim.calibrate.vendors.read import read_log
from sim.scenario.load import load
from tests.calibrate.vendors import centres, desks
from tests.calibrate.vendors.world import DAYS, Fact, Truth, call_centre, facts, help_desk, with_open

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Case:
    """An export and what it bears out."""

    vendor: str
    write: Callable[[list[Fact], np.random.Generator], str]
    world: str
    handle: bool = False
    reasons: bool = True
    customers: bool = True
    channels: bool = True


CASES = (
    Case("zendesk", desks.zendesk, "desk"),
    Case("zendesk_json", desks.zendesk_json, "desk"),
    Case("zendesk_metrics", desks.zendesk_metrics, "desk", reasons=False, customers=False, channels=False),
    Case("freshdesk", desks.freshdesk, "desk", handle=True),
    Case("freshservice", desks.freshservice, "desk"),
    Case("intercom", desks.intercom, "desk"),
    Case("gorgias", desks.gorgias, "desk"),
    Case("help_scout", desks.help_scout, "desk"),
    Case("amazon_connect", centres.amazon, "both", handle=True),
    Case("amazon_connect", centres.amazon_csv, "both", handle=True),
    Case("genesys", centres.genesys, "both", handle=True),
    Case("genesys_intervals", centres.genesys_intervals, "both", handle=True, customers=False),
    Case("five9", centres.five9, "phone", handle=True),
    Case("five9_inbound", centres.five9_inbound, "phone", handle=True),
    Case("contacts", centres.contacts, "phone", handle=True),
    Case("intervals", centres.intervals, "phone", handle=True, customers=False),
)


@cache
def world(name: str) -> tuple[list[Fact], Truth]:
    if name == "desk":
        document, truth = help_desk()
        return with_open(facts(document, 5)), truth
    document, truth = call_centre(chat=name == "both")
    return facts(document, 5), truth


def fitted(case: Case, folder: Any) -> Calibration:
    path = folder / "export"
    path.write_text(case.write(world(case.world)[0], np.random.default_rng(1)), encoding="utf-8")
    log = read_log(path, timezone="Europe/Berlin")
    return calibrate_intervals(log) if isinstance(log, IntervalLog) else calibrate(log)


def z(value: float, truth: float, half_width: float) -> float:
    """Distance from the truth in standard errors of the stated 95 % interval."""
    return abs(value - truth) / (half_width / 1.96)


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.write.__name__)
def test_the_scenario_comes_back_inside_its_intervals(case, tmp_path):
    fit = fitted(case, tmp_path)
    found, truth = world(case.world)
    assert fit.log.vendor == case.vendor
    assert fit.log.contacts == len(found)  # noise, older versions, legs: nothing of it is demand
    assert [check.number for check in fit.checks] == list(range(1, 16))
    check_rates(fit, found, truth, case)
    if case.channels:
        for channel, hours in truth.hours.items():
            assert fit.channels[channel].opening.hours == hours
    if case.reasons:
        check_mix(fit, truth)
    if case.handle:
        for channel, mean in truth.handle_s.items():
            handle = fit.channels[channel].handle
            assert handle is not None
            assert z(handle.mean_s, mean, handle.mean_half_width_s) < 3.5
    else:
        assert all(c.handle is None for c in fit.channels.values())  # resolution time is no handle time
    check_patience(fit, truth)
    if case.customers:
        assert fit.returns.repeat is not None
        assert z(fit.returns.repeat.excess, truth.repeat, fit.returns.repeat.half_width) < 3.5
        if truth.retry is not None:
            assert fit.returns.retry is not None
            assert z(fit.returns.retry.excess, truth.retry, fit.returns.retry.half_width) < 3.5
    written = write_scenario(fit, tmp_path / "again.yaml", "again")
    evidence = load(written[0]).scenario.evidence
    levels = {e.level for path, e in evidence.items() if path.startswith("reasons.") and path.endswith(".handle")}
    assert levels == ({"measured"} if case.handle else {"assumed"})
    load(written[1])


def check_rates(fit: Calibration, found: list[Fact], truth: Truth, case: Case) -> None:
    """First contacts of each channel; without customers, all contacts against what those who return make of them."""
    left = sum(f.left for f in found) / len(found)
    if not case.channels:
        rate, half = sum(c.per_day for c in fit.channels.values()), next(iter(fit.channels.values())).per_day_half_width
        assert z(rate, sum(truth.rates.values()) / (1 - truth.repeat), half) < 3.5
        return
    for channel, rate in truth.rates.items():
        mine = fit.channels[channel]
        if not case.customers:
            again = truth.repeat * (1 - left) + (truth.retry or 0.0) * left
            assert z(mine.per_day, rate / (1 - again), mine.per_day_half_width) < 3.5
            continue
        repeat, retry = fit.returns.repeat, fit.returns.retry
        unsure = (repeat.half_width if repeat else 0.0) * (1 - left) + (retry.half_width if retry else 0.0) * left
        half = math.hypot(mine.per_day_half_width * fit.fresh_share, mine.per_day * unsure)
        assert z(mine.per_day * fit.fresh_share, rate, half) < 3.5


def check_mix(fit: Calibration, truth: Truth) -> None:
    for channel, shares in truth.mix.items():
        mine = {r.name: r.n for r in fit.reasons.values() if channel in r.channels}
        total = sum(mine.values())
        assert set(mine) == set(shares)
        for reason, share in shares.items():
            clustered = 1.96 * math.sqrt(1.3 * share * (1 - share) / total)  # who returns does so for the same reason
            assert z(mine[reason] / total, share, clustered) < 3.5


def check_patience(fit: Calibration, truth: Truth) -> None:
    for channel in truth.rates:
        patience = fit.channels[channel].patience if channel in fit.channels else None
        if truth.patience_s is None:
            assert patience is None
            assert fit.checks[8].detail == "none: patience not identifiable"
            continue
        assert patience is not None
        low, high = math.log(patience.mean_low_s), math.log(patience.mean_high_s)
        assert z((low + high) / 2, math.log(truth.patience_s), (high - low) / 2) < 3.5


def test_every_vendor_that_ships_has_its_round_trip():
    assert {case.vendor for case in CASES} == set(vendors())


@pytest.mark.parametrize("seed", [5, 6, 7, 8])
def test_patience_without_waits_is_inverted_from_erlang_a(seed, tmp_path):
    """No waits in the report: who left, and how many served, tell the patience, if weakly."""
    document, truth = call_centre()
    path = tmp_path / "intervals.csv"
    path.write_text(centres.intervals(facts(document, seed), np.random.default_rng(1), waits=False), encoding="utf-8")
    log = read_log(path, timezone="Europe/Berlin")
    assert isinstance(log, IntervalLog)
    patience = calibrate_intervals(log).channels["phone"].patience
    assert patience is not None
    assert patience.method.startswith("Erlang A inverted")
    assert truth.patience_s is not None
    assert patience.mean_low_s < truth.patience_s < patience.mean_high_s


def test_open_tickets_are_censored_and_not_left_out(tmp_path):
    from sim.calibrate.waits import fit_waits

    case = CASES[0]
    found, _ = world("desk")
    fit = fitted(case, tmp_path)
    assert isinstance(fit.log, ContactLog)
    waits = {w.channel: w for w in fit_waits(fit.log)}
    assert sum(w.open for w in waits.values()) == sum(f.open_ for f in found)
    assert waits["chat"].basis == "calendar"
    assert sum(w.answered + w.open + w.unknown for w in waits.values()) == len(found)


def test_the_clock_of_business_hours_is_carried_on(tmp_path):
    from sim.calibrate.waits import fit_waits

    fit = fitted(next(c for c in CASES if c.vendor == "intercom"), tmp_path)
    assert isinstance(fit.log, ContactLog)
    assert {w.basis for w in fit_waits(fit.log)} == {"business"}


def test_legs_are_one_contact_with_all_of_its_work(tmp_path):
    fit = fitted(CASES[8], tmp_path)
    found, _ = world("both")
    assert isinstance(fit.log, ContactLog)
    rows = fit.log.rows
    assert int((rows["transfers"] == 1).sum()) == sum(f.served and f.number % 8 == 0 for f in found)
    work = sum(round(f.talk_s) + round(f.wrap_s) for f in found if f.served)
    assert rows["handle_s"].sum() == pytest.approx(work, abs=1)
    assert fit.log.days + 2 == DAYS  # the last weekend has no contacts
