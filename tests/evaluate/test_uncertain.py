"""Uncertain inputs through the whole chain: a toy whose NPV is known in closed form, pairing, and the tornado."""

import math
import os
from typing import Any

import numpy as np
import pytest

from evaluate.compare import NotComparable
from evaluate.distribution import distribution
from evaluate.importance import importances, resting_on, sentence
from evaluate.latin import design, latin
from evaluate.tornado import planned, tornado
from evaluate.uncertain import Case, NothingUncertain, draw_all, inputs_of, run_cases
from sim.scenario.emit import to_yaml
from sim.scenario.vary import Sources
from sim.units.desk import Desk
from sim.workers.crew import Alone

ENGINE = "fast"
DAYS, RATE, HOURS = 2, 20, 48
BASE: dict[str, Any] = {
    "schema": 1,
    "name": "base",
    "horizon": {"start": "2027-01-01", "length": f"{DAYS} days", "timezone": "UTC"},
    "experiment": {"seed": 1, "replications": 2},
    "reasons": {"help": {"rate": f"{RATE} /day", "channels": {"phone": "100 %"}, "handle": "1 s"}},
    "channels": {"phone": {"cost": {"per_use": "3 EUR"}}},
    "teams": {
        "desk": {
            "agents": 2,
            "serves": ["phone"],
            "wage": "20 EUR/h",
            "shifts": {"day": {"days": "mon-sun", "hours": "00:00-24:00"}},
        }
    },
    "economics": {"discount_rate": "8 %/year", "timing": "end"},
    "uncertain": {
        "teams.desk.wage": {"normal": {"mean": "20 EUR/h", "sd": "0.5 EUR/h"}, "evidence": "assumed"},
        "reasons.help.rate": {"uniform": ["x 0.6", "x 1.4"], "evidence": "measured"},
    },
}
OPTION: dict[str, Any] = {
    "extends": "base.yaml",
    "name": "option",
    "teams": {"desk": {"agents": 1}},
    "channels": {"phone": {"cost": {"per_use": "1 EUR"}}},
    "economics": {"tools": {"bot": {"cost": {"upfront": "900 EUR"}}}},
}
"""One agent's hours and 2 EUR a contact saved, for 900 EUR at once: NPV = -900 + v (48 h x wage + 2 EUR x contacts),
v = 1.08 ^ (-1 / 12). Linear in the wage and in the contacts, whose mean is the rate; nobody waits or leaves."""
V = 1.08 ** (-1 / 12)
MEAN = -900 + V * (HOURS * 20 + 2 * RATE * DAYS)
FROM_INPUTS = V**2 * ((HOURS * 0.5) ** 2 + (2 * RATE * DAYS) ** 2 * 0.8**2 / 12)
FROM_CHANCE = V**2 * 4 * RATE * DAYS  # the number of contacts is Poisson


@pytest.fixture(scope="module")
def toy(tmp_path_factory):
    folder = tmp_path_factory.mktemp("toy")
    return write(folder, BASE, OPTION)


def write(folder, *documents):
    """Files in a folder; their sources."""
    for document in documents:
        (folder / f"{document['name']}.yaml").write_text(to_yaml(document), encoding="utf-8")
    return [Sources(str(folder / f"{document['name']}.yaml")) for document in documents]


def drawn(sources, draws=16, reps=2, seed=1):
    """All draws of some files."""
    return draw_all(sources, [each.declared() for each in sources], draws, reps, ENGINE, Desk(Alone(), None), seed)


def at(sources, case, reps):
    """What came of one case."""
    (found,) = run_cases(sources, [case], reps, ENGINE, Desk(Alone(), None), None)
    return found


@pytest.fixture(scope="module")
def many(toy):
    return drawn(toy, draws=96)


