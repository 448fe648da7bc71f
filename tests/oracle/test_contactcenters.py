"""Figures that another simulator publishes for its examples, each with the half-width of its own interval.

They are means over 1,000 days. z uses both intervals together.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from sim.engine import outcomes as o
from tests.oracle.build import Document, daily, exponential, patience
from tests.oracle.compare import Expected, Ratio
from tests.oracle.expected import read
from tests.oracle.harness import day_windows, watch_days
from tests.oracle.measure import Observed

pytestmark = pytest.mark.slow

TABLES = read("contactcenters_published")
EXAMPLES = tuple(dict.fromkeys(row["example"] for row in TABLES["rows"]))
TWENTY_S = 20_000
EXPECTED_CALLS = 1660.0

# "M/M/12, lambda 4.2/min, mean service 2 min, start empty, arrivals 0..480 min" and what each example adds to it.
MMC_CHANNEL: dict[str, Document] = {
    "MMC": {},
    "MMCAb": {"patience": patience(1.0)},
    "MMCBlocked": {"places": 5},
    "MMCClrQ": {"hours": "mon-sun 00:00-08:00", "at_close": "clear"},
}
# Thirteen hours; agents as in timevarying_exact (the published example's own figures).
CALLCC_STAFF = (4, 6, 8, 8, 8, 7, 8, 8, 6, 6, 4, 4, 4)
CALLCC_RATE_PER_H = (100, 150, 150, 180, 200, 150, 150, 150, 120, 100, 80, 70, 60)


def example_document(name: str) -> Document:
    """The example as a planner would write it: one channel, one team, a day that repeats."""
    if name != "CallCC":
        return daily([4.2], [12], 480, exponential(0.5), **MMC_CHANNEL[name])
    made = daily(
        [rate / 60 for rate in CALLCC_RATE_PER_H],
        CALLCC_STAFF,
        60,
        {"mean": "100 s", "distribution": "exponential"},
        patience={"mean": "1000 s"},
        balking={"share": "10 %", "when_wait_over": "0 s"},
    )
    return {**made, "demand": {"busyness": {"cv": 10**-0.5, "correlation": 0}}}


def mmc_measures(seen: Observed) -> dict[str, Ratio]:
    """Counts a day, and ratios of sums."""
    days = np.ones(len(seen.time))
    staffed = Observed(seen.run, day_windows(len(days), 0, 480), seen.unit_ms)
    delay = seen.wait_end - seen.arrive
    good = seen.count(seen.served & (delay < TWENTY_S))
    served = seen.count(seen.served)
    everyone = seen.count(np.ones(len(seen.used), dtype=bool))
    return {
        "goodSL": (good, days),
        "SL": (good, served),
        "ASA": (seen.summed(seen.wait, seen.served), served),
        "occ": (staffed.busy(), 12 * staffed.time),
        "ab": (seen.count(seen.left), days),
        "SLab": (good, served + seen.count(seen.left & (delay >= TWENTY_S))),
        "blk": (seen.count(seen.blocked), days),
        "SLblk": (good, everyone),
        "disc": (seen.count(seen.result == o.DISCONNECTED), days),
    }


def callcc_measures(seen: Observed) -> dict[str, Ratio]:
    """Every ratio is over the 1,660 calls that are expected, as published."""
    days = np.ones(len(seen.time))
    calls = EXPECTED_CALLS * days
    everyone = np.ones(len(seen.used), dtype=bool)
    early = (seen.served | seen.left) & (seen.wait_end - seen.arrive < TWENTY_S)
    return {
        "arrivals per day": (seen.count(everyone), days),
        "total wait / 1660": (seen.summed(seen.wait * 60, everyone), calls),
        "(served+abandoned within 20s)/1660": (seen.count(early), calls),
        "abandoned/1660": (seen.count(seen.left), calls),
    }


@pytest.mark.parametrize("example", EXAMPLES)
def test_published_examples(example: str, engine, verify):
    """Within both intervals together."""
    rows: list[dict[str, Any]] = [row for row in TABLES["rows"] if row["example"] == example]
    expected = {row["measure"]: Expected.noisy(row["published"], row["published_95hw"]) for row in rows}
    measure: Callable[[Observed], dict[str, Ratio]] = callcc_measures if example == "CallCC" else mmc_measures
    days = 1000 if example == "CallCC" else 400
    verify(example, expected, watch_days(f"ContactCenters {example}", example_document(example), days, measure, engine))
