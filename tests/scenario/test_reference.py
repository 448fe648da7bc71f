"""The schema for editors and the reference page say what loading accepts; KPI names are those that exist."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from sim.kpis import KPIS
from sim.replicate import named_kpi
from sim.scenario.kpi_names import BY_CHANNEL, BY_TEAM, NOT_BY_REASON
from sim.scenario.load import load
from sim.scenario.problems import ScenarioProblems
from sim.scenario.reference import json_schema, markdown
from sim.scenario.shapes import models
from sim.scenario.yaml_text import read_yaml

HERE = Path(__file__).parent
GOOD = (HERE / "good.yaml").read_text(encoding="utf-8")
SCHEMA = json.loads(json.dumps(json_schema()))


def accepts(schema: Any, value: Any) -> bool:
    """As much of JSON Schema as the schema uses."""
    if isinstance(schema, bool):
        return schema
    types = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}
    if "$ref" in schema and not accepts(SCHEMA["$defs"][schema["$ref"].rsplit("/", 1)[-1]], value):
        return False
    if "if" in schema and not accepts(schema["then"] if accepts(schema["if"], value) else schema["else"], value):
        return False
    if "not" in schema and accepts(schema["not"], value):
        return False
    for word in ("anyOf", "oneOf"):
        if word in schema and not any(accepts(each, value) for each in schema[word]):
            return False
    if "const" in schema and value != schema["const"]:
        return False
    if "enum" in schema and value not in schema["enum"]:
        return False
    wanted = schema.get("type", [])
    number = isinstance(value, int | float) and not isinstance(value, bool)
    for_type = {"number": True, "integer": float(value).is_integer()} if number else {}
    names = [wanted] if isinstance(wanted, str) else wanted
    if names and not any(for_type.get(n, n in types and isinstance(value, types[n])) for n in names):
        return False
    if isinstance(value, str) and "pattern" in schema and not re.search(schema["pattern"], value):
        return False
    if isinstance(value, list) and "items" in schema and not all(accepts(schema["items"], v) for v in value):
        return False
    if isinstance(value, dict):
        properties = schema.get("properties", {})
        if any(key not in value for key in schema.get("required", [])):
            return False
        rest = schema.get("additionalProperties", True)
        return all(accepts(properties.get(key, rest), entry) for key, entry in value.items())
    return True


def test_editors_accept_the_good_scenario_and_every_bundled_one(scenarios_dir):
    bundled = [file for file in sorted(scenarios_dir.rglob("*.yaml")) if file.parent.name != "benchmarks"]
    files = [HERE / "good.yaml", *bundled]
    refused = [file.name for file in files if not accepts(SCHEMA, read_yaml(file.read_bytes(), file.name).plain())]
    assert refused == []


@pytest.mark.parametrize(
    ("line", "broken"),
    [
        ("    resolved_first: 92 %", "    resolved_frist: 92 %"),
        ("    lag: 3 days", "    lag: 3 dyas"),
        ("  new: 250 /month", "  new: 250 /mnth"),
        ("    wage: 24.50 EUR/h", "    wage: 24.50 EUR"),
        ("    policy: longest_wait", "    policy: longest wait"),
        ("    reach: 25 %", ""),
        ("    channels: [chat]", "    channels: chat"),
        ("level: measured", "level: guessed"),
    ],
)
def test_editors_mark_a_broken_line(line, broken):
    assert not accepts(SCHEMA, read_yaml(GOOD.replace(line, broken), "good.yaml").plain())


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("extends: baseline\nname: more\nteams: {frontline: {agents: 30}}", True),
        ("channels: {phone: {callback: null}}\nchanges: {teams.*.agents: + 2}", True),
        ("reasons: {return: {handle: 5 min, evidence: measured}}", True),
        ("teams: {frontline: {agnets: 30}}", False),
        ("decisions: {investments: {crm: 2027-03, bot: {start: 2027-03-01, level: pro}}}", True),
        ("decisions: {investments: {crm: March}}", False),
        (
            "investments: {a: {ramp: 3 months, evidence: assumed, changes: {teams.*.agents: + 2}, cost: {}}}",
            True,
        ),
        (
            "investments: {a: {ramp: {over: 2 weeks, shape: s_curve}, deflects: {x: {share: 20 %, handle: 3 min}}}}",
            True,
        ),
        ("investments: {a: {adds: {bots: {b: {channels: [chat], contains: {x: 60 %}}}}, levels: {pro: {}}}}", True),
        ("investments: {a: {ramp: {over: 2 weeks, shape: steep}}}", False),
        ("investments: {a: {adds: {bots: {b: {contain: {x: 60 %}}}}}}", False),
        ("reasons: {return: {handle: {mean: {value: 5 min, evidence: {level: guess}}}}}", False),
    ],
)
def test_editors_check_a_part_as_a_part(text, fits):
    assert accepts(SCHEMA, read_yaml(text, "part.yaml").plain()) is fits


def test_every_reference_in_the_schema_leads_somewhere():
    text = json.dumps(SCHEMA)
    assert set(re.findall(r'"#/\$defs/([^"]+)"', text)) <= set(SCHEMA["$defs"])
    assert '"title": "' not in json.dumps(SCHEMA["$defs"])


def test_the_reference_page_is_current(repo_root):
    page = (repo_root / "docs" / "scenario_reference.md").read_text(encoding="utf-8")
    assert page == markdown(), "run: deskplan schema --format markdown > docs/scenario_reference.md"


def test_the_reference_page_has_every_block_and_key():
    page = markdown()
    for model in models():
        section = page.split(f"\n## {model.__name__}\n")[1].split("\n## ")[0]
        for name, field in model.model_fields.items():
            assert f"| `{field.alias or name}` |" in section


def test_kpi_names_are_those_that_are_registered():
    assert set(BY_CHANNEL) == {kpi.name for kpi in KPIS.values() if {"cell", "lane"} & set(kpi.scopes)}
    assert set(BY_TEAM) == {kpi.name for kpi in KPIS.values() if "team" in kpi.scopes}
    by_reason = {kpi.name for kpi in KPIS.values() if "cell" in kpi.scopes and kpi.kind != "quantile"}
    assert set(BY_CHANNEL) - set(NOT_BY_REASON) == by_reason


@pytest.mark.parametrize("name", ["fcr", "fcr(return)", "fcr(phone, return)", "occupancy(experts)", "wait_p90(chat)"])
def test_precision_takes_the_names_that_replications_read(name):
    made = load(HERE / "good.yaml", sets=[f"experiment.precision={{'{name}': 2 %}}"])
    assert named_kpi(made, name)[0] == name.partition("(")[0]


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("occupancy(phone)", "there is no team 'phone'"),
        ("wait_p90(return)", "there is no channel 'return'"),
        ("fcr(phone, chat)", "'chat' is a second channel"),
        ("fcr(experts)", "there is no channel or reason 'experts'"),
    ],
)
def test_precision_refuses_the_names_that_replications_refuse(name, wrong):
    with pytest.raises(ScenarioProblems, match=re.escape(wrong)):
        load(HERE / "good.yaml", sets=[f"experiment.precision={{'{name}': 2 %}}"])
    with pytest.raises(ValueError, match="names no"):
        named_kpi(load(HERE / "good.yaml"), name)
