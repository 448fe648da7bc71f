"""Names and values of figures in a sweep, as people read them."""

from __future__ import annotations

import math

from evaluate.headline import ALL
from evaluate.sweep.money import MEASURES
from evaluate.sweep.table import Wanted
from report import format as fmt


def title_of(wanted: Wanted) -> str:
    """``service level, phone``."""
    if wanted.is_money:
        return MEASURES[wanted.kpi]
    parts = [part for part in (wanted.channel, wanted.reason, wanted.team) if part != ALL]
    return ", ".join([wanted.kpi.replace("_", " "), *parts])


def shown(value: float | None, unit: str) -> str:
    """A value in its unit."""
    if value is None or math.isnan(value):
        return fmt.NO_DATA
    if unit == "share":
        return fmt.percent(value)
    if unit == "s":
        return fmt.duration(value)
    if unit == "h":
        return fmt.duration(value * 3600)
    size = abs(value)
    return fmt.number(value, 0 if size >= 100 else 1 if size >= 10 else 2)
