"""Cost against contacts: W2 over longer and longer horizons, tape, engine and KPIs, each size in a process of its own.

`python -m benchmarks linear --largest 1e8` goes further than the default.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import median

from benchmarks import w2
from benchmarks.child import Spent, in_child, spent_so_far, warm_up
from benchmarks.goals import Goal
from benchmarks.peers.simpy_queues import ARRIVALS_PER_MIN

SMALLEST = 1e4
FIXED_BELOW = 1e5  # where a replication takes less than a tenth of a second, its fixed part shows
STEEPEST = 1.1


@dataclass(frozen=True)
class Size:
    """One replication of a size, the median of the runs."""

    contacts: int
    cpu_us: float
    """A contact."""
    before: Spent
    after: Spent


def size(contacts: float) -> Size:
    """Runs one size in this process: once, or five times where that takes little."""
    from sim.replicate import one
    from sim.scenario.load import resolve

    document = w2.scenario()
    document["horizon"]["length"] = f"{contacts / ARRIVALS_PER_MIN:.0f} min"
    resolved = resolve(document)
    warm_up()
    before = spent_so_far()
    took, counted = [], 0
    for replication in range(5 if contacts < 1e6 else 1):
        began = spent_so_far().cpu_s
        tallied, _ = one(resolved, 1, replication)
        took.append(spent_so_far().cpu_s - began)
        counted = contacts_of(resolved, tallied)
    return Size(counted, 1e6 * median(took) / counted, before, spent_so_far())


def contacts_of(resolved, tallied) -> int:  # type: ignore[no-untyped-def]
    """Contacts of a replication."""
    from sim.kpis import estimate

    return int(estimate(resolved, [tallied], "contacts").value)


def main(largest: float) -> list[Goal]:
    """Print one line a size, and by which power of the contacts the cost grows."""
    print("W2 over longer horizons: tape, engine and KPIs of one replication on the compiled engine")
    print(f"    {'contacts':>11s} {'CPU s':>8s} {'us/contact':>11s} {'peak MB':>8s}")
    in_child(warm_up)  # compiles, if need be
    sizes = []
    for exponent in range(round(math.log10(SMALLEST)), round(math.log10(largest)) + 1):
        found: Size = in_child(size, 10.0**exponent)
        sizes.append(found)
        seconds = found.cpu_us * found.contacts / 1e6
        print(f"    {found.contacts:11,d} {seconds:8.2f} {found.cpu_us:11.3f} {found.after.peak_mb:8,.0f}", flush=True)
    print()
    first = next(i for i, s in enumerate(sizes) if s.contacts >= 0.5 * FIXED_BELOW)
    a, b = sizes[first], sizes[-1]
    power = 1 + math.log(b.cpu_us / a.cpu_us) / math.log(b.contacts / a.contacts) if b is not a else math.nan
    at_most = max(s.cpu_us for s in sizes) / min(s.cpu_us for s in sizes)
    measured = (
        f"as contacts to the power {power:.2f} from {a.contacts:,} on, a contact costs at most {at_most:.2f} times"
        f" the least; peak {b.after.peak_mb:,.0f} MB"
    )
    return [Goal(f"cost grows linearly from {SMALLEST:.0e} to {largest:.0e} contacts", measured, power < STEEPEST)]
