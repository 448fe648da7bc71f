"""`python -m tests.robust.kills [200]`: a sweep that is killed again and again, then finished once.

The outcome must be the bytes of a sweep that nobody disturbed, no finished unit may be computed twice, and what is
finished may never become less. Most kills hit the process itself (SIGKILL), some one of its workers, some are a Ctrl-C.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.robust.world import world

ROOT = Path(__file__).resolve().parent.parent.parent
STORE = "units.sqlite"
SAID = ("said.out", "said.err")
LATEST_S = 1.3
"""Kills come at a random moment up to so many seconds (of processor time) after the start."""
FRESH, SLOWER = 0.03, 8
"""So many of the starts are new processes with workers of their own, which take so much longer to begin."""


@dataclass
class Disturbed:
    """What a disturbed sweep went through."""

    kills: dict[str, int] = field(default_factory=dict)
    with_work: int = 0
    """Kills after which more was finished than before."""
    whole: int = 0
    """Starts that came to their end before they could be killed."""


def command(folder: Path, points: int, jobs: int) -> list[str]:
    """The sweep, the same each time."""
    agents = f"teams.desk.agents=12:{12 + points - 1}:1"
    asked = ["--vary", agents, "--jobs", str(jobs), "--quiet", "--out", "results"]
    return [sys.executable, "-m", "cli", "sweep", str(folder / "small.yaml"), *asked]


class Forked:
    """The sweep in a child of this process, which has read every module already: it starts at once."""

    def __init__(self, folder: Path, points: int) -> None:
        self.returncode: int | None = None
        self.pid = os.fork()
        if self.pid == 0:
            _as_child(folder, command(folder, points, 1)[3:])

    def poll(self) -> int | None:
        """What it left with; None while it runs."""
        if self.returncode is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self.returncode = os.waitstatus_to_exitcode(status) if pid else None
        return self.returncode

    def wait(self, timeout: float) -> int:
        """The same when it has ended. Raises TimeoutExpired."""
        until = time.monotonic() + timeout
        while self.poll() is None:
            if time.monotonic() > until:
                raise subprocess.TimeoutExpired("the sweep", timeout)
            time.sleep(0.01)
        assert self.returncode is not None
        return self.returncode

    def work(self, seconds: float) -> None:
        """Waits until it has used so much processor time, or has ended: a busy machine changes nothing."""
        ticks = os.sysconf("SC_CLK_TCK")
        while self.poll() is None:
            fields = Path(f"/proc/{self.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
            if (int(fields[11]) + int(fields[12])) / ticks >= seconds:
                return
            time.sleep(0.005)

    def send_signal(self, number: int) -> None:
        """Sends a signal."""
        if self.poll() is None:
            os.kill(self.pid, number)


def _as_child(folder: Path, arguments: list[str]) -> None:
    """Runs the command line as `deskplan` would, and never returns."""
    from cli import main as deskplan

    code = 1
    try:
        os.setsid()
        os.chdir(folder)
        signal.signal(signal.SIGINT, signal.default_int_handler)
        for number, name in enumerate(SAID, start=1):
            os.dup2(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
        sys.argv = ["deskplan", *arguments]
        deskplan()
    except SystemExit as left:
        code = left.code if isinstance(left.code, int) else 0
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def read_modules(place: Path) -> None:
    """Runs a small sweep in this process, so that its children have all that they need."""
    from click.testing import CliRunner

    from cli import main as deskplan

    file = place / "first.yaml"
    file.write_text(world(2), encoding="utf-8")
    asked = [
        "sweep",
        str(file),
        "--vary",
        "teams.desk.agents=18:19:1",
        "--jobs",
        "1",
        "--quiet",
        "--out",
        str(place / "first"),
    ]
    found = CliRunner().invoke(deskplan, asked)
    assert found.exit_code == 0, found.output


def started(folder: Path, points: int, jobs: int) -> subprocess.Popen[str]:
    """The sweep on its way, in a group of its own."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as in the background of a shell: the sweep would inherit it
        signal.signal(signal.SIGINT, signal.default_int_handler)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "MPLBACKEND": "Agg"}
    with (folder / SAID[0]).open("w") as out, (folder / SAID[1]).open("w") as err:  # no pipes: orphans would hold them
        return subprocess.Popen(
            command(folder, points, jobs), cwd=folder, env=environment, text=True, start_new_session=True,
            stdout=out, stderr=err,
        )  # fmt: skip


def said(folder: Path) -> tuple[str, str]:
    """What the last process wrote to standard output and to standard error."""
    out, err = ((folder / name).read_text(encoding="utf-8") for name in SAID)
    return out, err


def finished(folder: Path, points: int, jobs: int) -> Path:
    """Runs the sweep to its end; its folder. Raises RuntimeError with what it said where it fails."""
    process = started(folder, points, jobs)
    process.wait(timeout=3600)
    out, err = said(folder)
    if process.returncode != 0:
        raise RuntimeError(f"left with {process.returncode}: {err}")
    return folder / out.strip()


