"""`python -m benchmarks`: contacts a CPU second of deskplan beside SimPy models with a process a ticket."""

from __future__ import annotations

import sys

from benchmarks import events, w1, w2, w3
from benchmarks.measure import PEER, Times, measure

RUNS = 9


def main() -> None:
    """Print a table; workloads may be named (w1, w2, w3)."""
    if sys.argv[1:] == ["events"]:
        events.main()
        return
    workloads = {"w1": w1, "w2": w2, "w3": w3}
    print("Contacts a CPU second: median (least to most) of alternating runs, draws included, KPIs not")
    print("Ratio: to the process model, median over pairs of runs. Shares: of the time from the draws to the KPIs\n")
    print(f"{'workload':12s} {'model':28s} {'contacts/s':>10s} {'spread':>19s} {'ratio':>6s} {'tape':>6s} {'KPIs':>6s}")
    for name in sys.argv[1:] or workloads:
        workload = workloads[name]
        models = measure(workload, RUNS)
        for model, times in models.items():
            print(line(workload.TITLE, model, times, models[PEER]), flush=True)


def line(title: str, model: str, times: Times, peer: Times) -> str:
    """One row of the table."""
    middle, least, most = times.contacts_per_s
    spread = f"{least:,.0f}-{most:,.0f}"
    row = f"{title:12s} {model:28s} {middle:10,.0f} {spread:>19s} {times.times_as_fast_as(peer):6.2f}"
    if times.tape:
        row += f" {times.share(times.tape):6.0%} {times.share(times.kpis):6.0%}"
    return row


if __name__ == "__main__":
    main()
