"""What the tornado says: which input turns the sign, who measured it, and where a percentage says nothing."""

import pytest

from evaluate.intervals import Figure
from evaluate.tornado import Bar, Tornado, _elasticity
from report.tornado import answer
from sim.scenario.load import resolve
from tests.report.worlds import tiny


def bar(path, low, high, level):
    """A bar with ends that are known for sure."""
    swing = Figure(high - low, high - low, high - low)
    return Bar(path, True, "x 0.9", "x 1.1", Figure(low), Figure(high), swing, None, level, "")


def tornado(*bars):
    pair = resolve(tiny("one")), resolve(tiny("two"))
    return Tornado(pair, Figure(100.0, 90.0, 110.0), bars, 1, 2)


def test_inputs_that_turn_the_sign_are_named_with_what_nobody_measured():
    said = answer(tornado(bar("a", -50, 300, "assumed"), bar("b", -1, 150, "measured"), bar("c", 90, 120, "assumed")))
    assert "a moves it most" in said
    assert said.endswith("Its sign turns with a, b; nobody measured a.")
    assert answer(tornado(bar("b", -1, 150, "measured"))).endswith("Its sign turns with b, measured.")
    assert answer(tornado(bar("c", 90, 120, "assumed"))).endswith("No single input turns its sign.")
    assert answer(tornado(bar("c", 100, 100, "assumed"))).endswith("None of the inputs moves it.")


@pytest.mark.parametrize(
    ("middle", "expected"),
    [
        (Figure(100.0, 90.0, 110.0), 2.0),  # 40 of 100 for a fifth of the input
        (Figure(-100.0, -110.0, -90.0), 2.0),  # of its size: up is up
        (Figure(100.0, -10.0, 210.0), None),  # may be zero
        (Figure(0.0), None),
    ],
)
def test_elasticity_is_per_cent_for_per_cent(middle, expected):
    assert _elasticity(40.0, (0.9, 1.0, 1.1), middle) == (None if expected is None else pytest.approx(expected))
    assert _elasticity(40.0, None, middle) is None
