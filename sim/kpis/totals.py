"""A tally with its totals over the horizon alone: a hundredth of the size, and the same figures for the whole horizon.

Sweeps keep many thousand of them. Months, half-hours and days are gone; every figure over the horizon, its interval
included, is computed from it by the same code as from the whole tally.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sim.kpis.tally import Grid, Tally

EMPTY = Grid(np.zeros(0), {}, {}, {})


def totals(tally: Tally) -> Tally:
    """The tally with one period, the horizon, in place of its months, and none elsewhere."""
    months = tally.months
    whole = Grid(
        period_ms=months.period_ms.sum(keepdims=True),
        cells=_summed(months.cells),
        lanes=_summed(months.lanes),
        teams=_summed(months.teams),
    )
    return Tally(
        months=whole,
        week=EMPTY,
        days=EMPTY,
        instants={name: figures[-1:] for name, figures in tally.instants.items()},
        oldest={name: figures[-1:] for name, figures in tally.oldest.items()},
        histograms={
            name: figures.sum(axis=0, keepdims=True, dtype=np.int32) for name, figures in tally.histograms.items()
        },
    )


def _summed(figures: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {name: each.sum(axis=0, keepdims=True) for name, each in figures.items()}
