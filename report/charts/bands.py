"""What was predicted as a band, and what came as points: one panel a figure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from report.charts import style
from report.charts.style import Size

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Panel:
    """One figure along one axis; arrays are float64 (places,), NaN where there is no data."""

    title: str
    middle: np.ndarray
    bands: tuple[tuple[str, np.ndarray, np.ndarray], ...]
    """(name, low, high), the widest first."""
    actual: np.ndarray
    show: Callable[[float], str]
    """A value as the axis writes it."""
    also: tuple[tuple[str, np.ndarray], ...] = ()
    """Further lines by name, such as the plan under a change."""


def bands(panels: Sequence[Panel], labels: Sequence[str], size: Size) -> Figure:
    """Band (shaded), its middle (line) and actual points (filled where outside the widest band) of every panel."""
    columns = 1 if size.narrow or len(panels) == 1 else 2
    rows = -(-len(panels) // columns)
    with style.drawing():
        figure, grid = style.new_figure(size, 0.7 + (2.5 if not size.narrow else 2.3) * rows, rows, columns)
        places = [axes for row in grid for axes in row]
        for axes, panel in zip(places, panels, strict=False):
            _panel(axes, panel, labels, size)
        for axes in places[len(panels) :]:
            axes.set_axis_off()
        handles, names = places[0].get_legend_handles_labels()
        count = 2 if size.narrow else len(names)
        figure.legend(handles, names, loc="outside lower left", ncols=count, fontsize=9, handlelength=1.4)
        return figure


def _panel(axes: Axes, panel: Panel, labels: Sequence[str], size: Size) -> None:
    x = np.arange(len(labels))
    for place, (name, low, high) in enumerate(panel.bands):
        axes.fill_between(x, low, high, color=style.BASE_COLOUR, alpha=0.22 + 0.18 * place, linewidth=0,
                          label=name)  # fmt: skip
    axes.plot(x, panel.middle, color=style.BASE_COLOUR, linewidth=1.4, label="predicted")
    for place, (name, line) in enumerate(panel.also):
        axes.plot(x, line, color=style.SERIES[place], linewidth=1.4, linestyle=(0, (5, 2)), label=name)
    _, low, high = panel.bands[0]
    outside = (panel.actual < low) | (panel.actual > high)
    colour = style.SERIES[1]
    axes.plot(x, panel.actual, "o", markersize=5, markerfacecolor=style.PAPER, markeredgecolor=colour, label="actual")
    if outside.any():
        axes.plot(x[outside], panel.actual[outside], "o", markersize=5, color=colour, label="actual, outside")
    axes.set_title(panel.title)
    axes.yaxis.set_major_formatter(lambda value, _: panel.show(value))
    axes.locator_params(axis="y", nbins=5)
    step = max(1, -(-len(labels) // (6 if size.narrow else 9)))
    axes.set_xticks(x[::step], [labels[k] for k in range(0, len(labels), step)])
    axes.set_xlim(-0.5, len(labels) - 0.5)
    axes.margins(y=0.12)
