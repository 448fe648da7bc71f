"""What a sweep costs beside the simulation: time a point, memory by the number of points, two workers against one.

    python -m benchmarks.sweep [--points 10000] [--few 1000] [--only overhead|memory|workers]

Each sweep runs in a process of its own, as a user starts it, and in a fresh folder. The world is tiny (a replication
takes about a millisecond), so that nearly all of the time is overhead; `workers` takes a world of a third of a second.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from benchmarks.goals import Goal
from tests.robust.world import world

ROOT = Path(__file__).resolve().parent.parent
STAGES = ("make a point", "digest and store", "simulate", "rows and money")


@dataclass(frozen=True)
class Spent:
    """Of one sweep."""

    wall_s: float
    cpu_s: float
    """Of the process and its workers."""
    peak_mb: float
    """Of the largest of its processes."""


def swept(folder: Path, hours: int, points: int, jobs: int) -> Spent:
    """One sweep of so many points, one replication each."""
    folder.mkdir()
    (folder / "small.yaml").write_text(world(hours), encoding="utf-8")
    varied = f"reasons.call.handle.mean=120000:{120000 + points - 1}:1 ms"
    asked = ["--vary", varied, "--reps", "1", "--jobs", str(jobs), "--quiet"]
    script = (
        "import sys, resource, json\n"
        "from cli import main\n"
        "try:\n    main()\nexcept SystemExit as left:\n    code = left.code\n"
        "used = resource.getrusage(resource.RUSAGE_SELF)\n"
        "print(json.dumps([used.ru_maxrss / 1024, code]), file=sys.stderr)\n"
    )
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", script, "sweep", "small.yaml", *asked, "--out", "results"], cwd=folder, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT), "MPLBACKEND": "Agg"}, capture_output=True, text=True,
    )  # fmt: skip
    wall, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    peak, code = json.loads(done.stderr.strip().splitlines()[-1])
    if code:
        raise RuntimeError(done.stderr)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Spent(wall, cpu, peak)


def stages(points: int = 200) -> dict[str, float]:
    """Milliseconds of processor time a point by stage, in this process."""
    from evaluate.sweep.run import Wish
    from evaluate.sweep.table import rows_of, wanted_by_default
    from sim.scenario.points import Setting, Variable
    from sim.scenario.problems import Origin
    from sim.units.pack import unpack
    from sim.units.store import Store
    from sim.units.unit import compute, replications_of, units_of

    spent = dict.fromkeys(STAGES, 0.0)
    with tempfile.TemporaryDirectory() as place:
        file = Path(place) / "small.yaml"
        file.write_text(world(4), encoding="utf-8")
        variable = Variable.read(str(file))
        wanted, wish = wanted_by_default([variable.declared], []), Wish(1)
        base = variable.base
        run = replications_of(base, 1, "fast", [unpack(each) for each in compute(base, units_of(base, 1, "fast", 1))])
        with Store(Path(place), "bench", print) as store:
            for number in range(-10, points):
                ticks = [time.process_time()]
                text = f"{120000 + number} ms"
                resolved = variable.at([Setting("reasons.call.handle.mean", text, Origin("bench"))])
                ticks.append(time.process_time())
                units = units_of(resolved, 1, "fast", wish.replications)
                keys = [unit.key for unit in units]
                store.get(keys)
                store.claim(keys)
                ticks.append(time.process_time())
                packed = compute(resolved, units)
                ticks.append(time.process_time())
                store.put(zip(units, packed, strict=True))
                ticks.append(time.process_time())
                rows_of(replications_of(resolved, 1, "fast", [unpack(each) for each in packed]), run, wanted)
                ticks.append(time.process_time())
                made, looked, simulated, stored, told = (b - a for a, b in pairwise(ticks))
                if number >= 0:
                    for name, each in zip(STAGES, (made, looked + stored, simulated, told), strict=True):
                        spent[name] += 1000 * each / points
    return spent


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sweep", description=__doc__)
    parser.add_argument("--points", type=int, default=10_000)
    parser.add_argument("--few", type=int, default=1_000)
    parser.add_argument("--only", choices=["overhead", "memory", "workers"])
    chosen = parser.parse_args()
    _measure(chosen.points, chosen.few, chosen.only)


def all_of_it() -> list[Goal]:
    """Everything, as `python -m benchmarks sweep` runs it; what it measures has no goal with a bound."""
    _measure(10_000, 1_000, None)
    return []


def _measure(points: int, few: int, only: str | None) -> None:
    with tempfile.TemporaryDirectory() as text:
        place = Path(text)
        if only in (None, "overhead"):
            for name, each in stages().items():
                print(f"{name:18s} {each:6.2f} ms of processor time a point")
        if only in (None, "memory"):
            less, more = (swept(place / str(count), 2, count, 1) for count in (few, points))
            for count, spent in ((few, less), (points, more)):
                print(f"{count:6,} points: {spent.cpu_s:6.1f} s of processor time, at most {spent.peak_mb:,.0f} MB")
            extra = (more.cpu_s - less.cpu_s) / (points - few)
            print(f"a point more costs {1000 * extra:.2f} ms (made twice: checked before anything runs), and "
                  f"{1024 * (more.peak_mb - less.peak_mb) / (points - few):.2f} kB")  # fmt: skip
        if only in (None, "workers"):
            one, two = (swept(place / f"jobs{jobs}", 700, 60, jobs) for jobs in (1, 2))
            print(f"60 points of a third of a second: one worker {one.wall_s:.1f} s ({one.cpu_s:.1f} s of processor "
                  f"time), two {two.wall_s:.1f} s ({two.cpu_s:.1f} s)")  # fmt: skip
            print(f"two are {one.wall_s / two.wall_s:.2f} times as fast for {two.cpu_s / one.cpu_s:.2f} times the "
                  "processor time, start and report included")  # fmt: skip


if __name__ == "__main__":
    main()
