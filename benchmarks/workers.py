"""Two workers against one: wall and processor time of the same replications, all warm.

A busy machine does not give two free cores; what it gives is measured beside it, with processes that only spin.
"""

from __future__ import annotations

import time
from statistics import median

from joblib import Parallel, delayed

from benchmarks.child import cpu_s_of_children
from benchmarks.goals import Goal
from sim.replicate import replicate
from sim.scenario.load import load
from sim.scenario.resolved import Resolved

SCENARIO = "baseline"
REPLICATIONS = 8
RUNS = 5
SPINS = 20_000_000
AT_LEAST, AT_MOST = 1.8, 1.1


def spin(times: int) -> int:
    """Work that shares nothing with anybody."""
    total = 0
    for i in range(times):
        total += i
    return total


def timed(resolved: Resolved, jobs: int) -> tuple[float, float]:
    """Wall and processor seconds, the workers' included (NaN where the system does not tell)."""
    before = cpu_s_of_children()
    wall, cpu = time.perf_counter(), time.process_time()
    replicate(resolved, replications=REPLICATIONS, jobs=jobs)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    after = cpu_s_of_children()
    return wall, cpu + (after - before if before is not None and after is not None else float("nan"))


def spun(jobs: int) -> float:
    """Wall seconds of four spins."""
    began = time.perf_counter()
    Parallel(n_jobs=jobs)(delayed(spin)(SPINS // 4) for _ in range(4))
    return time.perf_counter() - began


def main() -> list[Goal]:
    """Print medians of alternating runs."""
    resolved = load(SCENARIO)
    for jobs in (1, 2):  # starts the workers, which stay
        timed(resolved, jobs)
        spun(jobs)
    walls: dict[int, list[float]] = {1: [], 2: []}
    cpus: dict[int, list[float]] = {1: [], 2: []}
    spins: dict[int, list[float]] = {1: [], 2: []}
    for _ in range(RUNS):
        for jobs in (1, 2):
            wall, cpu = timed(resolved, jobs)
            walls[jobs].append(wall)
            cpus[jobs].append(cpu)
            spins[jobs].append(spun(jobs))
    print(f"{REPLICATIONS} replications of {SCENARIO}, warm, medians of {RUNS}: wall and processor seconds")
    for jobs in (1, 2):
        name = "1 worker" if jobs == 1 else f"{jobs} workers"
        print(f"    {name:9s}  wall {median(walls[jobs]):6.2f}  CPU {median(cpus[jobs]):6.2f}")
    faster = [a / b for a, b in zip(walls[1], walls[2], strict=True)]
    dearer = [b / a for a, b in zip(cpus[1], cpus[2], strict=True)]
    given = [a / b for a, b in zip(spins[1], spins[2], strict=True)]
    print(
        f"    two are {median(faster):.2f} times as fast ({min(faster):.2f} to {max(faster):.2f}) and take"
        f" {median(dearer):.2f} times the processor ({min(dearer):.2f} to {max(dearer):.2f});"
        f" two processes that only spin are {median(given):.2f} times as fast here\n"
    )
    measured = f"{median(faster):.2f} times, {median(dearer):.2f} times the processor"
    met = median(faster) >= AT_LEAST or median(dearer) <= AT_MOST
    return [Goal(f"two workers {AT_LEAST} times one, or at most {AT_MOST} times the processor time", measured, met)]
