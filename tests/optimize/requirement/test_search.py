"""The search: optimal where the judge knows, and the simulated judge agrees with the exact chain."""

import itertools
from dataclasses import dataclass

import numpy as np
import pytest

from optimize.requirement import requirement
from optimize.requirement.decided import simulated
from optimize.requirement.quick import agent_costs
from optimize.requirement.search import NotEnough, cheapest, smallest
from sim.scenario.load import resolve
from tests.optimize.requirement.given import SKILLS, Exact, exact, two_skills
from tests.oracle.compare import Z_LIMIT, z_score


@dataclass(frozen=True)
class Says:
    enough: bool
    gap: float = 0.0


@pytest.mark.parametrize("start", [1, 3, 17, 40])
@pytest.mark.parametrize("least", [1, 2, 17, 39])
def test_smallest_finds_the_edge(start, least):
    asked = []

    def judge(n):
        asked.append(n)
        return Says(n >= least)

    assert smallest(judge, start, 50) == least
    assert len(asked) < 20
    assert min(asked) >= 1


def test_smallest_says_when_nothing_is_enough():
    with pytest.raises(NotEnough, match="50 are not enough"):
        smallest(lambda _: Says(False), 3, 50)


@pytest.mark.parametrize("seed", range(20))
def test_cheapest_finds_the_enumerated_optimum(seed):
    """Random covering rules on three teams, from random starts."""
    rng = np.random.default_rng(seed)
    costs = tuple(rng.uniform(1.0, 1.6, 3).tolist())
    rules = [(rng.uniform(0.4, 1.2, 3) * (rng.random(3) < 0.8), rng.uniform(2, 7)) for _ in range(4)]
    rules.append((np.ones(3), 3.0))

    def gap(numbers):
        return sum(max(0.0, need - float(adds @ np.array(numbers))) for adds, need in rules if adds.any())

    best = min((float(np.dot(n, costs)) for n in itertools.product(range(21), repeat=3) if gap(n) == 0), default=np.inf)
    start = tuple(rng.integers(0, 6, 3).tolist())
    found, proven = cheapest(lambda n: Says(gap(n) == 0, gap(n)), start, costs, 200)
    assert gap(found) == 0
    if proven:
        assert float(np.dot(found, costs)) == pytest.approx(best)
    else:
        assert float(np.dot(found, costs)) <= 1.1 * best


@pytest.mark.parametrize("number", range(len(SKILLS)))
def test_two_skills_with_an_exact_judge(number):
    """From the Erlang answer, by Markov chains, to the carried optimum."""
    case = SKILLS[number]
    most = f"{100 * case['max_abandon_each_class']:g} %"
    resolved = resolve(two_skills(case))
    quick = requirement(resolved, targets=[f"abandonment_rate({side})<={most}" for side in ("left", "right")])
    costs = (case["cost_specialist"], case["cost_specialist"], case["cost_flexible"])
    start = tuple(quick.agents[:, 0].tolist())
    found, proven = cheapest(Exact(number), start, costs, 20)
    assert proven
    optimal = [(one["n1"], one["n2"], one["flex"]) for one in case["optimal"]]
    assert found in optimal
    assert float(np.dot(found, costs)) == pytest.approx(case["optimum"])
    assert exact(number, found).p_abandon == pytest.approx(case["optimal"][0]["P_abandon"], rel=1e-9)


@pytest.mark.slow
@pytest.mark.parametrize("number", range(len(SKILLS)))
def test_two_skills_by_simulation(number):
    """The simulated search ends at the carried optimum; every sure word on the way is the chain's; figures agree."""
    case = SKILLS[number]
    limit = case["max_abandon_each_class"]
    asked = [f"abandonment_rate({side})<={100 * limit:g} %" for side in ("left", "right")]
    resolved = resolve(two_skills(case))
    quick = requirement(resolved, targets=asked)
    found = simulated(resolved, quick, agent_costs(resolved.scenario), targets=asked, replications=128)
    assert found.proven
    assert found.best.enough
    assert found.best.numbers in [(one["n1"], one["n2"], one["flex"]) for one in case["optimal"]]
    assert found.cost / 168 == pytest.approx(case["optimum"])
    for decision in found.tried:
        known = exact(number, decision.numbers).p_abandon
        if decision.verdict != "not sure":
            assert decision.enough == (max(known) <= limit), decision
        for figure, value in zip(decision.figures, known, strict=True):
            assert abs(z_score(figure.value - value, figure.error, decision.replications)) < Z_LIMIT, decision
