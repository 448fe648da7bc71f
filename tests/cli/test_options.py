"""`deskplan options`: what could be bought, in words, as JSON and as a table."""

import csv
import io
import json

import pytest
from click.testing import CliRunner

import cli
from report.decided import decided_lines
from report.ledger import entries
from sim.scenario.load import load

OPTIONS = """\
extends: baseline
name: offers
investments:
  notices:
    title: Delivery notices
    because: Three in ten contacts ask where the parcel is.
    cost: {upfront: 30000 EUR, running: 900 EUR/month, per_use: 0.04 EUR, use: order}
    live_after: 60 days
    ramp: {over: 90 days, shape: s_curve}
    excludes: [other]
    changes: {reasons.order_status.per_order: -35 %}
    evidence: {level: benchmark, source: a study, date: "2025"}
  other: {}
  crm:
    live_after: 30 days
    cost: {per_agent: 20 EUR/month, agent_hours: 16 h}
    levels:
      basic: {}
      pro: {cost: {per_agent: 45 EUR/month}, changes: {reasons.*.handle: -10 %}}
  bot:
    requires: [crm]
    adds: {bots: {helper: {channels: [chat], contains: {order_status: 60 %}}}}
decisions:
  investments: {notices: 2026-11, crm: {start: 2027-02-01, level: pro}}
"""


@pytest.fixture
def offers(tmp_path, monkeypatch):
    """A file of options, in the current folder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "offers.yaml").write_text(OPTIONS, encoding="utf-8")
    return tmp_path


def run(*args: str):
    return CliRunner().invoke(cli.main, list(args), prog_name="deskplan")


def test_text_says_cost_lead_effect_evidence_and_decision(offers):
    said = run("options", "offers.yaml")
    assert said.exit_code == 0
    blocks = {block.splitlines()[0]: block.splitlines()[1:] for block in said.stdout.split("\n\n")}
    assert list(blocks) == ["notices: Delivery notices", "other", "crm (basic)", "crm (pro)", "bot"]
    assert blocks["notices: Delivery notices"] == [
        "  Three in ten contacts ask where the parcel is.",
        "  decided: starts 2026-11-01, live 2026-12-31, full effect 2027-03-31, upfront cost sunk before the horizon",
        "  cost      30000 EUR once, 900 EUR/month once live, 0.04 EUR per order",
        "  live      after 60 days; ramp 90 days, S-curve",
        "  excludes  other",
        "  effects   reasons.order_status.per_order  0.065 -> 0.04225",
        "  evidence  benchmark, a study, 2025",
    ]
    pro = "\n".join(blocks["crm (pro)"])
    assert "decided: starts 2027-02-01, live 2027-03-03" in pro
    assert "45 EUR/month per agent, 16 h of each agent over the 28 days before it is live" in pro
    assert "reasons.technical.handle.mean     12 min -> 10.8 min" in pro
    assert "not decided" in "\n".join(blocks["crm (basic)"])
    assert "  excludes  notices" in blocks["other"]  # whichever of the two says so
    bot = "\n".join(blocks["bot"])
    assert "  requires  crm" in bot
    assert "bots.helper: {channels: [chat], contains: {order_status: 60 %}}" in bot
    assert "bots.helper.takes  0 -> 100 %" in bot


def test_json_and_csv_hold_the_same(offers):
    found = json.loads(run("options", "offers.yaml", "--format", "json").stdout)
    assert [(each["investment"], each["level"]) for each in found] == [
        ("notices", None), ("other", None), ("crm", "basic"), ("crm", "pro"), ("bot", None)]  # fmt: skip
    assert found[0]["decided"] == {
        "start": "2026-11-01", "live": "2026-12-31", "full": "2027-03-31", "upfront_sunk": True}  # fmt: skip
    assert found[2]["decided"] is None
    table = list(csv.DictReader(io.StringIO(run("options", "offers.yaml", "--format", "csv").stdout)))
    effects = [(row["investment"], row["level"], row["path"], row["today"], row["value"])
               for row in table if row["part"] == "effect"]  # fmt: skip
    assert effects == [
        (each["investment"], each["level"] or "", effect["path"], effect["today"], effect["full"])
        for each in found for effect in each["effects"]]  # fmt: skip
    assert len(effects) == 1 + 4 + 1


def test_a_decision_can_be_set_on_the_command_line(offers):
    said = run("options", "offers.yaml", "--set", "decisions.investments.bot=2027-06", "--format", "json")
    assert json.loads(said.stdout)[-1]["decided"]["start"] == "2027-06-01"
    too_early = run("options", "offers.yaml", "--set", "decisions.investments.bot=2027-02")
    assert too_early.exit_code == 2
    assert "before crm is live on 2027-03-03" in too_early.stderr


def test_show_and_diff_hold_investments_and_decisions(offers):
    assert "decisions.investments.crm.level" in run("show", "offers.yaml", "--origin").stdout
    (offers / "later.yaml").write_text(
        "extends: offers.yaml\nname: later\ndecisions: {investments: {notices: 2027-04}}\n", encoding="utf-8"
    )
    said = run("diff", "offers.yaml", "later.yaml").stdout
    assert "decisions.investments.notices" in said
    assert "2026-11 -> 2027-04" in said


def test_without_investments_it_says_so():
    assert run("options", "baseline").stdout == "no investments are declared (`investments:` in a scenario file)\n"


def test_the_report_names_what_is_decided_and_leaves_out_the_evidence_of_what_is_not(offers):
    sets = ["horizon={start: 2027-01-01, months: 2}", "demand.events=null", "decisions.investments.crm=null",
            'investments.other={evidence: assumed}']  # fmt: skip
    resolved = load("offers.yaml", sets=sets)
    assert list(decided_lines(resolved)) == [
        "offers has decided on notices (live 2026-12-31).",
        "offers: the upfront cost of notices was paid before the horizon and is left out.",
    ]
    paths = [entry.path for entry in entries([resolved])]
    assert "investments.notices" in paths
    assert "investments.other" not in paths
    late = load("offers.yaml", sets=[*sets, "decisions.investments={notices: 2027-02-01}"])
    assert "offers: notices is live after the horizon ends: its cost counts and its effect does not." in list(
        decided_lines(late)
    )


def test_a_broken_option_is_found_by_validate(offers):
    (offers / "broken.yaml").write_text(
        "extends: baseline\nname: broken\ninvestments: {crm: {changes: {reasons.*.handel: -5 %}}}\n", encoding="utf-8"
    )
    said = run("validate", "broken.yaml")
    assert said.exit_code == 2
    assert "broken.yaml:3:31  investments.crm.changes: reasons.*.handel" in said.stderr
