"""`deskplan --help` answers at once: nothing heavy is imported before a command needs it."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

HEAVY = ("numba", "scipy", "matplotlib", "pandas", "simpy", "pulp", "xlsxwriter")

PROBE = """
import contextlib, io, json, sys
import cli
with contextlib.redirect_stdout(io.StringIO()) as said, contextlib.suppress(SystemExit):
    cli.main(sys.argv[1:], prog_name="deskplan")
seen = {"said": said.getvalue(), "modules": sorted(sys.modules), "commands": sorted(cli.main.commands)}
print(json.dumps(seen))
"""


def probe(repo_root: Path, *args: str) -> dict[str, Any]:
    """Run the command line in a new interpreter; return what it said and which modules it loaded."""
    done = subprocess.run(
        [sys.executable, "-c", PROBE, *args], cwd=repo_root, capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


def heavy_among(modules: list[str]) -> list[str]:
    return [name for name in HEAVY if name in modules]


@pytest.mark.parametrize("arg", ["--help", "--version"])
def test_start_up_imports_nothing_heavy(repo_root, arg):
    seen = probe(repo_root, arg)
    assert "deskplan" in seen["said"]
    assert heavy_among(seen["modules"]) == []


def test_help_of_each_command_imports_nothing_heavy(repo_root):
    loaded = {
        name: heavy_among(probe(repo_root, name, "--help")["modules"])
        for name in probe(repo_root, "--help")["commands"]
    }
    assert {name: modules for name, modules in loaded.items() if modules} == {}


def test_version_is_the_one_in_pyproject(repo_root):
    project = tomllib.loads((repo_root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert probe(repo_root, "--version")["said"].split() == ["deskplan", project["version"]]
