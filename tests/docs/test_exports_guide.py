"""docs/exports.md: its mappings load, its commands run, and its list of vendors is that of the mappings."""

from __future__ import annotations

import re
import shlex

import numpy as np
import pytest
from click.testing import CliRunner

from cli import main
from sim.calibrate.extract import Extract
from sim.calibrate.vendors.docs import with_vendors
from sim.calibrate.vendors.load import own_mapping
from sim.calibrate.vendors.mapping import Column, Mapping, Test
from tests.calibrate.vendors import desks
from tests.calibrate.vendors.world import call_centre, facts


@pytest.fixture
def page(repo_root) -> str:
    return (repo_root / "docs" / "exports.md").read_text(encoding="utf-8")


def test_the_vendors_are_those_of_the_mappings(page):
    assert with_vendors(page) == page, "python -m sim.calibrate.vendors.docs docs/exports.md"


def test_the_mappings_of_the_guide_load(page, tmp_path):
    blocks = re.findall(r"```yaml\n(.*?)```", page, flags=re.DOTALL)
    assert len(blocks) == 2
    for block in blocks:
        path = tmp_path / "my.yaml"
        path.write_text(block, encoding="utf-8")
        assert own_mapping(path).mapping.columns


def test_every_key_of_a_mapping_is_in_the_guide(page):
    for model in (Mapping, Column, Test):
        for name, field in model.model_fields.items():
            if name in ("title", "recognise", "export", "fits", "cannot", "unsure", "any_of"):
                continue  # of those that ship, and the plain form of a condition
            assert f"{field.serialization_alias or name}" in page, name
    for name in Extract.model_fields:
        if name not in ("filters_applied", "duplicates_removed", "orders_in_window"):
            assert f"`{name}`" in page, name


@pytest.mark.slow
def test_the_commands_of_the_guide_run(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = facts(call_centre()[0], 5)[:400]
    (tmp_path / "export.csv").write_text(desks.zendesk(found, np.random.default_rng(1)), encoding="utf-8")
    commands = [line.strip() for line in page.splitlines() if line.startswith("    deskplan ")]
    assert len(commands) == 2
    for command in commands:
        done = CliRunner().invoke(main, shlex.split(command)[1:])
        assert done.exit_code == 0, done.output
