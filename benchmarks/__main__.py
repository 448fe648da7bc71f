"""`python -m benchmarks [name ...]`: deskplan's speed beside that of other models, and the goals on this machine."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from benchmarks.goals import Goal, show

NAMES = {
    "w1": "M/M/50 beside other models",
    "w2": "M/M/42 with abandonment",
    "w3": "a centre with three channels and three teams",
    "baseline": "where the time of a scenario of the demo goes",
    "events": "W3 on the same pre-drawn days as the C++ program, and the engine's stages",
    "linear": "cost against the number of contacts (--largest)",
    "workers": "two workers against one",
    "million": "a year of a million contacts a month (--scale)",
    "plan": "the planning model: how its time grows with months, investments and teams",
    "schedule": "weekly schedules of small and large centres: columns, time, gap",
    "sweep": "a sweep: overhead a point, memory at 1,000 and 10,000 points, two workers against one",
    "demo": "deskplan compare with five scenarios, as a user starts it",
}


def main() -> None:
    """Run what is named, or everything, and print the goals that it says something about."""
    lines = "\n".join(f"  {name:9s} {text}" for name, text in NAMES.items())
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__, epilog=lines, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="name", help="what to run (default: everything)")
    parser.add_argument("--runs", type=int, default=9, help="runs of each model of a workload (default: 9)")
    parser.add_argument("--largest", type=float, default=1e7, help="contacts up to which `linear` goes (default: 1e7)")
    parser.add_argument("--scale", type=float, default=1.0, help="size of `million` (default: 1)")
    chosen = parser.parse_args()
    unknown = [name for name in chosen.names if name not in NAMES]
    if unknown:
        parser.error(f"no benchmark {', '.join(unknown)}; there are: {', '.join(NAMES)}")
    goals: list[Goal] = []
    for name in chosen.names or NAMES:
        goals += benchmark(name, chosen)()
    show(goals)


def benchmark(name: str, chosen: argparse.Namespace) -> Callable[[], list[Goal]]:
    """The work of one name; modules are read when needed, so that a child process stays small."""
    if name in ("w1", "w2", "w3", "baseline"):
        from benchmarks import table

        return lambda: table.main(name, chosen.runs)
    if name == "linear":
        from benchmarks import linear

        return lambda: linear.main(chosen.largest)
    if name == "million":
        from benchmarks import million

        return lambda: million.main(chosen.scale)
    if name == "events":
        from benchmarks import events

        return events.main
    if name == "workers":
        from benchmarks import workers

        return workers.main
    if name == "schedule":
        from benchmarks import schedule

        return schedule.main
    if name == "sweep":
        from benchmarks import sweep

        return sweep.all_of_it
    if name == "plan":
        from benchmarks import plan

        return plan.main
    from benchmarks import demo

    return demo.main


if __name__ == "__main__":
    main()
