"""`python -m benchmarks.peers`: contacts per CPU second of each peer model, the median of five runs."""

import time
from collections.abc import Callable
from statistics import median

from benchmarks.peers.simpy_centre import w3
from benchmarks.peers.simpy_queues import w1, w2
from benchmarks.peers.summary import Summary

RUNS = 5

Model = Callable[[int, int], tuple[int, Summary]]


def contacts_per_cpu_s(model: Model, size: int) -> float:
    """Median over runs with different seeds; the time of this process only, whatever else the machine does."""
    rates = []
    for seed in range(RUNS):
        began = time.process_time()
        contacts, _ = model(size, seed)
        rates.append(contacts / (time.process_time() - began))
    return median(rates)


def main() -> None:
    """Print one line a workload."""
    workloads: dict[str, tuple[Model, int]] = {
        "W1 M/M/50": (w1, 100_000),
        "W2 M/M/42+M": (w2, 100_000),
        "W3 centre": (w3, 5),
    }
    print("SimPy, a process a contact: contacts per CPU second")
    for name, (model, size) in workloads.items():
        print(f"{name:12s} {contacts_per_cpu_s(model, size):10,.0f}")


if __name__ == "__main__":
    main()
