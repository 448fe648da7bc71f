"""Appraisal against published and hand-worked figures: NPV conventions, payback, rates of return."""

import datetime as dt
import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluate.appraisal import (
    appraise,
    equivalent_amount,
    internal_rate,
    modified_internal_rate,
    payback,
    peak_funding,
    period_times,
    present_value,
    sign_changes,
)
from sim.scenario.units import monthly


def npv_end(rate, flows):
    return present_value(flows, range(1, len(flows) + 1), rate)


def npv_now(rate, flows):
    return present_value(flows, range(len(flows)), rate)


def yearly_payback(flows):
    upfront, later = [flows[0], *[0.0] * (len(flows) - 2)], flows[1:]
    return payback(upfront, later)


def by_id(case):
    inputs, name = case["inputs"], case["function"]
    flows = inputs.get("flows")
    match name:
        case "NPV_end":
            return npv_end(inputs["rate"], flows)
        case "NPV_end_plus_initial":
            return npv_end(inputs["rate"], flows) + inputs["initial"]
        case "NPV_time0":
            return npv_now(inputs["rate"], flows)
        case "IRR" | "IRR_none":
            return internal_rate(flows, range(len(flows)))
        case "MIRR":
            return modified_internal_rate(flows, range(len(flows)), inputs["finance"], inputs["reinvest"])
        case "PV":
            return -npv_end(inputs["rate"], [inputs["pmt"]] * inputs["nper"])
        case "XNPV":
            days = [dt.date.fromisoformat(day) for day in inputs["dates"]]
            return present_value(flows, [(day - days[0]).days / 365 for day in days], inputs["rate"])
        case "payback_years_linear_within_year":
            return yearly_payback(flows)
        case "discounted_payback_years":
            factors = (1 + inputs["rate"]) ** -np.arange(len(flows))
            return yearly_payback(list(np.array(flows) * factors))
    raise AssertionError(f"no such function: {name}")


def test_the_shared_oracles(repo_root):
    cases = json.loads((repo_root / "tests" / "oracles" / "finance.json").read_text(encoding="utf-8"))
    assert len(cases) >= 19
    for case in cases:
        found = by_id(case)
        if case["expected"] is None:
            assert found is None, case["id"]
        else:
            assert found == pytest.approx(case["expected"], abs=case.get("abs_tol", 1e-9)), case["id"]


PUBLISHED = [
    ("O1", lambda: npv_end(0.10, [-10000, 3000, 4200, 6800]), 1188.4434123352216),
    ("O1b", lambda: npv_now(0.10, [-10000, 3000, 4200, 6800]), 1307.287753568743),
    ("O2", lambda: npv_end(0.08, [8000, 9200, 10000, 12000, 14500]) - 40000, 1922.061554932363),
    ("O3", lambda: npv_end(0.08, [8000, 9200, 10000, 12000, 14500, -9000]) - 40000, -3749.4650870155747),
    ("O6", lambda: internal_rate([-70000, 12000, 15000, 18000, 21000], range(5)), -0.0212448483),
    ("O7", lambda: internal_rate([-70000, 12000, 15000, 18000, 21000, 26000], range(6)), 0.0866309480),
    ("O8", lambda: internal_rate([-70000, 12000, 15000], range(3)), -0.4435069413),
    (
        "O9",
        lambda: modified_internal_rate([-120000, 39000, 30000, 21000, 37000, 46000], range(6), 0.10, 0.12),
        0.1260941304,
    ),
    ("O10", lambda: modified_internal_rate([-120000, 39000, 30000, 21000], range(4), 0.10, 0.12), -0.0480446552),
    (
        "O11",
        lambda: modified_internal_rate([-120000, 39000, 30000, 21000, 37000, 46000], range(6), 0.10, 0.14),
        0.1347591108,
    ),
    ("O12", lambda: npv_now(0.08, [-40000, 5000, 8000, 12000, 30000]), 3065.22266817),
    ("O15", lambda: npv_now(0.035, [-100, *[5] * 30]) + 0, -100 + 5 * (1 - 1.035**-30) / 0.035),
]


