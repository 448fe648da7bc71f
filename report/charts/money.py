"""Charts of money: cumulative cash flow against the base, and cost by category."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from report.charts import style
from report.charts.style import Size

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


@dataclass(frozen=True)
class Band:
    """A line with its interval, (points,) each; without an interval low and high equal the value."""

    value: np.ndarray
    low: np.ndarray
    high: np.ndarray


def cumulative_cash(months: Sequence[str], options: Mapping[str, Band], currency: str, size: Size) -> Figure:
    """Cumulative net cash flow of each option against the base, undiscounted: first day, then each month's end."""
    with style.drawing():
        figure, grid = style.new_figure(size, 3.9 if not size.narrow else 3.6)
        axes = grid[0][0]
        x = np.concatenate([[0], np.arange(len(months) + 1)])  # nothing, then at once what is paid upfront
        axes.axhline(0, color=style.BASE_COLOUR, linewidth=1.2)
        ends, names, colours = [], [], []
        for place, (name, band) in enumerate(options.items(), start=1):
            colour = style.colour_of(place)
            value, low, high = (np.concatenate([[0.0], line]) for line in (band.value, band.low, band.high))
            axes.fill_between(x, low, high, color=colour, alpha=0.18, linewidth=0)
            axes.plot(x, value, color=colour)
            ends.append((float(x[-1]), float(value[-1])))
            names.append(name)
            colours.append(colour)
        axes.set_xlim(0, len(months))
        low, high = axes.get_ylim()
        style.label_ends(
            axes,
            [*ends, (float(x[-1]), 0.0)],
            [*names, "base"],
            [*colours, style.BASE_COLOUR],
            (high - low) * (0.055 if not size.narrow else 0.06),
        )
        _years(axes, months, size)
        axes.yaxis.set_major_formatter(style.thousands)
        axes.set_title(f"{currency} saved (above) or spent (below)")
        return figure


def _years(axes: Axes, months: Sequence[str], size: Size) -> None:
    """Ticks at month ends."""
    step = 1 if len(months) <= 6 else 3 if len(months) <= 24 and not size.narrow else 6
    axes.set_xticks(range(0, len(months) + 1, step))
    axes.set_xlabel("months since the start")


def cost_by_category(scenarios: Sequence[str], costs: Mapping[str, Sequence[float]], unit: str, size: Size) -> Figure:
    """Cost by category, one bar a scenario, smallest categories gathered last.

    ``costs[category]`` has one positive amount for each scenario, in ``unit``, such as ``EUR a month``.
    """
    with style.drawing():
        bar = 0.62 if not size.narrow else 0.6
        rows = -(-len(costs) // (4 if not size.narrow else 2))
        figure, grid = style.new_figure(size, 1.1 + 0.46 * len(scenarios) + 0.22 * rows)
        axes = grid[0][0]
        shades = [style.SERIES[0], style.SERIES[5], style.BASE_COLOUR, *style.SERIES[1:5], style.SERIES[6]]
        left = np.zeros(len(scenarios))
        y = np.arange(len(scenarios))[::-1]
        for place, (category, amounts) in enumerate(costs.items()):
            values = np.asarray(amounts, dtype=np.float64)
            axes.barh(
                y, values, bar, left=left, color=shades[place % len(shades)], label=category,
                edgecolor=style.PAPER, linewidth=0.8,
            )  # fmt: skip
            left += values
        for row, total in zip(y, left, strict=True):
            axes.annotate(
                f"{total:,.0f}".replace(",", "\u202f"), (total, row), xytext=(5, 0), textcoords="offset points",
                va="center", fontsize=9,
            )  # fmt: skip
        axes.set_yticks(y, scenarios)
        axes.tick_params(axis="y", labelcolor=style.INK)
        axes.grid(visible=False)
        axes.spines["bottom"].set_visible(False)
        axes.set_xlim(0, left.max() * (1.12 if not size.narrow else 1.2))
        axes.set_xticks([])
        axes.set_title(unit)
        figure.legend(
            loc="outside lower left", ncols=4 if not size.narrow else 2, fontsize=9, handlelength=1.0, columnspacing=1.2
        )
        return figure
