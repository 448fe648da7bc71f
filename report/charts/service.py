"""Charts of service: load and staffing through the week, and the service level month by month."""

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

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True)
class WeekProfile:
    """Means by half-hour of the week from Monday 00:00, (336,) each; NaN is no data."""

    load: np.ndarray
    """Agents busy with customers (erlangs carried)."""
    staff: np.ndarray
    """Agents on duty."""
    service: Mapping[str, np.ndarray]
    """Share answered in time by channel."""
    targets: Mapping[str, float]
    """Target share by channel."""


def week(profile: WeekProfile, size: Size) -> Figure:
    """Agents on duty and busy (above) and, given targets, the share answered in time (below), by half-hour."""
    with style.drawing():
        height = (5.2 if not size.narrow else 4.8) * (1.0 if profile.service else 0.55)
        figure, grid = style.new_figure(size, height, rows=2 if profile.service else 1, sharex=True)
        panels = [axes for row in grid for axes in row]
        upper = panels[0]
        x = np.arange(len(profile.load) + 1) / 48
        staff, load = np.append(profile.staff, 0.0), np.append(profile.load, 0.0)
        upper.fill_between(x, 0, staff, step="post", color=style.RULE, linewidth=0)
        upper.step(x, staff, where="post", color=style.BASE_COLOUR, linewidth=1.1, label="on duty")
        upper.fill_between(x, 0, load, step="post", color=style.SERIES[0], alpha=0.75, linewidth=0, label="busy")
        upper.set_title(f"Agents on duty (grey) and busy{'' if size.narrow else ' with customers'} (blue)")
        upper.set_ylim(0)
        if profile.service:
            _answered(panels[1], profile)
        panels[-1].set_xlim(0, 7)
        panels[-1].set_xticks(np.arange(7) + 0.5, DAYS)
        for axes in panels:
            axes.tick_params(axis="x", length=0)
            for midnight in range(1, 7):
                axes.axvline(midnight, color=style.RULE, linewidth=0.6)
        return figure


def _answered(axes: Axes, profile: WeekProfile) -> None:
    """The lower panel: share answered in time on each channel that has a target."""
    centres = (np.arange(len(profile.load)) + 0.5) / 48
    for place, (channel, shares) in enumerate(profile.service.items(), start=1):
        colour = style.SERIES[(1, 2, 3, 4)[(place - 1) % 4]]
        axes.plot(centres, shares * 100, color=colour, linewidth=1.4, label=channel)
        if channel in profile.targets:
            axes.axhline(profile.targets[channel] * 100, color=colour, linewidth=0.9, linestyle=(0, (4, 3)))
    axes.set_ylim(0, 102)
    axes.set_title("Answered in time, % (dashed: target)")
    axes.legend(loc="lower right", ncols=len(profile.service), fontsize=9, borderaxespad=0.2)


def service_by_month(
    months: Sequence[str],
    channels: Mapping[str, Mapping[str, np.ndarray]],
    targets: Mapping[str, float],
    size: Size,
    base: str,
) -> Figure:
    """Share answered in time by month: one panel a channel, one line a scenario, the target dashed."""
    with style.drawing():
        count = len(channels)
        rows, columns = (count, 1) if size.narrow else (1, count)
        height = 3.6 if not size.narrow else 0.9 + 2.1 * count
        figure, grid = style.new_figure(size, height, rows, columns, sharex=True, sharey=True)
        x = np.arange(len(months))
        for axes, (channel, scenarios) in zip(grid.ravel(), channels.items(), strict=True):
            for place, (name, shares) in enumerate(scenarios.items()):
                axes.plot(
                    x, shares * 100, color=style.colour_of(place), linewidth=2.2 if name == base else 1.6,
                    marker=style.MARKERS[place % len(style.MARKERS)], markersize=3, markevery=max(1, len(months) // 8),
                    label=name,
                )  # fmt: skip
            if channel in targets:
                axes.axhline(targets[channel] * 100, color=style.INK, linewidth=0.9, linestyle=(0, (4, 3)))
            axes.set_title(channel)
            axes.set_ylim(0, 102)
            style.month_ticks(axes, months, size.narrow or count > 2)
        grid[0][0].set_ylabel("answered in time, %")
        handles, names = grid[0][0].get_legend_handles_labels()
        figure.legend(
            handles, names, loc="outside lower left", ncols=5 if not size.narrow else 2, fontsize=9, columnspacing=1.4
        )
        return figure


def service_by_staffing(
    points: Mapping[str, Mapping[str, tuple[np.ndarray, np.ndarray]]], targets: Mapping[str, float], size: Size
) -> Figure:
    """Share answered in time against agents on duty for each busy one: a point a month, a panel a channel.

    ``points[channel][scenario]`` holds both, (months,) each; NaN is no data. The first scenario is the base.
    """
    names = list(dict.fromkeys(name for lines in points.values() for name in lines))
    with style.drawing():
        rows, columns = (len(points), 1) if size.narrow else (1, len(points))
        height = 3.7 if not size.narrow else 1.0 + 2.3 * len(points)
        figure, grid = style.new_figure(size, height, rows, columns, sharex=True, sharey=True)
        for axes, (channel, lines) in zip(grid.ravel(), points.items(), strict=True):
            for name, (ratio, shares) in lines.items():
                place = names.index(name)
                axes.scatter(
                    ratio, shares * 100, s=20, color=style.colour_of(place),
                    marker=style.MARKERS[place % len(style.MARKERS)], alpha=0.8, linewidths=0, label=name,
                )  # fmt: skip
            if channel in targets:
                axes.axhline(targets[channel] * 100, color=style.INK, linewidth=0.9, linestyle=(0, (4, 3)))
            axes.set_title(channel)
            axes.set_ylim(0, 102)
        for axes in grid[-1]:
            axes.set_xlabel("agents on duty for each busy one")
        grid[0][0].set_ylabel("answered in time, %")
        handles = {
            label: handle
            for axes in grid.ravel()
            for handle, label in zip(*axes.get_legend_handles_labels(), strict=True)
        }
        figure.legend(
            handles.values(), handles.keys(), loc="outside lower left", ncols=5 if not size.narrow else 2, fontsize=9
        )
        return figure