def units_of(folder: Path) -> dict[str, int]:
    """How often each finished unit was computed."""
    path = folder / "results" / STORE
    if not path.exists():
        return {}
    with sqlite3.connect(path, timeout=60) as db:
        try:
            return dict(db.execute("SELECT key, computed FROM units").fetchall())
        except sqlite3.OperationalError:  # killed before there was a table
            return {}


def disturb(
    folder: Path,
    points: int,
    jobs: int,
    kills: int,
    seed: int,
    latest: float,
    tell: Callable[[str], None] | None = None,
) -> Disturbed:
    """Starts the sweep and kills it, so many times. Raises AssertionError where something finished is gone."""
    chance, told, before = random.Random(seed), Disturbed(), set[str]()
    while sum(told.kills.values()) < kills:
        fresh = chance.random() < FRESH
        process = started(folder, points, jobs) if fresh else Forked(folder, points)
        how = chance.choices(["process", "worker", "Ctrl-C"], [8, 4 if fresh else 0, 1])[0]
        moment = chance.uniform(0.0, latest * (SLOWER if fresh else 1))
        if isinstance(process, Forked):
            process.work(moment)
        else:
            time.sleep(moment)
        if process.poll() is not None:  # over before it could be killed: no kill
            assert process.returncode == 0, said(folder)
            told.whole += 1
            continue
        _kill(process, how, chance)
        told.kills[how] = told.kills.get(how, 0) + 1
        now = set(units_of(folder))
        assert before <= now, "a finished unit is gone"
        told.with_work += now > before
        if tell is not None:
            tell(f"{sum(told.kills.values())} kills ({how}), {len(now)} units")
        before = now
    return told


def _kill(process: subprocess.Popen[str] | Forked, how: str, chance: random.Random) -> None:
    if how == "worker":
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        found = children.read_text(encoding="ascii").split() if children.exists() else []
        for child in chance.sample(found, min(1, len(found))):
            os.kill(int(child), signal.SIGKILL)
        time.sleep(chance.uniform(0.1, 1.0))
    process.send_signal(signal.SIGINT if how == "Ctrl-C" else signal.SIGKILL)
    try:
        process.wait(timeout=120)
    except subprocess.TimeoutExpired:
        raise AssertionError(f"it goes on after {how}") from None
    finally:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)  # workers see by themselves that they are alone, but not at once


def same_files(one: Path, other: Path) -> list[str]:
    """Names of files that differ between two runs' folders, the manifest left out."""
    names = {
        path.relative_to(folder).as_posix() for folder in (one, other) for path in folder.rglob("*") if path.is_file()
    }
    names -= {"manifest.json"}
    missing = [name for name in names if not ((one / name).is_file() and (other / name).is_file())]
    return sorted(
        missing + [n for n in names if n not in missing and (one / n).read_bytes() != (other / n).read_bytes()]
    )


def shown_by(
    kills: int,
    points: int,
    hours: int,
    jobs: int,
    seed: int,
    place: Path,
    latest: float = LATEST_S,
    tell: Callable[[str], None] | None = None,
) -> str:
    """Disturbs, finishes, compares; what was found, in a line. Raises AssertionError where it is not as it must be."""
    folders = [place / "disturbed", place / "undisturbed"]
    for folder in folders:
        folder.mkdir()
        (folder / "small.yaml").write_text(world(hours), encoding="utf-8")
    read_modules(place)
    told = disturb(folders[0], points, jobs, kills, seed, latest, tell)
    before = units_of(folders[0])
    one, other = finished(folders[0], points, jobs), finished(folders[1], points, 1)
    after, calm = units_of(folders[0]), units_of(folders[1])
    differ = same_files(one, other)
    assert not differ, f"files differ: {differ}"
    assert set(after) == set(calm), "not the same units"
    twice = [key for key, count in after.items() if count != 1]
    assert not twice, f"{len(twice)} finished units were computed twice"
    left = [path.name for path in (folders[0] / "results").iterdir() if "damaged" in path.name]
    assert not left, f"the store was damaged: {left}"
    ways = ", ".join(f"{count} {how}" for how, count in told.kills.items())
    return (
        f"{sum(told.kills.values())} kills ({ways}), {told.with_work} of them after something new was finished, "
        f"{told.whole} more starts came to their end; "
        f"{len(before)} of {len(after)} units were finished by then; same bytes as undisturbed, no unit computed twice"
    )


def main() -> None:
    """Runs it and prints what was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.robust.kills", description=__doc__)
    parser.add_argument("kills", nargs="?", type=int, default=200)
    parser.add_argument("--seed", type=int, default=20261122)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--points", type=int, help="points of the sweep (default: enough for the kills)")
    parser.add_argument("--latest", type=float, default=LATEST_S, help="seconds after a start within which kills come")
    parser.add_argument("--hours", type=int, default=600)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kills-") as place:
        points = chosen.points or 20 + 2 * chosen.kills
        began = time.monotonic()
        found = shown_by(
            chosen.kills, points, chosen.hours, chosen.jobs, chosen.seed, Path(place), chosen.latest, print
        )
        print(f"{found}; {time.monotonic() - began:.0f} s")  # noqa: T201


if __name__ == "__main__":
    main()
