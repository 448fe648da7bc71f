"""The table of all comparisons at the end of a test run, and the same as a CSV file in pytest's cache folder."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

FIELDS = ("case", "measure", "expected", "simulated", "half_width", "z")


def recorded(reporter: pytest.TerminalReporter) -> Iterator[list[object]]:
    """What tests put down under "oracle"; properties of a test travel with its report, from any worker."""
    for outcome in ("passed", "failed"):
        for report in reporter.stats.get(outcome, []):
            for name, value in getattr(report, "user_properties", []):
                if name == "oracle" and getattr(report, "when", "") == "call":
                    yield list(value)


def show(reporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the table, if there is one, and say where its copy is."""
    found = [list(row) for row in recorded(reporter)]
    if not found:
        return
    from tests.oracle.compare import Z_LIMIT, Comparison, table

    rows = sorted((Comparison(*row) for row in found), key=lambda row: row.case)  # type: ignore[arg-type]
    reporter.write_sep("=", "simulated against expected values")
    for line in table(rows):
        reporter.write_line(line)
    outside = sum(not row.within for row in rows)
    largest = max(rows, key=lambda row: abs(row.z))
    reporter.write_line(
        f"{len(rows)} comparisons, {outside} outside |z| < {Z_LIMIT}; "
        f"largest |z| {abs(largest.z):.2f} ({largest.case}, {largest.measure}); "
        f"half-widths are of 95 % t intervals over batches, z is the normal score of t, corrected for skewness"
    )
    cache = getattr(config, "cache", None)  # none where pytest's cache is switched off
    if cache is not None:
        path = Path(cache.mkdir("oracle")) / "comparisons.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(FIELDS)
            writer.writerows(found)
        reporter.write_line(f"the same as CSV: {path}")
