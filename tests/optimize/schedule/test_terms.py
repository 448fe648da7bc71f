"""What a team's present shifts imply where `scheduling` is left out."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from optimize.schedule.terms import terms_of
from optimize.schedule.weeks import offers_of
from sim.scenario.load import load
from sim.scenario.resolved import Resolved


def test_contracts_and_starts_come_from_the_present_shifts() -> None:
    scenario = load("baseline").scenario
    terms = terms_of(scenario, "frontline")
    assert terms.block.starts == "08:00-16:30 every 30 min"
    full, part = terms.block.contracts.values()
    # Four shifts of 8.5 h with a break of half an hour, some on mon-fri, some on five of mon-sat.
    assert [length / 3_600_000 for length in full.lengths] == [8.5]
    assert (full.days, full.days_per_week, full.most_share) == ("mon,tue,wed,thu,fri,sat", 5, 1.0)
    # The middle is 4 h after the start, moved by a quarter of 4 h 15: from 2 h 56 to 5 h 04, on half-hours.
    (lunch,) = full.breaks
    assert (lunch.earliest / 3_600_000, lunch.latest / 3_600_000) == (3.0, 5.0)
    # Morning and evening: at most the 18 % of the people that they are today.
    assert part.most_share == pytest.approx(0.18)
    assert [length / 3_600_000 for length in part.lengths] == [4.0]
    assert any("at most 0.18 of the people" in note for note in terms.notes)


def test_what_is_declared_is_taken_and_the_rest_derived(world: Callable[..., Resolved]) -> None:
    contract = {"lengths": ["4 h"], "starts": "10:00"}
    terms = terms_of(world(scheduling={"desk": {"contracts": {"c": contract}}}).scenario, "desk")
    assert list(terms.block.contracts) == ["c"]
    assert terms.notes == ()
    terms = terms_of(world(scheduling={"desk": {"starts": "10:00"}}).scenario, "desk")
    assert terms.block.starts == "10:00"
    assert list(terms.block.contracts) == ["h40"]


def test_cost_of_a_week_counts_what_changes_with_a_person(world: Callable[..., Resolved]) -> None:
    """8 paid hours on 5 days at 20 EUR/h, 25 % on-cost, 10 % overhead: 1100; a desk at 1 EUR/h: 168."""
    contract = {"lengths": ["8.5 h"], "breaks": [{"length": "30 min", "earliest": "3 h", "latest": "5 h"}]}
    resolved = world(
        teams__desk__on_cost="25 %", teams__desk__overhead="10 %", teams__desk__per_agent="1 EUR/h",
        scheduling={"desk": {"starts": "09:00", "contracts": {"c": contract}}},
    )  # fmt: skip
    (offer,) = offers_of(terms_of(resolved.scenario, "desk"), resolved.scenario.teams["desk"])
    assert offer.pay == pytest.approx(20 * 1.25 * 1.1 * 40 + 168)
    paid = {"desk": {"starts": "09:00", "contracts": {"c": contract | {"paid_breaks": True, "wage": "30 EUR/h"}}}}
    (offer,) = offers_of(terms_of(world(scheduling=paid).scenario, "desk"), world().scenario.teams["desk"])
    assert offer.pay == pytest.approx(30 * 42.5)


def test_a_wish_about_a_contract_that_is_not_there(world: Callable[..., Resolved]) -> None:
    block = {"desk": {"prefer": {"early": {"cost": "3 EUR", "contracts": ["full"]}}}}
    resolved = world(scheduling=block)
    with pytest.raises(ValueError, match="there is no contract 'full'; there are: h40"):
        offers_of(terms_of(resolved.scenario, "desk"), resolved.scenario.teams["desk"])
