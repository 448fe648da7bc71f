"""Text that was written to do harm, and places that cannot be written in."""

import csv
import io
import json
import resource
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pandas as pd
import pytest
from click.testing import CliRunner

import cli
from report.given import check_writable
from report.options import options_csv
from report.tables import to_csv
from sim.scenario.load import load
from sim.scenario.options_table import option_rows

TINY = """
schema: 1
name: tiny
title: "=HYPERLINK(\\"http://example.com\\", \\"click\\")"
because: "<script>alert(1)</script>"
horizon: {start: 2027-01-04, length: 7 days}
experiment: {seed: 1, replications: 2}
reasons: {any: {rate: 30 /h, channels: {phone: 100 %}, handle: 4 min}}
channels: {phone: {patience: {mean: 3 min}, target: {share: 80 %, within: 20 s}}}
teams: {desk: {agents: 3, serves: [phone], wage: 20 EUR/h}}
investments:
  tool:
    title: "@SUM(1+1)*cmd|' /C calc'!A0"
    because: "-2+3+cmd|' /C calc'!A0"
    cost: {upfront: 10 EUR}
    changes: {reasons.any.handle.mean: -5 %}
"""


@pytest.fixture
def tiny(tmp_path):
    file = tmp_path / "tiny.yaml"
    file.write_text(TINY, encoding="utf-8")
    return file


def test_text_of_a_planner_is_no_formula_in_a_csv(tiny):
    rows = list(csv.reader(io.StringIO(options_csv(option_rows(load(tiny))))))
    cells = [cell for row in rows for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "@", "+"))]
    assert "'-2+3+cmd|' /C calc'!A0" in cells
    table = pd.DataFrame({"what": ["=1+1", "fine"], "value": [1.0, -2.0]})
    assert to_csv(table) == "what,value\n'=1+1,1\nfine,-2\n"


def test_text_of_a_planner_is_no_script_in_the_page_and_no_formula_in_the_tables(tiny, tmp_path):
    done = CliRunner().invoke(cli.main, ["run", str(tiny), "--out", str(tmp_path / "out"), "--quiet", "--jobs", "1"])
    assert done.exit_code == 0, done.output
    (folder,) = (tmp_path / "out").iterdir()
    assert "<script>alert(1)" not in (folder / "report.html").read_text(encoding="utf-8")
    for file in folder.rglob("*.csv"):
        for row in csv.reader(io.StringIO(file.read_text(encoding="utf-8"))):
            assert not [cell for cell in row if cell.startswith(("=", "@"))], file


def test_no_network_is_touched(tiny, tmp_path, monkeypatch):
    def refuse(*_args, **_kwargs):
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    done = CliRunner().invoke(
        cli.main, ["compare", str(tiny), str(tiny), "--set", "name=tiny", "--out", str(tmp_path), "--jobs", "1"]
    )
    assert done.exit_code == 2  # twice the same name: said before anything runs
    done = CliRunner().invoke(cli.main, ["run", str(tiny), "--out", str(tmp_path), "--jobs", "1"])
    assert done.exit_code == 0, done.output


LIMITED = """
import resource, sys
import cli
size = int(sys.argv.pop(1))
resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
sys.exit(cli.main(sys.argv[1:], prog_name="deskplan"))
"""


def limited(tiny, out, repo_root, size):
    """A limit on the size of a file stands for a disk that is full: writing fails in the middle."""
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY or sys.platform != "linux"
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(size), "run", str(tiny), "--out", str(out), "--jobs", "1", "--quiet"],
        cwd=repo_root, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2, done.stderr
    assert "cannot write in" in done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr


def test_a_full_disk_is_said_in_words_and_leaves_nothing_behind(tiny, tmp_path, repo_root):
    """Not even finished replications can be kept."""
    said = limited(tiny, tmp_path / "out", repo_root, 20_000)
    assert "Finished work cannot be kept" in said
    assert list((tmp_path / "out").iterdir()) == []


def test_a_disk_that_is_full_in_the_end_loses_nothing_that_is_finished(tiny, tmp_path, repo_root):
    """Replications fit, the report does not; with room again the same command computes nothing anew."""
    out = tmp_path / "out"
    said = limited(tiny, out, repo_root, 120_000)
    (left,) = out.iterdir()
    assert f"what is finished is kept in {left}: give the same command again" in said
    again = CliRunner().invoke(cli.main, ["run", str(tiny), "--out", str(out), "--jobs", "1"])
    assert again.exit_code == 0, again.output
    assert "2 replications were finished by an earlier run of this command." in again.output
    (folder,) = out.iterdir()
    assert (folder / "kpis.csv").is_file()


def test_many_runs_ask_at_once_whether_a_folder_can_be_written(tmp_path):
    """One run took another's probe for its own, and refused to start."""
    with ThreadPoolExecutor(8) as runs:
        list(runs.map(check_writable, [tmp_path / "out"] * 2000))
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.slow
def test_two_writers_at_once_get_a_folder_each(tiny, tmp_path, repo_root):
    command = [sys.executable, "-m", "cli", "run", str(tiny), "--out", str(tmp_path / "out"), "--quiet", "--jobs", "1"]
    both = [subprocess.Popen(command, cwd=repo_root, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    said = [process.communicate(timeout=300)[0].strip() for process in both]
    assert [process.returncode for process in both] == [0, 0]
    assert len(set(said)) == 2
    folders = sorted((tmp_path / "out").iterdir())
    assert len(folders) == 2
    digests = {json.loads((folder / "manifest.json").read_text())["scenarios"][0]["digest"] for folder in folders}
    assert len(digests) == 1
    one, other = ((folder / "kpis.csv").read_bytes() for folder in folders)
    assert one == other
