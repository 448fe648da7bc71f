"""docs/choosing.md: its YAML is good, its options and its files are those that there are."""

from __future__ import annotations

import re

from click.testing import CliRunner

import cli
from report.plan import tables
from sim.scenario.load import load


def text(repo_root) -> str:
    return (repo_root / "docs" / "choosing.md").read_text(encoding="utf-8")


def test_the_block_lies_on_the_bundled_plan(repo_root, tmp_path):
    blocks = re.findall(r"```yaml\n(.*?)```", text(repo_root), flags=re.DOTALL)
    part = tmp_path / "part.yaml"
    part.write_text(blocks[0], encoding="utf-8")
    found = load("choice/retailer_plan", [part]).scenario.choose
    assert found.indifference == 5000.0
    assert found.risk == "mean"


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
