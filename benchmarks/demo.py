"""The demo: five scenarios of 24 months, 20 replications each, as a user starts it, with and without compiling."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.goals import Goal

ROOT = Path(__file__).parents[1]
SCENARIOS = ("baseline", "expand_team", "self_service", "chatbot", "blend")
REPLICATIONS = 20
WARM_S, COLD_S = 60, 90


def compare(folder: Path, cache: Path) -> tuple[float, float]:
    """Wall and processor seconds of the command, its workers included."""
    files = [str(ROOT / "scenarios" / f"{name}.yaml") for name in SCENARIOS]
    options = ["--reps", str(REPLICATIONS), "--out", str(folder), "--quiet"]
    before, began = os.times(), time.perf_counter()
    subprocess.run(
        [sys.executable, str(ROOT / "cli.py"), "compare", *files, *options],
        env={**os.environ, "NUMBA_CACHE_DIR": str(cache), "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    wall, after = time.perf_counter() - began, os.times()
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    return wall, spent


def verdict(wall_s: float, cpu_s: float, most_s: float) -> bool | None:
    """None where only others on the machine explain the time: the cores would have done it alone."""
    if wall_s >= most_s and cpu_s / (os.cpu_count() or 1) < 0.8 * most_s:
        return None
    return wall_s < most_s


def main() -> list[Goal]:
    """Print the first run, which compiles, and the second, which does not."""
    print(f"deskplan compare, {len(SCENARIOS)} scenarios, {REPLICATIONS} replications each, folder written")
    goals = []
    with tempfile.TemporaryDirectory() as there:
        cases = (("with compiling", COLD_S, "cold"), ("compiled before", WARM_S, "warm"))
        for name, most_s, folder in cases:
            wall, cpu = compare(Path(there) / folder, Path(there) / "cache")
            print(f"    {name:16s} wall {wall:6.1f} s  CPU {cpu:6.1f} s", flush=True)
            goals.append(
                Goal(f"the demo in {most_s} s, {name}", f"{wall:.0f} s, {cpu:.0f} s CPU", verdict(wall, cpu, most_s))
            )
    print()
    return goals
