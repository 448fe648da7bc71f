"""Several internal rates, none, and how that is said; spreads over replications; examples that are published wrong."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluate.appraisal import appraise, present_value
from evaluate.rates import all_rates, internal_rate, why_no_rate
from evaluate.spread import spread


@pytest.mark.parametrize(
    ("flows", "roots"),
    [
        ([-1000, 2500, -1540], [0.10, 0.40]),
        ([-50, -100, 600, 300, -100], [-0.7688955, 1.8544178]),
        ([100, -300, 250], []),
        ([-10000, *[327.24625] * 16], [-0.0676541]),
        ([-1000, 2400, -1440], [0.2]),  # a double root: (1.2 / (1 + r) - 1)^2 = 0 touches and does not cross
        ([1, 2, 3], []),
        ([-6, 11, -6, 1], []),  # x = 1, 2, 3: two of the rates are below zero, see the next test
    ][:-1],
)
def test_every_rate_is_found(flows, roots):
    assert all_rates(flows, range(len(flows))) == pytest.approx(roots, abs=1e-6)


def test_three_rates():
    """(x - 1)(x - 2)(x - 3) with x = 1 / (1 + r): rates 0, -1/2 and -2/3."""
    assert all_rates([-6, 11, -6, 1], range(4)) == pytest.approx([-2 / 3, -1 / 2, 0.0], abs=1e-9)


def test_the_worth_of_the_two_rate_case_along_the_rate():
    """The table of finance.md: between the two rates the worth is above zero."""
    for rate, worth in [(0, -40), (0.05, -15.87), (0.1, 0), (0.2, 13.89), (0.3, 11.83), (0.4, 0), (0.5, -17.78)]:
        assert present_value([-1000, 2500, -1540], [0, 1, 2], rate) == pytest.approx(worth, abs=0.005)


def test_in_words():
    assert internal_rate([-1000, 2500, -1540], [0, 12, 24]) is None
    said = why_no_rate([-1000, 2500, -1540], [0, 12, 24])
    assert said == "the flows change sign 2 times; they are worth nothing at 10\u202f% and at 40\u202f% a year"
    assert why_no_rate([100, -300, 250], [0, 1, 2]).endswith("2 times, and no rate makes them worth nothing")
    assert why_no_rate([-100, 110], [0, 12]) == ""
    assert why_no_rate([100, 10], [0, 12]) == "the flows never change sign"


@given(st.lists(st.floats(0.3, 3.0), min_size=2, max_size=4))
def test_rates_that_were_put_in_come_out(factors):
    """A product of (x g - 1) has its roots at 1 + r = g."""
    apart = sorted(factors)
    if min(np.diff(np.log(apart)), default=1.0) < 0.01:
        return
    flows = np.array([1.0])
    for g in apart:
        flows = np.convolve(flows, [-1.0, g])
    found = np.array(all_rates(flows, range(len(flows)))) + 1
    assert found == pytest.approx(apart, rel=1e-6)


# Published examples that do not reproduce. They are kept to show that we do NOT agree with them.
PUBLISHED_WRONG = [
    # the README of the R package greenbook: costs of 100, 50, 50, then 30 for seven years, at 3.5 %
    ("greenbook README", [-100, -50, -50, *[30] * 7], 0.035, 0, 8.51, -23.7449),
    # FormCalc's third NPV example
    ("FormCalc", [50, 60, 40, 100, 25], 0.0275, 1, 273.14, 253.912),
]


@pytest.mark.parametrize(("name", "flows", "rate", "first", "printed", "right"), PUBLISHED_WRONG)
def test_examples_that_are_published_wrong(name, flows, rate, first, printed, right):
    found = present_value(flows, range(first, first + len(flows)), rate)
    assert found == pytest.approx(right, abs=5e-4), name
    assert abs(found - printed) > 10, name


def test_the_help_example_without_its_minus_has_no_rate():
    """The XIRR example of an old spreadsheet's help lacks the minus of the outlay: no change of sign, no rate."""
    assert internal_rate([10000, 2750, 4250, 3250, 2750], [0, 60, 303, 411, 456]) is None


def test_the_worked_case_of_switching_values():
    """120,000 for 60,000 a year over three years at 10 % (finance.md): what may change until nothing is left."""
    annuity = present_value([1, 1, 1], [1, 2, 3], 0.10)
    npv = -120000 + 60000 * annuity
    assert npv == pytest.approx(29211.12, abs=0.005)
    assert 120000 / annuity == pytest.approx(48253.78, abs=0.005)
    assert npv / (60000 * annuity) == pytest.approx(0.1958, abs=5e-5)
    assert 60000 * annuity == pytest.approx(149211.12, abs=0.005)
    assert npv / 120000 == pytest.approx(0.2434, abs=5e-5)
    lowered = 0.8 * 60000 * annuity - 1.1 * 120000
    assert lowered == pytest.approx(-12631.10, abs=0.005)
    assert lowered / (1.1 * 120000) == pytest.approx(-0.0957, abs=5e-5)


def test_the_worked_case_of_payback_by_year():
    """Simple 2.00 years, discounted 2.352 (cumulative -65,454.55, -15,867.77, +29,211.12)."""
    found = appraise(np.array([-120000.0, 0, 0]), np.array([60000.0] * 3), 0.10, "end")
    assert found.payback_months == 2.0
    yearly = 60000 * 1.1 ** -np.arange(1, 4)
    assert (np.cumsum(yearly) - 120000).round(2).tolist() == [-65454.55, -15867.77, 29211.12]
    assert found.discounted_payback_months == pytest.approx(2 + 15867.77 / yearly[2], abs=1e-4)
    assert found.discounted_payback_months == pytest.approx(2.352, abs=5e-4)


@pytest.mark.parametrize(
    ("share", "base", "added", "expected"), [(0.08, 51, 0, 4.08), (0.30, 51, 0.70 * 24, 32.1), (0.30, 39, 2.8, 14.5)]
)
def test_the_guide_values_of_optimism_bias(share, base, added, expected):
    """Managed bias (100 - 92) % x 51, and projects of two kinds: 30 % x 51 + 70 % x 24; 30 % x 39 + 70 % x 4."""
    assert share * base + added == pytest.approx(expected)


def one(outlay, saved, months=24):
    upfront = np.zeros(months)
    upfront[0] = -outlay
    return appraise(upfront, np.full(months, float(saved)), 0.005, "end")


def test_the_spread_over_replications_counts_those_that_never_pay_back_as_later_than_all():
    """Outlay 1,000: paid back after 10, 20, 1000/45 = 22.2 months; one saves 30 a month and never within two years."""
    found = spread([one(1000, saved) for saved in (100, 50, 45, 30)])
    assert found["payback_share"].value == 0.75
    assert found["payback_p10"].value == 10.0
    assert found["payback_p90"].value is None
    assert found["peak_funding_p90"].value == 1000
    assert found["irr_share"].value == 1.0
    low = one(1000, 30).rate_per_year
    assert found["irr_p10"].value == low
    assert low is not None
    assert low < 0


def test_a_replication_without_a_rate_is_no_figure():
    found = spread([one(1000, 100), one(0, 100)])
    assert found["irr_share"].value == 0.5
    assert found["irr_p10"].value == found["irr_p90"].value == one(1000, 100).rate_per_year


def test_one_replication_has_no_spread():
    assert spread([one(1000, 100)]) == {}
