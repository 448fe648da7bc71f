"""The command line in a folder of its own; a command that is stopped when some of its work is done, and given again."""

import os
import subprocess
import sys
import time

from tests.robust.kills import same_files


def deskplan(repo_root, tmp_path, *args, **options):
    """Run the command line in a folder of its own."""
    environment = {**os.environ, "PYTHONPATH": str(repo_root), "COLUMNS": "120"}
    command = [sys.executable, "-m", "cli", *args]
    return subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300, **options
    )


def stopped(repo_root, place, how, kept_bytes, *arguments):
    """Starts `deskplan ARGUMENTS --out stopped`, sends a signal when so much is kept; its code and what it said."""
    environment = {**os.environ, "PYTHONPATH": str(repo_root), "MPLBACKEND": "Agg"}
    command = [sys.executable, "-m", "cli", *arguments, "--out", "stopped"]
    running = subprocess.Popen(command, cwd=place, env=environment, stderr=subprocess.PIPE, text=True)
    until = time.monotonic() + 120
    while _kept(place / "stopped") < kept_bytes and time.monotonic() < until:
        time.sleep(0.02)
    running.send_signal(how)
    _, said = running.communicate(timeout=60)
    return running.returncode, said


def goes_on(repo_root, place, *arguments):
    """Gives a command that was stopped again: it begins where it was, and ends in the bytes of an undisturbed one."""
    again = deskplan(repo_root, place, *arguments, "--out", "stopped")
    assert again.returncode == 0, again.stderr
    assert " replications were finished by an earlier run of this command." in again.stderr
    (folder,) = (place / "stopped").iterdir()
    calm = deskplan(repo_root, place, *arguments, "--out", "calm", "--no-store", "--quiet")
    assert same_files(folder, place / calm.stdout.strip()) == []
    return again


def _kept(folder):
    """Bytes of the log of the file that keeps what is finished."""
    return sum(path.stat().st_size for path in folder.glob("*.sqlite-wal"))
