"""Tickets drawn per second of processor time: `python -m benchmarks.tape`."""

from __future__ import annotations

import statistics
import time
from typing import Any

from sim.demand.draw import draw_tape
from sim.scenario.load import load, resolve
from sim.scenario.resolved import Resolved

_BACK = {"after": {"mean": "4 h", "distribution": "exponential"}}


def w3(days: int) -> Resolved:
    """Customers of the benchmark scenario W3: 20,000 tickets a day, 15 % of handled contacts come back."""

    def reason(rate: str, channel: str, minutes: int) -> dict[str, Any]:
        return {
            "rate": rate,
            "channels": {channel: "100 %"},
            "handle": {"mean": f"{minutes} min", "distribution": "exponential"},
            "resolved_first": "85 %",
            "unresolved": _BACK,
        }

    return resolve(
        {
            "schema": 1,
            "name": "w3",
            "horizon": {"start": "2027-01-04", "length": f"{days} days"},
            "reasons": {
                "calls": reason("8000 /day", "phone", 4),
                "chats": reason("6000 /day", "chat", 6),
                "mails": reason("6000 /day", "email", 5),
            },
            "channels": {"phone": {"patience": "3 min"}, "chat": {"parallel": 3}, "email": {}},
            "teams": {"everyone": {"agents": 100, "serves": ["phone", "chat", "email"]}},
        }
    )


def measure(name: str, resolved: Resolved, runs: int = 9) -> str:
    """Median over runs, after one that is not counted; each run is another replication."""
    draw_tape(resolved, 0, 0)
    seconds = []
    tickets = rows = 0
    for replication in range(1, runs + 1):
        start = time.process_time()
        tape = draw_tape(resolved, 0, replication)
        seconds.append((time.process_time() - start) / tape.tickets)
        tickets, rows = tape.tickets, tape.rows
        del tape
    middle = statistics.median(seconds)
    low, high = 1e-6 / max(seconds), 1e-6 / min(seconds)
    return f"{name:14} {tickets:>9,} tickets {rows:>9,} rows  {1e-6 / middle:5.2f} M/s  ({low:.2f} to {high:.2f})"


def main() -> None:
    """Print one line for each scenario."""
    for days in (1, 10, 50):
        print(measure(f"w3 x {days} days", w3(days)))
    for name in ("baseline", "chatbot", "blend"):
        print(measure(name, load(f"scenarios/{name}.yaml")))


if __name__ == "__main__":
    main()
