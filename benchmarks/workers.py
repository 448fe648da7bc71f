"""Two workers against one: wall and processor time of the same replications, all warm.

A busy machine does not give two free cores, and two busy cores share caches and memory: what that costs is measured
beside it, with work that only spins and shares nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import median

from joblib import Parallel, delayed

from benchmarks.child import cpu_s_of_children
from benchmarks.goals import Goal
from sim.replicate import replicate
from sim.scenario.load import load

SCENARIO = "baseline"
REPLICATIONS = 8
RUNS = 5
SPINS, SPIN_TASKS = 20_000_000, 4
AT_LEAST, AT_MOST = 1.8, 1.1

Times = dict[int, list[tuple[float, float]]]  # wall and processor seconds by number of workers


def main() -> list[Goal]:
    """Print medians of alternating runs."""
    resolved = load(SCENARIO)

    def replications(jobs: int) -> None:
        replicate(resolved, replications=REPLICATIONS, jobs=jobs)

    def spins(jobs: int) -> None:
        Parallel(n_jobs=jobs)(delayed(spin)(SPINS // SPIN_TASKS) for _ in range(SPIN_TASKS))

    cases: dict[str, tuple[Callable[[int], None], Times]] = {
        f"{REPLICATIONS} replications of {SCENARIO}": (replications, {1: [], 2: []}),
        "work that only spins": (spins, {1: [], 2: []}),
    }
    for run in range(-1, RUNS):  # the first starts the workers, which stay
        for jobs in (1, 2):
            for work, times in cases.values():
                took = timed(work, jobs)
                if run >= 0:
                    times[jobs].append(took)
    print(f"Two workers beside one, all warm, medians of {RUNS} runs (least to most)")
    measured: dict[str, tuple[float, float]] = {}
    for name, (_, times) in cases.items():
        faster = sorted(one[0] / two[0] for one, two in zip(times[1], times[2], strict=True))
        dearer = sorted(two[1] / one[1] for one, two in zip(times[1], times[2], strict=True))
        measured[name] = median(faster), median(dearer)
        for jobs, unit in ((1, "1 worker"), (2, "2 workers")):
            wall, cpu = (median(t[i] for t in times[jobs]) for i in (0, 1))
            print(f"    {name:30s} {unit:9s}  wall {wall:6.2f} s  CPU {cpu:6.2f} s")
        print(f"    {'':30s} two are {median(faster):.2f} ({faster[0]:.2f}-{faster[-1]:.2f}) times as fast", end="")
        print(f" for {median(dearer):.2f} ({dearer[0]:.2f}-{dearer[-1]:.2f}) times the processor time")
    print()
    (faster_by, dearer_by), (spins_faster, spins_dearer) = measured.values()
    said = (
        f"{faster_by:.2f} times as fast, {dearer_by:.2f} times the processor;"
        f" spinning {spins_faster:.2f} and {spins_dearer:.2f}"
    )
    met = faster_by >= AT_LEAST or dearer_by <= AT_MOST
    return [Goal(f"two workers {AT_LEAST} times one, or at most {AT_MOST} times the processor time", said, met)]


def spin(times: int) -> int:
    """Work that shares nothing with anybody."""
    total = 0
    for i in range(times):
        total += i
    return total


def timed(work: Callable[[int], None], jobs: int) -> tuple[float, float]:
    """Wall and processor seconds, the workers' included (NaN where the system does not tell)."""
    before = cpu_s_of_children()
    wall, cpu = time.perf_counter(), time.process_time()
    work(jobs)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    after = cpu_s_of_children()
    return wall, cpu + (after - before if before is not None and after is not None else float("nan"))
