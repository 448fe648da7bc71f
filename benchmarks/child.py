"""Work in a fresh process, so that its memory is its own, and what a process and its children have spent."""

from __future__ import annotations

import multiprocessing
import os
import resource
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import ParamSpec, TypeVar

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")

RUSAGE_MB = 1e6 if sys.platform == "darwin" else 1e3  # ru_maxrss is in bytes there, in kB elsewhere
_TICK_S = 1 / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Spent:
    """Since some moment: wall and processor seconds, and the peak of memory of the process so far."""

    wall_s: float
    cpu_s: float
    peak_mb: float


def spent_so_far() -> Spent:
    """What this process has spent."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / RUSAGE_MB
    return Spent(time.perf_counter(), time.process_time(), peak)


def warm_up() -> None:
    """Reads the compiled code of engine and KPIs, so that the next replication is not the first of its process."""
    from benchmarks import w3
    from sim.engine import DEFAULT_ENGINE, prepare
    from sim.kpis import kpi_table
    from sim.replicate import one
    from sim.scenario.load import resolve

    prepare(DEFAULT_ENGINE)
    resolved = resolve(w3.scenario())
    kpi_table(resolved, [one(resolved, 1, 0)[0]])


def in_child(work: Callable[Arguments, Result], *arguments: Arguments.args, **options: Arguments.kwargs) -> Result:
    """Result of a function that a fresh interpreter has run; the function and its result can be pickled."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(work, *arguments, **options).result()


def cpu_s_of_children() -> float | None:
    """Processor seconds of the living descendants of this process; None where the system does not tell (no /proc)."""
    if not Path("/proc/self/stat").exists():
        return None
    parent, spent = {}, {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            figures = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # ended meanwhile
        parent[int(stat.parent.name)] = int(figures[1])
        spent[int(stat.parent.name)] = (int(figures[11]) + int(figures[12])) * _TICK_S

    def ours(pid: int) -> bool:
        while pid in parent:
            pid = parent[pid]
            if pid == os.getpid():
                return True
        return False

    return sum(seconds for pid, seconds in spent.items() if ours(pid))
