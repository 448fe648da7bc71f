"""A Dask cluster of several processes, one of which is killed in the middle: the same bytes as here."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.robust.kills import same_files
from tests.robust.world import world

pytest.importorskip("distributed")


def deskplan(repo_root, folder, *arguments):
    environment = {**os.environ, "PYTHONPATH": str(repo_root), "MPLBACKEND": "Agg"}
    return subprocess.Popen(
        [sys.executable, "-m", "cli", *arguments], cwd=folder, env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip


def descendants(pid):
    """Processes below one, with their command lines."""
    found = []
    for child in Path(f"/proc/{pid}/task").glob("*/children"):
        for number in map(int, child.read_text(encoding="ascii").split()):
            words = Path(f"/proc/{number}/cmdline").read_bytes().replace(b"\0", b" ").decode()
            found += [(number, words), *descendants(number)]
    return found


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="looks for workers in the list of processes")
def test_a_worker_killed_in_mid_run_changes_no_byte(repo_root, tmp_path):
    (tmp_path / "small.yaml").write_text(world(300), encoding="utf-8")
    asked = ("sweep", "small.yaml", "--vary", "teams.desk.agents=12:26:1", "--quiet")
    here = deskplan(repo_root, tmp_path, *asked, "--jobs", "1", "--out", "here")
    out, err = here.communicate(timeout=900)
    assert here.returncode == 0, err
    there = deskplan(repo_root, tmp_path, *asked, "--cluster", "local:3", "--out", "there")
    store = tmp_path / "there" / "units.sqlite"
    until = time.monotonic() + 300
    while finished(store) < 3 and there.poll() is None and time.monotonic() < until:
        time.sleep(0.05)
    assert there.poll() is None, there.communicate()
    workers = [pid for pid, args in descendants(there.pid) if "spawn_main" in args]
    assert len(workers) == 3, descendants(there.pid)
    os.kill(workers[-1], signal.SIGKILL)
    at = finished(store)
    told, said = there.communicate(timeout=900)
    assert there.returncode == 0, said
    assert finished(store) == 30
    assert at < 30  # there was work left when it died
    assert same_files(tmp_path / out.strip(), tmp_path / told.strip()) == []
    assert counted(store) == {1}


@pytest.mark.slow
def test_a_comparison_is_the_same_on_a_cluster(repo_root, tmp_path):
    (tmp_path / "small.yaml").write_text(world(24), encoding="utf-8")
    (tmp_path / "more.yaml").write_text("extends: small.yaml\nname: more\nchanges: {teams.desk.agents: + 1}\n")
    folders = []
    for where in (("--jobs", "1"), ("--cluster", "local:2")):
        asked = ("compare", "small.yaml", "more.yaml", "--quiet", *where, "--out", where[0].strip("-"))
        out, err = deskplan(repo_root, tmp_path, *asked).communicate(timeout=900)
        assert err == ""
        folders.append(tmp_path / out.strip())
    assert same_files(*folders) == []
    assert list(folders[1].parent.iterdir()) == [folders[1]]


def finished(store):
    return len(_computed(store))


def counted(store):
    return set(_computed(store))


def _computed(store):
    import sqlite3

    if not store.exists():
        return []
    with sqlite3.connect(store, timeout=60) as db:
        try:
            return [count for (count,) in db.execute("SELECT computed FROM units").fetchall()]
        except sqlite3.OperationalError:
            return []
