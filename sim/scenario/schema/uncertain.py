"""What is not known for sure: how a value, or all that a path matches, may turn out."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from sim.scenario.schema.base import Block


class Normal(Block):
    """Normal: most likely in the middle, as far above as below. Cut at its 0.1st and 99.9th percentiles."""

    mean: str
    """A value with its unit, or a change such as `x 1` or `+0 %`."""
    sd: str
    """Standard deviation in the unit of the mean: `2 EUR/h`; of a factor (`x 1`) a share such as `10 %`."""


class Lognormal(Block):
    """Lognormal: never below zero, with a long tail above. Cut at its 0.1st and 99.9th percentiles."""

    median: str
    """A value with its unit above 0, or a factor such as `x 1`."""
    sigma: float | None = Field(default=None, gt=0, le=5)
    """Standard deviation of the logarithm. Give this or `cv`."""
    cv: float | None = Field(default=None, gt=0, le=20)
    """Coefficient of variation (standard deviation as a share of the mean)."""


class Uncertain(Block):
    """How a value may turn out. Give exactly one law; each figure is a value or a change, as in `changes:`."""

    triangular: list[str] | None = Field(default=None, min_length=3, max_length=3)
    """Lowest, most likely and highest: `[3 min, 4 min, 6 min]`, or as changes `[-20 %, +0 %, +30 %]`."""
    normal: Normal | None = None
    lognormal: Lognormal | None = None
    uniform: list[str] | None = Field(default=None, min_length=2, max_length=2)
    """Lowest and highest, everything between equally likely."""
    discrete: dict[str, Annotated[float, Field(gt=0)]] | None = Field(default=None, min_length=2)
    """Value or change -> weight: `{x 0.9: 1, x 1: 2}`."""
    because: str = ""
    """Why it is not known better."""
