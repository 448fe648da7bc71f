"""Charts of a schedule: the need against the cover, and who works when."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from report.charts.style import BASE_COLOUR, INK, PAPER, RULE, SERIES, Size, drawing, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from optimize.schedule.search import Schedule

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MANY = 80
"""People of whom each has a line of its own; of more, the lines are thinner and only every tenth is numbered."""


def cover(one: Schedule, size: Size) -> Figure:
    """Heads needed as a filled line, heads on duty over it; what is short in the colour of warning."""
    with drawing():
        figure, axes = new_figure(size, 3.0)
        ax = axes[0, 0]
        hours = np.arange(337) / 2
        need, duty = (np.append(row, row[-1]) for row in (one.need, one.cover))
        ax.fill_between(hours, need, step="post", color=SERIES[0], alpha=0.25, linewidth=0)
        ax.step(hours, need, where="post", color=SERIES[0], linewidth=1.0, label="needed, with shrinkage")
        ax.step(hours, duty, where="post", color=BASE_COLOUR, linewidth=1.4, label="on duty as planned")
        if one.short_h > 1e-6:
            ax.fill_between(
                hours, np.minimum(need, duty), need, step="post", color=SERIES[1], alpha=0.8, linewidth=0, label="short"
            )
        ax.set_title(f"{one.team}: heads on duty by half-hour")
        ax.set_ylim(0, 1.22 * max(1.0, float(need.max()), float(duty.max())))
        ax.legend(loc="upper right", ncols=1 if size.narrow else 3, fontsize=9)
        _week(ax)
        return figure


def gantt(one: Schedule, size: Size) -> Figure:
    """A line a person through the week: a bar a shift in the colour of the contract, breaks cut out."""
    names = list(one.terms.block.contracts)
    people = one.people
    with drawing():
        height = 1.1 + min(max(len(people), 6) * 0.17, 16.0)
        figure, axes = new_figure(size, height)
        ax = axes[0, 0]
        seen: set[str] = set()
        for line, person in enumerate(people):
            kind, contract = person.week.kind, person.week.contract
            colour = SERIES[names.index(contract) % len(SERIES)]
            for day, breaks in zip(person.week.days, person.breaks, strict=True):
                label = contract if contract not in seen else None
                seen.add(contract)
                begin = day * 24 + kind.start / 2
                _bars(ax, begin, kind.length / 2, line, colour, label)
                for pause, place in zip(kind.pauses, breaks, strict=True):
                    _bars(ax, begin + place / 2, pause.length_ms / 3_600_000, line, PAPER, None)
        step = 1 if len(people) <= 30 else 5 if len(people) <= MANY else 10
        places = [k for k in range(len(people)) if (k + 1) % step == 0 or k == 0]
        ax.set_yticks(places, [str(people[k].number) for k in places])
        ax.set_ylim(len(people) - 0.4, -0.6)
        ax.grid(visible=False)
        ax.set_title(f"{one.team}: who works when (gaps in a bar: breaks)")
        figure.legend(loc="outside lower left", ncols=3 if size.narrow else 6, fontsize=9)
        _week(ax)
        return figure


def _bars(ax: Axes, begin: float, length: float, line: int, colour: str, label: str | None) -> None:
    """A bar, and what of it passes Sunday midnight at the start of the week."""
    end = begin + length
    spans = [(begin, min(end, 168.0) - begin)] + ([(0.0, end - 168.0)] if end > 168.0 else [])
    ax.broken_barh(spans, (line - 0.36, 0.72), facecolors=colour, linewidth=0, label=label)


def _week(ax: Axes) -> None:
    ax.set_xlim(0, 168)
    ax.set_xticks(np.arange(0, 169, 24), labels=[""] * 8)
    ax.set_xticks(np.arange(12, 168, 24), labels=list(DAYS), minor=True)
    ax.tick_params(axis="x", which="minor", length=0)
    for midnight in range(24, 168, 24):
        ax.axvline(midnight, color=RULE, linewidth=0.8, zorder=0)
    ax.tick_params(axis="x", colors=INK)
