"""Weekly schedules: every way to state breaks and days gives one optimum, and people make up the model's counts."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations, product
from typing import Any

import numpy as np
import pulp
import pytest

from optimize.schedule import search
from optimize.schedule.breaks import Style
from optimize.schedule.cover import problem_of, solve_cover
from optimize.schedule.greedy import as_start, greedy
from optimize.schedule.roster import duty_of
from optimize.schedule.search import CannotCover, NoSchedule, half_hours_in_words, schedule
from optimize.schedule.terms import terms_of
from optimize.schedule.weekly import weekly_model
from optimize.schedule.weeks import offers_of
from optimize.solver import SOLVERS, SolverName, solve
from sim.scenario.resolved import Resolved

World = Callable[..., Resolved]
LUNCH = {"length": "30 min", "earliest": "1 h", "latest": "2 h"}
SHORT: dict[str, Any] = {"lengths": ["3 h", "4 h"], "days": "mon-thu", "days_per_week": [2, 3], "breaks": [LUNCH]}


def need_of(*figures: tuple[int, int, int, float]) -> np.ndarray:
    """Agents from one half-hour of a day up to another: (day, first, last, agents)."""
    need = np.zeros(336)
    for day, first, last, agents in figures:
        need[day * 48 + first : day * 48 + last] = np.maximum(need[day * 48 + first : day * 48 + last], agents)
    return need


NEED = need_of((0, 16, 24, 2), (1, 16, 26, 1.4), (2, 18, 25, 2.5), (3, 16, 20, 1), (3, 22, 26, 1))


def explicit_optimum(resolved: Resolved, need: np.ndarray) -> float:
    """The same by a column for every week with every combination of breaks on its days: no implicit anything."""
    terms, team = terms_of(resolved.scenario, "desk"), resolved.scenario.teams["desk"]
    problem = pulp.LpProblem("explicit", pulp.LpMinimize)
    cost: dict[Any, float] = {}
    rows: list[dict[Any, float]] = [{} for _ in range(336)]
    for number, offer in enumerate(offers_of(terms, team)):
        for days in combinations(offer.days, offer.number):
            places = [pause.places for pause in offer.kind.pauses]
            for each in product(product(*places), repeat=len(days)):
                name = f"w{number}_{'_'.join(str(d) for d in days)}_{len(cost)}"
                x = problem.add_variable(name, 0, None, pulp.LpInteger)
                cost[x] = offer.week(days).cost
                for day, breaks in zip(days, each, strict=True):
                    on = np.ones(offer.kind.length)
                    for pause, place in zip(offer.kind.pauses, breaks, strict=True):
                        for step, share in enumerate(pause.taken):
                            on[place + step] -= share
                    for slot, share in enumerate(on):
                        if share:
                            at = (day * 48 + offer.kind.start + slot) % 336
                            rows[at][x] = rows[at].get(x, 0.0) + share
    problem += pulp.LpAffineExpression(cost)
    for slot in np.flatnonzero(need).tolist():
        problem += pulp.LpAffineExpression(rows[slot]) >= float(need[slot]), f"need_{slot}"
    found = solve(problem, "highs", 60.0)
    assert found.status == "optimal"
    assert found.objective is not None
    return found.objective


@pytest.mark.parametrize("breaks", [
    [], [LUNCH], [{"length": "45 min", "earliest": "1 h", "latest": "1.5 h"}],
    [{"length": "15 min", "earliest": "30 min", "latest": "1 h"}, {"length": "30 min", "earliest": "1.5 h",
                                                                  "latest": "2 h"}],
])  # fmt: skip
def test_implicit_breaks_and_days_reach_the_optimum_of_explicit_patterns(world: World, breaks: list[Any]) -> None:
    """Semantics 9.7: exact. Lengths differ, so that windows of short shifts could lie inside those of long ones."""
    resolved = world(scheduling={"desk": {"starts": "08:00-09:00", "contracts": {"short": SHORT | {
        "breaks": breaks, "lengths": ["3 h"], "days": "mon-wed", "days_per_week": 2}}}})  # fmt: skip
    need = need_of((0, 17, 23, 2), (1, 16, 22, 1.4), (2, 18, 24, 2.5))
    known = explicit_optimum(resolved, need)
    terms, team = terms_of(resolved.scenario, "desk"), resolved.scenario.teams["desk"]
    styles: list[Style | None] = [None, "aykin", "bechtold_jacobs"]
    for style in styles:
        found = schedule(terms, team, need, gap=0.0, style=style)
        assert found.status == "optimal"
        assert found.cost == pytest.approx(known), style
        assert (found.cover >= need - 1e-9).all()


@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("style", ["aykin", "bechtold_jacobs"])
def test_both_ways_to_state_breaks_and_both_solvers_agree(world: World, solver: SolverName, style: Style) -> None:
    small = SHORT | {"days": "mon-wed", "days_per_week": 2}
    need = need_of((0, 17, 23, 2), (1, 16, 22, 1.4), (2, 18, 24, 2.5))
    resolved = world(scheduling={"desk": {"starts": "08:00-09:00", "contracts": {"short": small}}})
    found = schedule(terms_of(resolved.scenario, "desk"), resolved.scenario.teams["desk"], need, solver=solver,
                     gap=0.0, style=style)  # fmt: skip
    assert found.status == "optimal"
    assert found.cost == pytest.approx(found.bound)
    assert found.cost == pytest.approx(sum(person.week.paid_h for person in found.people) * 20.0)
    assert duty_of(found.people, 336).tolist() == found.cover.tolist()
    assert (found.cover >= need - 1e-9).all()
    cheaper = schedule(terms_of(resolved.scenario, "desk"), resolved.scenario.teams["desk"], need, gap=0.0)
    assert cheaper.cost == pytest.approx(found.cost)
    assert cheaper.sizes[cheaper.style] == min(cheaper.sizes.values())
    assert "would take" in cheaper.model


def test_every_person_keeps_the_contract(world: World) -> None:
    contract = SHORT | {"least_hours": "7 h", "most_hours": "11 h"}
    resolved = world(scheduling={"desk": {"starts": "08:00-10:00", "contracts": {"short": contract}}})
    found = schedule(terms_of(resolved.scenario, "desk"), resolved.scenario.teams["desk"], NEED, gap=0.0)
    for person in found.people:
        assert 7.0 <= person.week.paid_h <= 11.0
        assert len(person.week.days) in (2, 3)
        assert set(person.week.days) <= {0, 1, 2, 3}
        assert 16 <= person.week.kind.start <= 20
        for places in person.breaks:
            assert all(2 <= place <= 4 for place in places)


def test_days_off_together(world: World) -> None:
    """Five of seven days that follow each other, round the week: six days of one person each need two people."""
    contract = {"lengths": ["4 h"], "days": "mon-sun", "days_per_week": 5, "together": True}
    resolved = world(scheduling={"desk": {"starts": "09:00", "contracts": {"full": contract}}})
    need = need_of(*((day, 18, 26, 1) for day in (0, 1, 2, 4, 5, 6)))
    found = schedule(terms_of(resolved.scenario, "desk"), resolved.scenario.teams["desk"], need, gap=0.0)
    assert len(found.people) == 2
    for person in found.people:
        off = sorted({*range(7)} - set(person.week.days))
        assert off[1] - off[0] in (1, 6)


def test_limits_on_people_by_contract_share_and_team(world: World) -> None:
    full = {"lengths": ["8 h"], "days": "mon-fri", "least_people": 1}
    part = {"lengths": ["4 h"], "days": "mon-fri", "most_share": "25 %"}
    need = need_of(*((day, 16, 24, 3) for day in range(5)))

    def people(**more: Any) -> dict[str, int]:
        contracts = {"full": full | more.pop("full", {}), "part": part | more.pop("part", {})}
        resolved = world(scheduling={"desk": {"starts": "08:00", "contracts": contracts, **more}})
        found = schedule(terms_of(resolved.scenario, "desk"), resolved.scenario.teams["desk"], need, gap=0.0)
        return {name: sum(p.week.contract == name for p in found.people) for name in contracts}

    # Three people for four hours: part-timers are cheapest, but at most one in four people may be one.
    assert people() == {"full": 3, "part": 0}
    assert people(part={"most_share": "50 %"}) == {"full": 2, "part": 1}
    assert people(part={"most_share": "100 %"}) == {"full": 1, "part": 2}
    assert people(part={"most_share": "100 %", "most_people": 1}) == {"full": 2, "part": 1}
    assert people(part={"most_share": "100 %"}, full={"least_people": 5}) == {"full": 5, "part": 0}
    with pytest.raises(CannotCover, match=r"the limits on people leave 20\.0 agent-hours a week uncovered at least"):
        people(most_people=2)


def test_preferences_move_shifts_where_the_need_leaves_a_choice(world: World) -> None:
    contract = {"lengths": ["4 h"], "days": "mon-tue", "days_per_week": 1}
    need = need_of((0, 18, 22, 1))

    def start(cost: str) -> tuple[int, float]:
        wish = {"early": {"starts": "08:00", "days": "mon", "cost": cost}}
        resolved = world(scheduling={"desk": {"starts": ["08:00", "09:00"], "contracts": {"c": contract},
                                              "prefer": wish}})  # fmt: skip
        found = schedule(terms_of(resolved.scenario, "desk"), resolved.scenario.teams["desk"], need, gap=0.0)
        (person,) = found.people
        return person.week.kind.start, found.cost

    assert start("5 EUR") == (18, 80.0)
    assert start("-5 EUR") == (16, 75.0)


def test_a_preference_that_pays_more_than_a_day_costs_has_no_best(world: World) -> None:
    contract = {"lengths": ["4 h"], "days": "mon-tue", "days_per_week": 1}
    wish = {"much": {"cost": "-100 EUR"}}
    resolved = world(scheduling={"desk": {"starts": "09:00", "contracts": {"c": contract}, "prefer": wish}})
    with pytest.raises(NoSchedule, match="no lower end"):
        schedule(terms_of(resolved.scenario, "desk"), resolved.scenario.teams["desk"], need_of((0, 18, 22, 1)))


def test_under_cover_is_bought_where_it_is_cheaper(world: World) -> None:
    """A day of four hours costs 80 EUR; two hours short at 30 EUR/h cost 60."""
    contract = {"lengths": ["4 h"], "days": "mon-fri", "days_per_week": 1}
    need = need_of((0, 18, 22, 1))

    def found(**more: Any) -> search.Schedule:
        resolved = world(scheduling={"desk": {"starts": "09:00", "contracts": {"c": contract}, **more}})
        return schedule(terms_of(resolved.scenario, "desk"), resolved.scenario.teams["desk"], need, gap=0.0)

    short = found(under="30 EUR/h")
    assert (len(short.people), short.cost, short.short_h, short.priced) == (0, 60.0, 2.0, 60.0)
    dear = found(under="50 EUR/h", over="3 EUR/h")
    assert (len(dear.people), dear.cost, dear.above_h, dear.priced) == (1, 86.0, 2.0, 6.0)
    with pytest.raises(CannotCover, match="limits on people and on over-cover leave 2"):
        found(most_over=0)


def test_shrinkage_is_added_once_and_rounded_once(world: World) -> None:
    """3 agents at 10 % and 5.5 % away: 3 / 0.85 = 3.53 heads, so 4; not 3 / 0.9 up, then / 0.945 up (5)."""
    contract = {"lengths": ["4 h"], "days": "mon", "days_per_week": 1}
    resolved = world(scheduling={"desk": {"starts": "09:00", "contracts": {"c": contract}}})
    found = schedule(
        terms_of(resolved.scenario, "desk"), resolved.scenario.teams["desk"], need_of((0, 18, 22, 3)),
        shrinkage=1 - 0.9 * 0.945, gap=0.0,
    )  # fmt: skip
    assert found.need.max() == pytest.approx(3 / 0.8505)
    assert len(found.people) == 4


def test_half_hours_that_no_shift_reaches_are_named(world: World) -> None:
    resolved = world(scheduling={"desk": {"starts": "08:00-10:00", "contracts": {"short": SHORT}}})
    need = NEED + need_of((0, 10, 13, 1), (6, 44, 48, 2))
    with pytest.raises(CannotCover) as caught:
        schedule(terms_of(resolved.scenario, "desk"), resolved.scenario.teams["desk"], need)
    assert "no allowed shift is on duty mon 05:00-06:30, sun 22:00-24:00" in str(caught.value)
    assert sorted(caught.value.short) == [10, 11, 12, *range(332, 336)]


def test_half_hours_in_words() -> None:
    assert half_hours_in_words([0, 1, 47, 48, 49]) == "mon 00:00-01:00, mon 23:30-24:00, tue 00:00-01:00"
    assert half_hours_in_words(range(0, 40, 2)).endswith("and 12 more stretches")


def test_a_night_shift_goes_round_the_week(world: World) -> None:
    contract = {"lengths": ["8 h"], "days": "sun", "days_per_week": 1,
                "breaks": [{"length": "1 h", "earliest": "2 h", "latest": "5 h"}]}  # fmt: skip
    resolved = world(scheduling={"desk": {"starts": "22:00", "contracts": {"night": contract}}})
    need = need_of((6, 44, 48, 1), (0, 0, 8, 1))
    found = schedule(terms_of(resolved.scenario, "desk"), resolved.scenario.teams["desk"], need, gap=0.0)
    assert found.cover[:12].tolist() == [1.0] * 10 + [1.0, 1.0] or len(found.people) == 2
    assert (found.cover >= need).all()
    assert found.cover[12:332].max() == 0


def test_the_first_schedule_is_one_of_the_model(world: World) -> None:
    """What the greedy start says is feasible in every row, and no cheaper than the optimum."""
    contracts = {"full": {"lengths": ["8.5 h"], "days": "mon-sat", "least_people": 1,
                          "breaks": [{"length": "30 min", "earliest": "3 h", "latest": "5 h"}]},
                 "part": SHORT | {"days": "mon-sun", "days_per_week": 4, "most_share": "50 %"}}  # fmt: skip
    resolved = world(scheduling={"desk": {"starts": "08:00-12:00", "contracts": contracts}})
    need = need_of(*((day, 16, 40, 2.2 + day % 2) for day in range(6)))
    terms, team = terms_of(resolved.scenario, "desk"), resolved.scenario.teams["desk"]
    weekly = weekly_model(terms, offers_of(terms, team), need)
    people = greedy(terms, weekly)
    assert people is not None
    assert (duty_of(people, 336) >= need - 1e-9).all()
    start = as_start(weekly, people)
    problem = problem_of(weekly.cover)
    for variable in problem.variables():
        variable.varValue = start[variable.name]
    broken = [row.name for row in problem.constraints() if not row.valid(1e-6)]
    assert broken == []
    least = solve_cover(weekly.cover, gap=0.01, time_limit=60.0)
    assert least.bound is not None
    assert sum(person.week.cost for person in people) >= least.bound - 1e-6


def test_a_time_limit_leaves_the_first_schedule_with_its_gap(world: World) -> None:
    contracts = {"full": {"lengths": ["8 h", "9 h"], "days": "mon-sun", "days_per_week": [4, 5],
                          "breaks": [{"length": "30 min", "earliest": "3 h", "latest": "5 h"}]}}  # fmt: skip
    resolved = world(scheduling={"desk": {"starts": "00:00-23:30", "contracts": contracts}})
    need = need_of(*((day, hour, hour + 1, 3 + (7 * hour + 3 * day) % 9) for day in range(7) for hour in range(48)))
    terms, team = terms_of(resolved.scenario, "desk"), resolved.scenario.teams["desk"]
    found = schedule(terms, team, need, time_limit=0.5, gap=0.0)
    assert found.status == "time_limit"
    assert (found.cover >= need).all()
    if found.bound is not None:
        assert found.gap is not None
        assert found.gap > 0
        assert found.gap == pytest.approx((found.cost - found.bound) / found.cost)


def test_nothing_found_in_time_is_said(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "greedy", lambda *_: None)
    contracts = {"full": {"lengths": ["8 h", "9 h"], "days": "mon-sun", "days_per_week": [4, 5],
                          "breaks": [{"length": "30 min", "earliest": "3 h", "latest": "5 h"}]}}  # fmt: skip
    resolved = world(scheduling={"desk": {"starts": "00:00-23:30", "contracts": contracts}})
    need = need_of(*((day, hour, hour + 1, 3 + (7 * hour + 3 * day) % 9) for day in range(7) for hour in range(48)))
    terms, team = terms_of(resolved.scenario, "desk"), resolved.scenario.teams["desk"]
    with pytest.raises(NoSchedule, match=r"no schedule was found in .*--time-limit"):
        schedule(terms, team, need, time_limit=0.05, gap=0.0)
