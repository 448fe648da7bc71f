"""Charts of a sweep: a line for one input, a heat map for two, the effect of each input for more."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from evaluate.headline import ALL
from evaluate.sweep.design import Factor
from evaluate.sweep.response import Effect, Responses, effects
from evaluate.sweep.table import Wanted
from report import format as fmt
from report.charts import style
from report.charts.style import Size
from report.draw import Chart
from report.sweep.ask import Asked
from report.sweep.words import shown, title_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure

MOST = 6
"""Figures that are drawn."""
_MOST_LABELS = 12
_ACROSS = 3
_LARGE = 10_000.0
_MOST_DRAWN = 400
"""Points of a line: more than a chart has room for would only make the page large."""


def drawn_figures(asked: Asked, found: Responses) -> list[Wanted]:
    """The figures that charts and page show: what is promised, what it costs, what it is worth, and what was named."""
    base = asked.variables[0].declared.scenario
    promised = [Wanted("service_level", name) for name, each in base.channels.items() if each.target is not None]
    named = [Wanted("annual_cost"), Wanted("npv")]
    some = [each for each in (*promised, *asked.extra, *named) if each in found.known]
    return list(dict.fromkeys(some))[:MOST] or found.known[:2]


def charts(asked: Asked, found: Responses) -> list[Chart]:
    """A chart for each figure; of heat maps one for each scenario too."""
    if not len(found):
        return []
    design, drawn = asked.design, []
    for each in drawn_figures(asked, found):
        key = "sweep_" + "_".join(
            filter(None, (each.kpi, *(p for p in (each.channel, each.reason, each.team) if p != ALL)))
        )
        title = title_of(each)
        if len(design.factors) == 1 and design.factors[0].values.bounds is None:
            text = f"{title} by {design.factors[0].path}; the band is the confidence interval."
            if design.size > _MOST_DRAWN:
                text += f" {_MOST_DRAWN} of the {design.size:,} points are drawn."
            drawn.append(Chart(key, title, text, partial(line, asked, found, each)))
        elif len(design.factors) == 2 and design.sample.kind == "grid":
            for place, name in enumerate(found.scenarios):
                text = f"{title} of {name} by {design.factors[0].path} and {design.factors[1].path}."
                more = f"_{place + 1}" if place else ""
                heading = f"{title}, {name}" if len(found.scenarios) > 1 else title
                drawn.append(Chart(key + more, heading, text, partial(heat, asked, found, each, name)))
        else:
            text = f"{title}: mean over the points at each value of an input, whatever the other inputs are."
            drawn.append(Chart(key, title, text, partial(multiples, asked, found, each)))
    return drawn


def line(asked: Asked, found: Responses, wanted: Wanted, size: Size) -> Figure:
    """One figure by one input, a line a scenario, with the band of its interval; a target is dashed."""
    factor = asked.design.factors[0]
    unit = found.units.get(wanted, "")
    with style.drawing():
        figure, grid = style.new_figure(size, 3.6)
        axes = grid[0][0]
        for place, name in enumerate(found.scenarios):
            places = found.of(name)
            points = [found.points[k] for k in places]
            numbers = [point.numbers[0] for point in points]
            if None not in numbers:  # a list may be given in any order
                order = np.argsort(np.array(numbers, dtype=np.float64), kind="stable")
                places, points = places[order], [points[k] for k in order]
                numbers = [point.numbers[0] for point in points]
            x = np.array(numbers, dtype=np.float64) if None not in numbers else np.arange(len(points), dtype=np.float64)
            drawn = _thinned(len(x))
            x = x[drawn]
            y, low, high = (
                np.array(column[wanted], dtype=np.float64)[places][drawn] * _scale(unit)
                for column in (found.values, found.lows, found.highs)
            )
            colour = style.SERIES[place % len(style.SERIES)]
            marker = style.MARKERS[place % len(style.MARKERS)]
            axes.plot(x, y, color=colour, **_marked(len(points), marker), label=name)
            axes.fill_between(x, low, high, color=colour, alpha=0.18, linewidth=0)
            if None in numbers:
                _labels(axes, [point.texts[0] for point in points], size)
        _target(asked, wanted, axes)
        axes.set_xlabel(_input(factor))
        _plain_numbers(axes.yaxis)
        axes.set_title(f"{title_of(wanted)}{_unit(unit)}")
        if len(found.scenarios) > 1:
            axes.legend(loc="best", fontsize=9)
        return figure


def heat(asked: Asked, found: Responses, wanted: Wanted, name: str, size: Size) -> Figure:
    """One figure of one scenario over a grid of two inputs, a field a point with its value."""
    rows, columns = asked.design.factors
    unit = found.units.get(wanted, "")
    row_texts, column_texts = list(rows.values.texts), list(columns.values.texts)
    field = np.full((len(row_texts), len(column_texts)), math.nan)
    values = found.column(wanted)
    for place in found.of(name):
        row, column = found.points[place].texts
        field[row_texts.index(row), column_texts.index(column)] = values[place]
    with style.drawing():
        height = min(9.0, 1.6 + 0.36 * len(row_texts) + (0.4 if size.narrow else 0.0))
        figure, grid = style.new_figure(size, max(2.8, height))
        axes = grid[0][0]
        ends = field[~np.isnan(field)]
        image = axes.imshow(field[::-1] * _scale(unit), aspect="auto", cmap="cividis")
        axes.grid(visible=False)
        _labels(axes, column_texts, size)
        every = max(1, math.ceil(len(row_texts) / (2 * _MOST_LABELS)))
        axes.set_yticks(range(len(row_texts))[::every], row_texts[::-1][::every])
        axes.set_xlabel(columns.path)
        axes.set_ylabel(rows.path)
        if len(column_texts) <= (_MOST_LABELS if not size.narrow else 5) and len(row_texts) <= 2 * _MOST_LABELS:
            middle = (ends.min() + ends.max()) / 2 if len(ends) else 0.0
            for (y, x), value in np.ndenumerate(field[::-1]):
                if not math.isnan(value):
                    ink = "black" if value > middle else "white"
                    axes.text(x, y, shown(value, unit), ha="center", va="center", fontsize=8, color=ink)
        _plain_numbers(figure.colorbar(image, ax=axes, shrink=0.9).ax.yaxis)
        axes.set_title(f"{title_of(wanted)}{_unit(unit)}")
        return figure


def multiples(asked: Asked, found: Responses, wanted: Wanted, size: Size) -> Figure:
    """The mean of one figure at each value of each input, a panel an input, all on one scale."""
    by_scenario = {name: effects(asked.design, found, name, wanted) for name in found.scenarios}
    count, across = len(asked.design.factors), 1 if size.narrow else min(_ACROSS, len(asked.design.factors))
    unit = found.units.get(wanted, "")
    with style.drawing():
        down = math.ceil(count / across)
        figure, grid = style.new_figure(size, 0.9 + 2.5 * down, down, across, sharey=True)
        panels = list(grid.ravel())
        for number, axes in enumerate(panels):
            if number >= count:
                axes.set_visible(False)
                continue
            for place, (name, each) in enumerate(by_scenario.items()):
                _panel(axes, each[number], unit, style.SERIES[place % len(style.SERIES)], name, size)
            _target(asked, wanted, axes)
            axes.set_xlabel(_input(asked.design.factors[number]))
            _plain_numbers(axes.yaxis)
        panels[0].set_title(f"{title_of(wanted)}{_unit(unit)}")
        if len(by_scenario) > 1:
            panels[0].legend(loc="best", fontsize=9)
        return figure


def _panel(axes: Axes, effect: Effect, unit: str, colour: str, name: str, size: Size) -> None:
    numeric = len(effect.numbers) == len(effect.levels)
    x = np.array(effect.numbers) if numeric else np.arange(len(effect.levels), dtype=np.float64)
    order = np.argsort(x, kind="stable")[_thinned(len(x))]
    means = np.array(effect.means)[order] * _scale(unit)
    axes.plot(x[order], means, color=colour, **_marked(len(x), "o"), label=name)
    if not numeric:
        _labels(axes, list(effect.levels), size)


def _thinned(count: int) -> np.ndarray:
    """int64: places of the points that are drawn, evenly spread, the first and the last among them."""
    return np.unique(np.linspace(0, max(count - 1, 0), min(count, _MOST_DRAWN)).round().astype(np.int64))


def _marked(count: int, marker: str) -> dict[str, Any]:
    """How a line of so many points is marked: not at all where its markers would run into one another."""
    return {"marker": marker, "markersize": 4} if count <= _MOST_DRAWN / 4 else {}


def _labels(axes: Axes, texts: Sequence[str], size: Size) -> None:
    every = max(1, math.ceil(len(texts) / (_MOST_LABELS if not size.narrow else 5)))
    axes.set_xticks(range(len(texts))[::every], list(texts)[::every])


def _input(factor: Factor) -> str:
    """An input with what its numbers are: a unit, or times and points of what it is now."""
    values = factor.values
    signs = {"times": "times now", "percent": "% of now, more or less", "plus": f"{values.unit.strip()} more or less"}
    unit = signs.get(values.kind) or values.unit.strip() or _unit_of(values.texts)
    return f"{factor.path} ({unit.strip()})" if unit.strip() else factor.path


def _unit_of(texts: Sequence[str]) -> str:
    """What stands behind the number of every value of a list, where it is the same."""
    units = {text.lstrip("0123456789._ ") for text in texts}
    return units.pop() if len(units) == 1 else ""


def _plain_numbers(axis: Axis) -> None:
    """Large amounts in full, not as multiples of a power of ten."""
    low, high = axis.get_view_interval()
    if max(abs(low), abs(high)) >= _LARGE:
        axis.set_major_formatter(lambda value, _: fmt.number(value, 0))


def _target(asked: Asked, wanted: Wanted, axes: Axes) -> None:
    channel = asked.variables[0].declared.scenario.channels.get(wanted.channel)
    if wanted.kpi == "service_level" and channel is not None and channel.target is not None:
        axes.axhline(channel.target.share * 100, color=style.INK, linewidth=0.9, linestyle=(0, (4, 3)))


def _scale(unit: str) -> float:
    return 100.0 if unit == "share" else 1.0


def _unit(unit: str) -> str:
    return ", %" if unit == "share" else f", {unit}" if unit not in ("", "number") else ""
