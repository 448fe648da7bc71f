"""Charts of a plan: what happens when, heads against need, predicted beside simulated, and what each budget buys."""

from __future__ import annotations

import textwrap
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
class Span:
    """One decision on the timeline, in months from the start of the horizon (fractions allowed)."""

    name: str
    start: float
    live: float
    full: float
    note: str = ""


@dataclass(frozen=True)
class Moves:
    """People of one team by month: heads that come (above 0) and posts that go (below)."""

    team: str
    kind: str
    units: np.ndarray  # float64 (M,)


def timeline(months: Sequence[str], spans: Sequence[Span], moves: Sequence[Moves], size: Size) -> Figure:
    """Investments from their start over going live to full effect; below, people who are decided about."""
    with style.drawing():
        rows = len(spans) + len(moves)
        figure, grid = style.new_figure(size, 1.2 + 0.42 * max(rows, 1))
        axes, end, names = grid[0][0], float(len(months)), []
        for row, span in enumerate(spans):
            start, live, full = (min(max(0.0, at), end) for at in (span.start, span.live, span.full))
            for left, right, colour, label in (
                (start, live, style.RULE, "being built"),
                (live, full, style.SERIES[5], "growing"),
                (full, end, style.SERIES[0], "in full effect"),
            ):
                if right > left:
                    axes.barh(row, right - left, 0.56, left=left, color=colour, linewidth=0, label=label)
            names.append(span.name)
        for row, move in enumerate(moves, start=len(spans)):
            _moves(axes, row, move)
            names.append(f"{move.team}: {move.kind}")
        axes.set_ylim(rows - 0.4, -0.6)
        axes.set_xlim(0, end)
        wrap = 16 if size.narrow else 30
        axes.set_yticks(range(rows), ["\n".join(textwrap.wrap(name, wrap)) for name in names])
        axes.tick_params(axis="y", labelcolor=style.INK)
        axes.grid(visible=False)
        axes.grid(visible=True, axis="x")
        style.month_ticks(axes, months, size.narrow)
        found = dict(zip(*reversed(axes.get_legend_handles_labels()), strict=True))
        order = [label for label in ("being built", "growing", "in full effect") if label in found]
        if order:
            figure.legend(
                [found[label] for label in order], order, loc="outside lower left", ncols=3, fontsize=9,
                handlelength=1.0,
            )  # fmt: skip
        return figure


def _moves(axes: Axes, row: int, move: Moves) -> None:
    """A mark with its number in each month in which something is decided."""
    for month in np.flatnonzero(np.abs(move.units) > 1e-9):
        units = float(move.units[month])
        colour = style.SERIES[2] if units > 0 else style.SERIES[1]
        share = move.kind == "overtime"
        text = f"{units * 100:.0f}%" if share else f"{units:+.0f}".replace("-", "\u2212")
        axes.text(
            float(month) + 0.5, row, text, ha="center", va="center", fontsize=8, color=style.PAPER,
            bbox={"boxstyle": "round,pad=0.25", "facecolor": colour, "edgecolor": "none"},
        )  # fmt: skip


@dataclass(frozen=True)
class Heads:
    """One set of teams: heads by team, those of today, and what the work needs."""

    title: str
    teams: Mapping[str, np.ndarray]  # float64 (M,) each
    today: np.ndarray  # float64 (M,)
    need: np.ndarray  # float64 (M,), NaN where nothing is asked