def test_each_outcome_is_the_closed_form_of_its_own_draw(many):
    """The NPV less what the drawn wage is worth leaves 2 EUR times whole contacts."""
    npv = many.values("option", "npv").reshape(many.design.draws, -1)
    wages = [float(case.changes["teams.desk.wage"].split()[0]) for case in many.cases]
    contacts = (npv + 900 - V * HOURS * np.array(wages)[:, None]) / (2 * V)
    assert contacts == pytest.approx(np.round(contacts), abs=1e-6)
    rates = np.array([RATE * float(case.changes["reasons.help.rate"].split()[1]) for case in many.cases])
    z = (contacts.mean(axis=1) - rates * DAYS) / np.sqrt(rates * DAYS / 2)
    assert abs(z.mean() * math.sqrt(len(z))) < 3.5


def test_the_split_is_that_of_the_closed_form(many):
    """Each component within its own interval, from the cubes as independent repeats."""
    from evaluate.variance import split

    values = many.values("option", "npv")
    by_cube = np.array([[one.parameters, one.noise] for one in (split(values[c : c + 2]) for c in range(0, 8, 2))])
    error = by_cube.std(axis=0, ddof=1) / math.sqrt(len(by_cube))
    assert (np.abs(by_cube.mean(axis=0) - (FROM_INPUTS, FROM_CHANCE)) < 3.5 * error).all()


def test_the_same_command_gives_the_same_draws_and_another_seed_others(toy, many):
    again, other = drawn(toy, reps=1), drawn(toy, reps=1, seed=2)
    assert (drawn(toy, reps=1).values("option", "npv") == again.values("option", "npv")).all()
    assert (other.values("option", "npv") != again.values("option", "npv")).any()


def test_both_scenarios_meet_the_same_customers(toy):
    case = Case({"reasons.help.rate": "x 1.3"}, 5)
    found = at(toy, case, 2)
    contacts = [tops for (_, line), (tops, _) in found.kpis.items() if line.kpi == "contacts"]
    assert len(contacts) == 2
    assert (contacts[0] == contacts[1]).all()


def test_the_wage_and_the_rate_are_what_the_answer_rests_on(many):
    found = importances(many, "option")
    shares = {one.input.path: one.share for one in found}
    wage, rate = (V * HOURS * 0.5) ** 2, FROM_INPUTS - (V * HOURS * 0.5) ** 2
    assert shares["teams.desk.wage"] > shares["reasons.help.rate"] > 0.1
    assert wage > rate
    assert [one.input.level for one in resting_on(found)] == ["assumed", "measured"]
    said = sentence(found)
    assert said.startswith(
        "This answer rests on these two assumptions, one of which nobody measured: teams.desk.wage ("
    )


def test_laws_that_differ_are_refused_and_nothing_uncertain_is_said(tmp_path):
    other = {**OPTION, "uncertain": {"teams.desk.wage": {"uniform": ["18 EUR/h", "22 EUR/h"], "normal": None}}}
    sources = write(tmp_path, BASE, other)
    with pytest.raises(NotComparable, match=r"declare teams\.desk\.wage uncertain in different ways"):
        drawn(sources)
    sure = {key: value for key, value in BASE.items() if key != "uncertain"}
    with pytest.raises(NothingUncertain, match="under `uncertain:`"):
        drawn(write(tmp_path, sure, OPTION))


def test_what_only_the_option_has_is_drawn_there_only(tmp_path):
    mine = {**OPTION, "uncertain": {"economics.tools.bot.cost.upfront": {"uniform": ["800 EUR", "1000 EUR"]}}}
    sources = write(tmp_path, BASE, mine)
    found = {each.path: each for each in inputs_of([each.declared() for each in sources])}
    assert found["economics.tools.bot.cost.upfront"].scenarios == ("option",)
    cheap, dear = (at(sources, Case({"economics.tools.bot.cost.upfront": f"{amount} EUR"}, 1), 1)
                   for amount in (800, 1000))  # fmt: skip
    assert cheap.money["option", "npv"] - dear.money["option", "npv"] == pytest.approx(200)
    assert cheap.money["base", "present_value"] == dear.money["base", "present_value"]


