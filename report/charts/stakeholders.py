"""The power/interest grid (Mendelow 1991): who stands where, and what each quadrant calls for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from evaluate.stakeholders import ENGAGEMENT, HIGH
from report.charts import style
from report.charts.style import Size
from sim.scenario.schema.judgement import Stakeholder

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_TOP = 10.0
_MARK = {-1: "v", 0: "o", 1: "^"}
_APART = 0.55
"""Names nearer than this (in points of power) are moved apart."""


def grid(people: Mapping[str, Stakeholder], size: Size) -> Figure:
    """Interest to the right, power upwards; a triangle up is for, down against; names beside the marks."""
    with style.drawing():
        figure, axes = style.new_figure(size, 4.6 if not size.narrow else 4.4)
        panel = axes[0][0]
        for power, interest in ENGAGEMENT:
            x, y = (HIGH if interest else 0.0), (HIGH if power else 0.0)
            panel.annotate(
                ENGAGEMENT[power, interest], (x, y + HIGH), xytext=(6, -6), textcoords="offset points",
                va="top", color=style.MUTED, fontsize=9, style="italic",
            )  # fmt: skip
        for at in (HIGH,):
            panel.axhline(at, color=style.MUTED, linewidth=0.8)
            panel.axvline(at, color=style.MUTED, linewidth=0.8)
        placed: list[tuple[float, float]] = []
        for place, (name, one) in enumerate(people.items()):
            colour = style.SERIES[place % len(style.SERIES)]
            mark = _MARK[(one.attitude > 0) - (one.attitude < 0)]
            panel.plot([one.interest], [one.power], mark, color=colour, markersize=8, clip_on=False, zorder=3)
            height = one.power
            while any(abs(x - one.interest) < 3 and abs(y - height) < _APART for x, y in placed):
                height -= _APART
            placed.append((one.interest, height))
            left = one.interest > (7.0 if size.narrow else 8.5)
            panel.annotate(
                one.title or name, (one.interest, height), xytext=(-8 if left else 8, 0),
                textcoords="offset points", ha="right" if left else "left", va="center", color=colour, fontsize=9,
            )  # fmt: skip
        panel.set_xlim(0, _TOP)
        panel.set_ylim(0, _TOP)
        panel.set_xlabel("interest")
        panel.set_ylabel("power")
        panel.grid(visible=False)
        return figure