@pytest.mark.parametrize(("name", "found", "expected"), PUBLISHED, ids=[case[0] for case in PUBLISHED])
def test_published_values(name, found, expected):
    assert found() == pytest.approx(expected, rel=1e-8)


def test_xirr_of_dated_flows():
    days = ["2008-01-01", "2008-03-01", "2008-10-30", "2009-02-15", "2009-04-01"]
    when = [(dt.date.fromisoformat(day) - dt.date(2008, 1, 1)).days / 365 for day in days]
    assert internal_rate([-10000, 2750, 4250, 3250, 2750], when) == pytest.approx(0.3733625335, abs=1e-9)  # O5
    worth = present_value([-10000, 2750, 4250, 3250, 2750], when, 0.09)
    assert worth == pytest.approx(2086.6476020315, rel=1e-12)  # O4


def test_discount_factors_at_three_and_a_half_percent():
    factors = {0: 1, 1: 0.9662, 2: 0.9335, 3: 0.9019, 4: 0.8714, 5: 0.8420, 10: 0.7089, 20: 0.5026, 30: 0.3563}
    for year, factor in factors.items():  # O14
        assert present_value([1.0], [year], 0.035) == pytest.approx(factor, abs=5e-5)


def test_equivalent_annual_of_thirty_years():
    worth = npv_now(0.035, [-100, *[5] * 30])  # outlay 100, thirty annual benefits of 5
    annual = equivalent_amount(worth, range(1, 31), 0.035)
    assert annual == pytest.approx(5 - 100 * 0.035 / (1 - 1.035**-30), rel=1e-12)


WORKED = [
    ("end", 0.10, "year", 29211.12),
    ("mid", 0.10, "year", 36493.94),
    ("end", monthly(0.10), "month", 35932.29),
    ("mid", monthly(0.10), "month", 36552.77),
    ("end", 0.10 / 12, "month", 34956.18),  # the wrong rate, to see that it differs
]


@pytest.mark.parametrize(("timing", "rate", "period", "expected"), WORKED)
def test_the_worked_appraisal_under_every_convention(timing, rate, period, expected):
    """120,000 today; 60,000 a year or 5,000 a month for three years."""
    count, amount = (3, 60000.0) if period == "year" else (36, 5000.0)
    worth = -120000 + present_value([amount] * count, period_times(count, timing), rate)
    assert worth == pytest.approx(expected, abs=0.005)


def test_the_spreadsheet_trap_of_discounting_the_outlay():
    assert npv_end(0.10, [-120000, 60000, 60000, 60000]) == pytest.approx(26555.56, abs=0.005)


def test_appraise_puts_the_worked_case_together():
    upfront, flows = np.zeros(36), np.full(36, 5000.0)
    upfront[0] = -120000
    found = appraise(upfront, flows, monthly(0.10), "end")
    assert found.npv == pytest.approx(35932.29, abs=0.005)
    assert found.total == 60000
    assert found.payback_months == 24.0
    assert found.peak_funding == 120000
    # by hand: 120,000 = 5,000 x (1 - v^n) / i has n = 26.66 whole payments; linear inside month 27
    rate = monthly(0.10)
    paid_26 = 5000 * (1 - (1 + rate) ** -26) / rate
    assert found.discounted_payback_months == pytest.approx(26 + (120000 - paid_26) / (5000 * (1 + rate) ** -27))
    assert found.rate_per_year is not None
    assert -120000 + present_value(flows, range(1, 37), (1 + found.rate_per_year) ** (1 / 12) - 1) == pytest.approx(
        0, abs=1e-6
    )
    assert found.equivalent_monthly == pytest.approx(found.npv * rate / (1 - (1 + rate) ** -36))


@pytest.mark.parametrize(
    ("timing", "upfront_at", "flow_at"), [("start", 3.0, 5.0), ("mid", 3.0, 5.5), ("end", 3.0, 6.0)]
)
def test_upfront_counts_at_its_own_months_start_whatever_the_timing(timing, upfront_at, flow_at):
    upfront, flows = np.zeros(8), np.zeros(8)
    upfront[3], flows[5] = -1000, 400
    rate = monthly(0.08)
    expected = -1000 * 1.08 ** (-upfront_at / 12) + 400 * 1.08 ** (-flow_at / 12)
    assert appraise(upfront, flows, rate, timing).npv == pytest.approx(expected, rel=1e-12)


