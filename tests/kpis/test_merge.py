"""A replication in blocks has the tally and the usage of the whole."""

from dataclasses import fields, replace

import numpy as np
import pytest

from sim.engine import simulate
from sim.engine.blocks import simulate_blocks
from sim.kpis import contact_columns, tally, usage
from sim.kpis.checks import ConservationError, Sums, check_block, check_sums
from sim.kpis.merge import merged_tallies, merged_usages
from sim.kpis.tally import Grid, Tally
from sim.kpis.usage import Usage
from sim.scenario.load import load
from sim.scenario.resolved import Resolved


@pytest.fixture(scope="module", params=["baseline", "blend"])
def resolved(request) -> Resolved:
    document = f"scenarios/{request.param}.yaml"
    lost = ("retention.churn.unresolved=4 points", "retention.churn.dissatisfied=1 points")
    return load(document, (), ("horizon.months=2", "demand.events.carrier_strike=null", *lost))


def counted(resolved: Resolved, run) -> tuple[Tally, Usage]:
    parts = (resolved, run.tape, run.roster, run.outcomes, contact_columns(resolved, run.tape, run.outcomes))
    return tally(*parts), usage(*parts)


def assert_equal(name: str, ours, theirs) -> None:
    """Counts and sums of milliseconds are whole numbers, so they agree to the last bit; expected shares nearly so."""
    if isinstance(ours, Grid):
        for field in fields(ours):
            assert_equal(f"{name}.{field.name}", getattr(ours, field.name), getattr(theirs, field.name))
    elif isinstance(ours, dict):
        assert ours.keys() == theirs.keys()
        for key in ours:
            assert_equal(f"{name}.{key}", ours[key], theirs[key])
    elif ours is None or theirs is None:
        assert ours is theirs, name
    else:
        np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-9, err_msg=name)
        if np.issubdtype(np.asarray(ours).dtype, np.floating) and (np.asarray(theirs) % 1 == 0).all():
            assert np.array_equal(ours, theirs), name


def test_tally_and_usage_of_blocks_are_those_of_the_whole(resolved: Resolved) -> None:
    whole_tally, whole_usage = counted(resolved, simulate(resolved, 7, 0))
    slots = resolved.calendar.slots
    blocks = [counted(resolved, run) for run in simulate_blocks(resolved, 7, 0, "fast", [0, 700, 701, 1500, slots])]
    merged = merged_tallies(resolved, [tally for tally, _ in blocks]), merged_usages([usage for _, usage in blocks])
    wholes: tuple[Tally | Usage, ...] = (whole_tally, whole_usage)
    for whole, of_blocks in zip(wholes, merged, strict=True):
        for field in fields(whole):
            assert_equal(field.name, getattr(of_blocks, field.name), getattr(whole, field.name))
    assert whole_tally.months.cells["contacts"].sum() > 20_000


def test_conservation_holds_over_the_blocks_together(resolved: Resolved) -> None:
    runs = list(simulate_blocks(resolved, 7, 0, "fast", [0, 700, resolved.calendar.slots]))
    sums = [Sums.of(resolved, len(run.roster.agent_team), run.outcomes) for run in runs]
    for run in runs:
        check_block(resolved, run.tape, run.outcomes)
    check_sums(resolved, sums[0] + sums[1])
    with pytest.raises(ConservationError):  # a block alone: calls answered in it may end in the next
        check_sums(resolved, sums[0])


def test_time_that_a_block_lost_is_noticed(resolved: Resolved) -> None:
    runs = list(simulate_blocks(resolved, 7, 0, "fast", [0, 700, resolved.calendar.slots]))
    first, second = (Sums.of(resolved, len(run.roster.agent_team), run.outcomes) for run in runs)
    handle_ms = first.handle_ms.copy()
    handle_ms[handle_ms[:, 0].argmax(), 0] -= 1  # a millisecond of work on the phone
    lost = replace(first, handle_ms=handle_ms)
    with pytest.raises(ConservationError, match="handle time"):
        check_sums(resolved, lost + second)
