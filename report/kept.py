"""What commands add to a run beside the comparison, as plain data in `data/run.json`, and the sections made of it.

A further concept registers one reader here: from its plain data to Extras.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from evaluate.bridge import Bridge, Part
from evaluate.compare import Comparison
from evaluate.headline import Line
from evaluate.hybrids import Change
from evaluate.intervals import Figure
from report import bridge_section, calibrated_section, uncertainty_section
from report.extra import Extra
from report.plan import section
from sim.scenario.problems import Origin
from sim.scenario.show import Difference

Figures = Mapping[Line, Figure]


def extras(comparison: Comparison, kept: Mapping[str, Any]) -> list[Extra]:
    """The sections of what was kept, in registered order."""
    return [extra for key, read in _READERS.items() if key in kept for extra in read(comparison, kept[key])]


def plain_bridge(bridge: Bridge) -> dict[str, Any]:
    """The bridge as plain data; floats keep every digit."""
    return {
        "base": bridge.base,
        "option": bridge.option,
        "lines": [[line.kpi, line.channel] for line in bridge.lines],
        "start": _plain(bridge.start, bridge),
        "end": _plain(bridge.end, bridge),
        "parts": [
            {
                "keys": [list(key) for key in part.change.keys],
                "differences": [[each.path, each.old, each.new, each.kind] for each in part.change.differences],
                "figures": _plain(part.figures, bridge),
            }
            for part in bridge.parts
        ],
        "all_orders": bridge.all_orders,
        "worlds": bridge.worlds,
    }


def bridge_of(plain: Mapping[str, Any]) -> Bridge:
    """The bridge again; where a difference was written is not kept."""
    lines = tuple(Line(kpi, channel) for kpi, channel in plain["lines"])

    def figures(rows: list[list[float | None]]) -> Figures:
        return {line: Figure(*row) for line, row in zip(lines, rows, strict=True)}

    parts = tuple(
        Part(
            Change(
                tuple(tuple(key) for key in part["keys"]),
                tuple(Difference(path, old, new, Origin(), kind) for path, old, new, kind in part["differences"]),
            ),
            figures(part["figures"]),
        )
        for part in plain["parts"]
    )
    names = plain["base"], plain["option"]
    return Bridge(
        *names, lines, figures(plain["start"]), figures(plain["end"]), parts, plain["all_orders"], plain["worlds"]
    )


def _plain(figures: Figures, bridge: Bridge) -> list[list[float | None]]:
    return [[figures[line].value, figures[line].low, figures[line].high] for line in bridge.lines]


def _plan(_comparison: Comparison, plain: Mapping[str, Any]) -> list[Extra]:
    return section.sections(dict(plain))


def _bridge(comparison: Comparison, plain: Mapping[str, Any]) -> list[Extra]:
    return [bridge_section.section(bridge_of(plain), comparison.currency)]


def _uncertainty(_comparison: Comparison, plain: Mapping[str, Any]) -> list[Extra]:
    return [uncertainty_section.section(plain)]


def _calibrated(_comparison: Comparison, plain: Mapping[str, Any]) -> list[Extra]:
    return [calibrated_section.section(plain)]


_READERS: dict[str, Callable[[Comparison, Any], list[Extra]]] = {
    "plan": _plan,
    "bridge": _bridge,
    "uncertainty": _uncertainty,
    "calibrated": _calibrated,
}
