"""A waterfall: from a start, step by step, to an end; the steps add up."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from report.charts import style
from report.charts.style import Size

if TYPE_CHECKING:
    from matplotlib.figure import Figure

UP, DOWN = style.SERIES[2], style.SERIES[1]


@dataclass(frozen=True)
class Step:
    """What one change adds; without an interval low and high are None."""

    name: str
    value: float
    low: float | None = None
    high: float | None = None


def waterfall(
    steps: Sequence[Step],
    start: tuple[str, float],
    end: tuple[str, float],
    title: str,
    number: Callable[[float, bool], str],
    size: Size,
) -> Figure:
    """Bars from top to bottom, so that names have room: where it starts, each step, where it ends.

    ``number(value, signed)`` writes a figure. A start of 0 has no bar.
    """
    with style.drawing():
        rows = len(steps) + 2
        figure, grid = style.new_figure(size, 0.7 + 0.36 * rows)
        axes = grid[0][0]
        labels: list[str] = []
        level = start[1]
        _bar(axes, 0, 0.0, level, style.BASE_COLOUR, number(level, False))
        labels.append(start[0])
        for row, step in enumerate(steps, start=1):
            colour = UP if step.value >= 0 else DOWN
            _bar(axes, row, level, step.value, colour, number(step.value, True))
            if step.low is not None and step.high is not None and step.high > step.low:
                axes.plot([level + step.low, level + step.high], [row, row], color=style.INK, linewidth=1.0)
            axes.plot([level, level], [row - 1, row], color=style.MUTED, linewidth=0.7, zorder=0)
            level += step.value
            labels.append(step.name)
        axes.plot([level, level], [rows - 2, rows - 1], color=style.MUTED, linewidth=0.7, zorder=0)
        _bar(axes, rows - 1, 0.0, end[1], style.BASE_COLOUR, number(end[1], False))
        labels.append(end[0])
        axes.axvline(0, color=style.BASE_COLOUR, linewidth=0.8)
        axes.set_ylim(rows - 0.4, -0.6)
        axes.set_yticks(range(rows), ["\n".join(textwrap.wrap(label, 18 if size.narrow else 34)) for label in labels])
        axes.tick_params(axis="y", labelcolor=style.INK)
        axes.grid(visible=False)
        axes.set_xticks([])
        axes.spines["bottom"].set_visible(False)
        longest = max(len(number(value, True)) for value in (start[1], end[1], *(step.value for step in steps)))
        axes.set_xlim(*_room(steps, start[1], end[1], longest * (0.058 if size.narrow else 0.018)))
        axes.set_title(title)
        return figure


def _room(steps: Sequence[Step], start: float, end: float, label: float) -> tuple[float, float]:
    """Ends of the axis: room for a figure (a share of the width) beyond the bars, on the sides that have figures."""
    edges, level = [0.0, start, end], start
    for step in steps:
        edges += [level + (value or 0.0) for value in (step.value, step.low, step.high)]
        level += step.value
    low, high = min(edges), max(edges)
    values = [start, end, *(step.value for step in steps)]
    room = label * ((high - low) or 1.0)
    return low - (room if min(values) < 0 else room / 8), high + (room if max(values) >= 0 else room / 8)


def _bar(axes: object, row: int, left: float, width: float, colour: str, text: str) -> None:
    """One bar with its figure beyond the end that it points to."""
    axes.barh(row, width, 0.62, left=left, color=colour, linewidth=0)  # type: ignore[attr-defined]
    back = width < 0
    axes.annotate(  # type: ignore[attr-defined]
        text,
        (left + width, row),
        xytext=(-5 if back else 5, 0),
        textcoords="offset points",
        ha="right" if back else "left",
        va="center",
        fontsize=9,
        bbox={"facecolor": style.PAPER, "edgecolor": "none", "pad": 0.6},  # over the line at zero
    )
