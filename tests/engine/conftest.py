"""Every behavioural test runs under every engine: a new engine joins by its name in `sim.engine.ENGINES`."""

import pytest

from sim.engine import ENGINES
from tests.engine.worlds import Player, player


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    """Name of the engine under test."""
    name: str = request.param
    return name


@pytest.fixture
def run(engine: str) -> Player:
    """Plays hand-made tickets: run(world, tickets, roster=None)."""
    return player(engine)
