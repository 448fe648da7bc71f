"""Charts of a sweep: axes in words that a reader understands, values in their order."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from evaluate.intervals import Figure
from evaluate.sweep.design import Design, Point, read_vary
from evaluate.sweep.response import Responses
from evaluate.sweep.run import Case, Told
from evaluate.sweep.table import Row, Wanted
from report.charts import style
from report.sweep.charts import line, multiples

COST = Wanted("annual_cost")


def swept(*texts) -> tuple[Any, Responses]:
    """Points of one input whose cost is a million for each of its numbers, as `charts` takes them."""
    design = Design(tuple(read_vary(texts, [])))
    found = Responses([COST])
    for number, point in enumerate(design.points(), start=1):
        cost = Figure(float(point.numbers[0] or 0) * 1e6)
        found.add(
            Told(Case(number, Point(point.texts, point.numbers), 0), "tiny", "", 2, [Row(COST, cost, "EUR", None)])
        )
    base = SimpleNamespace(scenario=SimpleNamespace(channels={}))
    return SimpleNamespace(design=design, variables=[SimpleNamespace(declared=base)]), found


def test_a_line_goes_from_left_to_right_whatever_the_order_of_the_list():
    asked, found = swept("teams.desk.agents=20,14,16")
    axes = line(asked, found, COST, style.WIDE).axes[0]
    assert np.asarray(axes.lines[0].get_xdata()).tolist() == [14, 16, 20]
    assert np.asarray(axes.lines[0].get_ydata()).tolist() == [14e6, 16e6, 20e6]


@pytest.mark.parametrize(
    ("vary", "label"),
    [
        ("a.b=2:4:1", "a.b"),
        ("a.b=2:4:1 min", "a.b (min)"),
        ("a.b=2 min,4 min", "a.b (min)"),
        ("a.b=x 0.8:1.2:0.2", "a.b (times now)"),
        ("a.b=-20 %:+20 %:20 %", "a.b (% of now, more or less)"),
        ("a.b=- 2 min:+ 2 min:2 min", "a.b (min more or less)"),
    ],
)
def test_an_input_says_what_its_numbers_are(vary, label):
    asked, found = swept(vary)
    assert line(asked, found, COST, style.WIDE).axes[0].get_xlabel() == label
    assert multiples(asked, found, COST, style.WIDE).axes[0].get_xlabel() == label


def test_large_amounts_stand_in_full():
    asked, found = swept("teams.desk.agents=14:16:1")
    figure = line(asked, found, COST, style.WIDE)
    figure.canvas.draw()
    texts = [text.get_text() for text in figure.axes[0].get_yticklabels()]
    assert "15\u202f000\u202f000" in texts
    assert not figure.axes[0].yaxis.get_offset_text().get_text()


def test_a_line_of_thousands_of_points_draws_as_many_as_there_is_room_for():
    asked, found = swept("teams.desk.agents=1:3000:1")
    drawn = line(asked, found, COST, style.WIDE).axes[0].lines[0]
    x, y = np.asarray(drawn.get_xdata()), np.asarray(drawn.get_ydata())
    assert len(x) == 400
    assert (x[0], x[-1]) == (1, 3000)
    assert np.diff(x).max() <= 8  # evenly spread
    assert y.tolist() == (x * 1e6).tolist()
    assert drawn.get_marker() == "None"
    assert len(np.asarray(multiples(asked, found, COST, style.WIDE).axes[0].lines[0].get_xdata())) == 400
