"""All measures of a group in one pass, against one sum at a time."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sim.kpis.frame import Periods
from sim.kpis.sums import Expected, Sum, Things, sums

CASES, PIECES, PLACES = 5, 7, 3
PERIODS = Periods(4, np.array([0, 0, 1, 3, 3, 1, 0]))  # nothing in the third
some_cases = st.lists(st.booleans(), min_size=CASES, max_size=CASES).map(np.array)
thing = st.tuples(
    st.integers(0, CASES - 1),
    st.integers(0, PIECES - 1),
    st.integers(-1, PLACES - 1),
    st.integers(-5, 10**12),
    st.integers(0, 9),
    st.floats(-1, 1),
)


@given(st.lists(thing, max_size=30), st.tuples(*[some_cases] * 5))
def test_each_measure_sums_its_figure_over_its_cases(rows, where):
    case, piece, place, wait, talk = (np.array([r[k] for r in rows], dtype=np.int64) for k in range(5))
    share = np.array([r[5] for r in rows], dtype=np.float64)
    measures = {
        "some": where[0],
        "others": where[1],
        "wait": Sum("wait", where[2]),
        "talk": Sum("talk", where[3]),
        "share": Expected(share, where[4]),
    }
    figures = {"some": np.ones(len(rows)), "others": np.ones(len(rows)), "wait": wait, "talk": talk, "share": share}
    found = sums(Things(case, ("talk", "wait"), np.array([talk, wait])), piece, PERIODS, place, PLACES, measures)
    assert list(found) == list(measures)
    for (name, of), cases in zip(figures.items(), where, strict=True):
        brute = np.zeros((4, PLACES))
        for i in range(len(rows)):
            if place[i] >= 0 and cases[case[i]]:
                brute[PERIODS.of_piece[piece[i]], place[i]] += of[i]
        assert found[name].tolist() == brute.tolist(), name


def test_without_places_there_are_no_sums():
    one = np.zeros(1, dtype=np.int64)
    counted = sums(Things(one, (), np.zeros((0, 1), dtype=np.int64)), one, PERIODS, one, 0, {"all": np.array([True])})
    assert counted["all"].shape == (4, 0)
