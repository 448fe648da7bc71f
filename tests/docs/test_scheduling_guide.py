"""Every command of docs/scheduling.md runs with the files that the guide shows; its table names the files."""

import re
import shlex

import pytest
from click.testing import CliRunner

from cli import main
from sim.scenario.load import load


@pytest.fixture(scope="module")
def guide(repo_root):
    return (repo_root / "docs" / "scheduling.md").read_text(encoding="utf-8")


@pytest.fixture
def files(guide, tmp_path, monkeypatch):
    """need.csv and terms.yaml of the guide in the current folder."""
    need = re.search(r"```\n(team,.*?)```", guide, flags=re.DOTALL)
    terms = re.search(r"```yaml\n(.*?)```", guide, flags=re.DOTALL)
    assert need is not None
    assert terms is not None
    (tmp_path / "need.csv").write_text(need[1], encoding="utf-8")
    (tmp_path / "terms.yaml").write_text(terms[1], encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_terms_lie_on_the_baseline(files):
    block = load("baseline", [files / "terms.yaml"]).scenario.scheduling["frontline"]
    assert set(block.contracts) == {"full", "part"}
    assert block.under == 45.0
    assert block.prefer["early_birds"].cost == -2.0


def run(command, *more):
    found = CliRunner().invoke(main, [*shlex.split(command), *more])
    assert found.exit_code == 0, (command, found.output)
    return found.stdout.strip()


def test_a_need_in_a_file_gives_the_files_of_the_table(guide, files):
    (command,) = re.findall(r"^    deskplan (schedule .*--need .*)$", guide, flags=re.MULTILINE)
    folder = files / run(command, "--out", "out", "--quiet")
    written = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    named = set(re.findall(r"^\| `([\w./]+)`", guide, flags=re.MULTILINE)) - {"simulated.csv", "charts/"}
    assert named <= written
    rest = {name for name in written if not name.startswith(("scenarios/", "charts/"))}
    assert rest == named


@pytest.mark.slow
def test_every_command_runs(guide, files):
    commands = re.findall(r"^    deskplan ((?:schedule|run) .*)$", guide, flags=re.MULTILINE)
    assert len(commands) == 5
    for command in commands:
        folder = files / run(command, "--out", "out", "--quiet")
        if command.startswith("schedule"):
            (files / "schedule.yaml").write_bytes((folder / "schedule.yaml").read_bytes())
