"""`uncertain:`: laws with exact quantiles, draws as changes, every problem at once, and where a draw takes effect."""

import math

import numpy as np
import pytest

from sim.scenario.emit import to_yaml
from sim.scenario.load import load, resolve
from sim.scenario.problems import ScenarioProblems
from sim.scenario.uncertain import Law, laws_of
from sim.scenario.vary import Sources, evidence_of

BASE = {
    "schema": 1,
    "name": "base",
    "horizon": {"start": "2027-01-01", "length": "14 days", "timezone": "UTC"},
    "reasons": {"help": {"rate": "60 /day", "channels": {"phone": "60 %", "chat": "40 %"}, "handle": "3 min"}},
    "channels": {"phone": {}, "chat": {}},
    "teams": {"desk": {"agents": 4, "serves": ["phone", "chat"], "wage": "20 EUR/h"}},
}


def law(path, **declared):
    """The law of a path of BASE."""
    return laws_of(resolve({**BASE, "uncertain": {path: declared}}))[0]


@pytest.mark.parametrize("share", [0.0, 0.07, 0.25, 0.5, 0.81, 1.0])
def test_quantiles_are_those_of_scipy(share):
    from scipy import stats

    cut = min(max(share, 0.001), 0.999)
    scale = 0.1 * 20
    wage = "teams.desk.wage"
    for found, exact in (
        (law(wage, triangular=["18 EUR/h", "19 EUR/h", "24 EUR/h"]), stats.triang(1 / 6, 18, 6).ppf(share)),
        (law(wage, uniform=["18 EUR/h", "24 EUR/h"]), stats.uniform(18, 6).ppf(share)),
        (law(wage, normal={"mean": "20 EUR/h", "sd": "2 EUR/h"}), stats.norm(20, scale).ppf(cut)),
        (law(wage, lognormal={"median": "20 EUR/h", "sigma": 0.1}), stats.lognorm(0.1, scale=20).ppf(cut)),
    ):
        assert found.quantile(share) == pytest.approx(exact, rel=1e-9)


def test_a_lognormal_by_its_cv_has_that_cv():
    found = law("teams.desk.wage", lognormal={"median": "x 1", "cv": 0.5})
    values = np.exp(found.numbers[1] * np.random.default_rng(1).standard_normal(400_000))
    assert found.numbers[1] == pytest.approx(math.sqrt(math.log(1.25)))
    assert values.std() / values.mean() == pytest.approx(0.5, abs=0.01)


def test_a_discrete_law_gives_each_value_its_weight():
    found = law("teams.desk.agents", discrete={"5": 1, "3": 3})
    assert [found.at(share) for share in (0.0, 0.749, 0.751, 1.0)] == ["3", "3", "5", "5"]
    words = law("channels.phone.when_closed", discrete={"reopen": 1, "wait": 3})
    assert [words.at(share) for share in (0.2, 0.3)] == ["reopen", "wait"]


@pytest.mark.parametrize(
    ("path", "figures", "low", "middle"),
    [
        ("teams.desk.wage", ["-10 %", "+10 %"], "x 0.9", "x 1"),
        ("teams.desk.agents", ["x 0.5", "x 1.5"], "x 0.5 rounded", "x 1 rounded"),
        ("teams.desk.agents", [3, 5], "3", "4"),
        ("reasons.help.handle.mean", ["- 1 min", "+ 2 min"], "- 1 min", "+ 0.5 min"),
        ("reasons.*.handle.mean", ["120 s", "4 min"], "120 s", "180 s"),
        ("reasons.help.resolved_first", ["- 20 points", "- 0 points"], "- 20 points", "- 10 points"),
        ("reasons.help.channels.phone", ["move 10 % to chat", "move 30 % to chat"], "move 10 % to chat",
         "move 20 % to chat"),
        ("demand.growth", ["-2 %/year", "4 %/year"], "-2 %/year", "1 %/year"),
    ],
)  # fmt: skip
def test_a_draw_is_a_change_in_the_units_that_were_written(path, figures, low, middle):
    found = law(path, uniform=figures)
    assert (found.at(0.0), found.at(0.5)) == (low, middle)
    resolve({**BASE, "changes": {path: found.at(0.3)}})  # is taken as any change


def test_small_numbers_are_written_without_an_exponent():
    assert Law("a", "uniform", "times", (0.0, 1e-9)).at(0.5) == "x 0.0000000005"


def test_every_problem_is_told_at_once_where_it_is_written(tmp_path):
    lines = {
        "teams.desk.wages: {uniform: [1, 2]}": "did you mean 'teams.desk.wage'?",
        "teams.desk.on_cost: {triangular: [3 %, 2 %, 5 %]}": "not in this order",
        "reasons.help.resolved_first: {normal: {mean: 90 %, sd: 5 %}}": "at its high end, '105.451161531 %' (the",
        "teams.desk.per_agent: {uniform: [1 EUR/month, x 2]}": "'x 2' is not written in the way of '1 EUR/month'",
        "horizon.months: {uniform: [1, 2]}": "'horizon' is the same in every draw",
        "demand.growth: {because: who knows}": "no law is given",
        "channels.phone.wrap_up: {uniform: [1 s, 2 bananas]}": "a duration is needed",
        "teams.desk.agents: {uniform: [4, 2]}": "the low end is not below",
        "channels.chat.wrap_up: {normal: {mean: 30 s, sd: 5 %}}": "is not in the unit of the mean",
        "reasons.help.handle.mean: {lognormal: {median: x 1, sigma: 1, cv: 1}}": "the spread is given twice",
        "reasons.help.channels.phone: {uniform: [30 %, 50 %]}": "add up to 70 %",
    }
    text = to_yaml(BASE) + "uncertain:\n" + "".join(f"  {line}\n" for line in lines)
    file = tmp_path / "bad.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ScenarioProblems) as found:
        load(file)
    told = str(found.value)
    for place, (line, words) in enumerate(lines.items(), start=text[: text.index("uncertain:")].count("\n") + 2):
        assert words in told, line
        assert f"bad.yaml:{place}:" in told, line


