"""Judgement beyond money: what others reach, what is aimed at by when, and whom it matters to."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from sim.scenario.schema.base import Block
from sim.scenario.units import Money, Start


class Peer(Block):
    """A named organisation to be measured against, of one's own industry or of another one."""

    industry: str = ""
    segment: str = ""
    """Which part of it, such as `direct to consumers`."""
    year: int | None = Field(default=None, ge=1900, le=2200)
    """Of the figures."""
    source: str = ""
    """Where they were read."""
    figures: dict[str, str]
    """KPI -> figure with its unit, or a range: `service_level(phone): 86 %`,
    `time_to_first_response(email): 4 h to 6 h`."""


class Benchmarks(Block):
    """What others reach: sets that ship with deskplan, and peers of one's own."""

    sets: list[str] = Field(default_factory=list)
    """Bundled sets of sourced figures: `cross_industry`, `other_industries`, `retail`."""
    grade: Literal["A", "B", "C"] = "C"
    """The weakest source that counts: `A` surveys with a stated method, `B` vendors and consultants too, `C` all."""
    exchange: dict[str, Money] = Field(default_factory=dict)
    """What one unit of another currency is worth, such as `USD: 0.92 EUR`; without it such figures are not compared."""
    peers: dict[str, Peer] = Field(default_factory=dict)


class Goal(Block):
    """One SMART goal: the KPI, how good by when, and who answers for it."""

    kpi: str
    """A KPI of anything by which it is known, such as `time_to_first_response(email)`."""
    target: str
    """`<=` or `>=` and an amount with the KPI's unit, such as `<= 24 h` or `>= 80 %`."""
    by: Start
    """The month in which it is to be met, such as `2027-03` (of a date: the month that holds it)."""
    owner: str = ""
    """Who answers for it."""
    because: str = ""


class Stakeholder(Block):
    """Somebody whom support matters to. The scales are judgements: give `evidence` for them."""

    title: str = ""
    interest: float = Field(ge=0, le=10)
    """How much they care about support, 0 to 10."""
    power: float = Field(ge=0, le=10)
    """How much they can help or stop a change, 0 to 10."""
    attitude: float = Field(default=0, ge=-2, le=2)
    """From -2 (against) to 2 (for)."""
    cares: dict[str, float]
    """KPI -> how much it matters to them: in its own good direction (upwards where it has none), or, below 0, in the
    other one: `{csat: 3, occupancy: -1}`."""
    weight: float | None = Field(default=None, ge=0)
    """Weight in the score of all; left out: interest x power."""
    because: str = ""
