"""What is learned is what was put in: effects of known levers, people by hand, money to the cent."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from optimize.plan.columns import decided_with
from optimize.plan.correct import correct
from optimize.plan.decode import decode, overlay, planned
from optimize.plan.effects import log_ratio
from optimize.plan.evaluate import evaluate
from optimize.plan.learn import Learned, learn
from optimize.plan.model import solve_plan
from optimize.plan.overlay import overlaid
from optimize.plan.people import KEYS, money_by_replication, staff
from optimize.plan.predict import EXACT, predicted
from optimize.plan.problem import Kind
from optimize.plan.promise import promises
from optimize.plan.response import Point, fit, logit
from optimize.plan.simulating import Simulator
from sim.scenario.load import resolve
from tests.optimize.plan.worlds import HELP_PAGES, NOTICES, TRAINING, world, written

LEVERS = {
    "notices": NOTICES,
    "pages": HELP_PAGES,
    "training": TRAINING,
}


@pytest.fixture(scope="module")
def simulate():
    return Simulator(seed=7)


@pytest.fixture(scope="module")
def learned(tmp_path_factory: pytest.TempPathFactory, simulate) -> Learned:
    document = world(investments=LEVERS)
    sources = written(document, tmp_path_factory.mktemp("learned"))
    return learn(sources, None, simulate, replications=30)


def effect_of(learned: Learned, name: str):
    return next(one for one in learned.effects if one.chosen.option.name == name)


def at_full_effect(learned: Learned, name: str, expected: np.ndarray) -> None:
    """Each cell's learned effect is the expected one within the noise that it states."""
    found = effect_of(learned, name)
    z = (found.log_work - expected) / np.maximum(found.error, 1e-12)
    assert np.abs(z[found.error > 0]).max() < 3.5, (found.log_work, expected, found.error)
    assert np.abs(found.log_work[found.error == 0]).max(initial=0.0) == 0.0


@pytest.mark.parametrize(("name", "factor"), [("notices", 0.7), ("pages", 0.65)])
def test_contacts_that_are_gone_are_learned_on_their_reason_and_nowhere_else(learned, name, factor):
    expected = np.zeros((2, 2))
    expected[:, learned.names.reasons.index("status")] = np.log(factor)
    at_full_effect(learned, name, expected)


def test_shorter_work_is_learned_on_every_reason(learned):
    at_full_effect(learned, "training", np.full((2, 2), np.log(0.92)))


def test_noise_alone_is_no_effect():
    rng = np.random.default_rng(5)
    before = rng.gamma(30.0, 1.0, size=(4, 2, 3, 12))
    after = before * rng.normal(1.0, 0.2, size=before.shape)
    found, error = log_ratio(before, after)
    assert (np.abs(found) <= 3.5 * error).all()
    assert np.median(np.abs(found)) < np.median(error)  # drawn to 0


def test_a_start_takes_effect_as_its_ramp_does(learned):
    start = next(s for s in learned.problem.starts if s.key == ("notices", None, 2))
    effect = effect_of(learned, "notices").log_work
    assert (start.log_work[:, :, :2] == 0).all()
    assert np.abs(start.log_work[:, :, 2]).max() < 0.01  # decided on 4 March, live on 3 April: one day of that month
    assert start.log_work[:, :, 5] == pytest.approx(effect, rel=1e-6)
    ramped = np.expm1(start.log_work[0, 0, 3]) / np.expm1(effect[0, 0])  # from 3 April to full effect on 3 May
    assert ramped == pytest.approx(0.5, abs=0.05)


def test_capacity_of_a_hire_by_hand(learned):
    """Two weeks' lead, a week of training, three weeks from 60 % to full speed: months begin on the 4th."""
    hire = next(p for p in learned.problem.people if p.key == ("hire", 0, 0))
    days = np.arange(181)  # from 2027-01-04 to 2027-07-03
    speed = np.where(days < 21, 0.0, np.clip(0.6 + 0.4 * (days - 21) / 21, 0.0, 1.0))
    edges = np.cumsum([0, 31, 28, 31, 30, 31, 30])
    by_hand = [speed[a:b].mean() for a, b in pairwise(edges)]
    assert hire.capacity == pytest.approx(by_hand, abs=0.03)  # shifts fall on weekdays, the mean is over days
    assert hire.money[KEYS.index("hiring")].sum() == pytest.approx(-2000.0)


def test_people_and_starts_are_priced_to_the_cent(learned, simulate):
    starts = {s.key: s for s in learned.problem.starts}
    mix = frozenset([("pages", None, 0), ("training", None, 2)])
    people: dict[tuple[Kind, int, int], float] = {("hire", 0, 0): 2.0, ("cut", 0, 3): 1.0}
    solution = evaluate(learned.problem, mix, people, {})
    plan = planned(learned, solution)
    run, today = simulate([plan, learned.base], 0, 2)
    table = predicted(learned, solution, run, today)
    rows = {row.category: row for row in table.money}
    assert {"wages", "hiring", "training", "leaving", "workplaces", "overhead", "upfront", "running"} <= rows.keys()
    for row in table.money:
        if row.category in EXACT:
            assert row.error == pytest.approx(0.0, abs=0.005), row
    for key in ("upfront", "running"):  # no people in these: the model's columns are exact as well
        assert rows[key].whole_people == pytest.approx(0.0, abs=0.005)
    fixed = sum(starts[key].money[KEYS.index("upfront")].sum() for key in mix)
    assert rows["upfront"].simulated == pytest.approx(fixed, abs=0.005)


