"""How measures that are not means spread over replications: payback, rates of return, peak funding."""

from __future__ import annotations

import math
from collections.abc import Sequence

from evaluate.appraisal import Appraised
from evaluate.intervals import Figure
from evaluate.measure_list import MAY_NOT_EXIST


def spread(each: Sequence[Appraised]) -> dict[str, Figure]:
    """10th and 90th percentiles of the replications' own figures, and how often there is one; none from one alone."""
    count = len(each)
    if count < 2:
        return {}
    columns: dict[str, list[float | None]] = {
        "payback": [one.payback_months for one in each],
        "discounted_payback": [one.discounted_payback_months for one in each],
        "irr": [one.rate_per_year for one in each],
        "mirr": [one.modified_rate_per_year for one in each],
        "peak_funding": [one.peak_funding for one in each],
    }
    found: dict[str, Figure] = {}
    for key, values in columns.items():
        there = [value for value in values if value is not None]
        if key in MAY_NOT_EXIST:
            found[f"{key}_share"] = Figure(len(there) / count)
        later = [math.inf] * (count - len(there)) if "payback" in key else []
        for tenth in (10, 90):
            found[f"{key}_p{tenth}"] = Figure(_percentile([*there, *later], tenth))
    return found


def _percentile(values: list[float], percent: float) -> float | None:
    """The lowest value that at least so many of the values do not exceed; None where it is never, or there is none."""
    if not values:
        return None
    value = sorted(values)[max(0, math.ceil(percent / 100 * len(values)) - 1)]
    return value if math.isfinite(value) else None