def heads_and_need(months: Sequence[str], panels: Sequence[Heads], size: Size) -> Figure:
    """Heads at full speed by team (stacked), today's (dotted), and the need (line), a panel for each set of teams."""
    teams = list(dict.fromkeys(team for panel in panels for team in panel.teams))
    with style.drawing():
        columns = 1 if size.narrow or len(panels) == 1 else 2
        rows = -(-len(panels) // columns)
        figure, grid = style.new_figure(size, 1.0 + 2.3 * rows, rows, columns, sharex=True)
        x = np.arange(len(months))
        flat = list(grid.ravel())
        for axes, panel in zip(flat, panels, strict=False):
            below = np.zeros(len(months))
            for team, heads in panel.teams.items():
                colour = (style.SERIES[5], style.SERIES[3], style.SERIES[4], style.SERIES[6])[teams.index(team) % 4]
                axes.bar(x, heads, 0.92, bottom=below, color=colour, label=team, linewidth=0)
                below = below + heads
            axes.plot(x, panel.today, color=style.BASE_COLOUR, linewidth=1.2, linestyle=(0, (2, 2)), label="today")
            axes.plot(x, panel.need, color=style.SERIES[1], linewidth=2.0, label="needed")
            axes.set_title("\n".join(textwrap.wrap(panel.title, 40 if size.narrow else 52)), fontsize=9.5)
            axes.set_ylim(0)
            style.month_ticks(axes, months, size.narrow or columns > 1)
        for axes in flat[len(panels) :]:
            axes.set_visible(False)
        handles = {
            label: handle for axes in flat for handle, label in zip(*axes.get_legend_handles_labels(), strict=True)
        }
        figure.legend(
            handles.values(), handles.keys(), loc="outside lower left", ncols=5 if not size.narrow else 2, fontsize=9,
            handlelength=1.2,
        )  # fmt: skip
        return figure


@dataclass(frozen=True)
class Promised:
    """One channel by month: share answered in time as predicted and as simulated; NaN is no data."""

    channel: str
    predicted: np.ndarray
    simulated: np.ndarray
    target: float | None
    held: np.ndarray  # bool (M,)


def predicted_simulated(months: Sequence[str], channels: Sequence[Promised], size: Size) -> Figure:
    """What the model foresaw and what the simulation gave, a panel a channel; held months on white, others grey."""
    with style.drawing():
        count = len(channels)
        rows, columns = (count, 1) if size.narrow else (1, count)
        figure, grid = style.new_figure(
            size, 3.4 if not size.narrow else 0.9 + 2.1 * count, rows, columns, sharex=True, sharey=True
        )
        x = np.arange(len(months))
        for axes, each in zip(grid.ravel(), channels, strict=True):
            for month in np.flatnonzero(~each.held):
                axes.axvspan(month - 0.5, month + 0.5, color=style.RULE, alpha=0.55, linewidth=0)
            axes.plot(x, each.predicted * 100, color=style.BASE_COLOUR, linewidth=1.4, marker="o", markersize=3,
                      label="predicted")  # fmt: skip
            axes.plot(x, each.simulated * 100, color=style.SERIES[0], linewidth=1.8, marker="s", markersize=3,
                      label="simulated")  # fmt: skip
            if each.target is not None:
                axes.axhline(each.target * 100, color=style.INK, linewidth=0.9, linestyle=(0, (4, 3)))
            axes.set_title(each.channel)
            axes.set_ylim(0, 102)
            axes.set_xlim(-0.5, len(months) - 0.5)
            style.month_ticks(axes, months, size.narrow or count > 2)
        grid[0][0].set_ylabel("answered in time, %")
        handles, names = grid[0][0].get_legend_handles_labels()
        figure.legend(handles, names, loc="outside lower left", ncols=2, fontsize=9)
        return figure


def frontier(
    budgets: np.ndarray, predicted: np.ndarray, simulated: np.ndarray, service: Mapping[str, np.ndarray], unit: str,
    size: Size,
) -> Figure:  # fmt: skip
    """Budget against what it brings (left) and against service (right), NaN where there is no plan."""
    with style.drawing():
        rows, columns = (2, 1) if size.narrow else (1, 2)
        figure, grid = style.new_figure(size, 3.6 if not size.narrow else 5.6, rows, columns)
        left, right = grid.ravel()
        left.plot(budgets, predicted, color=style.BASE_COLOUR, marker="o", markersize=4, linewidth=1.4,
                  label="predicted")  # fmt: skip
        left.plot(budgets, simulated, color=style.SERIES[0], marker="s", markersize=4, label="simulated")
        left.set_title(unit)
        left.yaxis.set_major_formatter(style.thousands)
        left.legend(fontsize=9, loc="lower right")
        for place, (channel, shares) in enumerate(service.items()):
            right.plot(
                budgets, shares * 100, color=style.SERIES[(1, 2, 3, 4)[place % 4]],
                marker=style.MARKERS[place % len(style.MARKERS)], markersize=4, label=channel,
            )  # fmt: skip
        right.set_title("Answered in time, % (held months, simulated)")
        if service:
            right.legend(fontsize=9, loc="lower right")
            worst = min(
                (float(np.nanmin(shares)) for shares in service.values() if np.isfinite(shares).any()), default=0
            )
            right.set_ylim(max(0.0, np.floor(worst * 20) * 5 - 5), 101)
        for axes in (left, right):
            axes.xaxis.set_major_formatter(style.thousands)
            axes.set_xlabel("budget")
        return figure
