"""Loads many broken scenario files: each is good, or its problems are all located; never a traceback, never a hang.

``python -m tests.robust.fuzz 100000 --jobs 2`` prints what came out; the test of the same name takes some hundred.
"""

from __future__ import annotations

import argparse
import collections
import shutil
import signal
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from sim.engine import prepare
from sim.machine_code import compile_all
from sim.replicate import one
from sim.scenario.limits import estimate_staff_events, estimate_tickets
from sim.scenario.load import load
from sim.scenario.problems import ScenarioProblems
from sim.scenario.resolved import Resolved
from tests.robust.mutate import SCENARIOS, mutant

SLOW_S = 20
SIMULATED_TICKETS = 40_000
SIMULATED_STAFF_EVENTS = 50_000


class Hang(Exception):
    """Took too long."""


@dataclass
class Found:
    """What came of some files."""

    good: int = 0
    bad: int = 0
    simulated: int = 0
    problems: int = 0
    slowest_s: float = 0.0
    failures: list[tuple[int, str]] = field(default_factory=list)
    """Number of the file and what went wrong."""

    def add(self, other: Found) -> None:
        """Both together."""
        self.good += other.good
        self.bad += other.bad
        self.simulated += other.simulated
        self.problems += other.problems
        self.slowest_s = max(self.slowest_s, other.slowest_s)
        self.failures += other.failures


@contextmanager
def _limited(seconds: int) -> Iterator[None]:
    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise Hang(f"longer than {seconds} s")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)  # of this process's own time: a busy machine hangs nobody
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _small(resolved: Resolved) -> bool:
    events = sum(map(estimate_staff_events, resolved.variants))
    if events > SIMULATED_STAFF_EVENTS or resolved.calendar.days > 400:
        return False
    return estimate_tickets(resolved.variants, resolved.regime_of_day) < SIMULATED_TICKETS


def unlocated(problems: ScenarioProblems) -> list[str]:
    """Problems that do not say where they are."""
    return [
        str(problem) for problem in problems.problems
        if not problem.origin.line and problem.origin.source not in ("--set",)
    ]  # fmt: skip


def check(seed: int, number: int, folder: Path, simulate: bool = True) -> Found:
    """One file, beside the one that it was made of in a copy of all scenarios."""
    place, data, sets = mutant(seed, number)
    file = folder / place.relative_to(SCENARIOS).parent / "mutant.yaml"
    file.write_bytes(data)
    found, began = Found(), time.monotonic()
    try:
        with _limited(SLOW_S), warnings.catch_warnings():
            warnings.simplefilter("error")
            try:
                resolved = load(file, sets=sets)
            except ScenarioProblems as problems:
                found.bad, found.problems = 1, len(problems.problems)
                lost = unlocated(problems)
                if lost or not problems.problems:
                    found.failures.append((number, "not located: " + " | ".join(lost)))
            else:
                found.good = 1
                if simulate and _small(resolved):
                    found.simulated = 1
                    one(resolved, 1, 0)
    except Hang as hang:
        found.failures.append((number, str(hang)))
    except Exception:  # noqa: BLE001  (whatever it is, it is what is looked for)
        found.failures.append((number, traceback.format_exc(limit=-4)))
    found.slowest_s = time.monotonic() - began
    return found


def check_many(seed: int, numbers: range, simulate: bool = True) -> Found:
    """Several files, one after the other."""
    total = Found()
    if simulate:
        prepare("fast")
        compile_all()  # not on the time of the first file
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made) / "scenarios"
        shutil.copytree(SCENARIOS, folder)
        for number in numbers:
            total.add(check(seed, number, folder, simulate))
    return total


def main() -> int:
    """Prints the counts and every failure once."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=1)
    given = parser.parse_args()
    from joblib import Parallel, delayed

    blocks = [
        range(at, min(at + 200, given.first + given.count)) for at in range(given.first, given.first + given.count, 200)
    ]
    total, began = Found(), time.monotonic()
    for done, part in enumerate(
        Parallel(n_jobs=given.jobs, return_as="generator")(delayed(check_many)(given.seed, block) for block in blocks),
        1,
    ):
        total.add(part)
        if done % 25 == 0:
            sys.stderr.write(f"{done * 200} files, {len(total.failures)} failures, {time.monotonic() - began:.0f} s\n")
    by_end = collections.Counter(text.strip().split("\n")[-1][:160] for _, text in total.failures)
    first = {text.strip().split("\n")[-1][:160]: (number, text) for number, text in reversed(total.failures)}
    came = f"{total.good} good ({total.simulated} simulated), {total.bad} refused with {total.problems} problems"
    failed = f"{len(total.failures)} failures; slowest {total.slowest_s:.1f} s"
    sys.stdout.write(f"{given.count} files: {came}, {failed}\n")
    for last, count in by_end.most_common():
        numbers = [number for number, text in total.failures if text.strip().split("\n")[-1][:160] == last]
        sys.stdout.write(f"\n{count} x {last}\nfiles {numbers[:20]}:\n{first[last][1]}\n")
    return 1 if total.failures else 0


if __name__ == "__main__":
    sys.exit(main())