def test_a_draw_that_takes_the_place_of_what_an_option_changes_is_told(tmp_path):
    alone = {**BASE, "name": "alone", "teams": {"desk": {**BASE["teams"]["desk"], "wage": "22 EUR/h"}}}
    del alone["uncertain"]
    base, other = (each.declared() for each in write(tmp_path, BASE, alone))
    assert {each.path: each.overwrites for each in inputs_of([base, other])} == {
        "teams.desk.wage": True,
        "reasons.help.rate": False,
    }


def test_the_tornado_is_the_closed_form_at_its_ends(toy):
    resolveds = [each.declared() for each in toy]
    found = tornado(toy, resolveds, 2, ENGINE, Desk(Alone(), None))
    bars = {bar.path: bar for bar in found.bars}
    wage, rate = bars["teams.desk.wage"], bars["economics.discount_rate"]
    middle, cheap, dear, patient = (each.value for each in (found.middle, wage.low, wage.high, rate.low))
    assert middle is not None
    z90 = 1.2815515655446004
    assert cheap == pytest.approx(middle - V * HOURS * 0.5 * z90)
    assert dear == pytest.approx(middle + V * HOURS * 0.5 * z90)
    assert wage.elasticity is None or wage.elasticity == pytest.approx(V * HOURS * 20 / middle)
    assert [bar.size for bar in found.bars] == sorted((bar.size for bar in found.bars), reverse=True)
    assert patient == pytest.approx(-900 + (middle + 900) / V * 1.072 ** (-1 / 12))
    assert not rate.declared
    resolved = bars["reasons.*.resolved_first"]
    assert resolved.high.value is None
    assert "110 %" in resolved.impossible


def test_main_inputs_that_are_declared_are_not_moved_twice(toy):
    paths = [each.path for each in planned([each.declared() for each in toy])]
    assert paths[:2] == ["teams.desk.wage", "reasons.help.rate"]
    assert "teams.*.wage" not in paths
    assert "reasons.*.rate" not in paths
    assert "reasons.*.handle.mean" in paths


REPETITIONS = int(os.environ.get("DESKPLAN_COVERAGE_REPETITIONS", "40"))
"""Through the whole chain; 400 is the whole measure (issue 5, shown by 5; some minutes)."""


def covered(found):
    """Whether the interval of the mean NPV holds the true mean."""
    assert found.low is not None
    assert found.high is not None
    return found.low <= MEAN <= found.high


@pytest.mark.slow
def test_intervals_of_the_mean_npv_cover_the_truth(toy):
    """95 % of the intervals of 16 draws each, within 3.5 standard errors of so many repetitions."""
    hits = sum(
        covered(distribution(drawn(toy, reps=1, seed=seed).values("option", "npv"), 0.95).mean)
        for seed in range(REPETITIONS)
    )
    error = math.sqrt(0.95 * 0.05 / REPETITIONS)
    assert abs(hits / REPETITIONS - 0.95) < 3.5 * error
    if REPETITIONS >= 400:
        assert 0.93 <= hits / REPETITIONS <= 0.97


@pytest.mark.slow
def test_intervals_of_the_mean_npv_cover_the_truth_in_93_to_97_of_a_hundred(toy):
    """A thousand repetitions with the closed form in place of the simulation, which gives the same (above).

    The draws of a cube share its tape: arrivals with marks, of which a draw's rate takes those below it.
    """
    wage, rate = (each.law for each in inputs_of([each.declared() for each in toy]))
    plan = design(16)
    hits = 0
    for seed in range(1000):
        values = np.empty((plan.cubes, plan.size, 1))
        for cube, shares in enumerate(latin([wage.path, rate.path], plan, seed)):
            chance = np.random.default_rng([9, seed, cube])
            marks = 1.4 * chance.random(chance.poisson(1.4 * RATE * DAYS))
            for draw, (p, q) in enumerate(shares):
                contacts = (marks < rate.quantile(q)).sum()
                values[cube, draw] = -900 + V * (HOURS * wage.quantile(p) + 2 * contacts)
        hits += covered(distribution(values, 0.95).mean)
    assert 930 <= hits <= 970