def test_payback_that_is_lost_again_does_not_count():
    assert payback([-100, 0, -500, 0], [150, 0, 0, 0]) is None
    assert payback([-100, 0, -100, 0], [150, 0, 0, 200]) == 3.25


def test_payback_never_is_an_answer_and_nothing_is_extrapolated():
    assert payback([-100.0, 0.0], [49.99, 50.0]) is None
    assert payback([-100.0, 0.0], [50.0, 50.0]) == 2.0


def test_payback_is_at_once_where_nothing_is_out_of_pocket():
    assert payback([0.0, 0.0], [5.0, 5.0]) == 0.0


@pytest.mark.parametrize(
    "flows", [[-1000, 2500, -1540], [-50, -100, 600, 300, -100], [100, -300, 250], [1, 2, 3], [-1, -2]]
)
def test_no_rate_of_return_unless_the_flows_change_sign_once(flows):
    assert internal_rate(flows, range(len(flows))) is None


def test_why_there_is_no_rate_is_said():
    def why(flows):
        return appraise(np.zeros(3), np.array(flows, dtype=float), 0.01, "end").why_no_rate

    assert why([-1000, 2500, -1540]).startswith("the flows change sign 2 times; they are worth nothing at 213.8")
    assert why([1, 2, 3]) == "the flows never change sign"
    assert why([-1, 2, 3]) == ""


def test_a_long_dear_loss_still_has_its_rate():
    assert internal_rate([-10000, *[327.24625] * 16], range(17)) == pytest.approx(-0.0676541, abs=1e-7)


FLOWS = st.lists(st.floats(-1e6, 1e6).map(lambda x: round(x, 2)), min_size=2, max_size=40)
RATES = st.floats(0.0, 0.5)


@given(FLOWS, RATES)
def test_npv_at_zero_is_the_sum_and_a_shift_divides(flows, rate):
    assert npv_now(0.0, flows) == pytest.approx(math.fsum(flows), abs=1e-6)
    assert npv_end(rate, flows) == pytest.approx(npv_now(rate, flows) / (1 + rate), rel=1e-9, abs=1e-6)


@given(FLOWS, FLOWS, RATES)
def test_the_worth_of_a_difference_is_the_difference_of_the_worths(one, other, rate):
    months = min(len(one), len(other))
    a, b = np.array(one[:months]), np.array(other[:months])
    difference = appraise(np.zeros(months), a - b, rate, "mid").npv
    apart = appraise(np.zeros(months), a, rate, "mid").npv - appraise(np.zeros(months), b, rate, "mid").npv
    assert difference == pytest.approx(apart, rel=1e-9, abs=1e-4)


@given(st.floats(100, 1e6), st.lists(st.floats(0, 1e5), min_size=2, max_size=60), RATES)
def test_discounted_payback_is_never_sooner(outlay, flows, rate):
    upfront = np.array([-outlay, *[0.0] * (len(flows) - 1)])
    found = appraise(upfront, np.array(flows), rate, "end")
    if found.discounted_payback_months is not None:
        assert found.payback_months is not None
        assert found.discounted_payback_months >= found.payback_months - 1e-9


@given(st.floats(100, 1e6), st.lists(st.floats(1, 1e5), min_size=2, max_size=60), st.floats(0.5, 20))
def test_the_rate_makes_the_flows_worth_nothing_and_scaling_leaves_it(outlay, flows, scale):
    money = [-outlay, *flows]
    times = range(len(money))
    rate = internal_rate(money, times)
    assert rate is not None
    assert npv_now(rate, money) / max(outlay, sum(flows)) == pytest.approx(0, abs=1e-6)
    assert internal_rate([scale * flow for flow in money], times) == pytest.approx(rate, rel=1e-6, abs=1e-9)


@given(FLOWS)
def test_peak_funding_is_the_deepest_point(flows):
    assert peak_funding([0.0] * len(flows), flows) == pytest.approx(-min(0.0, np.cumsum(flows).min()), abs=1e-6)


def test_sign_changes_pass_zeros_over():
    assert sign_changes([-1, 0, 0, 2, 0, -3]) == 2
