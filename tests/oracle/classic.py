"""What the comments of a classic scenario file claim: exact and published values of KPIs.

A claim is a line ``# exact: KPI(channel or team) = VALUE [s]   source`` or, for a published figure with its half-width,
``# published: KPI(...) = VALUE +- HALF_WIDTH [s]   source``. Shares are plain numbers, times are in seconds.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / "scenarios" / "classic"
_CLAIM = re.compile(
    r"^# (?P<kind>exact|published): (?P<kpi>\w+)\((?P<about>\w+)\) = (?P<value>[\d.]+)"
    r"(?: \+- (?P<half>[\d.]+))?(?: (?P<unit>s))?(?:  +(?P<source>.+))?$"
)


@dataclass(frozen=True)
class Claim:
    """One claim of one file."""

    kind: str
    kpi: str
    about: str
    """Channel or team."""
    value: float
    half_width: float
    unit: str
    source: str


def files() -> list[Path]:
    """Every classic scenario."""
    return sorted(FOLDER.glob("*.yaml"))


def claims(path: Path) -> list[Claim]:
    """The claims of a file, in order; a line that starts like a claim and is none is an error."""
    found = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if not line.startswith(("# exact:", "# published:")):
            continue
        match = _CLAIM.match(line)
        if match is None:
            raise ValueError(f"{path.name}: cannot read the claim {line!r}")
        found.append(
            Claim(
                match["kind"],
                match["kpi"],
                match["about"],
                float(match["value"]),
                float(match["half"] or 0),
                match["unit"] or "",
                match["source"] or "",
            )
        )
    return found