def test_ends_that_are_only_bad_together_do_not_stop_what_can_be_drawn():
    both = {"reasons.help.channels.phone": {"uniform": ["move 10 % to chat", "move 90 % to chat"]},
            "reasons.help.channels.chat": {"uniform": ["move 10 % to phone", "move 90 % to phone"]}}  # fmt: skip
    assert len(laws_of(resolve({**BASE, "uncertain": both}))) == 2


@pytest.fixture
def pair(tmp_path):
    """A base with two uncertain inputs, and an option on top of it that changes both."""
    uncertain = {
        "teams.desk.wage": {"uniform": ["18 EUR/h", "30 EUR/h"], "because": "the union", "evidence": "assumed"},
        "teams.desk.agents": {"discrete": {"x 1": 1, "x 2": 1}},
    }
    (tmp_path / "base.yaml").write_text(to_yaml({**BASE, "uncertain": uncertain}), encoding="utf-8")
    option = {"extends": "base.yaml", "name": "option", "changes": {"teams.desk.wage": "x 1.1",
              "teams.desk.agents": "- 1"}, "economics": {"tools": {"bot": {"cost": {"upfront": "5 EUR"}}}}}  # fmt: skip
    (tmp_path / "option.yaml").write_text(to_yaml(option), encoding="utf-8")
    return [Sources(str(tmp_path / f"{name}.yaml")) for name in ("base", "option")]


def test_an_option_changes_what_was_drawn_where_the_base_declares_it(pair):
    draw = {"teams.desk.wage": "30 EUR/h", "teams.desk.agents": "x 2 rounded"}
    base, option = (each.resolved(draw).scenario for each in pair)
    assert (base.teams["desk"].agents, option.teams["desk"].agents) == (8, 7)
    assert option.teams["desk"].wage == pytest.approx(1.1 * base.teams["desk"].wage)
    assert base.uncertain == option.uncertain == {}


def test_what_matches_nothing_changes_nothing(pair):
    tool = {"economics.tools.bot.cost.upfront": "7 EUR"}
    base, option = (each.resolved(tool).scenario for each in pair)
    assert not base.economics.tools
    assert option.economics.tools["bot"].cost.upfront == 7
    assert pair[0].resolved(tool).digest == pair[0].resolved().digest


def test_without_changes_a_draw_is_the_scenario_itself(pair):
    for each in pair:
        assert each.resolved().digest == load(each.file).digest


def test_evidence_of_an_input_is_its_own_or_that_of_its_value(pair):
    found = load(pair[0].file)
    own = evidence_of(found, "teams.desk.wage")
    assert own is not None
    assert own.level == "assumed"
    assert evidence_of(found, "teams.desk.agents") is None
    told = resolve({**BASE, "evidence": {"teams.desk.wage": {"level": "measured", "source": "payroll"}}})
    of_value = evidence_of(told, "teams.*.wage")
    assert of_value is not None
    assert of_value.source == "payroll"


WITH_BOT = {
    **BASE,
    "investments": {"faster": {"cost": {"upfront": "9 EUR"}, "changes": {"reasons.help.handle.mean": "x 0.8"}}},
    "decisions": {"investments": {"faster": "2027-01"}},
}
EFFECT = 'investments.faster.changes."reasons.help.handle.mean"'


def test_what_an_investment_does_can_be_uncertain(tmp_path):
    """A draw takes the place of the effect; it does not change the text of one."""
    uncertain = {EFFECT: {"triangular": ["-40 %", "-20 %", "+0 %"]}}
    (tmp_path / "base.yaml").write_text(to_yaml({**WITH_BOT, "uncertain": uncertain}), encoding="utf-8")
    source = Sources(str(tmp_path / "base.yaml"))
    assert laws_of(source.declared())[0].at(0.5) == "x 0.8"
    variants = source.resolved({EFFECT: "x 0.6"}).variants
    assert min(variant.reasons["help"].handle.mean for variant in variants) == 0.6 * 180_000


def test_an_effect_that_cannot_be_at_an_end_is_told():
    path = 'investments.faster.changes."reasons.help.resolved_first"'
    bad = {
        **WITH_BOT,
        "investments": {"faster": {"changes": {"reasons.help.resolved_first": "x 0.9"}}},
        "uncertain": {path: {"uniform": ["x 0.5", "x 99"]}},
    }
    with pytest.raises(ScenarioProblems, match="at its high end, 'x 99"):
        resolve(bad)
