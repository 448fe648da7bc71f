"""Charts of how sure an answer is: the tornado, and the distribution of the NPV."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from report import format as fmt
from report.charts import style
from report.charts.style import Size

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MOST = 15
"""Bars that are drawn; the shorter ones are in the table."""


@dataclass(frozen=True)
class Reach:
    """One bar: NPV at the low and the high end of an input, with what the ends are."""

    name: str
    low: float
    high: float
    low_text: str
    high_text: str


def tornado(bars: Sequence[Reach], middle: float, currency: str, size: Size) -> Figure:
    """NPV at both ends of each input, about the NPV in the middle."""
    with style.drawing():
        bars = bars[:MOST]
        figure, grid = style.new_figure(size, 1.2 + (0.42 if not size.narrow else 0.62) * len(bars))
        axes = grid[0][0]
        y = np.arange(len(bars))[::-1]
        for ends, texts, colour, label in (
            ([bar.low for bar in bars], [bar.low_text for bar in bars], style.SERIES[0], "input at its low end"),
            ([bar.high for bar in bars], [bar.high_text for bar in bars], style.SERIES[1], "input at its high end"),
        ):
            widths = np.array(ends) - middle
            axes.barh(y, widths, 0.6, left=middle, color=colour, label=label, edgecolor=style.PAPER, linewidth=0.8)
            for row, end, text in zip(y, ends, texts, strict=True):
                right = end >= middle
                if end != middle and not size.narrow:
                    axes.annotate(
                        text, (end, row), xytext=(4 if right else -4, 0), textcoords="offset points", va="center",
                        ha="left" if right else "right", fontsize=8, color=style.MUTED,
                    )  # fmt: skip
        axes.axvline(middle, color=style.BASE_COLOUR, linewidth=1.2)
        low, high = axes.get_xlim()
        if low < 0 < high:
            axes.axvline(0, color=style.INK, linewidth=1.0, linestyle=(0, (4, 3)))
        room = 0.18 * (high - low)
        axes.set_xlim(low - room, high + room)
        axes.set_yticks(y, [_name(bar.name, size) for bar in bars])
        axes.tick_params(axis="y", labelcolor=style.INK)
        axes.grid(visible=False)
        _amounts(axes, size)
        axes.set_title(f"NPV against the base, {currency}")
        figure.legend(loc="outside lower left", ncols=2 if not size.narrow else 1, fontsize=9, handlelength=1.0)
        return figure


def _amounts(axes: Axes, size: Size) -> None:
    """Few ticks with whole amounts: outcomes may lie too close together for thousands."""
    axes.locator_params(axis="x", nbins=6 if not size.narrow else 3)
    axes.xaxis.set_major_formatter(lambda value, _: fmt.number(value))


def _name(path: str, size: Size) -> str:
    longest = 34 if not size.narrow else 20
    return path if len(path) <= longest else "..." + path[3 - longest :]


def distribution(outcomes: Mapping[str, np.ndarray], currency: str, size: Size) -> Figure:
    """Share of outcomes in which the NPV is at most so much, one line an option."""
    with style.drawing():
        figure, grid = style.new_figure(size, 3.9 if not size.narrow else 3.6)
        axes = grid[0][0]
        for place, (name, values) in enumerate(outcomes.items(), start=1):
            ordered = np.sort(values, axis=None)
            shares = np.arange(1, len(ordered) + 1) / len(ordered)
            axes.step(ordered, shares, where="post", color=style.colour_of(place), label=name)
        low, high = axes.get_xlim()
        if low < 0 < high:
            axes.axvline(0, color=style.INK, linewidth=1.0, linestyle=(0, (4, 3)))
        axes.set_ylim(0, 1)
        axes.set_yticks([0, 0.05, 0.25, 0.5, 0.75, 0.95, 1], ["0 %", "5 %", "25 %", "50 %", "75 %", "95 %", "100 %"])
        _amounts(axes, size)
        axes.set_xlabel(f"NPV against the base, {currency}")
        axes.set_title("Share of outcomes in which the NPV is at most so much")
        if len(outcomes) > 1:
            axes.legend(loc="lower right", fontsize=9)
        return figure
