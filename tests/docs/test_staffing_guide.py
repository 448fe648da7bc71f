"""Every command of docs/staffing.md runs, and the file format that it states is what is written."""

import csv
import re
import shlex

import pytest
from click.testing import CliRunner

from cli import main


@pytest.fixture(scope="module")
def guide(repo_root):
    return (repo_root / "docs" / "staffing.md").read_text(encoding="utf-8")


@pytest.mark.slow
def test_every_command_runs(guide, tmp_path):
    commands = re.findall(r"^    deskplan (staff .*)$", guide, flags=re.MULTILINE)
    assert len(commands) >= 7
    for command in commands:
        found = CliRunner().invoke(main, [*shlex.split(command), "--out", str(tmp_path), "--quiet"])
        assert found.exit_code == 0, (command, found.output)


def test_the_files_are_those_of_the_table(guide, tmp_path):
    """Every file of the table is in a folder, and every file of a folder is in the table."""
    named = set(re.findall(r"^\| `([\w./]+)`", guide, flags=re.MULTILINE))
    asked = ["staff", "classic/pooling", "--method", "simulation", "--reps", "4", "--jobs", "1", "--quiet"]
    found = CliRunner().invoke(main, [*asked, "--out", str(tmp_path)])
    assert found.exit_code == 0, found.output
    (folder,) = tmp_path.iterdir()
    written = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert named <= written
    assert {name for name in written if not name.startswith("scenarios/")} == named | {"charts/need.svg"}
    with (folder / "need.csv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    example = re.search(r"```\n(team,.*?)\n", guide)
    assert example is not None
    assert list(rows[0]) == example[1].split(",")
    assert {row["weekday"] for row in rows} == {"mon", "tue", "wed", "thu", "fri", "sat", "sun"}
    assert all(re.fullmatch(r"\d\d:[03]0", row["start"]) and row["agents"].isdigit() for row in rows)
