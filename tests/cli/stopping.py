"""A command that is stopped when some of its work is finished, and given again."""

import os
import subprocess
import sys
import time


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


def _kept(folder):
    """Bytes of the log of the file that keeps what is finished."""
    return sum(path.stat().st_size for path in folder.glob("*.sqlite-wal"))
