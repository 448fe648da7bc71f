"""Driver times price gives every line of the cash-flow table again, and a changed price what a new run would give."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from evaluate.cashflow import lines
from evaluate.categories import CATEGORIES
from evaluate.conventions import price_factors
from evaluate.products import PricedLine, priced_lines
from sim.replicate import replicate
from sim.scenario.load import resolve
from tests.evaluate.worlds import by_hand, document, usage
from tests.strategies import scenarios

MAY_BE_AMOUNTS = {"margin_lost", "referral_margin", "outsourcing"}


def totals(resolved: Any, found: list[PricedLine]) -> dict[tuple[str, str, bool], np.ndarray]:
    rate, economics = resolved.scenario.economics.discount_rate, resolved.scenario.economics
    sums: dict[tuple[str, str, bool], Any] = {}
    for line in found:
        growth = price_factors(line.driver.shape[1], economics, CATEGORIES[line.category].upfront)
        key = line.category, line.item, line.tangible
        sums[key] = sums.get(key, 0.0) + line.amounts(rate) * growth
    return sums


def same(resolved: Any, usages: list[Any]) -> list[PricedLine]:
    found = priced_lines(resolved, usages)
    truth = {(category, item, tangible): amounts for category, item, tangible, amounts in lines(resolved, usages)}
    sums = totals(resolved, found)
    assert set(sums) == set(truth)
    for key, amounts in truth.items():
        np.testing.assert_allclose(sums[key], amounts, rtol=1e-9, atol=1e-9 * np.abs(amounts).max())
    return found


def test_lines_of_the_world_by_hand_are_products_alone():
    found = same(by_hand(), [usage(), usage(paid_ms=np.array([[900, 800]]) * 3_600_000)])
    assert not [line for line in found if line.is_amount]
    (wages,) = [line for line in found if line.category == "wages"]
    assert [(factor.path, factor.value, factor.enters) for factor in wages.factors] == [
        ("teams.desk.wage", 20.0, "times"), ("teams.desk.on_cost", 0.25, "one_plus"),
    ]  # fmt: skip
    assert wages.driver[0].tolist() == [1000.0, 840.0]  # of 900, 40 are training and 20 overtime


def test_a_price_that_changes_is_an_input_for_each_value():
    world = document(
        demand={
            "events": {
                "rise": {"from": "2027-02-15", "until": "2027-12-31", "changes": {"teams.desk.wage": "24 EUR/h"}}
            }
        }
    )
    found = same(resolve(world), [usage()])
    before, after = (line for line in found if line.category == "wages")
    assert [(line.factors[0].value, line.factors[0].since) for line in (before, after)] == [
        (20.0, ""),
        (24.0, "2027-02-15"),
    ]
    assert before.driver[0].tolist() == [1000.0, 420.0]
    assert after.driver[0].tolist() == [0.0, 420.0]


def test_what_a_least_bill_adds_is_an_amount():
    world = document()
    world["teams"]["desk"] = {
        "agents": 6, "serves": ["phone", "chat"],
        "shifts": {"day": {"days": "mon-sun", "hours": "08:00-16:00"}},
        "outsourced": {"per_contact": "1 EUR", "minimum": {"amount": "4800 EUR/month"}},
    }  # fmt: skip
    found = [line for line in same(resolve(world), [usage()]) if line.category == "outsourcing"]
    assert [(line.is_amount, line.driver[0].round(6).tolist()) for line in found] == [
        (False, [4900.0, 4600.0]), (True, [0.0, 200.0]),
    ]  # fmt: skip


@pytest.mark.parametrize("change", [{"wage": "23 EUR/h"}, {"on_cost": "40 %"}, {"per_agent": "10 EUR/month"}])
def test_an_input_changed_gives_what_the_scenario_changed_gives(change):
    world = document()
    world["teams"]["desk"].update(change)
    changed = resolve(world)
    ((key, _),) = change.items()
    value = {"wage": 23.0, "on_cost": 0.4, "per_agent": 10.0}[key]
    truth = {(category, item): amounts for category, item, _, amounts in lines(changed, [usage()])}
    sums: dict[tuple[str, str], Any] = {}
    for line in priced_lines(by_hand(), [usage()]):
        now = [replace(one, value=value) if one.path.endswith(f".{key}") else one for one in line.factors]
        price = np.prod([one.multiplier(0.08) for one in now])
        sums[line.category, line.item] = sums.get((line.category, line.item), 0.0) + line.driver * price
    for name, amounts in truth.items():
        np.testing.assert_allclose(sums[name], amounts, rtol=1e-12)


def test_uplifts_are_products_with_one_factor_more():
    economics = {**document()["economics"], "uplift": {"wages": "10 %", "upfront": "20 %"}, "inflation": "3 %/year"}
    found = same(by_hand(economics=economics), [usage()])
    uplifted = [line for line in found if line.category.startswith("uplift")]
    assert {line.factors[-1].path for line in uplifted} == {"economics.uplift.wages", "economics.uplift.upfront"}


@given(scenarios())
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_generated_scenarios_are_reproduced(world):
    run = replicate(resolve(world), 5, 2)
    found = same(run.resolved, run.usage)
    assert {line.category for line in found if line.is_amount} <= MAY_BE_AMOUNTS | {"uplift"}
