"""The tables of `deskplan uncertainty`: distributions, variances, inputs, and every single outcome."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from evaluate.distribution import Distribution, distribution, quantiles
from evaluate.headline import ALL
from evaluate.importance import importances
from evaluate.intervals import Figure
from evaluate.uncertain import MEASURES, Drawn
from report.uncertainty import below_zero, paid_back
from sim.kpis import KPIS

if TYPE_CHECKING:
    import pandas as pd

DISTRIBUTION = ("scenario", "figure", "channel", "statistic", "value", "low", "high", "unit")
VARIANCE = ("scenario", "figure", "total", "parameters", "tapes", "rest", "parameter_share", "negative_estimates")
INPUTS = ("scenario", "input", "now", "law", "figures", "evidence", "source", "rank_correlation", "share")
DRAWS = ("draw", "cube", "input", "change")
OUTCOMES = ("draw", "cube", "tape", "scenario", *MEASURES)
Row = tuple[Any, ...]


def distributions(drawn: Drawn, within: float) -> Iterator[Row]:
    """Money and headline KPIs of every scenario: mean, standard deviation, quantiles and chances."""
    currency = drawn.resolveds[0].scenario.currency
    for name in drawn.names:
        for measure in MEASURES if name in drawn.options else MEASURES[-1:]:
            values = drawn.values(name, measure)
            unit = "months" if measure == "payback" else currency
            yield from _rows((name, measure, ALL), values, drawn, unit)
        if name in drawn.options:
            yield _row((name, "npv", ALL, "chance_below_zero"), below_zero(drawn, name), "share")
            chance = f"chance_within_{within:g}_months"
            yield _row((name, "payback", ALL, chance), paid_back(drawn, name, within), "share")
        for line in drawn.lines:
            by_draw = drawn.kpi(name, line)
            if by_draw is not None:
                yield from _rows((name, line.kpi, line.channel), by_draw, drawn, KPIS[line.kpi].unit)


def _rows(where: tuple[str, str, str], values: np.ndarray, drawn: Drawn, unit: str) -> Iterator[Row]:
    if np.isfinite(values).all():
        found: Distribution = distribution(values, drawn.confidence)
        yield _row((*where, "mean"), found.mean, unit)
        yield _row((*where, "sd"), found.sd, unit)
        shares = found.quantiles
    else:  # a payback that never comes has quantiles, but no mean
        shares = quantiles(values, drawn.design.draws, drawn.confidence)
    for share, figure in shares.items():
        yield _row((*where, f"p{share * 100:g}"), figure, unit)


def _row(where: tuple[str, ...], figure: Figure, unit: str) -> Row:
    return (*where, figure.value, figure.low, figure.high, unit)


def variances(drawn: Drawn) -> Iterator[Row]:
    """Where the spread of money comes from."""
    for name in drawn.names:
        for measure in MEASURES if name in drawn.options else MEASURES[-1:]:
            values = drawn.values(name, measure)
            if np.isfinite(values).all():
                found = distribution(values, drawn.confidence).split
                parts = (found.total, found.parameters, found.tapes, found.rest, found.parameter_share)
                yield (name, measure, *parts, " ".join(found.negative))


def _inputs(drawn: Drawn) -> Iterator[Row]:
    for option in drawn.options:
        for one in importances(drawn, option):
            each = one.input
            evidence = (each.level, each.source, one.correlation, one.share)
            yield (option, each.path, each.now, each.law.name, each.law.text, *evidence)


def _draws(drawn: Drawn) -> Iterator[Row]:
    for number, case in enumerate(drawn.cases):
        for path, change in case.changes.items():
            yield (number, number // drawn.design.size, path, change)


def _outcomes(drawn: Drawn) -> Iterator[Row]:
    for number, outcome in enumerate(drawn.outcomes):
        for name in drawn.names:
            columns = [outcome.money.get((name, measure)) for measure in MEASURES]
            for tape in range(len(outcome.money[name, MEASURES[-1]])):
                cells = [None if c is None or not math.isfinite(c[tape]) else float(c[tape]) for c in columns]
                yield (number, number // drawn.design.size, tape, name, *cells)


def all_tables(drawn: Drawn, within: float) -> Mapping[str, pd.DataFrame]:
    """File name -> table."""
    import pandas as pd

    return {
        "uncertainty.csv": pd.DataFrame(distributions(drawn, within), columns=list(DISTRIBUTION)),
        "variance.csv": pd.DataFrame(variances(drawn), columns=list(VARIANCE)),
        "inputs.csv": pd.DataFrame(_inputs(drawn), columns=list(INPUTS)),
        "draws.csv": pd.DataFrame(_draws(drawn), columns=list(DRAWS)),
        "outcomes.csv": pd.DataFrame(_outcomes(drawn), columns=list(OUTCOMES)),
    }
