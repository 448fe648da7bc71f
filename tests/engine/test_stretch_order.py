"""Stretches of work leave the compiled engine by agent, channel and time, whatever the order in which they ended."""

import numpy as np
import pytest

from sim.engine.fast.model import by_agent


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("stretches", [0, 1, 200])
def test_stretches_are_sorted(seed: int, stretches: int) -> None:
    """They come in the order of time, so that a sort by agent and channel that keeps it is all that is needed."""
    rng = np.random.default_rng(seed)
    agents, channels = 7, 3
    begin = np.sort(rng.integers(0, 2**40, stretches))
    who, what = rng.integers(0, agents, stretches), rng.integers(0, channels, stretches)
    table = np.stack([who, what, begin, begin + 1], axis=1)
    assert np.array_equal(by_agent(table, agents, channels), table[np.lexsort(table.T[::-1])])
