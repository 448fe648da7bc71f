"""docs/backtest.md: its commands run, and its tables are those of the February log."""

import re
import shlex

import pytest
from click.testing import CliRunner

from cli import main
from report import format as fmt
from report.back_test_text import shown
from sim.scenario.calibrated import beside
from tests.calibrate.synthetic import centre, log_rows, write
from tests.docs.backtest_numbers import DRAWS, STAFF, by_hour, held_against, scores

COMMAND = re.compile(r"^    deskplan (.+)$", re.MULTILINE)


@pytest.mark.slow
def test_the_commands_run(repo_root, tmp_path, monkeypatch):
    """In the order of the page, on four weeks and four more of a centre that is known."""
    monkeypatch.chdir(tmp_path)
    write(tmp_path, log_rows(centre(), seed=11))
    write(tmp_path, log_rows(centre(), seed=12), "next_weeks.csv")
    (tmp_path / "extract.yaml").write_text("time_zone: UTC\nabandons: present\n", encoding="utf-8")
    commands = COMMAND.findall((repo_root / "docs" / "backtest.md").read_text(encoding="utf-8"))
    assert [command.split()[0] for command in commands] == ["backtest", "backtest", "validate"]
    output = ""
    for command in commands:
        arguments = shlex.split(command)
        few = ["--draws", "39", "--jobs", "1", "--quiet"] if arguments[0] == "backtest" else []
        said = CliRunner().invoke(main, [*arguments, *few])
        assert said.exit_code == 0, said.output
        output = said.output
    assert "calibrated" in output
    assert beside(tmp_path / "centre.yaml").is_file()


@pytest.mark.slow
def test_the_tables_are_those_of_the_february_log(repo_root, tmp_path):
    source = repo_root.parent / "shared" / "data" / "anonbank_1999_02.csv.gz"
    if not source.exists():
        pytest.skip("the February 1999 call log is not here: it is not distributed with the project")
    text = (repo_root / "docs" / "backtest.md").read_text(encoding="utf-8")
    found = {staff: held_against(source, tmp_path, staff) for staff in STAFF}
    for line in (*scores(found), *by_hour(found["dates"])):
        assert line in text
    whole, hours = (found["dates"].scored.of("contacts", by) for by in ("whole", "date_hour"))
    ends = fmt.plain(fmt.span(*(shown("contacts", float(end[0.95][0])) for end in (whole[0].low, whole[0].high))))
    assert text.count(f"({ends})") == 2  # in the table and where it is said what is missed
    assert f"the {hours[1].cells} single hours" in " ".join(text.split())
    assert f"--draws {DRAWS}" in text
    missed = [check for check in found["dates"].scored.verdict.checks if not check.holds]
    assert f"{len(missed)} of {len(found['dates'].scored.verdict.checks)} thresholds are missed" in text
    assert not found["dates"].mark(found["dates"].held_out.first_day).calibrated
