"""Whatever is given, the answer is a scenario or problems in words; and what is written reads back."""

import contextlib
import pickle
import re
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.scenario.emit import to_yaml
from sim.scenario.load import load, resolve
from sim.scenario.nodes import from_python
from sim.scenario.problems import Origin, Problem, ScenarioProblems
from sim.scenario.shapes import models, root
from sim.scenario.units import (
    QuantityError,
    parse_day,
    parse_decay,
    parse_duration,
    parse_factor,
    parse_frequency,
    parse_growth,
    parse_money,
    parse_money_rate,
    parse_share,
)
from sim.scenario.yaml_text import read_yaml
from tests.strategies import scenarios

HERE = Path(__file__).parent
GOOD = load(HERE / "good.yaml").document
FOREIGN = re.compile(r"Input should|validation error|pydantic|Traceback|Errno|ruamel|object at 0x|type=")

KEYS = sorted(
    {key for model in models() for key in (field.alias or name for name, field in model.model_fields.items())}
)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=8),
    st.sampled_from(
        ["4 min", "35 %", "x 1.2", "never", "always", "2 /day", "1 EUR", "8 %/year", "2027-01-04", "phone"]
    ),
)
JUNK = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=12,
)


def refusal(read, *given) -> ScenarioProblems | None:
    """The problems that reading gives, None where there are none; anything else is raised."""
    try:
        read(*given)
    except ScenarioProblems as found:
        return found
    return None


def answer(document) -> str:
    found = refusal(resolve, document, HERE)
    text = str(found or "")
    assert not FOREIGN.search(text.replace(repr(document), "")), text
    return text


@settings(max_examples=60)
@given(st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=5), JUNK, max_size=6))
def test_junk_gives_problems_and_nothing_else(document):
    answer(document)


@settings(max_examples=120, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_a_good_scenario_with_one_value_replaced_by_junk_gives_an_answer(data):
    document = from_python(dict(GOOD))
    path, _ = data.draw(st.sampled_from(list(document.leaves())))
    path = path[: data.draw(st.integers(1, len(path)))]
    answer(document.put(path, from_python(data.draw(JUNK))).plain())


@settings(max_examples=40)
@given(st.dictionaries(st.sampled_from(list(root().fields)) | st.just("extends"), JUNK, min_size=1, max_size=3))
def test_a_good_scenario_with_junk_laid_on_top_gives_an_answer(junk):
    answer({**GOOD, **junk})


@given(st.text(alphabet="ab:{}[]-'\"\n\t #&*!|>%@,?0~", max_size=60))
def test_any_text_is_a_document_or_problems(text):
    found = refusal(read_yaml, text, "any.yaml")
    assert found is None or {problem.origin.source for problem in found.problems} == {"any.yaml"}


@given(st.binary(max_size=60))
def test_any_bytes_are_a_document_or_problems(data):
    found = refusal(read_yaml, data, "any.yaml")
    assert found is None or found.problems


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
TREES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(-(10**9), 10**9), st.floats(allow_nan=False), TEXTS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=10,
)


@given(st.dictionaries(TEXTS, TREES, min_size=1, max_size=4))
def test_what_is_emitted_reads_back(document):
    assert read_yaml(to_yaml(document), "any.yaml").plain() == document


@settings(max_examples=10, suppress_health_check=[HealthCheck.too_slow])
@given(scenarios())
def test_a_generated_scenario_is_good_and_survives_being_written(document):
    made = resolve(document)
    again = resolve(read_yaml(to_yaml(made.document), "again.yaml").plain())
    assert again.scenario == made.scenario
    assert again.digest == made.digest


PARSERS = [parse_duration, parse_share, parse_factor, parse_frequency, parse_growth, parse_decay, parse_money,
           parse_money_rate, parse_day]  # fmt: skip


@pytest.mark.parametrize("parse", PARSERS)
@given(value=st.one_of(st.none(), st.booleans(), st.floats(), st.integers(), st.text(max_size=12), st.lists(st.none())))
def test_a_quantity_is_read_or_refused(parse, value):
    with contextlib.suppress(QuantityError):
        parse(value)


@given(st.integers(0, 10**9))
def test_durations_in_every_unit_agree(count):
    assert parse_duration(f"{count} s") == parse_duration(f"{count * 1000} ms") == count * 1000
    assert parse_duration(f"{count} min") == parse_duration(f"{count * 60} s")


@given(st.integers(0, 10**6))
def test_shares_and_factors_in_percent_and_plain_agree(millionths):
    assert parse_share(f"{millionths / 10**4} %") == pytest.approx(parse_share(millionths / 10**6), abs=1e-15)
    assert parse_factor(f"{millionths / 10**4} %") == parse_share(f"{millionths / 10**4} %")


def test_a_document_that_holds_itself_is_refused():
    loop: dict[str, object] = {"name": "loop"}
    loop["reasons"] = loop
    assert "nested too deeply" in str(answer(loop))


def test_what_no_file_can_hold_is_refused():
    assert "a set cannot stand in a scenario" in str(answer({**GOOD, "title": {1, 2}}))


def test_all_problems_are_shown_at_once_and_none_that_only_follows():
    broken = from_python(dict(GOOD))
    for path, value in {
        ("reasons", "return", "channels", "phone"): "3 min",  # the mix is not held against it
        ("channels", "chat", "paralel"): 3,
        ("teams", "frontline", "agents"): 2.5,
        ("reasons", "technical", "transfer"): {"to": "nobody"},
        ("horizon", "timezone"): "Mars",
        ("bots", "helper", "contains"): {"retrn": "10 %"},
    }.items():
        broken = broken.put(path, from_python(value))
    with pytest.raises(ScenarioProblems) as found:
        resolve(broken.plain(), HERE)
    assert sorted(problem.path for problem in found.value.problems) == [
        "bots.helper.contains.retrn",
        "channels.chat.paralel",
        "horizon.timezone",
        "reasons.return.channels.phone",
        "reasons.technical.transfer.to",
        "teams.frontline.agents",
    ]


def test_problems_and_scenarios_travel_between_processes():
    problems = ScenarioProblems([Problem("a.b", "wrong", origin=Origin("x.yaml", 1, 2))])
    assert pickle.loads(pickle.dumps(problems)).problems == problems.problems
    made = load(HERE / "good.yaml")
    assert pickle.loads(pickle.dumps(made)).scenario == made.scenario
