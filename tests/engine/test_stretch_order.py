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
    columns = by_agent(table, agents, channels, 2**41)
    assert np.array_equal(np.stack(columns, axis=1), table[np.lexsort(table.T[::-1])])


def test_stretches_are_cut_at_the_end() -> None:
    """Who comes after the end was never there."""
    table = np.array([[1, 0, 10, 20], [0, 0, 12, 40], [1, 0, 30, 45]])
    agent, channel, since, until = by_agent(table, 2, 1, 30)
    assert (agent.tolist(), channel.tolist(), since.tolist(), until.tolist()) == ([0, 1], [0, 0], [12, 10], [30, 20])
