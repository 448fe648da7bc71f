"""Sums of measures by period and place, all measures in one pass over the things that they are taken of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sim.kpis.frame import Periods


class Sum(NamedTuple):
    """A measure that sums a figure over some cases."""

    figure: str
    where: np.ndarray  # bool (K,)


class Expected(NamedTuple):
    """A measure that sums something worked out for each thing, in the order of the rows."""

    figure: np.ndarray  # float64 (n,)
    where: np.ndarray  # bool (K,)


Measures = Mapping[str, np.ndarray | Sum | Expected]
"""By name; an array, bool (K,), counts the things of some cases."""


@dataclass(frozen=True)
class Things:
    """n contacts or tickets, of K cases."""

    case: np.ndarray  # int16 (n,)
    names: tuple[str, ...]
    """of the figures"""
    figures: np.ndarray  # int64 (names, n), ms or counts


def sums(
    things: Things, piece: np.ndarray, periods: Periods, place: np.ndarray, width: int, measures: Measures
) -> dict[str, np.ndarray]:
    """float64 (periods, width) by measure.

    ``piece`` (n,) is where each thing counts in time, ``place`` (n,) where else; below 0 is nowhere.
    """
    from sim.kpis import compiled

    exact = {name: m for name, m in measures.items() if not isinstance(m, Expected)}
    of_piece = periods.of_piece
    return _tabulated(things, piece, periods, place, width, exact) | {
        name: compiled.add_up(piece, of_piece, place, width, things.case, m.where, m.figure, periods.count)
        for name, m in measures.items()
        if isinstance(m, Expected)
    }


def _tabulated(
    things: Things,
    piece: np.ndarray,
    periods: Periods,
    place: np.ndarray,
    width: int,
    measures: Mapping[str, np.ndarray | Sum],
) -> dict[str, np.ndarray]:
    """Cases that all measures treat alike are one group: things and figures are summed by group, groups by measure."""
    from sim.kpis import compiled

    if not measures or width == 0:
        return {name: np.zeros((periods.count, width)) for name in measures}
    where = np.array([m.where if isinstance(m, Sum) else m for m in measures.values()])
    groups, group_of = np.unique(where[:, where.any(axis=0)], axis=1, return_inverse=True)
    of_case = np.full(where.shape[1], -1)
    of_case[where.any(axis=0)] = group_of.ravel()
    chosen = sorted({things.names.index(m.figure) for m in measures.values() if isinstance(m, Sum)})
    table = compiled.tabulate(
        piece,
        periods.of_piece,
        place,
        width,
        things.case,
        of_case,
        groups.shape[1],
        things.figures,
        np.array(chosen, dtype=np.int64),
        periods.count,
    )
    column = [1 + chosen.index(things.names.index(m.figure)) if isinstance(m, Sum) else 0 for m in measures.values()]
    return {
        name: np.asarray(table[:, :, :, k] @ of_group)
        for name, k, of_group in zip(measures, column, groups.astype(np.float64), strict=True)
    }
