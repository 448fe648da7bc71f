"""What every block of a scenario shares: frozen, unknown keys refused, evidence on any block."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict


class Block(BaseModel):
    """A frozen block; the text under each field is its documentation."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        use_attribute_docstrings=True,
        validate_default=True,
        arbitrary_types_allowed=False,
    )


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
