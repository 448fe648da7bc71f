"""Prices by month under dated changes, and how much of a month a cost is live."""

import numpy as np
import pytest

from evaluate import prices
from sim.scenario.load import resolve
from sim.scenario.schema.money import Cost
from tests.evaluate.worlds import by_hand, document


def test_a_dated_change_of_a_wage_counts_for_its_days():
    world = document(
        demand={
            "events": {
                "raise": {"from": "2027-02-15", "until": "2027-02-28", "changes": {"teams.desk.wage": "24 EUR/h"}}
            }
        }
    )
    found = prices.by_month(resolve(world), lambda scenario: scenario.teams["desk"].wage)
    assert found == pytest.approx([20, 22])  # half of February's days at 24


def test_a_cost_is_live_from_its_day_whatever_the_length_of_the_month():
    calendar = by_hand().calendar
    assert prices.live_share(Cost(), calendar) == pytest.approx([1, 1])
    assert prices.live_share(Cost.model_validate({"starts": "2027-02-15"}), calendar) == pytest.approx([0, 0.5])
    assert prices.live_share(Cost.model_validate({"starts": "2028-01-01"}), calendar) == pytest.approx([0, 0])


def test_a_month_with_a_clock_change_is_one_month():
    world = document(horizon={"start": "2027-03-01", "months": 1, "timezone": "Europe/Berlin"}, economics={})
    assert np.array_equal(prices.live_share(Cost(), resolve(world).calendar), [1.0])
