"""Stretches of work come out sorted by agent, channel, begin and end, by one key or, where that does not do, by all."""

import numpy as np
import pytest

from sim.engine.fast.model import in_order


@pytest.mark.parametrize(
    "rows",
    [
        [[1, 0, 50, 60], [0, 1, 10, 20], [0, 0, 30, 40], [1, 0, 0, 50], [0, 1, 5, 10]],
        [[0, 0, 5, 9], [0, 0, 5, 7], [0, 0, 1, 2]],  # two of one begin
        [[1, 1, 2**61, 2**61 + 1], [1, 1, 3, 4], [0, 2, 2**60, 2**61]],  # too great for one key
        [],
    ],
)
def test_stretches_are_sorted_by_all_their_columns(rows):
    table = np.array(rows, dtype=np.int64).reshape(-1, 4)
    assert in_order(table).tolist() == sorted(rows)
