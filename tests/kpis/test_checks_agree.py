"""The compiled pass over the contacts and the checks in words say the same, of good worlds and of broken ones."""

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.engine import Run, outcomes, simulate
from sim.engine.outcomes import Outcomes
from sim.kpis import ConservationError, check_conservation
from sim.kpis.checks import check_agents, check_contacts, check_ends, check_order, contacts_hold
from sim.kpis.compiled_checks import one_at_a_time
from sim.scenario.load import resolve
from sim.scenario.resolved import Resolved
from tests.strategies import scenarios

BROKEN = [
    *[("state", state) for state in range(len(outcomes.STATES))],
    *[("kind", kind) for kind in (-1, outcomes.FIRST, outcomes.RETRY, outcomes.TRANSFER)],
    *[("result", result) for result in (-1, *range(len(outcomes.RESULTS)), 77)],
    *[("arrive_ms", at) for at in (-1, 0, 10**15)],
    *[(f"{what}_ms", at) for what in ("queue", "answer", "leave", "done") for at in (-1, 0, 10**15)],
    *[("channel", 77), ("channel", -1), ("team", 77)],
]
"""A column and what one of its figures is set to. Not every one breaks something: it may have been that already."""


def worded(resolved: Resolved, run: Run, happened: Outcomes) -> str:
    """What the checks in words say of the contacts; empty where all holds."""
    try:
        check_contacts(resolved, run.tape, happened)
        check_order(resolved, happened)
        check_ends(run.tape, happened)
    except ConservationError as error:
        return str(error)
    return ""


@given(document=scenarios(), seed=st.integers(0, 2**32 - 1), data=st.data())
def test_both_agree(document, seed, data):
    resolved = resolve(document)
    run = simulate(resolved, seed, 0)
    check_conservation(resolved, run.tape, run.outcomes)
    assert contacts_hold(resolved, run.tape, run.outcomes)
    assert worded(resolved, run, run.outcomes) == ""
    used = np.flatnonzero(run.outcomes.kind >= 0)
    if len(used) == 0:
        return
    for name, value in BROKEN:
        column = getattr(run.outcomes, name).copy()
        where = used[data.draw(st.integers(0, len(used) - 1), label=f"{name} = {value} at used row")]
        column[where % len(column)] = value
        broken = replace(run.outcomes, **{name: column})
        said = worded(resolved, run, broken)
        assert contacts_hold(resolved, run.tape, broken) == (said == ""), (name, value, said)


stretch = st.tuples(st.integers(0, 3), st.integers(0, 2), st.integers(0, 30), st.integers(-1, 8))


@given(st.lists(stretch, max_size=25))
def test_overlaps_are_found_by_merging_as_by_sorting(rows):
    rows = sorted(rows)  # by agent, channel and begin, as engines give them
    agent, channel, begin, length = (np.array([row[k] for row in rows], dtype=np.int64) for k in range(4))
    none = np.empty(0, dtype=np.int64)
    happened = replace(
        Outcomes(**{field.name: none for field in fields(Outcomes)}),
        busy_agent=agent,
        busy_channel=channel,
        busy_from_ms=begin,
        busy_until_ms=begin + length,
    )
    apart = all(
        one[3] > 0 and (one[0] != other[0] or one[2] + one[3] <= other[2] or other[2] + other[3] <= one[2])
        for i, one in enumerate(rows)
        for j, other in enumerate(rows)
        if i != j
    ) and all(row[3] > 0 for row in rows)
    assert one_at_a_time(agent, begin, begin + length) == apart
    if apart:
        check_agents(happened)
    else:
        with pytest.raises(ConservationError):
            check_agents(happened)
