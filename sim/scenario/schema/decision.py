"""Which of the options is taken, and when."""

from __future__ import annotations

from typing import ClassVar

from sim.scenario.schema.base import Block
from sim.scenario.units import Start


def bare_start(value: object) -> object:
    """A bare month or date stands for `{start: ...}`."""
    return value if isinstance(value, dict | Decision) else {"start": value}


class Decision(Block):
    """When an investment starts, and in which level. A bare month or date is the start."""

    by_reference: ClassVar[bool] = True
    start: Start
    """A date, or a month such as `2027-03`: its first day as the horizon counts months. May lie before the horizon."""
    level: str | None = None
