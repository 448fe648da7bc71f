"""Need against present duty: a panel for each team, the week from Monday."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from report.charts.style import BASE_COLOUR, SERIES, Size, drawing, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from optimize.requirement.result import Requirement

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def week(found: Requirement, size: Size) -> Figure:
    """Agents needed as a filled line, agents on duty today as a line over it."""
    with drawing():
        rows = len(found.teams)
        figure, axes = new_figure(size, 0.6 + 2.1 * rows, rows=rows, sharex=True)
        hours = np.arange(337) / 2
        for t, team in enumerate(found.teams):
            ax = axes[t, 0]
            needed, today = (np.append(row, row[-1]) for row in (found.agents[t].astype(float), found.present[t]))
            ax.fill_between(hours, needed, step="post", color=SERIES[0], alpha=0.25, linewidth=0)
            ax.step(hours, needed, where="post", color=SERIES[0], linewidth=1.2, label="needed")
            ax.step(hours, today, where="post", color=BASE_COLOUR, linewidth=1.2, label="on duty today")
            ax.set_title(f"{team}: agents on duty")
            ax.set_ylim(0, 1.15 * max(1.0, float(needed.max()), float(today.max())))
            ax.set_xlim(0, 168)
        axes[0, 0].legend(loc="upper right", ncols=2, fontsize=9)
        last = axes[-1, 0]
        last.set_xticks(np.arange(0, 169, 24), labels=[""] * 8)
        last.set_xticks(np.arange(12, 168, 24), labels=list(DAYS), minor=True)
        last.tick_params(axis="x", which="minor", length=0)
    return figure