def test_one_column_more_is_one_person_more(learned):
    """Twelve people decided together come to twelve columns."""
    hire = next(p for p in learned.problem.people if p.key == ("hire", 0, 1))
    more = staff(decided_with(learned.base, "hires", "desk", 1, 12)).money - staff(learned.base).money
    assert 12 * hire.money == pytest.approx(more)


def test_decisions_load_and_are_what_was_chosen(learned, tmp_path: Path):
    solution = solve_plan(learned.problem)
    found = decode(learned, solution)
    loaded = overlaid(learned.versions.sources, found)
    assert loaded.digest == planned(learned, solution).digest
    assert set(loaded.scenario.decisions.investments) == {name for name, _, _ in solution.mix}
    hired = {(m, n) for (kind, _, m), n in solution.people.items() if kind == "hire"}
    by_month = loaded.scenario.decisions.hires.get("desk", {})
    assert {learned.names.months[m]: n for m, n in hired} == by_month


def test_decisions_join_what_the_file_has_decided(tmp_path: Path, simulate):
    document = world(investments=LEVERS)
    document["decisions"] = {"investments": {"notices": "2027-01"}, "hires": {"desk": {"2027-02": 1}}}
    learned = learn(written(document, tmp_path), None, simulate, replications=21)
    assert {s.investment for s in learned.problem.starts} == {"pages", "training"}
    found = overlay(learned, frozenset([("pages", None, 2)]), {("hire", 0, 1): 2.0, ("hire", 0, 2): 1.0}, {})
    assert found == {
        "decisions": {
            "investments": {"notices": "2027-01", "pages": "2027-03"},
            "hires": {"desk": {"2027-02": 3, "2027-03": 1}},
        }
    }


def test_the_law_of_service_is_found_again():
    rng = np.random.default_rng(3)
    points = []
    for month in range(24):
        for more in (0.9, 1.05, 1.2, 1.4):
            work = rng.uniform(6, 16)
            capacity = work * more + rng.normal(0, 0.2)
            share = 1 / (1 + np.exp(-(-0.4 + 4.0 * (capacity - 1.0 * work) / np.sqrt(work))))
            bottom = np.full(4, 800.0)
            points.append(Point(month, capacity, work, rng.binomial(800, share, size=4).astype(float), bottom))
    law = fit(0, (0,), (0,), points, 24, 0.8)
    need = law.linear * 12.0 + law.root(0.8, None) * np.sqrt(12.0)
    true = 12.0 + (logit(0.8) + 0.4) / 4.0 * np.sqrt(12.0)
    assert need == pytest.approx(np.full(24, true), rel=0.01)
    assert law.slope == pytest.approx(4.0, rel=0.1)


def test_a_plan_that_falls_short_is_put_right(learned, simulate):
    """The phone's law is made too hopeful; rounds of simulation ask for more until the promise holds."""
    hopeful = tuple(
        pool if pool.analytic else replace(pool, root=np.maximum(pool.root - 1.2, 1e-3))
        for pool in learned.problem.pools
    )
    problem = replace(learned.problem, pools=hopeful)
    now, missed = replace(learned, problem=problem, pools=hopeful), []
    for _ in range(6):
        solution = solve_plan(now.problem, gap=0.005)
        run = simulate([planned(now, solution)], 0, 6)[0]
        kept = promises(now.ask, now.ask.targets, run)
        missed.append(sum(not promise.holds for channel in kept for promise in channel.promises))
        if not missed[-1]:
            break
        now = correct(now, solution, run)
    assert missed[0] > 0
    assert missed[-1] == 0, missed
    for before, after in zip(learned.problem.pools, now.problem.pools, strict=True):
        if before.analytic:
            assert (before.root == after.root).all()
            assert (before.linear == after.linear).all()


def test_staff_money_is_that_of_a_simulated_run(simulate):
    document = world()
    document["teams"]["desk"]["attrition"] = {"base": "40 %/year", "cost": "700 EUR", "notice": "4 weeks"}
    document["decisions"] = {"hires": {"desk": {"2027-02": 2}}, "leaves": {"desk": {"2027-04": 1}}}
    resolved = resolve(document)
    run = simulate([resolved], 0, 1)[0]
    money = money_by_replication(resolved, run.usage)[0]
    exact = staff(resolved).money
    for key in EXACT:
        assert exact[KEYS.index(key)] == pytest.approx(money[KEYS.index(key)], abs=0.005), key
    assert exact[KEYS.index("leaving")].sum() < 0
