"""docs/monitoring.md: its command runs on its own file, and its bounds are those of the inputs."""

import re
import shlex

from click.testing import CliRunner

from cli import main
from evaluate.monitor.candidates import FARTHEST, STEP
from evaluate.monitor.explain import BETTER, ENOUGH, TRIED


def test_the_command_runs_on_the_file_of_the_page(repo_root, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = (repo_root / "docs" / "monitoring.md").read_text(encoding="utf-8")
    block = re.search(r"```csv\n(.*?)```", text, flags=re.DOTALL)
    assert block is not None
    (tmp_path / "actuals.csv").write_text(block[1], encoding="utf-8")
    (command,) = re.findall(r"^    deskplan (.+)$", text, re.MULTILINE)
    quick = ["--no-explain", "--reps", "5", "--jobs", "1", "--quiet"]
    said = CliRunner().invoke(main, [*shlex.split(command), *quick])
    assert said.exit_code == 0, said.output
    assert list((tmp_path / "results").glob("*-monitor-baseline/report.html"))


def test_the_figures_of_the_page(repo_root):
    text = (repo_root / "docs" / "monitoring.md").read_text(encoding="utf-8")
    assert (STEP["times"], STEP["points"], STEP["heads"]) == (0.10, 0.05, 1.0)
    assert FARTHEST["times"] == (-0.6, 1.5)
    assert "-60 % to +150 %" in text
    assert f"no single one explains {ENOUGH:.0%}".replace("%", " %") in text
    assert f"at least {BETTER * 100:.0f} points more" in text
    assert TRIED == 5
