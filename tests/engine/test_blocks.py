"""Rule 10.5: a replication in blocks of days is the same replication, whatever the blocks."""

import dataclasses
from unittest import mock

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sim.demand.arrivals import Arrivals
from sim.demand.draw import NeedStream
from sim.demand.tape import Tape
from sim.engine import Run, simulate
from sim.engine.blocks import edges_of, simulate_blocks
from sim.scenario.load import resolve
from sim.scenario.resolved import Resolved
from tests.strategies import coarsen, scenarios

TICKET = ("state", "end_ms", "response_ms")
CONTACT = (
    *("attempt", "kind", "channel", "arrive_ms", "queue_ms", "answer_ms", "leave_ms", "done_ms", "handle_ms"),
    *("agent", "team", "result"),
)
STRETCHES = (
    ("busy_agent", "busy_channel", "busy_from_ms", "busy_until_ms"),
    ("duty_agent", "duty_from_ms", "duty_until_ms"),
)


def tables(runs: list[Run]) -> list[np.ndarray]:
    """Tickets, contacts that arrived, busy stretches and presences, each line an int64 row, sorted."""

    def lines(read) -> np.ndarray:
        table = np.concatenate([np.stack(read(run), axis=1).astype(np.int64) for run in runs])
        return table[np.lexsort(table.T[::-1])]

    def of_contacts(run: Run) -> list[np.ndarray]:
        used = run.outcomes.kind >= 0
        identity = run.tape.identity.view(np.int64)[run.tape.ticket[used]]
        return [identity, *(getattr(run.outcomes, name)[used].astype(np.int64) for name in CONTACT)]

    def of_tickets(run: Run) -> list[np.ndarray]:
        return [run.tape.identity.view(np.int64), *(getattr(run.outcomes, name).astype(np.int64) for name in TICKET)]

    return [
        lines(of_tickets),
        lines(of_contacts),
        *(
            lines(lambda run, columns=columns: [getattr(run.outcomes, c).astype(np.int64) for c in columns])
            for columns in STRETCHES
        ),
    ]


def assert_same(resolved: Resolved, seed: int, edges: list[int]) -> int:
    """Compares the whole run with the run in blocks; returns the number of blocks."""
    blocks = list(simulate_blocks(resolved, seed, 0, "fast", edges))
    for whole, parts in zip(tables([simulate(resolved, seed, 0, "fast")]), tables(blocks), strict=True):
        assert np.array_equal(whole, parts)
    return len(blocks)


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    document=scenarios(),
    seed=st.integers(0, 5),
    cuts=st.sets(st.integers(1, 10_000), min_size=1, max_size=6),
    tick_s=st.sampled_from([0, 60, 600]),
)
def test_any_blocks_give_the_same_outcomes(document, seed, cuts, tick_s):
    """Every feature of the schema; ties forced by coarse durations in two runs of three."""
    resolved = resolve(document)
    slots = resolved.calendar.slots
    edges = sorted({0, *(cut % slots for cut in cuts), slots})
    draw = NeedStream.tape

    def coarse(stream: NeedStream, needs: Arrivals) -> Tape:
        return coarsen(draw(stream, needs), tick_s * 1000) if tick_s else draw(stream, needs)

    with mock.patch.object(NeedStream, "tape", coarse):
        assert_same(resolved, seed, edges)


def test_an_edge_between_every_two_half_hours():
    document = {
        "schema": 1,
        "name": "short",
        "horizon": {"start": "2027-01-04", "length": "30 h"},
        "reasons": {
            "ask": {
                "rate": "40 /h",
                "channels": {"phone": "50 %", "mail": "50 %"},
                "handle": {"mean": "9 min", "cv": 1},
                "resolved_first": "60 %",
                "unresolved": {"share": "90 %", "after": {"mean": "3 h", "cv": 1}},
            }
        },
        "channels": {
            "phone": {
                "hours": "mon-sun 08:00-20:00",
                "when_closed": "reopen",
                "patience": "4 min",
                "retry": {"share": "50 %", "after": "20 min"},
            },
            "mail": {"interruptible": True, "chase": {"after": "2 h", "share": "40 %", "channel": "phone"}},
        },
        "teams": {"desk": {"agents": 6, "serves": ["phone", "mail"]}},
    }
    resolved = resolve(document)
    assert assert_same(resolved, 4, list(range(resolved.calendar.slots + 1))) == 60


def test_edges_part_the_needs_evenly_and_keep_to_days():
    by_slot = np.ones(48 * 10)
    assert edges_of(by_slot, 480) == [0, 480]
    assert edges_of(by_slot, 240) == [0, 240, 480]
    assert edges_of(by_slot, 1) == [48 * day for day in range(11)]  # no block is shorter than a day
    assert edges_of(np.zeros(96), 10) == [0, 96]


@pytest.mark.parametrize("part", [np.array([], dtype=np.int64), np.array([1, 3], dtype=np.int64)])
def test_a_part_of_a_tape_is_a_tape(part):
    resolved = resolve(
        {
            "schema": 1,
            "name": "short",
            "horizon": {"start": "2027-01-04", "length": "5 h"},
            "reasons": {
                "ask": {"rate": "4 /h", "channels": {"phone": "100 %"}, "handle": "9 min", "resolved_first": 0.3}
            },
            "channels": {"phone": {"patience": "4 min", "retry": {"share": "50 %", "after": "20 min"}}},
            "teams": {"desk": {"agents": 1, "serves": ["phone"]}},
        }
    )
    tape = simulate(resolved, 1, 0).tape
    some, rows = tape.of(part)
    assert some.tickets == len(part)
    for number, ticket in enumerate(part):
        mine, theirs, row, other = [], [], number, int(ticket)
        while row >= 0:
            mine.append(rows[row])
            theirs.append(other)
            row, other = some.next_row[row], tape.next_row[other]
        assert mine == theirs
        assert (some.ticket[[list(rows).index(r) for r in mine]] == number).all()
    for field in dataclasses.fields(tape):
        assert getattr(some, field.name).dtype == getattr(tape, field.name).dtype
