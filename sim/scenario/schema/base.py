"""What every block of a scenario shares: frozen, unknown keys refused, evidence on any block."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Tag

from sim.scenario.units import Factor, Share


class Block(BaseModel):
    """A frozen block; the text under each field is its documentation."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        use_attribute_docstrings=True,
        validate_default=True,
        arbitrary_types_allowed=False,
    )
    by_reference: ClassVar[bool] = False
    """Whether a map of these is keyed by things that are declared elsewhere, rather than declaring them."""


class Evidence(Block):
    """Where an assumption comes from."""

    level: Literal["measured", "benchmark", "assumed"]
    """`measured` on own data, taken from a `benchmark`, or `assumed`."""
    source: str = ""
    """Where the figure was read, or who assumed it."""
    date: str = ""
    """When it was read or measured, such as `2026-11`."""
    note: str = ""
    """How sure one can be of it."""


def form(value: object) -> str:
    """Which form a value has that may be written in several: `one` value, a `list`, or a `map`."""
    if isinstance(value, Mapping | BaseModel):
        return "map"
    return "list" if isinstance(value, list | tuple) else "one"


Shares = Annotated[Annotated[Share, Tag("one")] | Annotated[dict[str, Share], Tag("map")], Discriminator(form)]
"""One share for all, or a share by name."""
Factors = Annotated[Annotated[Factor, Tag("one")] | Annotated[dict[str, Factor], Tag("map")], Discriminator(form)]
"""One factor for all, or a factor by name."""
Texts = Annotated[Annotated[str, Tag("one")] | Annotated[list[str], Tag("list")], Discriminator(form)]
"""One text or several."""
