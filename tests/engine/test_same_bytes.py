"""Both engines give the same outcomes byte for byte (semantics 4.5)."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from sim.demand.draw import draw_tape
from sim.engine import play
from sim.engine.plan import make_plan
from sim.engine.roster import draw_roster
from sim.scenario.load import load, resolve
from sim.scenario.resolved import Resolved
from tests.strategies import coarsen, scenarios

SCENARIOS = Path(__file__).parents[2] / "scenarios"
FILES = sorted([*SCENARIOS.glob("*.yaml"), *(SCENARIOS / "classic").glob("*.yaml")])


def differing(resolved: Resolved, seed: int, tick_ms: int = 0) -> list[str]:
    """Names of the columns in which the engines differ."""
    plan, roster = make_plan(resolved), draw_roster(resolved, seed, 0)
    tape = draw_tape(resolved, seed, 0)
    if tick_ms:
        tape = coarsen(tape, tick_ms)
    simpy, fast = play(plan, tape, roster, "simpy"), play(plan, tape, roster, "fast")
    names = [name for name in vars(simpy) if not np.array_equal(getattr(simpy, name), getattr(fast, name))]
    assert bool(names) == (simpy.digest() != fast.digest())
    return names


@pytest.mark.slow
@settings(max_examples=1000, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
@given(document=scenarios(), seed=st.integers(0, 2**32), tick_s=st.sampled_from([0, 0, 1, 60, 600]))
def test_generated_scenarios(document: dict[str, object], seed: int, tick_s: int) -> None:
    """Every feature of the schema, ties forced by coarse durations in three runs of five."""
    assert differing(resolve(document), seed, tick_s * 1000) == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_files(path: Path) -> None:
    """Every scenario that ships, over its whole horizon."""
    assert differing(load(path), seed=3) == []
