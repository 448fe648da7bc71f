"""Tallies and usages of a replication's blocks added up: every figure is a sum, but for a few that are said here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

import numpy as np

from sim.kpis.tally import Grid, Tally, with_daily_levels
from sim.kpis.usage import Usage
from sim.scenario.resolved import Resolved

OF_THE_ROSTER = frozenset(
    ["period_ms", "paid_ms", "scheduled_ms", "training_ms", "overtime_ms", "heads", "joiners", "resigned", "dismissed"]
)
"""The same in every block: they do not come from what happened in it."""


def merged_tallies(resolved: Resolved, tallies: Sequence[Tally]) -> Tally:
    """The tally of one replication from those of its blocks, in order."""
    if len(tallies) == 1:
        return tallies[0]
    whole = replace(_merged(tallies), oldest=_by_name([tally.oldest for tally in tallies], _greatest))
    return with_daily_levels(resolved, whole)


def merged_usages(usages: Sequence[Usage]) -> Usage:
    """The usage of one replication from those of its blocks."""
    return usages[0] if len(usages) == 1 else _merged(usages)


def mean_of_two(one: Any, other: Any) -> Any:
    """Tally or usage that holds the mean of every figure of two runs: an antithetic replication."""
    if one is None:
        return None
    if isinstance(one, Mapping):
        return {name: mean_of_two(one[name], other[name]) for name in one}
    if isinstance(one, np.ndarray):
        return (one + other) / 2.0
    return replace(one, **{f.name: mean_of_two(getattr(one, f.name), getattr(other, f.name)) for f in fields(one)})


def _merged(parts: Sequence[Any]) -> Any:
    """The same type with every field summed, maps by name and grids by field."""
    return replace(
        parts[0],
        **{field.name: _sum(field.name, [getattr(part, field.name) for part in parts]) for field in fields(parts[0])},
    )


def _sum(name: str, values: Sequence[Any]) -> Any:
    if name in OF_THE_ROSTER or values[0] is None:
        return values[0]
    if isinstance(values[0], Grid):
        return _merged(values)
    if isinstance(values[0], Mapping):
        return _by_name(values, _total)
    return _total(values)


def _by_name(maps: Sequence[Mapping[str, np.ndarray]], add: Callable[[Sequence[Any]], Any]) -> dict[str, np.ndarray]:
    return {
        name: maps[0][name] if name in OF_THE_ROSTER else add([of_block[name] for of_block in maps]) for name in maps[0]
    }


def _total(arrays: Sequence[np.ndarray]) -> np.ndarray:
    """Blocks added in their order: the same sum on any machine."""
    total = arrays[0].copy()
    for array in arrays[1:]:
        total += array
    return total


def _greatest(arrays: Sequence[np.ndarray]) -> np.ndarray:
    return np.asarray(np.max(np.stack(arrays), axis=0))
