"""The test of equal bytes on small worlds, for engines that are interpreted. Not named like a test: run by name."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from sim.scenario.load import resolve
from tests.engine.test_same_bytes import differing
from tests.strategies import scenarios


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
@given(document=scenarios(max_days=1), seed=st.integers(0, 2**32), tick_s=st.sampled_from([0, 60, 600]))
def test_same_bytes_of_small_worlds(document: dict[str, Any], seed: int, tick_s: int) -> None:
    assert differing(resolve(document), seed, tick_s * 1000) == []
