"""Customers day by day: conservation, what can be lost and won at most, and how it is spread (semantics 8.2)."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.demand.customers import customer_path, following, month_of_day
from sim.demand.rates import customers_by_day
from sim.scenario.load import resolve
from sim.scenario.resolved import Feedback, Resolved
from sim.scenario.units import growth_factor


def world(months: int = 3, **customers) -> Resolved:
    return resolve(
        {
            "schema": 1,
            "name": "shop",
            "horizon": {"start": "2027-01-01", "months": months},
            "customers": {"active": 1000, **customers},
            "reasons": {"help": {"rate": "1 /day", "channels": {"phone": "100 %"}, "handle": "5 min"}},
            "channels": {"phone": {}},
            "teams": {"desk": {"agents": 1, "serves": ["phone"]}},
        }
    )


def test_customers_lost_in_january_leave_evenly_in_february():
    path = customer_path(world(), following(np.array([28.0, 62.0, 500.0])), np.zeros(3))
    assert path.active[:32].tolist() == [1000.0] * 32  # the first one leaves on 1 February
    assert path.active[31 + 27] == pytest.approx(1000 - 27)
    assert path.active[31 + 28] == pytest.approx(1000 - 28)  # 1 March
    assert path.active[-1] == pytest.approx(1000 - 28 - 30 * 2)  # 31 March; what March loses shows in April
    assert path.missing[-1] == pytest.approx(88)


def test_a_month_that_the_horizon_cuts_loses_its_share_only():
    cut = resolve({**world().document, "horizon": {"start": "2027-01-01", "length": "41 days"}})
    path = customer_path(cut, np.array([0.0, 28.0]), np.zeros(2))
    assert path.leaving[31:].tolist() == [1.0] * 10  # ten of 28 days


def test_who_is_missing_would_have_churned_like_everybody():
    resolved = world(churn="20 %/month", new="5 /day")
    path = customer_path(resolved, np.array([0.0, 56.0, 0.0]), np.zeros(3))
    stays = growth_factor(-resolved.scenario.customers.churn, 1.0)
    by_hand = sum(2.0 * stays ** (89 - 1 - day) for day in range(31, 59))  # left on `day`, thinned to the last of 90
    assert path.missing[-1] == pytest.approx(by_hand)


months = st.lists(st.floats(-3000, 3000), min_size=3, max_size=3).map(np.array)


@settings(max_examples=60, deadline=None)
@given(churned=months, referred=months, new=st.integers(0, 30), churn=st.integers(0, 60))
def test_customers_are_conserved_and_never_negative(churned, referred, new, churn):
    resolved = world(new=f"{new} /day", churn=f"{churn} %/month")
    path, alone = customer_path(resolved, churned, referred), customers_by_day(resolved)
    stays = growth_factor(-resolved.scenario.customers.churn, 1.0)
    new_a_day = resolved.scenario.customers.new
    assert (path.active >= -1e-9).all()
    step = path.active * stays + new_a_day + path.coming - path.leaving
    np.testing.assert_allclose(path.active[1:], step[:-1], atol=1e-9)  # active + new + won - lost - churn = next
    np.testing.assert_allclose(path.active, alone - path.missing + path.gained, atol=1e-7)
    assert (path.leaving >= path.active * (stays - 1.0) - 1e-9).all()  # no more are kept than would have left
    assert (path.coming >= -new_a_day - 1e-9).all()  # no more are deterred than would have come
    wanted = churned[month_of_day(resolved.calendar)]
    assert (np.sign(path.leaving) * np.sign(wanted) >= 0).all()


def test_zeros_are_the_open_loop_to_the_last_bit():
    resolved = world(new="137 /month", churn="2.3 %/month")
    zeros = Feedback(np.zeros((1, 3)), np.zeros((1, 3)), np.zeros((1, 3)))
    assert customers_by_day(replace(resolved, feedback=zeros)).tobytes() == customers_by_day(resolved).tobytes()
