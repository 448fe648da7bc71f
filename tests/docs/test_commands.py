"""Every command that README.md and docs/ show runs, in the order in which it stands there, with what stands around it.

What takes long is made short and no less real: one replication instead of several, a year instead of two, no charts.
Pages whose commands need a log, or a test of their own, are named below with that test.
"""

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

import cli
import report.plan.command
import report.write
from optimize.plan.outcome import Infeasible

OWN_TEST = {
    "backtest.md": "test_backtest_guide.py",
    "calibration.md": "../calibrate/test_written.py",
    "cases.md": "../cases/test_cases.py",
    "demo.md": "test_demo.py",
    "exports.md": "test_exports_guide.py",
    "monitoring.md": "test_monitoring_guide.py",
    "scheduling.md": "test_scheduling_guide.py",
    "staffing.md": "test_staffing_guide.py",
    "sweeps.md": "test_sweeps_guide.py",
}
SIMULATE = (
    "run", "compare", "gaps", "stakeholders", "bridge", "tornado", "uncertainty", "staff", "schedule", "sweep", "find",
    "optimize",
)  # fmt: skip
REPLICATIONS = {"tornado": "2", "staff": "2", "schedule": "2", "find": "2"}
YEAR = ["--set", "horizon.months=12"]
LESS = {
    "uncertainty": ["--draws", "16"],
    "sweep": ["--until", "2 points", *YEAR],
    "find": ["--most", "4", *YEAR],
}
PAGES = ["README.md", *sorted(f"docs/{path.name}" for path in (Path(__file__).parents[2] / "docs").glob("*.md"))]


def commands_of(text: str) -> list[list[str]]:
    """Words of each command of a page, without `deskplan`; a line that ends in a backslash goes on."""
    lines = re.sub(r"\\\n\s*", "", text).splitlines()
    shown = [line.strip() for line in lines if re.match(r"(    |)deskplan [a-z]+( |$)", line)]
    inside = "\n".join(re.findall(r"```sh\n(.*?)```", re.sub(r"\\\n\s*", "", text), flags=re.DOTALL))
    fenced = [line for line in inside.splitlines() if line.startswith("deskplan ")]
    indented = [line.strip() for line in lines if re.match(r"    deskplan [a-z]", line)]
    return [shlex.split(line, comments=True)[1:] for line in shown if line in fenced or line in indented]


def shortened(words: list[str]) -> list[str]:
    """The same command with little to compute."""
    name = words[0]
    if name not in SIMULATE:
        return words
    kept = list(words)
    for option in ("--reps", "--jobs", "--draws"):
        if option in kept:
            at = kept.index(option)
            del kept[at : at + 2]
    few = ["--reps", REPLICATIONS.get(name, "1"), "--jobs", "1"]
    return [*kept, *LESS.get(name, []), *few, "--out", "results", "--quiet"]


@pytest.fixture
def desk(tmp_path, monkeypatch, repo_root):
    """A folder to work in with what the pages take for granted; reports are written without charts."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "scenarios").symlink_to(repo_root / "scenarios")
    (tmp_path / "my_team.yaml").write_text("extends: baseline\nname: my_team\n", encoding="utf-8")
    monkeypatch.setattr(report.write, "charts", lambda _comparison: [])
    monkeypatch.setattr(report.plan.command, "choose", _no_choice)
    return tmp_path


def _no_choice(_sources, ask, _wish, _tell, _finished):
    """A choice takes minutes; what was asked for is read and checked by now (tests/cli/test_optimize.py chooses)."""
    assert ask.targets
    raise Infeasible(words="asked and understood")


def files_of(text: str) -> dict[str, str]:
    """YAML of a page that has a name, as the file of that name."""
    blocks = re.findall(r"```yaml\n(.*?)```", text, flags=re.DOTALL)
    named = [(re.search(r"^name: (\w+)$", block, flags=re.M), block) for block in blocks]
    return {f"{found[1]}.yaml": block for found, block in named if found}


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES)
def test_every_command_of_a_page_runs(page, desk, repo_root):
    if Path(page).name in OWN_TEST:
        assert (repo_root / "tests" / "docs" / OWN_TEST[Path(page).name]).exists()
        return
    text = (repo_root / page).read_text(encoding="utf-8")
    for name, block in files_of(text).items():
        (desk / name).write_text(block, encoding="utf-8")
    for words in commands_of(text):
        if words[0] == "new":
            (desk / f"{words[1]}.yaml").unlink(missing_ok=True)
        done = CliRunner().invoke(cli.main, shortened(words))
        wanted = 3 if words[0] == "optimize" else 0
        assert done.exit_code == wanted, f"{page}: deskplan {shlex.join(words)}\n{done.output[-2000:]}"


def test_commands_are_found_as_a_reader_sees_them():
    text = (
        "    deskplan run a --set 'b=1 %'   # why\n\ndeskplan draws numbers\n\n```sh\ndeskplan compare a \\\n  b\n```\n"
    )
    assert commands_of(text) == [["run", "a", "--set", "b=1 %"], ["compare", "a", "b"]]
