"""docs/choosing.md: its YAML is good, its commands ask for what they say, its options and files are those there are."""

from __future__ import annotations

import re

from click.testing import CliRunner

import cli
from optimize.plan.ask import Ask
from optimize.plan.outcome import NothingFound
from report.plan import command, tables
from sim.scenario.load import load
from tests.docs.test_commands import commands_of


def text(repo_root) -> str:
    return (repo_root / "docs" / "choosing.md").read_text(encoding="utf-8")


def test_the_block_lies_on_the_bundled_plan(repo_root, tmp_path):
    blocks = re.findall(r"```yaml\n(.*?)```", text(repo_root), flags=re.DOTALL)
    part = tmp_path / "part.yaml"
    part.write_text(blocks[0], encoding="utf-8")
    found = load("choice/retailer_plan", [part]).scenario.choose
    assert found.indifference == 5000.0
    assert found.risk == "mean"


def test_every_bundled_plan_can_be_asked(repo_root):
    """Each file is good, and leaves something to decide and something to keep."""
    files = sorted((repo_root / "scenarios" / "choice").glob("*.yaml"))
    assert files
    for file in files:
        found = load(f"choice/{file.stem}")
        ask = Ask.of(found)
        assert set(found.scenario.investments) - ask.never
        assert ask.targets
        assert ask.held.any()


def test_the_commands_ask_for_what_they_say(repo_root, tmp_path, monkeypatch):
    """Every command shown gets as far as the choice itself, which takes minutes and is tested on a smaller desk."""
    asked = []

    def chosen(_sources, ask, _wish, _tell, _finished):
        asked.append(ask)
        raise NothingFound(0.0, None)

    monkeypatch.setattr(command, "choose", chosen)
    monkeypatch.chdir(tmp_path)
    shown = commands_of(text(repo_root))
    assert len(shown) >= 2
    for words in shown:
        assert words[0] == "optimize"
        done = CliRunner().invoke(cli.main, [*words, "--quiet"])
        assert done.exit_code == 3, done.output
        assert "time limit" in done.stderr
    plain, given = asked[:2]
    assert [budget.limit for budget in given.budgets if budget.name == "total"] == [180000.0]
    assert given.targets["phone"] == 0.75
    assert plain.targets["phone"] != 0.75
    assert {**given.targets, "phone": plain.targets["phone"]} == dict(plain.targets)


def test_every_option_of_the_table_exists(repo_root):
    shown = set(re.findall(r"^\| `(--[a-z-]+)", text(repo_root), flags=re.MULTILINE))
    shown |= set(re.findall(r"`(--[a-z-]+)", text(repo_root)))
    there = CliRunner().invoke(cli.main, ["optimize", "--help"]).output
    assert not [option for option in shown - {"--set", "--overlay"} if option not in there]
    assert {"--budget", "--frontier", "--uncertain", "--target"} <= shown


def test_every_table_is_named(repo_root):
    source = (repo_root / "report" / "plan" / "tables.py").read_text(encoding="utf-8")
    written = set(re.findall(r'"([a-z_]+\.csv)"', source))
    assert tables.all_tables is not None
    assert not [name for name in written if name not in text(repo_root)]
